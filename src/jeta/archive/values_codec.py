"""Values as short codes into a table of levels where few distinct values occur, else as they are.

Telemetry is counts of a converter behind a calibration: a float64 column of a 12-bit sensor holds at most 4096 numbers.
Their codes take a fifth of the space of the numbers and decode faster; states and texts are codes by nature.
``docs/explanation/archive-format.md`` has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.samples import Samples

MAX_LEVELS = 2**16
_TRIAL_ROWS = 8192
_ROWS_PER_LEVEL = 4
"""Codes pay where a level serves at least this many rows: its table entry costs eight bytes."""


@dataclass(frozen=True, slots=True)
class CodedValues:
    """Values of a segment as they are stored.

    Attributes
    ----------
    stored : array, shape (rows,)
        Codes if `levels` or `texts` is set, else the values themselves (booleans as uint8).
    levels : array, shape (levels,), or None
        The number or boolean of each code.
    texts : bytes array of dtype S, shape (levels,), or None
        The text of each code, UTF-8.
    raws : float64 array, shape (levels,), or None
        The source's number for each text.
    """

    stored: NDArray[Any]
    levels: NDArray[Any] | None = None
    texts: NDArray[np.bytes_] | None = None
    raws: NDArray[np.float64] | None = None


def encode(samples: Samples) -> CodedValues:
    """Choose how to store the values of some samples, and do it.

    Parameters
    ----------
    samples : Samples
        Any rows of one MSID.

    Returns
    -------
    CodedValues
        From which `decode` gives back the same values to the last bit.
    """
    if samples.texts is not None and samples.raws is not None:
        used, codes = np.unique(samples.values, return_inverse=True)
        texts = samples.texts[used]
        return CodedValues(codes.astype(code_dtype(len(used))), texts=encode_texts(texts), raws=samples.raws[used])
    values = samples.values
    if values.dtype.itemsize > 2:
        coded = _levels_of(values)
        if coded is not None:
            return coded
    return CodedValues(values.view(np.uint8) if values.dtype == bool else values)


def encode_texts(texts: NDArray[np.str_]) -> NDArray[np.bytes_]:
    """Return texts as fixed-width UTF-8, at least one byte wide as HDF5 wants it."""
    coded = np.char.encode(texts, "utf-8") if len(texts) else np.empty(0, "S1")
    return coded.astype(f"S{max(1, coded.dtype.itemsize)}")


def decode_texts(texts: NDArray[np.bytes_]) -> NDArray[np.str_]:
    """Return the texts that `encode_texts` was given."""
    return np.char.decode(texts, "utf-8") if len(texts) else np.empty(0, "U1")


def code_dtype(levels: int) -> np.dtype[np.unsignedinteger]:
    """Return the smallest unsigned little-endian type that can number so many levels."""
    return np.dtype(np.min_scalar_type(max(levels - 1, 0))).newbyteorder("<")


def _levels_of(values: NDArray[Any]) -> CodedValues | None:
    """Distinct values to the last bit and each row's code, or None if they would not pay."""
    bits = values.view(f"u{values.dtype.itemsize}")
    # A quick look at the first rows spares sorting a whole segment of a noisy float channel in vain.
    trial = bits[:_TRIAL_ROWS]
    if (
        len(bits) > 4 * _TRIAL_ROWS
        and len(np.unique(trial)) * _ROWS_PER_LEVEL > max(len(trial), 16) * (1 + _ROWS_PER_LEVEL) // 2
    ):
        return None
    levels, codes = np.unique(bits, return_inverse=True)
    if len(levels) > MAX_LEVELS or len(levels) * _ROWS_PER_LEVEL > max(len(bits), 16):
        return None
    return CodedValues(codes.astype(code_dtype(len(levels))), levels=levels.view(values.dtype))
