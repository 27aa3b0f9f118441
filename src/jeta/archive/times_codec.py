"""Instants as a straight line per chunk plus small residuals: telemetry is nearly periodic, so the residuals are the jitter.

``tick[i] = first + ((i * step) >> 16) + residual[i]`` in wrapping 64-bit arithmetic, with one ``first`` and one ``step`` (in
units of 2**-16 ticks) per chunk. The same integer operations code and decode, so the round trip is exact for any input, also
where a product wraps: a poor line only makes the residuals larger. ``docs/explanation/archive-format.md`` has the figures.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP_SHIFT = 16
_RESIDUAL_DTYPES = (np.dtype("<i2"), np.dtype("<i4"), np.dtype("<i8"))


@lru_cache(maxsize=8)
def _row_numbers(rows: int) -> NDArray[np.int64]:
    """Row numbers 0 .. rows - 1, shared by all chunks of that many rows."""
    numbers = np.arange(rows, dtype=np.int64)
    numbers.flags.writeable = False
    return numbers


def _typical_step(ticks: NDArray[np.int64]) -> int:
    """The mean spacing without gaps, in 2**-16 ticks: the median, refined by the mean of what lies near it."""
    if len(ticks) < 2:
        return 0
    spacing = np.diff(ticks)
    median = float(np.median(spacing))
    near = spacing[np.abs(spacing - median) <= 0.5 * median]
    mean = float(near.mean()) if len(near) else median
    # A spacing that wraps around 64 bits comes out negative.
    return int(mean * (1 << STEP_SHIFT)) if 0 <= mean < 2**40 else 0


def encode(
    ticks: NDArray[np.int64], chunk_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.signedinteger]]:
    """Code sorted instants.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Sorted instants.
    chunk_rows : int
        Rows of a chunk; the last may be shorter.

    Returns
    -------
    first : int64 array, shape (chunks,)
        First tick of each chunk.
    step : int64 array, shape (chunks,)
        Slope of each chunk's line, in 2**-16 ticks a row.
    residual : int16, int32 or int64 array, shape (rows,)
        What to add to the line, in the smallest type that holds all of it.

    Examples
    --------
    >>> first, step, residual = encode(np.array([1000, 2001, 2999, 4000]), 4)
    >>> first.tolist(), residual.dtype.name
    ([1000], 'int16')
    """
    starts = range(0, len(ticks), chunk_rows)
    first = ticks[::chunk_rows].copy()
    step = np.array([_typical_step(ticks[start : start + chunk_rows]) for start in starts], dtype=np.int64)
    residual = np.empty(len(ticks), dtype=np.int64)
    for chunk, start in enumerate(starts):
        piece = ticks[start : start + chunk_rows]
        line = _row_numbers(chunk_rows)[: len(piece)] * step[chunk]
        line >>= STEP_SHIFT
        line += first[chunk]
        np.subtract(piece, line, out=residual[start : start + len(piece)])
    low, high = (int(residual.min()), int(residual.max())) if len(residual) else (0, 0)
    fits = (dtype for dtype in _RESIDUAL_DTYPES if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max)
    return first, step, residual.astype(next(fits))


def decode(
    first: int, step: int, residual: NDArray[np.signedinteger], out: NDArray[np.int64], *, start_row: int = 0
) -> NDArray[np.int64]:
    """Decode rows of one chunk.

    Parameters
    ----------
    first, step : int
        The chunk's line.
    residual : signed integer array, shape (rows,)
        Residuals of consecutive rows of the chunk.
    out : int64 array, shape (at least rows,)
        Where to put the instants.
    start_row : int
        Row of the chunk that the first residual belongs to.

    Returns
    -------
    int64 array, shape (rows,)
        The filled part of `out`.

    Examples
    --------
    >>> first, step, residual = encode(np.array([1000, 2001, 2999, 4000]), 4)
    >>> decode(first[0], step[0], residual, np.empty(4, np.int64)).tolist()
    [1000, 2001, 2999, 4000]
    """
    rows = len(residual)
    ticks = out[:rows]
    np.multiply(_row_numbers(start_row + rows)[start_row:] if start_row else _row_numbers(rows), step, out=ticks)
    ticks >>= STEP_SHIFT
    ticks += first
    ticks += residual
    return ticks
