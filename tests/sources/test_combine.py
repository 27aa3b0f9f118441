"""What the first source lacks is asked of the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import ValuesError
from jeta.sources import cut, drop_second_half, fill, merge, missing_spans, rows_of
from jeta.sources.combine import requests

EVERYTHING = [(-np.inf, np.inf)]
TIMES = np.array([10.0, 11.0, 12.0, 13.0])
MS = st.lists(st.integers(0, 400), max_size=30).map(sorted)  # instants in units of 10 ms


def decoded(rows):
    """Values as users see them."""
    return (rows.values if rows.texts is None else rows.texts[rows.values]).tolist()


def rounded(spans):
    """Spans to the microsecond: the margin of 1 ms is no binary fraction."""
    return [(round(low, 6), round(high, 6)) for low, high in spans]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (9.0, 14.0, []),
        (10.0, 14.9, []),
        (10.0, 15.0, [(13.001, 15.0)]),
        (8.0, 14.0, [(8.0, 9.999)]),
        (8.1, 14.0, []),
        (0.0, 99.0, [(0.0, 9.999), (13.001, 99.0)]),
        (-np.inf, np.inf, [(-np.inf, 9.999), (13.001, np.inf)]),
        (14.0, 10.0, []),
    ],
)
def test_ends_are_asked_for_if_two_intervals_are_missing(start, stop, expected):
    """Contract 4.5: only what follows the last sample (+1 ms), and only if two typical intervals are missing."""
    assert rounded(missing_spans(TIMES, start, stop)) == expected


@pytest.mark.parametrize("times", [[], [5.0], [5.0, 6.0], [5.0, 5.0, 5.0]])
def test_fewer_than_three_samples_leave_everything_to_the_next(times):
    """Contract 4.5: with fewer than three samples the next source supplies everything."""
    assert missing_spans(np.array(times), 0.0, 9.0) == [(0.0, 9.0)]


@pytest.mark.parametrize(("length", "expected"), [(10.0, []), (10.5, [(13.001, 23.499)])])
def test_gaps_longer_than_ten_intervals_are_asked_for(length, expected):
    times = np.concatenate([TIMES, TIMES[-1] + length + np.arange(4)])
    assert rounded(missing_spans(times, 10.0, times[-1])) == expected


def test_bracketing_samples_do_not_count():
    times = np.array([-50.0, *TIMES, 90.0])
    assert rounded(missing_spans(times, 9.0, 20.0)) == [(13.001, 20.0)]
    assert missing_spans(np.array([1.0, 11.0, 12.0, 20.0]), 10.0, 13.0) == [(10.0, 13.0)]


def test_long_series_with_an_instant_apart():
    """The typical interval of a long series is taken from some of its intervals only."""
    times = np.repeat(np.arange(300_000.0), 2)
    assert missing_spans(times, 0.0, 300_001.0) == [(299_999.001, 300_001.0)]
    assert missing_spans(np.append(np.zeros(300_000), [1.0, 2.0]), 0.0, 3.0) == []


def test_instants_that_are_shared_do_not_make_the_interval_zero():
    assert missing_spans(np.repeat(TIMES, 5), 10.0, 14.0) == []


@settings(max_examples=100, deadline=None)
@given(MS, st.integers(-100, 500), st.integers(-100, 500))
def test_spans_are_apart_inside_the_range_and_free_of_samples(ms, start, stop):
    times = np.array([each for each in ms if start <= each < stop]) / 100
    spans = missing_spans(times, start / 100, stop / 100)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(start / 100 <= edge <= stop / 100 for edge in edges)
    if len(np.unique(times)) >= 2 and len(times) >= 3:
        assert not any(low - 5e-4 < time < high + 5e-4 for low, high in spans for time in times)


@settings(max_examples=100, deadline=None)
@given(MS)
def test_every_long_gap_is_a_span_and_no_short_one(ms):
    """Against a loop over neighbours."""
    times = np.array(ms) / 100
    steps = [b - a for a, b in zip(times, times[1:], strict=False) if b > a]
    if len(times) < 3 or not steps:
        return
    limit = 10 * np.median(steps)
    expected = [(a + 1e-3, b - 1e-3) for a, b in zip(times, times[1:], strict=False) if b - a > limit]
    assert missing_spans(times, times[0], times[-1] + 0.005) == expected


def test_requests_are_few():
    spans = [(float(k), k + 0.5) for k in range(100)]
    spans[50] = (50.1, 50.2)
    asked = requests(spans, most=3)
    assert asked == [(0.0, 49.5), (50.1, 50.2), (51.0, 99.5)]
    assert (requests(spans, most=1), requests(spans[:2], most=2)) == ([(0.0, 99.5)], spans[:2])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 1000), unique=True, max_size=40).map(sorted), st.integers(1, 6))
def test_requests_cover_all_spans(edges, most):
    spans = [(float(low), float(high)) for low, high in zip(edges[::2], edges[1::2], strict=False)]
    asked = requests(spans, most)
    assert len(asked) <= max(most, 0) or not spans
    assert all(any(low <= a and b <= high for low, high in asked) for a, b in spans)


@settings(max_examples=100, deadline=None)
@given(MS, MS, st.lists(st.integers(-10, 410), unique=True, max_size=6).map(sorted))
def test_merge_is_what_a_loop_over_rows_gives(one, two, edges):
    """All of the first; of the second those in a span that the first has not."""
    spans = [(low / 100, high / 100) for low, high in zip(edges[::2], edges[1::2], strict=False)]
    added = [t for t in two if t not in one and any(low <= t / 100 < high for low, high in spans)]
    expected = sorted([(t, "one") for t in one] + [(t, "two") for t in added])
    merged = merge(
        rows_of(np.array(one) / 100, np.full(len(one), "one")),
        rows_of(np.array(two) / 100, np.full(len(two), "two")),
        spans,
    )
    assert merged.times.tolist() == [t / 100 for t, _ in expected]
    assert decoded(merged) == [who for _, who in expected]


def test_the_same_sample_rounded_differently_is_not_taken_twice():
    one, two = rows_of([1.0, 2.0], [1, 2]), rows_of([1.00004, 1.5, 1.9995, 2.001], [9, 9, 9, 9])
    assert merge(one, two, EVERYTHING).times.tolist() == [1.0, 1.5, 2.0, 2.001]


def test_numbers_are_promoted():
    merged = merge(rows_of([1.0], np.array([1], "i2")), rows_of([2.0], np.array([2.5], "f4")), EVERYTHING)
    assert (merged.values.dtype, merged.values.tolist()) == ("f4", [1.0, 2.5])


def test_texts_share_one_list_of_levels_and_keep_their_numbers():
    one = replace(rows_of([1.0, 3.0], ["ON", "OFF"]), raws=np.array([0.0, 1.0]))
    merged = merge(one, rows_of([2.0, 4.0], ["STBY", "ON"]), EVERYTHING)
    assert decoded(merged) == ["ON", "STBY", "OFF", "ON"]
    assert merged.raws[merged.values].tolist() == pytest.approx([1.0, np.nan, 0.0, np.nan], nan_ok=True)


def test_quality_and_alarm_are_zero_where_a_source_has_none():
    one = replace(rows_of([1.0, 3.0], [1, 3]), quality=np.array([1, 2], "u1"))
    two = replace(rows_of([2.0], [2]), alarm=np.array([5], "i2"))
    merged = merge(one, two, EVERYTHING)
    assert (merged.quality.tolist(), merged.alarm.tolist()) == ([1, 0, 2], [0, 5, 0])
    assert (merged.quality.dtype, merged.alarm.dtype) == ("u1", "i2")


def test_numbers_and_texts_cannot_be_merged():
    with pytest.raises(ValuesError, match="first source has numbers and the second texts"):
        merge(rows_of([1.0], [1]), rows_of([2.0], ["ON"]), EVERYTHING)


def test_an_empty_side_has_no_say_in_the_kind_of_values():
    texts, numbers = rows_of([1.0], ["ON"]), rows_of([], [])
    assert decoded(merge(numbers, texts, EVERYTHING)) == ["ON"]
    assert merge(texts, numbers, EVERYTHING) is texts
    assert merge(texts, rows_of([2.0], [1]), []) is texts


def test_fill_asks_only_for_what_is_missing():
    asked = []

    def second(low, high):
        asked.append((low, high))
        return cut(rows_of(np.arange(0, 30.0), np.full(30, 2)), low, high)

    first = rows_of([*range(5, 10), *range(22, 26)], np.full(9, 1))
    rows, added = fill(first, second, 0.0, 30.0)
    assert rounded(asked) == [(0.0, 4.999), (9.001, 21.999), (25.001, 30.0)]
    assert rows.times.tolist() == list(range(30))
    assert added.times.tolist() == [*range(5), *range(10, 22), *range(26, 30)]
    assert set(rows.values[5:10]) == {1}


def test_fill_asks_nothing_where_nothing_is_missing():
    first = rows_of(TIMES, TIMES)
    assert fill(first, None, 10.0, 14.0) == (first, None)


def test_fill_with_many_gaps_asks_seldom_and_takes_only_what_lies_in_gaps():
    every = np.arange(0, 5000.0)
    first = rows_of(every[(every % 100) < 50], np.ones(2500))
    asked = []

    def second(low, high):
        asked.append((low, high))
        return cut(rows_of(every + 0.5, np.zeros(5000)), low, high)

    rows, added = fill(first, second, 0.0, 5000.0)
    assert (len(asked), len(added.times)) == (16, 50 * 50 + 50)
    assert len(rows.times) == len(first.times) + len(added.times)


def test_second_half_is_dropped():
    """Contract 4.5: test-drop-half drops the second half of what the earlier source gave."""
    assert drop_second_half(rows_of([1, 2, 3, 4, 5], ["a", "b", "c", "d", "e"])).times.tolist() == [1, 2]
