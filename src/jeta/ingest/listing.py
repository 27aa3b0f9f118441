"""Which files an ingest is about: those of the staging folder, or those that are named."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import formats
from jeta.formats.table import Table
from jeta.ingest.discover import Candidate, discover, look_at
from jeta.update.files import files_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from jeta.formats import Format
    from jeta.formats.table import TableMapping
    from jeta.ingest.settings import IngestSettings


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of an ingest.

    Attributes
    ----------
    candidates : tuple of Candidate
        Files that may be taken, in the order in which they were found or named.
    left : dict of Path to str
        Files of the staging folder that are not taken yet, and why.
    named : frozenset of Path
        Those of the candidates that somebody named one by one.
    is_staging : bool
        Whether this is what lies in the staging folder.
    """

    candidates: tuple[Candidate, ...]
    left: dict[Path, str] = field(default_factory=dict)
    named: frozenset[Path] = frozenset()
    is_staging: bool = False


class Looker:
    """Finds out what files are, and remembers it of those that have not changed: a folder is listed over and over.

    Parameters
    ----------
    mapping : TableMapping, optional
        What the columns of all files are.
    """

    def __init__(self, mapping: TableMapping | None = None) -> None:
        self._identify: Callable[[Path], Format] = formats.identify if mapping is None else _always(Table(mapping))
        self._known: dict[Path, Candidate] = {}

    def look_at(self, path: Path) -> Candidate:
        """Return what a file is."""
        known = self._known.get(path)
        if known is None or known.is_transient or not known.is_unchanged():
            known = look_at(path, self._identify)
        return known

    def staging(self, settings: IngestSettings, *, waits: bool) -> Listing:
        """List the staging folder.

        Parameters
        ----------
        settings : IngestSettings
            Where it is, and when a file has settled.
        waits : bool
            Wait for files that changed a moment ago to settle, once.

        Raises
        ------
        OSError
            If the folder is not there or may not be listed.
        """
        found = discover(settings.staging, settle_s=settings.settle_s)
        if waits and found.arriving:
            time.sleep(settings.settle_s)
            found = discover(settings.staging, settle_s=settings.settle_s)
        self._known = {path: self.look_at(path) for path in found.files}
        left = {left.path: left.reason for left in found.left}
        return Listing(tuple(self._known.values()), left, is_staging=True)

    def named(self, paths: Sequence[str | os.PathLike[str]]) -> Listing:
        """List files, and folders with their sub-folders, that are named.

        Raises
        ------
        FileNotFoundError
            If one does not exist.
        """
        found = [(file, is_given) for path in paths for file, is_given in files_of(path)]
        named = frozenset(file for file, is_given in found if is_given)
        return Listing(tuple(self.look_at(file) for file, _ in found), named=named)


def _always(table: Table) -> Callable[[Path], Format]:
    """What takes every file for a table."""
    return lambda _: table
