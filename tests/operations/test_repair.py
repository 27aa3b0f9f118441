"""`repair`: each thing that is made from others is deleted or damaged in turn, and is there again, to the last row and bin."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from archive.products import check_statistics
from jeta import ingest
from jeta.archive import JetaReader, Writer, create_archive, state
from jeta.catalog import FileRecord, RecordLog
from jeta.errors import ArchiveLockedError, ArchiveNotFoundError
from jeta.ingest import dealing
from jeta.operations import backup, repair, restore, status, verify
from jeta.operations.catalog_access import catalog_of
from operations.delivered import delivered, stage
from operations.lab import all_rows, filled, tree


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Archives to make copies of: one that is folded with statistics, one of an ingest."""
    folder = tmp_path_factory.mktemp("repair")
    return {"filled": filled(folder / "filled", pending=0), "delivered": delivered(folder / "delivered").root}


@pytest.fixture
def root(model, tmp_path):
    return Path(shutil.copytree(model["filled"], tmp_path / "a"))


@pytest.fixture
def archive(model, tmp_path):
    return JetaReader(Path(shutil.copytree(model["delivered"], tmp_path / "d")))


def errors(root):
    return [finding for finding in verify(root) if finding.severity == "error"]


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x18
    path.write_bytes(content)


def test_nothing_to_do_changes_nothing(root):
    files = tree(root)
    report = repair(root)
    assert (report.done, report.is_whole, report.advice) == ((), True, "")
    assert str(report) == f"{root}: nothing to mend"
    assert tree(root) == files


@pytest.mark.parametrize("damage", ["gone", "flip", "empty"])
def test_lists_of_segments(root, damage):
    there = all_rows(root)
    for path in (root / "columns").glob("*/full/manifest"):
        path.unlink() if damage == "gone" else flip(path) if damage == "flip" else path.write_bytes(b"")
    report = repair(root)
    assert report.is_whole
    assert sum(what.startswith("make the list of segments of ") for what in report.done) == 4
    assert all_rows(root) == there
    assert all((root / "columns" / name / "full" / "manifest").exists() for name in there)
    assert verify(root) == []


@pytest.mark.parametrize("damage", ["gone", "nonsense", "wrong", "ahead"])
def test_the_state(root, damage):
    path, there, first = root / "state.json", all_rows(root), JetaReader(root).first_instant()
    known = state.load(path)
    if damage == "gone":
        path.unlink()
    elif damage == "nonsense":
        path.write_text('{"folded": "x"')
    else:
        wrong = (
            state.State(0, known.first_ns) if damage == "wrong" else state.State(known.folded, known.first_ns + 10**12)
        )
        state.save(path, wrong)
    report = repair(root)
    assert report.done == ("make state.json anew",)
    assert state.load(path) == known
    assert (all_rows(root), JetaReader(root).first_instant()) == (there, first)
    assert verify(root) == []


@pytest.mark.parametrize("damage", ["manifest", "file", "file gone"])
def test_statistics(root, damage):
    folder = root / "columns" / "TEMP" / "5min"
    if damage == "manifest":
        flip(folder / "manifest")
    else:
        file = next(folder.glob("*.h5"))
        os.truncate(file, 700) if damage == "file" else file.unlink()
    there = all_rows(root)
    report = repair(root)
    assert report.is_whole
    assert "work out the 5min statistics of TEMP anew" in report.done
    assert all_rows(root) == there
    check_statistics(root)
    assert verify(root) == []


def test_statistics_that_say_something_else_are_found_in_full(root):
    """Files that agree with their checksums, but are those of other samples."""
    shutil.rmtree(root / "columns" / "TEMP" / "5min")
    shutil.copytree(root / "columns" / "FINE" / "5min", root / "columns" / "TEMP" / "5min")
    repair(root)
    report = repair(root, full=True)
    assert report.is_whole
    check_statistics(root)
    assert verify(root) == []


def test_what_killed_processes_left(root):
    there = all_rows(root)
    folder = root / "columns" / "TEMP" / "full"
    left = [
        root / ".aside-1-a",
        root / "journal" / ".aside-1-b",
        folder / ".aside-1-c",
        folder / "100ms-99-abcdefgh-0.h5",
        root / "columns" / "TEMP" / "5min" / "1bin-99-abcdefgh-0.h5",
    ]
    for path in left:
        path.write_bytes(b"half")
    (root / "flags").mkdir()
    (root / "flags" / ".aside-1-d").touch()
    (root / "columns" / "NEVER").mkdir()
    (folder / "notes.txt").write_text("mine")
    report = repair(root)
    assert report.is_whole
    assert not any(path.exists() for path in [*left, root / "flags" / ".aside-1-d", root / "columns" / "NEVER"])
    assert (folder / "notes.txt").read_text() == "mine"
    assert all_rows(root) == there


def test_the_journal_is_folded(tmp_path):
    root = filled(tmp_path / "a", pending=2)
    there = all_rows(root)
    report = repair(root)
    assert "fold 2 commits" in report.done
    assert list((root / "journal").iterdir()) == []
    assert all_rows(root) == there
    check_statistics(root)


def test_a_dry_run_tells_the_same_and_changes_nothing(tmp_path):
    root = filled(tmp_path / "a", pending=1)
    (root / "columns" / "TEMP" / "full" / "manifest").unlink()
    flip(root / "columns" / "MODE" / "daily" / "manifest")
    (root / "state.json").unlink()
    files = tree(root)
    would = repair(root, dry_run=True)
    assert tree(root) == files
    assert would.dry_run
    assert would.remaining == ()
    assert all(line.startswith("would ") for line in str(would).splitlines()[:-1])
    report = repair(root)
    assert set(would.done) <= set(report.done)
    assert report.is_whole


def test_a_dry_run_takes_no_lock_and_a_repair_does(root):
    with Writer(root):
        assert repair(root, dry_run=True).is_whole
        with pytest.raises(ArchiveLockedError):
            repair(root)


def test_a_damaged_segment_is_told_of_and_a_backup_mends_it(root, tmp_path):
    """Nothing is folded over it, and the advice works."""
    backup(root, tmp_path / "b")
    there = all_rows(root)
    segment = next((root / "columns" / "TEMP" / "full").glob("*.h5"))
    flip(segment)
    report = repair(root, full=True)
    assert [finding.path for finding in report.remaining] == [segment]
    assert "jeta restore BACKUP" in report.advice
    assert json.loads(json.dumps(report.to_dict()))["remaining"][0]["path"] == str(segment)
    restore(tmp_path / "b", root)
    assert repair(root, full=True).is_whole
    assert all_rows(root) == there


def test_a_list_whose_segments_are_lost_too_is_left_as_it_is(root):
    folder = root / "columns" / "TEMP" / "full"
    flip(folder / "manifest")
    content = (folder / "manifest").read_bytes()
    next(folder.glob("*.h5")).unlink()
    report = repair(root)
    assert folder / "manifest" in [finding.path for finding in report.remaining]
    assert (folder / "manifest").read_bytes() == content


def test_a_damaged_commit_keeps_the_journal_from_being_folded(tmp_path):
    root = filled(tmp_path / "a", pending=2)
    commits = sorted((root / "journal").iterdir())
    os.truncate(commits[0], 600)
    report = repair(root)
    assert commits[0] in [finding.path for finding in report.remaining]
    assert sorted((root / "journal").iterdir()) == commits


def test_folders_that_are_lost_are_not_replaced_by_empty_ones(root):
    """That would look like an archive without samples."""
    shutil.rmtree(root / "columns")
    report = repair(root)
    assert [finding.path for finding in report.remaining] == [root / "columns"]
    assert not (root / "columns").exists()


@pytest.mark.parametrize("damage", ["gone", "nonsense", "cut", "sums"])
def test_the_catalog(archive, damage):
    path = archive.layout.catalog
    before = status(archive)
    if damage == "gone":
        path.unlink()
    elif damage == "sums":
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(path)) as database, database:
            database.execute("update totals set stored = stored + 1")
    else:
        path.write_bytes(b"nonsense" * 999 if damage == "nonsense" else path.read_bytes()[:5000])
    report = repair(archive, full=damage == "sums")
    assert any("catalog" in what for what in report.done)
    assert report.is_whole
    after = status(archive)
    assert (after.files, after.records, after.behind) == (before.files, before.records, 0)
    assert [run.run for run in after.runs] == [run.run for run in before.runs]
    assert repair(archive, full=True).done == ()


def test_a_catalog_that_is_behind(archive):
    stage(archive, 5)
    saved = archive.layout.catalog.read_bytes()
    ingest.run(archive=archive, workers=1)
    after = status(archive).files
    archive.layout.catalog.write_bytes(saved)
    assert any("catalog" in what for what in repair(archive).done)
    with catalog_of(archive) as catalog:
        assert catalog.totals() == after
        assert catalog.check(full=True) == []


def test_an_interrupted_move_is_finished(archive, monkeypatch):
    """The process is gone after the commit of a file, and before it was moved."""

    def killed(*_):
        raise KeyboardInterrupt

    path = stage(archive, 5)
    monkeypatch.setattr(dealing.Dealing, "_put_away", killed)
    monkeypatch.setattr("jeta.update.accounts.Accounts.close", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        ingest.run(archive=archive, workers=1)
    monkeypatch.undo()
    assert path.exists()
    assert repair(archive, dry_run=True).done[0] == f"move 1 source files that are in the archive: {path.name}"
    report = repair(archive)
    assert report.is_whole
    assert not path.exists()
    record = [each for each in RecordLog(archive.layout.records).after(0) if isinstance(each, FileRecord)][-1]
    assert (record.path, Path(record.kept).exists()) == (str(path), True)
    assert repair(archive).done == ()


def test_a_record_whose_commit_never_was_is_taken_back(archive):
    log = RecordLog(archive.layout.records)
    number = log.write(FileRecord("killed", "/in/x.h5", commit=999)).number
    (log.path(number).parent / ".aside-1-a").touch()
    report = repair(archive)
    assert "take back the record of /in/x.h5, whose commit never was" in report.done
    assert log.last_number() == number - 1
    assert verify(archive.root) == []


def test_a_damaged_last_record_does_not_stand_in_the_way(archive):
    """The next ingest would stop at it for ever; what it said is lost, and told."""
    log = RecordLog(archive.layout.records)
    path = log.path(log.last_number())
    flip(path)
    report = repair(archive)
    assert report.done[0].startswith(f"set record {int(path.stem)} aside")
    assert path.with_name(path.name + ".damaged").exists()
    stage(archive, 5)
    assert not ingest.run(archive=archive, workers=1).errors
    assert errors(archive.root) == []


def test_a_lost_record_in_the_middle_remains(archive):
    path = RecordLog(archive.layout.records).path(2)
    path.unlink()
    assert path in [finding.path for finding in repair(archive).remaining]


def test_settings_of_the_ingest_that_are_wrong_keep_nothing_else_from_being_mended(archive):
    settings = archive.layout.settings
    settings.write_text(settings.read_text() + "ingest: {staging: 7}\n")
    archive.layout.state.unlink()
    report = repair(archive.root)
    assert "make state.json anew" in report.done
    assert any("staging is 7" in why for why in report.failed)


def test_everything_at_once(archive, tmp_path):
    """All that can be made anew is gone, and is there again."""
    there, before = all_rows(archive.root), status(archive).files
    archive.layout.catalog.unlink()
    archive.layout.state.unlink()
    repair(archive)
    for path in archive.layout.columns.glob("*/full/manifest"):
        path.unlink()
    for path in archive.layout.columns.glob("*/5min"):
        shutil.rmtree(path)
    archive.layout.catalog.unlink()
    archive.layout.state.unlink()
    report = repair(JetaReader(archive.root))
    assert report.is_whole
    assert all_rows(archive.root) == there
    assert status(archive.root).files == before
    assert verify(archive.root) == []


def test_no_archive(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        repair(tmp_path)


def test_a_new_archive_needs_nothing(tmp_path):
    root = create_archive(tmp_path / "a").root
    assert repair(root).done == ()
    assert sorted(os.listdir(root)) == ["archive.yaml", "columns", "journal", "tdb", "writer.lock"]
