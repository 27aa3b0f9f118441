"""`Trace`: what one axes shows of one MSID, and the points of its line for what is in view."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.plotting.dates import to_days
from jeta.reduction import envelope, reduce_rows, typical_spacing_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

GAP_SPACINGS = 20.0
"""A line is broken where samples are this many times farther apart than usual, so that a gap looks like one."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The samples, or statistics, of one MSID, as numbers, and what to write beside them.

    Attributes
    ----------
    times : float64 array, shape (rows,)
        Seconds, ascending.
    values : numeric or bool array, shape (rows,)
        Numbers; for states, the number of each.
    system : {'unix', 'cxcsec'}
        What the seconds count.
    name, title : str
        Name in a legend, and what to write above.
    unit : str or None
        Unit of the values.
    bads : bool array, shape (rows,), or None
        True for samples that are not part of the line.
    low, high : array, shape (rows,), or None
        Of statistics, the lowest and the highest value of each.
    steps : bool
        Whether to draw each value as holding until the next.
    gap_s : float
        Spacing above which the line is broken, seconds.
    until_s : float or None
        Until when the last value holds, seconds.
    states : tuple of (number, str), or None
        The name of the state that each number stands for.
    limits : sequence of (start, stop, dict), optional
        Seconds between which limits were in force, ``-inf`` and ``inf`` where there is no end, and each limit by name.
    span : (float, float) or None
        Seconds to show where there are no samples.
    """

    times: NDArray[np.float64]
    values: NDArray[Any]
    system: str = "unix"
    name: str = ""
    title: str = ""
    unit: str | None = None
    bads: NDArray[np.bool_] | None = None
    low: NDArray[Any] | None = None
    high: NDArray[Any] | None = None
    steps: bool = False
    gap_s: float = math.inf
    until_s: float | None = None
    states: tuple[tuple[int, str], ...] | None = None
    limits: Sequence[tuple[float, float, dict[str, float]]] = ()
    span: tuple[float, float] | None = None

    def in_order(self) -> Trace:
        """Return the same with ascending times; itself, where they are."""
        if bool((self.times[1:] >= self.times[:-1]).all()):
            return self
        order = np.argsort(self.times, kind="stable")
        names = ("times", "values", "bads", "low", "high")
        arrays = {name: getattr(self, name) for name in names}
        return replace(self, **{name: array[order] for name, array in arrays.items() if array is not None})

    @property
    def end_s(self) -> float:
        """Until when there is something to draw, seconds; there must be a sample."""
        last_s = float(self.times[-1])
        return last_s if self.until_s is None else max(last_s, self.until_s)

    def rows_between(self, start_s: float, stop_s: float) -> slice:
        """Return the rows of a span, and one more on each side, as lines go on there."""
        first, after = np.searchsorted(self.times, (start_s, stop_s)).tolist()
        after = int(np.searchsorted(self.times, stop_s, "right"))
        return slice(max(first - 1, 0), min(after + 1, len(self.times)))

    def reduced(self, rows: slice, n: int) -> NDArray[np.intp]:
        """Return which of some rows to draw, at most `n`."""
        bads = None if self.bads is None else self.bads[rows]
        gap_s = self.gap_s if math.isfinite(self.gap_s) else None
        kept = reduce_rows(self.times[rows], self.values[rows], n, bads=bads, steps=self.steps, gap_s=gap_s)
        return np.asarray(kept + rows.start)

    def points(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the points of the line through some rows: dates, and values with NaN where the line is broken."""
        times, values = self.times[rows], self.values[rows].astype(np.float64)
        if self.bads is not None:
            values[self.bads[rows]] = np.nan
        # Between rows that are not neighbours, what was left out fills the gap.
        gaps = np.flatnonzero((np.diff(times) > self.gap_s) & (np.diff(rows) == 1)) + 1
        if len(gaps):
            times, values = np.insert(times, gaps, times[gaps - 1]), np.insert(values, gaps, np.nan)
        if len(times) and self.end_s > times[-1]:
            times, values = np.append(times, self.end_s), np.append(values, values[-1])
        return to_days(times, self.system), values

    def bad_points(self, rows: slice, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return dates and values of the bad samples among some rows, at most `n` of them."""
        bad = np.empty(0, np.intp) if self.bads is None else rows.start + np.flatnonzero(self.bads[rows])
        bad = bad[reduce_rows(self.times[bad], self.values[bad], n)]
        return to_days(self.times[bad], self.system), self.values[bad].astype(np.float64)

    def band(self, rows: slice, n: int) -> list[NDArray[np.float64]]:
        """Return the outlines of the band from lowest to highest, shape (points, 2) each; one more after each gap that shows.

        Bins without a finite lowest and highest value are left out. A gap shows if it is wider than one of `n` stretches.
        """
        if self.low is None or self.high is None:
            return []
        times, low, high = self.times[rows], self.low[rows], self.high[rows]
        finite = np.isfinite(low) & np.isfinite(high)
        if not finite.any():
            return []
        times, low, high = times[finite], low[finite], high[finite]
        breaks = np.flatnonzero(np.diff(times) > max(self.gap_s, (times[-1] - times[0]) / n)) + 1
        edges = [0, *breaks.tolist(), len(times)]
        each = max(n // len(edges), 4)
        outlines = []
        for start, stop in zip(edges, edges[1:], strict=False):
            instants, lowest, highest = envelope(times[start:stop], low[start:stop], high[start:stop], each)
            days = to_days(instants, self.system)
            around = np.concatenate([days, days[::-1]]), np.concatenate([lowest, highest[::-1]])
            outlines.append(np.stack(around, axis=1))
        return outlines


def usual_gap_s(times: NDArray[np.float64], spacings: float = GAP_SPACINGS) -> float:
    """Return the spacing above which a line is broken, seconds; infinite where there is no usual spacing."""
    gap_s = spacings * typical_spacing_s(times)
    return math.inf if math.isnan(gap_s) else gap_s


def alone(days: NDArray[np.float64], values: NDArray[np.float64], *, steps: bool) -> NDArray[np.intp]:
    """Return the points that no line leads to or from, which would not be seen."""
    number = np.concatenate([[False], np.isfinite(values), [False]])
    is_alone = number[1:-1] & ~number[2:] & ~number[:-2]
    if steps and len(days):
        # A step is a line if it ends later.
        is_alone[:-1] &= days[1:] <= days[:-1]
    return np.flatnonzero(is_alone)
