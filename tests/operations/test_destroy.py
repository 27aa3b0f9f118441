"""`destroy`: the archive and nothing else, and only if that is meant."""

from __future__ import annotations

import os

import pytest

from jeta.archive import Writer, open_archive
from jeta.errors import ArchiveExistsError, ArchiveLockedError, ArchiveNotFoundError
from jeta.operations import backup, destroy, flag
from operations.lab import filled, tree


@pytest.fixture
def root(tmp_path):
    return filled(tmp_path / "a")


def test_everything_goes(tmp_path, root):
    flag("TEMP", 1.0, 2.0, "test", archive=root)
    (root / "bad_times.txt").touch()
    (root / "events").mkdir()
    (root / "events" / "mine.yaml").touch()
    (root / "tdb" / "mine.yaml").touch()
    open_archive(root).tdb()
    (root / "journal" / ".aside-1-a").touch()
    (root / "columns" / "TEMP" / "full" / "left.h5").touch()
    (tmp_path / "beside").touch()
    files = sum(path.is_file() for path in root.rglob("*"))
    assert destroy(root, yes=True) == files
    assert os.listdir(tmp_path) == ["beside"]


def test_a_backup_is_an_archive_too(tmp_path, root):
    path = backup(root, tmp_path / "b").path
    destroy(path, yes=True)
    assert os.listdir(tmp_path / "b") == ["backup.lock"]
    assert root.exists()


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "tdb/notes.doc",
        "tdb/old/a.yaml",
        "columns/TEMP/notes.txt",
        "columns/TEMP/full/notes.txt",
        "columns/not a name/full/manifest",
        "columns/temp.txt",
        "journal/sub/1.h5",
        "data/x.h5",
        ".git/config",
    ],
)
def test_what_is_not_of_the_archive_keeps_all_of_it(root, name):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    files = tree(root)
    with pytest.raises(ArchiveExistsError, match="nothing was removed") as told:
        destroy(root, yes=True)
    assert name.split("/")[0] in str(told.value)
    assert tree(root) == files


@pytest.mark.parametrize("where", ["elsewhere", "tdb/elsewhere.yaml", "columns/ELSEWHERE", "columns/TEMP/full/x.h5"])
def test_links_are_not_followed(tmp_path, root, where):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.h5").touch()
    (root / where).symlink_to(outside)
    with pytest.raises(ArchiveExistsError):
        destroy(root, yes=True)
    assert (outside / "precious.h5").exists()


def test_a_link_to_an_archive(tmp_path, root):
    (tmp_path / "link").symlink_to(root)
    with pytest.raises(ArchiveNotFoundError, match="is a link"):
        destroy(tmp_path / "link", yes=True)
    assert (root / "archive.yaml").exists()


@pytest.mark.parametrize("yes", [False, 1, "yes", None])
def test_only_if_that_is_meant(root, yes):
    files = tree(root)
    with pytest.raises(ValueError, match="yes=True"):
        destroy(root, yes=yes)
    assert tree(root) == files


def test_no_archive(tmp_path):
    (tmp_path / "x").touch()
    for path in (tmp_path, tmp_path / "x", tmp_path / "no"):
        with pytest.raises(ArchiveNotFoundError):
            destroy(path, yes=True)
    assert (tmp_path / "x").exists()


def test_not_while_somebody_writes(root):
    with Writer(root), pytest.raises(ArchiveLockedError):
        destroy(root, yes=True)
    assert (root / "archive.yaml").exists()
