"""Where things are in the file, and whether they are what they should be."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from jeta.errors import FormatError
from jeta.formats.appearance import is_hdf5, looks_like
from jeta.formats.files import head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FIELDS = {
    "id": "iu",
    "observatoryTime": "iuf",
    "engineeringNumericValue": "iuf",
}
"""Fields of a row that must be there, and the kinds of numpy dtype that they may have, in any byte order.

============================  ======  =====================================================
field                         usual   meaning
============================  ======  =====================================================
``id``                        >i8     number of the MSID; 0 is padding
``observatoryTime``           >i8     ms since 1970 UTC
``groundTime``                >i8     when it came to ground, ms since 1970 UTC; not read
``apid``                      >i2     packet type
``engineeringNumericValue``   >f8     the number, or the number behind a text
``engineeringTextValue``      S80     the text; blank where the value is a number
``alarmStatus``               >i2     0 is no alarm
============================  ======  =====================================================
"""

OPTIONAL_FIELDS = {"apid": "iu", "engineeringTextValue": "S", "alarmStatus": "iu"}

_SIGNATURE_BYTES = 4096
_DATASET = re.compile(r"data(\d{1,9})")
_ORIGIN_NAMES = ("/dataOrigin", "dataOrigin")
_GROUP = "samples"
_WIDEST_NUMBER_BYTES = 8
_OWN_LAYOUTS = {h5py.h5d.COMPACT, h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED}
_LARGEST_ATTRIBUTE_BYTES = 65_536

# What h5py raises when a file is damaged.
_DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a row are.

    Attributes
    ----------
    dtype : numpy dtype
        The row.
    text : slice or None
        The bytes of the text within a row; None if there are none.
    has_apid, has_alarm : bool
        Whether there are such fields.
    """

    dtype: np.dtype[Any]
    text: slice | None
    has_apid: bool
    has_alarm: bool


@contextmanager
def damage_reported(path: Path, doing: str) -> Iterator[None]:
    """Turn what a damaged file makes h5py raise into one kind of error.

    Parameters
    ----------
    path : Path
        The file.
    doing : str
        What is being done, for the message.

    Raises
    ------
    FormatError
        In place of the low-level error.
    OSError
        As it is, if the operating system had a reason for it: the disk, a lock, permission.
    """
    try:
        yield
    except FormatError:
        raise
    except _DAMAGE as err:
        if isinstance(err, OSError) and err.errno is not None:
            raise
        hint = "it is shorter than it says of itself" if "truncated" in str(err) else "it is damaged"
        raise FormatError(
            f"{path}: {doing} failed: {err}; expected a whole HDF5 file, but {hint}: transfer it again"
        ) from err


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open a file for reading, and close it in any case.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    FormatError
        If it is not HDF5, or is damaged.
    OSError
        If it is a directory, is not there, may not be read, or is being written.
    """
    with path.open("rb") as handle:
        start = handle.read(_SIGNATURE_BYTES)
    if not is_hdf5(start):
        raise FormatError(f"{path}: expected an HDF5 file with telemetry, found {looks_like(path)}; transfer it again")
    with damage_reported(path, "opening"):
        file = h5py.File(path, "r")
    with file:
        yield file


def is_telemetry(path: Path) -> bool:
    """Tell whether a file is HDF5 with ``/samples/data1`` whose rows have the required fields.

    Parameters
    ----------
    path : Path
        The file, of which 4096 bytes are read, and what HDF5 needs to find the dataset.
    """
    if not is_hdf5(head(path, _SIGNATURE_BYTES)):
        return False
    try:
        with opened(path) as file, damage_reported(path, "looking for samples"):
            dataset = _own_dataset(_own_group(file, path), "data1", path)
            return set(FIELDS) <= set(dataset.dtype.names or ())
    except FormatError:
        return False


def datasets(file: h5py.File, path: Path) -> list[h5py.Dataset]:
    """Find the datasets with rows, in the order of their numbers: ``data2`` comes before ``data10``.

    Parameters
    ----------
    file : h5py.File
        The open file.
    path : Path
        Its path, for messages.

    Returns
    -------
    list of h5py.Dataset
        At least one, each of shape (rows,).

    Raises
    ------
    FormatError
        If there is none, or one that does not hold rows.
    """
    with damage_reported(path, "looking for samples"):
        group = _own_group(file, path)
        matches = [match for name in group if (match := _DATASET.fullmatch(name))]
        found = [_own_dataset(group, match[0], path) for match in sorted(matches, key=lambda match: int(match[1]))]
    if not found:
        raise FormatError(f"{path}: the group 'samples' has no dataset 'data1'; expected rows: transfer the file again")
    return found


def _own_group(file: h5py.File, path: Path) -> h5py.Group:
    """The group with the datasets, if it is in this file.

    Raises
    ------
    FormatError
        If it is not.
    """
    if _GROUP in file:
        _refuse_link(file, _GROUP, path)
        group = file[_GROUP]
        if isinstance(group, h5py.Group):
            return group
    raise FormatError(f"{path}: expected the group 'samples', found {looks_like(path)}; transfer the file again")


def _own_dataset(group: h5py.Group, name: str, path: Path) -> h5py.Dataset:
    """A dataset with rows that are in this file.

    Raises
    ------
    FormatError
        If there is none, or its rows would be taken from other files.
    """
    _refuse_link(group, name, path)
    opened_id = h5py.h5o.open(group.id, name.encode())
    if isinstance(opened_id, h5py.h5d.DatasetID):
        # Before anything else is asked: HDF5 opens the files of a virtual dataset to tell its shape.
        settings = opened_id.get_create_plist()
        if settings.get_layout() not in _OWN_LAYOUTS or settings.get_external_count():
            raise FormatError(
                f"{path}: {name} only refers to rows in other files; expected rows in this file: deliver those"
            )
        dataset = h5py.Dataset(opened_id)
        if dataset.ndim == 1 and dataset.dtype.names is not None:
            return dataset
    raise FormatError(
        f"{path}: {name} is {group[name]}; expected a one-dimensional dataset of rows with the fields"
        f" {', '.join(FIELDS)}: transfer the file again"
    )


def _refuse_link(group: h5py.Group, name: str, path: Path) -> None:
    """Refuse what leads to another place, perhaps to another file.

    Raises
    ------
    FormatError
        If it does.
    """
    link = group.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        kind = "an external link" if isinstance(link, h5py.ExternalLink) else "a soft link"
        raise FormatError(
            f"{path}: {name} is {kind} to {getattr(link, 'filename', '')}{link.path!r}; expected the rows themselves: deliver"
            " the file that has them"
        )


def layout_of(dataset: h5py.Dataset, path: Path) -> Layout:
    """Check the fields of a dataset's rows.

    Parameters
    ----------
    dataset : h5py.Dataset
        One of `datasets`.
    path : Path
        Its file, for messages.

    Returns
    -------
    Layout
        Where the fields are, in bytes from the start of a row.

    Raises
    ------
    FormatError
        If a required field is missing, or a field is of another kind than it should be.
    """
    dtype: np.dtype[Any] = dataset.dtype
    present: Mapping[str, Any] = dtype.fields or {}
    missing = [field for field in FIELDS if field not in present]
    if missing:
        raise FormatError(
            f"{path}: the rows of {dataset.name} lack {', '.join(missing)}; expected {', '.join(FIELDS)}, found"
            f" {', '.join(present)}: transfer the file again"
        )
    for field, kinds in {**FIELDS, **OPTIONAL_FIELDS}.items():
        if field in present and not _is_usable(present[field][0], kinds, whole=field == "id"):
            raise FormatError(
                f"{path}: the field {field!r} of {dataset.name} is of type {present[field][0]}; expected numpy kind"
                f" {' or '.join(kinds)}, numbers of at most 64 bits: transfer the file again"
            )
    _check_places(dtype, dataset, path)
    text = present.get("engineeringTextValue")
    where = slice(text[1], text[1] + text[0].itemsize) if text else None
    return Layout(dtype, where, "apid" in present, "alarmStatus" in present)


def _is_usable(kind: np.dtype[Any], kinds: str, *, whole: bool) -> bool:
    """Tell whether a field is of one of some kinds, and not too wide."""
    if kind.kind not in kinds or (whole and not np.can_cast(kind, np.int64)):
        return False
    return kind.kind == "S" or kind.itemsize <= _WIDEST_NUMBER_BYTES


def _check_places(dtype: np.dtype[Any], dataset: h5py.Dataset, path: Path) -> None:
    """Refuse fields that overlap or leave the row: HDF5 would write past its memory."""
    places = sorted((offset, offset + kind.itemsize, name) for name, (kind, offset, *_) in (dtype.fields or {}).items())
    ends = [*(start for start, _, _ in places[1:]), dtype.itemsize]
    for (start, stop, name), end in zip(places, ends, strict=True):
        if stop > end:
            raise FormatError(
                f"{path}: the field {name!r} of {dataset.name} takes bytes {start} to {stop} of a row, but should end at"
                f" {end}; the file is damaged: transfer it again"
            )


def origin_of(file: h5py.File, path: Path) -> str | None:
    """Return the first element of the data origin, or None if the file does not tell it.

    Parameters
    ----------
    file : h5py.File
        The open file.
    path : Path
        Its path, for messages.
    """
    with damage_reported(path, "reading the data origin"):
        for name in _ORIGIN_NAMES:
            if name in file.attrs:
                first = _first(_attribute(file, name))
                text = first.decode("latin-1") if isinstance(first, bytes) else str(first)
                return text.partition("\0")[0].strip()
    return None


def span_ms(dataset: h5py.Dataset, path: Path) -> tuple[int | None, int | None]:
    """Return the instants of a dataset's first and last sample, as its attributes tell them.

    Parameters
    ----------
    dataset : h5py.Dataset
        One of `datasets`.
    path : Path
        Its file, for messages.

    Returns
    -------
    first, last : int or None
        ms since 1970 UTC; None where the attribute is missing or no number.
    """
    with damage_reported(path, f"reading the attributes of {dataset.name}"):
        return _number(_attribute(dataset, "dataStartTime")), _number(_attribute(dataset, "dataStopTime"))


def _attribute(node: h5py.HLObject, name: str) -> Any:
    """Return an attribute; None if there is none, or it is larger than what it should tell can be."""
    if name not in node.attrs:
        return None
    # Asked before it is read: a damaged file may claim any size, for which HDF5 would take memory.
    told = node.attrs.get_id(name)
    if told.get_type().get_size() * told.get_space().get_simple_extent_npoints() > _LARGEST_ATTRIBUTE_BYTES:
        return None
    return node.attrs[name]


def _number(value: Any) -> int | None:
    """Return the first element of an attribute as an integer, if it is a number."""
    first = _first(value)
    if not isinstance(first, np.integer | np.floating) or not np.isfinite(first):
        return None
    return int(first)


def _first(value: Any) -> Any:
    """Return the first element of an attribute, the empty text if there is none."""
    if value is None or isinstance(value, h5py.Empty):
        return ""
    elements = np.ravel(value)
    return elements[0] if len(elements) else ""
