"""Put imported entries into the folder of a telemetry database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jeta.tdb.importers.imported import Imported, merged
from jeta.tdb.importers.registry import import_files
from jeta.tdb.loader import read_yaml
from jeta.tdb.sources import list_files
from jeta.tdb.writer import write_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IMPORTED_NAME = "imported.yaml"
"""The file that imports write to; files of other names are people's, and imports leave them alone."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What an import did.

    Attributes
    ----------
    path : Path
        The file that was written.
    written : int
        Entries in it now, those of earlier imports included.
    kept : tuple of str
        MSIDs left out because another file of the folder has an entry of that name or identifier: people know better.
    imported : Imported
        What the sources gave, and what was skipped there, with reasons.
    """

    path: Path
    written: int
    kept: tuple[str, ...]
    imported: Imported


def install(folder: Path, sources: Sequence[Path]) -> Installed:
    """Import lists of MSIDs into a telemetry database.

    Parameters
    ----------
    folder : Path
        The database's folder. Entries of earlier imports stay; where both say something of an MSID, the new one wins.
    sources : sequence of Path
        The lists, see `import_files`.

    Returns
    -------
    Installed
        What was written, and what was not.

    Raises
    ------
    FormatError
        If a source is of no known kind; then nothing is written.
    TdbError
        If a file of the folder is wrong.
    """
    fresh = import_files(sources)
    target = folder / IMPORTED_NAME
    earlier = Imported(read_yaml(target), [], []) if target.exists() else Imported([], [], [])
    everything = merged([earlier, fresh]).entries
    by_people = [entry for path in list_files(folder) if path != target for entry in read_yaml(path)]
    names = {entry.name for entry in by_people}
    ids = {entry.id for entry in by_people if entry.id is not None}
    chosen = [entry for entry in everything if entry.name not in names and (entry.id is None or entry.id not in ids)]
    write_yaml(chosen, target)
    kept = tuple(sorted({entry.name for entry in everything} - {entry.name for entry in chosen}))
    return Installed(target, len(chosen), kept, fresh)
