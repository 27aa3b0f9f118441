"""Frames and what is known of them."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.errors import ValuesError
from jeta.tables import Column, Frame
from jeta.tables.frame import as_json, jsonable

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=9,
)


def test_texts_of_states():
    """By their codes."""
    assert Column(np.array([1, 0, 1]), states=("OFF", "ON")).texts().tolist() == ["ON", "OFF", "ON"]


def test_texts_that_are_missing_are_empty():
    """Whatever code stands there."""
    column = Column(np.array([1, 0]), states=("OFF", "ON"), missing=np.array([True, False]))
    assert column.texts().tolist() == ["", "OFF"]


def test_no_states_have_no_texts():
    """Of an MSID without samples, of which no state is known."""
    assert Column(np.empty(0, np.int8), states=()).texts().shape == (0,)


@pytest.mark.parametrize(
    ("counts", "expected"), [(None, None), ((0, 1), [[0, "OFF"], [1, "ON"]]), ((0, None), [[0, "OFF"]])]
)
def test_state_codes_are_those_of_states_with_a_count(counts, expected):
    """As lists, for JSON."""
    assert Column(np.zeros(1, int), states=("OFF", "ON"), counts=counts).state_codes == expected


def test_frames_cannot_be_changed(frame):
    """They may share arrays with what they were made of."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        frame.name = "other"


def test_units_and_descriptions_are_told_by_column(frame):
    """Of those that have one."""
    known = frame.with_units()
    assert known["units"] == {"float64": "K", "float32": "V", "int64": "CNTS"}
    assert known["descriptions"] == {"float64": "A temperature", "states": "A mode"}
    assert {key: known[key] for key in frame.metadata} == frame.metadata


def test_vectors_are_columns_of_their_components(vectors):
    """Named by place, last one fastest."""
    flat = vectors.flat()
    assert list(flat.columns) == ["vals_0_0", "vals_0_1", "vals_1_0", "vals_1_1", "vals_2_0", "vals_2_1"]
    assert flat.columns["vals_1_1"].values.tolist() == [3.0, 9.0]
    assert {column.unit for column in flat.columns.values()} == {"V"}


def test_without_vectors_nothing_is_made_anew(frame):
    """The same frame."""
    assert frame.flat() is frame


def test_component_with_the_name_of_a_column():
    """Refused, instead of one of them being lost."""
    columns = {"vals": Column(np.zeros((1, 2))), "vals_1": Column(np.zeros(1))}
    with pytest.raises(ValuesError, match="vals_1"):
        Frame("Q", np.zeros(1), "unix", columns).flat()


def test_length_is_that_of_the_times(frame):
    """One row a time."""
    assert len(frame) == 7


@given(PLAIN)
def test_what_json_has_stays_as_it_is(value):
    """And comes back from its text."""
    assert jsonable(value) == value
    assert json.loads(as_json({"a": jsonable(value)})) == {"a": value}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(1.5), 1.5),
        (np.int64(2**62), 2**62),
        (np.bool_(True), True),
        (np.array([[1, 2]]), [[1, 2]]),
        ((1, ("a",)), [1, ["a"]]),
        (float("nan"), None),
        (np.float32("inf"), None),
        ({1: np.str_("x")}, {"1": "x"}),
        (1 + 2j, "(1+2j)"),
    ],
    ids=["float64", "int64", "bool", "array", "tuple", "nan", "inf", "key", "object"],
)
def test_other_types_become_those_of_json(value, expected):
    """numpy's numbers, tuples, what is not finite."""
    assert jsonable(value) == expected
    assert json.dumps(jsonable(value), allow_nan=False) == json.dumps(expected)


def test_json_is_ascii():
    """So that the header of any file holds it."""
    assert as_json({"a": "°C\n"}) == '{"a": "\\u00b0C\\n"}'
