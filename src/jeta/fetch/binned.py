"""Statistics of an MSID: of the samples of each bin whose midpoint lies in the span that was asked for.

What is stored of them is taken from there, the rest worked out from samples; the numbers are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive.recipe import Recipe
from jeta.fetch import badtimes, session
from jeta.fetch.bin_sources import HeldBins, SampledBins, left_out
from jeta.fetch.where import Where
from jeta.statistics import (
    PERCENTILES,
    Width,
    as_attributes,
    bin_numbers,
    counts_of_states,
    percentile_columns,
    width_of,
)
from jeta.statistics.binned import Binned, cut, joined, lacking, united

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jeta.archive import ArchiveReader
    from jeta.archive.output import Rows
    from jeta.fetch.msid import MSID
    from jeta.fetch.query import Span
    from jeta.statistics.binned import Range


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which statistics were asked for.

    Attributes
    ----------
    width : Width
        Of the bins.
    percentiles : dict of str to float, or None
        Column and probability of each; None for those that belong to the width.
    last_bin : bool
        Also the bin that is not over yet.
    where : str, intervals, or None
        Only the samples at these times.
    """

    width: Width
    percentiles: Mapping[str, float] | None = None
    last_bin: bool = False
    where: Any = None

    @classmethod
    def of(cls, stat: str, percentiles: Iterable[float] | None, *, last_bin: bool, where: Any) -> Wanted:
        """Return what the arguments of a fetch ask for.

        Raises
        ------
        StatError, ValuesError
            If there are no such statistics, or percentiles.
        """
        return cls(width_of(stat), None if percentiles is None else percentile_columns(percentiles), last_bin, where)

    def columns_of(self, binned: Binned) -> Binned:
        """Return the columns that were asked for of statistics that have them and maybe more."""
        if self.percentiles is None or binned.counts is not None:
            return binned
        kept = [name for name in binned.columns if name not in PERCENTILES or name in self.percentiles]
        return Binned({name: binned.columns[name] for name in kept})

    def are_stored(self) -> bool:
        """Whether a product has them."""
        if self.width.product is None or self.where is not None:
            return False
        wanted = self.percentiles or {}
        return not wanted or (self.width.product == "daily" and wanted.items() <= PERCENTILES.items())


def fill(dat: MSID, archive: ArchiveReader, spans: list[Span], wanted: Wanted) -> None:
    """Put the statistics of some spans into an object.

    Bins that are not over yet, as far as the archive knows, are left out unless they were asked for: their numbers will change.
    """
    own = [label for label, _ in session.sources()] == ["archive"]
    put(dat, [_of_span(dat, archive, span, wanted, own=own) for span in spans], wanted)


def _of_span(dat: MSID, archive: ArchiveReader, span: Span, wanted: Wanted, *, own: bool) -> Binned:
    """The statistics of one span."""
    kind = HeldBins if dat.entry is not None and dat.entry.on_change else SampledBins
    source = kind(dat, archive, span, wanted, own=own)
    bins = bins_within(span, wanted.width.dt_s, source.known_s, last_bin=wanted.last_bin)
    ranges = [bins] if bins[0] < bins[1] else []
    parts = []
    if ranges and own and source.recipe.is_stored and wanted.are_stored():
        dropped, cut_into = _bins_of_bad_times(dat, archive, wanted.width.dt_s, bins)
        product = str(wanted.width.product)
        found = archive.stored_bins(dat.MSID, product, bins, source.recipe, united(dropped, cut_into))
        parts = [] if found.binned is None else [wanted.columns_of(found.binned)]
        ranges = lacking(found.missing, dropped)
    parts += source.statistics(ranges)
    parts = [part for part in parts if len(part)] or parts[:1] or [source.nothing()]
    return joined(parts)


def of_samples(dat: MSID, rows: Rows, span: Span, wanted: Wanted, until_s: float) -> Binned:
    """Return the statistics of one span, of samples that are at hand: of the bins that are over at `until_s`, seconds."""
    width = wanted.width
    recipe = Recipe(None, on_change=False, system=dat.time_system)
    times = rows.times
    known_s = (float(times[0]), until_s) if len(times) else (math.inf, -math.inf)
    first, stop = bins_within(span, width.dt_s, known_s, last_bin=wanted.last_bin)
    inside = Where(dat, wanted.where).spans(first * float(width.dt_s), stop * float(width.dt_s))
    bads = left_out(dat, times, inside)
    made = recipe.statistics(rows, width.dt_s, spread=width.spread, percentiles=wanted.percentiles, more_bads=bads)
    return made.within([(first, stop)])


def bins_within(span: Span, dt_s: float, known_s: tuple[float, float], *, last_bin: bool) -> Range:
    """Return the bins of a span.

    Parameters
    ----------
    span : Span
        What was asked for.
    dt_s : float
        Width of the bins, s.
    known_s : (float, float)
        From when on and until when the samples are known, seconds; the second before the first for none.
    last_bin : bool
        Also the bin of the end of `known_s`, which is not over yet, if a part of it is inside the span.

    Returns
    -------
    (int, int)
        The bins ``[first, stop)`` whose midpoint is in ``[tstart, tstop)`` and that are over, among those that samples may be
        in.

    Examples
    --------
    >>> from jeta.fetch.query import Span
    >>> bins_within(Span(5.0, 35.0), 10, (0.0, 31.0), last_bin=False)
    (0, 3)
    >>> bins_within(Span(5.1, 32.0), 10, (0.0, 31.0), last_bin=True)
    (1, 4)
    """
    if not (known_s[0] <= known_s[1] and span.tstart < span.tstop):
        return 0, 0
    first, last = bin_numbers(known_s, dt_s).tolist()
    low, high = (_first_midpoint_from(edge, dt_s, first, last + 1) for edge in (span.tstart, span.tstop))
    low, high = max(low, first), min(high, last)
    if last_bin and last * float(dt_s) < span.tstop and (last + 1) * float(dt_s) > span.tstart:
        low, high = min(low, last), last + 1
    return (low, high) if low < high else (0, 0)


def _first_midpoint_from(instant_s: float, dt_s: float, first: int, stop: int) -> int:
    """The first bin whose midpoint is at or after an instant, kept within ``[first, stop]``."""
    # An instant may be infinite, or of a number that no bin has.
    near_s = min(max(instant_s, (first - 1) * float(dt_s)), (stop + 1) * float(dt_s))
    number = math.floor(near_s / dt_s) - 1
    while (number + 0.5) * dt_s < near_s:
        number += 1
    return min(max(number, first), stop)


def _bins_of_bad_times(dat: MSID, archive: ArchiveReader, dt_s: float, bins: Range) -> tuple[list[Range], list[Range]]:
    """Bins that lie in bad times or flags as a whole, and those that one begins or ends in; bad times only if applied."""
    spans = badtimes.applied_spans(dat.MSID, dat.time_system, dat.archive_key)
    flagged = archive.flagged_spans(dat.MSID)
    if flagged is not None:
        spans = flagged if spans is None else spans.union(flagged)
    if spans is None:
        return [], []
    spans = spans.clipped(bins[0] * float(dt_s), bins[1] * float(dt_s)).merged()
    if not len(spans):
        return [], []
    first, last = bin_numbers(spans.tstart, dt_s), bin_numbers(spans.tstop, dt_s)
    # An interval ends with its last instant: a bin that it covers to the end has none after it.
    whole = zip((first + (spans.tstart > first * float(dt_s))).tolist(), last.tolist(), strict=True)
    dropped = cut(whole, *bins)
    touched = cut(zip(first.tolist(), (last + 1).tolist(), strict=True), *bins)
    return dropped, lacking(touched, dropped)


def put(dat: MSID, parts: list[Binned], wanted: Wanted) -> None:
    """Make statistics, of one span or of several end to end, the arrays of an object."""
    columns = [_columns(dat, part) for part in _each_once(parts)]
    together = columns[0]
    if len(columns) > 1:
        together = {name: np.concatenate([part[name] for part in columns]) for name in together}
    attributes = as_attributes(together, wanted.width.dt_s)
    nans = attributes.pop("nans", None)
    dat.nans = nans if nans is not None and nans.any() else None
    dat.colnames = list(attributes)
    for name, array in attributes.items():
        setattr(dat, name, array)


def _each_once(parts: list[Binned]) -> list[Binned]:
    """The same without bins that are in a part before: several spans may touch the one that is not over yet."""
    kept: list[Binned] = []
    after = -(2**62)
    for part in parts:
        kept.append(part.without([(-(2**62), after)]))
        after = max(after, int(part.index[-1]) + 1) if len(part) else after
    return kept


def _columns(dat: MSID, binned: Binned) -> dict[str, Any]:
    """Columns, with the counts of the states that the object has now."""
    if binned.counts is None or binned.texts is None:
        return binned.columns
    dat.vals = binned.texts[binned.columns["val"]] if len(binned.texts) else np.empty(0, "U1")
    counts = counts_of_states(binned.index, binned.counts, binned.texts, dat.state_codes)
    return binned.columns | {"val": dat.vals} | counts
