"""Frames as `xarray.Dataset`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import optional
from jeta.tables.frame import as_json
from jeta.tables.pandas_frame import native
from jeta.tables.states import narrowest
from jeta.times import to_datetime64

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from jeta.tables.frame import Column, Frame

_STORED_TIMES = {"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian", "dtype": "float64"}


def to_xarray(frame: Frame) -> xr.Dataset:
    """Return a frame as Dataset.

    Parameters
    ----------
    frame : Frame
        The frame.

    Returns
    -------
    xarray.Dataset
        One variable a column, with values of its own, along the coordinate ``time`` (datetime64 in ns, UTC). Attributes follow
        the CF conventions: ``units``, ``long_name``; states are numbers with ``flag_values`` and ``flag_meanings``: their raw
        counts, or 0, 1, 2 ... where a state has none. Where values are missing, floating-point ones are NaN; others are 0, for
        states -1 or the number below all states, and the variable ``<name>_missing`` says where. What else is known is in
        ``attrs``: lists and mappings as JSON, as files take them.

    Raises
    ------
    MissingExtraError
        If xarray is not installed.
    TimeFormatError
        If a time is outside the years 1678 to 2261.
    """
    xarray = optional.require("xarray", extra="xarray")
    frame.check_names("time")
    variables: dict[str, Any] = {}
    for name, column in frame.columns.items():
        variables |= _variables(name, column)
    about = {"standard_name": "time", "long_name": "time, UTC", "time_scale": "utc"}
    time = ("time", to_datetime64(frame.times, frame.time_system, "ns"), about)
    made: xr.Dataset = xarray.Dataset(variables, coords={"time": time}, attrs=_attributes(frame.metadata))
    # A file holds times as numbers; whole ones would lose what is below a second.
    made["time"].encoding.update(_STORED_TIMES)
    return made


def _variables(name: str, column: Column) -> dict[str, Any]:
    """A column as variable, with another one that says what is missing where the values cannot."""
    values, about = native(column.values), _about(column)
    if column.states is None and column.missing is None:
        values = np.array(values)  # xarray does not copy before it writes
    more: dict[str, Any] = {}
    if column.states is not None:
        values, flags = _flags(column)
        about |= flags
    dims = ("time", *(f"{name}_axis{axis}" for axis in range(values.ndim - 1)))
    if column.missing is not None and values.dtype.kind == "f":
        values = np.where(column.missing, values.dtype.type(np.nan), values)
    elif column.missing is not None:
        if column.states is None:
            values = np.where(column.missing, values.dtype.type(0), values)
        about["ancillary_variables"] = f"{name}_missing"
        more[f"{name}_missing"] = ("time", column.missing, {"long_name": f"True where {name} has no value"})
    return {name: (dims, values, about), **more}


def _about(column: Column) -> dict[str, Any]:
    """Attributes of a variable."""
    found = {"units": column.unit, "long_name": column.description or None}
    return {key: value for key, value in found.items() if value is not None}


def _flags(column: Column) -> tuple[NDArray[Any], dict[str, Any]]:
    """States as numbers, and the attributes that say what these mean."""
    states = column.states or ()
    numbers = _numbers(states, column.counts or ())
    unknown = min([0, *numbers]) - 1
    table = np.array([*numbers, unknown], narrowest(unknown, max([0, *numbers])))
    at = column.values if column.missing is None else np.where(column.missing, len(numbers), column.values)
    about: dict[str, Any] = {
        "flag_values": table[:-1],
        # One blank stands between meanings, so that there can be none inside.
        "flag_meanings": " ".join("_".join(text.split()) or "_" for text in states),
        "states": as_json(dict(zip(map(str, numbers), states, strict=True))),
    }
    return table[at], about


def _numbers(states: tuple[str, ...], counts: tuple[int | None, ...]) -> list[int]:
    """The number of each state: its raw count, where each has one of its own, else 0, 1, 2 ..."""
    known = [int(count) for count in counts if count is not None]
    return known if len(set(known)) == len(states) else list(range(len(states)))


def _attributes(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata as texts and numbers, the only attributes that files take."""
    simple = {key: value for key, value in metadata.items() if value is not None}
    return {key: value if isinstance(value, str | int | float) else as_json(value) for key, value in simple.items()}
