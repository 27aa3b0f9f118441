"""Which statistics of a fetch come from what is stored, and of which bins they are to be worked out from samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive import column, product
from jeta.statistics import bin_numbers
from jeta.statistics.binned import Binned, Range, ranges_of
from jeta.times import ticks_to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jeta.archive.pending import PendingRows
    from jeta.archive.product import Product

_WINDOW_ROWS = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class StoredBins:
    """What an archive has of the statistics of some bins.

    Attributes
    ----------
    binned : Binned or None
        What is stored of them, None if nothing is.
    missing : list of (int, int)
        Those of which nothing valid is stored, so that they are to be worked out from the samples; sorted and disjoint.
    """

    binned: Binned | None
    missing: list[Range]


def stored_bins(
    folder: Path, stored: Product, bins: Range, more: Iterable[Range], pending: PendingRows | None, dt_s: float
) -> StoredBins:
    """Take from a product what is valid of some bins.

    Parameters
    ----------
    folder : Path
        Of the product.
    stored : Product
        Its manifest.
    bins : (int, int)
        The bins ``[first, stop)``.
    more : iterable of (int, int)
        Bins that are not to be taken from here.
    pending : PendingRows or None
        Rows of the journal within these bins.
    dt_s : float
        Width of the bins, s.

    Raises
    ------
    FileNotFoundError
        If a file is gone, as after a fold: the caller looks again.
    ArchiveCorruptError
        If a file is damaged.
    """
    touched = touched_bins(pending, stored.folded, stored.until, dt_s)
    valid, missing = stored.valid(*bins, [*more, *touched])
    return StoredBins(product.read(folder, stored.files, valid), missing)


def touched_bins(pending: PendingRows | None, after: int, until: int, dt_s: float) -> list[Range]:
    """Return the bins below `until` that rows of later commits than `after` are in, some of them more than once."""
    newer = None if pending is None else pending.after(after)
    if newer is None:
        return []
    end = column.bounds_between(-np.inf, until * float(dt_s))(newer.resolution)[1]
    if newer.ends()[0] >= end:
        return []

    def ranges() -> Iterator[Range]:
        for ticks in newer.windows(_WINDOW_ROWS):
            late = ticks[: np.searchsorted(ticks, end, "left")]
            yield from ranges_of(bin_numbers(ticks_to_seconds(late, newer.resolution), dt_s))

    return list(ranges())


def in_type(binned: Binned, dtype: np.dtype[Any]) -> Binned:
    """Return statistics of numbers as those of values of a wider type: what is stored may be older than its first such value."""
    columns = dict(binned.columns)
    if columns["val"].dtype == dtype:
        return binned
    columns |= {name: columns[name].astype(dtype) for name in ("val", "min", "max")}
    if dtype.kind == "f":
        columns.setdefault("nan", np.zeros(len(binned), np.int32))
    return replace(binned, columns=columns)
