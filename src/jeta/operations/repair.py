"""Mend what can be mended from the archive itself: whatever is made from something else, and what killed processes left."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from jeta import settings
from jeta.archive import Writer, open_archive
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveLockedError
from jeta.logs import logger
from jeta.operations import repair_columns, repair_ingest
from jeta.operations.verify import verify
from jeta.progress import telling
from jeta.update.target import root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jeta.archive import JetaReader
    from jeta.operations.finding import Finding
    from jeta.operations.repair_step import Step
    from jeta.update.target import ArchiveLike

_log = logger(__name__)

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What `repair` did, or would do.

    Attributes
    ----------
    root : str
        The archive.
    done : tuple of str
        What was mended, in words.
    failed : tuple of str
        What was tried in vain, and why.
    remaining : tuple of Finding
        Errors that are still there; those of a dry run that nothing here mends.
    dry_run : bool
        Whether nothing was changed.
    """

    root: str
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    remaining: tuple[Finding, ...] = ()
    dry_run: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether no error is left."""
        return not self.failed and not self.remaining

    @property
    def advice(self) -> str:
        """What to do about the rest; empty if there is none."""
        if self.is_whole:
            return ""
        return (
            f"put back what a backup has:  jeta restore BACKUP --archive {self.root}  ; then, or without a backup, ingest the "
            "source files again whose samples are lost"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain dictionaries, lists and texts, for JSON."""
        remaining = [{"path": str(each.path), "message": each.message} for each in self.remaining]
        told = {"root": self.root, "dry_run": self.dry_run, "done": list(self.done), "failed": list(self.failed)}
        return {**told, "remaining": remaining, "advice": self.advice}

    def __str__(self) -> str:
        lines = [f"{'would ' if self.dry_run else ''}{what}" for what in self.done[:_SHOWN]]
        if len(self.done) > _SHOWN:
            lines.append(f"and {len(self.done) - _SHOWN:,} more")
        lines += [f"failed: {what}" for what in self.failed]
        lines += list(map(str, self.remaining[:_SHOWN]))
        if len(self.remaining) > _SHOWN:
            lines.append(f"and {len(self.remaining) - _SHOWN:,} more")
        left = len(self.failed) + len(self.remaining)
        did = f"{len(self.done):,} {'to mend' if self.dry_run else 'mended'}" if self.done else "nothing to mend"
        lines.append(f"{self.root}: {did}{f', {left:,} cannot be' if left else ''}")
        return "\n".join([*lines, *([self.advice] if self.advice else [])])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def repair(
    archive: ArchiveLike | None = None,
    *,
    dry_run: bool = False,
    full: bool = False,
    workers: int | None = None,
    progress: bool | Callable[[int, int], None] | None = None,
) -> RepairReport:
    """Mend an archive from what is whole of it; samples are never changed.

    Lists of segments and ``state.json`` are made anew where they are lost or damaged; what killed processes left is removed; a
    record whose commit never was is taken back; source files that were committed and not moved are moved; the journal is folded;
    statistics are worked out where they are damaged or lacking; the catalog is made anew where it is lost, damaged or behind.
    Damaged segments and commits need a backup: see `jeta.operations.restore`.

    Parameters
    ----------
    archive : open archive or path, optional
        Which archive; by default the one in use.
    dry_run : bool
        Change nothing, take no lock, and only say what would be mended.
    full : bool
        Look at every sample, every bin of the statistics and every record, as `jeta.operations.verify` does by default; else only
        at lists, sizes and tables.
    workers : int, optional
        Number of processes; by default as many as there are cores, or as ``JETA_WORKERS`` says.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of MSIDs done and in all.

    Returns
    -------
    RepairReport
        What was done, and which errors remain.

    Raises
    ------
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.
    ArchiveCorruptError
        If ``archive.yaml`` cannot be read: mend it by hand, or restore it.
    OSError
        If the disk is full or fails. Killed anywhere, run it again.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     repair(create_archive(folder + "/lab")).done
    ()
    """
    reader = open_archive(root_of(archive))
    count = settings.from_environment().workers if workers is None else workers
    with telling(progress, "MSID", "repair") as tell:
        findings = verify(reader.root, full=full, progress=tell)
        if not (reader.layout.columns.is_dir() and reader.layout.journal.is_dir()):
            return RepairReport(str(reader.root), remaining=tuple(findings), dry_run=dry_run)
        this = _Repair(reader, findings, full=full, dry_run=dry_run)
        with ExitStack() as stack:
            if not dry_run:
                stack.enter_context(WriterLock(reader.layout.lock))
            this.go_through(repair_columns.lists(reader, findings))
        with ExitStack() as stack:
            writer = None if dry_run else _opened(stack, this)
            if dry_run or writer is not None:
                for steps in (repair_ingest.records, repair_ingest.moves):
                    this.go_through(steps(reader, findings, writer))
                this.go_through(repair_columns.rows(reader, this.left(), writer, count))
                # What only a full look finds is not found again by the quick ones in between.
                known = [*this.left(), *(findings if full else ())]
                this.go_through(repair_columns.statistics(reader, known, writer, count))
                this.go_through(repair_columns.leftovers(reader, this.left()))
        this.go_through(repair_ingest.catalog(reader, full=full))
        remaining = this.left(full=full, tell=tell)
    return RepairReport(
        str(reader.root), tuple(this.done), tuple(this.failed), tuple(_errors(remaining, this.mends)), dry_run
    )


def _opened(stack: ExitStack, this: _Repair) -> Writer | None:
    """The archive's writer; None if something is damaged without which nobody can write."""
    try:
        return stack.enter_context(Writer(this.reader.root))
    except ArchiveLockedError:
        raise
    except OSError as err:
        this.failed.append(str(err))
        return None


def _errors(findings: Iterable[Finding], mends: set[str]) -> list[Finding]:
    """Errors but for those that a dry run would mend."""
    return [each for each in findings if each.severity == "error" and str(each.path) not in mends]


class _Repair:
    """Goes through steps, and notes what was done."""

    def __init__(self, reader: JetaReader, findings: list[Finding], *, full: bool, dry_run: bool) -> None:
        self.reader, self._findings, self._is_full, self._dry_run = reader, findings, full, dry_run
        self._is_changed = False
        self.done: list[str] = []
        self.failed: list[str] = []
        self.mends: set[str] = set()
        """Paths that a dry run would mend."""

    def go_through(self, steps: Iterable[Step]) -> None:
        """Do each step; one that is in vain does not keep the others from being done."""
        for step in self._all_of(steps):
            if self._dry_run:
                self.mends.update(map(str, step.paths))
                self.done.append(step.what)
                continue
            self._is_changed = True
            try:
                step.do()
            except ArchiveLockedError:
                raise
            except OSError as err:  # damage, a disk that is full, what may not be read or written
                self.failed.append(f"{step.what}: {err}")
            else:
                self.done.append(step.what)
                _log.info("repair: %s", step.what, extra={"fields": {"mended": list(map(str, step.paths))}})

    def _all_of(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps as far as they can be told."""
        try:
            yield from steps
        except ArchiveLockedError:
            raise
        except OSError as err:
            self.failed.append(str(err))

    def left(self, *, full: bool = False, tell: Callable[[int, int], None] | None = None) -> list[Finding]:
        """What is not as it should be now; of a dry run, what there was. Looked for only if something has changed since."""
        if not self._dry_run and (self._is_changed or (full and not self._is_full)):
            self._findings = verify(self.reader.root, full=full, progress=tell or False)
            self._is_changed, self._is_full = False, full
        return self._findings
