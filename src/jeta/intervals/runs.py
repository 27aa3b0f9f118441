"""Runs of equal value in a series, and the intervals that they stand for: what states, truth and limits are made of.

Series of a year of samples pass through here, so that each function reads the samples once, in blocks that stay in the
processor's cache, and makes nothing of their length; what follows works on the rows where something changes.
"""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jeta.errors import IntervalError, ValuesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_BLOCK = 1 << 16  # rows


class Runs(NamedTuple):
    """The runs of a series.

    Attributes
    ----------
    tstart, tstop : float64 array, shape (n,)
        Seconds of the interval of each run.
    firsts : int array, shape (n,)
        Row of the first sample of each.
    """

    tstart: NDArray[np.float64]
    tstop: NDArray[np.float64]
    firsts: NDArray[np.intp]


class Outline(NamedTuple):
    """A series cut down to the samples at its ends, changes and gaps, with samples put into the gaps.

    Attributes
    ----------
    times : float64 array, shape (n,)
        Seconds.
    vals : array, shape (n,)
        Values, with those put in.
    rows : int array, shape (n,)
        Row of each in the whole series; -1 for those put in.
    """

    times: NDArray[np.float64]
    vals: NDArray[Any]
    rows: NDArray[np.intp]


def is_in_order(times: NDArray[np.float64]) -> bool:
    """Return whether no time is earlier than the one before it; NaN never is in order.

    Parameters
    ----------
    times : float64 array, shape (n,)
        Seconds.

    Returns
    -------
    bool
        True for fewer than two times.
    """
    return all(bool((times[low:high] >= times[low - 1 : high - 1]).all()) for low, high in _blocks(len(times)))


def in_time_order(times: ArrayLike, vals: ArrayLike) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return a series as arrays in order of time.

    Parameters
    ----------
    times : float array, shape (n,)
        Seconds, in any order.
    vals : array, shape (n,)
        Values.

    Returns
    -------
    tuple of two arrays
        The arrays themselves where the times are in order; samples of one time stay in the order given.

    Raises
    ------
    ValuesError
        If the two are not of one length and one dimension.
    """
    instants, values = np.asarray(times, dtype=np.float64), np.asarray(vals)
    if instants.ndim != 1 or instants.shape != values.shape:
        raise ValuesError(
            f"times and values must have one dimension and one length, but got shapes {instants.shape} and {values.shape}"
        )
    if is_in_order(instants):
        return instants, values
    order = np.argsort(instants, kind="stable")
    return instants[order], values[order]


def change_rows(vals: NDArray[Any]) -> NDArray[np.intp]:
    """Return the rows whose value differs from that of the row before; NaN differs from every value.

    Parameters
    ----------
    vals : array, shape (n,), any dtype
        Values.

    Returns
    -------
    int array
        Rows from 1 up, in order.
    """
    if vals.dtype.kind in "US" and vals.dtype.itemsize:
        return _change_rows_of_text(np.ascontiguousarray(vals))
    return _rows_where(len(vals), lambda low, high: np.flatnonzero(vals[low:high] != vals[low - 1 : high - 1]))


def runs_of(
    times: NDArray[np.float64],
    vals: NDArray[Any],
    start_s: float | None,
    stop_s: float | None,
    hold: bool,
) -> Runs:
    """Return the runs of equal value and their intervals; the rule for edges is told in `state_intervals`.

    Parameters
    ----------
    times : float64 array, shape (n,)
        Seconds, in order.
    vals : array, shape (n,)
        Values.
    start_s, stop_s : float or None
        Seconds to clip to and to extend to.
    hold : bool
        Whether a value holds until the next sample; else edges are midpoints.

    Returns
    -------
    Runs
        In order of time.

    Raises
    ------
    IntervalError
        If there are no samples; or one, without `start_s` and `stop_s`, and it does not hold.
    """
    if not len(times):
        raise IntervalError("data length must be at least 1")
    changes = change_rows(vals)
    firsts = np.append(np.intp(0), changes)
    low, high = -np.inf if start_s is None else start_s, np.inf if stop_s is None else stop_s
    if hold:
        return _held(times, firsts, low, high)
    if len(times) == 1:
        return _one_sample(times, start_s, stop_s)
    inner = 0.5 * (times[changes - 1] + times[changes])
    tstart = np.append(times[0] - (times[1] - times[0]) / 2, inner)
    tstop = np.append(inner, times[-1] + (times[-1] - times[-2]) / 2)
    if start_s is None and stop_s is None:
        return Runs(tstart, tstop, firsts)
    return _clipped_and_extended(Runs(tstart, tstop, firsts), low, high)


def outline_of(
    times: NDArray[np.float64],
    vals: NDArray[Any],
    max_gap_s: float | None,
    filler: Any,
    until_s: float | None,
    hold: bool,
) -> Outline:
    """Return a short series with the same runs, in which samples put into each gap end the runs on both sides.

    Parameters
    ----------
    times : float64 array, shape (n,)
        Seconds, in order.
    vals : array, shape (n,)
        Values.
    max_gap_s : float or None
        Seconds between two samples above which there is a gap; None for no gap anywhere.
    filler : scalar
        The value put in.
    until_s : float or None
        Where a value that holds ends at the latest.
    hold : bool
        Whether a value holds until the next sample: then it does for `max_gap_s` at most.

    Returns
    -------
    Outline
        Runs of it have the same edges as runs of the whole series.

    Raises
    ------
    IntervalError
        If `max_gap_s` is negative or NaN.
    """
    if max_gap_s is None:
        return _outline_with(times, vals, np.empty(0, dtype=np.intp))
    if not (isinstance(max_gap_s, Real) and max_gap_s >= 0):
        raise IntervalError(f"max_gap must be seconds, zero or more, but is {max_gap_s!r}; leave it out for no limit")
    gaps = _gap_rows(times, max_gap_s)
    outline = _outline_with(times, vals, gaps)
    where = np.searchsorted(outline.rows, gaps)
    if not hold:
        half_s = max_gap_s / 2
        put_in = np.stack((times[gaps - 1] + half_s, times[gaps] - half_s), axis=1).reshape(-1)
        return _filled(outline, np.repeat(where, 2), put_in, filler)
    put_in = times[gaps - 1] + max_gap_s
    if until_s is not None and len(times) and until_s - times[-1] > max_gap_s:
        where, put_in = np.append(where, len(outline.rows)), np.append(put_in, times[-1] + max_gap_s)
    return _filled(outline, where, put_in, filler)


def _blocks(rows: int) -> list[tuple[int, int]]:
    """Bounds of blocks of rows that have a row before them."""
    return [(low, min(low + _BLOCK, rows)) for low in range(1, rows, _BLOCK)]


def _rows_where(rows: int, find: Callable[[int, int], NDArray[np.intp]]) -> NDArray[np.intp]:
    """Rows that `find` finds, as offsets, in each block."""
    found = [find(low, high) + low for low, high in _blocks(rows)]
    return np.concatenate(found) if found else np.empty(0, dtype=np.intp)


def _gap_rows(times: NDArray[np.float64], max_gap_s: float) -> NDArray[np.intp]:
    """Rows that come later than `max_gap_s` after the row before."""
    return _rows_where(
        len(times), lambda low, high: np.flatnonzero(times[low:high] - times[low - 1 : high - 1] > max_gap_s)
    )


def _change_rows_of_text(texts: NDArray[Any]) -> NDArray[np.intp]:
    """Rows whose text differs from the one before, compared as machine words, which is several times as fast."""
    width = next(width for width in (8, 4, 2, 1) if texts.dtype.itemsize % width == 0)
    per_text = texts.dtype.itemsize // width
    words = texts.view(f"u{width}")

    def find(low: int, high: int) -> NDArray[np.intp]:
        differs = words[low * per_text : high * per_text] != words[(low - 1) * per_text : (high - 1) * per_text]
        rows = np.flatnonzero(differs) // per_text
        return rows[np.diff(rows, prepend=-1) > 0]  # a text may differ in several words

    return _rows_where(len(texts), find)


def _held(times: NDArray[np.float64], firsts: NDArray[np.intp], low: float, high: float) -> Runs:
    """Runs of values that hold from their sample until another value comes, inside ``[low, high]``."""
    begin = times[firsts]
    end = np.append(begin[1:], max(float(times[-1]), high) if high < np.inf else times[-1])
    tstart, tstop = np.clip(begin, low, high), np.clip(end, low, high)
    # A value that was there for an instant only stays; one of which the clipping left an instant does not.
    keep = (tstart < tstop) | ((begin == end) & (tstart == begin))
    return Runs(tstart[keep], tstop[keep], firsts[keep])


def _one_sample(times: NDArray[np.float64], start_s: float | None, stop_s: float | None) -> Runs:
    """The run of a single sample: all the span asked for, if the sample is in it."""
    if start_s is None or stop_s is None:
        raise IntervalError("For data length of 1, start and stop must be specified")
    rows = np.flatnonzero((start_s <= times) & (times <= stop_s))
    return Runs(np.full(len(rows), start_s), np.full(len(rows), stop_s), rows)


def _clipped_and_extended(runs: Runs, low: float, high: float) -> Runs:
    """Runs inside ``[low, high]``, of which the first begins and the last ends there where these are finite."""
    tstart, tstop = np.clip(runs.tstart, low, high), np.clip(runs.tstop, low, high)
    keep = tstart < tstop
    tstart, tstop = tstart[keep], tstop[keep]
    if low > -np.inf:
        tstart[:1] = low
    if high < np.inf:
        tstop[-1:] = high
    return Runs(tstart, tstop, runs.firsts[keep])


def _outline_with(times: NDArray[np.float64], vals: NDArray[Any], gaps: NDArray[np.intp]) -> Outline:
    """The samples beside changes and gaps, and two at each end: no edge depends on any other."""
    changes = change_rows(vals)
    ends = np.array([0, 1, len(times) - 2, len(times) - 1])
    rows = np.unique(np.concatenate((ends, changes - 1, changes, gaps - 1, gaps)))
    rows = rows[(rows >= 0) & (rows < len(times))]
    return Outline(times[rows], vals[rows], rows)


def _filled(outline: Outline, where: NDArray[np.intp], put_in: NDArray[np.float64], filler: Any) -> Outline:
    """The outline with samples of value `filler` put in before the places `where`."""
    return Outline(
        np.insert(outline.times, where, put_in),
        np.insert(outline.vals, where, filler),
        np.insert(outline.rows, where, -1),
    )
