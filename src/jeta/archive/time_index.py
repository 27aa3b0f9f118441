"""The instants of one column, found by what manifest and chunks say of them; only chunks that matter are decoded.

A manifest says of each segment when it begins and ends and what its widest spacing is, and a segment the same of each chunk.
So a gap of years of data is found from some hundred small tables, and most of those need not be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jeta.archive import spacing
from jeta.archive.column import Decoder
from jeta.archive.manifest import RESOLUTIONS
from jeta.archive.segment import SegmentFile
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

    from jeta.archive.manifest import Manifest

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


class Place(NamedTuple):
    """Where an instant falls among the rows of a column.

    Attributes
    ----------
    row : int
        How many rows are before it.
    before : int or None
        Tick of the last row before it.
    after : int or None
        Tick of the first row at or after it.
    """

    row: int
    before: int | None
    after: int | None


class TimeIndex:
    """The instants of a column.

    Parameters
    ----------
    manifest : Manifest
        The column's segments.
    folder : Path
        Where they lie.
    resolution : {'ms', 'us', 'ns'}
        What a tick is in all that goes in and comes out here; as fine as any segment.

    Attributes
    ----------
    first, last : int64 array, shape (segments,)
        First and last tick of each segment, in order of time.

    Notes
    -----
    Any method raises FileNotFoundError if a segment is gone, as after a fold: the caller reads the manifest again.
    """

    def __init__(self, manifest: Manifest, folder: Path, resolution: str) -> None:
        self.resolution = resolution
        self._records = manifest.segments
        self._folder = folder
        per_second = [TICKS_PER_SECOND[name] for name in RESOLUTIONS]
        scales = np.array([TICKS_PER_SECOND[resolution] // each for each in per_second], np.int64)
        self._scales: NDArray[np.int64] = scales[self._records["resolution"]]
        self.first: NDArray[np.int64] = self._records["first"] * self._scales
        self.last: NDArray[np.int64] = self._records["last"] * self._scales
        self._rows_until = np.concatenate([[0], np.cumsum(self._records["rows"])])

    def _open(self, number: int) -> SegmentTimes:
        """Open a segment; to be closed by ``with``."""
        return SegmentTimes(self._folder, self._records[number], int(self._scales[number]))

    def _touched(self, low: int, high: int) -> range:
        """Numbers of the segments that may have rows with ``low <= tick < high``."""
        return range(int(np.searchsorted(self.last, low, "left")), int(np.searchsorted(self.first, high, "left")))

    def place(self, tick: int) -> Place:
        """Tell where an instant falls, decoding one chunk at most."""
        number = int(np.searchsorted(self.first, tick, "left")) - 1
        if number < 0:
            return Place(0, None, int(self.first[0]) if len(self.first) else None)
        if self.last[number] < tick:
            after = int(self.first[number + 1]) if number + 1 < len(self.first) else None
            return Place(int(self._rows_until[number + 1]), int(self.last[number]), after)
        with self._open(number) as segment:
            place = segment.place(tick)
        return place._replace(row=place.row + int(self._rows_until[number]))

    def gaps(self, low: int, high: int, wider_than: int) -> Pairs:
        """Find wide spacings among the rows with ``low <= tick < high``.

        Parameters
        ----------
        low, high : int
            The half-open span, ticks.
        wider_than : int
            Ticks, >= 0.

        Returns
        -------
        before, after : int64 array, shape (gaps,)
            Tick of the row before and after each spacing wider than that; in no order.
        """
        touched = self._touched(low, high)
        here = slice(touched.start, max(touched.start, touched.stop - 1)), slice(touched.start + 1, touched.stop)
        found = [(self.last[here[0]], self.first[here[1]])]
        widest = self._records["widest"][touched.start : touched.stop]
        # Divided, not multiplied: a width in finer ticks might not fit into 64 bits.
        limits = np.uint64(wider_than) // self._scales[touched.start : touched.stop].astype(np.uint64)
        for number in (np.flatnonzero(widest > limits) + touched.start).tolist():
            with self._open(number) as segment:
                found.extend(segment.gaps(low, high, wider_than))
        before, after = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        chosen = (before >= low) & (after < high) & (np.subtract(after, before).view(np.uint64) > np.uint64(wider_than))
        return before[chosen], after[chosen]

    def around(self, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the instants of the column nearest to some others on either side, and some more of its instants.

        Parameters
        ----------
        ticks : int64 array
            Sorted.

        Returns
        -------
        int64 array
            In no order; for each of `ticks` it has the last instant before it and the first after it.
        """
        found = [self.first, self.last]
        for segment, near in self._meeting(ticks):
            found.extend(segment.edges())
            for own, nearer in segment.meeting(near):
                before, after = np.searchsorted(own, nearer, "left") - 1, np.searchsorted(own, nearer, "right")
                found.extend((own[before[before >= 0]], own[after[after < len(own)]]))
        return np.concatenate(found)

    def hidden_by(self, ticks: NDArray[np.int64]) -> int:
        """Count the rows at some instants, which are sorted and distinct: rows of the journal there hide them."""
        count = 0
        for segment, near in self._meeting(ticks):
            for own, nearer in segment.meeting(near):
                place = np.minimum(np.searchsorted(nearer, own), len(nearer) - 1)
                count += int(np.count_nonzero(nearer[place] == own))
        return count

    def _meeting(self, ticks: NDArray[np.int64]) -> Iterator[tuple[SegmentTimes, NDArray[np.int64]]]:
        """Each segment that some instants fall into, open, and those instants."""
        for number, near in _falling_into(self.first, self.last, ticks):
            with self._open(number) as segment:
                yield segment, near

    def ticks(self, low: int, high: int) -> NDArray[np.int64]:
        """Return the instants of all rows with ``low <= tick < high``, sorted."""
        found = [np.empty(0, np.int64)]
        for number in self._touched(low, high):
            with self._open(number) as segment:
                found.extend(own.copy() for own in segment.decoded(low, high))
        ticks = np.concatenate(found)
        return ticks[np.searchsorted(ticks, low, "left") : np.searchsorted(ticks, high, "left")]

    def chunk_at(self, row: int) -> tuple[int, int, float]:
        """Return first tick and slope (ticks a row) of the chunk of a row, and the tick at which the next chunk begins."""
        number = int(np.searchsorted(self._rows_until, row, "right")) - 1
        with self._open(number) as segment:
            return segment.chunk_at(row - int(self._rows_until[number]))


class SegmentTimes:
    """The instants of one segment; closed at the end of a ``with`` block.

    Parameters
    ----------
    folder : Path
        The column's folder.
    record : structured scalar of dtype `jeta.archive.manifest.RECORD`
        The manifest's line for the segment.
    scale : int
        How many ticks of those here are one tick of the segment.
    """

    def __init__(self, folder: Path, record: np.void, scale: int) -> None:
        self._file = SegmentFile(folder, record)
        self._scale = scale
        self._rows = int(record["rows"])
        self._chunk_rows = int(record["chunk_rows"])
        self._decoder: Decoder | None = None
        self._first: NDArray[np.int64] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def first(self) -> NDArray[np.int64]:
        """First tick of each chunk."""
        if self._first is None:
            self._first = self._file.chunks["first"] * self._scale
        return self._first

    @property
    def until(self) -> NDArray[np.int64]:
        """Last tick of each chunk; the first of the next where the file does not say."""
        if self._file.has_spacings:
            until: NDArray[np.int64] = self._file.chunks["last"] * self._scale
            return until
        return np.append(self.first[1:], int(self._file.record["last"]) * self._scale)

    def edges(self) -> tuple[NDArray[np.int64], ...]:
        """Instants at which chunks begin and, where the file says so, end."""
        return (self.first, self.until) if self._file.has_spacings else (self.first,)

    def chunk(self, number: int) -> NDArray[np.int64]:
        """The instants of a chunk, in a buffer that the next call may use again."""
        if self._decoder is None:
            self._decoder = Decoder(self._file)
        ticks = self._decoder.ticks(number)[: self._rows - number * self._chunk_rows]
        return ticks if self._scale == 1 else ticks * self._scale

    def place(self, tick: int) -> Place:
        """Tell where an instant later than the first row and not later than the last falls."""
        number = int(np.searchsorted(self.first, tick, "left")) - 1
        ticks = self.chunk(number)
        row = int(np.searchsorted(ticks, tick, "left"))
        after = ticks[row] if row < len(ticks) else self.first[number + 1]
        return Place(number * self._chunk_rows + row, int(ticks[row - 1]), int(after))

    def gaps(self, low: int, high: int, wider_than: int) -> Iterator[Pairs]:
        """Pairs of instants between which the spacings wider than some ticks lie, and some others; of the chunks of a span."""
        if not self._file.has_spacings:
            yield from self._gaps_decoded(low, high, wider_than)
            return
        chunks, limit = self._file.chunks, np.uint64(wider_than // self._scale)
        yield self.until[:-1], self.first[1:]
        direct = (chunks["widest"] > limit) & (chunks["second"] <= limit)
        before = chunks["widest_from"][direct]
        # Wrapping addition undoes the wrapping subtraction that made the width.
        after = before + chunks["widest"][direct].view(np.int64)
        yield before * self._scale, after * self._scale
        for number in np.flatnonzero((chunks["second"] > limit) & (self.until >= low) & (self.first < high)).tolist():
            yield _wide_pairs(self.chunk(number), wider_than)

    def _gaps_decoded(self, low: int, high: int, wider_than: int) -> Iterator[Pairs]:
        """As `gaps`, where the file does not say how wide the spacings are."""
        last = np.empty(0, np.int64)
        for chunk in self.decoded(low, high):
            ticks = np.concatenate([last, chunk])
            yield _wide_pairs(ticks, wider_than)
            last = ticks[-1:]

    def decoded(self, low: int, high: int) -> Iterator[NDArray[np.int64]]:
        """The instants of each chunk of a span, in a buffer that is used again."""
        for number in np.flatnonzero((self.until >= low) & (self.first < high)).tolist():
            yield self.chunk(number)

    def meeting(self, ticks: NDArray[np.int64]) -> Iterator[Pairs]:
        """The instants of each chunk that some instants fall into, and those instants."""
        for number, near in _falling_into(self.first, self.until, ticks):
            yield self.chunk(number), near

    def chunk_at(self, row: int) -> tuple[int, int, float]:
        """As `TimeIndex.chunk_at`, for a row of the segment."""
        number = row // self._chunk_rows
        line = self._file.chunks[number]
        stop = self.first[number + 1] if number + 1 < len(self.first) else int(self.until[-1]) + 1
        return int(self.first[number]), int(stop), int(line["step"]) / 2**16 * self._scale


def _wide_pairs(ticks: NDArray[np.int64], wider_than: int) -> Pairs:
    """Neighbours among sorted instants that lie further apart than some ticks."""
    wide = np.flatnonzero(spacing.widths(ticks) > np.uint64(wider_than))
    return ticks[wide], ticks[wide + 1]


def _falling_into(
    first: NDArray[np.int64], last: NDArray[np.int64], ticks: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Which of some ranges ``[first, last]`` hold some sorted instants, and which those are."""
    low, high = np.searchsorted(ticks, first, "left"), np.searchsorted(ticks, last, "right")
    for number in np.flatnonzero(low < high).tolist():
        yield number, ticks[low[number] : high[number]]
