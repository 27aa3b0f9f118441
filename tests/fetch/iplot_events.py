"""A three-year archive, and matplotlib's own events, for tests of `MSID.iplot`."""

from __future__ import annotations

import numpy as np
from matplotlib.backend_bases import KeyEvent, MouseEvent

from jeta import fetch, update
from jeta.plotting.dates import to_days
from jeta.tdb import Entry, write_yaml

T0 = 1_500_000_000.0
DAY = 86_400.0
YEARS = 3
ROWS = YEARS * 365 * 144
T1 = T0 + 600.0 * ROWS
MIDDLE = (T0 + T1) / 2


def fill(archive, rows=ROWS, t0=T0):
    """Samples every 600 s: a temperature, every 50th bad; states; texts without counts; a flag; a state sent on change."""
    entries = [
        Entry("temp", unit="K", type="float64"),
        Entry("mode", state_codes={0: "OFF", 1: "ON", 7: "SAFE"}),
        Entry("valve", state_codes={0: "SHUT", 1: "OPEN"}, on_change=True),
    ]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    n = np.arange(rows)
    times = t0 + 600.0 * n
    update.append("temp", times, 280 + np.sin(n / 20.0) + n / 1e5, n % 50 == 0, archive=archive)
    update.append("mode", times, np.array(["OFF", "ON", "SAFE"])[n // 7 % 3], archive=archive)
    update.append("word", times, np.array(["YES", "NO"])[n // 9 % 2], archive=archive)
    update.append("flag", times, n // 5 % 2 == 0, archive=archive)
    update.append("valve", times[::1000], np.array(["SHUT", "OPEN"])[n[::1000] // 1000 % 2], archive=archive)
    update.fold(archive)
    return archive


def plot_of(name="temp", start=T0, stop=T1, kind=fetch.MSID, **kwargs):
    """The plot of an MSID that was just fetched."""
    dat = kind(name, start, stop)
    dat.iplot(**kwargs)
    return dat._iplot


def look(plot, start, stop):
    """Change the view, as the toolbar, a script or a linked plot does."""
    plot.ax.set_xlim(*to_days([start, stop], plot.msid.time_system))


def press(plot, key, x=0.5, y=0.5):
    """Press a key with the mouse at a place, in parts of the axes."""
    KeyEvent("key_press_event", plot.fig.canvas, key, *plot.ax.transAxes.transform((x, y)))._process()


def drag(plot, start, stop, button=1):
    """Drag the mouse from one place to another, in parts of the axes."""
    canvas = plot.fig.canvas
    first, last = (plot.ax.transAxes.transform(place) for place in (start, stop))
    MouseEvent("motion_notify_event", canvas, *first)._process()
    MouseEvent("button_press_event", canvas, *first, button)._process()
    MouseEvent("motion_notify_event", canvas, *((first + last) / 2), buttons={button})._process()
    MouseEvent("motion_notify_event", canvas, *last, buttons={button})._process()
    MouseEvent("button_release_event", canvas, *last, button)._process()


def npix(plot):
    """Width of the axes, pixels."""
    return plot.ax.bbox.width


def drawn(line):
    """What a line shows."""
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def y_of(*parts):
    """The range of y that shows some values."""
    low, high = min(p.min() for p in parts), max(p.max() for p in parts)
    return low - 0.05 * (high - low), high + 0.05 * (high - low)
