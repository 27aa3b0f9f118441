"""Bringing samples onto other times: the grids of `MSID.interpolate`, `MSIDset.interpolate` and `get_telem`, which differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import interpolation
from jeta.errors import ValuesError
from jeta.fetch.holding import is_held, known_until_s
from jeta.fetch.query import one_instant
from jeta.times import to_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from jeta.fetch.series import Series

DEFAULT_DT_S = 328.0
"""Spacing of a grid where none is given: a bin of the 5-minute statistics."""

_NUMBERS = "fiu"
_NOT_ON_LINES = ("times", "bads", "indexes", "samples")
_NO_TIMES = np.empty(0)


def grid_of_one(
    series: Series, dt: float | None, start: Any, stop: Any, times: Any, method: str | None
) -> NDArray[np.float64]:
    """Return the grid of one MSID: from its first sample, or `start`, to before its last, or `stop`.

    Parameters
    ----------
    series : Series
        The samples.
    dt : float or None
        Spacing, seconds.
    start, stop : time or None
        Ends, at most those of the samples.
    times : times or None
        The grid itself, of which what lies outside the samples is left out.
    method : str or None
        How values will be found; where they hold until the next sample, `stop` and `times` may lie after the last one.

    Raises
    ------
    ValuesError
        If `times` is given with one of the others, or dt is not above 0.
    """
    check_either(times, dt, start, stop)
    series.check_seconds()
    if len(series) == 0:
        return _NO_TIMES
    first, last = float(series.times[0]), last_s(series, method)
    if times is not None:
        return interpolation.within(seconds_of(times, series.time_system), first, last)
    begin, end = (None if value is None else one_instant(value, series.time_system) for value in (start, stop))
    return interpolation.sample_grid(first, float(series.times[-1]) if end is None else last, _spacing(dt), begin, end)


def grid_of_set(
    members: Mapping[str, Series], dt: float | None, start: float, stop: float, times: Any, method: str | None
) -> NDArray[np.float64]:
    """Return the grid of a set: multiples of `dt` after `start`, within the time that all members have samples of.

    Parameters
    ----------
    members : mapping of str to Series
        The members, before bad samples are left out.
    dt : float or None
        Spacing, seconds.
    start, stop : float
        Ends, seconds; both inside.
    times : float64 array or None
        The grid itself, seconds, of which what lies outside the common time is left out.
    method : str or None
        As for `grid_of_one`.
    """
    for member in members.values():
        member.check_seconds()
    if not members or any(len(member) == 0 for member in members.values()):
        return _NO_TIMES
    first = max(float(member.times[0]) for member in members.values())
    last = min(last_s(member, method) for member in members.values())
    if times is not None:
        return interpolation.within(times, first, last)
    return interpolation.common_grid(first, last, _spacing(dt), start, stop)


def last_s(series: Series, method: str | None) -> float:
    """Return the last instant that a grid may have; the object must have a sample."""
    held = checked_method(series, method) == "previous" and is_held(series)
    return known_until_s(series) if held else float(series.times[-1])


def put_on_grid(
    series: Series,
    grid: NDArray[np.float64],
    method: str | None,
    max_age_s: float | None,
    *,
    filter_bad: bool = False,
) -> None:
    """Bring every array of an object onto a grid, in place.

    Parameters
    ----------
    series : Series
        The object.
    grid : float64 array, shape (points,)
        Times, seconds; none for an object without samples.
    method : {'nearest', 'previous', 'linear'} or None
        None is nearest, or previous for an MSID that is sent only when it changes.
    max_age_s : float or None
        Beyond it a point is bad.
    filter_bad : bool
        Pass over bad samples, as if they had been left out before; there must be a good one, or no point.

    Raises
    ------
    ValuesError
        If the method is none of these, or values are no numbers where it needs some.
    """
    method = checked_method(series, method)
    if filter_bad and method != "nearest":
        series.filter_bad()
    at = _indices(series.times, series.bads if filter_bad else None, grid, method)
    if filter_bad:
        series.bads = None
    far = _without_value(series.times, grid, at, max_age_s, method)
    lines = _on_lines(series, grid) if method == "linear" else {}
    series.take(np.maximum(at, 0))
    series.times0, series.times = series.times, grid
    for name, values in lines.items():
        setattr(series, name, values)
    if max_age_s is not None or far.any():
        _mark(series, far)


def _without_value(
    times: NDArray[np.float64],
    grid: NDArray[np.float64],
    at: NDArray[np.int64],
    max_age_s: float | None,
    method: str,
) -> NDArray[np.bool_]:
    """Which points have no sample near enough, or none at all."""
    if len(grid) == 0 or (max_age_s is None and method != "linear" and (at >= 0).all()):
        return np.zeros(len(grid), bool)
    return interpolation.too_far(times, grid, at, max_age_s, method)


def checked_method(series: Series, method: str | None) -> str:
    """Return the method, by default the one that suits the MSID.

    Raises
    ------
    ValuesError
        If it is none of the known ones, or values are no numbers where it needs some.
    """
    if method is None:
        return "previous" if is_held(series) else "nearest"
    if method not in interpolation.METHODS:
        raise ValuesError(f"method must be one of {', '.join(interpolation.METHODS)}, but is {method!r}")
    if method == "linear" and series.dtype.kind not in _NUMBERS:
        raise ValuesError(
            f"method='linear' needs numbers, but {series.MSID} holds {series.dtype}; use 'previous' or 'nearest'"
        )
    return method


def _indices(
    times: NDArray[np.float64], bads: NDArray[np.bool_] | None, grid: NDArray[np.float64], method: str
) -> NDArray[np.int64]:
    """Which sample each point gets, -1 for none."""
    if len(grid) == 0:
        return np.zeros(0, np.int64)
    if method == "previous":
        return interpolation.previous_indices(times, grid)
    if bads is not None and bads.any():
        return interpolation.nearest_good_indices(times, grid, bads)
    return interpolation.nearest_indices(times, grid)


def _on_lines(series: Series, grid: NDArray[np.float64]) -> dict[str, Any]:
    """The numbers of an object between their neighbours, and what is bad there; an array that is two columns stays one."""
    if len(series) == 0:
        return {}
    made: dict[int, Any] = {}
    lines = {} if series.bads is None else {"bads": _either_bad(series.bads, series.times, grid)}
    for name in series.colnames:
        values = getattr(series, name)
        if name in _NOT_ON_LINES or values is None or values.dtype.kind not in _NUMBERS:
            continue
        if id(values) not in made:
            made[id(values)] = _line(series.times, values, grid)
        lines[name] = made[id(values)]
    return lines


def _line(times: NDArray[np.float64], values: NDArray[Any], grid: NDArray[np.float64]) -> NDArray[Any]:
    """Numbers between their neighbours; vectors component by component."""
    if values.ndim == 1:
        return interpolation.linear(times, values, grid)
    flat = values.reshape(len(values), -1)
    lines = [interpolation.linear(times, flat[:, component], grid) for component in range(flat.shape[1])]
    return np.stack(lines, axis=1).reshape(len(grid), *values.shape[1:])


def _either_bad(bads: NDArray[np.bool_], times: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Points of which a neighbour on the line is bad."""
    spread = interpolation.linear(times, bads.astype(np.float64), grid)
    found: NDArray[np.bool_] = spread > 0
    return found


def _mark(series: Series, far: NDArray[np.bool_]) -> None:
    """Make points bad that have no sample near enough: no number is invented for them."""
    bads = np.zeros(len(far), bool) if series.bads is None else series.bads
    series.bads = bads | far
    if "bads" not in series.colnames:
        series.colnames = [*series.colnames, "bads"]
    if far.any():
        series.blank(far, [name for name in series.colnames if name != "times"])


def check_either(times: Any, *others: Any) -> None:
    """Refuse times together with what would make a grid.

    Raises
    ------
    ValuesError
        If both are given.
    """
    if times is not None and any(other is not None for other in others):
        raise ValuesError("with times set, dt, start and stop cannot be set too; leave either out")


def _spacing(dt: float | None) -> float:
    """Spacing of a grid."""
    return DEFAULT_DT_S if dt is None else dt


def seconds_of(times: Any, system: str) -> NDArray[np.float64]:
    """Seconds of several times."""
    if isinstance(times, np.ndarray) and times.dtype == np.float64:
        return times
    return np.atleast_1d(np.asarray(to_seconds(times, system), np.float64))
