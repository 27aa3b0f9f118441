"""Values of Arrow's columns in the types that are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.formats import rejection
from jeta.formats.cells import MAX_TEXT_CHARACTERS, TEXT, Cells, leave_out_longest, storable
from jeta.formats.levels import Vocabulary, ranked, text_samples
from jeta.formats.table.values import WORDS_FOR_NOTHING
from jeta.samples import Samples
from jeta.tables.incoming_values import checked_quality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.formats.rejection import Sieve
    from jeta.formats.table.rules import ColumnRule
    from jeta.tables.incoming_plan import Part
    from jeta.times import Ticks

_DTYPE_OF_TYPE = {"float": "f8", "integer": "i8", "bool": "?"}
_KINDS_OF_TYPE = {"text": "U", "float": "f", "integer": "iu", "bool": "b"}
"""Kinds of numpy that are what a mapping calls so, of whatever width."""


def are_texts(part: Part) -> bool:
    """Tell whether the values of an MSID are texts."""
    kind = part.values.dtype.kind
    return kind == "U" or (kind == "O" and len(part.values) > 0 and set(map(type, part.values)) == {str})


def samples_of_texts(part: Part, mine: Ticks, rule: ColumnRule | None, sieve: Sieve) -> Samples:
    """Make samples of texts, looking at the distinct ones only: an array of all would be as wide as the longest is.

    Parameters
    ----------
    part : Part
        Texts.
    mine : Ticks
        Its instants, shape (samples,).
    rule : ColumnRule or None
        What a mapping says of the type.
    sieve : Sieve
        Tells which rows count; those with a text that is too long are put out.

    Returns
    -------
    Samples
        All rows.

    Raises
    ------
    ValuesError
        If a text is not of the type that the mapping says.
    """
    vocabulary = Vocabulary()
    cells = Cells.blank(len(part.values))
    clean = {text: storable(text) for text in dict.fromkeys(part.values.tolist())}
    cells.codes[:] = vocabulary.codes([clean[text] for text in part.values.tolist()])
    cells.kinds[:] = TEXT
    lengths = np.array([len(text) for text in vocabulary.texts], np.int64)
    sieve.reject((lengths > MAX_TEXT_CHARACTERS)[cells.codes], rejection.TEXT_TOO_LONG)
    leave_out_longest(cells, vocabulary, sieve)
    usable = np.zeros(len(lengths), np.bool_)
    usable[cells.codes[sieve.kept]] = True
    texts = [text if is_used else "" for text, is_used in zip(vocabulary.texts, usable.tolist(), strict=True)]
    quality = checked_quality(part.quality, len(part.rows))
    quality = quality if quality is not None and quality.any() else None
    if rule is not None and rule.type in _DTYPE_OF_TYPE:
        numbers = np.zeros(len(texts), _DTYPE_OF_TYPE[rule.type])
        numbers[usable] = typed(np.array(texts, np.str_)[usable], rule)
        return Samples(mine.ticks, mine.resolution, numbers[cells.codes], quality=quality)
    if not len(part.values):
        return Samples(mine.ticks, mine.resolution, np.empty(0))
    levels, ranks = ranked(texts)
    raws = None if part.raws is None else part.raws.astype(np.float64)
    samples = text_samples(mine.ticks, mine.resolution, ranks[cells.codes], levels, numbers=raws)
    return replace(samples, quality=quality)


def typed(values: NDArray[Any], rule: ColumnRule | None) -> NDArray[Any]:
    """Give values the type that a mapping says, where that loses nothing.

    Parameters
    ----------
    values : array, shape (rows,)
        Numbers, truth values or texts.
    rule : ColumnRule or None
        What the mapping says.

    Returns
    -------
    array, shape (rows,)
        Those given where it says nothing.

    Raises
    ------
    ValuesError
        If a value would change.
    """
    if rule is None or rule.type is None:
        return values
    if values.dtype.kind in _KINDS_OF_TYPE[rule.type]:
        return values
    if rule.type == "text":
        return values.astype(np.str_)
    return _parsed(values, rule.type) if values.dtype.kind == "U" else _exactly(values, rule.type)


def _parsed(texts: NDArray[Any], kind: str) -> NDArray[Any]:
    """Texts as what they are written for.

    Raises
    ------
    ValuesError
        If one is not written so.
    """
    if any(word.lower() in WORDS_FOR_NOTHING for word in np.unique(texts).tolist()):
        raise ValuesError("texts that mean no value stand among the values; list them under missing in the mapping")
    try:
        return texts.astype(_DTYPE_OF_TYPE[kind])
    except ValueError as err:
        raise ValuesError(f"expected values of type {kind}, got {err}") from err


def _exactly(values: NDArray[Any], kind: str) -> NDArray[Any]:
    """Numbers or booleans in another type.

    Raises
    ------
    ValuesError
        If one would change.
    """
    with np.errstate(invalid="ignore"):  # what does not fit comes out as another number, and is found below
        cast = values.astype(_DTYPE_OF_TYPE[kind])
    if not np.array_equal(cast.astype(values.dtype), values, equal_nan=values.dtype.kind == "f"):
        raise ValuesError(f"expected values of type {kind}, got some that would change, of {values.dtype}")
    return cast
