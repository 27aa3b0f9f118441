"""Several frames as one: on the times that they have in common, or on the union of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.tables.frame import Column, Frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def joined(frames: Mapping[str, Frame], *, system: str = "unix") -> Frame:
    """Return frames side by side.

    Parameters
    ----------
    frames : mapping of str to Frame
        The frames by name. A frame of one column gives a column of that name; one of several gives ``<name>_<column>`` each.
    system : str
        Time system of the result where there are no frames.

    Returns
    -------
    Frame
        All columns on the times that all have, or, where they differ, on the union of them, sorted, with missing values. The
        metadata of each are under ``msids``, what they have in common stands beside it.

    Raises
    ------
    ValuesError
        If a frame that has other times than the rest has a time twice, or two columns get the same name.
    """
    each = list(frames.values())
    times = _union(each)
    columns: dict[str, Column] = {}
    for name, frame in frames.items():
        rows = _rows(frame, times)
        for column_name, column in frame.columns.items():
            wide_name = name if column.path is None else "_".join(column.path)
            if wide_name in columns:
                raise ValuesError(
                    f"{name}: the column {column_name} would be called {wide_name}, which another one is; "
                    "take fewer MSIDs, or separate tables"
                )
            columns[wide_name] = column if rows is None else _spread(column, rows, len(times))
    metadata = {**_in_common(each), "msids": {name: frame.metadata for name, frame in frames.items()}}
    return Frame(", ".join(frames), times, each[0].time_system if each else system, columns, metadata)


def split(frame: Frame, name: str, *, bads: str) -> Frame:
    """Return of a frame of samples what a table of several shows of it; of a frame of statistics all.

    Parameters
    ----------
    frame : Frame
        The frame; its column of flags is ``bads``, that of values ``vals``.
    name : str
        What the columns are to be called after.
    bads : {'missing', 'keep', 'columns'}
        What becomes of bad values: they are missing; they stay; they stay, and a column ``<name>_bads`` says which they are.

    Returns
    -------
    Frame
        Columns with a `path` where there are several.
    """
    columns = dict(frame.columns)
    flags = columns.get("bads")
    if bads == "missing" and flags is not None:
        columns = _without_bad(columns, flags)
    if frame.metadata.get("stat") is not None:
        columns = {key: replace(column, path=(name, key)) for key, column in columns.items() if key != "bads"}
    elif bads == "columns" and flags is not None:
        columns = {"vals": columns["vals"], "bads": replace(flags, path=(name, "bads"))}
    else:
        columns = {"vals": columns["vals"]}
    return replace(frame, columns=columns)


def _without_bad(columns: dict[str, Column], flags: Column) -> dict[str, Column]:
    """The columns with missing values where flags say that they are bad."""
    if not flags.values.any():
        return columns
    bad = flags.values if flags.missing is None else flags.values & ~flags.missing
    return {key: replace(column, missing=_either(column.missing, bad)) for key, column in columns.items()}


def _either(one: NDArray[np.bool_] | None, other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where either is."""
    return other if one is None else one | other


def _union(frames: list[Frame]) -> NDArray[np.float64]:
    """All times, each once; those of the frames themselves where they are the same."""
    if not frames:
        return np.empty(0)
    first = frames[0].times
    if all(frame.times is first or np.array_equal(frame.times, first) for frame in frames[1:]):
        return first
    for frame in frames:
        times = np.sort(frame.times)
        twice = np.flatnonzero(times[1:] == times[:-1])
        if len(twice):
            raise ValuesError(
                f"{frame.name} has the time {times[twice[0]]} s twice, so that its samples cannot be told apart by time; "
                "take separate tables, or give dt for a grid of times"
            )
    return np.unique(np.concatenate([frame.times for frame in frames]))


def _rows(frame: Frame, times: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """The row of each time of a frame among all; None where they are the same."""
    if frame.times is times or np.array_equal(frame.times, times):
        return None
    return np.searchsorted(times, frame.times)


def _spread(column: Column, rows: NDArray[np.int64], length: int) -> Column:
    """A column on more times, missing at those that it has no value for."""
    values = np.zeros((length, *column.values.shape[1:]), column.values.dtype)
    values[rows] = column.values
    missing = np.ones(length, bool)
    missing[rows] = False if column.missing is None else column.missing
    return replace(column, values=values, missing=missing)


def _in_common(frames: list[Frame]) -> dict[str, Any]:
    """Metadata that are the same for all."""
    first = frames[0].metadata if frames else {}
    return {
        key: value
        for key, value in first.items()
        if all(key in frame.metadata and frame.metadata[key] == value for frame in frames)
    }
