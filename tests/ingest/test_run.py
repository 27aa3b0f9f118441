"""`jeta.ingest.run`: what becomes of files, and of their rows."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ingest.deliveries import BAD_APID, IDS, START_MS, STRAYS, held, make_archive, truth, write_file
from jeta import fetch, ingest
from jeta.archive import Writer, create_archive, open_archive
from jeta.catalog import Catalog, FileRecord, RecordLog, RunRecord
from jeta.errors import ArchiveCorruptError, ArchiveLockedError, ValuesError
from jeta.ingest import listing
from jeta.tdb import Entry, write_yaml
from jeta.testing.fos_writer import fos_rows, write_fos_file
from jeta.times.scales import cxcsec_to_unix
from jeta.update.target import FOLD_COMMITS


@pytest.fixture
def archive(tmp_path):
    return make_archive(tmp_path / "archive")


@pytest.fixture
def stage(archive):
    """Writes a file of the delivery into the staging folder, changed long ago."""

    def stage(number, name=None):
        path = write_file(archive.layout.staging / (name or f"E{number:04d}.h5"), number)
        os.utime(path, (1e9, 1e9))
        return path

    return stage


def settings(archive, text):
    path = archive.layout.settings
    path.write_text(path.read_text() + text)


def records(archive):
    return [each for each in RecordLog(archive.layout.records).after(0) if isinstance(each, FileRecord)]


def agrees(archive, numbers):
    """Whether an archive holds exactly these files."""
    for msid, expected in truth(numbers).items():
        found = held(open_archive(archive.root), msid)
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])
    return True


def test_files_of_the_staging_folder_are_committed_and_moved(archive, stage):
    paths = [stage(number) for number in (2, 0, 1)]
    report = ingest.run(archive=archive.root)
    assert agrees(archive, [0, 1, 2])
    assert report.stored == sum(len(times) for times, _ in truth([0, 1, 2]).values())
    assert dict(report.rejected) == {reason: 3 * rows for reason, rows in STRAYS.items()}
    assert os.listdir(archive.layout.staging) == []
    assert [report.moved[path].name for path in paths] == ["E0002.h5", "E0000.h5", "E0001.h5"]
    assert all(target.is_relative_to(archive.layout.processed) and target.exists() for target in report.moved.values())
    assert (report.held, report.left, report.refused, report.errors) == ({}, {}, {}, {})


def test_files_are_taken_in_the_order_in_which_they_end(archive, stage):
    for number, name in ((2, "a.h5"), (0, "b.h5"), (1, "c.h5")):
        stage(number, name)
    report = ingest.run(archive=archive.root)
    assert [file.path.name for file in report.files] == ["b.h5", "c.h5", "a.h5"]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_the_order_of_delivery_makes_no_difference_in_one_run_for_each_file(archive, stage, order):
    for number in order:
        stage(number)
        ingest.run(archive=archive.root, fold="always")
    assert agrees(archive, [0, 1, 2, 3])


def test_a_record_is_kept_of_each_file_and_each_run(archive, stage):
    path = stage(0)
    content = path.stat().st_size
    report = ingest.run(archive=archive.root)
    first, last = list(RecordLog(archive.layout.records).after(0))
    assert isinstance(last, RunRecord)
    assert (first.run, first.path, first.kept) == (report.run, str(path), str(report.moved[path]))
    assert (first.size, first.format, first.outcome, first.commit) == (content, "fos_hdf5", "ingested", 1)
    assert (first.read, first.stored, first.duplicate) == (report.read, report.stored, report.duplicate)
    assert dict(first.rejected) == STRAYS
    times = [time for each, _ in truth([0]).values() for time in each.tolist()]
    assert (first.first_ns, first.last_ns) == (min(times) * 10**6, max(times) * 10**6)
    assert len(first.sha256) == 64
    assert (last.run, last.state) == (report.run, "complete")


def test_the_catalog_knows_the_run_and_its_files_when_it_returns(archive, stage):
    stage(0)
    report = ingest.run(archive=archive.root)
    log = RecordLog(archive.layout.records)
    with Catalog.open(archive.layout.catalog, log, read_only=True) as catalog:
        assert [(run.run, run.state) for run in catalog.runs()] == [(report.run, "complete")]
        assert [file.stored for file in catalog.files(run=report.run)] == [report.stored]
        assert catalog.coverage("SA_TEMP").stored == 600


def test_a_run_without_files_leaves_no_trace(archive):
    report = ingest.run(archive=archive.root)
    assert (report.run, report.files) == ("", [])
    assert RecordLog(archive.layout.records).last_number() == 0


def test_a_file_that_comes_twice_changes_nothing_and_is_kept_beside_the_first(archive, stage):
    first = stage(0)
    one = ingest.run(archive=archive.root).moved[first]
    again = stage(0)
    report = ingest.run(archive=archive.root)
    assert (report.stored, report.duplicate) == (0, sum(len(times) for times, _ in truth([0]).values()) + 5)
    assert one.exists()
    assert agrees(archive, [0])
    assert not again.exists()


def test_a_foreign_file_is_rejected_with_its_reason_and_counted(archive, stage):
    stage(0)
    path = archive.layout.staging / "sim.h5"
    write_fos_file(path, fos_rows([11, 11], [START_MS, START_MS + 1], [1.0, 2.0]), origin="SIMULATOR")
    os.utime(path, (1e9, 1e9))
    report = ingest.run(archive=archive.root)
    assert report.rejected["foreign origin SIMULATOR"] == 7
    assert "SIMULATOR" in report.refused[path]
    assert "SIMULATOR" in (archive.layout.rejected / "sim.h5.reason.txt").read_text()
    assert (archive.layout.rejected / "sim.h5").exists()
    assert [(each.outcome, "SIMULATOR" in each.message) for each in records(archive)] == [
        ("rejected", True),
        ("ingested", False),
    ]
    assert agrees(archive, [0])


def test_a_damaged_file_is_rejected_and_the_others_are_ingested(archive, stage):
    stage(0)
    path = stage(1)
    path.write_bytes(path.read_bytes()[:3000])
    os.utime(path, (1e9, 1e9))
    report = ingest.run(archive=archive.root)
    assert list(report.errors) == [path]
    assert (archive.layout.rejected / "E0001.h5.reason.txt").exists()
    assert agrees(archive, [0])


def test_a_note_among_the_files_stays(archive, stage):
    stage(0)
    note = archive.layout.staging / "README.txt"
    note.write_text("about this delivery\n")
    os.utime(note, (1e9, 1e9))
    report = ingest.run(archive=archive.root)
    assert (list(report.left), note.exists()) == ([note], True)


def test_files_in_activities_are_not_touched(archive, stage):
    stage(0)
    aside = archive.layout.staging / "backlog"
    aside.mkdir()
    write_file(aside / "E0001.h5", 1)
    ingest.run(archive=archive.root)
    assert agrees(archive, [0])
    assert (aside / "E0001.h5").exists()


def test_a_file_that_changed_a_moment_ago_is_waited_for(archive):
    settings(archive, "ingest:\n  settle_s: 0.3\n")
    write_file(archive.layout.staging / "E0000.h5", 0)
    assert ingest.run(archive=archive.root).stored > 0


@pytest.mark.parametrize("keep", ["move", "compress", "leave"])
def test_what_becomes_of_source_files_is_a_setting(archive, stage, keep):
    settings(archive, f"ingest:\n  keep: {keep}\n")
    path = stage(0)
    content = path.read_bytes()
    report = ingest.run(archive=archive.root)
    (record,) = records(archive)
    if keep == "leave":
        assert (path.read_bytes(), report.moved, record.kept) == (content, {}, "")
    else:
        target = report.moved[path]
        assert record.kept == str(target)
        assert (gzip.decompress if keep == "compress" else bytes)(target.read_bytes()) == content
        assert target.name == ("E0000.h5.gz" if keep == "compress" else "E0000.h5")


def test_what_a_gap_rule_holds_back_stays_and_comes_when_the_gap_is_closed(archive, stage):
    settings(archive, "ingest:\n  policies: {gap: hold}\n")
    stage(0)
    late, beyond = None, stage(2)
    report = ingest.run(archive=archive.root)
    assert list(report.held) == [beyond]
    assert agrees(archive, [0])
    log = RecordLog(archive.layout.records)
    with Catalog.open(archive.layout.catalog, log) as catalog:
        assert [each.path for each in catalog.held()] == [str(beyond)]
    late = stage(1)
    report = ingest.run(archive=archive.root)
    assert sorted(report.moved) == [late, beyond]
    assert agrees(archive, [0, 1, 2])
    with Catalog.open(archive.layout.catalog, log) as catalog:
        assert catalog.held() == []


def test_a_rule_can_be_lifted_for_one_run(archive, stage):
    settings(archive, "ingest:\n  policies: {gap: hold}\n")
    stage(0)
    stage(2)
    report = ingest.run(archive=archive.root, accept=["gap"])
    assert report.held == {}
    assert agrees(archive, [0, 2])
    assert any("begins 10 min after" in note or "after" in note for notes in report.noted.values() for note in notes)


def test_rows_of_excluded_packets_hold_a_file_back_if_the_rule_says_so(archive, stage):
    settings(archive, "ingest:\n  policies: {apid: hold}\n")
    path = stage(0)
    report = ingest.run(archive=archive.root)
    assert f"apid {BAD_APID}" in report.held[path]
    assert (path.exists(), archive.names(), records(archive)) == (True, [], [])


def test_rows_of_excluded_packets_are_stored_and_told_if_the_rule_says_so(archive, stage):
    settings(archive, "ingest:\n  policies: {apid: accept}\n")
    stage(0)
    report = ingest.run(archive=archive.root)
    assert len(held(archive, "SE_VOLT")[0]) == len(truth([0])["SE_VOLT"][0]) + 4
    assert sum(rows for file in report.files for note, rows in file.notes.items() if str(BAD_APID) in note) == 4


def test_rows_before_the_mission_are_left_out_counted(archive, stage):
    settings(archive, "ingest:\n  policies: {epoch: {action: reject, earliest: '2026:001:00:05'}}\n")
    stage(0)
    report = ingest.run(archive=archive.root)
    half = START_MS + 300_000
    for msid, (times, _) in truth([0]).items():
        np.testing.assert_array_equal(held(archive, msid)[0], times[times >= half])
    assert report.rejected["time before the earliest of the archive"] > 300


def test_rows_before_the_mission_are_stored_and_told_if_accepted(archive, stage):
    settings(archive, "ingest:\n  policies: {epoch: {action: accept, earliest: '2026:001:00:05'}}\n")
    stage(0)
    report = ingest.run(archive=archive.root)
    assert agrees(archive, [0])
    assert sum(file.notes["time before the earliest of the archive, kept"] for file in report.files) > 300


def test_the_rules_of_the_first_jeta_are_a_preset(archive, stage):
    settings(archive, "ingest:\n  preset: jeta1\n")
    stage(0)
    sim = archive.layout.staging / "sim.h5"
    write_fos_file(sim, fos_rows([11], [START_MS], [1.0]), origin="SIMULATOR")
    beyond = stage(2)
    os.utime(sim, (1e9, 1e9))
    report = ingest.run(archive=archive.root)
    assert set(report.held) == {sim, beyond}
    assert agrees(archive, [0])


def test_wrong_settings_stop_a_run_before_anything_is_done(archive, stage):
    settings(archive, "ingest:\n  policies: {gap: hodl}\n")
    path = stage(0)
    with pytest.raises(ArchiveCorruptError, match="hodl"):
        ingest.run(archive=archive.root)
    assert (path.exists(), archive.names()) == (True, [])


def test_named_files_stay_where_they_are_and_are_taken_in_their_order(archive, tmp_path):
    paths = [write_file(tmp_path / name, number) for name, number in (("b.h5", 1), ("a.h5", 0))]
    report = ingest.run(*paths, archive=archive.root)
    assert [file.path for file in report.files] == paths
    assert all(path.exists() for path in paths)
    assert report.moved == {}
    assert [each.kept for each in records(archive)] == ["", ""]
    assert agrees(archive, [0, 1])


def test_a_path_that_does_not_exist_stops_a_run_before_anything_is_done(archive, tmp_path):
    good = write_file(tmp_path / "a.h5", 0)
    with pytest.raises(FileNotFoundError, match=r"gone\.h5"):
        ingest.run(good, tmp_path / "gone.h5", archive=archive.root)
    assert archive.names() == []


@pytest.mark.parametrize("option", [{"accept": ["gaps"]}, {"keep": "burn"}, {"fold": "sometimes"}])
def test_options_that_there_are_not_are_refused(archive, option):
    with pytest.raises(ValuesError, match="expected one of"):
        ingest.run(archive=archive.root, **option)


def test_a_preview_tells_and_does_nothing(archive, stage):
    settings(archive, "ingest:\n  policies: {gap: hold}\n")
    paths = [stage(0), stage(2)]
    found = ingest.preview(archive=archive.root)
    assert [step.verdict for step in found.plan.steps] == ["ingest", "hold"]
    assert "E0002.h5" in str(found)
    json.dumps(found.to_dict())
    assert all(path.exists() for path in paths)
    assert sorted(os.listdir(archive.root)) == ["archive.yaml", "columns", "journal", "staging", "tdb"]


def test_a_preview_before_the_first_run_is_empty(tmp_path):
    archive = make_archive(tmp_path / "a")
    archive.layout.staging.rmdir()
    assert ingest.preview(archive=archive.root).plan.steps == ()


def test_another_writer_is_waited_for_if_wanted(archive, stage):
    stage(0)
    with Writer(archive.root), pytest.raises(ArchiveLockedError, match="being written to"):
        ingest.run(archive=archive.root, wait_s=0.1)
    with ThreadPoolExecutor(1) as thread:
        with Writer(archive.root):
            waiting = thread.submit(ingest.run, archive=archive.root, wait_s=60)
        assert waiting.result().stored > 0


@pytest.mark.parametrize("workers", [1, 3])
def test_processes_that_read_ahead_make_no_difference(archive, stage, workers, monkeypatch):
    monkeypatch.setattr("jeta.ingest.running._WORTH_PROCESSES_BYTES", 1)
    for number in range(4):
        stage(number)
    ingest.run(archive=archive.root, workers=workers, fold="always")
    assert agrees(archive, range(4))
    assert [each.path.rpartition("/")[2] for each in records(archive)] == [f"E000{number}.h5" for number in range(4)]


def test_an_executor_that_is_handed_in_reads_and_folds(archive, stage):
    for number in range(3):
        stage(number)
    with ThreadPoolExecutor(2) as executor:
        report = ingest.run(archive=archive.root, executor=executor, fold="always")
    assert agrees(archive, range(3))
    assert report.folded == report.stored


def test_folding_is_done_when_wanted_only(archive, stage):
    stage(0)
    assert ingest.run(archive=archive.root, fold="never").folded == 0
    assert len(archive.journal_files()) == 1
    stage(1)
    ingest.run(archive=archive.root, fold="always")
    assert archive.journal_files() == []


def test_a_large_file_is_committed_share_by_share(archive, stage, monkeypatch):
    monkeypatch.setattr("jeta.ingest.dealing.ROWS_AT_ONCE", 400)
    stage(0)
    report = ingest.run(archive=archive.root)
    assert agrees(archive, [0])
    assert len(records(archive)) > 1
    assert sum(each.read for each in records(archive)) == report.read
    assert dict(report.rejected) == STRAYS


def test_statistics_are_there_after_a_run(archive, stage):
    for number in range(3):
        stage(number)
    ingest.run(archive=archive.root, fold="always")
    with fetch.set_archive(archive.root):
        dat = fetch.MSID("SA_TEMP", "2026:001", stat="5min")
    times, values = truth([0, 1, 2])["SA_TEMP"]
    index = times // 328_000
    full = np.unique(index)[1:-1]
    np.testing.assert_allclose(dat.means[: len(full)], [values[index == each].mean() for each in full], rtol=1e-6)


def test_a_report_tells_what_became_of_the_files(archive, stage):
    stage(0)
    sim = archive.layout.staging / "sim.h5"
    write_fos_file(sim, fos_rows([11], [START_MS], [1.0]), origin="SIMULATOR")
    os.utime(sim, (1e9, 1e9))
    report = ingest.run(archive=archive.root)
    assert "refused: sim.h5: foreign origin SIMULATOR" in str(report)
    assert "moved to" in str(report)
    told = json.loads(json.dumps(report.to_dict()))
    assert (told["stored"], told["files"]) == (report.stored, 2)
    assert list(told["refused"]) == [str(sim)]


def test_every_msid_is_known_by_its_number(archive, stage):
    stage(0)
    report = ingest.run(archive=archive.root)
    assert set(report.msids) == {*IDS, "", "id 999999"}


def small(archive, name, second=0):
    """A small table in the staging folder that has settled long ago."""
    path = archive.layout.staging / name
    path.write_text(f"time,SA_TEMP\n{1_767_225_600 + second},{second}\n")
    os.utime(path, (1e9, 1e9))
    return path


def test_a_rule_may_be_named_by_a_text_alone(archive):
    assert ingest.preview(archive=archive.root, accept="gap").plan.steps == ()


@pytest.mark.parametrize("workers", [0, -1, 1.5, "2", True])
def test_a_number_of_processes_must_be_one(archive, workers):
    with pytest.raises(ValuesError, match="expected a whole number of at least 1"):
        ingest.run(archive=archive.root, workers=workers)


def test_an_empty_path_is_not_the_current_folder(archive):
    with pytest.raises(FileNotFoundError, match="a path is empty"):
        ingest.run("", archive=archive.root)


def test_very_many_small_files_do_not_heap_up_in_the_journal(archive):
    """Each commit is compared with all of the journal."""
    for number in range(FOLD_COMMITS + 6):
        small(archive, f"{number:03d}.csv", number)
    report = ingest.run(archive=archive.root, workers=1)
    assert report.stored == FOLD_COMMITS + 6
    assert len(open_archive(archive.root).journal_files()) == 6


@pytest.mark.parametrize("keep", ["move", "compress"])
@pytest.mark.parametrize(
    "name", ["x" * 251 + ".csv", "A" * 226 + ".gz" + "B" * 10 + ".csv", "a.gz.csv"], ids=["longest", "gz lost", "gz"]
)
def test_files_of_long_names_are_ingested_and_keep_their_content(archive, keep, name):
    path = small(archive, name)
    content = path.read_bytes()
    report = ingest.run(archive=archive.root, keep=keep)
    assert (report.stored, list(report.moved)) == (1, [path])
    kept = report.moved[path]
    assert kept.name.endswith(".csv" if keep == "move" else ".csv.gz")
    assert (kept.read_bytes() if keep == "move" else gzip.decompress(kept.read_bytes())) == content


def test_a_broken_file_that_has_changed_since_it_was_looked_at_is_not_rejected(archive, monkeypatch):
    """What is broken may be what has arrived so far."""
    path = small(archive, "late.csv")
    path.write_text("nothing")
    os.utime(path, (1e9, 1e9))
    looked = listing.look_at

    def look_and_arrive(path, identify):
        seen = looked(path, identify)
        small(archive, "late.csv")
        return seen

    monkeypatch.setattr(listing, "look_at", look_and_arrive)
    report = ingest.run(archive=archive.root)
    assert (report.files, list(report.left)) == ([], [path])
    monkeypatch.undo()
    assert ingest.run(archive=archive.root).stored == 1


def test_what_a_rule_accepts_is_told_in_print_and_as_json(archive):
    """A table tells no instants before it is read: its length and end are judged by its rows, and the report says so."""
    path = archive.layout.staging / "long.csv"
    path.write_text("time,SA_TEMP\n2026-01-01T00:00:00,1\n2026-01-01T05:00:00,2\n")
    os.utime(path, (1e9, 1e9))
    report = ingest.run(archive=archive.root)
    assert report.accepted == {path: {"duration": "lasts 5 h: expected less than 4 h"}}
    assert "  accepted: long.csv: lasts 5 h: expected less than 4 h" in str(report).splitlines()
    assert json.loads(json.dumps(report.to_dict()))["accepted"] == {str(path): report.accepted[path]}


def test_a_gap_that_is_accepted_is_told(archive, stage):
    stage(0)
    path = stage(2)
    report = ingest.run(archive=archive.root)
    assert list(report.accepted) == [path]
    assert list(report.accepted[path]) == ["gap"]
    assert f"  accepted: {path.name}: begins " in str(report)


def test_rows_of_unknown_msids_are_stored_once_the_telemetry_database_knows_them(archive, stage):
    """The file comes again when the MSID has been added: what was rejected is stored, the rest is duplicate."""
    entries = archive.layout.tdb / "fos.yaml"
    whole = entries.read_text()
    write_yaml([Entry("SA_TEMP", id=IDS["SA_TEMP"])], entries)
    stage(0)
    first = ingest.run(archive=archive.root)
    assert open_archive(archive.root).names() == ["SA_TEMP"]
    entries.write_text(whole)
    stage(0)
    second = ingest.run(archive=archive.root)
    assert agrees(archive, [0])
    assert second.duplicate == first.stored + first.duplicate
    assert second.stored == sum(len(times) for msid, (times, _) in truth([0]).items() if msid != "SA_TEMP")


def test_files_of_an_archive_in_chandra_seconds(tmp_path, stage, archive):
    """Rules, records and rows agree, though its time system counts leap seconds."""
    chandra = create_archive(tmp_path / "axaf", time_system="cxcsec")
    (chandra.layout.tdb / "fos.yaml").write_text((archive.layout.tdb / "fos.yaml").read_text())
    settings(chandra, "ingest: {policies: {gap: hold}}\n")
    chandra.layout.staging.mkdir()
    for number in (0, 1):
        stage(number).rename(chandra.layout.staging / f"E{number}.h5")
        report = ingest.run(archive=chandra.root)
        assert report.held == {}
    with fetch.set_archive(chandra.root):
        dat = fetch.MSID("SA_TEMP", "2026:001")
    times, values = truth([0, 1])["SA_TEMP"]
    np.testing.assert_allclose(cxcsec_to_unix(dat.times), times / 1000, atol=1e-6)
    np.testing.assert_array_equal(dat.vals, values)
    first = records(chandra)[0]
    assert cxcsec_to_unix(first.first_ns / 1e9) == pytest.approx(START_MS / 1000 + 0.011, abs=0.02)


def test_a_staging_folder_on_another_disk(archive, stage):
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == archive.root.stat().st_dev:
        pytest.skip("there is no other file system here")
    with tempfile.TemporaryDirectory(dir=elsewhere) as folder:
        settings(archive, f"ingest: {{staging: '{folder}'}}\n")
        path = stage(0).rename(archive.root / "E0.h5")
        shutil.copy2(path, folder)
        content = path.read_bytes()
        path.unlink()
        report = ingest.run(archive=archive.root)
        (target,) = report.moved.values()
        assert target.read_bytes() == content
        assert os.listdir(folder) == []
    assert agrees(archive, [0])
