"""Long stretches of rows as slices: copying these takes two thirds of the time of picking rows by a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS_A_SLICE = 1000
"""Below so many rows a slice, on average, a mask is as fast (31.5 million rows: 0.11 s by slices, 0.16 s by mask)."""


def kept_slices(mask: NDArray[np.bool_]) -> list[slice] | None:
    """Return the stretches of rows that a mask keeps.

    Parameters
    ----------
    mask : bool array, shape (rows,)
        Which rows to keep.

    Returns
    -------
    list of slice, or None
        At least one, in order, that together hold the same rows; None where they would be short.

    Examples
    --------
    >>> kept_slices(np.repeat([True, False, True], 5000))
    [slice(0, 5000, None), slice(10000, 15000, None)]
    >>> kept_slices(np.array([True, False])) is None
    True
    """
    turns = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    if len(mask) < _ROWS_A_SLICE * (len(turns) + 1):
        return None
    edges = [0, *turns.tolist(), len(mask)]
    spans = [slice(low, high) for low, high in zip(edges, edges[1:], strict=False) if mask[low]]
    return spans or [slice(0, 0)]
