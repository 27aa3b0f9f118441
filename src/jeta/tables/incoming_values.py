"""Values and quality as arrays that can be stored, whatever a caller has: of arrays and of columns of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.samples import FLAGGED_BY_SOURCE, Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.tables.incoming_plan import Part
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
        values = _texts_of_objects(values)
    if values.dtype.kind in "SU":
        return _checked_texts(values)
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        return _storable_floats(values)
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
    if values.dtype.kind in "US":
        _refuse_beside_texts(kinds)
    if values.dtype.kind == "f" and int in kinds:
        return _with_integers(vals, kinds, values)
    return values


def _refuse_beside_texts(kinds: set[type]) -> None:
    """Refuse members of a list that numpy made texts of."""
    if not all(issubclass(kind, str | bytes) for kind in kinds):
        raise ValuesError(
            f"expected values of one kind, got {', '.join(sorted(kind.__name__ for kind in kinds))}; convert them first"
        )


def _with_integers(vals: list[Any] | tuple[Any, ...], kinds: set[type], floats: NDArray[Any]) -> NDArray[Any]:
    """Integers that numpy made floats of: as unsigned ones, if all fit, or as they are, if none was changed."""
    if kinds == {int} and min(vals) >= 0:
        return np.array(vals, np.uint64)  # numpy makes floats of integers of which only some need all 64 bits
    if any(type(value) is int and abs(value) > _EXACT_INTEGER for value in vals):
        raise ValuesError("integers beyond 2**53 do not fit among floats without loss; append them on their own")
    return floats


def _texts_of_objects(values: NDArray[Any]) -> NDArray[np.str_]:
    """Texts that an array holds as Python objects.

    Raises
    ------
    ValuesError
        If one is no text.
    """
    if not all(isinstance(value, str) for value in values.flat):
        raise ValuesError(
            f"expected numbers, booleans or texts of one type, got Python objects such as {values.flat[:1].tolist()}"
        )
    return values.astype(np.str_)


def _storable_floats(values: NDArray[Any]) -> NDArray[Any]:
    """Floats of 16 or of more than 64 bits as float32 or float64.

    Raises
    ------
    ValuesError
        If one would change.
    """
    converted = values.astype(np.float32 if values.dtype.itemsize == 2 else np.float64)
    if not np.array_equal(converted.astype(values.dtype), values, equal_nan=True):
        raise ValuesError(f"values of type {values.dtype} do not fit into float64 without loss; round them first")
    return converted


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
    flags = np.asarray(quality)
    if flags.ndim == 0:
        flags = np.repeat(flags, rows)
    if flags.shape != (rows,) or (rows and flags.dtype.kind not in "biu"):
        raise ValuesError(
            f"quality must be {rows} booleans or numbers from 0 to 255, got {flags.dtype} of shape {flags.shape}"
        )
    if rows and not 0 <= flags.min() <= flags.max() <= 255:
        raise ValuesError(f"quality must be from 0 to 255, got {flags.min()} to {flags.max()}")
    # The archive's bits have meanings of their own: whatever the source means by its numbers, it is the one that flags.
    return np.where(flags != 0, np.uint8(FLAGGED_BY_SOURCE), np.uint8(0))


def checked_part(part: Part) -> NDArray[Any]:
    """Return the values of a part of a table as `checked_values` does; objects as the list that they would be."""
    return checked_values(part.values.tolist() if part.values.dtype.kind == "O" else part.values)


def samples_of_part(part: Part, instants: Ticks, values: NDArray[Any]) -> Samples:
    """Make samples of a part of a table.

    Parameters
    ----------
    part : Part
        Its quality and its raw counts are taken.
    instants : Ticks
        Its instants, shape (samples,).
    values : array, shape (samples,)
        As `checked_part` returns them.

    Returns
    -------
    Samples
        The rows, those without an instant too.

    Raises
    ------
    ValuesError
        As `checked_quality` and `samples_of` do.
    """
    raws = None if part.raws is None else part.raws.astype(np.float64)
    quality = checked_quality(part.quality, len(part.rows))
    return samples_of(instants, values, quality if quality is not None and quality.any() else None, raws)


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
