"""Whether the stored statistics of an MSID are whole, those of its samples, and up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import column, product, product_file
from jeta.archive.check import Problem
from jeta.archive.layout import MANIFEST_NAME
from jeta.archive.pending import find_pending
from jeta.archive.product_fold import Column, behind
from jeta.archive.stored_bins import in_type, touched_bins
from jeta.statistics import BIN_WIDTHS_S
from jeta.statistics.binned import Binned, joined, ranges_of, united

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.archive.product import Product
    from jeta.archive.reader import JetaReader
    from jeta.statistics.binned import Range

_BINS_AT_ONCE = 2**15


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one product.

    Attributes
    ----------
    wrong : list of Problem
        What is damaged or not so.
    lacking : Problem or None
        Bins that are to be worked out anew, which does no harm: fetches know.
    leftovers : list of Path
        Files that belong to nothing.
    """

    wrong: list[Problem]
    lacking: Problem | None
    leftovers: list[Path]


def check_product(reader: JetaReader, msid: str, name: str, *, full: bool) -> Checked:
    """Check one product of an MSID whose column is whole.

    Parameters
    ----------
    reader : JetaReader
        The archive.
    msid : str
        Exact upper-case name.
    name : {'5min', 'daily'}
        Which product.
    full : bool
        Compare every bin with the samples; else only lists, sizes and checksums are looked at.

    Returns
    -------
    Checked
        Nothing, if a fold changes the product meanwhile.
    """
    folder = reader.layout.column(msid, name)
    for _ in range(3):
        try:
            stored = product.load(folder)
            found = _found(reader, msid, name, stored, full=full)
            if product.load(folder) == stored:
                return found
        except FileNotFoundError:
            pass  # a fold went by, or a file is lost: the next look tells
        except (OSError, ValueError) as err:
            return Checked([Problem(folder / MANIFEST_NAME, str(err))], None, [])
    stored = product.load(folder)
    missing = [] if stored is None else [file.name for file in stored.files if not (folder / file.name).exists()]
    if product.load(folder) != stored:  # yet another fold went by
        missing = []
    lost = [Problem(folder / each, "is listed but not there; run  jeta statistics --rebuild") for each in missing]
    return Checked(lost, None, [])


def _found(reader: JetaReader, msid: str, name: str, stored: Product | None, *, full: bool) -> Checked:
    """What is to be said of a product as its manifest has it."""
    folder = reader.layout.column(msid, name)
    this = Column(reader, msid, reader.manifest(msid))
    wrong = [] if stored is None else list(_faults(folder, stored))
    has_samples = bool(len(this.segments.segments))
    is_used = stored is not None and has_samples and this.recipe.is_stored and stored.recipe == this.recipe.signature
    if full and stored is not None and is_used and not wrong:
        wrong = list(_differences(this, name, stored))
    known = {MANIFEST_NAME, *(() if stored is None else (file.name for file in stored.files))}
    present = sorted(folder.iterdir()) if folder.is_dir() else []
    return Checked(wrong, _lacking(this, name, stored), [path for path in present if path.name not in known])


def _faults(folder: Path, stored: Product) -> Iterator[Problem]:
    """Files that are damaged or out of order."""
    for file in stored.files:
        for fault in product_file.faults(folder, file):
            yield Problem(folder / file.name, f"{fault}; run  jeta statistics --rebuild")
    for before, after in zip(stored.files, stored.files[1:], strict=False):
        if before.last >= after.first:
            yield Problem(folder / after.name, f"overlaps {before.name}; run  jeta statistics --rebuild")


def _lacking(this: Column, name: str, stored: Product | None) -> Problem | None:
    """Bins that are to be worked out anew."""
    if not this.recipe.is_stored or not len(this.segments.segments):
        return None
    bins = sum(stop - first for first, stop in behind(stored, this, name))
    if not bins:
        return None
    why = (
        "are of other calibrations" if stored is not None and stored.recipe != this.recipe.signature else "are lacking"
    )
    folder = this.reader.layout.column(this.msid, name)
    return Problem(
        folder, f"statistics of up to {bins} bins {why} or stale, and worked out at each fetch; run  jeta statistics"
    )


def _differences(this: Column, name: str, stored: Product) -> Iterator[Problem]:
    """Bins that are not those of the samples, bit for bit."""
    folder = this.reader.layout.column(this.msid, name)
    commits = this.reader.journal_files()
    pending = find_pending(commits, this.msid, None, after=stored.folded)
    touched = touched_bins(pending, stored.folded, stored.until, BIN_WIDTHS_S[name])
    first = min([this.bins(name)[0], *(file.first for file in stored.files)])
    wrong: list[Range] = []
    for low in range(first, stored.until, _BINS_AT_ONCE):
        valid, _ = stored.valid(low, min(low + _BINS_AT_ONCE, stored.until), touched)
        found = product.read(folder, stored.files, valid)
        there, made = _joined(this, [] if found is None else [found]), _joined(this, this.statistics(name, valid))
        if there is not None and made is not None and there.texts is not None and made.texts is not None:
            levels = np.unique(np.concatenate([there.texts, made.texts]))
            there, made = there.by(levels), made.by(levels)
        if not _are_same(there, made):
            wrong += _bins_that_differ(there, made)
    wrong = united(wrong)
    if wrong:
        bins = sum(stop - low for low, stop in wrong)
        which = f"{bins} bins from {wrong[0][0]} to {wrong[-1][1] - 1}"
        yield Problem(folder, f"{which} are not those of the samples; run  jeta statistics --rebuild {this.msid}")


def _joined(this: Column, parts: list[Binned]) -> Binned | None:
    """Statistics in one piece and one type, None for no bins."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return None
    binned = joined(parts)
    if binned.texts is not None or this.recipe.calibrations is not None:
        return binned
    return in_type(binned, np.result_type(*map(np.dtype, column.value_types(this.segments))))


def _are_same(one: Binned | None, other: Binned | None) -> bool:
    """Whether two are the same to the last bit."""
    if one is None or other is None:
        return one is other
    tables = [(one.columns, other.columns), (one.counts or {}, other.counts or {})]
    return all(a.keys() == b.keys() and all(a[name].tobytes() == b[name].tobytes() for name in a) for a, b in tables)


def _bins_that_differ(one: Binned | None, other: Binned | None) -> list[Range]:
    """Which bins of two are not the same; looked at one by one, since there should be none."""
    told = [{} if each is None else _contents(each) for each in (one, other)]
    return ranges_of(np.array(sorted(k for k in told[0].keys() | told[1].keys() if told[0].get(k) != told[1].get(k))))


def _contents(binned: Binned) -> dict[int, str]:
    """The content of each bin as a text."""
    contents: dict[int, str] = {}
    for table in (binned.columns, binned.counts or {}):
        for row in zip(*(array.tolist() for array in table.values()), strict=True):
            contents[row[0]] = contents.get(row[0], "") + repr(row)
    return contents
