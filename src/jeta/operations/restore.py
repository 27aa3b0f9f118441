"""Get back from a backup: an archive, some of its MSIDs, or the files that are damaged."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import Writer, open_archive
from jeta.archive.layout import Layout
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveCorruptError, ArchiveExistsError, ArchiveLockedError
from jeta.files import ASIDE_PREFIX, make_folder, sync_folder
from jeta.logs import logger
from jeta.operations.backup import fault_of
from jeta.operations.backup_list import backup_at, copy_hashed, load
from jeta.operations.mend import mend
from jeta.operations.named import absolute
from jeta.operations.restore_msids import add_rows, check_times, exchange_columns
from jeta.progress import telling
from jeta.update.chosen import chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jeta.operations.backup_list import BackupList
    from jeta.operations.finding import Finding

_log = logger(__name__)

_THREADS = 8
_SHOWN = 5
_NOT_OF_SOME = ("journal", "state.json", "records", "mirror", "staging", "processed", "rejected")


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What `restore` did.

    Attributes
    ----------
    backup, root : Path
        From where, and to where.
    files : int
        Files put in place.
    rows : dict of str to int
        Samples that were added to MSIDs, or that those have that were exchanged.
    mended : tuple of Path
        Files that were damaged and are whole now.
    remaining : tuple of Finding
        Errors that are still there: the backup could not help.
    absent : tuple of str
        MSIDs of the backup that the archive does not have; name them to get them.
    """

    backup: Path
    root: Path
    files: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    mended: tuple[Path, ...] = ()
    remaining: tuple[Finding, ...] = ()
    absent: tuple[str, ...] = ()

    def __str__(self) -> str:
        done = []
        if self.files:
            done.append(f"{self.files:,} {'file' if self.files == 1 else 'files'} put in place")
        if self.rows:
            msids = f"{len(self.rows):,} {'MSID' if len(self.rows) == 1 else 'MSIDs'}"
            done.append(f"{sum(self.rows.values()):,} samples of {msids}")
        if self.remaining:
            done.append(f"{len(self.remaining):,} {'error remains' if len(self.remaining) == 1 else 'errors remain'}")
        return f"{self.root}: {', '.join(done) or 'nothing to do'}, from {self.backup.name}"


def restore(
    backup: str | os.PathLike[str],
    root: str | os.PathLike[str],
    *,
    msids: str | Iterable[str] | None = None,
    replace: bool = False,
    progress: bool | Callable[[int, int], None] | None = None,
) -> RestoreReport:
    """Get back from a backup.

    ==========================  =========================================================================================
    root, msids                 what happens
    ==========================  =========================================================================================
    nothing there, None         the whole archive is put there
    nothing there, some MSIDs   an archive of these is put there
    an archive, None            what `jeta.operations.verify` finds damaged in it, or missing, is put back; whatever is whole
                                stays, later samples too
    an archive, some MSIDs      samples that it lacks of them are added: those whose instants it has no sample at;
                                with ``replace=True``, these MSIDs become what they were in the backup
    ==========================  =========================================================================================

    Parameters
    ----------
    backup : path
        A backup, or a folder of them, of which the latest is taken.
    root : path
        Where to.
    msids : str or iterable of str, optional
        Names, or patterns with ``*``, ``?`` or ``[...]``, in any case.
    replace : bool
        See above; samples of these MSIDs that came after the backup are lost.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number done and in all.

    Returns
    -------
    RestoreReport
        What was done, and which damage remains.

    Raises
    ------
    ArchiveNotFoundError
        If there is no backup.
    ArchiveCorruptError
        If a file of the backup that is needed is not what it was; then nothing is changed.
    ArchiveExistsError
        If there is something at `root` that is no archive.
    ArchiveMismatchError
        If times count otherwise in the backup than in the archive.
    UnknownMsidError
        If a name or pattern is that of no MSID of the backup.
    ValueError
        If `replace` is given without `msids`, or `root` is the backup.
    ArchiveLockedError
        If another process writes to the archive.
    OSError
        If the disk is full or fails.

    Notes
    -----
    Digests are compared before a file takes its place. A whole archive gets its name when all of it is on the disk. Killed
    anywhere, run it again.

    Examples
    --------
    ::

        operations.restore("/backup/jwst", "/data/jwst")
    """
    source = backup_at(backup)
    listed = load(source)
    target = absolute(root, "to restore to")
    if target.resolve() == source.resolve() or source.resolve() in target.resolve().parents:
        raise ValueError(f"{target} is the backup itself; name the archive, or a place for a new one")
    if replace and msids is None:
        raise ValueError("replace=True needs msids; to go back to a backup as a whole, restore it to another place")
    is_archive = Layout(target).settings.exists() or Layout(target).columns.is_dir()
    if not is_archive and target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ArchiveExistsError(f"{target} is neither an archive nor empty; name an archive, or a place for a new one")
    with telling(progress, "MSID" if is_archive else "file", "restore") as tell:
        if not is_archive:
            report = _whole(source, listed, target, msids, tell)
        elif msids is None:
            mended = mend(source, listed, target, tell)
            report = RestoreReport(source, target, len(mended.paths), {}, mended.paths, mended.remaining, mended.absent)
        else:
            report = _some(source, listed, target, msids, replace=replace, tell=tell)
    _log.info("%s", report)
    return report


def _whole(
    source: Path,
    listed: BackupList,
    target: Path,
    msids: str | Iterable[str] | None,
    tell: Callable[[int, int], None],
) -> RestoreReport:
    """Make an archive of a backup, or of some MSIDs of it, under a temporary name, and rename it when it is on the disk."""
    names = None if msids is None else chosen(open_archive(source).names(), msids, source)
    wanted = [path for path in listed.files if names is None or _is_of(path, set(names))]
    make_folder(target.parent)
    prefix = f"{ASIDE_PREFIX}restore-{target.name}-"
    _remove_left(target.parent, prefix)
    staging = target.parent / f"{prefix}{os.getpid()}"
    staging.mkdir()
    try:
        with WriterLock(Layout(staging).lock):
            _copy_all(source, listed, staging, wanted, tell)
        rows = {}
        if names is not None:
            with Writer(staging) as writer:  # what waited in the journal
                rows = add_rows(writer, open_archive(source), names, source.name)
                writer.fold()
        for folder, _, _ in os.walk(staging):
            sync_folder(Path(folder))
        if target.exists():
            target.rmdir()  # empty, as was seen
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    sync_folder(target.parent)
    return RestoreReport(source, target, len(wanted), {name: count for name, count in rows.items() if count})


def _is_of(path: str, names: set[str]) -> bool:
    """Whether a file is needed for an archive of some MSIDs: the journal is gone through, the state made again.

    Records stay behind: they tell of all MSIDs, and number commits that this archive never had.
    """
    parts = path.split("/")
    return parts[1] in names if parts[0] == "columns" else parts[0] not in _NOT_OF_SOME


def _remove_left(folder: Path, prefix: str) -> None:
    """Remove what killed restores of the same name have left: nobody holds a lock in there."""
    for left in folder.glob(f"{prefix}*"):
        try:
            with WriterLock(Layout(left).lock):
                shutil.rmtree(left)
        except ArchiveLockedError as err:
            raise ArchiveLockedError(
                f"another restore to the same place is at work in {left}; wait for it to end"
            ) from err


def _copy_all(
    source: Path, listed: BackupList, staging: Path, paths: list[str], tell: Callable[[int, int], None]
) -> None:
    """Copy files of a backup, and compare their digests."""
    for name in ("columns", "journal", "tdb"):
        (staging / name).mkdir()

    def copy(path: str) -> str | None:
        return put(source / path, listed, path, staging / path)

    with ThreadPoolExecutor(_THREADS) as threads:
        faults = []
        for done, fault in enumerate(threads.map(copy, paths), 1):
            tell(done, len(paths))
            if fault is not None:
                faults.append(fault)
    if faults:
        told = "; ".join(faults[:_SHOWN]) + (" ..." if len(faults) > _SHOWN else "")
        raise ArchiveCorruptError(f"{len(faults)} files of {source} are damaged, nothing was restored: {told}")


def put(source: Path, listed: BackupList, path: str, target: Path) -> str | None:
    """Copy a file of a backup to its place if it is what it was; return what is wrong with it otherwise."""
    known = listed.files[path]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        opened = source.open("rb")
    except OSError as err:
        return f"{path} cannot be read ({err.strerror})"
    with opened, target.open("xb") as new:
        found = copy_hashed(opened, new)
        new.flush()
        os.fsync(new.fileno())
    if found != known:
        return f"{path} is not what it was when the backup was made"
    return None


def _some(
    source: Path,
    listed: BackupList,
    target: Path,
    msids: str | Iterable[str],
    *,
    replace: bool,
    tell: Callable[[int, int], None],
) -> RestoreReport:
    """Bring some MSIDs of a backup into an archive."""
    reader = open_archive(source)
    names = chosen(reader.names(), msids, source)
    wanted = [path for path in listed.files if path.startswith("journal/") or _is_of(path, set(names))]
    with ThreadPoolExecutor(_THREADS) as threads:
        checked = zip(
            wanted, threads.map(lambda path: fault_of(source / path, listed.files[path]), wanted), strict=True
        )
        faults = [f"{path} {fault}" for path, fault in checked if fault is not None]
    if faults:
        told = "; ".join(faults[:_SHOWN]) + (" ..." if len(faults) > _SHOWN else "")
        raise ArchiveCorruptError(f"{len(faults)} files of {source} are damaged, nothing was restored: {told}")
    with Writer(target) as writer:
        check_times(writer.reader, reader)
        if replace:
            exchange_columns(writer, reader, names)
            add_rows(writer, reader, names, source.name, tell)
            rows = {name: writer.reader.rows(name) for name in names}
        else:
            rows = add_rows(writer, reader, names, source.name, tell)
        writer.fold()
        if replace:
            writer.refresh_statistics([name for name in names if writer.reader.rows(name)])
    return RestoreReport(source, target, 0, {name: count for name, count in rows.items() if count})
