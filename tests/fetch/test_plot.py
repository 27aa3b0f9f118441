"""`MSID.plot` and `MSIDset.plot`: what is drawn, read back from the axes."""

from __future__ import annotations

import pickle
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import num2date
from matplotlib.figure import Figure

from jeta import fetch, fetch_eng, update
from jeta.archive import create_archive
from jeta.errors import ValuesError
from jeta.tdb import Entry, Limits, write_yaml
from jeta.times import unix_to_cxcsec

T0 = 1_262_304_000.0  # 2010:001
DAY0 = 14_610.0
HOUR = "2010:001", "2010:001:01:00"


@pytest.fixture(autouse=True)
def _close():
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure(figsize=(8, 4), dpi=100).subplots()


@pytest.fixture
def make(own):
    """What makes an MSID in an archive of the test's own, and fetches the first hour."""

    def fetched(name, seconds, values, bads=None, module=fetch, **entry):
        write_yaml([Entry(name, **entry)], own / "tdb" / f"{name}.yaml")
        update.append(name, T0 + np.asarray(seconds, float), np.asarray(values), bads)
        return module.MSID(name, *HOUR)

    with fetch.set_archive(own):
        yield fetched


@pytest.fixture
def own(tmp_path):
    return create_archive(tmp_path / "own").root


def dates(*seconds):
    return DAY0 + np.array(seconds, float) / 86_400.0


def drawn(axes, number=0):
    """Seconds since T0 and values of a line, None where it is broken."""
    line = axes.lines[number]
    seconds = np.round((line.get_xdata() - DAY0) * 86_400.0, 3).tolist()
    return seconds, [None if np.isnan(value) else value for value in line.get_ydata()]


def named(axes):
    axes.figure.draw_without_rendering()
    return dict(zip(axes.get_yticks().tolist(), [label.get_text() for label in axes.get_yticklabels()], strict=True))


# ---------------------------------------------------------------------- where


def test_it_draws_on_the_axes_given_and_returns_them(in_use, ax):
    other = plt.figure().subplots()
    assert fetch.MSID("tephin", *HOUR).plot(ax=ax) is ax
    assert (ax.get_title(), ax.get_ylabel(), len(ax.lines)) == ("TEPHIN", "K", 1)
    assert (other.get_title(), other.get_ylabel(), len(other.lines)) == ("", "", 0)
    assert other.margins() != (0.02, 0.05)


def test_without_axes_it_draws_on_the_current_ones(in_use):
    figure, (_, right) = plt.subplots(1, 2)
    assert fetch.MSID("tephin", *HOUR).plot() is right
    assert plt.get_fignums() == [figure.number]


def test_without_a_figure_it_makes_one(in_use):
    axes = fetch.MSID("tephin", *HOUR).plot()
    assert axes is plt.gca()
    assert axes.figure.get_layout_engine() is not None


def test_a_figure_given_is_drawn_on(in_use):
    figure = Figure()
    assert fetch.MSID("tephin", *HOUR).plot(fig=figure).figure is figure
    assert plt.get_fignums() == []


def test_axes_given_twice_are_an_error(in_use, ax):
    with pytest.raises(TypeError, match="multiple values"):
        fetch.MSID("tephin", *HOUR).plot("-r", None, ax, ax=ax)


# ---------------------------------------------------------------------- numbers


def test_numbers_are_a_line_over_mission_time(in_use, ax):
    fetch.MSID("dp_xyz", "2010:001", "2010:001:00:01:00").plot(ax=ax)
    assert drawn(ax) == ([0, 10, 20, 30, 40, 50], [0, 0.5, 1, 1.5, 2, 2.5])
    assert ax.lines[0].get_drawstyle() == "default"
    assert [label.get_text() for label in ax.get_xticklabels()] == [f"00:00:{second:02}" for second in range(0, 60, 10)]


def test_limits_of_time_are_those_of_the_data_with_a_margin(in_use, ax):
    fetch.MSID("dp_xyz", "2009:001", "2012:001").plot(ax=ax)
    np.testing.assert_allclose(ax.get_xlim(), dates(-0.02 * 990, 1.02 * 990), rtol=0, atol=1e-9)
    np.testing.assert_allclose(ax.get_ylim(), [-0.05 * 49.5, 1.05 * 49.5])


def test_format_and_style_are_as_asked_for(in_use, ax):
    dat = fetch.MSID("dp_xyz", *HOUR)
    dat.plot("-r", ax=ax)
    dat.plot("g.", ax=ax, label="dots", alpha=0.5)
    dat.plot(fmt="--", ax=ax, color="k", lw=3)
    styles = [(line.get_color(), line.get_linestyle(), line.get_marker()) for line in ax.lines]
    assert styles == [("r", "-", "None"), ("g", "None", "."), ("k", "--", "None")]
    assert [line.get_label() for line in ax.lines] == ["DP_XYZ", "dots", "DP_XYZ"]
    assert ax.lines[2].get_linewidth() == 3


def test_labels_are_in_a_time_zone_if_asked_for(in_use, ax):
    fetch.MSID("dp_xyz", *HOUR).plot(ax=ax, tz="Asia/Tokyo")
    assert ax.get_xticklabels()[0].get_text().startswith("001:09:")


def test_several_on_one_axes_have_different_colours(in_use, ax):
    fetch.MSID("dp_xyz", *HOUR).plot(ax=ax)
    fetch.MSID("aaint", *HOUR).plot(ax=ax)
    assert len({line.get_color() for line in ax.lines}) == 2


def test_a_gap_breaks_the_line(make, ax):
    make("aa", [0, 1, 2, 3, 100, 101], np.arange(6.0)).plot(ax=ax)
    assert drawn(ax) == ([0, 1, 2, 3, 3, 100, 101], [0, 1, 2, 3, None, 4, 5])


def test_one_sample_is_seen_as_a_marker(make, ax):
    make("aa", [600], [5.0]).plot(ax=ax)
    assert drawn(ax) == ([600], [5])
    assert ax.lines[0].get_marker() == "."
    low, high = num2date(ax.get_xlim()[0]), num2date(ax.get_xlim()[1])
    assert (low.hour, low.minute) == (23, 58)
    assert (high.hour, high.minute) == (1, 1)


def test_a_sample_alone_between_gaps_is_seen_as_a_marker(make, ax):
    make("aa", [0, 1, 2, 3, 500, 1000, 1001, 1002], np.arange(8.0)).plot(ax=ax)
    marked = ax.lines[0].get_markevery()
    assert ax.lines[0].get_ydata()[marked].tolist() == [4.0]


def test_nan_breaks_the_line(make, ax):
    make("aa", [0, 1, 2], [1.0, np.nan, 2.0]).plot(ax=ax)
    assert drawn(ax) == ([0, 1, 2], [1, None, 2])


@pytest.mark.parametrize("dtype", ["i1", "u8", "f4", "i8"])
def test_all_kinds_of_numbers_are_lines(make, ax, dtype):
    make("aa", [0, 1, 2], np.array([3, 1, 2], dtype)).plot(ax=ax)
    assert drawn(ax) == ([0, 1, 2], [3, 1, 2])
    assert ax.lines[0].get_drawstyle() == "default"


def test_samples_out_of_order_are_drawn_in_order(in_use, ax):
    dat = fetch.MSID("dp_xyz", "2010:001", "2010:001:00:00:30")
    dat.times = dat.times[::-1]
    dat.plot(ax=ax)
    assert drawn(ax) == ([0, 10, 20], [1, 0.5, 0])


def test_error_bars_leave_out_bad_samples(in_use, ax):
    fetch.MSID("tephin", *HOUR).plot("o", ax=ax, yerr=2.0)
    (bars,) = ax.containers
    assert np.isnan(bars.lines[0].get_ydata()).tolist() == [row % 5 == 0 for row in range(100)]


def test_values_that_are_no_numbers_are_refused(in_use, ax):
    dat = fetch.MSID("dp_xyz", *HOUR)
    dat.vals = np.zeros((100, 3))
    with pytest.raises(ValuesError, match="DP_XYZ"):
        dat.plot(ax=ax)


def test_times_in_another_form_are_refused(in_use, ax):
    dat = fetch.MSID("dp_xyz", *HOUR)
    dat.time_format = "date"
    with pytest.raises(ValuesError, match="without time_format"):
        dat.plot(ax=ax)
    with pytest.raises(ValuesError, match="without time_format"):
        dat.reduce(5)


def test_seconds_of_an_archive_in_cxcsec_are_the_same_dates(tmp_path, ax):
    """Over a leap second too: each sample is at its own date."""
    start = float(unix_to_cxcsec(1_483_228_790.0))  # 10 s before the end of 2016, which is 11 s with the leap second
    with fetch.set_archive(create_archive(tmp_path / "cxc", time_system="cxcsec").root):
        update.append("aa", start + np.arange(21.0), np.arange(21.0))
        fetch.MSID("aa", "2016:366", "2017:002").plot(ax=ax)
    at = {value: num2date(day) for day, value in zip(*ax.lines[0].get_data(), strict=True)}
    assert [(at[row].minute, round(at[row].second + at[row].microsecond * 1e-6)) for row in (0, 9, 11, 20)] == [
        (59, 50),
        (59, 59),
        (0, 0),
        (0, 9),
    ]


# ---------------------------------------------------------------------- states


def test_states_are_steps_at_their_raw_counts_with_their_names(in_use, ax):
    fetch.MSID("aamode", "2010:001", "2010:001:00:00:20").plot(ax=ax)
    assert drawn(ax) == ([0, 10], [0, 1])
    assert ax.lines[0].get_drawstyle() == "steps-post"
    assert named(ax) == {0: "OFF", 1: "ON", 7: "SAFE"}


def test_a_text_without_a_count_is_named_too(in_use, ax):
    fetch.MSID("aamode", *HOUR).plot(ax=ax)
    assert sorted(set(drawn(ax)[1])) == [-1, 0, 1]
    assert named(ax) == {-1: "?", 0: "OFF", 1: "ON", 7: "SAFE"}


def test_states_are_the_same_once_their_texts_were_asked_for(in_use, ax):
    dat = fetch.MSID("aamode", *HOUR)
    dat.plot(ax=ax)
    assert dat.vals[0] == "OFF"
    dat.plot(ax=ax)
    assert drawn(ax, 0) == drawn(ax, 1)


def test_texts_without_counts_are_numbered_by_name(make, ax):
    make("aa", [0, 1, 2, 3], ["SLEW", "SAFE", "SLEW", "IDLE"]).plot(ax=ax)
    assert drawn(ax)[1] == [2, 1, 2, 0]
    assert named(ax) == {0: "IDLE", 1: "SAFE", 2: "SLEW"}


def test_states_can_be_named_otherwise(in_use, ax):
    fetch.MSID("aaint", *HOUR).plot(ax=ax, state_codes=[(0, "low"), (99, "high")])
    assert named(ax) == {0: "low", 99: "high"}


def test_booleans_are_steps_between_false_and_true(in_use, ax):
    fetch.MSID("aabool", "2010:001", "2010:001:00:00:30").plot(ax=ax)
    assert drawn(ax) == ([0, 10, 20], [1, 0, 1])
    assert ax.lines[0].get_drawstyle() == "steps-post"
    assert named(ax) == {0: "False", 1: "True"}


def test_a_value_on_change_holds_over_gaps_to_the_end_of_what_was_asked_for(make, ax):
    make("aa", [0, 10, 3000], [1.0, 2.0, 3.0], on_change=True).plot(ax=ax)
    assert drawn(ax) == ([0, 10, 3000, 3600], [1, 2, 3, 3])
    assert ax.lines[0].get_drawstyle() == "steps-post"


def test_a_value_on_change_holds_for_as_long_again_at_most(make, ax):
    """A stop that nobody gave is now, which would leave no room for the samples."""
    make("aa", [0, 100], [1, 2], on_change=True)
    fetch.MSID("aa", "2010:001").plot(ax=ax)
    assert drawn(ax) == ([0, 100, 200], [1, 2, 2])


def test_a_bad_sample_ends_a_step(make, ax):
    make("aa", [0, 10, 20], ["A", "B", "A"], [False, True, False], on_change=True).plot(ax=ax)
    assert drawn(ax) == ([0, 10, 20, 40], [0, None, 0, 0])


# ---------------------------------------------------------------------- bad samples, limits, bands


def test_the_line_is_broken_at_bad_samples(in_use, ax):
    fetch.MSID("tephin", "2010:001", "2010:001:00:01:10").plot(ax=ax)
    assert drawn(ax)[1] == [None, 1, 2, 3, 4, None, 6]
    assert len(ax.lines) == 1


def test_bad_samples_are_crosses_if_asked_for(in_use, ax):
    fetch.MSID("tephin", "2010:001", "2010:001:00:01:10").plot(bads=True, ax=ax)
    assert drawn(ax, 1) == ([0, 50], [0, 5])
    assert (ax.lines[1].get_marker(), ax.lines[1].get_color()) == ("x", "tab:red")


def test_bad_samples_do_not_count_for_the_limits_of_the_axes_unless_shown(make):
    dat = make("aa", [0, 1, 2], [1.0, 999.0, 2.0], [False, True, False])
    axes = [Figure().subplots() for _ in range(2)]
    dat.plot(ax=axes[0])
    dat.plot(ax=axes[1], bads=True)
    assert axes[0].get_ylim()[1] < 3
    assert axes[1].get_ylim()[1] > 999


def test_of_bad_samples_only_nothing_is_seen_but_said(make, ax):
    make("aa", [0, 1, 2], [1.0, 2.0, 3.0], [True] * 3).plot(ax=ax)
    assert [text.get_text() for text in ax.texts] == ["no good samples"]
    np.testing.assert_allclose(ax.get_xlim(), dates(-0.04, 2.04), rtol=0, atol=1e-9)


LIMITS = Limits(red_low=10, yellow_low=20, yellow_high=30, red_high=40)


def limit_lines(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def test_limits_are_red_and_yellow_lines_if_asked_for(make):
    dat = make("aa", [0, 1, 2], [24.0, 25, 26], limits=LIMITS, unit="K")
    axes = [Figure().subplots() for _ in range(2)]
    dat.plot(ax=axes[0])
    dat.plot(ax=axes[1], limits=True)
    lines = limit_lines(axes[1])
    assert {name: line.get_ydata()[0] for name, line in lines.items()} == {
        "red_low": 10,
        "yellow_low": 20,
        "yellow_high": 30,
        "red_high": 40,
    }
    assert {line.get_color() for line in lines.values()} == {"tab:red", "goldenrod"}
    assert not limit_lines(axes[0])
    assert axes[1].get_ylim()[0] < 10


def test_limits_are_in_the_unit_of_the_values(make, ax):
    dat = make(
        "aa", [0, 1], [290.0, 291.0], module=fetch_eng, unit="K", units=(("eng", "DEGC"),), limits=Limits(red_high=300)
    )
    assert dat.unit == "DEGC"
    dat.plot(ax=ax, limits=True)
    np.testing.assert_allclose(limit_lines(ax)["red_high"].get_ydata(), 300 - 273.15)
    assert ax.get_ylabel() == "DEGC"


def test_limits_change_when_they_changed(make, ax):
    history = [("2009-01-01", Limits(red_high=5)), ("2010-01-01T00:20:00", Limits(red_high=7, red_low=1))]
    make("aa", [0, 1800, 3599], [2.0, 3, 4], limits_history=history).plot(ax=ax, limits=True)
    lines = limit_lines(ax)
    high, low = (lines[name].get_data() for name in ("red_high", "red_low"))
    np.testing.assert_allclose(high[0], dates(0, 1200, 1200, 1200, 3599, 3599), rtol=0, atol=1e-9)
    np.testing.assert_array_equal(high[1], [5, 5, np.nan, 7, 7, np.nan])
    np.testing.assert_array_equal(low[1], [np.nan, np.nan, np.nan, 1, 1, np.nan])


def test_no_limits_are_known_of_an_msid_without_entry(in_use, ax):
    fetch.MSID("aaint", *HOUR).plot(ax=ax, limits=True)
    assert not limit_lines(ax)


def test_statistics_have_a_band_from_lowest_to_highest(in_use, ax):
    dat = fetch.MSID("dp_xyz", *HOUR, stat="5min")
    dat.plot(ax=ax)
    assert ax.get_title() == "DP_XYZ (5min)"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), dat.means)
    (band,) = ax.collections
    (outline,) = band.get_paths()
    rows = len(dat)
    np.testing.assert_array_equal(outline.vertices[:rows, 1], dat.mins)
    np.testing.assert_array_equal(outline.vertices[rows : 2 * rows, 1], dat.maxes[::-1])
    assert ax.get_ylim()[1] > dat.maxes.max()


@pytest.mark.parametrize(("stat", "title"), [("daily", "DP_XYZ (daily)"), ("10min", "DP_XYZ (10min)")])
def test_the_title_says_which_statistics(in_use, ax, stat, title):
    fetch.MSID("dp_xyz", "2010:001", "2010:002", stat=stat, last_bin=True).plot(ax=ax)
    assert ax.get_title() == title


def test_no_band_if_not_wanted(in_use, ax):
    fetch.MSID("dp_xyz", *HOUR, stat="5min").plot(ax=ax, band=False)
    assert not ax.collections


def test_statistics_of_states_are_steps_without_a_band(in_use, ax):
    fetch.MSID("aamode", *HOUR, stat="5min").plot(ax=ax)
    assert ax.lines[0].get_drawstyle() == "steps-post"
    assert not ax.collections


# ---------------------------------------------------------------------- nothing


@pytest.mark.parametrize("name", ["tephin", "aamode", "aabool", "aaint"])
@pytest.mark.parametrize("stat", [None, "5min", "daily"])
def test_no_samples_are_said_to_be_none_over_the_time_asked_for(in_use, ax, name, stat):
    fetch.MSID(name, "2020:001", "2020:003", stat=stat).plot(ax=ax, limits=True, bads=True)
    assert ax.get_title().startswith(name.upper())
    assert [text.get_text() for text in ax.texts] == ["no samples"]
    np.testing.assert_allclose(ax.get_xlim(), [18_262, 18_264])
    ax.figure.draw_without_rendering()


def test_a_time_asked_for_that_is_none_is_drawn_too(in_use, ax):
    fetch.MSID("tephin", "2020:003", "2020:001").plot(ax=ax)
    ax.figure.draw_without_rendering()
    assert ax.texts[0].get_text() == "no samples"


def test_what_follows_nothing_on_the_same_axes_is_drawn(in_use, ax):
    fetch.MSID("tephin", "2020:001", "2020:003").plot(ax=ax)
    fetch.MSID("dp_xyz", *HOUR).plot(ax=ax)
    ax.figure.draw_without_rendering()
    assert len(ax.get_yticks()) > 2


# ---------------------------------------------------------------------- long series


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A million samples, 1 Hz, of noise with one spike up and one down, in an archive."""
    root = create_archive(tmp_path_factory.mktemp("long") / "archive").root
    values = np.random.default_rng(4).normal(size=1_000_000)
    values[[123_456, 765_432]] = 50.0, -40.0
    with fetch.set_archive(root):
        update.append("noise", T0 + np.arange(1_000_000.0), values)
    return root


@pytest.fixture
def noise(long):
    with fetch.set_archive(long):
        yield fetch.MSID("noise", "2010:001", "2010:013")


def test_a_long_series_is_reduced_with_its_extremes_at_their_times(noise, ax):
    noise.plot(ax=ax)
    seconds, values = drawn(ax)
    assert len(values) < 10_000
    assert seconds[values.index(50.0)] == 123_456
    assert seconds[values.index(-40.0)] == 765_432
    np.testing.assert_allclose(ax.get_ylim(), [-40 - 4.5, 50 + 4.5])


def pixels(axes):
    canvas = FigureCanvasAgg(axes.figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(float)


@pytest.mark.parametrize("limits", [None, (100_000, 150_000)], ids=["all", "zoomed"])
def test_the_picture_is_that_of_all_samples(noise, ax, limits):
    """But for some pixels at the edge of the line."""
    noise.plot(ax=ax)
    full = Figure(figsize=(8, 4), dpi=100).subplots()
    noise.plot(ax=full)
    full.lines[0].remove()
    full.plot(DAY0 + (noise.times - T0) / 86_400.0, noise.vals, linewidth=1.0, color="C0")
    if limits is not None:
        ax.set_xlim(dates(*limits))
        full.set_xlim(dates(*limits))
    differences = np.abs(pixels(ax) - pixels(full)).max(axis=2)
    assert (differences > 40).mean() < 0.002
    assert differences.mean() < 0.5


def test_zooming_in_draws_every_sample_in_view(noise, ax):
    noise.plot(ax=ax)
    ax.set_xlim(dates(500_000, 500_600))
    seconds, values = drawn(ax)
    inside = [(second, value) for second, value in zip(seconds, values, strict=True) if 500_000 <= second <= 500_600]
    assert [second for second, _ in inside] == list(range(500_000, 500_601))
    np.testing.assert_array_equal([value for _, value in inside], noise.vals[500_000:500_601])


def test_zooming_out_again_draws_what_was_drawn_first(noise, ax):
    noise.plot(ax=ax)
    limits, before = ax.get_xlim(), drawn(ax)
    ax.set_xlim(dates(500_000, 500_600))
    ax.set_xlim(limits)
    assert drawn(ax) == before


def test_zoomed_in_the_limits_of_all_can_still_be_worked_out(noise, ax):
    noise.plot(ax=ax)
    limits = ax.get_xlim(), ax.get_ylim()
    ax.set_xlim(dates(500_000, 500_600))
    ax.relim()
    ax.autoscale()
    np.testing.assert_allclose((ax.get_xlim(), ax.get_ylim()), limits)


def test_zooming_one_axes_refines_those_that_share_its_time(noise):
    first, second = Figure().subplots(2, 1, sharex=True)
    noise.plot(ax=first)
    noise.plot(ax=second)
    second.set_xlim(dates(500_000, 500_060))
    first.figure.draw_without_rendering()
    for axes in (first, second):
        assert sum(500_000 <= value <= 500_060 for value in drawn(axes)[0]) == 61


def test_not_interactive_the_line_is_refined_when_drawn(noise, ax):
    noise.plot(ax=ax, interactive=False)
    ax.set_xlim(dates(500_000, 500_060))
    assert sum(500_000 <= value <= 500_060 for value in drawn(ax)[0]) < 10
    ax.figure.draw_without_rendering()
    assert sum(500_000 <= value <= 500_060 for value in drawn(ax)[0]) == 61


def test_a_file_of_more_pixels_has_more_of_the_line(noise, ax, tmp_path):
    noise.plot(ax=ax)
    few = len(drawn(ax)[0])
    ax.figure.savefig(tmp_path / "a.png", dpi=400)
    assert len(drawn(ax)[0]) > 3 * few


def test_markers_keep_many_more_samples_than_lines(noise, ax):
    noise.plot(".", ax=ax)
    assert 20_000 < len(drawn(ax)[0]) < 200_000


def test_bands_and_crosses_are_refined_too(long, ax):
    with fetch.set_archive(long):
        dat = fetch.MSID("noise", "2010:001", "2010:012", stat="90s")
    dat.bads = np.arange(len(dat)) % 2 == 1
    dat.plot(ax=ax, bads=True)
    ax.set_xlim(dates(400_000, 409_000))
    inside = (dat.times >= T0 + 400_000) & (dat.times <= T0 + 409_000)
    assert sum(400_000 <= value <= 409_000 for value in drawn(ax, 1)[0]) == (inside & dat.bads).sum()
    vertices = ax.collections[0].get_paths()[0].vertices
    assert ((vertices[:, 0] > dates(400_000)) & (vertices[:, 0] < dates(409_000))).sum() == 2 * inside.sum()


def test_a_line_that_was_removed_is_let_go(noise, ax):
    noise.plot(ax=ax)
    ax.lines[0].remove()
    ax.set_xlim(dates(500_000, 500_060))
    ax.figure.draw_without_rendering()
    ax.clear()
    ax.set_xlim(dates(500_000, 500_060))
    ax.figure.draw_without_rendering()


def test_a_figure_can_be_pickled_without_the_samples(noise, ax):
    noise.plot(ax=ax)
    pickled = pickle.dumps(ax.figure)
    assert len(pickled) < 2_000_000
    (again,) = pickle.loads(pickled).axes
    again.figure.draw_without_rendering()
    assert drawn(again) == drawn(ax)
    again.set_xlim(dates(500_000, 500_060))
    again.figure.draw_without_rendering()


# ---------------------------------------------------------------------- sets


def test_a_set_has_a_panel_for_each_member_over_one_time(in_use):
    axes = fetch.MSIDset(["aaint", "aamode", "tephin"], *HOUR).plot()
    assert axes.shape == (3,)
    assert [each.get_title() for each in axes] == ["AAINT", "AAMODE", "TEPHIN"]
    assert len({each.get_xlim() for each in axes}) == 1
    assert plt.get_fignums() == [axes[0].figure.number]
    assert axes[0].get_shared_x_axes().joined(axes[0], axes[2])


def test_a_set_of_one_gives_an_array_of_one(in_use):
    assert fetch.MSIDset(["tephin"], *HOUR).plot().shape == (1,)


def test_a_set_on_one_axes_has_a_legend_and_all_units(in_use, ax):
    assert fetch.MSIDset(["aaint", "tephin"], *HOUR).plot(ax=ax) is ax
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["AAINT", "TEPHIN"]
    assert (ax.get_title(), ax.get_ylabel()) == ("", "K")
    assert len({line.get_color() for line in ax.lines}) == 2


def test_members_without_samples_are_not_among_the_others_on_one_axes(in_use, ax):
    dats = fetch.MSIDset(["tephin", "aaint"], *HOUR)
    dats["tephin"].remove_intervals([("2009:001", "2012:001")])
    dats.plot(ax=ax)
    assert len(ax.texts) == 0
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["AAINT"]


def test_states_and_numbers_on_one_axes_have_numbers_on_it(in_use, ax):
    fetch.MSIDset(["aamode", "aaint"], *HOUR).plot(ax=ax)
    assert "OFF" not in named(ax).values()


def test_states_of_the_same_names_on_one_axes_keep_them(in_use, ax):
    dats = fetch.MSIDset(["aabool"], *HOUR)
    dats["again"] = dats["aabool"]
    dats.plot(ax=ax)
    assert named(ax) == {0: "False", 1: "True"}


@pytest.mark.parametrize("shape", [(2, 1), (1, 2)])
def test_a_set_is_drawn_on_axes_given(in_use, shape):
    given = Figure().subplots(*shape, squeeze=False)
    axes = fetch.MSIDset(["aaint", "tephin"], *HOUR).plot("-r", ax=given, bads=True)
    assert axes.tolist() == given.reshape(-1).tolist()
    assert [each.get_title() for each in axes] == ["AAINT", "TEPHIN"]
    assert [len(each.lines) for each in axes] == [1, 2]


def test_a_set_is_drawn_in_a_figure_given(in_use):
    figure = Figure()
    fetch.MSIDset(["aaint", "tephin"], *HOUR).plot(fig=figure)
    assert len(figure.axes) == 2
    assert plt.get_fignums() == []


def test_too_few_axes_for_a_set_are_refused(in_use, ax):
    with pytest.raises(ValuesError, match="1 axes for 2 MSIDs"):
        fetch.MSIDset(["aaint", "tephin"], *HOUR).plot(ax=[ax])


def test_an_empty_set_is_refused():
    with pytest.raises(ValuesError, match="no members"):
        fetch.MSIDset().plot()


def test_members_without_samples_do_not_widen_the_time(in_use):
    dats = fetch.MSIDset(["aaint", "tephin"], "2010:001", "2011:001")
    dats["tephin"].remove_intervals([("2009:001", "2012:001")])
    first, second = dats.plot(limits=True)
    assert second.texts[0].get_text() == "no samples"
    np.testing.assert_allclose(first.get_xlim(), dates(-0.02 * 990, 1.02 * 990), rtol=0, atol=1e-9)


def test_a_set_without_any_samples_shows_the_time_asked_for(in_use):
    axes = fetch.MSIDset(["aaint", "tephin"], "2020:001", "2020:002").plot()
    np.testing.assert_allclose(axes[0].get_xlim(), [18_262, 18_263])


# ---------------------------------------------------------------------- imports


def test_fetching_needs_no_matplotlib():
    code = "import sys, jeta.fetch; print('matplotlib' in sys.modules, 'jeta.plotting' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False False\n"


def test_without_matplotlib_plot_says_what_to_install_and_reduce_works(in_use):
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'matplotlib':\n"
        "            raise ModuleNotFoundError('absent', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from jeta import fetch\n"
        f"fetch.set_archive({str(in_use)!r})\n"
        f"dat = fetch.MSID('tephin', *{HOUR!r})\n"
        "print(len(dat.reduce(8)) <= 8)\n"
        "try:\n    dat.plot()\nexcept ImportError as err:\n    print(type(err).__name__, err)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[0] == "True"
    assert ran.stdout.splitlines()[1].startswith("MissingExtraError")
    assert "pip install 'jeta[plot]'" in ran.stdout
