"""One value a row of a FITS column to the samples of an MSID."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jeta.formats import rejection
from jeta.formats.batch import Batch
from jeta.formats.cells import MAX_TEXT_CHARACTERS, storable
from jeta.formats.levels import ranked, text_samples
from jeta.formats.rejection import Sieve
from jeta.formats.table.arrow_values import typed
from jeta.formats.table.series import TextSeries
from jeta.samples import FLAGGED_BY_SOURCE, Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.formats.fits_table.columns import Values
    from jeta.formats.table.rules import ColumnRule, Known
    from jeta.times import Ticks


class Clock(NamedTuple):
    """The instants of the rows of a table.

    Attributes
    ----------
    ticks : Ticks
        Shape (rows,).
    system : str
        What they count.
    is_no_number : bool array, shape (rows,)
        True where the time is no number at all, not one that is too large.
    """

    ticks: Ticks
    system: str
    is_no_number: NDArray[np.bool_]


def samples_of_element(
    rule: ColumnRule,
    values: Values,
    bad: NDArray[np.bool_] | None,
    clock: Clock,
    missing: frozenset[str],
    known: Known | None,
) -> tuple[Batch | None, Counter[str]]:
    """Make a batch of one element of a column.

    Parameters
    ----------
    rule : ColumnRule
        The MSID, and what is said of it.
    values : Values
        Arrays of shape (rows,).
    bad : bool array, shape (rows,), or None
        Which are bad.
    clock : Clock
        The instants.
    missing : frozenset of str
        What stands for no value.
    known : Known or None
        What the archive knows of the MSID.

    Returns
    -------
    batch : Batch or None
        None if no row is left.
    rejected : Counter
        Rows left out, by reason.

    Raises
    ------
    ValuesError
        If numbers are not of the type that the rule says.
    """
    sieve = Sieve(len(values.values))
    sieve.reject(clock.is_no_number, rejection.TIME_NOT_A_NUMBER)
    sieve.reject(~clock.ticks.valid, rejection.TIME_TOO_LARGE)
    if values.values.dtype.kind == "S":
        kind = rule.type or ("" if known is not None and not known.is_text else "text")
        if kind != "text":
            return _as_told(rule, kind or None, values.values, bad, clock, sieve, missing)
        samples = _texts(values.values, clock.ticks, sieve, missing)
    else:
        samples = _numbers(rule, values, clock.ticks, sieve, missing)
    if samples is None or not len(samples):
        return None, sieve.counts
    flags = None if bad is None else bad[sieve.kept]
    if flags is not None and flags.any():
        samples = replace(samples, quality=np.where(flags, np.uint8(FLAGGED_BY_SOURCE), np.uint8(0)))
    return Batch(rule.msid, samples, rule.unit, clock.system), sieve.counts


def _numbers(rule: ColumnRule, values: Values, ticks: Ticks, sieve: Sieve, missing: frozenset[str]) -> Samples | None:
    """Samples of numbers or truth values."""
    if values.missing is not None:
        sieve.reject(values.missing, rejection.NO_VALUE)
    if values.wrong is not None:
        sieve.reject(values.wrong, rejection.NOT_A_BOOLEAN)
    numbers = [float(word) for word in missing if _is_number(word)]
    if numbers and values.values.dtype.kind != "b":
        nothing = np.isin(values.values, numbers)
        if any(number != number for number in numbers):  # noqa: PLR0124 - NaN
            nothing |= np.isnan(values.values)
        sieve.reject(nothing, rejection.NO_VALUE)
    kept = typed(values.values[sieve.kept], rule)
    if kept.dtype.kind == "U":
        return Samples.from_texts(_kept(ticks, sieve), ticks.resolution, kept) if len(kept) else None
    return Samples(_kept(ticks, sieve), ticks.resolution, kept)


def _kept(ticks: Ticks, sieve: Sieve) -> NDArray[np.int64]:
    """The instants that are left: the same array for all MSIDs where that is all of them."""
    return ticks.ticks if sieve.kept.all() else ticks.ticks[sieve.kept]


def _is_number(word: str) -> bool:
    """Whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _texts(cells: NDArray[np.bytes_], ticks: Ticks, sieve: Sieve, missing: frozenset[str]) -> Samples | None:
    """Samples of texts; states repeat, so that each distinct one is looked at once."""
    distinct, codes = np.unique(cells, return_inverse=True)
    texts = [_text(cell) for cell in distinct.tolist()]
    blank = np.array([not text or text in missing for text in texts], np.bool_)
    long = np.array([len(text) > MAX_TEXT_CHARACTERS for text in texts], np.bool_)
    if len(cells):
        sieve.reject(blank[codes], rejection.NO_VALUE)
        sieve.reject(long[codes], rejection.TEXT_TOO_LONG)
    if not sieve.kept.any():
        return None
    usable = ["" if is_long else text for text, is_long in zip(texts, long.tolist(), strict=True)]
    levels, ranks = ranked(usable)
    return text_samples(_kept(ticks, sieve), ticks.resolution, ranks[codes[sieve.kept]], levels)


def _text(cell: bytes) -> str:
    """A text up to its first NUL; bytes that are not UTF-8 are read as Latin-1."""
    return storable(cell.partition(b"\0")[0].decode("utf-8", "surrogateescape"))


def _as_told(
    rule: ColumnRule,
    kind: str | None,
    cells: NDArray[np.bytes_],
    bad: NDArray[np.bool_] | None,
    clock: Clock,
    sieve: Sieve,
    missing: frozenset[str],
) -> tuple[Batch | None, Counter[str]]:
    """A batch of texts that are said to be numbers or truth values."""
    rows = np.flatnonzero(sieve.kept)
    told = TextSeries(rule.msid, kind, missing, rule.unit, counts_blanks=True)
    texts = [_text(cell) for cell in cells[rows].tolist()]
    told.add(rows, texts, None if bad is None else ["1" if flag else "0" for flag in bad[rows].tolist()])
    batch = told.batch(clock.ticks, clock.system) if len(rows) else None
    return batch, sieve.counts + told.rejected
