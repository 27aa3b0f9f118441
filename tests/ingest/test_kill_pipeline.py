"""Runs of the whole ingest, statistics included, really killed (SIGKILL) at random moments: nothing is lost, nothing counted twice.

After each kill every source file is somewhere, and the archive verifies and holds nothing that was not delivered; what was moved
to ``processed/`` is in it. In the end it holds exactly what was delivered, and the accounts agree to the row.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ingest import pipeline_server
from ingest.deliveries import IDS, STRAYS, held, make_archive, truth, write_file
from jeta import ingest
from jeta.archive import open_archive
from jeta.catalog import Catalog, FileRecord, RecordLog
from jeta.operations import verify

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = int(os.environ.get("JETA_PIPELINE_KILLS", "40"))
FILES_A_LIFE = 3


@pytest.fixture
def server():
    """A process that starts runs and kills them."""
    paths = [str(Path(pipeline_server.__file__).parents[2] / "src"), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, pipeline_server.__file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.stdin.close()


class Operator:
    """Puts files into a staging folder, has runs killed, and looks at what is left."""

    def __init__(self, root, server):
        self.archive, self.server = make_archive(root), server
        self.digests = {}
        self.ends = Counter()
        self.last_ms = 0.0

    def deliver(self, number):
        path = write_file(self.archive.layout.staging / f"E{number:04d}.h5", number)
        os.utime(path, (0, 0))  # it has settled long ago
        self.digests[path.name] = number, hashlib.sha256(path.read_bytes()).hexdigest()

    def run(self, delay_ms, workers):
        self.server.stdin.write(f"{self.archive.root} {delay_ms} {workers}\n")
        self.server.stdin.flush()
        end, code, self.last_ms = self.server.stdout.readline().split()
        assert code in ("0", "-9"), "a run failed by itself"
        self.ends[end] += 1
        return float(self.last_ms)

    def places(self):
        """Where each source file is, by name."""
        layout = self.archive.layout
        found = {}
        for folder in (layout.staging, layout.processed, layout.rejected):
            for path in folder.rglob("*.h5") if folder.is_dir() else ():
                found.setdefault(path.name, []).append((folder.name, hashlib.sha256(path.read_bytes()).hexdigest()))
        return found

    def check(self):
        """What must hold after each kill."""
        found = self.places()
        for name, (_, digest) in self.digests.items():
            assert {each for _, each in found[name]} == {digest}, f"{name} is lost or changed: {found.get(name)}"
            assert "rejected" not in [folder for folder, _ in found[name]]
        assert [each for each in verify(self.archive.root) if each.severity == "error"] == []
        done = [number for name, (number, _) in self.digests.items() if "processed" in dict(found[name])]
        everything = [number for number, _ in self.digests.values()]
        for msid in IDS:
            assert _is_within(truth(done)[msid], held(open_archive(self.archive.root), msid))
            assert _is_within(held(open_archive(self.archive.root), msid), truth(everything)[msid])

    def check_end(self):
        """What must hold when all is ingested."""
        numbers = [number for number, _ in self.digests.values()]
        archive = open_archive(self.archive.root)
        stored = Counter()
        records = [each for each in RecordLog(archive.layout.records).after(0) if isinstance(each, FileRecord)]
        log = RecordLog(archive.layout.records)
        for record in records:
            for counts in log.msids(record.number):
                stored[counts.msid] += counts.stored
        for msid in IDS:
            expected, found = truth(numbers)[msid], held(archive, msid)
            np.testing.assert_array_equal(found[0], expected[0])
            np.testing.assert_array_equal(found[1], expected[1])
            assert stored[msid] == len(expected[0]), msid
        assert os.listdir(archive.layout.staging) == []
        assert {record.path.rpartition("/")[2] for record in records} == set(self.digests)
        last = {record.path: record for record in records}
        assert {record.outcome for record in last.values()} == {"ingested"}
        assert all(dict(record.rejected) == STRAYS for record in records)
        with Catalog.open(archive.layout.catalog, log) as catalog:
            catalog.sync()
            assert catalog.check(full=True) == []
            assert {run.state for run in catalog.runs()} <= {"complete", "failed"}


def _is_within(some, more):
    """Whether all of some samples are among others, with the same values."""
    place = np.searchsorted(more[0], some[0])
    inside = place < len(more[0])
    return bool(np.all(inside) and np.all(more[0][place] == some[0]) and np.all(more[1][place] == some[1]))


@pytest.mark.parametrize("workers", [1, 2])
def test_runs_killed_at_random_moments(tmp_path, server, workers):
    operator = Operator(tmp_path / "archive", server)
    chance = random.Random(workers)
    for number in range(FILES_A_LIFE):
        operator.deliver(number)
    whole_ms = operator.run(60_000, workers)
    number = FILES_A_LIFE
    for kill in range(KILLS // 2):
        if len(os.listdir(operator.archive.layout.staging)) < FILES_A_LIFE:
            operator.deliver(number)
            number += 1
        operator.run(1 if kill == 0 else chance.uniform(0, whole_ms), workers)
        operator.check()
    operator.run(60_000, workers)
    operator.check_end()
    assert operator.ends["killed"] >= 1


def test_a_run_after_a_kill_takes_back_the_record_of_a_commit_that_was_not_made(tmp_path):
    """The record is written just before the commit: here the commit never comes, and the next run counts the file once."""
    archive = make_archive(tmp_path / "archive")
    write_file(archive.layout.staging / "E0.h5", 0)
    program = (
        "import os, signal, sys\nfrom jeta import ingest\nfrom jeta.archive import journal\n"
        "journal.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ingest.run(archive=sys.argv[1])"
    )
    os.utime(archive.layout.staging / "E0.h5", (0, 0))
    assert subprocess.run([sys.executable, "-c", program, archive.root], check=False).returncode == -9
    log = RecordLog(archive.layout.records)
    assert log.read(log.last_number()).stored > 0
    assert archive.names() == []
    report = ingest.run(archive=archive.root)
    assert report.duplicate == 5
    assert [each.stored for each in log.after(0) if isinstance(each, FileRecord)] == [report.stored]
    assert report.stored == sum(len(times) for times, _ in truth([0]).values())


def test_a_run_after_a_kill_moves_what_was_committed_without_reading_it_again(tmp_path):
    archive = make_archive(tmp_path / "archive")
    path = write_file(archive.layout.staging / "E0.h5", 0)
    os.utime(path, (0, 0))
    program = (
        "import os, signal, sys\nfrom jeta import ingest\nfrom jeta.ingest import dealing\n"
        "dealing.move = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ingest.run(archive=sys.argv[1])"
    )
    assert subprocess.run([sys.executable, "-c", program, archive.root], check=False).returncode == -9
    assert path.exists()
    report = ingest.run(archive=archive.root)
    assert (report.read, list(report.moved)) == (0, [path])
    assert not path.exists()
    assert report.moved[path].exists()
