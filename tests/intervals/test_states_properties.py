"""State and logical intervals against a plain loop, on series with gaps, repeated times, NaN, and of any length."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from intervals.plain_states import plain_clip, plain_held, plain_logical, plain_states
from jeta.intervals import logical_intervals, runs, state_intervals

MANY = settings(max_examples=100, deadline=None)
STEPS = st.sampled_from([0, 1, 1, 2, 3, 8, 50])  # repeats, a cadence, gaps; halves and quarters of them are exact
NUMBERS = st.sampled_from([0.0, 1.0, 2.0, float("nan")])


@st.composite
def series(draw, values=NUMBERS, fewest=2):
    steps = draw(st.lists(STEPS, min_size=fewest, max_size=20))
    vals = draw(st.lists(values, min_size=len(steps), max_size=len(steps)))
    return np.cumsum(np.array(steps, float)).tolist(), vals


TRUTHS = series(st.booleans())


def as_rows(intervals, vals):
    return [(*pair, repr(val)) for pair, val in zip(intervals, vals.tolist(), strict=True)]


def with_repr(rows):
    """Rows that compare equal where their values are NaN."""
    return [(*row[:2], repr(row[2])) for row in rows]


@MANY
@given(series())
def test_states_are_those_of_a_plain_loop(data):
    assert as_rows(*state_intervals(*data)) == with_repr(plain_states(*data))


@MANY
@given(series(st.sampled_from(["", "A", "AB", "ABCDEFGHI", "ABCDEFGHJ"])))
def test_texts_are_those_of_a_plain_loop(data):
    assert as_rows(*state_intervals(*data)) == with_repr(plain_states(*data))


@MANY
@given(series(), st.integers(-5, 60), st.integers(0, 60))
def test_states_in_a_range_are_those_of_a_plain_loop(data, start, length):
    found = state_intervals(*data, start_s=start, stop_s=start + length)
    assert as_rows(*found) == with_repr(plain_clip(plain_states(*data), start, start + length))


@MANY
@given(series(fewest=1))
def test_held_states_are_those_of_a_plain_loop(data):
    assert as_rows(*state_intervals(*data, hold=True)) == with_repr(plain_held(*data))


@MANY
@given(series(fewest=1), st.integers(-5, 60), st.integers(1, 60))
def test_held_states_cover_the_range_from_the_first_sample_without_a_break(data, start, length):
    stop = start + length
    intervals, _ = state_intervals(*data, start_s=start, stop_s=stop, hold=True)
    assert intervals.total_s == max(0, stop - max(start, data[0][0]))
    assert intervals.tstart[1:].tolist() == intervals.tstop[:-1].tolist()


@MANY
@given(TRUTHS, st.booleans(), st.none() | st.sampled_from([0, 1, 2, 4, 8]))
def test_logical_intervals_are_those_of_a_plain_loop_with_samples_put_into_gaps(data, complete, max_gap):
    times, bools = data
    assert list(logical_intervals(times, bools, complete, max_gap)) == plain_logical(times, bools, complete, max_gap)


@MANY
@given(TRUTHS)
def test_true_and_false_share_out_the_time(data):
    times, bools = data
    true, false = logical_intervals(times, bools), logical_intervals(times, [not one for one in bools])
    states, _ = state_intervals(times, bools)
    assert true.union(false) == states.merged()
    assert true.intersection(false).total_s == 0


@MANY
@given(TRUTHS, st.sampled_from([1, 2, 8]))
def test_held_truths_with_max_gap_hold_every_true_sample_and_nothing_older_than_that(data, max_gap):
    times, bools = data
    found = logical_intervals(times, bools, max_gap=max_gap, hold=True, stop_s=times[-1] + 100)
    at = np.array([time for time, true in zip(times, bools, strict=True) if true])
    if at.size:
        assert found.contains(at).all()
        ages = [stop - at[at <= stop].max() for stop in found.tstop]
        assert all(age <= max_gap for age in ages)


@MANY
@given(series(st.integers(0, 2)), st.integers(1, 5))
def test_blocks_of_any_size_find_the_same(data, block):
    """What is cut into blocks for the processor's cache is the same however it is cut."""
    times, vals = np.array(data[0]), np.array(data[1])
    whole = (runs.is_in_order(times), runs.change_rows(vals).tolist(), runs.change_rows(vals.astype(str)).tolist())
    usual, runs._BLOCK = runs._BLOCK, block
    try:
        cut = (runs.is_in_order(times), runs.change_rows(vals).tolist(), runs.change_rows(vals.astype(str)).tolist())
    finally:
        runs._BLOCK = usual
    assert cut == whole


@MANY
@given(st.lists(st.integers(0, 5), max_size=12))
def test_order_is_found_as_sorting_finds_it(steps):
    times = np.array(steps, float)
    assert runs.is_in_order(times) == (sorted(steps) == steps)
    assert not runs.is_in_order(np.append(times, [np.nan, 9.0]))
