"""What is done with each file: committed, rejected, held back or left; and moved once that is on the disk."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import formats
from jeta.catalog import FileRecord
from jeta.errors import ArchiveCorruptError, FileChangedError, FormatError, ValuesError
from jeta.files import make_folder
from jeta.formats.rejection import foreign_origin
from jeta.ingest.disposal import compress, move, place_for, reject
from jeta.ingest.reading import in_order, with_options
from jeta.logs import logger
from jeta.times import now
from jeta.update import FileReport
from jeta.update.accounts import span_ns
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

_GZIP_MAGIC, _GZIP_SUFFIX = b"\x1f\x8b", ".gz"


class _NotNowError(Exception):
    """A file cannot be read now; it may be later."""


class _HeldBackError(Exception):
    """A rule holds a file back."""


class _RefusedError(Exception):
    """A file is not taken: a rule rejects it, or it is damaged, of which there is no report."""

    def __init__(self, reason: str, report: FileReport | None = None) -> None:
        super().__init__(reason)
        self.report = report


@contextmanager
def _told() -> Iterator[None]:
    """Tell damage from what may pass, as a file is read."""
    try:
        yield
    except (FormatError, ValuesError) as err:
        raise _RefusedError(str(err)) from err
    except (OSError, MemoryError) as err:
        raise _NotNowError(f"cannot be read now: {str(err) or 'there is not enough memory'}") from err


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
                self._put_away(path, Path(record.kept))

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
        path = source.path
        fields = {"file": str(path), "outcome": "rejected", "reason": reason}
        _log.warning("rejected: %s: %s", path, reason, extra={"fields": fields})
        try:
            source.check_unchanged()  # what has just arrived as a whole must not be judged by what was there of it
        except FileChangedError as err:
            self.report.left[path] = str(err)
            return
        except OSError as err:
            self.report.left[path] = f"cannot be read now: {err}"
            return
        if is_damaged:
            report.error = reason
        else:
            self.report.refused[path] = reason
        self.report.files.append(report)
        self.intake.accounts.refuse(report, source, reason, str(self.settings.rejected) if self.is_staging else "")
        if self.is_staging:
            try:
                details = {"sha256": source.sha256, "run": self.intake.accounts.run}
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
        self.report.noted[file.path] = step.notes
        accepted = {verdict.rule: verdict.reason for verdict in step.accepted}
        target = self._place(file.path) if self.is_staging and self.settings.keep != "leave" else None
        report = FileReport(file.path)
        with digested(file.path, _seen(file)) as source:
            try:
                self._commit(source, report, accepted, future, "" if target is None else str(target))
            except (_NotNowError, FileChangedError) as why:
                return self._leave(file.path, str(why))
            except _HeldBackError as why:
                return self._hold(file.path, str(why))
            except _RefusedError as why:
                return self._reject(why.report or report, source, str(why), is_damaged=why.report is None)
        self.report.files.append(report)
        if accepted:
            self.report.accepted[file.path] = accepted
        _log_file(report, accepted)
        if target is not None:
            self._put_away(file.path, target)
        return None

    def _commit(
        self,
        source: SourceFile,
        report: FileReport,
        accepted: dict[str, str],
        future: Future[Delivery] | None,
        kept: str,
    ) -> None:
        """Commit a file, share by share, or say why not; note which rules accept what breaks them."""
        shares = [future.result] if future is not None else self._shares(source.path)
        if len(shares) > 1 and self.settings.policies.may_hold_rows:
            # What is wrong with the last share must be known before the first is committed.
            for read in shares:
                self._read(source, read, accepted)
        for read in shares:
            with self.intake.writer.reader.still():
                part, rows = self._read(source, read, accepted)
                self.intake.accounts.commit(rows, part, source, kept)
            report.add(part)

    def _shares(self, path: Path) -> list[Callable[[], Delivery]]:
        """What reads the shares of a file, one after another."""
        with _told():
            reader = with_options(self.intake.reader_of(path), self.settings.policies.reader_options())
            count = formats.shares_of(reader, path, ROWS_AT_ONCE)
        return [partial(formats.read_share, reader, path, share, count) for share in range(count)]

    def _read(
        self, source: SourceFile, read: Callable[[], Delivery], accepted: dict[str, str]
    ) -> tuple[FileReport, dict[str, Samples]]:
        """Read a share of a file, and judge it by its rows."""
        part = FileReport(source.path)
        with _told():
            rows = self.intake.fit(in_order(read()), part)
            source.check_unchanged()
        first_s, last_s = self.standing.unix_s(*span_ns(rows))
        verdict = self.settings.policies.after_reading(part.total.rejected, first_s=first_s, last_s=last_s, now_s=now())
        if verdict is not None:
            raise _HeldBackError(verdict.reason) if verdict.action == "hold" else _RefusedError(verdict.reason, part)
        for each in self.settings.policies.accepted_after_reading(first_s, last_s, now()):
            accepted.setdefault(each.rule, each.reason)
        return part, rows

    def _leave(self, path: Path, reason: str) -> None:
        """Note a file that stays for a later run."""
        _log.warning("left: %s: %s", path, reason, extra={"fields": {"file": str(path), "outcome": "left"}})
        self.report.left[path] = reason

    def _place(self, path: Path) -> Path:
        """Where a file of the staging folder is going to be."""
        name = path.name
        if self.settings.keep == "compress" and not _is_gzip(path):
            name += _GZIP_SUFFIX
        return place_for(self.settings.processed, name, datetime.now(UTC).date())

    def _put_away(self, path: Path, target: Path) -> None:
        """Move a file whose commit is durable."""
        try:
            make_folder(target.parent)
            if _packings(target) > _packings(path):
                self.report.moved[path] = compress(path, target.with_name(target.name[: -len(_GZIP_SUFFIX)]))
            else:
                self.report.moved[path] = move(path, target)
        except OSError as err:
            self._leave(path, f"ingested, but cannot be moved to {target}: {err}; the next run tries again")


def _seen(file: Candidate) -> Seen:
    """What a file was when it was found."""
    return Seen(file.size, file.modified_ns)


def _packings(path: Path) -> int:
    """How often a name says that the file is compressed: it ends in so many ``.gz``."""
    name, count = path.name.lower(), 0
    while name.endswith(_GZIP_SUFFIX):
        name, count = name[: -len(_GZIP_SUFFIX)], count + 1
    return count


def _is_gzip(path: Path) -> bool:
    """Whether a file is compressed; False if nobody can tell."""
    try:
        with path.open("rb") as file:
            return file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    except OSError:
        return False


def _log_file(report: FileReport, accepted: dict[str, str]) -> None:
    """Log what became of a file's rows."""
    whole = report.total
    counts = {name: getattr(whole, name) for name in ("read", "stored", "duplicate", "replaced")}
    fields = {"file": str(report.path), "outcome": "ingested", **counts, "rejected": dict(whole.rejected)}
    fields |= {"accepted": accepted} if accepted else {}
    _log.info("%s: %d of %d rows stored", report.path, whole.stored, whole.read, extra={"fields": fields})
