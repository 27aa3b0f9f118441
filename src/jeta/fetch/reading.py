"""From an MSID's name and a span to arrays: out of the archive, out of the other sources in use, or out of several joined."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive.recipe import flagged
from jeta.fetch import session
from jeta.times import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader
    from jeta.archive.output import Rows
    from jeta.fetch.query import Span
    from jeta.tdb import Entry


@dataclass(slots=True)
class Sampled:
    """Samples of one MSID, as `Series` holds them.

    Attributes
    ----------
    times : float64 array, shape (rows,)
        Seconds.
    vals : array, shape (rows,), or None
        Values, unless `codes` holds them.
    codes, texts : array or None
        Codes into texts.
    counts : array, shape (rows,), or None
        Raw counts where a calibration made the values.
    states : list of (int, str)
        Raw count and text of the states that these samples have, as the source sent them; sorted by count.
    bads : bool array, shape (rows,)
        Which samples are flagged as bad.
    alarms : int16 array, shape (rows,), or None
        The source's alarm status; None where it is 0 throughout.
    """

    times: NDArray[np.float64]
    vals: NDArray[Any] | None
    codes: NDArray[Any] | None
    texts: NDArray[np.str_]
    counts: NDArray[Any] | None
    states: list[tuple[int, str]]
    bads: NDArray[np.bool_]
    alarms: NDArray[np.int16] | None


class DataSources(dict[str, dict[str, Any]]):
    """What `MSID.data_source` is: sources with the span of what each gave; ``'cxc'`` is another name of the archive."""

    def __missing__(self, name: str) -> dict[str, Any]:
        if name == "cxc" and "archive" in self:
            return self["archive"]
        raise KeyError(name)


def read(
    name: str, spans: Sequence[Span], archive: ArchiveReader, entry: Entry | None, *, bracket: bool
) -> tuple[Sampled, DataSources]:
    """Return the samples of some spans, out of all sources in use that know the MSID.

    Parameters
    ----------
    name : str
        Exact upper-case name.
    spans : sequence of Span
        Half-open spans, in order of time; at least one.
    archive : ArchiveReader
        The archive in use.
    entry : Entry or None
        What the telemetry database says of the MSID.
    bracket : bool
        Also the sample before and the one after each span.

    Returns
    -------
    samples : Sampled
        The samples.
    origins : DataSources
        What each source gave; empty for several spans.
    """
    in_use = session.sources()
    if [label for label, _ in in_use] == ["archive"]:
        parts = _apart([read_archive(archive, name, span, bracket=bracket) for span in spans], bracket=bracket)
        origins = DataSources(archive=_extent(parts[0].times, archive.time_system))
    else:
        from jeta.fetch.several_sources import SeveralSources  # noqa: PLC0415 - most fetches need the archive alone

        sources = SeveralSources(name, archive, entry)
        joined = [sources.read(span, bracket=bracket) for span in spans]
        parts = _apart([each.rows for each in joined], bracket=bracket)
        origins = DataSources({label: _extent(times, archive.time_system) for label, times in joined[0].given.items()})
        # What came out of several sources is calibrated already, each source in its own way.
        entry = None
    return sampled(parts, entry, archive.time_system), origins if len(spans) == 1 else DataSources()


def _apart(parts: list[Rows], *, bracket: bool) -> list[Rows]:
    """Rows of several spans without those that the bracket of one has in common with the span before."""
    if not bracket or len(parts) == 1:
        return parts
    from jeta.sources.rows import take  # noqa: PLC0415 - few fetches need it

    last_s = -math.inf
    kept = []
    for part in parts:
        kept.append(take(part, part.times > last_s))
        last_s = max(last_s, float(part.times[-1]) if len(part.times) else -math.inf)
    return kept


def _extent(times: NDArray[np.float64], system: str) -> dict[str, Any]:
    """First and last instant as dates; nothing for no samples."""
    if len(times) == 0:
        return {}
    first, last = (str(show(float(times[at]), "date", system)) for at in (0, -1))
    return {"start": first, "stop": last}


def read_archive(archive: ArchiveReader, name: str, span: Span, *, bracket: bool) -> Rows:
    """Return the rows of a span, with the sample before and the one after where `bracket` is set."""
    if not bracket or span.tstart > span.tstop:
        return archive.read(name, span.tstart, span.tstop)
    before = archive.instant_before(name, span.tstart)
    after = archive.instant_at_or_after(name, span.tstop)
    start_s = span.tstart if before is None else before
    return archive.read(name, start_s, span.tstop if after is None else math.nextafter(after, math.inf))


def sampled(parts: Sequence[Rows], entry: Entry | None, system: str) -> Sampled:
    """Return rows as users see them: texts decoded when asked for, counts calibrated, quality as a flag.

    Parameters
    ----------
    parts : sequence of Rows
        Rows, in order of time.
    entry : Entry or None
        What the telemetry database says of the MSID.
    system : str
        Time system of the rows.
    """
    times = _joined([part.times for part in parts])
    bads = _joined([flagged(part) for part in parts])
    alarms = None
    if any(part.alarm is not None for part in parts):
        alarms = _joined([np.zeros(len(p.times), np.int16) if p.alarm is None else p.alarm for p in parts])
    vals, codes, texts, counts = None, None, np.empty(0, "U1"), None
    if len(parts) == 1 and parts[0].texts is not None:
        codes, texts = parts[0].values, parts[0].texts
    else:
        vals = _joined([_values(part) for part in parts])
        calibrations = None if entry is None else entry.calibrations
        if calibrations is not None and vals.dtype.kind in "iufb":
            counts, vals = vals, calibrations.apply(vals, times, system)
    return Sampled(times, vals, codes, texts, counts, _states(parts), bads, alarms)


def with_values(rows: Rows, values: NDArray[Any]) -> Rows:
    """Return rows with other numbers."""
    return replace(rows, values=values)


def end_to_end(parts: list[Rows]) -> Rows:
    """Return rows that follow on each other as one; none of nothing."""
    from jeta.sources import merge  # noqa: PLC0415 - few fetches need it
    from jeta.sources.rows import no_rows  # noqa: PLC0415 - as above

    everything = [(-math.inf, math.inf)]
    return reduce(lambda one, two: merge(one, two, everything), parts) if parts else no_rows()


def _states(parts: Sequence[Rows]) -> list[tuple[int, str]]:
    """Raw count and text of each state, where that is one to one."""
    pairs = {
        (int(raw), str(text))
        for part in parts
        if part.texts is not None and part.raws is not None
        for text, raw in zip(part.texts, part.raws, strict=True)
        if raw == raw // 1
    }
    counts, texts = {count for count, _ in pairs}, {text for _, text in pairs}
    return sorted(pairs) if len(counts) == len(texts) == len(pairs) else []


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """Arrays end to end; one alone as it is."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _values(rows: Rows) -> NDArray[Any]:
    """Values as users see them."""
    if rows.texts is None:
        return rows.values
    return rows.texts[rows.values] if len(rows.texts) else np.empty(len(rows.values), "U1")
