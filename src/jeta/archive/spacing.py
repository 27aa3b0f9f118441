"""Arithmetic on the spacings of sorted instants: what a chunk says of its own, and how newer rows hide older ones.

Instants are int64 ticks and spacings uint64: two instants may lie further apart than int64 can say.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

UNKNOWN_WIDTH = 2**64 - 1
"""The widest spacing of a segment that does not tell it: wider than any limit, so that the segment is looked into."""


class ChunkSpacings(NamedTuple):
    """What each chunk of a segment says of its instants, so that it need not be decoded to find a gap.

    Attributes
    ----------
    last : int64 array, shape (chunks,)
        Last tick.
    widest : uint64 array, shape (chunks,)
        Its widest spacing, ticks; 0 for a chunk of one row.
    widest_from : int64 array, shape (chunks,)
        The tick at which that begins; the first of several.
    second : uint64 array, shape (chunks,)
        Its second widest spacing, ticks; as wide as the widest if there are two of that, 0 for fewer than three rows.
    """

    last: NDArray[np.int64]
    widest: NDArray[np.uint64]
    widest_from: NDArray[np.int64]
    second: NDArray[np.uint64]


def widths(ticks: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the spacings of sorted instants, exactly whatever they are.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Sorted instants.

    Returns
    -------
    uint64 array, shape (rows - 1,), empty for no rows
        Ticks from each to the next.

    Examples
    --------
    >>> widths(np.array([1, 4, 4])).tolist()
    [3, 0]
    """
    # Wrapping subtraction, read as unsigned, is right for any two sorted int64.
    return np.subtract(ticks[1:], ticks[:-1]).view(np.uint64)


def chunk_spacings(ticks: NDArray[np.int64], chunk_rows: int) -> ChunkSpacings:
    """Return what each chunk says of its instants.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Sorted instants.
    chunk_rows : int
        Rows of a chunk; the last may be shorter.

    Returns
    -------
    ChunkSpacings
        An item a chunk.

    Examples
    --------
    >>> told = chunk_spacings(np.array([0, 1, 9, 11, 20, 21]), 4)
    >>> told.last.tolist(), told.widest.tolist(), told.widest_from.tolist(), told.second.tolist()
    ([11, 21], [8, 1], [1, 20], [2, 0])
    """
    starts = range(0, len(ticks), chunk_rows)
    last = ticks[[min(start + chunk_rows, len(ticks)) - 1 for start in starts]]
    widest, second = np.zeros(len(starts), np.uint64), np.zeros(len(starts), np.uint64)
    widest_from = ticks[::chunk_rows].copy()
    for chunk, start in enumerate(starts):
        steps = widths(ticks[start : start + chunk_rows])
        if len(steps):
            at = int(steps.argmax())
            widest[chunk], widest_from[chunk] = steps[at], ticks[start + at]
            steps[at] = 0
            second[chunk] = steps.max()
    return ChunkSpacings(last, widest, widest_from, second)


def widest_of(first: NDArray[np.int64], told: ChunkSpacings) -> int:
    """Return the widest spacing of a segment, also from one chunk to the next.

    Parameters
    ----------
    first : int64 array, shape (chunks,)
        First tick of each chunk.
    told : ChunkSpacings
        What the chunks say.

    Returns
    -------
    int
        Ticks, below `UNKNOWN_WIDTH`.
    """
    between = np.subtract(first[1:], told.last[:-1]).view(np.uint64)
    return min(max(int(told.widest.max(initial=0)), int(between.max(initial=0))), UNKNOWN_WIDTH - 1)


def surely_wider(longer_than_s: float, resolution: str, furthest: int) -> int:
    """Return a spacing in ticks so small that every spacing which comes out longer in seconds is wider.

    Parameters
    ----------
    longer_than_s : float
        Finite, >= 0.
    resolution : {'ms', 'us', 'ns'}
        What a tick is.
    furthest : int
        Magnitude of the instant furthest from 0, ticks: there the float64 seconds are roundest.

    Returns
    -------
    int
        Ticks, from 0 to what uint64 holds.

    Examples
    --------
    >>> surely_wider(2.5, "ms", 1_650_000_000_000)
    2498
    """
    per_second = TICKS_PER_SECOND[resolution]
    # Each of two instants is rounded by half a unit in the last place, and their difference once more.
    slack_s = 2 * math.ulp(furthest / per_second) + math.ulp(longer_than_s)
    limit = min((longer_than_s - slack_s) * per_second, float(UNKNOWN_WIDTH))
    return min(max(0, math.floor(limit) - 1), UNKNOWN_WIDTH)


def overlaid(arrays: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the instants of rows laid over each other: at an instant that has newer rows, the older ones go.

    Parameters
    ----------
    arrays : sequence of int64 array
        Sorted instants of each delivery, oldest first.

    Returns
    -------
    int64 array
        Sorted; an instant comes as often as the newest delivery that has it says.

    Examples
    --------
    >>> overlaid([np.array([1, 1, 2, 3]), np.array([0, 1, 3, 3])]).tolist()
    [0, 1, 2, 3, 3]
    """
    if not arrays:
        return np.empty(0, np.int64)
    ticks = np.concatenate(arrays)
    if np.all(ticks[1:] > ticks[:-1]):
        return ticks
    place = np.argsort(ticks, kind="stable")
    ticks = ticks[place]
    delivery = np.repeat(np.arange(len(arrays)), list(map(len, arrays)))[place]
    ends = np.flatnonzero(np.append(ticks[1:] != ticks[:-1], True))
    newest = np.repeat(delivery[ends], np.diff(ends, prepend=-1))
    kept: NDArray[np.int64] = ticks[delivery == newest]
    return kept


def distinct(ticks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return sorted instants once each.

    Examples
    --------
    >>> distinct(np.array([1, 2, 2])).tolist()
    [1, 2]
    """
    return ticks[np.append(ticks[1:] != ticks[:-1], True)] if len(ticks) else ticks


def typical(ticks: NDArray[np.int64]) -> float | None:
    """Return the median spacing of sorted instants, in ticks; rows that share an instant count as one.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Sorted instants.

    Returns
    -------
    float or None
        None for fewer than two instants.

    Examples
    --------
    >>> typical(np.array([0, 10, 10, 20, 31, 41])), typical(np.array([5, 5]))
    (10.0, None)
    """
    steps = widths(distinct(ticks))
    return float(np.median(steps)) if len(steps) else None
