"""Percentiles of the samples of each bin, as ``scipy.stats.mstats.mquantiles`` gives them, of all bins of a block at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.statistics.bins import Bins

_PLOTTING_POSITION = 0.4  # alphap and betap of scipy.stats.mstats.mquantiles: approximately quantile-unbiased


def percentiles(vals: NDArray[Any], bins: Bins, probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Work out percentiles of the samples of each bin, unweighted.

    Parameters
    ----------
    vals : numeric or bool array, shape (rows,)
        Values without NaN.
    bins : Bins
        The bins of these rows, which follow one another without rows between.
    probabilities : sequence of float, length (p,)
        Shares of the samples, each in [0, 1].

    Returns
    -------
    float64 array, shape (p, bins)
        What ``scipy.stats.mstats.mquantiles`` gives with its defaults, which is not numpy's default method. A zero has no sign.

    Examples
    --------
    >>> from jeta.statistics.bins import Bins
    >>> vals = np.arange(1, 11)
    >>> percentiles(vals, Bins.of(vals, 100), [0.16, 0.5, 0.99]).round(3).tolist()
    [[2.032], [5.5], [10.0]]
    """
    shares = np.asarray(probabilities, dtype=np.float64)
    result = np.empty((shares.size, len(bins)))
    if not result.size:
        return result
    # Bins are sorted side by side as the rows of a matrix, filled up to the longest. Sorting all values with the bin as first key
    # takes fifteen times as long.
    longest = int(bins.counts.max())
    if longest * len(bins) <= 2 * vals.size:
        result[:] = _of_sorted(_sorted_rows(vals, bins.counts, longest), bins.counts, shares)
        return result
    # Those that share a matrix are within a factor of 2 in length, so that less than half of it is filling.
    sizes = np.frexp(bins.counts - 0.5)[1]
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        counts = bins.counts[alike]
        firsts = np.repeat(bins.starts[alike] - np.cumsum(counts) + counts, counts)
        some = vals[firsts + np.arange(firsts.size)]
        result[:, alike] = _of_sorted(_sorted_rows(some, counts, int(counts.max())), counts, shares)
    return result


def _sorted_rows(vals: NDArray[Any], counts: NDArray[np.int64], longest: int) -> NDArray[Any]:
    """The values of each bin, sorted, as a row of a matrix: shape (bins, longest). What is beyond a bin's count is filling."""
    if counts.size * longest == vals.size:
        rows = vals.reshape(counts.size, longest).copy()
    else:
        rows = np.full((counts.size, longest), _greatest(vals.dtype), vals.dtype)
        rows[np.arange(longest) < counts[:, None]] = vals
    rows.sort(axis=1)
    return rows


def _of_sorted(rows: NDArray[Any], counts: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Percentiles of sorted rows: array of shape (shares, bins)."""
    offsets = _PLOTTING_POSITION + shares * (1 - 2 * _PLOTTING_POSITION)
    positions = counts * shares[:, None] + offsets[:, None]  # counted from 1, as in the textbooks
    below = np.floor(np.clip(positions, 1, np.maximum(counts - 1, 1)))
    fraction = np.clip(positions - below, 0, 1)
    places = below.astype(np.int64) - 1
    bin_rows = np.arange(counts.size)
    low = rows[bin_rows, places].astype(np.float64)
    high = rows[bin_rows, np.minimum(places + 1, counts - 1)].astype(np.float64)
    with np.errstate(invalid="ignore"):  # nothing of an infinite value is no number; its neighbour is taken below
        between = np.clip((1 - fraction) * low + fraction * high, low, high)
    # Where zeros of both signs meet, their order in a sort is chance.
    return np.where((low == high) | (fraction == 0), low, between) + 0.0


def _greatest(dtype: np.dtype[Any]) -> Any:
    """A value of this type that none exceeds."""
    if dtype.kind == "f":
        return np.inf
    return True if dtype.kind == "b" else np.iinfo(dtype).max
