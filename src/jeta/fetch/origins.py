"""Finding out where the samples of an object came from: files, other sources, or what they were worked out from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ArchiveCorruptError, CatalogError
from jeta.fetch import session
from jeta.fetch.no_archive import NoArchive
from jeta.fetch.provenance import Origin, Provenance
from jeta.logs import logger
from jeta.times import first_tick_at_or_after, show, ticks_to_seconds, to_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader, JetaReader
    from jeta.catalog import Catalog, RecordLog, Stored
    from jeta.fetch.arrays import Arrays
    from jeta.quality import KnownFlag

_log = logger(__name__)

NOT_FROM_A_FILE = "not from a file: added as arrays, or before files were recorded"
"""What is said of samples that no record tells of."""

_MSIDS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class _Samples:
    """Instants of samples, or of bins, of one MSID in one archive.

    Attributes
    ----------
    times : float64 array, shape (rows,)
        Sorted, each once; not empty.
    half_s : float
        Half the width of a bin; 0 for samples.
    """

    msid: str
    archive: ArchiveReader
    times: NDArray[np.float64]
    half_s: float

    @property
    def span_s(self) -> tuple[float, float]:
        """First and last instant that they are made of; a bin has none at its very stop."""
        last_s = float(self.times[-1])
        return float(self.times[0]) - self.half_s, math.nextafter(
            last_s + self.half_s, last_s
        ) if self.half_s else last_s

    def touched(self, starts: NDArray[np.float64], stops: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of some spans, both ends inside, hold any of them."""
        first = np.searchsorted(self.times, starts - self.half_s, side="right" if self.half_s else "left")
        return first < np.searchsorted(self.times, stops + self.half_s, side="right")

    def untold(self, spans: Iterable[tuple[float, float]]) -> list[tuple[int, int]]:
        """Stretches, by first and last row, that no span holds anything of."""
        edges = np.array(sorted(spans), np.float64).reshape(-1, 2)
        latest = np.maximum.accumulate(edges[:, 1])
        at = np.searchsorted(edges[:, 0], self.times + self.half_s, side="left" if self.half_s else "right") - 1
        is_told = (
            (at >= 0) & (latest[at] >= self.times - self.half_s) if len(edges) else np.zeros(len(self.times), bool)
        )
        steps = np.flatnonzero(np.diff(np.r_[True, is_told, True].astype(np.int8)))
        return list(zip(steps[::2].tolist(), (steps[1::2] - 1).tolist(), strict=True))


def provenance_of(series: Arrays) -> Provenance:
    """Return where the samples of an object came from; `jeta.fetch.MSID.provenance` says more.

    Parameters
    ----------
    series : MSID
        The object.
    """
    series.check_seconds()
    times = np.asarray(getattr(series, "times0", series.times), np.float64)
    if not (times[1:] > times[:-1]).all() or not np.isfinite(times[-1:]).all():
        times = np.unique(times[np.isfinite(times)])
    if not len(times):
        return Provenance()
    archive = NoArchive() if series.archive_key is None else session.archive_of(series.archive_key)
    half_s = float(getattr(series, "dt", 0.0)) / 2 if series.stat is not None else 0.0
    samples = _Samples(series.MSID, archive, times, half_s)
    computed_by = _class_of_computed(series.msid)
    if computed_by is not None:
        own = _origin(samples, *samples.span_s, rows=len(series), note=_worked_out(computed_by, series.inputs))
        return Provenance([own, *_of_inputs(series.inputs, samples)])
    elsewhere = _from_elsewhere(samples, series.data_source)
    found = _of_stored(samples, elsewhere)
    parents = _parents(samples)
    return Provenance([*found, *_of_inputs(parents, samples)])


def _class_of_computed(typed: str) -> str | None:
    """Name of the class that computes an MSID, None for those that are stored."""
    from jeta.computed import find  # noqa: PLC0415 - not needed to import fetch

    computed = find(typed)
    return None if computed is None else computed[0].__name__


def _worked_out(how: str, inputs: Iterable[str]) -> str:
    """A note on samples that were worked out."""
    names = sorted(inputs)
    shown = ", ".join(names[:_MSIDS_SHOWN]) + (", ..." if len(names) > _MSIDS_SHOWN else "")
    return f"worked out by {how} from {shown or 'no MSID'}"


def _parents(samples: _Samples) -> list[str]:
    """What a derived parameter, whose samples are stored, was worked out from."""
    if not samples.msid.startswith("DP_"):
        return []
    from jeta.computed import derived_parameters  # noqa: PLC0415 - few MSIDs are derived

    cls = derived_parameters().get(samples.msid)
    return [] if cls is None else [name.upper() for name in cls.rootparams]


def _of_inputs(inputs: Iterable[str], samples: _Samples) -> list[Origin]:
    """Where samples came from that others were worked out from, of the same span; inputs that are not stored are left out."""
    found: list[Origin] = []
    start_s, stop_s = samples.span_s
    for name in sorted(inputs):
        if name not in samples.archive:
            continue
        rows = samples.archive.read(name, start_s, math.nextafter(stop_s, math.inf))
        if len(rows.times):
            found += _of_stored(_Samples(name, samples.archive, np.unique(rows.times), 0.0), [])
    return found


def _from_elsewhere(samples: _Samples, sources: dict[str, dict[str, Any]]) -> list[Origin]:
    """What sources besides the archive gave."""
    system = samples.archive.time_system
    found = []
    for label, extent in sources.items():
        if label != "archive" and extent:
            # Dates are of whole ms.
            first_s, last_s = (float(to_seconds(extent[edge], system)) for edge in ("start", "stop"))
            inside = (samples.times >= first_s - 1e-3) & (samples.times <= last_s + 1e-3)
            if inside.any():
                edges = samples.times[inside][[0, -1]].tolist()
                note = f"not from the archive: from the source {label}"
                found.append(_origin(samples, *edges, rows=int(inside.sum()), note=note))
    return found


def _of_stored(samples: _Samples, elsewhere: list[Origin]) -> list[Origin]:
    """Where samples came from that an archive holds."""
    owner = samples.archive
    if hasattr(owner, "reader_of"):
        owner = owner.reader_of(samples.msid)
    flags = [each for each in owner.flags() if each.undo is None and samples.msid in each.flag.msids]
    found = [*_from_files(samples, owner), *elsewhere]
    for first, last in samples.untold((each.tstart, each.tstop) for each in found):
        edges = samples.times[[first, last]].tolist()
        found.append(_origin(samples, *edges, rows=last - first + 1, note=_why_no_file(samples)))
    found.sort(key=lambda each: (each.tstart, each.commit or 0, each.tstop))
    return [_flagged(each, flags) for each in found] if flags else found


def _why_no_file(samples: _Samples) -> str:
    """What is said of samples that no file brought."""
    parents = _parents(samples)
    return _worked_out("update.derived", parents) if parents else NOT_FROM_A_FILE


def _flagged(origin: Origin, flags: list[KnownFlag]) -> Origin:
    """A stretch with the flags that touch it."""
    touching = tuple(k for k in flags if k.flag.tstart <= origin.tstop and k.flag.tstop > origin.tstart)
    return replace(origin, flags=touching) if touching else origin


def _from_files(samples: _Samples, owner: ArchiveReader) -> list[Origin]:
    """What files brought, by the records of the archive; only stretches that hold any of the samples."""
    from jeta.archive import JetaReader  # noqa: PLC0415 - not needed to import fetch
    from jeta.catalog import RecordLog, stored_spans  # noqa: PLC0415 - as above

    if not isinstance(owner, JetaReader):
        return []
    log = RecordLog(owner.layout.records)
    last_number = log.last_number()
    if last_number == 0:
        return []
    start_s, stop_s = samples.span_s
    start_ns = first_tick_at_or_after(start_s, "ns")
    stop_ns = first_tick_at_or_after(math.nextafter(stop_s, math.inf), "ns")
    catalog = _catalog_of(owner, log)
    if catalog is None:
        stored = stored_spans(log, samples.msid, start_ns, stop_ns)
    else:
        with closing(catalog):
            stored = stored_spans(log, samples.msid, start_ns, stop_ns, catalog)
    stored = [each for each in stored if each.file.number < last_number or _has_happened(each, samples.msid, owner)]
    if not stored:
        return []
    starts = ticks_to_seconds([each.first_ns for each in stored], "ns")
    stops = ticks_to_seconds([each.last_ns for each in stored], "ns")
    is_touched = samples.touched(starts, stops)
    kept = [each for each, is_in in zip(stored, is_touched.tolist(), strict=True) if is_in]
    return _origins(samples, kept, starts[is_touched], stops[is_touched])


def _catalog_of(owner: JetaReader, log: RecordLog) -> Catalog | None:
    """The catalog of an archive, for reading; None where there is none that can be used."""
    url = owner.config.catalog
    if not url and not owner.layout.catalog.exists():
        return None
    from jeta.catalog import Catalog  # noqa: PLC0415 - takes a third of a second

    try:
        return Catalog.open(url or owner.layout.catalog, log, read_only=True)
    except (CatalogError, ArchiveCorruptError, OSError) as err:
        _log.warning("records are looked through one by one: %s", err)
        return None


def _has_happened(stored: Stored, msid: str, owner: JetaReader) -> bool:
    """Whether the commit that the last record announces is there: it is announced just before."""
    commit = stored.file.commit
    if commit is None or any(each.number == commit for each in owner.journal_files()):
        return True
    return commit <= owner.manifest(msid).folded


def _origins(
    samples: _Samples, stored: list[Stored], starts: NDArray[np.float64], stops: NDArray[np.float64]
) -> list[Origin]:
    """Stretches that files brought, as users see them."""
    if not stored:
        return []
    system = samples.archive.time_system
    dates = (show(starts, "date", system).tolist(), show(stops, "date", system).tolist())
    return [
        Origin(
            samples.msid,
            tstart,
            tstop,
            datestart,
            datestop,
            each.rows,
            each.file.path,
            each.file.kept,
            each.file.sha256,
            each.file.format,
            each.file.run,
            each.file.recorded_utc,
            each.file.commit,
        )
        for each, tstart, tstop, datestart, datestop in zip(
            stored, starts.tolist(), stops.tolist(), *dates, strict=True
        )
    ]


def _origin(samples: _Samples, tstart: float, tstop: float, *, rows: int, note: str) -> Origin:
    """A stretch that is not from a file."""
    system = samples.archive.time_system
    datestart, datestop = (str(show(edge, "date", system)) for edge in (tstart, tstop))
    return Origin(samples.msid, tstart, tstop, datestart, datestop, rows, note=note)
