"""Extrema, mean and spread of each bin, of all bins of a block at once.

The numbers of a bin depend on its own samples only, to the last bit: each sum is one of `numpy.add.reduceat`, which takes the
same order wherever the bin lies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.statistics.bins import Bins

MIN_WEIGHT_S, MAX_WEIGHT_S = 0.001, 300.0
"""Limits of the time that one sample stands for: repeated times still count, and a gap does not make its neighbours dominate."""


class Scratch:
    """Arrays that blocks use one after the other, so that memory need not be asked for, and cleared, each time.

    Examples
    --------
    >>> scratch = Scratch()
    >>> scratch.floats("weights", 5).size, scratch.floats("weights", 3).base is scratch.floats("weights", 4).base
    (5, True)
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[np.float64]] = {}

    def floats(self, name: str, rows: int) -> NDArray[np.float64]:
        """Give an array to write to.

        Parameters
        ----------
        name : str
            What it is for; another call with this name gives the same memory.
        rows : int
            Its length.

        Returns
        -------
        float64 array, shape (rows,)
            Of any content.
        """
        array = self._arrays.get(name)
        if array is None or array.size < rows:
            array = self._arrays[name] = np.empty(rows)
        return array[:rows]


def time_weights(times: NDArray[np.float64], bins: Bins, scratch: Scratch | None = None) -> NDArray[np.float64]:
    """Give each sample the time that it stands for within its bin.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    bins : Bins
        The bins of these rows.
    scratch : Scratch, optional
        Memory for the result, which the next call overwrites.

    Returns
    -------
    float64 array, shape (rows,)
        Half the time from the sample before to the one after; at both ends of a bin the whole time to the only neighbour, since
        those in other bins do not count. Kept within [`MIN_WEIGHT_S`, `MAX_WEIGHT_S`], both inclusive, s. In bins of one or two
        samples each weighs 1.

    Examples
    --------
    >>> from jeta.statistics.bins import Bins
    >>> times = np.array([0.0, 10.0, 20.0, 320.0])
    >>> time_weights(times, Bins.of(times, 328)).tolist()
    [10.0, 10.0, 155.0, 300.0]
    """
    scratch = scratch or Scratch()
    weights, steps = scratch.floats("weights", times.size), scratch.floats("steps", max(times.size - 1, 0))
    np.subtract(times[1:], times[:-1], out=steps)
    inner = weights[1:-1]
    np.add(steps[:-1], steps[1:], out=inner)
    inner *= 0.5
    many = bins.counts > 2
    firsts, lasts = bins.starts[many], bins.lasts[many]
    weights[firsts] = steps[firsts]
    weights[lasts] = steps[lasts - 1]
    few = ~many
    weights[bins.starts[few]] = 1
    weights[bins.lasts[few]] = 1
    return np.clip(weights, MIN_WEIGHT_S, MAX_WEIGHT_S, out=weights)


def extrema(vals: NDArray[Any], bins: Bins) -> tuple[NDArray[Any], NDArray[Any]]:
    """Find the least and the greatest value of each bin.

    Parameters
    ----------
    vals : numeric or bool array, shape (rows,)
        Values without NaN, side by side in memory.
    bins : Bins
        The bins of these rows.

    Returns
    -------
    least, greatest : arrays, shape (bins,)
        In the type of `vals`; a zero has no sign.

    Examples
    --------
    >>> from jeta.statistics.bins import Bins
    >>> [found.tolist() for found in extrema(np.array([1, 3, 7]), Bins.of([0, 1, 12], 10))]
    [[1, 7], [3, 7]]
    """
    least, greatest = np.minimum.reduceat(vals, bins.starts), np.maximum.reduceat(vals, bins.starts)
    if vals.dtype.kind == "f":  # which zero of two signs is found depends on how many values are compared at a time
        zero = vals.dtype.type(0)
        return least + zero, greatest + zero
    return least, greatest


def moments(
    vals: NDArray[Any],
    weights: NDArray[np.float64],
    bins: Bins,
    bounds: tuple[NDArray[Any], NDArray[Any]],
    *,
    spread: bool,
    scratch: Scratch | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Work out weighted moments.

    Parameters
    ----------
    vals : numeric or bool array, shape (rows,)
        Values without NaN, side by side in memory.
    weights : float64 array, shape (rows,)
        Weight of each value, above 0.
    bins : Bins
        The bins of these rows.
    bounds : tuple of two arrays, shape (bins,)
        What `extrema` gives.
    spread : bool
        Whether to give ``std`` too.
    scratch : Scratch, optional
        Memory to work in.

    Returns
    -------
    dict of str to float64 array, shape (bins,)
        ``mean`` and, if wanted, ``std`` (biased).

    Examples
    --------
    >>> from jeta.statistics.bins import Bins
    >>> vals, bins = np.array([1, 3, 7]), Bins.of([0, 1, 12], 10)
    >>> found = moments(vals, np.array([3.0, 1.0, 1.0]), bins, extrema(vals, bins), spread=True)
    >>> {name: array.round(3).tolist() for name, array in found.items()}
    {'mean': [1.5, 7.0], 'std': [0.866, 0.0]}
    """
    scratch = scratch or Scratch()
    values = vals.astype(np.float64, copy=False)
    product = scratch.floats("product", vals.size)
    with np.errstate(invalid="ignore", over="ignore"):  # infinite samples have moments that are infinite or no numbers
        totals = np.add.reduceat(weights, bins.starts)
        np.multiply(weights, values, out=product)
        means = np.add.reduceat(product, bins.starts) / totals
        # Rounding must not take the mean of equal values, or their spread, away from what it is.
        least, greatest = (bound.astype(np.float64) for bound in bounds)
        columns = {"mean": np.clip(means, least, greatest) + 0.0}
        if spread:
            np.subtract(values, np.repeat(columns["mean"], bins.counts), out=product)
            product *= product
            product *= weights
            columns["std"] = np.sqrt(np.add.reduceat(product, bins.starts) / totals)
    return columns
