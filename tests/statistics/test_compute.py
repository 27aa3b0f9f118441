"""Statistics per bin, on series that can be worked out by hand."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.statistics import bin_columns, statistics
from jeta.statistics.bins import BLOCK_ROWS, Bins
from jeta.statistics.moments import time_weights
from jeta.statistics.percentiles import percentiles

NUMERIC = ["times", "indexes", "samples", "vals", "mins", "maxes", "means"]
DAILY = [*NUMERIC, "stds", "p01s", "p05s", "p16s", "p50s", "p84s", "p95s", "p99s", "midvals"]
NANS = ["nans"]  # last of all, of floating-point values
STATES = [(0, "OFF"), (1, "ON"), (2, "NEVR")]


@pytest.fixture(scope="module")
def vector():
    """The statistics vector of section 12 of the contract."""
    times = [0, 10, 20, 320, 330, 700]
    return statistics(times, np.array([1, 2, 3, 4, 5, 6], "f4"), 328, daily=True)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("indexes", [0, 1, 2]),
        ("samples", [4, 1, 1]),
        ("midvals", [3, 5, 6]),
        ("mins", [1, 5, 6]),
        ("maxes", [4, 5, 6]),
        ("means", [3.5684211, 5, 6]),
        ("stds", [0.6432259, 0, 0]),
        ("p01s", [1, 5, 6]),
        ("p16s", [1.072, 5, 6]),
        ("p50s", [2.5, 5, 6]),
        ("p84s", [3.928, 5, 6]),
        ("p99s", [4, 5, 6]),
    ],
)
def test_vector_of_the_contract(vector, column, expected):
    """Section 12, to the printed digit."""
    assert np.round(vector[column].astype(float), 7).tolist() == expected


def test_times_are_the_midpoints_of_the_bins(vector):
    assert vector["times"].tolist() == [164.0, 492.0, 820.0]


def test_order_of_the_columns(vector):
    """Section 2.6 of the contract."""
    assert list(vector) == DAILY + NANS
    assert list(statistics([1.0], [1.0], 328, daily=False)) == [*NUMERIC, "midvals", *NANS]
    assert list(statistics([1.0], [1], 328, daily=False)) == [*NUMERIC, "midvals"]


def test_vals_are_the_means(vector):
    assert vector["vals"] is vector["means"]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0, 10, 20, 320], [10, 10, 155, 300]),
        ([0, 1, 100], [1, 50, 99]),
        ([5, 5, 5, 6], [0.001, 0.001, 0.5, 1]),
        ([0, 500, 2000], [300, 300, 300]),
        ([0, 500], [1, 1]),
        ([7], [1]),
        ([], []),
    ],
)
def test_weights_are_clipped_and_1_in_bins_of_two(times, expected):
    """Section 5.3 of the contract."""
    times = np.array(times, float)
    assert time_weights(times, Bins.of(times, 1e6)).tolist() == expected


def test_neighbours_in_other_bins_do_not_count_in_weights():
    times = np.array([9.0, 10.0, 12.0, 16.0, 21.0, 29.0])
    assert time_weights(times, Bins.of(times, 10)).tolist() == [1, 2, 3, 4, 1, 1]


def test_percentiles_of_the_contract():
    """Section 5.4: 1..10, and not numpy's default method."""
    values = np.arange(10.0, 0, -1)
    found = percentiles(values, Bins.of(np.arange(10), 100), [0.01, 0.16, 0.5, 0.84, 0.99])[:, 0]
    assert found.round(12).tolist() == [1, 2.032, 5.5, 8.968, 10]


def test_types_of_the_columns():
    columns = bin_columns([1.0, 2.0, 3.0], np.array([1, 2, 4], "i2"), 328, daily=True)
    types = {name: array.dtype.str.lstrip("|<") for name, array in columns.items()}
    assert types.pop("mean") == "f8"
    assert {types.pop(name) for name in ("index", "n")} == {"i4"}
    assert {types.pop(name) for name in ("val", "min", "max")} == {"i2"}
    assert set(types.values()) == {"f8"}


def test_spread_and_percentiles_of_integers_keep_their_fractions():
    """The ancestors cut them off."""
    result = statistics([1.0, 2.0, 3.0, 4.0], [1, 2, 3, 4], 328, daily=True)
    assert result["stds"][0] == pytest.approx(np.sqrt(1.25))
    assert (result["p50s"][0], round(result["p16s"][0], 9)) == (2.5, 1.072)


def test_the_mean_of_booleans_is_the_share_of_true():
    """Section 5.6 of the contract."""
    result = statistics([1.0, 2.0, 3.0, 4.0], [True, False, True, True], 328, daily=True)
    assert (result["means"].dtype, result["means"].tolist()) == (np.float64, [0.75])
    assert (result["mins"].tolist(), result["maxes"].tolist(), result["midvals"].tolist()) == ([False], [True], [True])
    assert result["stds"][0] == pytest.approx(np.sqrt(0.75 * 0.25))


def test_texts_have_counts_of_states_and_no_means():
    result = statistics([1.0, 2.0, 3.0, 400.0], ["ON ", "OFF", "ON", "????"], 328, daily=True, state_codes=STATES)
    assert list(result) == ["times", "indexes", "samples", "vals", "n_OFFs", "n_ONs", "n_NEVRs"]
    assert result["vals"].tolist() == ["OFF", "????"]
    assert [result[name].tolist() for name in ("n_OFFs", "n_ONs", "n_NEVRs")] == [[1, 0], [2, 0], [0, 0]]


def test_a_state_that_lasts_over_an_edge_counts_in_both_bins():
    result = statistics([1.0, 5.0, 11.0, 31.0], ["ON"] * 4, 10, daily=False, state_codes=STATES)
    assert result["n_ONs"].tolist() == [2, 1, 1]


def test_numbers_have_no_counts_of_states():
    assert "n_ONs" not in statistics([1.0], [1.0], 328, daily=False, state_codes=STATES)


def test_nan_is_no_measurement():
    """Not weighed, so the result is that of the samples around it; it is counted aside; a bin of nothing else has no row."""
    times, values = [1.0, 2.0, 4.0, 7.0, 400.0], [1.0, np.nan, 2.0, 3.0, np.nan]
    ours = statistics(times, values, 328, daily=True)
    without = statistics([1.0, 4.0, 7.0], [1.0, 2.0, 3.0], 328, daily=True)
    assert all(np.array_equal(ours[name], without[name]) for name in DAILY)
    assert (ours["nans"].tolist(), without["nans"].tolist(), ours["nans"].dtype) == ([1], [0], np.int32)


def test_infinite_samples_do_not_spoil_the_percentiles_below_them():
    result = statistics([1.0, 2.0, 3.0, 4.0, 400.0], [1.0, 2.0, 3.0, np.inf, 5.0], 328, daily=True)
    assert (result["maxes"][0], result["means"][0], result["p50s"][0]) == (np.inf, np.inf, 2.5)
    assert (result["means"][1], result["stds"][1]) == (5, 0)


@pytest.mark.parametrize("value", [0.1, 1e15 / 3, -7.7e-9])
def test_equal_values_have_that_mean_and_no_spread(value):
    """However the weights round."""
    result = bin_columns(np.cumsum(np.linspace(0.1, 0.7, 50)), np.full(50, value), 1e6, daily=True)
    assert result["mean"][0] == value
    assert (result["std"][0], result["p16"][0], result["p99"][0]) == (0, value, value)


@pytest.mark.parametrize("type_", ["f4", "f8", "i2", "u8", "?", "U4"])
@pytest.mark.parametrize("daily", [False, True])
def test_no_samples_give_empty_columns_of_the_right_types(type_, daily):
    empty = statistics([], np.array([], type_), 328, daily=daily, state_codes=STATES)
    some = statistics([1.0], np.zeros(1, type_), 328, daily=daily, state_codes=STATES)
    assert [(name, len(array), array.dtype) for name, array in empty.items()] == [
        (name, 0, array.dtype) for name, array in some.items()
    ]


def test_only_nan_is_like_no_samples():
    assert statistics([1.0], [np.nan], 328, daily=True)["times"].tolist() == []


def test_bins_too_narrow_for_32_bits_have_numbers_of_64():
    result = statistics([1.7e9], [1.0], 0.5, daily=False)
    assert (result["indexes"].dtype, result["indexes"].tolist()) == (np.int64, [3_400_000_000])


def test_a_bin_with_many_samples_beside_bins_with_few():
    """They are sorted in different matrices; each gets its own percentiles."""
    times = np.concatenate((np.linspace(0, 9, 1000), [11.0, 12.0, 25.0]))
    values = np.concatenate((np.arange(1000.0), [5.0, 3.0, -1.0]))
    assert statistics(times, values, 10, daily=True)["p50s"].tolist() == [499.5, 4.0, -1.0]


def test_the_mean_is_not_rounded_to_float32():
    """Nor is the spread taken about a rounded mean, as the ancestors' is."""
    columns = bin_columns([0.0, 1.0, 2.0], [16777217.0, 16777217.0, 16777218.0], 10, daily=True)
    assert columns["mean"][0] == pytest.approx(16777217 + 1 / 3, rel=1e-15)
    assert columns["std"][0] == pytest.approx(np.sqrt(2) / 3, rel=1e-6)


@pytest.mark.parametrize("daily", [False, True])
def test_percentiles_asked_for_replace_those_of_the_product(daily):
    """With daily=False they come without spread."""
    wanted = {"p25": 0.25, "p99_9": 0.999}
    columns = bin_columns([1.0, 2.0, 3.0, 4.0], [1, 2, 3, 4], 10, daily=daily, percentiles=wanted)
    assert list(columns)[6:] == [*(["std"] if daily else []), "p25", "p99_9"]
    assert (columns["p25"][0].round(12), columns["p99_9"][0]) == (1.45, 4)
    assert list(statistics([1.0], [1], 10, daily=daily, percentiles={}))[7:] == (["stds"] if daily else []) + [
        "midvals"
    ]


def test_texts_have_no_percentiles():
    assert list(bin_columns([1.0], ["ON"], 10, daily=True, percentiles={"p50": 0.5})) == ["index", "n", "val"]


@pytest.mark.parametrize("row", [1, BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 9])
def test_a_time_that_runs_back_is_found_in_every_block(row):
    """The first of a block and the last of the one before included."""
    times = np.arange(2.0 * BLOCK_ROWS + 10)
    times[row] -= 1.5
    with pytest.raises(ValuesError, match=rf"time {row - 1.5} s follows {row - 1.0} s in row {row}: sort"):
        bin_columns(times, times, 328, daily=False)


def test_values_of_any_layout_give_the_same_bytes():
    """Every other element of an array, other byte order, and read-only."""
    times = np.arange(1000.0)
    vals = np.sin(times)
    spaced = np.repeat(vals, 2).astype(">f8")[::2]
    spaced.flags.writeable = False
    ours, expected = bin_columns(times, spaced, 328, daily=True), bin_columns(times, vals, 328, daily=True)
    assert all(ours[name].tobytes() == column.tobytes() for name, column in expected.items() if name != "val")
    assert np.array_equal(ours["val"], expected["val"])


def test_memory_besides_the_result_does_not_grow_with_the_series():
    """Four times the samples take no more, and it is a fraction of the samples' own."""
    peaks = []
    for rows in (2**20, 2**22):
        times = np.arange(rows) * 1.0
        vals = np.where(times % 1000 == 7, np.nan, times % 4096)
        bin_columns(times[:1000], vals[:1000], 328, daily=True)
        tracemalloc.start()
        columns = bin_columns(times, vals, 86400, daily=True)
        peaks.append(tracemalloc.get_traced_memory()[1] - sum(column.nbytes for column in columns.values()))
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] < 0.5 * times.nbytes


@pytest.mark.parametrize(
    ("times", "vals", "told"),
    [
        ([1.0, 3.0, 2.0], [1, 2, 3], r"time 2\.0 s follows 3\.0 s in row 2: sort"),
        ([1.0, np.nan], [1, 2], "time nan s follows 1.0 s"),
        ([np.nan], [1], "expected finite times"),
        ([1.0, 2.0], [1], "one value for each time"),
        ([1.0], [[1]], "one value for each time"),
        ([1.0], [b"ON"], "decode bytes first"),
        ([1.0], [None], "of type object"),
    ],
)
def test_input_without_statistics_is_refused(times, vals, told):
    with pytest.raises(ValuesError, match=told):
        statistics(times, vals, 328, daily=True)


def test_a_width_that_is_none_is_refused():
    with pytest.raises(ValuesError, match="bin width of 0 s"):
        statistics([1.0], [1.0], 0, daily=False)
