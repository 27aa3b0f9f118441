"""What can be asked of a catalog."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from jeta.catalog import tables
from jeta.catalog.records import ENDED, FAILED, INGESTED, OUTCOMES, FileRecord
from jeta.catalog.sums import Coverage, Sums, Totals
from jeta.catalog.syncing import Known
from jeta.errors import ArchiveCorruptError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.catalog.record_log import RecordLog

KILLED = "it did not end by itself: it was killed, or the machine went down"
"""What is said of a run that was under way when its process ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an ingest.

    Attributes
    ----------
    run : str
        Its name; names sort in the order in which runs began.
    number : int or None
        Number of its record in the log; None while it has none.
    state : str
        One of `jeta.catalog.STATES`.
    started_utc, ended_utc : str
        When, ISO, UTC; empty where that is not known, or not yet.
    message : str
        Why it failed.
    host, pid, command, version
        Where it ran, its process, what was typed, and the version of jeta.
    """

    run: str
    number: int | None
    state: str
    started_utc: str
    ended_utc: str
    message: str
    host: str
    pid: int
    command: str
    version: str

    @property
    def is_under_way(self) -> bool:
        """Whether it has not ended."""
        return self.state not in ENDED


@dataclass(frozen=True, slots=True)
class Held:
    """A file that is held back, so that it stays where deliveries arrive.

    Attributes
    ----------
    path : str
        Where it is.
    reason : str
        Why.
    size : int
        Bytes.
    since_utc : str
        Since when, ISO, UTC.
    """

    path: str
    reason: str
    size: int = 0
    since_utc: str = ""


def runs(connection: sa.Connection, limit: int | None, is_writing: Callable[[], bool] | None) -> list[Run]:
    """Return the latest runs, the latest first; those that were killed as failed."""
    query = sa.select(*(tables.runs.c[each.name] for each in fields(Run))).order_by(tables.runs.c.run.desc())
    found = [Run(*row) for row in connection.execute(query.limit(limit))]
    # One writes at a time: of several that are under way, all but the latest were killed.
    latest = sa.select(sa.func.max(tables.runs.c.run)).where(tables.runs.c.state.not_in(ENDED))
    alive = connection.execute(latest).scalar()
    return [
        run if not run.is_under_way or (run.run == alive and _may_live(run, is_writing)) else _as_killed(run)
        for run in found
    ]


def _as_killed(run: Run) -> Run:
    """A run that ended without saying so."""
    named = {each.name: getattr(run, each.name) for each in fields(Run)}
    return Run(**named | {"state": FAILED, "message": run.message or KILLED})


def _may_live(run: Run, is_writing: Callable[[], bool] | None) -> bool:
    """Whether a run may be under way, by its process, and by whether anybody writes to the archive."""
    if run.host == socket.gethostname() and run.pid > 0 and not _is_process(run.pid):
        return False
    return is_writing is None or is_writing()


def _is_process(pid: int) -> bool:
    """Whether there is a process of this number on this machine."""
    if os.name == "nt":  # signals end processes there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def file_of(row: Any) -> FileRecord:
    """Return the file that a row of the table tells of."""
    named = {
        each.name: getattr(row, "commit_number" if each.name == "commit" else each.name) for each in fields(FileRecord)
    }
    return FileRecord(**named | {"rejected": json.loads(row.rejected), "notes": json.loads(row.notes)})


def files_query(
    run: str | None, start_ns: int | None, stop_ns: int | None, outcome: str | None, sha256: str | None
) -> sa.Select[Any]:
    """Return the query for some files; None is no condition."""
    columns = tables.files.c
    conditions = [
        None if run is None else columns.run == run,
        None if start_ns is None else columns.last_ns >= start_ns,
        None if stop_ns is None else columns.first_ns < stop_ns,
        None if outcome is None else columns.outcome == outcome,
        None if sha256 is None else columns.sha256 == sha256,
    ]
    return sa.select(tables.files).where(*(each for each in conditions if each is not None))


def held(connection: sa.Connection) -> list[Held]:
    """Return the files that are held back, in order of their paths."""
    query = sa.select(*(tables.held.c[each.name] for each in fields(Held))).order_by(tables.held.c.path)
    return [Held(*row) for row in connection.execute(query)]


def latest_ns(connection: sa.Connection) -> int | None:
    """Return the latest instant of all ingested files."""
    files = tables.files.c
    value = connection.execute(sa.select(sa.func.max(files.last_ns)).where(files.outcome == INGESTED)).scalar()
    return None if value is None else int(value)


def unsettled(connection: sa.Connection, log: RecordLog) -> Sums:
    """Return the sums of the record that is listed and not yet added to the sums of the catalog, if there is one."""
    known, sums = Known.of(connection), Sums()
    if known.last > known.settled:
        try:
            with log.opened(known.last) as file:
                if file.digest == known.last_digest:
                    sums.add(file)
        except (FileNotFoundError, ArchiveCorruptError):
            # It was removed since, or is told of by a check.
            return Sums()
    return sums


def coverages(connection: sa.Connection, log: RecordLog, msid: str | None = None) -> dict[str, Coverage]:
    """Return what was ingested, by MSID, sorted; of one, or of all."""
    columns = [tables.coverage.c[each.name] for each in fields(Coverage)]
    query = sa.select(*columns)
    if msid is not None:
        query = query.where(tables.coverage.c.msid == msid)
    found = {row.msid: Coverage(*row) for row in connection.execute(query)}
    for name, more in unsettled(connection, log).coverage.items():
        if msid is not None and name != msid:
            continue
        there = found.setdefault(name, Coverage(name))
        for each in ("files", "read", "stored", "duplicate", "replaced"):
            setattr(there, each, getattr(there, each) + getattr(more, each))
        there.widen(None if more.first_ns is None or more.last_ns is None else (more.first_ns, more.last_ns))
    return dict(sorted(found.items()))


def rejections(connection: sa.Connection, log: RecordLog, msid: str | None) -> dict[str, int]:
    """Return rows rejected by reason, sorted by reason; of one MSID, or of all files."""
    if msid is None:
        every = [reason for total in totals(connection, log).values() for reason in total.rejected.items()]
    else:
        rows = connection.execute(
            sa.select(tables.reasons.c.reason, tables.reasons.c.rows).where(tables.reasons.c.msid == msid)
        )
        every = [(row.reason, int(row[1])) for row in rows]
        every += [(why, n) for (name, why), n in unsettled(connection, log).reasons.items() if name == msid]
    found: dict[str, int] = {}
    for reason, count in every:
        found[reason] = found.get(reason, 0) + count
    return dict(sorted(found.items()))


def totals(connection: sa.Connection, log: RecordLog) -> dict[str, Totals]:
    """Return what files of each outcome amount to."""
    names = [each.name for each in fields(Totals) if each.name != "rejected"]
    found = {outcome: Totals(outcome) for outcome in OUTCOMES}
    for row in connection.execute(sa.select(*(tables.totals.c[name] for name in names))):
        found[row.outcome] = Totals(*row)
    for outcome, reason, rows in connection.execute(sa.select(*tables.total_reasons.columns)):
        found[outcome].rejected[reason] = int(rows)
    for outcome, more in unsettled(connection, log).totals.items():
        there = found[outcome]
        for name in names[1:]:
            setattr(there, name, getattr(there, name) + getattr(more, name))
        for reason, rows in more.rejected.items():
            there.rejected[reason] = there.rejected.get(reason, 0) + rows
    return found
