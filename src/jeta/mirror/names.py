"""What a source may name: nothing that it names is ever joined to a path before it has passed here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jeta.errors import ArchiveCorruptError, MsidNameError
from jeta.statistics import BIN_WIDTHS_S
from jeta.tdb import check_name

if TYPE_CHECKING:
    from pathlib import Path

PRODUCTS = ("full", *BIN_WIDTHS_S)
"""The products of an MSID: samples first."""

BAD_TIMES = "bad_times.txt"
PLAIN_FOLDERS = {"tdb": (".yaml", ".yml"), "events": (".yaml", ".yml", ".csv", ".ecsv"), "flags": (".json",)}
"""Folders of small files that travel with every mirror, and how the names of these end."""

_SEALED = re.compile(r"-?[0-9]{1,20}(?:ms|us|ns|bin)-[0-9]{1,19}-[0-9A-Za-z]{1,8}-[0-9]{1,10}\.h5")
_FLAG = re.compile(r"[0-9]{1,18}\.json")
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_LONGEST = 200


def checked_msid(name: object, where: str) -> str:
    """Return the name of an MSID that a source has, in upper case as it stands.

    Raises
    ------
    ArchiveCorruptError
        If it cannot be the name of an MSID.
    """
    try:
        ok = isinstance(name, str) and check_name(name) == name
    except MsidNameError:
        ok = False
    if not ok:
        raise ArchiveCorruptError(
            f"{where} names an MSID {name!r}, which can be none; the source is damaged or not to be trusted"
        )
    return str(name)


def checked_sealed(name: str, where: str) -> str:
    """Return the name of a sealed file that a source has.

    Raises
    ------
    ArchiveCorruptError
        If no fold gives such a name.
    """
    if not _SEALED.fullmatch(name):
        raise ArchiveCorruptError(
            f"{where} names a file {name!r}, which jeta gives to none; the source is damaged or not to be trusted"
        )
    return name


def is_plain(path: str) -> bool:
    """Tell whether a path below an archive is that of a small file that travels: bad times, or one of `PLAIN_FOLDERS`."""
    if path == BAD_TIMES:
        return True
    top, _, name = path.partition("/")
    if name.startswith((".", " ")) or len(name.encode()) > _LONGEST or _NOT_IN_NAMES.search(name):
        return False
    if top == "flags":
        return bool(_FLAG.fullmatch(name))
    return top in PLAIN_FOLDERS and name.lower().endswith(PLAIN_FOLDERS[top])


def checked_plain(path: object, where: str) -> str:
    """Return the path of a small file that a source has.

    Raises
    ------
    ArchiveCorruptError
        If it is not one that travels, or leads elsewhere.
    """
    if not isinstance(path, str) or not is_plain(path):
        raise ArchiveCorruptError(
            f"{where} names a file {path!r}, which is none that a mirror takes; the source is damaged or not to be trusted"
        )
    return path


def check_no_links(folder: Path, root: Path) -> None:
    """Refuse a folder of a mirror that is reached by a link: what is written there would land elsewhere.

    Raises
    ------
    ArchiveCorruptError
        If `folder`, or one between it and `root`, is a link.
    """
    while folder != root:
        if folder.is_symlink():
            raise ArchiveCorruptError(
                f"{folder} is a link to {folder.readlink()}; a mirror writes into its own folder only: remove the link"
            )
        folder = folder.parent
