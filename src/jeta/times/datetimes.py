"""Seconds as `numpy.datetime64` in UTC: what tables of other packages have as times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import TimeFormatError
from jeta.times import scales, utc
from jeta.times.scales import cxcsec_ticks_to_unix_ticks
from jeta.times.ticks import coarsest_ticks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_BLOCK_ROWS = 32_768
_ROWS_WORTH_THREADS = 4_000_000
# Until the year 2106 a tick of 1 us is at most 0.24 us from its float64, and the product with 10**6 at most 0.25 from the true one:
# together less than half a tick, so that rounding finds it.
_NEAR_S = 2.0**32
_REACH = {"us": "290,000 years before to 290,000 years after 1970", "ns": "1678 to 2261"}
_NAT = np.iinfo(np.int64).min  # what numpy and pandas take for NaT


def to_datetime64(seconds: ArrayLike, system: str = "unix", unit: str | None = None) -> NDArray[np.datetime64]:
    """Seconds as datetime64, UTC.

    Parameters
    ----------
    seconds : float64 array, any shape
        Seconds since the zero of the system, in any order; NaN and infinite ones become NaT.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.
    unit : {'us', 'ns'}, optional
        Of the result. By default us where they hold every time, that is give its seconds back bit for bit; else ns, or us if
        ns cannot reach a time (they span 1678 to 2261).

    Returns
    -------
    datetime64 array, same shape
        The nearest instants: of the coarsest tick, 1 ms, 1 us or 1 ns, that gives the seconds back. A leap second shows as the
        second after it.

    Raises
    ------
    TimeFormatError
        If there is no such system or unit, or a finite time is beyond what the unit holds.

    Examples
    --------
    >>> to_datetime64([1653266167.888])
    array(['2022-05-23T00:36:07.888000'], dtype='datetime64[us]')
    >>> to_datetime64([1 / 3]).dtype
    dtype('<M8[ns]')
    """
    scales.check_system(system)
    if unit not in {None, "us", "ns"}:
        raise TimeFormatError(f"unknown unit {unit!r} of datetime64: it must be 'us' or 'ns', or None to choose")
    values = np.asarray(seconds, dtype=np.float64)
    ticks, used = _ticks(values.reshape(-1), system, unit)
    return ticks.view(f"M8[{used}]").reshape(values.shape)


def _ticks(seconds: NDArray[np.float64], system: str, unit: str | None) -> tuple[NDArray[np.int64], str]:
    """Ticks since 1970 UTC, and their unit."""
    ticks = np.empty(len(seconds), np.int64)
    if unit is not None:
        _fill(seconds, system, unit, ticks)
        return ticks, unit
    if _fill(seconds, system, "us", ticks, exact_only=True):
        return ticks, "us"
    try:
        _fill(seconds, system, "ns", ticks)
    except TimeFormatError:
        _fill(seconds, system, "us", ticks)
        return ticks, "us"
    return ticks, "ns"


def _fill(
    seconds: NDArray[np.float64], system: str, unit: str, ticks: NDArray[np.int64], *, exact_only: bool = False
) -> bool:
    """Fill in ticks; with `exact_only` stop where one does not give its seconds back, and return whether none did that.

    In blocks that fit in the cache: temporary arrays of all rows would cost more than the arithmetic.
    """

    def fill(rows: slice) -> bool:
        for row in range(rows.start, rows.stop, _BLOCK_ROWS):
            block = slice(row, min(row + _BLOCK_ROWS, rows.stop))
            is_exact = _fill_block(seconds[block], system, unit, ticks[block])
            if exact_only and not is_exact:
                return False
        return True

    if len(seconds) < _ROWS_WORTH_THREADS:
        return fill(slice(0, len(seconds)))
    middle = len(seconds) // 2
    with ThreadPoolExecutor(2) as pool:  # most of the time goes into memory that is touched for the first time
        return all(pool.map(fill, (slice(0, middle), slice(middle, len(seconds)))))


def _fill_block(seconds: NDArray[np.float64], system: str, unit: str, out: NDArray[np.int64]) -> bool:
    """Fill in the ticks of one block, and return whether ticks of 1 us give all its seconds back."""
    low, high = seconds.min(), seconds.max()
    if not (low > -_NEAR_S and high < _NEAR_S):  # or one is NaN
        return _fill_far(seconds, system, unit, out)
    nearest = np.multiply(seconds, 1e6)
    np.rint(nearest, out=nearest)
    # Division rounds once, so that this is what the tick's seconds are. Ticks of 1 ms are among those of 1 us.
    is_given_back = nearest / 1e6 == seconds
    is_exact = bool(is_given_back.all())
    np.copyto(out, nearest, casting="unsafe")
    if unit == "ns":
        out *= 1000
        if not is_exact:
            np.copyto(out, _nearest_ns(seconds), where=~is_given_back)
    if system == "cxcsec":
        out[:] = cxcsec_ticks_to_unix_ticks(out, unit)
    return is_exact


def _nearest_ns(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Nearest ticks of 1 ns."""
    whole = np.floor(seconds)
    return whole.astype(np.int64) * 10**9 + np.rint((seconds - whole) * 1e9).astype(np.int64)


def _fill_far(seconds: NDArray[np.float64], system: str, unit: str, out: NDArray[np.int64]) -> bool:
    """Fill in ticks of seconds that may be NaN or far away, and return whether ticks of 1 us give them back."""
    read = coarsest_ticks(seconds)
    is_exact = read.resolution != "ns"
    # Times that only ns give back need not be within their reach.
    times = utc.from_ticks(read, system) if is_exact or unit == "ns" else utc.from_seconds(seconds, system, unit)
    shown = utc.to_ticks(times, "unix", unit)
    lost = np.isfinite(seconds) & ~shown.valid
    if lost.any():
        raise TimeFormatError(
            f"{seconds[lost][0]} s cannot be shown as 'datetime64': its {unit} reach from {_REACH[unit]}; "
            "use 'datetime' for the years 1 to 9999"
        )
    out[:] = np.where(shown.valid, shown.ticks, _NAT)
    return is_exact
