"""What a fetch asks for: a span of time, or several, in seconds of the archive's time system."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    current = now_s(system)
    if start is None:
        first = archive.first_instant()
        tstart = current if first is None else first
    else:
        tstart = one_instant(start, system)
    return Span(tstart, current if stop is None else one_instant(stop, system))


def bin_start(instant_s: float, dt_s: float) -> float:
    """Return the start of the bin of a statistic in which an instant lies; an infinite one stays as it is."""
    return instant_s if math.isinf(instant_s) else math.floor(instant_s / dt_s) * float(dt_s)


def bin_stop(instant_s: float, dt_s: float) -> float:
    """Return the stop of the last bin of a statistic that begins before an instant; an infinite one stays as it is."""
    return -bin_start(-instant_s, dt_s)


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


def now_s(system: str) -> float:
    """Return the current time in seconds of a time system."""
    return now() if system == "unix" else float(unix_to_cxcsec(now()))


def one_instant(value: Any, system: str) -> float:
    """Return the seconds of one time.

    Raises
    ------
    TimeFormatError
        If this is several, or in no accepted form.
    """
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
    if start is None or isinstance(start, str | float | int):
        return None
    from jeta.intervals import pairs_of, read_intervals  # noqa: PLC0415 - most fetches are of one span

    pairs = pairs_of(start)
    if pairs is None:
        return None
    found = read_intervals(pairs, system)
    spans = [Span(low, high) for low, high in sorted(found)]
    for one, two in zip(spans, spans[1:], strict=False):
        if one.tstop > two.tstart:
            raise IntervalError(
                f"Input intervals overlap: {one.dates(system)} and {two.dates(system)}; join or cut them"
            )
    return spans
