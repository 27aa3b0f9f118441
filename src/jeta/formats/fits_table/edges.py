"""The instants of the rows of a FITS table: all of them, or the first and the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import FormatError, TimeFormatError
from jeta.formats.fits_table.clock import instants
from jeta.formats.fits_table.columns import values_of
from jeta.formats.fits_table.series import Clock
from jeta.times import cxcsec_ticks_to_unix_ticks
from jeta.times.ticks import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.formats.fits_table.header import Header
    from jeta.formats.fits_table.parts import Part
    from jeta.formats.fits_table.tables import TimedTable
    from jeta.formats.table.rules import TimeRule


def check_size(table: TimedTable, part: Part) -> None:
    """Refuse a header that has less data than rows.

    Raises
    ------
    FormatError
        If it has.
    """
    if table.rows * table.row_bytes > part.size:
        raise FormatError("the header of a table contradicts itself: it has less data than rows; transfer it again")


def clock_of(table: TimedTable, rows: NDArray[np.uint8], headers: Sequence[Header], rule: TimeRule) -> Clock:
    """Give the instants of rows.

    Parameters
    ----------
    table : TimedTable
        What the columns are.
    rows : uint8 array, shape (rows, bytes a row)
        All rows of it, or some.
    headers : sequence of Header
        Where to look for keywords, the first first.
    rule : TimeRule
        What a mapping says.

    Raises
    ------
    FormatError
        If nothing says what the numbers count.
    """
    stored = values_of(table.time, rows)
    column = stored.values[:, 0]
    if column.dtype.kind == "S":
        texts = [cell.partition(b"\0")[0].decode("latin-1") for cell in column.tolist()]
        column = np.array(texts, np.str_) if texts else np.empty(0, "U1")
    elif rule.format == "auto":
        column = column.astype(np.float64)
    if stored.missing is not None:
        column = np.where(stored.missing[:, 0], np.nan, column)
    try:
        ticks, system = instants(column, table.time.unit or "", headers, rule)
    except TimeFormatError as err:
        raise FormatError(f"column {table.time.name}: {err}") from err
    lost = ~ticks.valid if column.dtype.kind == "U" else np.isnan(column)
    return Clock(ticks, system, lost)


def edges_ms(table: TimedTable, part: Part, headers: Sequence[Header], rule: TimeRule) -> list[int]:
    """Read the first and the last row of a table.

    Parameters
    ----------
    table : TimedTable
        What the columns are.
    part : Part
        Whose source stands before the data.
    headers : sequence of Header
        Where to look for keywords, the first first.
    rule : TimeRule
        What a mapping says.

    Returns
    -------
    list of int
        Their instants, ms since 1970 UTC, rounded down; those that have none are left out.

    Raises
    ------
    FormatError
        If the file is cut short, or nothing says what the numbers count.
    """
    check_size(table, part)
    start = part.source.at
    data = bytearray()
    for row in (0, table.rows - 1)[: table.rows]:
        part.source.skip_to(start + row * table.row_bytes)
        data += part.source.take(table.row_bytes)
    rows = np.frombuffer(data, np.uint8).reshape(-1, table.row_bytes)
    ticks, system, _ = clock_of(table, rows, headers, rule)
    if system == "":  # seconds of the archive's own system, which nobody knows here
        return []
    found = ticks.ticks[ticks.valid]
    found = cxcsec_ticks_to_unix_ticks(found, ticks.resolution) if system == "cxcsec" else found
    return [int(tick) for tick in found // (TICKS_PER_SECOND[ticks.resolution] // 1000)]
