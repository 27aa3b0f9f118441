"""The two time systems in which an archive may count seconds, and the conversions between them.

===========  =========================================================================================================
system       seconds since
===========  =========================================================================================================
``unix``     1970-01-01T00:00:00 UTC, leap seconds not counted: every UTC day has 86400 of them
``cxcsec``   1998-01-01T00:00:00 TT, that is 1997-12-31T23:58:56.816 UTC; leap seconds counted, the scale is uniform
===========  =========================================================================================================

A leap second has seconds of its own in ``cxcsec``; in ``unix`` it has the seconds of the first second of the next day,
as POSIX has it. Before 1972 TAI - UTC is taken to be 10 s (see `jeta.times.leapseconds`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from jeta.errors import TimeFormatError
from jeta.times.leapseconds import DAY_S, STEP_DAYS, STEP_TAI, offsets_at
from jeta.times.ticks import INT64_MAX, INT64_MIN, ticks_per_second

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SYSTEMS = ("unix", "cxcsec")
"""Names of the time systems."""

CXCSEC_ZERO_TAI_MS = 883_612_767_816
"""TAI count of the zero of ``cxcsec``, ms: 1998-01-01 less the 32.184 s by which TT is ahead of TAI."""

_ZERO_TAI_UP_S = 883_612_768  # the zero's TAI count rounded up, and by how much: so that the fraction is positive
_ZERO_TAI_UP_BY = 0.184

_STEP_UNIX = STEP_DAYS * DAY_S
_STEP_CXCSEC = (STEP_TAI - _ZERO_TAI_UP_S) + _ZERO_TAI_UP_BY


def check_system(system: str) -> None:
    """Refuse a time system that does not exist.

    Parameters
    ----------
    system : str
        Name of a time system.

    Raises
    ------
    TimeFormatError
        If it is none of `SYSTEMS`.
    """
    if system not in SYSTEMS:
        raise TimeFormatError(f"unknown time system {system!r}: it must be one of {', '.join(SYSTEMS)}")


@overload
def unix_to_cxcsec(seconds: float) -> float: ...
@overload
def unix_to_cxcsec(seconds: ArrayLike) -> NDArray[np.float64]: ...
def unix_to_cxcsec(seconds: ArrayLike) -> float | NDArray[np.float64]:
    """Unix seconds as seconds of ``cxcsec``.

    Parameters
    ----------
    seconds : float or float64 array, any shape
        Unix seconds; NaN and infinite ones stay so.

    Returns
    -------
    float or float64 array, same shape
        Seconds of ``cxcsec``, the float64 nearest to the true value.

    Examples
    --------
    >>> unix_to_cxcsec(946684800.0)
    63072064.184
    """
    unix = np.asarray(seconds, dtype=np.float64)
    fraction, whole = np.modf(unix)
    offsets = offsets_at(whole, _STEP_UNIX)
    # Whole numbers first, which is exact, then the small fractions: the sum rounds once in effect.
    cxcsec = (whole + (offsets - _ZERO_TAI_UP_S)) + (fraction + _ZERO_TAI_UP_BY)
    return cxcsec if unix.ndim else float(cxcsec)


@overload
def cxcsec_to_unix(seconds: float) -> float: ...
@overload
def cxcsec_to_unix(seconds: ArrayLike) -> NDArray[np.float64]: ...
def cxcsec_to_unix(seconds: ArrayLike) -> float | NDArray[np.float64]:
    """Seconds of ``cxcsec`` as unix seconds.

    Parameters
    ----------
    seconds : float or float64 array, any shape
        Seconds of ``cxcsec``; NaN and infinite ones stay so.

    Returns
    -------
    float or float64 array, same shape
        Unix seconds, the float64 nearest to the true value. Within a leap second they are those of the second after.

    Examples
    --------
    >>> cxcsec_to_unix(63072064.184)
    946684800.0
    """
    cxcsec = np.asarray(seconds, dtype=np.float64)
    fraction, whole = np.modf(cxcsec)
    offsets = offsets_at(cxcsec, _STEP_CXCSEC)
    unix = (whole + (_ZERO_TAI_UP_S - offsets)) + (fraction - _ZERO_TAI_UP_BY)
    return unix if cxcsec.ndim else float(unix)


@overload
def unix_ticks_to_cxcsec_ticks(ticks: int, resolution: str) -> int: ...
@overload
def unix_ticks_to_cxcsec_ticks(ticks: ArrayLike, resolution: str) -> NDArray[np.int64]: ...
def unix_ticks_to_cxcsec_ticks(ticks: ArrayLike, resolution: str) -> int | NDArray[np.int64]:
    """Ticks of ``unix`` as ticks of ``cxcsec``, exactly.

    Parameters
    ----------
    ticks : int or int64 array, any shape
        Instants in ticks since the zero of ``unix``.
    resolution : {'ms', 'us', 'ns'}
        What one tick is, before and after.

    Returns
    -------
    int or int64 array, same shape
        Instants in ticks since the zero of ``cxcsec``.

    Raises
    ------
    TimeFormatError
        If a result is beyond int64.

    Examples
    --------
    >>> unix_ticks_to_cxcsec_ticks(946684800000, "ms")
    63072064184
    """
    per_second = ticks_per_second(resolution)
    unix = np.asarray(ticks, dtype=np.int64)
    offsets = offsets_at(unix, _STEP_UNIX * per_second)
    shifted = _shift(unix, offsets * per_second - CXCSEC_ZERO_TAI_MS * (per_second // 1000))
    return shifted if unix.ndim else int(shifted)


@overload
def cxcsec_ticks_to_unix_ticks(ticks: int, resolution: str) -> int: ...
@overload
def cxcsec_ticks_to_unix_ticks(ticks: ArrayLike, resolution: str) -> NDArray[np.int64]: ...
def cxcsec_ticks_to_unix_ticks(ticks: ArrayLike, resolution: str) -> int | NDArray[np.int64]:
    """Ticks of ``cxcsec`` as ticks of ``unix``, exactly.

    Parameters
    ----------
    ticks : int or int64 array, any shape
        Instants in ticks since the zero of ``cxcsec``.
    resolution : {'ms', 'us', 'ns'}
        What one tick is, before and after.

    Returns
    -------
    int or int64 array, same shape
        Instants in ticks since the zero of ``unix``. Within a leap second they are those of the second after, which is
        the one case that does not come back.

    Raises
    ------
    TimeFormatError
        If a result is beyond int64.

    Examples
    --------
    >>> cxcsec_ticks_to_unix_ticks(63072064184, "ms")
    946684800000
    """
    per_second = ticks_per_second(resolution)
    zero = CXCSEC_ZERO_TAI_MS * (per_second // 1000)
    cxcsec = np.asarray(ticks, dtype=np.int64)
    offsets = offsets_at(cxcsec, STEP_TAI * per_second - zero)
    shifted = _shift(cxcsec, zero - offsets * per_second)
    return shifted if cxcsec.ndim else int(shifted)


def _shift(ticks: NDArray[np.int64], by: NDArray[np.int64] | np.int64) -> NDArray[np.int64]:
    """Add an offset, refusing what would wrap around in int64."""
    if ticks.size:
        for tick, shift in ((int(ticks.min()), int(np.min(by))), (int(ticks.max()), int(np.max(by)))):
            if not INT64_MIN <= tick + shift <= INT64_MAX:
                raise TimeFormatError(
                    f"tick {tick} is beyond what int64 holds in the other time system; take a coarser resolution"
                )
    return np.asarray(ticks + by)
