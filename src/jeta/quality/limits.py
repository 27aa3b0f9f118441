"""When a series was outside its limits, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.intervals import Intervals
from jeta.intervals.runs import is_in_order, outline_of, runs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

LIMITS = ("red_low", "yellow_low", "yellow_high", "red_high")
"""The limits of a channel from the lowest to the highest; the level of a sample is the number of its limit here, from 1."""

_LOW_LEVELS = 2
_NAMES = np.array(["", *LIMITS])
_SEVERITIES = np.array(["", "red", "yellow", "yellow", "red"])


@dataclass(frozen=True, slots=True, eq=False)
class Violations:
    """Intervals in which a series was outside one limit, in order of time.

    Attributes
    ----------
    intervals : Intervals
        Seconds.
    severity : '<U6' array, shape (n,)
        ``'red'`` or ``'yellow'``.
    limit : '<U11' array, shape (n,)
        The outermost limit that was passed: ``'red_low'``, ``'yellow_low'``, ``'yellow_high'`` or ``'red_high'``.
    extreme : float64 array, shape (n,)
        The value furthest out, in the unit of the series: the lowest below a low limit, the highest above a high one.
    first_s : float64 array, shape (n,)
        Seconds of the first sample outside.
    samples : int64 array, shape (n,)
        How many samples were.
    """

    intervals: Intervals
    severity: NDArray[np.str_]
    limit: NDArray[np.str_]
    extreme: NDArray[np.float64]
    first_s: NDArray[np.float64]
    samples: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.intervals)


def violations(  # noqa: PLR0913 - four limits are what the field has, and callers name them
    times: ArrayLike,
    vals: ArrayLike,
    bads: ArrayLike | None = None,
    red_low: ArrayLike | None = None,
    yellow_low: ArrayLike | None = None,
    yellow_high: ArrayLike | None = None,
    red_high: ArrayLike | None = None,
    *,
    max_gap: float | None = None,
    start_s: float | None = None,
    stop_s: float | None = None,
    hold: bool = False,
) -> Violations:
    """Return the intervals in which a series is outside its limits.

    Each lasts as long as the samples pass the same limit: on its way out and back, a value that becomes red gives a yellow, a
    red and again a yellow interval.

    Parameters
    ----------
    times : float array, shape (n,)
        Seconds; samples that are not in order of time are put in order.
    vals : numeric or bool array, shape (n,)
        Values.
    bads : bool array, shape (n,), optional
        True for samples to leave out, as those that are NaN always are.
    red_low, yellow_low, yellow_high, red_high : float, or float array of shape (n,), optional
        Limits in the unit of `vals`; a value equal to one is within. None, or NaN, is no limit. Arrays hold the limit in
        force at each sample, as `limit_series` gives them. For float values, limits are rounded to their type.
    max_gap : float, optional
        Seconds between two samples above which intervals are broken, as for `logical_intervals`.
    start_s, stop_s : float, optional
        Seconds to clip to and to extend to, as for `state_intervals`.
    hold : bool
        Whether a value holds until the next sample, as for `state_intervals`; with `max_gap`, for that long at most.

    Returns
    -------
    Violations
        With edges midway between samples, as from `state_intervals`. Of a single sample outside, without a span to fill, it
        is the instant. `extreme`, `first_s` and `samples` are of all its samples, also of those before `start_s`.

    Raises
    ------
    ValuesError
        If `vals` are not numeric, or arrays are not of one length.
    IntervalError
        If `max_gap` is negative.

    Examples
    --------
    >>> found = violations([0, 1, 2, 3], [5.0, 9.0, 12.0, 5.0], yellow_high=8, red_high=10)
    >>> found.intervals, found.limit.tolist(), found.extreme.tolist()
    (Intervals([0.5, 1.5], [1.5, 2.5]), ['yellow_high', 'red_high'], [9.0, 12.0])
    """
    given = dict(zip(LIMITS, (red_low, yellow_low, yellow_high, red_high), strict=True))
    instants, values, levels = _in_order(*_levels(times, vals, bads, given))
    if not levels.any():
        return _none()
    outline = outline_of(instants, levels, max_gap, 0, stop_s, hold)
    is_instant = len(outline.times) == 1 and not hold and (start_s is None or stop_s is None)
    runs = runs_of(outline.times, outline.vals, start_s, None if is_instant else stop_s, hold or is_instant)
    outside = outline.vals[runs.firsts] > 0
    firsts = outline.rows[runs.firsts[outside]]
    extreme, samples = _extremes(instants, values, levels, firsts, np.inf if max_gap is None else max_gap)
    return Violations(
        Intervals(runs.tstart[outside], runs.tstop[outside]),
        _SEVERITIES[levels[firsts]],
        _NAMES[levels[firsts]],
        extreme,
        instants[firsts],
        samples,
    )


def limit_series(times: ArrayLike, spans: Iterable[tuple[float, float, Any]]) -> dict[str, Any]:
    """Return the limits in force at each sample, where limits have changed over the years.

    Parameters
    ----------
    times : float array, shape (n,)
        Seconds, in any order.
    spans : iterable of (start, stop, limits)
        Seconds, ``[start, stop)``, and an object with the attributes ``red_low``, ``yellow_low``, ``yellow_high`` and
        ``red_high``, each a float or None. Where spans overlap, the last counts.

    Returns
    -------
    dict
        By name of the limit, as `violations` takes it: a float64 array of shape (n,) that is NaN where no such limit is in
        force, a float where one limit holds for all samples, or None where none does.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> old = SimpleNamespace(red_low=None, yellow_low=None, yellow_high=5.0, red_high=None)
    >>> limit_series([0.0, 10.0], [(0.0, 10.0, old)])["yellow_high"]
    array([ 5., nan])
    """
    instants = np.asarray(times, dtype=np.float64)
    series: dict[str, Any] = dict.fromkeys(LIMITS)
    for start_s, stop_s, limits in spans:
        inside = (instants >= start_s) & (instants < stop_s)
        if inside.all():
            series = {name: getattr(limits, name) for name in LIMITS}
            continue
        series = {name: _joined(inside, getattr(limits, name), series[name]) for name in LIMITS}
    return series


def _joined(inside: NDArray[np.bool_], value: float | None, before: Any) -> Any:
    """A limit at each sample: `value` inside a span, what it was before elsewhere; NaN, or None in all, for no limit."""
    if value is None and before is None:
        return None
    return np.where(inside, np.nan if value is None else value, np.nan if before is None else before)


def _levels(
    times: ArrayLike, vals: ArrayLike, bads: ArrayLike | None, limits: Mapping[str, ArrayLike | None]
) -> tuple[NDArray[np.float64], NDArray[Any], NDArray[np.uint8]]:
    """Times, values and levels of the good samples, in the order given."""
    instants, values = np.asarray(times, dtype=np.float64), np.asarray(vals)
    if instants.ndim != 1 or instants.shape != values.shape:
        raise ValuesError(f"times and values must be of one length, but got shapes {instants.shape} and {values.shape}")
    if values.dtype.kind not in "biuf":
        raise ValuesError(
            f"limits are for numbers, but the values are {values.dtype}; give numeric values, or raw counts"
        )
    levels = np.zeros(len(values), dtype=np.uint8)
    for name in sorted(LIMITS, reverse=True):  # yellow first, so that red counts where both are passed
        if limits[name] is not None:
            _mark(levels, name, values, limits[name])
    good = _good(values, bads)
    return (instants, values, levels) if good.all() else (instants[good], values[good], levels[good])


def _good(vals: NDArray[Any], bads: ArrayLike | None) -> NDArray[np.bool_]:
    """Which samples count: not bad, and not NaN."""
    good = ~np.isnan(vals) if vals.dtype.kind == "f" else np.ones(len(vals), dtype=np.bool_)
    return good if bads is None else good & ~_of_shape("bads", np.asarray(bads, dtype=np.bool_), vals.shape)


def _mark(levels: NDArray[np.uint8], name: str, vals: NDArray[Any], given: Any) -> None:
    """Set the level of a limit where values are outside it."""
    limit = np.asarray(given, dtype=np.float64)
    if limit.ndim:
        _of_shape(name, limit, vals.shape)
    if vals.dtype.kind == "f":
        with np.errstate(over="ignore"):  # a limit beyond the type is infinite in it
            limit = limit.astype(vals.dtype)
    level = LIMITS.index(name) + 1
    outside = vals < limit if level <= _LOW_LEVELS else vals > limit
    if outside.any():
        levels[outside] = level


def _of_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """The array, if it has one item for each value."""
    if array.shape != shape:
        raise ValuesError(f"{name} must have an item for each of the {shape[0]} values, but has shape {array.shape}")
    return array


def _in_order(
    times: NDArray[np.float64], vals: NDArray[Any], levels: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[Any], NDArray[np.uint8]]:
    """The arrays in order of time; themselves where they are."""
    if is_in_order(times):
        return times, vals, levels
    order = np.argsort(times, kind="stable")
    return times[order], vals[order], levels[order]


def _extremes(
    times: NDArray[np.float64],
    vals: NDArray[Any],
    levels: NDArray[np.uint8],
    firsts: NDArray[np.intp],
    max_gap_s: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The extreme and the number of samples of the runs that begin at the rows `firsts`."""
    rows = np.flatnonzero(levels)  # few: every run outside limits is among them, whole
    breaks = (np.diff(rows) > 1) | (np.diff(levels[rows]) != 0) | (np.diff(times[rows]) > max_gap_s)
    starts = np.append(np.intp(0), np.flatnonzero(breaks) + 1)
    lows, highs = (reduce.reduceat(vals[rows], starts) for reduce in (np.minimum, np.maximum))
    extreme = np.where(levels[rows[starts]] <= _LOW_LEVELS, lows, highs).astype(np.float64)
    samples = np.diff(starts, append=len(rows)).astype(np.int64)
    wanted = np.searchsorted(rows[starts], firsts)
    return extreme[wanted], samples[wanted]


def _none() -> Violations:
    """No violation."""
    numbers = np.empty(0)
    return Violations(
        Intervals(numbers, numbers), _SEVERITIES[:0], _NAMES[:0], numbers, numbers, np.empty(0, dtype=np.int64)
    )
