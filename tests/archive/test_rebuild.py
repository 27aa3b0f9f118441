"""A lost manifest is made again from the segments alone, whatever killed folds have left beside them."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from archive.rows import archive_with, contents, rows, use_small_pieces
from jeta.archive import JetaReader, Writer, distribute
from jeta.archive.layout import Layout
from jeta.archive.manifest import load, rebuild, segment_name
from jeta.errors import ArchiveCorruptError


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Twenty rows in three segments, of which a late row has rewritten the middle one."""
    use_small_pieces(monkeypatch)
    first = {"TEMP": rows(np.arange(20), np.arange(20.0))}
    return archive_with(tmp_path / "a", first, {"TEMP": rows([9], [-9.0])})


def same(one, other):
    return one.segments.tobytes() == other.segments.tobytes() and (one.folded, one.generation) == (
        other.folded,
        other.generation,
    )


def killed_before_publishing(root, monkeypatch, *, keep=None):
    """Fold, die before the manifest is put in place, and leave the first `keep` of the new segments, or all."""
    before = set(Layout(root).column("TEMP").glob("*.h5"))
    with monkeypatch.context() as patch, Writer(root) as writer:
        patch.setattr(distribute, "publish", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            writer.fold()
    written = sorted(set(Layout(root).column("TEMP").glob("*.h5")) - before)
    assert written
    for path in [] if keep is None else written[keep:]:
        path.unlink()
    return written


def lose_manifest(root):
    (path := Layout(root).manifest("TEMP")).unlink()
    return path.parent


def commit(root, *args):
    with Writer(root) as writer:
        writer.commit({"TEMP": rows(*args)})


def test_what_is_rebuilt_is_what_was_lost(root):
    """Also where one part of an earlier fold was superseded and its fellow parts still count."""
    old = load(Layout(root).column("TEMP"))
    assert sorted(old.segments["generation"].tolist()) == [1, 1, 2]
    assert same(rebuild(lose_manifest(root)), old)


def test_reads_and_folds_go_on_without_the_manifest(root):
    before = contents(root, "TEMP")
    lose_manifest(root)
    assert contents(root, "TEMP") == before
    commit(root, [30], [30.0])
    with Writer(root) as writer:
        writer.fold()
    assert len(contents(root, "TEMP")) == len(before) + 1
    assert Layout(root).manifest("TEMP").exists()


def test_superseded_segments_that_are_still_there_do_not_count(root, tmp_path):
    folder = Layout(root).column("TEMP")
    shutil.copytree(folder, tmp_path / "old")
    commit(root, [3], [-3.0])
    with Writer(root) as writer:
        writer.fold()
    new = load(folder)
    shutil.copytree(tmp_path / "old", folder, dirs_exist_ok=True)
    assert same(rebuild(lose_manifest(root)), new)


@pytest.mark.parametrize("kills", [1, 2, 3])
def test_folds_that_were_killed_with_parts_missing_do_not_count(root, monkeypatch, kills):
    old = load(Layout(root).column("TEMP"))
    commit(root, np.arange(0, 40), np.full(40, 7.0))
    for _ in range(kills):
        killed_before_publishing(root, monkeypatch, keep=1)
    assert same(rebuild(lose_manifest(root)), old)
    assert len(contents(root, "TEMP")) == 40


@pytest.mark.parametrize("kills", [1, 2])
def test_a_first_fold_killed_half_way_more_than_once(tmp_path, monkeypatch, kills):
    """There has never been a manifest, and the rows are in the journal."""
    use_small_pieces(monkeypatch)
    root = archive_with(tmp_path / "a", {"TEMP": rows(np.arange(20), np.arange(20.0))}, folded=False)
    for _ in range(kills):
        killed_before_publishing(root, monkeypatch, keep=1)
        assert len(contents(root, "TEMP")) == 20
    with Writer(root) as writer:
        writer.fold()
    assert len(contents(root, "TEMP")) == 20


def test_a_first_fold_killed_when_whole_and_again_within_a_file(tmp_path, monkeypatch):
    """The next fold finds its rows in place; still it must write the manifest."""
    root = archive_with(tmp_path / "a", {"TEMP": rows([1, 2], [1.0, 2.0])}, folded=False)
    folder = killed_before_publishing(root, monkeypatch)[0].parent
    (folder / "1ms-2-deadbeef-0.h5").write_bytes(b"unfinished")
    assert len(contents(root, "TEMP")) == 2
    with Writer(root) as writer:
        writer.fold()
    assert Layout(root).manifest("TEMP").exists()
    assert len(list(folder.glob("*.h5"))) == 1
    assert len(contents(root, "TEMP")) == 2


def test_a_killed_fold_that_was_whole_may_count_as_its_rows_are_in_the_journal_too(root, monkeypatch):
    commit(root, [5, 50], [-5.0, 50.0])
    expected = contents(root, "TEMP")
    killed_before_publishing(root, monkeypatch)
    lose_manifest(root)
    assert contents(root, "TEMP") == expected


def test_a_fold_run_again_after_one_that_was_whole_and_its_leftovers_still_there(root, monkeypatch, tmp_path):
    commit(root, [5, 50], [-5.0, 50.0])
    killed = killed_before_publishing(root, monkeypatch)
    (tmp_path / "kept").mkdir()
    for path in killed:
        shutil.copy(path, tmp_path / "kept")
    commit(root, [6], [-6.0])
    expected = contents(root, "TEMP")
    with Writer(root) as writer:
        writer.fold()
    shutil.copytree(tmp_path / "kept", Layout(root).column("TEMP"), dirs_exist_ok=True)
    lose_manifest(root)
    assert contents(root, "TEMP") == expected


def test_a_lost_segment_beside_a_lost_manifest_is_an_error_not_silence(root):
    folder = lose_manifest(root)
    min(folder.glob("*-1-*.h5")).unlink()
    with pytest.raises(ArchiveCorruptError, match="restore the column from a backup"):
        rebuild(folder)


def test_a_damaged_segment_beside_a_lost_manifest_is_an_error_not_silence(root):
    folder = lose_manifest(root)
    min(folder.glob("*-1-*.h5")).write_bytes(b"damaged")
    with pytest.raises(ArchiveCorruptError, match="restore the column from a backup"):
        JetaReader(root).read("TEMP", 0, 1)


def test_other_files_in_the_folder_do_no_harm(root):
    old = load(Layout(root).column("TEMP"))
    folder = lose_manifest(root)
    (folder / "notes.h5").write_bytes(b"not HDF5")
    (folder / ".aside-1-2").write_bytes(b"half")
    assert same(rebuild(folder), old)


def test_a_folder_without_segments_is_an_empty_column(tmp_path):
    assert rebuild(tmp_path).rows == 0
    assert rebuild(tmp_path / "missing").rows == 0


def test_segments_of_several_resolutions_come_in_order(tmp_path):
    late = rows([500_000, 900_000], [2.0, 3.0], "us")
    root = archive_with(tmp_path / "a", {"TEMP": rows([600, 700, 800, 801], [1.0, 1.5, 2.5, 2.0])}, {"TEMP": late})
    old = load(Layout(root).column("TEMP"))
    again = rebuild(lose_manifest(root))
    assert same(again, old)
    assert len({segment_name(record) for record in again.segments}) == len(again.segments)
