"""Statistics worked out from samples: of those that stand for the time around them, and of values that hold until the next."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive.recipe import Recipe
from jeta.fetch import badtimes, query
from jeta.fetch.query import Span
from jeta.fetch.reading import end_to_end
from jeta.fetch.where import Where
from jeta.sources.rows import take
from jeta.statistics import held_columns, held_text_columns
from jeta.statistics.binned import Binned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader
    from jeta.archive.output import Rows
    from jeta.fetch.binned import Wanted
    from jeta.fetch.msid import MSID
    from jeta.fetch.several_sources import Joined
    from jeta.intervals import Intervals
    from jeta.statistics.binned import Range

PORTION_ROWS = 2**22
"""So many samples at a time, and what is made of them on the way, take some 200 MB."""

ROWS_WORTH_A_READ = 2**14
"""Fewer rows are read, and made statistics of, in less time than it takes to begin another read: some milliseconds."""


class SampledBins:
    """Statistics of samples that each stand for the time around them.

    Parameters
    ----------
    dat : MSID
        Whose they are.
    archive : ArchiveReader
        The archive in use.
    span : Span
        What was asked for.
    wanted : Wanted
        Which statistics.
    own : bool
        Whether the archive is the only source in use.
    """

    def __init__(self, dat: MSID, archive: ArchiveReader, span: Span, wanted: Wanted, *, own: bool) -> None:
        self.dat, self.archive, self.span, self.wanted, self.own = dat, archive, span, wanted, own
        self.where = Where(dat, wanted.where)
        self.dt_s = float(wanted.width.dt_s)
        self.recipe = Recipe.of(dat.entry, dat.time_system)
        if not own:
            # What comes out of several sources is calibrated already, each source in its own way.
            self.recipe = replace(self.recipe, calibrations=None)

    @cached_property
    def known_s(self) -> tuple[float, float]:
        """From when on and until when the samples are known, seconds; the second before the first for none."""
        first_s, last_s = self.archive.time_range(self.dat.MSID) or (math.inf, -math.inf)
        if not self.own:
            times, given = self._joined.rows.times, self._joined.given
            if set(given) - {"archive"}:
                last_s = max(last_s, query.now_s(self.dat.time_system))
            if len(times):
                first_s, last_s = min(first_s, float(times[0])), max(last_s, float(times[-1]))
        return first_s, last_s

    @cached_property
    def _joined(self) -> Joined:
        """What all sources have of the bins that the span touches, and the samples on both sides of it."""
        from jeta.fetch.several_sources import SeveralSources  # noqa: PLC0415 - most fetches need the archive alone

        start_s, stop_s = query.bin_start(self.span.tstart, self.dt_s), query.bin_stop(self.span.tstop, self.dt_s)
        whole = Span(start_s, stop_s) if self.span.tstart < self.span.tstop else Span(start_s, start_s)
        return SeveralSources(self.dat.MSID, self.archive, self.dat.entry).read(whole, bracket=self.recipe.on_change)

    def read(self, start_s: float, stop_s: float) -> Rows:
        """Return the rows of ``[start_s, stop_s)``."""
        if self.own:
            return self.archive.read(self.dat.MSID, start_s, stop_s)
        rows = self._joined.rows
        return take(rows, (rows.times >= start_s) & (rows.times < stop_s))

    def statistics(self, ranges: list[Range]) -> Iterator[Binned]:
        """Give the statistics of some bins, in ranges that are sorted and disjoint, in portions in order of time."""
        for group in self._groups(ranges):
            for first, stop in self._portions((group[0][0], group[-1][1])):
                start_s, stop_s = first * self.dt_s, stop * self.dt_s
                made = self._of(self.read(start_s, stop_s), start_s, stop_s)
                yield made if len(group) == 1 else made.within(group)

    def nothing(self) -> Binned:
        """Return the statistics of no bin."""
        return self._of(self.read(0.0, 0.0), 0.0, 0.0)

    def _groups(self, ranges: list[Range]) -> list[list[Range]]:
        """The same ranges, those in one group that are so close to each other that they are best read as one."""
        groups = [ranges[:1]] if ranges else []
        if len(ranges) > 1:
            first, stop = ranges[0][0], ranges[-1][1]
            rows = self.archive.rows_between(self.dat.MSID, first * self.dt_s, stop * self.dt_s).rows
            for each in ranges[1:]:
                if (each[0] - groups[-1][-1][1]) * rows <= ROWS_WORTH_A_READ * (stop - first):
                    groups[-1].append(each)
                else:
                    groups.append([each])
        return groups

    def _portions(self, bins: Range) -> Sequence[Range]:
        """The same bins in portions of no more samples than fit into memory well."""
        first, stop = bins
        if not self.own:
            return [bins]
        rows = self.archive.rows_between(self.dat.MSID, first * self.dt_s, stop * self.dt_s).rows
        parts = max(1, min(-(-rows // PORTION_ROWS), stop - first))
        edges = np.linspace(first, stop, parts + 1).astype(np.int64).tolist()
        return list(zip(edges, edges[1:], strict=False))

    def _of(self, rows: Rows, start_s: float, stop_s: float) -> Binned:
        """The statistics of some rows."""
        width, percentiles = self.wanted.width, self.wanted.percentiles
        inside = self.where.spans(start_s, stop_s) if len(rows.times) else None
        bads = left_out(self.dat, rows.times, inside)
        return self.recipe.statistics(rows, width.dt_s, spread=width.spread, percentiles=percentiles, more_bads=bads)


def left_out(dat: MSID, times: NDArray[np.float64], inside: Intervals | None) -> NDArray[np.bool_] | None:
    """Return which samples are of bad times, if these are applied, or outside of the times that count; None for none."""
    bads = badtimes.automatic_bads(dat.MSID, times, dat.time_system, dat.archive_key)
    if inside is None:
        return bads
    outside = ~inside.contains(times)
    return outside if bads is None else bads | outside


class HeldBins(SampledBins):
    """Statistics of values that hold until the next, see `SampledBins`."""

    @cached_property
    def known_s(self) -> tuple[float, float]:
        """From when on and until when values are known: the last one holds to the end of the bins asked for, or until now."""
        first_s, last_s = super().known_s
        if first_s > last_s:
            return first_s, last_s
        return first_s, max(last_s, min(query.bin_stop(self.span.tstop, self.dt_s), query.now_s(self.dat.time_system)))

    def _portions(self, bins: Range) -> Sequence[Range]:
        """All at once: what is sent only when it changes is little."""
        return [bins]

    def _of(self, rows: Rows, start_s: float, stop_s: float) -> Binned:
        """The statistics of some rows, and of the value that holds when they begin."""
        bins = round(start_s / self.dt_s), round(stop_s / self.dt_s)
        good = self._good(rows)
        if bins[0] < bins[1]:
            before = self._good_before(start_s)
            if before is not None:
                good = end_to_end([before, good])
        inside = self.where.spans(start_s, stop_s) if len(good.times) else None
        return self._held(good, min(stop_s, self.known_s[1]), inside).within([bins])

    def _good(self, rows: Rows) -> Rows:
        """The values of the samples that say something, as users see them."""
        return self.recipe.good(rows, left_out(self.dat, rows.times, None))

    def _good_before(self, instant_s: float) -> Rows | None:
        """The last sample before an instant that says something, just before it; None if there is none."""
        last_s = self._last_before(instant_s)
        reach_s = 0.0
        while last_s is not None:
            rows = self._good(self.read(last_s - reach_s, instant_s))
            if rows.values.dtype.kind == "f":
                rows = take(rows, ~np.isnan(rows.values))
            if len(rows.times):
                # Only its value matters, and bins before this one shall not be worked out.
                last = take(rows, np.arange(len(rows.times)) == len(rows.times) - 1)
                return replace(last, times=np.array([math.nextafter(instant_s, -math.inf)]))
            if last_s - reach_s <= self.known_s[0]:
                return None
            reach_s = max(2 * reach_s, instant_s - last_s, self.dt_s)
        return None

    def _last_before(self, instant_s: float) -> float | None:
        """The last sample before an instant, good or not."""
        if self.own:
            return self.archive.instant_before(self.dat.MSID, instant_s)
        times = self._joined.rows.times
        row = int(np.searchsorted(times, instant_s, "left")) - 1
        return float(times[row]) if row >= 0 else None

    def _held(self, rows: Rows, until_s: float, inside: Intervals | None) -> Binned:
        """The statistics of values that hold."""
        width, percentiles = self.wanted.width, self.wanted.percentiles
        spans = None if inside is None else (inside.tstart, inside.tstop)
        if rows.texts is not None:
            return Binned(
                *held_text_columns(rows.times, rows.values, rows.texts, width.dt_s, until_s=until_s, inside=spans)
            )
        columns = held_columns(
            rows.times,
            rows.values,
            width.dt_s,
            until_s=until_s,
            daily=width.spread,
            percentiles=percentiles,
            inside=spans,
        )
        return Binned(columns)
