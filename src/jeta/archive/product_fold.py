"""Keeping a statistics product in step with the samples of its MSID.

`plan` decides which bins are worked out, from numbers alone; `update` does that after a fold of the column, `refresh` on demand.
Either ends before the rename that makes it count, as `jeta.archive.fold` does.
"""

from __future__ import annotations

import os
import secrets
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import column, manifest, product, product_file
from jeta.archive.layout import MANIFEST_NAME
from jeta.archive.manifest import RESOLUTIONS, Manifest
from jeta.archive.product import Product
from jeta.archive.publish import Folded
from jeta.archive.recipe import Recipe
from jeta.archive.rewrites import plan as plan_rewrites
from jeta.archive.rewrites import split_rows
from jeta.archive.sampled_bins import samples_of_bins
from jeta.archive.stored_bins import touched_bins
from jeta.errors import ArchiveCorruptError, TdbError
from jeta.files import aside_name
from jeta.logs import logger
from jeta.statistics import BIN_WIDTHS_S, bin_numbers
from jeta.statistics.binned import Binned, Range, cut, joined, lacking, united
from jeta.times import ticks_to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from jeta.archive.pending import PendingRows
    from jeta.archive.reader import JetaReader

_log = logger(__name__)

FILE_BINS = 2**16
"""Bins of a full file: rewriting one takes some hundredths of a second."""
ROWS_WORTH_STORING = 2**14
"""Bins of fewer new rows are not stored yet: working them out at each fetch takes half a millisecond, writing a file one."""
ROWS_AT_MOST = 2**20
"""A fold works out the bins of so many rows at most that it did not bring itself; more wait for `refresh`."""
BINS_AT_MOST = 2
"""But never fewer than so many bins, whatever their rows: a day at 16 Hz has more than those above, and ends in some fold."""

PRODUCTS = tuple(BIN_WIDTHS_S)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done to a product.

    Attributes
    ----------
    ranges : list of (int, int)
        Bins to work out; sorted and disjoint.
    until : int
        Bins below it are stored afterwards, or stale.
    stale : list of (int, int)
        Bins below it that are to be worked out another time.
    """

    ranges: list[Range]
    until: int
    stale: list[Range]


def plan(
    old: Product | None,
    bins: Range,
    touched: Iterable[Range],
    *,
    column_rows: int,
    newer_rows: int,
    keep: bool,
) -> Work | None:
    """Decide what a fold does to a product.

    Parameters
    ----------
    old : Product or None
        As it was before; None if there is none.
    bins : (int, int)
        The bins that are over: the first that has a sample, and the one of the last sample, itself not over.
    touched : iterable of (int, int)
        Bins that rows of the fold are in.
    column_rows, newer_rows : int
        Rows of the MSID after the fold, and those that the fold brought.
    keep : bool
        Whether statistics are kept; if not, touched bins are only noted as stale.

    Returns
    -------
    Work or None
        None if nothing changes.

    Examples
    --------
    >>> plan(None, (3, 90), [], column_rows=20_000, newer_rows=20_000, keep=True)
    Work(ranges=[(3, 90)], until=90, stale=[])
    >>> plan(None, (3, 90), [], column_rows=200, newer_rows=200, keep=True) is None
    True
    """
    until = bins[0] if old is None else old.until
    behind = _rows_behind(old, column_rows)
    late = [] if old is None else united(cut(touched, -(2**62), until))
    stale = [] if old is None else list(old.stale)
    if not keep:
        return Work([], until, united(stale, late)) if late else None
    is_due = late or behind >= ROWS_WORTH_STORING
    is_far = behind > max(ROWS_AT_MOST, 2 * newer_rows) and bins[1] - until > BINS_AT_MOST
    if bins[1] <= until or not is_due or is_far:
        return Work(late, until, lacking(stale, late)) if late else None
    ranges = united(late, [(until, bins[1])])
    return Work(ranges, bins[1], lacking(stale, ranges))


def _rows_behind(old: Product | None, column_rows: int) -> int:
    """How many rows came since bins were added to a product last."""
    return column_rows - (0 if old is None else old.column_rows)


def plan_refresh(old: Product | None, bins: Range, span: Range) -> Work | None:
    """Decide what is done to a product on demand: all that it lacks of a span.

    Parameters
    ----------
    old, bins
        As for `plan`.
    span : (int, int)
        The bins to bring up to date.

    Returns
    -------
    Work or None
        None if nothing is lacking.

    Examples
    --------
    >>> plan_refresh(None, (3, 90), (50, 60))
    Work(ranges=[(50, 60)], until=60, stale=[(3, 50)])
    """
    until = bins[0] if old is None else old.until
    stale = [] if old is None else list(old.stale)
    lacks = united(stale, [(until, bins[1])])
    ranges = [each for low, high in lacks for each in cut([(low, high)], *span)]
    if not ranges:
        return None
    new_until = max(until, ranges[-1][1])
    return Work(ranges, new_until, lacking(united(stale, [(until, new_until)]), ranges))


class Column:
    """A column whose statistics are kept, as it is after a fold.

    Parameters
    ----------
    reader : JetaReader
        The archive; nobody else changes it meanwhile.
    msid : str
        Exact upper-case name.
    segments : Manifest
        Of the column; its files are there, though it need not be published yet.
    """

    def __init__(self, reader: JetaReader, msid: str, segments: Manifest) -> None:
        self.reader, self.msid, self.segments = reader, msid, segments

    @cached_property
    def recipe(self) -> Recipe:
        """How samples become statistics, by what the telemetry database says of the MSID now; loaded when first needed."""
        return Recipe.of(self.reader.tdb().get(self.msid), self.reader.time_system)

    def bins(self, name: str) -> Range:
        """Return the bin of the first sample and that of the last, which is not over yet."""
        ends = (self.segments.segments[:1], "first"), (self.segments.segments[-1:], "last")
        seconds = [
            ticks_to_seconds(record[field], RESOLUTIONS[int(record["resolution"][0])])[0] for record, field in ends
        ]
        first, last = bin_numbers(seconds, BIN_WIDTHS_S[name]).tolist()
        return first, last

    def statistics(self, name: str, ranges: Sequence[Range]) -> list[Binned]:
        """Work out the statistics of some bins from the samples."""
        dt_s, spread = BIN_WIDTHS_S[name], name == "daily"
        folder = self.reader.layout.column(self.msid)
        types = column.value_types(self.segments)
        return [
            self.recipe.statistics(rows, dt_s, spread=spread)
            for rows in samples_of_bins(self.segments, folder, types, dt_s, ranges)
        ]


def update(this: Column, pending: PendingRows | None, last_commit: int, *, keep: bool) -> Iterator[Folded]:
    """Bring the products of an MSID into step with a fold of its column.

    Parameters
    ----------
    this : Column
        The column after the fold.
    pending : PendingRows or None
        The rows of the journal.
    last_commit : int
        Number of the last commit of the journal.
    keep : bool
        Whether statistics are kept; if not, what is stored of touched bins is noted as stale.

    Yields
    ------
    Folded
        For each product that changes.
    """
    if not len(this.segments.segments):
        return
    for name in PRODUCTS:
        try:
            old = _load(this, name)
        except OSError as err:
            # Samples must get into the archive, whatever is wrong with what can be worked out from them.
            _log.warning("statistics %s of %s are not kept: %s", name, this.msid, err)
            continue
        touched = [] if old is None else touched_bins(pending, old.folded, old.until, BIN_WIDTHS_S[name])
        newer_rows = 0 if pending is None else pending.rows
        if not touched and _rows_behind(old, this.segments.rows) < _rows_worth_storing(this.msid):
            continue  # as nearly always: what follows need not be found out
        is_kept = keep and _can_be_kept(this, old)
        work = plan(old, this.bins(name), touched, column_rows=this.segments.rows, newer_rows=newer_rows, keep=is_kept)
        if work is not None:
            yield _changed(this, name, old, work, last_commit)


def _rows_worth_storing(msid: str) -> int:
    """How many new rows of an MSID are worth storing bins of: up to twice as many for some as for others.

    Otherwise all MSIDs of one cadence would be due in one fold, which then takes 1.7 times as long, and no other a tenth more.
    """
    return ROWS_WORTH_STORING + zlib.crc32(msid.encode()) % ROWS_WORTH_STORING


def _can_be_kept(this: Column, old: Product | None) -> bool:
    """Whether what is stored can be added to; what another recipe made may be used again once that is as it was."""
    try:
        return this.recipe.is_stored and (old is None or old.recipe == this.recipe.signature)
    except TdbError as err:
        _log.warning("statistics of %s are not kept: %s", this.msid, err)
        return False


def _changed(this: Column, name: str, old: Product | None, work: Work, last_commit: int) -> Folded:
    """Do the work; where what is stored is damaged, drop it."""
    try:
        return _change(this, name, old, work, last_commit)
    except (ArchiveCorruptError, FileNotFoundError) as err:
        # Samples must get into the archive, whatever is wrong with what can be worked out from them.
        _log.warning("statistics of %s are dropped, run  jeta statistics: %s", this.msid, err)
        return _change(this, name, None, Work([], this.bins(name)[0], []), last_commit)


def refresh(this: Column, name: str, span_s: tuple[float, float]) -> Folded | None:
    """Work out what a product lacks.

    Parameters
    ----------
    this : Column
        The column; the journal holds nothing of it.
    name : {'5min', 'daily'}
        Which product.
    span_s : (float, float)
        The bins that touch ``[start, stop)``, seconds, may be infinite.

    Returns
    -------
    Folded or None
        None if nothing is lacking.
    """
    old, work = _lacking(this, name, span_s)
    if work is None:
        return None
    try:
        return _change(this, name, old, work, this.segments.folded)
    except (ArchiveCorruptError, FileNotFoundError) as err:
        _log.warning("statistics of %s are worked out anew: %s", this.msid, err)
        bins = this.bins(name)
        lost = plan_refresh(None, bins, bins_of_span(span_s, BIN_WIDTHS_S[name], bins))
        return _change(this, name, None, lost or Work([], bins[0], []), this.segments.folded)


def is_lacking(this: Column, span_s: tuple[float, float]) -> bool:
    """Whether `refresh` would find something to do in a span."""
    return any(_lacking(this, name, span_s)[1] is not None for name in PRODUCTS)


def _lacking(this: Column, name: str, span_s: tuple[float, float]) -> tuple[Product | None, Work | None]:
    """What is stored of a product that can be used, and what is to be done to it."""
    if not len(this.segments.segments) or not this.recipe.is_stored:
        return None, None
    old = _load(this, name)
    if old is not None and old.recipe != this.recipe.signature:
        old = None
    bins = this.bins(name)
    return old, plan_refresh(old, bins, bins_of_span(span_s, BIN_WIDTHS_S[name], bins))


def mark_stale(this: Column, name: str, span_s: tuple[float, float]) -> Folded | None:
    """Have what is stored of a span worked out anew by the next `refresh`; None if nothing is stored of it."""
    old = _load(this, name)
    if old is None or not len(this.segments.segments):
        return None
    span = bins_of_span(span_s, BIN_WIDTHS_S[name], (min(this.bins(name)[0], old.until), old.until))
    work = Work([], old.until, united(old.stale, [span]))
    return _change(this, name, old, work, old.folded) if span[0] < span[1] else None


def bins_of_span(span_s: tuple[float, float], dt_s: float, bins: Range) -> Range:
    """Return the bins among some that touch a span ``[start, stop)`` of seconds, which may be infinite."""
    start_s, stop_s = np.clip(span_s, bins[0] * float(dt_s), bins[1] * float(dt_s)).tolist()
    first, last = bin_numbers([start_s, np.nextafter(stop_s, -np.inf)], dt_s).tolist()
    return (first, max(first, last + 1)) if span_s[0] < span_s[1] else (first, first)


def _load(this: Column, name: str) -> Product | None:
    """What is stored of a product; nothing where that is damaged, since all of it can be worked out."""
    try:
        return product.load(this.reader.layout.column(this.msid, name))
    except ArchiveCorruptError as err:
        _log.warning("statistics are worked out anew: %s", err)
        return None


def _change(this: Column, name: str, old: Product | None, work: Work, last_commit: int) -> Folded:
    """Do the work: write new files, and the new manifest aside."""
    folder = this.reader.layout.column(this.msid, name)
    folder.mkdir(parents=True, exist_ok=True)
    with os.scandir(folder) as entries:
        present = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    is_new = MANIFEST_NAME not in present
    base = old or Product(this.recipe.signature, this.bins(name)[0], (), 0, 0, 0, ())
    generation = max(base.generation, manifest.latest_generation(present)) + 1
    files = base.files
    if work.ranges:
        prefix = f"{generation}-{secrets.token_hex(4)}"
        files = _rewritten(this, name, base.files, work.ranges, prefix)
    new = Product(
        base.recipe,
        work.until,
        tuple(work.stale),
        last_commit,
        # Of a product that has not caught up, the rows that it lacks go on to count.
        this.segments.rows if work.until >= this.bins(name)[1] else base.column_rows,
        generation,
        files,
    )
    aside = aside_name(folder)
    aside.write_bytes(product.to_bytes(new))
    live, known = ({file.name for file in some} for some in (files, base.files))
    written, obsolete = live - known, (present | known) - live - {MANIFEST_NAME}
    return Folded(
        folder,
        aside,
        tuple(folder / each for each in written),
        tuple(folder / each for each in obsolete),
        is_new=is_new,
    )


def _rewritten(
    this: Column, name: str, before: tuple[product_file.ProductFile, ...], ranges: Sequence[Range], prefix: str
) -> tuple[product_file.ProductFile, ...]:
    """Work out some ranges of bins, write the files that they fall into anew, and return all files."""
    folder = this.reader.layout.column(this.msid, name)
    made = this.statistics(name, ranges)
    fresh = joined(made) if made else None
    index = np.zeros(0, np.int64) if fresh is None else fresh.index.astype(np.int64)
    # A range may have lost all its bins: what is stored of them goes all the same.
    lost = [low for file in before for low, _ in cut(ranges, file.first, file.last + 1)]
    newer = np.union1d(index, np.array(lost, np.int64))
    firsts, lasts, rows = (np.array([getattr(f, what) for f in before], np.int64) for what in ("first", "last", "rows"))
    written: list[product_file.ProductFile] = []
    touched: set[str] = set()
    for rewrite in plan_rewrites(firsts, lasts, rows, newer, FILE_BINS):
        old_files = before[rewrite.first_segment : rewrite.stop_segment]
        touched.update(file.name for file in old_files)
        low, high = int(newer[rewrite.first_row]), int(newer[rewrite.stop_row - 1]) + 1
        stored = product.read_all(folder, old_files)
        parts = [] if stored is None else [stored.without(ranges)]
        parts += [] if fresh is None else [fresh.within([(low, high)])]
        bins = joined([part for part in parts if len(part)] or parts)
        for piece in _pieces(bins):
            path = folder / f"{int(piece.index[0])}bin-{prefix}-{len(written)}.h5"
            written.append(product_file.write(path, this.msid, name, piece))
    kept = [file for file in before if file.name not in touched]
    return tuple(sorted([*kept, *written], key=lambda file: file.first))


def _pieces(bins: Binned) -> Iterator[Binned]:
    """Bins cut into files."""
    if not len(bins):
        return
    index: NDArray[np.int64] = bins.index.astype(np.int64)
    cuts = split_rows(index, FILE_BINS)
    if len(cuts) == 2:
        yield bins
        return
    for low, high in zip(cuts, cuts[1:], strict=False):
        yield bins.within([(int(index[low]), int(index[high - 1]) + 1)])


def behind(old: Product | None, this: Column, name: str) -> list[Range]:
    """Return which bins that are over a product lacks, and should have: stale ones, and those of many rows."""
    first, until = this.bins(name)
    if old is None or old.recipe != this.recipe.signature:
        return [(first, until)] if first < until and this.segments.rows >= 2 * ROWS_WORTH_STORING else []
    rest = [(old.until, until)] if this.segments.rows - old.column_rows >= 2 * ROWS_WORTH_STORING else []
    return united(old.stale, rest)
