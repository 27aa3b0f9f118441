"""Many fixed-width texts, few of them distinct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_WORD = 8
# Odd and without pattern, so that equal sums of different texts are rare; they are looked for all the same.
_MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def distinct_texts(texts: NDArray[np.uint8]) -> tuple[list[bytes], NDArray[np.int32]]:
    """Find the distinct texts, and each row's text.

    Parameters
    ----------
    texts : uint8 array, shape (rows, width)
        The bytes of each text; at least one row.

    Returns
    -------
    distinct : list of bytes
        Each of `width` bytes.
    codes : int32 array, shape (rows,)
        Index of each row's text.

    Examples
    --------
    >>> distinct_texts(np.array([[79, 78], [78, 79], [79, 78]], np.uint8))[1].tolist() in ([0, 1, 0], [1, 0, 1])
    True
    """
    words = _words(texts)
    sums = words @ _multipliers(words.shape[1])
    _, first, codes = np.unique(sums, return_index=True, return_inverse=True)
    if not np.array_equal(words[first][codes], words):
        # Different texts with the same sum: compare the texts themselves, which is slow.
        _, first, codes = np.unique(_as_one_item(words), return_index=True, return_inverse=True)
    return [texts[row].tobytes() for row in first.tolist()], codes.astype(np.int32)


def decoded(text: bytes) -> str:
    """Decode a text: UTF-8, or Latin-1 if it is not; up to its first NUL, without trailing blanks.

    Parameters
    ----------
    text : bytes
        As it lies in the file, padded with NULs or blanks.

    Examples
    --------
    >>> decoded(bytes([79, 78, 32, 0, 0])), decoded(bytes([176, 67]))
    ('ON', '°C')
    """
    text = text.partition(b"\0")[0]
    try:
        return text.decode("utf-8").rstrip()
    except UnicodeDecodeError:
        return text.decode("latin-1").rstrip()


def all_decoded(texts: Iterable[bytes]) -> list[str]:
    """Decode several texts; see `decoded`."""
    return [decoded(text) for text in texts]


def _words(texts: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the texts as 64-bit words, without the words that are 0 in all of them."""
    rows, width = texts.shape
    if width % _WORD:
        padded = np.zeros((rows, -(-width // _WORD) * _WORD), np.uint8)
        padded[:, :width] = texts
        texts = padded
    words = np.ascontiguousarray(texts).view(np.uint64)
    return np.ascontiguousarray(words[:, words.any(axis=0)])


def _multipliers(count: int) -> NDArray[np.uint64]:
    """One odd factor for each word."""
    powers = [_MULTIPLIER]
    while len(powers) < count:
        powers.append(powers[-1] * _MULTIPLIER & _MASK)
    return np.array(powers[:count], dtype=np.uint64)


def _as_one_item(words: NDArray[np.uint64]) -> NDArray[Any]:
    """Return each row of words as one item that numpy can sort."""
    return words.view(f"S{words.shape[1] * _WORD}").ravel()
