"""Mappings of arrays, numpy's structured arrays and astropy's tables as columns."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.tables.incoming import Column, Incoming, named, unit_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def read_mapping(table: Mapping[Any, Any]) -> Incoming:
    """Take a mapping of names to arrays apart.

    Parameters
    ----------
    table : mapping
        Arrays, lists, masked arrays, Series, Quantities, Times, by name; each of shape (rows,).

    Raises
    ------
    ValuesError
        If a value is nothing of the kind.
    """
    return Incoming(named((name, column_of(name, table[name])) for name in table))


def read_structured(table: NDArray[Any]) -> Incoming:
    """Take a structured array, masked or not, of shape (rows,), apart."""
    return Incoming(named((name, column_of(name, table[name])) for name in table.dtype.names or ()))


def read_astropy(table: Any) -> Incoming:
    """Take an astropy Table, QTable or TimeSeries apart; its ``meta`` is kept."""
    return Incoming(named((name, column_of(name, table[name])) for name in table.colnames), dict(table.meta))


def column_of(name: Any, values: Any) -> Column:
    """Make a column of whatever holds values.

    Parameters
    ----------
    name : object
        Its name, for messages.
    values : array-like, shape (rows,)
        Such as an array, a list, a masked array, a Series, a Quantity or a Time.

    Returns
    -------
    Column
        With the unit that `values` carry.

    Raises
    ------
    ValuesError
        If it has no dimension, or cannot be an array.
    """
    astropy_time = sys.modules.get("astropy.time")
    if astropy_time is not None and isinstance(values, astropy_time.Time):
        return Column(values, is_time=True)
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(values, pandas.Series | pandas.Index | pandas.api.extensions.ExtensionArray):
        from jeta.tables.incoming_pandas import column_of_pandas  # noqa: PLC0415 - only for frames

        return column_of_pandas(pandas.Series(values))
    unit = unit_label(getattr(values, "unit", None))
    mask = _mask_of(values)
    array = _array_of(name, values)
    if array.dtype == object:
        return of_objects(array, mask, unit)
    if array.dtype.kind == "M":
        return Column(array, _either(mask, np.isnat(array)), is_time=True)
    return Column(array, mask if mask is not None and mask.any() else None, unit)


def of_objects(values: NDArray[Any], mask: NDArray[np.bool_] | None = None, unit: str | None = None) -> Column:
    """Make a column of Python objects, of which None, NaN, NaT and NA are missing.

    Parameters
    ----------
    values : object array, shape (rows,)
        The objects.
    mask : bool array, shape (rows,), optional
        Rows that are missing anyway.
    unit : str, optional
        The unit's label.
    """
    missing = _either(mask, np.fromiter(map(_is_missing, values), np.bool_, len(values)))
    first = next((value for value in (values if missing is None else values[~missing])), None)
    is_time = isinstance(first, date | np.datetime64)
    return Column(values, missing, unit, is_time)


def _is_missing(value: Any) -> bool:
    """Whether an object stands for no value: None, pandas' NA, or what is not equal to itself."""
    return value is None or type(value).__name__ == "NAType" or (not hasattr(value, "shape") and value != value)  # noqa: PLR0124


def _either(one: NDArray[np.bool_] | None, other: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Rows that are missing for one reason or the other; None where there are none."""
    missing = other if one is None else one | other
    return missing if missing.any() else None


def _mask_of(values: Any) -> NDArray[np.bool_] | None:
    """The mask of a masked array, column or Quantity."""
    mask = getattr(values, "mask", None)
    if mask is None or callable(mask):
        return None
    return np.broadcast_to(np.asarray(mask, np.bool_), np.shape(values))


def _array_of(name: Any, values: Any) -> NDArray[Any]:
    """Values as an array without unit or mask; a list of several kinds as objects, since numpy would make texts of them."""
    values = getattr(values, "unmasked", values)
    if hasattr(values, "to_value"):
        values = values.value
    values = np.ma.getdata(values) if isinstance(values, np.ma.MaskedArray) else values
    if isinstance(values, list | tuple) and len(set(map(type, values))) > 1:
        array = np.empty(len(values), object)
        array[:] = values
        return array
    try:
        array = np.asarray(values)
    except ValueError as err:
        raise ValuesError(f"column {name!r}: expected values in one dimension, got {values!r:.100}: {err}") from err
    if array.ndim == 0:
        raise ValuesError(f"column {name!r}: expected an array with a value for each row, got {values!r:.100}")
    return array.astype(object) if array.dtype.kind == "T" else array
