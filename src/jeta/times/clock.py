"""What time it is, which ``CXOTIME_NOW`` in the environment can set to any time."""

from __future__ import annotations

import time

from jeta.errors import TimeFormatError
from jeta.settings import from_environment
from jeta.times.text import read_text
from jeta.times.utc import DAY_NS, Instant, instant_to_seconds


def now_instant() -> Instant:
    """Tell the present instant.

    Returns
    -------
    Instant
        From the system's clock, or what ``CXOTIME_NOW`` says, exactly.

    Raises
    ------
    TimeFormatError
        If ``CXOTIME_NOW`` is not a time.
    """
    real = Instant(*divmod(time.time_ns(), DAY_NS))
    said = from_environment().now
    if said is None:
        return real
    try:
        return read_text(said, now=lambda: real)
    except TimeFormatError as err:
        raise TimeFormatError(f"the environment variable CXOTIME_NOW is not a time: {err}") from err


def now() -> float:
    """Tell the present time.

    Returns
    -------
    float
        Unix seconds, from the system's clock or from ``CXOTIME_NOW``.

    Raises
    ------
    TimeFormatError
        If ``CXOTIME_NOW`` is not a time.

    Examples
    --------
    >>> now() > 1.7e9
    True
    """
    return instant_to_seconds(now_instant(), "unix")
