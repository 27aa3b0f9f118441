"""`MSID.iplot` where people use it: in a notebook's widget, in a desktop window, and in a script without either."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import jeta
from jeta import update
from jeta.archive import create_archive

T0 = 1_500_000_000.0
SOURCE = str(Path(jeta.__file__).parents[1])

SESSION = f"""
from matplotlib.backend_bases import KeyEvent, MouseEvent
from jeta import fetch
dat = fetch.MSID("temp", {T0}, {T0 + 3 * 365 * 86400.0})
dat.iplot()
plot = dat._iplot
seen = [plot.stat]
canvas = plot.fig.canvas
for key in "zzzzzzpm?":
    KeyEvent("key_press_event", canvas, key, *plot.ax.transAxes.transform((0.5, 0.5)))._process()
    seen.append(plot.stat)
toolbar = canvas.toolbar
mode = None if toolbar is None else str(toolbar.mode)
if toolbar is not None:
    toolbar.zoom()
    first, last = (plot.ax.transAxes.transform((x, x)) for x in (0.4, 0.6))
    MouseEvent("motion_notify_event", canvas, *first)._process()
    MouseEvent("button_press_event", canvas, *first, 1)._process()
    MouseEvent("motion_notify_event", canvas, *last, buttons={{1}})._process()
    MouseEvent("button_release_event", canvas, *last, 1)._process()
    seen.append(plot.stat)
print("SEEN", type(canvas).__module__, seen, repr(mode), plot.plot_mins, plot.status)
"""

ZOOMED = ["daily", "5min", "5min", "5min", "5min", None, None, None, None, None]


@pytest.fixture(scope="module")
def three_years(tmp_path_factory):
    """Root of an archive of one MSID, every 600 s."""
    archive = create_archive(tmp_path_factory.mktemp("windows") / "archive")
    n = np.arange(3 * 365 * 144)
    update.append("temp", T0 + 600.0 * n, np.sin(n / 20.0), archive=archive)
    update.fold(archive)
    return archive.root


def environment(root, tmp_path, **more):
    """Variables of a process that uses an archive and this source tree."""
    own = {"ENG_ARCHIVE": str(root), "PYTHONPATH": SOURCE, "MPLCONFIGDIR": str(tmp_path), "HOME": str(tmp_path)}
    return {**os.environ, **own, **more}


def run(code, env):
    """What a Python process prints; warnings are errors in it."""
    words = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, env=env, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_without_a_window_the_first_view_is_drawn_and_the_script_goes_on(three_years, tmp_path):
    code = f"""
        from jeta import fetch
        dat = fetch.MSID("temp", {T0}, {T0 + 86400.0 * 1000})
        print(dat.iplot(), dat._iplot.stat)
        dat._iplot.fig.savefig({str(tmp_path / "a.png")!r})
    """
    assert run(code, environment(three_years, tmp_path, MPLBACKEND="agg")) == "None daily\n"
    assert (tmp_path / "a.png").stat().st_size > 5000


def test_without_a_window_keys_work_too(three_years, tmp_path):
    printed = run(SESSION, environment(three_years, tmp_path, MPLBACKEND="agg"))
    assert printed == f"SEEN matplotlib.backends.backend_agg {ZOOMED} None False minima and maxima hidden\n"


@pytest.mark.parametrize("backend", ["TkAgg", "QtAgg"])
def test_in_a_desktop_window(three_years, tmp_path, backend):
    """Under a screen that nobody sees; the keys p and m are not the toolbar's, and its zoom loads."""
    module = {"TkAgg": "tkinter", "QtAgg": "PySide6"}[backend]
    pytest.importorskip(module, reason=f"{module} is not installed, so that there is no {backend}")
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed, so that there is no screen for a window")
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as screen:
        try:
            display = f":{screen.stdout.readline().strip()}"
            code = SESSION.replace("plot = dat._iplot", "plot = dat._iplot; plot.fig.canvas.flush_events()")
            printed = run(code, environment(three_years, tmp_path, MPLBACKEND=backend, DISPLAY=display))
        finally:
            screen.terminate()
    assert printed == f"SEEN matplotlib.backends.backend_{backend.lower()} {[*ZOOMED, None]} '' False \n"


def test_in_a_notebook(three_years, tmp_path, monkeypatch):
    """A kernel runs a cell with ``%matplotlib widget``; events reach ipympl's canvas as those of a browser do."""
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed; it comes with the extra notebook")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed; it comes with the extra notebook")
    pytest.importorskip("ipympl", reason="ipympl is not installed; it comes with the extra notebook")
    for name, value in environment(three_years, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MPLBACKEND", raising=False)
    cells = [nbformat.v4.new_code_cell(source) for source in ("%matplotlib widget", SESSION, BROWSER)]
    book = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    printed = ["".join(out["text"] for out in cell.outputs if out.output_type == "stream") for cell in book.cells]
    assert printed[1] == f"SEEN ipympl.backend_nbagg {[*ZOOMED, None]} '' False \n"
    assert printed[2] == "daily 5min '' True\n"
    shown = [out for cell in book.cells for out in cell.outputs if out.output_type == "display_data"]
    assert any("application/vnd.jupyter.widget-view+json" in out["data"] for out in shown)


BROWSER = """
# What the browser sends, as ipympl gets it: key a goes back to all of it, z zooms in.
def send(**message):
    canvas._handle_message(canvas, {**message, "guiEvent": {}, "modifiers": []}, [])

toolbar.zoom()
x, y = plot.ax.transAxes.transform((0.5, 0.5)) / canvas.device_pixel_ratio
place = {"x": x, "y": y, "button": 0, "buttons": 0}
send(type="motion_notify", **place)
send(type="key_press", key="ka", **place)
first = plot.stat
send(type="key_press", key="kz", **place)
print(first, plot.stat, repr(str(toolbar.mode)), plot.plot_mins is False)
"""
