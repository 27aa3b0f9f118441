"""Progress bars: on a terminal only, and never on standard output."""

from __future__ import annotations

import os
import subprocess

import pytest

from jeta.progress import terminal_bar


def test_no_bar_where_standard_error_is_no_terminal(process, archive, edb_csv):
    ran = process("ingest", edb_csv("SA_A", [1, 2]), "--archive", archive.root)
    assert (ran.code, ran.err) == (0, "")
    assert process("verify", "--archive", archive.root).err == ""


def test_a_bar_on_a_terminal(command, archive, edb_csv):
    """The bar is on the terminal and gone at the end; standard output has the report alone."""
    pty = pytest.importorskip("pty", reason="only Unix has pseudo-terminals")
    start, environment = command
    termios = pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    words = [*start, "ingest", str(edb_csv("SA_A", [1, 2])), str(edb_csv("SA_B", [1])), "--archive", str(archive.root)]
    ran = subprocess.run(
        words, env=environment, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True, timeout=60
    )
    os.set_blocking(ours, False)
    shown = os.read(ours, 65536)  # before its other end is closed, when some systems drop what is left
    os.close(theirs)
    os.close(ours)
    assert b"file" in shown
    assert b"\r" in shown
    assert shown.split(b"\r")[-2].isspace()
    assert ran.stdout.startswith("2 files: 3 rows read")


def test_callback_takes_what_the_library_hands_it(capsys, tmp_path):
    with terminal_bar("file") as progress:
        progress(0, 2, tmp_path / "a.h5")
        progress(1, 2, None)
        progress(2, 2)
    assert capsys.readouterr() == ("", "")
