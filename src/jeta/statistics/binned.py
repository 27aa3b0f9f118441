"""`Binned`: the statistics of some bins as they are stored, and putting together those of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

Range = tuple[int, int]
"""Consecutive bins, by number: the first, and the first one after."""


@dataclass(frozen=True, slots=True, eq=False)
class Binned:
    """The statistics of the bins of one MSID that have any.

    Attributes
    ----------
    columns : dict of str to array, shape (bins,)
        Columns under their stored names; ``index`` is sorted, and no bin is there twice.
    counts : dict of str to array, shape (pairs,), or None
        For texts, how often each text occurs in a bin: ``index``, ``text``, ``n``, sorted by the first two. None for numbers.
    texts : str array, shape (levels,), or None
        For texts, what ``val`` and ``text`` are rows in; sorted. None for numbers.
    """

    columns: Columns
    counts: Columns | None = None
    texts: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        return len(self.columns["index"])

    @property
    def index(self) -> NDArray[Any]:
        """Numbers of the bins: int array, shape (bins,)."""
        return self.columns["index"]

    def within(self, ranges: Sequence[Range]) -> Binned:
        """Return the bins inside of some ranges.

        Parameters
        ----------
        ranges : sequence of (int, int)
            Sorted and disjoint, each half-open.
        """
        return self._kept(lambda index: inside(index, ranges))

    def without(self, ranges: Sequence[Range]) -> Binned:
        """Return the bins outside of some ranges, see `within`."""
        return self._kept(lambda index: ~inside(index, ranges)) if ranges else self

    def _kept(self, which: Any) -> Binned:
        """The bins that a function of their numbers is true of."""
        columns, counts = _picked(self.columns, which), self.counts
        return Binned(columns, None if counts is None else _picked(counts, which), self.texts)

    def by(self, texts: NDArray[np.str_]) -> Binned:
        """Return the same by other texts, which hold all of those here.

        Parameters
        ----------
        texts : str array, shape (levels,)
            Sorted.
        """
        if self.texts is None or self.counts is None or self.texts is texts:
            return self
        rows = np.searchsorted(texts, self.texts).astype(np.int32)
        columns, counts = dict(self.columns), dict(self.counts)
        columns["val"], counts["text"] = rows[columns["val"]], rows[counts["text"]]
        return Binned(columns, counts, texts)


def _picked(columns: Columns, which: Any) -> Columns:
    """Rows of a table that a function of their bins' numbers is true of."""
    rows = which(columns["index"])
    return columns if rows.all() else {name: array[rows] for name, array in columns.items()}


def inside(index: NDArray[Any], ranges: Sequence[Range]) -> NDArray[np.bool_]:
    """Tell which bins are inside of some ranges.

    Parameters
    ----------
    index : integer array, shape (bins,)
        Numbers of bins.
    ranges : sequence of (int, int)
        Sorted and disjoint, each half-open.

    Returns
    -------
    bool array, shape (bins,)

    Examples
    --------
    >>> inside(np.array([1, 2, 3, 9]), [(2, 4), (9, 10)]).tolist()
    [False, True, True, True]
    """
    # An edge passed an odd number of times is one inside of a range.
    edges = np.array([edge for each in ranges for edge in each], np.int64)
    is_inside: NDArray[np.bool_] = np.searchsorted(edges, index, "right") % 2 == 1
    return is_inside


def ranges_of(index: NDArray[Any]) -> list[Range]:
    """Return numbers of bins as ranges of consecutive ones.

    Parameters
    ----------
    index : integer array, shape (bins,)
        Sorted; a number may be there several times.

    Examples
    --------
    >>> ranges_of(np.array([3, 4, 4, 7]))
    [(3, 5), (7, 8)]
    """
    if not len(index):
        return []
    breaks = np.flatnonzero(np.diff(index) > 1)
    firsts, lasts = index[np.append(0, breaks + 1)], index[np.append(breaks, len(index) - 1)]
    return list(zip(firsts.tolist(), (lasts + 1).tolist(), strict=True))


def united(*several: Iterable[Range]) -> list[Range]:
    """Return the union of ranges: sorted, disjoint, none empty, none touching another.

    Examples
    --------
    >>> united([(5, 7), (1, 2)], [(2, 4), (9, 9)])
    [(1, 4), (5, 7)]
    """
    result: list[Range] = []
    for first, stop in sorted(each for ranges in several for each in ranges if each[0] < each[1]):
        if result and first <= result[-1][1]:
            result[-1] = result[-1][0], max(stop, result[-1][1])
        else:
            result.append((first, stop))
    return result


def cut(ranges: Iterable[Range], first: int, stop: int) -> list[Range]:
    """Return what of some ranges is in ``[first, stop)``.

    Examples
    --------
    >>> cut([(1, 4), (5, 7)], 3, 6)
    [(3, 4), (5, 6)]
    """
    parts = ((max(low, first), min(high, stop)) for low, high in ranges)
    return [each for each in parts if each[0] < each[1]]


def lacking(ranges: Iterable[Range], taken: Iterable[Range]) -> list[Range]:
    """Return what of some ranges is in none of others.

    Examples
    --------
    >>> lacking([(1, 9)], [(2, 4), (8, 12)])
    [(1, 2), (4, 8)]
    """
    result, holes = [], united(taken)
    hole = 0
    for low, high in united(ranges):
        first = low
        while hole < len(holes) and holes[hole][0] < high:
            if first < holes[hole][0]:
                result.append((first, holes[hole][0]))
            first = max(first, holes[hole][1])
            if first > high:
                break  # this hole reaches into the next range
            hole += 1
        if first < high:
            result.append((first, high))
    return result


def joined(parts: Sequence[Binned]) -> Binned:
    """Put the statistics of several sets of bins, no bin in two of them, together in the order of the bins.

    Parameters
    ----------
    parts : sequence of Binned
        At least one, all of numbers or all of texts. Types are widened to hold all; a column that one has not is 0 there.

    Examples
    --------
    >>> one, two = ({"index": np.array([k]), "n": np.array([5])} for k in (8, 3))
    >>> joined([Binned(one), Binned(two)]).index.tolist()
    [3, 8]
    """
    if len(parts) == 1:
        return parts[0]
    texts = [part.texts for part in parts if part.texts is not None]
    if not texts:
        return Binned(_together([part.columns for part in parts]))
    levels = np.unique(np.concatenate(texts))
    coded = [part.by(levels) for part in parts]
    counts = [part.counts for part in coded if part.counts is not None]
    return Binned(_together([part.columns for part in coded]), _together(counts), levels)


def _together(tables: Sequence[Columns]) -> Columns:
    """Rows of several tables, sorted by bin; those of one bin stay in their order."""
    widest = max(tables, key=len)
    columns = {
        name: np.concatenate(
            [table[name] if name in table else np.zeros(len(table["index"]), like.dtype) for table in tables]
        )
        for name, like in widest.items()
    }
    index = columns["index"]
    if np.all(index[1:] >= index[:-1]):
        return columns
    order = np.argsort(index, kind="stable")
    return {name: array[order] for name, array in columns.items()}
