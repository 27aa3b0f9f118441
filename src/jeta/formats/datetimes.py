"""Columns of civil dates and times as text, to exact counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WIDTH = 30  # "YYYY-MM-DD hh:mm:ss.fffffffff" and one character that must be absent
_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]
_FRACTION = slice(20, 29)
_POINT = 19
_ASCII_0 = ord("0")
_NANOS_OF_DIGIT = 10 ** np.arange(8, -1, -1, dtype=np.int64)
_SECONDS_THAT_FIT_NS = np.iinfo(np.int64).max // 10**9


class Instants(NamedTuple):
    """Instants in two integers each, so that none is rounded.

    Attributes
    ----------
    seconds : int64 array, shape (rows,)
        Whole seconds since 1970-01-01 UTC, leap seconds not counted.
    nanos : int64 array, shape (rows,)
        Nanoseconds to add, in [0, 10**9).
    valid : bool array, shape (rows,)
        False where the text is not a date and time; the integers are then 0.
    """

    seconds: NDArray[np.int64]
    nanos: NDArray[np.int64]
    valid: NDArray[np.bool_]


def parse_datetimes(texts: Sequence[str]) -> Instants:
    """Parse dates and times of the form ``YYYY-MM-DD hh:mm:ss.fff``, exactly.

    Parameters
    ----------
    texts : sequence of str, shape (rows,)
        UTC, years 1 to 9999, with none to nine decimals of a second, a blank or a T between date and time. Blanks
        around are ignored. Second 60 is not accepted: a leap second has no place in a count that leaves it out.

    Returns
    -------
    Instants
        Shape (rows,).

    Examples
    --------
    >>> parse_datetimes(["1970-01-02 00:00:00.25", "NaN"])
    Instants(seconds=array([86400,     0]), nanos=array([250000000,         0]), valid=array([ True, False]))
    """
    chars = np.array(list(map(str.strip, texts)), dtype=f"U{_WIDTH}").view(np.uint32).reshape(len(texts), _WIDTH)
    digits = chars.astype(np.int64) - _ASCII_0
    valid = _has_the_form(chars, digits)
    digits[~valid] = 0
    year, month, day, hour, minute, second = _fields(digits)
    days, in_calendar = _days_since_1970(year, month, day)
    valid &= in_calendar & (hour < 24) & (minute < 60) & (second < 60)
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    nanos = np.maximum(digits[:, _FRACTION], 0) @ _NANOS_OF_DIGIT
    return Instants(np.where(valid, seconds, 0), np.where(valid, nanos, 0), valid)


def to_ticks(seconds: NDArray[np.int64], nanos: NDArray[np.int64]) -> tuple[NDArray[np.int64], str, NDArray[np.bool_]]:
    """Count instants in the coarsest unit that holds all of them exactly.

    Parameters
    ----------
    seconds : int64 array, shape (rows,)
        Whole seconds.
    nanos : int64 array, shape (rows,)
        Nanoseconds to add, in [0, 10**9).

    Returns
    -------
    ticks : int64 array, shape (rows,)
        The counts.
    resolution : {'ms', 'us', 'ns'}
        Their unit.
    fits : bool array, shape (rows,)
        False where an instant does not fit into 64 bits of nanoseconds: before the year 1678 or after 2261.

    Examples
    --------
    >>> to_ticks(np.array([1, 2]), np.array([0, 250_000]))
    (array([1000000, 2000250]), 'us', array([ True,  True]))
    """
    fits = np.ones(len(seconds), dtype=np.bool_)
    if not (nanos % 10**6).any():
        return seconds * 10**3 + nanos // 10**6, "ms", fits
    if not (nanos % 10**3).any():
        return seconds * 10**6 + nanos // 10**3, "us", fits
    fits = np.abs(seconds) < _SECONDS_THAT_FIT_NS
    return np.where(fits, seconds, 0) * 10**9 + nanos, "ns", fits


def _has_the_form(chars: NDArray[np.uint32], digits: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows have digits and separators where they belong."""
    is_digit = (digits >= 0) & (digits <= 9)
    absent = chars == 0
    fraction, ended = is_digit[:, _FRACTION], absent[:, _FRACTION]
    has_point = (chars[:, _POINT] == ord(".")) & fraction[:, 0]
    no_point = absent[:, _POINT] & ended[:, 0]
    separators = (
        (chars[:, [4, 7]] == ord("-")).all(axis=1)
        & (chars[:, [13, 16]] == ord(":")).all(axis=1)
        & ((chars[:, 10] == ord(" ")) | (chars[:, 10] == ord("T")))
    )
    no_gap = ~(ended[:, :-1] & fraction[:, 1:]).any(axis=1)
    good: NDArray[np.bool_] = (
        separators
        & is_digit[:, _DIGITS].all(axis=1)
        & (has_point | no_point)
        & (fraction | ended).all(axis=1)
        & no_gap
        & absent[:, -1]
    )
    return good


def _fields(digits: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Year, month, day, hour, minute and second of each row."""
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    return (year, *(digits[:, place] * 10 + digits[:, place + 1] for place in (5, 8, 11, 14, 17)))


def _days_since_1970(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Day numbers, and which of the dates the calendar has."""
    months = (year - 1970) * 12 + month - 1
    first, after = (number.astype("M8[M]").astype("M8[D]").astype(np.int64) for number in (months, months + 1))
    length = after - first
    exists = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    return first + day - 1, exists
