"""Finding names: by words, by pattern, and the nearest to a name that does not exist."""

from __future__ import annotations

import fnmatch
import heapq
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CANDIDATES = 40
_NEAR = 0.6
_UNIT, _SUBSYSTEM = 2, 3
"""Columns of a `jeta.tdb.stores.search_line`."""


def match_names(pattern: str, names: Sequence[str]) -> list[str]:
    """Return the names that match a pattern.

    Parameters
    ----------
    pattern : str
        A glob in any case: ``*``, ``?``, ``[abc]``, ``[!abc]``.
    names : sequence of str
        Upper-case names.

    Returns
    -------
    list of str
        Those that match, in the same order.

    Examples
    --------
    >>> match_names("tep*", ["AOPCADMD", "TEPHIN"])
    ['TEPHIN']
    """
    matches = re.compile(fnmatch.translate(pattern.upper())).match
    return [name for name in names if matches(name)]


def near_names(name: str, names: Sequence[str], count: int = 3) -> list[str]:
    """Return the names that are most like one that does not exist.

    Parameters
    ----------
    name : str
        The name, in any case.
    names : sequence of str
        Upper-case names.
    count : int
        How many to return at most.

    Returns
    -------
    list of str
        The nearest first; empty if none is near.

    Examples
    --------
    >>> near_names("tefin", ["AOPCADMD", "TEPHIN"])
    ['TEPHIN']
    """
    import difflib  # noqa: PLC0415 - only errors need it

    wanted = name.upper()
    # Comparing letter by letter costs 0.1 ms a name: only names that share many short pieces get that far.
    size = 3 if len(wanted) > 5 else 2
    pieces = {wanted[start : start + size] for start in range(max(1, len(wanted) - size + 1))}
    scores = [sum([piece in candidate for piece in pieces]) for candidate in names]
    likely = heapq.nlargest(
        _CANDIDATES, range(len(names)), key=lambda at: (scores[at], -abs(len(names[at]) - len(wanted)))
    )
    return difflib.get_close_matches(wanted, [names[at] for at in likely], n=count, cutoff=_NEAR)


def find_words(words: Sequence[str], lines: Sequence[str], unit: str | None, subsystem: str | None) -> list[int]:
    """Find the entries in which every word appears.

    Parameters
    ----------
    words : sequence of str
        Pieces of text without blanks, in any case; each may stand inside a longer word.
    lines : sequence of str
        What is searched of each entry, see `jeta.tdb.stores.search_line`.
    unit, subsystem : str or None
        Only entries of this unit or subsystem, in any case; None for all.

    Returns
    -------
    list of int
        Positions in `lines`, the best first: a word counts most as the name, then as the start of the name, as a word
        of its own, as the start of a word; equals stay in order.
    """
    needles = [word.casefold() for word in words]
    hits = list(range(len(lines)))
    for needle in needles:
        hits = [at for at in hits if needle in lines[at]]
    for column, wanted in ((_UNIT, unit), (_SUBSYSTEM, subsystem)):
        if wanted is not None:
            text = " ".join(wanted.split()).casefold()
            hits = [at for at in hits if lines[at].split("\t")[column] == text]
    graders = [(needle, re.compile(rf"(?<![^\W_]){re.escape(needle)}([^\W_])?")) for needle in needles]
    return sorted(hits, key=lambda at: sum([_grade(needle, start, lines[at]) for needle, start in graders]))


def _grade(needle: str, start: re.Pattern[str], line: str) -> int:
    """How badly a word fits an entry: 0 for its name, 4 for the middle of any word."""
    if line.startswith(needle):
        return 0 if line.startswith(f"{needle}\t") else 1
    found = start.search(line)
    if found is None:
        return 4
    return 3 if found[1] else 2
