"""Spacings of sorted instants, against one instant after another in plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.archive import spacing
from jeta.times import TICKS_PER_SECOND, ticks_to_seconds

INT64 = st.integers(-(2**63), 2**63 - 1)
SOME = st.lists(st.integers(-5, 5), max_size=12)


def ticks_of(numbers):
    return np.array(sorted(numbers), np.int64)


@settings(max_examples=80, deadline=None)
@given(numbers=st.lists(INT64 | st.integers(0, 9), min_size=1, max_size=20), chunk_rows=st.integers(1, 6))
def test_each_chunk_tells_its_last_instant_and_two_widest_spacings(numbers, chunk_rows):
    ticks = ticks_of(numbers)
    told = spacing.chunk_spacings(ticks, chunk_rows)
    chunks = [ticks[start : start + chunk_rows].tolist() for start in range(0, len(ticks), chunk_rows)]
    for chunk, last, widest, begins, second in zip(chunks, *(column.tolist() for column in told), strict=True):
        steps = [after - before for before, after in zip(chunk, chunk[1:], strict=False)]
        assert (last, [widest, second]) == (chunk[-1], [*sorted(steps, reverse=True), 0, 0][:2])
        assert begins == (chunk[steps.index(widest)] if steps else chunk[0])
    steps = [int(after) - int(before) for before, after in zip(ticks, ticks[1:], strict=False)]
    assert spacing.widest_of(ticks[::chunk_rows], told) == min(max(steps, default=0), 2**64 - 2)


@settings(max_examples=200, deadline=None)
@given(
    first=st.integers(-2 * 10**9, 2 * 10**9),
    start=st.integers(0, 10**9),
    width=st.integers(0, 3 * 10**9),
    resolution=st.sampled_from(sorted(TICKS_PER_SECOND)),
)
def test_a_spacing_longer_in_seconds_is_surely_wider_in_ticks(first, start, width, resolution):
    """Also where both bounds are the spacing itself, and rounding decides."""
    per_second = TICKS_PER_SECOND[resolution]
    begin = first * per_second + start % per_second
    pair = np.array([begin, begin + width])
    before, after = ticks_to_seconds(pair, resolution)
    found = after - before
    for longer_than_s in (width / per_second, math.nextafter(found, 0), found, found / 2):
        limit = spacing.surely_wider(longer_than_s, resolution, int(np.abs(pair).max()))
        assert width > limit or not found > longer_than_s


def test_what_is_surely_wider_is_not_much_less():
    """So that chunks of an even cadence are passed over by a limit just above it."""
    assert spacing.surely_wider(1.002, "ms", 1_650_000_000_000) >= 1000
    assert spacing.surely_wider(1.00001, "us", 1_650_000_000_000_000) >= 1_000_000
    assert spacing.surely_wider(0.0, "ns", 10**18) == 0
    assert spacing.surely_wider(1e300, "ns", 10**18) == 2**64 - 1


@settings(max_examples=80, deadline=None)
@given(deliveries=st.lists(SOME, max_size=4))
def test_newer_rows_hide_all_older_ones_at_their_instants(deliveries):
    rows = {}
    for delivery in deliveries:
        rows.update({tick: delivery.count(tick) for tick in delivery})
    expected = [tick for tick in sorted(rows) for _ in range(rows[tick])]
    assert spacing.overlaid([ticks_of(delivery) for delivery in deliveries]).tolist() == expected


@given(numbers=SOME)
def test_distinct_instants(numbers):
    assert spacing.distinct(ticks_of(numbers)).tolist() == sorted(set(numbers))


@pytest.mark.parametrize(
    ("ticks", "median"),
    [([], None), ([7], None), ([7, 7], None), ([1, 3], 2.0), ([0, 0, 0, 2, 3], 1.5), ([0, 5, 6, 7], 1)],
)
def test_the_typical_spacing_is_the_median_of_those_that_are_not_0(ticks, median):
    assert spacing.typical(ticks_of(ticks)) == median
