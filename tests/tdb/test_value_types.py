"""Types of values and the words for them."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.tdb.value_types import ALIASES, CANONICAL, NUMERIC, canonical_type


@pytest.mark.parametrize("word", CANONICAL)
def test_a_canonical_type_is_itself_in_any_case(word):
    assert canonical_type(word) == canonical_type(word.upper()) == word


@pytest.mark.parametrize("word", NUMERIC)
def test_a_numeric_type_is_a_numpy_type(word):
    assert np.dtype(word).name == word


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("real", "float64"),
        ("Double", "float64"),
        ("single", "float32"),
        ("int", "int64"),
        ("smallint", "int16"),
        ("bigint", "int64"),
        ("boolean", "bool"),
        ("str", "text"),
        ("VARCHAR(50)", "text"),
        (" enum ", "state"),
        ("complex", None),
        ("", None),
    ],
)
def test_other_words_for_types(word, expected):
    assert canonical_type(word) == expected


def test_tinyint_is_a_type_that_holds_both_its_signed_and_its_unsigned_form():
    held = np.iinfo(canonical_type("tinyint"))
    assert held.min <= np.iinfo("int8").min
    assert held.max >= np.iinfo("uint8").max


def test_every_alias_leads_to_a_canonical_type():
    assert set(ALIASES.values()) <= set(CANONICAL)
