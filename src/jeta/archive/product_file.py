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
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from jeta.archive import values_codec
from jeta.archive.sealed_file import SealedFile
from jeta.errors import ArchiveCorruptError
from jeta.files import read_exactly
from jeta.statistics.binned import Binned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

CHUNK_BINS = 2**12
"""Two weeks of bins of 328 s: of a fetch of a month, a small part of what is decoded is not wanted."""

_CHUNK = np.dtype([("first", "<i8"), ("offset", "<i8"), ("bytes", "<i8"), ("crc32", "<i8")])


@lru_cache(maxsize=256)
def _record_type(fields: tuple[tuple[str, str], ...]) -> np.dtype[Any]:
    """The type of a record; remembered, since a fetch asks for it a hundred times."""
    return np.dtype(list(fields))


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Where a table lies in a file.

    Attributes
    ----------
    fields : tuple of (name, type)
        Its columns, in order; types as numpy spells them.
    rows, chunk_rows : int
        Rows in all, and of each chunk but the last.
    chunks_offset : int
        First byte of its table of chunks.
    """

    fields: tuple[tuple[str, str], ...]
    rows: int
    chunk_rows: int
    chunks_offset: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a record."""
        return _record_type(self.fields)

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
    places = {name: None if told[name] is None else _place(told[name]) for name in ("data", "counts")}
    return ProductFile(**{**told, **places})


def _place(told: dict[str, Any]) -> TablePlace:
    """A place as JSON holds it."""
    return TablePlace(**{**told, "fields": tuple((str(name), str(kind)) for name, kind in told["fields"])})


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
    if counts is not None and binned.texts is not None:
        # Only the texts that occur in these bins; their order stays.
        used = np.zeros(len(binned.texts), bool)
        used[columns["val"]] = used[counts["text"]] = True
        rows = (np.cumsum(used) - 1).astype("<i4")
        texts = values_codec.encode_texts(binned.texts[used])
        columns["val"], counts = rows[columns["val"]], counts | {"text": rows[counts["text"]]}
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
    fields = tuple((key, column.dtype.newbyteorder("<").str) for key, column in stored.items())
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


def read(folder: Path, files: Sequence[ProductFile], first: int, stop: int) -> Binned:
    """Read the statistics of the bins ``[first, stop)``.

    Parameters
    ----------
    folder : Path
        Where the files lie.
    files : sequence of ProductFile
        At least one, of one product of an MSID, in the order of their bins.
    first, stop : int
        Numbers of bins.

    Returns
    -------
    Binned
        What of these bins the files have, in types that hold all of it; a column that one of them lacks is 0 there.

    Raises
    ------
    FileNotFoundError
        If a file is gone, as after a fold: the caller reads the manifest again.
    ArchiveCorruptError
        If one is damaged.
    """
    with ExitStack() as stack:
        opened = [stack.enter_context(_Opened(folder / file.name, file)) for file in files]
        data = [(each, each.file.data) for each in opened]
        counts = [(each, each.file.counts) for each in opened if each.file.counts is not None]
        if not counts:
            return Binned(_filled(data, first, stop))
        texts = np.unique(np.concatenate([each.texts for each in opened]))
        for each in opened:
            each.rows_of_texts = np.searchsorted(texts, each.texts).astype(np.int32)
        return Binned(_filled(data, first, stop, text="val"), _filled(counts, first, stop, text="text"), texts)


class _Opened:
    """A file open for reading; what is wrong with its content is told as such."""

    def __init__(self, path: Path, file: ProductFile) -> None:
        self.path, self.file = path, file
        self.descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.rows_of_texts: NDArray[np.int32] = np.empty(0, np.int32)
        """For each text of the file, its row among those of all files that are read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    @contextmanager
    def read(self) -> Iterator[None]:
        """Tell of errors of a block as damage of this file."""
        try:
            yield
        except (OSError, EOFError, RuntimeError, ValueError, IndexError) as err:
            raise ArchiveCorruptError(f"{self.path} is damaged ({err}); run  jeta statistics --rebuild") from err

    @cached_property
    def tables(self) -> dict[str, NDArray[Any]]:
        """Tables of chunks, and texts as stored."""
        with self.read():
            return _tables(self.descriptor, self.file)

    @cached_property
    def texts(self) -> NDArray[np.str_]:
        """The texts that codes stand for."""
        with self.read():
            return values_codec.decode_texts(self.tables["texts"])

    def kind_of(self, place: TablePlace, name: str) -> np.dtype[Any]:
        """The type of a column as it is read."""
        return np.dtype(bool) if place is self.file.data and name in self.file.bools else place.dtype[name]

    def chunks(self, place: TablePlace, first: int, stop: int) -> tuple[NDArray[np.void], range]:
        """The table of chunks of a table, and which of them may have rows of the bins ``[first, stop)``."""
        chunks = self.tables["data" if place is self.file.data else "counts"]
        # Rows of one bin may go on in the next chunk: so a chunk whose first bin is `first` does not begin it.
        low = max(0, int(np.searchsorted(chunks["first"], first, "left")) - 1)
        return chunks, range(low, max(low, int(np.searchsorted(chunks["first"], stop, "left"))))


def _filled(
    tables: Sequence[tuple[_Opened, TablePlace]], first: int, stop: int, *, text: str | None = None
) -> dict[str, NDArray[Any]]:
    """Columns of the rows of some tables whose bins are in ``[first, stop)``, each decoded right to its place."""
    wanted = [(opened, place, *opened.chunks(place, first, stop)) for opened, place in tables]
    rows = sum(len(numbers) * place.chunk_rows for _, place, _, numbers in wanted)
    names = max((place.dtype.names or () for _, place, _, _ in wanted), key=len)
    kinds = {
        name: np.result_type(
            *(opened.kind_of(place, name) for opened, place in tables if name in (place.dtype.names or ()))
        )
        for name in names
    }
    columns = {name: np.empty(rows, kind) for name, kind in kinds.items()}
    done = 0
    for opened, place, chunks, numbers in wanted:
        with opened.read():
            for records in _decoded(opened, place, chunks, numbers, (first, stop)):
                here = slice(done, done + len(records))
                for name, column in columns.items():
                    stored = records[name] if name in (records.dtype.names or ()) else 0
                    column[here] = opened.rows_of_texts[stored] if name == text else stored
                done += len(records)
    return {name: column[:done] for name, column in columns.items()}


def _decoded(
    opened: _Opened, place: TablePlace, chunks: NDArray[np.void], numbers: range, bins: tuple[int, int]
) -> Iterator[NDArray[np.void]]:
    """The rows of some bins, chunk by chunk, in a buffer that is used again."""
    from numcodecs import blosc  # noqa: PLC0415 - loaded when first needed

    buffer = np.empty(place.chunk_rows, place.dtype)
    for number in numbers:
        data = read_exactly(opened.descriptor, int(chunks["bytes"][number]), int(chunks["offset"][number]))
        if zlib.crc32(data) != int(chunks["crc32"][number]):
            raise ValueError(f"its chunk {number} does not agree with its checksum")
        blosc.decompress(data, buffer)
        records = buffer[: place.rows - number * place.chunk_rows]
        if number in (numbers[0], numbers[-1]):
            begin, end = np.searchsorted(np.ascontiguousarray(records["index"]), bins, "left")
            records = records[begin:end]
        yield records


def _tables(descriptor: int, file: ProductFile) -> dict[str, NDArray[Any]]:
    """The tables of chunks of a file, and its texts as stored.

    Raises
    ------
    ValueError
        If they do not agree with their checksum: nobody knows then where the rest lies.
    """
    chunked = [("data", file.data), *([] if file.counts is None else [("counts", file.counts)])]
    spans = [(name, _CHUNK, place.chunks, place.chunks_offset) for name, place in chunked]
    spans.append(("texts", np.dtype(f"S{file.text_bytes}"), file.texts, file.texts_offset))
    tables: dict[str, NDArray[Any]] = {}
    checksum = 0
    for name, kind, count, offset in spans:
        data = read_exactly(descriptor, kind.itemsize * count, offset)
        checksum = zlib.crc32(data, checksum)
        tables[name] = np.frombuffer(data, kind)
    if checksum != file.tables_crc32:
        raise ValueError("its tables do not agree with their checksum")
    return tables


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
        try:
            tables = _tables(descriptor, file)
        except ValueError as err:
            return [str(err)]
        return [
            f"chunk {number} of {name} does not agree with its checksum"
            for name in ("data", "counts")
            for number, chunk in enumerate(tables.get(name, ()))
            if zlib.crc32(read_exactly(descriptor, int(chunk["bytes"]), int(chunk["offset"]))) != int(chunk["crc32"])
        ]
