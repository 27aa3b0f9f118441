"""`MSID.iplot`: what is loaded for a view, from where, and what is on the screen."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backend_bases import ResizeEvent
from matplotlib.dates import num2date

from fetch.iplot_events import DAY, MIDDLE, T0, T1, drawn, fill, look, npix, plot_of, press, y_of
from jeta import fetch, fetch_eng, update
from jeta.archive import create_archive
from jeta.computed.registry import COMPUTED
from jeta.errors import ArchiveNotFoundError, StatError, ValuesError
from jeta.plotting import MsidPlot
from jeta.plotting.dates import to_days


@pytest.fixture(scope="module")
def three_years(tmp_path_factory):
    return fill(create_archive(tmp_path_factory.mktemp("iplot") / "archive")).root


@pytest.fixture(autouse=True)
def _agg(_none_in_use, three_years):
    mpl.use("agg")
    with fetch.set_archive(three_years):
        yield
    plt.close("all")


# ---------------------------------------------------------------------- which resolution


def test_all_of_it_is_first_shown_as_daily_statistics_with_minima_and_maxima():
    plot = plot_of()
    want = fetch.Msid("temp", *plot._loaded.span_s, stat="daily")
    assert (plot.stat, plot.msid.stat, plot.fetches) == ("daily", "daily", 1)
    for line, values in zip(plot.lines, (want.vals, want.mins, want.maxes), strict=True):
        x, y = drawn(line)
        np.testing.assert_array_equal(x, to_days(want.times, "unix"))
        np.testing.assert_array_equal(y, values)
    assert (plot.ax.get_title(), plot.ax.get_ylabel()) == ("TEMP (daily)", "K")


@pytest.mark.parametrize(("part", "stat"), [(1.01, "daily"), (0.99, "5min"), (1.01 / 288, "5min"), (0.99 / 288, None)])
def test_the_view_decides_what_is_loaded(part, stat):
    """Its days, as a part of the pixels that the axes are wide."""
    plot = plot_of(stop=T0 + DAY)
    span = part * npix(plot) * DAY
    start = T1 - span - DAY
    look(plot, start, start + span)
    assert (plot.stat, plot.msid.stat) == (stat, stat)
    assert plot.ax.get_title() == {"daily": "TEMP (daily)", "5min": "TEMP (5min)", None: "TEMP"}[stat]
    want = fetch.Msid("temp", start - span / 4, start + span * 1.25, stat=stat)
    np.testing.assert_array_equal(plot.msid.times, want.times)
    np.testing.assert_array_equal(plot.msid.vals, want.vals)


def test_samples_on_the_screen_are_those_of_a_fetch_without_bad_ones():
    plot = plot_of()
    look(plot, MIDDLE, MIDDLE + DAY)
    want = fetch.Msid("temp", MIDDLE - DAY / 4, MIDDLE + 1.25 * DAY)
    assert len(want) < 216  # some were bad
    x, y = drawn(plot.lines[0])
    np.testing.assert_array_equal(x, to_days(want.times, "unix"))
    np.testing.assert_array_equal(y, want.vals)
    assert [len(drawn(line)[0]) for line in plot.lines[1:]] == [0, 0]


def test_a_short_object_is_shown_as_it_is_without_its_bad_samples():
    dat = fetch.MSID("temp", T0, T0 + DAY)
    dat.iplot()
    plot = dat._iplot
    assert (plot.fetches, plot.stat, plot.msid) == (0, None, dat)
    np.testing.assert_array_equal(drawn(plot.lines[0])[1], dat.vals[~dat.bads])
    assert len(dat) == 144  # the object itself keeps them


def test_nothing_is_loaded_within_what_is_there_and_once_beyond_it():
    plot = plot_of()
    look(plot, MIDDLE, MIDDLE + DAY)
    before = plot.fetches
    for start in (MIDDLE - 0.24 * DAY, MIDDLE + 0.24 * DAY):
        look(plot, start, start + DAY)
        assert plot.fetches == before
    look(plot, MIDDLE + 0.26 * DAY, MIDDLE + 1.26 * DAY)
    assert plot.fetches == before + 1
    np.testing.assert_allclose(plot._loaded.span_s, (MIDDLE + 0.01 * DAY, MIDDLE + 1.51 * DAY), atol=0.01)


def test_zooming_in_within_one_resolution_loads_nothing_and_another_one_does():
    plot = plot_of()
    look(plot, MIDDLE, MIDDLE + 100 * DAY)
    before = plot.fetches
    look(plot, MIDDLE + 20 * DAY, MIDDLE + 50 * DAY)
    assert (plot.fetches, plot.stat) == (before, "5min")
    look(plot, MIDDLE + 20 * DAY, MIDDLE + 21 * DAY)
    assert (plot.fetches, plot.stat) == (before + 1, None)


def test_a_wider_window_needs_finer_data():
    """What was daily in 600 pixels is 5min in 1500."""
    plot = plot_of()
    look(plot, T0, T0 + 1000 * DAY)
    assert plot.stat == "daily"
    plot.fig.set_size_inches(15, 5)
    ResizeEvent("resize_event", plot.fig.canvas)._process()
    plot.fig.canvas.draw()
    ResizeEvent("resize_event", plot.fig.canvas)._process()
    assert (npix(plot) > 1000, plot.stat) == (True, "5min")


def test_statistics_of_another_width_give_way_to_those_that_fit():
    dat = fetch.Msid("temp", T0, T0 + DAY, stat="1h")
    dat.iplot()
    assert (dat._iplot.stat, dat._iplot.msid.stat) == (None, None)


# ---------------------------------------------------------------------- the height


def test_y_follows_what_is_in_view_with_minima_and_maxima():
    plot = plot_of()
    start, stop = T0 + 100 * DAY, T0 + 200 * DAY
    look(plot, start, stop)
    dat = plot.msid
    seen = (dat.times >= start) & (dat.times <= stop)
    assert plot.ax.get_ylim() == pytest.approx(y_of(dat.mins[seen], dat.maxes[seen]))


def test_y_stays_where_nothing_is_in_view():
    plot = plot_of()
    before = plot.ax.get_ylim()
    look(plot, T1 + DAY, T1 + 2 * DAY)
    assert (plot.ax.get_ylim(), plot.status) == (before, "nothing in view")
    look(plot, T1 - DAY, T1)
    assert plot.status == ""


def test_key_y_turns_automatic_scaling_off_and_on():
    plot = plot_of()
    press(plot, "y")
    before = plot.ax.get_ylim()
    assert (plot.scaley, plot.status) == (False, "automatic y range off")
    look(plot, MIDDLE, MIDDLE + DAY)
    assert plot.ax.get_ylim() == before
    press(plot, "y")
    assert (plot.scaley, plot.status) == (True, "automatic y range on")
    assert plot.ax.get_ylim() != before


# ---------------------------------------------------------------------- what kinds of MSIDs


def test_states_are_steps_with_names():
    plot = plot_of("mode")
    look(plot, MIDDLE, MIDDLE + DAY)
    line, lower, _ = plot.lines
    assert (line.get_drawstyle(), len(drawn(lower)[0])) == ("steps-post", 0)
    np.testing.assert_array_equal(drawn(line)[1], plot.msid.raw_vals)
    assert plot.ax.get_yticks().tolist() == [0, 1, 7]
    assert [tick.get_text() for tick in plot.ax.get_yticklabels()] == ["OFF", "ON", "SAFE"]
    assert plot.ax.get_ylim() == pytest.approx((-0.35, 7.35))


def test_texts_without_counts_are_named_too():
    plot = plot_of("word")
    assert [tick.get_text() for tick in plot.ax.get_yticklabels()] == ["NO", "YES"]


def test_flags_are_named_as_samples_and_parts_of_the_time_as_statistics():
    plot = plot_of("flag", T0, T0 + DAY)
    assert [tick.get_text() for tick in plot.ax.get_yticklabels()] == ["False", "True"]
    look(plot, T0, T0 + 100 * DAY)
    assert plot.stat == "5min"
    assert "False" not in [tick.get_text() for tick in plot.ax.get_yticklabels()]
    assert plot.lines[0].get_drawstyle() == "default"


def test_a_value_that_holds_is_seen_in_a_view_without_samples():
    """Sent every 1000 samples, which is a week; a view of a day between two of them."""
    plot = plot_of("valve")
    sent = 600.0 * 1000
    start = T0 + 20 * sent + 2 * DAY
    look(plot, start, start + DAY)
    assert (plot.stat, plot.status) == (None, "")
    x, y = drawn(plot.lines[0])
    assert x[0] < plot.ax.get_xlim()[0] < plot.ax.get_xlim()[1] < x[-1]
    assert y[0] == 0
    low, high = plot.ax.get_ylim()
    assert low < 0 < high


def test_a_single_sample_is_seen():
    plot = plot_of(start=T0 + 600, stop=T0 + 1200)
    assert (len(drawn(plot.lines[0])[0]), plot.lines[0].get_marker()) == (1, ".")
    np.testing.assert_allclose((plot.tstart, plot.tstop), (T0 + 570, T0 + 630), atol=0.01)


@pytest.mark.parametrize(("start", "stop"), [(T0 - DAY, T0), (T0, T0 + 1)], ids=["none", "bad"])
def test_without_a_good_sample_there_is_an_error_and_the_figure_stays(start, stop):
    figure = plt.figure()
    figure.add_subplot()
    with pytest.raises(ValuesError, match="TEMP has no good sample from 2017"):
        plot_of(start=start, stop=stop)
    assert len(figure.axes) == 1


def test_many_samples_are_reduced_to_the_pixels_and_keep_their_extremes(own):
    rows = 400_000
    times, values = T0 + 0.4 * np.arange(rows), np.sin(np.arange(rows) / 1e4)
    values[123_457], values[234_569] = 9.0, -9.0
    update.append("fast", times, values, archive=own)
    plot = plot_of("fast", T0, T0 + 0.4 * rows)
    x, y = drawn(plot.lines[0])
    assert (len(plot.msid), len(x) <= 5000) == (rows, True)
    assert (y.max(), y.min()) == (9.0, -9.0)
    assert x[np.argmax(y)] == to_days(times[123_457], "unix")
    assert (x[0], x[-1]) == tuple(to_days(times[[0, -1]], "unix"))
    look(plot, times[123_400] - 0.1, times[123_500] + 0.1)
    x, y = drawn(plot.lines[0])
    np.testing.assert_array_equal(y, values[123_399:123_502])
    assert plot.fetches == 0


def test_the_times_of_a_cheta_archive_are_shown_as_dates(tmp_path):
    archive = fill(create_archive(tmp_path / "cxc", time_system="cxcsec"), rows=144 * 30, t0=5e8)
    with fetch.set_archive(archive):
        plot = plot_of("temp", 5e8, 5e8 + 30 * DAY)
        look(plot, 5e8 + DAY, 5e8 + 2 * DAY)
        press(plot, "z")
        want = fetch.Msid("temp", *plot._loaded.span_s)
    x, _ = drawn(plot.lines[0])
    np.testing.assert_array_equal(x, to_days(want.times, "cxcsec"))
    assert num2date(plot.ax.get_xlim()[0]).strftime("%Y:%j:%H:%M") == "2013:310:09:52"
    np.testing.assert_allclose((plot.tstart, plot.tstop), (5e8 + DAY * 1.375, 5e8 + DAY * 1.625), atol=0.01)


# ---------------------------------------------------------------------- from where


@pytest.fixture
def own_classes():
    """Forget classes of computed MSIDs that the test defines."""
    before = list(COMPUTED.classes)
    yield
    COMPUTED.classes[:] = before


def test_a_computed_msid_is_worked_out_for_each_view(own_classes):
    class Twice(fetch.ComputedMsid):
        msid_match = r"twice_(\w+)"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            dat = self.fetch_sys.MSID(msid_args[0], tstart, tstop)
            return {"vals": 2 * dat.vals, "times": dat.times, "bads": dat.bads, "unit": dat.unit}

    plot = plot_of("Twice_Temp", T0, T0 + 30 * DAY)
    assert (plot.stat, plot.ax.get_title()) == ("5min", "TWICE_TEMP (5min)")
    look(plot, T0 + DAY, T0 + 2 * DAY)
    assert (plot.stat, plot.status) == (None, "")
    np.testing.assert_array_equal(plot.msid.vals, 2 * fetch.Msid("temp", *plot._loaded.span_s).vals)


def test_units_stay_those_of_the_object():
    plot = plot_of(kind=fetch_eng.MSID)
    assert plot.msid.unit == "DEGF"
    look(plot, MIDDLE, MIDDLE + DAY)
    assert (plot.msid.unit, plot.ax.get_ylabel()) == ("DEGF", "DEGF")
    np.testing.assert_array_equal(plot.msid.vals, fetch_eng.Msid("temp", *plot._loaded.span_s).vals)
    plot = plot_of(kind=fetch.in_units("sci").MSID)
    look(plot, MIDDLE, MIDDLE + DAY)
    assert plot.msid.unit == "DEGC"


def test_the_archive_stays_that_of_the_object(own, three_years):
    with fetch.set_archive(three_years):
        plot = plot_of()
    update.append("temp", [MIDDLE], [-1.0], archive=own)
    look(plot, MIDDLE, MIDDLE + DAY)
    assert plot.msid.vals.min() > 0
    assert fetch.MSID("temp", MIDDLE, MIDDLE + 1).vals.tolist() == [-1.0]  # the one in use is as before


def test_the_sources_stay_those_in_use_when_it_was_plotted():
    with fetch.data_source("archive", "test-drop-half"):
        plot = plot_of()
    look(plot, MIDDLE, MIDDLE + DAY)
    assert len(plot.msid) < 0.6 * len(fetch.Msid("temp", *plot._loaded.span_s))


def test_samples_are_drawn_where_there_are_no_statistics():
    asked = []
    dat = fetch.MSID("temp", T0, T0 + 30 * DAY)

    def refetch(start, stop, stat):
        asked.append(stat)
        if stat is not None:
            raise StatError("no statistics here; ask for samples")
        return dat.refetch(start, stop)

    plot = MsidPlot(dat, "-b", "-c", refetch=refetch)
    assert (plot.stat, plot.msid.stat, asked) == ("5min", None, ["5min", None])
    look(plot, T0 + 5 * DAY, T0 + 60 * DAY)
    assert asked == ["5min", None, None]  # not asked for twice
    assert plot.ax.get_title() == "TEMP"


def test_the_class_alone_makes_the_plot_of_an_object_as_in_old_scripts():
    plot = MsidPlot(fetch.MSID("temp", T0, T1), "-b", "-c")
    look(plot, MIDDLE, MIDDLE + DAY)
    np.testing.assert_array_equal(plot.msid.vals, fetch.Msid("temp", *plot._loaded.span_s).vals)


def test_what_cannot_be_loaded_is_told_and_the_plot_goes_on(tmp_path, caplog):
    archive = fill(create_archive(tmp_path / "here"), rows=144 * 30)
    with fetch.set_archive(archive):
        plot = plot_of("temp", T0, T0 + 30 * DAY)
        before = plot.msid
        archive.root.rename(tmp_path / "gone")
        look(plot, T0, T0 + DAY)
        assert plot.status.startswith("not loaded: ArchiveNotFoundError: ")
        assert plot.msid is before
        assert len(drawn(plot.lines[0])[0]) > 0
        assert [record.levelname for record in caplog.records if record.name == "jeta.plotting"] == ["WARNING"]
        assert caplog.records[-1].exc_info[0] is ArchiveNotFoundError
        (tmp_path / "gone").rename(archive.root)
        look(plot, T0, T0 + DAY)
    assert (plot.status, plot.stat, plot.msid.stat) == ("", None, None)


def test_what_cannot_be_loaded_at_first_is_an_error():
    def refetch(start, stop, stat):
        raise ArchiveNotFoundError("it is gone")

    with pytest.raises(ArchiveNotFoundError, match="it is gone"):
        MsidPlot(fetch.MSID("temp", T0, T1), refetch=refetch)
