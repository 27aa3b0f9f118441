"""Filling an `MSID` whose samples no file holds: `jeta.computed` works them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.computed import compute
from jeta.fetch import binned, systems
from jeta.fetch.msid import STATS_DT

if TYPE_CHECKING:
    from jeta.computed import ComputedMsid, ComputedResult
    from jeta.fetch.msid import MSID
    from jeta.fetch.query import Span


def fill(dat: MSID, computed: tuple[type[ComputedMsid], list[Any]], spans: list[Span]) -> None:
    """Put what a class of computed MSIDs gives for some spans, both ends included, into an object.

    Statistics are those of the samples of the span widened by one bin on each side.
    """
    if dat.stat is None:
        results = [_result(dat, computed, span.tstart, span.tstop) for span in spans]
        dat.unit = results[0].unit
        _put(dat, results)
        return
    dat.dt = STATS_DT[dat.stat]
    parts = []
    for span in spans:
        result = _result(dat, computed, span.tstart - dat.dt, span.tstop + dat.dt)
        dat.unit = result.unit
        good = ~np.asarray(result.columns["bads"])
        columns = binned.of_samples(dat, result.columns["times"][good], np.asarray(result.columns["vals"])[good])
        times = result.columns["times"]
        parts.append(binned.within(columns, span, dat.dt, float(times[-1]) if len(times) else -np.inf))
    binned.put(dat, parts)
    dat.bads = np.zeros(len(dat), bool)


def _result(dat: MSID, computed: tuple[type[ComputedMsid], list[Any]], start_s: float, stop_s: float) -> ComputedResult:
    """What the class gives for one span."""
    cls, args = computed
    # A class that fetches in engineering units means these, also inside of get_telem(unit_system='sci').
    with systems.as_modules_say():
        return compute(cls, systems.modules(), dat.units["system"], start_s, stop_s, dat.msid.lower(), args)


def _put(dat: MSID, results: list[ComputedResult]) -> None:
    """Make samples, of one span or of several end to end, the arrays of an object."""
    first = results[0]
    dat.colnames = list(first.columns)
    for name in first.columns:
        arrays = [result.columns[name] for result in results]
        setattr(dat, name, arrays[0] if len(arrays) == 1 else np.concatenate(arrays))
    for name, value in first.attrs.items():
        setattr(dat, name, value)
