"""The algebra of intervals against a grid of half-integers, on which a time is inside or it is not."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.intervals import Intervals

GRID = np.arange(-12.0, 30.0, 0.5)
"""Whole numbers may be edges of intervals; the halves between them never are."""
HALVES = GRID[1::2]
MANY = settings(max_examples=100, deadline=None)


@st.composite
def intervals(draw):
    pairs = draw(st.lists(st.tuples(st.integers(-10, 20), st.integers(0, 6)), max_size=8))
    return Intervals([float(start) for start, _ in pairs], [float(start + length) for start, length in pairs])


def inside(spans, times):
    """Which times are in one of the intervals, by looking at every one."""
    return np.array([any(start <= time <= stop for start, stop in spans) for time in times], dtype=bool)


@MANY
@given(intervals(), st.lists(st.integers(-24, 60), max_size=30), st.booleans())
def test_contains_is_what_looking_at_every_interval_gives(spans, halves, in_order):
    times = np.array(sorted(halves) if in_order else halves) / 2
    np.testing.assert_array_equal(spans.contains(times), inside(spans, times))


@MANY
@given(intervals())
def test_merging_keeps_the_times_and_is_idempotent(spans):
    merged = spans.merged()
    np.testing.assert_array_equal(inside(merged, GRID), inside(spans, GRID))
    assert merged.merged() == merged
    assert np.all(merged.tstart[1:] > merged.tstop[:-1])


@MANY
@given(intervals())
def test_the_total_is_what_the_halves_inside_amount_to(spans):
    assert spans.total_s == inside(spans, HALVES).sum()


@MANY
@given(intervals(), intervals())
def test_union_holds_the_times_of_either_and_is_commutative(one, two):
    union = one.union(two)
    np.testing.assert_array_equal(inside(union, GRID), inside(one, GRID) | inside(two, GRID))
    assert union == two.union(one) == union.merged()


@MANY
@given(intervals(), intervals())
def test_intersection_holds_the_times_of_both_and_is_commutative(one, two):
    both = one.intersection(two)
    np.testing.assert_array_equal(inside(both, GRID), inside(one, GRID) & inside(two, GRID))
    assert both == two.intersection(one) == both.merged()


@MANY
@given(intervals())
def test_union_and_intersection_with_itself_are_itself(spans):
    assert spans.union(spans) == spans.intersection(spans) == spans.merged()


@MANY
@given(intervals(), st.integers(-12, 15), st.integers(0, 14))
def test_complement_holds_the_other_times_of_the_span(spans, start, length):
    stop = start + length
    rest = spans.complement(start, stop)
    in_span = inside([(start, stop)], HALVES)
    np.testing.assert_array_equal(inside(rest, HALVES), in_span & ~inside(spans, HALVES))
    assert rest.total_s + spans.clipped(start, stop).total_s == length


@MANY
@given(intervals())
def test_the_complement_of_the_complement_is_all_but_instants(spans):
    twice = spans.complement(-20.0, 40.0).complement(-20.0, 40.0)
    merged = spans.merged()
    longer = merged.tstart < merged.tstop
    assert twice == Intervals(merged.tstart[longer], merged.tstop[longer])


@MANY
@given(intervals(), intervals())
def test_de_morgan(one, two):
    low, high = -20.0, 40.0
    neither = one.complement(low, high).intersection(two.complement(low, high))
    np.testing.assert_array_equal(inside(neither, HALVES), inside(one.union(two).complement(low, high), HALVES))


@MANY
@given(intervals(), st.integers(-12, 20), st.integers(-3, 12))
def test_clipped_holds_the_times_that_are_in_the_span_too(spans, start, length):
    clipped = spans.clipped(start, start + length)
    expected = inside(spans, GRID) & (start <= GRID) & (start + length >= GRID)
    np.testing.assert_array_equal(inside(clipped, GRID), expected)


@MANY
@given(intervals(), st.integers(0, 4), st.integers(0, 4))
def test_padding_can_be_taken_back(spans, before, after):
    assert spans.padded(before, after).padded(-before, -after) == spans
