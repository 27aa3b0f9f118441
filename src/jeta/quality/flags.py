"""Flags set by people: spans of time in which samples of some MSIDs are bad, and what became of them.

A flag is never changed. That it no longer holds is a further record, so that who said what, when and why stays known.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from jeta.errors import IntervalError, ValuesError
from jeta.intervals import Intervals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_REASON = 2000
"""Longest reason, in characters."""

MAX_WHO = 200
"""Longest name of a person, in characters."""

_TEXTS = {"who": MAX_WHO, "when_utc": 40, "reason": MAX_REASON, "version": 100, "datestart": 40, "datestop": 40}
_SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Flag:
    """A span of time in which samples are bad, as a person said.

    Attributes
    ----------
    id : int
        Number of the record in its archive, from 1.
    msids : tuple of str
        Exact upper-case names.
    tstart, tstop : float
        The span ``[tstart, tstop)``, seconds in the archive's time system.
    datestart, datestop : str
        The same as dates, for people.
    who, when_utc, reason : str
        Who set it, when (ISO, UTC), and why.
    version : str
        Version of jeta that wrote it.

    Raises
    ------
    IntervalError
        If the span is none.
    ValuesError
        If something else is not as told here.
    """

    id: int
    msids: tuple[str, ...]
    tstart: float
    tstop: float
    datestart: str
    datestop: str
    who: str
    when_utc: str
    reason: str
    version: str

    def __post_init__(self) -> None:
        _check_record(self)
        if not (self.msids and all(isinstance(msid, str) and msid for msid in self.msids)):
            raise ValuesError(f"msids of a flag must be names, at least one, but got {self.msids!r}")
        span = self.tstart, self.tstop
        if not all(isinstance(edge, float) and math.isfinite(edge) for edge in span) or not span[0] < span[1]:
            raise IntervalError(
                f"a flag is for a span of time, its stop after its start, but got {self.datestart} to {self.datestop} "
                f"({self.tstart!r} to {self.tstop!r} s); give both, the earlier one first"
            )


@dataclass(frozen=True, slots=True)
class Undo:
    """That a flag no longer holds.

    Attributes
    ----------
    id : int
        Number of the record in its archive, from 1.
    flag_id : int
        Number of the flag.
    who, when_utc, reason, version : str
        As for `Flag`.

    Raises
    ------
    ValuesError
        If something is not as told here.
    """

    id: int
    flag_id: int
    who: str
    when_utc: str
    reason: str
    version: str

    def __post_init__(self) -> None:
        _check_record(self)
        if not _is_number(self.flag_id) or self.flag_id >= self.id:
            raise ValuesError(f"an undo is of a flag before it, but number {self.id!r} is of {self.flag_id!r}")


Record: TypeAlias = Flag | Undo


@dataclass(frozen=True, slots=True)
class KnownFlag:
    """A flag, and what became of it.

    Attributes
    ----------
    flag : Flag
        The flag.
    undo : Undo or None
        What undid it; None for a flag that holds.
    """

    flag: Flag
    undo: Undo | None = None


def clean_text(what: str, text: Any, longest: int) -> str:
    r"""Return what a person wrote as one line.

    Parameters
    ----------
    what : str
        What it is, for messages.
    text : str
        The text; line breaks and tabs become blanks.
    longest : int
        Most characters.

    Raises
    ------
    ValuesError
        If it is no text, is empty or too long, or has signs that cannot be shown, such as those that control a terminal.

    Examples
    --------
    >>> clean_text("reason", " heater\nfailed ", 100)
    'heater failed'
    """
    if not isinstance(text, str):
        raise ValuesError(f"{what} must be a text, but got {text!r}")
    line = " ".join(text.split())
    if not line:
        raise ValuesError(f"{what} is empty; those who come after you need it, so give one")
    if len(line) > longest:
        raise ValuesError(f"{what} has {len(line)} characters; give at most {longest}")
    if not line.isprintable():
        raise ValuesError(f"{what} {line!r} has signs that cannot be shown; leave them out")
    return line


def summary_of(names: Sequence[str]) -> str:
    """Return some names in few words.

    Examples
    --------
    >>> summary_of(["A", "B"]), summary_of(["A", "B", "C", "D", "E"])
    ('A, B', 'A, B, C and 2 more')
    """
    rest = len(names) - _SHOWN_NAMES
    shown = ", ".join(names[:_SHOWN_NAMES])
    return f"{shown} and {rest} more" if rest > 0 else shown


def known_flags(records: Iterable[Record]) -> list[KnownFlag]:
    """Return the flags among some records, each with what undid it first, in the order of their numbers."""
    undone: dict[int, Undo] = {}
    flags = []
    for record in sorted(records, key=lambda each: each.id):
        if isinstance(record, Undo):
            undone.setdefault(record.flag_id, record)
        else:
            flags.append(record)
    return [KnownFlag(flag, undone.get(flag.id)) for flag in flags]


def flags_by_msid(known: Iterable[KnownFlag]) -> dict[str, list[Flag]]:
    """Return the flags that hold, by the MSIDs that they are for."""
    found: dict[str, list[Flag]] = {}
    for each in known:
        if each.undo is None:
            for msid in each.flag.msids:
                found.setdefault(msid, []).append(each.flag)
    return found


def spans_of(flags: Iterable[Flag]) -> Intervals:
    """Return the times of some flags.

    Returns
    -------
    Intervals
        Merged. They are closed at both ends, as intervals are: each ends with the last instant, of those that a float64 can
        tell, before the flag's stop.
    """
    edges = [(flag.tstart, flag.tstop) for flag in flags]
    starts, stops = np.array([edge[0] for edge in edges]), np.array([edge[1] for edge in edges])
    return Intervals(starts, np.nextafter(stops, -math.inf)).merged()


def to_bytes(record: Record) -> bytes:
    """Return a record as the content of a file: JSON with a checksum."""
    content = {"action": "flag" if isinstance(record, Flag) else "undo", **asdict(record)}
    return (json.dumps(content | {"crc32": _checksum(content)}, ensure_ascii=False, indent=1) + "\n").encode()


def from_bytes(content: bytes) -> Record:
    """Return the record that a file holds.

    Raises
    ------
    ValuesError, IntervalError
        If it is not what `to_bytes` makes; also a `ValueError`.

    Examples
    --------
    >>> undo = Undo(2, 1, "ann", "2026-01-01T00:00:00Z", "wrong day", "0.1.0")
    >>> from_bytes(to_bytes(undo)) == undo
    True
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise ValuesError(f"it is no JSON: {err}") from err
    if not isinstance(found, dict) or found.pop("crc32", None) != _checksum(found):
        raise ValuesError("its checksum is wrong")
    action = found.pop("action", None)
    kinds: dict[Any, type[Record]] = {"flag": Flag, "undo": Undo}
    kind = kinds.get(action) if isinstance(action, str) else None
    if kind is None or set(found) != {field.name for field in fields(kind)}:
        raise ValuesError(f"it is a record of an unknown kind, {action!r}; a later version of jeta may know it")
    if kind is Flag:
        found["msids"] = tuple(found["msids"]) if isinstance(found["msids"], list) else ()
    return kind(**found)


def _checksum(content: dict[str, Any]) -> int:
    """A checksum that does not depend on the layout of the JSON."""
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _check_record(record: Record) -> None:
    """Refuse what no record has: what is wrong in a file must neither reach a terminal nor count."""
    if not _is_number(record.id):
        raise ValuesError(f"the number of a record must be a whole number from 1, but got {record.id!r}")
    for field in fields(record):
        if field.name in _TEXTS:
            text = getattr(record, field.name)
            if clean_text(field.name, text, _TEXTS[field.name]) != text:
                raise ValuesError(f"{field.name} must be one line, but got {text!r}")


def _is_number(value: Any) -> bool:
    """Whether something can be the number of a record."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
