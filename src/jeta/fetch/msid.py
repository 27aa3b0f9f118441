"""`MSID` and `Msid`: the samples of one telemetry channel over a span of time, fetched when the object is made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from jeta.errors import StatError, ValuesError
from jeta.fetch import names, session
from jeta.fetch.lineage import note
from jeta.fetch.loading import load
from jeta.fetch.query import Span, bin_start, hull, intervals_of, span_of
from jeta.fetch.series import Series
from jeta.fetch.systems import system_of
from jeta.units import Units, can_convert, convert_columns, label_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.archive import ArchiveReader
    from jeta.fetch.binned import Wanted

STATS_DT = {"5min": 328, "daily": 86400}
"""Width of the bins of each kind of statistics that is stored, seconds."""


class MSID(Series):
    """The samples of one MSID.

    Parameters
    ----------
    msid : str
        Name in any case, or a pattern that matches one; also the name of a computed MSID.
    start : time, or intervals, optional
        Start of the span, itself inside, in any form that `jeta.times` accepts; by default the archive's first sample. Or
        several intervals, which are fetched one after another: pairs of times, or a table with columns ``datestart`` and
        ``datestop``, or ``tstart`` and ``tstop``.
    stop : time, optional
        Stop of the span, itself outside; by default now.
    filter_bad : bool
        Leave bad samples out.
    stat : {None, '5min', 'daily'} or str
        Which statistics to fetch instead of samples: of bins of 328 s, or of 86400 s; or of any width, as in ``'1h'``, ``'30d'``
        or ``'90s'`` (units s, min, h, d, w). Bins are multiples of their width, in the seconds of the archive.
    bracket : bool
        Also fetch the last sample before the span and the first at or after its stop.
    last_bin : bool
        Of statistics, also the bin that is not over yet, of the samples that are there.
    where : str, list of pairs, or table, optional
        Statistics of the samples at these times only, both ends included: an expression over MSIDs, such as
        ``"SA_MODE == 'FINE' & SA_TEMP > 20"``, or intervals, as `select_intervals` takes them.
    percentiles : iterable of float, optional
        Which percentiles to give, in percent, in place of those of the statistic: 99.9 is `p99_9s`.

    Attributes
    ----------
    msid, MSID : str
        The name as typed, and in upper case.
    times : float64 array, shape (rows,)
        Seconds in the archive's time system; midpoints of bins for statistics.
    vals : array, shape (rows,)
        Numbers, booleans or texts; for statistics of numbers the means.
    bads : bool array, shape (rows,), or None
        True for bad samples; None once they have been left out, and for statistics.
    alarms : int16 array, shape (rows,), or None
        The source's alarm status of each sample; None where it is 0 throughout.
    tstart, tstop : float
        The span asked for, in seconds; `datestart` and `datestop` are the same as dates.
    unit : str or None
        Unit of the values, in the unit system of the module.
    units : Units
        The unit system.
    dt : int or float
        Width of a bin in seconds; only for statistics.
    nans : int32 array, shape (rows,), or None
        Of statistics, how many samples of each bin are no number, and left out of all else; None where none is.
    colnames : list of str
        Names of the array attributes.
    data_source : dict
        Which source gave what, see `fetch.data_source`.

    Raises
    ------
    UnknownMsidError
        If there is no such MSID; also a `ValueError` and a `KeyError`.
    AmbiguousMsidError
        If a pattern matches more than one; also a `ValueError`.
    TimeFormatError, IntervalError
        If start or stop cannot be understood; also a `ValueError`.
    StatError
        If `stat` is something else; also a `ValueError` and a `KeyError`.
    ArchiveNotFoundError
        If no archive is in use.

    Notes
    -----
    A span without samples, or one that ends before it starts, gives an object of length 0.

    Examples
    --------
    ::

        dat = fetch.MSID("SA_ZATTEST2", "2022:143:00:36:00", "2022:143:00:37:00")
        dat.times, dat.vals
    """

    def __init__(  # noqa: PLR0913 - the ancestors' arguments, and a few by keyword
        self,
        msid: str,
        start: Any = None,
        stop: Any = None,
        filter_bad: bool = False,
        stat: str | None = None,
        *,
        bracket: bool = False,
        last_bin: bool = False,
        where: Any = None,
        percentiles: Iterable[float] | None = None,
    ) -> None:
        load()
        binning = check_stat(stat, bracket=bracket, last_bin=last_bin, where=where, percentiles=percentiles)
        archive = session.archive_for_fetch()
        found = names.find_one(msid, archive)
        self.msid, self.MSID, self.stat = found.msid, found.MSID, stat
        note(self.MSID)
        self.units = Units(system_of(self.fetch))
        self.data_source = {}
        self.archive_key, self.time_system = session.key_of(archive), archive.time_system
        self.entry = found.entry
        self._vals = self._codes = self._counts = self.alarms = self.bads = None
        self._states = []
        intervals = intervals_of(start, archive.time_system)
        spans = intervals
        if spans is None:
            spans = [span_of(self._first(archive) if start is None else start, stop, archive)]
        self._set_span(hull(spans, archive))
        if binning is not None:
            self.dt = binning.width.dt_s
            if start is None:
                # The midpoint of the first bin may come before the first sample in it.
                spans = [Span(bin_start(spans[0].tstart, self.dt), spans[0].tstop)]
        # No intervals at all still give arrays, empty ones, of the right types.
        wanted = spans or [Span(0.0, 0.0)]
        if found.computed is not None:
            _refuse_bracket(found, bracket=bracket)
            from jeta.fetch import from_computed  # noqa: PLC0415 - not needed to import fetch

            from_computed.fill(self, found.computed, wanted, binning)
        else:
            self._fill(archive, wanted, binning, bracket=bracket)
            if intervals is not None:
                self.data_source = {}
        self._finish(filter_bad=filter_bad)

    def _first(self, archive: ArchiveReader) -> float | None:
        """The archive's first sample; no later than that of this MSID, should the archive remember it wrong."""
        own = archive.time_range(self.MSID)
        known = [first for first in (archive.first_instant(), None if own is None else own[0]) if first is not None]
        known += [span[0] for source in names.others() if (span := source.time_range(self.MSID, archive.time_system))]
        if not known and names.others():
            raise ValuesError(
                f"start of {self.MSID} is None, and no source in use tells its first sample; give a start"
            )
        return min(known, default=None)

    def _set_span(self, span: Span) -> None:
        """Take the span that was asked for."""
        self.tstart, self.tstop = span.tstart, span.tstop
        self.datestart, self.datestop = span.dates(self.time_system)

    def _fill(self, archive: ArchiveReader, spans: list[Span], binning: Wanted | None, *, bracket: bool) -> None:
        """Read the samples, or the statistics, and convert them."""
        if binning is None:
            from jeta.fetch import reading  # noqa: PLC0415 - as above

            self.colnames = ["vals", "times", "bads"]
            samples, self.data_source = reading.read(self.MSID, spans, archive, self.entry, bracket=bracket)
            self.set_samples(samples)
        else:
            from jeta.fetch import binned  # noqa: PLC0415 - as above

            binned.fill(self, archive, spans, binning)
        if self.entry is None:
            self.entry = names.entry_of_others(self.MSID)
        self._convert()

    def _convert(self) -> None:
        """Convert what was read to the unit system."""
        entry = self.entry
        stored = None if entry is None else entry.unit
        label = None if entry is None else label_in(self.units["system"], stored, dict(entry.units))
        self.unit = label
        if label == stored or self._codes is not None:
            return
        columns = {name: getattr(self, name) for name in self.colnames}
        if not can_convert(stored, label):
            # convert_columns says so and leaves the values as they are; so must their unit be.
            self.unit = stored
        counts = self._counts
        for name, values in convert_columns(columns, stored, label).items():
            if values is not columns[name]:
                setattr(self, name, values)
        self._counts = counts

    def _finish(self, *, filter_bad: bool) -> None:
        """Apply what holds for every fetch."""
        from jeta.fetch import badtimes, data_gap  # noqa: PLC0415 - as above

        if self.stat is None:
            badtimes.mark_bad_times(self)
        data_gap.cut_as_environment_says(self)
        if filter_bad:
            self.filter_bad()


class Msid(MSID):
    """An `MSID` without its bad samples: the same with ``filter_bad=True``."""

    def __init__(  # noqa: PLR0913 - the ancestors' arguments, and a few by keyword
        self,
        msid: str,
        start: Any = None,
        stop: Any = None,
        filter_bad: bool = True,
        stat: str | None = None,
        *,
        bracket: bool = False,
        last_bin: bool = False,
        where: Any = None,
        percentiles: Iterable[float] | None = None,
    ) -> None:
        more: dict[str, Any] = {"last_bin": last_bin, "where": where, "percentiles": percentiles}
        super().__init__(msid, start, stop, filter_bad, stat, bracket=bracket, **more)


def check_stat(
    stat: str | None,
    *,
    bracket: bool = False,
    last_bin: bool = False,
    where: Any = None,
    percentiles: Iterable[float] | None = None,
) -> Wanted | None:
    """Return which statistics the arguments of a fetch ask for, None for samples.

    Raises
    ------
    StatError
        If there are no such statistics, they are asked for together with samples at the edges, or samples are asked for
        with what only statistics have.
    ValuesError
        If `percentiles` are no percentiles.
    """
    if stat is None:
        given = {"last_bin": last_bin or None, "where": where, "percentiles": percentiles}
        for name, value in given.items():
            if value is not None:
                raise StatError(
                    f"{name}={value!r} is for statistics, but stat is None: give stat='daily', '5min' or a width such as '1h'"
                )
        return None
    from jeta.fetch.binned import Wanted  # noqa: PLC0415 - not needed to import fetch

    if bracket:
        raise StatError(
            f"bracket=True adds samples at the edges, which stat={stat!r} has none of; leave one of them out"
        )
    return Wanted.of(stat, percentiles, last_bin=last_bin, where=where)


def _refuse_bracket(found: names.Found, *, bracket: bool) -> None:
    """Refuse samples at the edges of what is computed for a span only."""
    if bracket:
        raise ValuesError(
            f"bracket=True cannot be had of {found.MSID!r}, which is computed for the span that is asked for; ask for a longer span"
        )


MSID.fetch = sys.modules["jeta.fetch"]
