"""The samples of some bins of a column, in portions that fit into memory."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import column
from jeta.archive.manifest import RESOLUTIONS, Manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from jeta.archive.output import Rows
    from jeta.statistics.binned import Range

PORTION_ROWS = 2**22
"""So many rows at a time, and what is made of them on the way, take some 200 MB."""


def samples_of_bins(
    segments: Manifest, folder: Path, types: Collection[str], dt_s: float, ranges: Iterable[Range]
) -> Iterator[Rows]:
    """Read the samples of some bins, whole bins at a time.

    Parameters
    ----------
    segments : Manifest
        The column.
    folder : Path
        Where it lies.
    types : collection of str
        Types of all its values, see `jeta.archive.column.read`.
    dt_s : float
        Width of the bins, s.
    ranges : iterable of (int, int)
        Which bins; sorted and disjoint.

    Yields
    ------
    Rows
        Not empty, in order of time; no more than `PORTION_ROWS` or so, unless a single bin has more.
    """
    todo = list(ranges)[::-1]
    while todo:
        first, stop = todo.pop()
        bounds = column.bounds_between(first * float(dt_s), stop * float(dt_s))
        parts = min(-(-_rows_at_most(segments, bounds) // PORTION_ROWS), stop - first)
        if parts > 1:
            edges = np.linspace(first, stop, parts + 1).astype(np.int64).tolist()
            todo += list(zip(edges, edges[1:], strict=False))[::-1]
            continue
        with ExitStack() as stack:
            pieces = column.locate(segments, folder, bounds, stack)
            if pieces:
                yield column.read(pieces, types=types)


def _rows_at_most(segments: Manifest, bounds: column.Bounds) -> int:
    """Rows of the segments that a span touches."""
    records, rows = segments.segments, 0
    for code, resolution in enumerate(RESOLUTIONS):
        low, high = bounds(resolution)
        touched = (records["resolution"] == code) & (records["last"] >= low) & (records["first"] < high)
        # Two segments that a span begins and ends in are taken as one: neither is wanted as a whole.
        rows += int(records["rows"][touched].sum()) - (int(records["rows"].max()) if touched.sum() > 1 else 0)
    return rows
