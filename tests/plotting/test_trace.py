"""`Trace`: which points, crosses and bands are drawn of arrays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jeta.plotting.dates import to_days
from jeta.plotting.trace import Trace, alone, usual_gap_s


def trace(seconds, values, **more):
    return Trace(np.asarray(seconds, float), np.asarray(values), **more)


def all_rows(one):
    return np.arange(len(one.times))


def points(one, rows=None):
    """Seconds and values of the line, None where it is broken."""
    days, values = one.points(all_rows(one) if rows is None else np.asarray(rows))
    return (days * 86_400.0).round(6).tolist(), [None if np.isnan(value) else value for value in values]


def test_the_points_are_the_samples():
    assert points(trace([0, 1, 2], [5, 7, 6])) == ([0, 1, 2], [5, 7, 6])


def test_a_spacing_above_the_gap_breaks_the_line_one_equal_to_it_does_not():
    assert points(trace([0, 10, 21], [1, 2, 3], gap_s=10.0)) == ([0, 10, 10, 21], [1, 2, None, 3])


def test_rows_that_were_left_out_are_no_gap():
    one = trace(np.arange(100), np.arange(100), gap_s=10.0)
    assert points(one, [0, 40, 99]) == ([0, 40, 99], [0, 40, 99])


def test_a_gap_between_kept_neighbours_is_one():
    one = trace([*range(50), *range(100, 150)], np.arange(100), gap_s=10.0)
    assert points(one, [0, 49, 50, 99]) == ([0, 49, 49, 100, 149], [0, 49, None, 50, 99])


def test_bad_samples_break_the_line():
    assert points(trace([0, 1, 2], [1, 2, 3], bads=np.array([False, True, False])))[1] == [1, None, 3]


def test_the_last_value_goes_on_as_long_as_it_is_known_to_hold():
    assert points(trace([0, 1], [1, 2], until_s=9.0)) == ([0, 1, 9], [1, 2, 2])
    assert points(trace([0, 1], [1, 2], until_s=0.5)) == ([0, 1], [1, 2])


def test_no_samples_have_no_points():
    assert points(trace([], [])) == ([], [])


def test_big_numbers_and_flags_are_drawn_as_floats():
    assert points(trace([0], np.array([2**63], np.uint64)))[1] == [2.0**63]
    assert points(trace([0, 1], np.array([True, False])))[1] == [1.0, 0.0]


def test_arrays_out_of_order_are_put_in_order_together():
    mixed = trace(
        [2, 0, 1],
        [20, 0, 10],
        bads=np.array([True, False, False]),
        low=np.array([19, -1, 9]),
        high=np.array([21, 1, 11]),
    )
    ordered = mixed.in_order()
    assert ordered.times.tolist() == [0, 1, 2]
    assert ordered.values.tolist() == [0, 10, 20]
    assert ordered.bads.tolist() == [False, False, True]
    assert (ordered.low.tolist(), ordered.high.tolist()) == ([-1, 9, 19], [1, 11, 21])
    assert ordered.in_order() is ordered


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((2.5, 4.5), slice(2, 6)),
        ((3, 4), slice(2, 6)),
        ((-9, 99), slice(0, 10)),
        ((20, 30), slice(9, 10)),
        ((-5, -3), slice(0, 1)),
    ],
)
def test_the_rows_of_a_span_and_one_more_on_each_side(span, expected):
    assert trace(np.arange(10), np.arange(10)).rows_between(*span) == expected


@given(st.integers(4, 100), arrays.arrays(bool, 300))
def test_what_is_drawn_reaches_the_good_extremes(n, bads):
    one = trace(np.arange(300), np.sin(np.arange(300)), bads=bads)
    _, values = one.points(one.reduced(slice(0, 300), n))
    if not bads.all():
        assert np.nanmax(values) == one.values[~bads].max()
        assert np.nanmin(values) == one.values[~bads].min()


def test_rows_of_a_part_are_numbered_as_of_all():
    one = trace(np.arange(1000), np.arange(1000) % 7)
    rows = one.reduced(slice(500, 700), 40)
    assert (rows[0], rows[-1], len(rows) <= 40) == (500, 699, True)


def test_a_gap_among_equal_states_is_drawn():
    """All samples have the same state: only the gap is left of them."""
    one = trace([*range(500), *range(2000, 2500)], np.zeros(1000, np.int8), steps=True, gap_s=20.0)
    rows = one.reduced(slice(0, 1000), 10)
    assert rows.tolist() == [0, 499, 500, 999]
    assert points(one, rows) == ([0, 499, 499, 2000, 2499], [0, 0, None, 0, 0])


def test_crosses_are_at_the_bad_samples_of_the_rows():
    one = trace(np.arange(10), np.arange(10) * 2, bads=np.arange(10) % 3 == 0)
    days, values = one.bad_points(slice(2, 8), 100)
    assert ((days * 86_400).round(6).tolist(), values.tolist()) == ([3, 6], [6, 12])
    assert len(replace(one, bads=None).bad_points(slice(0, 10), 100)[0]) == 0


def test_many_crosses_are_reduced():
    one = trace(np.arange(10_000), np.arange(10_000), bads=np.ones(10_000, bool))
    assert len(one.bad_points(slice(0, 10_000), 100)[0]) <= 100


def band_of(seconds, low, high, **more):
    return trace(seconds, low, low=np.asarray(low), high=np.asarray(high), **more)


def test_a_band_goes_along_the_lowest_and_back_along_the_highest():
    one = band_of([0, 1, 2], [1, 2, 3], [11, 12, 13])
    (outline,) = one.band(slice(0, 3), 100)
    np.testing.assert_allclose(outline[:, 0], to_days([0, 1, 2, 2, 1, 0], "unix"))
    assert outline[:, 1].tolist() == [1, 2, 3, 13, 12, 11]


def test_a_band_has_a_part_on_each_side_of_a_gap():
    one = band_of([0, 1, 50, 51, 52], [1, 1, 1, 1, 1], [2, 2, 2, 2, 2], gap_s=20.0)
    assert [len(outline) // 2 for outline in one.band(slice(0, 5), 100)] == [2, 3]


def test_a_band_leaves_out_nan():
    one = band_of([0, 1, 2], [1, np.nan, 3], [11, np.nan, 13])
    assert [len(outline) // 2 for outline in one.band(slice(0, 3), 100)] == [2]
    assert band_of([0], [np.nan], [np.nan]).band(slice(0, 1), 100) == []


def test_a_band_leaves_out_what_is_infinite():
    """Matplotlib would close the outline there, across the picture."""
    (outline,) = band_of([0, 1, 2, 3], [0, -np.inf, 0, 0], [1, 1, np.inf, 1]).band(slice(0, 4), 100)
    assert (outline[:, 0] * 86_400.0).round(6).tolist() == [0, 3, 3, 0]
    assert outline[:, 1].tolist() == [0, 0, 1, 1]
    assert band_of([0, 1], [np.inf, np.nan], [np.inf, np.nan]).band(slice(0, 2), 100) == []


def test_a_band_has_no_more_parts_than_can_be_told_apart():
    """An MSID that is seen for ten minutes of each hour has 100,000 gaps in eleven years."""
    seconds = (np.arange(20_000)[:, np.newaxis] * 3600.0 + [0.0, 328.0]).reshape(-1)
    one = trace(seconds, np.zeros(40_000), low=np.full(40_000, -1.0), high=np.ones(40_000), gap_s=1000.0)
    assert len(one.band(slice(0, 40_000), 4000)) == 1
    assert len(one.band(slice(0, 200), 4000)) == 100


def test_a_long_band_is_reduced_and_reaches_the_extremes():
    number = np.arange(10_000)
    low, high = -1.0 - (number == 777), 1.0 + (number == 8888)
    (outline,) = band_of(number, low, high).band(slice(0, 10_000), 200)
    assert len(outline) <= 400
    assert (outline[:, 1].min(), outline[:, 1].max()) == (-2, 2)


def test_without_statistics_there_is_no_band():
    assert trace([0, 1], [1, 2]).band(slice(0, 2), 100) == []
    assert band_of([], [], []).band(slice(0, 0), 100) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([1], [0]),
        ([1, 2], []),
        ([np.nan, 1, np.nan], [1]),
        ([1, np.nan, 2, 3, np.nan, 4], [0, 5]),
        ([np.nan, np.nan], []),
    ],
)
def test_points_without_a_neighbour_are_alone(values, expected):
    values = np.array(values, float)
    assert alone(np.arange(float(len(values))), values, steps=False).tolist() == expected


def test_a_step_that_lasts_is_not_alone():
    days = np.array([0.0, 0.0, 5.0, 6.0])
    values = np.array([1.0, np.nan, 2.0, np.nan])
    assert alone(days, values, steps=True).tolist() == [0]
    assert alone(days, values, steps=False).tolist() == [0, 2]


def test_the_usual_gap_is_twenty_spacings():
    assert usual_gap_s(np.arange(0.0, 100.0, 4.0)) == 80.0
    assert usual_gap_s(np.arange(0.0, 100.0, 4.0), 3.0) == 12.0
    assert usual_gap_s(np.zeros(1)) == math.inf
