"""What each key of a telemetry database entry may hold: one function per rule.

Each returns the value in its canonical form or raises `FieldError`, whose message gives the key, what was expected
and what was found.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from jeta.errors import TdbError
from jeta.tdb import value_types

MAX_INTEGER = 2**63 - 1
"""Largest id and raw count: both are held as int64."""

UNIT_SYSTEMS = ("cxc", "sci", "eng")
"""Systems of units in which users can ask for values."""


class FieldError(TdbError):
    """A value that one key of an entry cannot have.

    Attributes
    ----------
    key : str
        The key at fault, in its canonical spelling.
    line : int
        Its line in the file, counted from 1, where it is known more precisely than by the key; else 0.
    """

    def __init__(self, message: str, key: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.key = key
        self.line = line


def checked_id(value: Any) -> int:
    """Return an id as int.

    Parameters
    ----------
    value : int
        0 to 2**63 - 1 inclusive.

    Returns
    -------
    int
        The id.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    number = whole(value, "id", "an id of at least 0")
    if number < 0:
        raise FieldError(f"key 'id': expected a whole number of at least 0, got {value!r}", "id")
    return number


def checked_text(key: str, value: Any) -> str:
    """Return a text without blanks at its ends.

    Parameters
    ----------
    key : str
        The key, for the message.
    value : str
        The text.

    Returns
    -------
    str
        The text.

    Raises
    ------
    FieldError
        If it is not a text, or holds half of a surrogate pair and so cannot be written to a file.
    """
    if not isinstance(value, str):
        raise FieldError(f"key {key!r}: expected text, got {value!r}", key)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as err:
            raise FieldError(f"key {key!r}: expected text that UTF-8 can hold, got {value!r}", key) from err
    return value.strip()


def checked_label(key: str, value: Any) -> str | None:
    """Return a text without blanks at its ends, or None for an empty one.

    Parameters
    ----------
    key : str
        The key, for the message.
    value : str
        The text.

    Returns
    -------
    str or None
        The text.

    Raises
    ------
    FieldError
        As `checked_text`.
    """
    return checked_text(key, value) or None


def checked_type(value: Any) -> str:
    """Return a type in its canonical spelling.

    Parameters
    ----------
    value : str
        A type, or another word for one.

    Returns
    -------
    str
        One of `value_types.CANONICAL`.

    Raises
    ------
    FieldError
        If the word is not known.
    """
    found = value_types.canonical_type(checked_text("type", value))
    if found is None:
        raise FieldError(f"key 'type': expected one of {', '.join(value_types.CANONICAL)}, got {value!r}", "type")
    return found


def checked_state_codes(value: Any, key: str = "state_codes") -> tuple[tuple[int, str], ...]:
    """Return state codes as pairs sorted by raw count.

    Parameters
    ----------
    value : mapping of int to str, or iterable of (int, str)
        Raw counts, each at most once and within int64, and state names, which may repeat.
    key : str
        The key, for the message.

    Returns
    -------
    tuple of (int, str)
        The pairs, sorted by raw count.

    Raises
    ------
    FieldError
        If a count is not whole or comes twice, or a name is empty or not a text.
    """
    if isinstance(value, tuple) and not value:
        return ()
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise FieldError(f"key {key!r}: expected pairs of raw count and state name, got {value!r}", key)
    codes: dict[int, str] = {}
    for pair in value.items() if isinstance(value, Mapping) else value:
        raw, name = _state_code(pair, key)
        if raw in codes:
            raise FieldError(
                f"key {key!r}: expected each raw count once, got {raw} for {codes[raw]!r} and for {name!r}", key
            )
        codes[raw] = name
    return tuple(sorted(codes.items()))


def _state_code(pair: Any, key: str) -> tuple[int, str]:
    """One raw count and its state name."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise FieldError(f"key {key!r}: expected pairs of raw count and state name, got {pair!r}", key)
    raw = whole(pair[0], key, "each raw count")
    name = checked_text(key, pair[1])
    if not name:
        raise FieldError(f"key {key!r}: expected a state name for raw count {raw}, got {pair[1]!r}", key)
    return raw, name


def checked_units(value: Any) -> tuple[tuple[str, str], ...]:
    """Return units of several unit systems as pairs sorted by system.

    Parameters
    ----------
    value : mapping of str to str, or iterable of (str, str)
        Unit systems of `UNIT_SYSTEMS`, in any case and each at most once, and the unit in each.

    Returns
    -------
    tuple of (str, str)
        The pairs, sorted by system.

    Raises
    ------
    FieldError
        If a system is not known or comes twice, or a unit is empty or not a text.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise FieldError(f"key 'units': expected a unit for each of some unit systems, got {value!r}", "units")
    units: dict[str, str] = {}
    for pair in value.items() if isinstance(value, Mapping) else value:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise FieldError(f"key 'units': expected pairs of unit system and unit, got {pair!r}", "units")
        system = checked_text("units", pair[0]).lower()
        if system not in UNIT_SYSTEMS or system in units:
            raise FieldError(
                f"key 'units': expected unit systems of {', '.join(UNIT_SYSTEMS)}, each once, got {pair[0]!r}", "units"
            )
        units[system] = checked_text("units", pair[1])
        if not units[system]:
            raise FieldError(f"key 'units': expected a unit for the system {system!r}, got {pair[1]!r}", "units")
    return tuple(sorted(units.items()))


def checked_cadence(value: Any) -> float:
    """Return a cadence as float.

    Parameters
    ----------
    value : float
        Seconds, above 0 and finite.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    seconds = finite(value, "cadence_s", "seconds above 0")
    if seconds <= 0:
        raise FieldError(f"key 'cadence_s': expected seconds above 0 as a finite number, got {value!r}", "cadence_s")
    return seconds


def checked_flag(value: Any, key: str = "on_change") -> bool:
    """Return a truth value as bool.

    Parameters
    ----------
    value : bool or numpy.bool
        The flag.
    key : str
        The key, for the message.

    Returns
    -------
    bool
        The flag.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    if not isinstance(value, bool | np.bool):
        raise FieldError(f"key {key!r}: expected true or false, got {value!r}", key)
    return bool(value)


def whole(value: Any, key: str, what: str) -> int:
    """Return a whole number as int.

    Parameters
    ----------
    value : int
        A number of any integer type but bool, -2**63 to 2**63 - 1 inclusive.
    key, what : str
        The key, and what the number is, for the message.

    Returns
    -------
    int
        The number.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    number = _index(value)
    if number is None or not -MAX_INTEGER - 1 <= number <= MAX_INTEGER:
        raise FieldError(f"key {key!r}: expected {what} as a whole number of 64 bits, got {value!r}", key)
    return number


def _index(value: Any) -> int | None:
    """Return an integer of any type but bool as int, and None for all else."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def finite(value: Any, key: str, what: str) -> float:
    """Return a finite number as float.

    Parameters
    ----------
    value : float
        A number of any real type but bool, not NaN and not infinite; not a text.
    key, what : str
        The key, and what the number is, for the message.

    Returns
    -------
    float
        The number.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    number = _real(value)
    if not math.isfinite(number):
        raise FieldError(f"key {key!r}: expected {what} as a finite number, got {value!r}", key)
    return number


def _real(value: Any) -> float:
    """Return a number of any type but bool as float, and NaN for all else."""
    if isinstance(value, str | bytes | bool):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
