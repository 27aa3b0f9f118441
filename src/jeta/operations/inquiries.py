"""What is in an archive, and what came of its ingests, by the first jeta's names of functions (``jeta.archive.status``).

There is no ``create_connection``: whoever wants more asks `jeta.catalog.Catalog`, which knows no SQL that a user typed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from jeta.archive import open_archive
from jeta.errors import FormatError, IntervalError, ValuesError
from jeta.ingest.discover import is_unfinished
from jeta.ingest.staged import coverage, is_data
from jeta.ingest.staging import staging_of
from jeta.operations.areas import SOURCES, folder_of, size_of_area
from jeta.operations.catalog_access import catalog_of
from jeta.times import to_seconds
from jeta.update.target import root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jeta.archive import JetaReader
    from jeta.catalog import Catalog, FileRecord, Run
    from jeta.update.target import ArchiveLike

T = TypeVar("T")

FileRow: TypeAlias = tuple[str, int, float, float | None, float | None]
"""A file's name, bytes, time of change (Unix s), and its first and last instant (Unix s; None where nobody can tell)."""

_SHOWN = 3


def get_msid_names(archive: ArchiveLike | None = None) -> list[str]:
    """Return the MSIDs that the archive has samples of, sorted; `jeta.fetch.search` knows those of the telemetry database too.

    Parameters
    ----------
    archive : open archive or path, optional
        By default the archive in use; so for all functions here.
    """
    return _reader(archive).names()


def get_msid_count(archive: ArchiveLike | None = None) -> int:
    """Return how many MSIDs the archive has samples of."""
    return len(get_msid_names(archive))


def is_in_archive(msid: str, archive: ArchiveLike | None = None) -> bool:
    """Tell whether the archive has samples of an MSID.

    Parameters
    ----------
    msid : str
        Its name, in any case; no pattern.
    archive : open archive or path, optional
        By default the archive in use.
    """
    # Not a look at paths: what is typed may be no name at all.
    return isinstance(msid, str) and msid.upper() in _reader(archive).names()


def get_list_of_staged_files(include_path: bool = False, archive: ArchiveLike | None = None) -> list[FileRow]:
    """Return the files that wait in the staging folder, sorted by name.

    Parameters
    ----------
    include_path : bool
        Give whole paths instead of names.
    archive : open archive or path, optional
        By default the archive in use.

    Returns
    -------
    list of (name, size, ctime, tstart, tstop)
        Bytes; Unix seconds. Files of any format that can be read, and those that are called like data but cannot be, whose first
        and last instant are None. Those in activities are not among them.

    Raises
    ------
    FileNotFoundError
        If the settings name a folder that is not there.
    """
    return list(_rows(staging_of(root_of(archive)).files(), include_path=include_path))


def get_list_of_files_in_range(
    tstart: Any, tstop: Any, target_dir: str | os.PathLike[str] | None = None, archive: ArchiveLike | None = None
) -> list[FileRow]:
    """Return the source files that have samples in a span, as far as their first and last instant tell.

    Parameters
    ----------
    tstart, tstop : time
        First and last instant, both inside; numbers are Unix seconds, None is no limit.
    target_dir : path or str, optional
        ``"staging"``, ``"processed"``, ``"rejected"``, or any folder; it is searched with all that is below. By default staging.
    archive : open archive or path, optional
        By default the archive in use.

    Returns
    -------
    list of (path, size, ctime, tstart, tstop)
        Sorted by path, see `get_list_of_staged_files`; files whose span nobody can tell are left out.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    IntervalError
        If `tstop` is before `tstart`.
    """
    start_s = float("-inf") if tstart is None else float(to_seconds(tstart, "unix"))
    stop_s = float("inf") if tstop is None else float(to_seconds(tstop, "unix"))
    if not start_s <= stop_s:
        raise IntervalError(f"tstop ({tstop!r}) must not be before tstart ({tstart!r}); exchange them")
    where = "staging" if target_dir is None else os.fspath(target_dir)
    folder = folder_of(_reader(archive), where) if where in SOURCES else Path(where).expanduser().absolute()
    if not folder.is_dir() and where not in SOURCES:
        raise FileNotFoundError(f"there is no folder {folder}; expected one, or one of {', '.join(SOURCES)}")
    found = sorted(Path(inside, name) for inside, _, names in os.walk(folder) for name in names)
    files = [path for path in found if not is_unfinished(path.name) and path.is_file() and is_data(path, None)]
    return [
        row
        for row in _rows(files, include_path=True)
        if row[3] is not None and row[4] is not None and row[3] <= stop_s and row[4] >= start_s
    ]


def get_current_ingest_id(archive: ArchiveLike | None = None) -> str | None:
    """Return the run that is under way now, None if none is."""
    return _asked(archive, lambda catalog: next((run.run for run in catalog.runs(1) if run.is_under_way), None))


def get_ingest_state(archive: ArchiveLike | None = None) -> str | None:
    """Return the state of the latest run, one of `jeta.catalog.STATES`; None if there was none. One that was killed failed."""
    return _asked(archive, lambda catalog: next((run.state for run in catalog.runs(1)), None))


def get_ingest_history(archive: ArchiveLike | None = None, *, limit: int | None = None) -> list[Run]:
    """Return the runs of the ingest, the latest first.

    Parameters
    ----------
    archive : open archive or path, optional
        By default the archive in use.
    limit : int, optional
        Only so many.

    Returns
    -------
    list of jeta.catalog.Run
        With name, state, when it started and ended, why it failed, process, host and command.
    """
    return _asked(archive, lambda catalog: catalog.runs(limit))


def get_ingest_files(ingest_id: str, archive: ArchiveLike | None = None) -> list[FileRecord]:
    """Return what became of each file that a run dealt with, in order.

    Parameters
    ----------
    ingest_id : str
        The run's name, as `get_ingest_history` has it.
    archive : open archive or path, optional
        By default the archive in use.

    Raises
    ------
    ValuesError
        If there is no such run.
    """

    def ask(catalog: Catalog) -> list[FileRecord]:
        files = catalog.files(run=ingest_id) if isinstance(ingest_id, str) else []
        if not files and not any(run.run == ingest_id for run in catalog.runs()):
            last = ", ".join(run.run for run in catalog.runs(_SHOWN)) or "none"
            raise ValuesError(f"there is no run {ingest_id!r}; the last ones are {last}")
        return files

    return _asked(archive, ask)


def get_total_archive_area_size(area: str = "archive", archive: ArchiveLike | None = None) -> int:
    """Return the bytes of the files of an area.

    Parameters
    ----------
    area : str
        ``archive``: all of it but source files; one of its parts: ``samples``, ``statistics``, ``journal``, ``records``,
        ``catalog``, ``other``; or ``staging``, ``processed``, ``rejected``, wherever these folders are.
    archive : open archive or path, optional
        By default the archive in use.

    Raises
    ------
    ValuesError
        If there is no such area.
    """
    return size_of_area(_reader(archive), area)


def _reader(archive: ArchiveLike | None) -> JetaReader:
    """The archive."""
    return open_archive(root_of(archive))


def _asked(archive: ArchiveLike | None, question: Callable[[Catalog], T]) -> T:
    """The answer of the catalog, in step with the records; nothing is changed."""
    with catalog_of(_reader(archive)) as catalog:
        catalog.sync()
        return question(catalog)


def _rows(paths: Iterable[Path], *, include_path: bool) -> Iterable[FileRow]:
    """What is told of each file; one that goes away meanwhile is passed over."""
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        first_s, last_s = _span(path)
        yield str(path) if include_path else path.name, status.st_size, status.st_ctime, first_s, last_s


def _span(path: Path) -> tuple[float | None, float | None]:
    """First and last instant of a file, None where nobody can tell."""
    try:
        return coverage(path)
    except (FormatError, OSError):
        return None, None
