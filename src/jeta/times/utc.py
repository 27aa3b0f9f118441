"""Instants as UTC days and nanoseconds of the day: the exact form between what a user passes and either time system.

The nanosecond of a day reaches 86400 * 10**9 and above within a leap second, which neither unix seconds nor
`numpy.datetime64` can tell from the midnight after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jeta.times import leapseconds
from jeta.times.leapseconds import DAY_S
from jeta.times.scales import CXCSEC_ZERO_TAI_MS
from jeta.times.ticks import INT64_MAX, TICKS_PER_SECOND, Ticks, representable, resolution_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SECOND_NS = 10**9
DAY_NS = DAY_S * SECOND_NS

_ZERO_TAI_NS = CXCSEC_ZERO_TAI_MS * 10**6

# Length of the units of datetime64 from minutes up, near enough to tell what fits; and the parts of a second below.
_UNIT_S = {"Y": 31_556_952, "M": 2_629_746, "W": 604_800, "D": DAY_S, "h": 3600, "m": 60, "s": 1}
_PARTS_OF_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9, "ps": 10**12, "fs": 10**15, "as": 10**18}


class Instant(NamedTuple):
    """One instant.

    Attributes
    ----------
    day : int
        Days since 1970-01-01 UTC.
    ns : int
        Nanoseconds of that day, 86400 * 10**9 and above within a leap second.
    """

    day: int
    ns: int


class UtcTimes(NamedTuple):
    """Many instants.

    Attributes
    ----------
    days : int64 array
        Days since 1970-01-01 UTC.
    ns : int64 array, same shape
        Nanoseconds of that day, 86400 * 10**9 and above within a leap second.
    valid : bool array, same shape
        False where there is no instant.
    """

    days: NDArray[np.int64]
    ns: NDArray[np.int64]
    valid: NDArray[np.bool_]


def instant_to_seconds(instant: Instant, system: str) -> float:
    """Seconds of one instant.

    Parameters
    ----------
    instant : Instant
        Any instant.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.

    Returns
    -------
    float
        Seconds, correctly rounded.
    """
    total_ns = instant.day * DAY_NS + instant.ns
    if system == "cxcsec":
        total_ns += leapseconds.offset_on(instant.day) * SECOND_NS - _ZERO_TAI_NS
    return total_ns / SECOND_NS


def ms_to_instant(ticks_ms: int, system: str) -> Instant:
    """Instant of one tick of 1 ms.

    Parameters
    ----------
    ticks_ms : int
        Instant, ms since the zero of the system.
    system : {'unix', 'cxcsec'}
        Time system of the tick.

    Returns
    -------
    Instant
        The same instant.
    """
    if system == "unix":
        day, ms = divmod(ticks_ms, DAY_S * 1000)
        return Instant(day, ms * 10**6)
    tai_s, ms = divmod(ticks_ms + CXCSEC_ZERO_TAI_MS, 1000)
    day, second = leapseconds.from_tai(tai_s)
    return Instant(day, second * SECOND_NS + ms * 10**6)


def shifted(instant: Instant, by_ns: int) -> Instant:
    """Instant before or after another by a time elapsed, leap seconds counted.

    Parameters
    ----------
    instant : Instant
        Where to start.
    by_ns : int
        Nanoseconds to go on, negative to go back.

    Returns
    -------
    Instant
        Where that leads.
    """
    tai_ns = instant.day * DAY_NS + instant.ns + leapseconds.offset_on(instant.day) * SECOND_NS + by_ns
    tai_s, ns = divmod(tai_ns, SECOND_NS)
    day, second = leapseconds.from_tai(tai_s)
    return Instant(day, second * SECOND_NS + ns)


def from_instants(instants: Sequence[Instant | None]) -> UtcTimes:
    """Many instants from single ones.

    Parameters
    ----------
    instants : sequence of Instant or None, shape (rows,)
        The instants; None where there is none.

    Returns
    -------
    UtcTimes
        The same, shape (rows,).
    """
    pairs = np.array([(0, 0) if one is None else one for one in instants], np.int64).reshape(-1, 2)
    valid = np.array([one is not None for one in instants], np.bool_)
    return UtcTimes(pairs[:, 0], pairs[:, 1], valid)


def from_datetime64(values: NDArray[np.datetime64]) -> UtcTimes:
    """Instants of numpy's datetimes, taken as UTC.

    Parameters
    ----------
    values : datetime64 array
        Of any unit; finer ones than 1 ns are rounded to the nearest.

    Returns
    -------
    UtcTimes
        The same shape; not valid where NaT, or some 290 million years away.
    """
    unit, step = np.datetime_data(values.dtype)
    if unit == "generic":  # only NaT has no unit
        values, unit, step = values.astype("M8[s]"), "s", 1
    valid = ~np.isnat(values)
    if unit not in _UNIT_S:
        counts = np.where(valid, values.astype(np.int64), 0)
        return _from_parts(counts, step, _PARTS_OF_SECOND[unit], valid)
    valid &= representable(values.astype(np.int64) * float(_UNIT_S[unit] * step), "ms")
    kept = np.where(valid, values, np.zeros((), values.dtype))
    if _UNIT_S[unit] >= DAY_S:
        days = kept.astype("M8[D]").astype(np.int64)
        return UtcTimes(days, np.zeros_like(days), valid)
    days, seconds = np.divmod(kept.astype("M8[s]").astype(np.int64), DAY_S)
    return UtcTimes(days, seconds * SECOND_NS, valid)


def _from_parts(counts: NDArray[np.int64], step: int, per_second: int, valid: NDArray[np.bool_]) -> UtcTimes:
    """Instants of counts of `step` parts of a second since 1970."""
    seconds, parts = np.divmod(counts, per_second)
    if step != 1:
        carried, parts = np.divmod(parts * step, per_second)
        seconds = seconds * step + carried
    days, seconds = np.divmod(seconds, DAY_S)
    if per_second > SECOND_NS:
        per_ns = per_second // SECOND_NS
        parts = (parts + per_ns // 2) // per_ns
    else:
        parts = parts * (SECOND_NS // per_second)
    return UtcTimes(days, seconds * SECOND_NS + parts, valid)


def from_seconds(seconds: NDArray[np.float64], system: str, resolution: str = "ns") -> UtcTimes:
    """Instants of seconds.

    Parameters
    ----------
    seconds : float64 array
        Seconds, NaN and infinite ones too.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.
    resolution : {'ms', 'us', 'ns'}
        What to round them to, the nearest.

    Returns
    -------
    UtcTimes
        The same shape; not valid where NaN, infinite, or some 290 million years away.
    """
    valid = representable(seconds, "ms")
    kept = np.where(valid, seconds, 0.0)
    whole = np.floor(kept)
    per_second = TICKS_PER_SECOND[resolution]
    parts = np.rint((kept - whole) * per_second).astype(np.int64) * (SECOND_NS // per_second)
    return _from_pairs(whole.astype(np.int64), parts, system, valid)


def from_ticks(read: Ticks, system: str) -> UtcTimes:
    """Instants of ticks.

    Parameters
    ----------
    read : Ticks
        Instants in ticks since the zero of the system.
    system : {'unix', 'cxcsec'}
        Time system of the ticks.

    Returns
    -------
    UtcTimes
        The same instants.
    """
    per_second = TICKS_PER_SECOND[read.resolution]
    whole, parts = np.divmod(read.ticks, per_second)
    return _from_pairs(whole, parts * (SECOND_NS // per_second), system, read.valid)


def _from_pairs(whole: NDArray[np.int64], ns: NDArray[np.int64], system: str, valid: NDArray[np.bool_]) -> UtcTimes:
    """Instants of whole seconds and nanoseconds in a time system; the latter may reach a second or more."""
    if system == "cxcsec":
        zero_s, zero_ns = divmod(_ZERO_TAI_NS, SECOND_NS)
        whole, ns = whole + zero_s, ns + zero_ns
    carried, ns = np.divmod(ns, SECOND_NS)
    whole = whole + carried
    days, seconds = leapseconds.from_tai_array(whole) if system == "cxcsec" else np.divmod(whole, DAY_S)
    return UtcTimes(days, seconds * SECOND_NS + ns, valid)


def _to_pairs(times: UtcTimes, system: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whole seconds and nanoseconds, 0 to 999999999, of instants in a time system."""
    seconds, ns = np.divmod(times.ns, SECOND_NS)
    whole = times.days * DAY_S + seconds
    if system == "cxcsec":
        zero_s, zero_ns = divmod(-_ZERO_TAI_NS, SECOND_NS)
        carried, ns = np.divmod(ns + zero_ns, SECOND_NS)
        whole = whole + carried + zero_s + leapseconds.offsets_at(times.days, leapseconds.STEP_DAYS)
    return whole, ns


def to_seconds(times: UtcTimes, system: str) -> NDArray[np.float64]:
    """Seconds of instants.

    Parameters
    ----------
    times : UtcTimes
        Instants.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.

    Returns
    -------
    float64 array, same shape
        Seconds, correctly rounded; NaN where not valid.
    """
    whole, ns = _to_pairs(times, system)
    # As for ticks: a sum of whole seconds and a fraction rounds once in effect, unless the seconds are few.
    seconds = np.asarray(whole + ns / float(SECOND_NS))
    few = np.abs(whole) < 2**23
    if few.any():
        seconds[few] = (whole[few] * SECOND_NS + ns[few]) / float(SECOND_NS)
    seconds[~times.valid] = np.nan
    return seconds


def to_ticks(times: UtcTimes, system: str, resolution: str | None = None) -> Ticks:
    """Ticks of instants.

    Parameters
    ----------
    times : UtcTimes
        Instants.
    system : {'unix', 'cxcsec'}
        Time system of the ticks.
    resolution : {'ms', 'us', 'ns'}, optional
        What one tick is; finer parts are cut off. By default the coarsest that holds every valid instant exactly.

    Returns
    -------
    Ticks
        The same instants; not valid where `times` are not, or beyond int64.
    """
    whole, ns = _to_pairs(times, system)
    resolution = resolution or resolution_of(ns[times.valid])
    per_second = TICKS_PER_SECOND[resolution]
    valid = times.valid & (np.abs(whole) < INT64_MAX // per_second - 1)
    ticks: NDArray[Any] = whole * valid * per_second + ns * valid // (SECOND_NS // per_second)
    return Ticks(ticks, resolution, valid)
