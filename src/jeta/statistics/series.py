"""Series of samples that the arithmetic of this package can trust: checked once, then read block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.statistics.bins import BLOCK_ROWS, Bins

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def checked(times: ArrayLike, vals: ArrayLike) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Check times and values.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    vals : numeric, bool or str array, shape (rows,)
        Values.

    Returns
    -------
    times : float64 array, shape (rows,)
        The times.
    vals : array, shape (rows,)
        The values.

    Raises
    ------
    ValuesError
        If the times are not sorted, there are not as many values as times, or the values are neither numbers nor texts.

    Examples
    --------
    >>> checked([1, 2], [True, False])
    (array([1., 2.]), array([ True, False]))
    """
    seconds, values = np.asarray(times, dtype=np.float64), np.asarray(vals)
    if values.dtype.kind not in "fiubU":
        raise ValuesError(
            f"statistics of values of type {values.dtype}: expected numbers, booleans or texts (decode bytes first)"
        )
    if seconds.ndim != 1 or values.shape != seconds.shape:
        raise ValuesError(
            f"statistics of {values.shape} values at {seconds.shape} times: expected one value for each time"
        )
    for start in range(0, seconds.size, BLOCK_ROWS):
        part = seconds[start : start + BLOCK_ROWS + 1]
        backwards = ~(part[1:] >= part[:-1])
        if backwards.any():
            row = start + int(backwards.argmax())
            raise ValuesError(
                f"time {seconds[row + 1]} s follows {seconds[row]} s in row {row + 1}: sort the samples by time first"
            )
    return seconds, values


def plain(vals: NDArray[Any]) -> NDArray[Any]:
    """Lay values side by side in memory, in the byte order of the machine.

    Parameters
    ----------
    vals : array, shape (rows,)
        Values of any layout.

    Returns
    -------
    array, shape (rows,)
        The same values, and the same array if possible. In other layouts a sum may take another order.

    Examples
    --------
    >>> plain(np.array([1, 2, 3], ">i2")[::2])
    array([1, 3], dtype=int16)
    """
    return np.ascontiguousarray(vals, dtype=vals.dtype.newbyteorder("="))


def without_nan(
    times: NDArray[np.float64], vals: NDArray[Any], bins: Bins
) -> tuple[NDArray[np.float64], NDArray[Any], Bins, NDArray[np.int64]]:
    """Leave out samples that are no number.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    vals : numeric or bool array, shape (rows,)
        Values.
    bins : Bins
        The bins of these rows.

    Returns
    -------
    times, vals : arrays, shape (kept,)
        Those of numbers.
    bins : Bins
        The bins of what is kept; those of NaN only are gone.
    nans : int64 array, shape (bins,)
        How many samples were left out of each bin that remains.

    Examples
    --------
    >>> times = np.array([1.0, 2.0, 11.0])
    >>> _, kept, bins, nans = without_nan(times, np.array([5.0, np.nan, np.nan]), Bins.of(times, 10))
    >>> kept.tolist(), bins.indexes.tolist(), nans.tolist()
    ([5.0], [0], [1])
    """
    if vals.dtype.kind != "f" or not vals.size or not np.isnan(vals.min()):
        return times, vals, bins, np.zeros(len(bins), np.int64)
    measured = ~np.isnan(vals)
    counts = np.add.reduceat(measured, bins.starts, dtype=np.int64)
    some = counts > 0
    kept = counts[some]
    bins_kept = Bins(bins.indexes[some], np.cumsum(kept) - kept, kept)
    return times[measured], vals[measured], bins_kept, bins.counts[some] - kept


def as_int32(numbers: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.int64]:
    """Give integers 32 bits where they fit.

    Parameters
    ----------
    numbers : int64 array, shape (rows,)
        Any integers, such as bin numbers.

    Returns
    -------
    int32 or int64 array, shape (rows,)
        The same numbers.

    Examples
    --------
    >>> as_int32(np.array([1, 2])).dtype, as_int32(np.array([1, 2**40])).dtype
    (dtype('int32'), dtype('int64'))
    """
    fits = not numbers.size or bool(max(-int(numbers.min()), int(numbers.max())) <= np.iinfo(np.int32).max)
    return numbers.astype(np.int32) if fits else numbers
