"""`restore`: an archive as a whole, some MSIDs, or what is damaged; later samples stay, and damage is never put in place."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from archive.products import check_statistics
from archive.rows import contents
from jeta.archive import JetaReader, Writer, create_archive
from jeta.archive.lock import WriterLock
from jeta.errors import (
    ArchiveCorruptError,
    ArchiveExistsError,
    ArchiveLockedError,
    ArchiveMismatchError,
    ArchiveNotFoundError,
    UnknownMsidError,
    ValuesError,
)
from jeta.operations import backup, flag, restore, truncate, verify
from jeta.samples import Samples
from operations.lab import MSIDS, all_rows, delivery, filled, small, tree


@pytest.fixture
def root(tmp_path):
    """An archive with a backup in b, of which MODE is in the journal too; then more rows: COUNTS, MODE, and TEMP in the journal."""
    root = filled(tmp_path / "a", pending=0)
    rng = np.random.default_rng(77)
    with Writer(root) as writer:
        writer.commit({"MODE": delivery(rng, 20)["MODE"]})
    backup(root, tmp_path / "b")
    with Writer(root) as writer:
        writer.commit({name: rows for name, rows in delivery(rng, 20).items() if name in ("COUNTS", "MODE")})
        writer.fold()
        writer.commit({"TEMP": delivery(rng, 20)["TEMP"]})
    return root


@pytest.fixture
def saved(tmp_path, root):
    """Rows of the backup."""
    return all_rows(next((tmp_path / "b").glob("a-*")))


def errors(root):
    return [finding for finding in verify(root) if finding.severity == "error"]


def flip(path):
    """Change some bits in the middle of a file, where it lies."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0x18]))


def segments(root, msid, product="full"):
    return sorted((root / "columns" / msid / product).glob("*.h5"))


# The whole archive


@pytest.mark.parametrize("there", ["nothing", "an empty folder", "no folder above"])
def test_a_whole_archive_to_another_place(tmp_path, root, saved, there):
    target = tmp_path / ("x/y/again" if there == "no folder above" else "again")
    if there == "an empty folder":
        target.mkdir()
    report = restore(tmp_path / "b", target)
    assert all_rows(target) == saved
    assert verify(target) == []
    assert not (target / "backup.json").exists()
    assert report.files == len(tree(target))
    with Writer(target) as writer:
        writer.commit(delivery(np.random.default_rng(1)))
    assert verify(target) == []


def test_some_msids_to_another_place(tmp_path, root, saved):
    """Their samples, those of the journal too, and what people wrote; not the samples of others."""
    report = restore(tmp_path / "b", tmp_path / "again", msids=["temp", "mo*"])
    assert all_rows(tmp_path / "again") == {name: saved[name] for name in ("MODE", "TEMP")}
    assert verify(tmp_path / "again") == []
    assert (tmp_path / "again" / "archive.yaml").read_bytes() == (root / "archive.yaml").read_bytes()
    assert set(report.rows) <= {"MODE", "TEMP"}


def test_damage_of_the_backup_is_not_restored(tmp_path, root):
    path = next((tmp_path / "b").glob("a-*"))
    flip(segments(path, "TEMP")[0])
    with pytest.raises(ArchiveCorruptError, match="nothing was restored"):
        restore(path, tmp_path / "again")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]
    files = tree(root)
    with pytest.raises(ArchiveCorruptError, match="nothing was restored"):
        restore(path, root, msids="TEMP")
    assert tree(root) == files
    restore(path, root, msids="MODE")


def test_what_a_killed_restore_left_goes_and_one_at_work_stays(tmp_path, root):
    left = tmp_path / ".aside-restore-again-1"
    left.mkdir()
    (left / "half").touch()
    with WriterLock(left / "writer.lock"), pytest.raises(ArchiveLockedError):
        restore(tmp_path / "b", tmp_path / "again")
    restore(tmp_path / "b", tmp_path / "again")
    assert not left.exists()


# Mending


def test_nothing_is_done_to_an_archive_that_is_whole(tmp_path, root):
    files = tree(root)
    report = restore(tmp_path / "b", root)
    assert tree(root) == files
    assert (report.mended, report.remaining, report.absent) == ((), (), ())
    assert "nothing to do" in str(report)


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "empty"])
def test_a_damaged_segment_is_put_back_and_later_rows_stay(tmp_path, root, damage):
    """Of all MSIDs whose segments the backup has; what came after the backup is there afterwards."""
    there = all_rows(root)
    files = tree(root)
    hurt = [path for name in ("TEMP", "FINE") for path in segments(root, name)]
    known = [path for path in hurt if list((tmp_path / "b").glob(f"*/{path.relative_to(root)}"))]
    assert known
    for path in known:
        if damage == "flip":
            flip(path)
        elif damage == "gone":
            path.unlink()
        else:
            os.truncate(path, path.stat().st_size // 2 if damage == "cut" else 0)
    assert errors(root)
    report = restore(tmp_path / "b", root)
    assert set(report.mended) == set(known)
    assert report.remaining == ()
    assert errors(root) == []
    assert all_rows(root) == there
    assert tree(root) == files


def test_a_segment_that_the_backup_does_not_have_is_told(tmp_path, root):
    known = {path.name for path in (tmp_path / "b").glob("*/columns/COUNTS/full/*.h5")}
    newer = [path for path in segments(root, "COUNTS") if path.name not in known]
    flip(newer[0])
    content = newer[0].read_bytes()
    report = restore(tmp_path / "b", root)
    assert [finding.path for finding in report.remaining] == [newer[0]]
    assert report.mended == ()
    assert newer[0].read_bytes() == content
    assert "1 error remains" in str(report)


def test_damage_is_not_put_in_the_place_of_damage(tmp_path, root):
    path = segments(root, "TEMP")[0]
    flip(path)
    content = path.read_bytes()
    flip(next((tmp_path / "b").glob(f"*/{path.relative_to(root)}")))
    report = restore(tmp_path / "b", root)
    assert [finding.path for finding in report.remaining] == [path]
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"{", b"", None])
def test_a_damaged_manifest_is_made_again_with_later_rows(tmp_path, root, content):
    there = all_rows(root)
    path = root / "columns" / "COUNTS" / "full" / "manifest"
    if content is None:
        path.unlink()
        segments(root, "TEMP")  # a lost manifest is no error: it is made again when it is needed
    else:
        path.write_bytes(content)
    report = restore(tmp_path / "b", root)
    assert (report.remaining, errors(root)) == ((), [])
    assert all_rows(root) == there


def test_manifest_and_segments_gone(tmp_path, root):
    """What the backup has of an MSID that has not changed since serves to make its manifest again."""
    there = all_rows(root)
    folder = root / "columns" / "FINE" / "full"
    (folder / "manifest").write_bytes(b"damaged")
    restorable = [path for path in segments(root, "FINE") if list((tmp_path / "b").glob(f"*/{path.relative_to(root)}"))]
    if len(restorable) == len(segments(root, "FINE")):
        restorable[0].unlink()
    report = restore(tmp_path / "b", root)
    assert (report.remaining, errors(root)) == ((), [])
    assert all_rows(root) == there


def test_commits_that_are_damaged_or_lost(tmp_path):
    root = filled(tmp_path / "a", pending=3)
    there = all_rows(root)
    backup(root, tmp_path / "b")
    with Writer(root) as writer:
        writer.commit({"LATER": Samples(np.array([5]), "ms", np.array([1.0]))})
    first, second, *_ = sorted((root / "journal").glob("*.h5"))
    flip(first)
    second.unlink()
    report = restore(tmp_path / "b", root)
    assert {first, second} >= set(report.mended) >= {second}
    assert errors(root) == []
    found = all_rows(root)
    assert len(found.pop("LATER")) == 1
    assert found == there


def test_commits_that_are_folded_stay_away(tmp_path, root):
    """The backup has commits that a fold has moved since."""
    assert list((tmp_path / "b").glob("*/journal/*.h5"))
    names = sorted(os.listdir(root / "journal"))
    flip(segments(root, "TEMP")[0])
    restore(tmp_path / "b", root)
    assert sorted(os.listdir(root / "journal")) == names


def test_settings_and_state(tmp_path, root):
    there = all_rows(root)
    (root / "archive.yaml").write_text("{")
    (root / "state.json").write_text("{")
    report = restore(tmp_path / "b", root)
    assert root / "archive.yaml" in report.mended
    assert errors(root) == []
    assert all_rows(root) == there
    (root / "archive.yaml").unlink()
    restore(tmp_path / "b", root)
    assert errors(root) == []


def test_flags(tmp_path):
    root = filled(tmp_path / "a")
    flag("TEMP", 100.0, 200.0, "test", archive=root)
    backup(root, tmp_path / "b")
    (record,) = (root / "flags").glob("*.json")
    content = record.read_bytes()
    record.write_bytes(b"{")
    assert errors(root)
    restore(tmp_path / "b", root)
    assert record.read_bytes() == content
    assert errors(root) == []


def test_damaged_statistics_are_worked_out_anew(tmp_path, monkeypatch):
    small(monkeypatch)
    root = filled(tmp_path / "a")
    backup(root, tmp_path / "b")
    flip(segments(root, "TEMP", "5min")[0])
    (root / "columns" / "MODE" / "daily" / "manifest").write_bytes(b"{")
    assert errors(root)
    there = all_rows(root)
    report = restore(tmp_path / "b", root)
    assert (report.remaining, errors(root)) == ((), [])
    assert all_rows(root) == there
    assert segments(root, "TEMP", "5min")
    check_statistics(root)


def test_msids_that_are_gone_are_named(tmp_path, root, saved):
    """Nobody can tell whether somebody wanted that: they come when they are named."""
    shutil.rmtree(root / "columns" / "FINE")
    report = restore(tmp_path / "b", root)
    assert report.absent == ("FINE",)
    assert "FINE" not in JetaReader(root).names()
    restore(tmp_path / "b", root, msids=report.absent)
    assert contents(root, "FINE") == saved["FINE"]
    assert verify(root) == []


def test_what_people_wrote_wrongly_stays(tmp_path, root):
    (root / "tdb" / "mine.yaml").write_text("A: {unit: [}")
    report = restore(tmp_path / "b", root)
    assert [finding.path for finding in report.remaining] == [root / "tdb"]
    assert (root / "tdb" / "mine.yaml").read_text() == "A: {unit: [}"


# Some MSIDs


def test_lacking_samples_are_added_and_those_there_stay(tmp_path, root, saved):
    """After a cut, what the backup has comes back; a value that was corrected since stays corrected."""
    truncate(root, 86_400.0)
    first = saved["COUNTS"][0][0]
    with Writer(root) as writer:
        writer.commit({"COUNTS": Samples(np.array([first // 10**6]), "ms", np.array([99], np.int32))})
    there = dict.fromkeys(ns for ns, _ in contents(root, "COUNTS"))
    corrected = [row for row in contents(root, "COUNTS") if row[0] == first]
    report = restore(tmp_path / "b", root, msids=["COUNTS", "FINE"])
    found = contents(root, "COUNTS")
    assert [row for row in found if row[0] == first] == corrected
    assert {ns for ns, _ in found} == {ns for ns, _ in saved["COUNTS"]} | set(there)
    assert [row for row in found if row[0] not in there] == [row for row in saved["COUNTS"] if row[0] not in there]
    assert contents(root, "FINE") == saved["FINE"]
    assert report.rows["FINE"] > 0
    assert verify(root) == []
    assert restore(tmp_path / "b", root, msids=["COUNTS", "FINE"]).rows == {}


def test_later_samples_stay(tmp_path, root):
    there = all_rows(root)
    assert restore(tmp_path / "b", root, msids="*").rows == {}
    assert all_rows(root) == there


def test_replace_makes_msids_what_they_were(tmp_path, monkeypatch, root, saved):
    small(monkeypatch)
    there = all_rows(root)
    assert there["COUNTS"] != saved["COUNTS"]
    report = restore(tmp_path / "b", root, msids=["COUNTS", "TEMP"], replace=True)
    assert all_rows(root) == there | {name: saved[name] for name in ("COUNTS", "TEMP")}
    assert report.rows == {name: len(saved[name]) for name in ("COUNTS", "TEMP")}
    assert verify(root) == []
    check_statistics(root)
    with Writer(root) as writer:
        writer.commit(delivery(np.random.default_rng(9)))
        writer.fold()
    assert verify(root) == []


def test_into_another_archive(tmp_path, root, saved):
    """Commits are numbered otherwise there: what is written afterwards counts all the same."""
    other = create_archive(tmp_path / "other").root
    restore(tmp_path / "b", other, msids=["COUNTS"], replace=True)
    restore(tmp_path / "b", other, msids=["FINE"])
    assert all_rows(other) == {name: saved[name] for name in ("COUNTS", "FINE")}
    assert verify(other) == []
    with Writer(other) as writer:
        writer.commit({"COUNTS": Samples(np.array([-5]), "ms", np.array([4], np.int32))})
    assert len(contents(other, "COUNTS")) == len(saved["COUNTS"]) + 1
    assert verify(other) == []


def test_replace_mends_what_cannot_be_mended_otherwise(tmp_path, root, saved):
    """A damaged segment that is later than the backup: the MSID goes back to what it was."""
    for path in segments(root, "COUNTS"):
        os.truncate(path, 100)
    restore(tmp_path / "b", root, msids="COUNTS", replace=True)
    assert contents(root, "COUNTS") == saved["COUNTS"]
    assert errors(root) == []


# What is refused


def test_what_cannot_be_meant(tmp_path, root):
    files = tree(root)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    path = next((tmp_path / "b").glob("a-*"))
    for arguments, more, error in [
        ((tmp_path / "nothing", root), {}, ArchiveNotFoundError),
        ((root, tmp_path / "x"), {}, ArchiveNotFoundError),
        ((path, tmp_path / "full"), {}, ArchiveExistsError),
        ((path, tmp_path / "full" / "x"), {}, ArchiveExistsError),
        ((path, path), {}, ValueError),
        ((path, path / "x"), {}, ValueError),
        ((path, root), {"replace": True}, ValueError),
        ((path, root), {"msids": "nosuch"}, UnknownMsidError),
    ]:
        with pytest.raises(error):
            restore(*arguments, **more)
    assert tree(root) == files


def test_other_times_or_types(tmp_path, root):
    chandra = create_archive(tmp_path / "c", time_system="cxcsec").root
    with pytest.raises(ArchiveMismatchError):
        restore(tmp_path / "b", chandra, msids="TEMP")
    other = create_archive(tmp_path / "o").root
    with Writer(other) as writer:
        writer.commit({"TEMP": Samples.from_texts(np.array([7]), "ms", np.array(["x"]))})
    with pytest.raises(ValuesError):
        restore(tmp_path / "b", other, msids="TEMP")


def test_two_writers(tmp_path, root):
    for more in ({}, {"msids": "TEMP"}):
        with Writer(root), pytest.raises(ArchiveLockedError):
            restore(tmp_path / "b", root, **more)


def test_a_disk_that_is_full(tmp_path, root):
    from archive.test_full_disk import file_size_limit

    there = all_rows(root)
    path = segments(root, "TEMP")[0]
    flip(path)
    content = path.read_bytes()
    with file_size_limit(1000), pytest.raises(OSError, match=r"large|space"):
        restore(tmp_path / "b", tmp_path / "again")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]
    with file_size_limit(1000), pytest.raises(OSError, match=r"large|space"):
        restore(tmp_path / "b", root)
    assert path.read_bytes() == content
    restore(tmp_path / "b", root)
    assert all_rows(root) == there


def test_every_msid_of_the_lab_is_there(root):
    assert JetaReader(root).names() == sorted(MSIDS)
