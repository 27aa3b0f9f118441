"""`ingest`: files and folders into the archive, one commit a file."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jeta import formats
from jeta.errors import FormatError, MsidNameError, ValuesError
from jeta.formats.table import Table, read_mapping
from jeta.formats.table.rules import Known
from jeta.logs import logger
from jeta.progress import telling
from jeta.samples import concatenate
from jeta.tdb import check_name
from jeta.times import cxcsec_ticks_to_unix_ticks, to_seconds, unix_ticks_to_cxcsec_ticks
from jeta.update.conform import EARLIEST_NS, LATEST_NS, conform, within
from jeta.update.report import BAD_NAME, UNKNOWN_ID, FileReport, Report
from jeta.update.stored_units import UNIT_NOT_KEPT, in_stored_unit
from jeta.update.target import fold_if_due, writer_for
from jeta.update.types_present import declared, reject_unless_exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.archive import Writer
    from jeta.formats import Batch, Delivery, Format
    from jeta.formats.table import TableMapping
    from jeta.samples import Samples
    from jeta.tdb import Tdb
    from jeta.update.target import ArchiveLike

_log = logger(__name__)

_DATA_SUFFIXES = {".csv", ".feather", ".fit", ".fits", ".h5", ".hdf5", ".json", ".parquet", ".tsv"}
"""A file of a folder that is named like data, gzip or not, but cannot be read is an error; any other may be a note or a licence."""


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
    found = [(file, is_given) for path in paths for file, is_given in _files(Path(path).expanduser())]
    given = read_mapping(Path(mapping).expanduser()) if isinstance(mapping, str | os.PathLike) else mapping
    report = Report()
    with telling(progress, "file") as tell, writer_for(archive) as writer:
        tdb = writer.reader.tdb()
        table = Table(given, partial(_known, writer, tdb))
        for done, (path, is_given) in enumerate(found):
            tell(done, len(found), path)
            report.files.append(_ingest_file(writer, tdb, path, table, is_mapped=given is not None, is_given=is_given))
            fold_if_due(writer)
        tell(len(found), len(found), None)
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


def _ingest_file(writer: Writer, tdb: Tdb, path: Path, table: Table, *, is_mapped: bool, is_given: bool) -> FileReport:
    """Read and commit one file."""
    report = FileReport(path)
    try:
        reader = _reader_of(path, table, is_mapped=is_mapped)
    except (FormatError, OSError) as err:
        report.error = str(err)
        report.skipped = not is_given and isinstance(err, FormatError) and not _is_named_like_data(path)
        _log.warning("not ingested: %s", err)
        return report
    try:
        delivery = reader.read(path)
        report.format = delivery.format
        _count_rejected(delivery, tdb, report)
        rows = _rows_by_msid(writer, tdb, delivery, report)
    except (FormatError, OSError, ValuesError) as err:
        message = f"{path}: {err}" if isinstance(err, ValuesError) else str(err)
        _log.warning("not ingested: %s", message)
        return FileReport(path, error=message)
    for msid, counts in writer.commit(rows, source=_printable(path)).items():
        tally = report.tally(msid)
        tally.stored, tally.duplicate, tally.replaced = counts.stored, counts.duplicate, counts.replaced
    _log.info("%s: %d of %d rows stored", path, report.total.stored, delivery.rows_read)
    return report


def _is_named_like_data(path: Path) -> bool:
    """Whether a name promises telemetry."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix in _DATA_SUFFIXES


def _reader_of(path: Path, table: Table, *, is_mapped: bool) -> Format:
    """What reads a file: tables with what is known here, anything else by its content.

    Raises
    ------
    FormatError
        If nothing does.
    """
    if not is_mapped:
        reader = formats.identify(path)
        return table.knowing(reader)
    table.describe(path)  # says why the file does not fit the mapping
    return table


def _known(writer: Writer, tdb: Tdb, name: str) -> Known | None:
    """What the archive knows of an MSID, before its rows are read."""
    msid = _name_of(name, tdb)
    entry, present = (None, set[str]()) if msid is None else declared(writer, msid, tdb)
    if entry is None and not present:
        return None
    is_text = "text" in present if present else bool(entry and entry.is_text)
    is_single = present == {"<f4"} if entry is None or entry.dtype is None else entry.dtype == np.float32
    return Known(is_text, entry is not None and entry.calibrations is not None, is_single)


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
    system = writer.reader.config.time_system
    result: dict[str, list[Samples]] = {}
    for batch in delivery.batches:
        tally = report.tally(_label(batch.key, tdb))
        tally.read += len(batch.samples)
        msid = _name_of(batch.key, tdb)
        if msid is None:
            tally.rejected[UNKNOWN_ID if isinstance(batch.key, int) else BAD_NAME] += len(batch.samples)
            continue
        timely = within(batch.samples, *_limits_ns(writer, batch.time_system or system))
        entry, present = declared(writer, msid, tdb)
        present.update("text" if part.is_text else part.values.dtype.str for part in result.get(msid, ()))
        converted, is_kept = in_stored_unit(msid, timely.samples, batch.unit, entry)
        report.notes += Counter({} if is_kept else {UNIT_NOT_KEPT: len(converted)})
        conformed = reject_unless_exact(writer, msid, conform(converted, entry, present))
        tally.rejected += timely.rejected + conformed.rejected
        report.notes += conformed.notes
        result.setdefault(msid, []).append(_in_system(conformed.samples, batch, system))
    return {msid: concatenate(parts) for msid, parts in result.items()}


def _limits_ns(writer: Writer, system: str) -> tuple[int, int]:
    """The earliest and the latest instant that files may have, ns of a time system."""
    config = writer.reader.config
    earliest_ns, latest_ns = (int(to_seconds(limit, system)) * 10**9 for limit in (config.earliest, config.latest))
    return max(earliest_ns, EARLIEST_NS), min(latest_ns, LATEST_NS)


def _in_system(samples: Samples, batch: Batch, system: str) -> Samples:
    """Rows in the archive's own time system."""
    if not batch.time_system or batch.time_system == system:
        return samples
    convert = unix_ticks_to_cxcsec_ticks if system == "cxcsec" else cxcsec_ticks_to_unix_ticks
    return replace(samples, ticks=convert(samples.ticks, samples.resolution))
