"""Bringing a catalog into step with the record log.

Sums hold the records up to a *settled* number, and each transaction adds records and moves that number: killed anywhere, nothing is
counted twice. The last record is not settled while it announces a commit, for the next writer removes it if that did not happen: it
is listed, but not yet summed up.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from jeta.catalog import tables
from jeta.catalog.engine import in_transaction
from jeta.catalog.records import FileRecord, RunRecord
from jeta.catalog.sums import Coverage, Sums, Totals
from jeta.errors import ArchiveCorruptError
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jeta.catalog.record_file import RecordFile
    from jeta.catalog.record_log import RecordLog

_log = logger(__name__)

BATCH_RECORDS = 200
BATCH_MSIDS = 200_000
"""Records, and MSIDs in them, of one transaction: others wait for it meanwhile."""

_DIALECTS: dict[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


_UNKNOWN = 2**62
"""A number beyond that of any record."""


@dataclass(frozen=True, slots=True)
class Known:
    """How far a catalog knows the log.

    Attributes
    ----------
    settled : int
        Up to which record sums go.
    settled_digest : str
        Digest of that record; empty if it cannot be read.
    last : int
        The last record that is listed: the settled one, or the next.
    last_digest : str
        Its digest.
    """

    settled: int = 0
    settled_digest: str = ""
    last: int = 0
    last_digest: str = ""

    @classmethod
    def of(cls, connection: sa.Connection) -> Known:
        """Return what a catalog says."""
        found = {row.key: row.value for row in connection.execute(sa.select(tables.meta))}
        with suppress(ValueError, KeyError):
            settled, last = int(found["settled"]), int(found["last"])
            return cls(settled, found["settled_digest"], last, found["last_digest"])
        # Nobody knows what the sums are of.
        return cls(_UNKNOWN, "", _UNKNOWN, "")

    def put(self, connection: sa.Connection) -> None:
        """Write this into the catalog."""
        content = asdict(self)
        connection.execute(sa.delete(tables.meta).where(tables.meta.c.key.in_(list(content))))
        connection.execute(sa.insert(tables.meta), [{"key": k, "value": str(v)} for k, v in content.items()])


def known(engine: sa.Engine) -> Known:
    """Return how far a catalog knows the log."""
    with engine.connect() as connection:
        return Known.of(connection)


def is_in_step(engine: sa.Engine, log: RecordLog) -> bool:
    """Tell whether a catalog knows all of the log; looks at its last record only."""
    now, last = known(engine), log.last_number()
    if last != now.last:
        return False
    settles = now.settled == now.last
    return digest_of(log, last) == (now.settled_digest if settles else now.last_digest)


def agrees(known: Known, log: RecordLog) -> bool:
    """Tell whether the last record that a catalog has summed up is still what it was; one that cannot be read may be."""
    if known.settled > log.last_number():
        return False
    return not known.settled_digest or digest_of(log, known.settled) in ("", known.settled_digest)


def digest_of(log: RecordLog, number: int) -> str:
    """Return what tells a record from others; an empty text where there is none, or it cannot be read."""
    if number == 0:
        return ""
    try:
        with log.opened(number) as file:
            return file.digest
    except (FileNotFoundError, ArchiveCorruptError):
        return ""


def sync(engine: sa.Engine, log: RecordLog, progress: Callable[[int, int], None] | None = None) -> int:
    """Take in the records that a catalog does not know.

    Parameters
    ----------
    engine : Engine
        Its database.
    log : RecordLog
        The log.
    progress : callable, optional
        Is called with the number of the record that is taken in, and of the last.

    Returns
    -------
    int
        How many records were taken in.
    """
    count = 0
    while not is_in_step(engine, log):
        before, (new, now) = known(engine), in_transaction(engine, partial(_take_some, log=log))
        count += new
        if progress is not None:
            progress(now.last, max(now.last, log.last_number()))
        if not new and now == before:
            break
    return count


def _take_some(connection: sa.Connection, log: RecordLog) -> tuple[int, Known]:
    """Take in the next records; return how many were not listed before, and how far the log is known now."""
    step = _Step(connection, log)
    if not step.is_of_this_log():
        _log.warning("the records in %s are not those that the catalog knows; it is made anew", log.folder)
        step.forget()
    return step.take_in(), step.now


def forget(connection: sa.Connection) -> None:
    """Remove from a catalog all that follows from the log."""
    for table in tables.FROM_LOG:
        connection.execute(sa.delete(table))
    connection.execute(sa.delete(tables.runs).where(tables.runs.c.number.is_not(None)))
    Known().put(connection)


class _Step:
    """One transaction that takes in records."""

    def __init__(self, connection: sa.Connection, log: RecordLog) -> None:
        self.connection, self.log = connection, log
        # On a server, whoever comes second waits here.
        connection.execute(sa.select(tables.meta).where(tables.meta.c.key == "schema").with_for_update())
        self.now = Known.of(connection)
        self.sums, self.rows = Sums(), 0
        self.listed: dict[sa.Table, list[dict[str, Any]]] = {tables.files: [], tables.runs: [], tables.unread: []}

    def is_of_this_log(self) -> bool:
        """Whether the last record that was summed up is still what it was; one that cannot be read may be.

        Where the whole log is lost, what the catalog knows is all that is left, and stays.
        """
        return self.log.last_number() == 0 or agrees(self.now, self.log)

    def forget(self) -> None:
        """Start from nothing."""
        forget(self.connection)
        self.now = Known()

    def take_in(self) -> int:
        """List the next records, and sum up those that are settled; return how many were not listed before."""
        numbers, listed = self.log.numbers_after(self.now.settled), self.now.last
        self._unlist()
        taken = []
        for number in numbers[:BATCH_RECORDS]:
            if self.rows >= BATCH_MSIDS or not self._take(number, is_last=number == numbers[-1]):
                break
            taken.append(number)
        for table, rows in self.listed.items():
            _insert(self.connection, table, rows)
        add_up(self.connection, self.sums)
        self.now.put(self.connection)
        return sum(number > listed for number in taken)

    def _unlist(self) -> None:
        """Remove the record that is listed and not settled: it may have become another."""
        for table in (tables.files, tables.unread):
            self.connection.execute(sa.delete(table).where(table.c.number > self.now.settled))
        self.now = replace(self.now, last=self.now.settled, last_digest=self.now.settled_digest)

    def _take(self, number: int, *, is_last: bool) -> bool:
        """List one record, and sum it up if it is settled; false if it has gone."""
        digest, is_open = "", is_last
        try:
            with self.log.opened(number) as file:
                digest = file.digest
                is_open = is_last and isinstance(file.record, FileRecord) and file.record.commit is not None
                if not is_open:
                    self.sums.add(file)
                self._list(file)
        except FileNotFoundError:
            return False
        except ArchiveCorruptError as err:
            _log.warning("not in the catalog: %s", err)
            self._miss(number, str(err))
        for lost in range(self.now.last + 1, number):
            self._miss(lost, f"record {lost} is lost; restore it from a backup")
        self.now = replace(self.now, last=number, last_digest=digest)
        if not is_open:
            self.now = replace(self.now, settled=number, settled_digest=digest)
        return True

    def _miss(self, number: int, message: str) -> None:
        """List a record that cannot be read."""
        self.listed[tables.unread].append({"number": number, "message": message})

    def _list(self, file: RecordFile) -> None:
        """Put a record among the files, or the runs."""
        record = file.record
        if isinstance(record, RunRecord):
            # A run that is known already, as under way, is replaced by how it ended.
            self.connection.execute(sa.delete(tables.runs).where(tables.runs.c.run == record.run))
            self.listed[tables.runs] = [row for row in self.listed[tables.runs] if row["run"] != record.run]
            self.listed[tables.runs].append({**asdict(record), "digest": file.digest})
            return
        self.rows += file.msids
        self.listed[tables.files].append(row_of(record, file.digest))
        self._list_run_of(record)

    def _list_run_of(self, record: FileRecord) -> None:
        """Put the run of a file among the runs, if nothing else is known of it."""
        if any(row["run"] == record.run for row in self.listed[tables.runs]):
            return
        there = sa.select(tables.runs.c.run).where(tables.runs.c.run == record.run)
        if self.connection.execute(there).first() is None:
            empty = asdict(RunRecord(record.run, "processing", started_utc=record.recorded_utc))
            self.listed[tables.runs].append({**empty, "number": None, "digest": ""})


def row_of(record: FileRecord, digest: str) -> dict[str, Any]:
    """Return a file as a row of its table."""
    row = {**asdict(record), "digest": digest, "commit_number": record.commit}
    del row["commit"]
    for name in ("rejected", "notes"):
        row[name] = json.dumps(row[name])
    return row


def add_up(connection: sa.Connection, sums: Sums) -> None:
    """Add sums to those that a catalog holds."""
    _merge(connection, tables.coverage, ("msid",), map(_coverage_row, sums.coverage.values()))
    reasons = ({"msid": msid, "reason": reason, "rows": rows} for (msid, reason), rows in sums.reasons.items())
    _merge(connection, tables.reasons, ("msid", "reason"), reasons)
    _merge(connection, tables.totals, ("outcome",), map(_total_row, sums.totals.values()))
    by_reason = (
        {"outcome": total.outcome, "reason": reason, "rows": rows}
        for total in sums.totals.values()
        for reason, rows in total.rejected.items()
    )
    _merge(connection, tables.total_reasons, ("outcome", "reason"), by_reason)


def _coverage_row(found: Coverage) -> dict[str, Any]:
    """The sums of an MSID as a row."""
    return {column.name: getattr(found, column.name) for column in tables.coverage.columns}


def _total_row(found: Totals) -> dict[str, Any]:
    """The sums of an outcome as a row."""
    return {column.name: getattr(found, column.name) for column in tables.totals.columns}


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows."""
    if rows:
        connection.execute(sa.insert(table), list(rows))


def _merge(connection: sa.Connection, table: sa.Table, keys: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows, or add them to those of the same keys: numbers are added, first and last instants widened."""
    found = list(rows)
    insert = _DIALECTS[connection.dialect.name](table)
    new, old = insert.excluded, table.c
    changes = {column.name: old[column.name] + new[column.name] for column in table.columns if column.name not in keys}
    for name, is_wider in (("first_ns", "__lt__"), ("last_ns", "__gt__")):
        if name in changes:
            wider = sa.or_(old[name].is_(None), getattr(new[name], is_wider)(old[name]))
            changes[name] = sa.case((sa.and_(new[name].is_not(None), wider), new[name]), else_=old[name])
    merge = insert.on_conflict_do_update(index_elements=list(keys), set_=changes)
    if found:
        connection.execute(merge, found)
