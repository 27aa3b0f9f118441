"""`jeta.progress`: a bar where somebody sees it, nothing elsewhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jeta import progress

KERNEL = """
import sys
import tqdm.notebook
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.kernel = object()
from jeta import progress
assert progress.in_notebook()
with progress.telling(None, "file", "reading") as tell:
    tell(1, 2)
assert tell.__closure__ is not None
print(tell.__closure__[0].cell_contents.displayed)
print(type(tell.__closure__[0].cell_contents).__module__)
"""


def test_a_callable_is_given_back_as_it_is():
    calls = []
    with progress.telling(lambda *args: calls.append(args), "file") as tell:
        tell(1, 2, "a")
    assert calls == [(1, 2, "a")]


@pytest.mark.parametrize("wanted", [None, False])
def test_nothing_is_shown_unless_asked_for(wanted, capsys):
    with progress.telling(wanted, "file") as tell:
        tell(0, 2, "a")
        tell(2, 2)
    assert capsys.readouterr() == ("", "")


def test_true_shows_a_bar_on_standard_error(capsys):
    with progress.telling(True, "file", "reading") as tell:
        tell(1, 2, "a.h5")
        tell(2, 2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "reading: 100%" in shown.err
    assert "2/2" in shown.err


def test_without_a_title_the_bar_says_what_comes_next(capsys):
    with progress.telling(True, "file") as tell:
        tell(0, 2, "folder/a.h5")
        tell(2, 2, "folder/b.h5")
    assert "b.h5" in (shown := capsys.readouterr().err)
    assert "folder" not in shown


def test_a_bar_begins_anew_for_the_next_work(capsys):
    """Work of several rounds, such as one for each derived parameter."""
    with progress.telling(True, "piece") as tell:
        for name, total in (("A", 2), ("B", 3)):
            for done in range(total + 1):
                tell(done, total, name)
    shown = capsys.readouterr().err
    assert "A:   0%" in shown
    assert "B: 100%" in shown
    assert "3/3" in shown


def test_items_come_out_as_they_are(capsys):
    items = ["A", "B", "C"]
    assert progress.over(items, "MSID") is items
    with progress.on_terminal():
        assert list(progress.over(items, "MSID")) == items
    assert capsys.readouterr() == ("", "")


def test_one_item_needs_no_bar():
    items = ["A"]
    with progress.on_terminal():
        assert progress.over(items, "MSID") is items


def test_on_terminal_ends_with_its_block():
    with pytest.raises(ZeroDivisionError), progress.on_terminal():
        raise ZeroDivisionError
    items = ["A", "B"]
    assert progress.over(items, "MSID") is items


def test_a_kernel_gets_a_widget():
    """In a process whose shell has a kernel, the bar is the one of notebooks; short work does not show it."""
    pytest.importorskip("ipywidgets", reason="needs the extra notebook")
    ran = subprocess.run([sys.executable, "-c", KERNEL], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip().splitlines()[-2:] == ["False", "tqdm.notebook"]


def test_importing_costs_no_package():
    code = "import sys; from jeta import progress; print('tqdm' in sys.modules, 'IPython' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split() == ["False", "False"]
