"""One sealed HDF5 file of statistics: consecutive bins of one product of an MSID, written once, then only read.

==================  ======================================================================================
node                meaning
==================  ======================================================================================
``data``            one record a bin, its fields named as the columns of the product: ``index``, ``n``, ``val`` ...
``counts``          for texts: ``index``, ``text``, ``n``: how often a text occurs in a bin
``texts``           the texts that ``val`` and ``text`` are codes into, UTF-8
``data_chunks``     a row a chunk of ``data``: its first bin, and where it lies in this file
``counts_chunks``   the same of ``counts``
==================  ======================================================================================

As of samples, reading goes past the HDF5 library by these offsets; any HDF5 program can open the file (for the records it needs
the Blosc filter).
"""

from __future__ import annotations

import os
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive import values_codec
from jeta.archive.sealed_file import SealedFile
from jeta.errors import ArchiveCorruptError
from jeta.files import read_exactly
from jeta.statistics.binned import Binned

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CHUNK_BINS = 2**12
"""Two weeks of bins of 328 s: of a fetch of a month, a small part of what is decoded is not wanted."""

_CHUNK = np.dtype([("first", "<i8"), ("offset", "<i8"), ("bytes", "<i8"), ("crc32", "<i8")])


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Where a table lies in a file.

    Attributes
    ----------
    fields : list of [name, type]
        Its columns, in order; types as numpy spells them.
    rows, chunk_rows : int
        Rows in all, and of each chunk but the last.
    chunks_offset : int
        First byte of its table of chunks.
    """

    fields: list[list[str]]
    rows: int
    chunk_rows: int
    chunks_offset: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a record."""
        return np.dtype([(name, kind) for name, kind in self.fields])

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.rows // self.chunk_rows)


@dataclass(frozen=True, slots=True)
class ProductFile:
    """What a manifest says of one file.

    Attributes
    ----------
    name : str
        Of the file.
    first, last : int
        Numbers of its first and its last bin.
    data, counts : TablePlace
        Its tables; `counts` is None for numbers.
    bools : list of str
        Columns of `data` that are booleans, and stored as bytes.
    texts, text_bytes, texts_offset : int
        How many texts there are, how wide each is, where they begin.
    tables_crc32 : int
        Checksum of tables of chunks and of texts.
    size_bytes : int
        Size of the file.
    """

    name: str
    first: int
    last: int
    data: TablePlace
    counts: TablePlace | None
    bools: list[str]
    texts: int
    text_bytes: int
    texts_offset: int
    tables_crc32: int
    size_bytes: int

    @property
    def rows(self) -> int:
        """Number of bins."""
        return self.data.rows


def to_dict(file: ProductFile) -> dict[str, Any]:
    """Return what is known of a file as what JSON can hold."""
    return asdict(file)


def from_dict(told: dict[str, Any]) -> ProductFile:
    """Return what `to_dict` was given.

    Raises
    ------
    KeyError, TypeError
        If it is something else.
    """
    counts = None if told["counts"] is None else TablePlace(**told["counts"])
    return ProductFile(**{**told, "data": TablePlace(**told["data"]), "counts": counts})


def write(path: Path, msid: str, product: str, binned: Binned) -> ProductFile:
    """Write the statistics of some bins as one file; the caller waits until it is on the disk before a manifest names it.

    Parameters
    ----------
    path : Path
        Its name; there must be no such file.
    msid, product : str
        What it is of; noted in the file.
    binned : Binned
        At least one bin.
    """
    texts = np.empty(0, "S1")
    columns, counts = dict(binned.columns), binned.counts
    if counts is not None:
        levels, codes = np.unique(np.concatenate([columns["val"], counts["text"]]), return_inverse=True)
        texts = values_codec.encode_texts(levels)
        coded = codes.astype("<i4")
        columns["val"], counts = coded[: len(binned)], counts | {"text": coded[len(binned) :]}
    checksum = 0
    with SealedFile(path) as file:
        data, checksum = _write_table(file, "data", columns, checksum)
        places = None
        if counts is not None:
            places, checksum = _write_table(file, "counts", counts, checksum)
        texts_offset = file.write_table("texts", texts) if len(texts) else 0
        file.write_attribute("msid", msid)
        file.write_attribute("product", product)
    bools = [name for name, column in columns.items() if column.dtype == bool]
    return ProductFile(
        path.name,
        int(binned.index[0]),
        int(binned.index[-1]),
        data,
        places,
        bools,
        len(texts),
        texts.dtype.itemsize,
        texts_offset,
        zlib.crc32(texts.tobytes(), checksum),
        path.stat().st_size,
    )


def _write_table(
    file: SealedFile, name: str, columns: dict[str, NDArray[Any]], checksum: int
) -> tuple[TablePlace, int]:
    """Write columns as one table of records, and carry on a checksum over its table of chunks."""
    stored = {key: column.view(np.uint8) if column.dtype == bool else column for key, column in columns.items()}
    fields = [[key, column.dtype.newbyteorder("<").str] for key, column in stored.items()]
    rows = len(stored["index"])
    place = TablePlace(fields, rows, min(CHUNK_BINS, rows), 0)
    if not rows:  # no text of any of the bins is counted, as of held values
        return TablePlace(fields, 0, 1, 0), checksum
    records = np.empty(rows, place.dtype)
    for key, column in stored.items():
        records[key] = column
    places = file.write_chunked(name, records, place.chunk_rows)
    chunks = np.zeros(place.chunks, _CHUNK)
    chunks["first"] = records["index"][:: place.chunk_rows]
    chunks["offset"], chunks["bytes"], chunks["crc32"] = places.offset, places.size_bytes, places.crc32
    offset = file.write_table(f"{name}_chunks", chunks)
    return TablePlace(fields, rows, place.chunk_rows, offset), zlib.crc32(chunks.tobytes(), checksum)


def read(folder: Path, file: ProductFile, first: int, stop: int) -> Binned:
    """Read the statistics of the bins ``[first, stop)``.

    Parameters
    ----------
    folder : Path
        Where the file lies.
    file : ProductFile
        What the manifest says of it.
    first, stop : int
        Numbers of bins.

    Returns
    -------
    Binned
        What of these bins the file has.

    Raises
    ------
    FileNotFoundError
        If the file is gone, as after a fold: the caller reads the manifest again.
    ArchiveCorruptError
        If it is damaged.
    """
    path = folder / file.name
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        columns = _read_table(descriptor, file.data, first, stop)
        columns |= {name: columns[name].view(bool) for name in file.bools}
        if file.counts is None:
            return Binned(columns)
        counts = _read_table(descriptor, file.counts, first, stop)
        texts = values_codec.decode_texts(_texts(descriptor, file))
        columns["val"], counts["text"] = texts[columns["val"]], texts[counts["text"]]
        return Binned(columns, counts)
    except (EOFError, RuntimeError, ValueError, IndexError) as err:
        raise ArchiveCorruptError(f"{path} is damaged ({err}); run  jeta statistics --rebuild") from err
    finally:
        os.close(descriptor)


def _read_table(descriptor: int, place: TablePlace, first: int, stop: int) -> dict[str, NDArray[Any]]:
    """Columns of the rows of a table whose bins are in ``[first, stop)``."""
    from numcodecs import blosc  # noqa: PLC0415 - loaded when first needed

    kind = place.dtype
    chunks = chunk_table(descriptor, place)
    # Rows of one bin may go on in the next chunk: so a chunk whose first bin is `first` does not begin it.
    low = max(0, int(np.searchsorted(chunks["first"], first, "left")) - 1)
    high = int(np.searchsorted(chunks["first"], stop, "left"))
    wanted = range(low, max(low, high))
    records = np.empty(len(wanted) * place.chunk_rows, kind)
    for number, chunk in enumerate(wanted):
        data = read_exactly(descriptor, int(chunks["bytes"][chunk]), int(chunks["offset"][chunk]))
        blosc.decompress(data, records[number * place.chunk_rows : (number + 1) * place.chunk_rows])
    records = records[: place.rows - low * place.chunk_rows]
    begin, end = np.searchsorted(np.ascontiguousarray(records["index"]), (first, stop), "left")
    return {name: np.ascontiguousarray(records[name][begin:end]) for name in kind.names or ()}


def chunk_table(descriptor: int, place: TablePlace) -> NDArray[np.void]:
    """Read the table of chunks of a table."""
    data = read_exactly(descriptor, _CHUNK.itemsize * place.chunks, place.chunks_offset)
    return np.frombuffer(data, _CHUNK)


def _texts(descriptor: int, file: ProductFile) -> NDArray[np.bytes_]:
    """The texts of a file, as stored."""
    data = read_exactly(descriptor, file.texts * file.text_bytes, file.texts_offset)
    return np.frombuffer(data, np.dtype(f"S{file.text_bytes}"))


def faults(folder: Path, file: ProductFile) -> list[str]:
    """Say what is wrong with a file: its size, its tables, and the checksum of each chunk.

    Raises
    ------
    OSError
        If it is gone, or cannot be read.
    """
    path = folder / file.name
    size_bytes = path.stat().st_size
    if size_bytes != file.size_bytes:
        return [f"it is {size_bytes} bytes long instead of {file.size_bytes}"]
    with path.open("rb") as opened:
        descriptor = opened.fileno()
        tables = {
            name: chunk_table(descriptor, place)
            for name, place in (("data", file.data), ("counts", file.counts))
            if place is not None and place.rows
        }
        checksum = 0
        for table in tables.values():
            checksum = zlib.crc32(table.tobytes(), checksum)
        if zlib.crc32(_texts(descriptor, file).tobytes() if file.texts else b"", checksum) != file.tables_crc32:
            return ["its tables do not agree with their checksum"]
        return [
            f"chunk {number} of {name} does not agree with its checksum"
            for name, table in tables.items()
            for number, chunk in enumerate(table)
            if zlib.crc32(read_exactly(descriptor, int(chunk["bytes"]), int(chunk["offset"]))) != int(chunk["crc32"])
        ]
