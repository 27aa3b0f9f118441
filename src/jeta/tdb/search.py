"""Finding names: by words, by pattern, and the nearest to a name that does not exist."""

from __future__ import annotations

import fnmatch
import heapq
import re
from typing import TYPE_CHECKING

from jeta.tdb.stores import search_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jeta.tdb.entry import Entry

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
        Only entries of this unit or subsystem, or of one that this pattern matches, in any case; None for all.

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
            fits = _matcher(wanted)
            hits = [at for at in hits if fits(lines[at].split("\t")[column])]
    graders = [(needle, re.compile(rf"(?<![^\W_]){re.escape(needle)}([^\W_])?")) for needle in needles]
    return sorted(hits, key=lambda at: sum([_grade(needle, start, lines[at]) for needle, start in graders]))


def search_entries(
    entries: Iterable[Entry],
    words: str | Iterable[str] = "",
    unit: str | None = None,
    subsystem: str | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Find entries by words, of a telemetry database or not.

    Parameters
    ----------
    entries : iterable of Entry
        Those to search, in any order.
    words : str or iterable of str
        Words or parts of words in any case, all of which must appear in name, description, unit or subsystem.
    unit, subsystem : str, optional
        Only entries of this unit or subsystem, in any case; or of one that a glob (``*``, ``?``, ``[abc]``,
        ``[!abc]``) matches.
    limit : int, optional
        How many to return at most.

    Returns
    -------
    list of Entry
        The best matches first, then by name.

    Examples
    --------
    >>> from jeta.tdb import Entry
    >>> entries = [Entry("A", description="bus voltage", subsystem="NIRCam"), Entry("B", subsystem="NIRSpec")]
    >>> [entry.name for entry in search_entries(entries, "nircam voltage", subsystem="nir*")]
    ['A']
    """
    ordered = sorted(entries, key=lambda entry: entry.name)
    lines = [search_line(entry) for entry in ordered]
    return [ordered[at] for at in find_words(split_words(words), lines, unit, subsystem)[:limit]]


def split_words(words: str | Iterable[str]) -> list[str]:
    """Return words without blanks.

    Parameters
    ----------
    words : str or iterable of str
        Words with blanks between them, or one by one.

    Returns
    -------
    list of str
        The words.

    Examples
    --------
    >>> split_words(["bus voltage", "A"])
    ['bus', 'voltage', 'A']
    """
    return words.split() if isinstance(words, str) else " ".join(words).split()


def _matcher(wanted: str) -> Callable[[str], bool]:
    """Return what tells whether a case-folded text is the one wanted, or matches it as a pattern."""
    text = " ".join(wanted.split()).casefold()
    matches = re.compile(fnmatch.translate(text)).match
    # Units such as m*s-2 hold signs of patterns, and must be found as they are written.
    return lambda found: found == text or matches(found) is not None


def _grade(needle: str, start: re.Pattern[str], line: str) -> int:
    """How badly a word fits an entry: 0 for its name, 4 for the middle of any word."""
    if line.startswith(needle):
        return 0 if line.startswith(f"{needle}\t") else 1
    found = start.search(line)
    if found is None:
        return 4
    return 3 if found[1] else 2
