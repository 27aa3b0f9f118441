"""Which sealed files of a column are written anew when rows are laid over them: decided from numbers alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Segments to write anew, and the rows to lay over them.

    Attributes
    ----------
    first_segment, stop_segment : int
        The segments ``[first_segment, stop_segment)`` are read and superseded; none if equal.
    first_row, stop_row : int
        The newer rows ``[first_row, stop_row)`` go there.
    """

    first_segment: int
    stop_segment: int
    first_row: int
    stop_row: int


def plan(
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    rows: NDArray[np.int64],
    newer: NDArray[np.int64],
    segment_rows: int,
    together: int = 2,
) -> list[Rewrite]:
    """Decide which segments are written anew.

    Rows that fall into a segment, or into the gap behind it, go into that segment. Rows after the last segment make a new
    one; once there are `together` of about the same size, they become one: so segments grow like the digits of a counter to the
    base `together`, a row is rewritten a few times in its life, and appending does not get slower as a column grows. Rows before
    the first segment do likewise.

    Parameters
    ----------
    firsts, lasts : int64 array, shape (segments,)
        First and last instant of each segment, in order of time.
    rows : int64 array, shape (segments,)
        Rows of each segment.
    newer : int64 array, shape (newer rows,)
        Sorted instants of the rows to lay over them, in the same unit.
    segment_rows : int
        Rows of a full segment; neighbours are not taken in beyond that.
    together : int
        How many segments of about the same size become one, at least 2.

    Returns
    -------
    list of Rewrite
        In order of time, no two sharing a segment; together they hold each newer row once.

    Examples
    --------
    >>> one = np.array([0]), np.array([9]), np.array([10])
    >>> plan(*one, np.array([4]), 100)
    [Rewrite(first_segment=0, stop_segment=1, first_row=0, stop_row=1)]
    >>> plan(*one, np.array([10, 11]), 100)
    [Rewrite(first_segment=1, stop_segment=1, first_row=0, stop_row=2)]
    """
    count = len(firsts)
    if not count:
        return [Rewrite(0, 0, 0, len(newer))] if len(newer) else []
    cuts = np.searchsorted(newer, [*firsts, int(lasts[-1]) + 1], "left").tolist()
    spans = [(k, k + 1, cuts[k], cuts[k + 1]) for k in range(count) if cuts[k] < cuts[k + 1]]
    before, after = cuts[0], len(newer) - cuts[-1]
    sizes = rows.tolist()
    if after:
        start = _taken_in(sizes[::-1], after, segment_rows, together)
        spans.append((count - start, count, cuts[-1], len(newer)))
    if before:
        spans.insert(0, (0, _taken_in(sizes, before, segment_rows, together), 0, before))
    return _joined(spans)


def _taken_in(neighbours: Sequence[int], rows: int, segment_rows: int, together: int) -> int:
    """How many neighbours, nearest first, a group of new rows takes in."""
    taken = 0
    while True:
        alike, gathered, is_full = 0, rows, False
        for size in neighbours[taken:]:
            is_full = gathered + size > segment_rows
            if size >= together * rows or is_full:
                break
            gathered, alike = gathered + size, alike + 1
        if alike < together - 1 and not (is_full and alike and gathered > segment_rows // 2):
            return taken
        rows, taken = gathered, taken + alike


def _joined(spans: Sequence[tuple[int, int, int, int]]) -> list[Rewrite]:
    """Join rewrites that share a segment."""
    result: list[Rewrite] = []
    # Sorted, since what is taken in at the end may reach back over several spans.
    for first, stop, low, high in sorted(spans):
        last = result[-1] if result else None
        if last is not None and first < last.stop_segment:
            result[-1] = Rewrite(
                last.first_segment, max(last.stop_segment, stop), min(last.first_row, low), max(last.stop_row, high)
            )
        else:
            result.append(Rewrite(first, stop, low, high))
    return result


def split_rows(ticks: NDArray[np.int64], segment_rows: int) -> list[int]:
    """Return where to cut rows into segments of about equal size, none across rows that share an instant.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Sorted instants, at least one.
    segment_rows : int
        The size that a segment should not exceed.

    Returns
    -------
    list of int
        Bounds of the segments, from 0 to the number of rows.

    Examples
    --------
    >>> split_rows(np.array([1, 2, 2, 2, 3]), 2)
    [0, 1, 5]
    """
    if len(ticks) <= segment_rows:
        return [0, len(ticks)]
    parts = -(-len(ticks) // segment_rows)
    wanted = np.linspace(0, len(ticks), parts + 1).astype(np.int64)[1:-1]
    return sorted({0, *np.searchsorted(ticks, ticks[wanted], "left").tolist(), len(ticks)})
