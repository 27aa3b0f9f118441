"""Ranges of bins against sets of numbers, and tables of bins against lists of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.statistics.binned import Binned, cut, inside, joined, lacking, ranges_of, united

EDGES = st.integers(-9, 30)
RANGES = st.lists(st.tuples(EDGES, st.integers(-2, 7)).map(lambda each: (each[0], sum(each))), max_size=8)
NUMBERS = st.lists(st.integers(-9, 30), max_size=25)


def bins_of(ranges):
    """The numbers that some ranges hold; one that runs backwards holds none."""
    return {number for first, stop in ranges for number in range(first, stop)}


def is_tidy(ranges):
    """Whether ranges are sorted, not empty, and do not touch one another."""
    return all(first < stop for first, stop in ranges) and all(
        before[1] < after[0] for before, after in zip(ranges, ranges[1:], strict=False)
    )


def numbers(index, **columns):
    return Binned({"index": np.array(index, np.int32), "n": np.array(index, np.int32) * 10, **columns})


def texts(index, pairs):
    """Bins of texts, each with its counts: (bin, text, count)."""
    bins, words, counts = zip(*pairs, strict=True) if pairs else ((), (), ())
    levels, codes = np.unique([*words, "X"], return_inverse=True)
    table = {"index": np.array(bins, np.int32), "text": codes[:-1], "n": np.array(counts, np.int32)}
    return Binned({"index": np.array(index, np.int32), "val": np.repeat(codes[-1:], len(index))}, table, levels)


@given(NUMBERS)
def test_ranges_of_numbers_hold_these_and_no_others(found):
    ranges = ranges_of(np.array(sorted(found), np.int64))
    assert bins_of(ranges) == set(found)
    assert is_tidy(ranges)


@given(RANGES, RANGES)
def test_united_ranges_are_the_union_and_tidy(one, other):
    assert bins_of(united(one, other)) == bins_of(one) | bins_of(other)
    assert is_tidy(united(one, other))


@given(RANGES, EDGES, EDGES)
def test_cut_ranges_are_what_is_within_the_span(ranges, first, stop):
    assert bins_of(cut(ranges, first, stop)) == bins_of(ranges) & set(range(first, stop))


@given(RANGES, RANGES)
def test_lacking_ranges_are_the_difference_and_tidy(ranges, taken):
    assert bins_of(lacking(ranges, taken)) == bins_of(ranges) - bins_of(taken)
    assert is_tidy(lacking(ranges, taken))


def test_what_is_taken_may_reach_over_several_ranges_and_what_is_between():
    assert lacking([(0, 2), (3, 5), (6, 9)], [(1, 4)]) == [(0, 1), (4, 5), (6, 9)]
    assert lacking([(0, 2), (3, 5), (6, 9)], [(1, 7), (8, 20)]) == [(0, 1), (7, 8)]


def test_lacking_takes_no_longer_than_there_are_ranges():
    """A hundred thousand scattered late rows: comparing each range with each would take hours."""
    taken = [(2 * number, 2 * number + 1) for number in range(100_000)]
    assert lacking([(0, 200_000)], taken) == [(2 * number + 1, 2 * number + 2) for number in range(100_000)]


@given(NUMBERS, RANGES)
def test_inside_tells_each_number(found, ranges):
    index = np.array(sorted(found), np.int32)
    assert inside(index, united(ranges)).tolist() == [number in bins_of(ranges) for number in sorted(found)]


@given(st.lists(st.integers(-9, 30), unique=True), RANGES)
def test_within_and_without_part_the_bins(found, ranges):
    binned, ranges = numbers(sorted(found)), united(ranges)
    kept, rest = binned.within(ranges), binned.without(ranges)
    assert set(kept.index.tolist()) == set(found) & bins_of(ranges)
    assert set(rest.index.tolist()) == set(found) - bins_of(ranges)
    for part in (kept, rest):
        assert part.columns["n"].tolist() == [10 * number for number in part.index.tolist()]


def test_counts_of_texts_stay_with_their_bins():
    binned = texts([1, 2, 5], [(1, "ON", 3), (2, "OFF", 1), (2, "ON", 2), (5, "ON", 9)])
    kept, rest = binned.within([(2, 3)]), binned.without([(2, 3)])
    assert (kept.index.tolist(), kept.texts[kept.counts["text"]].tolist(), kept.counts["n"].tolist()) == (
        [2],
        ["OFF", "ON"],
        [1, 2],
    )
    assert (rest.index.tolist(), rest.counts["n"].tolist()) == ([1, 5], [3, 9])


def test_joined_bins_are_in_order_whatever_the_order_of_the_parts():
    both = joined([numbers([5, 9]), numbers([1, 2]), numbers([7])])
    assert both.index.tolist() == [1, 2, 5, 7, 9]
    assert both.columns["n"].tolist() == [10, 20, 50, 70, 90]


def test_joined_types_are_wide_enough_and_a_column_that_one_lacks_is_zero_there():
    whole = numbers([1], val=np.array([7], np.int16))
    real = numbers([0], val=np.array([0.5]), nan=np.array([4], np.int32))
    both = joined([whole, real])
    assert {name: column.tolist() for name, column in both.columns.items()} == {
        "index": [0, 1],
        "n": [0, 10],
        "val": [0.5, 7.0],
        "nan": [4, 0],
    }
    assert list(both.columns) == ["index", "n", "val", "nan"]


def test_joined_counts_of_one_bin_keep_their_order_and_long_texts_are_not_cut():
    both = joined([texts([3], [(3, "A", 1), (3, "LONGER THAN THE OTHER", 2)]), texts([1], [(1, "B", 5)])])
    counts = both.counts | {"text": both.texts[both.counts["text"]]}
    told = zip(*(counts[name].tolist() for name in ("index", "text", "n")), strict=True)
    assert both.texts[both.columns["val"]].tolist() == ["X", "X"]
    assert list(told) == [(1, "B", 5), (3, "A", 1), (3, "LONGER THAN THE OTHER", 2)]


@given(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=12, max_size=12))
def test_what_was_parted_is_joined_to_the_same(which):
    """Twelve bins dealt out to four hands."""
    parts = [numbers([k for k in range(12) if which[k] == hand]) for hand in range(4)]
    both = joined(parts)
    assert both.index.tolist() == list(range(12))
    assert both.columns["n"].tolist() == list(range(0, 120, 10))


@pytest.mark.parametrize("ranges", [[], [(0, 0)], [(5, 3)]])
def test_no_range_holds_no_bin(ranges):
    assert united(ranges) == lacking(ranges, []) == []
    assert not inside(np.array([0, 4]), united(ranges)).any()
