"""Where files are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jeta.tables.placing import placed


def test_file_is_there_at_the_end_and_not_before(tmp_path):
    """And nothing beside it."""
    with placed(tmp_path / "a") as aside:
        aside.write_text("new")
        assert not (tmp_path / "a").exists()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "new")]


@pytest.mark.parametrize("before", [None, "old"])
def test_failure_leaves_what_was_there(tmp_path, before):
    """The old file, or none."""
    if before is not None:
        (tmp_path / "a").write_text(before)
    with pytest.raises(KeyboardInterrupt), placed(tmp_path / "a") as aside:
        aside.write_text("half")
        raise KeyboardInterrupt
    assert [path.read_text() for path in tmp_path.iterdir()] == ([] if before is None else [before])


def test_path_may_be_a_text_relative_or_of_home(tmp_path, monkeypatch):
    """As a shell would take it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("a.csv", "~/b.csv"):
        with placed(name) as aside:
            aside.write_text(name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_of_a_link_the_file_is_replaced(tmp_path):
    """Not the link."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with placed(tmp_path / "link") as aside:
        aside.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_missing_folder(tmp_path):
    """Named, with what to do."""
    with pytest.raises(FileNotFoundError, match="no does not exist; make it"), placed(tmp_path / "no" / "a"):
        pass


def test_folder(tmp_path):
    """Is no file."""
    with pytest.raises(IsADirectoryError, match="give the name of a file in it"), placed(tmp_path):
        pass


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no such device")
def test_device():
    """Never replaced by a file."""
    with pytest.raises(FileExistsError, match="/dev/null"), placed("/dev/null"):
        pass
