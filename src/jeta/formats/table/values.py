"""Cells of text that do not say what they are: numbers, truth values or texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jeta.formats import rejection
from jeta.formats.cells import BOOLEAN, FLOAT, INTEGER, MAX_TEXT_CHARACTERS, NO_KIND, TEXT, Cells, storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.formats.levels import Vocabulary
    from jeta.formats.rejection import Sieve

WORDS_FOR_NOTHING = frozenset(
    {"na", "n/a", "#n/a", "<na>", "null", "none", "nil", "nat", "-", "--", "---", "?", "missing", "no data"}
)
"""Texts, in lower case, that among numbers mean that there is none."""

_TRUTHS = {"true": 1, "false": 0}
_FLAGS = {
    **dict.fromkeys(("true", "t", "yes", "y", "bad", "flagged"), True),
    **dict.fromkeys(("", "false", "f", "no", "n", "good", "ok"), False),
}
_EXACT_INTEGER = 2**53
_INT64 = np.iinfo(np.int64)
_MAX_UINT64 = 2**64 - 1
_WRONG = {"float": rejection.NOT_A_FLOAT, "integer": rejection.NOT_AN_INTEGER, "bool": rejection.NOT_A_BOOLEAN}
_ALLOWED = {"float": {FLOAT, INTEGER}, "integer": {INTEGER}, "bool": {BOOLEAN}}


class Read(NamedTuple):
    """What a piece of a column holds.

    Attributes
    ----------
    cells : Cells
        The values; of no kind where there is none.
    big : dict of int to int
        Whole numbers from 2**63 to 2**64 - 1, which only an unsigned column holds, by row.
    """

    cells: Cells
    big: dict[int, int]


class _Cell(NamedTuple):
    """What one cell holds, 0 for all that it does not: its kind, a number, an int64, a uint64 beyond int64."""

    kind: int
    number: float = 0.0
    integer: int = 0
    big: int = 0
    is_too_large: bool = False


_CELL = np.dtype([("kind", "u1"), ("number", "f8"), ("integer", "i8"), ("big", "u8"), ("is_too_large", "?")])
"""A `_Cell` in an array."""


def read_cells(
    texts: Sequence[str], kind: str | None, missing: frozenset[str], vocabulary: Vocabulary, sieve: Sieve
) -> Read:
    """Read cells.

    Parameters
    ----------
    texts : sequence of str, shape (rows,)
        As written.
    kind : {'text', 'float', 'integer', 'bool', None}
        What they are; None for what each looks like.
    missing : frozenset of str
        What stands for no value, blanks around it apart; where these are numbers, in any way of writing them.
    vocabulary : Vocabulary
        Gets the texts.
    sieve : Sieve
        Cells that are not what they should be are put out.

    Returns
    -------
    Read
        The values.
    """
    cells = Cells.blank(len(texts))
    if kind == "text":
        present = np.fromiter((text.strip() not in missing for text in texts), np.bool_, len(texts))
        _fill_texts(cells, texts, present, vocabulary, sieve)
        return Read(cells, {})
    if kind != "bool" and _read_numbers(cells, texts):
        big: dict[int, int] = {}
    else:
        nothing = frozenset() if kind is None else WORDS_FOR_NOTHING
        big = _read_each(cells, texts, (missing, nothing), vocabulary, sieve)
    _leave_out_numbers(cells, missing)
    if kind is not None:
        _restrict(cells, kind, sieve)
    return Read(cells, big)


def read_flags(texts: Sequence[str], sieve: Sieve) -> NDArray[np.bool_]:
    """Read what says whether samples are bad: numbers, of which 0 is good, or words; blank is good.

    Parameters
    ----------
    texts : sequence of str, shape (rows,)
        As written.
    sieve : Sieve
        What is neither is put out.

    Returns
    -------
    bool array, shape (rows,)
        True for bad.
    """
    known = {text: _flag(text) for text in dict.fromkeys(texts)}
    flags = list(map(known.__getitem__, texts))
    sieve.reject(np.fromiter((flag is None for flag in flags), np.bool_, len(flags)), rejection.NOT_A_QUALITY)
    return np.array([bool(flag) for flag in flags], np.bool_)


def _flag(text: str) -> bool | None:
    """What one cell of quality says."""
    word = text.strip().lower()
    if word in _FLAGS:
        return _FLAGS[word]
    number = _number(word)
    return None if number is None or number != number else bool(number)  # noqa: PLR0124 - NaN


def _read_numbers(cells: Cells, texts: Sequence[str]) -> bool:
    """Read cells that are all numbers, which is fast; False if they are not, or float64 might not hold one."""
    together = "".join(texts)
    if not together.isascii() or "_" in together:
        return False
    try:
        cells.integers[:] = np.array(list(map(int, texts)), np.int64)
    except (ValueError, OverflowError):
        pass  # then they may be floats
    else:
        cells.floats[:] = cells.integers
        cells.kinds[:] = INTEGER
        return True
    try:
        numbers = np.array(list(map(float, texts)), np.float64)
    except ValueError:
        return False
    if bool((np.abs(numbers) >= _EXACT_INTEGER).any()):
        return False  # among these, whole numbers may be, and what is too large
    cells.floats[:] = numbers
    cells.kinds[:] = FLOAT
    return True


def _read_each(
    cells: Cells,
    texts: Sequence[str],
    missing: tuple[frozenset[str], frozenset[str]],
    vocabulary: Vocabulary,
    sieve: Sieve,
) -> dict[int, int]:
    """Read cells of any kinds; each distinct one is looked at once. `missing` is as written, and in lower case."""
    places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    distinct = np.array([_classified(text, *missing) for text in places], _CELL)
    each = distinct[np.fromiter(map(places.__getitem__, texts), np.intp, len(texts))]
    cells.kinds[:], cells.floats[:], cells.integers[:] = each["kind"], each["number"], each["integer"]
    sieve.reject(each["is_too_large"], rejection.INTEGER_TOO_LARGE)
    _fill_texts(cells, texts, cells.kinds == TEXT, vocabulary, sieve)
    rows = np.flatnonzero(each["big"])
    return dict(zip(rows.tolist(), each["big"][rows].tolist(), strict=True))


def _classified(text: str, missing: frozenset[str], nothing: frozenset[str]) -> _Cell:
    """What one cell holds."""
    word = text.strip()
    lower = word.lower()
    if word in missing or lower in nothing:
        return _Cell(NO_KIND)
    number = _number(word)
    if isinstance(number, int):
        return _of_integer(number)
    if number is not None:
        return _Cell(FLOAT, number, is_too_large=_overflowed(text, number))
    return _Cell(TEXT) if lower not in _TRUTHS else _Cell(BOOLEAN, integer=_TRUTHS[lower])


def _of_integer(number: int) -> _Cell:
    """A whole number, as far as 64 bits with or without a sign hold it."""
    if _INT64.min <= number <= _INT64.max:
        return _Cell(INTEGER, float(number), number)
    if 0 < number <= _MAX_UINT64:
        return _Cell(INTEGER, big=number)
    return _Cell(INTEGER, is_too_large=True)


def _number(word: str) -> float | int | None:
    """One number; None for what is none."""
    if not word.isascii() or "_" in word:
        return None
    for read in (int, float):
        try:
            return read(word)
        except ValueError:
            continue
    return None


def _overflowed(text: str, value: float) -> bool:
    """Whether a number that is written with digits became infinite."""
    return abs(value) == float("inf") and "inf" not in text.lower()


def _fill_texts(
    cells: Cells, texts: Sequence[str], wanted: NDArray[np.bool_], vocabulary: Vocabulary, sieve: Sieve
) -> None:
    """Give codes to the cells that are texts, and put out those that are too long."""
    rows = np.flatnonzero(wanted & sieve.kept)
    if not len(rows):
        return
    chosen = [texts[row] for row in rows.tolist()]
    clean = {text: storable(text) for text in dict.fromkeys(chosen)}
    chosen = [clean[text] for text in chosen]
    long = np.fromiter(map(len, chosen), np.int64, len(chosen)) > MAX_TEXT_CHARACTERS
    sieve.reject_at(rows[long], rejection.TEXT_TOO_LONG)
    good = rows[~long]
    cells.codes[good] = vocabulary.codes(
        [text for text, is_long in zip(chosen, long.tolist(), strict=True) if not is_long]
    )
    cells.kinds[good] = TEXT


def _leave_out_numbers(cells: Cells, missing: frozenset[str]) -> None:
    """Take away numbers that stand for no value."""
    numbers = [number for word in missing if (number := _as_float(word)) is not None]
    for number in numbers:
        cells.kinds[np.isin(cells.kinds, (FLOAT, INTEGER)) & (cells.floats == number)] = NO_KIND
    if any(word.lower() == "nan" for word in missing):
        cells.kinds[(cells.kinds == FLOAT) & np.isnan(cells.floats)] = NO_KIND


def _as_float(word: str) -> float | None:
    """One number as float64; None for what is none, or too large for any value."""
    number = _number(word)
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None


def _restrict(cells: Cells, kind: str, sieve: Sieve) -> None:
    """Put out cells that are not of the kind that the column is told to have."""
    if kind == "bool":
        truths = (cells.kinds == INTEGER) & ((cells.integers == 0) | (cells.integers == 1))
        cells.kinds[truths] = BOOLEAN
    if kind == "integer":
        whole = (
            (cells.kinds == FLOAT) & (np.abs(cells.floats) < _EXACT_INTEGER) & (cells.floats == np.trunc(cells.floats))
        )
        cells.integers[whole] = cells.floats[whole].astype(np.int64)
        cells.kinds[whole] = INTEGER
    present = cells.kinds != NO_KIND
    sieve.reject(present & ~np.isin(cells.kinds, list(_ALLOWED[kind])), _WRONG[kind])
