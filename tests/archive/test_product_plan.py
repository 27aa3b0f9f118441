"""Which bins a fold works out, and which a call on demand: from numbers alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.archive import product_fold
from jeta.archive.product import Product
from jeta.archive.product_fold import Work, bins_of_span, plan, plan_refresh
from jeta.statistics.binned import united

ENOUGH, TOO_MANY = product_fold.ROWS_WORTH_STORING, product_fold.ROWS_AT_MOST


def stored(until, stale=(), rows=0):
    """A product that holds all bins below `until` but the stale ones, made when the MSID had so many rows."""
    return Product("recipe", until, tuple(stale), 1, rows, 1, ())


def fold(old, bins, touched=(), *, column_rows=0, newer_rows=0, keep=True):
    return plan(old, bins, touched, column_rows=column_rows, newer_rows=newer_rows, keep=keep)


def test_first_fold_of_many_rows_works_out_all_bins_that_are_over():
    assert fold(None, (3, 90), column_rows=ENOUGH, newer_rows=ENOUGH) == Work([(3, 90)], 90, [])


def test_few_rows_are_not_worth_a_file():
    assert fold(None, (3, 90), column_rows=ENOUGH - 1, newer_rows=ENOUGH - 1) is None


def test_few_rows_behind_what_is_stored_wait():
    assert fold(stored(50, rows=1000), (3, 90), column_rows=1000 + ENOUGH - 1) is None


def test_enough_rows_behind_are_worked_out_from_where_the_last_fold_ended():
    assert fold(stored(50, rows=1000), (3, 90), column_rows=1000 + ENOUGH) == Work([(50, 90)], 90, [])


def test_nothing_is_due_while_no_bin_is_over():
    assert fold(stored(50), (3, 50), column_rows=9 * ENOUGH) is None
    assert fold(None, (3, 3), column_rows=9 * ENOUGH) is None


def test_late_rows_have_their_bins_worked_out_and_those_that_are_over_too():
    assert fold(stored(50), (3, 90), [(7, 8)], column_rows=1) == Work([(7, 8), (50, 90)], 90, [])


def test_late_rows_alone_where_no_bin_is_over():
    assert fold(stored(50), (3, 50), [(7, 8), (7, 9)]) == Work([(7, 9)], 50, [])


def test_touched_bins_that_are_not_stored_yet_are_new_ones():
    assert fold(stored(50), (3, 50), [(50, 51)]) is None
    assert fold(stored(50), (3, 50), [(48, 51)]) == Work([(48, 50)], 50, [])


def test_rows_before_the_first_bin_are_late():
    assert fold(stored(50), (1, 50), [(1, 2)]) == Work([(1, 2)], 50, [])


def test_a_product_that_is_too_far_behind_waits_for_a_call_on_demand():
    assert fold(stored(50), (3, 90), column_rows=TOO_MANY + 1, newer_rows=1) is None
    assert fold(None, (3, 90), column_rows=TOO_MANY + 1, newer_rows=1) is None
    assert fold(stored(50), (3, 90), [(7, 8)], column_rows=TOO_MANY + 1) == Work([(7, 8)], 50, [])


def test_rows_that_the_fold_brought_itself_are_never_too_many():
    many = 5 * TOO_MANY
    assert fold(None, (3, 90), column_rows=many, newer_rows=many) == Work([(3, 90)], 90, [])


def test_one_or_two_bins_are_never_too_much_however_many_rows_they_have():
    """A day of a fast MSID that is folded every hour."""
    many = 9 * TOO_MANY
    assert fold(stored(50), (3, 52), column_rows=many) == Work([(50, 52)], 52, [])
    assert fold(None, (3, 4), column_rows=many) == Work([(3, 4)], 4, [])
    assert fold(stored(50), (3, 53), column_rows=many) is None


def test_without_statistics_late_bins_are_stale_and_others_not_stored():
    assert fold(stored(50, [(9, 10)]), (3, 90), [(7, 8)], column_rows=ENOUGH, keep=False) == Work(
        [], 50, [(7, 8), (9, 10)]
    )
    assert fold(stored(50), (3, 90), column_rows=ENOUGH, keep=False) is None
    assert fold(None, (3, 90), [(7, 8)], column_rows=ENOUGH, keep=False) is None


def test_stale_bins_stay_so_but_those_that_late_rows_fall_into():
    assert fold(stored(50, [(5, 20)]), (3, 50), [(7, 8)]) == Work([(7, 8)], 50, [(5, 7), (8, 20)])


@pytest.mark.parametrize(
    ("span", "ranges", "until", "stale"),
    [
        ((3, 90), [(3, 90)], 90, []),
        ((50, 60), [(50, 60)], 60, [(3, 50)]),
        ((3, 10), [(3, 10)], 10, []),
        ((60, 90), [(60, 90)], 90, [(3, 60)]),
    ],
)
def test_on_demand_of_nothing_stored_what_is_before_the_span_is_stale(span, ranges, until, stale):
    assert plan_refresh(None, (3, 90), span) == Work(ranges, until, stale)


@pytest.mark.parametrize(
    ("span", "work"),
    [
        ((3, 90), Work([(5, 8), (50, 90)], 90, [])),
        ((3, 6), Work([(5, 6)], 50, [(6, 8)])),
        ((60, 70), Work([(60, 70)], 70, [(5, 8), (50, 60)])),
        ((7, 51), Work([(7, 8), (50, 51)], 51, [(5, 7)])),
        ((10, 50), None),
        ((90, 90), None),
    ],
)
def test_on_demand_of_a_product_only_what_it_lacks_of_the_span(span, work):
    assert plan_refresh(stored(50, [(5, 8)]), (3, 90), span) == work


def test_on_demand_of_no_bin_that_is_over_is_nothing():
    assert plan_refresh(None, (3, 3), (3, 3)) is None


@pytest.mark.parametrize(
    ("span_s", "bins"),
    [
        ((-float("inf"), float("inf")), (3, 9)),
        ((35.0, 45.0), (3, 5)),
        ((30.0, 40.0), (3, 4)),
        ((39.9, 40.1), (3, 5)),
        ((40.0, 40.0), (4, 4)),
        ((0.0, 29.0), (3, 3)),
        ((90.0, 99.0), (9, 9)),
        ((99.0, 35.0), (9, 9)),
    ],
)
def test_bins_that_a_span_touches(span_s, bins):
    """Of width 10 s, and only those among [3, 9)."""
    found = bins_of_span(span_s, 10, (3, 9))
    assert found == bins


@st.composite
def steps(draw):
    """What happens to an MSID: folds that bring bins, late rows, with or without statistics; and calls on demand."""
    edges = st.integers(0, 60)
    some = st.lists(st.tuples(edges, edges), max_size=4)
    fold_step = st.tuples(
        st.just("fold"), st.integers(0, 6), some, st.sampled_from([0, ENOUGH, TOO_MANY + 1]), st.booleans()
    )
    refresh_step = st.tuples(st.just("refresh"), edges, edges)
    stale_step = st.tuples(st.just("stale"), some)
    return draw(st.lists(st.one_of(fold_step, refresh_step, stale_step), max_size=15))


def bins_in(ranges):
    return {number for first, stop in ranges for number in range(first, stop)}


@settings(max_examples=300, deadline=None)
@given(steps())
def test_whatever_happens_each_bin_is_up_to_date_or_known_not_to_be(story):
    """A model of single bins: those whose content is that of the samples. No other may pass for valid."""
    first, last, rows = 5, 5, 0
    old, right = None, set()
    for kind, *how in story:
        work, touched = None, set()
        if kind == "fold":
            more, late, newer, keep = how
            last, rows = last + more, rows + newer
            late = [(max(low, first), min(high, last + 1)) for low, high in late if low < high]
            touched = bins_in(late)
            right -= touched
            work = fold(old, (first, last), united(late), column_rows=rows, newer_rows=newer // 2, keep=keep)
        elif kind == "refresh":
            low, high = (min(max(edge, first), last) for edge in how)
            work = plan_refresh(old, (first, last), (low, high))
            assert work is None or bins_in(work.ranges) <= set(range(low, high))
        elif old is not None:
            work = Work([], old.until, united(old.stale, [(a, min(b, old.until)) for a, b in how[0]]))
        if work is not None:
            assert united(work.ranges) == list(work.ranges)
            assert united(work.stale) == list(work.stale)
            assert not bins_in(work.ranges) & bins_in(work.stale)
            assert all(stop <= work.until <= last for _, stop in (*work.ranges, *work.stale))
            assert old is None or work.until >= old.until
            right |= bins_in(work.ranges)
            old = stored(work.until, work.stale, rows)
        if old is not None:
            valid, missing = old.valid(first, last)
            assert bins_in(valid) <= right
            assert bins_in(valid) | bins_in(missing) == set(range(first, last))
