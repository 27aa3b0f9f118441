"""The format ``fits_table``: FITS files with binary tables that have a column of times."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import FormatError, ValuesError
from jeta.formats.appearance import looks_like
from jeta.formats.batch import Batch, Delivery, Description
from jeta.formats.files import head
from jeta.formats.fits_table.columns import Column, columns_of, values_of
from jeta.formats.fits_table.edges import check_size, clock_of, edges_ms
from jeta.formats.fits_table.parts import Part, is_fits, opened, parts
from jeta.formats.fits_table.quality import Quality
from jeta.formats.fits_table.series import samples_of_element
from jeta.formats.fits_table.tables import check_mapping, elements, is_table, timed_table, why_no_time
from jeta.formats.table.beside import PLAIN, found_mapping, has_own_mapping
from jeta.samples import concatenate
from jeta.times import unix_ticks_to_cxcsec_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.formats.fits_table.header import Header
    from jeta.formats.fits_table.series import Clock
    from jeta.formats.fits_table.tables import TimedTable
    from jeta.formats.protocol import AnyPath
    from jeta.formats.table.mapping import TableMapping
    from jeta.formats.table.rules import Lookup
    from jeta.samples import Samples

_MAX_MSIDS = 100_000
_NO_TIME = "row of a table without times"


class FitsTable:
    """Reader of FITS tables with a column ``TIME``.

    Every other column is an MSID; of vectors, every element. Times count from ``MJDREF`` (or ``JDREF``, ``DATEREF``) on the
    clock that ``TIMESYS`` names, and are exact over leap seconds. ``QUALITY`` marks samples as bad. Rows are left out for
    these reasons: no valid time, no value (``TNULL``, a blank text), a truth value that is none, a text that is too long, a
    table without times, a column of complex numbers, of arrays of variable length, or of more than 4096 values a row.

    Parameters
    ----------
    mapping : TableMapping, optional
        What the columns are; by default what a file beside the data, or the header, says.
    lookup : callable, optional
        Tells what an archive knows of an MSID: texts of one that has numbers are read as numbers. By default nothing is known.
    """

    name = "fits_table"

    def __init__(self, mapping: TableMapping | None = None, lookup: Lookup | None = None) -> None:
        self._mapping = mapping
        self._lookup = lookup

    def identify(self, path: AnyPath) -> bool:
        """Tell whether a FITS file has a table with times, or a mapping beside it; see `Format.identify`.

        Parameters
        ----------
        path : str or path-like
            The file, of which the headers are read; of a gzip file all before the header that tells.
        """
        path = Path(path)
        if not head(path, 1) or not is_fits(path):
            return False
        if has_own_mapping(path):
            return True
        try:
            mapping = self._mapping_for(path)
            with opened(path) as source:
                return any(is_table(part.header) and timed_table(part.header, mapping) for part in parts(source))
        except FormatError:
            return False

    def describe(self, path: AnyPath) -> Description:
        """Tell of which MSIDs a file is, and the times of the first and the last row; see `Format.describe`.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Description
            Without the number of rows. Times are those of the first and the last row of each table, in ms since 1970 UTC,
            rounded down.

        Raises
        ------
        FormatError
            If no table has times, or the file is damaged.
        """
        path = _checked(path)
        mapping = self._mapping_for(path)
        with opened(path) as source:
            found: list[Header] = []
            edges: list[int] = []
            for part in parts(source):
                found.append(part.header)
                table = timed_table(part.header, mapping) if is_table(part.header) else None
                if table is not None:
                    edges += edges_ms(table, part, [found[-1], found[0]], mapping.time)
            tables = _timed(found, mapping)
        keys = dict.fromkeys(name for table in tables for name in _names(table, mapping))
        rows = ", ".join(f"{table.rows:,}" for table in tables)
        note = f"tables with times: {len(tables)}, of {rows} rows; first and last are the times of the first and the last row"
        first, last = min(edges, default=None), max(edges, default=None)
        return Description(path, self.name, None, first, last, tuple(keys), note)

    def read(self, path: AnyPath) -> Delivery:
        """Read all tables of a file; see `Format.read`.

        Parameters
        ----------
        path : str or path-like
            The file, gzip or not.

        Returns
        -------
        Delivery
            A row is a value of an MSID. Numbers are of the file's type; texts stay texts, whatever they look like, unless the
            mapping or the archive says otherwise. Times are exact, in ms, us or ns.

        Raises
        ------
        FormatError
            If no table has times, or the file is damaged.
        """
        path = _checked(path)
        mapping = self._mapping_for(path)
        gathered = _Gathered(mapping, self._lookup)
        with opened(path) as source:
            found: list[Header] = []
            for part in parts(source):
                found.append(part.header)
                if is_table(part.header):
                    gathered.add(part, found)
            _timed(found, mapping)
            return gathered.delivery(path, self.name)

    def _mapping_for(self, path: Path) -> TableMapping:
        """The mapping that holds for a file; that of the folder only if the file has any of the columns that it names."""
        mapping = found_mapping(path, self._mapping)
        if self._mapping is not None or mapping is PLAIN or has_own_mapping(path):
            return mapping
        with opened(path) as source:
            tables = [columns_of(part.header) for part in parts(source) if is_table(part.header)]
        there = {column.name.upper() for columns in tables for column in columns}
        named = {name.upper().partition("[")[0] for name in mapping.named_columns()}
        return mapping if named & there or not named else PLAIN


class _Gathered:
    """The rows of all tables of a file."""

    def __init__(self, mapping: TableMapping, lookup: Lookup | None) -> None:
        self._mapping, self._lookup = mapping, lookup
        self._batches: dict[str, list[Batch]] = {}
        self._rejected: Counter[tuple[str | int | None, str]] = Counter()

    def add(self, part: Part, headers: Sequence[Header]) -> None:
        """Take a table in."""
        table = timed_table(part.header, self._mapping)
        if table is None:
            part.source.skip_to(part.source.at + part.size)
            self._rejected[None, _NO_TIME] += part.header.integer("NAXIS2") if part.size else 0
            return
        check_size(table, part)
        data = part.source.take(table.rows * table.row_bytes)
        rows = np.frombuffer(data, np.uint8).reshape(table.rows, table.row_bytes)
        clock = clock_of(table, rows, [headers[-1], headers[0]], self._mapping.time)
        quality = None
        if table.quality is not None and not table.quality.why_not:
            quality = Quality(table.quality, values_of(table.quality, rows).values, table.columns, table.time)
        _refuse_twice(table, self._mapping)
        for column in _values_in(table):
            bad = None if quality is None or column is table.quality else quality.of(column)
            self._add_column(column, rows, bad, clock)

    def delivery(self, path: Path, name: str) -> Delivery:
        """Make one batch of each MSID."""
        batches = tuple(_joined(each) for each in self._batches.values())
        rejected = +self._rejected
        rows = sum(len(batch.samples) for batch in batches) + rejected.total()
        return Delivery(path, name, rows, batches, rejected)

    def _add_column(self, column: Column, rows: NDArray[np.uint8], bad: NDArray[np.bool_] | None, clock: Clock) -> None:
        """Take in the elements of a column that are MSIDs."""
        if column.why_not:
            self._rejected[column.name, column.why_not] += len(rows)
            return
        chosen = list(elements(column, self._mapping))
        if not chosen:
            return
        values = values_of(column, rows)
        missing = self._mapping.missing - {""}
        for at, rule in chosen:
            one = values.element(at)
            known = None if self._lookup is None else self._lookup(rule.msid)
            try:
                batch, rejected = samples_of_element(rule, one, bad, clock, missing, known)
            except ValuesError as err:
                raise FormatError(f"column {column.name}: {err}") from err
            self._rejected.update({(rule.msid, reason): number for reason, number in rejected.items()})
            if batch is not None:
                self._batches.setdefault(rule.msid, []).append(batch)
        if len(self._batches) > _MAX_MSIDS:
            raise FormatError(f"it has more than {_MAX_MSIDS:,} MSIDs; say in a mapping which columns to take")


def _checked(path: AnyPath) -> Path:
    """Refuse what is no FITS file."""
    path = Path(path)
    if not path.is_file() or not is_fits(path):
        found = looks_like(path)
        raise FormatError(f"{path}: expected a FITS file, gzip or not, found {found}; take it out of the delivery")
    return path


def _timed(headers: Sequence[Header], mapping: TableMapping) -> list[TimedTable]:
    """The tables that have times.

    Raises
    ------
    FormatError
        If there is none, or the mapping does not fit.
    """
    tables = [table for header in headers if is_table(header) and (table := timed_table(header, mapping)) is not None]
    if not tables:
        raise FormatError(why_no_time(headers, mapping))
    check_mapping(mapping, tables)
    return tables


def _values_in(table: TimedTable) -> list[Column]:
    """The columns that hold values: not the time, nor flags of single columns."""
    flags = table.quality if table.quality is not None and table.quality.elements != 1 else None
    return [column for column in table.columns if column is not table.time and column is not flags]


def _names(table: TimedTable, mapping: TableMapping) -> list[str]:
    """The MSIDs of a table."""
    return [rule.msid for column in _values_in(table) for _, rule in elements(column, mapping) if not column.why_not]


def _refuse_twice(table: TimedTable, mapping: TableMapping) -> None:
    """Refuse to put two columns into one MSID."""
    counts = Counter(name.upper() for name in _names(table, mapping))
    twice = [name for name, number in counts.items() if number > 1]
    if twice:
        raise FormatError(f"two columns, or elements of vectors, are of the MSID {twice[0]}; rename one in a mapping")


def _joined(batches: Sequence[Batch]) -> Batch:
    """One batch of the rows that several tables have of an MSID."""
    if len(batches) == 1:
        return batches[0]
    first = batches[0]
    if len({batch.unit for batch in batches}) > 1:
        raise FormatError(f"two tables have {first.key} in different units; say in a mapping which columns to take")
    systems = {batch.time_system for batch in batches}
    try:
        samples = concatenate([batch.samples if len(systems) == 1 else _in_cxcsec(batch) for batch in batches])
    except ValuesError as err:
        raise FormatError(f"{first.key} is in several tables: {err}") from err
    return Batch(first.key, samples, first.unit, "cxcsec" if len(systems) > 1 else first.time_system)


def _in_cxcsec(batch: Batch) -> Samples:
    """The rows in the time system that has leap seconds."""
    if batch.time_system == "cxcsec":
        return batch.samples
    ticks = unix_ticks_to_cxcsec_ticks(batch.samples.ticks, batch.samples.resolution)
    return replace(batch.samples, ticks=ticks)
