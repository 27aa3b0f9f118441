"""Reading a span of one column: bisect to the rows, then decode their chunks straight into the arrays that are returned.

The plan (`locate`) finds which rows of which segments; the execution (`read`) allocates once and fills, by several threads
where that pays. Rows of the journal are laid over the segments piece by piece, so that memory stays near the size of the
result however late they come.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from jeta.archive import times_codec
from jeta.archive.manifest import RESOLUTIONS, Manifest
from jeta.archive.output import Output, Rows
from jeta.archive.segment import SegmentFile
from jeta.samples import Samples, finest, overlay
from jeta.times import TICKS_PER_SECOND, first_tick_at_or_after

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from jeta.archive.pending import PendingRows

_ROWS_WORTH_THREADS = 400_000
_WINDOW_ROWS = 2**18
_MAX_THREADS = 4


class Bounds(Protocol):
    """A half-open span of time, in ticks of any resolution."""

    def __call__(self, resolution: str) -> tuple[int, int]:
        """Return the first tick inside and the first one after the span."""


def bounds_between(start_s: float, stop_s: float) -> Bounds:
    """Return the span ``[start_s, stop_s)`` of seconds, which may be infinite, in ticks of any resolution."""

    def bounds(resolution: str) -> tuple[int, int]:
        return first_tick_at_or_after(start_s, resolution), first_tick_at_or_after(stop_s, resolution)

    return bounds


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive rows of one segment: ``rows[start_row:stop_row]``."""

    segment: SegmentFile
    start_row: int
    stop_row: int

    def __len__(self) -> int:
        return self.stop_row - self.start_row


def locate(manifest: Manifest, folder: Path, bounds: Bounds, stack: ExitStack) -> list[Piece]:
    """Find the rows of a span of time.

    Parameters
    ----------
    manifest : Manifest
        The column's segments.
    folder : Path
        Where they lie.
    bounds : Bounds
        The span.
    stack : ExitStack
        Closes the segments that are opened here.

    Returns
    -------
    list of Piece
        In order of time; none is empty.

    Raises
    ------
    FileNotFoundError
        If a segment is gone, as after a fold: the caller reads the manifest again.
    """
    pieces = []
    segments = manifest.segments
    for code, resolution in enumerate(RESOLUTIONS):
        low, high = bounds(resolution)
        touched = (segments["resolution"] == code) & (segments["last"] >= low) & (segments["first"] < high)
        for number in np.flatnonzero(touched):
            segment = stack.enter_context(SegmentFile(folder, segments[number]))
            start = row_at(segment, low) if int(segment.record["first"]) < low else 0
            stop = row_at(segment, high) if int(segment.record["last"]) >= high else int(segment.record["rows"])
            if start < stop:
                pieces.append((int(number), Piece(segment, start, stop)))
    return [piece for _, piece in sorted(pieces, key=lambda item: item[0])]


def row_at(segment: SegmentFile, tick: int) -> int:
    """Return the first row of a segment whose instant is at or after `tick`, decoding one chunk at most."""
    chunk = int(np.searchsorted(segment.chunks["first"], tick, "left")) - 1
    if chunk < 0:
        return 0
    chunk_rows = int(segment.record["chunk_rows"])
    rows = min(chunk_rows, int(segment.record["rows"]) - chunk * chunk_rows)
    ticks = Decoder(segment).ticks(chunk)[:rows]
    return chunk * chunk_rows + int(np.searchsorted(ticks, tick, "left"))


class Decoder:
    """Decodes chunks of one segment; holds the buffers of one thread."""

    def __init__(self, segment: SegmentFile) -> None:
        self.segment = segment
        self.rows = int(segment.record["chunk_rows"])
        self._stored = {name: np.empty(self.rows, segment.stored_dtype(name)) for name in ("times", "values")}
        self._ticks = np.empty(self.rows, np.int64)

    def ticks(self, chunk: int) -> NDArray[np.int64]:
        """Instants of a chunk, in a buffer that the next call uses again."""
        residual = self.stored("times", chunk)
        line = self.segment.chunks[chunk]
        return times_codec.decode(line["first"], line["step"], residual, self._ticks)

    def stored(self, column: str, chunk: int) -> NDArray[Any]:
        """A chunk of a column as stored, in a buffer that the next call uses again."""
        buffer = self._stored.setdefault(column, np.empty(self.rows, self.segment.stored_dtype(column)))
        self.segment.read_chunk(column, chunk, buffer)
        return buffer


def read(
    pieces: Sequence[Piece],
    pending: PendingRows | None = None,
    *,
    types: Collection[str] = (),
    ticks_of: str | None = None,
) -> Rows:
    """Read rows, and lay those of the journal over them.

    Parameters
    ----------
    pieces : sequence of Piece
        What `locate` found.
    pending : PendingRows, optional
        Rows of the journal within the same span.
    types : collection of str
        Types of all rows of the column, ``"text"`` or names of numpy types, so that the type of the values does not depend on
        the span; by default only those of the rows read count.
    ticks_of : {'ms', 'us', 'ns'}, optional
        Return instants as ticks; it must be as fine as any of the rows. By default they are returned as seconds.

    Returns
    -------
    Rows
        All rows of the span, sorted by time.
    """
    rows = sum(map(len, pieces)) + (0 if pending is None else pending.rows)
    output = Output(rows, [piece.segment for piece in pieces], pending, types, ticks_of=ticks_of)
    jobs: list[Callable[[], None]] = []
    offset = 0
    for piece, newer in _windows(pieces, pending):
        if newer is not None:
            merged = newer if piece is None else overlay(_decoded(piece), newer)
            output.put_samples(slice(offset, offset + len(merged)), merged)
            offset += len(merged)
        elif piece is not None:
            jobs.extend(_chunk_jobs(output, piece, offset))
            offset += len(piece)
    _run(jobs, rows)
    return output.finish(offset)


def _windows(pieces: Sequence[Piece], pending: PendingRows | None) -> Iterator[tuple[Piece | None, Samples | None]]:
    """Cut a span into windows, in order of time: rows of one segment, rows of the journal, or some of both.

    Where there are both the window is small, so that laying one over the other takes little memory.
    """
    if pending is None:
        yield from ((piece, None) for piece in pieces)
        return
    # In the finest ticks of all: a start that was rounded up would leave two segments in one window.
    pending = pending.among(piece.segment.resolution for piece in pieces)
    cuts = pending.cuts(_WINDOW_ROWS)
    low, high = cuts[0], cuts[-1]
    starts = {tick for piece in pieces for tick in _start_ticks(piece, pending.resolution) if low < tick < high}
    cuts = sorted({*cuts, *starts})
    parts = [part for piece in pieces for part in _cut(piece, cuts, pending.resolution)]
    before, after = -1, len(cuts) - 1
    yield from ((part, None) for window, part in parts if window == before)
    inside = dict(parts)
    for window, (start, stop) in enumerate(zip(cuts, cuts[1:], strict=False)):
        yield inside.get(window), pending.between(start, stop)
    yield from ((part, None) for window, part in parts if window == after)


def _start_ticks(piece: Piece, resolution: str) -> list[int]:
    """Instants at which to cut a piece: its first, and one every so many of its rows."""
    every = max(1, _WINDOW_ROWS // int(piece.segment.record["chunk_rows"]))
    scale = TICKS_PER_SECOND[resolution] // TICKS_PER_SECOND[piece.segment.resolution]
    return [tick * scale for tick in piece.segment.chunks["first"][::every].tolist()]


def _cut(piece: Piece, cuts: Sequence[int], resolution: str) -> Iterator[tuple[int, Piece]]:
    """The rows of a piece in each window: window -1 is before the first cut, the last one after the last cut."""
    scale = TICKS_PER_SECOND[resolution] // TICKS_PER_SECOND[piece.segment.resolution]
    first, last = int(piece.segment.record["first"]) * scale, int(piece.segment.record["last"]) * scale
    row = piece.start_row
    for window, cut in enumerate(cuts, start=-1):
        if cut <= first:
            continue
        found = piece.stop_row if cut > last else row_at(piece.segment, -(-cut // scale))
        stop = min(max(row, found), piece.stop_row)
        if row < stop:
            yield window, Piece(piece.segment, row, stop)
        row = stop
    if row < piece.stop_row:
        yield len(cuts) - 1, Piece(piece.segment, row, piece.stop_row)


def _decoded(piece: Piece) -> Samples:
    """The rows of a piece."""
    return to_samples(read([piece], ticks_of=piece.segment.resolution), piece.segment.resolution)


def to_samples(rows: Rows, resolution: str) -> Samples:
    """Return rows that were read as ticks of `resolution` as `Samples`."""
    return Samples(rows.times, resolution, rows.values, rows.texts, rows.raws, rows.quality, rows.alarm)


def _chunk_jobs(output: Output, piece: Piece, offset: int) -> list[Callable[[], None]]:
    """The work of decoding a piece, in portions that threads can share."""
    chunk_rows = int(piece.segment.record["chunk_rows"])
    chunks = range(piece.start_row // chunk_rows, -(-piece.stop_row // chunk_rows))
    portion = max(1, -(-len(chunks) // (2 * _MAX_THREADS))) if len(piece) > _ROWS_WORTH_THREADS else len(chunks)
    shift = offset - piece.start_row
    return [_portion(output, piece, chunks[start : start + portion], shift) for start in range(0, len(chunks), portion)]


def _portion(output: Output, piece: Piece, chunks: range, shift: int) -> Callable[[], None]:
    """One portion of work: decode some chunks of a piece into the output."""

    def work() -> None:
        decoder = Decoder(piece.segment)
        place = _place(output, piece.segment)
        extra = [(name, array) for name in ("quality", "alarm") if (array := getattr(output, name)) is not None]
        extra = [(name, array) for name, array in extra if piece.segment.has(name)]
        for chunk in chunks:
            begin = chunk * decoder.rows
            start, stop = max(begin, piece.start_row), min(begin + decoder.rows, piece.stop_row)
            inside, at = slice(start - begin, stop - begin), slice(start + shift, stop + shift)
            output.put_times(at, decoder.ticks(chunk)[inside], piece.segment.resolution)
            stored = decoder.stored("values", chunk)[inside]
            if place is None:
                output.values[at] = stored
            elif place.dtype == output.values.dtype:
                # The codes were checked when written; "clip" spares numpy a buffered second pass.
                np.take(place, stored, out=output.values[at], mode="clip")
            else:
                output.values[at] = place[stored]
            for name, array in extra:
                array[at] = decoder.stored(name, chunk)[inside]

    return work


def _place(output: Output, segment: SegmentFile) -> NDArray[Any] | None:
    """What each code of a segment stands for in the output; None where values are stored as they are."""
    levels = segment.levels()
    if levels is None or output.texts is None:
        return levels
    return output.codes_of(levels, segment.raws())


def _run(jobs: Sequence[Callable[[], None]], rows: int) -> None:
    """Do the work, by several threads if there is enough of it: decoding frees the interpreter's lock."""
    threads = min(_MAX_THREADS, os.cpu_count() or 1, len(jobs))
    if rows < _ROWS_WORTH_THREADS or threads < 2:
        for job in jobs:
            job()
        return
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(job) for job in jobs]:
            future.result()


def common_resolution(manifest: Manifest, *others: str) -> str:
    """Return the finest resolution of a column's segments and some others, ``ms`` if there is none."""
    codes = np.unique(manifest.segments["resolution"]).tolist()
    return finest([*(RESOLUTIONS[code] for code in codes), *others] or ["ms"])


def value_types(manifest: Manifest) -> set[str]:
    """Return the types of the values of a column's segments: ``"text"``, or names of numpy types such as ``"<f8"``."""
    return {name.decode() for name in set(manifest.segments["dtype"].tolist())}
