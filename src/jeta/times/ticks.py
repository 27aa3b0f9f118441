"""Instants as whole numbers of ticks, and as float64 seconds; without drift from one to the other and back.

The seconds of a tick are the float64 nearest to its true value. Near 2020 neighbouring float64 are 238 ns apart: so
ticks of 1 ms and 1 us come back from seconds unchanged (for 139,000 and 270 years), and seconds that were read as ticks
of 1 ns come back from those bit for bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jeta.errors import TimeFormatError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

TICKS_PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
"""The resolutions, coarsest first."""

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

# Whole numbers below this are float64 without loss, and dividing them rounds once.
_EXACT = 2**53

_BEYOND_S = 1e16  # more than int64 holds in ms

_BLOCK_ROWS = 65_536


class Ticks(NamedTuple):
    """Instants in ticks since the zero of a time system.

    Attributes
    ----------
    ticks : int64 array
        Instants; 0 where `valid` is False.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.
    valid : bool array
        False where there was no instant to represent: NaN, NaT, infinite, or beyond what int64 holds at `resolution`
        (292 years either side of zero for ns).
    """

    ticks: NDArray[np.int64]
    resolution: str
    valid: NDArray[np.bool_]


def ticks_per_second(resolution: str) -> int:
    """Ticks in one second.

    Parameters
    ----------
    resolution : {'ms', 'us', 'ns'}
        What one tick is.

    Returns
    -------
    int
        1000, 1000000 or 1000000000.

    Raises
    ------
    TimeFormatError
        If there is no such resolution.
    """
    if resolution not in TICKS_PER_SECOND:
        raise TimeFormatError(f"unknown resolution {resolution!r}: a tick is one of {', '.join(TICKS_PER_SECOND)}")
    return TICKS_PER_SECOND[resolution]


def ticks_to_seconds(ticks: ArrayLike, resolution: str, out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Seconds of ticks, correctly rounded.

    Parameters
    ----------
    ticks : int64 array, any shape
        Instants in ticks.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.
    out : float64 array, same shape, optional
        Where to put the seconds. It may be the memory of `ticks` itself, ``ticks.view('f8')``: the conversion then
        takes no further memory but a small block.

    Returns
    -------
    float64 array, same shape
        Seconds; `out` where that was given. Each is the float64 nearest to the tick's value. Milliseconds are exact so
        up to 2**53 (year 287,000), and beyond within one unit in the last place.

    Examples
    --------
    >>> ticks_to_seconds([1653266167888], "ms")
    array([1.65326617e+09])
    """
    per_second = ticks_per_second(resolution)
    whole = np.asarray(ticks, dtype=np.int64)
    if resolution == "ms" and (out is None or not np.may_share_memory(whole, out)):
        return np.asarray(np.divide(whole, 1000.0, out=out))
    seconds = np.empty(whole.shape) if out is None else out
    if whole.ndim == 0:
        seconds[...] = tick_to_second(int(whole), resolution)
        return seconds
    convert = _divide if resolution == "ms" else _divide_or_split
    # In blocks, as numpy would otherwise copy all of an input that shares memory with the output.
    for row in range(0, len(whole), _BLOCK_ROWS):
        convert(whole[row : row + _BLOCK_ROWS], per_second, seconds[row : row + _BLOCK_ROWS])
    return seconds


def _divide(ticks: NDArray[np.int64], per_second: int, out: NDArray[np.float64]) -> None:
    """Divide as float64: correctly rounded below `_EXACT`."""
    np.divide(ticks, float(per_second), out=out)


def _divide_or_split(ticks: NDArray[np.int64], per_second: int, out: NDArray[np.float64]) -> None:
    """Divide where that rounds once; elsewhere add the fraction to the whole seconds, which then rounds once in effect.

    Beyond `_EXACT` the sum has so few bits left for the fraction that its own rounding, 2**-54, cannot tip it: no
    decimal fraction of 9 digits comes that close to half a unit in the last place unless it is exactly there.
    """
    small = np.abs(ticks) < _EXACT
    if small.all():
        _divide(ticks, per_second, out)
        return
    seconds = ticks // per_second  # and the rest from it, which is faster than divmod
    fractions = (ticks - seconds * per_second) / float(per_second)
    divided = ticks[small] / float(per_second)
    np.add(seconds, fractions, out=out)
    out[small] = divided


def tick_to_second(tick: int, resolution: str) -> float:
    """Seconds of one tick: the same float64 as `ticks_to_seconds` gives.

    Parameters
    ----------
    tick : int
        Instant in ticks, within int64.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.

    Returns
    -------
    float
        Seconds.
    """
    per_second = ticks_per_second(resolution)
    if resolution == "ms":
        return float(tick) / 1000.0
    # int / int rounds once whatever the size, as do both branches for arrays.
    return tick / per_second


def seconds_to_ticks(seconds: ArrayLike, resolution: str) -> NDArray[np.int64]:
    """Nearest ticks of seconds.

    Parameters
    ----------
    seconds : float64 array, any shape
        Seconds; all finite and within what int64 holds in ticks.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.

    Returns
    -------
    int64 array, same shape
        Nearest tick of each.

    Raises
    ------
    TimeFormatError
        If a value is NaN, infinite, or beyond int64.

    Examples
    --------
    >>> seconds_to_ticks([1653266167.888], "ms")
    array([1653266167888])
    """
    values = np.asarray(seconds, dtype=np.float64)
    valid = representable(values, resolution)
    if not valid.all():
        raise TimeFormatError(
            f"{values[~valid].flat[0]} s cannot be given in ticks of 1 {resolution}: it must be finite and fit in "
            "int64; leave such times out, or take a coarser resolution"
        )
    return _nearest(values, ticks_per_second(resolution))


def representable(seconds: NDArray[np.floating[Any]], resolution: str) -> NDArray[np.bool_]:
    """Which seconds int64 can hold in ticks.

    Parameters
    ----------
    seconds : float64 array
        Seconds, NaN and infinite ones too.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.

    Returns
    -------
    bool array, same shape
        True where finite and within int64.
    """
    # One second less than int64 holds leaves room for rounding and for the offset between systems' fractions.
    return np.asarray(np.abs(seconds) < INT64_MAX // ticks_per_second(resolution) - 1)


def _nearest(seconds: NDArray[np.float64], per_second: int) -> NDArray[np.int64]:
    """Nearest ticks of seconds known to be representable."""
    whole = np.floor(seconds)
    # The fraction of a float64 second beyond 4e6 s has at most 30 bits, so that its product with 10**9 is exact too.
    fraction = np.rint((seconds - whole) * per_second)
    return whole.astype(np.int64) * per_second + fraction.astype(np.int64)


def coarsest_ticks(seconds: NDArray[np.float64]) -> Ticks:
    """Ticks of seconds, in the coarsest resolution that gives every one of them back bit for bit.

    Parameters
    ----------
    seconds : float64 array, any shape
        Seconds, NaN and infinite ones too.

    Returns
    -------
    Ticks
        In 'ns', and each the nearest, where no resolution gives all of them back. One second is the same instant whatever
        others it comes with: that of the coarsest tick that gives it back.
    """
    coarser: list[tuple[NDArray[np.int64], NDArray[np.bool_], int]] = []
    for resolution, per_second in TICKS_PER_SECOND.items():
        valid = representable(seconds, resolution)
        kept = np.where(valid, seconds, 0.0)
        ticks = _nearest(kept, per_second)
        is_given_back = ticks_to_seconds(ticks, resolution) == kept
        if resolution == "ns" or is_given_back.all():
            break
        coarser.append((ticks, is_given_back & valid, per_second))
    # What a coarser tick gives back is that instant here too, lest it depend on the times that it comes with.
    for of_coarser, is_given_back, coarse_per_second in reversed(coarser):
        ticks = np.where(is_given_back & valid, of_coarser * (per_second // coarse_per_second), ticks)
    return Ticks(ticks, resolution, valid)


def first_tick_at_or_after(seconds: float, resolution: str) -> int:
    """Smallest tick whose seconds are at or after a bound, so that bisecting ticks equals bisecting their seconds.

    Parameters
    ----------
    seconds : float
        The bound, seconds; may be infinite.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.

    Returns
    -------
    int
        The smallest tick k with ``ticks_to_seconds(k) >= seconds``, limited to what int64 holds.

    Raises
    ------
    TimeFormatError
        If `seconds` is NaN.

    Examples
    --------
    >>> first_tick_at_or_after(12.3455, "ms")
    12346
    """
    per_second = ticks_per_second(resolution)
    if not abs(seconds) < _BEYOND_S:
        return _limit(seconds)
    tick = _first_rounding_to(seconds, per_second)
    if not INT64_MIN < tick < INT64_MAX:
        return INT64_MAX if tick > 0 else INT64_MIN
    while tick_to_second(tick, resolution) < seconds:  # at most once, where a tie rounds down
        tick += 1
    while tick > INT64_MIN and tick_to_second(tick - 1, resolution) >= seconds:  # only ms beyond 2**53
        tick -= 1
    return tick


def _first_rounding_to(seconds: float, per_second: int) -> int:
    """First tick from halfway between the float64 before `seconds` and `seconds` itself; in integers, so exact."""
    above, above_of = seconds.as_integer_ratio()
    below, below_of = math.nextafter(seconds, -math.inf).as_integer_ratio()
    numerator = above * below_of + below * above_of
    return -(-numerator * per_second // (2 * above_of * below_of))


def _limit(seconds: float) -> int:
    """Limit of int64 on the side of a bound beyond it."""
    if math.isnan(seconds):
        raise TimeFormatError(
            f"a time bound must be a number of seconds, not {seconds}; use an infinite one for no bound"
        )
    return INT64_MAX if seconds > 0 else INT64_MIN


def resolution_of(ns: NDArray[Any]) -> str:
    """Coarsest resolution that holds whole numbers of nanoseconds exactly.

    Parameters
    ----------
    ns : int64 array
        Nanoseconds.

    Returns
    -------
    {'ms', 'us', 'ns'}
        'ms' where there are none.
    """
    for resolution, per_second in TICKS_PER_SECOND.items():
        if not np.any(ns % (10**9 // per_second)):
            return resolution
    return "ns"
