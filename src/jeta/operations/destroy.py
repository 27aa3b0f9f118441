"""Remove an archive, and nothing but the archive."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import config
from jeta.archive.layout import Layout
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveExistsError, ArchiveNotFoundError
from jeta.logs import logger
from jeta.operations.named import absolute
from jeta.operations.own_names import is_own
from jeta.operations.source_folders import is_below, source_folders

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logger(__name__)

_LAST = ("writer.lock", "archive.yaml")
_SHOWN = 10


def destroy(archive: str | os.PathLike[str], *, yes: bool = False, with_sources: bool = False) -> int:
    """Remove an archive with all its samples, its telemetry database, its events and its flags. There is no way back but a backup.

    Parameters
    ----------
    archive : path
        The archive's folder; it is never taken from the environment.
    yes : bool
        Must be True.
    with_sources : bool
        Remove the source files too that lie in its folder: in ``staging``, ``processed`` and ``rejected``, or where
        ``archive.yaml`` says.

    Returns
    -------
    int
        Number of files removed. The folder is gone.

    Raises
    ------
    ValueError
        If `yes` is not True.
    ArchiveNotFoundError
        If there is no archive, or `archive` is a link.
    ArchiveExistsError
        If something else is kept in the folder, or, without `with_sources`, source files: that is told, and nothing is removed.
    ArchiveLockedError
        If another process writes to the archive.

    Notes
    -----
    ``archive.yaml`` goes last: what a killed one leaves is still an archive, which can be destroyed.

    Examples
    --------
    ::

        operations.destroy("/data/rehearsal", yes=True)
    """
    root = absolute(archive, "to destroy")
    check_destroyable(root, with_sources=with_sources)
    if yes is not True:
        raise ValueError(f"{root} would be removed for good: say yes=True if that is meant")
    lock = Layout(root).lock
    with WriterLock(lock):
        check_destroyable(root, with_sources=with_sources)  # whoever wrote until now may have added something
        if not with_sources:
            _remove_empty(root, _sources_of(root))
        removed = 0
        for folder, folders, names in os.walk(root, topdown=False):
            for name in names:
                if folder != str(root) or name not in _LAST:
                    Path(folder, name).unlink()
                    removed += 1
            for name in folders:
                Path(folder, name).rmdir()
    for name in _LAST:
        (root / name).unlink(missing_ok=True)
    root.rmdir()
    _log.info("removed the archive %s, %d files", root, removed)
    return removed + len(_LAST)


def _sources_of(root: Path) -> tuple[str, ...]:
    """Folders of source files below an archive's root."""
    return source_folders(config.load(root), Layout(root))


def _remove_empty(root: Path, sources: tuple[str, ...]) -> None:
    """Remove the folders of source files, which are empty, before anything else: a file may arrive at any moment."""
    for source in sources:
        for folder, _, _ in os.walk(root / source, topdown=False):
            try:
                Path(folder).rmdir()
            except OSError as err:
                raise ArchiveExistsError(
                    f"{folder} is not empty any more ({err.strerror}); no sample was removed. See what arrived there"
                ) from err


def check_destroyable(root: Path, *, with_sources: bool = False) -> str:
    """Make sure that a folder is an archive and holds nothing else.

    Parameters
    ----------
    root : Path
        The folder.
    with_sources : bool
        Whether source files may go too.

    Returns
    -------
    str
        The archive's name.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError, ArchiveExistsError
        See `destroy`.
    """
    if root.is_symlink():
        raise ArchiveNotFoundError(f"{root} is a link to {root.readlink()}; name the archive's own folder")
    name = config.load(root).name
    foreign, files = _looked_through(root, _sources_of(root))
    if foreign:
        raise ArchiveExistsError(
            f"{root} holds what is not of the archive: {_some(foreign)}; nothing was removed. Move that elsewhere first"
        )
    if files and not with_sources:
        raise ArchiveExistsError(
            f"{root} holds source files, {len(files):,} of them: {_some(files)}; nothing was removed. "
            "Move them elsewhere, or say with_sources=True (--with-sources) if they may go"
        )
    return name


def _some(paths: Sequence[str]) -> str:
    """The first few of some paths."""
    return ", ".join(sorted(paths)[:_SHOWN]) + (" ..." if len(paths) > _SHOWN else "")


def _looked_through(root: Path, sources: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Paths below an archive's root that jeta did not put there, and source files; links and devices are always foreign."""
    foreign, files = [], []
    for folder, folders, names in os.walk(root):
        inside = Path(folder).relative_to(root).parts
        for name in [*folders, *names]:
            mode = Path(folder, name).lstat().st_mode
            path, is_folder = "/".join((*inside, name)), stat.S_ISDIR(mode)
            leads_to_sources = is_folder and any(source.startswith(f"{path}/") for source in sources)
            if not (is_folder or stat.S_ISREG(mode)):
                foreign.append(path)
            elif is_below(path, sources):
                files += [] if is_folder else [path]
            elif not (leads_to_sources or is_own((*inside, name), is_folder=is_folder)):
                foreign.append(path)
    return foreign, files
