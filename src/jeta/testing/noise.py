"""Random numbers that belong to a sample, not to a sequence.

A generator that is stepped gives other numbers when it starts elsewhere. Here the number of sample ``k`` is a hash of
``k`` and a key, so that any window of a signal, asked for in any order, shows the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MASK = 2**64 - 1
_STEP = 0x9E3779B97F4A7C15
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def stream_key(*parts: int) -> int:
    """Make the key of one stream of random numbers.

    Parameters
    ----------
    *parts : int
        Whatever tells the stream from others, such as seed, MSID identifier and purpose; the order counts.

    Returns
    -------
    int
        A number of 64 bits, 0 <= key < 2**64.

    Examples
    --------
    >>> stream_key(1, 2) == stream_key(2, 1)
    False
    """
    key = 0
    for part in parts:
        key = _mix_int((key + part * _STEP + _STEP) & _MASK)
    return key


def hashed(index: NDArray[np.int64], key: int) -> NDArray[np.uint64]:
    """Return 64 random bits for each sample.

    Parameters
    ----------
    index : int64 array, shape (rows,)
        Number of each sample.
    key : int
        The stream, from `stream_key`.

    Returns
    -------
    uint64 array, shape (rows,)
        Uniform over all 2**64 values.
    """
    bits = index.astype(np.uint64)
    bits *= np.uint64(_STEP)
    bits += np.uint64(key)
    for shift, factor in zip((30, 27), _MIX, strict=True):
        bits ^= bits >> np.uint64(shift)
        bits *= np.uint64(factor)
    bits ^= bits >> np.uint64(31)
    return bits


def uniform_integers(index: NDArray[np.int64], key: int, below: int) -> NDArray[np.int64]:
    """Return a random whole number for each sample.

    Parameters
    ----------
    index : int64 array, shape (rows,)
        Number of each sample.
    key : int
        The stream, from `stream_key`.
    below : int
        Exclusive upper bound, at least 1 and much below 2**64.

    Returns
    -------
    int64 array, shape (rows,)
        Numbers from 0 up to, not including, `below`.
    """
    bits = hashed(index, key)
    # A power of two needs no division, which is the dearest step of all.
    number = bits & np.uint64(below - 1) if below & (below - 1) == 0 else bits % np.uint64(below)
    return number.astype(np.int64)


def bell(index: NDArray[np.int64], key: int) -> NDArray[np.float64]:
    """Return bell-shaped noise for each sample: the sum of four uniform numbers, scaled.

    Parameters
    ----------
    index : int64 array, shape (rows,)
        Number of each sample.
    key : int
        The stream, from `stream_key`.

    Returns
    -------
    float64 array, shape (rows,)
        Mean 0, standard deviation 1, and never beyond +-3.47: a signal's extremes are known in advance.
    """
    quarters = hashed(index, key).view(np.uint16).reshape(-1, 4)
    total = quarters[:, 0].astype(np.float64)
    for column in range(1, 4):
        total += quarters[:, column]
    total -= 4 * (2**16 - 1) / 2
    # Each quarter has the variance (2**32 - 1) / 12, and the variances add.
    total /= np.sqrt(4 * (2**32 - 1) / 12)
    return total


def _mix_int(bits: int) -> int:
    """Scramble 64 bits held in a Python int, as `hashed` does for arrays."""
    for shift, factor in zip((30, 27), _MIX, strict=True):
        bits = ((bits ^ (bits >> shift)) * factor) & _MASK
    return bits ^ (bits >> 31)
