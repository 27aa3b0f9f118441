"""Records, catalog, mirrors and source files in backups, restores and when an archive is destroyed."""

from __future__ import annotations

import os
import shutil

import pytest

from jeta import ingest
from jeta.archive import JetaReader, Writer
from jeta.catalog import FileRecord, RecordLog
from jeta.errors import ArchiveExistsError
from jeta.operations import backup, backups_in, destroy, restore, verify, verify_backup
from operations.delivered import delivered, set_ingest, stage
from operations.lab import all_rows, tree


@pytest.fixture
def archive(tmp_path):
    return delivered(tmp_path / "a")


def inside(folder):
    """Paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def records(root):
    log = RecordLog(root / "records")
    return [log.read(number) for number in log.numbers_after(0)]


def test_a_backup_has_the_records_and_neither_catalog_nor_source_files(archive, tmp_path):
    stage(archive, 7)
    identity = RecordLog(archive.layout.records).identity()
    path = backup(archive, tmp_path / "b").path
    assert records(path) == records(archive.root)
    assert RecordLog(path / "records").identity() == identity
    tops = {name.split("/")[0] for name in inside(path)}
    assert tops == {"archive.yaml", "backup.json", "journal", "records", "state.json", "tdb"}
    assert verify_backup(path) == []
    assert verify(path) == []


def test_source_files_on_demand_and_shared_with_the_backup_before(archive, tmp_path):
    stage(archive, 7)
    first = backup(archive, tmp_path / "b", with_sources=True)
    names = inside(first.path)
    assert "staging/E0007.h5" in names
    assert {"rejected/broken.h5", "rejected/broken.h5.reason.txt"} <= names
    assert sum(name.startswith("processed/") for name in names) == 3
    second = backup(archive, tmp_path / "b", with_sources=True)
    shared = [name for name in names if name.split("/")[0] in ("staging", "processed", "rejected", "records")]
    assert all((first.path / name).samefile(second.path / name) for name in shared)
    assert not any(name.startswith("staging") for name in inside(backup(archive, tmp_path / "b").path))


def test_a_source_file_that_changed_is_copied_anew(archive, tmp_path):
    path = stage(archive, 7)
    first = backup(archive, tmp_path / "b", with_sources=True).path
    size = path.stat().st_size
    path.write_bytes(b"x" * size)
    second = backup(archive, tmp_path / "b", with_sources=True).path
    assert (second / "staging" / path.name).read_bytes() == b"x" * size
    assert (first / "staging" / path.name).read_bytes() != b"x" * size


def test_a_record_whose_number_was_given_anew_is_not_taken_for_the_old_one(archive, tmp_path):
    """A killed run leaves a last record without its commit; the next run takes that back, and gives its number again."""
    log = RecordLog(archive.layout.records)
    one = log.write(FileRecord("killed", "/in/one.h5", commit=99, recorded_utc="2026-01-01T00:00:00.000Z"))
    first = backup(archive, tmp_path / "b").path
    log.remove(one.number)
    other = log.write(FileRecord("killed", "/in/two.h5", commit=99, recorded_utc="2026-01-01T00:00:00.000Z"))
    assert other.number == one.number
    second = backup(archive, tmp_path / "b").path
    assert [records(path)[-1].path for path in (first, second)] == ["/in/one.h5", "/in/two.h5"]


def test_folders_that_the_settings_name_are_those_of_source_files(tmp_path):
    archive = delivered(tmp_path / "a", 1)
    set_ingest(archive, "ingest: {staging: data/in, processed: data/done, rejected: data/bad, settle_s: 0}\n")
    archive = JetaReader(archive.root)
    ingest.run(archive=archive)
    (archive.root / "data" / "in" / "x.h5").write_text("x")
    assert not any(name.startswith("data/") for name in inside(backup(archive, tmp_path / "b").path))
    assert "data/in/x.h5" in inside(backup(archive, tmp_path / "b", with_sources=True).path)
    with pytest.raises(ArchiveExistsError, match="source files"):
        destroy(archive.root, yes=True)
    destroy(archive.root, yes=True, with_sources=True)
    assert not archive.root.exists()


def test_settings_that_are_wrong_do_not_keep_from_backing_up(archive, tmp_path):
    set_ingest(archive, "ingest: {staging: 7}\n")
    assert not any(name.startswith("staging") for name in inside(backup(archive, tmp_path / "b").path))


@pytest.mark.parametrize("link", [False, True])
def test_a_restored_archive_goes_on_with_the_same_records(archive, tmp_path, link):
    backup(archive, tmp_path / "b", link=link)
    restore(tmp_path / "b", tmp_path / "again")
    again = JetaReader(tmp_path / "again")
    assert records(again.root) == records(archive.root)
    again.layout.staging.mkdir()
    stage(again, 3)
    assert ingest.run(archive=again, workers=1).errors == {}
    assert len(records(again.root)) == len(records(archive.root)) + 2
    assert records(archive.root) == records(archive.root)
    assert verify(again.root) == []


def test_an_archive_of_some_msids_has_no_records(archive, tmp_path):
    """They tell of all MSIDs, and number commits that it never had."""
    backup(archive, tmp_path / "b", with_sources=True)
    restore(tmp_path / "b", tmp_path / "some", msids=["SA_*"])
    assert not {"records", "staging", "processed", "rejected"} & set(os.listdir(tmp_path / "some"))
    assert verify(tmp_path / "some") == []


@pytest.mark.parametrize("damage", ["flip", "gone"])
def test_a_damaged_record_is_put_back(archive, tmp_path, damage):
    backup(archive, tmp_path / "b")
    there, path = records(archive.root), RecordLog(archive.layout.records).path(2)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x18
    path.unlink() if damage == "gone" else path.write_bytes(content)
    assert path in [finding.path for finding in verify(archive.root) if finding.severity == "error"]
    report = restore(tmp_path / "b", archive.root)
    assert report.mended == (path,)
    assert report.remaining == ()
    assert records(archive.root) == there


def test_a_record_that_no_backup_has_remains_told_of(archive, tmp_path):
    backup(archive, tmp_path / "b")
    stage(archive, 3)
    ingest.run(archive=archive, workers=1)
    log = RecordLog(archive.layout.records)
    number = log.last_number() - 1
    log.path(number).write_bytes(b"PK")
    report = restore(tmp_path / "b", archive.root)
    assert [finding.path for finding in report.remaining] == [log.path(number)]


def test_what_a_mirror_publishes_is_not_taken_and_what_it_remembers_is(archive, tmp_path):
    folder = archive.root / "mirror"
    (folder / "columns").mkdir(parents=True)
    (folder / "arriving").mkdir()
    for name in ("index.json.gz", "index.lock", "source.json", "columns/SA_TEMP.json.gz", "arriving/1.h5"):
        (folder / name).write_text("x")
    assert {n for n in inside(backup(archive, tmp_path / "b").path) if n.startswith("mirror")} == {"mirror/source.json"}
    shutil.rmtree(archive.layout.processed)
    shutil.rmtree(archive.layout.rejected)
    destroy(archive.root, yes=True)
    assert not archive.root.exists()


def test_destroy_knows_records_catalog_and_what_lies_beside_them(archive):
    for name in ("catalog.db-wal", "catalog.db-shm", "catalog.db-journal", "catalog.db.damaged"):
        (archive.root / name).touch()
    (archive.layout.records / ".aside-1-a").touch()
    (archive.layout.records / "000000" / ".aside-1-a").touch()
    for folder in (archive.layout.processed, archive.layout.rejected):
        shutil.rmtree(folder)
        folder.mkdir()
    assert archive.layout.catalog.exists()
    destroy(archive.root, yes=True)
    assert not archive.root.exists()


@pytest.mark.parametrize("folder", ["staging", "processed", "rejected"])
def test_source_files_keep_an_archive_from_being_destroyed(archive, folder):
    for each in {"staging", "processed", "rejected"} - {folder}:
        shutil.rmtree(archive.root / each)
    if folder == "staging":
        stage(archive, 9)
    files = tree(archive.root)
    with pytest.raises(ArchiveExistsError, match=r"source files.*--with-sources"):
        destroy(archive.root, yes=True)
    assert tree(archive.root) == files
    destroy(archive.root, yes=True, with_sources=True)
    assert not archive.root.exists()


@pytest.mark.parametrize(
    "name",
    [
        "records/notes.txt",
        "records/000000/1.zip",
        "records/0000/000000000001.zip",
        "records/000000/x/000000000001.zip",
        "mirror/notes",
    ],
)
def test_what_is_foreign_among_records_keeps_all(archive, name):
    path = archive.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    with pytest.raises(ArchiveExistsError, match="not of the archive"):
        destroy(archive.root, yes=True, with_sources=True)
    assert path.read_text() == "mine"


def test_a_link_among_source_files_keeps_all(archive, tmp_path):
    (tmp_path / "precious").write_text("mine")
    (archive.layout.staging / "link.h5").symlink_to(tmp_path / "precious")
    with pytest.raises(ArchiveExistsError, match=r"link\.h5"):
        destroy(archive.root, yes=True, with_sources=True)
    assert (tmp_path / "precious").read_text() == "mine"


def test_an_archive_that_is_folded_without_pause_is_backed_up(archive, tmp_path, monkeypatch):
    """The backup waits for the lock then, has it for its last look, and each commit in all MSIDs."""
    import threading

    from jeta.archive.lock import holder_of
    from jeta.operations import snapshot
    from operations.test_backup import _one

    monkeypatch.setattr(snapshot, "_LOOKS_ALONE", 1)
    monkeypatch.setattr(snapshot, "_LONGEST_WAIT_S", 20.0)
    root, stop, names, failures = archive.root, threading.Event(), ["M1", "M2"], []

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            try:
                with Writer(root).waiting(20.0) as writer:
                    writer.commit({name: _one(number) for name in names})
                    writer.fold()
            except OSError as err:
                failures.append(err)
                return

    changes = snapshot.Snapshot._changed
    looks = []

    def changed(self):
        found = changes(self)
        looks.append(self._is_alone)
        return found if self._is_alone else found or ["state.json"]  # a disk so slow that each look finds a new fold

    monkeypatch.setattr(snapshot.Snapshot, "_changed", changed)
    thread = threading.Thread(target=write)
    thread.start()
    try:
        report = backup(root, tmp_path / "b")
    finally:
        stop.set()
        thread.join()
    assert failures == []
    assert looks[-1]
    assert holder_of(archive.layout.lock) is None
    rows = all_rows(report.path)
    assert rows["M1"] == rows["M2"]
    assert [finding for finding in verify(report.path) if finding.severity == "error"] == []
    assert backups_in(tmp_path / "b") == [report.path]
