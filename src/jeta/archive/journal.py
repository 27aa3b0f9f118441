"""Commits that are not folded yet: one HDF5 file each, holding what a delivery changes in every MSID it touches.

The file is written aside and renamed into the journal's folder: **the rename is the commit**, of all MSIDs or of none.

=============  =========================================================================================
node           meaning
=============  =========================================================================================
``msids``      a row an MSID, sorted by name: `ENTRY`
``times``      ticks of all rows, MSID after MSID, each sorted by time
``values_*``   values, one dataset a type; codes into the MSID's texts for text
``texts``      texts of the MSIDs that have some, one MSID after another; beside it ``raws``
``quality``    quality bits a row, absent where all are 0; likewise ``alarm``
=============  =========================================================================================

Nothing is compressed, so that offsets serve for reading: the file is short-lived, and a fold reads it whole. The first
`HEAD_BYTES` (HDF5 leaves them to the user) say where ``msids`` lies.
"""

from __future__ import annotations

import json
import os
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive import values_codec
from jeta.archive.files import read_exactly, written_aside
from jeta.archive.manifest import RESOLUTIONS
from jeta.errors import ArchiveCorruptError
from jeta.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

HEAD_BYTES = 512
_GROWTH_BYTES = 2**20
_MAGIC = "jeta journal 1"
_OFFSETS = ("times", "values", "texts", "raws", "quality", "alarm")


def entry_dtype(name_bytes: int) -> np.dtype[np.void]:
    """Return the type of a row of ``msids`` where the longest name has so many bytes.

    ``dtype`` is ``text`` or numpy's name of the type; ``stored_dtype`` that of the values or codes in the file;
    ``*_offset`` a byte in the file, 0 where there is nothing.
    """
    return np.dtype(
        [
            ("name", f"S{name_bytes}"),
            ("rows", "<i8"),
            ("first", "<i8"),
            ("last", "<i8"),
            ("resolution", "<i4"),
            ("dtype", "S8"),
            ("stored_dtype", "S8"),
            ("levels", "<i8"),
            ("text_bytes", "<i8"),
            *((f"{what}_offset", "<i8") for what in _OFFSETS),
        ]
    )


def write(path: Path, rows_by_msid: Mapping[str, Samples], source: str = "") -> None:
    """Commit rows: when this returns they are on the disk under `path`, and if it raises nothing has changed.

    Parameters
    ----------
    path : Path
        Final name of the journal file.
    rows_by_msid : mapping of str to Samples
        At least one MSID; each has at least one row and is sorted by time.
    source : str
        Where the rows came from, noted in the file.
    """
    import h5py  # noqa: PLC0415 - readers do without it

    names = sorted(rows_by_msid)
    pieces = [rows_by_msid[name] for name in names]
    entries = np.zeros(len(names), entry_dtype(max(len(name) for name in names)))
    entries["name"] = names
    # Made in memory and written by us: a full disk would leave HDF5 with a file that it cannot close.
    in_memory = {"driver": "core", "backing_store": False, "block_size": _GROWTH_BYTES}
    with h5py.File(path.name, "w", libver=("v110", "v110"), userblock_size=HEAD_BYTES, **in_memory) as file:
        _write_columns(file, pieces, entries)
        table_offset = file.create_dataset("msids", data=entries).id.get_offset()
        file.attrs["source"] = source
        file.flush()
        image = file.id.get_file_image()
    head = {
        "file": _MAGIC,
        "offset": table_offset,
        "entries": len(entries),
        "name_bytes": entries.dtype["name"].itemsize,
        "crc32": zlib.crc32(entries.tobytes()),
    }
    with written_aside(path) as aside, aside.open("xb") as new:
        new.write(json.dumps(head).encode().ljust(HEAD_BYTES))
        new.write(image)


def _write_columns(file: Any, pieces: list[Samples], entries: NDArray[np.void]) -> None:
    """Write the rows of all MSIDs and note in `entries` where each one's lie."""
    entries["rows"] = [len(piece) for piece in pieces]
    entries["first"] = [piece.ticks[0] for piece in pieces]
    entries["last"] = [piece.ticks[-1] for piece in pieces]
    entries["resolution"] = [RESOLUTIONS.index(piece.resolution) for piece in pieces]
    entries["dtype"] = ["text" if piece.is_text else piece.values.dtype.newbyteorder("<").str for piece in pieces]
    entries["stored_dtype"] = [
        "|u1" if p.values.dtype == bool else p.values.dtype.newbyteorder("<").str for p in pieces
    ]
    _put(file, "times", [piece.ticks for piece in pieces], np.arange(len(pieces)), entries["times_offset"])
    for dtype in np.unique(entries["stored_dtype"]):
        which = np.flatnonzero(entries["stored_dtype"] == dtype)
        stored = np.dtype(dtype.decode())
        values = [np.asarray(pieces[i].values, stored) for i in which]
        _put(file, f"values_{stored.name}", values, which, entries["values_offset"])
    for column, dtype in (("quality", np.uint8), ("alarm", np.int16)):
        which = np.flatnonzero([getattr(piece, column) is not None for piece in pieces])
        _put(
            file, column, [getattr(pieces[i], column).astype(dtype) for i in which], which, entries[f"{column}_offset"]
        )
    which = np.flatnonzero([piece.is_text for piece in pieces])
    texts = [values_codec.encode_texts(piece.texts) for i in which if (piece := pieces[i]).texts is not None]
    width = max((text.dtype.itemsize for text in texts), default=1)
    entries["levels"][which] = [len(text) for text in texts]
    entries["text_bytes"][which] = width
    _put(file, "texts", [text.astype(f"S{width}") for text in texts], which, entries["texts_offset"])
    _put(
        file,
        "raws",
        [piece.raws for i in which if (piece := pieces[i]).raws is not None],
        which,
        entries["raws_offset"],
    )


def _put(file: Any, name: str, arrays: list[NDArray[Any]], which: NDArray[np.intp], offsets: NDArray[np.int64]) -> None:
    """Write arrays end to end as one dataset, and note the byte at which each begins."""
    if not arrays:
        return
    joined = np.concatenate(arrays) if len(arrays) > 1 else arrays[0]
    dataset = file.create_dataset(name, data=joined)
    starts = np.cumsum([0, *(array.nbytes for array in arrays[:-1])])
    offsets[which] = dataset.id.get_offset() + starts


class JournalFile:
    """One commit, for reading.

    Parameters
    ----------
    path : Path
        The journal file.

    Attributes
    ----------
    number : int
        Number of the commit; later ones have higher numbers.
    entries : structured array, shape (msids,)
        The table of MSIDs, see `entry_dtype`.

    Raises
    ------
    FileNotFoundError
        If the file is gone, as after a fold.
    ArchiveCorruptError
        If it is not a journal file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = int(path.stem)
        try:
            with _opened(path) as descriptor:
                self.entries = _read_entries(descriptor)
        except (ValueError, KeyError, TypeError, EOFError) as err:
            raise ArchiveCorruptError(f"{path} is not a whole journal file ({err}); restore it from a backup") from err

    def names(self) -> list[str]:
        """Return the MSIDs, sorted."""
        return [name.decode() for name in self.entries["name"].tolist()]

    def find(self, msid: str) -> np.void | None:
        """Return the entry of an MSID, or None if the commit does not touch it."""
        key = msid.encode()
        if len(key) > self.entries.dtype["name"].itemsize:
            return None
        row = int(np.searchsorted(self.entries["name"], np.bytes_(key)))
        return self.entries[row] if row < len(self.entries) and self.entries["name"][row] == key else None

    def read(self, entry: np.void) -> Samples:
        """Return the rows of one MSID, sorted by time.

        Raises
        ------
        FileNotFoundError
            If the file is gone, as after a fold.
        ArchiveCorruptError
            If it is cut short.
        """
        try:
            with _opened(self.path) as descriptor:
                return _read_rows(descriptor, entry)
        except EOFError as err:
            raise ArchiveCorruptError(f"{self.path} is cut short ({err}); restore it from a backup") from err


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor to read a file by, for as long as the block lasts: a journal may hold more commits than a process may open."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read_entries(descriptor: int) -> NDArray[np.void]:
    """The table of MSIDs, checked."""
    head = json.loads(read_exactly(descriptor, HEAD_BYTES, 0))
    if head["file"] != _MAGIC:
        raise ValueError(f"it says it is {head['file']!r}, expected {_MAGIC!r}")
    dtype = entry_dtype(int(head["name_bytes"]))
    data = read_exactly(descriptor, dtype.itemsize * int(head["entries"]), int(head["offset"]))
    if zlib.crc32(data) != head["crc32"]:
        raise ValueError("its table does not agree with its checksum")
    return np.frombuffer(data, dtype)


def _read_rows(descriptor: int, entry: np.void) -> Samples:
    """The rows of one MSID."""

    def array(what: str, dtype: str, count: int = int(entry["rows"])) -> NDArray[Any]:
        size_bytes = count * np.dtype(dtype).itemsize
        return np.frombuffer(read_exactly(descriptor, size_bytes, int(entry[f"{what}_offset"])), dtype)

    values = array("values", entry["stored_dtype"].decode())
    texts = raws = None
    if entry["dtype"] == b"text":
        levels = int(entry["levels"])
        texts = values_codec.decode_texts(array("texts", f"S{int(entry['text_bytes'])}", levels))
        raws = array("raws", "<f8", levels)
    elif entry["dtype"] == b"|b1":
        values = values.view(bool)
    return Samples(
        array("times", "<i8"),
        RESOLUTIONS[int(entry["resolution"])],
        values,
        texts,
        raws,
        array("quality", "u1") if entry["quality_offset"] else None,
        array("alarm", "<i2") if entry["alarm_offset"] else None,
    )
