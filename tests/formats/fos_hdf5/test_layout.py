"""Where things are in the ingest file, and what is refused."""

from __future__ import annotations

import errno

import h5py
import numpy as np
import pytest

from formats.fos_example import ROW, START_MS, rows, write
from jeta.errors import FormatError
from jeta.formats.fos_hdf5.layout import (
    damage_reported,
    datasets,
    is_telemetry,
    layout_of,
    opened,
    origin_of,
    span_ms,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "E.h5"


def first_layout(path):
    with opened(path) as file:
        return layout_of(datasets(file, path)[0], path)


def test_usual_row(path):
    found = first_layout(write(path, rows([1])))
    assert (found.dtype, found.text, found.has_apid, found.has_alarm) == (ROW, slice(34, 114), True, True)


def test_row_of_the_required_fields(path):
    dtype = [("id", "<i4"), ("observatoryTime", "<i8"), ("engineeringNumericValue", "<f4")]
    with h5py.File(path, "w") as file:
        file["samples/data1"] = np.zeros(2, dtype)
    found = first_layout(path)
    assert (found.text, found.has_apid, found.has_alarm) == (None, False, False)


def test_order_of_datasets(path):
    names = ["data10", "data9", "data1", "data100"]
    with opened(write(path, *(rows([1]) for _ in names), names=names)) as file:
        assert [dataset.name[9:] for dataset in datasets(file, path)] == ["data1", "data9", "data10", "data100"]


def test_field_that_numpy_makes_wider_than_it_is_in_the_file_is_refused(path):
    """Else HDF5 would write past the row's memory when it converts it."""
    odd = h5py.h5t.IEEE_F64BE.copy()
    odd.set_ebias(2047)
    if h5py.h5t.py_create(np.longdouble).get_size() == 8:
        pytest.skip("this machine has no wider numbers")
    row = h5py.h5t.create(h5py.h5t.COMPOUND, 32)
    row.insert(b"id", 0, h5py.h5t.STD_I64BE)
    row.insert(b"odd", 8, odd)
    row.insert(b"observatoryTime", 16, h5py.h5t.STD_I64BE)
    row.insert(b"engineeringNumericValue", 24, h5py.h5t.IEEE_F64BE)
    with h5py.File(path, "w") as file:
        h5py.h5d.create(file.create_group("samples").id, b"data1", row, h5py.h5s.create_simple((1,)))
    with pytest.raises(
        FormatError, match=r"E\.h5: the field 'odd' .* takes bytes 8 to 24 of a row, .* at 16; the file is"
    ):
        first_layout(path)


def test_numbers_of_more_than_64_bits_are_refused(path):
    with h5py.File(path, "w") as file:
        dtype = [("id", "<i8"), ("observatoryTime", "<i8"), ("engineeringNumericValue", np.longdouble)]
        file["samples/data1"] = np.zeros(1, dtype)
    if np.dtype(np.longdouble).itemsize == 8:
        pytest.skip("this machine has no wider numbers")
    with pytest.raises(FormatError, match="at most 64 bits"):
        first_layout(path)


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        ((b"OBSERVATORY", b"more"), "OBSERVATORY"),
        ("A\0", "A"),
        (np.array([7]), "7"),
        (np.bytes_(b"\xe9"), "é"),
        (None, None),
    ],
)
def test_origin_as_text(path, origin, text):
    write(path, rows([1]), origin=None)
    if origin is not None:
        with h5py.File(path, "a") as file:
            value = np.bytes_(origin) if origin == "A\0" else origin
            file.attrs["/dataOrigin"] = np.array(value) if isinstance(value, tuple) else value
    with opened(path) as file:
        assert origin_of(file, path) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([5]), 5),
        (5, 5),
        (5.9, 5),
        (np.nan, None),
        ("5", None),
        (np.array([], "i8"), None),
        (h5py.Empty("i8"), None),
    ],
)
def test_span_of_attributes(path, value, expected):
    with h5py.File(write(path, rows([1])), "a") as file:
        file["samples/data1"].attrs["dataStartTime"] = value
    with opened(path) as file:
        assert span_ms(file["samples/data1"], path) == (expected, START_MS)


@pytest.mark.parametrize("content", [b"", b"theTime,MJD", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_what_is_no_telemetry(path, content):
    path.write_bytes(content)
    assert not is_telemetry(path)
    with pytest.raises(FormatError, match=r"E\.h5"), opened(path):
        pass


def test_rows_of_another_kind_are_no_telemetry(path):
    with h5py.File(path, "w") as file:
        file["samples/data1"] = np.zeros(3, [("id", "<i8"), ("value", "<f8")])
    assert not is_telemetry(path)


@pytest.mark.parametrize("low_level", [OSError("bad"), RuntimeError("bad"), KeyError("bad"), ValueError("bad")])
def test_damage_is_reported_with_its_cause(path, low_level):
    words = r"E\.h5: reading failed.*bad.*transfer it again"
    with (
        pytest.raises(FormatError, match=words) as caught,
        damage_reported(path, "reading"),
    ):
        raise low_level
    assert caught.value.__cause__ is low_level


@pytest.mark.parametrize("error", [OSError(errno.EIO, "disk"), FormatError("as it was")])
def test_what_is_no_damage_passes(path, error):
    with pytest.raises(type(error)) as caught, damage_reported(path, "reading"):
        raise error
    assert caught.value is error
