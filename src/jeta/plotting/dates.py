"""Seconds of a time system as matplotlib's dates, and back. These are days of UTC since matplotlib's epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jeta.optional import require
from jeta.times import unix_to_cxcsec
from jeta.times.utc import DAY_NS, from_seconds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DAY_S = 86_400.0


def to_days(seconds: ArrayLike, system: str) -> NDArray[np.float64]:
    """Return the dates of seconds, as matplotlib's axes count them.

    Parameters
    ----------
    seconds : float64 array, any shape
        Seconds.
    system : {'unix', 'cxcsec'}
        What they count.

    Returns
    -------
    float64 array, same shape
        Days. A leap second, which no axis has a place for, is the midnight after it as a whole. NaN for NaN.

    Examples
    --------
    >>> to_days([86400.0, 129600.0], "unix")
    array([1. , 1.5])
    """
    times = from_seconds(np.asarray(seconds, np.float64), system)
    days = (times.days - epoch_days()) + np.minimum(times.ns, DAY_NS) / DAY_NS
    return np.where(times.valid, days, np.nan)


def to_seconds_of(days: ArrayLike, system: str) -> NDArray[np.float64]:
    """Return the seconds of matplotlib's dates: the inverse of `to_days`.

    Examples
    --------
    >>> to_seconds_of([1.0, 1.5], "unix")
    array([ 86400., 129600.])
    """
    unix = (np.asarray(days, np.float64) + epoch_days()) * DAY_S
    return unix if system == "unix" else unix_to_cxcsec(unix)


def epoch_days() -> float:
    """Matplotlib's epoch, days since 1970-01-01."""
    epoch = np.datetime64(require("matplotlib.dates", extra="plot").get_epoch(), "us")
    return float((epoch - np.datetime64(0, "us")) / np.timedelta64(1, "D"))
