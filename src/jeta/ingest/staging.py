"""Staging by the first jeta's names of functions, on the archive in use; `Staging` has the same for any folder.

An *activity* is a folder in the staging folder that holds files aside; the *backlog* is one of them. Files of any format that
can be read count, whatever they are called. Times are Unix seconds, or anything else that `jeta.times` reads.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta.archive import config
from jeta.archive.layout import Layout
from jeta.ingest.activities import BACKLOG, Activity, Staging
from jeta.ingest.settings import load_settings
from jeta.ingest.staged import Staged, coverage
from jeta.update.target import root_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.update.target import ArchiveLike

    AnyPath = str | os.PathLike[str]

__all__ = [
    "BACKLOG",
    "Activity",
    "Staged",
    "Staging",
    "add_activity",
    "add_ingest_file_to_activity",
    "flag_activity_files_by_date",
    "flag_activity_files_by_list",
    "get_activity_count",
    "get_activity_file_count",
    "get_file_coverage",
    "get_files_for_activity",
    "get_list_of_activities",
    "get_staged_files",
    "get_staged_files_by_date",
    "move_staged_files_to_activity",
    "remove_activity",
    "restore_activity_to_staging",
    "restore_from_backlog_by_date",
    "restore_from_backlog_by_list",
    "staging_of",
]


def staging_of(archive: ArchiveLike | None = None, stage_dir: AnyPath | None = None) -> Staging:
    """Return the staging folder of an archive.

    Parameters
    ----------
    archive : open archive or path, optional
        Which archive; by default the one in use.
    stage_dir : path, optional
        Another folder, whatever the archive; none need be in use then.

    Returns
    -------
    Staging
        The folder; nothing is created.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError
        If there is no archive, or its settings are wrong.
    """
    if stage_dir is not None:
        return Staging(stage_dir)
    layout = Layout(root_of(archive))
    settings = load_settings(config.load(layout.root), layout)
    is_own = settings.staging.is_relative_to(layout.root)
    return Staging(settings.staging, is_own=is_own, settle_s=settings.settle_s)


def get_staged_files(
    stage_dir: AnyPath | None = None,
    format: str | None = None,  # noqa: A002 - the first jeta's name
    *,
    archive: ArchiveLike | None = None,
) -> list[str]:
    """Return the paths of the files that are staged, sorted; see `Staging.files`.

    Parameters
    ----------
    stage_dir : path, optional
        The folder, by default that of the archive.
    format : str, optional
        Only files whose names end so, such as ``"h5"``.
    archive : open archive or path, optional
        Which archive; by default the one in use.
    """
    return list(map(str, staging_of(archive, stage_dir).files(format)))


def get_staged_files_by_date(
    tstart: Any,
    tstop: Any,
    stage_dir: AnyPath | None = None,
    format: str | None = None,  # noqa: A002 - the first jeta's name
    *,
    archive: ArchiveLike | None = None,
) -> list[str]:
    """Return the paths of the staged files that begin at or before `tstop` and end at or after `tstart`.

    Parameters
    ----------
    tstart, tstop : time
        The span; None for no limit.
    stage_dir, format, archive
        As for `get_staged_files`.
    """
    staging = staging_of(archive, stage_dir)
    timely = staging.by_date(tstart, tstop)
    wanted = set(timely if format is None else staging.files(format))
    return [str(path) for path in timely if path in wanted]


def get_files_for_activity(activity_name: str, *, archive: ArchiveLike | None = None) -> list[str]:
    """Return the names of the files of an activity, sorted.

    Raises
    ------
    FileNotFoundError
        If there is no such activity.
    """
    return [path.name for path in staging_of(archive).activity_files(activity_name)]


def get_activity_file_count(activity_name: str = "", *, archive: ArchiveLike | None = None) -> int:
    """Return how many files an activity holds; the empty name is that of the staging folder itself."""
    staging = staging_of(archive)
    return len(staging.activity_files(activity_name) if activity_name else staging.files())


def get_activity_count(*, archive: ArchiveLike | None = None) -> int:
    """Return how many activities there are."""
    return len(staging_of(archive).activities())


def get_list_of_activities(*, archive: ArchiveLike | None = None) -> list[str]:
    """Return the names of the activities, sorted."""
    return staging_of(archive).activities()


def get_file_coverage(filename: AnyPath, *, archive: ArchiveLike | None = None) -> tuple[float, float]:
    """Return the first and last instant of a file, Unix seconds.

    Parameters
    ----------
    filename : path
        A path, or the name of a staged file.
    archive : open archive or path, optional
        Which archive; only used for a name.

    Raises
    ------
    FormatError
        If the file cannot be read, or has no rows.
    OSError
        If it is not there.
    """
    path = Path(filename).expanduser()
    if path.name == os.fspath(filename) and not path.exists():
        path = staging_of(archive).folder / path
    return coverage(path)


def add_activity(
    activity_name: str,
    ingest_files: Iterable[AnyPath] | None = None,
    description: str = "",
    src: AnyPath | None = None,
    *,
    archive: ArchiveLike | None = None,
) -> dict[str, Any] | None:
    """Make an activity and move files into it.

    Parameters
    ----------
    activity_name : str
        Its name.
    ingest_files : iterable of path, optional
        Names of staged files.
    description : str, optional
        What it is for.
    src : path, optional
        The staging folder, by default that of the archive.
    archive : open archive or path, optional
        Which archive; by default the one in use.

    Returns
    -------
    dict or None
        ``activity``, ``ingest_files`` as given, ``added_files`` (names that were moved), ``src`` and ``timestamp``; None if no
        files were given.

    Raises
    ------
    FileExistsError
        If there is such an activity.
    FileNotFoundError, ValueError
        If one of the files is not there, or a name is none.
    """
    staging = staging_of(archive, src)
    files = [ingest_files] if isinstance(ingest_files, str | os.PathLike) else list(ingest_files or ())
    staging.check(files)
    staging.create(activity_name, description)
    if not files:
        return None
    return {
        "activity": activity_name,
        "ingest_files": files,
        "added_files": [path.name for path in staging.hold(files, activity_name)],
        "src": str(staging.folder),
        "timestamp": staging.activity(activity_name).created,
    }


def add_ingest_file_to_activity(
    filename: AnyPath, src: AnyPath | None, dst: str, *, archive: ArchiveLike | None = None
) -> str:
    """Move a staged file into an activity that is there.

    Parameters
    ----------
    filename : path
        Name of the file.
    src : path or None
        The staging folder; None for that of the archive.
    dst : str
        The activity's name, or the path of its folder.
    archive : open archive or path, optional
        Which archive; by default the one in use.

    Returns
    -------
    str
        Where the file is now.
    """
    staging = staging_of(archive, src)
    name = dst if os.path.basename(dst) == dst else staging.name_of(dst)  # noqa: PTH119 - a name may be no path
    staging.activity_files(name)  # raises if there is none
    return str(staging.hold([filename], name)[0])


def restore_activity_to_staging(activity_name: str, *, archive: ArchiveLike | None = None) -> list[str]:
    """Move all files of an activity back to the staging folder; return their names. The activity stays."""
    return [path.name for path in staging_of(archive).release(activity_name)]


def remove_activity(activity_name: str, *, restore: bool = False, archive: ArchiveLike | None = None) -> None:
    """Remove an activity that has no files; with `restore`, move its files back to the staging folder first.

    Raises
    ------
    FileExistsError
        If it holds anything, which is listed. No file is ever deleted.
    FileNotFoundError
        If there is no such activity.
    """
    staging_of(archive).remove(activity_name, restore=restore)


def move_staged_files_to_activity(activity_dir: str = BACKLOG, *, archive: ArchiveLike | None = None) -> list[str]:
    """Move all files that are staged into an activity, which is made if there is none; return their names."""
    staging = staging_of(archive)
    return [path.name for path in staging.hold(staging.files(), activity_dir)]


def restore_from_backlog_by_date(tstart: Any, tstop: Any, *, archive: ArchiveLike | None = None) -> list[str]:
    """Move the files of the backlog that have a sample in a span back to the staging folder; return their names."""
    return [path.name for path in staging_of(archive).release(BACKLOG, start=tstart, stop=tstop)]


def restore_from_backlog_by_list(ingest_files: Iterable[AnyPath], *, archive: ArchiveLike | None = None) -> list[str]:
    """Move some files of the backlog back to the staging folder; return their names."""
    return [path.name for path in staging_of(archive).release(BACKLOG, ingest_files)]


def flag_activity_files_by_date(
    activity_name: str, tstart: Any, tstop: Any, note: str = "flagged", *, archive: ArchiveLike | None = None
) -> list[str]:
    """Note something beside the files of an activity that have a sample in a span; return their names.

    The notes are listed by `Staging.activity` and ``jeta staging list``; they change nothing else.
    """
    staging = staging_of(archive)
    return staging.flag(activity_name, staging.by_date(tstart, tstop, activity_name), note)


def flag_activity_files_by_list(
    activity_name: str, ingest_files: Iterable[AnyPath], note: str = "flagged", *, archive: ArchiveLike | None = None
) -> list[str]:
    """Note something beside some files of an activity; return their names."""
    return staging_of(archive).flag(activity_name, ingest_files, note)
