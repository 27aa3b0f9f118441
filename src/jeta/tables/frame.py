"""`Frame`: times, columns and what is known of them, as all converters take them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    values : array, shape (rows,) or (rows, ...)
        Numbers or booleans; for states integers, each the place of its text in `states`.
    unit : str or None
        Label of the unit.
    description : str
        What it is, in words.
    states : tuple of str, or None
        The texts of states, each once; None for numbers.
    counts : tuple of (int or None), or None
        The raw count of each of `states`, None for a text that has none; None where no state has one.
    missing : bool array, shape (rows,), or None
        Where there is no value, whatever `values` holds there; None where there is one everywhere.
    path : tuple of str, or None
        The levels of the name where columns have several: MSID, then column.
    owner : object or None
        Whose arrays these are, if somebody goes on using them.
    """

    values: NDArray[Any]
    unit: str | None = None
    description: str = ""
    states: tuple[str, ...] | None = None
    counts: tuple[int | None, ...] | None = None
    missing: NDArray[np.bool_] | None = None
    path: tuple[str, ...] | None = None
    owner: object = None

    def texts(self) -> NDArray[np.str_]:
        """Text of each row, of a column of states; empty where one is missing."""
        known: NDArray[np.str_] = np.array([*(self.states or ()), ""], np.str_)
        at = self.values if self.missing is None else np.where(self.missing, len(known) - 1, self.values)
        found: NDArray[np.str_] = known[at]
        return found

    @property
    def state_codes(self) -> list[list[Any]] | None:
        """Pairs of raw count and text of the states that have a count, for JSON."""
        if self.states is None or self.counts is None:
            return None
        return [[n, text] for n, text in zip(self.counts, self.states, strict=True) if n is not None]


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns that share their times.

    Attributes
    ----------
    name : str
        What it is of: an MSID, or several.
    times : float64 array, shape (rows,)
        Instants, seconds.
    time_system : {'unix', 'cxcsec'}
        What the seconds count.
    columns : mapping of str to Column
        Columns, in order.
    metadata : dict
        What else is known, of types that JSON has, see `jsonable`.
    """

    name: str
    times: NDArray[np.float64]
    time_system: str
    columns: Mapping[str, Column]
    metadata: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    def with_units(self) -> dict[str, Any]:
        """Metadata, with the units and descriptions of the columns that have some."""
        units = {name: column.unit for name, column in self.columns.items() if column.unit}
        described = {name: column.description for name, column in self.columns.items() if column.description}
        return {**self.metadata, "units": units, "descriptions": described}

    def flat(self) -> Frame:
        """The same with a column for each component of vectors: ``vals`` of shape (rows, 3) as ``vals_0``, ``vals_1``, ``vals_2``.

        Raises
        ------
        ValuesError
            If a column is called as a component is.
        """
        if all(column.values.ndim == 1 for column in self.columns.values()):
            return self
        columns: dict[str, Column] = {}
        for name, column in self.columns.items():
            for flat_name, part in _components(name, column):
                if flat_name in columns:
                    raise ValuesError(
                        f"{self.name}: a component of {name} would be called {flat_name}, which another column is; "
                        "rename one of them"
                    )
                columns[flat_name] = part
        return replace(self, columns=columns)

    def check_names(self, *taken: str) -> None:
        """Refuse a column that is called as the column of times is.

        Raises
        ------
        ValuesError
            If there is one.
        """
        for name in taken:
            if name in self.columns:
                raise ValuesError(f"{self.name}: a column {name!r} would take the place of the times; rename it")


def _components(name: str, column: Column) -> Iterable[tuple[str, Column]]:
    """A column as it is, or its components by name."""
    if column.values.ndim == 1:
        yield name, column
        return
    for at in np.ndindex(*column.values.shape[1:]):
        suffix = "".join(f"_{number}" for number in at)
        path = None if column.path is None else (*column.path[:-1], column.path[-1] + suffix)
        yield name + suffix, replace(column, values=column.values[:, *at], path=path)


def jsonable(value: Any) -> Any:
    """Return something as JSON has it: plain numbers, texts, lists and dicts; what is not finite as None.

    Parameters
    ----------
    value : object
        Numbers, texts, None, and lists, tuples, arrays and dicts of such.

    Returns
    -------
    object
        The same; anything else as its text.

    Examples
    --------
    >>> jsonable({"dt": np.int64(328), "codes": [(0, "OFF")], "stop": float("inf")})
    {'dt': 328, 'codes': [[0, 'OFF']], 'stop': None}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(jsonable, value))
    return str(value)


def as_json(metadata: dict[str, Any]) -> str:
    """Return metadata as one text of ASCII characters."""
    return json.dumps(metadata, allow_nan=False)
