"""How much room the parts of an archive take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jeta.errors import ArchiveCorruptError, ValuesError
from jeta.ingest.settings import load_settings
from jeta.operations.own_names import PRODUCTS

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive import JetaReader

SOURCES = ("staging", "processed", "rejected")
PARTS = ("samples", "statistics", "journal", "records", "catalog", "other")
AREAS = ("archive", *PARTS, *SOURCES)
"""What can be asked for; ``archive`` is all that the parts take together, without source files."""


def folder_of(reader: JetaReader, area: str) -> Path:
    """Return the folder of source files of one kind.

    Raises
    ------
    ArchiveCorruptError
        If the archive's settings are wrong.
    """
    folder: Path = getattr(load_settings(reader.config, reader.layout), area)
    return folder


def size_of_area(reader: JetaReader, area: str) -> int:
    """Return the bytes of the files of one area.

    Parameters
    ----------
    reader : JetaReader
        The archive.
    area : str
        One of `AREAS`.

    Raises
    ------
    ValuesError
        If there is no such area.
    """
    if area in SOURCES:
        return bytes_below(folder_of(reader, area))
    if area not in AREAS:
        raise ValuesError(f"there is no area {area!r}; expected one of {', '.join(AREAS)}")
    parts = sizes_of_parts(reader)
    return sum(parts.values()) if area == "archive" else parts[area]


def sizes_of_parts(reader: JetaReader) -> dict[str, int]:
    """Return the bytes of each of `PARTS`, in one walk through the archive."""
    layout, found = reader.layout, dict.fromkeys(PARTS, 0)
    sources = _source_folders(reader)
    for entry in _entries(layout.root):
        if entry.is_dir(follow_symlinks=False):
            if entry.path in sources or entry.name in SOURCES:
                continue
            if entry.path == str(layout.columns):
                samples, statistics = _column_bytes(layout.columns)
                found["samples"] += samples
                found["statistics"] += statistics
            else:
                part = entry.name if entry.name in ("journal", "records") else "other"
                found[part] += bytes_below(entry.path, sources)
        else:
            found["catalog" if entry.name.startswith(layout.catalog.name) else "other"] += _size(entry)
    return found


def bytes_below(folder: str | os.PathLike[str], but: frozenset[str] = frozenset()) -> int:
    """Return the bytes of all files below a folder, but for those in some folders; links are not followed."""
    total, folders = 0, [os.fspath(folder)]
    while folders:
        for entry in _entries(folders.pop()):
            if not entry.is_dir(follow_symlinks=False):
                total += _size(entry)
            elif entry.path not in but:
                folders.append(entry.path)
    return total


def spoken_bytes(size: float) -> str:
    """Return a size as people say it.

    Examples
    --------
    >>> spoken_bytes(0), spoken_bytes(999), spoken_bytes(1_500_000), spoken_bytes(2.5e12)
    ('0 B', '999 B', '1.5 MB', '2.5 TB')
    """
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(size) >= scale:
            return f"{size / scale:,.1f} {unit}"
    return f"{size:.0f} B"


def _source_folders(reader: JetaReader) -> frozenset[str]:
    """Paths of the folders of source files; the usual ones where the settings cannot tell."""
    try:
        settings = load_settings(reader.config, reader.layout)
    except ArchiveCorruptError:
        return frozenset(str(getattr(reader.layout, name)) for name in SOURCES)
    return frozenset(str(getattr(settings, name)) for name in SOURCES)


def _column_bytes(columns: Path) -> tuple[int, int]:
    """Bytes of samples, and of statistics."""
    samples = statistics = 0
    for msid in _entries(columns):
        for product in _entries(msid.path) if msid.is_dir(follow_symlinks=False) else ():
            size = bytes_below(product.path) if product.is_dir(follow_symlinks=False) else _size(product)
            if product.name == PRODUCTS[0]:
                samples += size
            else:
                statistics += size
    return samples, statistics


def _entries(folder: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing where there is none, or it went away meanwhile."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _size(entry: os.DirEntry[str]) -> int:
    """Bytes of a file that may go away meanwhile, as a fold removes them."""
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0
