"""`flags`: which samples people have flagged as bad, who did, when and why, and which of that was undone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.fetch import names, session
from jeta.fetch.query import one_instant
from jeta.quality import KnownFlag
from jeta.quality.flags import summary_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from astropy.table import Table

    from jeta.archive import ArchiveReader

COLUMNS = ("id", "msid", "start", "stop", "who", "when", "reason", "undone")
"""What is told of each flag."""

_SHOWN = 40


class FlagList(list[KnownFlag]):
    """Flags, in the order in which they were set: a list of `jeta.quality.KnownFlag`."""

    def cells(self) -> list[tuple[str, ...]]:
        """Return the texts of `COLUMNS` of each flag."""
        return [_cells(each) for each in self]

    @property
    def table(self) -> Table:
        """All flags as a table, a row for each.

        Columns: id (int64), msid (str; several are separated by blanks), datestart, datestop (str), tstart, tstop (float64,
        seconds of the archive, half-open), who, when, reason (str), undone (bool), undone_who, undone_when, undone_reason
        (str).
        """
        from astropy.table import Table  # noqa: PLC0415 - takes half a second to import

        return Table({name: np.array([of(each) for each in self], dtype) for name, (dtype, of) in _TABLE.items()})

    def __repr__(self) -> str:
        if not self:
            return "no flag found"
        rows = [COLUMNS, *map(_cells, self[:_SHOWN])]
        widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        rest = len(self) - _SHOWN
        return "\n".join(lines + ([f"... and {rest} more"] if rest > 0 else []))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{column}</th>" for column in COLUMNS)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(each))}</tr>" for each in self[:_SHOWN]
        )
        rest = f"<p>and {len(self) - _SHOWN} more</p>" if len(self) > _SHOWN else ""
        return f"<table><tr>{head}</tr>{body}</table>{rest}"


def flags(
    msids: str | Iterable[str] | None = None,
    start: Any = None,
    stop: Any = None,
    *,
    undone: bool = True,
) -> FlagList:
    """Return the flags that people have set in the archive in use.

    Parameters
    ----------
    msids : str or iterable of str, optional
        Only flags for these: names in any case, or patterns with ``*``, ``?`` or ``[...]``; by default all.
    start, stop : time, optional
        Only flags that some of ``[start, stop)`` lies in; by default of all times.
    undone : bool
        Also those that were undone.

    Returns
    -------
    FlagList
        A list, in the order in which they were set; `table` gives a table.

    Raises
    ------
    UnknownMsidError
        If there are neither flags nor MSIDs of a name.
    TimeFormatError
        If start or stop is no time.
    ArchiveCorruptError
        If a flag in the archive is damaged.

    Examples
    --------
    ::

        fetch.flags("SA_*", "2022:143", "2022:150").table
    """
    return flags_of(session.current_archive(), msids, start, stop, undone=undone)


def flags_of(
    archive: ArchiveReader,
    msids: str | Iterable[str] | None = None,
    start: Any = None,
    stop: Any = None,
    *,
    undone: bool = True,
) -> FlagList:
    """Return the flags that people have set in an open archive; the other arguments are those of `flags`."""
    found = archive.flags()
    if msids is not None:
        wanted = _named(names.as_list(msids), found, archive)
        found = [each for each in found if not wanted.isdisjoint(each.flag.msids)]
    low, high = (None if time is None else one_instant(time, archive.time_system) for time in (start, stop))
    return FlagList(
        each
        for each in found
        if (undone or each.undo is None)
        and (low is None or each.flag.tstop > low)
        and (high is None or each.flag.tstart < high)
    )


def _named(typed: list[str], found: list[KnownFlag], archive: ArchiveReader) -> set[str]:
    """Names, of those that have flags, that typed ones stand for; one that stands for no MSID at all is refused."""
    flagged = {msid for each in found for msid in each.flag.msids}
    wanted = set()
    for name in typed:
        matches = {msid for msid in flagged if isinstance(name, str) and _is_meant(name, msid)}
        wanted |= matches
        if not matches:
            # It has no flags; but it may be misspelt.
            names.resolve(name, archive, sys.maxsize)
    return wanted


def _is_meant(typed: str, msid: str) -> bool:
    """Whether a typed name or pattern may stand for an MSID."""
    return any(fnmatchcase(msid, pattern) for pattern in names.candidates(typed))


def _cells(known: KnownFlag) -> tuple[str, ...]:
    """The texts that are shown of one flag."""
    flag, undo = known.flag, known.undo
    undone = "" if undo is None else f"{undo.when_utc} by {undo.who}: {undo.reason}"
    return (
        str(flag.id),
        summary_of(flag.msids),
        flag.datestart,
        flag.datestop,
        flag.who,
        flag.when_utc,
        flag.reason,
        undone,
    )


def _undo_text(each: KnownFlag, name: str) -> str:
    """A text of what undid a flag, empty if nothing did."""
    return "" if each.undo is None else str(getattr(each.undo, name))


_TABLE: dict[str, tuple[str, Callable[[KnownFlag], Any]]] = {
    "id": ("i8", lambda each: each.flag.id),
    "msid": ("U", lambda each: " ".join(each.flag.msids)),
    "datestart": ("U", lambda each: each.flag.datestart),
    "datestop": ("U", lambda each: each.flag.datestop),
    "tstart": ("f8", lambda each: each.flag.tstart),
    "tstop": ("f8", lambda each: each.flag.tstop),
    "who": ("U", lambda each: each.flag.who),
    "when": ("U", lambda each: each.flag.when_utc),
    "reason": ("U", lambda each: each.flag.reason),
    "undone": ("?", lambda each: each.undo is not None),
    "undone_who": ("U", lambda each: _undo_text(each, "who")),
    "undone_when": ("U", lambda each: _undo_text(each, "when_utc")),
    "undone_reason": ("U", lambda each: _undo_text(each, "reason")),
}
"""The columns of the table: type, and what each says of a flag."""
