"""Statistics of values that hold until the next, against a plain loop over bins, holdings and intervals."""

from __future__ import annotations

import tracemalloc
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.mstats import mquantiles

from jeta.errors import ValuesError
from jeta.statistics import PERCENTILES, column_names, held_columns, held_text_columns, percentile_columns
from jeta.statistics.bins import BLOCK_ROWS

ALL_TIME = ([-1e12], [1e12])
# Coarse ones, so that samples, edges of bins and ends of intervals often meet.
INSTANTS = st.integers(-16, 60).map(lambda number: number * 2.5) | st.integers(-400, 1600).map(
    lambda number: number / 8
)


def spelled(made):
    """Columns and counts of texts with the texts themselves."""
    columns, counts, levels = made
    return columns | {"val": levels[columns["val"]]}, counts | {"text": levels[counts["text"]]}


def overlap(start, stop, starts, stops):
    """Seconds of a stretch that are inside."""
    return sum(max(0.0, min(stop, b) - max(start, a)) for a, b in zip(starts, stops, strict=True))


def is_inside(time, starts, stops):
    return any(a <= time <= b for a, b in zip(starts, stops, strict=True))


def plain_bin(times, vals, edges, until, inside):
    """What holds in one bin: list of (value, seconds, whether its sample is here); and the NaN there. Slow and obvious."""
    begin, end = edges
    known = [i for i in range(len(times)) if vals[i] == vals[i]]
    entries = []
    for i, after in zip(known, [*known[1:], None][: len(known)], strict=True):
        stop = max(until, times[i]) if after is None else times[after]
        seconds = overlap(max(times[i], begin), min(stop, end), *inside)
        sampled = begin <= times[i] < end and is_inside(times[i], *inside)
        if seconds > 0 or sampled:
            entries.append((vals[i], seconds, sampled))
    nans = sum(vals[i] != vals[i] and begin <= t < end and is_inside(t, *inside) for i, t in enumerate(times))
    return entries, nans


def plain_rows(times, vals, dt, until, inside, shares):
    """Rows of `held_columns` with spread, one bin after another."""
    if not len(times):
        return
    for index in range(int(times[0] // dt), int(max(until, times[-1]) // dt) + 1):
        entries, nans = plain_bin(times, vals, (index * dt, (index + 1) * dt), until, inside)
        if not entries:
            continue
        held = np.array([float(entry[0]) for entry in entries])
        seconds = np.array([entry[1] for entry in entries])
        weights = seconds if seconds.sum() > 0 else np.ones(len(held))
        samples = [value for value, _, sampled in entries if sampled]
        val = samples[len(samples) // 2] if samples else entries[0][0]
        mean = np.average(held, weights=weights)
        std = np.sqrt(np.average((held - mean) ** 2, weights=weights))
        yield index, len(samples), val, held.min(), held.max(), mean, std, *mquantiles(held, shares), nans


@st.composite
def intervals(draw):
    """None, or sorted intervals with gaps between, the last one perhaps of no length."""
    if draw(st.booleans()):
        return None
    ends = sorted(draw(st.lists(INSTANTS, unique=True, max_size=9)))
    pairs = list(zip(ends[::2], [*ends[1::2], *ends[-1:]], strict=False))  # an odd one is an interval of no length
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])


@st.composite
def on_change(draw, values):
    times = np.array(sorted(draw(st.lists(INSTANTS, max_size=14))))
    return times, draw(st.lists(values, min_size=len(times), max_size=len(times)))


NUMBERS = {
    "f8": st.integers(-40, 40).map(lambda number: number / 4) | st.just(nan),
    "f4": st.integers(-40, 40).map(lambda number: number / 4) | st.just(nan),
    "i4": st.integers(-1000, 1000),
    "?": st.booleans(),
}


@pytest.mark.parametrize("type_", list(NUMBERS))
def test_numbers_are_those_of_the_plain_way(type_):
    @given(on_change(NUMBERS[type_]), st.sampled_from([10, 12.5, 100, 86400]), INSTANTS, intervals())
    @settings(max_examples=250, deadline=None)
    def check(drawn, dt, until, inside):
        times, vals = drawn[0], np.array(drawn[1], type_)
        ours = held_columns(times, vals, dt, until_s=until, daily=True, inside=inside)
        floating = vals.dtype.kind == "f"
        assert list(ours) == column_names(text=False, daily=True, floating=floating)
        assert {ours[name].dtype for name in ("val", "min", "max")} == {vals.dtype}
        rows = list(
            plain_rows(times, vals, dt, until, ALL_TIME if inside is None else inside, list(PERCENTILES.values()))
        )
        assert ours["index"].tolist() == [row[0] for row in rows]
        for number, (name, column) in enumerate(ours.items()):
            expected = np.array([float(row[number]) for row in rows])
            np.testing.assert_allclose(column.astype(float), expected, rtol=1e-12, atol=1e-9, err_msg=name)

    check()


@given(on_change(st.integers(0, 3)), st.sampled_from([10, 100]), INSTANTS, intervals())
@settings(max_examples=250, deadline=None)
def test_texts_are_those_of_the_plain_way(drawn, dt, until, inside):
    """Rows as those of numbers; counts are of samples only."""
    texts = np.array(["ON", "OFF", "ON ", "x"])
    times, codes = drawn[0], np.array(drawn[1], np.uint8)
    columns, counts = spelled(held_text_columns(times, codes, texts, dt, until_s=until, inside=inside))
    rows, expected_counts = [], {}
    for index in range(int(times[0] // dt), int(max(until, times[-1]) // dt) + 1) if len(times) else ():
        edges = index * dt, (index + 1) * dt
        entries, _ = plain_bin(times, codes, edges, until, ALL_TIME if inside is None else inside)
        samples = [code for code, _, sampled in entries if sampled]
        if entries:
            val = texts[samples[len(samples) // 2] if samples else entries[0][0]]
            rows.append((index, len(samples), str(val).rstrip()))
        for code in samples:
            key = index, str(texts[code]).rstrip()
            expected_counts[key] = expected_counts.get(key, 0) + 1
    assert list(zip(*(column.tolist() for column in columns.values()), strict=True)) == rows
    found = list(zip(*(column.tolist() for column in counts.values()), strict=True))
    assert found == [(*key, expected_counts[key]) for key in sorted(expected_counts)]


def columns_of(times, vals, dt=10, **options):
    columns = held_columns(times, vals, dt, **{"daily": True, "percentiles": {}, "until_s": 40.0} | options)
    return {name: column.tolist() for name, column in columns.items()}


def test_a_value_weighs_as_long_as_it_holds():
    """1 for 4 s, 5 for 16 s over an edge, then 3; the weight is not limited to 300 s as that of other samples."""
    columns = columns_of([0.0, 4.0, 20.0], [1, 5, 3])
    assert columns["mean"] == [(4 * 1 + 6 * 5) / 10, 5, 3, 3]
    assert columns["std"][0] == pytest.approx(np.sqrt((4 * 2.4**2 + 6 * 1.6**2) / 10))
    assert (columns["n"], columns["val"]) == ([2, 0, 1, 0], [5, 5, 3, 3])
    assert columns_of([0.0, 1000.0], [1, 5], 10_000, until_s=10_000.0)["mean"] == [(1000 + 5 * 9000) / 10_000]


def test_the_value_carried_in_is_gone_if_a_sample_is_right_at_the_start_of_a_bin():
    """And there if the sample comes the least later."""
    assert columns_of([5.0, 10.0], [9, 1], until_s=20.0)["max"] == [9, 1]
    assert columns_of([5.0, np.nextafter(10, 11)], [9, 1], until_s=20.0)["max"] == [9, 9]


def test_time_until_the_end_is_exclusive():
    """A bin that starts there has no row, one that starts just before has."""
    assert columns_of([5.0], [1], until_s=20.0)["index"] == [0, 1]
    assert columns_of([5.0], [1], until_s=np.nextafter(20.0, 21))["index"] == [0, 1, 2]


@pytest.mark.parametrize("until", [20.0, 3.0, -100.0])
def test_the_last_sample_counts_without_time_if_nothing_comes_after_it(until):
    """In its bin each value then weighs 1 if no time passes; the value before holds up to it all the same."""
    columns = columns_of([5.0, 20.0, 20.0], [1, 4, 8], until_s=until)
    assert (columns["index"], columns["n"], columns["mean"]) == ([0, 1, 2], [1, 0, 2], [1, 1, 6])
    assert columns["std"] == [0, 0, 2]


def test_of_several_samples_at_one_instant_the_last_holds_on():
    """The others are samples, in the extrema, and without weight, even infinite ones."""
    columns = columns_of([0.0, 5.0, 5.0, 5.0], [2.0, inf, 100.0, 4.0], until_s=20.0)
    assert (columns["n"], columns["max"], columns["mean"], columns["std"]) == ([4, 0], [inf, 4], [3, 4], [1, 0])


def test_a_value_holds_on_over_nan_which_is_counted_aside():
    columns = columns_of([-5.0, 1.0, 12.0, 24.0], [nan, 2.0, nan, nan], until_s=30.0)
    assert (columns["index"], columns["n"], columns["nan"]) == ([0, 1, 2], [1, 0, 0], [0, 1, 1])
    assert columns["mean"] == [2, 2, 2]


def test_a_nan_at_the_end_does_not_make_the_value_before_hold_longer():
    """Nor does it make a row."""
    assert columns_of([1.0, 35.0], [2.0, nan], until_s=12.0)["index"] == [0, 1]


def test_only_time_and_samples_inside_count():
    """The value of a sample outside counts where it holds inside."""
    columns = columns_of([2.0, 6.0, 25.0], [1, 4, 9], inside=([4.0, 21.0, 25.0], [8.0, 22.0, 25.0]))
    assert (columns["index"], columns["n"], columns["mean"]) == ([0, 2], [1, 1], [2.5, 4])
    assert (columns["min"], columns["max"], columns["val"]) == ([1, 4], [4, 9], [4, 9])


def test_a_value_that_holds_in_two_intervals_of_a_bin_is_one_value():
    """Percentiles are of three values, not of four."""
    columns = columns_of(
        [0.0, 4.0, 6.0], [1, 5, 9], inside=([1.0, 2.0, 5.0], [1.5, 3.0, 10.0]), percentiles={"p50": 0.5}, until_s=10.0
    )
    assert columns["p50"] == [5]


def test_blocks_do_not_show():
    """Many more bins and samples than are worked on at a time, some bins crowded, NaN where blocks meet."""
    rng = np.random.default_rng(3)
    times = np.concatenate((np.sort(rng.uniform(0, 2000, 2 * BLOCK_ROWS)), [2500.0, 1e6 + 0.5, 3e6]))
    vals = np.where(rng.random(times.size) < 0.2, nan, np.round(rng.normal(0, 9, times.size), 2))
    vals[-3:] = 7.5, nan, 2.5
    ours = held_columns(times, vals, 10, until_s=3e6 + 25, daily=True, percentiles=percentile_columns(50))
    assert ours["index"].tolist() == list(range(300_003))
    assert (ours["n"].sum(), ours["nan"].sum()) == (np.sum(~np.isnan(vals)), np.sum(np.isnan(vals)))
    assert set(ours["mean"][251:300_000].tolist()) == {7.5}
    assert ours["mean"][300_000:].tolist() == [2.5] * 3
    for index in (0, 1, 99, 100, 150, 199, 200, 249, 250):
        some = slice(max(np.searchsorted(times, index * 10) - 60, 0), np.searchsorted(times, index * 10 + 10) + 60)
        expected = (
            next(
                row
                for row in plain_rows(times[some], vals[some], 10, 3e6 + 25, ([index * 10], [index * 10 + 10]), [0.5])
            )
            if index > 249
            else plain_row(times[some], vals[some], index)
        )
        for (name, column), value in zip(ours.items(), expected, strict=True):
            assert column[index] == pytest.approx(value, rel=1e-9), name


def plain_row(times, vals, index):
    """The row of one bin of 10 s, given the samples around it."""
    return next(row for row in plain_rows(times, vals, 10, times[-1], ALL_TIME, [0.5]) if row[0] == index)


def test_a_bin_is_the_same_bytes_with_and_without_the_bins_after_it():
    """So that a product can be continued, given the sample that holds on."""
    rng = np.random.default_rng(4)
    times = np.cumsum(rng.exponential(30, 20_000))
    vals = np.round(rng.normal(0, 9, times.size), 1)
    whole = held_columns(times, vals, 100, until_s=times[-1], daily=True)
    edge = 3000
    row = int(np.searchsorted(times, edge * 100))
    before = held_columns(times[:row], vals[:row], 100, until_s=edge * 100, daily=True)
    after = held_columns(times[row - 1 :], vals[row - 1 :], 100, until_s=times[-1], daily=True)
    keep = after["index"] >= edge
    for name, column in whole.items():
        assert np.concatenate((before[name], after[name][keep])).tobytes() == column.tobytes(), name


def test_memory_besides_the_result_does_not_grow_with_the_series():
    peaks = []
    for rows in (2**19, 2**21):
        times, vals = np.arange(rows) * 1.0, np.arange(rows) % 4096 * 1.0
        tracemalloc.start()
        held_columns(times, vals, 3600, until_s=rows, daily=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


@pytest.mark.parametrize("type_", ["f4", "f8", "i2", "?"])
def test_no_samples_have_no_rows_of_the_right_types(type_):
    """Nor has a series of NaN only, or one that nothing of is inside."""
    empty = held_columns([], np.zeros(0, type_), 328, until_s=0.0, daily=True)
    some = held_columns([1.0], np.zeros(1, type_), 328, until_s=0.0, daily=True)
    nothing = (np.zeros(0), np.zeros(0))
    outside = held_columns([1.0], np.zeros(1, type_), 328, until_s=9.0, daily=True, inside=nothing)
    expected = [(name, 0, column.dtype) for name, column in some.items()]
    assert [(name, len(column), column.dtype) for name, column in empty.items()] == expected
    assert [(name, len(column), column.dtype) for name, column in outside.items()] == expected
    assert held_columns([1.0], [nan], 328, until_s=9.0, daily=True)["index"].tolist() == []
    columns, counts = spelled(held_text_columns([], np.zeros(0, int), [], 328, until_s=0.0))
    assert [len(column) for column in (*columns.values(), *counts.values())] == [0] * 6


def test_more_bins_than_anyone_wants_are_refused():
    """Before memory is taken; time inside may bring the number down."""
    with pytest.raises(ValuesError, match=r"100000001 bins of 0\.01 s: at most 50000000.*shorter span or wider bins"):
        held_columns([0.0], [1], 0.01, until_s=1e6, daily=False)
    assert len(held_columns([0.0], [1], 0.01, until_s=1e6, daily=False, inside=([5e5], [5e5 + 1]))["n"]) == 100


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"until_s": nan}, "until nan s: expected a finite number"),
        ({"until_s": inf}, "until inf s"),
        ({"until_s": "now"}, "until 'now' s"),
        ({"inside": ([0.0, 5.0], [6.0, 9.0])}, "2 intervals .* not sorted and disjoint"),
        ({"inside": ([5.0], [4.0])}, "not sorted and disjoint"),
        ({"inside": ([nan], [4.0])}, "not sorted and disjoint"),
        ({"inside": ([5.0], [])}, "one stop for each start"),
        ({"dt": 0}, "bin width of 0 s"),
        ({"times": [2.0, 1.0]}, r"time 1\.0 s follows 2\.0 s"),
        ({"times": [1.0, inf]}, "expected finite times"),
        ({"vals": ["ON", "OFF"]}, "give texts by code to held_text_columns"),
        ({"vals": [1]}, "one value for each time"),
    ],
)
def test_input_without_statistics_is_refused(options, told):
    with pytest.raises(ValuesError, match=told):
        columns_of(**{"times": [1.0, 2.0], "vals": [1, 2]} | options)


def test_codes_that_are_none_are_refused():
    with pytest.raises(ValuesError, match="codes from 2 to 2 of 1 texts"):
        held_text_columns([1.0], [2], ["ON"], 10, until_s=5.0)
