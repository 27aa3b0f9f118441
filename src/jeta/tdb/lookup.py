"""Values of many raw counts by way of tables, since counts are few and samples are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

_TABLE_ROWS = 2**16
"""Most rows of a table: all counts of 16 bits."""

_BLOCK = 2**16
"""Samples looked up at once, so that what is between stays in the processor's cache."""


def by_table(counts: NDArray[Any], evaluate: Callable[[NDArray[Any]], NDArray[T]]) -> NDArray[T]:
    """Evaluate a function of raw counts, once per possible count where there are more samples than these.

    Parameters
    ----------
    counts : array of numbers, any shape
        Raw counts.
    evaluate : callable
        Gives the values of a 1-D array of counts, element by element.

    Returns
    -------
    array, same shape
        The values.

    Examples
    --------
    >>> by_table(np.array([1, 2], "u1"), lambda counts: counts * 0.5)
    array([0.5, 1. ])
    """
    flat, dtype = counts.reshape(-1), counts.dtype
    if dtype.kind not in "iu" or dtype.itemsize > 2 or flat.size <= 2 ** (8 * dtype.itemsize):
        return evaluate(flat).reshape(counts.shape)
    native, unsigned = dtype.newbyteorder("="), np.dtype(f"u{dtype.itemsize}")
    table = evaluate(np.arange(2 ** (8 * dtype.itemsize), dtype=unsigned).view(native))
    return table.take(flat.astype(native, copy=False).view(unsigned)).reshape(counts.shape)


def names_of(counts: NDArray[Any], codes: NDArray[np.int64], names: NDArray[np.str_]) -> NDArray[np.str_]:
    """Find the names of raw counts.

    Parameters
    ----------
    counts : array of numbers, shape (samples,)
        Raw counts; those that are not whole, NaN or infinite have no name.
    codes : int64 array, shape (codes,)
        Raw counts that have a name, ascending; at least one.
    names : str array, shape (codes + 1,)
        Their names, and last the one of all other counts.

    Returns
    -------
    str array, shape (samples,)
        The names.

    Examples
    --------
    >>> names_of(np.array([5.0, 5.5]), np.array([5]), np.array(["ON", ""]))
    array(['ON', ''], dtype='<U2')
    """
    found = np.empty(len(counts), names.dtype)
    table = _table(codes, names)
    for start in range(0, len(counts), _BLOCK):
        rows = slice(start, start + _BLOCK)
        whole, is_whole = _as_int64(counts[rows])
        if table is None:
            places = np.minimum(np.searchsorted(codes, whole), len(codes) - 1)
            places[(codes[places] != whole) | ~is_whole] = len(codes)
        else:
            places = np.clip(whole, codes[0] - 1, codes[-1] + 1) - (codes[0] - 1)
            places[~is_whole] = 0
        (names if table is None else table).take(places, out=found[rows], mode="clip")
    return found


def _table(codes: NDArray[np.int64], names: NDArray[np.str_]) -> NDArray[np.str_] | None:
    """The name of each count from one below the first code to one above the last; None where these are too many."""
    low, high = int(codes[0]), int(codes[-1])
    if high - low >= _TABLE_ROWS or max(-low, high) >= 2**62:
        return None
    table = np.full(high - low + 3, names[-1], names.dtype)
    table[codes - (low - 1)] = names[:-1]
    return table


def _as_int64(counts: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Counts as int64, and which of them are whole and fit."""
    if counts.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            fits = (counts == np.trunc(counts)) & (counts >= -(2.0**63)) & (counts < 2.0**63)
            return np.where(fits, counts, 0).astype(np.int64), fits
    if counts.dtype == np.uint64:
        fits = counts <= np.uint64(np.iinfo(np.int64).max)
        return np.where(fits, counts, np.uint64(0)).astype(np.int64), fits
    return counts.astype(np.int64), np.ones(len(counts), np.bool_)
