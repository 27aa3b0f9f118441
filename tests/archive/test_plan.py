"""Which segments a fold writes anew, from numbers alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jeta.archive.rewrites import Rewrite, plan, split_rows

FULL = 1000


def segments(*sizes, start=0, gap=0):
    """Segments of so many rows, one row a tick, with `gap` ticks between them: firsts, lasts, rows."""
    rows = np.array(sizes, np.int64)
    firsts = start + np.cumsum(np.concatenate([[0], rows[:-1] + gap])) if len(rows) else rows
    return firsts, firsts + rows - 1, rows


def test_nothing_to_do():
    assert plan(*segments(5, 5), np.empty(0, np.int64), FULL) == []
    assert plan(*segments(), np.empty(0, np.int64), FULL) == []


def test_the_first_rows_of_a_column():
    assert plan(*segments(), np.arange(4), FULL) == [Rewrite(0, 0, 0, 4)]


def test_few_rows_behind_a_large_segment_make_a_new_one():
    assert plan(*segments(100), np.arange(100, 110), FULL) == [Rewrite(1, 1, 0, 10)]


def test_rows_behind_take_in_segments_that_are_not_much_larger_than_what_is_gathered():
    assert plan(*segments(100, 20, 10, 10), np.arange(140, 150), FULL) == [Rewrite(1, 4, 0, 10)]


def test_segments_of_a_size_wait_until_there_are_as_many_as_go_together():
    behind = np.arange(130, 140)
    assert plan(*segments(100, 10, 10, 10), behind, FULL, together=5) == [Rewrite(4, 4, 0, 10)]
    assert plan(*segments(100, 10, 10, 10), behind, FULL, together=4) == [Rewrite(1, 4, 0, 10)]


def test_what_has_become_one_goes_together_with_others_of_its_size():
    assert plan(*segments(30, 30, 10, 10), np.arange(80, 90), FULL, together=3) == [Rewrite(0, 4, 0, 10)]


def test_fewer_go_together_where_more_would_not_fit_into_a_full_segment():
    assert plan(*segments(400, 400), np.arange(800, 1150), FULL, together=8) == [Rewrite(1, 2, 0, 350)]


def test_rows_before_do_likewise():
    assert plan(*segments(10, 10, 100, start=50), np.arange(10), FULL) == [Rewrite(0, 2, 0, 10)]


def test_full_segments_are_not_taken_in():
    assert plan(*segments(FULL, FULL), np.arange(5000, 5000 + FULL), FULL) == [Rewrite(2, 2, 0, FULL)]


def test_a_late_row_rewrites_the_segment_it_falls_in():
    assert plan(*segments(10, 10, 10), np.array([15]), FULL) == [Rewrite(1, 2, 0, 1)]


def test_a_late_row_in_a_gap_goes_into_the_segment_before():
    assert plan(*segments(10, 10, gap=5), np.array([12]), FULL) == [Rewrite(0, 1, 0, 1)]


def test_late_rows_of_two_segments_leave_the_one_between_alone():
    assert plan(*segments(10, 10, 10), np.array([5, 25]), FULL) == [Rewrite(0, 1, 0, 1), Rewrite(2, 3, 1, 2)]


def test_what_is_taken_in_at_the_end_joins_all_late_rows_within_it():
    """Two late rows in segments that do not touch, and so many new rows that both segments are taken in."""
    late_and_new = np.array([102, 125, *range(1000, 1200)])
    assert plan(*segments(100, 10, 10, 10), late_and_new, FULL) == [Rewrite(0, 4, 0, 202)]


@st.composite
def cases(draw):
    sizes = draw(st.lists(st.integers(1, 40), max_size=9))
    firsts, lasts, rows = segments(*sizes, start=draw(st.integers(-20, 20)), gap=draw(st.integers(0, 6)))
    newer = np.sort(np.array(draw(st.lists(st.integers(-60, 300), max_size=80)), np.int64))
    return firsts, lasts, rows, newer, draw(st.integers(1, 100))


@settings(max_examples=300, deadline=None)
@given(cases())
@example((*segments(100, 50, 10, 9, 8, 4, 2, 1), np.array([152, 171, *range(400, 430)]), 10_000))
def test_each_newer_row_goes_to_one_place_and_no_segments_overlap_after(case):
    firsts, lasts, rows, newer, segment_rows = case
    rewrites = plan(firsts, lasts, rows, newer, segment_rows)
    placed = [row for r in rewrites for row in range(r.first_row, r.stop_row)]
    assert placed == list(range(len(newer)))
    touched = [number for r in rewrites for number in range(r.first_segment, r.stop_segment)]
    assert touched == sorted(set(touched))
    spans = [(firsts[k], lasts[k]) for k in range(len(firsts)) if k not in touched]
    for r in rewrites:
        parts = [*firsts[r.first_segment : r.stop_segment], *lasts[r.first_segment : r.stop_segment]]
        parts.extend(newer[r.first_row : r.stop_row])
        spans.append((min(parts), max(parts)))
    spans.sort()
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))


@pytest.mark.parametrize("piece", [1, 10, 64])
@pytest.mark.parametrize("together", [2, 4, 11])
def test_appending_equal_pieces_keeps_segments_few_and_rewriting_cheap(piece, together):
    """Segments grow like the digits of a counter: a few of each size, each row rewritten once for each size."""
    sizes, written, pieces = [], 0, 500
    for number in range(pieces):
        newer = np.arange(number * piece, (number + 1) * piece)
        (rewrite,) = plan(*segments(*sizes), newer, 2**30, together)
        merged = sum(sizes[rewrite.first_segment : rewrite.stop_segment]) + piece
        sizes[rewrite.first_segment : rewrite.stop_segment] = [merged]
        written += merged
        digits = np.log(number + 1) / np.log(together) + 1
        assert len(sizes) <= (together - 1) * digits
    assert sum(sizes) == pieces * piece
    assert written <= pieces * piece * digits


@pytest.mark.parametrize("together", [2, 5, 11])
def test_segments_become_full(together):
    """However many go together, nearly all rows end in segments that are at least half full."""
    sizes = []
    for _ in range(3000):
        newer = np.arange(sum(sizes), sum(sizes) + 10)
        (rewrite,) = plan(*segments(*sizes), newer, FULL, together)
        sizes[rewrite.first_segment : rewrite.stop_segment] = [
            sum(sizes[rewrite.first_segment : rewrite.stop_segment]) + 10
        ]
    assert max(sizes) <= FULL
    assert sum(size for size in sizes if size > FULL // 2) >= 0.9 * sum(sizes)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=120), st.integers(1, 40))
def test_cuts_never_part_rows_of_one_instant(ticks, segment_rows):
    ticks = np.sort(np.array(ticks))
    cuts = split_rows(ticks, segment_rows)
    assert (cuts[0], cuts[-1]) == (0, len(ticks))
    assert cuts == sorted(set(cuts))
    assert all(ticks[cut - 1] < ticks[cut] for cut in cuts[1:-1])


def test_rows_of_distinct_instants_are_cut_into_equal_parts_that_are_not_too_large():
    assert split_rows(np.arange(25), 10) == [0, 8, 16, 25]
    assert split_rows(np.arange(10), 10) == [0, 10]
