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
from jeta.archive.segment import SegmentFile
from jeta.samples import Samples, finest, overlay
from jeta.samples.container import distinct_levels
from jeta.times import TICKS_PER_SECOND, ticks_to_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_ROWS_WORTH_THREADS = 400_000
_MAX_THREADS = 4


class Bounds(Protocol):
    """A half-open span of time, in ticks of any resolution."""

    def __call__(self, resolution: str) -> tuple[int, int]:
        """Return the first tick inside and the first one after the span."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive rows of one segment: ``rows[start_row:stop_row]``."""

    segment: SegmentFile
    start_row: int
    stop_row: int

    def __len__(self) -> int:
        return self.stop_row - self.start_row

    @property
    def last_tick(self) -> int:
        """A tick at or after the last row of the piece."""
        return int(self.segment.record["last"])


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
    ticks = _Decoder(segment).ticks(chunk)[:rows]
    return chunk * chunk_rows + int(np.searchsorted(ticks, tick, "left"))


class _Decoder:
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


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What a read returns: arrays of shape (rows,), the caller's own.

    Attributes
    ----------
    times : float64 or int64 array
        Seconds or ticks, as asked for.
    values : array
        Numbers or booleans; codes into `texts` where that is set.
    texts, raws : array, shape (levels,), or None
        As in `jeta.samples.Samples`.
    quality : uint8 array or None
        Quality bits; None where all are 0.
    alarm : int16 array or None
        The source's alarm status; None where all are 0.
    """

    times: NDArray[Any]
    values: NDArray[Any]
    texts: NDArray[np.str_] | None
    raws: NDArray[np.float64] | None
    quality: NDArray[np.uint8] | None
    alarm: NDArray[np.int16] | None


class _Output:
    """The arrays that a read fills, allocated once."""

    def __init__(
        self, pieces: Sequence[Piece], newer: Samples | None, types: Collection[str], *, ticks_of: str | None
    ) -> None:
        self.rows = sum(map(len, pieces)) + (0 if newer is None else len(newer))
        self.ticks_of = ticks_of
        self.times: NDArray[Any] = np.empty(self.rows, np.float64 if ticks_of is None else np.int64)
        self.texts, self.raws, self._places, dtype = _common_values(pieces, newer, types)
        self.values = np.empty(self.rows, dtype)
        self.quality = self._optional("quality", pieces, newer, np.dtype(np.uint8))
        self.alarm = self._optional("alarm", pieces, newer, np.dtype(np.int16))

    def _optional(
        self, column: str, pieces: Sequence[Piece], newer: Samples | None, dtype: np.dtype[Any]
    ) -> NDArray[Any] | None:
        """A column of zeros if anything may be put into it."""
        wanted = any(p.segment.has(column) for p in pieces) or (
            newer is not None and getattr(newer, column) is not None
        )
        return np.zeros(self.rows, dtype) if wanted else None

    def put_times(self, at: slice, ticks: NDArray[np.int64], resolution: str) -> None:
        """Put instants in place, as seconds or as ticks of the wanted resolution."""
        if self.ticks_of is None:
            ticks_to_seconds(ticks, resolution, out=self.times[at])
        else:
            np.multiply(ticks, TICKS_PER_SECOND[self.ticks_of] // TICKS_PER_SECOND[resolution], out=self.times[at])

    def place(self, source: int) -> NDArray[Any] | None:
        """What each code of a source (a piece by number, or -1 for newer rows) becomes; None for values as they are."""
        return self._places[source]

    def put_samples(self, at: slice, samples: Samples, source: int) -> None:
        """Put rows that are at hand in place."""
        self.put_times(at, samples.ticks, samples.resolution)
        place = self.place(source)
        self.values[at] = samples.values if place is None or not samples.is_text else place[samples.values]
        if self.quality is not None and samples.quality is not None:
            self.quality[at] = samples.quality
        if self.alarm is not None and samples.alarm is not None:
            self.alarm[at] = samples.alarm

    def finish(self, rows: int) -> Rows:
        """Return the first rows: laying newer rows over older ones may leave fewer than were allocated."""
        return Rows(
            self.times[:rows],
            self.values[:rows],
            self.texts,
            self.raws,
            None if self.quality is None else self.quality[:rows],
            None if self.alarm is None else self.alarm[:rows],
        )


def _common_values(
    pieces: Sequence[Piece], newer: Samples | None, types: Collection[str]
) -> tuple[NDArray[np.str_] | None, NDArray[np.float64] | None, list[NDArray[Any] | None], np.dtype[Any]]:
    """One type for the values of all sources, and what each source's codes become; the last source is the newer rows."""
    names = {*types, *(p.segment.record["dtype"].decode() for p in pieces)}
    tables: list[tuple[NDArray[np.str_], NDArray[np.float64]]] = [
        (levels, p.segment.raws())
        for p in pieces
        if p.segment.record["dtype"] == b"text" and (levels := p.segment.levels()) is not None
    ]
    if newer is not None and newer.texts is not None and newer.raws is not None:
        tables.append((newer.texts, newer.raws))
    if not tables and "text" in names:
        return np.empty(0, "U1"), np.empty(0), [None], np.dtype(np.uint8)
    if not tables:
        dtypes = [np.dtype(name) for name in names] + ([] if newer is None else [newer.values.dtype])
        places = [p.segment.levels() for p in pieces]
        return None, None, [*places, None], np.result_type(*dtypes) if dtypes else np.dtype(np.float64)
    texts, raws, codes = distinct_levels(
        np.concatenate([text for text, _ in tables]), np.concatenate([numbers for _, numbers in tables])
    )
    starts = np.cumsum([0, *(len(text) for text, _ in tables)])
    split = [codes[a:b] for a, b in zip(starts, starts[1:], strict=False)]
    return texts, raws, [*split, None] if newer is None else [*split], codes.dtype


def read(
    pieces: Sequence[Piece],
    newer: Samples | None = None,
    *,
    types: Collection[str] = (),
    ticks_of: str | None = None,
) -> Rows:
    """Read rows, and lay newer ones over them.

    Parameters
    ----------
    pieces : sequence of Piece
        What `locate` found.
    newer : Samples, optional
        Rows of the journal within the same span, sorted by time.
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
    if newer is not None and not len(newer):
        newer = None
    output = _Output(pieces, newer, types, ticks_of=ticks_of)
    jobs: list[Callable[[], None]] = []
    offset = 0
    for number, piece, rows in _assign(pieces, newer):
        if rows is not None and piece is not None and _before(rows, piece):
            offset = _merge_piece(output, piece, rows, offset)
            continue
        if piece is not None:
            jobs.extend(_chunk_jobs(output, piece, number, offset))
            offset += len(piece)
        if rows is not None:
            output.put_samples(slice(offset, offset + len(rows)), rows, -1)
            offset += len(rows)
    _run(jobs, output.rows)
    return output.finish(offset)


def _assign(pieces: Sequence[Piece], newer: Samples | None) -> Iterator[tuple[int, Piece | None, Samples | None]]:
    """Each piece with the newer rows that come before the next piece begins; newer rows before the first piece alone."""
    if newer is None:
        yield from ((number, piece, None) for number, piece in enumerate(pieces))
        return
    starts = [_start_tick(piece, newer.resolution) for piece in pieces]
    cuts = [0, *np.searchsorted(newer.ticks, starts, "left").tolist(), len(newer)]
    for number, (low, high) in enumerate(zip(cuts, cuts[1:], strict=False), start=-1):
        rows = newer.take(slice(low, high)) if low < high else None
        if number >= 0 or rows is not None:
            yield number, pieces[number] if number >= 0 else None, rows


def _start_tick(piece: Piece, resolution: str) -> int:
    """The piece's first possible tick, in ticks of `resolution`, rounded up."""
    return -(
        -int(piece.segment.record["first"]) * TICKS_PER_SECOND[resolution] // TICKS_PER_SECOND[piece.segment.resolution]
    )


def _before(rows: Samples, piece: Piece) -> bool:
    """Whether some newer row is not after the whole piece."""
    scale, own = TICKS_PER_SECOND[rows.resolution], TICKS_PER_SECOND[piece.segment.resolution]
    return int(rows.ticks[0]) * own <= piece.last_tick * scale


def _merge_piece(output: _Output, piece: Piece, rows: Samples, offset: int) -> int:
    """Decode a piece on its own, lay newer rows over it, and put the result in place; return the next free row."""
    merged = overlay(to_samples(read([piece], ticks_of=piece.segment.resolution), piece.segment.resolution), rows)
    at = slice(offset, offset + len(merged))
    if output.texts is not None and merged.texts is not None and merged.raws is not None:
        place = _place_among(merged, output)
        output.put_times(at, merged.ticks, merged.resolution)
        output.values[at] = place[merged.values]
        if output.quality is not None and merged.quality is not None:
            output.quality[at] = merged.quality
        if output.alarm is not None and merged.alarm is not None:
            output.alarm[at] = merged.alarm
    else:
        output.put_samples(at, merged, -1)
    return offset + len(merged)


def _place_among(merged: Samples, output: _Output) -> NDArray[Any]:
    """The code in the output of each of the levels of some rows."""
    known = {(text, number if number == number else None): code for code, (text, number) in enumerate(_levels(output))}  # noqa: PLR0124 - NaN
    wanted = zip(np.asarray(merged.texts).tolist(), np.asarray(merged.raws).tolist(), strict=True)
    codes = [known[text, number if number == number else None] for text, number in wanted]  # noqa: PLR0124 - NaN
    return np.array(codes, output.values.dtype)


def _levels(output: _Output) -> Iterator[tuple[str, float]]:
    """Pairs of text and number that the output's codes stand for."""
    return zip(np.asarray(output.texts).tolist(), np.asarray(output.raws).tolist(), strict=True)


def to_samples(rows: Rows, resolution: str) -> Samples:
    """Return rows that were read as ticks of `resolution` as `Samples`."""
    return Samples(rows.times, resolution, rows.values, rows.texts, rows.raws, rows.quality, rows.alarm)


def _chunk_jobs(output: _Output, piece: Piece, number: int, offset: int) -> list[Callable[[], None]]:
    """The work of decoding a piece, in portions that threads can share."""
    chunk_rows = int(piece.segment.record["chunk_rows"])
    chunks = range(piece.start_row // chunk_rows, -(-piece.stop_row // chunk_rows))
    portion = max(1, -(-len(chunks) // (2 * _MAX_THREADS))) if len(piece) > _ROWS_WORTH_THREADS else len(chunks)
    shift = offset - piece.start_row
    return [
        _portion(output, piece, number, chunks[start : start + portion], shift)
        for start in range(0, len(chunks), portion)
    ]


def _portion(output: _Output, piece: Piece, number: int, chunks: range, shift: int) -> Callable[[], None]:
    """One portion of work: decode some chunks of a piece into the output."""

    def work() -> None:
        decoder = _Decoder(piece.segment)
        place = output.place(number)
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
