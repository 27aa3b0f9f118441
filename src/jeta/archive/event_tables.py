"""Event sets that are tables of intervals: ``<name>.ecsv`` or ``<name>.csv`` in an archive's folder of events.

A table has the columns ``datestart`` and ``datestop``, UTC in any form that `jeta.times` reads, or ``tstart`` and ``tstop``,
seconds of the archive's time system. Any further column can be filtered by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import EventSetError, ExpressionError, TimeFormatError
from jeta.expressions.tokens import quoted
from jeta.intervals import Intervals
from jeta.times import to_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from jeta.expressions.tokens import Literal

SUFFIXES = {".ecsv": "ecsv", ".csv": "csv"}
"""Ends of the names of files, and what astropy calls their format."""

_DATES = ("datestart", "datestop")
_SECONDS = ("tstart", "tstop")


@dataclass(frozen=True, slots=True, eq=False)
class TableEvents:
    """An event set that a table gives.

    Attributes
    ----------
    name : str
        What expressions call it.
    path : Path
        The file.
    intervals : Intervals
        One for each row, s in the archive's time system, in the order of their starts; they may overlap.
    columns : dict of str to masked array, shape (rows,)
        The further columns, in the same order; masked where a value is missing.
    """

    name: str
    path: Path
    intervals: Intervals
    columns: dict[str, np.ma.MaskedArray[Any, Any]]

    def select(self, filters: Mapping[str, Literal]) -> Intervals:
        """Return the intervals whose columns have given values.

        Parameters
        ----------
        filters : dict of str to int, float, str, bool or None
            Column and value; all must hold. None finds rows without a value. Blanks at the end of texts do not count.

        Returns
        -------
        Intervals
            Those intervals, seconds; all where there are no filters.

        Raises
        ------
        ExpressionError
            If there is no such column, or it holds another kind of values.
        """
        keep = np.ones(len(self.intervals.tstart), dtype=bool)
        for key, value in filters.items():
            keep &= self._equal(key, value)
        return self.intervals if keep.all() else Intervals(self.intervals.tstart[keep], self.intervals.tstop[keep])

    def _equal(self, key: str, value: Literal) -> NDArray[np.bool_]:
        """Return which rows have a value in a column, shape (rows,)."""
        if key not in self.columns:
            known = ", ".join(self.columns) or "none"
            raise ExpressionError(
                f"event set {self.name!r} has no column {key!r}; expected pad or one of its columns: {known}"
            )
        column = self.columns[key]
        missing = np.ma.getmaskarray(column)
        if value is None:
            return missing
        values = np.ma.getdata(column)
        is_text = values.dtype.kind in "UO"
        if not missing.all() and is_text != isinstance(value, str):
            example = quoted(values[~missing][:1].tolist()[0])
            raise ExpressionError(
                f"column {key!r} of event set {self.name!r} holds {'texts' if is_text else 'numbers'} such as {example}, "
                f"but {quoted(value)} was asked for; write a {'text in quotes' if is_text else 'number'}"
            )
        equal = np.char.rstrip(values.astype(str)) == value.rstrip() if isinstance(value, str) else values == value
        return np.asarray(equal & ~missing, dtype=bool)


def read_event_table(path: Path, system: str) -> TableEvents:
    """Read a table of events.

    Parameters
    ----------
    path : Path
        A file that ends in ``.ecsv`` or ``.csv``; the rest of its name is the event set's.
    system : {'unix', 'cxcsec'}
        The archive's time system.

    Returns
    -------
    TableEvents
        The event set.

    Raises
    ------
    EventSetError
        If the file is no such table; the message names the file and what is wrong.
    """
    table = _read_table(path)
    first, last = _pair(table, path)
    tstart, tstop = (_seconds(table[name], name, path, system) for name in (first, last))
    wrong = np.flatnonzero(~(tstart <= tstop))
    if len(wrong):
        row = int(wrong[0])
        raise EventSetError(
            f"{path.name}: expected {first} and {last} in each row, the first not after the second, "
            f"but one has {table[first][row]} and {table[last][row]}"
        )
    order = np.argsort(tstart, kind="stable")
    further = [name for name in table.colnames if name not in {*_DATES, *_SECONDS} and table[name].ndim == 1]
    columns = {name: np.ma.asarray(table[name].data)[order] for name in further}
    return TableEvents(path.stem, path, Intervals(tstart[order], tstop[order]), columns)


def _read_table(path: Path) -> Any:
    """Read a file as an astropy table."""
    from astropy.io import ascii as text_tables  # noqa: PLC0415 - takes 0.3 s to import, which a fetch must not pay for

    form = SUFFIXES[path.suffix.lower()]
    options: dict[str, Any] = {}
    try:
        # A spreadsheet puts a byte order mark before UTF-8.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        if form == "csv":
            lines = [line for line in lines if line.strip() and not line.startswith("#")]
            # Dates such as 2022143 would become numbers, and numbers are seconds; the fast reader heeds no converters.
            as_text = {name: [text_tables.convert_numpy(str)] for name in _DATES}
            options = {"converters": as_text, "fast_reader": False}
        return text_tables.read(lines, format=form, guess=False, **options)
    except (ValueError, TypeError, KeyError, IndexError) as err:
        what = "an ECSV table" if form == "ecsv" else "a CSV table with a line of column names"
        raise EventSetError(f"{path.name}: expected {what}, but it cannot be read as one: {err}") from err


def _pair(table: Any, path: Path) -> tuple[str, str]:
    """Return the names of the columns that hold starts and stops."""
    for pair in (_DATES, _SECONDS):
        if set(pair).issubset(table.colnames):
            return pair
    raise EventSetError(
        f"{path.name}: expected columns datestart and datestop, or tstart and tstop, but found {', '.join(table.colnames)}"
    )


def _seconds(column: Any, name: str, path: Path, system: str) -> NDArray[np.float64]:
    """Return the seconds of a column of times, NaN where one is missing."""
    values = np.ma.asarray(column.data)
    is_text = values.dtype.kind == "U"
    if len(values) and is_text != (name in _DATES):
        expected = "dates as text" if name in _DATES else f"numbers, {system} seconds"
        raise EventSetError(f"{path.name}: column {name}: expected {expected}, but found {column[0]!r}")
    seconds = np.full(len(values), np.nan)
    present = ~np.ma.getmaskarray(values)
    if present.any():
        try:
            seconds[present] = to_seconds(np.ma.getdata(values)[present], system)
        except TimeFormatError as err:
            raise EventSetError(f"{path.name}: column {name}: {err}") from err
    return seconds
