"""Rows as every source returns them, made of what it has: plain arrays, or samples in ticks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.samples import sort_by_time, without_identical
from jeta.samples.container import distinct_levels
from jeta.times import ticks_to_seconds, unix_ticks_to_cxcsec_ticks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from jeta.archive.output import Rows
    from jeta.samples import Samples

_NUMBERS = "biuf"


def rows_of(times: ArrayLike, values: ArrayLike) -> Rows:
    """Make rows of plain arrays.

    Parameters
    ----------
    times : array-like of float64, shape (rows,)
        Seconds, finite, in any order.
    values : array-like, shape (rows,)
        Numbers, booleans or texts; trailing blanks of texts are dropped.

    Returns
    -------
    Rows
        Sorted by time; rows that share an instant keep their order. All of them good.

    Raises
    ------
    ValuesError
        If the shapes differ, a time is not finite, or the values are of another kind.

    Examples
    --------
    >>> rows_of([20.0, 10.0], ["ON ", "OFF"]).texts.tolist()
    ['OFF', 'ON']
    """
    from jeta.archive.output import Rows  # noqa: PLC0415 - brings HDF5, which is slow to import

    seconds, given = np.asarray(times, np.float64), np.asarray(values)
    if seconds.ndim != 1 or seconds.shape != given.shape:
        raise ValuesError(
            f"times of shape {seconds.shape} and values of shape {given.shape}: expected one value a time"
        )
    if not np.isfinite(seconds).all():
        raise ValuesError(f"time {seconds[~np.isfinite(seconds)][0]} is not finite; leave rows without a time out")
    order = np.argsort(seconds, kind="stable")
    texts = raws = None
    if given.dtype.kind == "U":
        texts, raws, given = distinct_levels(np.char.rstrip(given), np.full(len(given), np.nan))
    elif given.dtype.kind not in _NUMBERS:
        raise ValuesError(f"values of type {given.dtype} are neither numbers nor texts; convert them first")
    return Rows(seconds[order], given[order], texts, raws, None, None)


def rows_of_samples(samples: Samples, system: str) -> Rows:
    """Make rows of samples whose ticks count from 1970 UTC, by the rules of an archive that takes them in.

    Parameters
    ----------
    samples : Samples
        In any order; ticks since 1970-01-01 UTC, leap seconds not counted.
    system : {'unix', 'cxcsec'}
        What the seconds of the rows count.

    Returns
    -------
    Rows
        Sorted by time; of rows identical in time and value the first.
    """
    from jeta.archive.output import Rows  # noqa: PLC0415 - brings HDF5, which is slow to import

    kept = without_identical(sort_by_time(samples))
    ticks = kept.ticks if system == "unix" else unix_ticks_to_cxcsec_ticks(kept.ticks, kept.resolution)
    times = ticks_to_seconds(ticks, kept.resolution)
    return Rows(times, kept.values, kept.texts, kept.raws, kept.quality, kept.alarm)


def no_rows() -> Rows:
    """Return rows of which there are none."""
    return rows_of(np.empty(0), np.empty(0))


def take(rows: Rows, index: Any) -> Rows:
    """Return the rows that `index` selects: a slice, or an integer or bool array of shape (rows,)."""
    return replace(
        rows,
        times=rows.times[index],
        values=rows.values[index],
        quality=None if rows.quality is None else rows.quality[index],
        alarm=None if rows.alarm is None else rows.alarm[index],
    )


def cut(rows: Rows, start_s: float, stop_s: float, *, bracket: bool = False) -> Rows:
    """Return the rows with ``start_s <= time < stop_s``.

    Parameters
    ----------
    rows : Rows
        Sorted by time.
    start_s, stop_s : float
        Seconds; may be infinite.
    bracket : bool
        Whether to keep the row before and the row after these too, where there are such.

    Examples
    --------
    >>> cut(rows_of([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), 3, 4, bracket=True).times.tolist()
    [2.0, 3.0, 4.0]
    """
    first, after = _bounds(rows.times, start_s, stop_s)
    if bracket:
        first, after = max(first - 1, 0), after + 1
    return take(rows, slice(first, after))


def _bounds(times: NDArray[np.float64], start_s: float, stop_s: float) -> tuple[int, int]:
    """First row inside, and first row after."""
    first = int(np.searchsorted(times, start_s, "left"))
    return first, max(first, int(np.searchsorted(times, stop_s, "left")))
