"""What an archive has of an MSID, and what it lacks: told from its index of time, without reading the samples."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.fetch import names, session
from jeta.fetch.query import Span, span_of
from jeta.intervals import Intervals, to_table
from jeta.times import show

if TYPE_CHECKING:
    from astropy.table import Table
    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader

MISSING_SAMPLES = 3.0
"""A gap is longer than so many times the expected spacing, unless a call says otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What an archive has of one MSID within a span.

    Attributes
    ----------
    msid : str
        Upper-case name.
    tstart, tstop : float
        The span, seconds, half-open.
    rows : int
        Samples in the span.
    cadence_s : float or None
        Expected spacing of samples, seconds, of the telemetry database or else of the samples; None where there is none.
    longest_gap_s : float
        The longest gap, those at the ends of the span included, seconds; 0 where there is none.
    intervals : Intervals
        When there are samples without a gap between them.
    """

    msid: str
    tstart: float
    tstop: float
    rows: int
    cadence_s: float | None
    longest_gap_s: float
    intervals: Intervals
    time_system: str

    @property
    def fraction(self) -> float:
        """The part of the span that is covered, 0 to 1; each sample stands for one cadence, where that is known."""
        length_s = self.tstop - self.tstart
        if length_s <= 0:
            return 0.0
        if self.cadence_s is None:
            return min(1.0, self.intervals.total_s / length_s)
        held = self.intervals.padded(0.0, self.cadence_s).merged().clipped(self.tstart, self.tstop)
        return min(1.0, held.total_s / length_s)

    @property
    def expected_rows(self) -> int | None:
        """How many samples the span would have without gaps; None where no cadence is known."""
        return None if not self.cadence_s else max(0, round((self.tstop - self.tstart) / self.cadence_s))

    @property
    def table(self) -> Table:
        """The intervals as a table: datestart, datestop, duration, tstart, tstop."""
        return to_table(self.intervals, self.time_system)

    def __repr__(self) -> str:
        start, stop = (show(edge, "date", self.time_system) for edge in (self.tstart, self.tstop))
        parts = f"{len(self.intervals)} interval{'' if len(self.intervals) == 1 else 's'}"
        cadence = "" if self.cadence_s is None else f" cadence={self.cadence_s:g} s"
        return f"<Coverage {self.msid} start={start} stop={stop} {self.fraction:.2%} in {parts}, {self.rows} samples{cadence}>"


def coverage(msid: str, start: Any = None, stop: Any = None, longer_than: float | None = None) -> Coverage:
    """Return what the archive has of an MSID.

    Parameters
    ----------
    msid : str
        Name, as for `MSID`; not a computed one.
    start, stop : time, optional
        Half-open span; by default from the first to just after the last sample of the MSID.
    longer_than : float, optional
        Seconds without a sample that make a gap; see `gaps`.

    Returns
    -------
    Coverage
        Samples, cadence, intervals and the fraction covered.

    Raises
    ------
    UnknownMsidError
        If there is no such MSID.
    ValuesError
        If longer_than is not above 0.

    Examples
    --------
    ::

        fetch.coverage("SA_ZATTEST2", "2022:143", "2022:144").fraction
    """
    archive, name = _held(msid)
    span = _span(archive, name, start, stop)
    cadence_s = _cadence_s(archive, name, span)
    rows, first, last = archive.rows_between(name, span.tstart, span.tstop)
    limit_s = _threshold_s(archive, name, cadence_s, longer_than)
    before, after = _gaps(archive, name, span, limit_s)
    if not rows or first is None or last is None:
        lengths, intervals = [span.tstop - span.tstart], Intervals.none()
    else:
        lengths = [*(after - before).tolist(), first - span.tstart, span.tstop - last]
        intervals = Intervals(np.append(first, after), np.append(before, last))
    longest = max((length_s for length_s in lengths if not rows or length_s > limit_s), default=0.0)
    return Coverage(name, span.tstart, span.tstop, rows, cadence_s, longest, intervals, archive.time_system)


def gaps(msid: str, start: Any = None, stop: Any = None, longer_than: float | None = None) -> Table:
    """Return when the archive has no samples of an MSID.

    Parameters
    ----------
    msid : str
        Name, as for `MSID`; not a computed one.
    start, stop : time, optional
        Half-open span. Where given, the time from there to the first sample, and from the last sample to there, counts as a
        gap if it is long enough. By default from the first to the last sample of the MSID.
    longer_than : float, optional
        Seconds without a sample that make a gap; by default three times the cadence, which the telemetry database gives or
        else the samples. An MSID that is sent only when it changes has no gaps by default.

    Returns
    -------
    astropy.table.Table
        Columns datestart, datestop (str), duration, tstart, tstop (float64, seconds): from the sample before to the one
        after each gap.

    Raises
    ------
    UnknownMsidError
        If there is no such MSID.
    ValuesError
        If longer_than is not above 0.

    Examples
    --------
    ::

        fetch.gaps("SA_ZATTEST2", "2022:143", "2022:144", longer_than=60)
    """
    archive, name = _held(msid)
    span = _span(archive, name, start, stop)
    limit_s = _threshold_s(archive, name, _cadence_s(archive, name, span), longer_than)
    before, after = _gaps(archive, name, span, limit_s)
    rows, first, last = archive.rows_between(name, span.tstart, span.tstop)
    if not rows or first is None or last is None:
        # Without samples the whole of a span that was asked for is a gap; without a limit there can be none.
        edges = [(span.tstart, span.tstop)] if (start is not None or stop is not None) else []
    else:
        edges = [(span.tstart, first)] if start is not None else []
        edges += [(last, span.tstop)] if stop is not None else []
    found = [(low, high) for low, high in edges if high - low > limit_s]
    lows = np.concatenate([before, [low for low, _ in found]])
    highs = np.concatenate([after, [high for _, high in found]])
    order = np.argsort(lows, kind="stable")
    return to_table(Intervals(lows[order], highs[order]), archive.time_system)


def _held(msid: str) -> tuple[ArchiveReader, str]:
    """The archive in use, and the name in it."""
    archive = session.current_archive()
    return archive, names.find_stored(msid, archive).MSID


def _span(archive: ArchiveReader, name: str, start: Any, stop: Any) -> Span:
    """The span of a request: by default that of the samples, the last one included."""
    own = archive.time_range(name)
    if own is None:
        return span_of("+0" if start is None else start, stop, archive)
    begin = own[0] if start is None else start
    return span_of(begin, float(np.nextafter(own[1], np.inf)) if stop is None else stop, archive)


def _cadence_s(archive: ArchiveReader, name: str, span: Span) -> float | None:
    """The expected spacing of samples."""
    entry = archive.tdb().get(name)
    if entry is not None and (entry.cadence_s is not None or entry.on_change):
        return entry.cadence_s
    own = archive.spacing(name, span.tstart, span.tstop)
    # A span without samples tells nothing; the others of the MSID do.
    return archive.spacing(name, -np.inf, np.inf) if own is None else own


def _threshold_s(archive: ArchiveReader, name: str, cadence_s: float | None, longer_than: float | None) -> float:
    """Seconds beyond which a spacing is a gap; infinite where nothing says what to expect."""
    if longer_than is not None:
        if not (isinstance(longer_than, Real) and longer_than > 0):
            raise ValuesError(f"longer_than must be a number of seconds above 0, but is {longer_than!r}")
        return float(longer_than)
    entry = archive.tdb().get(name)
    if not cadence_s or (entry is not None and entry.on_change):
        return np.inf
    return MISSING_SAMPLES * cadence_s


def _gaps(
    archive: ArchiveReader, name: str, span: Span, limit_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The samples before and after each gap between samples."""
    if np.isinf(limit_s):
        return np.empty(0), np.empty(0)
    return archive.gaps_longer_than(name, span.tstart, span.tstop, limit_s)
