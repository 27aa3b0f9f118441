"""The accounts of one run: what became of each file and its rows, written down together with what is committed.

A file's record is on the disk just before its commit counts, and names the commit. What a killed run leaves is at most one record
whose commit never was; it is taken back by the next run, before anything else is committed.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

import jeta
from jeta.catalog import FileRecord, MsidCounts, RecordLog, RunRecord
from jeta.catalog.records import new_run, now_utc, storable
from jeta.errors import ArchiveCorruptError
from jeta.logs import logger
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jeta.archive import Writer
    from jeta.archive.writer import Counts
    from jeta.samples import Samples
    from jeta.update.report import FileReport
    from jeta.update.source_file import SourceFile

_log = logger(__name__)
_NS = 10**9


class Accounts:
    """The accounts of one run of an ingest; a run in which nothing happens leaves no trace.

    Parameters
    ----------
    writer : Writer
        The archive; its lock is held.

    Attributes
    ----------
    run : str
        Identifies the run; later ones sort behind.
    files : int
        How many files have been dealt with.
    log : RecordLog
        Where records are written.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.log = RecordLog(writer.layout.records)
        self.run = new_run()
        self.files = 0
        self._started = now_utc()
        take_back(writer, self.log)

    def commit(self, rows: Mapping[str, Samples], report: FileReport, source: SourceFile, kept: str = "") -> None:
        """Commit the rows of a file, or of a share of it, with the record of that.

        Parameters
        ----------
        rows : mapping of str to Samples
            What is fit for the archive, see `jeta.update.fit`.
        report : FileReport
            What is counted so far; gets the rows stored, duplicate and replaced.
        source : SourceFile
            The file.
        kept : str
            Where the file is going to be; empty if it stays.

        Raises
        ------
        FileChangedError
            If the file is not any more what was read; nothing is committed.
        OSError
            If the disk is full or fails; nothing is committed.
        """

        def announce(number: int | None, counts: dict[str, Counts]) -> None:
            _enter(report, counts)
            source.check_unchanged()
            span = span_ns(rows)
            record = self._record(report, source, "ingested", kept, first_ns=span[0], last_ns=span[1], commit=number)
            self.log.write(record, _msid_counts(report, counts))

        try:
            self._writer.commit(rows, source=storable(str(source.path)), announce=announce)
        except BaseException:
            # Ctrl-C may come when the commit has just been made: only what the archive holds tells whether it was.
            take_back(self._writer, self.log)
            raise
        self.files += 1

    def refuse(self, report: FileReport, source: SourceFile, reason: str, kept: str = "") -> None:
        """Note that a file is not ingested.

        Parameters
        ----------
        report : FileReport
            What is counted of it.
        source : SourceFile
            The file.
        reason : str
            Why.
        kept : str
            Where the file is going to be; empty if it stays.
        """
        self.log.write(self._record(report, source, "rejected", kept, message=reason), _msid_counts(report, {}))
        self.files += 1

    def _record(  # noqa: PLR0913 - the fields of a record
        self,
        report: FileReport,
        source: SourceFile,
        outcome: str,
        kept: str,
        *,
        message: str = "",
        first_ns: int | None = None,
        last_ns: int | None = None,
        commit: int | None = None,
    ) -> FileRecord:
        """What is known of a file in the end."""
        whole = report.total
        return FileRecord(
            number=0,  # the log gives it
            run=self.run,
            path=str(source.path.absolute()),
            kept=kept,
            size=source.seen.size,
            modified_ns=source.seen.modified_ns,
            sha256=source.sha256,
            format=report.format,
            outcome=outcome,
            message=message,
            first_ns=first_ns,
            last_ns=last_ns,
            commit=commit,
            recorded_utc=now_utc(),
            read=whole.read,
            stored=whole.stored,
            duplicate=whole.duplicate,
            replaced=whole.replaced,
            rejected=dict(whole.rejected),
            notes=dict(report.notes),
        )

    def close(self, failure: BaseException | None = None) -> None:
        """Note the end of the run.

        Parameters
        ----------
        failure : exception, optional
            Why it ended before it was done.
        """
        if failure is not None:
            take_back(self._writer, self.log)  # once another record follows, nobody takes it back any more
        if not self.files:
            return
        record = RunRecord(
            number=0,
            run=self.run,
            state="complete" if failure is None else "failed",
            started_utc=self._started,
            ended_utc=now_utc(),
            message="" if failure is None else str(failure) or type(failure).__name__,
            host=socket.gethostname(),
            pid=os.getpid(),
            command=" ".join(sys.argv)[:200],
            version=jeta.__version__,
        )
        self.log.write(record)


def take_back(writer: Writer, log: RecordLog) -> None:
    """Remove the last record if its commit never was, as a killed run leaves it.

    Parameters
    ----------
    writer : Writer
        The archive; its lock is held.
    log : RecordLog
        The archive's records.
    """
    number = log.last_number()
    try:
        record = log.read(number) if number else None
    except ArchiveCorruptError as err:
        _log.warning("%s; the ingest goes on without it, and  jeta verify  tells what else is damaged", err)
        return
    if isinstance(record, FileRecord) and record.commit is not None and record.commit > writer.last_commit():
        _log.info("taking back record %d of %s: its commit was not made", number, record.path)
        log.remove(number)


def _enter(report: FileReport, counts: Mapping[str, Counts]) -> None:
    """Enter what became of the rows of each MSID in a report."""
    for msid, each in counts.items():
        tally = report.tally(msid)
        tally.stored, tally.duplicate, tally.replaced = each.stored, each.duplicate, each.replaced


def span_ns(rows: Mapping[str, Samples]) -> tuple[int | None, int | None]:
    """Return the first and last instant of some rows, ns of the archive's time system; None if there are none.

    Parameters
    ----------
    rows : mapping of str to Samples
        Rows by MSID, in any order.
    """
    spans = [
        (int(each.ticks.min()) * scale, int(each.ticks.max()) * scale)
        for each in rows.values()
        if len(each) and (scale := _NS // TICKS_PER_SECOND[each.resolution])
    ]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else (None, None)


def _msid_counts(report: FileReport, counts: Mapping[str, Counts]) -> list[MsidCounts]:
    """What became of the rows of each MSID, for a record."""
    return [
        MsidCounts(
            name,
            tally.read,
            tally.stored,
            tally.duplicate,
            tally.replaced,
            dict(tally.rejected),
            counts[name].spans_ns if name in counts else (),
        )
        for name, tally in report.msids.items()
    ]
