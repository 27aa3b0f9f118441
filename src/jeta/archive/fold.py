"""Moving rows from the journal into the columns.

`fold_column` does it for one MSID, up to but not including the rename that makes it count. Only the process that holds the
writer's lock publishes: a worker that outlives its killed writer leaves nothing but files that no manifest names.
"""

from __future__ import annotations

import os
import secrets
import zlib
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import column, manifest, segment
from jeta.archive.layout import MANIFEST_NAME
from jeta.archive.manifest import RESOLUTIONS, Manifest, segment_name
from jeta.archive.pending import find_pending
from jeta.archive.publish import Folded
from jeta.archive.rewrites import Rewrite, plan, split_rows
from jeta.files import aside_name
from jeta.samples import Samples, finest, overlay
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.archive.reader import JetaReader

SEGMENT_ROWS = 2**21
"""Rows of a full segment: rewriting one takes some tenths of a second."""


def fold_column(reader: JetaReader, msid: str, segment_rows: int = SEGMENT_ROWS) -> tuple[Folded | None, Manifest]:
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
    ready : Folded or None
        None if the column holds all of the journal's rows already.
    segments : Manifest
        The column as it is once that is published.
    """
    commits = reader.journal_files()
    old = reader.manifest(msid)
    pending = find_pending(commits, msid, None, after=old.folded)
    newer = None if pending is None else pending.everything()
    folder = reader.layout.column(msid)
    present = os.listdir(folder) if folder.is_dir() else None
    listed = present is not None and MANIFEST_NAME in present
    if newer is None and (listed or not len(old.segments)):
        return None, old
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
    return Folded(folder, aside, written, (*leftovers, *superseded), is_new=not listed), new


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
        old.segments["first"] * scale,
        old.segments["last"] * scale,
        old.segments["rows"],
        newer.ticks,
        segment_rows,
        _together(msid),
    )
    pieces = [rows for rewrite in rewrites for rows in _pieces(folder, old, rewrite, newer, segment_rows)]
    is_kept = np.ones(len(old.segments), bool)
    for rewrite in rewrites:
        is_kept[rewrite.first_segment : rewrite.stop_segment] = False
    kept = old.segments[is_kept]
    column_rows = sum(map(len, pieces)) + int(kept["rows"].sum())
    written = [
        segment.write(folder, msid, rows, replace(origin, part=part, parts=len(pieces), column_rows=column_rows))
        for part, rows in enumerate(pieces)
    ]
    segments = manifest.in_order(np.concatenate([kept, *written]))
    return manifest.Manifest(segments, origin.folded, origin.generation)


def _together(msid: str) -> int:
    """How many small segments of an MSID become one, 4 to 11.

    It differs between MSIDs, so that each fold rewrites a few of them and none rewrites all: a backlog goes on at an even pace.
    """
    return 4 + zlib.crc32(msid.encode()) % 8


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
