"""Set flags, undo them, list them: what people say of samples, laid over what is stored and never in it."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from numbers import Integral
from typing import TYPE_CHECKING, Any

import jeta
from jeta.archive import open_archive
from jeta.archive.flags import FlagFiles
from jeta.computed import find
from jeta.errors import UnknownMsidError, ValuesError
from jeta.fetch import names, session
from jeta.fetch.flag_list import FlagList, flags_of
from jeta.fetch.query import Span, one_instant
from jeta.logs import logger
from jeta.quality import Flag, KnownFlag, Undo
from jeta.quality.flags import MAX_REASON, MAX_WHO, clean_text, summary_of
from jeta.update.target import ArchiveLike, root_of

if TYPE_CHECKING:
    from jeta.archive import JetaReader

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Flagged:
    """What `flag` did.

    Attributes
    ----------
    flag : Flag
        The record that was added.
    rows : dict of str to int
        How many samples there are in the span now, by MSID. Those that come later are bad as well.
    """

    flag: Flag
    rows: dict[str, int]

    @property
    def total_rows(self) -> int:
        """Samples of all MSIDs."""
        return sum(self.rows.values())

    @property
    def note(self) -> str:
        """That there are no samples of some MSIDs, which may be a mistake; empty if there are some of all."""
        none = [msid for msid, rows in self.rows.items() if not rows]
        return f"no samples there now of {summary_of(none)}" if none else ""

    def __str__(self) -> str:
        flag = self.flag
        span = f"from {flag.datestart} to {flag.datestop}"
        rows = f"{self.total_rows} sample{'' if self.total_rows == 1 else 's'}"
        return f"flag {flag.id}: {summary_of(flag.msids)} bad {span}, {rows} now, says {flag.who}: {flag.reason}"

    def __repr__(self) -> str:
        return f"<Flagged {self}{'; ' if self.note else ''}{self.note}>"


def flag(
    msids: str | Iterable[str],
    start: Any,
    stop: Any,
    reason: str,
    *,
    by: str | None = None,
    archive: ArchiveLike | None = None,
) -> Flagged:
    """Say that samples of a span are bad, from now on, for everyone who uses the archive.

    Parameters
    ----------
    msids : str or iterable of str
        Names in any case, or patterns with ``*``, ``?`` or ``[...]``, which stand for the MSIDs that match now. Computed MSIDs
        have no samples of their own: flag what they are made of.
    start, stop : time
        The span, `start` itself inside, `stop` not, in any form that `jeta.times` accepts.
    reason : str
        Why, at most 2000 characters.
    by : str, optional
        Who says so; by default the user of this process.
    archive : open archive or path, optional
        By default the archive in use, see `jeta.fetch.set_archive`.

    Returns
    -------
    Flagged
        The record, its number, and how many samples are there now.

    Raises
    ------
    UnknownMsidError
        If a name is that of no MSID, or of a computed one; nothing is flagged then.
    IntervalError, TimeFormatError
        If the span is none.
    ValuesError
        If there is no reason, or it is none.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or others keep writing flags.

    Notes
    -----
    Fetches mark the samples in `bads`, statistics leave them out, also samples that come later; nothing that is stored is
    changed. It is on the disk when this returns; a process that is killed meanwhile leaves all of it or nothing.

    Examples
    --------
    ::

        operations.flag("SA_*", "2022:143:00:36", "2022:143:00:40", "star tracker blinded by the Moon")
    """
    reader = open_archive(root_of(archive))
    found = _named(msids, reader)
    span = Span(_instant("start", start, reader), _instant("stop", stop, reader))
    dates, about = span.dates(reader.time_system), _about(reason, by)
    # What is wrong shall be told before the archive is touched.
    record = Flag(1, found, span.tstart, span.tstop, *dates, *about)

    def make(number: int, _: list[KnownFlag]) -> Flag:
        return replace(record, id=number)

    added = FlagFiles(reader.layout.flags).append(make)
    rows = {msid: reader.rows_between(msid, span.tstart, span.tstop).rows for msid in found}
    flagged = Flagged(added, rows)
    _log.info("%s", flagged)
    return flagged


def unflag(flag_id: int, reason: str, *, by: str | None = None, archive: ArchiveLike | None = None) -> Undo:
    """Undo a flag: its samples are again what their source says of them. The flag stays listed, with who undid it and why.

    Parameters
    ----------
    flag_id : int
        Number of the flag, as `flag` returns and `flags` lists it.
    reason : str
        Why, at most 2000 characters.
    by : str, optional
        Who says so; by default the user of this process.
    archive : open archive or path, optional
        By default the archive in use.

    Returns
    -------
    Undo
        The record that was added.

    Raises
    ------
    ValuesError
        If there is no such flag, it is undone already, or there is no reason.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or others keep writing flags.

    Examples
    --------
    ::

        operations.unflag(3, "it was the other tracker")
    """
    reader = open_archive(root_of(archive))
    about = _about(reason, by)
    _to_undo(flag_id, reader.flags())

    def make(number: int, known: list[KnownFlag]) -> Undo:
        # Somebody else may have been faster.
        return Undo(number, _to_undo(flag_id, known), *about)

    added = FlagFiles(reader.layout.flags).append(make)
    _log.info("flag %d undone by %s: %s", added.flag_id, added.who, added.reason)
    return added


def flags(
    msids: str | Iterable[str] | None = None,
    start: Any = None,
    stop: Any = None,
    *,
    undone: bool = True,
    archive: ArchiveLike | None = None,
) -> FlagList:
    """Return the flags that people have set, as `jeta.fetch.flags` does, of any archive.

    Parameters
    ----------
    msids, start, stop, undone
        As for `jeta.fetch.flags`.
    archive : open archive or path, optional
        By default the archive in use.

    Returns
    -------
    FlagList
        A list, in the order in which they were set.
    """
    reader = session.current_archive() if archive is None else open_archive(root_of(archive))
    return flags_of(reader, msids, start, stop, undone=undone)


def _named(msids: str | Iterable[str], reader: JetaReader) -> tuple[str, ...]:
    """Exact names of what was typed, each once."""
    found: dict[str, None] = {}
    for typed in names.as_list(msids):
        if isinstance(typed, str) and typed.upper() not in reader and find(typed) is not None:
            raise UnknownMsidError(
                f"{typed!r} is computed at each fetch and has no samples of its own; flag the MSIDs that it is made of"
            )
        found.update(dict.fromkeys(names.resolve(typed, reader, sys.maxsize)[1]))
    if not found:
        raise UnknownMsidError("no MSID was named; give at least one name or pattern")
    return tuple(found)


def _instant(which: str, time: Any, reader: JetaReader) -> float:
    """One end of the span in seconds; a flag from or until whenever must be typed as such."""
    if time is None:
        raise ValuesError(f"{which} is None, but a flag is for a span of time; give both its start and its stop")
    return float(one_instant(time, reader.time_system))


def _about(reason: Any, by: str | None) -> tuple[str, str, str, str]:
    """Who, when, why, and the version."""
    why = clean_text("reason", reason, MAX_REASON)
    who = clean_text("by", _user() if by is None else by, MAX_WHO)
    return who, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), why, jeta.__version__


def _user() -> str:
    """The user of this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as err:
        raise ValuesError("the system does not know who you are; give your name as by") from err


def _to_undo(flag_id: Any, known: list[KnownFlag]) -> int:
    """The number of a flag that can be undone.

    Raises
    ------
    ValuesError
        If it cannot.
    """
    of_number = {each.flag.id: each for each in known}
    is_number = isinstance(flag_id, Integral) and not isinstance(flag_id, bool)
    each = of_number.get(int(flag_id)) if is_number else None
    if each is None:
        some = ", ".join(str(number) for number in list(of_number)[-10:]) or "none"
        raise ValuesError(f"there is no flag {flag_id!r}; the last ones are {some}: see  jeta flag --list")
    if each.undo is not None:
        undo = each.undo
        raise ValuesError(
            f"flag {flag_id} was undone at {undo.when_utc} by {undo.who} ({undo.reason}); to have it back, set it anew"
        )
    return each.flag.id
