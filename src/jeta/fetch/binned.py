"""Statistics of an MSID: of the samples of each bin whose midpoint lies in the span that was asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.fetch import query, reading
from jeta.fetch.query import Span
from jeta.statistics import statistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader
    from jeta.fetch.msid import MSID


def fill(dat: MSID, archive: ArchiveReader, spans: list[Span]) -> None:
    """Put the statistics of some spans into an object.

    Bins that are not over yet, as far as the archive knows, are left out: their numbers would change.
    """
    from jeta.fetch import badtimes  # noqa: PLC0415 - not needed to import fetch

    parts = []
    for span in spans:
        whole = _whole_bins(span, dat.dt)
        samples, origins = reading.read(dat.MSID, [whole], archive, dat.entry, bracket=False)
        more = badtimes.automatic_bads(dat.MSID, samples.times, dat.time_system, dat.archive_key)
        good = ~samples.bads if more is None else ~(samples.bads | more)
        columns = of_samples(dat, samples.times[good], _values(samples)[good])
        until_s = _known_until(dat, archive, origins, samples.times)
        parts.append(within(columns, span, dat.dt, until_s))
    put(dat, parts)


def of_samples(dat: MSID, times: NDArray[np.float64], vals: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return the statistics of good samples, by attribute."""
    return statistics(times, vals, dat.dt, daily=dat.stat == "daily", state_codes=_codes(dat, vals))


def within(columns: dict[str, NDArray[Any]], span: Span, dt: int, until_s: float) -> dict[str, NDArray[Any]]:
    """Return the bins whose midpoint is in ``[tstart, tstop)`` and that are over at `until_s`; arrays that are one stay one."""
    times = columns["times"]
    keep = (times >= span.tstart) & (times < span.tstop) & ((columns["indexes"] + 1.0) * dt <= until_s)
    return _each(columns, lambda array: array[keep])


def put(dat: MSID, parts: list[dict[str, NDArray[Any]]]) -> None:
    """Make statistics, of one span or of several end to end, the arrays of an object."""
    columns = parts[0]
    if len(parts) > 1:
        columns = {name: np.concatenate([part[name] for part in parts]) for name in columns}
        if "means" in columns:
            columns["vals"] = columns["means"]
    dat.colnames = list(columns)
    for name, array in columns.items():
        setattr(dat, name, array)


def _each(columns: dict[str, NDArray[Any]], change: Any) -> dict[str, NDArray[Any]]:
    """Change every array once."""
    changed: dict[int, NDArray[Any]] = {}
    for array in columns.values():
        if id(array) not in changed:
            changed[id(array)] = change(array)
    return {name: changed[id(array)] for name, array in columns.items()}


def _whole_bins(span: Span, dt: int) -> Span:
    """The span of all bins that the span of a request touches."""
    if not span.tstart < span.tstop:
        return Span(span.tstart, span.tstart)
    # An end that is no edge is in a bin, which it touches.
    return Span(query.bin_start(span.tstart, dt), -query.bin_start(-span.tstop, dt))


def _known_until(dat: MSID, archive: ArchiveReader, origins: reading.DataSources, times: NDArray[np.float64]) -> float:
    """Until when all samples are known: the last one of the archive, or, of other sources, now."""
    own = archive.time_range(dat.MSID)
    last = -math.inf if own is None else own[1]
    if set(origins) - {"archive"}:
        last = query.now_s(dat.time_system)
    return max(last, float(times[-1]) if len(times) else -math.inf)


def _values(samples: reading.Sampled) -> NDArray[Any]:
    """Values as users see them."""
    if samples.vals is not None:
        return samples.vals
    codes = np.asarray(samples.codes)
    return samples.texts[codes] if len(samples.texts) else np.empty(len(codes), "U1")


def _codes(dat: MSID, vals: NDArray[Any]) -> list[tuple[int, str]] | None:
    """State codes to count, for texts."""
    if vals.dtype.kind != "U":
        return None
    dat.vals = vals
    return dat.state_codes
