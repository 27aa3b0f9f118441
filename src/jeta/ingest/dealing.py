"""What is done with each file: committed, rejected, held back or left; and moved once that is on the disk."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import formats
from jeta.catalog import FileRecord
from jeta.errors import ArchiveCorruptError, FileChangedError, FormatError, ValuesError
from jeta.formats.rejection import foreign_origin
from jeta.ingest.disposal import compress, move, place_for, reject
from jeta.ingest.reading import in_order, with_options
from jeta.logs import logger
from jeta.times import now
from jeta.update import FileReport
from jeta.update.accounts import printable, span_ns
from jeta.update.intake import ROWS_AT_ONCE
from jeta.update.source_file import Seen, digested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from jeta.formats import Delivery
    from jeta.ingest.discover import Candidate
    from jeta.ingest.listing import Listing
    from jeta.ingest.plan import Plan, Step
    from jeta.ingest.report import RunReport
    from jeta.ingest.settings import IngestSettings
    from jeta.ingest.standing import Standing
    from jeta.samples import Samples
    from jeta.update.intake import Intake
    from jeta.update.source_file import SourceFile

_log = logger(__name__)

_GZIP_MAGIC = b"\x1f\x8b"


class Dealing:
    """Deals with the files of one run, and notes in its report what became of each.

    Parameters
    ----------
    intake : Intake
        The archive.
    settings : IngestSettings
        Folders and rules.
    report : RunReport
        Gets what became of each file.
    standing : Standing
        Gets how far the run is.
    is_staging : bool
        Whether the files lie in the staging folder, so that they are moved; else they stay.
    """

    def __init__(
        self, intake: Intake, settings: IngestSettings, report: RunReport, standing: Standing, *, is_staging: bool
    ) -> None:
        self.intake, self.settings, self.report, self.standing = intake, settings, report, standing
        self.is_staging = is_staging

    def finish_moves(self) -> None:
        """Move the files that a killed run has committed and not moved: those of records that no end of a run follows."""
        log = self.intake.accounts.log
        for number in range(log.last_number(), 0, -1):
            try:
                record = log.read(number)
            except (FileNotFoundError, ArchiveCorruptError):
                return
            if not isinstance(record, FileRecord):
                return
            if record.kept and record.outcome == "ingested":
                self._finish_move(record)

    def _finish_move(self, record: FileRecord) -> None:
        """Move one file, if it is still the one that was ingested."""
        path = Path(record.path)
        with suppress(OSError):
            status = path.stat()
            if path.parent == self.settings.staging and (status.st_size, status.st_mtime_ns) == (
                record.size,
                record.modified_ns,
            ):
                _log.info("%s was ingested before, and is moved now", path)
                self._put_away(path, record.kept)

    def put_aside(self, plan: Plan, listing: Listing) -> None:
        """Deal with the files that are not to be ingested."""
        self.report.left.update(listing.left)
        for step in plan.steps:
            path = step.candidate.path
            if step.verdict == "hold":
                self._hold(path, step.reason)
            elif step.verdict == "reject":
                self._reject_unread(step)
            elif step.verdict == "skip":
                self._skip(step, is_named=path in listing.named)

    def _skip(self, step: Step, *, is_named: bool) -> None:
        """Note a file that stays where it is for another reason than a rule."""
        file = step.candidate
        if not file.error:
            self.report.left[file.path] = step.reason
        elif is_named or not self.is_staging:
            is_note = not is_named and not file.is_transient
            self.report.files.append(FileReport(file.path, error=file.error, skipped=is_note))
        else:
            self.report.left[file.path] = step.reason

    def _hold(self, path: Path, reason: str) -> None:
        """Note a file that a rule holds back."""
        _log.warning("held back: %s: %s", path, reason, extra={"fields": {"file": str(path), "outcome": "held"}})
        self.report.held[path] = reason

    def _begin(self) -> None:
        """Note that the run has something to do."""
        if not self.report.run:
            self.report.run = self.intake.accounts.run
            self.standing.begin(self.report.run)
            self.standing.state("processing")

    def _reject_unread(self, step: Step) -> None:
        """Reject a file whose rows need not be read, but are counted."""
        file = step.candidate
        report = FileReport(file.path, format=file.format)
        if file.rows:
            tally = report.tally("")
            tally.read = file.rows
            tally.rejected[foreign_origin(file.origin) if step.rule == "origin" else f"file rejected: {step.rule}"] = (
                file.rows
            )
        with digested(file.path, _seen(file)) as source:
            self._reject(report, source, step.reason, is_damaged=step.rule == "format")

    def _reject(self, report: FileReport, source: SourceFile, reason: str, *, is_damaged: bool) -> None:
        """Reject a file: note it, and move it out of the staging folder."""
        self._begin()
        path = source.path
        fields = {"file": str(path), "outcome": "rejected", "reason": reason}
        _log.warning("rejected: %s: %s", path, reason, extra={"fields": fields})
        try:
            digest = source.sha256
        except OSError as err:
            self.report.left[path] = f"cannot be read now: {err}"
            return
        if is_damaged:
            report.error = reason
        else:
            self.report.refused[path] = reason
        self.report.files.append(report)
        self.intake.accounts.refuse(
            report, source, reason, str(self.settings.rejected / path.name) if self.is_staging else ""
        )
        if self.is_staging:
            try:
                details = {"sha256": digest, "run": self.intake.accounts.run}
                self.report.moved[path] = reject(path, self.settings.rejected, reason, details=details)
            except OSError as err:
                self.report.left[path] = f"rejected, but cannot be moved to {self.settings.rejected}: {err}"

    def ingest(self, step: Step, future: Future[Delivery] | None) -> None:
        """Read, judge and commit a file, then move it.

        Parameters
        ----------
        step : Step
            The file.
        future : Future of Delivery, optional
            Its rows, if somebody else reads them.

        Raises
        ------
        OSError
            If the archive's disk is full or fails.
        """
        file = step.candidate
        report = FileReport(file.path)
        self.report.noted[file.path] = step.notes
        kept = self._place(file.path) if self.is_staging and self.settings.keep != "leave" else ""
        self._begin()
        with digested(file.path, _seen(file)) as source:
            is_done = self._commit(source, report, self._deliveries(file.path, future), kept)
        if not is_done:
            return
        self.report.files.append(report)
        _log_file(report)
        if kept:
            self._put_away(file.path, kept)

    def _commit(
        self, source: SourceFile, report: FileReport, deliveries: Iterator[Callable[[], Delivery]], kept: str
    ) -> bool:
        """Commit a file, share by share; return whether all of it is committed, else note why not."""
        path = source.path
        while True:
            part = FileReport(path)
            try:
                read = next(deliveries, None)
                if read is None:
                    return True
                rows = self.intake.fit(read(), part)
                source.check_unchanged()
            except (FormatError, ValuesError) as err:
                self._reject(report, source, str(err), is_damaged=True)
                return False
            except (OSError, MemoryError) as err:
                self._leave(path, f"cannot be read now: {str(err) or 'there is not enough memory'}")
                return False
            if not self._is_accepted(source, part, rows):
                return False
            try:
                self.intake.accounts.commit(rows, part, source, kept)
            except FileChangedError as err:
                self._leave(path, str(err))
                return False
            report.add(part)

    def _is_accepted(self, source: SourceFile, part: FileReport, rows: dict[str, Samples]) -> bool:
        """Judge a file by its rows; note why it is not taken."""
        verdict = self.settings.policies.after_reading(part.total.rejected, **self._span(rows), now_s=now())
        if verdict is None:
            return True
        if verdict.action == "hold":
            self._hold(source.path, verdict.reason)
        else:
            self._reject(part, source, verdict.reason, is_damaged=False)
        return False

    def _span(self, rows: dict[str, Samples]) -> dict[str, float | None]:
        """First and last instant of some rows, Unix seconds."""
        return dict(zip(("first_s", "last_s"), self.standing.unix_s(*span_ns(rows)), strict=True))

    def _leave(self, path: Path, reason: str) -> None:
        """Note a file that stays for a later run."""
        _log.warning("left: %s: %s", path, reason, extra={"fields": {"file": str(path), "outcome": "left"}})
        self.report.left[path] = reason

    def _deliveries(self, path: Path, future: Future[Delivery] | None) -> Iterator[Callable[[], Delivery]]:
        """What reads the shares of a file, one after another."""
        if future is not None:
            yield future.result
            return
        reader = with_options(self.intake.reader_of(path), self.settings.policies.reader_options())
        count = formats.shares_of(reader, path, ROWS_AT_ONCE)
        for share in range(count):
            yield lambda share=share: in_order(formats.read_share(reader, path, share, count))  # type: ignore[misc]

    def _place(self, path: Path) -> str:
        """Where a file of the staging folder is going to be."""
        name = path.name
        if self.settings.keep == "compress" and not _is_gzip(path):
            name += ".gz"
        return printable(place_for(self.settings.processed, name, datetime.now(UTC).date()))

    def _put_away(self, path: Path, kept: str) -> None:
        """Move a file whose commit is durable."""
        target = Path(kept)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.name.endswith(".gz") and not _is_gzip(path):
                self.report.moved[path] = compress(path, target.with_name(target.name.removesuffix(".gz")))
            else:
                self.report.moved[path] = move(path, target)
        except OSError as err:
            self._leave(path, f"ingested, but cannot be moved to {target}: {err}; the next run tries again")


def _seen(file: Candidate) -> Seen:
    """What a file was when it was found."""
    return Seen(file.size, file.modified_ns)


def _is_gzip(path: Path) -> bool:
    """Whether a file is compressed; False if nobody can tell."""
    try:
        with path.open("rb") as file:
            return file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    except OSError:
        return False


def _log_file(report: FileReport) -> None:
    """Log what became of a file's rows."""
    whole = report.total
    counts = {name: getattr(whole, name) for name in ("read", "stored", "duplicate", "replaced")}
    fields = {"file": str(report.path), "outcome": "ingested", **counts, "rejected": dict(whole.rejected)}
    _log.info("%s: %d of %d rows stored", report.path, whole.stored, whole.read, extra={"fields": fields})
