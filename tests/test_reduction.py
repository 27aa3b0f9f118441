"""Reduction: what is kept, of numbers, states, statistics and bad samples; against a plain search of each bucket."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jeta.errors import ValuesError
from jeta.reduction import envelope, reduce_rows, typical_spacing_s

KINDS = ["float64", "float32", "int8", "int32", "int64", "uint8", "uint64", "bool"]


@st.composite
def series(draw, kinds=KINDS, most=200):
    """Times, of which some may be equal or far apart, and values of some type."""
    rows = draw(st.integers(0, most))
    spacings = draw(arrays.arrays(np.float64, rows, elements=st.sampled_from([0.0, 0.5, 1.0, 1.0, 1.0, 900.0])))
    dtype = np.dtype(draw(st.sampled_from(kinds)))
    values = draw(arrays.arrays(dtype, rows, elements=elements_of(dtype)))
    return 1.6e9 + np.cumsum(spacings), values


def elements_of(dtype):
    if dtype.kind == "f":
        return st.sampled_from([0.0, -1.5, 2.25, 7.0, np.nan, np.inf, -np.inf])
    if dtype.kind == "b":
        return st.booleans()
    return st.integers(0 if dtype.kind == "u" else np.iinfo(dtype).min, np.iinfo(dtype).max)


def first_extremes(values, good):
    """First rows with the lowest and the highest of the good values; none where none is good."""
    rows = [row for row in range(len(values)) if good[row]]
    if not rows:
        return []
    return [min(rows, key=lambda row: values[row]), max(rows, key=lambda row: values[row])]


def numbers(values):
    return ~np.isnan(values) if values.dtype.kind == "f" else np.ones(len(values), bool)


@given(series(), st.integers(0, 60), st.booleans())
def test_kept_rows_ascend_and_are_no_more_than_asked_for(given_series, n, steps):
    times, values = given_series
    rows = reduce_rows(times, values, n, steps=steps)
    assert len(rows) <= n
    assert np.all(np.diff(rows) > 0)
    assert set(rows) <= set(range(len(values)))


@given(series(), st.integers(4, 60))
def test_first_last_lowest_and_highest_of_all_are_kept(given_series, n):
    times, values = given_series
    rows = set(reduce_rows(times, values, n).tolist())
    if len(values):
        assert {0, len(values) - 1} <= rows
    assert set(first_extremes(values, numbers(values))) <= rows


@given(series(), st.integers(4, 60))
def test_each_bucket_of_time_keeps_its_first_last_lowest_and_highest(given_series, n):
    times, values = given_series
    rows = reduce_rows(times, values, n)
    if n >= len(values):
        assert rows.tolist() == list(range(len(values)))
        return
    edges = np.linspace(times[0], times[-1], n // 4 + 1)[1:-1]
    buckets = np.searchsorted(edges, times, "right")
    for bucket in np.unique(buckets):
        inside = np.flatnonzero(buckets == bucket)
        kept = rows[np.isin(rows, inside)]
        assert (kept[0], kept[-1]) == (inside[0], inside[-1])
        good = inside[numbers(values[inside])]
        if len(good):
            assert np.nanmin(values[kept].astype(object)) == min(values[good].astype(object))
            assert np.nanmax(values[kept].astype(object)) == max(values[good].astype(object))


@given(series(), st.integers(4, 60), st.data())
def test_bad_rows_are_never_extremes(given_series, n, data):
    times, values = given_series
    bads = data.draw(arrays.arrays(bool, len(values)))
    rows = set(reduce_rows(times, values, n, bads=bads).tolist())
    assert len(rows) <= n
    assert set(first_extremes(values, numbers(values) & ~bads)) <= rows


@given(series(["float64", "float32"]), st.integers(6, 60))
def test_statistics_keep_the_lowest_of_the_low_and_the_highest_of_the_high(given_series, n):
    times, values = given_series
    low, high = values - np.arange(len(values)) % 5, values + np.arange(len(values)) % 7
    with np.errstate(invalid="ignore"):
        rows = set(reduce_rows(times, values, n, low=low, high=high).tolist())
    assert len(rows) <= n
    wanted = [first_extremes(column, numbers(column)) for column in (values, low, high)]
    assert {row for pair in (wanted[0], wanted[1][:1], wanted[2][1:]) for row in pair} <= rows


@given(series(["int8", "bool"]), st.integers(2, 200))
def test_steps_keep_exactly_the_changes_where_they_fit(given_series, n):
    times, values = given_series
    rows = reduce_rows(times, values, n, steps=True)
    changes = np.flatnonzero(values[1:] != values[:-1])
    expected = sorted({0, len(values) - 1, *changes.tolist(), *(changes + 1).tolist()}) if len(values) else []
    if len(values) > n >= len(expected):
        assert rows.tolist() == expected
    held = values[rows[np.searchsorted(rows, np.arange(len(values)), "right") - 1]] if len(expected) <= n else values
    np.testing.assert_array_equal(held, values)


def test_a_change_from_good_to_bad_is_one():
    bads = np.arange(1000) == 500
    rows = reduce_rows(np.arange(1000.0), np.zeros(1000, np.int8), 10, bads=bads, steps=True)
    assert rows.tolist() == [0, 499, 500, 501, 999]


def test_a_gap_is_a_change_of_steps_if_asked_for():
    times = np.arange(1000.0) + 50.0 * (np.arange(1000) >= 300)
    values = np.zeros(1000, np.int8)
    assert reduce_rows(times, values, 10, steps=True).tolist() == [0, 999]
    assert reduce_rows(times, values, 10, steps=True, gap_s=20.0).tolist() == [0, 299, 300, 999]


def test_nan_is_no_change_of_steps_from_nan():
    values = np.where(np.arange(1000) < 500, np.nan, 1.0)
    assert reduce_rows(np.arange(1000.0), values, 10, steps=True).tolist() == [0, 499, 500, 999]


def test_too_many_changes_for_steps_keep_the_extremes_of_each_bucket():
    values = (np.arange(10_000) % 7).astype(np.int8)
    rows = reduce_rows(np.arange(10_000.0), values, 100, steps=True)
    assert 50 < len(rows) <= 100
    for part in range(25):
        inside = values[rows[(rows >= part * 400) & (rows < (part + 1) * 400)]]
        assert (inside.min(), inside.max()) == (0, 6)


@pytest.mark.parametrize(("n", "expected"), [(0, []), (1, [0]), (2, [0, 9]), (3, [0, 4, 9]), (4, [0, 4, 6, 9])])
def test_of_few_the_first_the_last_the_lowest_and_the_highest_in_this_order(n, expected):
    values = np.array([1.0, 1, 1, 1, -5, 1, 8, 1, 1, 1])
    assert reduce_rows(np.arange(10.0), values, n).tolist() == expected


def test_at_least_as_many_as_there_are_are_all():
    assert reduce_rows([1.0, 2.0], [5, 6], 2).tolist() == [0, 1]
    assert reduce_rows([], [], 0).tolist() == []


def test_the_first_of_equal_extremes_is_kept():
    values = np.zeros(100)
    values[[30, 60]] = 5.0
    assert 30 in reduce_rows(np.arange(100.0), values, 4)
    assert 60 not in reduce_rows(np.arange(100.0), values, 4)


def test_a_bucket_of_nan_keeps_some_so_that_the_line_breaks():
    values = np.ones(1000)
    values[400:600] = np.nan
    rows = reduce_rows(np.arange(1000.0), values, 40)
    assert np.isnan(values[rows]).any()


def test_nan_beside_bad_rows_is_passed_over():
    values = np.array([np.nan, 9.0, 3.0, np.nan, 4.0, 2.0, 5.0, np.nan])
    bads = np.array([0, 1, 0, 0, 0, 1, 0, 0], bool)
    assert reduce_rows(np.arange(8.0), values, 4, bads=bads).tolist() == [0, 2, 6, 7]


def test_buckets_are_narrower_where_there_are_gaps():
    """Bursts of a minute each hour: what the gaps do not need is spent on the bursts."""
    number = np.arange(24 * 60)
    times = (number // 60) * 3600.0 + number % 60
    rows = reduce_rows(times, np.sin(number), 400)
    assert 200 < len(rows) <= 400


@pytest.mark.parametrize(
    "spoil", [np.flip, lambda t: np.where(t == 50, np.nan, t), lambda t: np.where(t == 99, np.inf, t)]
)
def test_times_that_do_not_ascend_still_keep_the_extremes(spoil):
    values = np.sin(np.arange(100.0))
    rows = reduce_rows(spoil(np.arange(100.0)), values, 20)
    assert len(rows) <= 20
    assert {0, 99, int(values.argmin()), int(values.argmax())} <= set(rows.tolist())


def test_big_integers_are_compared_exactly():
    values = np.full(100, 2**63, np.uint64)
    values[70] += 1
    assert 70 in reduce_rows(np.arange(100.0), values, 4)


def test_other_byte_orders_and_strides_work():
    values = np.arange(200, dtype=">i4")[::2]
    np.testing.assert_array_equal(
        reduce_rows(np.arange(100.0), values, 8), reduce_rows(np.arange(100.0), np.arange(100), 8)
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [1.0], 1), "one number for each time"),
        (([1.0, 2.0], ["a", "b"], 1), "number of each state"),
        (([1.0, 2.0], [1.0, 2.0], -1), "n is -1"),
        (([1.0, 2.0], [1.0, 2.0], 1.5), "n is 1.5, .* a whole number"),
        (([1.0, 2.0], [1.0, 2.0], "1"), "n is '1', .* a whole number"),
        (([[1.0]], [[1.0]], 0), "one number for each time"),
    ],
)
def test_what_cannot_be_reduced_is_refused(arguments, message):
    with pytest.raises(ValuesError, match=message):
        reduce_rows(*arguments)


def test_one_edge_of_a_band_alone_is_refused():
    with pytest.raises(ValuesError, match="low and high"):
        reduce_rows([1.0], [1.0], 0, low=[1.0])


@given(series(["float64"], 300), st.integers(2, 50))
def test_an_envelope_holds_everything(given_series, n):
    times, low = given_series
    with np.errstate(invalid="ignore"):
        high = low + 1.0
    outline, lowest, highest = envelope(times, low, high, n)
    assert len(outline) == len(lowest) == len(highest) <= max(n, 2)
    assert np.all(np.diff(outline) >= 0)
    if numbers(low).any():
        assert np.nanmin(lowest) == np.nanmin(low)
        assert np.nanmax(highest) == np.nanmax(high)


def test_the_usual_spacing_passes_over_repeated_times_and_gaps():
    assert typical_spacing_s(np.array([0.0, 0, 2, 4, 6, 6, 900])) == 2.0
    assert np.isnan(typical_spacing_s(np.zeros(5)))
    assert np.isnan(typical_spacing_s(np.zeros(0)))


def test_the_usual_spacing_of_many_is_that_of_some_of_them():
    assert typical_spacing_s(np.arange(300_000) * 0.25) == 0.25


@pytest.mark.parametrize(
    "options", [{}, {"steps": True}, {"bads": np.arange(4_000_000) == 7}], ids=["numbers", "steps", "bads"]
)
def test_reducing_copies_no_long_array(options):
    """Memory that must be got first takes longer than the search: all of it is 32 MB here."""
    times, values = np.arange(4_000_000.0), (np.arange(4_000_000) // 1000 % 100).astype(float)
    tracemalloc.start()
    try:
        rows = reduce_rows(times, values, 2000, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(rows) > 1000
    assert peak < 6e6
