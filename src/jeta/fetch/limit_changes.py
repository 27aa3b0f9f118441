"""Limits that change between two samples: the value that holds then is compared with the new ones from the change on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def with_changes(
    times: NDArray[np.float64],
    vals: NDArray[Any],
    changes_s: Iterable[float],
    held_until_s: float | None,
    max_gap_s: float | None,
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return samples with further ones just before and at each change of limits, so that intervals have edges there.

    The further ones have the value that holds then: that of the nearest sample, so that the edge between two values stays
    halfway, or that of the sample before where values hold until the next.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Instants of the samples, ascending, s.
    vals : array, shape (rows,)
        Their values.
    changes_s : iterable of float
        When limits change, s.
    held_until_s : float or None
        Where values hold until the next sample, until when the last one does; None for others.
    max_gap_s : float or None
        Spacings longer than this are gaps, in which no value holds.

    Notes
    -----
    A change in the half spacing before the first or after the last sample adds nothing: there is no value on its other side.

    Returns
    -------
    times, vals : arrays, shape (rows + added,)
        Ascending.

    Examples
    --------
    >>> times, vals = with_changes(np.array([0.0, 10.0]), np.array([1, 2]), [3.0], None, None)
    >>> times.round(6).tolist(), vals.tolist()
    ([0.0, 3.0, 3.0, 5.0, 5.0, 10.0], [1, 1, 1, 1, 2, 2])
    """
    added = [
        point for change_s in sorted(set(changes_s)) for point in _around(change_s, times, held_until_s, max_gap_s)
    ]
    if not added:
        return times, vals
    extra = np.array([edge_s for edge_s, _ in added])
    both, values = np.append(times, extra), np.append(vals, vals[[row for _, row in added]])
    order = np.argsort(both, kind="stable")
    return both[order], values[order]


def _around(
    change_s: float, times: NDArray[np.float64], held_until_s: float | None, max_gap_s: float | None
) -> list[tuple[float, int]]:
    """Instants at a change, and where the value gives way to the next, each with the row whose value holds then."""
    after = int(np.searchsorted(times, change_s, "left"))
    is_sample = after < len(times) and times[after] == change_s
    if after == 0 or not math.isfinite(change_s) or (is_sample and held_until_s is not None):
        return []
    stop_s = float(times[after]) if after < len(times) else held_until_s
    if stop_s is None or change_s > stop_s or (max_gap_s is not None and stop_s - times[after - 1] > max_gap_s):
        return []
    # At a sample only the time before it, for which its value stands too, needs a point of its own.
    at_change = _both_sides(change_s)[: 1 if is_sample else 2]
    if held_until_s is not None:
        return [(edge_s, after - 1) for edge_s in at_change]
    middle_s = (float(times[after - 1]) + stop_s) / 2
    edges_s = (*at_change, *_both_sides(middle_s))
    return [(edge_s, after - 1 if edge_s < middle_s else after) for edge_s in edges_s]


def outer_edges(times: NDArray[np.float64], more: NDArray[np.float64]) -> dict[str, float]:
    """Return where the first and the last value begin and end, if `with_changes` has added something beside them.

    A value lasts half a spacing beyond the outermost samples, which is that of the samples and not of what was added.

    Parameters
    ----------
    times, more : float64 arrays
        Instants without and with what was added, s.

    Returns
    -------
    dict of str to float
        ``start_s``, ``stop_s`` or both, s; empty where nothing was added there.
    """
    edges = {}
    if len(times) > 1 and times[0] < times[1] and more[1] != times[1]:
        edges["start_s"] = float(times[0] - (times[1] - times[0]) / 2)
    if len(times) > 1 and times[-2] < times[-1] and more[-2] != times[-2]:
        edges["stop_s"] = float(times[-1] + (times[-1] - times[-2]) / 2)
    return edges


def _both_sides(instant_s: float) -> tuple[float, float]:
    """The last instant before, and the instant itself."""
    return math.nextafter(instant_s, -math.inf), instant_s
