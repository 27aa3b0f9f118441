"""`mirror` from a folder: what comes, what goes, what is refused."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from jeta import fetch, operations
from jeta.archive import JetaReader, Writer, create_archive, state
from jeta.errors import (
    ArchiveCorruptError,
    ArchiveExistsError,
    ArchiveLockedError,
    ArchiveMismatchError,
    ArchiveNotFoundError,
    StatError,
    UnknownMsidError,
)
from jeta.mirror import mirror
from mirror.mirror_lab import assert_same, errors, rows, statistics
from operations.lab import MSIDS, delivery, filled, small, tree


@pytest.fixture
def source(tmp_path, monkeypatch):
    small(monkeypatch)
    return filled(tmp_path / "source")


@pytest.fixture
def dest(tmp_path):
    return tmp_path / "dest"


def commit(root, seed, count=20, *, fold=False, **span):
    with Writer(root) as writer:
        writer.commit(delivery(np.random.default_rng(seed), count, **span))
        if fold:
            writer.fold()


def test_a_mirror_is_an_archive_that_gives_the_same(source, dest):
    report = mirror(source, dest)
    assert_same(source, dest)
    assert report.changed == MSIDS
    assert report.msids == 4
    assert report.commits == 1
    assert report.size == sum(path.stat().st_size for path in (dest / "columns").rglob("*.h5"))
    assert JetaReader(dest).first_instant() == JetaReader(source).first_instant()
    assert state.load(dest / "state.json") == state.load(source / "state.json")


def test_sealed_files_and_manifests_are_the_sources_own(source, dest):
    mirror(source, dest)
    assert {path: content for path, content in tree(dest).items() if path.startswith("columns/")} == {
        path: content for path, content in tree(source).items() if path.startswith("columns/")
    }


def test_nothing_travels_twice(source, dest):
    mirror(source, dest)
    before = {
        path: path.stat().st_mtime_ns for path in dest.rglob("*") if path.is_file() and path.name != "writer.lock"
    }
    report = mirror(None, dest)
    assert (report.changed, report.removed, report.files, report.commits, report.plain) == ((), (), 0, 0, ())
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert str(report) == f"{dest}: 4 MSIDs, up to date; from {source}"


@pytest.mark.parametrize("fold", [True, False], ids=["folded", "waiting"])
def test_late_rows_and_corrections_travel(source, dest, fold):
    mirror(source, dest)
    commit(source, 5, 200, fold=fold)
    report = mirror(None, dest)
    assert_same(source, dest)
    assert bool(report.files) == fold
    assert report.commits == (0 if fold else 1)


def test_samples_cut_off_at_the_source_go(source, dest):
    mirror(source, dest)
    operations.truncate(source, 100_000.0, msids=["TEMP", "MODE"])
    operations.truncate(source, -1.0, msids=["COUNTS"])
    report = mirror(None, dest)
    assert_same(source, dest)
    assert report.removed == ("COUNTS",)
    assert not (dest / "columns" / "COUNTS").exists()


def test_an_msid_that_was_exchanged_by_one_of_a_backup(source, dest, tmp_path):
    with Writer(source) as writer:
        writer.fold()
    backup = operations.backup(source, tmp_path / "backups").path
    commit(source, 6)
    mirror(source, dest)
    operations.restore(backup, source, msids="TEMP", replace=True)
    mirror(None, dest)
    assert_same(source, dest)
    assert rows(dest, "TEMP") == rows(backup, "TEMP")


def test_a_source_that_went_back_to_a_backup_as_a_whole(source, dest, tmp_path):
    """Numbers of commits are given again, to other rows."""
    backup = operations.backup(source, tmp_path / "backups").path
    commit(source, 6)
    mirror(source, dest)
    operations.destroy(source, yes=True)
    operations.restore(backup, source)
    commit(source, 7)
    mirror(None, dest)
    assert_same(source, dest)


def test_flags_travel_and_so_does_what_undoes_them(source, dest):
    operations.flag("TEMP", 0, 200_000, reason="odd", archive=source)
    mirror(source, dest)
    with fetch.set_archive(dest):
        assert fetch.MSID("TEMP", 0, 200_000).bads.all()
    operations.unflag(1, reason="fine", archive=source)
    report = mirror(None, dest)
    assert report.plain == ("flags/00000002.json",)
    assert_same(source, dest)
    with fetch.set_archive(dest):
        assert not fetch.MSID("TEMP", 0, 200_000).bads.any()


def test_what_people_write_travels_and_goes(source, dest):
    (source / "tdb" / "a.yaml").write_text("TEMP:\n  unit: K\n")
    (source / "bad_times.txt").write_text("TEMP 1970:001 1970:002\n")
    (source / "events").mkdir()
    (source / "events" / "eclipse.csv").write_text("start,stop\n1970:001,1970:002\n")
    (source / "tdb" / "notes.txt").write_text("not of the database")
    mirror(source, dest)
    assert_same(source, dest)
    assert JetaReader(dest).tdb()["TEMP"].unit == "K"
    (source / "tdb" / "a.yaml").write_text("TEMP:\n  unit: degC\n")
    (source / "bad_times.txt").unlink()
    (source / "events" / "eclipse.csv").unlink()
    assert mirror(None, dest).plain == ("bad_times.txt", "events/eclipse.csv", "tdb/a.yaml")
    assert_same(source, dest)
    assert JetaReader(dest).tdb()["TEMP"].unit == "degC"


def test_files_of_the_mirror_alone_stay(source, dest):
    mirror(source, dest)
    (dest / "tdb" / "mine.yaml").write_text("TEMP:\n  unit: K\n")
    mirror(None, dest)
    assert (dest / "tdb" / "mine.yaml").exists()
    (source / "tdb" / "mine.yaml").write_text("MODE:\n  unit: K\n")
    with pytest.raises(ArchiveExistsError, match=r"tdb/mine\.yaml was made here"):
        mirror(None, dest)


def test_settings_travel_but_for_those_of_who_writes(source, dest):
    settings = source / "archive.yaml"
    settings.write_text(settings.read_text() + "catalog: postgresql://ann:secret@host/jeta\n")
    JetaReader(source)
    mirror(source, dest)
    assert JetaReader(dest).config.name == "source"
    assert not any(b"secret" in content for content in tree(dest).values())


def test_some_msids_and_then_more(source, dest):
    assert mirror(source, dest, msids=["te*", "mode"]).msids == 2
    assert_same(source, dest, ["MODE", "TEMP"])
    assert not (dest / "columns" / "FINE").exists()
    commit(source, 8, fold=True)
    commit(source, 9)
    assert mirror(None, dest).changed == ("MODE", "TEMP")
    assert_same(source, dest, ["MODE", "TEMP"])
    mirror(None, dest, msids="fine")
    assert_same(source, dest, ["FINE", "MODE", "TEMP"])


def test_prune_leaves_what_is_named(source, dest):
    mirror(source, dest)
    report = mirror(None, dest, msids="F*", prune=True)
    assert report.removed == ("COUNTS", "MODE", "TEMP")
    assert_same(source, dest, ["FINE"])
    assert [path.name for path in (dest / "columns").iterdir()] == ["FINE"]


def test_new_msids_that_a_pattern_chooses_come(source, dest):
    mirror(source, dest, msids="T*")
    with Writer(source) as writer:
        writer.commit({"TWO": delivery(np.random.default_rng(1))["TEMP"]})
    assert mirror(None, dest).msids == 2
    assert_same(source, dest, ["TEMP", "TWO"])


def test_commits_without_chosen_msids_leave_no_hole(source, dest):
    mirror(source, dest, msids="TEMP")
    for name in ("FINE", "TEMP", "FINE"):
        with Writer(source) as writer:
            writer.commit({name: delivery(np.random.default_rng(3))[name]})
    mirror(None, dest)
    assert_same(source, dest, ["TEMP"])


@pytest.mark.parametrize(
    ("products", "kept"), [("full", {"full"}), (["FULL", "d*"], {"full", "daily"}), ("*", {"full", "5min", "daily"})]
)
def test_products(source, dest, products, kept):
    """Statistics that did not come are worked out from the samples."""
    mirror(source, dest, products=products)
    assert {path.name for path in (dest / "columns" / "TEMP").iterdir()} == kept
    assert_same(source, dest)


def test_products_come_and_go(source, dest):
    mirror(source, dest, products="full")
    mirror(None, dest, products="daily")
    assert {path.name for path in (dest / "columns" / "TEMP").iterdir()} == {"full", "daily"}
    mirror(None, dest, products="full", prune=True)
    assert {path.name for path in (dest / "columns" / "TEMP").iterdir()} == {"full"}
    assert_same(source, dest)


def test_a_mirror_of_statistics_only(source, dest):
    """It has no samples but of texts, whose codes are with them, and says so."""
    with Writer(source) as writer:
        writer.fold()
    mirror(source, dest, products=["5min", "daily"])
    assert {path.parts[-3] for path in dest.glob("columns/*/full/*.h5")} == {"MODE"}
    for name in MSIDS:
        for each in ("5min", "daily"):
            assert statistics(dest, name, each) == statistics(source, name, each)
    with fetch.set_archive(dest), pytest.raises(ArchiveCorruptError, match="mirror of statistics only"):
        fetch.Msid("TEMP", 0, 200_000)
    mirror(None, dest, products="full")
    assert_same(source, dest)


def test_a_dry_run_changes_nothing_and_tells_the_same(source, dest):
    told = mirror(source, dest, dry_run=True)
    assert not dest.exists()
    done = mirror(source, dest)
    assert (told.changed, told.files, told.size, told.commits, told.plain) == (
        (done.changed, done.files, done.size, done.commits, done.plain)
    )
    assert "would be" in str(told)
    before = tree(dest)
    commit(source, 4, fold=True)
    assert mirror(None, dest, dry_run=True).changed == MSIDS
    assert tree(dest) == before


def test_a_mirror_of_a_mirror(source, dest, tmp_path):
    mirror(source, dest, msids=["TEMP", "FINE"])
    mirror(dest, tmp_path / "third", msids="TEMP")
    commit(source, 4, fold=True)
    commit(source, 5)
    mirror(None, dest)
    mirror(None, tmp_path / "third")
    assert_same(source, tmp_path / "third", ["TEMP"])


def test_a_source_that_may_only_be_read(source, dest):
    """The source's files and folders are as before, to the byte and the time."""
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in source.rglob("*")}
    for path in [source, *(path for path in source.rglob("*") if path.is_dir())]:
        path.chmod(stat.S_IREAD | stat.S_IEXEC)
    mirror(source, dest)
    for path in [source, *(path for path in source.rglob("*") if path.is_dir())]:
        path.chmod(stat.S_IRWXU)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in source.rglob("*")} == before
    assert_same(source, dest)


def test_a_lost_file_of_the_mirror_comes_again(source, dest):
    mirror(source, dest)
    next((dest / "columns" / "TEMP" / "full").glob("*.h5")).unlink()
    assert mirror(None, dest).files == 1
    assert_same(source, dest)


def test_check_mends_a_damaged_file_of_the_mirror(source, dest):
    mirror(source, dest)
    segment = max((dest / "columns" / "TEMP" / "full").glob("*.h5"), key=lambda path: path.stat().st_size)
    chunk = JetaReader(dest).manifest("TEMP").segments[0]
    content = bytearray(segment.read_bytes())
    content[int(chunk["chunks_offset"])] ^= 1
    segment.write_bytes(content)
    assert errors(dest)
    assert mirror(None, dest).files == 0
    assert mirror(None, dest, check=True).files == 1
    assert_same(source, dest)


def test_a_damaged_file_of_the_source_is_named_and_the_rest_is_mirrored(source, dest):
    segment = next((source / "columns" / "TEMP" / "full").glob("*.h5"))
    segment.write_bytes(segment.read_bytes()[:-1500])
    with pytest.raises(ArchiveCorruptError, match=rf"{segment} is damaged"):
        mirror(source, dest)
    for name in ("COUNTS", "FINE", "MODE"):
        assert rows(dest, name) == rows(source, name)
    assert not list(dest.glob("columns/TEMP/full/manifest"))
    assert errors(dest) == []


def test_a_missing_file_of_the_source_is_named(source, dest):
    segment = next((source / "columns" / "TEMP" / "full").glob("*.h5"))
    segment.unlink()
    with pytest.raises(ArchiveCorruptError, match=rf"{segment} is listed but not there"):
        mirror(source, dest)
    assert rows(dest, "FINE") == rows(source, "FINE")


def test_a_lost_manifest_of_the_source_is_made_again_in_the_mirror(source, dest):
    (source / "columns" / "TEMP" / "full" / "manifest").unlink()
    mirror(source, dest)
    assert rows(dest, "TEMP") == rows(source, "TEMP")


class TestRefused:
    """What is no place for a mirror, or no source."""

    def test_an_archive_of_its_own(self, source, tmp_path):
        create_archive(tmp_path / "own")
        with pytest.raises(ArchiveExistsError, match="archive of its own"):
            mirror(source, tmp_path / "own")

    def test_a_folder_with_something_in_it(self, source, dest):
        dest.mkdir()
        (dest / "thesis.tex").touch()
        with pytest.raises(ArchiveExistsError, match="not an empty folder"):
            mirror(source, dest)
        assert os.listdir(dest) == ["thesis.tex"]

    def test_a_mirror_of_another_source(self, source, dest, tmp_path):
        mirror(source, dest)
        other = filled(tmp_path / "other", 3)
        with pytest.raises(ArchiveMismatchError, match=f"mirror of {source}"):
            mirror(other, dest)
        source.rename(tmp_path / "new")
        mirror(tmp_path / "new", dest, moved=True)
        mirror(None, dest)
        assert_same(tmp_path / "new", dest)

    @pytest.mark.parametrize("fold", [True, False], ids=["folded", "waiting"])
    def test_a_mirror_that_was_written_to(self, source, dest, fold):
        mirror(source, dest)
        commit(dest, 30, fold=fold)
        before = tree(dest)
        with pytest.raises(ArchiveExistsError, match="has been written to"):
            mirror(None, dest)
        assert tree(dest) == before

    def test_a_mirror_that_was_only_folded_is_fine(self, source, dest):
        mirror(source, dest)
        with Writer(dest) as writer:
            writer.fold()
        mirror(None, dest)
        assert_same(source, dest)

    @pytest.mark.parametrize("inside", ["", "columns/inside", ".."])
    def test_folders_in_each_other(self, source, inside):
        with pytest.raises((ArchiveExistsError, ArchiveNotFoundError)):
            mirror(source, source / inside)

    def test_other_counting_of_times(self, source, dest, tmp_path):
        mirror(source, dest)
        create_archive(tmp_path / "other", time_system="cxcsec")
        with pytest.raises(ArchiveMismatchError, match="count"):
            mirror(tmp_path / "other", dest, moved=True)

    def test_no_source(self, tmp_path, dest):
        with pytest.raises(ArchiveNotFoundError, match="no jeta archive"):
            mirror(tmp_path / "nothing", dest)
        with pytest.raises(ArchiveNotFoundError, match="is no mirror"):
            mirror(None, dest)
        assert not dest.exists()

    def test_a_source_that_is_not_mounted_takes_nothing_away(self, source, dest, tmp_path):
        mirror(source, dest)
        source.rename(tmp_path / "elsewhere")
        source.mkdir()
        with pytest.raises(ArchiveNotFoundError):
            mirror(None, dest)
        assert rows(dest, "TEMP") == rows(tmp_path / "elsewhere", "TEMP")

    def test_names_that_are_none(self, source, dest):
        with pytest.raises(UnknownMsidError, match="NO_SUCH"):
            mirror(source, dest, msids=["TEMP", "NO_SUCH"])
        with pytest.raises(StatError, match="hourly"):
            mirror(source, dest, products="hourly")
        with pytest.raises(UnknownMsidError):
            mirror(source, dest, msids=[])
        assert not dest.exists()

    def test_two_at_once(self, source, dest):
        mirror(source, dest)
        with Writer(dest), pytest.raises(ArchiveLockedError):
            mirror(None, dest)

    def test_a_damaged_memory(self, source, dest):
        mirror(source, dest)
        (dest / "mirror" / "source.json").write_text("{")
        with pytest.raises(ArchiveCorruptError, match="nobody knows what this is a mirror of"):
            mirror(None, dest)


def test_names_that_choose_nothing_any_more_are_passed_over(source, dest):
    mirror(source, dest, msids=["TEMP", "FINE"])
    operations.truncate(source, -1.0, msids="FINE")
    assert mirror(None, dest).removed == ("FINE",)
    assert json.loads((dest / "mirror" / "source.json").read_text())["msids"] == ["TEMP", "FINE"]


def test_progress_ends_at_all(source, dest):
    told = []
    mirror(source, dest, progress=lambda done, total: told.append((done, total)))
    assert (4, 4) in told


def test_a_relative_path_is_remembered_whole(source, dest, monkeypatch):
    monkeypatch.chdir(source.parent)
    mirror("source", "dest")
    monkeypatch.chdir(Path("/"))
    assert mirror(None, dest).source == str(source)
