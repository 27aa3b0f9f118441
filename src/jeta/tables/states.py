"""States: few texts that many samples have, held as one small number a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def coded(texts: NDArray[np.str_]) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Return texts as codes into the sorted distinct ones.

    Parameters
    ----------
    texts : str array, shape (rows,)
        One text a sample.

    Returns
    -------
    codes : int64 array, shape (rows,)
        The place of each in `levels`.
    levels : str array, shape (levels,)
        The distinct texts, sorted.

    Examples
    --------
    >>> coded(np.array(["ON", "ON", "OFF"]))
    (array([1, 1, 0]), array(['OFF', 'ON'], dtype='<U3'))
    """
    # States stay the same for long: only where they change are there texts to sort.
    begins = np.concatenate([[0], np.flatnonzero(texts[1:] != texts[:-1]) + 1])[: len(texts)]
    levels, of_run = np.unique(texts[begins], return_inverse=True)
    codes = np.repeat(of_run.reshape(-1), np.diff(begins, append=len(texts)))
    return codes.astype(np.int64, copy=False), levels


def ordered(
    codes: NDArray[Any], levels: NDArray[np.str_], state_codes: Sequence[tuple[int, str]] | None
) -> tuple[NDArray[Any], tuple[str, ...], tuple[int | None, ...] | None]:
    """Return codes into states in the order of their raw counts.

    Parameters
    ----------
    codes : integer array, shape (rows,)
        The place of each sample's text in `levels`.
    levels : str array, shape (levels,)
        Texts; one may stand there twice.
    state_codes : sequence of (int, str), or None
        Raw count and text, in order of the count; trailing blanks do not matter.

    Returns
    -------
    codes : signed integer array, shape (rows,)
        The place of each sample's text in `states`; of the narrowest type that holds as many, `codes` itself where it will do.
    states : tuple of str
        All texts that have a count, in order of it, then those without, sorted.
    counts : tuple of (int or None), or None
        The raw count of each; None where there is no count at all.

    Examples
    --------
    >>> ordered(np.array([0, 1, 1]), np.array(["?", "ON"]), [(0, "OFF"), (1, "ON ")])
    (array([2, 1, 1], dtype=int8), ('OFF', 'ON', '?'), (0, 1, None))
    """
    count_of = _counts(levels, state_codes or ())
    states = tuple(count_of)
    place = {text: at for at, text in enumerate(states)}
    places = np.array([place[text] for text in levels.tolist()], narrowest(-1, len(states)))
    same_order = np.array_equal(places, np.arange(len(places)))
    if not (same_order and codes.dtype == places.dtype):
        codes = places[codes] if len(places) else np.zeros(len(codes), places.dtype)
    return codes, states, tuple(count_of.values()) if state_codes else None


def _counts(levels: NDArray[np.str_], state_codes: Sequence[tuple[int, str]]) -> dict[str, int | None]:
    """The raw count of each text, in order of the counts, then the texts that have none, sorted."""
    count_of: dict[str, int | None] = {}
    for count, text in state_codes:
        count_of.setdefault(text.rstrip(), count)
    return count_of | {text: None for text in sorted(levels.tolist()) if text not in count_of}


def narrowest(low: int, high: int) -> np.dtype[Any]:
    """Return the narrowest signed integers that hold two numbers.

    Examples
    --------
    >>> narrowest(-1, 200)
    dtype('int16')
    """
    kinds = (np.int8, np.int16, np.int32, np.int64)
    return next(np.dtype(kind) for kind in kinds if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
