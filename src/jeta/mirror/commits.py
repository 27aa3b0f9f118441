"""Rows of the chosen MSIDs that wait in the source's journal, as commits of the same numbers in the mirror's."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import journal
from jeta.archive.journal import JournalFile
from jeta.archive.layout import JOURNAL_SUFFIX
from jeta.errors import ArchiveCorruptError
from jeta.mirror.look import ChangedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.archive.layout import Layout

_SAME = ("rows", "first", "last", "resolution", "dtype")


def present(layout: Layout) -> dict[int, JournalFile | None]:
    """Return the commits in a mirror's journal by number; None for one that cannot be read."""
    found: dict[int, JournalFile | None] = {}
    for path in sorted(layout.journal.glob(f"*{JOURNAL_SUFFIX}")):
        if path.stem.isdecimal():
            try:
                found[int(path.stem)] = JournalFile(path)
            except ArchiveCorruptError:
                found[int(path.stem)] = None
    return found


def entries_of(commit: JournalFile, msids: Sequence[str]) -> NDArray[np.void]:
    """Return the lines of some MSIDs in the table of a commit."""
    names = np.array([name.encode() for name in msids] or [b""])
    found: NDArray[np.void] = commit.entries[np.isin(commit.entries["name"], names)]
    return found


def digest_of(commit: JournalFile, msids: Sequence[str]) -> str:
    """Return what tells the rows that a commit has of some MSIDs from others: checksums are part of their lines."""
    return hashlib.sha256(entries_of(commit, msids).tobytes()).hexdigest()


def write(commit: JournalFile, msids: Sequence[str], layout: Layout, source: str) -> None:
    """Write what a commit has of some MSIDs into a mirror's journal; that may be nothing, so that no number is missing.

    Raises
    ------
    ChangedError
        If a fold has removed the commit.
    ArchiveCorruptError
        If it is damaged.
    """
    try:
        rows = {entry["name"].decode(): commit.read(entry) for entry in entries_of(commit, msids)}
    except FileNotFoundError as err:
        raise ChangedError(str(commit.path)) from err
    journal.write(layout.commit(commit.number), rows, f"mirror of {source}")


def outdated(there: dict[int, JournalFile | None], wanted: Sequence[JournalFile], msid: str) -> int:
    """Return the highest number of a commit of a mirror whose rows of an MSID the source has no longer waiting; 0 for none."""
    now = {commit.number: commit.find(msid) for commit in wanted}
    numbers = [0]
    for number, commit in there.items():
        mine = None if commit is None else commit.find(msid)
        other = now.get(number)
        if mine is not None and (other is None or any(mine[name] != other[name] for name in _SAME)):
            numbers.append(number)
    return max(numbers)
