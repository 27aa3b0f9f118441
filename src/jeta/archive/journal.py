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
from jeta.archive.manifest import RESOLUTIONS
from jeta.errors import ArchiveCorruptError
from jeta.files import read_exactly, written_aside
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
    ``*_offset`` a byte in the file, 0 where there is nothing; ``crc32`` the checksum of all that, in the order of the offsets.
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
            ("crc32", "<i8"),
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
        Each MSID has at least one row and is sorted by time. A commit of none keeps the numbers of a mirror without a hole.
    source : str
        Where the rows came from, noted in the file.
    """
    import h5py  # noqa: PLC0415 - readers do without it

    names = sorted(rows_by_msid)
    pieces = [rows_by_msid[name] for name in names]
    entries = np.zeros(len(names), entry_dtype(max((len(name) for name in names), default=1)))
    entries["name"] = names
    # Made in memory and written by us: a full disk would leave HDF5 with a file that it cannot close.
    in_memory = {"driver": "core", "backing_store": False, "block_size": _GROWTH_BYTES}
    with h5py.File(path.name, "w", libver=("v110", "v110"), userblock_size=HEAD_BYTES, **in_memory) as file:
        _write_columns(file, pieces, entries)
        table_offset = file.create_dataset("msids", data=entries).id.get_offset() or HEAD_BYTES  # of nothing, nowhere
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
    _put(file, "times", entries, {number: piece.ticks for number, piece in enumerate(pieces)})
    types = entries["stored_dtype"].astype(str).tolist()
    stored = [np.asarray(piece.values, np.dtype(name)) for piece, name in zip(pieces, types, strict=True)]
    for dtype in {values.dtype for values in stored}:
        _put(file, f"values_{dtype.name}", entries, {n: v for n, v in enumerate(stored) if v.dtype == dtype})
    texts = {n: values_codec.encode_texts(p.texts) for n, p in enumerate(pieces) if p.texts is not None}
    width = max((text.dtype.itemsize for text in texts.values()), default=0)
    for number, text in texts.items():
        entries["levels"][number], entries["text_bytes"][number] = len(text), width
    _put(file, "texts", entries, {number: text.astype(f"S{width}") for number, text in texts.items()})
    for column, kind in (("raws", "<f8"), ("quality", "u1"), ("alarm", "<i2")):
        some = {n: array.astype(kind) for n, p in enumerate(pieces) if (array := getattr(p, column)) is not None}
        _put(file, column, entries, some)


def _put(file: Any, name: str, entries: NDArray[np.void], arrays: dict[int, NDArray[Any]]) -> None:
    """Write the arrays of some MSIDs end to end as one dataset, and note in `entries` where each begins and what it adds up to."""
    if not arrays:
        return
    joined = np.concatenate(list(arrays.values())) if len(arrays) > 1 else next(iter(arrays.values()))
    offset = file.create_dataset(name, data=joined).id.get_offset()
    for number, array in arrays.items():
        entries[f"{name.partition('_')[0]}_offset"][number] = offset
        entries["crc32"][number] = zlib.crc32(
            np.ascontiguousarray(array).view(np.uint8).data, int(entries["crc32"][number])
        )
        offset += array.nbytes


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

    @contextmanager
    def opened(self, entry: np.void) -> Iterator[CommitRows]:
        """Open the file to read rows of one MSID, for as long as the block lasts.

        Raises
        ------
        FileNotFoundError
            If the file is gone, as after a fold.
        """
        with _opened(self.path) as descriptor:
            yield CommitRows(self.path, descriptor, entry)

    def read(self, entry: np.void) -> Samples:
        """Return all rows of one MSID, sorted by time.

        Raises
        ------
        FileNotFoundError
            If the file is gone, as after a fold.
        ArchiveCorruptError
            If it is cut short, or the rows do not agree with their checksum.
        """
        with self.opened(entry) as rows:
            samples = rows.read(0, rows.count)
            if rows.checksum(samples) != int(entry["crc32"]):
                raise ArchiveCorruptError(
                    f"{self.path}: the rows of {entry['name'].decode()} do not agree with their checksum; "
                    "restore the file from a backup"
                )
            return samples


class CommitRows:
    """The rows of one MSID in one commit, while its file is open.

    Parameters
    ----------
    path : Path
        The journal file, for messages.
    descriptor : int
        What to read it by.
    entry : structured scalar
        The MSID's entry.

    Attributes
    ----------
    count : int
        Number of rows.
    resolution : {'ms', 'us', 'ns'}
        What a tick is.
    """

    def __init__(self, path: Path, descriptor: int, entry: np.void) -> None:
        self._path = path
        self._descriptor = descriptor
        self._entry = entry
        self.count = int(entry["rows"])
        self.resolution = RESOLUTIONS[int(entry["resolution"])]

    @property
    def type_name(self) -> str:
        """Type of the values: ``"text"``, or the name of a numpy type."""
        return str(self._entry["dtype"].decode())

    def has(self, column: str) -> bool:
        """Whether the optional column ``quality`` or ``alarm`` is there."""
        return bool(self._entry[f"{column}_offset"])

    def tick(self, row: int) -> int:
        """Return the instant of one row."""
        return int(self.ticks(row, row + 1)[0])

    def ticks(self, start_row: int, stop_row: int) -> NDArray[np.int64]:
        """Return the instants of the rows ``[start_row, stop_row)``, sorted."""
        return self._array("times", np.dtype("<i8"), start_row, stop_row)

    def row_at(self, tick: int) -> int:
        """Return the first row whose instant is at or after `tick`, reading no more than a few instants."""
        if tick <= self._entry["first"]:
            return 0
        if tick > self._entry["last"]:
            return self.count
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.tick(middle) < tick else (low, middle)
        return low

    def levels(self) -> tuple[NDArray[np.str_], NDArray[np.float64]] | None:
        """Return the texts and the number of each, None for a numeric MSID."""
        if self.type_name != "text":
            return None
        count = int(self._entry["levels"])
        coded = self._array("texts", np.dtype(f"S{int(self._entry['text_bytes'])}"), 0, count)
        return values_codec.decode_texts(coded), self._array("raws", np.dtype("<f8"), 0, count)

    def checksum(self, rows: Samples) -> int:
        """Return the checksum of all rows of the MSID as the file holds them."""
        texts = None
        if self._entry["texts_offset"]:
            kind = np.dtype(f"S{int(self._entry['text_bytes'])}")
            texts = self._array("texts", kind, 0, int(self._entry["levels"]))
        checksum = 0
        for array in (rows.ticks, rows.values, texts, rows.raws, rows.quality, rows.alarm):
            if array is not None:
                checksum = zlib.crc32(array.view(np.uint8).data, checksum)
        return checksum

    def read(self, start_row: int, stop_row: int) -> Samples:
        """Return the rows ``[start_row, stop_row)``, sorted by time.

        Raises
        ------
        ArchiveCorruptError
            If the file is cut short.
        """
        span = start_row, stop_row
        values = self._array("values", np.dtype(self._entry["stored_dtype"].decode()), *span)
        levels = self.levels()
        return Samples(
            self.ticks(*span),
            self.resolution,
            values.view(bool) if self.type_name == "|b1" else values,
            None if levels is None else levels[0],
            None if levels is None else levels[1],
            self._array("quality", np.dtype("u1"), *span) if self.has("quality") else None,
            self._array("alarm", np.dtype("<i2"), *span) if self.has("alarm") else None,
        )

    def _array(self, what: str, dtype: np.dtype[Any], start: int, stop: int) -> NDArray[Any]:
        """Read items ``[start, stop)`` of one of the arrays."""
        offset = int(self._entry[f"{what}_offset"]) + start * dtype.itemsize
        try:
            return np.frombuffer(read_exactly(self._descriptor, (stop - start) * dtype.itemsize, offset), dtype)
        except EOFError as err:
            raise ArchiveCorruptError(f"{self._path} is cut short ({err}); restore it from a backup") from err


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor to read a file by."""
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
