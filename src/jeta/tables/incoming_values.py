"""Values and quality as arrays that can be stored, whatever a caller has: of arrays and of columns of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.samples import FLAGGED_BY_SOURCE, Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.times import Ticks

_EXACT_INTEGER = 2**53


def checked_values(vals: Any) -> NDArray[Any]:
    """Return values as an array of a type that can be stored.

    Parameters
    ----------
    vals : array-like of numbers, booleans or str, shape (rows,), or scalar
        What a caller has; bytes are UTF-8.

    Returns
    -------
    array, shape (rows,)
        bool, integers, float32, float64 or str, in the byte order of this machine.

    Raises
    ------
    ValuesError
        If they are neither numbers, booleans nor texts, or some are masked.

    Examples
    --------
    >>> checked_values([b"ON", b"OFF"]).tolist()
    ['ON', 'OFF']
    """
    if np.ma.is_masked(vals):
        raise ValuesError(
            f"{int(np.ma.getmaskarray(vals).sum())} values are masked; leave them out, or fill them and flag them with quality"
        )
    values = np.atleast_1d(_as_array(vals))
    if values.dtype == object:
        if all(isinstance(value, str) for value in values.flat):
            return _checked_texts(values.astype(np.str_))
        raise ValuesError(
            f"expected numbers, booleans or texts of one type, got Python objects such as {values.flat[:1].tolist()}"
        )
    if values.dtype.kind in "SU":
        return _checked_texts(values)
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        converted = values.astype(np.float32 if values.dtype.itemsize == 2 else np.float64)
        if not np.array_equal(converted.astype(values.dtype), values, equal_nan=True):
            raise ValuesError(f"values of type {values.dtype} do not fit into float64 without loss; round them first")
        return converted
    if values.dtype.kind not in "biuf":
        raise ValuesError(f"expected numbers, booleans or texts, got an array of type {values.dtype}")
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _as_array(vals: Any) -> NDArray[Any]:
    """Values as an array, where numpy would not make one by changing some of them.

    Raises
    ------
    ValuesError
        If they are in lists of several lengths, are texts beside numbers, or big integers beside floats.
    """
    try:
        values = np.asarray(vals)
    except ValueError as err:
        raise ValuesError(f"expected values in one dimension, got {vals!r:.100}: {err}") from err
    if values.dtype.kind == "T":
        return values.astype(object)
    if not isinstance(vals, list | tuple):
        return values
    kinds = {kind for kind in map(type, vals) if not issubclass(kind, list | tuple)}
    if values.dtype.kind == "f" and kinds == {int} and min(vals) >= 0:
        return np.array(vals, np.uint64)  # numpy makes floats of integers of which only some need all 64 bits
    if values.dtype.kind in "US" and not all(issubclass(kind, str | bytes) for kind in kinds):
        raise ValuesError(
            f"expected values of one kind, got {', '.join(sorted(kind.__name__ for kind in kinds))}; convert them first"
        )
    if values.dtype.kind == "f" and int in kinds and any(type(v) is int and abs(v) > _EXACT_INTEGER for v in vals):
        raise ValuesError("integers beyond 2**53 do not fit among floats without loss; append them on their own")
    return values


def _checked_texts(texts: NDArray[Any]) -> NDArray[np.str_]:
    """Texts of any of numpy's kinds as str.

    Raises
    ------
    ValuesError
        If bytes are not UTF-8.
    """
    try:
        return np.char.decode(texts, "utf-8") if texts.dtype.kind == "S" else np.asarray(texts, np.str_)
    except UnicodeDecodeError as err:
        raise ValuesError(
            f"expected bytes that are UTF-8, got {err.object!r:.60}: {err.reason}; decode them first"
        ) from err


def checked_quality(quality: Any, rows: int) -> NDArray[np.uint8] | None:
    """Return quality as the bits that are stored.

    Parameters
    ----------
    quality : array-like of bool or of numbers 0 to 255, shape (rows,), or scalar, or None
        True, or a number other than 0, is bad; None means that all are good.
    rows : int
        Number of rows.

    Returns
    -------
    uint8 array, shape (rows,), or None
        `FLAGGED_BY_SOURCE` or 0; None if all are good.

    Raises
    ------
    ValuesError
        If they are not as many as the rows, or not booleans or numbers of 0 to 255.

    Examples
    --------
    >>> checked_quality([False, True], 2).tolist()
    [0, 1]
    """
    if quality is None:
        return None
    flags = np.atleast_1d(np.asarray(quality))
    if flags.shape == (1,) and rows != 1 and np.ndim(quality) == 0:
        flags = np.repeat(flags, rows)
    if flags.shape != (rows,) or (rows and flags.dtype.kind not in "biu"):
        raise ValuesError(
            f"quality must be {rows} booleans or numbers from 0 to 255, got {flags.dtype} of shape {flags.shape}"
        )
    if rows and flags.dtype.kind != "b" and not (flags.min() >= 0 and flags.max() <= 255):
        raise ValuesError(f"quality must be from 0 to 255, got {flags.min()} to {flags.max()}")
    # The archive's bits have meanings of their own: whatever the source means by its numbers, it is the one that flags.
    return np.where(flags != 0, np.uint8(FLAGGED_BY_SOURCE), np.uint8(0))


def samples_of(
    instants: Ticks,
    values: NDArray[Any],
    quality: NDArray[np.uint8] | None,
    raws: NDArray[np.float64] | None = None,
) -> Samples:
    """Make samples of arrays that were checked.

    Parameters
    ----------
    instants : Ticks
        The instants, shape (rows,).
    values : array, shape (rows,)
        As `checked_values` returns them.
    quality : uint8 array, shape (rows,), or None
        As `checked_quality` returns them.
    raws : float64 array, shape (rows,), optional
        The numbers behind texts, NaN where there is none.

    Returns
    -------
    Samples
        The rows, those without an instant too.

    Raises
    ------
    ValuesError
        If a text has characters that cannot be stored.
    """
    if values.dtype.kind != "U":
        return Samples(instants.ticks, instants.resolution, values, quality=quality)
    samples = Samples.from_texts(instants.ticks, instants.resolution, values, raws=raws, quality=quality)
    for text in () if samples.texts is None else samples.texts.tolist():
        try:
            text.encode()
        except UnicodeEncodeError as err:
            raise ValuesError(
                f"expected texts that UTF-8 can hold, got {text!r:.60}: {err.reason}; replace them"
            ) from err
    return samples
