"""Values of one MSID whose kind may differ from row to row, and the rule that makes one column of them.

The rule: all numbers, or all texts, or all booleans. Where a file mixes them, most rows win (the first row, if it is a
tie), and the others are left out, counted. Integers stay integers unless the file has a float too.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, fields
from itertools import compress, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.formats import rejection
from jeta.formats.levels import Vocabulary, longest_allowed, ranked, text_samples
from jeta.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from jeta.formats.rejection import Sieve

NO_KIND, FLOAT, INTEGER, TEXT, BOOLEAN = range(5)
_EXACT_INTEGER = 2**53

MAX_TEXT_CHARACTERS = 4096
"""A longer text is no telemetry but damage, such as a quote that was opened and not closed."""

_BLANK = frozenset({"", "NULL", "null"})
_SQL_KINDS = {
    **dict.fromkeys(("real", "float", "double", "decimal", "numeric"), FLOAT),
    **dict.fromkeys(("int", "integer", "bigint", "smallint", "tinyint", "bit"), INTEGER),
    **dict.fromkeys(("varchar", "nvarchar", "char", "nchar", "text", "ntext"), TEXT),
}
_OBJECT_KINDS = {float: FLOAT, int: INTEGER, str: TEXT, bool: BOOLEAN}
_NUMBER, _TEXT, _BOOLEAN = range(3)
_FAMILY_OF_KIND = np.array([_NUMBER, _NUMBER, _NUMBER, _TEXT, _BOOLEAN])
_ONE = ("number", "text", "boolean")
_MANY = ("numbers", "texts", "booleans")
_INT64 = np.iinfo(np.int64)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SURROGATES_OF_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


@dataclass(frozen=True, slots=True)
class Cells:
    """Values, each in the column of its kind.

    Attributes
    ----------
    kinds : uint8 array, shape (rows,)
        `FLOAT`, `INTEGER`, `TEXT` or `BOOLEAN`; `NO_KIND` where there is no value.
    floats : float64 array, shape (rows,)
        The value, as far as that is possible, of rows of kind `FLOAT` or `INTEGER`.
    integers : int64 array, shape (rows,)
        The value of rows of kind `INTEGER` or `BOOLEAN`.
    codes : int32 array, shape (rows,)
        The code, in some `Vocabulary`, of rows of kind `TEXT`.
    """

    kinds: NDArray[np.uint8]
    floats: NDArray[np.float64]
    integers: NDArray[np.int64]
    codes: NDArray[np.int32]

    @classmethod
    def blank(cls, rows: int) -> Cells:
        """Return cells without values."""
        return cls(np.zeros(rows, np.uint8), np.zeros(rows), np.zeros(rows, np.int64), np.zeros(rows, np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Cells]) -> Cells:
        """Return cells of several parts, end to end."""
        if not parts:
            return cls.blank(0)
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def take(self, index: Any) -> Cells:
        """Return the rows that `index` selects: an integer or bool array of shape (rows,)."""
        return Cells(*(getattr(self, field.name)[index] for field in fields(self)))


def cells_of_sql(values: Sequence[str], types: Sequence[str], vocabulary: Vocabulary, sieve: Sieve) -> Cells:
    """Parse values that came as text, each with the SQL type that it has.

    Parameters
    ----------
    values : sequence of str, shape (rows,)
        The values as written.
    types : sequence of str, shape (rows,)
        Such as ``real``, ``bigint`` or ``varchar(50)``.
    vocabulary : Vocabulary
        Gets the texts.
    sieve : Sieve
        Rows that it has put out are not parsed; those without a valid value are put out.

    Returns
    -------
    Cells
        Shape (rows,).
    """
    named = {name: _SQL_KINDS.get(name.partition("(")[0].strip().lower(), NO_KIND) for name in set(types)}
    kinds = np.fromiter(map(named.__getitem__, types), np.uint8, len(types))
    stripped = list(map(str.strip, values))
    sieve.reject(np.fromiter(map(_BLANK.__contains__, stripped), np.bool_, len(values)), rejection.NO_VALUE)
    sieve.reject(kinds == NO_KIND, rejection.UNKNOWN_TYPE)
    cells = Cells.blank(len(values))
    cells.kinds[:] = kinds
    _fill(cells.floats, kinds == FLOAT, stripped, _floats, sieve)
    _fill(cells.integers, kinds == INTEGER, stripped, _integers, sieve)
    _fill_texts(cells, values, vocabulary, sieve)
    return _with_floats_of_integers(cells)


def cells_of_objects(values: Sequence[Any], vocabulary: Vocabulary, sieve: Sieve) -> Cells:
    """Sort values by their Python type.

    Parameters
    ----------
    values : sequence, shape (rows,)
        int, float, str or bool; None, and anything else, has no value.
    vocabulary : Vocabulary
        Gets the texts.
    sieve : Sieve
        Rows that it has put out are not looked at; those without a valid value are put out.

    Returns
    -------
    Cells
        Shape (rows,).
    """
    kinds = np.fromiter(map(_OBJECT_KINDS.get, map(type, values), repeat(NO_KIND)), np.uint8, len(values))
    missing = np.fromiter((value is None for value in values), np.bool_, len(values))
    sieve.reject(missing, rejection.NO_VALUE)
    sieve.reject(kinds == NO_KIND, rejection.UNKNOWN_TYPE)
    cells = Cells.blank(len(values))
    cells.kinds[:] = kinds
    _fill(cells.floats, kinds == FLOAT, values, _as_they_are(np.float64), sieve)
    _fill(cells.integers, kinds == INTEGER, values, _checked_integers, sieve)
    _fill(cells.integers, kinds == BOOLEAN, values, _as_they_are(np.int64), sieve)
    _fill_texts(cells, values, vocabulary, sieve)
    return _with_floats_of_integers(cells)


def settle(cells: Cells, sieve: Sieve) -> None:
    """Put out the rows whose kind of value is not that of most rows.

    Parameters
    ----------
    cells : Cells
        The values.
    sieve : Sieve
        Tells which rows count.
    """
    families = _FAMILY_OF_KIND[cells.kinds]
    voting = families[sieve.kept]
    if not len(voting):
        return
    counts = np.bincount(voting, minlength=len(_ONE))
    winner = int(voting[np.argmax(counts[voting])])
    for family in np.flatnonzero(counts):
        if family != winner:
            sieve.reject(families == family, f"{_ONE[family]} among {_MANY[winner]}")
    integers = cells.kinds == INTEGER
    if (cells.kinds[sieve.kept] == FLOAT).any() and integers.any():
        beyond = (cells.integers > _EXACT_INTEGER) | (cells.integers < -_EXACT_INTEGER)
        sieve.reject(integers & beyond, rejection.INEXACT)


def leave_out_longest(cells: Cells, vocabulary: Vocabulary, sieve: Sieve) -> None:
    """Put out the longest texts, if an array as wide as these would not fit into memory with all the others.

    Parameters
    ----------
    cells : Cells
        The values of one MSID.
    vocabulary : Vocabulary
        The one that gave the codes.
    sieve : Sieve
        Tells which rows count.
    """
    rows = np.flatnonzero((cells.kinds == TEXT) & sieve.kept)
    if not len(rows):
        return
    used, codes = np.unique(cells.codes[rows], return_inverse=True)
    texts = vocabulary.texts
    lengths = np.array([len(texts[code]) for code in used.tolist()], np.int64)
    sieve.reject_at(rows[(lengths > longest_allowed(lengths))[codes]], rejection.TEXT_TOO_LONG)


def column(ticks: NDArray[np.int64], resolution: str, cells: Cells, vocabulary: Vocabulary) -> Samples:
    """Make samples of values that are settled.

    Parameters
    ----------
    ticks : int64 array, shape (rows,)
        Instants, at least one.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.
    cells : Cells
        Values of one family only, shape (rows,).
    vocabulary : Vocabulary
        The one that gave the codes.

    Returns
    -------
    Samples
        float64, int64, bool, or text.
    """
    if cells.kinds[0] == TEXT:
        levels, ranks = ranked(vocabulary.texts)
        return text_samples(ticks, resolution, ranks[cells.codes], levels)
    if cells.kinds[0] == BOOLEAN:
        return Samples(ticks, resolution, cells.integers.astype(np.bool_))
    return Samples(ticks, resolution, cells.integers if (cells.kinds == INTEGER).all() else cells.floats)


def _fill(
    column: NDArray[Any],
    wanted: NDArray[np.bool_],
    values: Sequence[Any],
    parse: Callable[[Sequence[Any]], tuple[Any, dict[str, Sequence[int]]]],
    sieve: Sieve,
) -> None:
    """Parse the wanted rows into a column, and put out those that `parse` finds bad, by reason."""
    rows = np.flatnonzero(wanted & sieve.kept)
    if not len(rows):
        return
    chosen = values if len(rows) == len(values) else [values[row] for row in rows.tolist()]
    column[rows], bad = parse(chosen)
    for reason, places in bad.items():
        sieve.reject_at(rows[np.asarray(places, dtype=np.intp)], reason)


def _fill_texts(cells: Cells, values: Sequence[Any], vocabulary: Vocabulary, sieve: Sieve) -> None:
    """Give codes to the rows of kind TEXT, and put out those without a text, or with one that is too long."""
    rows = np.flatnonzero((cells.kinds == TEXT) & sieve.kept)
    texts = [values[row] for row in rows.tolist()]
    clean = {text: storable(text) for text in set(texts)}
    texts = [clean[text] for text in texts]
    blank = np.fromiter(map(operator.not_, texts), np.bool_, len(texts))
    long = np.fromiter(map(len, texts), np.int64, len(texts)) > MAX_TEXT_CHARACTERS
    sieve.reject_at(rows[blank], rejection.NO_VALUE)
    sieve.reject_at(rows[long], rejection.TEXT_TOO_LONG)
    good = ~(blank | long)
    cells.codes[rows[good]] = vocabulary.codes(list(compress(texts, good)))


def storable(text: str) -> str:
    """Return a text without trailing blanks, and without what cannot be stored: NULs and lone surrogates."""
    if _SURROGATES.search(text):
        # Bytes that were not UTF-8 are most likely Latin-1.
        escaped = not _SURROGATES_OF_NO_BYTE.search(text)
        text = text.encode("utf-8", "surrogateescape").decode("latin-1") if escaped else _SURROGATES.sub("?", text)
    return text.replace("\0", " ").rstrip()


def _floats(texts: Sequence[str]) -> tuple[Any, dict[str, Sequence[int]]]:
    """Parse floats."""
    if (numbers := _all_parsed(float, texts, np.float64)) is not None:
        return numbers, {}
    parsed = [_parsed(float, text) for text in texts]
    bad = [place for place, value in enumerate(parsed) if value is None]
    return np.array([np.nan if value is None else value for value in parsed]), {rejection.NOT_A_FLOAT: bad}


def _integers(texts: Sequence[str]) -> tuple[Any, dict[str, Sequence[int]]]:
    """Parse integers."""
    if (numbers := _all_parsed(int, texts, np.int64)) is not None:
        return numbers, {}
    parsed = [_parsed(int, text) for text in texts]
    bad = [place for place, value in enumerate(parsed) if value is None]
    fitting, too_large = _checked_integers([0 if value is None else value for value in parsed])
    return fitting, {rejection.NOT_AN_INTEGER: bad, **too_large}


def _all_parsed(parse: Callable[[str], Any], texts: Sequence[str], dtype: type[Any]) -> NDArray[Any] | None:
    """Parse all numbers at once, which is fast; None if one of them is bad."""
    try:
        return np.array(list(map(parse, texts)), dtype=dtype) if _is_plain("".join(texts)) else None
    except (ValueError, OverflowError):
        return None


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    """Parse one number; None if it is bad."""
    try:
        return parse(text) if _is_plain(text) else None
    except ValueError:
        return None


def _is_plain(text: str) -> bool:
    """Tell whether numbers are free of what only Python reads: underscores, digits of other scripts."""
    return text.isascii() and "_" not in text


def _checked_integers(values: Sequence[int]) -> tuple[Any, dict[str, Sequence[int]]]:
    """Integers of any size as int64, as far as they fit."""
    try:
        return np.array(values, dtype=np.int64), {}
    except OverflowError:
        bad = [place for place, value in enumerate(values) if not _INT64.min <= value <= _INT64.max]
        zeroed = dict.fromkeys(bad, 0)
        fitting = np.array([zeroed.get(place, value) for place, value in enumerate(values)], dtype=np.int64)
        return fitting, {rejection.INTEGER_TOO_LARGE: bad}


def _as_they_are(dtype: type[Any]) -> Callable[[Sequence[Any]], tuple[Any, dict[str, Sequence[int]]]]:
    """Make a parser for values that only have to become an array."""
    return lambda values: (np.array(values, dtype=dtype), {})


def _with_floats_of_integers(cells: Cells) -> Cells:
    """Fill in what the integers are as floats, for files that have both."""
    rows = cells.kinds == INTEGER
    cells.floats[rows] = cells.integers[rows]
    return cells
