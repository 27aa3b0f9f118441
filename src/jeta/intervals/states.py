"""The intervals in which a series keeps one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta.intervals.runs import in_time_order, runs_of
from jeta.intervals.span import Intervals

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def state_intervals(
    times: ArrayLike,
    vals: ArrayLike,
    start_s: float | None = None,
    stop_s: float | None = None,
    hold: bool = False,
) -> tuple[Intervals, NDArray[Any]]:
    """Return the intervals in which a series keeps one value, and the values.

    An interval begins at each sample whose value differs from the one before. The edge between two is the midpoint of the two
    samples; the first begins half a sample before the data, the last ends half a sample after. One state can span a long gap.

    Parameters
    ----------
    times : float array, shape (n,)
        Seconds. Samples that are not in order of time are put in order; several may have one time.
    vals : array, shape (n,), any dtype
        Values; NaN differs from NaN, so that each begins an interval.
    start_s, stop_s : float, optional
        Seconds. The intervals are clipped to ``[start_s, stop_s]``, those of which nothing is left are dropped; then the first
        is made to begin at `start_s` and the last to end at `stop_s`, even where the data begin later or end earlier.
    hold : bool
        For telemetry sent only on change: a state lasts from its sample to the next sample of another value, the last one to
        `stop_s`, or to the last sample (which may be an instant) without it. Nothing is extended to `start_s`: what was
        before the first sample is not known.

    Returns
    -------
    intervals : Intervals
        In order of time; one ends where the next begins.
    vals : array, shape (number of intervals,)
        The value of each, of the dtype of `vals`.

    Raises
    ------
    IntervalError
        If there is no sample; or only one, and not both of `start_s` and `stop_s`, unless `hold`. It is a `ValueError`.
    ValuesError
        If times and values are not of one length.

    Examples
    --------
    >>> state_intervals([10.0, 12.0, 14.0, 20.0], ["A", "A", "B", "B"])
    (Intervals([9.0, 13.0], [13.0, 23.0]), array(['A', 'B'], dtype='<U1'))
    """
    instants, values = in_time_order(times, vals)
    runs = runs_of(instants, values, start_s, stop_s, hold)
    return Intervals(runs.tstart, runs.tstop), values[runs.firsts]
