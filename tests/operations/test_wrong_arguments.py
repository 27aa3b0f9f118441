"""What cannot be meant is refused before anything is done: empty names, files for folders, no instant, no number."""

from __future__ import annotations

import os

import numpy as np
import pytest

from jeta.errors import ArchiveExistsError, TimeFormatError, ValuesError
from jeta.operations import backup, destroy, flag, restore, truncate, unflag
from operations.lab import filled, tree


@pytest.fixture
def root(tmp_path):
    return filled(tmp_path / "ärchiv €", folds=1, pending=1)


def test_an_empty_name_is_not_the_current_folder(root, tmp_path, monkeypatch):
    """As from a variable of the shell that is not set; the archive itself may be the current folder."""
    backup(root, tmp_path / "b")
    monkeypatch.chdir(root)
    files = tree(root)
    for wrong in (
        lambda: backup(root, ""),
        lambda: restore(tmp_path / "b", ""),
        lambda: destroy("", yes=True),
    ):
        with pytest.raises(ValueError, match="is empty"):
            wrong()
    assert tree(root) == files


@pytest.mark.parametrize(
    "words", [["backup", ""], ["destroy", "", "--yes"], ["restore", ""], ["status", "--archive", ""]]
)
def test_likewise_on_the_command_line(root, monkeypatch, capsys, words):
    from jeta.cli import main

    monkeypatch.chdir(root)
    files = tree(root)
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "name of the folder is empty" in capsys.readouterr().err
    assert tree(root) == files


def test_backups_need_a_folder(root, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ArchiveExistsError, match="is no folder"):
        backup(root, tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        backup(root, tmp_path / "file" / "b")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("time", [None, [1.0, 2.0], np.array([1.0]), "", float("-inf")], ids=repr)
def test_truncate_needs_an_instant(root, time):
    files = tree(root)
    with pytest.raises(TimeFormatError):
        truncate(root, time)
    assert tree(root) == files


@pytest.mark.parametrize("number", [True, 1.0, "1", None, np.float64(1)], ids=repr)
def test_a_flag_is_undone_by_its_number(root, number):
    flag("TEMP", 1.0, 2.0, "test", archive=root)
    with pytest.raises(ValuesError, match="no flag"):
        unflag(number, "why", archive=root)
    assert unflag(np.int64(1), "why", archive=root).flag_id == 1


def test_names_of_any_letters(root, tmp_path, monkeypatch):
    """Blanks, accents and a relative path do no harm."""
    monkeypatch.chdir(tmp_path)
    report = backup("ärchiv €", "bäck ups")
    assert report.path.parent == tmp_path / "bäck ups"
    restore("bäck ups", "wieder da")
    assert sorted(os.listdir("wieder da/columns")) == sorted(os.listdir("ärchiv €/columns"))
    destroy("wieder da", yes=True)
    assert not (tmp_path / "wieder da").exists()
