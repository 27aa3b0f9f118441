"""The rules by which rows of several deliveries become one series.

1. A row identical in time and value to one already there changes nothing.
2. Otherwise, at one instant, a later delivery takes the place of all that was there.
3. Rows of one delivery that share an instant and differ in value are all kept, in the order of the delivery.

Whether the source flags a row as bad is no part of what is compared, unless that is asked for.

`compare` applies them once, when a delivery is committed. What it lets through is known to replace whatever is older at its
instants, so that afterwards `overlay` need not look at values; it gives the same result applied once or many times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.samples.container import FLAGGED_BY_SOURCE, Samples, concatenate

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a delivery does to the rows already there.

    Attributes
    ----------
    news : Samples
        The rows to commit, sorted by time: every row of each instant at which something changes.
    stored : int
        Rows of the delivery that are new in time or value.
    duplicate : int
        Rows of the delivery identical to one already there, or to an earlier one of the delivery.
    replaced : int
        Rows already there that give way.
    breaks : tuple of int
        Rows of `news`, ascending and not the first, between which and the one before there are rows already.
    """

    news: Samples
    stored: int
    duplicate: int
    replaced: int
    breaks: tuple[int, ...] = ()


def sort_by_time(samples: Samples) -> Samples:
    """Return the rows in order of time; rows that share an instant keep their order."""
    ticks = samples.ticks
    if len(ticks) < 2 or bool(np.all(ticks[1:] >= ticks[:-1])):
        return samples
    return samples.take(np.argsort(ticks, kind="stable"))


def without_identical(samples: Samples) -> Samples:
    """Drop every row that is identical in time and value to an earlier one.

    Parameters
    ----------
    samples : Samples
        Sorted by time.

    Examples
    --------
    >>> s = Samples(np.array([1, 1, 1]), "ms", np.array([5.0, 6.0, 5.0]))
    >>> without_identical(s).values.tolist()
    [5.0, 6.0]
    """
    ticks = samples.ticks
    same_as_next = np.flatnonzero(ticks[1:] == ticks[:-1])
    if not len(same_as_next):
        return samples
    shared = np.zeros(len(ticks), bool)
    shared[same_as_next] = shared[same_as_next + 1] = True
    rows = np.flatnonzero(shared)
    _, first = np.unique(_pairs(ticks[rows], _identity(samples.values[rows])), return_index=True)
    keep = ~shared
    keep[rows[first]] = True
    return samples.take(keep) if not keep.all() else samples


def compare(existing: Samples, delivered: Samples, *, quality_counts: bool = False) -> Comparison:
    """Tell what a delivery changes.

    Parameters
    ----------
    existing : Samples
        Rows already there, sorted by time; at least all those within the time span of the delivery.
    delivered : Samples
        The delivery, in its own order.
    quality_counts : bool
        A row of the same time and value as one already there is new if only one of the two is flagged as bad by its source,
        and takes its place. What people have flagged makes no difference. By default such a row changes nothing.

    Returns
    -------
    Comparison
        The rows that change something, and counts: the delivery has ``stored + duplicate`` rows, and the series has
        ``stored - replaced`` rows more than before.

    Raises
    ------
    ValuesError
        If one holds texts and the other numbers.

    Examples
    --------
    >>> old = Samples(np.array([1, 2]), "ms", np.array([10.0, 20.0]))
    >>> new = Samples(np.array([2, 1]), "ms", np.array([21.0, 10.0]))
    >>> c = compare(old, new)
    >>> c.news.ticks.tolist(), c.stored, c.duplicate, c.replaced
    ([2], 1, 1, 1)
    """
    unique = without_identical(sort_by_time(delivered))
    if not len(existing) or not len(unique):
        return Comparison(unique, len(unique), len(delivered) - len(unique), 0)
    both = concatenate([existing, unique])
    old, new = both.take(slice(None, len(existing))), both.take(slice(len(existing), None))
    low = int(np.searchsorted(old.ticks, new.ticks[0], "left"))
    high = int(np.searchsorted(old.ticks, new.ticks[-1], "right"))
    if low == high:
        return Comparison(new, len(new), len(delivered) - len(new), 0)
    old = old.take(slice(low, high))
    known, repeated = _known(old, new, quality_counts=quality_counts)
    changed = new.ticks[~known]
    gives_way = np.isin(old.ticks, changed) & ~repeated if len(changed) else np.zeros(len(old), bool)
    stored = len(changed)
    kept = np.flatnonzero(np.isin(new.ticks, changed)) if stored else np.empty(0, np.intp)
    return Comparison(
        new.take(kept),
        stored,
        len(delivered) - stored,
        int(gives_way.sum()),
        _breaks(old.ticks, new.ticks[kept]),
    )


def _breaks(old: NDArray[np.int64], news: NDArray[np.int64]) -> tuple[int, ...]:
    """Before which of some new instants there is an old one that is after the new one before."""
    first_not_before = np.searchsorted(old, news, "left")
    first_after = np.searchsorted(old, news, "right")
    return tuple((np.flatnonzero(first_not_before[1:] > first_after[:-1]) + 1).tolist())


def overlay(older: Samples, newer: Samples) -> Samples:
    """Lay newer rows over older ones: at an instant that has newer rows, the older ones go.

    Parameters
    ----------
    older, newer : Samples
        Each sorted by time.

    Returns
    -------
    Samples
        Sorted by time.

    Examples
    --------
    >>> old = Samples(np.array([1, 2, 3]), "ms", np.array([1.0, 2.0, 3.0]))
    >>> new = Samples(np.array([2, 4]), "ms", np.array([-2.0, -4.0]))
    >>> overlay(old, new).values.tolist()
    [1.0, -2.0, 3.0, -4.0]
    """
    if not len(newer):
        return older
    if not len(older):
        return newer
    both = concatenate([older, newer])
    ticks = both.ticks
    split = len(older)
    if ticks[split] > ticks[split - 1]:
        return both
    place = np.searchsorted(ticks[split:], ticks[:split])
    covered = ticks[split:][np.minimum(place, len(newer) - 1)] == ticks[:split]
    kept = np.flatnonzero(np.concatenate([~covered, np.ones(len(newer), bool)]))
    return both.take(kept[np.argsort(ticks[kept], kind="stable")])


def _known(old: Samples, new: Samples, *, quality_counts: bool) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which new rows are identical to an old one, and which old rows to a new one."""
    old_values, new_values = _identity(old.values), _identity(new.values)
    if _strictly_increasing(old.ticks) and _strictly_increasing(new.ticks):
        # One row an instant, as nearly always: a bisect does instead of sorting, which is several times slower.
        place = np.minimum(np.searchsorted(old.ticks, new.ticks), len(old) - 1)
        known = (old.ticks[place] == new.ticks) & (old_values[place] == new_values)
        if quality_counts:
            known &= _flags(old)[place] == _flags(new)
        repeated = np.zeros(len(old), bool)
        repeated[place[known]] = True
        return known, repeated
    pairs = _pairs(np.concatenate([old.ticks, new.ticks]), np.concatenate([old_values, new_values]))
    if quality_counts:
        pairs = 2 * pairs + np.concatenate([_flags(old), _flags(new)])
    old_pairs, new_pairs = pairs[: len(old)], pairs[len(old) :]
    return np.isin(new_pairs, old_pairs), np.isin(old_pairs, new_pairs)


def _flags(rows: Samples) -> NDArray[np.bool_]:
    """Which rows are flagged by their source."""
    if rows.quality is None:
        return np.zeros(len(rows), bool)
    flagged: NDArray[np.bool_] = (rows.quality & np.uint8(FLAGGED_BY_SOURCE)) != 0
    return flagged


def _strictly_increasing(ticks: NDArray[np.int64]) -> bool:
    """Whether no two rows share an instant, for sorted ticks."""
    return bool(np.all(ticks[1:] > ticks[:-1]))


def _identity(values: NDArray[Any]) -> NDArray[Any]:
    """Integers that are equal where values are the same to the last bit, NaN included."""
    if values.dtype.kind in "fc":
        return values.view(f"u{values.dtype.itemsize}")
    return values


def _pairs(ticks: NDArray[np.int64], identity: NDArray[Any]) -> NDArray[np.int64]:
    """One integer for each distinct pair of instant and value."""
    instants, instant = np.unique(ticks, return_inverse=True)
    distinct, value = np.unique(identity, return_inverse=True)
    del instants
    return np.asarray(instant.astype(np.int64) * len(distinct) + value)
