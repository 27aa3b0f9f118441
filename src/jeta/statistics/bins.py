"""Bins of time: which bin an instant is in, and which rows of a series are in which bin.

Bin number ``k`` is ``[k * dt, (k + 1) * dt)`` in the seconds of the archive's time system, so bins are the same whatever is
fetched; an instant on an edge is in the later bin.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import StatError, ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

BIN_WIDTHS_S = {"5min": 328, "daily": 86400}
"""Width in seconds of the bins of each stored product; ``5min`` is ten major frames of 32.8 s."""

BLOCK_ROWS = 2**16
"""Rows that are worked on at a time, so that temporary arrays stay in the cache of a core and memory is bounded.

Measured on a core with 512 kB of L2 cache, million samples a second of the 5min and the daily product of 1 Hz: 2**14 rows 82 and
65, 2**15 113 and 60, 2**16 111 and 53, 2**17 101 and 47.
"""

_NUMBERS_END = 2.0**53  # beyond it a float64 is not every integer


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """The bins that a series has samples in.

    Attributes
    ----------
    indexes : int64 array, shape (bins,)
        Bin numbers, increasing; empty bins are absent.
    starts : int64 array, shape (bins,)
        Row of the first sample of each bin.
    counts : int64 array, shape (bins,)
        Number of samples in each bin, at least 1.
    """

    indexes: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.indexes)

    @property
    def lasts(self) -> NDArray[np.int64]:
        """Row of the last sample of each bin: int64 array, shape (bins,)."""
        return self.starts + self.counts - 1

    @classmethod
    def of(cls, times: ArrayLike, dt_s: float) -> Bins:
        """Group rows by bin.

        Parameters
        ----------
        times : float64 array, shape (rows,)
            Instants, s, sorted.
        dt_s : float
            Width of the bins, s, above 0.

        Returns
        -------
        Bins
            One entry per bin that holds a row.

        Raises
        ------
        ValuesError
            If `dt_s` is not a finite number above 0, or a time is too far from zero to have a bin number.

        Examples
        --------
        >>> bins = Bins.of([5.0, 7.0, 31.0], 10)
        >>> bins.indexes.tolist(), bins.starts.tolist(), bins.counts.tolist()
        ([0, 3], [0, 2], [2, 1])
        """
        seconds = np.asarray(times, dtype=np.float64)
        ends = bin_numbers(seconds[[0, -1]] if seconds.size else seconds, dt_s)
        # Looking up an edge takes about as long as dividing a few times; bins of a few rows are better found by their numbers.
        if ends.size and ends[1] - ends[0] < seconds.size // 4:
            return cls._by_edges(seconds, int(ends[0]), int(ends[1]), dt_s)
        return cls._by_numbers(seconds, dt_s)

    @classmethod
    def _by_edges(cls, seconds: NDArray[np.float64], first: int, last: int, dt_s: float) -> Bins:
        """Group sorted rows by looking up every edge between the first and the last bin among them."""
        numbers = np.arange(first, last + 1)
        starts = np.searchsorted(seconds, numbers * float(dt_s))
        starts[0] = 0
        counts = np.diff(starts, append=seconds.size)
        some = counts > 0
        return cls(numbers[some], starts[some], counts[some])

    @classmethod
    def _by_numbers(cls, seconds: NDArray[np.float64], dt_s: float) -> Bins:
        """Group sorted rows by the number of the bin of each."""
        indexes, starts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for row in range(0, seconds.size, BLOCK_ROWS):
            numbers = bin_numbers(seconds[row : row + BLOCK_ROWS], dt_s)
            firsts = run_starts(numbers)
            if row and numbers[0] == indexes[-1][-1]:
                firsts = firsts[1:]
            if firsts.size:
                indexes.append(numbers[firsts])
                starts.append(firsts + row)
        rows = np.concatenate(starts)
        return cls(np.concatenate(indexes), rows, np.diff(rows, append=seconds.size))

    def blocks(self, rows: int = BLOCK_ROWS) -> Iterator[tuple[slice, Bins]]:
        """Go over the bins in blocks of whole bins.

        Parameters
        ----------
        rows : int
            Rows in a block at most, unless a single bin has more.

        Yields
        ------
        slice
            Rows of the block.
        Bins
            Its bins, with rows counted from the start of the block. There is always a block: an empty one where there are no bins.

        Examples
        --------
        >>> [(rows.start, rows.stop, len(bins)) for rows, bins in Bins.of([1, 2, 11, 12, 21], 10).blocks(rows=3)]
        [(0, 2, 1), (2, 5, 2)]
        """
        if not len(self):
            yield slice(0, 0), self
        stops = self.starts + self.counts
        first = 0
        while first < len(self):
            start = int(self.starts[first])
            last = max(int(np.searchsorted(stops, start + rows, "right")), first + 1)
            some = slice(first, last)
            yield (
                slice(start, int(stops[last - 1])),
                Bins(self.indexes[some], self.starts[some] - start, self.counts[some]),
            )
            first = last


def bin_width_s(stat: str) -> int:
    """Give the bin width of a stored product.

    Parameters
    ----------
    stat : str
        Name of the product, a key of `BIN_WIDTHS_S`.

    Returns
    -------
    int
        Width, s.

    Raises
    ------
    StatError
        If there is no such product.

    Examples
    --------
    >>> bin_width_s("5min")
    328
    """
    width = BIN_WIDTHS_S.get(stat)
    if width is None:
        raise StatError(
            f"unknown statistic {stat!r}: it must be one of {', '.join(BIN_WIDTHS_S)}, or None for all samples"
        )
    return width


def bin_numbers(times: ArrayLike, dt_s: float) -> NDArray[np.int64]:
    """Give the number of the bin that each instant is in.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Instants, s, in any order.
    dt_s : float
        Width of the bins, s, above 0.

    Returns
    -------
    int64 array, shape (rows,)
        ``k`` such that ``k * dt_s <= time < (k + 1) * dt_s``.

    Raises
    ------
    ValuesError
        If `dt_s` is not a finite number above 0, or a time is too far from zero to have a bin number.

    Examples
    --------
    >>> bin_numbers([-0.5, 327.9, 328.0], 328).tolist()
    [-1, 0, 1]
    """
    width = _checked_width(dt_s)
    seconds = np.asarray(times, dtype=np.float64)
    numbers = np.floor(seconds / width)
    if numbers.size and not (numbers.min() > -_NUMBERS_END and numbers.max() < _NUMBERS_END):
        raise ValuesError(
            f"times from {seconds.min()} to {seconds.max()} s are not all in bins of {width} s: expected finite times, less extreme"
        )
    # A quotient just below an edge may round up to it.
    numbers -= numbers * width > seconds
    numbers += (numbers + 1) * width <= seconds
    return numbers.astype(np.int64)


def bin_edges(indexes: ArrayLike, dt_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give begin and end of bins.

    Parameters
    ----------
    indexes : integer array, shape (bins,)
        Bin numbers.
    dt_s : float
        Width of the bins, s.

    Returns
    -------
    starts, stops : float64 arrays, shape (bins,)
        First instant of each bin, and the first after it, s.

    Examples
    --------
    >>> [edges.tolist() for edges in bin_edges([0, 2], 328)]
    [[0.0, 656.0], [328.0, 984.0]]
    """
    numbers = np.asarray(indexes, dtype=np.float64)
    return numbers * dt_s, (numbers + 1) * dt_s


def bin_midpoints(indexes: ArrayLike, dt_s: float) -> NDArray[np.float64]:
    """Give the instant that stands for each bin, its middle.

    Parameters
    ----------
    indexes : integer array, shape (bins,)
        Bin numbers.
    dt_s : float
        Width of the bins, s.

    Returns
    -------
    float64 array, shape (bins,)
        Middle of each bin, s: of the bin, not of the samples in it.

    Examples
    --------
    >>> bin_midpoints([1154546], 328).tolist()
    [378691252.0]
    """
    return (np.asarray(indexes, dtype=np.float64) + 0.5) * dt_s


def run_starts(values: NDArray[Any]) -> NDArray[np.int64]:
    """Find where a series takes another value than in the row before.

    Parameters
    ----------
    values : array, shape (rows,)
        Any values.

    Returns
    -------
    int64 array, shape (runs,)
        Row of the first of each run of equal values; the first is 0.

    Examples
    --------
    >>> run_starts(np.array([4, 4, 7, 4])).tolist()
    [0, 2, 3]
    """
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    return np.concatenate((np.zeros(min(values.size, 1), np.int64), changes))


def _checked_width(dt_s: float) -> float:
    """The width of a bin, if it is one."""
    if not (isinstance(dt_s, Real) and isfinite(dt_s) and dt_s > 0):
        raise ValuesError(f"bin width of {dt_s!r} s: expected a finite number of seconds above 0, such as 328")
    return float(dt_s)
