"""Pictures that `MSID.plot` and `MSIDset.plot` draw of an archive, compared with those that have been looked at.

To make them anew after a change that is meant: ``JETA_MAKE_BASELINES=1 pytest tests/fetch/test_plot_pictures.py``, and look
at every file in tests/plotting/baseline.
"""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.testing.compare import compare_images

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import Entry, Limits, write_yaml

BASELINES = Path(__file__).parents[1] / "plotting" / "baseline"
RMS = 25.0
"""Of all pixels: letters of another FreeType come to 16."""
BLOCK, WRITING, DRAWING = 12, 35.0, 8.0
"""Blocks of so many pixels square may differ in colour by so much on average, of 255: where there is writing, and inside the
axes. Other fonts, as those of another release of matplotlib, stay below; what lacks in a picture does not, see the last test."""

PLACE = 0.13, 0.16, 0.97, 0.92
"""Edges of the axes: left, bottom, right, top, as parts of the picture; fixed, since fonts would move them."""

T0 = 1_577_836_800.0  # 2020:001
STATES = {0: "SAFE", 1: "IDLE", 2: "SLEW", 3: "FINE_GUIDE"}
STYLE = {
    "font.family": "DejaVu Sans",
    "figure.dpi": 72,
    "savefig.dpi": 72,
    "figure.figsize": (9.0, 5.0),
    "timezone": "UTC",
}


def temperature(times):
    """Warmer and colder by the orbit and by the season, with one spike."""
    values = 290.0 + 4.0 * np.sin(times / 6000.0 * 2 * np.pi) + 3.0 * np.sin((times - T0) / 3.0e7 * 2 * np.pi)
    values[len(values) // 3] = 312.0
    return values


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An archive of one MSID of each kind of picture."""
    made = create_archive(tmp_path_factory.mktemp("pictures") / "archive")
    limits = [
        ("2019-01-01", Limits(yellow_low=284, yellow_high=296, red_high=310)),
        ("2020-01-01T12:00:00", Limits(red_low=281, yellow_low=284, yellow_high=294, red_high=305)),
    ]
    entries = [
        Entry("temp", unit="K", units=(("eng", "DEGF"),), type="float64", limits_history=limits),
        Entry("mode", state_codes=STATES),
        Entry("heater", state_codes={0: "OFF", 1: "ON"}, on_change=True),
        Entry("count", type="uint16"),
        Entry("volt", unit="V", type="float64"),
    ]
    write_yaml(entries, made.layout.tdb / "msids.yaml")
    year = T0 + 60.0 * np.arange(366 * 1440)
    update.append("temp", year, temperature(year), archive=made)
    day = T0 + 8.0 * np.arange(10_800)
    number = np.arange(len(day))
    bads = (number % 900 == 450) | ((number > 4000) & (number < 4500))
    update.append("volt", day, 30.0 + 2.0 * np.sin(number / 900.0) + 60.0 * bads, bads, archive=made)
    update.append("mode", day, np.array(list(STATES.values()))[(number // 700) % 4], archive=made)
    gap = (number < 3000) | (number > 6000)
    update.append("count", day[gap], (number[gap] // 4 % 2000).astype(np.uint16), archive=made)
    turns = T0 + np.array([3000.0, 9000.0, 40_000.0, 41_000.0, 60_000.0])
    update.append("heater", turns, np.array(["ON", "OFF", "ON", "OFF", "ON"]), archive=made)
    update.fold(made)
    return made.root


@pytest.fixture(autouse=True)
def _style(archive):
    mpl.use("agg")
    with fetch.set_archive(archive), mpl.rc_context(STYLE):
        yield
    plt.close("all")


def figure():
    made = plt.figure()
    made.subplots_adjust(*PLACE)
    return made


def numeric():
    return fetch.MSID("temp", "2020:001", "2020:002").plot(ax=figure().subplots())


def year():
    return fetch.MSID("temp", "2020:001", "2021:001").plot(ax=figure().subplots())


def minute():
    return fetch.MSID("volt", "2020:001:06:00:00", "2020:001:06:01:00").plot("o-", ax=figure().subplots())


def state():
    return fetch.MSID("mode", "2020:001", "2020:002").plot(ax=figure().subplots())


def on_change():
    return fetch.MSID("heater", "2020:001", "2020:002").plot(ax=figure().subplots())


def gaps():
    return fetch.MSID("count", "2020:001", "2020:002").plot(ax=figure().subplots())


def bads():
    return fetch.MSID("volt", "2020:001", "2020:002").plot(bads=True, ax=figure().subplots())


def limits():
    return fetch.MSID("temp", "2020:001:06:00", "2020:001:18:00").plot(limits=True, ax=figure().subplots())


def band():
    return fetch.MSID("temp", "2020:001", "2021:001", stat="daily").plot(ax=figure().subplots())


def band_5min():
    return fetch.MSID("volt", "2020:001", "2020:002", stat="5min", filter_bad=True).plot("-r", ax=figure().subplots())


def empty():
    return fetch.MSID("volt", "2020:010", "2020:012").plot(ax=figure().subplots())


def one_sample():
    return fetch.MSID("volt", "2020:001:00:00:00", "2020:001:00:00:05").plot(ax=figure().subplots())


def panels():
    dats = fetch.Msidset(["temp", "volt", "mode", "heater", "count"], "2020:001", "2020:002")
    made = plt.figure(figsize=(9.0, 9.0))
    made.subplots_adjust(*PLACE, hspace=0.35)
    return dats.plot(fig=made)[0]


def together():
    return fetch.Msidset(["volt", "count", "temp"], "2020:001", "2020:002").plot(ax=figure().subplots())


def zoomed():
    axes = year()
    axes.set_xlim(18_270.0, 18_270.25)
    return axes


KINDS = [
    numeric,
    year,
    minute,
    state,
    on_change,
    gaps,
    bads,
    limits,
    band,
    band_5min,
    empty,
    one_sample,
    panels,
    together,
    zoomed,
]


def blocks(path):
    """Mean colours of a picture's blocks."""
    pixels = plt.imread(path)[..., :3] * 255.0
    height, width = (size // BLOCK for size in pixels.shape[:2])
    return pixels[: height * BLOCK, : width * BLOCK].reshape(height, BLOCK, width, BLOCK, 3).mean(axis=(1, 3))


def are_alike(expected, made):
    """Whether two pictures differ by no more than fonts do: as a whole, and in each block."""
    if compare_images(str(expected), str(made), RMS) is not None:
        return False
    differences = np.abs(blocks(expected) - blocks(made)).max(axis=2)
    height, width = differences.shape
    left, bottom, right, top = PLACE
    inside = differences[
        int(height * (1 - top)) + 1 : int(height * (1 - bottom)) - 1, int(width * left) + 1 : int(width * right)
    ]
    is_one_panel = height < 40  # between panels there is writing too
    return differences.max() <= WRITING and (inside.max() <= DRAWING or not is_one_panel)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_picture_is_as_it_was_when_it_was_looked_at(kind, tmp_path):
    baseline = BASELINES / f"{kind.__name__}.png"
    made = tmp_path / baseline.name
    if os.environ.get("JETA_MAKE_BASELINES"):
        made = baseline
    kind().figure.savefig(made, metadata={"Software": None})
    assert are_alike(baseline, made)


def without_line(axes):
    axes.lines[0].remove()


def without_limits(axes):
    for line in axes.lines[1:]:
        line.remove()


def without_title(axes):
    axes.set_title("")


def without_unit(axes):
    axes.set_ylabel("")


def without_steps(axes):
    axes.lines[0].set_drawstyle("default")


def without_names(axes):
    axes.tick_params(axis="y", labelleft=False)


def without_dates(axes):
    axes.tick_params(axis="x", labelbottom=False)


def without_band(axes):
    axes.collections[0].remove()


def without_crosses(axes):
    axes.lines[1].remove()


def without_text(axes):
    axes.texts[0].remove()


def without_legend(axes):
    axes.get_legend().remove()


def bridged(axes):
    days, values = axes.lines[0].get_data()
    good = np.isfinite(values)
    axes.lines[0].set_data(days[good], values[good])


SPOILT = [
    (numeric, without_line),
    (limits, without_limits),
    (numeric, without_title),
    (numeric, without_dates),
    (state, without_steps),
    (state, without_names),
    (band, without_band),
    (bads, without_crosses),
    (empty, without_text),
    (together, without_legend),
    (gaps, bridged),
    (one_sample, without_line),
    (panels, without_line),
    (on_change, without_steps),
    (year, without_line),
]


@pytest.mark.parametrize(("kind", "spoil"), SPOILT, ids=lambda function: function.__name__)
def test_a_picture_that_lacks_something_is_found_out(kind, spoil, tmp_path):
    axes = kind()
    axes.figure.canvas.draw()
    spoil(axes)
    made = tmp_path / "spoilt.png"
    axes.figure.savefig(made)
    assert not are_alike(BASELINES / f"{kind.__name__}.png", made)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("hinting", ["none", "force_autohint"])
def test_other_shapes_of_letters_are_no_difference(kind, hinting, tmp_path):
    """As they come with other releases of FreeType."""
    made = tmp_path / "other.png"
    with mpl.rc_context({"text.hinting": hinting}):
        kind().figure.savefig(made)
    assert are_alike(BASELINES / f"{kind.__name__}.png", made)
