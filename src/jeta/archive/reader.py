"""Reading an archive while it is written to: no lock, and always a state that a commit left.

The order of looking matters. The journal is listed before a column's manifest is read; a fold publishes the manifest before
it removes the journal file. So a row is seen in the journal, in the column, or in both (where laying it over itself changes
nothing), but never in neither. A file that vanishes in between means that a fold went by, and the look is repeated.
"""

from __future__ import annotations

import math
import os
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from jeta.archive import column, config, state
from jeta.archive.coverage import Coverage, RowsBetween
from jeta.archive.flag_lookup import FlagLookup
from jeta.archive.journal import JournalFile
from jeta.archive.layout import JOURNAL_SUFFIX, Layout
from jeta.archive.manifest import RESOLUTIONS, Manifest
from jeta.archive.manifest import load as load_manifest
from jeta.archive.pending import find_pending
from jeta.archive.product import load as load_product
from jeta.archive.segment import SegmentFile
from jeta.archive.stored_bins import StoredBins, in_type, stored_bins
from jeta.archive.time_index import TimeIndex
from jeta.errors import ArchiveCorruptError
from jeta.logs import logger
from jeta.statistics import BIN_WIDTHS_S
from jeta.tdb import Tdb
from jeta.tdb.sources import list_files
from jeta.times import TICKS_PER_SECOND, ticks_to_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from jeta.archive.column import Bounds
    from jeta.archive.output import Rows
    from jeta.archive.product import Product
    from jeta.archive.recipe import Recipe
    from jeta.intervals import Intervals
    from jeta.quality import KnownFlag
    from jeta.samples import Samples
    from jeta.statistics.binned import Range

T = TypeVar("T")
K = TypeVar("K")

_log = logger(__name__)

_ATTEMPTS = 20
_SETTLED_NS = 2 * 10**9
"""A manifest younger than this is read again each time: file times are too coarse to tell two quick folds apart."""
NS = 10**9
_BEYOND_INT64 = 2.0**63


class JetaReader:
    """Reads jeta's own archives; safe in threads.

    Parameters
    ----------
    root : Path
        The archive's folder.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError
        If there is no archive, or its settings cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)
        self.config = config.load(root)
        self._flags = FlagLookup(self.layout.flags)
        self._journal: dict[str, JournalFile] = {}
        self._manifests: dict[str, tuple[tuple[int, int, int], Manifest]] = {}
        self._products: dict[tuple[str, str], tuple[tuple[int, int, int], Product]] = {}
        self._tdb: tuple[tuple[tuple[str, int, int], ...], Tdb] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.config.name!r} at {self.root}>"

    def _repr_html_(self) -> str:
        from jeta.archive.overview import archive_html  # noqa: PLC0415 - only notebooks need it

        return archive_html(self, self.config.name)

    @property
    def time_system(self) -> str:
        """What the seconds in times count."""
        return self.config.time_system

    def tdb(self) -> Tdb:
        """Return the telemetry database as it is now; loaded again when one of its files has changed."""
        statuses = [(path.name, path.stat()) for path in list_files(self.layout.tdb)]
        signature = tuple((name, status.st_mtime_ns, status.st_size) for name, status in statuses)
        if self._tdb is not None and self._tdb[0] == signature:
            return self._tdb[1]
        tdb = Tdb.load(self.layout.tdb, cache=self.layout.tdb_cache)
        newest_ns = max((status.st_mtime_ns for _, status in statuses), default=0)
        if time.time_ns() - newest_ns > _SETTLED_NS:
            self._tdb = signature, tdb
        return tdb

    def journal_files(self) -> list[JournalFile]:
        """Return the commits that are in the journal now, oldest first."""
        names: list[str] = []
        for _ in range(_ATTEMPTS):
            names = sorted(name for name in os.listdir(self.layout.journal) if _is_commit(name))
            known = self._journal
            try:
                current = {n: known.get(n) or JournalFile(self.layout.journal / n) for n in names}
            except FileNotFoundError:
                continue  # a fold removed it after we listed it; what it held is in the columns now
            self._journal = current
            return list(current.values())
        raise ArchiveCorruptError(
            f"{self.layout.journal} keeps changing while it is read ({len(names)} files); try again"
        )

    def manifest(self, msid: str) -> Manifest:
        """Return the segments of an MSID as they are now."""
        path = self.layout.manifest(msid)
        found = _as_it_is_now(path, msid, self._manifests, lambda: load_manifest(path.parent))
        return load_manifest(path.parent) if found is None else found

    def product(self, msid: str, product: str) -> Product | None:
        """Return the manifest of a statistics product of an MSID as it is now, None if there is none."""
        path = self.layout.manifest(msid, product)
        return _as_it_is_now(path, (msid, product), self._products, lambda: load_product(path.parent))

    def names(self) -> list[str]:
        """Return every MSID, sorted."""
        names = {name for commit in self.journal_files() for name in commit.names()}
        with os.scandir(self.layout.columns) as entries:
            names.update(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))
        return sorted(names)

    def __contains__(self, msid: object) -> bool:
        return isinstance(msid, str) and (
            any(commit.find(msid) is not None for commit in self.journal_files()) or self.layout.column(msid).is_dir()
        )

    def span_ns(self, msid: str) -> tuple[int, int] | None:
        """Return first and last instant of an MSID in ns, None if it has no samples."""
        commits, manifest = self.journal_files(), self.manifest(msid)
        spans = [_span_ns(segment) for segment in (manifest.segments[:1], manifest.segments[-1:]) if len(segment)]
        for commit in commits:
            entry = commit.find(msid)
            if entry is not None:
                spans.append(_span_ns(entry.reshape(1)))
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    def value_types(self, msid: str) -> set[str]:
        """Return the types in which rows of an MSID are held: ``"text"``, or names of numpy types such as ``"<f8"``."""
        return _value_types(self.journal_files(), self.manifest(msid), msid)

    def states(self, msid: str) -> list[tuple[int, str]]:
        """Return the texts of an MSID with the whole number that the source gave along with each, over all its rows.

        Returns
        -------
        list of (int, str)
            Sorted by number; empty for numeric MSIDs, and where numbers and texts are not one to one.
        """
        pairs: set[tuple[int, str]] = set()
        for texts, raws in self._all_levels(msid):
            whole = np.isfinite(raws) & (raws == np.trunc(raws)) & (np.abs(raws) < _BEYOND_INT64)
            pairs.update(zip(raws[whole].astype(np.int64).tolist(), texts[whole].tolist(), strict=True))
        numbers, names = {number for number, _ in pairs}, {name for _, name in pairs}
        return sorted(pairs) if len(numbers) == len(pairs) == len(names) else []

    def _all_levels(self, msid: str) -> list[tuple[NDArray[np.str_], NDArray[np.float64]]]:
        """Tables of texts and numbers, as one state of the archive has them."""
        for _ in range(_ATTEMPTS):
            try:
                return list(self._levels(msid))
            except FileNotFoundError:
                self._forget(msid)
        return list(self._levels(msid))

    def _levels(self, msid: str) -> Iterator[tuple[NDArray[np.str_], NDArray[np.float64]]]:
        """Tables of texts and numbers, of each segment and commit."""
        pending = find_pending(self.journal_files(), msid, None, after=0)
        yield from [] if pending is None else pending.levels()
        for record in self.manifest(msid).segments:
            with SegmentFile(self.layout.column(msid), record) as segment:
                levels = segment.levels()
                if segment.type_name == "text" and levels is not None:
                    yield levels, segment.raws()

    def rows(self, msid: str) -> int:
        """Return the number of samples of an MSID, those of the journal included."""
        return self.rows_between(msid, -math.inf, math.inf).rows

    def time_range(self, msid: str) -> tuple[float, float] | None:
        """Return first and last instant of an MSID in seconds, None if it has no samples."""
        span = self.span_ns(msid)
        if span is None:
            return None
        first, last = ticks_to_seconds(np.array(span), "ns").tolist()
        return first, last

    def first_instant(self) -> float | None:
        """Return an instant in seconds at or before the first sample of all MSIDs, None if there is none."""
        known = state.load(self.layout.state)
        first_ns = known.first_ns if known else self.find_first_ns()
        return None if first_ns is None else float(ticks_to_seconds(np.array([first_ns]), "ns")[0])

    def find_first_ns(self) -> int | None:
        """Look through all MSIDs for the first instant, in ns."""
        spans = [span for name in self.names() if (span := self.span_ns(name)) is not None]
        return min((first for first, _ in spans), default=None)

    def read(self, msid: str, start_s: float, stop_s: float) -> Rows:
        """Return the rows of an MSID with ``start_s <= time < stop_s``.

        Parameters
        ----------
        msid : str
            Exact upper-case name; one that is not there has no rows.
        start_s, stop_s : float
            Seconds of the archive's time system; may be infinite.

        Returns
        -------
        Rows
            Times in seconds, values as stored; those that a person flagged have that bit set in their quality.
        """
        return self._flags.marked(msid, self._read(msid, column.bounds_between(start_s, stop_s), as_ticks=False)[0])

    def flags(self) -> list[KnownFlag]:
        """Return all flags that people ever set, each with what undid it."""
        return self._flags.flags()

    def flagged_spans(self, msid: str) -> Intervals | None:
        """Return the times at which samples of an MSID are bad by a person's flag, merged; None where there are none."""
        return self._flags.spans(msid)

    def read_samples(self, msid: str, first_ns: int, last_ns: int) -> Samples:
        """Return the rows of an MSID with ``first_ns <= instant <= last_ns`` as ticks.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        first_ns, last_ns : int
            Instants in ns, both inside.

        Returns
        -------
        Samples
            Sorted by time, in the finest resolution that the column has.
        """

        def bounds(resolution: str) -> tuple[int, int]:
            scale = NS // TICKS_PER_SECOND[resolution]
            return -(-first_ns // scale), last_ns // scale + 1

        rows, resolution = self._read(msid, bounds, as_ticks=True)
        return column.to_samples(rows, resolution)

    def _read(self, msid: str, bounds: Bounds, *, as_ticks: bool) -> tuple[Rows, str]:
        """Read journal and column as one state of the archive; and tell its finest resolution."""

        def look(commits: list[JournalFile], manifest: Manifest) -> tuple[Rows, str]:
            resolution = column.common_resolution(manifest, *_resolutions(commits, msid))
            with ExitStack() as stack:
                pending = find_pending(commits, msid, bounds, after=manifest.folded)
                pieces = column.locate(manifest, self.layout.column(msid), bounds, stack)
                types = _value_types(commits, manifest, msid)
                rows = column.read(pieces, pending, types=types, ticks_of=resolution if as_ticks else None)
                return rows, resolution

        return self._look(msid, look)

    def _look(self, msid: str, look: Callable[[list[JournalFile], Manifest], T]) -> T:
        """Look at journal and column as one state of the archive."""
        for _ in range(_ATTEMPTS):
            commits = self.journal_files()
            manifest = self.manifest(msid)
            try:
                return look(commits, manifest)
            except FileNotFoundError as err:
                missing = err.filename
                self._forget(msid)
        way_out = "run  jeta verify  and restore it from a backup"
        if (self.root / "mirror" / "source.json").exists():
            way_out = (
                f"if this is a mirror of statistics only, get the samples by  jeta mirror {self.root} --product full"
            )
        raise ArchiveCorruptError(f"segment {missing} is listed but not there; {way_out}")

    def _forget(self, msid: str) -> None:
        """Read the manifests of an MSID again."""
        self._manifests.pop(msid, None)
        for product in BIN_WIDTHS_S:
            self._products.pop((msid, product), None)

    def stored_bins(
        self, msid: str, product: str, bins: Range, recipe: Recipe, more: Iterable[Range] = ()
    ) -> StoredBins:
        """Return what is stored of the statistics of some bins.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        product : {'5min', 'daily'}
            Which statistics.
        bins : (int, int)
            The bins ``[first, stop)``.
        recipe : Recipe
            How samples become statistics; what was made otherwise is not used.
        more : iterable of (int, int)
            Bins of which nothing stored is wanted.

        Returns
        -------
        StoredBins
            And which of the bins are to be worked out from the samples: those that are not over yet or not stored yet, and
            those that rows in the journal fall into. All of them where what is stored is damaged, with a warning in the log.
        """
        dt_s = BIN_WIDTHS_S[product]
        nothing = StoredBins(None, [bins] if bins[0] < bins[1] else [])

        def look(commits: list[JournalFile], manifest: Manifest) -> StoredBins:
            stored = self.product(msid, product) if recipe.is_stored else None
            if stored is None or stored.recipe != recipe.signature:
                return nothing
            bounds = column.bounds_between(bins[0] * float(dt_s), bins[1] * float(dt_s))
            pending = find_pending(commits, msid, bounds, after=stored.folded)
            found = stored_bins(self.layout.column(msid, product), stored, bins, more, pending, dt_s)
            types = _value_types(commits, manifest, msid)
            if found.binned is None or found.binned.texts is not None or recipe.calibrations is not None:
                return found
            # What is stored may be of a later state than the types: a fold may have gone by.
            held = found.binned.columns["val"].dtype
            return replace(found, binned=in_type(found.binned, np.result_type(held, *map(np.dtype, types))))

        try:
            return self._look(msid, look)
        except OSError as err:  # of which ArchiveCorruptError is one
            _log.warning("statistics of %s are worked out from its samples: %s", msid, err)
            return nothing

    def _ask(self, msid: str, start_s: float, stop_s: float, question: Callable[[Coverage], T]) -> T:
        """Ask something of the instants of a span, without reading them."""

        def look(commits: list[JournalFile], manifest: Manifest) -> T:
            resolution = column.common_resolution(manifest, *_resolutions(commits, msid))
            bounds = None if start_s == -math.inf and stop_s == math.inf else column.bounds_between(start_s, stop_s)
            pending = find_pending(commits, msid, bounds, after=manifest.folded)
            index = TimeIndex(manifest, self.layout.column(msid), resolution)
            there = None if pending is None else pending.among([resolution])
            return question(Coverage(index, there, start_s, stop_s))

        return self._look(msid, look)

    def rows_between(self, msid: str, start_s: float, stop_s: float) -> RowsBetween:
        """Count the samples of an MSID with ``start_s <= time < stop_s``, without reading them.

        Parameters
        ----------
        msid : str
            Exact upper-case name; one that is not there has no rows.
        start_s, stop_s : float
            Seconds of the archive's time system; may be infinite.

        Returns
        -------
        RowsBetween
            Their number, and the first and the last of them in seconds, both None if there are none.
        """
        return self._ask(msid, start_s, stop_s, Coverage.rows_between)

    def gaps_longer_than(
        self, msid: str, start_s: float, stop_s: float, longer_than_s: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Find the spacings of an MSID longer than a time, of the samples with ``start_s <= time < stop_s``.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        start_s, stop_s : float
            Seconds of the archive's time system; may be infinite.
        longer_than_s : float
            Seconds, exclusive.

        Returns
        -------
        before, after : float64 array, shape (gaps,)
            Seconds of the sample before and after each, in order of time: those of which `numpy.diff` of all times exceeds
            that. Chunks without one are not decoded.
        """
        return self._ask(msid, start_s, stop_s, lambda there: there.gaps_longer_than(longer_than_s))

    def spacing(self, msid: str, start_s: float, stop_s: float) -> float | None:
        """Return the typical spacing of an MSID, of the samples with ``start_s <= time < stop_s``.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        start_s, stop_s : float
            Seconds of the archive's time system; may be infinite.

        Returns
        -------
        float or None
            Seconds; None for fewer than two instants. The median of all spacings up to 65,536 rows, that of 64 places
            evenly spread over more; rows that share an instant count as one.
        """
        return self._ask(msid, start_s, stop_s, Coverage.spacing)

    def instant_before(self, msid: str, instant_s: float) -> float | None:
        """Return the last sample of an MSID before an instant.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        instant_s : float
            Seconds of the archive's time system, exclusive; may be infinite.

        Returns
        -------
        float or None
            Seconds, bit for bit as a read gives them; None if there is none.
        """
        return self._ask(msid, -math.inf, math.inf, lambda there: there.instant_before(instant_s))

    def instant_at_or_after(self, msid: str, instant_s: float) -> float | None:
        """Return the first sample of an MSID at or after an instant.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        instant_s : float
            Seconds of the archive's time system, inclusive; may be infinite.

        Returns
        -------
        float or None
            Seconds, bit for bit as a read gives them; None if there is none.
        """
        return self._ask(msid, -math.inf, math.inf, lambda there: there.instant_at_or_after(instant_s))


def _as_it_is_now(
    path: Path, key: K, known: dict[K, tuple[tuple[int, int, int], T]], load: Callable[[], T | None]
) -> T | None:
    """What a file says that is replaced as a whole, read again when it was; None if it is not there."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    signature = (status.st_mtime_ns, status.st_size, status.st_ino)
    last = known.get(key)
    if last is not None and last[0] == signature:
        return last[1]
    found = load()
    if found is not None and time.time_ns() - status.st_mtime_ns > _SETTLED_NS:
        known[key] = (signature, found)
    return found


def _resolutions(commits: list[JournalFile], msid: str) -> list[str]:
    """Resolutions in which some commits hold rows of an MSID."""
    entries = (commit.find(msid) for commit in commits)
    return [RESOLUTIONS[int(entry["resolution"])] for entry in entries if entry is not None]


def _value_types(commits: list[JournalFile], manifest: Manifest, msid: str) -> set[str]:
    """Types of the rows that some commits and a column hold of an MSID."""
    entries = (commit.find(msid) for commit in commits)
    return column.value_types(manifest) | {entry["dtype"].decode() for entry in entries if entry is not None}


def _span_ns(record: np.ndarray[tuple[int], np.dtype[np.void]]) -> tuple[int, int]:
    """First and last instant, in ns, of one segment or journal entry."""
    scale = NS // TICKS_PER_SECOND[RESOLUTIONS[int(record["resolution"][0])]]
    return int(record["first"][0]) * scale, int(record["last"][0]) * scale


def _is_commit(name: str) -> bool:
    """Whether a file of the journal's folder is a commit."""
    return name.endswith(JOURNAL_SUFFIX) and name[: -len(JOURNAL_SUFFIX)].isdecimal()
