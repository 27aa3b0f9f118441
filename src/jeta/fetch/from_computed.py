"""Filling an `MSID` whose samples no file holds: `jeta.computed` works them out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive.output import Rows
from jeta.computed import compute
from jeta.fetch import lineage, query, systems
from jeta.samples import FLAGGED_BY_SOURCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.computed import ComputedMsid, ComputedResult
    from jeta.fetch.binned import Wanted
    from jeta.fetch.msid import MSID
    from jeta.fetch.query import Span


def fill(dat: MSID, computed: tuple[type[ComputedMsid], list[Any]], spans: list[Span], wanted: Wanted | None) -> None:
    """Put what a class of computed MSIDs gives for some spans, both ends included, into an object.

    Statistics are those of the samples of the span widened by one bin on each side.
    """
    if wanted is None:
        results = [_result(dat, computed, span.tstart, span.tstop) for span in spans]
        dat.unit = results[0].unit
        _put(dat, results)
        return
    from jeta.fetch import binned  # noqa: PLC0415 - not needed to fetch samples

    parts = []
    for span in spans:
        result = _result(dat, computed, span.tstart - dat.dt, span.tstop + dat.dt)
        dat.unit = result.unit
        until_s = _known_until_s(dat, computed, span, result.columns["times"])
        parts.append(binned.of_samples(dat, _rows(result), span, wanted, until_s))
    binned.put(dat, parts, wanted)
    dat.bads = np.zeros(len(dat), bool)


def _known_until_s(
    dat: MSID, computed: tuple[type[ComputedMsid], list[Any]], span: Span, times: NDArray[np.float64]
) -> float:
    """The last of some samples; if its bin is among those asked for, the next one after it, which tells that this one is over."""
    last_s = float(times[-1]) if len(times) else -math.inf
    start_s, width_s = span.tstop + dat.dt, float(dat.dt)
    now_s = query.now_s(dat.time_system)
    # After a gap it may be far away, and nobody but the class knows where.
    while -math.inf < query.bin_start(last_s, dat.dt) < span.tstop and start_s < now_s:
        later = _result(dat, computed, start_s, start_s + width_s).columns["times"]
        later = later[later > last_s]
        if len(later):
            return float(later[0])
        start_s, width_s = start_s + width_s, 2 * width_s
    return last_s


def _rows(result: ComputedResult) -> Rows:
    """What a class gave, as rows of an archive."""
    columns = result.columns
    vals, texts, raws = np.asarray(columns["vals"]), None, None
    if vals.dtype.kind == "U":
        texts, vals = np.unique(vals, return_inverse=True)
        raws = np.full(len(texts), np.nan)
    quality = np.where(columns["bads"], np.uint8(FLAGGED_BY_SOURCE), np.uint8(0))
    return Rows(columns["times"], vals, texts, raws, quality, None)


def _result(dat: MSID, computed: tuple[type[ComputedMsid], list[Any]], start_s: float, stop_s: float) -> ComputedResult:
    """What the class gives for one span."""
    cls, args = computed
    # A class that fetches in engineering units means these, also inside of get_telem(unit_system='sci').
    with systems.as_modules_say(), lineage.noting() as inputs:
        result = compute(cls, systems.modules(), dat.units["system"], start_s, stop_s, dat.msid.lower(), args)
    dat.inputs |= inputs
    return result


def _put(dat: MSID, results: list[ComputedResult]) -> None:
    """Make samples, of one span or of several end to end, the arrays of an object."""
    first = results[0]
    dat.colnames = list(first.columns)
    for name in first.columns:
        arrays = [result.columns[name] for result in results]
        setattr(dat, name, arrays[0] if len(arrays) == 1 else np.concatenate(arrays))
    for name, value in first.attrs.items():
        setattr(dat, name, value)
