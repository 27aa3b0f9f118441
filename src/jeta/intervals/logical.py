"""The intervals in which a condition is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jeta.intervals.runs import in_time_order, outline_of, runs_of
from jeta.intervals.span import Intervals

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def logical_intervals(
    times: ArrayLike,
    bools: ArrayLike,
    complete_intervals: bool = False,
    max_gap: float | None = None,
    start_s: float | None = None,
    stop_s: float | None = None,
    hold: bool = False,
) -> Intervals:
    """Return the intervals in which a condition is true.

    Their edges are those of `state_intervals` of the same series: midpoints between samples.

    Parameters
    ----------
    times : float array, shape (n,)
        Seconds; samples that are not in order of time are put in order.
    bools : bool array, shape (n,)
        Whether the condition is true at each.
    complete_intervals : bool
        Whether to leave out an interval that the data cut off: one true from the first sample, or to the last.
    max_gap : float, optional
        Seconds between two samples above which (not at which) intervals are broken: they end a quarter of `max_gap` after the
        sample before the gap, and begin a quarter of it before the sample behind.
    start_s, stop_s : float, optional
        Seconds to clip to and to extend to, as for `state_intervals`.
    hold : bool
        Whether a sample holds until the next, as for `state_intervals`; with `max_gap`, for that long at most.

    Returns
    -------
    Intervals
        In order of time.

    Raises
    ------
    IntervalError
        As `state_intervals` does for no sample and for one; or if `max_gap` is negative.
    ValuesError
        If times and truth values are not of one length.

    Examples
    --------
    >>> logical_intervals([10, 12, 14, 20, 22, 30], [0, 1, 1, 0, 0, 1])
    Intervals([11.0, 26.0], [17.0, 34.0])
    >>> logical_intervals([10, 12, 14, 20, 22, 30], [0, 1, 1, 0, 0, 1], max_gap=5)
    Intervals([11.0, 28.75], [15.25, 31.25])
    """
    instants, truths = in_time_order(times, np.asarray(bools, dtype=np.bool_))
    outline = outline_of(instants, truths, max_gap, False, stop_s, hold)
    runs = runs_of(outline.times, outline.vals, start_s, stop_s, hold)
    keep = outline.vals[runs.firsts]
    if complete_intervals:
        keep[:1] = keep[-1:] = False
    return Intervals(runs.tstart[keep], runs.tstop[keep])
