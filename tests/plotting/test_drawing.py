"""Traces on axes: what users' figures, layouts, files and later changes do to them."""

from __future__ import annotations

import gc
import io
import weakref

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from jeta.errors import ValuesError
from jeta.plotting import plot_cxctime
from jeta.plotting.drawing import as_axes, current_axes, draw, draw_as_given, panels
from jeta.plotting.trace import Trace

T0 = 1_262_304_000.0  # 2010:001


@pytest.fixture(autouse=True)
def _close():
    mpl.use("agg")
    yield
    plt.close("all")


def long(rows=200_000, **more):
    number = np.arange(rows)
    return Trace(
        T0 + number, np.sin(number / 50.0) * (1 + number % 3), name="AA", title="AA", unit="V", gap_s=20.0, **more
    )


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
@pytest.mark.parametrize("box", [None, "tight"])
@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_it_is_written_in_any_form_and_layout(form, box, layout):
    axes = Figure(layout=layout).subplots()
    draw(long(bads=np.arange(200_000) % 1000 == 0), ax=axes, bads=True)
    written = io.BytesIO()
    axes.figure.savefig(written, format=form, bbox_inches=box)
    assert written.tell() > 3000


def test_a_file_in_few_pixels_is_no_larger_for_many_samples():
    sizes = []
    for rows in (20_000, 400_000):
        axes = Figure().subplots()
        draw(long(rows), ax=axes)
        written = io.BytesIO()
        axes.figure.savefig(written, format="svg")
        sizes.append(written.tell())
    assert sizes[1] < 2 * sizes[0]


def test_limits_that_a_user_has_set_stay():
    axes = Figure().subplots()
    axes.set_xlim(14_610.5, 14_611.0)
    axes.set_ylim(-9, 9)
    draw(long(), ax=axes)
    assert axes.get_xlim() == (14_610.5, 14_611.0)
    assert axes.get_ylim() == (-9, 9)


def test_it_can_be_drawn_in_a_figure_within_a_figure():
    figure = Figure(layout="constrained")
    left, right = figure.subfigures(1, 2)
    draw(long(), ax=left.subplots())
    draw(long(), ax=right.subplots())
    plot_cxctime([T0, T0 + 1], [1, 2], ax=right.axes[0], system="unix")
    FigureCanvasAgg(figure).draw()
    assert [len(part.axes[0].lines) for part in (left, right)] == [1, 2]


def test_two_axes_over_one_another_have_their_own_units():
    axes = Figure().subplots()
    draw(long(), ax=axes)
    twin = axes.twinx()
    draw(Trace(T0 + np.arange(10.0), np.arange(10.0), unit="A"), ax=twin, color="r")
    assert (axes.get_ylabel(), twin.get_ylabel()) == ("V", "A")


def test_plotting_in_another_zone_than_the_settings_say():
    with mpl.rc_context({"timezone": "Asia/Tokyo"}):
        axes = Figure().subplots()
        draw(long(3600), ax=axes)
        axes.figure.draw_without_rendering()
        assert axes.get_xticklabels()[0].get_text().startswith("001:09")


def test_closed_figures_let_the_samples_go():
    one = long()
    kept = weakref.ref(one.values)
    draw(one)
    plt.close("all")
    del one
    gc.collect()
    assert kept() is None


def test_zooming_by_the_toolbar_refines_the_line():
    figure, axes = plt.subplots()
    draw(long(50_000), ax=axes)
    figure.canvas.draw()
    toolbar = mpl.backend_bases.NavigationToolbar2(figure.canvas)
    low, high = axes.transAxes.transform([(0.5, 0.2), (0.52, 0.8)])
    toolbar.zoom()
    for name, at in (("button_press_event", low), ("button_release_event", high)):
        mpl.backend_bases.MouseEvent(name, figure.canvas, *at, button=1)._process()
    days = axes.lines[0].get_xdata()
    start, stop = axes.get_xlim()
    assert stop - start < 0.02
    inside = (days > start) & (days < stop)
    assert inside.sum() == pytest.approx((stop - start) * 86_400, abs=2)
    toolbar.home()
    assert len(axes.lines[0].get_xdata()) < 20_000


def test_current_axes_are_those_of_pyplot_or_of_a_figure():
    assert current_axes() is plt.gca()
    figure = Figure()
    assert current_axes(figure) is figure.gca()


def test_positional_arguments_are_those_of_plot_cxctime():
    figure = Figure()
    axes = figure.subplots()
    assert draw_as_given(long(10), ("r--", None, axes, 0.1, None, None, [(0, "zero")], False), {}) is axes
    assert axes.containers[0].lines[0].get_color() == "r"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["zero"]
    with pytest.raises(TypeError):
        draw_as_given(long(10), tuple(range(12)), {})


def test_panels_share_their_time_and_label_the_last():
    axes = panels(3, Figure())
    assert axes.shape == (3,)
    axes[0].set_xlim(1, 2)
    assert axes[2].get_xlim() == (1, 2)
    assert panels(2)[0].figure is plt.gcf()


def test_axes_in_any_shape_are_taken_row_by_row():
    grid = Figure().subplots(2, 2)
    assert as_axes(grid, 4).tolist() == grid.reshape(-1).tolist()
    assert as_axes(list(grid[0]), 2).tolist() == grid[0].tolist()
    with pytest.raises(ValuesError, match="4 axes for 3 MSIDs: give one for each, or one for all"):
        as_axes(grid, 3)
