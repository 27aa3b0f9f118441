"""`backup`: a whole archive of one instant, sharing what it has in common with the one before, told apart by digests."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading

import numpy as np
import pytest

from jeta import update
from jeta.archive import JetaReader, Writer, create_archive
from jeta.errors import ArchiveCorruptError, ArchiveExistsError, ArchiveLockedError, ArchiveNotFoundError
from jeta.operations import backup, backups_in, flag, truncate, verify, verify_backup
from jeta.operations.backup_list import load
from operations.lab import all_rows, delivery, filled, tree


@pytest.fixture
def root(tmp_path):
    return filled(tmp_path / "a")


def segments(folder):
    """Sealed files below a folder, by path."""
    return {str(path.relative_to(folder)): path for path in folder.glob("columns/*/*/*.h5")}


def inodes(folder):
    return {name: path.stat().st_ino for name, path in segments(folder).items()}


def test_a_backup_is_an_archive_with_the_same_files(tmp_path, root):
    (root / "bad_times.txt").write_text("# none\n")
    flag("TEMP", 100.0, 200.0, "test", archive=root)
    report = backup(root, tmp_path / "b")
    assert verify(report.path) == []
    assert verify_backup(report.path) == []
    assert all_rows(report.path) == all_rows(root)
    theirs, ours = tree(report.path), tree(root)
    theirs.pop("backup.json")
    ours.pop("flags/.lock", None)
    assert theirs == ours
    assert (report.files, report.copied) == (len(theirs), len(theirs))
    assert report.size == sum(map(len, theirs.values()))
    assert report.path.name.startswith("a-2")


def test_nothing_is_shared_with_the_archive_unless_wanted(tmp_path, root):
    """A file damaged in place in the archive is whole in the backup; with link=True it is the same file."""
    copy, linked = backup(root, tmp_path / "b"), backup(root, tmp_path / "c", link=True)
    assert not set(inodes(copy.path).values()) & set(inodes(root).values())
    assert inodes(linked.path) == inodes(root)
    assert linked.copied < copy.copied
    people = ["archive.yaml", "columns/TEMP/full/manifest"]
    assert all((linked.path / name).stat().st_ino != (root / name).stat().st_ino for name in people)


def test_a_later_backup_shares_what_has_not_changed(tmp_path):
    root = filled(tmp_path / "a", pending=0)
    first = backup(root, tmp_path / "b")
    second = backup(root, tmp_path / "b")
    assert inodes(second.path) == inodes(first.path)
    assert second.copied_size < 2000
    with Writer(root) as writer:
        writer.commit({"TEMP": delivery(np.random.default_rng(3))["TEMP"]})
        writer.fold()
    third = backup(root, tmp_path / "b")
    same = set(inodes(third.path).items()) & set(inodes(first.path).items())
    assert {name.split("/")[1] for name, _ in set(inodes(third.path).items()) - same} >= {"TEMP"}
    assert same
    assert third.copied < first.copied
    assert verify_backup(third.path) == []
    assert backups_in(tmp_path / "b") == [first.path, second.path, third.path]


def test_any_backup_may_be_removed(tmp_path, root):
    first, second = backup(root, tmp_path / "b"), backup(root, tmp_path / "b")
    shutil.rmtree(first.path)
    assert verify_backup(second.path) == []
    assert all_rows(second.path) == all_rows(root)


def test_anew_shares_nothing(tmp_path, root):
    first, second = backup(root, tmp_path / "b"), backup(root, tmp_path / "b", anew=True)
    assert not set(inodes(first.path).values()) & set(inodes(second.path).values())


def test_what_the_archive_lost_is_taken_from_the_backup_before(tmp_path, root):
    """A segment that is gone, and one that is damaged under its name, stay whole in later backups."""
    first = backup(root, tmp_path / "b")
    lost, damaged = sorted(segments(root).values())[:2]
    lost.unlink()
    damaged.write_bytes(bytes(damaged.stat().st_size))
    second = backup(root, tmp_path / "b")
    assert second.lacking == ()
    assert inodes(second.path) == inodes(first.path)
    assert [finding for finding in verify(second.path) if finding.severity == "error"] == []


def test_what_is_lacking_is_told(tmp_path, root):
    lost = min(segments(root))
    (root / lost).unlink()
    report = backup(root, tmp_path / "b")
    assert report.lacking == (lost,)
    assert [(finding.severity, finding.path) for finding in verify_backup(report.path)] == [
        ("note", report.path / lost)
    ]


def test_what_belongs_to_nothing_is_left_behind(tmp_path, root):
    folder = root / "columns" / "TEMP" / "full"
    (folder / "left.h5").write_bytes(b"half")
    (root / "journal" / ".aside-1-a").touch()
    (root / ".aside-1-a").touch()
    (root / "elsewhere").symlink_to(tmp_path)
    (root / "more").mkdir()
    (root / "more" / "elsewhere").symlink_to(tmp_path)
    (root / "more" / "mine.txt").write_text("mine")
    report = backup(root, tmp_path / "b")
    assert (report.path / "more" / "mine.txt").read_text() == "mine"
    assert not [
        path for path in report.path.rglob("*") if "aside" in path.name or path.name in ("left.h5", "elsewhere")
    ]
    assert report.left_out == ("elsewhere", "more/elsewhere")


def test_a_manifest_that_is_lost_or_damaged(tmp_path, root):
    """All segments are taken, from which it can be made again."""
    (root / "columns" / "TEMP" / "full" / "manifest").unlink()
    (root / "columns" / "COUNTS" / "full" / "manifest").write_bytes(b"{")
    report = backup(root, tmp_path / "b")
    (report.path / "columns" / "COUNTS" / "full" / "manifest").unlink()
    (root / "columns" / "COUNTS" / "full" / "manifest").unlink()
    assert all_rows(report.path) == all_rows(root)


def test_a_database_in_use_is_copied_whole(tmp_path, root):
    path = root / "catalog.sqlite"
    with sqlite3.connect(path) as live:
        live.execute("pragma journal_mode=wal")
        live.execute("create table runs (number integer)")
        live.commit()
        live.execute("insert into runs values (7)")
        live.commit()
        report = backup(root, tmp_path / "b")
    live.close()
    assert sorted(found.name for found in report.path.glob("catalog*")) == ["catalog.sqlite"]
    copy = sqlite3.connect(report.path / "catalog.sqlite")
    assert copy.execute("select number from runs").fetchall() == [(7,)]
    copy.close()


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "longer"])
def test_damage_of_a_backup_is_found(tmp_path, root, damage):
    path = backup(root, tmp_path / "b").path
    target = sorted(segments(path).values())[1]
    content = bytearray(target.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
    elif damage == "cut":
        content = content[:-1]
    elif damage == "longer":
        content += b"x"
    target.unlink()
    if damage != "gone":
        target.write_bytes(content)
    (finding,) = verify_backup(tmp_path / "b")
    assert (finding.severity, finding.path) == ("error", target)


def test_a_list_that_was_changed_is_refused(tmp_path, root):
    path = backup(root, tmp_path / "b").path
    told = json.loads((path / "backup.json").read_text())
    told["backup"]["number"] = 9
    (path / "backup.json").write_text(json.dumps(told))
    with pytest.raises(ArchiveCorruptError, match="damaged"):
        verify_backup(path)
    assert backups_in(tmp_path / "b") == []


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a/../../x", "..", "C:x", "a\\b", ""])
def test_a_list_that_leads_out_is_refused(tmp_path, root, name):
    import hashlib

    path = backup(root, tmp_path / "b").path
    told = json.loads((path / "backup.json").read_text())
    told["backup"]["files"][name] = [1, "0"]
    told["sha256"] = hashlib.sha256(json.dumps(told["backup"], sort_keys=True).encode()).hexdigest()
    (path / "backup.json").write_text(json.dumps(told))
    with pytest.raises(ArchiveCorruptError, match="no path below"):
        load(path)


def test_names(tmp_path):
    """A name of any characters makes a folder; two of one second differ; order is by number, not by clock."""
    root = create_archive(tmp_path / "a", name="JWST / ops:1").root
    update.append("volt", [1.7e9], [1.0], archive=root)
    paths = [backup(root, tmp_path / "b").path for _ in range(3)]
    assert all(path.name.startswith("JWST_ops_1-2") for path in paths)
    renamed = paths[2].rename(tmp_path / "b" / "AAA")
    assert backups_in(tmp_path / "b") == [*paths[:2], renamed]


def test_an_empty_archive(tmp_path):
    root = create_archive(tmp_path / "a").root
    path = backup(root, tmp_path / "b").path
    assert verify(path) == []
    assert JetaReader(path).names() == []


def test_leftovers_of_a_killed_backup_go(tmp_path, root):
    left = tmp_path / "b" / ".aside-1-x"
    left.mkdir(parents=True)
    (left / "half").touch()
    backup(root, tmp_path / "b")
    assert not left.exists()


@pytest.mark.parametrize("where", ["a", "a/backups", "link/backups"])
def test_not_into_an_archive(tmp_path, root, where):
    (tmp_path / "link").symlink_to(root)
    files = tree(root)
    with pytest.raises(ArchiveExistsError):
        backup(root, tmp_path / where)
    assert tree(root) == files


def test_two_at_once(tmp_path, root):
    from jeta.archive.lock import WriterLock

    (tmp_path / "b").mkdir()
    with WriterLock(tmp_path / "b" / "backup.lock"), pytest.raises(ArchiveLockedError):
        backup(root, tmp_path / "b")


def test_nothing_there(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        backup(tmp_path / "no", tmp_path / "b")
    with pytest.raises(ArchiveNotFoundError, match="no backup"):
        verify_backup(tmp_path)


def test_beside_a_writer_each_backup_is_a_state_that_a_commit_left(tmp_path):
    """Commits of all MSIDs at once, folds and cuts go on: a backup has each commit in all MSIDs, or in none."""
    root = create_archive(tmp_path / "a").root
    stop = threading.Event()
    names = [f"M{number:02d}" for number in range(12)]
    failures = []

    def write():
        number = 0
        try:
            while not stop.is_set():
                with Writer(root) as writer:
                    for _ in range(3):
                        number += 1
                        writer.commit({name: _one(number) for name in names})
                    writer.fold()
                stop.wait((0.05, 0.3, 3.0)[number // 3 % 3])  # a slow disk needs a pause to get through
        except OSError as err:
            failures.append(err)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        paths = []
        while len(paths) < 8 or (len({len(all_rows(path).get("M00", [])) for path in paths}) < 4 and len(paths) < 60):
            paths.append(backup(root, tmp_path / "b").path)
    finally:
        stop.set()
        thread.join()
    assert failures == []
    counts = []
    for path in paths:
        assert [finding for finding in verify(path) if finding.severity == "error"] == []
        assert verify_backup(path) == []
        rows = all_rows(path)
        assert len({len(each) for each in rows.values()} or {0}) == 1
        counts.append(len(rows.get("M00", [])))
    assert counts == sorted(counts)
    assert len(set(counts)) > 2, counts


def _one(number):
    from jeta.samples import Samples

    return Samples(np.array([number * 1000]), "ms", np.array([float(number)]))


def test_a_cut_beside_does_not_harm(tmp_path, root):
    first = backup(root, tmp_path / "b")
    truncate(root, 86_400.0)
    second = backup(root, tmp_path / "b")
    assert all_rows(second.path) == all_rows(root)
    assert all_rows(first.path) != all_rows(root)


def test_a_disk_that_is_full_leaves_nothing(tmp_path, root):
    from archive.test_full_disk import file_size_limit

    kept = backup(root, tmp_path / "b").path
    with file_size_limit(1500), pytest.raises(OSError, match=r"large|space"):
        backup(root, tmp_path / "b", anew=True)
    assert sorted(os.listdir(tmp_path / "b")) == sorted([kept.name, "backup.lock"])
    assert verify_backup(tmp_path / "b") == []
