"""The CSV of the public MAST Engineering Database: one MSID in one file.

::

    theTime,MJD,euvalue,sqldataType
    2022-02-02 22:24:57.797000,59612.9340022801,-0.7914493680,real

Times are UTC. ``MJD`` is the same instant, rounded, and is not read. The MSID is told by the file's name only:
``<MNEMONIC>-<YYYYMMDDThhmmss>-<YYYYMMDDThhmmss>.csv``, and ``.gz`` if it is compressed.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.formats.appearance import looks_like
from jeta.formats.batch import Batch, Delivery, Description
from jeta.formats.cells import Cells, cells_of_sql, column, leave_out_longest, settle
from jeta.formats.datetimes import parse_datetimes, to_ticks
from jeta.formats.files import named, tail
from jeta.formats.levels import Vocabulary
from jeta.formats.rejection import Sieve
from jeta.formats.unpacked import is_packed, lines_of, opened_bytes, unpacked_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.formats.protocol import AnyPath

_REQUIRED = ("thetime", "euvalue", "sqldatatype")
_NAME = re.compile(r"(?P<mnemonic>.+)-\d{8}T\d{6}-\d{8}T\d{6}")
_LOOK_BYTES = 8192
_CHUNK_ROWS = 8_192  # rows as Python objects are fastest while they fit into the cache of the processor
_NS_PER_MS = 10**6


class EdbCsv:
    """Reader of the engineering database's CSV.

    Rows are left out for these reasons: no valid time, no value, a value that is not of its ``sqldataType`` or does not
    fit into 64 bits, a type that is not known, a number among texts or a text among numbers, a wrong number of fields.
    """

    name = "edb_csv"

    def identify(self, path: AnyPath) -> bool:
        """Tell whether the first line of a file names the columns; see `Format.identify`.

        Parameters
        ----------
        path : str or path-like
            The file, of which 8192 bytes are read.
        """
        return _columns(_records(unpacked_head(path, _LOOK_BYTES), 1)) is not None

    def describe(self, path: AnyPath) -> Description:
        """Tell the MSID, and the times of the first and the last row; see `Format.describe`.

        Parameters
        ----------
        path : str or path-like
            The file, of which 8192 bytes at either end are read.

        Returns
        -------
        Description
            Without the number of rows, unless there is none; times in ms since 1970 UTC, rounded down; of a gzip file only the
            first.

        Raises
        ------
        FormatError
            If the header is not that of this format.
        """
        path = Path(path)
        records = _records(unpacked_head(path, _LOOK_BYTES), 2)
        columns = _columns(records)
        if columns is None:
            _refuse_header(path)
        first = _instant_ms(records[1:2], columns)
        end = b"" if is_packed(path) or not records[1:] else tail(path, _LOOK_BYTES)
        last = _instant_ms(_records(end, None)[-1:], columns)
        rows = None if records[1:] else 0
        note = "first and last are the times of the first and the last row"
        return Description(path, self.name, rows, first, last, (_mnemonic(path),), note)

    def read(self, path: AnyPath) -> Delivery:
        """Read all rows of a file; see `Format.read`.

        Parameters
        ----------
        path : str or path-like
            The file, gzip or not: UTF-8 with or without a byte order mark, lines ended by LF or CRLF. Bytes that are not UTF-8 are
            read as Latin-1.

        Returns
        -------
        Delivery
            With one batch, or none if no row is left. Times are in ms, or in us or ns where they need it; values are
            float64, int64 (if all are of an integer type) or text.

        Raises
        ------
        FormatError
            If the header is not that of this format, or a quote is not closed.
        """
        path = Path(path)
        table = _Table()
        with opened_bytes(path) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
            reader = csv.reader(lines_of(text), strict=True)
            try:
                columns = _columns(list(islice(filter(None, reader), 1)))
                if columns is None:
                    _refuse_header(path)
                while records := list(islice(reader, _CHUNK_ROWS)):
                    table.add(records, columns)
            except csv.Error as err:
                raise FormatError(
                    f"{path}: the rows up to line {reader.line_num} cannot be told apart ({err}); expected quotes that"
                    " are doubled inside a field and closed at its end: fetch the file again"
                ) from err
        return table.delivery(path, self.name, _mnemonic(path))


class _Columns(NamedTuple):
    """Where the columns are."""

    time: int
    value: int
    type: int
    width: int


class _Table:
    """The rows of one file, gathered chunk by chunk."""

    def __init__(self) -> None:
        self.rows = 0
        self.rejected: Counter[str] = Counter()
        self._vocabulary = Vocabulary()
        self._seconds: list[NDArray[np.int64]] = []
        self._nanos: list[NDArray[np.int64]] = []
        self._cells: list[Cells] = []

    def add(self, records: Sequence[list[str]], columns: _Columns) -> None:
        """Parse some rows, and keep the good ones."""
        # A blank line, as many programs leave at the end, is no row.
        filled = [record for record in records if record]
        whole = [record for record in filled if len(record) == columns.width]
        self.rows += len(filled)
        if len(filled) > len(whole):
            self.rejected[rejection.WRONG_FIELDS] += len(filled) - len(whole)
        if not whole:
            return
        fields = list(zip(*whole, strict=True))
        seconds, nanos, valid = parse_datetimes(fields[columns.time])
        sieve = Sieve(len(whole))
        sieve.reject(~valid, rejection.NOT_A_TIME)
        cells = cells_of_sql(fields[columns.value], fields[columns.type], self._vocabulary, sieve)
        self.rejected += sieve.counts
        self._seconds.append(seconds[sieve.kept])
        self._nanos.append(nanos[sieve.kept])
        self._cells.append(cells.take(sieve.kept))

    def delivery(self, path: Path, name: str, mnemonic: str) -> Delivery:
        """Make one series of all rows."""
        cells = Cells.joined(self._cells)
        sieve = Sieve(len(cells.kinds))
        settle(cells, sieve)
        leave_out_longest(cells, self._vocabulary, sieve)
        seconds, nanos = (np.concatenate(parts or [np.empty(0, np.int64)]) for parts in (self._seconds, self._nanos))
        ticks, resolution, fits = to_ticks(seconds, nanos)
        sieve.reject(~fits, rejection.TIME_TOO_LARGE)
        self.rejected += sieve.counts
        batches: tuple[Batch, ...] = ()
        if sieve.kept.any():
            samples = column(ticks[sieve.kept], resolution, cells.take(sieve.kept), self._vocabulary)
            batches = (Batch(mnemonic, samples),)
        rejected: Counter[tuple[str | int | None, str]] = Counter(
            {(mnemonic, reason): number for reason, number in self.rejected.items()}
        )
        return Delivery(path, name, self.rows, batches, rejected)


def _records(part: bytes, count: int | None) -> list[list[str]]:
    """Parse lines of a piece of a file; the first or the last may be cut."""
    lines = io.StringIO(part.decode("utf-8-sig", "replace"), newline="")
    return list(islice(filter(None, csv.reader(lines)), count))


def _columns(records: Sequence[list[str]]) -> _Columns | None:
    """Find the columns in the header, if it is one."""
    names = [name.strip().lower() for name in records[0]] if records else []
    if any(name not in names for name in _REQUIRED):
        return None
    time, value, kind = map(names.index, _REQUIRED)
    return _Columns(time, value, kind, len(names))


def _instant_ms(records: Sequence[list[str]], columns: _Columns) -> int | None:
    """Return the time of a row in ms, rounded down, if the row is whole and has one."""
    if not records or len(records[0]) != columns.width:
        return None
    seconds, nanos, valid = parse_datetimes([records[0][columns.time]])
    return int(seconds[0] * 1000 + nanos[0] // _NS_PER_MS) if valid[0] else None


def _mnemonic(path: Path) -> str:
    """Return the MSID that the file's name gives."""
    stem = Path(named(path)).stem
    match = _NAME.fullmatch(stem)
    return match["mnemonic"] if match else stem


def _refuse_header(path: Path) -> NoReturn:
    """Say that the header is not that of this format."""
    raise FormatError(
        f"{path}: expected a first line that names the columns theTime, euvalue and sqldataType, found"
        f" {looks_like(path)}; fetch the file again, or rename the columns"
    )
