"""Converting numbers from one unit label to another.

What decides, in this order: labels that are equal or synonyms; the formulas in `jeta.units.converters`; astropy.units.
Where none does, the values stay as they are and a warning says so: a missing conversion must not stop an analysis.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.units.formulas import SYNONYMS, converters, unchanged
from jeta.units.spellings import astropy_converter, canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jeta.units.formulas import Converter

_VALUES = re.compile(r"vals|mins|maxes|means|midvals|p\d+(?:_\d+)?s")
"""Columns of samples and statistics that hold values, so that offsets apply."""

_DIFFERENCES = "stds"
"""The column that holds differences of values."""


def find_converter(from_unit: str | None, to_unit: str | None) -> Converter | None:
    """Return what converts from one label to another.

    Parameters
    ----------
    from_unit, to_unit : str or None
        Unit labels; None and "" mean without unit.

    Returns
    -------
    Converter or None
        `jeta.units.formulas.unchanged` where the labels mean the same; None where there is no way to convert.
    """
    old, new = canonical(from_unit or None), canonical(to_unit or None)
    if old == new or (old, new) in SYNONYMS:
        return unchanged
    if old is None or new is None:
        return None
    # A formula that somebody added for a certain spelling goes before that of its kind.
    formula = converters.get((str(from_unit), str(to_unit))) or converters.get((old, new))
    return formula or astropy_converter(old, new)


def can_convert(from_unit: str | None, to_unit: str | None) -> bool:
    """Tell whether values can be converted from one label to another.

    Parameters
    ----------
    from_unit, to_unit : str or None
        Unit labels.

    Returns
    -------
    bool
        True also where the labels mean the same.

    Examples
    --------
    >>> can_convert("K", "degF"), can_convert("K", "V")
    (True, False)
    """
    return find_converter(from_unit, to_unit) is not None


def convert_units(vals: Any, from_unit: str | None, to_unit: str | None, delta_val: bool = False) -> Any:
    """Convert values from one unit label to another.

    Parameters
    ----------
    vals : array-like or number
        Numbers, any shape. What is not numbers, such as states, is returned as it is.
    from_unit, to_unit : str or None
        Unit labels, as the ancestors or astropy spell them; None for without unit.
    delta_val : bool
        Whether the values are differences, such as standard deviations, to which no offset of a temperature applies.

    Returns
    -------
    array or number
        Of the same shape. float32 stays float32 and integers become float64. `vals` itself, not a copy, where nothing
        changes.

    Warns
    -----
    UserWarning
        If there is no way to convert; the values are returned unchanged.

    Examples
    --------
    >>> convert_units(300.0, "K", "DEGC"), convert_units(2.0, "K", "DEGF", delta_val=True)
    (26.850000000000023, 3.6)
    """
    if not _is_numeric(vals):
        return vals
    converter = find_converter(from_unit, to_unit)
    if converter is None:
        _warn(from_unit, to_unit)
        return vals
    return _apply(converter, vals, delta_val)


def convert_columns(columns: Mapping[str, Any], from_unit: str | None, to_unit: str | None) -> dict[str, Any]:
    """Convert the columns of one MSID, each by what it holds.

    Parameters
    ----------
    columns : mapping of str to array
        Arrays by the attribute's name: ``vals mins maxes means midvals p01s ...`` are values, ``stds`` are differences;
        all others (times, counts of samples and states, quality) and text are no matter of units.
    from_unit, to_unit : str or None
        Unit labels, as for `convert_units`.

    Returns
    -------
    dict of str to array
        All columns in the same order. One array under two names, as ``vals`` and ``means`` of statistics, is converted
        once and stays one array. Arrays that nothing changes are those given, not copies.

    Warns
    -----
    UserWarning
        If there is no way to convert, once; all columns are returned unchanged.

    Examples
    --------
    >>> row = {"times": np.array([0.0]), "vals": np.array([273.15]), "stds": np.array([2.0])}
    >>> {name: array.tolist() for name, array in convert_columns(row, "K", "DEGC").items()}
    {'times': [0.0], 'vals': [0.0], 'stds': [2.0]}
    """
    kinds = {name: name == _DIFFERENCES for name in columns if name == _DIFFERENCES or _VALUES.fullmatch(name)}
    kinds = {name: delta for name, delta in kinds.items() if _is_numeric(columns[name])}
    converter = find_converter(from_unit, to_unit) if kinds else unchanged
    if converter is None:
        _warn(from_unit, to_unit)
        return dict(columns)
    done: dict[tuple[int, bool], Any] = {}
    for name, delta in kinds.items():
        key = (id(columns[name]), delta)
        if key not in done:
            done[key] = _apply(converter, columns[name], delta)
    return {
        name: done[id(array), kinds[name]] if name in kinds else array  # in the order given
        for name, array in columns.items()
    }


def _is_numeric(vals: Any) -> bool:
    """Whether units can apply to these values at all."""
    return vals is not None and np.asarray(vals).dtype.kind in "biufc"


def _apply(converter: Converter, vals: Any, delta_val: bool) -> Any:
    """Convert, and return the very values where nothing changes."""
    if converter is unchanged:
        return vals
    return converter(np.asarray(vals) if isinstance(vals, list | tuple) else vals, delta_val)


def _warn(from_unit: str | None, to_unit: str | None) -> None:
    """Say that there is no conversion, on the line that called this module."""
    warnings.warn(
        f"no conversion from unit {from_unit!r} to {to_unit!r} is known, so the values stay as they are: correct the label "
        "in the telemetry database, or add a formula to jeta.units.converters",
        UserWarning,
        stacklevel=3,
    )
