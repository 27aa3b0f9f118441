"""What a notebook shows of an archive: its first MSIDs, and when each has samples."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from jeta import sketch
from jeta.times import show

if TYPE_CHECKING:
    from jeta.archive.protocol import ArchiveReader

_SHOWN = 20
"""So many MSIDs are looked at, however many there are: each costs a file."""
_COLUMNS = ("MSID", "rows", "first", "last", "unit", "description", "")


def archive_html(archive: ArchiveReader, name: str) -> str:
    """Return an archive as HTML.

    Parameters
    ----------
    archive : ArchiveReader
        The archive.
    name : str
        What it is called.

    Returns
    -------
    str
        A ``<div>`` with a headline and a table, a line for each of the first MSIDs, with bars where there are samples; every text
        of the archive is escaped.
    """
    names = archive.names()
    where = f"{escape(str(archive.root))}: {len(names):,} MSIDs, times in {archive.time_system} seconds"
    head = f"<strong>{escape(name)}</strong> at {where}"
    shown = names[:_SHOWN]
    ranges = {msid: span for msid in shown if (span := archive.time_range(msid)) is not None}
    ends = (
        min((first for first, _ in ranges.values()), default=0.0),
        max((last for _, last in ranges.values()), default=0.0),
    )
    rows = "".join(f"<tr>{_line(archive, msid, ranges.get(msid), ends)}</tr>" for msid in shown)
    titles = "".join(f"<th>{title}</th>" for title in _COLUMNS)
    rest = len(names) - len(shown)
    more = f"<p>and {rest:,} more; fetch.search finds MSIDs by words</p>" if rest else ""
    return f"<div>{head}<table><tr>{titles}</tr>{rows}</table>{more}</div>"


def _line(archive: ArchiveReader, msid: str, span: tuple[float, float] | None, ends: tuple[float, float]) -> str:
    """The cells of one MSID."""
    first, last = ("", "") if span is None else (str(show(edge, "date", archive.time_system)) for edge in span)
    count = 0 if span is None else archive.rows_between(msid, -np.inf, np.inf).rows
    entry = archive.tdb().get(msid)
    unit, description = ("", "") if entry is None else (entry.unit or "", entry.description)
    texts = (msid, f"{count:,}", first, last, unit, description)
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    is_held = entry is not None and entry.on_change
    return f"{cells}<td>{'' if span is None else _bars(archive, msid, span, ends, is_held=is_held)}</td>"


def _bars(
    archive: ArchiveReader, msid: str, span: tuple[float, float], ends: tuple[float, float], *, is_held: bool
) -> str:
    """When an MSID has samples, between the ends of all; gaps that are wide enough to be seen."""
    before, after = np.empty(0), np.empty(0)
    pixel_s = (ends[1] - ends[0]) / sketch.WIDTH_PX
    if not is_held and pixel_s > 0:
        before, after = archive.gaps_longer_than(msid, span[0], np.nextafter(span[1], np.inf), pixel_s)
    return sketch.bars(np.append(span[0], after), np.append(before, span[1]), ends)
