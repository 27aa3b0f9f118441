"""Some MSIDs of a backup into an archive: their samples where it has none, or their columns as they were."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import manifest
from jeta.archive.layout import MANIFEST_NAME
from jeta.archive.manifest import RESOLUTIONS, segment_name
from jeta.archive.publish import Folded
from jeta.errors import ArchiveMismatchError
from jeta.files import aside_name, make_folder, sync_folder
from jeta.samples import finest
from jeta.statistics import BIN_WIDTHS_S
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from jeta.archive import JetaReader, Writer
    from jeta.samples import Samples

_NS = 10**9
_ALL_NS = (-(2**63), 2**63 - 1)
_ROWS_A_COMMIT = 2_000_000
_COMMITS_A_FOLD = 32


def check_times(archive: JetaReader, backup: JetaReader) -> None:
    """Refuse a backup whose times count otherwise.

    Raises
    ------
    ArchiveMismatchError
        If they do.
    """
    if archive.time_system != backup.time_system:
        raise ArchiveMismatchError(
            f"times of {backup.root} count {backup.time_system}, those of {archive.root} {archive.time_system}; "
            "restore to another place"
        )


def add_rows(
    writer: Writer,
    backup: JetaReader,
    names: Sequence[str],
    source: str,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> dict[str, int]:
    """Add samples of a backup at instants where the archive has none.

    Parameters
    ----------
    writer : Writer
        Of the archive, open.
    backup : JetaReader
        The backup.
    names : sequence of str
        Exact upper-case names.
    source : str
        What to note of where they came from.
    tell : callable
        Is called with the number of MSIDs done and in all.

    Returns
    -------
    dict of str to int
        Samples added of each.
    """
    added = dict.fromkeys(names, 0)
    waiting: dict[str, Samples] = {}
    commits = 0

    def commit() -> None:
        nonlocal commits
        if waiting:
            for msid, counts in writer.commit(waiting, source=f"backup {source}").items():
                added[msid] += counts.stored
            waiting.clear()
            commits += 1
            if commits % _COMMITS_A_FOLD == 0:
                writer.fold()

    for done, name in enumerate(names):
        tell(done, len(names))
        for first_ns, last_ns in _spans(backup, name):
            rows = _lacking(writer.reader, name, backup.read_samples(name, first_ns, last_ns))
            if len(rows):
                if name in waiting:
                    commit()
                waiting[name] = rows
            if sum(map(len, waiting.values())) >= _ROWS_A_COMMIT:
                commit()
    commit()
    tell(len(names), len(names))
    return added


def _spans(backup: JetaReader, name: str) -> Iterator[tuple[int, int]]:
    """Spans of ns, both ends inside, that go through an MSID about a segment at a time."""
    segments = backup.manifest(name).segments
    scales = [_NS // TICKS_PER_SECOND[RESOLUTIONS[code]] for code in segments["resolution"].tolist()]
    starts = [int(first) * scale for first, scale in zip(segments["first"].tolist(), scales, strict=True)][1:]
    cuts = [_ALL_NS[0], *starts, _ALL_NS[1] + 1]
    yield from ((low, high - 1) for low, high in pairwise(cuts))


def _lacking(archive: JetaReader, name: str, rows: Samples) -> Samples:
    """The rows at whose instants the archive has none."""
    if not len(rows):
        return rows
    scale = _NS // TICKS_PER_SECOND[rows.resolution]
    there = archive.read_samples(name, int(rows.ticks[0]) * scale, int(rows.ticks[-1]) * scale)
    if not len(there):
        return rows
    resolution = finest([rows.resolution, there.resolution])
    known = np.isin(rows.at_resolution(resolution).ticks, there.at_resolution(resolution).ticks)
    return rows.take(~known)


def exchange_columns(writer: Writer, backup: JetaReader, names: Sequence[str]) -> None:
    """Put columns of a backup in the place of those of an archive; what waits in the backup's journal is not among it.

    Parameters
    ----------
    writer : Writer
        Of the archive, open; its journal is folded first.
    backup : JetaReader
        The backup, whose files are what they were.
    names : sequence of str
        Exact upper-case names.
    """
    writer.fold()
    for name in names:
        for product in BIN_WIDTHS_S:
            _forget_statistics(writer.layout.manifest(name, product))
        ready = _column(writer, backup, name)
        writer.exchange([ready], backup.manifest(name).folded)


def _forget_statistics(path: Path) -> None:
    """Remove the manifest of a product: fetches work it out from the samples until it is made again."""
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def _column(writer: Writer, backup: JetaReader, name: str) -> Folded:
    """Bring the segments of a column into an archive, and its manifest aside."""
    folder, source = writer.layout.column(name), backup.layout.column(name)
    is_new = not folder.is_dir()
    make_folder(folder)
    listed = backup.manifest(name)
    live = [segment_name(record) for record in listed.segments]
    for each in live:
        copy = aside_name(folder)
        shutil.copyfile(source / each, copy)
        copy.replace(folder / each)  # whatever is there under this name is this segment, or was
    aside = aside_name(folder)
    aside.write_bytes(manifest.to_bytes(listed))
    obsolete = tuple(folder / each for each in sorted(set(os.listdir(folder)) - set(live)) if each != MANIFEST_NAME)
    obsolete = tuple(path for path in obsolete if path != aside)
    return Folded(folder, aside, tuple(folder / each for each in live), obsolete, is_new=is_new)
