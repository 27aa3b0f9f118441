"""Which tables of a FITS file have times, and of which MSIDs their columns are."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from jeta.errors import FormatError
from jeta.formats.fits_table.columns import Column, columns_of
from jeta.formats.fits_table.quality import NAME as QUALITY
from jeta.formats.table.rules import ColumnRule
from jeta.tables.incoming import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jeta.formats.fits_table.header import Header
    from jeta.formats.table.mapping import TableMapping

_TIME = "TIME"
_ELEMENT = re.compile(r"(.+)\[(\d{1,9})\]", re.ASCII)


class TimedTable(NamedTuple):
    """A table with a column of times.

    Attributes
    ----------
    rows : int
        How many it claims to have.
    row_bytes : int
        Bytes of a row.
    columns : list of Column
        All columns.
    time : Column
        That of the times.
    quality : Column or None
        The one that says which samples are bad.
    """

    rows: int
    row_bytes: int
    columns: list[Column]
    time: Column
    quality: Column | None


def is_table(header: Header) -> bool:
    """Tell whether a header is that of a binary table."""
    return header.text("XTENSION") == "BINTABLE"


def timed_table(header: Header, mapping: TableMapping) -> TimedTable | None:
    """Find the columns of a table.

    Parameters
    ----------
    header : Header
        Of a binary table.
    mapping : TableMapping
        May name the columns of times and quality.

    Returns
    -------
    TimedTable or None
        None if it has no column of times.

    Raises
    ------
    FormatError
        If the header contradicts itself, two columns have one name, or the times are no numbers or dates.
    """
    columns = columns_of(header)
    name = mapping.time.columns[0] if mapping.time.columns else _TIME
    if len(mapping.time.columns) > 1:
        raise FormatError("of a FITS file the time must be one column; join the columns first")
    time = _named(columns, name)
    if time is None:
        return None
    upper = [column.name.upper() for column in columns]
    twice = next((name for name in upper if upper.count(name) > 1), None)
    if twice is not None:
        raise FormatError(f"two columns are named {twice!r}; rename one of them")
    if time.why_not or time.code in "LX" or time.elements != 1:
        raise FormatError(
            f"the column {time.name} holds {time.repeat}{time.code}, expected one number or date a row; if another"
            " column is the time, say so in a mapping, such as  {time: {column: NAME, format: cxcsec}}"
        )
    quality = _named(columns, mapping.quality or QUALITY)
    return TimedTable(header.integer("NAXIS2"), header.integer("NAXIS1"), columns, time, quality)


def why_no_time(headers: Sequence[Header], mapping: TableMapping) -> str:
    """Say what a file holds instead of a table with times.

    Parameters
    ----------
    headers : sequence of Header
        All of it.
    mapping : TableMapping
        May name the column of times.
    """
    wanted = mapping.time.columns[0] if mapping.time.columns else _TIME
    tables = [
        f"{header.text('EXTNAME') or 'a table'} with the columns {listed(column.name for column in columns_of(header))}"
        for header in headers
        if is_table(header)
    ]
    if not tables:
        return (
            f"expected a table with a column {wanted}, found a FITS file without binary tables, such as one of images; take it out"
            " of the delivery"
        )
    return (
        f"expected a table with a column {wanted}, found {'; '.join(tables[:3])}; if one of these is the time, say so in a mapping"
        " such as  {time: {column: NAME, format: cxcsec}}; else take the file out of the delivery"
    )


def elements(column: Column, mapping: TableMapping) -> Iterator[tuple[int, ColumnRule]]:
    """Say which values of a column are MSIDs, and of what name.

    Parameters
    ----------
    column : Column
        A column of values.
    mapping : TableMapping
        What a user says of it, as ``NAME`` or ``NAME[3]``; by default all is taken.

    Yields
    ------
    at : int
        The place of the value in a row of the column, from 0.
    rule : ColumnRule
        The MSID, with the unit that the rule or the column says. A vector's values are ``NAME_0``, ``NAME_1`` ..., as no MSID may
        have brackets in its name.
    """
    rules = {rule.column.upper(): rule for rule in mapping.columns}
    whole = rules.get(column.name.upper())
    for at in range(column.elements):
        rule = rules.get(f"{column.name.upper()}[{at}]")
        if rule is None and mapping.columns and whole is None:
            continue
        base = whole or ColumnRule(column.name, column.name)
        rule = rule or (base if column.elements == 1 else replace(base, msid=f"{base.msid}_{at}"))
        yield at, replace(rule, unit=rule.unit or column.unit)


def check_mapping(mapping: TableMapping, tables: Sequence[TimedTable]) -> None:
    """Refuse a mapping that names columns which no table has, or says what a FITS file cannot be.

    Raises
    ------
    FormatError
        If it does.
    """
    if mapping.msid is not None:
        raise FormatError("FITS tables have a column for each MSID; give columns in the mapping, not msid and value")
    if any(rule.quality for rule in mapping.columns):
        raise FormatError("a FITS table has one column of quality; give quality for the whole mapping, not for columns")
    there = {column.name.upper(): column.elements for table in tables for column in table.columns}
    for name in [*(rule.column for rule in mapping.columns), *([mapping.quality] if mapping.quality else [])]:
        match = _ELEMENT.fullmatch(name)
        is_element = match is not None and int(match[2]) < there.get(match[1].upper(), 0)
        if name.upper() not in there and not is_element:
            raise FormatError(f"there is no column {name!r}, which the mapping names; the columns are {listed(there)}")


def _named(columns: Sequence[Column], name: str) -> Column | None:
    """The column of a name, in any case."""
    return next((column for column in columns if column.name.upper() == name.upper()), None)
