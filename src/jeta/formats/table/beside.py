"""The mapping that lies beside data."""

from __future__ import annotations

import os
from pathlib import Path

from jeta.formats.table.mapping import TableMapping, read_mapping

FOLDER_MAPPING = "table.yaml"
SUFFIX = ".yaml"
_LONGEST_NAME_BYTES = 255
PLAIN = TableMapping()
"""The mapping that says nothing."""


def own_mapping(path: Path) -> Path:
    """Return where the mapping of one file is.

    Examples
    --------
    >>> own_mapping(Path("a.csv")).name
    'a.csv.yaml'
    """
    return path.with_name(path.name + SUFFIX)


def has_own_mapping(path: Path) -> bool:
    """Tell whether a file has a mapping of its own beside it."""
    own = own_mapping(path)
    # Asked for a name that no file can have, the system says that it is too long.
    return len(os.fsencode(own.name)) <= _LONGEST_NAME_BYTES and own.is_file()


def found_mapping(path: Path, given: TableMapping | None) -> TableMapping:
    """Return the mapping that holds for a file: the one given, its own, that of its folder, or `PLAIN`.

    Parameters
    ----------
    path : Path
        The data.
    given : TableMapping or None
        One that a user gave.

    Raises
    ------
    FormatError
        If a mapping file is wrong.
    """
    if given is not None:
        return given
    if has_own_mapping(path):
        return read_mapping(own_mapping(path))
    if (shared := path.parent / FOLDER_MAPPING).is_file():
        return read_mapping(shared)
    return PLAIN
