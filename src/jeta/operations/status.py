"""How an archive stands: what it holds, what waits, what came of its ingests."""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict, dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.archive import open_archive
from jeta.archive.lock import holder_of
from jeta.catalog import RecordLog
from jeta.catalog.records import REJECTED
from jeta.ingest.words import spoken
from jeta.operations.areas import PARTS, SOURCES, bytes_below, folder_of, sizes_of_parts, spoken_bytes
from jeta.operations.catalog_access import catalog_of
from jeta.operations.extent import extent
from jeta.operations.inquiries import (
    get_current_ingest_id,
    get_ingest_files,
    get_ingest_history,
    get_ingest_state,
    get_list_of_files_in_range,
    get_list_of_staged_files,
    get_msid_count,
    get_msid_names,
    get_total_archive_area_size,
    is_in_archive,
)
from jeta.times import show, ticks_to_seconds
from jeta.update.target import root_of

if TYPE_CHECKING:
    from jeta.archive import JetaReader
    from jeta.catalog import Held, Run, Totals
    from jeta.update.target import ArchiveLike

__all__ = [
    "Status",
    "get_current_ingest_id",
    "get_ingest_files",
    "get_ingest_history",
    "get_ingest_state",
    "get_list_of_files_in_range",
    "get_list_of_staged_files",
    "get_msid_count",
    "get_msid_names",
    "get_total_archive_area_size",
    "is_in_archive",
    "status",
]

RUNS_SHOWN = 5
RECORDS_AT_MOST = 2000
"""More records than these are not taken into a catalog only to tell how the archive stands: an ingest or a repair does that."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Status:
    """How an archive stood.

    Attributes
    ----------
    name, root, time_system : str
        Which archive.
    msids, rows : int
        MSIDs that have samples, and their samples.
    first, last : float or None
        Instants of the first and the last sample, seconds of the archive's time system.
    datestart, datestop : str
        The same in UTC; empty if there are none.
    pending_commits, pending_rows : int
        What waits in the journal to be folded.
    pending_age_s : float
        How long the oldest commit has waited, seconds.
    writer : str
        Who writes to it now; empty if nobody does.
    runs : tuple of Run
        The last runs of the ingest, the latest first.
    files : dict of str to Totals
        What source files amount to, by outcome: ``ingested``, ``rejected``.
    held : tuple of Held
        Files that a rule holds back.
    records, behind : int
        Records of source files and runs; those that are not in the catalog yet, so that they count for nothing here.
    sizes : dict of str to int
        Bytes by area, see `jeta.operations.get_total_archive_area_size`; empty if they were not asked for.
    free : int
        Bytes that are free on the archive's disk.
    problems : tuple of str
        What could not be read, so that numbers are too small.
    """

    name: str
    root: str
    time_system: str
    msids: int = 0
    rows: int = 0
    first: float | None = None
    last: float | None = None
    datestart: str = ""
    datestop: str = ""
    pending_commits: int = 0
    pending_rows: int = 0
    pending_age_s: float = 0.0
    writer: str = ""
    runs: tuple[Run, ...] = ()
    files: dict[str, Totals] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    records: int = 0
    behind: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    free: int = 0
    problems: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain dictionaries, lists, texts and numbers, for JSON."""
        return asdict(self)

    def lines(self) -> list[tuple[str, str]]:
        """Return what is told to people: a title and a text for each line."""
        span = f", {self.datestart} to {self.datestop}" if self.datestart else ""
        waits = f"{_count(self.pending_commits, 'commit')} of {_count(self.pending_rows, 'row')}"
        age = f", the oldest {spoken(self.pending_age_s)} old" if self.pending_commits else ""
        told = [
            ("samples", f"{self.rows:,} of {_count(self.msids, 'MSID')}{span}; times in {self.time_system} seconds"),
            ("journal", f"{waits} to be folded{age}" if self.pending_commits else "empty"),
            ("writer", self.writer or "nobody"),
        ]
        for outcome, total in self.files.items():
            if outcome == REJECTED and not total.files:
                continue
            told.append((outcome, _told_total(total)))
            told += [("", f"{rows:,} rejected: {reason}") for reason, rows in sorted(total.rejected.items())]
        told.append(("held back", f"{_count(len(self.held), 'file')}" if self.held else "no file"))
        told += [("", f"{each.path}: {each.reason} (since {each.since_utc})") for each in self.held[:_SHOWN]]
        if len(self.held) > _SHOWN:
            told.append(("", f"and {len(self.held) - _SHOWN:,} more"))
        told += [("run", _told_run(run)) for run in self.runs] or [("run", "none yet")]
        if self.behind:
            told.append(
                ("catalog", f"{_count(self.behind, 'record')} behind; the next ingest, or  jeta repair,  takes them in")
            )
        told += [("size", f"{area} {spoken_bytes(size)}") for area, size in self.sizes.items() if size]
        told.append(("free", spoken_bytes(self.free)))
        return told + [("problem", problem) for problem in self.problems]

    def __str__(self) -> str:
        lines = self.lines()
        width = max(len(title) for title, _ in lines)
        return "\n".join([f"{self.name} at {self.root}", *(f"  {title:<{width}}  {text}" for title, text in lines)])

    def __repr__(self) -> str:
        return f"<Status of {self.name!r}: {self.rows:,} rows of {_count(self.msids, 'MSID')}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{escape(title)}</th><td>{escape(text)}</td></tr>" for title, text in self.lines())
        return f"<div><strong>{escape(self.name)}</strong> at {escape(self.root)}<table>{rows}</table></div>"


def status(archive: ArchiveLike | None = None, *, sizes: bool = True) -> Status:
    """Tell how an archive stands; nothing is changed, and it may be written to meanwhile.

    Parameters
    ----------
    archive : open archive or path, optional
        Which archive; by default the one in use.
    sizes : bool
        Add up the sizes of all files too, which takes some seconds for many MSIDs.

    Returns
    -------
    Status
        Prints as some lines, and shows as a table in notebooks.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError
        If there is no archive, or its settings cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     status(create_archive(folder + "/lab"))
    <Status of 'lab': 0 rows of 0 MSIDs>
    """
    reader = open_archive(root_of(archive))
    problems: list[str] = []
    return Status(
        reader.config.name,
        str(reader.root),
        reader.time_system,
        **_samples(reader, problems),
        **_pending(reader, problems),
        writer=_writer(reader, problems),
        **_ingests(reader, problems),
        sizes=_sizes(reader, problems) if sizes else {},
        free=shutil.disk_usage(reader.root).free,
        problems=tuple(dict.fromkeys(problems)),
    )


def _writer(reader: JetaReader, problems: list[str]) -> str:
    """Who writes now."""
    try:
        holder = holder_of(reader.layout.lock)
    except OSError as err:
        problems.append(str(err))
        return "unknown"
    return "" if holder is None else str(holder)


def _samples(reader: JetaReader, problems: list[str]) -> dict[str, Any]:
    """MSIDs, rows and span."""
    try:
        found = extent(reader)
    except OSError as err:
        problems.append(str(err))
        return {}
    problems += found.problems
    told = {"msids": found.msids, "rows": found.rows}
    if found.first_ns is None or found.last_ns is None:
        return told
    first, last = ticks_to_seconds(np.array([found.first_ns, found.last_ns]), "ns").tolist()
    dates = {
        key: str(show(edge, "date", reader.time_system)) for key, edge in (("datestart", first), ("datestop", last))
    }
    return {**told, "first": first, "last": last, **dates}


def _pending(reader: JetaReader, problems: list[str]) -> dict[str, Any]:
    """What waits in the journal."""
    try:
        commits = reader.journal_files()
        age_s = time.time() - commits[0].path.stat().st_mtime if commits else 0.0
    except FileNotFoundError:
        return {}  # a fold went by, and all is folded
    except OSError as err:
        problems.append(str(err))
        return {}
    rows = sum(int(commit.entries["rows"].sum()) for commit in commits)
    return {"pending_commits": len(commits), "pending_rows": rows, "pending_age_s": max(age_s, 0.0)}


def _ingests(reader: JetaReader, problems: list[str]) -> dict[str, Any]:
    """What the catalog says."""
    records = 0
    try:
        records = RecordLog(reader.layout.records).last_number()
        with catalog_of(reader) as catalog:
            if catalog.behind() <= RECORDS_AT_MOST:
                catalog.sync()
            return {
                "runs": tuple(catalog.runs(RUNS_SHOWN)),
                "files": catalog.totals(),
                "held": tuple(catalog.held()),
                "records": records,
                "behind": catalog.behind(),
            }
    except OSError as err:  # of which CatalogError is one
        problems.append(str(err))
        return {"records": records}


def _sizes(reader: JetaReader, problems: list[str]) -> dict[str, int]:
    """Bytes by area."""
    found: dict[str, int] = {}
    try:
        found = sizes_of_parts(reader)
    except OSError as err:
        problems.append(str(err))
    for area in SOURCES:
        try:
            found[area] = bytes_below(folder_of(reader, area))
        except OSError as err:
            problems.append(str(err))
    return {area: found[area] for area in (*PARTS, *SOURCES) if area in found}


def _count(number: int, what: str) -> str:
    """A number of things."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _told_total(total: Totals) -> str:
    """What some files amount to."""
    rejected = sum(total.rejected.values())
    return (
        f"{_count(total.files, 'file')} of {spoken_bytes(total.size)}: {total.read:,} rows read, {total.stored:,} stored, "
        f"{total.duplicate:,} duplicate, {total.replaced:,} replaced, {rejected:,} rejected"
    )


def _told_run(run: Run) -> str:
    """A run in one line."""
    until = f" to {run.ended_utc}" if run.ended_utc else ""
    why = f": {run.message}" if run.message else ""
    return f"{run.run} {run.state}, {run.started_utc}{until}{why}"
