"""Whether rows are what an archive can hold: arrays of one length, of types that are stored, codes that have a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from jeta.samples.container import Samples

_COLUMNS = {"ticks": ("i", 8), "values": ("biuf", 8), "quality": ("u", 1), "alarm": ("i", 2)}
"""Kinds of numpy types that each array may have, and the most bytes an item may take."""


def check_rows(samples: Samples, msid: str) -> None:
    """Refuse rows that could not be read back as they are.

    Parameters
    ----------
    samples : Samples
        Any rows.
    msid : str
        Whose rows they are, for the message.

    Raises
    ------
    ValuesError
        If arrays differ in length or have a type that is not stored, a code has no text, or an instant is further from zero
        than 64 bits of nanoseconds (292 years).

    Examples
    --------
    >>> from jeta.samples import Samples
    >>> check_rows(Samples(np.arange(2), "ms", np.array([1.0, 2.0])), "TEMP")
    """
    if samples.resolution not in TICKS_PER_SECOND:
        raise ValuesError(f"{msid}: a tick is one of {', '.join(TICKS_PER_SECOND)}, but got {samples.resolution!r}")
    for name, (kinds, widest_bytes) in _COLUMNS.items():
        column = getattr(samples, name)
        if column is not None:
            _check_column(column, f"{msid}: {name}", kinds, widest_bytes, len(samples))
    if samples.ticks.dtype != np.int64:
        raise ValuesError(f"{msid}: ticks must be int64, but are {samples.ticks.dtype}; convert them")
    _check_texts(samples, msid)
    _check_range(samples, msid)


def _check_column(column: Any, what: str, kinds: str, widest_bytes: int, rows: int) -> None:
    """Refuse an array of another length or kind."""
    if np.shape(column) != (rows,):
        raise ValuesError(
            f"{what} must have one dimension and {rows} rows as ticks have, but has shape {np.shape(column)}"
        )
    if column.dtype.kind not in kinds or column.dtype.itemsize > widest_bytes:
        raise ValuesError(f"{what} cannot be stored as {column.dtype}; give numbers of at most {8 * widest_bytes} bits")


def _check_texts(samples: Samples, msid: str) -> None:
    """Refuse codes that have no text."""
    if samples.texts is None:
        return
    levels = len(samples.texts)
    if samples.raws is None or len(samples.raws) != levels:
        raise ValuesError(
            f"{msid}: expected a number, or NaN, for each of the {levels} texts, but got raws {samples.raws!r}"
        )
    if samples.values.dtype.kind != "u" or (len(samples) and int(samples.values.max()) >= levels):
        raise ValuesError(f"{msid}: codes of texts must be unsigned and below {levels}, but are {samples.values!r}")


def _check_range(samples: Samples, msid: str) -> None:
    """Refuse instants that do not fit into nanoseconds: they could not lie beside rows of a finer resolution."""
    limit = np.iinfo(np.int64).max // (TICKS_PER_SECOND["ns"] // TICKS_PER_SECOND[samples.resolution])
    if len(samples) and not (-limit <= int(samples.ticks.min()) and int(samples.ticks.max()) < limit):
        raise ValuesError(
            f"{msid}: instants {samples.ticks.min()} to {samples.ticks.max()} {samples.resolution} are more than 292 years "
            "from zero, and cannot be stored; leave such rows out"
        )
