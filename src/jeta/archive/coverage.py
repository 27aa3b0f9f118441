"""Where the samples of an MSID are in time, without reading them all: gaps, spacing, counts, neighbours.

The rows of the journal are few, and read; those of the column are found by its index (`jeta.archive.time_index`), and decoded
only where a row of the journal falls among them. Every answer is that which reading all instants would give.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jeta.archive import spacing
from jeta.times import TICKS_PER_SECOND, first_tick_at_or_after, ticks_to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from jeta.archive.pending import PendingRows
    from jeta.archive.time_index import TimeIndex

EXACT_ROWS = 2**16
"""So many rows are read to find the median of their spacings; of more, `SAMPLED_PLACES` are looked at."""
SAMPLED_PLACES = 64
_SAMPLED_ROWS = 1024
_WINDOW_ROWS = 2**20


class RowsBetween(NamedTuple):
    """How many samples a span of time has.

    Attributes
    ----------
    rows : int
        Number of samples.
    first_s, last_s : float or None
        The first and the last of them, seconds; None if there are none.
    """

    rows: int
    first_s: float | None
    last_s: float | None


class Coverage:
    """The instants of an MSID within a span of time.

    Parameters
    ----------
    column : TimeIndex
        Those of the column.
    pending : PendingRows or None
        Those that the journal has within the span, in ticks of the same resolution.
    start_s, stop_s : float
        The span ``[start_s, stop_s)``, seconds; may be infinite.

    Notes
    -----
    Any method raises FileNotFoundError if a file is gone, as after a fold: the caller looks again.
    """

    def __init__(self, column: TimeIndex, pending: PendingRows | None, start_s: float, stop_s: float) -> None:
        self._column = column
        self._pending = pending
        self._low = first_tick_at_or_after(start_s, column.resolution)
        self._high = max(self._low, first_tick_at_or_after(stop_s, column.resolution))

    def _seconds(self, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Seconds of ticks."""
        return ticks_to_seconds(ticks, self._column.resolution)

    def _second(self, tick: int | None) -> float | None:
        """Seconds of one tick."""
        return None if tick is None else float(self._seconds(np.array([tick]))[0])

    def gaps_longer_than(self, longer_than_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Find the spacings longer than a time.

        Parameters
        ----------
        longer_than_s : float
            Seconds, exclusive.

        Returns
        -------
        before, after : float64 array, shape (gaps,)
            Seconds of the sample before and after each, in order of time.
        """
        if longer_than_s < 0:
            ticks = self._ticks(self._low, self._high)
            before, after = ticks[:-1], ticks[1:]
        elif longer_than_s < math.inf:
            before, after = self._wider_than(longer_than_s)
        else:
            before = after = np.empty(0, np.int64)
        before_s, after_s = self._seconds(before), self._seconds(after)
        # As the difference of the seconds that a fetch gives, which is not quite that of the ticks.
        longer = after_s - before_s > longer_than_s
        return before_s[longer], after_s[longer]

    def _wider_than(self, longer_than_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Neighbours at least so far apart, and a little less; in order of time."""
        low, high = self._low, self._high
        limit = spacing.surely_wider(longer_than_s, self._column.resolution, self._furthest())
        before, after = self._column.gaps(low, high, limit)
        found = []
        if self._pending is not None:
            free = np.ones(len(before), bool)
            for new, floor, ceiling in _stretches(self._pending):
                free &= np.searchsorted(new, before, "left") == np.searchsorted(new, after, "right")
                found.append(self._gaps_beside(new, floor, ceiling, limit))
            before, after = before[free], after[free]
        before, after = (np.concatenate(arrays) for arrays in zip((before, after), *found, strict=True))
        order = np.argsort(before)
        return before[order], after[order]

    def _furthest(self) -> int:
        """Magnitude of the instant furthest from 0, ticks."""
        ends = [*self._column.first[:1].tolist(), *self._column.last[-1:].tolist()]
        if self._pending is not None:
            ends.extend(self._pending.ends())
        return max(map(abs, ends), default=0)

    def _gaps_beside(
        self, new: NDArray[np.int64], floor: int, ceiling: int, limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Wide spacings at some rows of the journal, those that begin in ``[floor, ceiling)``."""
        old = self._column.around(new)
        old = old[(old >= self._low) & (old < self._high)]
        # A stable sort makes use of what is in order already, as most of this is; `numpy.unique` would hash it.
        ticks = spacing.distinct(np.sort(np.concatenate([new, old]), kind="stable"))
        is_new = new[np.minimum(np.searchsorted(new, ticks), len(new) - 1)] == ticks
        before, after = ticks[:-1], ticks[1:]
        # Two of the column may have others between them, which `around` left out; they are not our concern.
        chosen = (is_new[:-1] | is_new[1:]) & (before >= floor) & (before < ceiling)
        chosen &= spacing.widths(ticks) > np.uint64(limit)
        return before[chosen], after[chosen]

    def _ticks(self, low: int, high: int) -> NDArray[np.int64]:
        """Instants of the rows with ``low <= tick < high``, sorted."""
        ticks = self._column.ticks(low, high)
        return ticks if self._pending is None else spacing.overlaid([ticks, self._pending.ticks(low, high)])

    def rows_between(self) -> RowsBetween:
        """Count the samples of the span, and find the first and the last."""
        inside, outside = self._column.place(self._low), self._column.place(self._high)
        rows = outside.row - inside.row
        spans = [] if rows == 0 or inside.after is None or outside.before is None else [(inside.after, outside.before)]
        if self._pending is not None:
            spans.extend(self._pending.spans())
            rows += self._rows_added(sorted(spans))
        if not spans:
            return RowsBetween(0, None, None)
        first, last = min(first for first, _ in spans), max(last for _, last in spans)
        return RowsBetween(rows, self._second(first), self._second(last))

    def _rows_added(self, spans: list[tuple[int, int]]) -> int:
        """How many rows the journal adds to those of the column, if these are the spans of both, in order."""
        if self._pending is None:
            return 0
        if all(before[1] < after[0] for before, after in pairwise(spans)):
            return self._pending.rows
        windows = self._pending.windows(_WINDOW_ROWS)
        return sum(len(ticks) - self._column.hidden_by(spacing.distinct(ticks)) for ticks in windows)

    def spacing(self) -> float | None:
        """Return the typical spacing: the median, of all up to some ten thousand rows, and of places evenly spread beyond.

        Rows that share an instant count as one.

        Returns
        -------
        float or None
            Seconds; None if there are fewer than two instants.
        """
        first_row, stop_row = self._column.place(self._low).row, self._column.place(self._high).row
        old_rows, new_rows = stop_row - first_row, 0 if self._pending is None else self._pending.rows
        rows = old_rows + new_rows
        if rows <= EXACT_ROWS:
            found = spacing.typical(self._ticks(self._low, self._high))
        else:
            places = np.arange(0, rows, -(-rows // SAMPLED_PLACES))
            steps = [self._step_at(first_row + int(row)) for row in places[places < old_rows]]
            steps.extend(self._pending_step_at(int(row)) for row in places[places >= old_rows] - old_rows)
            known = sorted(step for step in steps if step is not None)
            found = known[len(known) // 2] if known else spacing.typical(self._ticks(self._low, self._high))
        return None if found is None else found / TICKS_PER_SECOND[self._column.resolution]

    def _step_at(self, row: int) -> float | None:
        """Typical spacing in the chunk of a row of the column, ticks."""
        first, stop, step = self._column.chunk_at(row)
        first, stop = max(first, self._low), min(stop, self._high)
        is_alone = self._pending is None or not len(self._pending.ticks(first, stop))
        # A slope of 0 says that most rows share their instant with another, or that it was too steep to note.
        return step if is_alone and step > 0 else spacing.typical(self._ticks(first, stop))

    def _pending_step_at(self, row: int) -> float | None:
        """Typical spacing about a row of the journal, ticks."""
        if self._pending is None:
            return None
        first, stop = self._pending.stretch(row, _SAMPLED_ROWS)
        return spacing.typical(self._ticks(first, stop))

    def instant_before(self, instant_s: float) -> float | None:
        """Return the last sample before an instant, seconds; None if there is none. The span must be infinite."""
        tick = first_tick_at_or_after(instant_s, self._column.resolution)
        found = (self._column.place(tick).before, None if self._pending is None else self._pending.last_before(tick))
        return self._second(max((before for before in found if before is not None), default=None))

    def instant_at_or_after(self, instant_s: float) -> float | None:
        """Return the first sample at or after an instant, seconds; None if there is none. The span must be infinite."""
        tick = first_tick_at_or_after(instant_s, self._column.resolution)
        found = (self._column.place(tick).after, None if self._pending is None else self._pending.first_from(tick))
        return self._second(min((after for after in found if after is not None), default=None))


def _stretches(pending: PendingRows) -> Iterator[tuple[NDArray[np.int64], int, int]]:
    """Rows of the journal, window by window: instants, each window with the last of the one before, and where gaps begin.

    A gap belongs to the window in which it begins; that behind the last row of a window, to the next window.
    """
    carried, floor = np.empty(0, np.int64), -(2**63)
    for ticks in pending.windows(_WINDOW_ROWS):
        new = np.concatenate([carried, spacing.distinct(ticks)])
        yield new, floor, int(new[-1])
        carried, floor = new[-1:], int(new[-1])
    yield carried, floor, 2**63 - 1
