"""Ticks and seconds, there and back."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jeta.errors import TimeFormatError
from jeta.times import first_tick_at_or_after, seconds_to_ticks, ticks_to_seconds
from jeta.times.ticks import TICKS_PER_SECOND, coarsest_ticks, representable, resolution_of, tick_to_second

INT64 = st.integers(-(2**63), 2**63 - 1)
RESOLUTIONS = pytest.mark.parametrize("resolution", ["ms", "us", "ns"])
MANY = settings(max_examples=100, deadline=None)


def nearest_float(ticks, resolution):
    """The float64 nearest to a number of ticks, by exact arithmetic."""
    return float(Fraction(ticks, TICKS_PER_SECOND[resolution]))


def test_known_seconds():
    """2022:143:00:36:07.888 in each resolution."""
    for resolution, ticks in (("ms", 1653266167888), ("us", 1653266167888000), ("ns", 1653266167888000000)):
        assert ticks_to_seconds([ticks], resolution).tolist() == [1653266167.888]


@RESOLUTIONS
@given(ticks=st.lists(INT64, min_size=1, max_size=30))
@example(ticks=[2**53 - 1, 2**53, 2**53 + 1, -(2**53), -(2**53) - 1, 0, -1])
@example(ticks=[2**63 - 1, -(2**63)])
@MANY
def test_seconds_are_correctly_rounded(resolution, ticks):
    """Each second is the float64 nearest to its tick (ms only below 2**53, year 287,000)."""
    if resolution == "ms":
        ticks = [tick for tick in ticks if abs(tick) <= 2**53]
    expected = [nearest_float(tick, resolution) for tick in ticks]
    assert ticks_to_seconds(np.array(ticks, np.int64), resolution).tolist() == expected


@RESOLUTIONS
@given(ticks=st.lists(INT64, min_size=1, max_size=30))
@MANY
def test_one_tick_as_in_an_array(resolution, ticks):
    """The single form gives the same float64 as the array form, over all of int64."""
    expected = ticks_to_seconds(np.array(ticks, np.int64), resolution).tolist()
    assert [tick_to_second(tick, resolution) for tick in ticks] == expected


@pytest.mark.parametrize(("resolution", "limit"), [("ms", 2**51), ("us", 2**51)])
@given(data=st.data())
@MANY
def test_ticks_survive_seconds(resolution, limit, data):
    """Ticks of 1 ms and 1 us come back from seconds while a float64 can tell them apart."""
    ticks = np.array(data.draw(st.lists(st.integers(-limit, limit), max_size=30)), np.int64)
    assert np.array_equal(seconds_to_ticks(ticks_to_seconds(ticks, resolution), resolution), ticks)


@RESOLUTIONS
@given(seconds=st.lists(st.floats(1e7, 9e9), min_size=1, max_size=30))
@MANY
def test_nearest_tick(resolution, seconds):
    """Each tick is the nearest, by exact arithmetic."""
    per_second = TICKS_PER_SECOND[resolution]
    expected = [round(Fraction(second) * per_second) for second in seconds]
    ticks = seconds_to_ticks(seconds, resolution).tolist()
    exact = [abs(Fraction(second) * per_second - tick) for second, tick in zip(seconds, ticks, strict=True)]
    assert max(exact) <= Fraction(1, 2)
    assert max(abs(a - b) for a, b in zip(ticks, expected, strict=True)) <= 1


@given(st.lists(st.floats(1e8, 4e9), min_size=1, max_size=30))
@MANY
def test_seconds_survive_ticks(seconds):
    """Any seconds from 1973 to 2096 come back from their ticks bit for bit."""
    ticks = coarsest_ticks(np.array(seconds))
    assert ticks.valid.all()
    assert ticks_to_seconds(ticks.ticks, ticks.resolution).tolist() == seconds


@pytest.mark.parametrize(
    ("seconds", "resolution"),
    [
        ([1653266167.0, 1653266167.888], "ms"),
        ([1653266167.888, 1653266167.8881], "us"),
        ([1653266167.8881235], "ns"),
        ([], "ms"),
        ([0.0, -0.5], "ms"),
        ([1e-6], "us"),
    ],
)
def test_coarsest_resolution(seconds, resolution):
    """The resolution is the coarsest that gives every value back."""
    assert coarsest_ticks(np.array(seconds, float)).resolution == resolution


def test_coarsest_ticks_mark_what_is_no_instant():
    """NaN, infinities and what int64 cannot hold are not valid, and do not make the others finer."""
    ticks = coarsest_ticks(np.array([1.5, np.nan, np.inf, -np.inf, 1e300, -1e17]))
    assert ticks.valid.tolist() == [True, False, False, False, False, False]
    assert ticks.ticks.tolist() == [1500, 0, 0, 0, 0, 0]
    assert ticks.resolution == "ms"


def test_coarsest_ticks_beyond_ns():
    """Where ns are needed, what lies beyond 292 years from zero is not valid."""
    ticks = coarsest_ticks(np.array([1.000000001, 1e10]))
    assert (ticks.resolution, ticks.ticks.tolist(), ticks.valid.tolist()) == ("ns", [1000000001, 0], [True, False])


@RESOLUTIONS
@pytest.mark.parametrize("rows", [0, 1, 65_536, 65_537])
def test_in_place(resolution, rows):
    """The seconds may replace the ticks in their own memory, whatever the number of blocks."""
    start = 1_653_266_167_888 * TICKS_PER_SECOND[resolution] // 1000
    ticks = start + np.arange(rows) * 7
    expected = ticks_to_seconds(ticks.copy(), resolution)
    out = ticks.view(np.float64)
    assert ticks_to_seconds(ticks, resolution, out=out) is out
    assert np.array_equal(out, expected)


@RESOLUTIONS
def test_into_other_memory(resolution):
    """`out` is filled and returned; the ticks stay."""
    ticks, out = np.array([1000, 2500]), np.empty(2)
    result = ticks_to_seconds(ticks, resolution, out=out)
    assert np.array_equal(result, ticks / TICKS_PER_SECOND[resolution])
    assert np.shares_memory(result, out)
    assert ticks.tolist() == [1000, 2500]


@RESOLUTIONS
def test_shapes_are_kept(resolution):
    """Arrays of any shape, and of none."""
    assert ticks_to_seconds(np.zeros((2, 3), np.int64), resolution).shape == (2, 3)
    assert ticks_to_seconds(np.int64(5), resolution).shape == ()
    assert seconds_to_ticks(np.zeros((2, 3)), resolution).shape == (2, 3)


def test_near_zero_and_far_in_one_array():
    """A few ns from the zero and 50 years from it are both correctly rounded, side by side."""
    ticks = np.array([-1, 3, 1_653_266_167_888_123_457])
    assert ticks_to_seconds(ticks, "ns").tolist() == [nearest_float(tick, "ns") for tick in ticks.tolist()]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_no_tick(bad):
    """What has no tick is refused with its value."""
    with pytest.raises(TimeFormatError, match="cannot be given in ticks of 1 ms") as caught:
        seconds_to_ticks([0.0, bad], "ms")
    assert str(caught.value).startswith(f"{bad} s ")


@pytest.mark.parametrize("function", [ticks_to_seconds, seconds_to_ticks, first_tick_at_or_after])
def test_unknown_resolution(function):
    """An unknown resolution is refused and the known ones are named."""
    with pytest.raises(ValueError, match="unknown resolution 's': a tick is one of ms, us, ns"):
        function(1.0, "s")


@RESOLUTIONS
def test_representable(resolution):
    """The limits are those of int64."""
    limit = 2**63 / TICKS_PER_SECOND[resolution]
    assert representable(np.array([0.0, limit * 0.99, limit * 1.01, np.nan]), resolution).tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("ns", "resolution"), [([10**6, 0], "ms"), ([10**6, 1000], "us"), ([1, 10**6], "ns"), ([], "ms")]
)
def test_resolution_of_nanoseconds(ns, resolution):
    """The coarsest that divides all of them."""
    assert resolution_of(np.array(ns, np.int64)) == resolution


def first_by_search(ticks, bound, resolution):
    """What bisecting the float64 seconds gives."""
    return int(np.searchsorted(ticks_to_seconds(ticks, resolution), bound, "left"))


@RESOLUTIONS
@given(
    start=st.integers(-(2**62), 2**62),
    steps=st.lists(st.integers(1, 5000), min_size=1, max_size=60),
    row=st.integers(0, 59),
    ulps=st.integers(-3, 3),
)
@example(start=1_653_266_167_888_000_000, steps=[1] * 60, row=30, ulps=0)
@example(start=-5, steps=[1] * 10, row=5, ulps=1)
@MANY
def test_bisecting_ticks_equals_bisecting_seconds(resolution, start, steps, row, ulps):
    """For any bound at or near the samples, both searches give the same row."""
    ticks = start + np.cumsum(np.array(steps))
    bound = float(ticks_to_seconds(ticks, resolution)[row % len(ticks)])
    for _ in range(abs(ulps)):
        bound = math.nextafter(bound, math.copysign(math.inf, ulps))
    first = first_tick_at_or_after(bound, resolution)
    assert int(np.searchsorted(ticks, first, "left")) == first_by_search(ticks, bound, resolution)


@RESOLUTIONS
@given(bound=st.floats(-1e15, 1e15))
@MANY
def test_first_tick_is_the_smallest(resolution, bound):
    """The tick's seconds reach the bound, those of the one before do not."""
    first = first_tick_at_or_after(bound, resolution)
    if abs(first) < 2**63 - 1:
        assert tick_to_second(first, resolution) >= bound > tick_to_second(first - 1, resolution)


@pytest.mark.parametrize(
    ("bound", "first"),
    [(0.0, 0), (12.345, 12345), (12.3451, 12346), (-0.0005, 0), (-0.001, -1), (1653266167, 1653266167000)],
)
def test_first_tick_examples(bound, first):
    """Milliseconds at and after a bound."""
    assert first_tick_at_or_after(bound, "ms") == first


@RESOLUTIONS
@pytest.mark.parametrize(
    ("bound", "limit"), [(np.inf, 2**63 - 1), (-np.inf, -(2**63)), (1e300, 2**63 - 1), (-1.7e308, -(2**63))]
)
def test_first_tick_is_limited(resolution, bound, limit):
    """Bounds that no tick reaches give the limits of int64."""
    assert first_tick_at_or_after(bound, resolution) == limit


def test_first_tick_of_nan():
    """NaN bounds nothing."""
    with pytest.raises(TimeFormatError, match="must be a number of seconds, not nan"):
        first_tick_at_or_after(float("nan"), "ms")


def test_first_tick_is_a_python_int():
    """Also for numpy's floats, so that it fits any array."""
    assert type(first_tick_at_or_after(np.float64(1.5), "ns")) is int


def test_a_second_is_the_same_instant_alone_and_among_others():
    """A sample that comes again by itself must be known for the one that is there."""
    seconds = 378691266.184 + 32.8 * np.arange(9000)
    together = coarsest_ticks(seconds)
    assert together.resolution == "ns"
    alone = [coarsest_ticks(seconds[[row]]) for row in range(0, 9000, 7)]
    factors = {"ms": 10**6, "us": 10**3, "ns": 1}
    assert [int(one.ticks[0]) * factors[one.resolution] for one in alone] == together.ticks[::7].tolist()
    assert ticks_to_seconds(together.ticks, "ns").tolist() == seconds.tolist()
