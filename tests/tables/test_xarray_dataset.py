"""Frames as Dataset."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from jeta.errors import TimeFormatError, ValuesError
from jeta.tables import Column, Frame, to_xarray
from jeta.times import to_seconds


def test_numbers_are_as_they_are(frame):
    """With their types, along the time."""
    made = to_xarray(frame)
    for name, column in frame.columns.items():
        if column.states is None:
            assert (made[name].dims, made[name].dtype) == (("time",), column.values.dtype)
            np.testing.assert_array_equal(made[name].values, column.values)


def test_times_are_exact(frame):
    """datetime64 of ns, which come back bit for bit."""
    time = to_xarray(frame)["time"]
    assert time.dtype == "M8[ns]"
    assert to_seconds(time.values, frame.time_system).tolist() == frame.times.tolist()


def test_units_are_attributes(frame):
    """As the CF conventions have them."""
    made = to_xarray(frame)
    assert made["float64"].attrs == {"units": "K", "long_name": "A temperature"}
    assert made["int8"].attrs == {}


def test_states_are_raw_counts_with_their_meanings(frame):
    """flag_values and flag_meanings."""
    states = to_xarray(frame)["states"]
    assert states.values.tolist() == [0, 1, 7, 0, 1, 7, 0]
    assert states.attrs["flag_values"].tolist() == [0, 1, 7]
    assert states.attrs["flag_values"].dtype == states.dtype
    assert states.attrs["flag_meanings"] == "OFF ON SAFE"
    assert json.loads(states.attrs["states"]) == {"0": "OFF", "1": "ON", "7": "SAFE"}


def test_texts_without_counts_are_numbered(frame):
    """Blanks inside a meaning become underscores; the texts themselves are there too."""
    made = to_xarray(frame)
    assert made["unused"].attrs["flag_values"].tolist() == [0, 1]
    assert json.loads(made["texts"].attrs["states"])["3"] == "n\nn"
    assert made["texts"].attrs["flag_meanings"] == '_ a,b q"q n_n ünï'


@pytest.mark.parametrize("count", [-200, 40_000, 2**40])
def test_counts_of_any_size(count):
    """The type is wide enough, also for the number of what is missing."""
    missing = np.array([False, True])
    column = Column(np.array([1, 0]), states=("A", "B"), counts=tuple(sorted([0, count])), missing=missing)
    made = to_xarray(Frame("A", np.zeros(2), "unix", {"vals": column}))["vals"]
    assert made.values.tolist() == [max(0, count), min(0, count) - 1]


def test_missing_values(holed):
    """NaN in floats; elsewhere another variable says where, and types stay."""
    made = to_xarray(holed)
    assert np.isnan(made["float32"].values[[1, 4]]).all()
    assert made["float32"].dtype == np.float32
    assert "float32_missing" not in made
    for name in ("int8", "int64", "uint64", "bool", "states"):
        assert made[f"{name}_missing"].values.nonzero()[0].tolist() == [1, 4]
        assert made[name].attrs["ancillary_variables"] == f"{name}_missing"
    assert made["int64"].values[[1, 4]].tolist() == [0, 0]
    assert made["int64"].values[2] == 2**63 - 1
    assert made["states"].values[[1, 4]].tolist() == [-1, -1]


def test_metadata_are_texts_and_numbers(frame):
    """What files take: lists and mappings as JSON, nothing for None."""
    attrs = to_xarray(frame).attrs
    assert {type(value) for value in attrs.values()} <= {str, int, float}
    assert "stat" not in attrs
    assert json.loads(attrs["source"]) == frame.metadata["source"]


def test_it_can_be_written_as_netcdf(tmp_path, frame):
    """With the engine that scipy brings: values, times, units and states come back."""
    few = Frame(
        frame.name, frame.times, frame.time_system, {k: frame.columns[k] for k in ("float64", "int8", "states")}
    )
    path = tmp_path / "a.nc"
    made = to_xarray(few)
    made.to_netcdf(path, engine="scipy")
    with xr.open_dataset(path, engine="scipy") as back:
        for name in few.columns:
            np.testing.assert_array_equal(back[name].values, made[name].values)
        assert abs(back["time"].values - made["time"].values).max() < np.timedelta64(1, "us")
        assert back["float64"].attrs == made["float64"].attrs
        assert back["states"].attrs["flag_meanings"] == "OFF ON SAFE"


def test_vectors_have_an_axis_of_their_own(vectors):
    """More dimensions stay dimensions."""
    made = to_xarray(vectors)["vals"]
    assert (made.dims, made.shape) == (("time", "vals_axis0", "vals_axis1"), (2, 3, 2))


def test_no_rows(nothing):
    """Variables of length 0."""
    made = to_xarray(nothing)
    assert (made.sizes["time"], made["int8"].dtype) == (0, np.int8)


def test_column_named_time():
    """Refused, instead of the times being lost."""
    with pytest.raises(ValuesError, match="'time'"):
        to_xarray(Frame("A", np.zeros(1), "unix", {"time": Column(np.zeros(1))}))


def test_times_beyond_ns():
    """The years are told."""
    with pytest.raises(TimeFormatError, match="1678 to 2261"):
        to_xarray(Frame("A", np.array([1e10]), "unix", {}))


def test_values_are_those_of_the_dataset_alone(frame, holed):
    """xarray writes where it is told to, so that nothing may be shared."""
    for given in (frame, holed):
        made = to_xarray(given)
        for name, column in given.columns.items():
            assert not np.shares_memory(made[name].to_numpy(), column.values), name
