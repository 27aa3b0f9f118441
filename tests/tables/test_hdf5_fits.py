"""Frames as tables of HDF5 and FITS files."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import Table
from astropy.time import Time
from astropy.units import UnitsWarning

from jeta.errors import ValuesError
from jeta.tables import Column, Frame, to_table, write_fits, write_hdf5
from jeta.times import to_seconds


def of_fits(frame):
    """A frame without texts that FITS cannot hold."""
    columns = {name: column for name, column in frame.columns.items() if name != "texts"}
    return Frame(frame.name, frame.times, frame.time_system, columns, frame.metadata)


def one(**column):
    """A frame of one column."""
    values = column.pop("values", np.arange(3.0))
    return Frame("A", np.arange(float(len(values))), "unix", {"vals": Column(values, **column)})


def check(back, frame):
    """Whether a table has the values of a frame, whose texts are none that a file leaves out."""
    for name, column in frame.columns.items():
        if column.states is None:
            np.testing.assert_array_equal(np.asarray(back[name]), column.values, err_msg=name)
        else:
            assert back[name].tolist() == column.texts().tolist(), name


def test_hdf5_keeps_everything(tmp_path, frame):
    """Values, types, times to the last bit, units, descriptions, metadata; texts of any characters."""
    write_hdf5({"ALL": frame}, tmp_path / "a.h5")
    back, made = Table.read(tmp_path / "a.h5", path="ALL"), to_table(frame)
    check(back, frame)
    assert (back["texts"] == frame.columns["texts"].texts()).all()
    assert back["states"][1] == "ON"
    assert back["int8"].dtype == np.int8
    assert to_seconds(back["time"], frame.time_system).tolist() == frame.times.tolist()
    assert {name: back[name].unit for name in frame.columns} == {name: made[name].unit for name in frame.columns}
    assert back["states"].meta == made["states"].meta
    assert back.meta == made.meta


def test_hdf5_needs_no_path_where_there_is_one_table(tmp_path, frame):
    """astropy finds it."""
    write_hdf5({"ALL": frame}, tmp_path / "a.h5")
    assert len(Table.read(tmp_path / "a.h5")) == 7


def test_hdf5_masks_what_is_missing(tmp_path, holed):
    """In every column, and types stay."""
    write_hdf5({"ALL": holed}, tmp_path / "a.h5")
    back = Table.read(tmp_path / "a.h5")
    for name, column in holed.columns.items():
        assert back[name].mask.nonzero()[0].tolist() == [1, 4], name
        assert column.states is not None or back[name].dtype == column.values.dtype


def test_hdf5_holds_several_tables(tmp_path, frame, nothing):
    """Each by its name, with metadata of its own."""
    write_hdf5({"ALL": frame, "none": nothing, "A.B-C": one()}, tmp_path / "a.h5")
    lengths = {name: len(Table.read(tmp_path / "a.h5", path=name)) for name in ("ALL", "none", "A.B-C")}
    assert lengths == {"ALL": 7, "none": 0, "A.B-C": 3}


def test_hdf5_of_nothing_is_a_file(tmp_path):
    """Of a set without members."""
    write_hdf5({}, tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert next(iter(file)) == "empty"


@pytest.mark.parametrize("label", ["DEGF", "STEP", "PSIA", "%"])
def test_hdf5_keeps_any_unit(tmp_path, label):
    """Also those that astropy only knows by name."""
    write_hdf5({"A": one(unit=label)}, tmp_path / "a.h5")
    back = Table.read(tmp_path / "a.h5")
    assert str(back["vals"].unit) == str(to_table(one(unit=label))["vals"].unit)


def test_fits_keeps_values_and_types(tmp_path, frame):
    """All numbers, 64 bits too; int8, which FITS has not, as int16."""
    few = of_fits(frame)
    write_fits({"ALL": few}, tmp_path / "a.fits")
    back = Table.read(tmp_path / "a.fits", hdu="ALL", character_as_bytes=False)
    check(back, few)
    kinds = {name: back[name].dtype.newbyteorder("=") for name in ("float32", "int8", "int64", "uint64", "bool")}
    assert {name: str(kind) for name, kind in kinds.items()} == {
        "float32": "float32",
        "int8": "int16",
        "int64": "int64",
        "uint64": "uint64",
        "bool": "bool",
    }


def test_fits_keeps_times_in_both_ways(tmp_path, frame):
    """The seconds of the archive bit for bit; and times in UTC, as the standard has them."""
    write_fits({"ALL": of_fits(frame)}, tmp_path / "a.fits")
    back = Table.read(tmp_path / "a.fits", astropy_native=True)
    assert back["times"].tolist() == frame.times.tolist()
    assert (type(back["time"]), back["time"].scale) == (Time, "utc")
    assert to_seconds(back["time"], frame.time_system).tolist() == frame.times.tolist()


def test_fits_keeps_units_and_descriptions(tmp_path, frame):
    """In the standard's keywords."""
    write_fits({"ALL": of_fits(frame)}, tmp_path / "a.fits")
    back = Table.read(tmp_path / "a.fits")
    assert (back["float64"].unit, back["float32"].unit, back["times"].unit) == (u.K, u.V, u.s)
    with fits.open(tmp_path / "a.fits") as file:
        header = file["ALL"].header
        assert (header["TTYPE3"], header["TCOMM3"]) == ("float64", "A temperature")
        assert header["TCOMM2"] == f"seconds, {frame.time_system}"


def test_fits_keeps_metadata(tmp_path, frame):
    """As JSON in one keyword, however long."""
    known = {**frame.metadata, "description": "°C " * 200}
    write_fits({"ALL": Frame("ALL", frame.times, frame.time_system, {}, known)}, tmp_path / "a.fits")
    header = fits.getheader(tmp_path / "a.fits", "ALL")
    assert json.loads(header["JETA"]) == {**known, "units": {}, "descriptions": {}}


@pytest.mark.parametrize("label", ["DEGF", "STEP", "PSIA", "%", "RPM"])
def test_fits_keeps_units_that_it_does_not_know(tmp_path, label):
    """By name; astropy says so when it reads them."""
    write_fits({"A": one(unit=label)}, tmp_path / "a.fits")
    with pytest.warns(UnitsWarning, match="did not parse as fits unit"):
        back = Table.read(tmp_path / "a.fits")
    assert str(back["vals"].unit) in {label, str(to_table(one(unit=label))["vals"].unit)}
    assert json.loads(back.meta["JETA"])["units"] == {"vals": label}


def test_fits_of_degrees_celsius(tmp_path):
    """Which the standard has no word for, but every reader understands."""
    write_fits({"A": one(unit="DEGC")}, tmp_path / "a.fits")
    assert Table.read(tmp_path / "a.fits")["vals"].unit == u.deg_C


def test_fits_tells_what_is_missing(tmp_path, holed):
    """NaN, TNULL, an empty text; and columns for what has no such value."""
    few = of_fits(holed)
    write_fits({"ALL": few}, tmp_path / "a.fits")
    back = Table.read(tmp_path / "a.fits")
    for name in ("int8", "int64"):
        assert back[name].mask.nonzero()[0].tolist() == [1, 4]
    assert np.isnan(np.ma.filled(back["float64"], np.nan)[[1, 4]]).all()
    assert np.ma.filled(back["states"], "")[:2].tolist() == ["OFF", ""]
    for name in ("bool", "uint64"):
        assert back[f"{name}_missing"].nonzero()[0].tolist() == [1, 4]
    assert back["int64"].compressed().tolist() == [2**53 + 1, 2**63 - 1, 0, 2, 3]


@pytest.mark.parametrize("used", [[], [-(2**15)], [-(2**15), 2**15 - 1], list(range(-(2**15), 2**15))], ids=len)
def test_fits_null_is_a_number_that_no_value_is(tmp_path, used):
    """Even where all of int16 are taken."""
    values = np.array([*used, 5, 6], np.int16)
    missing = np.zeros(len(values), bool)
    missing[-1] = True
    write_fits({"A": one(values=values, missing=missing)}, tmp_path / "a.fits")
    back = Table.read(tmp_path / "a.fits")["vals"]
    assert back.mask.nonzero()[0].tolist() == [len(used) + 1]
    assert back[:-1].tolist() == [*used, 5]


@pytest.mark.parametrize("text", ["ünï", "a\nb", "a\x00b"])
def test_fits_refuses_texts_that_it_cannot_hold(tmp_path, text):
    """With the text and the way out; no file is left."""
    with pytest.raises(ValuesError, match="printable ASCII") as caught:
        write_fits({"A": one(values=np.zeros(1, int), states=(text,))}, tmp_path / "a.fits")
    assert repr(text) in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_fits_takes_any_names(tmp_path):
    """Names of columns that the standard advises against, such as those of states with blanks: no warning on writing."""
    frame = Frame("A", np.zeros(1), "unix", {"n_NOT READYs": Column(np.ones(1))})
    write_fits({"A": frame}, tmp_path / "a.fits")
    with fits.open(tmp_path / "a.fits") as file:
        assert file[1].header["TTYPE3"] == "n_NOT READYs"


def test_fits_holds_vectors_and_short_floats(tmp_path, vectors):
    """float16 as float32."""
    short = one(values=np.array([0.5, 1.5], np.float16))
    write_fits({"Q": vectors, "A": short}, tmp_path / "a.fits")
    assert Table.read(tmp_path / "a.fits", hdu="Q")["vals"].shape == (2, 3, 2)
    assert Table.read(tmp_path / "a.fits", hdu="A")["vals"].tolist() == [0.5, 1.5]


def test_fits_without_rows_and_without_tables(tmp_path, nothing):
    """Both are files."""
    write_fits({"NONE": of_fits(nothing)}, tmp_path / "a.fits")
    assert len(Table.read(tmp_path / "a.fits")) == 0
    write_fits({}, tmp_path / "a.fits")
    with fits.open(tmp_path / "a.fits") as file:
        assert len(file) == 1


@pytest.mark.parametrize("name", ["time", "times"])
def test_fits_refuses_a_column_named_as_that_of_times(tmp_path, name):
    """Instead of losing the times."""
    with pytest.raises(ValuesError, match=f"'{name}'"):
        write_fits({"A": Frame("A", np.zeros(1), "unix", {name: Column(np.zeros(1))})}, tmp_path / "a.fits")
