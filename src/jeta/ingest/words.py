"""How instants and lengths of time are told to people."""

from __future__ import annotations

import math

from jeta.errors import TimeFormatError
from jeta.times import show

_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"))


def spoken(seconds: float) -> str:
    """Return a length of time in one unit, as people say it.

    Parameters
    ----------
    seconds : float
        The length; a negative one keeps its sign.

    Examples
    --------
    >>> spoken(0.25), spoken(90), spoken(14_400), spoken(1_000_000)
    ('0.25 s', '1.5 min', '4 h', '11.6 d')
    """
    for size_s, unit in _UNITS:
        if abs(seconds) >= size_s:
            return f"{_few_digits(seconds / size_s)} {unit}"
    return f"{_few_digits(seconds)} s"


def _few_digits(number: float) -> str:
    """Three digits, or all that are before the point."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def date_of(seconds: float | None) -> str:
    """Return an instant as year and day of year, UTC; empty if it is not known.

    Parameters
    ----------
    seconds : float or None
        Unix seconds. An instant that has no date is told in seconds.

    Examples
    --------
    >>> date_of(1_640_304_000.0), date_of(None), date_of(1e18)
    ('2021:358:00:00:00.000', '', '1e+18 s')
    """
    if seconds is None:
        return ""
    if not math.isfinite(seconds):
        return f"{seconds} s"
    try:
        return str(show(seconds, "date", "unix"))
    except TimeFormatError:
        return f"{seconds:g} s"
