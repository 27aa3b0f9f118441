"""Which values hold in which bins, and for how long: the geometry of series whose values hold until the next.

A *holding* is a sample with the time until the next one. It counts in each bin in which it holds for some time, and in the bin
of its own sample even if it holds for none, since of several samples at one instant only the last holds on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.statistics.bins import BLOCK_ROWS, Bins, bin_numbers, run_starts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

MAX_BINS = 50_000_000
"""Most bins that may be asked for at once; every bin in which a value holds has a row, so a short text could ask for any number."""


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """The time that counts: closed intervals.

    Attributes
    ----------
    starts, stops : float64 arrays, shape (intervals,)
        Both ends, s, sorted and disjoint.
    """

    starts: NDArray[np.float64]
    stops: NDArray[np.float64]

    @classmethod
    def of(cls, inside: tuple[ArrayLike, ArrayLike] | None) -> Inside:
        """Check intervals.

        Parameters
        ----------
        inside : tuple of two float64 arrays, shape (intervals,), or None
            Starts and stops, s; None for all time.

        Returns
        -------
        Inside
            The intervals.

        Raises
        ------
        ValuesError
            If they are not sorted and disjoint, or not pairs.

        Examples
        --------
        >>> Inside.of(([0, 20], [10, 30])).holds(np.array([10.0, 15.0])).tolist()
        [True, False]
        """
        given = ([-inf], [inf]) if inside is None else inside
        starts, stops = (np.asarray(ends, dtype=np.float64) for ends in given)
        if starts.ndim != 1 or starts.shape != stops.shape:
            raise ValuesError(f"{starts.shape} starts and {stops.shape} stops: expected one stop for each start")
        if not (np.all(starts <= stops) and np.all(stops[:-1] <= starts[1:])):
            raise ValuesError(
                f"{starts.size} intervals of time inside are not sorted and disjoint: each must stop at or after its start, and "
                "before the next one starts; sort and join them first"
            )
        return cls(starts, stops)

    def holds(self, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which instants are in an interval, ends included.

        Parameters
        ----------
        times : float64 array, shape (rows,)
            Instants, s.

        Returns
        -------
        bool array, shape (rows,)
            Whether each counts.
        """
        return self._among(times, np.less_equal)

    def holds_after(self, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say after which instants there is some time in an interval at once.

        Parameters
        ----------
        times : float64 array, shape (rows,)
            Instants, s.

        Returns
        -------
        bool array, shape (rows,)
            Whether the time right after each counts.
        """
        return self._among(times, np.less)

    def _among(self, times: NDArray[np.float64], before: np.ufunc) -> NDArray[np.bool_]:
        """Whether the last interval that starts by each instant has not stopped before it."""
        stops = np.concatenate(([-inf], self.stops))
        result: NDArray[np.bool_] = before(times, stops[np.searchsorted(self.starts, times, "right")])
        return result

    def edges_between(self, start: float, stop: float) -> NDArray[np.float64]:
        """Give the ends of intervals within a range.

        Parameters
        ----------
        start, stop : float
            The range, both exclusive, s.

        Returns
        -------
        float64 array, shape (edges,)
            Ends, s, in any order.
        """
        return np.concatenate(
            [
                ends[np.searchsorted(ends, start, "right") : np.searchsorted(ends, stop)]
                for ends in (self.starts, self.stops)
            ]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What holds in the bins of a block, bin by bin and in order of time.

    Attributes
    ----------
    bins : Bins
        Bins in which something holds, and which entries of the arrays below belong to each.
    vals : array, shape (entries,)
        Values.
    held_s : float64 array, shape (entries,)
        How long each holds within its bin, s; 0 for one that only its sample puts there.
    sampled : bool array, shape (entries,)
        Whether the sample of the value is in this bin.
    nans : int64 array, shape (bins,)
        Samples of each bin that are no number.
    """

    bins: Bins
    vals: NDArray[Any]
    held_s: NDArray[np.float64]
    sampled: NDArray[np.bool_]
    nans: NDArray[np.int64]

    def counts(self) -> NDArray[np.int64]:
        """Count the samples in each bin: int64 array, shape (bins,)."""
        rows = np.flatnonzero(self.sampled)
        return np.diff(np.searchsorted(rows, self.bins.starts), append=rows.size)

    def middles(self) -> NDArray[Any]:
        """Give the middle sample of each bin, or the first value that holds in a bin without samples: array, shape (bins,)."""
        counts, rows = self.counts(), np.flatnonzero(self.sampled)
        middle = np.searchsorted(rows, self.bins.starts) + counts // 2
        places = self.bins.starts.copy()
        some = counts > 0
        places[some] = rows[middle[some]]
        return self.vals[places]


def holdings(
    times: NDArray[np.float64], vals: NDArray[Any], dt_s: float, until_s: float, inside: Inside
) -> Iterator[Held]:
    """Find what holds in each bin.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    vals : array, shape (rows,)
        Values; the one before a NaN holds on.
    dt_s : float
        Width of the bins, s, above 0.
    until_s : float
        Until when the last value holds, s, exclusive.
    inside : Inside
        The time that counts.

    Yields
    ------
    Held
        Consecutive blocks of bins, at least one.

    Raises
    ------
    ValuesError
        If `until_s` or a time is not finite, `dt_s` is not a finite number above 0, or there would be more than `MAX_BINS` bins.
    """
    if not (isinstance(until_s, Real) and isfinite(until_s)):
        raise ValuesError(f"values that hold until {until_s!r} s: expected a finite number of seconds")
    ends = bin_numbers(times[[0, -1]] if times.size else times, dt_s)
    if not (ends.size and inside.starts.size):
        yield _of_block(_Block(0, np.zeros(0), slice(0, 0)), times[:0], vals[:0], times[:0], 0.0, inside)
        return
    stop = max([float(until_s), *_last_number(times, vals, times.size)[0].tolist()])
    first, last = bin_numbers([max(times[0], inside.starts[0]), min(stop, inside.stops[-1])], dt_s).tolist()
    if last - first >= MAX_BINS:
        raise ValuesError(
            f"{last - first + 1} bins of {dt_s} s: at most {MAX_BINS} at once; ask for a shorter span or wider bins"
        )
    before = _last_number(times, vals, int(np.searchsorted(times, first * float(dt_s))))
    for block in _blocks(times, first, max(first, last), float(dt_s)):
        seconds, values = times[block.rows], vals[block.rows]
        is_nan = values != values  # noqa: PLR0124 - of integers and booleans none; a NaN alone is not itself
        held_from = np.concatenate((before[0], seconds[~is_nan]))
        held = np.concatenate((before[1], values[~is_nan]))
        yield _of_block(block, held_from, held, seconds[is_nan], stop, inside)
        before = held_from[-1:], held[-1:]


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Consecutive bins: number of the first, edges of all (one more than bins), and the rows in them."""

    first: int
    edges: NDArray[np.float64]
    rows: slice


def _last_number(times: NDArray[np.float64], vals: NDArray[Any], rows: int) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Time and value of the last sample of the first rows that is a number: arrays of one, or none."""
    for stop in range(rows, 0, -BLOCK_ROWS):
        start = max(stop - BLOCK_ROWS, 0)
        known = np.flatnonzero(vals[start:stop] == vals[start:stop])  # a NaN is not itself
        if known.size:
            row = start + int(known[-1])
            return times[row : row + 1], vals[row : row + 1]
    return times[:0], vals[:0]


def _blocks(times: NDArray[np.float64], first: int, last: int, dt_s: float) -> Iterator[_Block]:
    """Blocks of at most `BLOCK_ROWS` bins and as many rows, unless a single bin has more rows."""
    for group in range(first, last + 1, BLOCK_ROWS):
        edges = np.arange(group, min(group + BLOCK_ROWS, last + 1) + 1, dtype=np.float64) * dt_s
        row_of_edge = np.searchsorted(times, edges)
        done = 0
        while done < edges.size - 1:
            start = int(row_of_edge[done])
            end = max(int(np.searchsorted(row_of_edge, start + BLOCK_ROWS, "right")) - 1, done + 1)
            yield _Block(group + done, edges[done : end + 1], slice(start, int(row_of_edge[end])))
            done = end


def _of_block(
    block: _Block,
    times: NDArray[np.float64],
    vals: NDArray[Any],
    nan_times: NDArray[np.float64],
    stop: float,
    inside: Inside,
) -> Held:
    """What holds in the bins of a block."""
    edges, values = block.edges, max(times.size, 1)
    bin_rows, holding, lengths = _pieces(edges, times, stop, inside)
    # A sample is in its bin even if it holds for no time; the value carried in is of a bin before.
    samples = np.flatnonzero(inside.holds(times) & (times >= edges[:1].min(initial=inf)))
    keys = np.concatenate((bin_rows * values + holding, _bins_of(edges, times[samples]) * values + samples))
    order = np.argsort(keys, kind="stable")
    firsts = run_starts(keys[order])
    bin_rows, holding = np.divmod(keys[order][firsts], values)
    seconds = np.concatenate((lengths, np.zeros(samples.size)))[order]
    sampled = np.repeat([False, True], [lengths.size, samples.size])[order]
    starts = run_starts(bin_rows)
    nans = np.bincount(_bins_of(edges, nan_times[inside.holds(nan_times)]), minlength=edges.size)
    return Held(
        Bins(bin_rows[starts] + block.first, starts, np.diff(starts, append=bin_rows.size)),
        vals[holding],
        np.add.reduceat(seconds, firsts),
        sampled[
            np.append(firsts[1:], keys.size)[: firsts.size] - 1
        ],  # the sample, if it is here, comes after the pieces
        nans[bin_rows[starts]],
    )


def _pieces(
    edges: NDArray[np.float64], times: NDArray[np.float64], stop: float, inside: Inside
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Stretches of time in one bin, of one holding, in one interval: row of the bin, row of the holding, length in s."""
    start, stop = float(edges[:1].min(initial=inf)), min(stop, float(edges[-1:].max(initial=-inf)))
    between = inside.edges_between(start, stop)
    points = np.sort(np.concatenate((edges, times[times > start], between, [stop])), kind="stable")
    points = points[(points >= start) & (points <= stop)]
    begins, lengths = points[:-1], np.diff(points)
    holding = np.searchsorted(times, begins, "right") - 1
    counts = (lengths > 0) & (holding >= 0) & inside.holds_after(begins)
    return _bins_of(edges, begins[counts]), holding[counts], lengths[counts]


def _bins_of(edges: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Row of the bin of each instant; the instants must be sorted and within the edges."""
    firsts = np.searchsorted(times, edges)  # there are seldom as many edges as instants, so edges are looked up
    return np.repeat(np.arange(edges.size), np.diff(firsts, append=times.size))
