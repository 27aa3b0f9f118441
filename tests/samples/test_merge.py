"""The rules of precedence, case by case."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.samples import Samples, compare, overlay, sort_by_time, without_identical


def rows(ticks, values, resolution="ms", **more):
    return Samples(np.array(ticks, np.int64), resolution, np.array(values), **more)


def texts(ticks, words, raws=None):
    return Samples.from_texts(np.array(ticks, np.int64), "ms", words, raws=raws)


def counts(comparison):
    return comparison.stored, comparison.duplicate, comparison.replaced


def news(comparison):
    return list(zip(comparison.news.ticks.tolist(), comparison.news.decoded().tolist(), strict=True))


OLD = rows([1, 2, 3], [10.0, 20.0, 30.0])


def test_new_instants_are_stored():
    result = compare(OLD, rows([5, 4], [50.0, 40.0]))
    assert (news(result), counts(result)) == ([(4, 40.0), (5, 50.0)], (2, 0, 0))


def test_identical_rows_change_nothing():
    result = compare(OLD, OLD)
    assert (news(result), counts(result)) == ([], (0, 3, 0))


def test_another_value_replaces():
    result = compare(OLD, rows([2], [21.0]))
    assert (news(result), counts(result)) == ([(2, 21.0)], (1, 0, 1))


def test_a_correction_replaces_all_rows_of_its_instant():
    result = compare(rows([2, 2, 2], [1.0, 2.0, 3.0]), rows([2], [9.0]))
    assert counts(result) == (1, 0, 3)


def test_an_instant_that_changes_is_committed_whole():
    """What is delivered anew at an instant is the instant: the row that was there already goes with it."""
    result = compare(rows([1, 1], [5.0, 6.0]), rows([1, 1], [6.0, 7.0]))
    assert (news(result), counts(result)) == ([(1, 6.0), (1, 7.0)], (1, 1, 1))


def test_one_of_several_rows_of_an_instant_delivered_again_changes_nothing():
    result = compare(rows([1, 1], [5.0, 6.0]), rows([1], [6.0]))
    assert (news(result), counts(result)) == ([], (0, 1, 0))


def test_rows_of_one_delivery_at_one_instant_are_all_kept_in_their_order():
    result = compare(OLD.take(slice(0, 0)), rows([7, 6, 7, 7], [3.0, 0.0, 1.0, 2.0]))
    assert (news(result), counts(result)) == ([(6, 0.0), (7, 3.0), (7, 1.0), (7, 2.0)], (4, 0, 0))


def test_identical_rows_within_one_delivery_count_once():
    result = compare(OLD, rows([7, 7, 7], [1.0, 2.0, 1.0]))
    assert (news(result), counts(result)) == ([(7, 1.0), (7, 2.0)], (2, 1, 0))


def test_nan_is_identical_to_nan():
    assert counts(compare(rows([1], [np.nan]), rows([1, 1], [np.nan, np.nan]))) == (0, 2, 0)


def test_minus_zero_is_not_zero():
    assert counts(compare(rows([1], [0.0]), rows([1], [-0.0]))) == (1, 0, 1)


def test_integers_are_identical_to_the_floats_they_become():
    result = compare(rows([1, 2], [1.0, 2.0]), rows([1, 2], [1, 3]))
    assert (news(result), counts(result)) == ([(2, 3.0)], (1, 1, 1))


def test_booleans_compare():
    assert counts(compare(rows([1, 2], [True, False]), rows([1, 2], [True, True]))) == (1, 1, 1)


def test_the_same_instant_in_another_resolution_is_the_same():
    result = compare(rows([1, 2], [1.0, 2.0]), rows([1000, 1500], [1.0, 1.5], "us"))
    assert (news(result), result.news.resolution, counts(result)) == ([(1500, 1.5)], "us", (1, 1, 0))


def test_texts_compare_by_text_and_number():
    old = texts([1, 2, 3], ["ON", "OFF", "ON"], [1, 0, np.nan])
    result = compare(old, texts([1, 2, 3], ["ON", "ON", "ON"], [2, 1, np.nan]))
    assert (news(result), counts(result)) == ([(1, "ON"), (2, "ON")], (2, 1, 2))


def test_texts_with_other_levels_compare():
    result = compare(texts([1, 2], ["M", "Z"]), texts([1, 2, 3], ["M", "A", "Z"]))
    assert (news(result), counts(result)) == ([(2, "A"), (3, "Z")], (2, 1, 1))


def test_an_empty_delivery_changes_nothing():
    assert counts(compare(OLD, OLD.take(slice(0, 0)))) == (0, 0, 0)


def test_quality_alone_is_no_change():
    assert counts(compare(OLD, rows([1], [10.0], quality=np.array([1], "u1")))) == (0, 1, 0)


FLAGGED = rows([1, 2, 3], [10.0, 20.0, 30.0], quality=np.array([1, 0, 1], "u1"))


@pytest.mark.parametrize(("old", "new"), [(OLD, FLAGGED), (FLAGGED, OLD)])
def test_where_quality_counts_another_flag_replaces(old, new):
    result = compare(old, new, quality_counts=True)
    assert (news(result), counts(result)) == ([(1, 10.0), (3, 30.0)], (2, 1, 2))
    assert (result.news.quality[0] != 0) == (new is FLAGGED)


def test_where_quality_counts_the_same_flags_change_nothing():
    good = rows([1, 2, 3], [10.0, 20.0, 30.0], quality=np.zeros(3, "u1"))
    for one, two in ((OLD, good), (good, OLD), (FLAGGED, FLAGGED)):
        assert counts(compare(one, two, quality_counts=True)) == (0, 3, 0)


def test_where_quality_counts_what_people_flagged_makes_no_difference():
    by_person = rows([1, 2, 3], [10.0, 20.0, 30.0], quality=np.array([3, 2, 1], "u1"))
    assert counts(compare(by_person, FLAGGED, quality_counts=True)) == (0, 3, 0)


def test_where_quality_counts_a_flag_changes_the_whole_instant():
    old = rows([1, 1, 2], [5.0, 6.0, 7.0])
    new = rows([1, 1, 2], [5.0, 6.0, 7.0], quality=np.array([0, 1, 0], "u1"))
    result = compare(old, new, quality_counts=True)
    assert (news(result), counts(result)) == ([(1, 5.0), (1, 6.0)], (1, 2, 1))


def test_quality_and_alarm_go_with_their_rows():
    delivered = rows([5, 4], [1.0, 2.0], quality=np.array([1, 0], "u1"), alarm=np.array([0, 3], "i2"))
    changed = compare(OLD, delivered).news
    assert (changed.quality.tolist(), changed.alarm.tolist()) == ([0, 1], [3, 0])


def test_texts_and_numbers_do_not_compare():
    with pytest.raises(ValuesError, match="mix texts and numbers"):
        compare(OLD, texts([1], ["A"]))


def test_sorting_is_stable():
    assert sort_by_time(rows([3, 1, 3, 1], [1, 2, 3, 4])).values.tolist() == [2, 4, 1, 3]


def test_sorted_rows_are_not_copied():
    assert sort_by_time(OLD) is OLD
    assert without_identical(OLD) is OLD


def test_overlay_hides_older_rows_of_an_instant():
    laid = overlay(rows([1, 2, 2, 3], [1, 2, 3, 4]), rows([2, 4], [20, 40]))
    assert (laid.ticks.tolist(), laid.values.tolist()) == ([1, 2, 3, 4], [1, 20, 4, 40])


def test_overlay_keeps_several_newer_rows_of_an_instant():
    laid = overlay(rows([1, 2], [1, 2]), rows([2, 2], [21, 22]))
    assert laid.values.tolist() == [1, 21, 22]


def test_overlay_at_the_last_older_instant():
    assert overlay(rows([1, 2], [1, 2]), rows([2, 3], [20, 30])).values.tolist() == [1, 20, 30]


def test_overlay_of_nothing_is_the_other():
    nothing = OLD.take(slice(0, 0))
    assert overlay(OLD, nothing) is OLD
    assert overlay(nothing, OLD) is OLD


def test_overlay_brings_quality_where_only_newer_rows_have_it():
    laid = overlay(rows([1, 3], [1, 3]), rows([2], [2], quality=np.array([4], "u1")))
    assert laid.quality.tolist() == [0, 4, 0]
