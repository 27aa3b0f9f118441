"""Remove an archive, and nothing but the archive."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import config
from jeta.archive.layout import JOURNAL_SUFFIX, MANIFEST_NAME, SEGMENT_SUFFIX, Layout
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveExistsError, ArchiveNotFoundError, MsidNameError
from jeta.files import ASIDE_PREFIX
from jeta.logs import logger
from jeta.operations.backup_list import LIST_NAME
from jeta.statistics import BIN_WIDTHS_S
from jeta.tdb import CACHE_NAME, check_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logger(__name__)

_TOP_FILES = ("archive.yaml", "state.json", "writer.lock", "bad_times.txt", LIST_NAME)
_SUFFIXES = {
    "tdb": (".yaml", ".yml", CACHE_NAME),
    "events": (".yaml", ".yml", ".csv", ".ecsv"),
    "flags": (".json", ".lock"),
    "journal": (JOURNAL_SUFFIX,),
}
"""How the names of files end that are kept in each folder, besides columns."""
_PRODUCTS = ("full", *BIN_WIDTHS_S)
_LAST = ("writer.lock", "archive.yaml")
_SHOWN = 10


def destroy(archive: str | os.PathLike[str], *, yes: bool = False) -> int:
    """Remove an archive with all its samples, its telemetry database, its events and its flags. There is no way back but a backup.

    Parameters
    ----------
    archive : path
        The archive's folder; it is never taken from the environment.
    yes : bool
        Must be True.

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
        If something else is kept in the folder: it is listed, and nothing is removed.
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
    root = Path(archive).expanduser().absolute()
    check_destroyable(root)
    if yes is not True:
        raise ValueError(f"{root} would be removed for good: say yes=True if that is meant")
    lock = Layout(root).lock
    with WriterLock(lock):
        check_destroyable(root)  # whoever wrote until now may have added something
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


def check_destroyable(root: Path) -> str:
    """Make sure that a folder is an archive and holds nothing else.

    Parameters
    ----------
    root : Path
        The folder.

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
    foreign = sorted(_foreign(root))
    if foreign:
        told = ", ".join(foreign[:_SHOWN]) + (" ..." if len(foreign) > _SHOWN else "")
        raise ArchiveExistsError(
            f"{root} holds what is not of the archive: {told}; nothing was removed. Move that elsewhere first"
        )
    return name


def _foreign(root: Path) -> Iterator[str]:
    """Paths below an archive's root that jeta did not put there; links are always foreign."""
    for folder, folders, names in os.walk(root):
        inside = Path(folder).relative_to(root)
        for name in [*folders, *names]:
            mode = Path(folder, name).lstat().st_mode
            if not (_is_ours((*inside.parts, name), is_folder=stat.S_ISDIR(mode)) and _is_plain(mode)):
                yield str(inside / name)


def _is_plain(mode: int) -> bool:
    """Whether something is a file or a folder, and no link or device."""
    return stat.S_ISDIR(mode) or stat.S_ISREG(mode)


def _is_ours(parts: tuple[str, ...], *, is_folder: bool) -> bool:
    """Whether jeta puts something of that name there."""
    top, *inside = parts
    if not inside:
        return (
            (top == "columns" or top in _SUFFIXES) if is_folder else top in _TOP_FILES or top.startswith(ASIDE_PREFIX)
        )
    name = inside[-1]
    if top in _SUFFIXES:
        is_known = name.lower().endswith(_SUFFIXES[top]) or name.startswith(ASIDE_PREFIX)
        return len(inside) == 1 and not is_folder and is_known
    if len(inside) == 1:
        return is_folder and _is_msid(name)
    if len(inside) == 2:
        return is_folder and name in _PRODUCTS
    return not is_folder and (name == MANIFEST_NAME or name.endswith(SEGMENT_SUFFIX) or name.startswith(ASIDE_PREFIX))


def _is_msid(name: str) -> bool:
    """Whether a folder is named like an MSID."""
    try:
        return check_name(name) == name
    except MsidNameError:
        return False
