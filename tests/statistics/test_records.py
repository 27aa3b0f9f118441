"""Names and order of the columns."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.statistics import (
    PERCENTILES,
    as_attributes,
    attribute_name,
    bin_columns,
    column_names,
    percentile_columns,
    state_columns,
)

STATES = [(0, "OFF"), (1, "ON "), (2, "+1/2")]


@pytest.mark.parametrize(
    ("column", "plural"),
    [
        ("index", "indexes"),
        ("n", "samples"),
        ("val", "vals"),
        ("min", "mins"),
        ("max", "maxes"),
        ("mean", "means"),
        ("std", "stds"),
        ("p01", "p01s"),
        ("n_ON", "n_ONs"),
        ("n_RUNS", "n_RUNSs"),
        ("n_Runs", "n_Runses"),
        ("n_MAX", "n_MAXs"),
        ("n_Max", "n_Maxes"),
    ],
)
def test_plurals_follow_lower_case_x_and_s(column, plural):
    """Section 2.6 of the contract."""
    assert attribute_name(column) == plural


@pytest.mark.parametrize(
    ("state", "column"),
    [
        ("+1/2", "n_PLUS_1_DIV_2"),
        ("LO-G", "n_LOMINUS_G"),
        ("HI>", "n_HI_GREATER_"),
        ("ON  ", "n_ON"),
    ],
)
def test_signs_in_states_are_spelt_out_in_column_names(state, column):
    """Section 5.5 of the contract."""
    assert list(state_columns([(0, state)])) == [column]


def test_a_state_that_two_raw_counts_share_has_one_column():
    assert state_columns([(0, "OFF"), (1, "ON"), (2, "OFF ")]) == {"n_OFF": ["OFF"], "n_ON": ["ON"]}


def test_states_that_differ_only_in_spelling_of_a_sign_share_a_column():
    assert state_columns([(0, "+1"), (1, "PLUS_1")]) == {"n_PLUS_1": ["+1", "PLUS_1"]}


def test_no_states_no_columns():
    assert state_columns(None) == {}


def test_columns_of_numbers():
    """Section 5.2 of the contract."""
    assert column_names(text=False, daily=False) == ["index", "n", "val", "min", "max", "mean"]
    daily = ["std", "p01", "p05", "p16", "p50", "p84", "p95", "p99"]
    assert column_names(text=False, daily=True, state_codes=STATES) == [*column_names(text=False, daily=False), *daily]


def test_columns_of_texts_are_the_same_5min_and_daily():
    names = ["index", "n", "val", "n_OFF", "n_ON", "n_PLUS_1_DIV_2"]
    assert column_names(text=True, daily=False, state_codes=STATES) == names
    assert column_names(text=True, daily=True, state_codes=STATES) == names


@pytest.mark.parametrize("vals", [[1.5, 2.5], [1, 2], [True, False], ["ON", "OFF"]])
@pytest.mark.parametrize("daily", [False, True])
@pytest.mark.parametrize("percentiles", [None, {}, {"p50": 0.5, "p75": 0.75}])
def test_what_is_computed_has_the_columns_that_are_named(vals, daily, percentiles):
    columns = bin_columns([1.0, 2.0], vals, 328, daily=daily, state_codes=STATES, percentiles=percentiles)
    kind = {"text": isinstance(vals[0], str), "floating": isinstance(vals[0], float)}
    assert list(columns) == column_names(**kind, daily=daily, state_codes=STATES, percentiles=percentiles)


def test_vals_of_numbers_are_the_very_means():
    """Section 13, point 11, of the contract."""
    stored = {"index": np.array([1]), "n": np.array([2]), "val": np.array([3.0]), "mean": np.array([4.0])}
    seen = as_attributes(stored, 328)
    assert seen["vals"] is seen["means"] is stored["mean"]
    assert seen["midvals"] is stored["val"]
    assert seen["times"].tolist() == [492.0]


def test_vals_of_texts_are_the_samples_and_there_are_no_means():
    stored = {"index": np.array([1]), "n": np.array([2]), "val": np.array(["ON"]), "n_ON": np.array([2])}
    seen = as_attributes(stored, 328)
    assert list(seen) == ["times", "indexes", "samples", "vals", "n_ONs"]
    assert seen["vals"] is stored["val"]


def test_nans_come_after_all_that_the_ancestors_have():
    stored = {name: np.array([1]) for name in column_names(text=False, daily=True, floating=True)}
    assert list(stored)[-1] == "nan"
    assert list(as_attributes(stored, 328))[-2:] == ["midvals", "nans"]


def test_the_percentiles_of_the_daily_product_are_named_by_the_same_rule():
    assert percentile_columns((1, 5, 16, 50, 84, 95, 99)) == PERCENTILES


@pytest.mark.parametrize(
    ("percent", "column", "share"),
    [
        (0, "p00", 0.0),
        (-0.0, "p00", 0.0),
        (0.5, "p00_5", 0.005),
        (1, "p01", 0.01),
        (50.0, "p50", 0.5),
        (99.9, "p99_9", 0.999),
        (np.float32(99.9), "p99_9", 0.999),
        (np.int16(7), "p07", 0.07),
        (1e-5, "p00_00001", 1e-7),
        (100, "p100", 1.0),
        (Fraction(25, 2), "p12_5", 0.125),
    ],
)
def test_a_percent_is_spelt_out_in_its_column_and_its_share_is_the_nearest_float(percent, column, share):
    assert percentile_columns([percent]) == percentile_columns(percent) == {column: share}


def test_percents_are_sorted_and_given_once():
    assert list(percentile_columns(iter([99, 5, 50, 5.0, np.float64(50), 0.5])).items()) == [
        ("p00_5", 0.005),
        ("p05", 0.05),
        ("p50", 0.5),
        ("p99", 0.99),
    ]
    assert percentile_columns([]) == {}


@pytest.mark.parametrize(
    "wanted",
    [[-1], [100.1], [np.nan], [np.inf], [True], True, ["50"], "50", b"50", [None], None, [1j], -3, [[50]], {"p": 1}],
)
def test_what_is_no_percent_is_refused_and_told_that_half_is_not_the_median(wanted):
    with pytest.raises(
        ValuesError, match=r"expected percents from 0 to 100.*0\.5 is the half-percent point, not the median"
    ):
        percentile_columns(wanted)
