"""Parquet and Feather files as samples of each MSID."""

from __future__ import annotations

import io
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from jeta import optional
from jeta.errors import FormatError, MissingExtraError, TimeFormatError, ValuesError
from jeta.formats import rejection
from jeta.formats.batch import Batch, Delivery
from jeta.formats.files import with_name
from jeta.formats.rejection import Sieve
from jeta.formats.table.arrow_values import are_texts, samples_of_texts, typed
from jeta.formats.table.times import TimeColumn
from jeta.tables.incoming import listed
from jeta.tables.incoming_arrow import read_arrow
from jeta.tables.incoming_plan import Part, Plan, Wanted, plan
from jeta.tables.incoming_values import checked_part, samples_of_part
from jeta.times import Ticks, utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.formats.table.mapping import TableMapping
    from jeta.formats.table.rules import ColumnRule, Lookup
    from jeta.tables.incoming import Column, Incoming

PARQUET = b"PAR1"
FEATHER = b"ARROW1"
_ALWAYS_VALUES = 20_000_000
_MOST_VALUES_A_BYTE = 100
"""A column of one value needs some bytes for a million rows, but times take more than one for each row."""


def is_arrow(start: bytes) -> bool:
    """Tell whether a file begins as Parquet or Feather does."""
    return start.startswith((PARQUET, FEATHER))


def plan_of_file(path: Path, mapping: TableMapping, *, rows: int | None = None) -> Plan:
    """Read a file, and find what it holds.

    Parameters
    ----------
    path : Path
        A Parquet or Feather file.
    mapping : TableMapping
        What is known of it.
    rows : int, optional
        How many rows to take; all by default.

    Returns
    -------
    Plan
        Times and the samples of each MSID; times are a `TimeColumn` where they are numbers or texts.

    Raises
    ------
    FormatError
        If it is damaged, cannot be read here, or it is not clear what is what.
    """
    with _as_format_errors(path):
        table = _taken_apart(_read(path, rows))
        if len(mapping.time.columns) > 1:
            raise ValuesError("the time must be one column of a Parquet or Feather file; join the columns first")
        absent = [name for name in mapping.named_columns() if name not in table.columns]
        if absent:
            raise ValuesError(
                f"there is no column {absent[0]!r}, which {mapping.path or 'the mapping'} names; the columns are"
                f" {listed(table.columns)}"
            )
        return plan(_renamed(_without_missing(table, mapping), mapping), _wanted(mapping))


def read_arrow_file(path: Path, name: str, mapping: TableMapping, lookup: Lookup | None) -> Delivery:
    """Read a Parquet or Feather file.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Name of the format.
    mapping : TableMapping
        What is known of it.
    lookup : callable or None
        What an archive knows of MSIDs.

    Returns
    -------
    Delivery
        A row is a value of an MSID.

    Raises
    ------
    FormatError
        If it is damaged, cannot be read here, it is not clear what is what, or values cannot be stored.
    """
    found = plan_of_file(path, mapping)
    rules = {rule.msid: rule for rule in mapping.columns}
    with _as_format_errors(path):
        times, system = _instants(found.times, mapping)
        rejected: Counter[tuple[str | int | None, str]] = Counter()
        batches: dict[str, Batch] = {}
        taken: set[str] = set()
        rejected.update({(name or None, rejection.NO_VALUE): number for name, number in found.valueless.items()})
        rejected[None, rejection.NO_NAME] += found.nameless
        for part in found.parts:
            if not part.name.strip():
                rejected[None, rejection.NO_NAME] += len(part.rows)
                continue
            if part.name.upper() in taken:
                raise ValuesError(f"two columns are of the MSID {part.name}; say which one to take with a mapping")
            batch, reasons = _batch(part, rules.get(part.name), times, system, lookup)
            rejected.update({(part.name, reason): number for reason, number in reasons.items()})
            if batch is not None:
                batches[part.name] = batch
                taken.add(part.name.upper())
    rows = sum(len(batch.samples) for batch in batches.values()) + rejected.total()
    return Delivery(path, name, rows, tuple(batches.values()), +rejected)


@contextmanager
def _as_format_errors(path: Path) -> Iterator[None]:
    """Name the file in what goes wrong."""
    try:
        yield
    except (ValuesError, TimeFormatError, MissingExtraError) as err:
        raise with_name(err, path) from err


def _read(path: Path, rows: int | None) -> Any:
    """The file, or some of its first rows, as an Arrow table."""
    arrow = optional.require("pyarrow", extra="arrow")
    with path.open("rb") as file:
        is_feather = file.read(len(FEATHER)) == FEATHER
        file.seek(0)
        try:
            table = _feather(file, rows) if is_feather else _parquet(file, rows)
            # Nothing else looks whether offsets and codes of a damaged file stay inside its memory.
            table.validate(full=True)
        except (arrow.ArrowException, OSError, ValueError, UnicodeError, MemoryError) as err:
            words = " ".join(str(err).split())[:200]
            raise FormatError(f"{path}: the file is damaged or cut short ({words}); transfer it again") from err
    return table


def _taken_apart(table: Any) -> Incoming:
    """The columns of an Arrow table.

    Raises
    ------
    ValuesError
        If Arrow itself cannot convert one.
    """
    arrow = optional.require("pyarrow", extra="arrow")
    try:
        return read_arrow(table)
    except arrow.ArrowException as err:
        words = " ".join(str(err).split())[:200]
        raise ValuesError(f"a column cannot be converted ({words}); convert it first, or leave it out") from err


def _parquet(file: IO[bytes], rows: int | None) -> Any:
    """A Parquet file."""
    arrow = optional.require("pyarrow", extra="arrow")
    whole = optional.require("pyarrow.parquet", extra="arrow").ParquetFile(file)
    if rows is None:
        _check_size(whole.metadata, file)
        return whole.read()
    first = list(islice(whole.iter_batches(batch_size=rows), 1))
    return arrow.Table.from_batches(
        first, schema=whole.schema_arrow if not first else first[0].schema
    ).replace_schema_metadata(whole.schema_arrow.metadata)


def _check_size(metadata: Any, file: IO[bytes]) -> None:
    """Refuse a small file that says it has so many values that no memory would hold them.

    Raises
    ------
    ValuesError
        If it does.
    """
    most = max(_ALWAYS_VALUES, _MOST_VALUES_A_BYTE * file.seek(0, io.SEEK_END))
    values = metadata.num_rows * metadata.num_columns
    if values > most:
        raise ValuesError(
            f"it says that it has {metadata.num_rows:,} rows of {metadata.num_columns:,} columns, more than a file of this size can"
            " be expected to hold; split it into several files"
        )


def _feather(file: IO[bytes], rows: int | None) -> Any:
    """A Feather file."""
    arrow = optional.require("pyarrow", extra="arrow")
    whole = optional.require("pyarrow.ipc", extra="arrow").open_file(file)
    if rows is None:
        return whole.read_all()
    some = range(min(1, whole.num_record_batches))
    return arrow.Table.from_batches([whole.get_batch(at).slice(0, rows) for at in some], schema=whole.schema)


def _without_missing(table: Incoming, mapping: TableMapping) -> Incoming:
    """The table, with what the mapping says means no value marked as missing."""
    words = mapping.missing - {""}
    if not words:
        return table
    numbers = [float(word) for word in words if _is_number(word)]
    keep = set(mapping.time.columns)
    columns = {n: c if n in keep else _marked(c, words, numbers) for n, c in table.columns.items()}
    return replace(table, columns=columns)


def _is_number(word: str) -> bool:
    """Whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _marked(column: Column, words: frozenset[str], numbers: list[float]) -> Column:
    """A column whose values that mean nothing are missing."""
    if column.is_time:
        return column
    if column.values.dtype.kind in "iuf":
        found = np.isin(column.values, numbers)
        if any(number != number for number in numbers):  # noqa: PLR0124 - NaN
            found |= np.isnan(column.values)
    elif column.is_text:
        found = np.fromiter((text in words for text in column.values), np.bool_, len(column.values))
    else:
        return column
    return replace(column, missing=found if column.missing is None else column.missing | found)


def _renamed(table: Incoming, mapping: TableMapping) -> Incoming:
    """The table with the names of columns that a long table has by default."""
    new = {mapping.msid: "msid", mapping.value: "value"} if mapping.msid else {}
    return (
        replace(table, columns={new.get(name, name): column for name, column in table.columns.items()})
        if new
        else table
    )


def _wanted(mapping: TableMapping) -> Wanted:
    """What the mapping says, as a plan takes it."""
    columns = {rule.column: rule.msid for rule in mapping.columns} or None
    quality: Any = mapping.quality
    if any(rule.quality for rule in mapping.columns):
        quality = {rule.column: rule.quality or mapping.quality for rule in mapping.columns}
    time = mapping.time.columns[0] if mapping.time.columns else None
    return Wanted(columns, time, None, quality, skip_nan=columns is None)


def _instants(times: Any, mapping: TableMapping) -> tuple[Ticks, str]:
    """The instants of all rows, and what their ticks count."""
    dtype = getattr(times, "dtype", np.dtype("O"))
    column = TimeColumn(mapping.time)
    if dtype.kind == "M":
        column.add_instants(utc.from_datetime64(times))
    elif dtype.kind == "O":
        column.add(["" if text is None else str(text) for text in times])
    else:
        column.add(["" if text == "nan" else text for text in times.astype(np.str_).tolist()])
    return column.instants()


def _batch(
    part: Part, rule: ColumnRule | None, times: Ticks, system: str, lookup: Lookup | None
) -> tuple[Batch | None, Counter[str]]:
    """The samples of one MSID that have an instant, and how many were left out for which reason."""
    part = _as_stored(part, lookup)
    mine = Ticks(times.ticks[part.rows], times.resolution, times.valid[part.rows])
    sieve = Sieve(len(part.rows))
    sieve.reject(~mine.valid, rejection.NOT_A_TIME)
    try:
        if are_texts(part):
            samples = samples_of_texts(part, mine, rule, sieve)
        else:
            samples = samples_of_part(part, mine, typed(checked_part(part), rule))
    except ValuesError as err:
        raise ValuesError(f"{part.name}: {err}") from err
    kept = samples.take(sieve.kept)
    unit = part.unit if rule is None or rule.unit is None else rule.unit
    batch = Batch(part.name, kept, unit, system) if len(kept) else None
    return batch, sieve.counts


def _as_stored(part: Part, lookup: Lookup | None) -> Part:
    """What is stored of an MSID: of a calibrated one that jeta exported the raw counts.

    Raises
    ------
    ValuesError
        If these were not exported.
    """
    known = None if lookup is None else lookup(part.name)
    if known is None or not known.is_calibrated or not part.is_own:
        return part
    if part.raws is None:
        raise ValuesError(f"{part.name}: {rejection.CALIBRATED}; export the raw counts")
    return replace(part, values=part.raws, raws=None, unit=None)
