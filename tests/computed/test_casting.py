"""What formulas return, cast to a type."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.computed.casting import cast

INTEGERS = [f"{sign}{size}" for sign in "iu" for size in (1, 2, 4, 8)]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(width=64), max_size=9), st.sampled_from(INTEGERS))
def test_floats_that_an_integer_cannot_hold_are_bad_and_0(given_values, dtype):
    limits = np.iinfo(dtype)
    values, bads = cast(np.array(given_values), dtype)
    for value, made, bad in zip(given_values, values.tolist(), bads.tolist(), strict=True):
        holds = np.isfinite(value) and limits.min <= int(value) <= limits.max
        assert (made, bad) == ((int(value), False) if holds else (0, True))


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from(INTEGERS), st.sampled_from(INTEGERS))
def test_integers_that_another_type_cannot_hold_are_bad_and_0(data, source, dtype):
    own, limits = np.iinfo(source), np.iinfo(dtype)
    given_values = data.draw(st.lists(st.integers(int(own.min), int(own.max)), max_size=5))
    values, bads = cast(np.array(given_values, source), dtype)
    holds = [limits.min <= value <= limits.max for value in given_values]
    assert values.tolist() == [value if fits else 0 for value, fits in zip(given_values, holds, strict=True)]
    assert (values.dtype, (~bads).tolist()) == (np.dtype(dtype), holds)


@pytest.mark.parametrize("dtype", [None, "f4", "f8"])
def test_floats_that_are_not_finite_are_bad_and_nan(dtype):
    values, bads = cast([1.0, np.inf, -np.inf, np.nan], dtype)
    assert (np.isnan(values).tolist(), bads.tolist()) == ([False, True, True, True],) * 2


def test_floats_too_large_for_their_type_are_bad():
    values, bads = cast([1e300, 1.0], "f4")
    assert (np.isnan(values).tolist(), bads.tolist(), values.dtype) == ([True, False], [True, False], np.float32)


@pytest.mark.parametrize(
    ("given_values", "dtype", "expected"),
    [([5, 6], None, [0, 6]), ([True, True], None, [False, True]), (["A", "B"], None, ["", "B"]), ([1, 2], "f4", None)],
)
def test_masked_values_are_bad_and_nothing(given_values, dtype, expected):
    values, bads = cast(np.ma.masked_array(given_values, [True, False]), dtype)
    assert (bads.tolist(), np.ma.isMaskedArray(values)) == ([True, False], False)
    assert values.tolist() == expected if expected else np.isnan(values).tolist() == [True, False]


def test_nan_is_no_truth_value():
    values, bads = cast([np.nan, 2.0, 0.0], bool)
    assert (values.tolist(), bads.tolist()) == ([False, True, False], [True, False, False])


def test_the_mask_of_the_caller_is_not_changed():
    masked = np.ma.masked_array([1.0, np.nan], [True, False])
    cast(masked)
    assert masked.mask.tolist() == [True, False]


def test_values_that_are_all_fine_are_as_they_were():
    given_values = np.array([1.0, 2.0])
    values, bads = cast(given_values)
    assert (values is given_values, bads.any()) == (True, False)
