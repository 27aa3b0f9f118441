"""Several sources for one MSID: what the first lacks is asked of the next. Pure.

===================================================  ==============================================================
the first has, within the range                      the next is asked for
===================================================  ==============================================================
fewer than three rows, or all at one instant         the whole range
no row for two typical intervals or more at the end  what follows the last row
the same at the start                                what comes before the first row
no row for more than ten typical intervals between   what lies between
===================================================  ==============================================================

The typical interval is the median of the times between rows that do not share an instant (of long series, of 100,000 of these
times evenly taken). Each span keeps 1 ms away from the
rows that are there, so that a row that both have, rounded differently, is not taken twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.samples.container import ALARM_DTYPE, distinct_levels
from jeta.sources.rows import take

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.archive.output import Rows

ENOUGH_ROWS = 3
MISSING_AT_ENDS = 2.0
MISSING_BETWEEN = 10.0
"""How many typical intervals must be without a row."""
MARGIN_S = 1e-3
MAX_REQUESTS = 16
"""Into how many requests the spans that are missing are put together, so that a service is not asked a thousand times."""
_STEPS_FOR_MEDIAN = 100_000

Span = tuple[float, float]


def missing_spans(times: NDArray[np.float64], start_s: float, stop_s: float) -> list[Span]:
    """Tell what a source lacks of a range.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        The instants that it has, sorted, seconds. Those outside of the range, such as bracketing ones, do not count.
    start_s, stop_s : float
        The range, half-open; seconds, may be infinite.

    Returns
    -------
    list of (float, float)
        Half-open spans to ask the next source for: sorted, apart from each other, none empty. See the table above.

    Examples
    --------
    >>> missing_spans(np.array([10.0, 11.0, 12.0, 13.0]), 9.0, 20.0)
    [(13.001, 20.0)]
    """
    if not start_s < stop_s:
        return []
    low, high = np.searchsorted(times, (start_s, stop_s))
    times = times[low:high]
    steps = np.diff(times)
    typical = _typical(steps)
    if len(times) < ENOUGH_ROWS or typical is None:
        return [(start_s, stop_s)]
    first, last = float(times[0]), float(times[-1])
    gaps = np.flatnonzero(steps > MISSING_BETWEEN * typical)
    spans = list(zip((times[gaps] + MARGIN_S).tolist(), (times[gaps + 1] - MARGIN_S).tolist(), strict=True))
    if first - start_s >= MISSING_AT_ENDS * typical:
        spans.insert(0, (start_s, first - MARGIN_S))
    if stop_s - last >= MISSING_AT_ENDS * typical:
        spans.append((last + MARGIN_S, stop_s))
    return [(low, high) for low, high in spans if low < high]


def requests(spans: Sequence[Span], most: int = MAX_REQUESTS) -> list[Span]:
    """Put spans together where the least lies between them, until there are few enough.

    Parameters
    ----------
    spans : sequence of (float, float)
        Sorted, apart from each other.
    most : int
        How many spans to return at most, 1 or more.

    Returns
    -------
    list of (float, float)
        Spans that cover the given ones.

    Examples
    --------
    >>> requests([(0.0, 1.0), (2.0, 3.0), (90.0, 91.0)], most=2)
    [(0.0, 3.0), (90.0, 91.0)]
    """
    if len(spans) <= most:
        return list(spans)
    lows, highs = np.array(spans).T
    cuts = np.sort(np.argsort(lows[1:] - highs[:-1], kind="stable")[len(spans) - most :])
    return list(zip(lows[[0, *(cuts + 1)]].tolist(), highs[[*cuts, -1]].tolist(), strict=True))


def merge(first: Rows, second: Rows, spans: Sequence[Span]) -> Rows:
    """Add to the rows of one source those of another within some spans.

    Parameters
    ----------
    first : Rows
        Sorted by time, in seconds; all of them are kept.
    second : Rows
        Sorted by time, in seconds. Rows outside of the spans, and those less than 1 ms away from a row of `first`, are not
        taken: they are the same.
    spans : sequence of (float, float)
        Half-open, sorted, apart from each other.

    Returns
    -------
    Rows
        Sorted by time. Numbers are promoted as numpy does; texts share one list of levels; quality and alarm are 0 where
        a source has none.

    Raises
    ------
    ValuesError
        If one has texts and the other numbers.
    """
    added = take(second, _inside(second.times, spans) & ~_near(second.times, first.times))
    if not len(added.times):
        return first
    if not len(first.times):
        return added
    if (first.texts is None) != (added.texts is None):
        kinds = ["numbers" if rows.texts is None else "texts" for rows in (first, added)]
        raise ValuesError(
            f"the first source has {kinds[0]} and the second {kinds[1]} for one MSID; choose one of the sources with"
            " data_source"
        )
    texts, raws, values = _joined_values(first, added)
    times = np.concatenate([first.times, added.times])
    joined = replace(
        first,
        times=times,
        values=values,
        texts=texts,
        raws=raws,
        quality=_joined(first.quality, added.quality, first, added, np.dtype(np.uint8)),
        alarm=_joined(first.alarm, added.alarm, first, added, ALARM_DTYPE),
    )
    return take(joined, np.argsort(times, kind="stable"))


def fill(first: Rows, read: Callable[[float, float], Rows], start_s: float, stop_s: float) -> tuple[Rows, Rows | None]:
    """Ask the next source for what the first lacks, and put both together.

    Parameters
    ----------
    first : Rows
        What there is, sorted by time; rows outside of the range are kept, and do not count.
    read : callable
        Called with start and stop, seconds; returns the rows of the next source in that half-open span.
    start_s, stop_s : float
        The range, half-open, seconds.

    Returns
    -------
    rows : Rows
        Both together; `first` itself if it lacks nothing.
    added : Rows or None
        What of the next source is in it; None if it was not asked.

    Raises
    ------
    ValuesError
        If one has texts and the other numbers.
    """
    spans = missing_spans(first.times, start_s, stop_s)
    if not spans:
        return first, None
    rows, added = first, None
    for low, high in requests(spans):
        given = read(low, high)
        within = [span for span in spans if low <= span[0] and span[1] <= high]
        new = take(given, _inside(given.times, within) & ~_near(given.times, first.times))
        rows = merge(rows, new, within)
        added = new if added is None else merge(added, new, within)
    return rows, added


def drop_second_half(rows: Rows) -> Rows:
    """Return the first half of some rows, rounded down: what the test aid ``test-drop-half`` leaves."""
    return take(rows, slice(None, len(rows.times) // 2))


def _typical(steps: NDArray[np.float64]) -> float | None:
    """The median of the positive steps; None if there is none."""
    # The median of 31 million takes a second, that of every 300th of them nothing, and serves as well.
    some = steps[:: max(1, len(steps) // _STEPS_FOR_MEDIAN)]
    positive = some[some > 0]
    if not len(positive):
        positive = steps[steps > 0]
    return float(np.median(positive)) if len(positive) else None


def _inside(times: NDArray[np.float64], spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which instants are in one of the spans."""
    if not len(spans):
        return np.zeros(len(times), np.bool_)
    lows, highs = np.array(spans).T
    span = np.searchsorted(lows, times, "right") - 1
    inside: NDArray[np.bool_] = (span >= 0) & (times < highs[span])
    return inside


def _near(times: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which instants are less than the margin away from a known one."""
    if not len(known):
        return np.zeros(len(times), np.bool_)
    # The float64 of an instant is up to 0.2 us off: a row exactly one margin away must not depend on that.
    margin = MARGIN_S - 1e-6
    low = np.searchsorted(known, times - margin, "left")
    high = np.searchsorted(known, times + margin, "right")
    near: NDArray[np.bool_] = low < high
    return near


def _joined_values(first: Rows, second: Rows) -> tuple[Any, Any, NDArray[Any]]:
    """Levels of both and values into them, or plain values."""
    if first.texts is None or second.texts is None:
        return None, None, np.concatenate([first.values, second.values])
    levels, raws, place = distinct_levels(
        np.concatenate([first.texts, second.texts]), np.concatenate([_raws(first), _raws(second)])
    )
    offsets = (0, len(first.texts))
    codes = [place[offset + rows.values.astype(np.intp)] for offset, rows in zip(offsets, (first, second), strict=True)]
    return levels, raws, np.concatenate(codes)


def _raws(rows: Rows) -> NDArray[np.float64]:
    """The number of each level, NaN where there is none."""
    return np.full(0 if rows.texts is None else len(rows.texts), np.nan) if rows.raws is None else rows.raws


def _joined(one: NDArray[Any] | None, two: NDArray[Any] | None, first: Rows, second: Rows, dtype: Any) -> Any:
    """An optional column of both, with zeros where one has none; None if neither has any."""
    if one is None and two is None:
        return None
    columns = ((one, first), (two, second))
    return np.concatenate([np.zeros(len(rows.times), dtype) if column is None else column for column, rows in columns])
