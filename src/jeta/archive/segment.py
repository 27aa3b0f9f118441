"""One sealed HDF5 file of consecutive rows of an MSID: written once, then only read.

=================  =======================================================================================
node               meaning
=================  =======================================================================================
``times``          residuals of the instants from each chunk's line, see `jeta.archive.times_codec`
``values``         the values; codes where one of the next two is there, see `jeta.archive.values_codec`
``levels``         the value of each code
``texts``          the text of each code, UTF-8; beside it ``raws``, the source's number for each text
``quality``        quality bits a row; absent where all are 0
``alarm``          the source's alarm status a row; absent where all are 0
``chunks``         a row a chunk: its line, where its data lie in this file, and its widest spacings
attribute `about`  what the segment is: the fields of `jeta.archive.manifest.RECORD`
=================  =======================================================================================

Reading goes by the offsets in ``chunks``, past the HDF5 library, which lets one thread in at a time; that is sound because a
sealed file never changes. Any HDF5 program can open the file (for the values it needs the Blosc filter).
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from jeta.archive import spacing, times_codec, values_codec
from jeta.archive.manifest import RECORD, RESOLUTIONS, segment_name
from jeta.archive.sealed_file import SealedFile
from jeta.errors import ArchiveCorruptError
from jeta.files import read_exactly

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from jeta.samples import Samples

CHUNK_ROWS = 2**15
COLUMNS = ("times", "values", "quality", "alarm")
CHUNK = np.dtype(
    [
        ("first", "<i8"),
        ("step", "<i8"),
        *((f"{column}_{what}", "<i8") for column in COLUMNS for what in ("offset", "bytes", "crc32")),
        ("last", "<i8"),
        ("widest", "<u8"),
        ("widest_from", "<i8"),
        ("second", "<u8"),
    ]
)
"""One chunk: its line; for each column where its bytes lie, how many they are, and their checksum, 0 where it is absent; and
what it says of its instants, see `jeta.archive.spacing.ChunkSpacings`."""

_WITHOUT_SPACINGS = np.dtype(CHUNK.descr[: -len(spacing.ChunkSpacings._fields)])
"""A chunk as earlier versions wrote it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How a segment came to be; goes into its `about`.

    Attributes
    ----------
    fold : str
        Random name of the fold of this column that wrote it, eight characters.
    generation : int
        Number of that fold, counted for this column.
    part, parts : int
        Its place among the segments that the fold wrote.
    folded : int
        Number of the last commit whose rows the column holds.
    column_rows : int
        Rows of the whole column once the fold counts.
    """

    fold: str
    generation: int
    part: int
    parts: int
    folded: int
    column_rows: int


def write(folder: Path, msid: str, samples: Samples, origin: Origin) -> NDArray[np.void]:
    """Write rows as one segment; the caller waits until it is on the disk before a manifest names it.

    Parameters
    ----------
    folder : Path
        The column's folder.
    msid : str
        Whose rows they are; noted in the file.
    samples : Samples
        At least one row, sorted by time.
    origin : Origin
        How the segment comes to be.

    Returns
    -------
    structured array of dtype `RECORD`, shape (1,)
        The manifest's line for it.
    """
    coded = values_codec.encode(samples)
    first, step, residual = times_codec.encode(samples.ticks, CHUNK_ROWS)
    columns = {
        "times": residual,
        "values": coded.stored,
        "quality": _unless_zero(samples.quality),
        "alarm": _unless_zero(samples.alarm),
    }
    chunks = np.zeros(len(first), CHUNK)
    chunks["first"], chunks["step"] = first, step
    told = spacing.chunk_spacings(samples.ticks, CHUNK_ROWS)
    for name, column in told._asdict().items():
        chunks[name] = column
    record = np.zeros(1, RECORD)
    record["widest"] = spacing.widest_of(first, told)
    record["rows"], record["chunks"] = len(samples), len(first)
    record["first"], record["last"] = samples.ticks[0], samples.ticks[-1]
    record["resolution"] = RESOLUTIONS.index(samples.resolution)
    record["fold"], record["generation"], record["folded"] = origin.fold.encode(), origin.generation, origin.folded
    record["column_rows"] = origin.column_rows
    record["part"], record["parts"], record["chunk_rows"] = origin.part, origin.parts, min(CHUNK_ROWS, len(samples))
    record["dtype"] = b"text" if samples.is_text else samples.values.dtype.newbyteorder("<").str.encode()
    record["stored_dtype"], record["times_dtype"] = coded.stored.dtype.str.encode(), residual.dtype.str.encode()
    path = folder / segment_name(record[0])
    _write_file(path, msid, columns, coded, chunks, record)
    return record


def _unless_zero(column: NDArray[Any] | None) -> NDArray[Any] | None:
    """The column, or None if it says nothing."""
    return column if column is not None and column.any() else None


def _write_file(
    path: Path,
    msid: str,
    columns: dict[str, NDArray[Any] | None],
    coded: values_codec.CodedValues,
    chunks: NDArray[np.void],
    record: NDArray[np.void],
) -> None:
    """Write the file under its final name: it belongs to the archive only from the moment a manifest names it."""
    with SealedFile(path) as file:
        for name, column in columns.items():
            if column is not None:
                places = file.write_chunked(name, column, int(record["chunk_rows"][0]))
                chunks[f"{name}_offset"], chunks[f"{name}_bytes"] = places.offset, places.size_bytes
                chunks[f"{name}_crc32"] = places.crc32
        tables = [(name, table) for name in ("levels", "texts", "raws") if (table := getattr(coded, name)) is not None]
        for name, table in tables:
            stored = table.view(np.uint8) if table.dtype == bool else table
            record["raws_offset" if name == "raws" else "levels_offset"] = file.write_table(name, stored)
            record["levels"], record["text_bytes"] = (
                len(table),
                0 if coded.texts is None else coded.texts.dtype.itemsize,
            )
        record["chunks_offset"] = file.write_table("chunks", chunks)
        record["tables_crc32"] = tables_crc32(chunks, *(table for _, table in tables))
        file.write_attribute("about", record[0])
        file.write_attribute("msid", msid)


def tables_crc32(*tables: NDArray[Any]) -> int:
    """Return the checksum of a segment's tables, in the order chunks, levels or texts, raws."""
    checksum = 0
    for table in tables:
        checksum = zlib.crc32(table.tobytes(), checksum)
    return checksum


class SegmentFile:
    """A sealed segment open for reading, by several threads at once if need be.

    Parameters
    ----------
    folder : Path
        The column's folder.
    record : structured scalar of dtype `RECORD`
        The manifest's line for the segment.

    Raises
    ------
    FileNotFoundError
        If the file is gone, as after a fold: the caller reads the manifest again.
    """

    def __init__(self, folder: Path, record: np.void) -> None:
        self.record = record
        self.path = folder / segment_name(record)
        self.resolution = RESOLUTIONS[int(record["resolution"])]
        self._descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._chunks: NDArray[np.void] | None = None

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def chunks(self) -> NDArray[np.void]:
        """The chunk table, shape (chunks,), of dtype `CHUNK`; without what chunks say of their spacings where that is not known."""
        if self._chunks is None:
            kind = CHUNK if self.has_spacings else _WITHOUT_SPACINGS
            self._chunks = self._read_array("chunks_offset", kind, int(self.record["chunks"]))
        return self._chunks

    @property
    def has_spacings(self) -> bool:
        """Whether the chunks say what their widest spacings are; those that earlier versions wrote do not."""
        return int(self.record["widest"]) != spacing.UNKNOWN_WIDTH

    @property
    def type_name(self) -> str:
        """Type of the values: ``"text"``, or the name of a numpy type."""
        return str(self.record["dtype"].decode())

    def stored_levels(self) -> NDArray[Any]:
        """The table of levels or texts as it is stored, shape (levels,)."""
        text_bytes, dtype = int(self.record["text_bytes"]), self.record["dtype"].decode()
        stored = f"S{text_bytes}" if text_bytes else "u1" if dtype == "|b1" else dtype
        return self._read_array("levels_offset", np.dtype(stored), int(self.record["levels"]))

    def levels(self) -> NDArray[Any] | None:
        """The number, boolean or text of each code, shape (levels,); None where values are stored as they are."""
        if not int(self.record["levels"]):
            return None
        stored = self.stored_levels()
        if int(self.record["text_bytes"]):
            return values_codec.decode_texts(stored)
        levels: NDArray[Any] = stored.view(np.dtype(self.record["dtype"].decode()))
        return levels

    def raws(self) -> NDArray[np.float64]:
        """The source's number for each text, shape (levels,)."""
        return self._read_array("raws_offset", np.dtype("<f8"), int(self.record["levels"]))

    def has(self, column: str) -> bool:
        """Whether the optional column ``quality`` or ``alarm`` is there."""
        return bool(self.chunks[f"{column}_bytes"][0])

    def stored_dtype(self, column: str) -> np.dtype[Any]:
        """The type in which a column is stored."""
        if column in ("times", "values"):
            name = self.record["times_dtype" if column == "times" else "stored_dtype"].decode()
        else:
            name = "|u1" if column == "quality" else "<i2"
        dtype: np.dtype[Any] = np.dtype(name)
        return dtype

    def read_chunk(self, column: str, chunk: int, out: NDArray[Any]) -> None:
        """Decode one chunk of one column.

        Parameters
        ----------
        column : {'times', 'values', 'quality', 'alarm'}
            Which.
        chunk : int
            Its number, from 0.
        out : array of the column's stored dtype, shape (chunk_rows,)
            Where to put it; rows beyond the segment's end are filled too.
        """
        from numcodecs import blosc  # noqa: PLC0415 - loaded when first needed

        where = self.chunks[chunk]
        try:
            data = read_exactly(self._descriptor, int(where[f"{column}_bytes"]), int(where[f"{column}_offset"]))
            blosc.decompress(data, out)
        except (EOFError, RuntimeError, ValueError) as err:
            raise ArchiveCorruptError(
                f"{self.path}: chunk {chunk} of {column!r} is damaged ({err}); run  jeta verify  and restore the file from a backup"
            ) from err

    def _read_array(self, offset_field: str, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        """Read a small table that lies in one piece."""
        try:
            data = read_exactly(self._descriptor, count * dtype.itemsize, int(self.record[offset_field]))
        except EOFError as err:
            raise ArchiveCorruptError(
                f"{self.path}: {err}; the file is cut short: run  jeta verify  and restore it from a backup"
            ) from err
        return np.frombuffer(data, dtype)
