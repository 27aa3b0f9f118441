"""`plot_cxctime` and its companions, as scripts for cheta call them."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import dates as mdates
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from jeta.plotting import cxctime2plotdate, hist_outline, plot_cxctime, pointpair
from jeta.plotting.dates import to_days, to_seconds_of
from jeta.times import to_seconds

T0 = 378_691_266.184  # 2010:001:00:00:00 in cxcsec
BEFORE_LEAP = to_seconds("2016:366:23:59:58", "cxcsec")


@pytest.fixture(autouse=True)
def _close():
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return Figure().subplots()


TIMES, VALUES = T0 + 3600.0 * np.arange(49), np.sin(np.arange(49))


def test_it_returns_ticks_figure_and_axes():
    ticklocs, fig, axes = plot_cxctime(TIMES, VALUES)
    assert fig is plt.gcf()
    assert axes is plt.gca()
    assert ticklocs[0][2] == "%j:%H:00"


def test_the_line_is_blue_over_matplotlibs_dates(ax):
    plot_cxctime(TIMES, VALUES, ax=ax)
    (line,) = ax.lines
    np.testing.assert_allclose(line.get_xdata(), 14_610 + np.arange(49) / 24, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(line.get_ydata(), VALUES)
    assert (line.get_color(), line.get_linestyle(), line.get_marker()) == ("b", "-", "None")


def test_a_figure_or_axes_given_is_drawn_on_and_no_other_made(ax):
    _, fig, axes = plot_cxctime(TIMES, VALUES, ax=ax)
    assert (fig, axes) == (ax.figure, ax)
    figure = Figure()
    assert plot_cxctime(TIMES, VALUES, "r.", figure)[2].figure is figure
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"color": "red"}, ("red", "-")),
        ({"ls": "--"}, ("b", "--")),
        ({"c": "k", "linestyle": ":"}, ("k", ":")),
        ({"fmt": "g--"}, ("g", "--")),
    ],
)
def test_style_is_as_asked_for_without_a_warning(ax, given, expected):
    plot_cxctime(TIMES, VALUES, ax=ax, **given)
    assert (ax.lines[0].get_color(), ax.lines[0].get_linestyle()) == expected


def test_labels_are_slanted_also_in_a_figure_with_a_layout_of_its_own():
    for layout in (None, "constrained", "tight"):
        axes = Figure(layout=layout).subplots()
        plot_cxctime(TIMES, VALUES, ax=axes)
        assert {label.get_rotation() for label in axes.get_xticklabels()} == {30.0}


def test_errors_are_drawn_as_bars(ax):
    plot_cxctime(TIMES, VALUES, ax=ax, yerr=0.5, xerr=np.full(49, 0.01))
    (bars,) = ax.containers
    assert bars.has_yerr
    assert bars.has_xerr


def test_states_are_named_on_the_axis(ax):
    plot_cxctime(TIMES, np.arange(49) % 2, ax=ax, state_codes=[(0, "OFF"), (1, "ON")])
    ax.figure.draw_without_rendering()
    assert ax.get_yticks().tolist() == [0, 1]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["OFF", "ON"]


def test_ticks_follow_the_view_only_if_interactive():
    for interactive, label in ((True, "%j:%H:%M"), (False, "%j:%H:00")):
        axes = Figure().subplots()
        plot_cxctime(TIMES, VALUES, ax=axes, interactive=interactive)
        axes.set_xlim(14_610, 14_610 + 1 / 24)
        assert axes.xaxis.get_major_formatter().fmt == label


def test_labels_are_in_a_time_zone_if_asked_for(ax):
    plot_cxctime(TIMES, VALUES, ax=ax, tz="America/New_York")
    ax.figure.draw_without_rendering()
    assert ax.get_xticklabels()[0].get_text() == "365:18:00"


def test_seconds_of_either_system_are_the_same_dates():
    unix = to_seconds("2010:001", "unix")
    np.testing.assert_allclose(cxctime2plotdate([unix], "unix"), cxctime2plotdate([T0]))


@pytest.mark.parametrize(
    "times",
    [
        ["2010:001", "2010:002"],
        np.array(["2010-01-01", "2010-01-02"], "M8[s]"),
        [to_seconds("2010:001", "cxcsec"), to_seconds("2010:002", "cxcsec")],
    ],
    ids=["texts", "datetime64", "seconds"],
)
def test_times_in_any_form_are_dates(times):
    np.testing.assert_allclose(cxctime2plotdate(times), [14_610.0, 14_611.0], rtol=0, atol=1e-9)


def test_no_times_are_no_dates():
    assert cxctime2plotdate([]).tolist() == []


def test_dates_count_from_matplotlibs_epoch(monkeypatch):
    monkeypatch.setattr(mdates, "_epoch", "2000-01-01T00:00:00")
    np.testing.assert_allclose(cxctime2plotdate([T0]), [14_610.0 - 10_957.0])


def test_all_dates_are_the_same_distance_from_the_first_over_a_leap_second():
    """As in the ancestors: what comes after it is a second late."""
    days = cxctime2plotdate(BEFORE_LEAP + np.arange(5.0))
    np.testing.assert_allclose(np.diff(days) * 86_400, 1.0, atol=1e-5)


def test_exact_dates_hold_still_during_a_leap_second():
    days = to_days(BEFORE_LEAP + np.array([0, 1, 2, 2.5, 3, 4]), "cxcsec")
    midnight = mdates.date2num(np.datetime64("2017-01-01"))
    np.testing.assert_allclose((days - midnight) * 86_400, [-2, -1, 0, 0, 0, 1], atol=1e-5)


@pytest.mark.parametrize("system", ["unix", "cxcsec"])
def test_dates_and_seconds_are_each_others_inverse(system):
    seconds = np.array([0.0, 3.2e8, 7.5e8])
    np.testing.assert_allclose(to_seconds_of(to_days(seconds, system), system), seconds, rtol=0, atol=1e-5)


def test_nan_has_no_date():
    assert np.isnan(to_days([np.nan], "unix")).all()


def test_points_by_turns():
    assert pointpair([1, 2, 3]).tolist() == [1, 1, 2, 2, 3, 3]
    assert pointpair(np.array([1, 2]), np.array([1.5, 2.5])).tolist() == [1, 1.5, 2, 2.5]


def test_the_outline_of_a_histogram():
    bins, counts = hist_outline([0.5, 0.6, 2.5], bins=3, range=(0, 3))
    assert bins.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert counts.tolist() == [0, 2, 2, 0, 0, 1, 1, 0, 0, 0]


def test_the_outline_of_bins_of_different_widths_has_their_edges():
    bins, _ = hist_outline([0.5], bins=[0, 1, 10])
    assert bins.tolist() == [0, 0, 1, 1, 10, 10, 19, 19]
