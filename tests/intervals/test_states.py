"""The contract's section 3.7, sentence by sentence, and what holding a value adds."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import IntervalError, ValuesError
from jeta.intervals import Intervals, state_intervals

T = [10.0, 12.0, 14.0, 20.0, 22.0, 30.0]
V = [1, 1, 2, 2, 3, 3]


def rows(times, vals, **options):
    """(tstart, tstop, val) of each interval."""
    intervals, values = state_intervals(times, vals, **options)
    return [(*pair, value) for pair, value in zip(intervals, values.tolist(), strict=True)]


def test_section_12_states():
    assert rows(T, V) == [(9, 13, 1), (13, 21, 2), (21, 34, 3)]


@pytest.mark.parametrize(("start_s", "stop_s"), [(100, 200), (-20, -10)])
def test_section_12_data_wholly_outside_give_nothing(start_s, stop_s):
    intervals, values = state_intervals(T, V, start_s=start_s, stop_s=stop_s)
    assert intervals == Intervals([], [])
    assert values.dtype == np.asarray(V).dtype


def test_section_12_one_sample():
    assert rows([5], [7], start_s=0, stop_s=9) == [(0, 9, 7)]


def test_section_12_each_nan_begins_an_interval():
    found = rows([10, 12, 14], [1, np.nan, np.nan])
    assert [row[:2] for row in found] == [(9, 11), (11, 13), (13, 15)]
    assert found[0][2] == 1
    assert np.isnan([found[1][2], found[2][2]]).all()


def test_edges_between_samples_are_midpoints_and_the_outer_ones_half_a_sample_out():
    assert rows([0, 1, 11, 14], [1, 2, 2, 3]) == [(-0.5, 0.5, 1), (0.5, 12.5, 2), (12.5, 15.5, 3)]


def test_neighbours_share_their_edge_exactly():
    intervals, _ = state_intervals(np.cumsum([0.1, 0.2, 0.3, 0.7, 0.1]), [1, 2, 1, 2, 1])
    assert intervals.tstart[1:].tolist() == intervals.tstop[:-1].tolist()


def test_a_range_inside_the_data_clips():
    assert rows(T, V, start_s=12, stop_s=20.5) == [(12, 13, 1), (13, 20.5, 2)]


def test_a_range_beyond_the_data_extends_the_first_and_the_last_state():
    assert rows(T, V, start_s=0, stop_s=99) == [(0, 13, 1), (13, 21, 2), (21, 99, 3)]


def test_start_or_stop_alone_touches_only_its_own_end():
    assert rows(T, V, start_s=20) == [(20, 21, 2), (21, 34, 3)]
    assert rows(T, V, stop_s=40) == [(9, 13, 1), (13, 21, 2), (21, 40, 3)]


def test_a_state_that_ends_where_the_range_starts_is_left_out():
    assert rows(T, V, start_s=13, stop_s=21) == [(13, 21, 2)]


def test_a_range_that_runs_backwards_is_empty():
    assert rows(T, V, start_s=21, stop_s=13) == []
    assert rows([5], [7], start_s=9, stop_s=0) == []


def test_one_sample_outside_the_range_says_nothing_about_it():
    assert rows([5], [7], start_s=6, stop_s=9) == []


@pytest.mark.parametrize("span", [{}, {"start_s": 0}, {"stop_s": 9}])
def test_one_sample_needs_start_and_stop(span):
    with pytest.raises(ValueError, match=r"^For data length of 1, start and stop must be specified$") as caught:
        state_intervals([5], [7], **span)
    assert isinstance(caught.value, IntervalError)


@pytest.mark.parametrize("options", [{}, {"start_s": 0, "stop_s": 1}, {"hold": True}])
def test_no_sample_is_an_error(options):
    with pytest.raises(ValueError, match=r"^data length must be at least 1$"):
        state_intervals([], [], **options)


def test_one_state_spans_a_long_gap():
    assert rows([0, 1, 1_000_001, 1_000_002], [1, 1, 1, 1]) == [(-0.5, 1_000_002.5, 1)]


def test_two_samples_of_one_time_are_two_states_of_which_one_may_be_an_instant():
    assert rows([10, 10, 10, 12], [1, 2, 3, 3]) == [(10, 10, 1), (10, 10, 2), (10, 13, 3)]


def test_samples_out_of_order_are_put_in_order():
    assert rows([20, 10, 30, 22, 14, 12], [2, 1, 3, 3, 2, 1]) == rows(T, V)


@pytest.mark.parametrize(
    "vals",
    [
        np.array([False, False, True, True, False, False]),
        np.array([7, 7, 9, 9, 7, 7], np.uint8),
        np.array([7, 7, 9, 9, 7, 7], ">i2"),
        np.array([0.5, 0.5, 1e-40, 1e-40, 2, 2], np.float32),
        np.array(["ON", "ON", "OFF", "OFF", "ON", "ON"]),
        np.array(["A", "A", "B", "B", "Ü", "Ü"], ">U1"),
        np.array(["ab", "ab", "ac", "ac", "a", "a"], "S7"),
        np.array(["1234567X", "1234567X", "1234567Y", "1234567Y", "", ""], "U8"),
        np.array(["A", "A", None, None, 3, 3], dtype=object),
        np.array(["A", "A", "B", "B", "A", "A"], dtype=np.dtypes.StringDType()),
        np.array(["2020", "2020", "2021", "2021", "2020", "2020"], "M8[Y]"),
    ],
    ids=lambda vals: str(vals.dtype),
)
def test_every_type_of_value_is_compared_as_it_is_and_comes_back_in_its_type(vals):
    intervals, values = state_intervals(T, vals)
    assert list(intervals) == [(9, 13), (13, 21), (21, 34)]
    assert values.dtype == vals.dtype
    assert values.tolist() == vals[::2].tolist()


def test_text_that_is_not_contiguous_is_compared_by_text():
    table = np.array([("ON", 1), ("ON", 2), ("OFF", 3), ("OFF", 4)], dtype=[("state", "U3"), ("n", "i4")])
    assert rows([0, 2, 4, 6], table["state"]) == [(-1, 3, "ON"), (3, 7, "OFF")]
    backwards = np.array(["B", "B", "A", "A"])[::-1]
    assert rows([0, 2, 4, 6], backwards) == [(-1, 3, "A"), (3, 7, "B")]


def test_trailing_blanks_are_part_of_a_text():
    assert rows([0, 2], ["ON", "ON "]) == [(-1, 1, "ON"), (1, 3, "ON ")]


def test_lists_and_read_only_arrays_are_taken_and_left_alone():
    times, vals = np.array(T), np.array(V)
    times.flags.writeable = vals.flags.writeable = False
    assert rows(times, vals) == rows(T, V)


@pytest.mark.parametrize(("times", "vals"), [([1, 2], [1]), ([[1, 2]], [[1, 2]]), (1.0, 2.0)])
def test_times_and_values_must_be_of_one_length(times, vals):
    with pytest.raises(ValuesError, match="one length"):
        state_intervals(times, vals)


def test_held_states_last_from_their_sample_to_the_next_of_another_value():
    assert rows(T, V, hold=True) == [(10, 14, 1), (14, 22, 2), (22, 30, 3)]


def test_the_last_held_state_ends_at_stop_or_at_the_last_sample():
    assert rows([10, 20], [1, 2], hold=True) == [(10, 20, 1), (20, 20, 2)]
    assert rows([10, 20], [1, 2], hold=True, stop_s=50) == [(10, 20, 1), (20, 50, 2)]
    assert rows([10], [1], hold=True) == [(10, 10, 1)]


def test_a_held_state_is_not_extended_to_before_its_first_sample():
    assert rows([10, 20], [1, 2], hold=True, start_s=0, stop_s=30) == [(10, 20, 1), (20, 30, 2)]


def test_a_held_state_that_began_before_the_range_is_the_state_at_its_start():
    assert rows([10, 20], [1, 2], hold=True, start_s=15, stop_s=18) == [(15, 18, 1)]
    assert rows([10, 20], [1, 2], hold=True, start_s=100, stop_s=200) == [(100, 200, 2)]


def test_a_held_state_that_ends_where_the_range_starts_is_left_out():
    assert rows([10, 20], [1, 2], hold=True, start_s=20, stop_s=30) == [(20, 30, 2)]


def test_held_states_of_one_time_are_instants():
    assert rows([10, 10, 20], [1, 2, 3], hold=True, stop_s=25) == [(10, 10, 1), (10, 20, 2), (20, 25, 3)]
