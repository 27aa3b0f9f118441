"""Frames as CSV files that any program reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from jeta.tables.pandas_frame import native
from jeta.tables.placing import placed
from jeta.tables.table import digits
from jeta.times import to_datetime64

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from jeta.tables.frame import Column, Frame

_ROWS_AT_ONCE = 50_000
_UNIT_OF_DIGITS: dict[int, Literal["ms", "us", "ns"]] = {3: "ms", 6: "us", 9: "ns"}


def write_csv(frame: Frame, path: str | os.PathLike[str], *, units: bool = False) -> None:
    """Write a frame as CSV in UTF-8, lines ending in a line feed; an existing file is replaced.

    Parameters
    ----------
    frame : Frame
        The frame. The column ``time`` comes first: UTC such as ``2022-05-23T00:36:07.888Z``, with 3, 6 or 9 digits as the times
        need. Numbers have the fewest digits that give them back; booleans are ``True`` and ``False``; NaN is ``nan``; a value that
        is missing is empty. Texts are in quotes where they need some.
    path : path
        The file.
    units : bool
        Name units in the first line, as in ``vals [K]``.
    """
    frame = frame.flat()
    frame.check_names("time")
    with placed(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        for text in _texts(frame, units=units):
            file.write(text)


def _texts(frame: Frame, *, units: bool) -> Iterator[str]:
    """The file, some thousand lines at a time."""
    heads = [f"{name} [{column.unit}]" if units and column.unit else name for name, column in frame.columns.items()]
    yield ",".join(["time", *map(_quoted, heads)]) + "\n"
    times = to_datetime64(frame.times, frame.time_system)
    unit = _UNIT_OF_DIGITS[digits(times)]
    quoted = {name: _quoted_states(column) for name, column in frame.columns.items()}
    for first in range(0, len(frame), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        cells = [[f"{text}Z" for text in np.datetime_as_string(times[rows], unit).tolist()]]
        cells += [_cells(column, rows, quoted[name]) for name, column in frame.columns.items()]
        yield "\n".join([",".join(row) for row in zip(*cells, strict=True)]) + "\n"


def _cells(column: Column, rows: slice, states: NDArray[np.object_] | None) -> list[str]:
    """The texts of some rows of a column."""
    values = native(column.values[rows])
    found: list[str]
    if states is not None:
        known = values if column.missing is None else np.where(column.missing[rows], len(states) - 1, values)
        return list(states[known].tolist())
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        found = values.astype(np.str_).tolist()  # the shortest digits of their own type
    else:
        found = list(map(repr, values.tolist()))
    if column.missing is None:
        return found
    return ["" if gone else text for text, gone in zip(found, column.missing[rows].tolist(), strict=True)]


def _quoted_states(column: Column) -> NDArray[np.object_] | None:
    """The states as they stand in the file, and nothing last of all; None for numbers."""
    return None if column.states is None else np.array([*map(_quoted, column.states), ""], object)


def _quoted(text: str) -> str:
    """A text in quotes where it needs some."""
    if any(letter in text for letter in ',"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text
