"""`search`: finding MSIDs by words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jeta.errors import ValuesError
from jeta.fetch import session
from jeta.tdb import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLUMNS = ("name", "unit", "type", "subsystem", "description")
_SHOWN = 40


class Inventory(list[Entry]):
    """MSIDs that were found, the best match first: a list of what the telemetry database says of each."""

    @property
    def names(self) -> list[str]:
        """Upper-case names, in the same order."""
        return [entry.name for entry in self]

    def _cells(self) -> list[tuple[str, ...]]:
        """The texts of the table that is shown."""
        return [tuple(str(getattr(entry, column) or "") for column in _COLUMNS) for entry in self[:_SHOWN]]

    def __repr__(self) -> str:
        if not self:
            return "no MSID found"
        rows = [_COLUMNS, *self._cells()]
        widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        rest = len(self) - _SHOWN
        return "\n".join(lines + ([f"... and {rest} more"] if rest > 0 else []))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{column}</th>" for column in _COLUMNS)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in self._cells())
        rest = f"<p>and {len(self) - _SHOWN} more</p>" if len(self) > _SHOWN else ""
        return f"<table><tr>{head}</tr>{body}</table>{rest}"


def search(
    words: str | Iterable[str] = "",
    unit: str | None = None,
    subsystem: str | None = None,
    limit: int | None = None,
) -> Inventory:
    """Find MSIDs by words.

    Parameters
    ----------
    words : str or iterable of str
        Words or parts of words in any case, all of which must appear in name, description, unit or subsystem.
    unit, subsystem : str, optional
        Only MSIDs of this unit or subsystem, in any case; patterns with ``*`` and ``?`` are accepted.
    limit : int, optional
        How many to return at most.

    Returns
    -------
    Inventory
        A list of `jeta.tdb.Entry`, the best matches first: the MSIDs of the telemetry database, whether the archive holds
        samples of them yet or not, and those that the archive holds without an entry.

    Examples
    --------
    ::

        fetch.search("nircam voltage", unit="V")
    """
    for name, value in (("unit", unit), ("subsystem", subsystem)):
        if not isinstance(value, str | None):
            raise ValuesError(f"{name} must be a text, a pattern or None, but is {value!r}")
    if limit is not None and not (isinstance(limit, int) and limit >= 0):
        raise ValuesError(f"limit must be a whole number of at least 0, but is {limit!r}")
    words = words if isinstance(words, str) or not hasattr(words, "__iter__") else list(words)
    if not isinstance(words, str) and not (isinstance(words, list) and all(isinstance(word, str) for word in words)):
        raise ValuesError(f"words must be a text, or several, but is {words!r}")
    archive = session.current_archive()
    tdb = archive.tdb()
    known = tdb.search(words, unit, subsystem)
    others = [Entry(name) for name in archive.names() if name not in tdb]
    if others:
        from jeta.tdb import search_entries  # noqa: PLC0415 - most archives have an entry for each MSID

        known = known + search_entries(others, words, unit, subsystem)
    return Inventory(known[:limit])
