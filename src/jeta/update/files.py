"""`ingest`: files and folders into the archive, one commit a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import formats
from jeta.errors import FormatError, ValuesError
from jeta.formats.table import read_mapping
from jeta.logs import logger
from jeta.progress import telling
from jeta.update.intake import ROWS_AT_ONCE, is_named_like_data, opened_intake
from jeta.update.report import FileReport, Report
from jeta.update.source_file import digested, look
from jeta.update.target import fold_if_due, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.formats.table import TableMapping
    from jeta.update.intake import Intake
    from jeta.update.target import ArchiveLike

_log = logger(__name__)


def ingest(
    *paths: str | os.PathLike[str],
    archive: ArchiveLike | None = None,
    mapping: str | os.PathLike[str] | TableMapping | None = None,
    progress: bool | Callable[[int, int, Path | None], None] | None = None,
) -> Report:
    """Add the samples of files to an archive.

    Each file is one delivery, committed as a whole: killed anywhere, `ingest` is simply run again, and ingesting a file twice
    changes nothing. Files may come in any order. A file that cannot be read is reported, and the others are ingested; source
    files are only read, and stay where they are.

    Parameters
    ----------
    *paths : path
        Files, and folders whose files are taken in order of their names, subfolders too.
    archive : open archive or path, optional
        Where to; by default the archive in use, see `jeta.fetch.set_archive`.
    mapping : path or TableMapping, optional
        The YAML file that says what the columns of the files are: all of them are then read as tables (CSV, Parquet, Feather,
        FITS). By default the content of a file says what it is; for a table, its header or a mapping beside it.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called before each file, and at the end, with
        the number of files done, the number in all, and the file.

    Returns
    -------
    Report
        Rows read, stored, duplicate, replaced, and rejected by reason, per file and MSID. When it returns, the stored rows
        are on the disk and every reader sees them.

    Raises
    ------
    FileNotFoundError
        If a path does not exist; then nothing is ingested.
    FormatError
        If `mapping` is wrong; then nothing is ingested.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.
    OSError
        If the archive's disk is full or fails. What was committed before stays; run it again when there is room.

    Examples
    --------
    ::

        report = update.ingest("delivery/", archive="/data/jwst")
        print(report)
    """
    found = [(file, is_given) for path in paths for file, is_given in files_of(path)]
    if isinstance(mapping, str | os.PathLike):
        mapping = read_mapping(Path(mapping).expanduser())
    report = Report()
    with telling(progress, "file") as tell, writer_for(archive) as writer:
        with opened_intake(writer, mapping) as intake:
            for done, (path, is_given) in enumerate(found):
                tell(done, len(found), path)
                report.files.append(_ingest_file(intake, path, is_given=is_given))
                fold_if_due(writer)
        tell(len(found), len(found), None)
    return report


def files_of(named: str | os.PathLike[str]) -> list[tuple[Path, bool]]:
    """Return the files of a path, folders entered, and whether each was named as such.

    Parameters
    ----------
    named : path
        A file, or a folder, whose files are given in the order of their names; hidden ones are left out.

    Raises
    ------
    FileNotFoundError
        If it does not exist.
    """
    if not os.fspath(named):
        raise FileNotFoundError("a path is empty; give files or folders, or . for the current one")
    path = Path(named).expanduser()
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; give files or folders that do")
    if not path.is_dir():
        return [(path, True)]
    unreadable: list[Path] = []
    inside: list[Path] = []
    for folder, below, names in os.walk(path, onerror=lambda err: unreadable.append(Path(os.fsdecode(err.filename)))):
        below[:] = [name for name in below if not name.startswith(".")]
        inside += [Path(folder, name) for name in names if not name.startswith(".")]
    # A folder that cannot be listed is taken as a file, whose reading then fails with the reason.
    return [(file, file in unreadable) for file in sorted([*inside, *unreadable])]


def _ingest_file(intake: Intake, path: Path, *, is_given: bool) -> FileReport:
    """Read and commit one file."""
    try:
        reader = intake.reader_of(path)
        count = formats.shares_of(reader, path, ROWS_AT_ONCE)
        seen = look(path)
    except (FormatError, OSError) as err:
        is_skipped = not is_given and isinstance(err, FormatError) and not is_named_like_data(path)
        return _not_ingested(FileReport(path), str(err), is_skipped=is_skipped)
    report = FileReport(path)
    with digested(path, seen) as source:
        for share in range(count):
            part = FileReport(path)
            try:
                rows = intake.fit(formats.read_share(reader, path, share, count), part)
                source.check_unchanged()
            except (FormatError, OSError) as err:
                return _not_ingested(report, str(err))
            except ValuesError as err:
                return _not_ingested(report, f"{path}: {err}")
            intake.accounts.commit(rows, part, source)
            report.add(part)
    _log.info("%s: %d of %d rows stored", path, report.total.stored, report.total.read)
    return report


def _not_ingested(report: FileReport, message: str, *, is_skipped: bool = False) -> FileReport:
    """Note why a file, or the rest of it, is not in the archive."""
    report.error, report.skipped = message, is_skipped
    _log.warning("not ingested: %s", message)
    return report
