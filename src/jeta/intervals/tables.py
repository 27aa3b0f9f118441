"""Intervals from what users have (pairs, tables, files, objects with ``.intervals()``), and as the table that they get."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import IntervalError
from jeta.intervals.span import Intervals
from jeta.intervals.text_files import read_columns, seconds_of_texts
from jeta.times import show, to_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    _Column: TypeAlias = Sequence[Any] | NDArray[Any]

COLUMN_PAIRS = (("datestart", "datestop"), ("tstart", "tstop"))
"""Names of the columns that hold intervals in a table; the first pair that is there counts."""

_EXPECTED = (
    "give [(start, stop), ...], a table with columns datestart and datestop or tstart and tstop, the name of a file with "
    "these, or an object with a method intervals(datestart, datestop)"
)


def to_table(intervals: Intervals, system: str, val: NDArray[Any] | None = None) -> Any:
    """Return intervals as the table that `state_intervals` and `logical_intervals` of the ancestors give.

    Parameters
    ----------
    intervals : Intervals
        The rows.
    system : {'unix', 'cxcsec'}
        Time system of their seconds.
    val : array, shape (number of intervals,), optional
        A value for each, as last column.

    Returns
    -------
    astropy.table.Table
        Columns ``datestart``, ``datestop`` (UTC text of 21 characters, to the ms), ``duration``, ``tstart``, ``tstop``
        (float64 seconds, shown with three decimals), and ``val``.

    Raises
    ------
    TimeFormatError
        If an edge has no date: an infinite one.

    Examples
    --------
    >>> table = to_table(Intervals([0.0], [60.0]), "unix")
    >>> table.colnames, str(table["datestop"][0])
    (['datestart', 'datestop', 'duration', 'tstart', 'tstop'], '1970:001:00:01:00.000')
    """
    from astropy.table import Table  # noqa: PLC0415 - slow to import, and for tables only

    datestart, datestop = _dates(intervals, system)
    columns = {
        "datestart": datestart,
        "datestop": datestop,
        "duration": intervals.tstop - intervals.tstart,
        "tstart": intervals.tstart,
        "tstop": intervals.tstop,
    }
    table = Table(columns if val is None else {**columns, "val": val})
    for name in ("duration", "tstart", "tstop"):
        table[name].info.format = ".3f"
    return table


def pairs_of(anything: Any) -> list[tuple[Any, Any]] | None:
    """Return the pairs of start and stop that something describes, as given, or None if it may be one time.

    Parameters
    ----------
    anything : Intervals, list of pairs, table, or anything else
        Pairs are lists, tuples or arrays whose first two items are times, rows with named columns, or an array of shape
        ``(n, 2)``. A table is an astropy Table, a structured or record array, a data frame, a dict of columns, or one row of
        these, with columns ``datestart`` and ``datestop``, else ``tstart`` and ``tstop``.

    Returns
    -------
    list of (start, stop), or None
        Times in whatever form they have, in the order given; closed or half-open is for the caller to say.

    Raises
    ------
    IntervalError
        If a list or tuple holds something else than pairs, such as two plain times.

    Examples
    --------
    >>> pairs_of([("2022:001", "2022:002")])
    [('2022:001', '2022:002')]
    >>> pairs_of("2022:001") is None
    True
    """
    columns = _columns_of(anything)
    return None if columns is None else list(zip(*map(list, columns), strict=True))


def read_intervals(anything: Any, system: str, start_s: float | None = None, stop_s: float | None = None) -> Intervals:
    """Return the intervals that something describes, in seconds.

    Parameters
    ----------
    anything : Intervals, list of pairs, table, path, or object with a method ``intervals(datestart, datestop)``
        What `pairs_of` takes, its times in any accepted form, also mixed. A path or str names a file (``.ecsv``, ``.csv``,
        ``.dat``, ``.txt``) with the columns that a table has, or with just two columns, comma or blank separated; numbers
        there are seconds. The method is called with the dates of `start_s` and `stop_s`, and returns any of these.
    system : {'unix', 'cxcsec'}
        Time system of the result, and of numbers among the times.
    start_s, stop_s : float, optional
        Seconds for which the object with a method is asked; of no effect on anything else.

    Returns
    -------
    Intervals
        In the order given, as they are: they may overlap.

    Raises
    ------
    IntervalError
        If it describes no intervals, one runs backwards or lacks a time, or a file cannot be read as intervals.
    TimeFormatError
        If a time is in no accepted form.

    Examples
    --------
    >>> read_intervals([("1970:001", 60.0), ("1970-01-02", "1970:003")], "unix")
    Intervals([0.0, 86400.0], [60.0, 172800.0])
    """
    if isinstance(anything, Intervals):
        return anything
    if isinstance(anything, str | os.PathLike):
        return _read_file(anything, system)
    columns = _columns_of(anything)
    if columns is not None:
        return Intervals(*(_seconds(column, system) for column in columns))
    if callable(getattr(anything, "intervals", None)):
        return _ask(anything, system, start_s, stop_s)
    raise IntervalError(f"{anything!r:.200} describes no intervals: {_EXPECTED}")


def _dates(intervals: Intervals, system: str) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Dates of starts and stops; worked out once where each interval ends as the next begins."""
    if len(intervals) and np.array_equal(intervals.tstart[1:], intervals.tstop[:-1]):
        dates = show(np.append(intervals.tstart[:1], intervals.tstop), "date", system)
        return dates[:-1], dates[1:]
    datestart, datestop = (show(edges, "date", system) for edges in (intervals.tstart, intervals.tstop))
    return datestart.astype("U21", copy=False), datestop.astype("U21", copy=False)


def _read_file(path: str | os.PathLike[str], system: str) -> Intervals:
    """Intervals of a file."""
    columns = read_columns(path)
    for names in COLUMN_PAIRS:
        if all(name in columns for name in names):
            are_numbers = names[0] == "tstart"
            return Intervals(*(seconds_of_texts(columns[name], system, are_numbers) for name in names))
    if len(columns) != 2:
        raise IntervalError(
            f"{os.fspath(path)} has the columns {', '.join(columns)}; expected datestart and datestop, tstart and tstop, "
            "or just two columns without names"
        )
    return Intervals(*(seconds_of_texts(texts, system) for texts in columns.values()))


def _ask(query: Any, system: str, start_s: float | None, stop_s: float | None) -> Intervals:
    """Intervals that an object knows for the span."""
    if start_s is None or stop_s is None:
        raise IntervalError(
            f"{query!r:.200} needs a span to give its intervals for, but got {start_s} to {stop_s}; give start and stop"
        )
    answer = query.intervals(show(start_s, "date", system), show(stop_s, "date", system))
    if columns := _columns_of(answer):
        return Intervals(*(_seconds(column, system) for column in columns))
    raise IntervalError(f"{query!r:.200} gave {answer!r:.200} as intervals; expected [(start, stop), ...] or a table")


def _seconds(column: _Column, system: str) -> NDArray[np.float64]:
    """Seconds of a column of times in any form; None in a list is now, as it is wherever one time is given."""
    if isinstance(column, list) and any(item is None for item in column):
        now_s = to_seconds(None, system)
        column = [now_s if item is None else item for item in column]
    return np.asarray(to_seconds(column, system), dtype=np.float64)


def _columns_of(anything: Any) -> tuple[_Column, _Column] | None:
    """The starts and the stops that something holds, or None if it holds none."""
    if isinstance(anything, Intervals):
        return anything.tstart.tolist(), anything.tstop.tolist()
    if names := _names_in(anything):
        return _as_column(anything[names[0]]), _as_column(anything[names[1]])
    if isinstance(anything, np.ndarray) and anything.ndim == 2 and anything.shape[1] == 2:
        return anything[:, 0], anything[:, 1]
    if not isinstance(anything, list | tuple):
        return None
    pairs = [_pair_of(row) for row in anything]
    if any(pair is None for pair in pairs):
        raise IntervalError(f"a list of intervals must hold pairs of times, but got {anything!r:.200}; {_EXPECTED}")
    return [pair[0] for pair in pairs if pair], [pair[1] for pair in pairs if pair]


def _names_in(table: Any) -> tuple[str, str] | None:
    """The names of the columns that hold intervals in a table or a row of one, or None."""
    names = _column_names(table)
    return next((pair for pair in COLUMN_PAIRS if pair[0] in names and pair[1] in names), None)


def _column_names(table: Any) -> tuple[str, ...]:
    """Names of the columns of a table, array, data frame, dict or row; none for anything else."""
    if isinstance(table, Mapping):
        return tuple(table)
    names = getattr(table, "colnames", None) or getattr(getattr(table, "dtype", None), "names", None)
    if names is None:
        names = getattr(table, "columns", None)
    return () if names is None else tuple(str(name) for name in names)


def _as_column(items: Any) -> _Column:
    """A column as it is; of a row, which has one item alone, a list of that."""
    is_one = isinstance(items, str | bytes) or not hasattr(items, "__len__") or not getattr(items, "shape", (1,))
    return [items] if is_one else items


def _pair_of(row: Any) -> tuple[Any, Any] | None:
    """Start and stop of one item of a list, or None if it is no pair."""
    named = row._asdict() if hasattr(row, "_fields") else row  # a named tuple may have an index as its first item
    if names := _names_in(named):
        return named[names[0]], named[names[1]]
    is_row = isinstance(row, list | tuple | np.void) or hasattr(row, "colnames") or np.ndim(row) == 1
    return (row[0], row[1]) if is_row and len(row) >= 2 else None
