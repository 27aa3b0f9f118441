"""Keep a copy of an archive, which is itself an archive; a later one takes what it has in common from the one before."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import open_archive
from jeta.archive.layout import Layout
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveExistsError
from jeta.files import ASIDE_PREFIX, aside_name, make_folder, sync_each, sync_folder
from jeta.logs import logger
from jeta.operations.backup_list import (
    BackupFile,
    BackupList,
    backup_at,
    backups_in,
    copy_hashed,
    digest_file,
    load,
    save,
)
from jeta.operations.finding import Finding
from jeta.operations.named import absolute
from jeta.operations.snapshot import Snapshot
from jeta.operations.source_folders import is_below, source_folders
from jeta.progress import telling
from jeta.update.target import root_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.update.target import ArchiveLike

_log = logger(__name__)

_THREADS = 8
_REPLACED_WHOLE = ("columns/", "journal/", "flags/")
_RECORDS = "records"
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What `backup` made.

    Attributes
    ----------
    path : Path
        The backup.
    files, size : int
        How many files it has, and their bytes.
    copied, copied_size : int
        How many of them are its own, and their bytes; the others it shares with the backup before, or with the archive.
    lacking : tuple of str
        Files that the archive should have and has not, nor has the backup before: run  jeta verify.
    left_out : tuple of str
        What is in the archive's folder and is neither file nor folder, such as links to folders.
    """

    path: Path
    files: int
    size: int
    copied: int
    copied_size: int
    lacking: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.files:,} files of {_megabytes(self.size)}, "
            f"of which {self.copied:,} of {_megabytes(self.copied_size)} are new"
        )


def _megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:,.1f} MB"


class _Taker:
    """Brings files of an archive into a backup that is being made.

    Parameters
    ----------
    root, staging : Path
        The archive, and the backup under a temporary name.
    last : Path or None
        The backup before.
    link : bool
        Whether sealed files are shared with the archive.
    dated : tuple of str
        Folders of files that are what they were if size and time of change are: their names alone do not tell.
    """

    def __init__(self, root: Path, staging: Path, last: Path | None, *, link: bool, dated: tuple[str, ...]) -> None:
        self._root, self._staging, self._last, self._link, self._dated = root, staging, last, link, dated
        self._known = {} if last is None else load(last).files
        self.files: dict[str, BackupFile] = {}
        self.shared: set[str] = set()

    def take(self, path: str, sealed: bool) -> bool:
        """Take one file; return whether it was there. See `jeta.operations.snapshot.Snapshot`."""
        target = self._staging / path
        if sealed and path in self.files:
            return True
        target.parent.mkdir(parents=True, exist_ok=True)
        # Never written over: it may be shared.
        target.unlink(missing_ok=True)
        self.shared.discard(path)
        try:
            if (self._is_known(path, sealed=sealed) and self._shared_with_last(path, target)) or (
                sealed and self._link and self._shared(path, target)
            ):
                self.shared.add(path)
            else:
                self.files[path] = _copied(self._root / path, target)
        except FileNotFoundError:
            self.files.pop(path, None)
            target.unlink(missing_ok=True)
            return False
        return True

    def _is_known(self, path: str, *, sealed: bool) -> bool:
        """Whether the backup before has the same file, and nobody writes into it: what people write is never shared."""
        known = self._known.get(path)
        if known is None or self._last is None:
            return False
        if is_below(path, self._dated):
            with suppress(FileNotFoundError):
                return _mark(self._last / path) == _mark(self._root / path)
            return False
        if sealed:
            return True
        return path.startswith(_REPLACED_WHOLE) and digest_file(self._root / path) == known

    def _shared_with_last(self, path: str, target: Path) -> bool:
        """Link a file to that of the backup before. A sealed one is known by its name, which has a random part."""
        known = self._known.get(path)
        if known is None or self._last is None:
            return False
        try:
            earlier = self._last / path
            if earlier.stat().st_size != known.size:
                return False
            with suppress(FileNotFoundError):  # a fold went by, or the archive has lost what the backup has
                if (self._root / path).stat().st_size != known.size:
                    _log.warning("%s has not the size it had; the backup keeps it as it was", self._root / path)
            os.link(earlier, target)
        except OSError:
            return False
        self.files[path] = known
        return True

    def _shared(self, path: str, target: Path) -> bool:
        """Link a file to that of the archive, if the file system can."""
        try:
            os.link(self._root / path, target)
        except FileNotFoundError:
            raise
        except OSError:
            return False
        self.files[path] = digest_file(target)
        return True

    def keep_only(self, paths: set[str]) -> None:
        """Remove what was taken and no longer counts, as a fold went by."""
        for path in self.files.keys() - paths:
            (self._staging / path).unlink()
            del self.files[path]
            self.shared.discard(path)


def _mark(path: Path) -> tuple[int, int]:
    """Size and time of change of a file."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _copied(source: Path, target: Path) -> BackupFile:
    """Copy a file to the disk, with its time; return its size and digest."""
    with source.open("rb") as opened:
        if opened.read(len(_SQLITE)) == _SQLITE:
            with (
                closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live,
                closing(sqlite3.connect(target)) as copy,
            ):
                live.backup(copy)  # a database may be in the middle of a transaction
            sync_each([target])
            return digest_file(target)
        opened.seek(0)
        with target.open("xb") as new:
            copied = copy_hashed(opened, new)
            new.flush()
            os.fsync(new.fileno())
        status = os.fstat(opened.fileno())
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    return copied


def backup(
    archive: ArchiveLike | None,
    folder: str | os.PathLike[str],
    *,
    link: bool = False,
    anew: bool = False,
    with_sources: bool = False,
    progress: bool | Callable[[int, int], None] | None = None,
) -> BackupReport:
    """Back an archive up into a folder, beside earlier backups.

    The backup is a folder ``<name>-<UTC time>``, itself an archive, of the state that the archive had at one instant. It may be
    written to meanwhile. Sealed files that the last backup of the folder has are shared with it by hard links, where the file
    system can: so each backup is whole, may be removed by itself, and takes only the room of what is new.

    Parameters
    ----------
    archive : open archive, path, or None
        Which archive; None for the one in use.
    folder : path
        Where backups are kept; made if need be.
    link : bool
        Share sealed files with the archive too, where the file system can: takes no time and no room, and guards against what
        jeta or people do to the archive, but not against a failing disk, nor against a program that writes into a file.
    anew : bool
        Share nothing with earlier backups, as when `verify_backup` finds one of them damaged.
    with_sources : bool
        Take the source files too that lie in the archive's folder: those that wait in ``staging``, and those in ``processed`` and
        ``rejected``. The archive needs none of them.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number done and in all.

    Returns
    -------
    BackupReport
        What it consists of.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive.
    ArchiveExistsError
        If the folder lies in the archive, or is one.
    ArchiveLockedError
        If another backup into the folder is being made, or one process that holds the archive's lock folds it without pause.
    OSError
        If the folder's disk is full or fails; nothing is left.

    Notes
    -----
    It gets its name when it is whole and on the disk. What a killed one leaves is removed by the next. The catalog is not taken: it
    is made from the records, which are. Where folds follow one another without pause, other writers have to wait for the end.

    Examples
    --------
    ::

        operations.backup("/data/jwst", "/backup/jwst")
    """
    reader = open_archive(root_of(archive))
    target = absolute(folder, "for the backups")
    real, inside = reader.root.resolve(), target.resolve()
    if inside == real or real in inside.parents or Layout(target).settings.exists():
        raise ArchiveExistsError(f"{target} is an archive, or lies in one; name a folder outside for the backups")
    if target.exists() and not target.is_dir():
        raise ArchiveExistsError(f"{target} is no folder; name one for the backups, which need not exist")
    make_folder(target)
    with telling(progress, "MSID", "backup") as tell, WriterLock(target / "backup.lock"):
        for left in target.glob(f"{ASIDE_PREFIX}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        earlier = backups_in(target)
        staging = aside_name(target)
        try:
            last = earlier[-1] if earlier else None
            sources = source_folders(reader.config, reader.layout)
            taker = _Taker(reader.root, staging, None if anew else last, link=link, dated=(_RECORDS, *sources))
            snapshot = Snapshot(reader.root, taker.take, tell, sources, with_sources=with_sources)
            return _make(taker, snapshot, reader.config.name, staging, last)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise


def _make(taker: _Taker, snapshot: Snapshot, name: str, staging: Path, last: Path | None) -> BackupReport:
    """Make a backup under a temporary name, and rename it when it is on the disk."""
    folder = staging.parent
    for each in (staging, *(staging / each for each in ("columns", "journal", "tdb"))):
        each.mkdir()
    taker.keep_only(snapshot.collect())
    number = 1 if last is None else load(last).number + 1
    now = time.gmtime()
    lacking = tuple(sorted(snapshot.lacking))
    listed = BackupList(name, number, time.strftime("%Y-%m-%dT%H:%M:%SZ", now), lacking, taker.files)
    save(staging, listed)
    folders = [Path(inside) for inside, _, _ in os.walk(staging)]
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(sync_folder, folders))
    path = _free_name(folder, f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name)}-{time.strftime('%Y%m%dT%H%M%SZ', now)}")
    staging.rename(path)
    sync_folder(folder)
    own = [file.size for each, file in taker.files.items() if each not in taker.shared]
    report = BackupReport(
        path, len(taker.files), listed.size, len(own), sum(own), lacking, tuple(sorted(snapshot.left_out))
    )
    _log.info("%s", report)
    return report


def _free_name(folder: Path, name: str) -> Path:
    """A name that is free, for several backups in one second."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path


def verify_backup(
    backup: str | os.PathLike[str], *, progress: bool | Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Compare every file of a backup with the digest that was noted when it was made.

    Parameters
    ----------
    backup : path
        A backup, or a folder of them, of which the latest is taken.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of files done and in all.

    Returns
    -------
    list of Finding
        Empty if all files are there and as they were. What the archive lacked already when it was backed up is a note.

    Raises
    ------
    ArchiveNotFoundError
        If there is no backup.
    ArchiveCorruptError
        If its list is damaged.
    """
    path = backup_at(backup)
    listed = load(path)
    with telling(progress, "file", "check") as tell, ThreadPoolExecutor(_THREADS) as threads:
        findings = []
        checked = threads.map(lambda name: fault_of(path / name, listed.files[name]), sorted(listed.files))
        for done, (name, fault) in enumerate(zip(sorted(listed.files), checked, strict=True), 1):
            if fault is not None:
                findings.append(Finding("error", path / name, f"{fault}; do not restore it, use another backup"))
            tell(done, len(listed.files))
    lacked = "was not in the archive when it was backed up, though it should have been"
    findings.extend(Finding("note", path / name, lacked) for name in listed.lacking)
    return findings


def fault_of(path: Path, known: BackupFile) -> str | None:
    """Say what is wrong with a file of a backup, None if nothing is."""
    try:
        found = digest_file(path)
    except OSError as err:
        return f"cannot be read ({err.strerror})"
    if found.size != known.size:
        return f"is {found.size:,} bytes long instead of {known.size:,}"
    return None if found.sha256 == known.sha256 else "is not what it was when the backup was made"
