"""Names and order of the columns."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.statistics import as_attributes, attribute_name, bin_columns, column_names, state_columns

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


@pytest.mark.parametrize("vals", [[1.5, 2.5], ["ON", "OFF"]])
@pytest.mark.parametrize("daily", [False, True])
def test_what_is_computed_has_the_columns_that_are_named(vals, daily):
    columns = bin_columns([1.0, 2.0], vals, 328, daily=daily, state_codes=STATES)
    assert list(columns) == column_names(text=isinstance(vals[0], str), daily=daily, state_codes=STATES)


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
