"""Samples out of several sources: the first that knows the MSID gives what it has, the next ones what is lacking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive.flags import marked
from jeta.archive.recipe import calibrated
from jeta.errors import SourceError, UnknownMsidError
from jeta.fetch import reading
from jeta.fetch.query import Span
from jeta.logs import logger
from jeta.sources import data_source, drop_second_half, fill, missing_spans
from jeta.sources.rows import no_rows, take
from jeta.units import convert_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader
    from jeta.archive.output import Rows
    from jeta.sources import Selected
    from jeta.tdb import Entry

_log = logger(__name__)


@dataclass(slots=True)
class Joined:
    """What several sources gave of one span.

    Attributes
    ----------
    rows : Rows
        All of it, in order of time, as values: calibrated, and in the unit of the telemetry database.
    given : dict of str to float64 array
        Instants of what each source gave.
    """

    rows: Rows
    given: dict[str, NDArray[np.float64]] = field(default_factory=dict)


class SeveralSources:
    """Reads one MSID out of the sources in use.

    Parameters
    ----------
    name : str
        Exact upper-case name.
    archive : ArchiveReader
        The archive in use, for where it is among the sources.
    entry : Entry or None
        What its telemetry database says of the MSID.
    """

    def __init__(self, name: str, archive: ArchiveReader, entry: Entry | None) -> None:
        self.name, self.archive, self.entry = name, archive, entry
        self.system = archive.time_system
        self._units: dict[str, str | None] = {}

    def read(self, span: Span, *, bracket: bool) -> Joined:
        """Return the rows of a span.

        Parameters
        ----------
        span : Span
            Half-open span.
        bracket : bool
            Also the sample before and the one after: the nearest that any source has.

        Raises
        ------
        UnknownMsidError
            If no source knows the MSID.
        """
        joined: Joined | None = None
        unknown: UnknownMsidError | None = None
        for selected in data_source.selected():
            if selected.name == "test-drop-half":
                joined = _halved(joined)
                continue
            if not self._may_have(selected):
                continue
            try:
                joined = self._add(joined, selected, span)
            except UnknownMsidError as err:
                # Some sources can tell only by reading whether they know an MSID.
                unknown = err
        if joined is None and unknown is not None:
            raise unknown
        joined = joined or Joined(no_rows())
        return self._with_edges(joined, span) if bracket and span.tstart <= span.tstop else joined

    def _may_have(self, selected: Selected) -> bool:
        """Whether a source may have the MSID; one without an object is the archive."""
        return self.name in self.archive if selected.source is None else selected.source.knows(self.name)

    def _add(self, joined: Joined | None, selected: Selected, span: Span) -> Joined:
        """What there is, and what one more source adds; nobody is asked where nothing is lacking."""
        if joined is None:
            rows = self._rows_of(selected, span.tstart, span.tstop)
            return Joined(rows, {selected.name: rows.times})
        joined.given[selected.name] = np.empty(0)
        if missing_spans(joined.rows.times, span.tstart, span.tstop):
            joined.rows, added = fill(
                joined.rows, lambda low, high: self._rows_of(selected, low, high), span.tstart, span.tstop
            )
            joined.given[selected.name] = np.empty(0) if added is None else added.times
        return joined

    def _rows_of(self, selected: Selected, start_s: float, stop_s: float, *, bracket: bool = False) -> Rows:
        """What one source has, as values in the unit of the telemetry database."""
        source, calibrations = selected.source, None if self.entry is None else self.entry.calibrations
        if source is None:
            rows = reading.read_archive(self.archive, self.name, Span(start_s, stop_s), bracket=bracket)
        else:
            rows = source.read(self.name, start_s, stop_s, self.system, bracket=bracket)
            # A person's flag is for the MSID at a time, whoever gives its samples.
            rows = marked(rows, self.archive.flagged_spans(self.name))
        if calibrations is not None and (source is None or source.gives_counts):
            return calibrated(rows, calibrations, self.system)
        return rows if source is None or not len(rows.times) else self._in_unit(rows, selected)

    def _in_unit(self, rows: Rows, selected: Selected) -> Rows:
        """Numbers of another source in the unit in which the archive has them, where both are known."""
        stored = None if self.entry is None else self.entry.unit
        if stored is None or rows.texts is not None:
            return rows
        if selected.name not in self._units:
            self._units[selected.name] = self._unit_of(selected)
        given = self._units[selected.name]
        return rows if given is None else reading.with_values(rows, convert_units(rows.values, given, stored))

    def _unit_of(self, selected: Selected) -> str | None:
        """The unit in which a source gives the MSID, as far as it tells."""
        if selected.source is None:
            return None
        try:
            known = selected.source.entry(self.name)
        except SourceError as err:
            _log.warning(
                "the unit of %s in %s is not known, and taken for that of the archive: %s",
                self.name,
                selected.name,
                err,
            )
            return None
        return None if known is None else known.unit

    def _with_edges(self, joined: Joined, span: Span) -> Joined:
        """The same with the nearest sample before the span and the nearest one after it, of all sources."""
        before, after = no_rows(), no_rows()
        for selected in data_source.selected():
            if selected.name == "test-drop-half" or not self._may_have(selected):
                continue
            try:
                # A span of no length would not be asked for.
                rows = self._rows_of(
                    selected, span.tstart, max(span.tstop, np.nextafter(span.tstart, np.inf)), bracket=True
                )
            except UnknownMsidError:
                continue
            low, high = take(rows, rows.times < span.tstart), take(rows, rows.times >= span.tstop)
            # A span of no length was asked for as a little more, which may bring one sample too many.
            low, high = take(low, low.times == low.times[-1:]), take(high, high.times == high.times[:1])
            if len(low.times) and (not len(before.times) or low.times[-1] > before.times[-1]):
                before = low
            if len(high.times) and (not len(after.times) or high.times[0] < after.times[0]):
                after = high
        joined.rows = reading.end_to_end([part for part in (before, joined.rows, after) if len(part.times)])
        return joined


def _halved(joined: Joined | None) -> Joined:
    """The first half of what there is: the test aid of the ancestors."""
    if joined is None:
        return Joined(no_rows())
    rows = drop_second_half(joined.rows)
    last_s = rows.times[-1] if len(rows.times) else -np.inf
    return Joined(rows, {name: times[times <= last_s] for name, times in joined.given.items()})
