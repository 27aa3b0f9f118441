"""The arithmetic of a zoomable plot: which resolution a view needs, where it may go, and how high it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

DAY_S = 86_400.0
FIRST_DATE = "1999:100"
"""Where views begin at the earliest, unless there are samples before."""

FUTURE_S = 1e7
"""How far beyond now views may go, seconds."""

MARGIN = 0.25
"""What is loaded beyond a view, at either side, in spans of the view."""

_Y_MARGIN = 0.05
_BINS_PER_DAY = 288


def resolution_for(days: float, pixels: float) -> str | None:
    """Return the resolution that fits a view: one with about as many points as pixels, or fewer than twice 288 times that.

    Parameters
    ----------
    days : float
        Span of the view, days.
    pixels : float
        Width of the axes, pixels.

    Returns
    -------
    {'daily', '5min', None}
        A statistic, or None for samples.

    Examples
    --------
    >>> resolution_for(1000, 500), resolution_for(500, 500), resolution_for(1, 500)
    ('daily', '5min', None)
    """
    if days > pixels:
        return "daily"
    return "5min" if days * _BINS_PER_DAY > pixels else None


def zoomed(low: float, high: float, about: float, factor: float) -> tuple[float, float]:
    """Return a view `factor` times as long, in which the instant `about` stays where it is on the screen.

    Examples
    --------
    >>> zoomed(0.0, 8.0, 4.0, 0.25)
    (3.0, 5.0)
    """
    return about + (low - about) * factor, about + (high - about) * factor


def limited(low: float, high: float, first: float, last: float) -> tuple[float, float]:
    """Return a view cut to what may be seen; one that is wholly outside moves to the nearest end.

    Examples
    --------
    >>> limited(-5.0, 5.0, 0.0, 100.0), limited(200.0, 210.0, 0.0, 100.0)
    ((0.0, 5.0), (90.0, 100.0))
    """
    if high <= first:
        return first, min(last, first + (high - low))
    if low >= last:
        return max(first, last - (high - low)), last
    return max(low, first), min(high, last)


def with_margins(low: float, high: float) -> tuple[float, float]:
    """Return what is to be loaded for a view: a quarter of its span more at both sides."""
    margin = MARGIN * (high - low)
    return low - margin, high + margin


def y_range(parts: Iterable[NDArray[Any]]) -> tuple[float, float] | None:
    """Return the range of y that shows all values with 5 % to spare above and below.

    Parameters
    ----------
    parts : iterable of arrays
        Numbers, in any number of arrays; NaN and infinite ones do not count.

    Returns
    -------
    (float, float) or None
        None where no number is finite. About one value alone the range is 10 % of it, or from -1 to 1 about 0.

    Examples
    --------
    >>> y_range([np.array([0.0, 10.0]), np.array([np.nan, 20.0])])
    (-1.0, 21.0)
    """
    finite = [found for part in parts if len(found := part[np.isfinite(part)])]
    if not finite:
        return None
    low, high = float(min(part.min() for part in finite)), float(max(part.max() for part in finite))
    spare = _Y_MARGIN * (high - low)
    # A spacing that is lost in the rounding would give a range of no height.
    if high + spare == high or low - spare == low:
        spare = _Y_MARGIN * abs(high) or 1.0
    return low - spare, high + spare


def rows_in_view(times: NDArray[np.float64], low_s: float, high_s: float) -> slice:
    """Return the rows of a view, both ends included."""
    return slice(int(np.searchsorted(times, low_s, "left")), int(np.searchsorted(times, high_s, "right")))
