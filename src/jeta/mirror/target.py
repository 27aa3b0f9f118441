"""The folder of a mirror: made, or found to be a mirror of the source and nothing else."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from jeta.archive import config, state
from jeta.archive.layout import Layout
from jeta.errors import ArchiveExistsError, ArchiveMismatchError, ArchiveNotFoundError
from jeta.files import ASIDE_PREFIX, make_folder, remove_leftovers, replace_bytes
from jeta.mirror import memory
from jeta.mirror.folder_source import OWN_SETTINGS
from jeta.mirror.layout import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive.config import ArchiveConfig
    from jeta.mirror.memory import Memory

_HARMLESS = ("writer.lock", FOLDER)


def check_target(root: Path, source: str | None, *, moved: bool) -> Memory | None:
    """Make sure that a folder may become a mirror of a source, or is one.

    Parameters
    ----------
    root : Path
        The folder; it need not exist.
    source : str or None
        Folder or URL; None for the one that the mirror remembers.
    moved : bool
        Whether a mirror of another source is taken for one of this: it has a new address.

    Returns
    -------
    Memory or None
        What the mirror remembers; None where there is none yet.

    Raises
    ------
    ArchiveExistsError
        If there is something that is no mirror, or one that was written to by others.
    ArchiveMismatchError
        If it is a mirror of another source.
    ArchiveNotFoundError
        If no source is given and none remembered.
    """
    known = memory.load(root)
    if known is None:
        if source is None:
            raise ArchiveNotFoundError(f"{root} is no mirror; make one with  jeta mirror SOURCE {root}")
        _check_empty(root)
        return None
    if source is not None and source != known.source and not moved:
        raise ArchiveMismatchError(
            f"{root} is a mirror of {known.source}, not of {source}; name another folder, or say --moved if that is its new address"
        )
    _check_own_commits(root, known)
    return known


def _check_empty(root: Path) -> None:
    """Refuse a folder with something in it."""
    if Layout(root).settings.exists():
        raise ArchiveExistsError(f"{root} is an archive of its own, and no mirror; name another folder for the mirror")
    if not root.exists():
        return
    if not root.is_dir() or any(
        name not in _HARMLESS and not name.startswith(ASIDE_PREFIX) for name in os.listdir(root)
    ):
        raise ArchiveExistsError(f"{root} is not an empty folder; name one that is empty or does not exist")


def _check_own_commits(root: Path, known: Memory) -> None:
    """Refuse a mirror that somebody has written to: what they wrote would be lost."""
    layout = Layout(root)
    there = {int(path.stem) for path in layout.journal.glob("*.h5") if path.stem.isdecimal()}
    strange = sorted(number for number in there if str(number) not in known.journal)
    now = state.load(layout.state)
    highest = max([known.folded, *map(int, known.journal)])
    if now is not None and now.folded > highest:
        strange.append(now.folded)
    if strange:
        raise ArchiveExistsError(
            f"{root} has been written to: commit {strange[0]} is not of {known.source}; what was added there would be lost."
            " Name another folder for the mirror"
        )


def make_target(root: Path, remembered: Memory) -> None:
    """Make the folders of a new mirror; what it is a mirror of comes first, so that a killed one is known again."""
    make_folder(root)
    remove_leftovers(root)
    if memory.load(root) != remembered:
        memory.save(root, remembered)
    layout = Layout(root)
    for folder in (layout.columns, layout.journal, layout.tdb):
        make_folder(folder)
    for folder in (root / FOLDER, layout.journal):
        remove_leftovers(folder)


def put_settings(root: Path, wanted: ArchiveConfig) -> None:
    """Give a mirror the settings of its source, but for those that concern who writes.

    Raises
    ------
    ArchiveMismatchError
        If times of the source count otherwise than they did.
    """
    layout = Layout(root)
    if layout.settings.exists():
        there = config.load(root)
        if there == wanted:
            return
        if there.time_system != wanted.time_system:
            raise ArchiveMismatchError(
                f"times of the source count {wanted.time_system}, those of {root} {there.time_system}: it is another archive;"
                " name another folder for the mirror"
            )
    # JSON is YAML too, and nobody is to edit this file: it is replaced when the source's changes.
    told = {key: value for key, value in asdict(wanted).items() if key not in OWN_SETTINGS}
    replace_bytes(layout.settings, (json.dumps(told, indent=1) + "\n").encode())
