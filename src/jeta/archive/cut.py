"""Cutting off what a column holds from an instant on, and what its statistics hold of that.

Each function ends before the rename that makes it count, as `jeta.archive.fold` does. The statistics are to be published before
the column: what they no longer vouch for is worked out from samples, whichever these are then.
"""

from __future__ import annotations

import math
import os
import secrets
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import check, column, manifest, product, product_file, segment
from jeta.archive.layout import MANIFEST_NAME, SEGMENT_SUFFIX
from jeta.archive.manifest import RESOLUTIONS, Manifest, segment_name
from jeta.archive.product import Product
from jeta.archive.product_fold import PRODUCTS
from jeta.archive.publish import Folded
from jeta.errors import ArchiveCorruptError
from jeta.files import ASIDE_PREFIX, aside_name
from jeta.logs import logger
from jeta.statistics import BIN_WIDTHS_S, bin_numbers
from jeta.statistics.binned import cut
from jeta.times import first_tick_at_or_after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.archive.reader import JetaReader
    from jeta.samples import Samples

_log = logger(__name__)


def cut_column(reader: JetaReader, msid: str, start_s: float) -> Folded | None:
    """Write a column's new manifest aside, which ends before an instant; the journal holds nothing of the column.

    Parameters
    ----------
    reader : JetaReader
        The archive; nobody else changes it meanwhile.
    msid : str
        Exact upper-case name.
    start_s : float
        Rows at or after it go: those that a read from then on gives. Seconds of the archive's time system.

    Returns
    -------
    Folded or None
        None if there are no such rows.

    Raises
    ------
    ArchiveCorruptError
        If a segment that has to be written anew is damaged: under a new checksum, nobody would find that any more.
    """
    old = reader.manifest(msid)
    ends = {code: first_tick_at_or_after(start_s, name) for code, name in enumerate(RESOLUTIONS)}
    limits = np.array([ends[code] for code in old.segments["resolution"].tolist()], np.int64)
    kept = old.segments[old.segments["first"] < limits]
    if len(kept) == len(old.segments) and np.all(old.segments["last"] < limits):
        return None
    folder = reader.layout.column(msid)
    present = os.listdir(folder)
    generation = max(old.generation, manifest.latest_generation(present)) + 1
    new, written = manifest.Manifest(kept[:0], old.folded, generation), []
    if len(kept):
        # The last one is written anew in any case: it says how many rows the column has, by which a lost manifest is made again.
        rows = _rows_before(folder, kept[-1:], start_s)
        column_rows = int(kept["rows"][:-1].sum()) + len(rows)
        origin = segment.Origin(secrets.token_hex(4), generation, 0, 1, old.folded, column_rows)
        written = [segment.write(folder, msid, rows, origin)]
        new = manifest.Manifest(np.concatenate([kept[:-1], *written]), old.folded, generation)
    aside = aside_name(folder)
    aside.write_bytes(manifest.to_bytes(new))
    live = {segment_name(record) for record in new.segments}
    listed = MANIFEST_NAME in present
    fresh = {segment_name(record[0]) for record in written} if listed else live
    obsolete = {*present, *map(segment_name, old.segments)} - live - {MANIFEST_NAME}
    return Folded(
        folder,
        aside,
        tuple(folder / name for name in sorted(fresh)),
        tuple(folder / name for name in sorted(obsolete)),
        is_new=not listed,
    )


def _rows_before(folder: Path, last: np.ndarray[tuple[int], np.dtype[np.void]], start_s: float) -> Samples:
    """The rows of one segment before an instant."""
    for problem in check.check_content(folder, last[0]):
        raise ArchiveCorruptError(f"{problem.path} is damaged, so that nothing was cut off: {problem.message}")
    own = Manifest(last, 0, 0)
    resolution = column.common_resolution(own)
    with ExitStack() as stack:
        pieces = column.locate(own, folder, column.bounds_between(-math.inf, start_s), stack)
        return column.to_samples(column.read(pieces, ticks_of=resolution), resolution)


def cut_statistics(reader: JetaReader, msid: str, start_s: float) -> Iterator[Folded]:
    """Write the manifests of an MSID's statistics aside, without the bins that are not over once its column is cut off.

    Parameters
    ----------
    reader, msid, start_s
        As for `cut_column`; the column is not cut off yet.

    Yields
    ------
    Folded
        For each product that changes.
    """
    stored = {name: old for name in PRODUCTS if (old := _load(reader.layout.column(msid, name))) is not None}
    if not stored:  # as of most MSIDs that have few samples: the rest need not be asked
        return
    there = reader.rows_between(msid, -math.inf, start_s)
    # The bin of the last sample is not over; where none is left, none is.
    end_s = there.last_s if there.last_s is not None else reader.instant_at_or_after(msid, start_s)
    if end_s is None:
        return
    for name, old in stored.items():
        end = int(bin_numbers([end_s], BIN_WIDTHS_S[name])[0])
        if old.until > end:
            yield _cut_product(reader.layout.column(msid, name), msid, name, old, end, there.rows)


def _load(folder: Path) -> Product | None:
    """What is stored of a product; nothing where that is damaged, which no fetch uses."""
    try:
        return product.load(folder)
    except ArchiveCorruptError as err:
        _log.warning("%s: left as it is, since no fetch uses it", err)
        return None


def _cut_product(folder: Path, msid: str, name: str, old: Product, end: int, rows: int) -> Folded:
    """Write the manifest of a product aside, without the bins from `end` on."""
    present = os.listdir(folder)
    generation = max(old.generation, manifest.latest_generation(present)) + 1
    until, stale, column_rows = end, tuple(cut(old.stale, -(2**62), end)), rows
    files = [file for file in old.files if file.last < end]
    straddling = [file for file in old.files if file.first < end <= file.last]
    written = []
    try:
        found = product.read_all(folder, straddling)
        if found is not None:
            path = folder / f"{straddling[0].first}bin-{generation}-{secrets.token_hex(4)}-0{SEGMENT_SUFFIX}"
            written = [product_file.write(path, msid, name, found.within([(straddling[0].first, end)]))]
    except (ArchiveCorruptError, FileNotFoundError) as err:
        _log.warning("statistics of %s are dropped, run  jeta statistics: %s", msid, err)
        until, stale, files, column_rows = min([end, *(file.first for file in old.files)]), (), [], 0
    new = Product(old.recipe, until, stale, old.folded, column_rows, generation, (*files, *written))
    aside = aside_name(folder)
    aside.write_bytes(product.to_bytes(new))
    obsolete = set(present) - {file.name for file in new.files} - {MANIFEST_NAME}
    return Folded(
        folder,
        aside,
        tuple(folder / file.name for file in written),
        tuple(folder / each for each in sorted(obsolete)),
        is_new=False,
        leads=True,
    )


def tidy(reader: JetaReader, msid: str) -> None:
    """Remove what a cut has left of an MSID: segments that no manifest names, and the whole folder if no row is left.

    Only for who holds the writer's lock, and with an empty journal.

    Parameters
    ----------
    reader, msid
        As for `cut_column`.
    """
    listed = reader.manifest(msid)
    folder = reader.layout.column(msid)
    _remove_but(folder, {segment_name(record) for record in listed.segments})
    if len(listed.segments):
        return
    for name in PRODUCTS:
        _remove_but(reader.layout.column(msid, name), set(), manifest_too=True)
    # Last: without it, segments that are still there would count again.
    _remove_but(folder, set(), manifest_too=True)
    with suppress(OSError):  # somebody keeps something else there
        folder.parent.rmdir()


def _remove_but(folder: Path, live: set[str], *, manifest_too: bool = False) -> None:
    """Remove the files of a product that do not count; with its manifest, the folder too unless somebody keeps something there."""
    if not folder.is_dir():
        return
    for name in os.listdir(folder):
        if name not in live and (name.endswith(SEGMENT_SUFFIX) or name.startswith(ASIDE_PREFIX)):
            (folder / name).unlink(missing_ok=True)
    if manifest_too:
        (folder / MANIFEST_NAME).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
