"""What a formula returned as values of one type, and which of them are none; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


def cast(given: ArrayLike, dtype: DTypeLike | None = None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Cast values, and tell which are no values of that type.

    Parameters
    ----------
    given : array-like, or masked array, any shape
        The values.
    dtype : dtype, optional
        The type to cast to; by default that of the values.

    Returns
    -------
    values : array, shape of `given`
        The values; fractions are cut off in integers. Those that are masked, that are not finite, or that the type cannot hold are
        NaN in floating-point, else 0, False or blank.
    bads : bool array, shape of `given`
        True for those.

    Examples
    --------
    >>> values, bads = cast([1.9, np.nan, 300.0], np.int8)
    >>> values.tolist(), bads.tolist()
    ([1, 0, 0], [False, True, True])
    """
    values = np.asarray(given)
    wanted = values.dtype if dtype is None else np.dtype(dtype)
    bads = np.ma.getmaskarray(given).copy() if np.ma.isMaskedArray(given) else np.zeros(values.shape, bool)
    if values.dtype.kind == "f":
        bads |= ~np.isfinite(values)
    if wanted.kind in "iu" and values.dtype.kind in "iuf":
        bads |= ~_fits(values, np.iinfo(wanted))
    # Nothing that cannot be cast is: numpy would warn of it, and make any number of it.
    filled = np.where(bads, np.zeros((), values.dtype), values) if bads.any() else values
    with np.errstate(over="ignore"):
        made = filled.astype(wanted, copy=False)
    if wanted.kind != "f":
        return made, bads
    bads |= ~np.isfinite(made)
    return (np.where(bads, np.full((), np.nan, wanted), made) if bads.any() else made), bads


def _fits(values: NDArray[Any], limits: Any) -> NDArray[np.bool_]:
    """Which numbers lie within the limits of an integer type once their fractions are cut off."""
    if values.dtype.kind == "f":
        whole = np.trunc(values.astype(np.float64, copy=False))
        # The largest int64 has no float64 of its own, the integer above it has.
        return np.asarray((whole >= float(limits.min)) & (whole < float(limits.max) + 1))
    fits = np.ones(values.shape, bool)
    own = np.iinfo(values.dtype)
    if own.min < limits.min:
        fits &= values >= limits.min
    if own.max > limits.max:
        fits &= values <= limits.max
    return fits
