"""How many samples an archive holds and from when to when, of all MSIDs in one pass through journal and lists of segments."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive.manifest import RESOLUTIONS
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.archive import JetaReader
    from jeta.archive.journal import JournalFile

_NS_PER_TICK = np.array([TICKS_PER_SECOND["ns"] // TICKS_PER_SECOND[name] for name in RESOLUTIONS], np.int64)
_PIECE = np.dtype([("first_ns", "<i8"), ("last_ns", "<i8"), ("rows", "<i8"), ("commit", "<i8")])
_NONE = np.zeros(0, _PIECE)


@dataclass(slots=True)
class Extent:
    """What an archive holds.

    Attributes
    ----------
    msids, rows : int
        MSIDs, and their samples.
    first_ns, last_ns : int or None
        The first and the last instant of all, ns of the archive's time system; None if there are no samples.
    problems : list of str
        What could not be read, and is not counted.
    """

    msids: int = 0
    rows: int = 0
    first_ns: int | None = None
    last_ns: int | None = None
    problems: list[str] = field(default_factory=list)

    def add(self, rows: int, pieces: NDArray[np.void]) -> None:
        """Count the samples of one more MSID."""
        self.rows += rows
        if len(pieces):
            first, last = int(pieces["first_ns"].min()), int(pieces["last_ns"].max())
            self.first_ns = first if self.first_ns is None else min(self.first_ns, first)
            self.last_ns = last if self.last_ns is None else max(self.last_ns, last)


def extent(reader: JetaReader) -> Extent:
    """Look through an archive; it may be written to meanwhile.

    Parameters
    ----------
    reader : JetaReader
        The archive.

    Returns
    -------
    Extent
        Rows of the journal that take the place of others count once.

    Raises
    ------
    ArchiveCorruptError
        If a commit of the journal is damaged.
    OSError
        If the folders of the archive cannot be read.
    """
    # In this order: what a fold moves in between is still in the commits that we hold, and the list says that it has it.
    waiting = _pieces_by_msid(reader.journal_files())
    with os.scandir(reader.layout.columns) as entries:
        columns = {entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()}
    names = sorted(columns | waiting.keys())
    found = Extent(len(names))
    for name in names:
        try:
            rows, pieces = _one(reader, name, waiting.get(name, _NONE), has_column=name in columns)
        except OSError as err:  # of which ArchiveCorruptError is one
            found.problems.append(str(err))
        else:
            found.add(rows, pieces)
    return found


def _one(reader: JetaReader, name: str, waiting: NDArray[np.void], *, has_column: bool) -> tuple[int, NDArray[np.void]]:
    """The rows of an MSID, and the pieces that they are in."""
    if has_column:
        manifest = reader.manifest(name)
        if not len(waiting):  # as almost always: its segments share no instant
            return manifest.rows, _pieces(manifest.segments[[0, -1]] if len(manifest.segments) else manifest.segments)
        waiting = np.concatenate([_pieces(manifest.segments), waiting[waiting["commit"] > manifest.folded]])
    pieces = waiting[np.argsort(waiting["first_ns"], kind="stable")]
    if np.any(pieces["last_ns"][:-1] >= pieces["first_ns"][1:]):
        return reader.rows(name), pieces  # rows may take the place of others: they have to be looked at
    return int(pieces["rows"].sum()), pieces


def _pieces_by_msid(commits: Sequence[JournalFile]) -> dict[str, NDArray[np.void]]:
    """What the journal holds of each MSID: a piece for each commit."""
    if not commits:
        return {}
    pieces = np.concatenate([_pieces(commit.entries, commit.number) for commit in commits])
    names = np.concatenate([commit.entries["name"] for commit in commits])
    order = np.argsort(names, kind="stable")
    names, pieces = names[order], pieces[order]
    starts = np.flatnonzero(np.concatenate([[True], names[1:] != names[:-1]])) if len(names) else np.zeros(0, np.int64)
    keys = [name.decode() for name in names[starts].tolist()]
    return dict(zip(keys, np.split(pieces, starts[1:]), strict=False))


def _pieces(records: NDArray[np.void], commit: int = 0) -> NDArray[np.void]:
    """Segments, or entries of a commit, by instants that are comparable."""
    pieces = np.zeros(len(records), _PIECE)
    scale = _NS_PER_TICK[records["resolution"]]
    pieces["first_ns"], pieces["last_ns"] = records["first"] * scale, records["last"] * scale
    pieces["rows"], pieces["commit"] = records["rows"], commit
    return pieces
