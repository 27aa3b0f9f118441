"""`jeta.ingest.watch`: what arrives is ingested, and what may pass is waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import islice

import pytest

from ingest.deliveries import held, make_archive, truth, write_file
from jeta import ingest
from jeta.archive import Writer, open_archive
from jeta.catalog import RecordLog
from jeta.errors import ArchiveNotFoundError, ValuesError
from jeta.ingest.watching import _pause_s


@pytest.fixture
def archive(tmp_path):
    return make_archive(tmp_path / "archive")


def stage(archive, number):
    path = write_file(archive.layout.staging / f"E{number:04d}.h5", number)
    os.utime(path, (1e9, 1e9))
    return path


class Pauses:
    """Does something in each pause instead of waiting; ends the watching when there is nothing more to do."""

    def __init__(self, *acts):
        self.acts, self.seconds = list(acts), []

    def __call__(self, seconds):
        self.seconds.append(seconds)
        if not self.acts:
            raise KeyboardInterrupt
        self.acts.pop(0)()


def watched(archive, *acts, **options):
    """Reports of a watch during whose pauses these things happen, and how long the pauses were."""
    pauses, reports = Pauses(*acts), []
    with pytest.raises(KeyboardInterrupt):
        reports.extend(report for report in _collected(ingest.watch(archive.root, pause=pauses, **options), reports))
    return reports, pauses.seconds


def _collected(coming, reports):
    for report in coming:
        reports.append(report)
        yield from ()


def nothing():
    pass


def test_what_arrives_is_ingested_as_it_comes(archive):
    reports, pauses = watched(archive, lambda: stage(archive, 0), nothing, lambda: stage(archive, 1), nothing)
    assert [len(report.files) for report in reports] == [1, 1]
    assert pauses == [30.0] * 5
    assert len(held(open_archive(archive.root), "SA_TEMP")[0]) == len(truth([0, 1])["SA_TEMP"][0])


def test_nothing_new_takes_no_lock(archive):
    stage(archive, 0)

    def lock():
        writer = Writer(archive.root)
        writer.__enter__()
        locks.append(writer)

    locks = []
    reports, _ = watched(archive, lock, nothing, nothing)
    locks[0].__exit__(None, None, None)
    assert len(reports) == 1


def test_another_writer_is_waited_for(archive):
    writer = Writer(archive.root)
    writer.__enter__()
    stage(archive, 0)
    reports, _ = watched(archive, nothing, lambda: writer.__exit__(None, None, None), nothing)
    assert [report.stored > 0 for report in reports] == [True]


def test_a_file_that_is_held_back_does_not_make_runs_without_end(archive):
    settings = archive.layout.settings
    settings.write_text(settings.read_text() + "ingest: {policies: {apid: hold}}\n")
    path = stage(archive, 0)
    reports, _ = watched(archive, nothing, nothing, nothing)
    assert reports == []
    assert path.exists()
    assert RecordLog(archive.layout.records).last_number() == 0


def test_failures_that_may_pass_are_tried_again_less_and_less_often(archive):
    staging = archive.layout.staging
    aside = staging.with_name("aside")
    stage(archive, 0)
    staging.rename(aside)
    settings = archive.layout.settings
    settings.write_text(settings.read_text() + f"ingest: {{staging: '{archive.root / 'staging' / 'in'}'}}\n")
    plain = settings.read_text().partition("ingest:")[0]
    staging.write_text("a file where a folder should be")

    def mend():
        staging.unlink()
        aside.rename(staging)
        settings.write_text(plain)

    reports, pauses = watched(archive, nothing, nothing, mend, nothing)
    assert pauses[:3] == [60.0, 120.0, 240.0]
    assert [len(report.files) for report in reports] == [1]


def test_a_week_of_failures_is_survived():
    """After a thousand of them the pause would be no float any more, if it went on doubling."""
    assert [_pause_s(30.0, failures) for failures in (0, 1, 4, 5, 2000)] == [30.0, 60.0, 480.0, 600.0, 600.0]
    assert _pause_s(3600.0, 2000) == 3600.0


def test_no_archive_is_told_at_once(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        next(ingest.watch(tmp_path / "none"))


@pytest.mark.parametrize("every_s", [0, -1, float("nan"), float("inf")])
def test_a_pause_must_be_some_time(archive, every_s):
    with pytest.raises(ValuesError, match="above 0"):
        next(ingest.watch(archive.root, every_s=every_s))


def test_reports_come_as_runs_end(archive):
    stage(archive, 0)
    (report,) = islice(ingest.watch(archive.root), 1)
    assert report.stored > 0


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_when_it_is_told_to(archive, how):
    if signal.getsignal(how) is signal.SIG_IGN:
        pytest.skip("whoever started the tests has this signal ignored, and so do the processes that they start")
    stage(archive, 0)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "jeta", "ingest", "--watch", "--every", "0.1", "--archive", archive.root]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            first = process.stdout.readline()
            stage(archive, 1)
            second = process.stdout.readline()
            while second and not second.startswith("1 file"):
                second = process.stdout.readline()
            time.sleep(0.1)
            process.send_signal(how)
            assert process.wait(60) == 0, process.stderr.read()
        finally:
            process.kill()
    assert first.startswith("1 file")
