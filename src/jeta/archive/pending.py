"""The rows of one MSID that wait in the journal, read as far as they are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from jeta.archive import spacing
from jeta.archive.manifest import RESOLUTIONS
from jeta.samples import Samples, finest, overlay
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from jeta.archive.journal import CommitRows, JournalFile

    Bounds = Callable[[str], tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows ``[start_row, stop_row)`` of one MSID in one commit, and their entry in it."""

    commit: JournalFile
    entry: np.void
    start_row: int
    stop_row: int

    @property
    def resolution(self) -> str:
        """What a tick is."""
        return RESOLUTIONS[int(self.entry["resolution"])]

    def opened(self) -> AbstractContextManager[CommitRows]:
        """Open the file for as long as it is read: a journal may hold more commits than a process may have files open."""
        return self.commit.opened(self.entry)


class PendingRows:
    """Rows of one MSID in several commits, of which a later one hides what earlier ones hold at its instants.

    Parameters
    ----------
    parts : sequence of Part
        Oldest first, at least one, none empty; see `find_pending`.
    finer : iterable of {'ms', 'us', 'ns'}
        Resolutions of the rows that these are laid over, so that ticks of both compare without rounding.

    Attributes
    ----------
    rows : int
        How many there are at most: those that are hidden count too.
    resolution : {'ms', 'us', 'ns'}
        The finest of the commits and of `finer`; all ticks here are of it.
    types : set of str
        Types of the values, ``"text"`` or names of numpy types.
    """

    def __init__(self, parts: Sequence[Part], finer: Iterable[str] = ()) -> None:
        self._parts = parts
        self.rows = sum(part.stop_row - part.start_row for part in parts)
        self.resolution = finest([*(part.resolution for part in parts), *finer])
        self.types = {part.entry["dtype"].decode() for part in parts}

    def after(self, number: int) -> PendingRows | None:
        """Return the rows of later commits, None if there are none."""
        parts = [part for part in self._parts if part.commit.number > number]
        return PendingRows(parts) if parts else None

    def among(self, resolutions: Iterable[str]) -> PendingRows:
        """Return the same rows in ticks as fine as those of other rows."""
        return PendingRows(self._parts, resolutions)

    def levels(self) -> list[tuple[NDArray[np.str_], NDArray[np.float64]]]:
        """Return the texts of each commit, and the number of each text; nothing for numeric MSIDs."""
        found = []
        for part in self._parts:
            with part.opened() as rows:
                levels = rows.levels()
            if levels is not None:
                found.append(levels)
        return found

    def has(self, column: str) -> bool:
        """Whether some commit has the optional column ``quality`` or ``alarm``."""
        return any(part.entry[f"{column}_offset"] for part in self._parts)

    def cuts(self, rows: int) -> list[int]:
        """Return instants that cut the rows into windows: the first, one at least every so many rows of a commit, the end."""
        ticks: set[int] = set()
        end = []
        for part in self._parts:
            scale = self._scale(part)
            with part.opened() as opened:
                ticks.update(opened.tick(row) * scale for row in range(part.start_row, part.stop_row, rows))
                end.append(opened.tick(part.stop_row - 1) * scale + 1)
        return sorted({*ticks, max(end)})

    def _scale(self, part: Part) -> int:
        """How many of our ticks are one of a part's."""
        return TICKS_PER_SECOND[self.resolution] // TICKS_PER_SECOND[part.resolution]

    def _opened_between(self, low: int, high: int) -> Iterator[tuple[Part, CommitRows, int, int]]:
        """The parts that have rows with ``low <= tick < high``, open, and which rows those are."""
        for part in self._parts:
            scale = self._scale(part)
            if int(part.entry["last"]) * scale < low or int(part.entry["first"]) * scale >= high:
                continue
            with part.opened() as rows:
                start = max(part.start_row, rows.row_at(-(-low // scale)))
                stop = min(part.stop_row, rows.row_at(-(-high // scale)))
                if start < stop:
                    yield part, rows, start, stop

    def between(self, low: int, high: int) -> Samples | None:
        """Return the rows with ``low <= tick < high``, sorted by time, None if there are none."""
        result: Samples | None = None
        for _, rows, start, stop in self._opened_between(low, high):
            found = rows.read(start, stop).at_resolution(self.resolution)
            result = found if result is None else overlay(result, found)
        return result

    def ticks(self, low: int, high: int) -> NDArray[np.int64]:
        """Return the instants of the rows with ``low <= tick < high``, sorted, without those of rows that are hidden."""
        parts = self._opened_between(low, high)
        return spacing.overlaid([rows.ticks(start, stop) * self._scale(part) for part, rows, start, stop in parts])

    def windows(self, rows: int) -> Iterator[NDArray[np.int64]]:
        """Give the instants of all rows as `ticks` does, in order of time, at most so many of each commit at once."""
        first, last = self.ends()
        cuts = self.cuts(rows) if self.rows > rows else [first, last + 1]
        for low, high in pairwise(cuts):
            ticks = self.ticks(low, high)
            if len(ticks):
                yield ticks

    def last_before(self, tick: int) -> int | None:
        """Return the last instant before a tick, None if there is none."""
        found = []
        for part in self._parts:
            scale = self._scale(part)
            if int(part.entry["last"]) * scale < tick:
                found.append(int(part.entry["last"]) * scale)
            elif int(part.entry["first"]) * scale < tick:
                with part.opened() as rows:
                    found.append(rows.tick(rows.row_at(-(-tick // scale)) - 1) * scale)
        return max(found, default=None)

    def first_from(self, tick: int) -> int | None:
        """Return the first instant at or after a tick, None if there is none."""
        found = []
        for part in self._parts:
            scale = self._scale(part)
            if int(part.entry["first"]) * scale >= tick:
                found.append(int(part.entry["first"]) * scale)
            elif int(part.entry["last"]) * scale >= tick:
                with part.opened() as rows:
                    found.append(rows.tick(rows.row_at(-(-tick // scale))) * scale)
        return min(found, default=None)

    def stretch(self, row: int, rows: int) -> tuple[int, int]:
        """Return the half-open span of some rows of one commit, from a row on that is counted through all commits."""
        for part in self._parts:
            count = part.stop_row - part.start_row
            if row < count:
                last = min(row + rows, count) - 1
                with part.opened() as opened:
                    first_tick, last_tick = opened.tick(part.start_row + row), opened.tick(part.start_row + last)
                return first_tick * self._scale(part), last_tick * self._scale(part) + 1
            row -= count
        raise ValueError(f"expected a row below {self.rows}, got one {row} beyond that")

    def spans(self) -> list[tuple[int, int]]:
        """Return the first and last instant of each commit."""
        found = []
        for part in self._parts:
            entry, scale = part.entry, self._scale(part)
            first, last = int(entry["first"]), int(entry["last"])
            if part.start_row > 0 or part.stop_row < int(entry["rows"]):
                with part.opened() as rows:
                    first, last = rows.tick(part.start_row), rows.tick(part.stop_row - 1)
            found.append((first * scale, last * scale))
        return found

    def ends(self) -> tuple[int, int]:
        """Return the first and the last instant."""
        spans = self.spans()
        return min(first for first, _ in spans), max(last for _, last in spans)

    def everything(self) -> Samples:
        """Return all rows of the commits, bounds or not, sorted by time and compared with their checksums."""
        result: Samples | None = None
        for part in self._parts:
            found = part.commit.read(part.entry).at_resolution(self.resolution)
            result = found if result is None else overlay(result, found)
        if result is None:
            raise ValueError(f"expected at least one part with rows, got {len(self._parts)}")
        return result


def find_pending(commits: Sequence[JournalFile], msid: str, bounds: Bounds | None, *, after: int) -> PendingRows | None:
    """Find the rows that the journal holds of an MSID within a span.

    Parameters
    ----------
    commits : sequence of JournalFile
        Oldest first.
    msid : str
        Exact upper-case name.
    bounds : callable or None
        Gives the first tick inside and the first one after the span, for a resolution; None for all rows.
    after : int
        Commits up to this number are left out: the column holds them.

    Returns
    -------
    PendingRows or None
        None if there are none.

    Raises
    ------
    FileNotFoundError
        If a file is gone, as after a fold: the caller looks again.
    """
    parts = []
    for commit in commits:
        entry = commit.find(msid) if commit.number > after else None
        if entry is None or (bounds is not None and not _touches(entry, bounds)):
            continue
        start, stop = 0, int(entry["rows"])
        if bounds is not None:
            low, high = bounds(RESOLUTIONS[int(entry["resolution"])])
            with commit.opened(entry) as rows:
                start, stop = rows.row_at(low), rows.row_at(high)
        if start < stop:
            parts.append(Part(commit, entry, start, stop))
    return PendingRows(parts) if parts else None


def _touches(entry: np.void, bounds: Bounds) -> bool:
    """Whether an entry of the journal has rows that may lie within a span."""
    low, high = bounds(RESOLUTIONS[int(entry["resolution"])])
    return bool(entry["last"] >= low and entry["first"] < high)
