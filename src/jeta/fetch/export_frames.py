"""What was fetched as frames of `jeta.tables`, which know nothing of MSIDs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import __version__
from jeta.errors import ArchiveNotFoundError, ValuesError
from jeta.fetch import session
from jeta.fetch.states import counts_of
from jeta.tables.frame import Column, Frame, jsonable
from jeta.tables.joining import joined, split
from jeta.tables.states import coded, ordered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.fetch.arrays import Arrays
    from jeta.fetch.msidset import MSIDset

BADS = ("missing", "keep", "columns")
"""What may become of bad values in a table of several MSIDs."""

_IN_UNIT = re.compile(r"vals|mins|maxes|means|midvals|stds|p\d+(?:_\d+)?s")
_DESCRIPTIONS = {
    "bads": "True for bad samples",
    "alarms": "the source's alarm status",
    "raw_vals": "raw count",
    "nans": "number of samples that are no number, and left out of all else",
    "indexes": "number of the bin",
    "samples": "number of samples",
    "mins": "smallest value",
    "maxes": "largest value",
    "means": "mean, weighted by time",
    "midvals": "the sample in the middle of the bin's rows",
    "stds": "standard deviation, weighted by time",
}


def frame_of(series: Arrays) -> Frame:
    """Return one MSID as frame: columns as `colnames` has them, then what else there is for each sample.

    Raises
    ------
    ValuesError
        If its times are no seconds any more.
    """
    series.check_seconds()
    columns: dict[str, Column] = {}
    names = [name for name in series.colnames if name != "times"]
    for name in dict.fromkeys([*names, "alarms", "nans"]):
        column = _values(series) if name == "vals" else _column(series, name)
        if column is not None:
            columns[name] = column
    raw = _raw(series, columns.get("vals"))
    if raw is not None:
        columns["raw_vals"] = Column(raw, None, _DESCRIPTIONS["raw_vals"])
    columns = {name: replace(column, owner=series) for name, column in columns.items()}
    return Frame(series.MSID, series.times, series.time_system, columns, _metadata(series))


def frames_of_set(
    members: MSIDset, dt: float | None, method: str | None, max_age_s: float | None, *, bads: str = "missing"
) -> dict[str, Frame]:
    """Return each member as frame, brought onto a grid where `dt` is given; bad values are then left out unless they are to stay.

    Raises
    ------
    ValuesError
        If `bads` is none of `BADS`; `method` or `max_age_s` are given without dt; or times are no seconds any more.
    """
    if bads not in BADS:
        raise ValuesError(f"bads must be one of {', '.join(BADS)}, but is {bads!r}")
    if dt is None:
        for name, value in {"method": method, "max_age": max_age_s}.items():
            if value is not None:
                raise ValuesError(f"{name}={value!r} says how to get onto a grid, but dt is None; give dt, in seconds")
    else:
        on_grid = members.interpolate(dt=dt, filter_bad=bads == "missing", copy=True, method=method, max_age=max_age_s)
        members = members if on_grid is None else on_grid
    return {name: frame_of(member) for name, member in members.items()}


def wide(members: MSIDset, frames: dict[str, Frame], bads: str) -> Frame:
    """Return the frames of a set as one."""
    shown = {name: split(frame, name, bads=bads) for name, frame in frames.items()}
    system = next(iter(members.values())).time_system if members else "unix"
    return joined(shown, system=system)


def _values(series: Arrays) -> Column | None:
    """The values: states as codes, without making texts of what is held as codes."""
    held = series.coded
    if held is None:
        return _column(series, "vals")
    codes, states, counts = ordered(*held, series.state_codes)
    return Column(codes, None, _description(series), states, counts)


def _column(series: Arrays, name: str) -> Column | None:
    """One array of an object as column; None where there is none."""
    held = getattr(series, name, None)
    if held is None:
        return None
    described = _description(series) if name == "vals" else _DESCRIPTIONS.get(name, "")
    values, missing = _unmasked(held)
    if values.shape[:1] != (len(series),):
        raise ValuesError(
            f"{series.MSID}: {name} has shape {values.shape}, but there are {len(series)} times; a table needs one value a time"
        )
    if values.dtype.kind in "OSU":
        codes, states, counts = ordered(*coded(_as_texts(values)), series.state_codes if name == "vals" else None)
        return Column(codes, None, described, states, counts, missing)
    has_unit = values.dtype.kind in "iufc" and _IN_UNIT.fullmatch(name)
    return Column(values, (series.unit or None) if has_unit else None, described, missing=missing)


def _unmasked(held: Any) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Values as a plain array, and the rows in which a mask hides some; None where there is no mask."""
    if not isinstance(held, np.ma.MaskedArray):
        return np.asarray(held), None
    mask: NDArray[np.bool_] = np.asarray(np.ma.getmaskarray(held))
    return np.asarray(held.data), np.asarray(mask.reshape(len(mask), -1).any(axis=1) if len(mask) else mask.reshape(-1))


def _as_texts(values: NDArray[Any]) -> NDArray[np.str_]:
    """Texts of bytes and of objects."""
    if values.ndim > 1:
        raise ValuesError(f"texts of shape {values.shape} have no place in a table; it must be (rows,)")
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8", "backslashreplace")
    return np.array([str(value) for value in values.tolist()], np.str_) if values.dtype.kind == "O" else values


def _description(series: Arrays) -> str:
    """What the MSID measures."""
    return (series.entry.description if series.entry is not None else "") or ""


def _raw(series: Arrays, values: Column | None) -> NDArray[Any] | None:
    """Raw count of each sample, as `raw_vals` has it, but of states by their codes."""
    codes = series.state_codes
    if series._counts is not None or values is None or values.states is None or not codes:  # noqa: SLF001 - of its own kind
        return series.raw_vals
    counts = counts_of(np.array(values.states, np.str_), codes)
    return counts[values.values] if len(counts) else np.empty(0, np.int8)


def _metadata(series: Arrays) -> dict[str, Any]:
    """What is known of an object, and where it is from, as JSON has it."""
    known: dict[str, Any] = {
        "MSID": series.MSID,
        "unit": series.unit,
        "description": _description(series),
        "time_scale": "utc",
        "time_system": series.time_system,
        "tstart": series.tstart,
        "tstop": series.tstop,
        "datestart": series.datestart,
        "datestop": series.datestop,
        "stat": series.stat,
        "dt": getattr(series, "dt", None),
        "unit_system": series.units["system"],
        "archive": _archive_name(series.archive_key),
        "source": dict(series.data_source),
        "state_codes": series.state_codes,
        "jeta_version": __version__,
    }
    plain: dict[str, Any] = jsonable(known)
    return plain


def _archive_name(key: str | None) -> str | None:
    """The name that an archive has in its settings, else that of its folder; None where there is no archive any more."""
    if key is None:
        return None
    try:
        archive = session.archive_of(key)
    except ArchiveNotFoundError:
        return None
    readers = getattr(archive, "readers", [archive])
    return ", ".join(reader.config.name if hasattr(reader, "config") else reader.root.name for reader in readers)
