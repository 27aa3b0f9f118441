"""Which column of a table holds its times. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jeta.errors import ValuesError
from jeta.tables.incoming import INDEX, Column, Incoming, listed
from jeta.tables.incoming_arrays import column_of
from jeta.units import can_convert, convert_units

if TYPE_CHECKING:
    from collections.abc import Iterable

TIME_NAMES = (
    "time", "times", "utc", "datetime", "date", "timestamp", "timestamps", "date_time", "time_utc", "utc_time", "datetime_utc",
    "obstime", "secs",
)  # fmt: skip
"""Names of columns that are taken for times, in any case, with blanks or hyphens for underscores."""


class Found(NamedTuple):
    """The times of a table.

    Attributes
    ----------
    name : str or None
        Their column; None where the caller gave the times themselves.
    times : Any
        The times in a form that `jeta.times` reads, shape (rows,).
    beside : tuple of str
        Other columns that are named like times; they are no values, unless the caller says so.
    """

    name: str | None
    times: Any
    beside: tuple[str, ...] = ()


def is_time_name(name: str) -> bool:
    """Tell whether a column's name says that it holds times.

    Examples
    --------
    >>> is_time_name("Date-Time"), is_time_name("SA_TEMP")
    (True, False)
    """
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split()) in TIME_NAMES


def find_time(table: Incoming, wanted: Any = None, taken: Iterable[str] | None = None) -> Found:
    """Find the times of a table.

    Parameters
    ----------
    table : Incoming
        The table.
    wanted : str or array-like, optional
        The column, or times themselves, one for each row; by default the column that holds instants by its type, or else by
        its name, or else the index.
    taken : iterable of str, optional
        Columns that the caller takes as values, which therefore are not times.

    Returns
    -------
    Found
        The column and its times.

    Raises
    ------
    ValuesError
        If there is none, or several that could be; the message names them.
    """
    chosen = frozenset(taken or ())
    if wanted is None:
        name = _found(table, chosen)
    elif not isinstance(wanted, str):
        return _given(table, wanted)
    elif wanted in table.columns:
        name = wanted
    else:
        raise ValuesError(f"the table has no column {wanted!r} for the time; its columns are {listed(table.columns)}")
    beside = tuple(other for other in table.columns if is_time_name(other) and other not in {*chosen, name})
    return Found(name, _readable(table.columns[name]), beside)


def _given(table: Incoming, times: Any) -> Found:
    """Times that the caller gives for the rows of a table.

    Raises
    ------
    ValuesError
        If there is not one for each row.
    """
    column = column_of("time", times)
    if len(column.values) != table.rows:
        raise ValuesError(f"time has {len(column.values)} rows, but the table has {table.rows}; give one for each row")
    return Found(None, _readable(column))


def _found(table: Incoming, taken: frozenset[str]) -> str:
    """The one column that can be the time."""
    free = {name: column for name, column in table.columns.items() if name not in taken}
    for candidates in _candidates(free, table.index):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            raise ValuesError(f"the columns {listed(candidates)} may all be the time; say which one with time='NAME'")
    if INDEX in free:
        if getattr(free[INDEX].values, "dtype", np.dtype("O")).kind not in "biu":
            return INDEX
        raise ValuesError(
            "the index has no name and whole numbers, which may only count the rows, and no column is named or typed as a time;"
            " say which one is with time='NAME', or time=TABLE.index for the index"
        )
    raise ValuesError(
        f"none of the columns {listed(table.columns)} is named or typed as a time; say which one is with time='NAME'"
    )


def _candidates(free: dict[str, Column], index: tuple[str, ...]) -> tuple[list[str], list[str], list[str]]:
    """The columns that may be the time, those with the best reason first: times in the index, by name and type, by either."""
    by_name = [name for name in free if is_time_name(name)]
    by_type = [name for name, column in free.items() if column.is_time]
    index_times = [name for name in by_type if name in index]
    both = [name for name in by_name if name in by_type]
    return index_times, both, list(dict.fromkeys([*by_type, *by_name]))


def _readable(column: Column) -> Any:
    """The times so that what is missing is read as missing, numbers with a unit as seconds.

    Raises
    ------
    ValuesError
        If the unit is none of time.
    """
    values = column.values
    if column.unit is not None and getattr(values, "dtype", np.dtype("O")).kind in "iuf":
        if not can_convert(column.unit, "s"):
            raise ValuesError(
                f"the times are numbers in {column.unit!r}, which cannot be converted into seconds; give dates, or seconds"
            )
        values = np.asarray(convert_units(values, column.unit, "s"))
    if column.missing is None:
        return values
    if getattr(values, "dtype", np.dtype("O")).kind in "biuf":
        return np.where(column.missing, np.nan, values.astype(np.float64))
    if values.dtype.kind == "M":
        return np.where(column.missing, np.array("NaT", values.dtype), values)
    objects = values.astype(object)
    objects[column.missing] = None
    return objects
