"""``jeta demo``: from a simulated delivery to a plot."""

from __future__ import annotations

import struct
import sys

import pytest

from jeta import operations
from jeta.archive import open_archive


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "demo"


@pytest.fixture(scope="module")
def told(folder):
    """What a demonstration of two hours prints."""
    import contextlib
    import io

    from jeta.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert main(["demo", "--hours", "2", "--folder", str(folder)]) == 0
    assert err.getvalue() == ""
    return out.getvalue()


def test_archive_holds_what_was_simulated(told):
    assert "3. fetching every MSID: as simulated, to the last bit\n" in told


def test_table_lists_every_msid(told, folder):
    names = open_archive(folder / "archive").names()
    listed = {
        line.split()[0]: int(line.split()[1].replace(",", "")) for line in told.splitlines() if line[:1].isupper()
    }
    assert len(names) == 48
    assert listed == {name: open_archive(folder / "archive").rows(name) for name in names}
    assert "48 of 48 MSIDs listed" in told


def test_every_row_is_accounted_for(told):
    """Seams and duplicates, padding, a foreign file, a foreign packet and an unknown identifier are in the delivery."""
    summary = next(line for line in told.splitlines() if "rows read" in line)
    files, read, stored, duplicate, replaced, rejected = [
        int(word.replace(",", "")) for word in summary.split() if word[0].isdigit()
    ]
    assert (files, read) == (9, stored + duplicate + rejected)
    assert (duplicate > 0, replaced, told.count("     rejected ")) == (True, 0, 4)


def test_picture_is_a_png(told, folder):
    content = (folder / "jeta-demo.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (1200, 1416)
    assert len(content) > 50_000
    assert str(folder / "jeta-demo.png") in told


def test_archive_is_whole_and_folded(told, folder):
    assert operations.verify(folder / "archive") == []
    assert open_archive(folder / "archive").journal_files() == []


def test_folder_that_is_not_empty_is_refused(told, folder, run):
    ran = run("demo", "--hours", "2", "--folder", folder)
    assert (ran.code, ran.out) == (2, "")
    assert "is not empty; delete it, or name another with --folder" in ran.err


def test_what_it_says_to_do_next_works(told, folder, run, monkeypatch):
    assert f"export ENG_ARCHIVE={folder / 'archive'}" in told
    monkeypatch.setenv("ENG_ARCHIVE", str(folder / "archive"))
    assert "48 of 48 MSIDs listed" in run("info").out


def test_without_matplotlib_all_but_the_plot_is_done(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ran = run("demo", "--hours", "2", "--folder", tmp_path / "demo")
    assert (ran.code, ran.err) == (0, "")
    assert "48 of 48 MSIDs listed" in ran.out
    assert "\n5. no plot: matplotlib is not installed, and this needs it: run  pip install 'jeta[plot]'\n" in ran.out
    assert "To look around:" in ran.out
    assert not (tmp_path / "demo" / "jeta-demo.png").exists()


@pytest.mark.parametrize("hours", ["0", "-1", "nan", "inf", "two"])
def test_impossible_lengths_of_time(run, tmp_path, hours):
    ran = run("demo", f"--hours={hours}", "--folder", tmp_path / "demo")
    assert (ran.code, ran.out) == (2, "")
    assert not (tmp_path / "demo").exists()


def test_too_short_a_time(run, tmp_path):
    ran = run("demo", "--hours", "1.9", "--folder", tmp_path / "demo")
    assert ran.code == 2
    assert "2 or more" in ran.err
