"""The importers, and how a file finds its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jeta.errors import FormatError
from jeta.tdb.importers import chandra_tmsrment, jwql_limits, jwst_catalogue
from jeta.tdb.importers.imported import Imported, merged
from jeta.tdb.importers.source import Source, read_source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Importer(Protocol):
    """What each importer module offers.

    Attributes
    ----------
    NAME, DESCRIPTION : str
        What it is called, and how to know its files.
    """

    NAME: str
    DESCRIPTION: str

    def recognise(self, source: Source) -> bool:
        """Whether a file is of this kind, by content; never raises.

        Parameters
        ----------
        source : Source
            The file.

        Returns
        -------
        bool
            True if it is.
        """

    def read(self, source: Source) -> Imported:
        """Make entries of a file.

        Parameters
        ----------
        source : Source
            A file of this kind.

        Returns
        -------
        Imported
            The entries, and all that was skipped or left out, with reasons.
        """


IMPORTERS: tuple[Importer, ...] = (jwst_catalogue, jwql_limits, chandra_tmsrment)
"""All importers; no file is of two kinds."""


def import_file(path: Path) -> Imported:
    """Make entries of a list of MSIDs that a mission publishes.

    Parameters
    ----------
    path : Path
        The file; its kind is known by its content.

    Returns
    -------
    Imported
        The entries, and all that was skipped or left out, with reasons.

    Raises
    ------
    FormatError
        If the file is of no known kind; the message lists the kinds.
    OSError
        If the file cannot be read.
    """
    source = read_source(path)
    for importer in IMPORTERS:
        if importer.recognise(source):
            return importer.read(source)
    known = "; ".join(f"{importer.NAME}: {importer.DESCRIPTION}" for importer in IMPORTERS)
    raise FormatError(f"{path} is no list of MSIDs of a known kind; expected one of: {known}")


def import_files(paths: Iterable[Path]) -> Imported:
    """Make entries of several files, one per MSID.

    Parameters
    ----------
    paths : iterable of Path
        The files, and folders whose files are taken in order of their names. What a later one says of an MSID wins over an
        earlier one; what it does not say is taken from the earlier.

    Returns
    -------
    Imported
        The entries in order of first appearance; where something was skipped begins with the name of the file. Files of no
        known kind are skipped too, as long as there is one that is.

    Raises
    ------
    FormatError
        If no file is of a known kind.
    OSError
        If any file cannot be read.
    """
    parts: list[Imported] = []
    unknown: list[FormatError] = []
    skipped: list[tuple[str, str]] = []
    for path in (file for given in paths for file in _files(given)):
        try:
            parts.append(_told_with_file(path, import_file(path)))
        except FormatError as err:
            unknown.append(err)
            skipped.append((path.name, "no list of MSIDs of a known kind"))
    if unknown and not parts:
        raise unknown[0]
    return merged([*parts, Imported([], skipped, [])])


def _files(path: Path) -> list[Path]:
    """The file, or those of a folder."""
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]


def _told_with_file(path: Path, part: Imported) -> Imported:
    """Put the name of the file before each place."""
    skipped = [(f"{path.name}: {where}", why) for where, why in part.skipped]
    return Imported(part.entries, skipped, [(f"{path.name}: {where}", why) for where, why in part.notes])
