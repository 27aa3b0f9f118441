"""Datasets of xarray as columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.tables.incoming import Column, Incoming, named, unit_in
from jeta.tables.incoming_arrays import column_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_MISSING = "_missing"


def read_xarray(table: Any) -> Incoming:
    """Take a Dataset or DataArray with one dimension apart.

    Parameters
    ----------
    table : Dataset or DataArray
        Variables and coordinates along one dimension, whose coordinate is the time; those without dimension are left out.

    Returns
    -------
    Incoming
        With what ``attrs`` says, and the variables' units. Numbers with ``flag_values`` and ``flag_meanings`` are texts, as
        the conventions of CF have it.

    Raises
    ------
    ValuesError
        If there are several dimensions.
    """
    data = table if hasattr(table, "data_vars") else table.to_dataset(name=table.name or "value")
    meta = {**data.attrs, **({} if data is table else table.attrs)}
    chosen = {name: variable for name, variable in data.variables.items() if variable.ndim}
    dimensions = {variable.dims for variable in chosen.values()}
    if len(dimensions) > 1:
        raise ValuesError(
            f"expected variables along one dimension, the time, got dimensions {sorted(map(str, dimensions))}; select one"
            " channel of a variable at a time, and one dimension"
        )
    pairs = ((name, _column(name, variable, chosen)) for name, variable in chosen.items() if not _is_mask(name, chosen))
    return Incoming(named(pairs), meta)


def _is_mask(name: Any, variables: Mapping[Any, Any]) -> bool:
    """Whether a variable only says where another has no value."""
    base = str(name).removesuffix(_MISSING)
    return base != name and variables[name].dtype.kind == "b" and base in variables


def _column(name: Any, variable: Any, variables: Mapping[Any, Any]) -> Column:
    """One variable with its unit, states as texts."""
    column = column_of(name, variable.to_numpy())
    masking = f"{name}{_MISSING}"
    missing = variables[masking].to_numpy() if masking in variables else column.missing
    present = column.values if missing is None else column.values[~missing]
    texts = _meanings(present, variable.attrs)
    if texts is None:
        return Column(column.values, missing, unit_in(variable.attrs), column.is_time)
    if missing is None:
        return Column(texts)
    values = np.zeros(len(missing), texts.dtype)
    values[~missing] = texts
    return Column(values, missing)


def _meanings(values: NDArray[Any], attrs: Mapping[str, Any]) -> NDArray[np.str_] | None:
    """The texts of flags; None where the variable has none, or not for every value."""
    states = _states(attrs)
    if not states or values.dtype.kind not in "iu":
        return None
    numbers = np.array(sorted(states))
    place = np.minimum(np.searchsorted(numbers, values), len(numbers) - 1)
    if not bool(np.all(numbers[place] == values)):
        return None
    found: NDArray[np.str_] = np.array([states[number] for number in numbers.tolist()], np.str_)[place]
    return found


def _states(attrs: Mapping[str, Any]) -> dict[int, str]:
    """Numbers of flags and their texts: as jeta writes them, with blanks inside, or as CF has them."""
    if isinstance(attrs.get("states"), str):
        try:
            return {int(number): str(text) for number, text in json.loads(attrs["states"]).items()}
        except (ValueError, AttributeError):
            pass  # somebody else's attribute of that name
    words = str(attrs.get("flag_meanings", "")).split()
    numbers = np.atleast_1d(np.asarray(attrs.get("flag_values", []))).tolist()
    return dict(zip(map(int, numbers), words, strict=True)) if words and len(words) == len(numbers) else {}
