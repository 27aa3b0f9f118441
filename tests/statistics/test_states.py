"""Texts by code per bin, and the counts of states made of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import ValuesError
from jeta.statistics import bin_columns, counts_of_states, text_columns
from jeta.statistics.bins import BLOCK_ROWS

STATES = [(0, "OFF"), (1, "ON "), (2, "NEVR"), (3, "+1")]
TEXTS = np.array(["ON", "OFF", "ON ", "????", "+1", "unused"])


def rows_of(columns):
    return list(zip(*(column.tolist() for column in columns.values()), strict=True))


def spelled(made):
    """Columns and counts of texts with the texts themselves."""
    columns, counts, levels = made
    return columns | {"val": levels[columns["val"]]}, counts | {"text": levels[counts["text"]]}


def plain_counts(times, vals, dt):
    """Long form, one sample after another."""
    found = {}
    for time, val in zip(times, vals, strict=True):
        key = int(time // dt), str(val).rstrip()
        found[key] = found.get(key, 0) + 1
    return [(*key, found[key]) for key in sorted(found)]


@st.composite
def coded(draw):
    """Sorted times with repeats and gaps, and as many codes."""
    steps = draw(st.lists(st.sampled_from([0.0, 1.0, 100.0, 328.0, 5000.0]), max_size=50))
    codes = draw(st.lists(st.integers(0, 4), min_size=len(steps), max_size=len(steps)))
    return draw(st.sampled_from([-700.0, 1e9])) + np.cumsum(steps), np.array(codes, np.int16)


@given(coded())
@settings(max_examples=100, deadline=None)
def test_counts_are_those_of_counting_one_by_one(drawn):
    """In long form: each bin and each text that occurs in it, trailing blanks apart."""
    times, codes = drawn
    columns, counts = spelled(text_columns(times, codes, TEXTS, 328))
    assert rows_of(counts) == plain_counts(times, TEXTS[codes], 328)
    assert {name: array.dtype.str[1:] for name, array in counts.items()} == {"index": "i4", "text": "U6", "n": "i4"}
    assert list(columns) == ["index", "n", "val"]


@given(coded())
@settings(max_examples=100, deadline=None)
def test_texts_by_code_have_the_numbers_of_the_texts_themselves(drawn):
    """Of each bin of `bin_columns`, counts of states included."""
    times, codes = drawn
    made = text_columns(times, codes, TEXTS, 328)
    columns, _ = spelled(made)
    columns |= counts_of_states(columns["index"], *made[1:], STATES)
    expected = bin_columns(times, TEXTS[codes], 328, daily=True, state_codes=STATES)
    assert list(columns) == list(expected)
    for name, column in expected.items():
        assert columns[name].dtype.kind == column.dtype.kind
        assert columns[name].tolist() == (np.strings.rstrip(column) if name == "val" else column).tolist()


def test_counts_are_right_across_blocks():
    """With a text that changes at each sample, in bins as many as samples, and in few."""
    codes = np.arange(2 * BLOCK_ROWS + 100) % 5
    times = np.arange(codes.size) * 1.0
    for dt in (1, 1000):
        columns, counts, levels = text_columns(times, codes, TEXTS, dt)
        assert columns["n"].sum() == counts["n"].sum() == codes.size
        ours = counts_of_states(columns["index"], counts, levels, STATES)
        assert np.array_equal(ours["n_OFF"], np.add.reduceat(codes == 1, np.arange(0, codes.size, dt), dtype=int))
        assert np.array_equal(
            ours["n_ON"], np.add.reduceat(codes % 2 == 0, np.arange(0, codes.size, dt), dtype=int) - ours["n_PLUS_1"]
        )
        texts = bin_columns(times, TEXTS[codes], dt, daily=False, state_codes=STATES)
        assert all(np.array_equal(texts[name], column) for name, column in ours.items())


def test_only_the_bins_wanted_are_counted():
    """Counts of other bins are left out, and bins without counts have none."""
    counts = {"index": np.array([1, 2, 2, 9]), "text": np.array([1, 0, 1, 1]), "n": np.array([5, 6, 7, 8])}
    found = counts_of_states([0, 2, 5], counts, np.array(["OFF", "ON"]), [(0, "OFF"), (1, "ON")])
    assert {name: (column.tolist(), column.dtype) for name, column in found.items()} == {
        "n_OFF": ([0, 6, 0], np.int32),
        "n_ON": ([0, 7, 0], np.int32),
    }


def test_texts_that_share_a_column_are_added():
    counts = {"index": np.array([1, 1]), "text": np.array([0, 1]), "n": np.array([5, 6])}
    levels = np.array(["+1", "PLUS_1"])
    assert counts_of_states([1], counts, levels, [(0, "+1"), (1, "PLUS_1")])["n_PLUS_1"].tolist() == [11]


def test_no_states_no_columns():
    _, *made = text_columns([1.0], [0], ["ON"], 10)
    assert counts_of_states([0], *made, None) == {}


@pytest.mark.parametrize("texts", [[], ["ON", "OFF"]])
def test_no_samples_have_no_rows_of_the_right_types(texts):
    made = text_columns([], np.zeros(0, int), texts, 328)
    columns, counts = spelled(made)
    assert {name: (len(array), array.dtype.kind) for name, array in (columns | counts).items()} == dict.fromkeys(
        ["index", "n"], (0, "i")
    ) | dict.fromkeys(["val", "text"], (0, "U"))
    assert counts_of_states(columns["index"], *made[1:], STATES)["n_OFF"].tolist() == []


@pytest.mark.parametrize(
    ("codes", "texts", "told"),
    [
        ([2], ["OFF", "ON"], r"codes from 2 to 2 of 2 texts: expected rows of the texts, from 0 to 1"),
        ([-1], ["OFF", "ON"], r"codes from -1 to -1 of 2 texts"),
        ([0.0], ["OFF"], r"codes of type float64 .* expected integers"),
        ([0], [5], r"texts of type int64: expected integers and one row of str"),
        ([0], [["OFF"]], r"of \(1, 1\) texts"),
        ([0, 1], ["OFF", "ON"], "one value for each time"),
    ],
)
def test_codes_that_are_none_are_refused(codes, texts, told):
    with pytest.raises(ValuesError, match=told):
        text_columns([1.0], codes, texts, 328)


def test_times_that_run_back_are_refused():
    with pytest.raises(ValuesError, match=r"time 1\.0 s follows 2\.0 s in row 1: sort"):
        text_columns([2.0, 1.0], [0, 0], ["ON"], 328)
