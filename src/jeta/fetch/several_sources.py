"""Samples out of several sources: the first that knows the MSID gives what it has, the next ones what is lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import UnknownMsidError
from jeta.fetch import reading
from jeta.sources import data_source, drop_second_half, fill, missing_spans
from jeta.sources.rows import no_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader
    from jeta.archive.output import Rows
    from jeta.fetch.query import Span
    from jeta.sources import Source

Given = dict[str, "NDArray[np.float64]"]
"""Instants of what each source gave, by its name."""


def read(name: str, span: Span, archive: ArchiveReader, *, bracket: bool) -> tuple[Rows, Given]:
    """Return the rows of a span, and the instants of what each source gave.

    Parameters
    ----------
    name : str
        Exact upper-case name.
    span : Span
        Half-open span.
    archive : ArchiveReader
        The archive in use, for where it is among the sources.
    bracket : bool
        Also the sample before and the one after, of the first source that knows the MSID.

    Raises
    ------
    UnknownMsidError
        If no source knows the MSID.
    """
    rows: Rows | None = None
    given: Given = {}
    unknown: UnknownMsidError | None = None
    for label, source in data_source.selected():
        if label == "test-drop-half":
            rows = no_rows() if rows is None else drop_second_half(rows)
            last_s = rows.times[-1] if len(rows.times) else -np.inf
            given = {known: times[times <= last_s] for known, times in given.items()}
            continue
        if not _knows(source, archive, name):
            continue
        try:
            # Some sources can tell only by reading whether they know an MSID.
            if rows is None:
                rows = _read_first(source, archive, name, span, bracket=bracket)
                given[label] = rows.times
            else:
                rows, given[label] = _fill(rows, source, archive, name, span)
        except UnknownMsidError as err:
            unknown = err
    if rows is None and unknown is not None:
        raise unknown
    return no_rows() if rows is None else rows, given


def _knows(source: Source | None, archive: ArchiveReader, name: str) -> bool:
    """Whether a source has the MSID; None is the archive."""
    return name in archive if source is None else source.knows(name)


def _read_first(source: Source | None, archive: ArchiveReader, name: str, span: Span, *, bracket: bool) -> Rows:
    """What one source has."""
    if source is None:
        return reading.read_archive(archive, name, span, bracket=bracket)
    return source.read(name, span.tstart, span.tstop, archive.time_system, bracket=bracket)


def _fill(
    rows: Rows, source: Source | None, archive: ArchiveReader, name: str, span: Span
) -> tuple[Rows, NDArray[np.float64]]:
    """What there is and what another source adds, and the instants of that; nobody is asked where nothing is lacking."""

    def read_more(low: float, high: float) -> Rows:
        if source is None:
            return archive.read(name, low, high)
        return source.read(name, low, high, archive.time_system)

    if not missing_spans(rows.times, span.tstart, span.tstop):
        return rows, np.empty(0)
    both, added = fill(rows, read_more, span.tstart, span.tstop)
    return both, np.empty(0) if added is None else added.times
