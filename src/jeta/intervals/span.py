"""Many closed intervals of time, and the algebra of the times that they cover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import IntervalError
from jeta.intervals.runs import is_in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

_SHOWN = 4  # intervals that a repr spells out


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Intervals:
    """Intervals of time, closed at both ends: ``[tstart, tstop]``. They may overlap, touch, and come in any order.

    ``merged`` gives the same times as separate intervals in order. The algebra (``union``, ``intersection``, ``clipped``)
    is that of closed sets of instants, so that what only touches has one instant in common; ``contains`` of a result is what
    follows from ``contains`` of its parts. ``complement`` is closed too, so it shares its edges with what it leaves out.

    Attributes
    ----------
    tstart, tstop : float64 array, shape (n,)
        Seconds of the first and of the last instant of each; infinite for one without an end, equal for an instant.

    Raises
    ------
    IntervalError
        If the two differ in length, hold NaN, or a start is after its stop.

    Examples
    --------
    >>> night = Intervals([10.0, 30.0], [20.0, 40.0])
    >>> night.intersection(Intervals([15.0], [35.0]))
    Intervals([15.0, 30.0], [20.0, 35.0])
    >>> night.contains([20.0, 25.0])
    array([ True, False])
    """

    tstart: NDArray[np.float64]
    tstop: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("tstart", "tstop"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.tstart.ndim != 1 or self.tstart.shape != self.tstop.shape:
            raise IntervalError(
                f"intervals need as many starts as stops, in one dimension, but got shapes {self.tstart.shape} and "
                f"{self.tstop.shape}"
            )
        wrong = np.flatnonzero(~(self.tstart <= self.tstop))
        if wrong.size:
            raise _wrong_interval(int(wrong[0]), float(self.tstart[wrong[0]]), float(self.tstop[wrong[0]]))

    @classmethod
    def none(cls) -> Intervals:
        """Return no intervals."""
        return cls(np.empty(0), np.empty(0))

    def __len__(self) -> int:
        return len(self.tstart)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return zip(self.tstart.tolist(), self.tstop.tolist(), strict=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Intervals):
            return NotImplemented
        return np.array_equal(self.tstart, other.tstart) and np.array_equal(self.tstop, other.tstop)

    __hash__ = None  # type: ignore[assignment] # arrays have no hash

    def __repr__(self) -> str:
        if len(self) <= _SHOWN:
            return f"Intervals({self.tstart.tolist()}, {self.tstop.tolist()})"
        return f"<{len(self)} Intervals from {self.tstart.min()} to {self.tstop.max()}, {self.total_s} s in all>"

    @property
    def total_s(self) -> float:
        """Seconds that the intervals cover; where some overlap, counted once."""
        merged = self.merged()
        return float(np.sum(merged.tstop - merged.tstart))

    def merged(self) -> Intervals:
        """Return the same times as intervals in order of which no two overlap or touch.

        Returns
        -------
        Intervals
            Sorted by start.
        """
        if not len(self):
            return self
        order = np.argsort(self.tstart, kind="stable")
        tstart, reached = self.tstart[order], np.maximum.accumulate(self.tstop[order])
        breaks = tstart[1:] > reached[:-1]
        return Intervals(tstart[np.append(True, breaks)], reached[np.append(breaks, True)])

    def union(self, other: Intervals) -> Intervals:
        """Return the times that are in one or the other.

        Parameters
        ----------
        other : Intervals
            Any intervals.

        Returns
        -------
        Intervals
            Merged.
        """
        tstart, tstop = np.concatenate((self.tstart, other.tstart)), np.concatenate((self.tstop, other.tstop))
        return Intervals(tstart, tstop).merged()

    def intersection(self, other: Intervals) -> Intervals:
        """Return the times that are in both; one instant where they only touch.

        Parameters
        ----------
        other : Intervals
            Any intervals.

        Returns
        -------
        Intervals
            Merged.
        """
        one, two = self.merged(), other.merged()
        # Of merged intervals, those of `two` that meet one of `one` are consecutive: from the first that has not ended.
        first = np.searchsorted(two.tstop, one.tstart, side="left")
        count = np.maximum(np.searchsorted(two.tstart, one.tstop, side="right") - first, 0)
        mine = np.repeat(np.arange(len(one)), count)
        theirs = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - first, count)
        tstart = np.maximum(one.tstart[mine], two.tstart[theirs])
        return Intervals(tstart, np.minimum(one.tstop[mine], two.tstop[theirs]))

    def complement(self, start_s: float, stop_s: float) -> Intervals:
        """Return the times of a span that are in none of the intervals.

        Parameters
        ----------
        start_s, stop_s : float
            The span in seconds; nothing is left of one that runs backwards.

        Returns
        -------
        Intervals
            Merged, each longer than an instant; the edges shared with these intervals are in both.
        """
        merged = self.merged()
        tstart = np.maximum(np.append(start_s, merged.tstop), start_s)
        tstop = np.minimum(np.append(merged.tstart, stop_s), stop_s)
        return _kept(tstart, tstop, tstart < tstop)

    def padded(self, before_s: float, after_s: float) -> Intervals:
        """Return the intervals, each made longer at its ends, or shorter.

        Parameters
        ----------
        before_s, after_s : float
            Seconds that each starts earlier and stops later; negative ones shorten it.

        Returns
        -------
        Intervals
            In the same order, overlapping where the padding makes them; those of which nothing is left are dropped.

        Raises
        ------
        IntervalError
            If the padding is not finite.
        """
        if not (math.isfinite(before_s) and math.isfinite(after_s)):
            raise IntervalError(f"padding must be finite seconds, but got {before_s} before and {after_s} after")
        tstart, tstop = self.tstart - before_s, self.tstop + after_s
        return _kept(tstart, tstop, tstart <= tstop)

    def clipped(self, start_s: float, stop_s: float) -> Intervals:
        """Return the part of each interval that lies in a span.

        Parameters
        ----------
        start_s, stop_s : float
            The span in seconds, both included; nothing is left in one that runs backwards.

        Returns
        -------
        Intervals
            In the same order and not merged; those outside are dropped, one that only touches the span is an instant.
        """
        tstart, tstop = np.maximum(self.tstart, start_s), np.minimum(self.tstop, stop_s)
        return _kept(tstart, tstop, tstart <= tstop)

    def contains(self, times: ArrayLike) -> NDArray[np.bool_]:
        """Return which times are in at least one of the intervals, their edges included.

        Parameters
        ----------
        times : float array, any shape
            Seconds, in any order; NaN is in none. Times in order take least.

        Returns
        -------
        bool array, same shape
            True inside.
        """
        instants = np.asarray(times, dtype=np.float64)
        merged = self.merged()
        if instants.ndim == 1 and is_in_order(instants):
            return merged._contains_in_order(instants)  # noqa: SLF001 - of this class
        if not len(merged):
            return np.zeros(instants.shape, dtype=np.bool_)
        nearest = np.searchsorted(merged.tstart, instants, side="right") - 1  # the last that has begun, or -1
        return np.asarray((nearest >= 0) & (instants <= merged.tstop[nearest]))

    def row_slices(self, times: NDArray[np.float64]) -> list[slice] | None:
        """Return the stretches of rows that are in at least one of the intervals.

        Parameters
        ----------
        times : float64 array, shape (rows,)
            Seconds.

        Returns
        -------
        list of slice, or None
            In order, apart from each other, none empty; None where the times are not in order.

        Examples
        --------
        >>> Intervals([1.0], [2.0]).row_slices(np.array([0.0, 1.0, 2.0, 3.0]))
        [slice(1, 3, None)]
        """
        if not is_in_order(times):
            return None
        edges = self.merged()._edge_rows(times)  # noqa: SLF001 - of this class
        pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        return [slice(low, high) for low, high in pairs if low < high]

    def _contains_in_order(self, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Fill the mask of sorted times with whole runs of rows; the intervals must be merged."""
        edges = np.append(self._edge_rows(times), len(times))
        return np.repeat(np.arange(len(edges)) % 2 == 1, np.diff(edges, prepend=0))

    def _edge_rows(self, times: NDArray[np.float64]) -> NDArray[np.intp]:
        """First row inside and first row after each interval, by turns; times and intervals in order."""
        edges = np.empty(2 * len(self), dtype=np.intp)
        edges[0::2] = np.searchsorted(times, self.tstart, side="left")
        edges[1::2] = np.searchsorted(times, self.tstop, side="right")
        return edges


def _kept(tstart: NDArray[np.float64], tstop: NDArray[np.float64], keep: NDArray[np.bool_]) -> Intervals:
    """Those intervals for which `keep` is true."""
    return Intervals(tstart[keep], tstop[keep])


def _wrong_interval(row: int, start_s: float, stop_s: float) -> IntervalError:
    """The error for an interval that is none."""
    if math.isnan(start_s) or math.isnan(stop_s):
        return IntervalError(f"interval {row} lacks a time: it is {start_s} to {stop_s}; leave it out, or give both")
    return IntervalError(
        f"Start time {start_s} must be less than stop time {stop_s}, but interval {row} runs backwards; swap the two"
    )
