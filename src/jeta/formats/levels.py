"""Texts as codes into short lists of distinct texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


MOST_BYTES = 1 << 27
"""Memory that the distinct texts of one MSID may take."""

_BYTES_A_CHARACTER = 4


class Vocabulary:
    """Distinct texts, each with a code, in order of first appearance.

    Examples
    --------
    >>> vocabulary = Vocabulary()
    >>> vocabulary.codes(["ON", "OFF", "ON"]).tolist(), vocabulary.texts
    ([0, 1, 0], ['ON', 'OFF'])
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """The distinct texts; the code of a text is its index here."""
        return list(self._codes)

    def codes(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the codes of some texts, giving new ones to those not seen before.

        Parameters
        ----------
        texts : sequence of str, shape (rows,)
            Any texts.

        Returns
        -------
        int32 array, shape (rows,)
            Codes from 0.
        """
        for text in dict.fromkeys(texts):
            self._codes.setdefault(text, len(self._codes))
        return np.fromiter(map(self._codes.__getitem__, texts), np.int32, len(texts))


def ranked(texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Sort texts, making one of those that differ only by trailing blanks.

    Parameters
    ----------
    texts : sequence of str, shape (codes,)
        Texts, by code.

    Returns
    -------
    levels : object array of str, shape (levels,)
        The distinct texts without trailing blanks, sorted. No array of a width: one long text would make all others as long.
    ranks : int32 array, shape (codes,)
        Index into `levels`, by code.

    Examples
    --------
    >>> levels, ranks = ranked(["ON", "OFF", "ON "])
    >>> levels.tolist(), ranks.tolist()
    (['OFF', 'ON'], [1, 0, 1])
    """
    stripped = [text.rstrip() for text in texts]
    places = {text: place for place, text in enumerate(sorted(set(stripped)))}
    levels = np.empty(len(places), np.object_)
    levels[:] = list(places)
    return levels, np.fromiter(map(places.__getitem__, stripped), np.int32, len(stripped))


def longest_allowed(lengths: NDArray[np.int64]) -> int:
    """Return how long the distinct texts of one MSID may be, so that an array that is as wide as the longest fits into memory.

    Parameters
    ----------
    lengths : int64 array, shape (texts,)
        Characters of each distinct text.

    Returns
    -------
    int
        The longest of them if all fit into `MOST_BYTES`; else less, so that those that are not longer fit.

    Examples
    --------
    >>> longest_allowed(np.array([2, 3, 4096]))
    4096
    """
    if not len(lengths):
        return 0
    ascending = np.sort(lengths)
    fits = ascending * np.arange(1, len(ascending) + 1) * _BYTES_A_CHARACTER <= MOST_BYTES
    # Of several texts of the length that no longer fits as a whole, none is taken.
    return int(ascending[-1]) if fits.all() else int(ascending[np.argmin(fits)]) - 1


def text_samples(
    ticks: NDArray[np.int64],
    resolution: str,
    ranks: NDArray[np.int32],
    levels: NDArray[Any],
    *,
    numbers: NDArray[np.float64] | None = None,
    alarm: NDArray[np.int16] | None = None,
) -> Samples:
    """Make samples of rows whose texts are known by rank.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Instants, at least one.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.
    ranks : int32 array, shape (rows,)
        Index of each row's text into `levels`.
    levels : array of str, shape (levels,)
        Distinct texts, sorted; those that no row has are dropped.
    numbers : float64 array, shape (rows,), optional
        The number that came along with each text; by default there is none.
    alarm : int16 array, shape (rows,), optional
        Alarm status.

    Returns
    -------
    Samples
        With one level per distinct pair of text and number, sorted by text and then by number.

    Examples
    --------
    >>> s = text_samples(np.arange(3), "ms", np.array([1, 0, 1], "i4"), np.array(["OFF", "ON"]))
    >>> s.decoded().tolist()
    ['ON', 'OFF', 'ON']
    """
    # States repeat: only the first row of each run of equal rows has to be looked at.
    changed = np.ones(len(ranks), dtype=np.bool_)
    changed[1:] = ranks[1:] != ranks[:-1]
    if numbers is not None:
        bits = numbers.view(np.int64)
        changed[1:] |= bits[1:] != bits[:-1]
    heads = np.flatnonzero(changed)
    raws = np.full(len(heads), np.nan) if numbers is None else numbers[heads]
    raw_levels, raw_ranks = np.unique(raws, return_inverse=True)
    pairs, codes = np.unique(ranks[heads].astype(np.int64) * len(raw_levels) + raw_ranks, return_inverse=True)
    lengths = np.diff(heads, append=len(ranks))
    texts = np.array(levels[pairs // len(raw_levels)].tolist(), np.str_)
    return Samples(
        ticks,
        resolution,
        np.repeat(codes.astype(np.min_scalar_type(len(pairs) - 1)), lengths),
        texts,
        raw_levels[pairs % len(raw_levels)],
        None,
        alarm,
    )
