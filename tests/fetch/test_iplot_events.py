"""`MSID.iplot`, driven by matplotlib's own events: keys, toolbar, and what becomes of figures."""

from __future__ import annotations

import gc
import logging
import pickle
import time
import weakref

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backend_bases import KeyEvent, NavigationToolbar2
from matplotlib.figure import Figure

from fetch.iplot_events import DAY, MIDDLE, T0, T1, YEARS, drag, drawn, fill, look, plot_of, press, y_of
from jeta import fetch, update
from jeta.archive import create_archive
from jeta.errors import ValuesError
from jeta.plotting import MsidPlot
from jeta.times import now, to_seconds


@pytest.fixture(scope="module")
def three_years(tmp_path_factory):
    return fill(create_archive(tmp_path_factory.mktemp("iplot") / "archive")).root


@pytest.fixture(autouse=True)
def _agg(_none_in_use, three_years):
    mpl.use("agg")
    with fetch.set_archive(three_years):
        yield
    plt.close("all")


# ---------------------------------------------------------------------- keys


@pytest.mark.parametrize(("key", "factor"), [("z", 0.25), ("p", 4.0)])
@pytest.mark.parametrize("x", [0.1, 0.5])
def test_keys_z_and_p_zoom_about_the_cursor(key, factor, x):
    plot = plot_of()
    look(plot, MIDDLE, MIDDLE + 8 * DAY)
    press(plot, key, x)
    about = MIDDLE + x * 8 * DAY
    want = about - x * factor * 8 * DAY, about + (1 - x) * factor * 8 * DAY
    np.testing.assert_allclose((plot.tstart, plot.tstop), want, atol=0.01)


def test_keys_z_and_p_need_the_mouse_over_the_axes():
    plot = plot_of()
    before = plot.ax.get_xlim()
    for key in "zp":
        press(plot, key, x=-0.1)
    assert plot.ax.get_xlim() == before


def test_zooming_in_by_keys_goes_from_daily_to_5min_to_samples():
    plot = plot_of()
    seen = [plot.stat]
    for _ in range(6):
        press(plot, "z")
        seen.append(plot.stat)
    assert seen == ["daily", "5min", "5min", "5min", "5min", None, None]


def test_key_m_hides_and_shows_minima_and_maxima_and_y_follows():
    plot = plot_of()
    dat = plot.msid
    press(plot, "m")
    assert [line.get_visible() for line in plot.lines] == [True, False, False]
    assert (plot.plot_mins, plot.status) == (False, "minima and maxima hidden")
    assert plot.ax.get_ylim() == pytest.approx(y_of(dat.vals))
    press(plot, "m")
    assert all(line.get_visible() for line in plot.lines)
    assert (plot.plot_mins, plot.status) == (True, "minima and maxima shown")
    assert plot.ax.get_ylim() == pytest.approx(y_of(dat.mins, dat.maxes))


@pytest.mark.parametrize("scaley", [True, False])
def test_key_a_goes_back_to_all_of_it(scaley):
    plot = plot_of()
    x, y = plot.ax.get_xlim(), plot.ax.get_ylim()
    if not scaley:
        press(plot, "y")
    look(plot, MIDDLE, MIDDLE + DAY)
    plot.ax.set_ylim(0, 1)
    press(plot, "a")
    assert plot.ax.get_xlim() == pytest.approx(x)
    assert plot.ax.get_ylim() == pytest.approx(y)
    assert (plot.stat, plot.scaley) == ("daily", scaley)


def test_the_question_mark_shows_and_hides_the_list_of_keys():
    plot = plot_of()
    shown = [text.get_text() for text in plot.ax.texts]
    press(plot, "?")
    (added,) = [text.get_text() for text in plot.ax.texts if text.get_text() not in shown]
    assert [line[0] for line in added.splitlines()] == list("zpmya?")
    press(plot, "?")
    assert [text.get_text() for text in plot.ax.texts] == shown


def test_the_status_is_in_the_figure_and_beside_the_toolbar_and_in_the_log_and_nothing_is_printed(capsys, caplog):
    plot = plot_of()
    messages = []

    class Toolbar(NavigationToolbar2):
        def set_message(self, s):
            messages.append(s)

    Toolbar(plot.fig.canvas)
    with caplog.at_level(logging.INFO, "jeta.plotting"):
        press(plot, "m")
    assert "minima and maxima hidden" in [text.get_text() for text in plot.ax.texts]
    assert "minima and maxima hidden" in messages
    assert "TEMP: minima and maxima hidden" in caplog.messages
    press(plot, "?")
    assert capsys.readouterr() == ("", "")


# ---------------------------------------------------------------------- matplotlib's toolbar and keys


def test_dragging_a_rectangle_with_the_toolbar_loads_what_fits():
    plot = plot_of()
    toolbar = NavigationToolbar2(plot.fig.canvas)
    toolbar.zoom()
    drag(plot, (0.5, 0.1), (0.6, 0.9))
    assert plot.stat == "5min"
    span = plot.tstop - plot.tstart
    assert span == pytest.approx(0.1 * YEARS * 365 * DAY, rel=0.02)
    toolbar.back()
    assert plot.stat == "daily"


def test_dragging_with_the_toolbar_pans_and_loads():
    plot = plot_of()
    look(plot, MIDDLE, MIDDLE + DAY)
    before = plot.fetches
    NavigationToolbar2(plot.fig.canvas).pan()
    drag(plot, (0.9, 0.5), (0.1, 0.5))
    assert plot.tstart == pytest.approx(MIDDLE + 0.8 * DAY, abs=0.01 * DAY)
    assert (plot.stat, plot.fetches > before) == (None, True)
    assert plot._loaded.span_s[0] <= plot.tstart < plot.tstop <= plot._loaded.span_s[1]


def test_the_toolbar_goes_back_over_what_keys_did():
    plot = plot_of()
    toolbar = NavigationToolbar2(plot.fig.canvas)
    before = plot.ax.get_xlim()
    press(plot, "z")
    toolbar.push_current()
    toolbar.back()
    assert plot.ax.get_xlim() == pytest.approx(before)


def test_matplotlib_acts_on_other_keys_and_not_on_ours():
    """Key p turns its pan tool on, o its zoom tool."""
    plot = plot_of()
    toolbar = NavigationToolbar2(plot.fig.canvas)
    press(plot, "p")
    assert toolbar.mode == ""
    press(plot, "o")
    assert toolbar.mode == "zoom rect"


def test_other_figures_and_the_settings_keep_their_keys():
    before = dict(mpl.rcParams)
    plot = plot_of()
    press(plot, "p")
    assert dict(mpl.rcParams) == before
    other = plt.figure()
    toolbar = NavigationToolbar2(other.canvas)
    KeyEvent("key_press_event", other.canvas, "p", 5, 5)._process()
    assert toolbar.mode == "pan/zoom"


def test_a_figure_that_is_cleared_gets_its_keys_back():
    plot = plot_of()
    figure, before = plot.fig, plot.fetches
    figure.clear()
    figure.add_subplot().plot([1, 2], [3, 4])
    toolbar = NavigationToolbar2(figure.canvas)
    for _ in range(2):
        KeyEvent("key_press_event", figure.canvas, "p", 5, 5)._process()
    assert (toolbar.mode, plot.fetches) == ("", before)  # on, and off again: once for each press
    KeyEvent("key_press_event", figure.canvas, "p", 5, 5)._process()
    assert toolbar.mode == "pan/zoom"


def test_a_second_plot_takes_the_place_of_the_first():
    first = plot_of("temp")
    second = plot_of("mode")
    assert first.fig is second.fig
    assert second.fig.axes == [second.ax]
    before = first.fetches
    press(second, "z")
    assert (second.stat, first.fetches) == ("5min", before)


# ---------------------------------------------------------------------- how far


def test_views_end_where_now_and_a_third_of_a_year_is():
    plot = plot_of()
    look(plot, T0, 4e9)
    assert plot.tstop == pytest.approx(now() + 1e7, abs=100)
    for _ in range(8):
        press(plot, "p")
    assert plot.tstart == pytest.approx(to_seconds("1999:100"), abs=1)
    assert plot.tstop == pytest.approx(now() + 1e7, abs=100)
    assert plot.stat == "daily"


def test_a_view_wholly_outside_comes_back():
    plot = plot_of()
    look(plot, -2e9, -2e9 + 10 * DAY)
    np.testing.assert_allclose((plot.tstart, plot.tstop), to_seconds("1999:100") + np.array([0, 10 * DAY]), atol=1)


def test_views_go_back_to_the_first_sample_of_an_archive_that_is_older(tmp_path):
    archive = create_archive(tmp_path / "old")
    update.append("old", [1e8, 2e8, 3e8], [1.0, 2.0, 3.0], archive=archive)
    update.append("older", [5e7], [1.0], archive=archive)
    with fetch.set_archive(archive):
        plot = plot_of("old", 2e8, 4e8)
        for _ in range(8):
            press(plot, "p")
    assert plot.tstart == pytest.approx(5e7, abs=1)


# ---------------------------------------------------------------------- figures, and the object


def test_the_current_figure_is_cleared():
    figure, _ = plt.subplots(2)
    plot = plot_of()
    assert plot.fig is figure
    assert figure.axes == [plot.ax]


def test_axes_that_are_given_are_used_and_nothing_is_cleared():
    figure, (first, second) = plt.subplots(2)
    first.plot([1, 2], [3, 4])
    plot = plot_of(ax=second)
    press(plot, "z")
    assert (plot.ax, plot.stat, len(first.lines)) == (second, "5min", 1)
    assert figure.axes == [first, second]


def test_two_plots_in_one_figure_zoom_each_under_the_mouse():
    _, (first, second) = plt.subplots(2)
    one, two = plot_of(ax=first), plot_of("mode", ax=second)
    press(two, "z")
    assert (one.stat, two.stat) == ("daily", "5min")


def test_plots_that_share_an_axis_of_time_follow_each_other():
    _, (first, second) = plt.subplots(2, sharex=True)
    one, two = plot_of(ax=first), plot_of("mode", ax=second)
    press(one, "z")
    assert (one.stat, two.stat) == ("5min", "5min")


def test_formats_and_properties_of_lines():
    plot = plot_of(fmt=".r", fmt_minmax="--g", color="k", lw=3, label="here")
    line, lower, upper = plot.lines
    assert (line.get_color(), line.get_marker(), line.get_linewidth(), line.get_label()) == ("k", ".", 3, "here")
    assert {lower.get_color(), upper.get_color()} == {"g"}
    assert plot_of().lines[0].get_color() == "b"
    assert plot_of().lines[1].get_color() == "c"


def test_other_lines_stay_when_the_view_changes():
    plot = plot_of()
    mine = plot.ax.axhline(280.0)
    press(plot, "z")
    assert mine in plot.ax.lines


def test_ticks_are_those_of_mission_time():
    plot = plot_of()
    look(plot, to_seconds("2018:100"), to_seconds("2018:108"))
    labels = [tick.get_text() for tick in plot.ax.get_xticklabels()]
    assert "2018:102" in labels


def test_a_plot_lives_as_long_as_its_figure_whoever_holds_it():
    fetch.MSID("temp", T0, T1).iplot()
    gc.collect()
    axes = plt.gca()
    KeyEvent("key_press_event", axes.figure.canvas, "z", *axes.transAxes.transform((0.5, 0.5)))._process()
    assert axes.get_title() == "TEMP (5min)"


def test_a_closed_figure_lets_go_of_the_samples():
    dat = fetch.MSID("temp", T0, T1)
    dat.iplot()
    gone = weakref.ref(dat._iplot)
    plt.close("all")
    del dat
    gc.collect()
    assert gone() is None


def test_copies_and_pickles_of_the_object_have_no_plot_and_it_keeps_its_own():
    dat = fetch.MSID("temp", T0, T0 + DAY)
    dat.iplot()
    assert dat.copy()._iplot is None
    assert pickle.loads(pickle.dumps(dat))._iplot is None
    assert isinstance(dat._iplot, MsidPlot)
    assert dat.filter_bad(copy=True).vals.shape < dat.vals.shape


def test_a_pickled_figure_is_a_picture():
    plot = plot_of()
    copy = pickle.loads(pickle.dumps(plot.fig))
    np.testing.assert_array_equal(copy.axes[0].lines[-1].get_ydata(), drawn(plot.lines[0])[1])
    plt.close(copy)


def test_a_figure_without_a_window_works(tmp_path):
    figure = Figure()
    plot = plot_of(ax=figure.add_subplot())
    press(plot, "z")
    figure.savefig(tmp_path / "a.png")
    assert (plot.stat, (tmp_path / "a.png").stat().st_size > 5000) == ("5min", True)


def test_times_that_are_no_seconds_are_refused():
    dats = fetch.get_telem("temp", T0, T0 + DAY, time_format="yday", quiet=True)
    with pytest.raises(ValuesError, match="call get_telem without time_format"):
        dats["temp"].iplot()


def test_refetch_brings_the_neighbours_of_what_is_sent_on_change():
    dat = fetch.MSID("valve", T0, T1)
    again = dat.refetch(T0 + 7 * DAY, T0 + 8 * DAY)
    assert again.times[0] <= T0 + 7 * DAY < T0 + 8 * DAY <= again.times[-1]
    assert len(dat.refetch(T0 + 7 * DAY, T0 + 8 * DAY, "daily")) == 1


def test_a_step_of_the_zoom_takes_no_longer_than_a_blink():
    """Without the drawing, which is matplotlib's; on an idle machine it is some 10 ms."""
    plot = plot_of()
    plot.fig.canvas.draw_idle = lambda: None
    best = []
    for _ in range(3):
        press(plot, "a")
        began = time.perf_counter()
        for _ in range(6):
            press(plot, "z")
        best.append((time.perf_counter() - began) / 6)
    assert plot.stat is None
    assert min(best) < 0.3
