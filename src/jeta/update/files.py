"""`ingest`: files and folders into the archive, one commit a file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import formats
from jeta.errors import FormatError, MsidNameError
from jeta.logs import logger
from jeta.samples import concatenate
from jeta.tdb import check_name
from jeta.times import to_seconds, unix_ticks_to_cxcsec_ticks
from jeta.update.conform import EARLIEST_NS, LATEST_NS, conform, within
from jeta.update.report import UNKNOWN_ID, FileReport, Report
from jeta.update.target import fold_if_due, writer_for
from jeta.update.types_present import declared, reject_unless_exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.archive import Writer
    from jeta.formats import Delivery
    from jeta.samples import Samples
    from jeta.tdb import Tdb
    from jeta.update.target import ArchiveLike

_log = logger(__name__)

_DATA_SUFFIXES = {".csv", ".h5", ".hdf5", ".json"}
"""A file of a folder that is named like data but cannot be read is an error; any other may be a note or a licence."""
BAD_NAME = "name cannot be that of an MSID"


def ingest(
    *paths: str | os.PathLike[str],
    archive: ArchiveLike | None = None,
    progress: Callable[[int, int, Path | None], None] | None = None,
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
    progress : callable, optional
        Is called before each file, and at the end, with the number of files done, the number in all, and the file.

    Returns
    -------
    Report
        Rows read, stored, duplicate, replaced, and rejected by reason, per file and MSID. When it returns, the stored rows
        are on the disk and every reader sees them.

    Raises
    ------
    FileNotFoundError
        If a path does not exist; then nothing is ingested.
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
    found = [(file, is_given) for path in paths for file, is_given in _files(Path(path).expanduser())]
    report = Report()
    with writer_for(archive) as writer:
        tdb = writer.reader.tdb()
        for done, (path, is_given) in enumerate(found):
            if progress is not None:
                progress(done, len(found), path)
            report.files.append(_ingest_file(writer, tdb, path, is_given=is_given))
            fold_if_due(writer)
    if progress is not None:
        progress(len(found), len(found), None)
    return report


def _files(path: Path) -> list[tuple[Path, bool]]:
    """The files of a path, and whether the user gave them by name."""
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


def _ingest_file(writer: Writer, tdb: Tdb, path: Path, *, is_given: bool) -> FileReport:
    """Read and commit one file."""
    report = FileReport(path)
    try:
        reader = formats.identify(path)
    except (FormatError, OSError) as err:
        report.error = str(err)
        report.skipped = not is_given and isinstance(err, FormatError) and path.suffix.lower() not in _DATA_SUFFIXES
        _log.warning("not ingested: %s", err)
        return report
    try:
        delivery = reader.read(path)
    except (FormatError, OSError) as err:
        report.error = str(err)
        _log.warning("not ingested: %s", err)
        return report
    report.format = delivery.format
    _count_rejected(delivery, tdb, report)
    rows = _rows_by_msid(writer, tdb, delivery, report)
    for msid, counts in writer.commit(rows, source=_printable(path)).items():
        tally = report.tally(msid)
        tally.stored, tally.duplicate, tally.replaced = counts.stored, counts.duplicate, counts.replaced
    _log.info("%s: %d of %d rows stored", path, report.total.stored, delivery.rows_read)
    return report


def _printable(path: Path) -> str:
    """A path as text that can be stored, whatever bytes its name has."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _name_of(key: str | int | None, tdb: Tdb) -> str | None:
    """The MSID that a file's name or identifier stands for, None if there is none."""
    if key is None:
        return None
    if isinstance(key, int):
        entry = tdb.by_id(key)
        return None if entry is None else entry.name
    try:
        return check_name(key)
    except MsidNameError:
        return None


def _label(key: str | int | None, tdb: Tdb) -> str:
    """Under which name rows are counted in the report."""
    if key is None:
        return ""
    return _name_of(key, tdb) or (f"id {key}" if isinstance(key, int) else str(key))


def _count_rejected(delivery: Delivery, tdb: Tdb, report: FileReport) -> None:
    """Enter the rows that the format's reader left out."""
    for (key, reason), rows in delivery.rejected.items():
        tally = report.tally(_label(key, tdb))
        tally.read += rows
        tally.rejected[reason] += rows


def _rows_by_msid(writer: Writer, tdb: Tdb, delivery: Delivery, report: FileReport) -> dict[str, Samples]:
    """The rows of a delivery that are fit for the archive; the others are entered in the report."""
    config = writer.reader.config
    earliest_ns, latest_ns = (int(to_seconds(limit)) * 10**9 for limit in (config.earliest, config.latest))
    result: dict[str, list[Samples]] = {}
    for batch in delivery.batches:
        tally = report.tally(_label(batch.key, tdb))
        tally.read += len(batch.samples)
        msid = _name_of(batch.key, tdb)
        if msid is None:
            tally.rejected[UNKNOWN_ID if isinstance(batch.key, int) else BAD_NAME] += len(batch.samples)
            continue
        timely = within(batch.samples, max(earliest_ns, EARLIEST_NS), min(latest_ns, LATEST_NS))
        entry, present = declared(writer, msid, tdb)
        present.update("text" if part.is_text else part.values.dtype.str for part in result.get(msid, ()))
        conformed = reject_unless_exact(writer, msid, conform(timely.samples, entry, present))
        tally.rejected += timely.rejected + conformed.rejected
        report.notes += conformed.notes
        result.setdefault(msid, []).append(_in_system(conformed.samples, config.time_system))
    return {msid: concatenate(parts) for msid, parts in result.items()}


def _in_system(samples: Samples, system: str) -> Samples:
    """Rows of UTC instants in the archive's own time system."""
    if system == "unix":
        return samples
    return replace(samples, ticks=unix_ticks_to_cxcsec_ticks(samples.ticks, samples.resolution))
