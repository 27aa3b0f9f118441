"""The arithmetic of a zoomable plot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.plotting import iplot_view as view
from jeta.plotting.iplot_lines import finite_span

FINITE = st.floats(-1e9, 1e9)


@pytest.mark.parametrize(
    ("days", "stat"),
    [
        (0.0, None),
        (500 / 288, None),
        (500 / 288 + 1e-6, "5min"),
        (500.0, "5min"),
        (500.0 + 1e-6, "daily"),
        (1e5, "daily"),
    ],
)
def test_as_many_points_as_pixels_decide_the_resolution(days, stat):
    """Of axes 500 pixels wide; as many as pixels are not too many yet."""
    assert view.resolution_for(days, 500) == stat


@given(low=FINITE, span=st.floats(1.0, 1e8), part=st.floats(0, 1), factor=st.sampled_from([0.25, 4.0]))
def test_zooming_keeps_the_cursor_at_its_instant(low, span, part, factor):
    about = low + part * span
    new_low, new_high = view.zoomed(low, low + span, about, factor)
    assert new_high - new_low == pytest.approx(factor * span, rel=1e-6, abs=1e-5)
    assert (about - new_low) == pytest.approx(part * factor * span, rel=1e-6, abs=1e-5)


@given(low=FINITE, span=st.floats(1.0, 1e10))
def test_a_limited_view_is_inside_and_not_empty(low, span):
    first, last = view.limited(low, low + span, -1e8, 1e8)
    assert -1e8 <= first < last <= 1e8
    if low >= -1e8 and low + span <= 1e8:
        assert (first, last) == (low, low + span)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ((-9, -5), (0, 4)),
        ((-500, -5), (0, 100)),
        ((110, 130), (80, 100)),
        ((110, 330), (0, 100)),
        ((-5, 500), (0, 100)),
    ],
)
def test_a_view_outside_comes_back_with_its_span(asked, given):
    assert view.limited(*asked, 0, 100) == given


def test_a_quarter_of_the_span_more_is_loaded():
    assert view.with_margins(100.0, 200.0) == (75.0, 225.0)


def test_the_y_range_has_5_percent_to_spare_on_each_side():
    assert view.y_range([np.array([0.0, 100.0]), np.array([50])]) == (-5.0, 105.0)


@pytest.mark.parametrize(
    "parts",
    [[], [np.array([])], [np.array([np.nan, np.inf])], [np.array([], np.int8), np.array([np.nan])]],
    ids=["nothing", "no row", "no number", "neither"],
)
def test_no_number_gives_no_y_range(parts):
    assert view.y_range(parts) is None


@pytest.mark.parametrize("value", [0, 5, -300.0, 1e-30, 1e300, np.uint64(2**64 - 1)], ids=str)
def test_one_value_alone_lies_within_its_y_range(value):
    low, high = view.y_range([np.array([value, value])])
    assert low < float(value) < high


def test_infinite_values_do_not_make_the_y_range_infinite():
    assert view.y_range([np.array([-np.inf, 1.0, 3.0, np.nan, np.inf])]) == pytest.approx((0.9, 3.1))


@pytest.mark.parametrize(("low", "high", "rows"), [(0, 9, (0, 5)), (2, 4, (1, 4)), (2.5, 2.6, (2, 2)), (8, 9, (5, 5))])
def test_both_ends_of_a_view_are_in_it(low, high, rows):
    found = view.rows_in_view(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), low, high)
    assert (found.start, found.stop) == rows


def test_one_instant_gets_a_span():
    assert finite_span(np.array([10.0]), 60.0) == (-20.0, 40.0)
    assert finite_span(np.array([10.0, 10.0]), 60.0) == (-20.0, 40.0)
    assert finite_span(np.array([10.0, 11.0]), 60.0) == (10.0, 11.0)
