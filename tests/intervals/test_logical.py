"""The contract's section 3.6, sentence by sentence, and what holding a value adds."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import IntervalError, ValuesError
from jeta.intervals import Intervals, logical_intervals

T = [10.0, 12.0, 14.0, 20.0, 22.0, 30.0]
B = [0, 1, 1, 0, 0, 1]
ALL = [1] * 6


def pairs(times, bools, *args, **options):
    return list(logical_intervals(times, bools, *args, **options))


SECTION_12 = [
    ({}, [(11, 17), (26, 34)]),
    ({"complete_intervals": True}, [(11, 17)]),
    ({"max_gap": 5}, [(11, 15.25), (28.75, 31.25)]),
    ({"start_s": 13, "stop_s": 28}, [(13, 17), (26, 28)]),
    ({"start_s": 0, "stop_s": 40}, [(11, 17), (26, 40)]),
]


@pytest.mark.parametrize(("options", "expected"), SECTION_12, ids=str)
def test_section_12(options, expected):
    assert pairs(T, B, **options) == expected


def test_section_12_all_true_with_gaps():
    assert pairs(T, ALL, max_gap=5) == [(9, 15.25), (18.75, 23.25), (28.75, 31.25)]


def test_section_12_all_true_and_complete_gives_nothing():
    assert pairs(T, ALL, complete_intervals=True) == []


def test_section_12_a_gap_of_exactly_max_gap_is_not_cut():
    assert pairs([0, 5, 10], [1, 1, 1], max_gap=5) == [(-2.5, 12.5)]


def test_section_12_gap_in_the_middle():
    assert pairs([0, 1, 7, 8], ALL[:4], max_gap=5) == [(-0.5, 2.25), (5.75, 8.5)]


def test_arguments_may_be_positional_in_the_ancestors_order():
    assert pairs(T, B, True, 5) == pairs(T, B, complete_intervals=True, max_gap=5)


def test_incomplete_intervals_are_kept_by_default():
    assert pairs([0, 2, 4, 6], [1, 0, 0, 1]) == [(-1, 1), (5, 7)]


def test_complete_drops_the_first_and_the_last_only_if_they_are_true():
    assert pairs([0, 2, 4, 6, 8], [1, 0, 1, 0, 1], complete_intervals=True) == [(3, 5)]
    assert pairs([0, 2, 4], [0, 1, 0], complete_intervals=True) == [(1, 3)]


def test_intervals_end_a_quarter_of_max_gap_after_the_sample_before_a_gap():
    first, second = pairs([0, 1, 2, 100, 101, 102], ALL, max_gap=8)
    assert first[1] == 2 + 8 / 4
    assert second[0] == 100 - 8 / 4


def test_a_gap_before_the_first_true_sample_puts_the_edge_a_quarter_before_it():
    assert pairs([0, 1, 101, 102], [0, 0, 1, 1], max_gap=4)[0][0] == 100


def test_the_outermost_edges_use_the_spacing_to_the_samples_put_into_gaps():
    """An isolated sample extends a quarter to each side: half the way to what was put in."""
    assert pairs([0, 100, 200], [1, 1, 1], max_gap=10) == [(-2.5, 2.5), (97.5, 102.5), (197.5, 202.5)]


def test_gaps_make_intervals_at_the_ends_no_less_incomplete():
    """A gap cuts all-true data; only the pieces at the two ends are cut off by the data."""
    cut = pairs([0, 1, 50, 51, 100, 101], ALL, max_gap=4, complete_intervals=True)
    assert cut == [(49, 52)]


def test_max_gap_of_zero_cuts_between_all_samples_of_different_times():
    assert pairs([0, 0, 4], [1, 1, 1], max_gap=0) == [(0, 0), (4, 4)]


def test_an_infinite_max_gap_cuts_nowhere():
    assert pairs(T, B, max_gap=np.inf) == pairs(T, B)


@pytest.mark.parametrize("max_gap", [-1.0, np.nan])
def test_a_max_gap_that_is_no_duration_is_refused(max_gap):
    with pytest.raises(IntervalError, match="max_gap"):
        logical_intervals(T, B, max_gap=max_gap)


def test_no_sample_is_an_error():
    with pytest.raises(ValueError, match=r"^data length must be at least 1$"):
        logical_intervals([], [])
    with pytest.raises(ValueError, match=r"^data length must be at least 1$"):
        logical_intervals([], [], max_gap=5)


def test_one_sample_needs_start_and_stop():
    with pytest.raises(ValueError, match=r"^For data length of 1, start and stop must be specified$"):
        logical_intervals([5], [True])
    assert pairs([5], [True], start_s=0, stop_s=9) == [(0, 9)]
    assert pairs([5], [True], start_s=0, stop_s=9, complete_intervals=True) == []
    assert pairs([5], [False], start_s=0, stop_s=9) == []


def test_never_true_and_outside_the_range_are_empty_and_no_error():
    assert logical_intervals(T, [0] * 6) == Intervals([], [])
    assert logical_intervals(T, [0] * 6, max_gap=1, complete_intervals=True) == Intervals([], [])
    assert pairs(T, ALL, start_s=100, stop_s=200) == []


def test_clipping_comes_before_completeness():
    """What is true at an edge of the range is incomplete, though it begins or ends outside."""
    assert pairs(T, [0, 1, 0, 1, 1, 0], start_s=12, stop_s=40, complete_intervals=True) == [(17, 26)]


def test_samples_out_of_order_are_put_in_order():
    assert pairs([30, 10, 14, 12, 22, 20], [1, 0, 1, 1, 0, 0], max_gap=5) == [(11, 15.25), (28.75, 31.25)]


def test_the_arrays_given_are_not_changed():
    bools = np.array([True, True, False])
    assert pairs([0, 1, 2], bools, complete_intervals=True) == []
    assert bools.tolist() == [True, True, False]


def test_times_and_truths_must_be_of_one_length():
    with pytest.raises(ValuesError, match="one length"):
        logical_intervals([1, 2], [True])


def test_a_held_truth_lasts_from_its_sample_to_the_next_that_is_false():
    assert pairs(T, B, hold=True) == [(12, 20), (30, 30)]
    assert pairs(T, B, hold=True, stop_s=40) == [(12, 20), (30, 40)]


def test_a_held_truth_lasts_max_gap_at_the_longest():
    assert pairs([0, 1, 100, 101], [1, 1, 1, 0], hold=True, max_gap=10) == [(0, 11), (100, 101)]


def test_a_held_truth_that_is_the_last_is_too_old_at_stop():
    assert pairs([0, 1], [0, 1], hold=True, max_gap=10, stop_s=50) == [(1, 11)]
    assert pairs([0, 1], [0, 1], hold=True, max_gap=10, stop_s=11) == [(1, 11)]
    assert pairs([0], [1], hold=True, max_gap=10, start_s=50, stop_s=60) == []
