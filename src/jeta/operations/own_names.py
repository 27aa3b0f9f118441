"""Which names jeta gives to files and folders of an archive: whatever is called otherwise belongs to somebody else."""

from __future__ import annotations

import re

from jeta.archive.layout import JOURNAL_SUFFIX, MANIFEST_NAME, SEGMENT_SUFFIX
from jeta.errors import MsidNameError
from jeta.files import ASIDE_PREFIX
from jeta.operations.backup_list import LIST_NAME
from jeta.statistics import BIN_WIDTHS_S
from jeta.tdb import CACHE_NAME, check_name

CATALOG_FILES = tuple(f"catalog.db{end}" for end in ("", "-wal", "-shm", "-journal", ".damaged"))
"""The catalog, what SQLite keeps beside it, and one that was damaged."""
PRODUCTS = ("full", *BIN_WIDTHS_S)

_TOP_FILES = ("archive.yaml", "state.json", "writer.lock", "bad_times.txt", LIST_NAME, *CATALOG_FILES)
_FLAT = {
    "tdb": (".yaml", ".yml", CACHE_NAME),
    "events": (".yaml", ".yml", ".csv", ".ecsv"),
    "flags": (".json", ".lock"),
    "journal": (JOURNAL_SUFFIX,),
}
"""How the names of files end in folders that hold no others."""
_DEEP = {
    "records": re.compile(r"identity|\d{6}|\d{6}/\d{12}\.zip", re.ASCII),
    "mirror": re.compile(r"(index|source)\.[a-z.]+|columns|columns/[^/]+\.json\.gz|arriving|arriving/[^/]+", re.ASCII),
}
"""What is below folders that hold folders."""


def is_own(parts: tuple[str, ...], *, is_folder: bool) -> bool:
    """Tell whether jeta puts something of that name there.

    Parameters
    ----------
    parts : tuple of str
        A path below the archive's root.
    is_folder : bool
        Whether it is a folder.

    Examples
    --------
    >>> is_own(("state.json",), is_folder=False), is_own(("notes.txt",), is_folder=False)
    (True, False)
    """
    top, *inside = parts
    if not inside:
        known = ("columns", *_FLAT, *_DEEP) if is_folder else _TOP_FILES
        return top in known or (not is_folder and top.startswith(ASIDE_PREFIX))
    name = inside[-1]
    if not is_folder and name.startswith(ASIDE_PREFIX):
        return _is_own_folder(parts[:-1])
    if top in _FLAT:
        return len(inside) == 1 and not is_folder and name.lower().endswith(_FLAT[top])
    if top in _DEEP:
        return _DEEP[top].fullmatch("/".join(inside)) is not None
    if len(inside) <= 2:
        return is_folder and (_is_msid(name) if len(inside) == 1 else name in PRODUCTS)
    return not is_folder and len(inside) == 3 and (name == MANIFEST_NAME or name.endswith(SEGMENT_SUFFIX))


def _is_own_folder(parts: tuple[str, ...]) -> bool:
    """Whether a folder is one in which files are written aside."""
    return len(parts) == 3 if parts[0] == "columns" else is_own(parts, is_folder=True)


def _is_msid(name: str) -> bool:
    """Whether a folder is named like an MSID."""
    try:
        return check_name(name) == name
    except MsidNameError:
        return False
