"""When a series is outside its limits."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import IntervalError, ValuesError
from jeta.intervals import state_intervals
from jeta.quality import limit_series, violations

LIMITS = {"red_low": -10.0, "yellow_low": -5.0, "yellow_high": 5.0, "red_high": 10.0}
MANY = settings(max_examples=100, deadline=None)
NAN = float("nan")


def found(times, vals, bads=None, **options):
    """(tstart, tstop, limit, extreme, samples) of each violation of the usual limits."""
    result = violations(times, vals, bads, **{**LIMITS, **options})
    columns = (result.limit, result.extreme, result.samples)
    return [
        (*pair, *row)
        for pair, row in zip(result.intervals, zip(*(column.tolist() for column in columns), strict=True), strict=True)
    ]


def test_each_limit_has_its_intervals_with_edges_midway_between_samples():
    times = [0, 10, 20, 30, 40, 50, 60, 70, 80]
    vals = [0, 6, 12, 11, 6, 0, -6, -20, 0]
    assert found(times, vals) == [
        (5, 15, "yellow_high", 6, 1),
        (15, 35, "red_high", 12, 2),
        (35, 45, "yellow_high", 6, 1),
        (55, 65, "yellow_low", -6, 1),
        (65, 75, "red_low", -20, 1),
    ]


def test_severity_is_the_colour_of_the_limit():
    result = violations([0, 1, 2, 3, 4], [0, 6, 11, -6, -11], **LIMITS)
    assert result.limit.tolist() == ["yellow_high", "red_high", "yellow_low", "red_low"]
    assert result.severity.tolist() == ["yellow", "red", "yellow", "red"]
    assert (result.severity.dtype.str, result.limit.dtype.str) == ("<U6", "<U11")


def test_the_first_sample_outside_is_given_beside_the_edge():
    result = violations([0, 10, 20, 30], [0, 6, 7, 0], **LIMITS)
    assert list(result.intervals) == [(5, 25)]
    assert result.first_s.tolist() == [10]


def test_the_extreme_is_the_lowest_below_and_the_highest_above():
    assert found([0, 1, 2, 3, 4, 5], [6, 9, 7, -6, -9, -7]) == [
        (-0.5, 2.5, "yellow_high", 9, 3),
        (2.5, 5.5, "yellow_low", -9, 3),
    ]


@pytest.mark.parametrize("vals", [[5.0, -5.0], [5, -5], np.array([5, -5], "f4"), np.array([5, -5], "i2")])
def test_a_value_equal_to_a_limit_is_within(vals):
    assert found([0, 1], vals) == []


def test_float32_is_compared_with_the_limit_as_float32():
    """Else 0.1 as stored would be above a limit of 0.1."""
    vals = np.array([0.1, np.nextafter(np.float32(0.1), np.float32(1))], np.float32)
    result = violations([0, 1], vals, yellow_high=0.1)
    assert result.first_s.tolist() == [1]


def test_a_limit_beyond_the_type_of_the_values_is_never_passed():
    vals = np.array([3e38, -3e38], np.float32)
    assert len(violations([0, 1], vals, red_high=1e300, red_low=-1e300)) == 0
    assert len(violations([0, 1], np.array([0, 255], np.uint8), red_high=300.5, red_low=-1)) == 0


@pytest.mark.parametrize("limits", [{}, {"yellow_high": None}, {"yellow_high": NAN, "red_low": np.nan}])
def test_a_limit_that_is_none_or_nan_is_no_limit(limits):
    assert len(violations([0, 1], [1e9, -1e9], **limits)) == 0


def test_red_counts_where_the_limits_are_in_a_strange_order():
    assert violations([0, 1], [0, 9], red_high=3, yellow_high=5).limit.tolist() == ["red_high"]
    assert violations([0, 1], [9, 9], red_low=20, yellow_high=5).limit.tolist() == ["red_low"]


def test_infinite_values_are_outside():
    assert [row[2:] for row in found([0, 1, 2], [np.inf, 0, -np.inf])] == [
        ("red_high", np.inf, 1),
        ("red_low", -np.inf, 1),
    ]


def test_bad_samples_and_nan_never_violate():
    assert found([0, 1, 2], [99, NAN, 0], bads=[True, False, False]) == []


def test_bad_samples_and_nan_are_left_out_as_if_they_were_not_there():
    times, vals, bads = [0, 1, 2, 3, 4, 5], [0, 6, NAN, 7, -99, 0], [0, 0, 0, 0, 1, 0]
    assert found(times, vals, bads) == [(0.5, 4, "yellow_high", 7, 2)]


def test_intervals_without_max_gap_span_gaps_and_with_it_are_broken():
    times, vals = [0, 1, 2, 100, 101], [0, 6, 7, 8, 0]
    assert found(times, vals) == [(0.5, 100.5, "yellow_high", 8, 3)]
    assert found(times, vals, max_gap=8) == [(0.5, 4, "yellow_high", 7, 2), (98, 100.5, "yellow_high", 8, 1)]


def test_bad_samples_make_gaps():
    assert len(found([0, 1, 2, 3, 4], [6, 6, 6, 6, 6], bads=[0, 1, 1, 1, 0], max_gap=3)) == 2


def test_a_max_gap_that_is_no_duration_is_refused():
    with pytest.raises(IntervalError, match="max_gap"):
        found([0, 1], [6, 6], max_gap=-1)


def test_violations_are_clipped_and_extended_as_states_are():
    times, vals = [0, 10, 20, 30], [6, 6, 0, -6]
    assert [row[:2] for row in found(times, vals, start_s=-100, stop_s=100)] == [(-100, 15), (25, 100)]
    assert [row[:2] for row in found(times, vals, start_s=5, stop_s=12)] == [(5, 12)]
    assert found(times, vals, start_s=16, stop_s=24) == []


def test_counts_stay_right_where_clipping_drops_violations():
    times, vals = [0, 10, 20, 30, 40, 50], [6, 9, 0, 7, 0, 8]
    assert found(times, vals, start_s=22, stop_s=38) == [(25, 35, "yellow_high", 7, 1)]


def test_held_violations_last_until_a_value_is_within():
    times, vals = [0, 10, 20], [0, 6, 0]
    assert found(times, vals, hold=True) == [(10, 20, "yellow_high", 6, 1)]
    assert found([0, 10], [0, 6], hold=True, stop_s=50) == [(10, 50, "yellow_high", 6, 1)]
    assert found([0, 10], [0, 6], hold=True, stop_s=50, max_gap=5) == [(10, 15, "yellow_high", 6, 1)]


def test_held_violations_last_max_gap_at_the_longest():
    assert found([0, 10], [6, 6], hold=True, stop_s=50, max_gap=15) == [(0, 25, "yellow_high", 6, 2)]


def test_one_sample_outside_is_an_instant_or_fills_the_span():
    assert found([5], [6]) == [(5, 5, "yellow_high", 6, 1)]
    assert found([5], [6], stop_s=9) == [(5, 5, "yellow_high", 6, 1)]
    assert found([5], [6], start_s=0, stop_s=9) == [(0, 9, "yellow_high", 6, 1)]
    assert found([5], [6], hold=True, stop_s=9) == [(5, 9, "yellow_high", 6, 1)]


@pytest.mark.parametrize("vals", [[], [NAN, NAN], [0, 1]])
def test_no_violation_is_empty_arrays_of_the_same_types(vals):
    none = violations(range(len(vals)), np.array(vals, float), **LIMITS)
    some = violations([0, 1], [6, 6], **LIMITS)
    assert len(none) == len(none.intervals) == 0
    for name in ("severity", "limit", "extreme", "first_s", "samples"):
        assert getattr(none, name).dtype == getattr(some, name).dtype
        assert len(getattr(none, name)) == 0


def test_samples_out_of_order_are_put_in_order():
    assert found([30, 0, 20, 10], [0, 0, 7, 6]) == found([0, 10, 20, 30], [0, 6, 7, 0])


def test_truth_values_and_counts_are_numbers():
    assert violations([0, 1], [False, True], red_high=0.5).extreme.tolist() == [1.0]
    assert violations([0, 1], np.array([0, 200], np.uint8), red_high=100).extreme.tolist() == [200.0]


@pytest.mark.parametrize("vals", [["ON", "OFF"], np.array([1, None], dtype=object), np.array([1j, 2])])
def test_values_that_are_no_numbers_are_refused(vals):
    with pytest.raises(ValuesError, match="limits are for numbers"):
        violations([0, 1], vals, **LIMITS)


@pytest.mark.parametrize("wrong", [{"bads": [True]}, {"red_high": [1.0, 2.0, 3.0]}, {"vals": [1.0]}])
def test_arrays_of_another_length_are_refused(wrong):
    with pytest.raises(ValuesError, match="shape"):
        violations(**{"times": [0, 1], "vals": [1.0, 2.0], **wrong})


def test_limits_may_differ_from_sample_to_sample():
    limit = np.array([5.0, 5.0, NAN, 50.0, 50.0])
    assert violations([0, 1, 2, 3, 4], [6, 6, 1e9, 6, 60], yellow_high=limit).samples.tolist() == [2, 1]


def limits(**given):
    return SimpleNamespace(**{**dict.fromkeys(("red_low", "yellow_low", "yellow_high", "red_high")), **given})


def test_limit_series_are_half_open_spans_with_nan_outside():
    spans = [
        (0, 10, limits(red_high=1.0)),
        (10, 20, limits(red_high=2.0, red_low=-2.0)),
        (30, 40, limits(yellow_low=0.0)),
    ]
    series = limit_series([-1, 0, 10, 20, 30], spans)
    np.testing.assert_array_equal(series["red_high"], [NAN, 1, 2, NAN, NAN])
    np.testing.assert_array_equal(series["red_low"], [NAN, NAN, -2, NAN, NAN])
    np.testing.assert_array_equal(series["yellow_low"], [NAN, NAN, NAN, NAN, 0])
    assert series["yellow_high"] is None


def test_limits_that_hold_for_all_samples_stay_numbers():
    series = limit_series([1, 2], [(-np.inf, np.inf, limits(red_high=1.0))])
    assert series == {"red_low": None, "yellow_low": None, "yellow_high": None, "red_high": 1.0}


def test_no_limits_in_force_are_none():
    assert set(limit_series([1, 2], []).values()) == {None}
    assert set(limit_series([1, 2], [(5, 6, limits())]).values()) == {None}
    assert len(violations([], [], **limit_series([], [(0, 1, limits(red_high=1.0))]))) == 0


def test_limits_over_history_find_what_was_outside_then():
    spans = [(-np.inf, 15, limits(red_high=10.0)), (15, np.inf, limits(red_high=3.0))]
    times, vals = np.array([0.0, 10, 20, 30]), np.array([11.0, 5, 5, 2])
    result = violations(times, vals, **limit_series(times, spans))
    assert list(result.intervals) == [(-5, 5), (15, 25)]


@st.composite
def series(draw):
    steps = draw(st.lists(st.sampled_from([0, 1, 2, 20]), min_size=2, max_size=20))
    vals = draw(st.lists(st.sampled_from([-20, -7, -5, 0, 5, 6, 7, 30, NAN]), min_size=len(steps), max_size=len(steps)))
    bads = draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)))
    return np.cumsum(np.array(steps, float)), np.array(vals, float), np.array(bads)


def level(val):
    """The limit that a value passes, by the rule as it is said."""
    if val < -10 or val > 10:
        return "red_low" if val < 0 else "red_high"
    if val < -5 or val > 5:
        return "yellow_low" if val < 0 else "yellow_high"
    return ""


@MANY
@given(series())
def test_violations_are_the_states_of_the_level_of_the_good_samples(data):
    times, vals, bads = data
    good = ~bads & ~np.isnan(vals)
    levels = np.array([level(val) for val in vals[good]], dtype="U11")
    if len(levels) > 1:
        intervals, states = state_intervals(times[good], levels)
        expected = [(*pair, name) for pair, name in zip(intervals, states.tolist(), strict=True) if name]
        assert [row[:3] for row in found(times, vals, bads)] == expected


@MANY
@given(series(), st.none() | st.sampled_from([0, 1, 2, 10]))
def test_every_sample_outside_is_counted_once_in_an_interval_that_holds_it(data, max_gap):
    times, vals, bads = data
    rows = found(times, vals, bads, max_gap=max_gap)
    good = ~bads & ~np.isnan(vals)
    outside = [(time, val) for time, val in zip(times[good], vals[good], strict=True) if level(val)]
    assert sum(row[4] for row in rows) == len(outside)
    for time, val in outside:
        assert any(row[0] <= time <= row[1] and row[2] == level(val) and abs(row[3]) >= abs(val) for row in rows)
