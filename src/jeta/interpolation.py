"""Samples onto new times: grids, which sample stands for each grid time, and where none may.

`sample_grid`, `common_grid` and `absolute_grid` make grids by three different rules: for one MSID, for a set, for a telemetry
request; `within` cuts a grid to the span of the data. `nearest_indices` and `previous_indices` choose a sample for each grid time,
`linear` works out a value between two, and `too_far` says for which grid times the answer is a guess.

All times are float64 seconds in one time system, whichever. Sample times are sorted; several samples may share an instant, and
the last of them then counts. Nothing here is changed in place.

Examples
--------
>>> times = np.array([0.0, 10.0, 20.0])
>>> grid = sample_grid(0.0, 20.0, 5.0)
>>> grid.tolist()
[0.0, 5.0, 10.0, 15.0]
>>> nearest_indices(times, grid).tolist(), previous_indices(times, grid).tolist()
([0, 1, 1, 2], [0, 0, 1, 1])
>>> linear(times, np.array([1.0, 2.0, 4.0]), grid).tolist()
[1.0, 1.5, 2.0, 3.0]
"""

from __future__ import annotations

from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

METHODS = ("nearest", "previous", "linear")
"""Names of the ways to give a grid time a value."""


def sample_grid(
    first_s: float | None,
    last_s: float | None,
    dt_s: float,
    start_s: float | None = None,
    stop_s: float | None = None,
) -> NDArray[np.float64]:
    """Make the grid of one MSID: from the first sample on, the last one excluded.

    Parameters
    ----------
    first_s, last_s : float or None
        Times of the first and the last sample, s; None or NaN where there is no sample.
    dt_s : float
        Step of the grid, s, above 0.
    start_s, stop_s : float, optional
        Where the grid is to begin (inclusive) and end (exclusive), s; clipped into the span of the
        samples, by default its ends.

    Returns
    -------
    float64 array, shape (points,)
        Grid times in ``[start, stop)``, s; empty where there is no room. They are numpy's ``arange(start, stop, dt_s)``, whose
        last digits the ancestors' scripts know.

    Raises
    ------
    ValuesError
        If `dt_s` is not a finite number above 0.

    Examples
    --------
    >>> sample_grid(0.0, 100.0, 25.0, start_s=-5.0, stop_s=60.0).tolist()
    [0.0, 25.0, 50.0]
    """
    step = checked_step(dt_s)
    start, stop = _clipped(first_s, last_s, start_s, stop_s)
    return np.arange(start, stop, step) if start < stop else np.empty(0)


def common_grid(
    first_s: float | None, last_s: float | None, dt_s: float, start_s: float, stop_s: float
) -> NDArray[np.float64]:
    """Make the grid of a set of MSIDs: from the requested start on, the end included where it falls on the grid.

    Parameters
    ----------
    first_s, last_s : float or None
        The span that all members have in common, s: the latest of their first samples and the earliest of their last. None or
        NaN where some member has no sample.
    dt_s : float
        Step of the grid, s, above 0.
    start_s, stop_s : float
        The requested range, both ends inclusive, s; clipped into the common span.

    Returns
    -------
    float64 array, shape (points,)
        Grid times ``start + dt_s * k``, s, which do not add up rounding; empty where the spans have nothing in common.

    Raises
    ------
    ValuesError
        If `dt_s` is not a finite number above 0.

    Examples
    --------
    >>> common_grid(0.5, 100.0, 25.0, 0.0, 75.5).tolist()
    [0.5, 25.5, 50.5, 75.5]
    """
    step = checked_step(dt_s)
    start, stop = _clipped(first_s, last_s, start_s, stop_s)
    return _multiples((stop - start) // step + 1, step, start) if start <= stop else np.empty(0)


def absolute_grid(start_s: float, stop_s: float, dt_s: float) -> NDArray[np.float64]:
    """Make the grid of a telemetry request: times that are multiples of the step, whatever the data.

    Parameters
    ----------
    start_s, stop_s : float
        The requested range, s. The grid begins at the multiple of `dt_s` at or before `start_s`, and its last whole step ends at or
        before `stop_s`.
    dt_s : float
        Step of the grid, s, above 0.

    Returns
    -------
    float64 array, shape (points,)
        Grid times in ``[start, stop)``, s; cut it to the data with `within`. Empty where `stop_s` is not after the beginning.

    Raises
    ------
    ValuesError
        If `dt_s` is not a finite number above 0.

    Examples
    --------
    >>> absolute_grid(1005.0, 1040.0, 10.0).tolist()
    [1000.0, 1010.0, 1020.0, 1030.0]
    """
    step = checked_step(dt_s)
    start = start_s // step * step
    return _multiples((stop_s - start) // step, step, start)


def within(grid: ArrayLike, first_s: float | None, last_s: float | None) -> NDArray[np.float64]:
    """Cut a grid to the span of the data.

    Parameters
    ----------
    grid : float64 array, shape (points,)
        Grid times, s, in any order.
    first_s, last_s : float or None
        First and last time to keep, s, both inclusive; None or NaN where there are no data.

    Returns
    -------
    float64 array, shape (kept,)
        The grid times in ``[first_s, last_s]``, in their order.

    Examples
    --------
    >>> within([0.0, 1.0, 2.0, 3.0], 1.0, 2.0).tolist()
    [1.0, 2.0]
    """
    times = _as_seconds(grid)
    if first_s is None or last_s is None:
        return times[:0]
    return times[(times >= first_s) & (times <= last_s)]


def nearest_indices(times: ArrayLike, grid: ArrayLike) -> NDArray[np.int64]:
    """Find the nearest sample of each grid time.

    Parameters
    ----------
    times : float64 array, shape (samples,)
        Sample times, s, sorted.
    grid : float64 array, shape (points,)
        Grid times, s, in any order.

    Returns
    -------
    int64 array, shape (points,)
        Index of the nearest sample. Of two that are exactly as near it is the later one; outside the span of the samples it
        is the sample at that end.

    Raises
    ------
    ValuesError
        If there is a grid time but no sample.

    Examples
    --------
    >>> nearest_indices([0.0, 10.0], [-7.0, 4.0, 5.0, 99.0]).tolist()
    [0, 0, 1, 1]
    """
    sample_times, grid_times = _as_seconds(times), _as_seconds(grid)
    if not grid_times.size:
        return np.empty(0, np.int64)
    if not sample_times.size:
        raise ValuesError(
            f"no sample to be nearest to any of {grid_times.size} grid times: expected at least one; cut the grid with within()"
        )
    last = sample_times.size - 1
    after = sample_times.searchsorted(grid_times, side="right")
    before = np.maximum(after - 1, 0)
    np.minimum(after, last, out=after)
    time_before, time_after = sample_times[before], sample_times[after]
    later = time_after - grid_times <= grid_times - time_before
    indices = np.where(later, after, before)
    # Samples at one instant are a tie as well. That is rare, so look before searching a second time.
    chosen = np.where(later, time_after, time_before)
    if np.any((chosen == sample_times[np.minimum(indices + 1, last)]) & (indices < last)):
        indices = sample_times.searchsorted(chosen, side="right") - 1
    return indices.astype(np.int64, copy=False)


def nearest_good_indices(
    times: NDArray[np.float64], grid: NDArray[np.float64], bads: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Find for each grid time the nearest sample that is not bad.

    The same as `nearest_indices` among the good samples alone, as row numbers of all samples; but where few are bad, only the
    grid times that came upon one are looked at again (half the time of copying the good samples first).

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, ascending, s.
    grid : float64 array, shape (points,)
        Grid times, s, in any order.
    bads : bool array, shape (rows,)
        Which samples are bad.

    Returns
    -------
    int64 array, shape (points,)
        Row numbers.

    Raises
    ------
    ValuesError
        If there are grid times and no good sample.

    Examples
    --------
    >>> nearest_good_indices(np.array([0.0, 1.0, 2.0]), np.array([0.9]), np.array([False, True, False]))
    array([0])
    """
    found = nearest_indices(times, grid)
    hit = np.flatnonzero(bads[found])
    if not len(hit):
        return found
    if bads.all():
        raise ValuesError(
            f"there is no good sample among {len(times)} to take for {len(grid)} times; fetch a longer span"
        )
    rows = np.flatnonzero(bads)
    is_edge = np.diff(rows) > 1
    starts, stops = rows[np.append(True, is_edge)], rows[np.append(is_edge, True)] + 1
    run = np.searchsorted(starts, found[hit], "right") - 1
    has_earlier, has_later = starts[run] > 0, stops[run] < len(times)
    earlier, later = np.maximum(starts[run] - 1, 0), np.minimum(stops[run], len(times) - 1)
    # Of several samples at one instant the last that is good counts.
    last = np.searchsorted(times, times[later], "right") - 1
    later = np.where(bads[last] & has_later, starts[np.searchsorted(starts, last, "right") - 1] - 1, last)
    is_nearer = np.abs(grid[hit] - times[earlier]) < np.abs(times[later] - grid[hit])
    found[hit] = np.where(has_earlier & (is_nearer | ~has_later), earlier, later)
    return found


def previous_indices(times: ArrayLike, grid: ArrayLike) -> NDArray[np.int64]:
    """Find the last sample at or before each grid time: the value that holds then.

    Parameters
    ----------
    times : float64 array, shape (samples,)
        Sample times, s, sorted.
    grid : float64 array, shape (points,)
        Grid times, s, in any order.

    Returns
    -------
    int64 array, shape (points,)
        Index of that sample, of several at one instant the last; -1 where there is none. Mind that -1 is also numpy's last element.

    Examples
    --------
    >>> previous_indices([0.0, 10.0, 10.0], [-1.0, 9.9, 10.0]).tolist()
    [-1, 0, 2]
    """
    found = _as_seconds(times).searchsorted(_as_seconds(grid), side="right") - 1
    return found.astype(np.int64, copy=False)


def linear(times: ArrayLike, vals: ArrayLike, grid: ArrayLike) -> NDArray[Any]:
    """Work out values on the straight line between neighbouring samples.

    Parameters
    ----------
    times : float64 array, shape (samples,)
        Sample times, s, sorted.
    vals : float or integer array, shape (samples,)
        Sample values.
    grid : float64 array, shape (points,)
        Grid times, s, in any order.

    Returns
    -------
    float64 array, shape (points,)
        The values (float32 where `vals` is); NaN before the first sample and after the last. At a sample it is exactly the value of
        that sample, so a NaN spreads only to the grid times strictly between it and its neighbours.

    Raises
    ------
    ValuesError
        If `vals` are no numbers, or not as many as `times`.

    Examples
    --------
    >>> linear([0.0, 4.0], [10, 20], [-1.0, 0.0, 1.0]).tolist()
    [nan, 10.0, 12.5]
    """
    sample_times, grid_times, values = _as_seconds(times), _as_seconds(grid), np.asarray(vals)
    _check_numbers(values, sample_times.size)
    dtype = values.dtype if values.dtype == np.float32 else np.dtype(np.float64)
    if not sample_times.size:
        return np.full(grid_times.size, np.nan, dtype)
    left, right, inside = _neighbours(sample_times, grid_times)
    origin = sample_times[left]
    span = sample_times[right] - origin
    weight = np.divide(grid_times - origin, span, out=np.zeros(grid_times.size), where=span > 0)
    low, high = values[left].astype(np.float64), values[right].astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # infinite samples: what lies beside them is not a number
        between = low + (high - low) * weight
    result = np.where(low == high, low, between)
    result[~inside] = np.nan
    return result.astype(dtype, copy=False)


def too_far(
    times: ArrayLike,
    grid: ArrayLike,
    indices: NDArray[np.int64] | None,
    max_age_s: float | None,
    method: str,
) -> NDArray[np.bool_]:
    """Say which grid times have no sample near enough to be given a value.

    Parameters
    ----------
    times : float64 array, shape (samples,)
        Sample times, s, sorted.
    grid : float64 array, shape (points,)
        Grid times, s, in any order.
    indices : int64 array, shape (points,), or None
        What `nearest_indices` or `previous_indices` gave, according to `method`; not used for ``'linear'``.
    max_age_s : float or None
        Longest time between a grid time and a sample, inclusive, s, at least 0; None for no limit.
    method : {'nearest', 'previous', 'linear'}
        Nearest: the chosen sample must be within `max_age_s`. Previous: so must the sample before, and there must be one.
        Linear: so must the samples on both sides; at a sample that one suffices.

    Returns
    -------
    bool array, shape (points,)
        True where the value would be a guess. Without a limit only where there is none at all to be given.

    Raises
    ------
    ValuesError
        If `method` is unknown, its `indices` are missing, or `max_age_s` is negative or NaN.

    Examples
    --------
    >>> grid = np.array([-1.0, 0.0, 3.0, 8.0])
    >>> too_far([0.0, 10.0], grid, previous_indices([0.0, 10.0], grid), 5.0, "previous").tolist()
    [True, False, False, True]
    >>> too_far([0.0, 10.0], grid, None, 5.0, "linear").tolist()
    [True, False, True, True]
    """
    sample_times, grid_times = _as_seconds(times), _as_seconds(grid)
    limit = _checked_age(max_age_s)
    if method not in METHODS:
        raise ValuesError(f"unknown interpolation method {method!r}: it must be one of {', '.join(METHODS)}")
    if not sample_times.size:
        return np.ones(grid_times.size, np.bool_)
    if method == "linear":
        left, right, inside = _neighbours(sample_times, grid_times)
        near = (grid_times - sample_times[left] <= limit) & (sample_times[right] - grid_times <= limit)
        return ~(near & inside)
    if indices is None:
        raise ValuesError(
            f"method {method!r} needs the indices of the chosen samples; pass those of {method}_indices()"
        )
    near = np.abs(grid_times - sample_times[indices]) <= limit
    return ~near if method == "nearest" else ~(near & (indices >= 0))


def _neighbours(
    times: NDArray[np.float64], grid: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """The samples left and right of each grid time, one and the same at a sample, and whether it lies in their span."""
    after = times.searchsorted(grid, side="right")
    left = np.maximum(after - 1, 0)
    exact = times[left] == grid
    right = np.where(exact, left, np.minimum(after, times.size - 1))
    # Outside the span both sides are the same end sample.
    return left, right, exact | (right > left)


def _clipped(
    first_s: float | None, last_s: float | None, start_s: float | None, stop_s: float | None
) -> tuple[float, float]:
    """The range asked for, cut to that of the data; NaN where there are none, which no comparison lets through."""
    if first_s is None or last_s is None:
        return float("nan"), float("nan")
    start = first_s if start_s is None else max(first_s, start_s)
    stop = last_s if stop_s is None else min(last_s, stop_s)
    return float(start), float(stop)


def _multiples(points: float, step: float, start: float) -> NDArray[np.float64]:
    """So many grid times by multiplication, none where the number is negative."""
    return np.arange(max(points, 0.0)) * step + start


def _as_seconds(values: ArrayLike) -> NDArray[np.float64]:
    """Times as a float64 array."""
    return np.asarray(values, dtype=np.float64)


def checked_step(dt_s: float) -> float:
    """The step of a grid, if it is one."""
    if not (isinstance(dt_s, Real) and isfinite(dt_s) and dt_s > 0):
        raise ValuesError(f"grid step of {dt_s!r} s: expected a finite number of seconds above 0, such as 32.8")
    return float(dt_s)


def _checked_age(max_age_s: float | None) -> float:
    """The greatest age, infinite where there is no limit."""
    if max_age_s is None:
        return float("inf")
    if not (isinstance(max_age_s, Real) and max_age_s >= 0):
        raise ValuesError(f"greatest age of {max_age_s!r} s: expected a number of at least 0 s, or None for no limit")
    return float(max_age_s)


def _check_numbers(values: NDArray[Any], samples: int) -> None:
    """Refuse what cannot lie on a straight line."""
    if values.dtype.kind not in "fiu":
        raise ValuesError(
            f"values of type {values.dtype} have nothing in between for method 'linear'; use 'previous' or 'nearest'"
        )
    if values.shape != (samples,):
        raise ValuesError(f"values of shape {values.shape} for {samples} times: expected one value for each time")
