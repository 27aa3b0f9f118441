"""Frames as DataFrame."""

from __future__ import annotations

import gc
import json
import sys
import weakref
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from jeta.errors import MissingExtraError
from jeta.tables import Column, Frame, to_pandas
from jeta.times import to_seconds


def test_values_types_and_order(frame):
    """Each column as it is: nothing becomes float or object."""
    made = to_pandas(frame)
    assert list(made.columns) == list(frame.columns)
    for name, column in frame.columns.items():
        if column.states is None:
            assert made[name].dtype == column.values.dtype  # noqa: PD011 - of a Column of ours
            np.testing.assert_array_equal(made[name].to_numpy(), column.values)
        else:
            assert made[name].tolist() == column.texts().tolist()


def test_index_is_utc_and_exact(frame):
    """Times come back bit for bit."""
    index = to_pandas(frame).index
    assert (index.name, str(index.dtype)) == ("time", "datetime64[us, UTC]")
    seconds = to_seconds(index.tz_localize(None).to_numpy(), frame.time_system)
    assert seconds.tolist() == frame.times.tolist()


def test_index_is_of_ns_where_us_lose_something():
    """Ticks of 1 ns."""
    times = np.array([1e9, 1e9 + 2**-22])
    index = to_pandas(Frame("A", times, "unix", {})).index
    assert str(index.dtype) == "datetime64[ns, UTC]"
    assert (index.asi8 / 1e9).tolist() == times.tolist()


def test_states_are_categories_in_the_order_of_counts(frame):
    """Also those that do not occur."""
    made = to_pandas(frame)
    assert made["states"].cat.categories.tolist() == ["OFF", "ON", "SAFE"]
    assert made["unused"].cat.categories.tolist() == ["A", "NEVER"]
    assert made["states"].value_counts().to_dict() == {"OFF": 3, "ON": 2, "SAFE": 2}


def test_memory_is_shared(frame):
    """Numbers and codes are not copied; only the index is new."""
    made = to_pandas(frame)
    for name, column in frame.columns.items():
        held = made[name].array.codes if column.states is not None else made[name].to_numpy()
        assert np.shares_memory(held, column.values), name


def test_memory_is_not_shared_on_request(frame):
    """Then writing into one leaves the other as it is."""
    made = to_pandas(frame, copy=True)
    for name, column in frame.columns.items():
        held = made[name].array.codes if column.states is not None else made[name].to_numpy()
        assert not np.shares_memory(held, column.values), name


def test_missing_values_leave_types_as_they_are(holed):
    """NaN in floats, NA in types with NA; never object, never float in place of int."""
    made = to_pandas(holed)
    types = {name: str(kind) for name, kind in made.dtypes.items()}
    assert types == {
        "float64": "float64",
        "float32": "float32",
        "int8": "Int8",
        "int64": "Int64",
        "uint64": "UInt64",
        "bool": "boolean",
        **dict.fromkeys(["states", "texts", "unused"], "category"),
    }
    assert made.iloc[[1, 4]].isna().all().all()
    assert made["int64"].dropna().tolist() == [2**53 + 1, 2**63 - 1, 0, 2, 3]
    assert made["uint64"].dropna().tolist()[0] == 2**64 - 1


def test_missing_values_leave_the_frame_as_it_is(holed):
    """What stands there is not overwritten."""
    before = {name: column.values.copy() for name, column in holed.columns.items()}  # noqa: PD011 - of a Column of ours
    to_pandas(holed)
    for name, column in holed.columns.items():
        np.testing.assert_array_equal(column.values, before[name])


def test_attrs_are_json(frame):
    """So that pandas can write them into a Parquet file."""
    attrs = to_pandas(frame).attrs
    assert json.loads(json.dumps(attrs, allow_nan=False)) == attrs == frame.with_units()


def test_vectors_have_a_column_for_each_component(vectors):
    """pandas has no others."""
    assert to_pandas(vectors).columns.tolist()[:2] == ["vals_0_0", "vals_0_1"]


def test_paths_are_levels_of_columns():
    """MSID and column."""
    columns = {"a_b": Column(np.zeros(1), path=("a", "b")), "c_d": Column(np.ones((1, 2)), path=("c", "d"))}
    made = to_pandas(Frame("S", np.zeros(1), "unix", columns))
    assert made.columns.tolist() == [("a", "b"), ("c", "d_0"), ("c", "d_1")]
    assert list(made.columns.names) == ["msid", "column"]


def test_other_byte_order_is_turned():
    """pandas cannot work with it."""
    made = to_pandas(Frame("A", np.zeros(2), "unix", {"vals": Column(np.array([1, 2], ">i4"))}))
    assert made["vals"].dtype == np.dtype("i4")
    assert made["vals"].sum() == 3


def test_no_rows(nothing):
    """An index of times, and columns of the right types."""
    made = to_pandas(nothing)
    assert (len(made), str(made.index.dtype), made["int8"].dtype) == (0, "datetime64[us, UTC]", "int8")
    assert made["states"].cat.categories.tolist() == ["OFF", "ON", "SAFE"]


def test_columns_of_times_by_label(frame):
    """A stretch of time can be picked as pandas users do."""
    made = to_pandas(frame)
    assert len(made[made.index[2] : made.index[4]]) == 3
    assert isinstance(made.resample("1s")["int8"].sum(), pd.Series)


@pytest.mark.parametrize("copy", [False, True])
def test_writing_into_the_values_shows_where_memory_is_shared(frame, copy):
    """What the docstring warns of."""
    made = to_pandas(frame, copy=copy)
    frame.columns["int8"].values[0] = 99  # noqa: PD011 - of a Column of ours
    assert made["int8"].iloc[0] == (-128 if copy else 99)


def test_missing_package(monkeypatch, frame):
    """The command that installs it."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'jeta\[pandas\]'"):
        to_pandas(frame)


class Owner:
    """Somebody with arrays."""


def owned(frame, owner):
    """The frame, whose arrays are those of an owner."""
    return replace(frame, columns={name: replace(column, owner=owner) for name, column in frame.columns.items()})


@pytest.mark.skipif(int(pd.__version__.split(".")[0]) < 3, reason="pandas copies on write from version 3 on")
def test_what_is_written_into_a_frame_does_not_reach_the_owner_of_the_arrays(frame):
    """Also not through a frame made of it, while the owner lives."""
    owner = Owner()
    made = to_pandas(owned(frame, owner))
    other = made.reset_index()
    before = {name: np.array(column.values) for name, column in frame.columns.items()}
    for target in (made, other):
        for name in frame.columns:
            target.loc[target.index[0], name] = target[name].iloc[-1]
    for name, column in frame.columns.items():
        np.testing.assert_array_equal(column.values, before[name])


def test_nothing_of_a_frame_lives_longer_than_the_owner_of_its_arrays():
    """Nor does the owner live longer for it."""
    owner = Owner()
    array = np.array([1.0, 2.0])
    small = Frame("A", np.array([0.0, 1.0]), "unix", {"a": Column(array, owner=owner)})
    made = to_pandas(small)
    gone, left = weakref.ref(owner), weakref.ref(array)
    del owner, small
    gc.collect()
    assert gone() is None
    del array, made
    gc.collect()
    assert left() is None
