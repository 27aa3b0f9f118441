"""Moving rows from the journal into the columns.

`plan` decides, from numbers alone, which segments are written anew; `fold_column` does it for one MSID, up to but not
including the rename that makes it count; `fold_columns` does it for many and publishes them. Only the process that holds the
writer's lock publishes: a worker that outlives its killed writer leaves nothing but files that no manifest names.
"""

from __future__ import annotations

import os
import secrets
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import column, manifest, segment
from jeta.archive.layout import MANIFEST_NAME, Layout
from jeta.archive.manifest import RESOLUTIONS, Manifest, segment_name
from jeta.archive.pending import find_pending
from jeta.archive.reader import JetaReader
from jeta.files import aside_name, sync_each, sync_folder
from jeta.samples import Samples, finest, overlay
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor

    FoldSome = Callable[[Path, Sequence[str]], "list[Folded]"]

    from numpy.typing import NDArray

SEGMENT_ROWS = 2**21
"""Rows of a full segment: rewriting one takes some tenths of a second."""

_NAMES_A_TASK = 32
_TASKS_AHEAD = 8
_DISK_THREADS = 8


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Segments to write anew, and the rows to lay over them.

    Attributes
    ----------
    first_segment, stop_segment : int
        The segments ``[first_segment, stop_segment)`` are read and superseded; none if equal.
    first_row, stop_row : int
        The newer rows ``[first_row, stop_row)`` go there.
    """

    first_segment: int
    stop_segment: int
    first_row: int
    stop_row: int


def plan(
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    rows: NDArray[np.int64],
    newer: NDArray[np.int64],
    segment_rows: int,
) -> list[Rewrite]:
    """Decide which segments are written anew.

    Rows that fall into a segment, or into the gap behind it, go into that segment. Rows after the last segment make a new
    one, which takes in its neighbours as long as those are not larger than itself: so segments grow like the digits of a
    binary counter, a row is rewritten some ten times in its life, and appending does not get slower as a column grows.
    Rows before the first segment do likewise.

    Parameters
    ----------
    firsts, lasts : int64 array, shape (segments,)
        First and last instant of each segment, in order of time.
    rows : int64 array, shape (segments,)
        Rows of each segment.
    newer : int64 array, shape (newer rows,)
        Sorted instants of the rows to lay over them, in the same unit.
    segment_rows : int
        Rows of a full segment; neighbours are not taken in beyond that.

    Returns
    -------
    list of Rewrite
        In order of time, no two sharing a segment; together they hold each newer row once.

    Examples
    --------
    >>> one = np.array([0]), np.array([9]), np.array([10])
    >>> plan(*one, np.array([4]), 100)
    [Rewrite(first_segment=0, stop_segment=1, first_row=0, stop_row=1)]
    >>> plan(*one, np.array([10, 11]), 100)
    [Rewrite(first_segment=1, stop_segment=1, first_row=0, stop_row=2)]
    """
    count = len(firsts)
    if not count:
        return [Rewrite(0, 0, 0, len(newer))] if len(newer) else []
    cuts = np.searchsorted(newer, [*firsts, int(lasts[-1]) + 1], "left").tolist()
    spans = [(k, k + 1, cuts[k], cuts[k + 1]) for k in range(count) if cuts[k] < cuts[k + 1]]
    before, after = cuts[0], len(newer) - cuts[-1]
    sizes = rows.tolist()
    if after:
        start = _taken_in(sizes[::-1], after, segment_rows)
        spans.append((count - start, count, cuts[-1], len(newer)))
    if before:
        spans.insert(0, (0, _taken_in(sizes, before, segment_rows), 0, before))
    return _joined(spans)


def _taken_in(neighbours: Sequence[int], rows: int, segment_rows: int) -> int:
    """How many neighbours, nearest first, a group of new rows takes in."""
    taken = 0
    for size in neighbours:
        if size > rows or size + rows > segment_rows:
            break
        rows += size
        taken += 1
    return taken


def _joined(spans: Sequence[tuple[int, int, int, int]]) -> list[Rewrite]:
    """Join rewrites that share a segment."""
    result: list[Rewrite] = []
    # Sorted, since what is taken in at the end may reach back over several spans.
    for first, stop, low, high in sorted(spans):
        last = result[-1] if result else None
        if last is not None and first < last.stop_segment:
            result[-1] = Rewrite(
                last.first_segment, max(last.stop_segment, stop), min(last.first_row, low), max(last.stop_row, high)
            )
        else:
            result.append(Rewrite(first, stop, low, high))
    return result


def split_rows(ticks: NDArray[np.int64], segment_rows: int) -> list[int]:
    """Return where to cut rows into segments of about equal size, none across rows that share an instant.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Sorted instants, at least one.
    segment_rows : int
        The size that a segment should not exceed.

    Returns
    -------
    list of int
        Bounds of the segments, from 0 to the number of rows.

    Examples
    --------
    >>> split_rows(np.array([1, 2, 2, 2, 3]), 2)
    [0, 1, 5]
    """
    if len(ticks) <= segment_rows:
        return [0, len(ticks)]
    parts = -(-len(ticks) // segment_rows)
    wanted = np.linspace(0, len(ticks), parts + 1).astype(np.int64)[1:-1]
    return sorted({0, *np.searchsorted(ticks, ticks[wanted], "left").tolist(), len(ticks)})


@dataclass(frozen=True, slots=True)
class Folded:
    """A column that is ready to be published once its new files are on the disk.

    Attributes
    ----------
    folder : Path
        The column's folder.
    aside : Path
        Its new manifest under a temporary name.
    written : tuple of Path
        Its new segments.
    obsolete : tuple of Path
        Files that no manifest names once it is published.
    is_new : bool
        Whether the folder may be new too.
    """

    folder: Path
    aside: Path
    written: tuple[Path, ...]
    obsolete: tuple[Path, ...]
    is_new: bool


def publish(columns: Sequence[Folded]) -> None:
    """Make new manifests count, and remove what they supersede, each when what it rests on is on the disk."""
    sync_each(path for ready in columns for path in (ready.aside, *ready.written))
    for ready in columns:
        ready.aside.replace(ready.folder / MANIFEST_NAME)
    sync_each(path for ready in columns for path in ((ready.folder, ready.folder.parent)[: 1 + ready.is_new]))
    for ready in columns:
        for path in ready.obsolete:
            path.unlink(missing_ok=True)


def fold_column(reader: JetaReader, msid: str, segment_rows: int = SEGMENT_ROWS) -> Folded | None:
    """Write what the journal holds of one MSID into new segments, and its new manifest aside.

    Parameters
    ----------
    reader : JetaReader
        The archive; nobody else changes it meanwhile.
    msid : str
        Exact upper-case name.
    segment_rows : int
        Rows of a full segment.

    Returns
    -------
    Folded or None
        None if the column holds all of the journal's rows already.
    """
    commits = reader.journal_files()
    old = reader.manifest(msid)
    pending = find_pending(commits, msid, None, after=old.folded)
    newer = None if pending is None else pending.everything()
    folder = reader.layout.column(msid)
    present = os.listdir(folder) if folder.is_dir() else None
    listed = present is not None and MANIFEST_NAME in present
    if newer is None and (listed or not len(old.segments)):
        return None
    if present is None:
        folder.mkdir(parents=True, exist_ok=True)
    kept_names = {segment_name(record) for record in old.segments}
    leftovers = [folder / name for name in present or () if name not in kept_names and name != MANIFEST_NAME]
    # Beyond what killed folds have left, so that no two folds of a column have the same number.
    generation = max(old.generation, manifest.latest_generation(present or ())) + 1
    origin = segment.Origin(secrets.token_hex(4), generation, 0, 1, commits[-1].number, 0)
    new = old if newer is None else _rewrite(folder, msid, old, newer, origin, segment_rows)
    aside = aside_name(folder)
    aside.write_bytes(manifest.to_bytes(new))
    live = {segment_name(record) for record in new.segments}
    # Segments that were found without a manifest may be those of a killed fold, which never got to the disk for sure.
    written = tuple(folder / name for name in (live - kept_names if listed else live))
    superseded = [folder / name for name in kept_names - live]
    return Folded(folder, aside, written, (*leftovers, *superseded), is_new=not listed)


def _rewrite(
    folder: Path, msid: str, old: Manifest, newer: Samples, origin: segment.Origin, segment_rows: int
) -> Manifest:
    """Write the new segments of a column, and return the manifest that names them."""
    resolution = finest([column.common_resolution(old), newer.resolution])
    newer = newer.at_resolution(resolution)
    scales = np.array(
        [TICKS_PER_SECOND[resolution] // TICKS_PER_SECOND[name] for name in RESOLUTIONS if _divides(name, resolution)]
    )
    scale = scales[old.segments["resolution"]] if len(old.segments) else np.empty(0, np.int64)
    rewrites = plan(
        old.segments["first"] * scale, old.segments["last"] * scale, old.segments["rows"], newer.ticks, segment_rows
    )
    pieces = [rows for rewrite in rewrites for rows in _pieces(folder, old, rewrite, newer, segment_rows)]
    touched = {number for r in rewrites for number in range(r.first_segment, r.stop_segment)}
    kept = [old.segments[[number]] for number in range(len(old.segments)) if number not in touched]
    column_rows = sum(map(len, pieces)) + sum(int(record["rows"][0]) for record in kept)
    written = [
        segment.write(folder, msid, rows, replace(origin, part=part, parts=len(pieces), column_rows=column_rows))
        for part, rows in enumerate(pieces)
    ]
    segments = manifest.in_order(np.concatenate([*kept, *written]))
    return manifest.Manifest(segments, origin.folded, origin.generation)


def _divides(coarse: str, fine: str) -> bool:
    """Whether ticks of one resolution are whole ticks of another."""
    return TICKS_PER_SECOND[fine] % TICKS_PER_SECOND[coarse] == 0


def _pieces(folder: Path, old: Manifest, rewrite: Rewrite, newer: Samples, segment_rows: int) -> Iterator[Samples]:
    """The rows of one rewrite, cut into segments."""
    rows = newer.take(slice(rewrite.first_row, rewrite.stop_row))
    segments = old.segments[rewrite.first_segment : rewrite.stop_segment]
    if len(segments):
        own = Manifest(segments, 0, 0)
        resolution = column.common_resolution(own)
        with ExitStack() as stack:
            everything = column.locate(own, folder, lambda _: (np.iinfo(np.int64).min, np.iinfo(np.int64).max), stack)
            rows = overlay(column.to_samples(column.read(everything, ticks_of=resolution), resolution), rows)
    cuts = split_rows(rows.ticks, segment_rows)
    yield from (rows.take(slice(low, high)) for low, high in zip(cuts, cuts[1:], strict=False))


def fold_columns(
    root: Path,
    names: Sequence[str],
    *,
    executor: Executor | None = None,
    run: FoldSome | None = None,
    ahead: int = _TASKS_AHEAD,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Fold many MSIDs and publish each as it is ready.

    This process folds too while the executor does: workers take a while to start. Threads wait for the disk meanwhile.

    Parameters
    ----------
    root : Path
        The archive's folder; the caller holds its writer's lock.
    names : sequence of str
        Exact upper-case names.
    executor : concurrent.futures.Executor, optional
        Writes segments in parallel; publishing is done here.
    run : callable, optional
        What the executor calls instead of `fold_some`, with the same arguments and result.
    ahead : int
        How many tasks the executor has at hand.
    progress : callable, optional
        Is called with the number of MSIDs done and in all.
    """
    tasks = deque(tuple(names[start : start + _NAMES_A_TASK]) for start in range(0, len(names), _NAMES_A_TASK))
    running: dict[Future[list[Folded]], int] = {}
    published: list[Future[None]] = []
    done = 0
    with ThreadPoolExecutor(_DISK_THREADS) as disk:
        while tasks or running:
            while executor is not None and tasks and len(running) < ahead:
                task = tasks.pop()
                running[executor.submit(run or fold_some, root, task)] = len(task)
            finished = [future for future in running if future.done()]
            if not finished and tasks:
                task = tasks.popleft()
                published.append(disk.submit(publish, fold_some(root, task)))
                done += len(task)
            elif not finished:
                finished = list(wait(running, return_when=FIRST_COMPLETED).done)
            for future in finished:
                published.append(disk.submit(publish, future.result()))
                done += running.pop(future)
            if progress is not None:
                progress(done, len(names))
        for waiting in published:
            waiting.result()
    sync_folder(Layout(root).columns)


def fold_some(root: Path, names: Sequence[str]) -> list[Folded]:
    """Fold some MSIDs up to publishing; runs in whatever process the executor has.

    Parameters
    ----------
    root : Path
        The archive's folder.
    names : sequence of str
        Exact upper-case names.

    Returns
    -------
    list of Folded
        The columns that have changed; their files need not be on the disk yet.
    """
    reader = JetaReader(Path(root))
    done = {name: fold_column(reader, name) for name in names}
    # A fold that was killed just after a rename may not have waited for it to get to the disk.
    sync_each(reader.layout.column(name) for name, folded in done.items() if folded is None)
    return [folded for folded in done.values() if folded is not None]
