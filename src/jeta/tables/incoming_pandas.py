"""Frames and series of pandas as columns."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.tables.incoming import INDEX, Column, Incoming, named, unit_in, unit_label
from jeta.tables.incoming_arrays import of_objects

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_pandas(table: Any) -> Incoming:
    """Take a DataFrame or Series apart, its index included unless that only counts the rows.

    Parameters
    ----------
    table : DataFrame or Series
        The name of a Series is that of its one column.

    Returns
    -------
    Incoming
        With what ``attrs`` says.

    Raises
    ------
    ValuesError
        If columns have names of several levels, or two have one name.
    """
    frame = table.to_frame("value" if table.name is None else table.name) if table.ndim == 1 else table
    if frame.columns.nlevels > 1:
        raise ValuesError(
            f"the columns have names of {frame.columns.nlevels} levels, such as {frame.columns[0]!r}, as statistics of several "
            "MSIDs have; give a frame with one column for each MSID"
        )
    index = dict(_index(frame.index))
    own = ((name, _own(frame.iloc[:, place], table)) for place, name in enumerate(frame.columns))
    return Incoming(named([*index.items(), *own]), dict(table.attrs), tuple(index))


def _own(series: Any, table: Any) -> Column:
    """A column, without the attributes that a frame hands on to each of its columns."""
    column = column_of_pandas(series)
    of_frame = table.ndim == 2 and column.unit is not None and column.unit == unit_in(table.attrs)
    return replace(column, unit=None) if of_frame else column


def _index(index: Any) -> list[tuple[str, Column]]:
    """The levels of an index as columns."""
    pandas = sys.modules["pandas"]
    if isinstance(index, pandas.RangeIndex) and index.name is None:
        return []
    names = [INDEX if name is None else str(name) for name in index.names]
    return [(name, column_of_pandas(index.get_level_values(at).to_series())) for at, name in enumerate(names)]


def column_of_pandas(series: Any) -> Column:
    """Make a column of a Series.

    Parameters
    ----------
    series : Series
        Of any type; the labels of categories are its values.

    Returns
    -------
    Column
        With the unit that ``attrs`` or the type gives.

    Raises
    ------
    ValuesError
        If the type is not one of numbers, booleans, texts, instants or categories.
    """
    dtype = series.dtype
    unit = unit_in(series.attrs) or unit_label(getattr(dtype, "units", None))
    if isinstance(dtype, np.dtype):
        return _of_numpy(series, unit)
    if hasattr(dtype, "categories") and hasattr(dtype, "ordered"):
        return _of_categories(series, unit)
    missing = np.asarray(series.isna(), np.bool_)
    if dtype.kind == "M":
        precision = getattr(dtype, "unit", "ns")
        return Column(np.asarray(series, dtype=f"M8[{precision}]"), _some(missing), is_time=True)
    if dtype.kind in "biuf":
        plain = getattr(dtype, "numpy_dtype", np.dtype(dtype.kind + "8" if dtype.kind != "b" else "?"))
        return Column(series.to_numpy(dtype=plain, na_value=np.zeros((), plain)[()]), _some(missing), unit)
    objects = series.to_numpy(dtype=object)
    return of_objects(objects, missing, unit)


def _of_numpy(series: Any, unit: str | None) -> Column:
    """A column of one of numpy's types."""
    values: NDArray[Any] = series.to_numpy()
    if values.dtype == object:
        return of_objects(values, None, unit)
    if values.dtype.kind == "M":
        return Column(values, _some(np.isnat(values)), is_time=True)
    return Column(values, None, unit)


def _of_categories(series: Any, unit: str | None) -> Column:
    """A column of categories: their labels, texts as they were or numbers."""
    codes = np.asarray(series.cat.codes)
    labels = column_of_pandas(series.cat.categories.to_series())
    missing = _some(codes < 0)
    if not len(labels.values):
        return Column(np.zeros(len(codes), "U1"), missing, unit)
    values = labels.values
    if values.dtype == object and labels.is_text:
        values = values.astype(np.str_)
    return Column(values[np.maximum(codes, 0)], missing, unit, labels.is_time)


def _some(missing: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Rows that are missing, None where there are none."""
    return missing if missing.any() else None
