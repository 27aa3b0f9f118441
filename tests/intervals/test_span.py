"""Intervals: what they refuse, what they show, and each operation on literal numbers."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from jeta.errors import IntervalError
from jeta.intervals import Intervals

NONE = Intervals([], [])
MIXED = Intervals([30.0, 0.0, 5.0, 50.0], [40.0, 10.0, 20.0, 50.0])  # out of order, overlapping, one an instant


def spans(*pairs):
    return Intervals([pair[0] for pair in pairs], [pair[1] for pair in pairs])


def test_intervals_are_float64_arrays_whatever_they_are_made_of():
    made = Intervals([1, 2], (3, 4))
    assert made.tstart.dtype == made.tstop.dtype == np.float64
    assert list(made) == [(1.0, 3.0), (2.0, 4.0)]


def test_length_and_iteration_give_plain_floats_in_the_order_given():
    assert len(MIXED) == 4
    assert list(MIXED)[:2] == [(30.0, 40.0), (0.0, 10.0)]
    assert all(type(edge) is float for pair in MIXED for edge in pair)


def test_equality_is_of_the_numbers_in_their_order():
    assert spans((0, 1), (2, 3)) == spans((0.0, 1.0), (2.0, 3.0))
    assert spans((0, 1), (2, 3)) != spans((2, 3), (0, 1))
    assert spans((0, 1)) != spans((0, 1), (0, 1))
    assert spans((0, 1)) != [(0.0, 1.0)]


def test_intervals_cannot_be_hashed_or_given_other_arrays():
    with pytest.raises(TypeError):
        hash(NONE)
    with pytest.raises(AttributeError):
        MIXED.tstart = np.zeros(4)


def test_intervals_survive_pickling_and_copying():
    assert pickle.loads(pickle.dumps(MIXED)) == MIXED
    assert copy.deepcopy(MIXED) == MIXED


def test_repr_spells_out_a_few_and_sums_up_many():
    assert repr(spans((0, 1), (2, 3))) == "Intervals([0.0, 2.0], [1.0, 3.0])"
    assert repr(NONE) == "Intervals([], [])"
    many = Intervals(np.arange(10.0), np.arange(10.0) + 0.5)
    assert repr(many) == "<10 Intervals from 0.0 to 9.5, 5.0 s in all>"


def test_a_reversed_interval_is_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"Start time 9\.5 must be less than stop time 2\.25.*interval 1") as caught:
        spans((0, 1), (9.5, 2.25))
    assert isinstance(caught.value, IntervalError)


def test_an_instant_is_an_interval():
    assert spans((5, 5)).contains([4.0, 5.0, 6.0]).tolist() == [False, True, False]


@pytest.mark.parametrize("pair", [(np.nan, 1.0), (0.0, np.nan)])
def test_an_interval_that_lacks_a_time_is_refused(pair):
    with pytest.raises(IntervalError, match="interval 0 lacks a time"):
        spans(pair)


@pytest.mark.parametrize(("tstart", "tstop"), [([1.0], [2.0, 3.0]), (1.0, 2.0), ([[1.0]], [[2.0]])])
def test_starts_and_stops_must_be_of_one_length_and_dimension(tstart, tstop):
    with pytest.raises(IntervalError, match="as many starts as stops"):
        Intervals(tstart, tstop)


def test_intervals_without_an_end_are_allowed():
    ever = spans((-np.inf, 0.0), (10.0, np.inf))
    assert ever.contains([-1e300, 5.0, 1e300]).tolist() == [True, False, True]
    assert ever.complement(-np.inf, np.inf) == spans((0, 10))
    assert ever.total_s == np.inf


def test_merged_is_sorted_with_overlapping_and_touching_joined():
    assert MIXED.merged() == spans((0, 20), (30, 40), (50, 50))
    assert spans((5, 10), (0, 5)).merged() == spans((0, 10))
    assert spans((0, 100), (10, 20), (30, 40)).merged() == spans((0, 100))


def test_total_counts_overlaps_once():
    assert MIXED.total_s == 30.0


def test_union_is_merged():
    assert spans((0, 5)).union(spans((5, 8), (20, 30))) == spans((0, 8), (20, 30))


def test_intersection_of_intervals_that_overlap():
    assert spans((0, 10), (20, 30)).intersection(spans((5, 25))) == spans((5, 10), (20, 25))
    assert spans((0, 100)).intersection(MIXED) == MIXED.merged()


def test_intersection_of_intervals_that_touch_is_the_instant_since_they_are_closed():
    assert spans((0, 5)).intersection(spans((5, 8))) == spans((5, 5))


def test_complement_is_the_rest_of_the_span():
    assert MIXED.complement(-5.0, 60.0) == spans((-5, 0), (20, 30), (40, 50), (50, 60))
    assert MIXED.complement(5.0, 35.0) == spans((20, 30))
    assert NONE.complement(0.0, 1.0) == spans((0, 1))


def test_complement_leaves_no_instants_between_intervals_that_touch():
    assert spans((0, 5), (5, 9)).complement(0.0, 9.0) == NONE


def test_padding_keeps_the_order_and_lets_intervals_overlap():
    assert spans((20, 30), (0, 10)).padded(6.0, 12.0) == spans((14, 42), (-6, 22))


def test_negative_padding_shrinks_and_drops_what_vanishes():
    assert spans((0, 10), (20, 23), (30, 34)).padded(-2.0, -2.0) == spans((2, 8), (32, 32))
    assert spans((0, 10)).padded(5.0, -12.0) == spans((-5, -2))


@pytest.mark.parametrize("padding", [(np.inf, 0.0), (0.0, np.nan)])
def test_padding_that_is_not_finite_is_refused(padding):
    with pytest.raises(IntervalError, match="finite"):
        spans((0, 1)).padded(*padding)


def test_clipping_keeps_the_order_and_does_not_merge():
    assert MIXED.clipped(8.0, 35.0) == spans((30, 35), (8, 10), (8, 20))


def test_clipping_to_an_edge_leaves_the_instant_since_they_are_closed():
    assert spans((0, 5), (6, 7)).clipped(5.0, 5.5) == spans((5, 5))


def test_spans_that_run_backwards_are_empty():
    assert MIXED.clipped(35.0, 8.0) == NONE
    assert MIXED.complement(35.0, 8.0) == NONE


def test_contains_includes_both_edges():
    assert spans((2, 4)).contains([1.9, 2.0, 3.0, 4.0, 4.1]).tolist() == [False, True, True, True, False]


def test_contains_takes_overlapping_unsorted_intervals():
    assert MIXED.contains([0.0, 12.0, 25.0, 35.0, 50.0]).tolist() == [True, True, False, True, True]


def test_contains_takes_times_in_any_order_with_repeats_and_nan():
    times = [50.0, 25.0, np.nan, 0.0, 0.0, 12.0]
    assert MIXED.contains(times).tolist() == [True, False, False, True, True, True]


def test_contains_keeps_the_shape_of_the_times():
    inside = MIXED.contains([[0.0, 25.0], [35.0, 45.0]])
    assert inside.tolist() == [[True, False], [True, False]]
    assert bool(MIXED.contains(12.0)) is True


def test_contains_takes_times_that_are_integers():
    assert MIXED.contains(np.array([10, 11, 25])).tolist() == [True, True, False]


def test_no_intervals_are_no_error_anywhere():
    assert len(NONE) == 0
    assert NONE.total_s == 0.0
    for result in (NONE.merged(), NONE.union(NONE), NONE.intersection(MIXED), MIXED.intersection(NONE)):
        assert result == NONE
    assert NONE.padded(1.0, 1.0) == NONE.clipped(0.0, 1.0) == NONE


def test_no_times_and_no_intervals_make_empty_masks():
    assert MIXED.contains([]).tolist() == []
    assert NONE.contains([1.0, 2.0]).tolist() == [False, False]
    assert NONE.contains([2.0, 1.0]).tolist() == [False, False]
    assert NONE.contains([]).dtype == np.bool_
