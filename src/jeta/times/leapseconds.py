"""The leap seconds of UTC and the count of TAI seconds that they lead to.

A *TAI count* is the number of SI seconds since 1970-01-01T00:00:00 TAI; it runs uniformly. UTC is written as a day
(days since 1970-01-01) and a second of that day, which is 86400 within a leap second.

Leap seconds begin in 1972. Before, TAI - UTC is taken to be 10 s throughout, as no telemetry is older: the fractions
of a second by which UTC was steered from 1960 to 1971 are not represented.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86_400

TAI_STEPS: tuple[tuple[str, int], ...] = (
    ("1972-01-01", 10),
    ("1972-07-01", 11),
    ("1973-01-01", 12),
    ("1974-01-01", 13),
    ("1975-01-01", 14),
    ("1976-01-01", 15),
    ("1977-01-01", 16),
    ("1978-01-01", 17),
    ("1979-01-01", 18),
    ("1980-01-01", 19),
    ("1981-07-01", 20),
    ("1982-07-01", 21),
    ("1983-07-01", 22),
    ("1985-07-01", 23),
    ("1988-01-01", 24),
    ("1990-01-01", 25),
    ("1991-01-01", 26),
    ("1992-07-01", 27),
    ("1993-07-01", 28),
    ("1994-07-01", 29),
    ("1996-01-01", 30),
    ("1997-07-01", 31),
    ("1999-01-01", 32),
    ("2006-01-01", 33),
    ("2009-01-01", 34),
    ("2012-07-01", 35),
    ("2015-07-01", 36),
    ("2017-01-01", 37),
)
"""UTC date from which TAI - UTC has a value, and that value in seconds (IERS Bulletin C)."""

STEP_DAYS: NDArray[np.int64] = np.array([date for date, _ in TAI_STEPS], "M8[D]").astype(np.int64)
"""Days since 1970-01-01 on which TAI - UTC takes a new value."""

OFFSETS_S: NDArray[np.int64] = np.array([10, *(offset for _, offset in TAI_STEPS)], np.int64)
"""TAI - UTC before the first step and from each step on, seconds; one longer than `STEP_DAYS`."""

STEP_TAI: NDArray[np.int64] = STEP_DAYS * DAY_S + OFFSETS_S[1:]
"""TAI count at the midnight of each step."""

_STEP_DAYS: list[int] = STEP_DAYS.tolist()
_OFFSETS_S: list[int] = OFFSETS_S.tolist()
_STEP_TAI: list[int] = STEP_TAI.tolist()
_LEAP_DAYS = frozenset(day - 1 for day in _STEP_DAYS[1:])


def offset_on(day: int) -> int:
    """TAI - UTC on one day.

    Parameters
    ----------
    day : int
        Days since 1970-01-01.

    Returns
    -------
    int
        Seconds.

    Examples
    --------
    >>> offset_on(17167)  # 2017-01-01
    37
    """
    return _OFFSETS_S[bisect_right(_STEP_DAYS, day)]


def ends_in_leap_second(day: int) -> bool:
    """Whether a day has a second 23:59:60.

    Parameters
    ----------
    day : int
        Days since 1970-01-01.

    Returns
    -------
    bool
        True where the day is 86401 s long.
    """
    return day in _LEAP_DAYS


def from_tai(tai_s: int) -> tuple[int, int]:
    """UTC day and second of one TAI count.

    Parameters
    ----------
    tai_s : int
        TAI count, whole seconds.

    Returns
    -------
    day : int
        Days since 1970-01-01.
    second : int
        Second of that day, 0 to 86399, or 86400 within a leap second.
    """
    step = bisect_right(_STEP_TAI, tai_s)
    day, second = divmod(tai_s - _OFFSETS_S[step], DAY_S)
    # Before the step the old offset holds: what it puts at or after the step's midnight is the leap second.
    if step < len(_STEP_DAYS) and day == _STEP_DAYS[step]:
        return day - 1, DAY_S
    return day, second


def offsets_at(instants: NDArray[Any], steps: NDArray[Any]) -> NDArray[np.int64] | np.int64:
    """TAI - UTC at many instants.

    Parameters
    ----------
    instants : int64 or float64 array
        Days, seconds or ticks of any scale.
    steps : array, shape (28,)
        The instants of `TAI_STEPS` on the same scale; each belongs to the new offset.

    Returns
    -------
    int64 or int64 array
        Seconds; one number where all instants have the same offset, as they nearly always do.
    """
    if instants.size:
        low, high = instants.min(), instants.max()
        step = np.searchsorted(steps, low, "right")
        if low <= high and step == np.searchsorted(steps, high, "right"):  # not so where one is NaN
            return np.int64(OFFSETS_S[step])
    return OFFSETS_S[np.searchsorted(steps, instants, "right")]


def day_lengths(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Length of each day.

    Parameters
    ----------
    days : int64 array
        Days since 1970-01-01.

    Returns
    -------
    int64 array
        Seconds: 86401 on days that end in a leap second, else 86400.
    """
    return DAY_S + np.isin(days + 1, STEP_DAYS[1:]).astype(np.int64)


def from_tai_array(tai_s: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """UTC days and seconds of many TAI counts.

    Parameters
    ----------
    tai_s : int64 array
        TAI counts, whole seconds.

    Returns
    -------
    days : int64 array
        Days since 1970-01-01.
    seconds : int64 array
        Second of that day, 0 to 86399, or 86400 within a leap second.
    """
    offsets = offsets_at(tai_s, STEP_TAI)
    days, seconds = np.divmod(tai_s - offsets, DAY_S)
    # The old offset at or after a step's midnight: only the leap second before that step.
    in_leap = offsets < offsets_at(days, STEP_DAYS)
    return days - in_leap, seconds + DAY_S * in_leap
