"""Several frames as one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.errors import ValuesError
from jeta.tables import Column, Frame, joined, split, to_pandas

SECONDS = st.lists(st.integers(0, 9), unique=True).map(sorted)


def one(times, values=None, name="vals", **known):
    """A frame of one column."""
    seconds = np.array(times, float)
    numbers = np.asarray(times) if values is None else np.asarray(values)
    return Frame("A", seconds, "unix", {name: Column(numbers, "K")}, known)


def test_same_times_stay_as_they_are():
    """Nothing is copied, and nothing is missing."""
    first, second = one([1, 2], [5, 6]), one([1, 2], [7, 8])
    made = joined({"a": first, "b": second})
    assert made.times is first.times
    assert made.columns["b"].values is second.columns["vals"].values
    assert [column.missing for column in made.columns.values()] == [None, None]


@given(st.tuples(SECONDS, SECONDS, SECONDS))
def test_other_times_are_united(times):
    """Every sample is at its time and nowhere else; types stay."""
    frames = {name: one(np.array(each, int)) for name, each in zip("abc", times, strict=True)}
    made = joined(frames)
    assert made.times.tolist() == sorted(set().union(*map(set, times)))
    for name, each in zip("abc", times, strict=True):
        column = made.columns[name]
        missing = np.zeros(len(made), bool) if column.missing is None else column.missing
        assert made.times[~missing].tolist() == each
        assert column.values[~missing].tolist() == each
        assert column.values.dtype.kind == "i"


def test_what_is_missing_before_stays_missing():
    """Beside what is missing because there is no sample."""
    frame = Frame(
        "A", np.array([1.0, 2.0]), "unix", {"vals": Column(np.array([5, 6]), missing=np.array([True, False]))}
    )
    made = joined({"a": frame, "b": one([3])})
    assert made.columns["a"].missing.tolist() == [True, False, True]


def test_unsorted_times_are_sorted_with_their_values():
    """Of a computed MSID, say."""
    made = joined({"a": one([3, 1], [30, 10]), "b": one([2])})
    assert made.columns["a"].values[[0, 2]].tolist() == [10, 30]


def test_time_that_is_there_twice():
    """Has no place among those of others; the message names MSID and time."""
    with pytest.raises(ValuesError, match=r"A has the time 1\.0 s twice"):
        joined({"a": one([1, 1]), "b": one([2])})


def test_times_that_are_there_twice_in_all():
    """Are as they are."""
    assert len(joined({"a": one([1, 1]), "b": one([1, 1])})) == 2


def test_vectors_are_spread_too():
    """Row by row."""
    frame = Frame("A", np.array([2.0]), "unix", {"vals": Column(np.ones((1, 3)))})
    made = joined({"a": frame, "b": one([1])})
    assert made.columns["a"].values.tolist() == [[0.0] * 3, [1.0] * 3]
    assert to_pandas(made)["a_1"].isna().tolist() == [True, False]


def test_no_frames():
    """Give a frame without rows and columns."""
    made = joined({}, system="cxcsec")
    assert (len(made), made.columns, made.time_system) == (0, {}, "cxcsec")


def test_metadata_of_each_and_in_common():
    """By name, and what is the same for all beside it."""
    made = joined({"a": one([1], stop=3, MSID="A"), "b": one([1], stop=3, MSID="B")})
    assert made.metadata == {"stop": 3, "msids": {"a": {"stop": 3, "MSID": "A"}, "b": {"stop": 3, "MSID": "B"}}}


def test_names_that_meet():
    """Refused, instead of one column being lost."""
    first = split(one([1], stat="1h"), "a_b", bads="missing")
    second = one([1])
    with pytest.raises(ValuesError, match="a_b_vals"):
        joined({"a_b": first, "a_b_vals": second})


def of_samples(**more):
    """A frame with flags."""
    columns = {
        "vals": Column(np.arange(3)),
        "bads": Column(np.array([False, True, False])),
        "raw_vals": Column(np.zeros(3)),
    }
    return Frame("A", np.arange(3.0), "unix", columns, more)


def test_bad_values_are_missing():
    """And only values are shown."""
    shown = split(of_samples(), "a", bads="missing")
    assert list(shown.columns) == ["vals"]
    assert shown.columns["vals"].missing.tolist() == [False, True, False]


def test_bad_values_are_kept():
    """As they are."""
    shown = split(of_samples(), "a", bads="keep")
    assert (list(shown.columns), shown.columns["vals"].missing) == (["vals"], None)


def test_flags_are_columns():
    """Named after the MSID."""
    made = joined({"a": split(of_samples(), "a", bads="columns")})
    assert list(made.columns) == ["a", "a_bads"]
    assert made.columns["a_bads"].values.tolist() == [False, True, False]


def test_statistics_keep_all_columns():
    """Under two levels of names."""
    made = joined({"a": split(of_samples(stat="1h"), "a", bads="keep")})
    assert list(made.columns) == ["a_vals", "a_raw_vals"]
    assert made.columns["a_vals"].path == ("a", "vals")


def test_nothing_bad_is_nothing_missing():
    """No mask is made, so that integers stay plain ones."""
    frame = Frame("A", np.zeros(1), "unix", {"vals": Column(np.zeros(1)), "bads": Column(np.zeros(1, bool))})
    assert split(frame, "a", bads="missing").columns["vals"].missing is None
