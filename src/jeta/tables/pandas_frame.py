"""Frames as `pandas.DataFrame`."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import optional
from jeta.times import to_datetime64

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd
    from numpy.typing import NDArray

    from jeta.tables.frame import Column, Frame


def to_pandas(frame: Frame, *, copy: bool = False) -> pd.DataFrame:
    """Return a frame as DataFrame.

    Parameters
    ----------
    frame : Frame
        The frame.
    copy : bool
        Give the DataFrame values of its own; by default it shares those that pandas can hold as they are. From version 3
        pandas copies a column of somebody else before it writes into it.

    Returns
    -------
    pandas.DataFrame
        Its index ``time`` is a DatetimeIndex in UTC, of us, or of ns where us would not give the seconds back. States are
        categories, in the order of their raw counts. Missing values are NaN in floating-point columns, else NA in one of
        pandas' types with NA (``Int16``, ``boolean``). Components of vectors have a column each. ``attrs`` is JSON.

    Raises
    ------
    MissingExtraError
        If pandas is not installed.
    """
    pandas = optional.require("pandas", extra="pandas")
    frame = frame.flat()
    columns = {name: _values(pandas, column, copy=copy) for name, column in frame.columns.items()}
    made: pd.DataFrame = pandas.DataFrame(columns, index=pandas.RangeIndex(len(frame)), copy=False)
    for name, column in frame.columns.items():
        if column.owner is not None and column.missing is None and not copy:
            # While there is another Series of the same values, pandas copies before it writes.
            weakref.finalize(column.owner, [made[name]].clear).atexit = False
    made.index = _index(pandas, frame)
    paths = [column.path for column in frame.columns.values()]
    if paths and None not in paths:
        made.columns = pandas.MultiIndex.from_tuples(paths, names=["msid", "column"])
    made.attrs.update(frame.with_units())
    return made


def _index(pandas: ModuleType, frame: Frame) -> pd.DatetimeIndex:
    """The times; made of integers, which pandas takes as they are (of datetime64 it would make another copy)."""
    times = to_datetime64(frame.times, frame.time_system)
    kind = pandas.DatetimeTZDtype(np.datetime_data(times.dtype)[0], "UTC")
    index: pd.DatetimeIndex = pandas.DatetimeIndex(times.view(np.int64), dtype=kind, name="time", copy=False)
    return index


def _values(pandas: ModuleType, column: Column, *, copy: bool) -> Any:
    """The values of a column as pandas holds them."""
    if column.states is not None:
        return _categories(pandas, column, column.states, copy=copy)
    values, missing = native(column.values), column.missing
    if missing is None:
        return np.array(values) if copy else values
    if values.dtype.kind == "f":
        return np.where(missing, values.dtype.type(np.nan), values)
    array = pandas.arrays.BooleanArray if values.dtype.kind == "b" else pandas.arrays.IntegerArray
    return array(np.array(values), np.array(missing), copy=False)


def _categories(pandas: ModuleType, column: Column, states: tuple[str, ...], *, copy: bool) -> Any:
    """States as categories."""
    codes, missing = column.values, column.missing  # noqa: PD011 - this is no column of pandas
    if copy or missing is not None:
        codes = np.array(codes)
    if missing is not None:
        codes[missing] = -1
    kind = pandas.CategoricalDtype(pandas.Index(states, dtype="str" if states else object))
    return pandas.Categorical.from_codes(codes, dtype=kind)


def native(values: NDArray[Any]) -> NDArray[Any]:
    """Values in the byte order of this machine; themselves where they are."""
    return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))
