"""Files that refer to other places: nothing but the file itself is ever opened."""

from __future__ import annotations

import os
import signal

import h5py
import numpy as np
import pytest

from formats.fos_example import ROW, rows, write
from jeta import formats
from jeta.errors import FormatError
from jeta.formats.fos_hdf5 import FosHdf5

VALID = rows([1, 2])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.h5"


@pytest.fixture
def other(tmp_path):
    """A valid file, whose rows are not those of the one that refers to it."""
    return write(tmp_path / "other.h5", VALID)


@pytest.fixture
def pipe(tmp_path):
    """Opening it never returns; the alarm ends a test that does so."""

    def too_late(*_):
        raise AssertionError("the pipe was opened")

    os.mkfifo(tmp_path / "pipe")
    before = signal.signal(signal.SIGALRM, too_late)
    signal.alarm(20)
    yield tmp_path / "pipe"
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def external_group(file, target):
    file["samples"] = h5py.ExternalLink(str(target), "/samples")


def external_rows(file, target):
    file.create_group("samples")["data1"] = h5py.ExternalLink(str(target), "/samples/data1")


def external_second(file, target):
    file["samples/data1"] = VALID
    file["samples/data2"] = h5py.ExternalLink(str(target), "/samples/data1")


def soft_group(file, target):
    file["elsewhere/data1"] = VALID
    file["samples"] = h5py.SoftLink("/elsewhere")


def soft_rows(file, target):
    file["rows"] = VALID
    file.create_group("samples")["data1"] = h5py.SoftLink("/rows")


def soft_to_nothing(file, target):
    file.create_group("samples")["data1"] = h5py.SoftLink("/nothing")


def virtual(file, target):
    layout = h5py.VirtualLayout((2,), ROW)
    layout[:] = h5py.VirtualSource(str(target), "samples/data1", (2,), ROW)
    file.create_group("samples").create_virtual_dataset("data1", layout)


def virtual_unlimited(file, target):
    """Its shape is that of the other file, which HDF5 opens to tell it."""
    layout = h5py.VirtualLayout((2,), ROW, maxshape=(None,))
    source = h5py.VirtualSource(str(target), "samples/data1", (2,), ROW, maxshape=(None,))
    layout[: h5py.h5s.UNLIMITED] = source[: h5py.h5s.UNLIMITED]
    file.create_group("samples").create_virtual_dataset("data1", layout)


def external_storage(file, target):
    stored = [(str(target), 0, 2 * ROW.itemsize)]
    file.create_group("samples").create_dataset("data1", (2,), ROW, external=stored)


MADE = [
    external_group,
    external_rows,
    external_second,
    soft_group,
    soft_rows,
    soft_to_nothing,
    virtual,
    virtual_unlimited,
    external_storage,
]
MESSAGE = "is an external link to|is a soft link to|only refers to rows in other files"


def refused(path):
    """All that can be asked of a file is refused; nothing of another file comes out."""
    reader = FosHdf5()
    for ask in (
        reader.read,
        reader.describe,
        lambda path: reader.read_share(path, 0, 2),
        lambda path: reader.shares(path, 1),
    ):
        with pytest.raises(FormatError, match=MESSAGE):
            ask(path)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_rows_of_another_file_are_not_read(path, other, make):
    with h5py.File(path, "w") as file:
        make(file, other)
    assert FosHdf5().identify(path) is (make is external_second)
    refused(path)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_what_is_referred_to_is_not_opened(path, pipe, make):
    with h5py.File(path, "w") as file:
        make(file, pipe)
    FosHdf5().identify(path)
    refused(path)


@pytest.mark.parametrize("make", [external_storage, external_rows, virtual], ids=lambda make: make.__name__)
def test_a_file_of_the_system_does_not_come_in(path, make):
    with h5py.File(path, "w") as file:
        make(file, "/etc/passwd")
    with pytest.raises(FormatError):
        formats.read(path)
    refused(path)


def test_what_else_is_in_the_file_may_refer_to_anything(path, pipe):
    """Only the rows count."""
    write(path, VALID)
    with h5py.File(path, "a") as file:
        file["notes"] = h5py.ExternalLink(str(pipe), "/")
        file["samples/index"] = h5py.ExternalLink(str(pipe), "/")
    assert FosHdf5().read(path).rows_read == 2


def test_a_group_that_contains_itself_is_no_list_of_rows(path):
    with h5py.File(path, "w") as file:
        group = file.create_group("samples")
        group["data1"] = group
    with pytest.raises(FormatError, match="expected a one-dimensional dataset of rows"):
        FosHdf5().read(path)


def test_an_attribute_of_any_size_is_not_taken_into_memory(path):
    """A data origin of a megabyte tells nothing, and instants of a megabyte are none."""
    write(path, VALID, origin=None, libver="latest")
    with h5py.File(path, "a", libver="latest") as file:
        file.attrs["/dataOrigin"] = np.zeros(1_000_000, "S1")
        file["samples/data1"].attrs["dataStartTime"] = np.zeros(200_000, "i8")
    told = FosHdf5().describe(path)
    assert (told.origin, told.first) == ("", None)
    assert FosHdf5().read(path).rows_read == 2
