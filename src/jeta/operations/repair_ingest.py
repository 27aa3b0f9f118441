"""Repair of what an ingest keeps: records, files that were not moved, and the catalog."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.catalog import FileRecord, RecordLog
from jeta.errors import ArchiveCorruptError, CatalogError
from jeta.files import ASIDE_PREFIX, sync_folder
from jeta.ingest.dealing import Dealing
from jeta.ingest.report import RunReport
from jeta.ingest.settings import load_settings
from jeta.ingest.standing import Standing
from jeta.operations.catalog_access import catalog_of, is_kept
from jeta.operations.repair_step import Step
from jeta.update.accounts import take_back
from jeta.update.intake import opened_intake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeta.archive import JetaReader, Writer
    from jeta.operations.finding import Finding

DAMAGED_SUFFIX = ".damaged"
"""How the name of a record ends that is set aside."""


def records(reader: JetaReader, findings: list[Finding], writer: Writer | None) -> Iterator[Step]:
    """Bring the end of the record log in order, so that the next ingest can go on there."""
    log, folder = RecordLog(reader.layout.records), reader.layout.records
    left = [each.path for each in findings if folder in each.path.parents and each.path.name.startswith(ASIDE_PREFIX)]
    if left:
        yield Step(f"remove {len(left)} records that were never finished", log.tidy, tuple(left))
    last = log.last_number()
    wrong = {each.path for each in findings if each.severity == "error"}
    if last and log.path(last) in wrong:
        what = f"set record {last} aside, which is damaged and the last: its file's samples stay, where they came from is lost"
        yield Step(what, partial(_set_aside, log.path(last)), (log.path(last),))
        return
    announced = log.unsettled()
    if announced is not None and (announced.commit or 0) > _last_commit(reader, writer):
        what = f"take back the record of {announced.path}, whose commit never was"
        yield Step(what, partial(_take_back, writer, log), (log.path(last),))


def _set_aside(path: Path) -> None:
    """Give a damaged record another name."""
    path.replace(path.with_name(path.name + DAMAGED_SUFFIX))
    sync_folder(path.parent)


def _last_commit(reader: JetaReader, writer: Writer | None) -> int:
    """The highest number that a commit has had."""
    if writer is not None:
        return writer.last_commit()
    numbers = [commit.number for commit in reader.journal_files()]
    return max([*numbers, *(reader.manifest(name).folded for name in reader.names())], default=0)


def _take_back(writer: Writer | None, log: RecordLog) -> None:
    """Take back the last record."""
    if writer is not None:
        take_back(writer, log)


def moves(reader: JetaReader, findings: list[Finding], writer: Writer | None) -> Iterator[Step]:
    """Move the source files whose rows a killed ingest has committed."""
    del findings
    waiting = list(_not_moved(reader))
    if waiting:
        names = ", ".join(path.name for path in waiting[:3]) + (" ..." if len(waiting) > 3 else "")
        what = f"move {len(waiting)} source files that are in the archive: {names}"
        yield Step(what, partial(_finish_moves, writer), tuple(waiting))


def _not_moved(reader: JetaReader) -> Iterator[Path]:
    """Files of the staging folder that records say were committed, by runs that did not end."""
    log, staging = RecordLog(reader.layout.records), load_settings(reader.config, reader.layout).staging
    for number in range(log.last_number(), 0, -1):
        try:
            record = log.read(number)
        except (FileNotFoundError, ArchiveCorruptError):
            return
        if not isinstance(record, FileRecord):
            return
        path = Path(record.path)
        if record.kept and record.outcome == "ingested" and path.parent == staging and _is_still(path, record):
            yield path


def _is_still(path: Path, record: FileRecord) -> bool:
    """Whether a file is what it was when it was ingested."""
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (record.size, record.modified_ns)


def _finish_moves(writer: Writer | None) -> None:
    """Do what the next ingest would do first.

    Raises
    ------
    ArchiveCorruptError
        If a file cannot be moved.
    """
    if writer is None:
        return
    settings = load_settings(writer.reader.config, writer.layout)
    settings.make_folders(writer.layout.root)
    standing = Standing(writer)
    try:
        with opened_intake(writer) as intake:
            dealing = Dealing(intake, settings, RunReport(), standing, is_staging=True)
            dealing.finish_moves()
    finally:
        standing.close()
    if dealing.report.left:
        raise ArchiveCorruptError("; ".join(f"{path}: {why}" for path, why in dealing.report.left.items()))


def catalog(reader: JetaReader, *, full: bool) -> Iterator[Step]:
    """Bring the catalog into step with the records, or make it anew."""
    last = RecordLog(reader.layout.records).last_number()
    if not last and not is_kept(reader):
        return
    try:
        with catalog_of(reader) as known:
            wrong = known.check(full=full)
            behind = known.behind()
    except (ArchiveCorruptError, CatalogError) as err:
        wrong, behind = [str(err)], last
    paths = (reader.layout.catalog,)
    if behind == last and last:
        yield Step(f"make the catalog anew from {last} records", partial(_sync, reader), paths)
    elif wrong:
        yield Step(f"bring the catalog into step with the records ({wrong[0]})", partial(_sync, reader), paths)


def _sync(reader: JetaReader) -> None:
    """Take in what is new; if that does not make the catalog agree with the records, make it anew."""
    with catalog_of(reader, read_only=False) as known:
        known.sync()
        if known.check(full=True):
            known.rebuild()
