"""What a fetch asks for: a span of time, or several, in seconds of the archive's time system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import IntervalError, TimeFormatError
from jeta.times import now, show, to_seconds, unix_to_cxcsec

if TYPE_CHECKING:
    from jeta.archive import ArchiveReader


_NOW = "+0"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of time, ``[tstart, tstop)``.

    Attributes
    ----------
    tstart, tstop : float
        Seconds in the time system of the archive.
    """

    tstart: float
    tstop: float

    def dates(self, system: str) -> tuple[str, str]:
        """Return start and stop as ``YYYY:DDD:hh:mm:ss.sss``."""
        return str(show(self.tstart, "date", system)), str(show(self.tstop, "date", system))


def span_of(start: Any, stop: Any, archive: ArchiveReader) -> Span:
    """Return the span of a fetch.

    Parameters
    ----------
    start, stop : any accepted time, or None
        None as start is the archive's first sample, None as stop is now.
    archive : ArchiveReader
        Gives the time system and the first sample.

    Raises
    ------
    TimeFormatError
        If one is in no accepted form.
    """
    system = archive.time_system
    current = now() if system == "unix" else float(unix_to_cxcsec(now()))
    if start is None:
        first = archive.first_instant()
        tstart = current if first is None else first
    else:
        tstart = _one_instant(start, system)
    return Span(tstart, current if stop is None else _one_instant(stop, system))


def spans_of(start: Any, stop: Any, archive: ArchiveReader) -> list[Span]:
    """Return the spans of a fetch: the intervals that `start` describes, or the one from `start` to `stop`.

    Parameters
    ----------
    start : any accepted time, None, or intervals
        See `span_of` and `intervals_of`.
    stop : any accepted time, or None
        Ignored where `start` describes intervals.
    archive : ArchiveReader
        Gives the time system and the first sample.

    Raises
    ------
    TimeFormatError, IntervalError
        As from those.
    """
    intervals = intervals_of(start, archive.time_system)
    return [span_of(start, stop, archive)] if intervals is None else intervals


def hull(spans: list[Span], archive: ArchiveReader) -> Span:
    """Return the span from the first start to the last stop; an empty one, now, for no spans at all."""
    if not spans:
        return span_of(_NOW, _NOW, archive)
    return Span(spans[0].tstart, spans[-1].tstop)


def _one_instant(value: Any, system: str) -> float:
    """Seconds of one time."""
    seconds = to_seconds(value, system)
    if not isinstance(seconds, float):
        raise TimeFormatError(
            f"start and stop must be one time each, but got {value!r}; several intervals go into start as pairs"
        )
    return seconds


def intervals_of(start: Any, system: str) -> list[Span] | None:
    """Return the intervals that `start` describes, or None if it is one time.

    Parameters
    ----------
    start : list of pairs, table, or anything else
        Pairs of times; or rows with columns ``datestart`` and ``datestop``, or ``tstart`` and ``tstop``.
    system : str
        The archive's time system.

    Returns
    -------
    list of Span or None
        Sorted by start.

    Raises
    ------
    IntervalError
        If two overlap, one ends before it starts, or a list holds something else than pairs.
    """
    pairs = _pairs(start)
    if pairs is None:
        return None
    spans = sorted(
        (Span(_one_instant(a, system), _one_instant(b, system)) for a, b in pairs), key=lambda s: (s.tstart, s.tstop)
    )
    for span in spans:
        if span.tstop < span.tstart:
            raise IntervalError(
                f"interval ends before it starts: {' to '.join(span.dates(system))}; swap its two times"
            )
    for one, two in zip(spans, spans[1:], strict=False):
        if one.tstop > two.tstart:
            raise IntervalError(
                f"Input intervals overlap: {one.dates(system)} and {two.dates(system)}; join or cut them"
            )
    return spans


def _pairs(start: Any) -> list[tuple[Any, Any]] | None:
    """Pairs of times as given, or None if this is one time."""
    columns = _column_names(start)
    for begin, end in (("datestart", "datestop"), ("tstart", "tstop")):
        if begin in columns and end in columns:
            return list(zip(_items(start[begin]), _items(start[end]), strict=True))
    if not isinstance(start, list | tuple):
        return None
    pairs = [tuple(row) for row in start if _is_row(row) and len(row) >= 2]
    if len(pairs) != len(start):
        raise IntervalError(
            f"a list as start must hold pairs of times, but got {start!r:.200}; give one time, or [(start, stop), ...]"
        )
    return [(row[0], row[1]) for row in pairs]


def _column_names(table: Any) -> tuple[str, ...]:
    """Names of the columns of a table, a structured array or a data frame; none for anything else."""
    names = getattr(table, "colnames", None) or getattr(getattr(table, "dtype", None), "names", None)
    if names is None and hasattr(table, "columns"):
        names = table.columns
    return () if names is None else tuple(str(name) for name in names)


def _is_row(row: Any) -> bool:
    """Whether an item of a list may hold a start and a stop: a pair, or a row of a table."""
    return isinstance(row, list | tuple | np.ndarray | np.void) or hasattr(row, "colnames")


def _items(column: Any) -> list[Any]:
    """The items of a column, each in its own kind of time; a row of a table has one alone."""
    is_scalar = isinstance(column, str | bytes) or not getattr(column, "shape", (1,)) or not hasattr(column, "__len__")
    return [column] if is_scalar else list(column)
