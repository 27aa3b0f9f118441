"""What is remembered of each source file and each run: plain records, and their JSON."""

from __future__ import annotations

import operator
import secrets
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from jeta.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

INGESTED, REJECTED = OUTCOMES = ("ingested", "rejected")
"""What becomes of a source file."""

COMPLETE, FAILED = ENDED = ("complete", "failed")
"""The states in which a run ends."""

STATES = ("starting", "preprocessing", "processing", "postprocessing", COMPLETE, FAILED)
"""The states of a run, in order."""

MAX_TEXT = 10_000
"""Longest text that is kept, in characters."""

MAX_NAME = 300
"""Longest name of an MSID, or of what stands in its place, in characters."""

_INT64 = 2**63
_CUT = " ..."


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What became of one source file.

    Attributes
    ----------
    number : int
        Number of the record in its log, from 1; 0 before it is written.
    run : str
        The run that dealt with the file.
    path : str
        Where the file was.
    kept : str
        Where it is now; empty if it was left.
    size : int
        Bytes.
    modified_ns : int
        When it was last changed, ns since 1970.
    sha256 : str
        Digest of its content, hexadecimal; empty if it could not be read.
    format : str
        What it was read as; empty if it could not be.
    outcome : {'ingested', 'rejected'}
        What became of it.
    message : str
        Why it was rejected; empty otherwise.
    first_ns, last_ns : int or None
        First and last instant of the rows fit for the archive, ns of its time system; None without such rows.
    commit : int or None
        Number of the commit that holds its rows; None if it brought nothing new.
    recorded_utc : str
        When this was written, ISO, UTC.
    read, stored, duplicate, replaced : int
        Rows, see `jeta.update.report.Tally`.
    rejected : mapping of str to int
        Rows left out, by reason.
    notes : mapping of str to int
        Rows stored of which something was not kept, by what.
    """

    run: str
    path: str
    outcome: str = INGESTED
    number: int = 0
    kept: str = ""
    size: int = 0
    modified_ns: int = 0
    sha256: str = ""
    format: str = ""
    message: str = ""
    first_ns: int | None = None
    last_ns: int | None = None
    commit: int | None = None
    recorded_utc: str = ""
    read: int = 0
    stored: int = 0
    duplicate: int = 0
    replaced: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How one run ended.

    Attributes
    ----------
    number : int
        Number of the record in its log, from 1; 0 before it is written.
    run : str
        The run.
    state : {'complete', 'failed'}
        How it ended.
    started_utc, ended_utc : str
        When, ISO, UTC.
    message : str
        Why it failed, or what it amounts to.
    host, pid, command, version
        Where it ran, its process, what was typed, and the version of jeta.
    """

    run: str
    state: str = COMPLETE
    number: int = 0
    started_utc: str = ""
    ended_utc: str = ""
    message: str = ""
    host: str = ""
    pid: int = 0
    command: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class MsidCounts:
    """What became of the rows of one MSID in one file.

    Attributes
    ----------
    msid : str
        Upper-case name; ``id <number>`` for an identifier that the telemetry database does not know; empty for rows that belong
        to nobody.
    read, stored, duplicate, replaced : int
        Rows, see `jeta.update.report.Tally`.
    rejected : mapping of str to int
        Rows left out, by reason.
    spans_ns : tuple of (int, int)
        Stretches of the rows that were stored: first and last instant of each, both inside, in order, ns of the archive's time
        system.
    """

    msid: str
    read: int = 0
    stored: int = 0
    duplicate: int = 0
    replaced: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    spans_ns: tuple[tuple[int, int], ...] = ()


Record: TypeAlias = FileRecord | RunRecord
R = TypeVar("R", FileRecord, RunRecord)

_KINDS: dict[str, type[FileRecord | RunRecord]] = {"file": FileRecord, "run": RunRecord}
_COUNTS = ("read", "stored", "duplicate", "replaced")


def new_run() -> str:
    """Return the name of a run that begins now: names sort by time, and no two are the same."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"


def now_utc() -> str:
    """Return the present time as records hold it, ISO, UTC: by the system's clock, whatever ``CXOTIME_NOW`` says."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def storable(text: str, longest: int = MAX_TEXT) -> str:
    r"""Return a text that every file and database can hold, whatever it was made of.

    Parameters
    ----------
    text : str
        Any text, such as a path with bytes that are no UTF-8.
    longest : int
        Most characters; what is longer is cut.

    Examples
    --------
    >>> storable("a\udcffb\0"), storable("abcdefgh", 6)
    ('a\\udcffb\\x00', 'ab ...')
    """
    plain = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    return plain if len(plain) <= longest else plain[: longest - len(_CUT)] + _CUT


def plain(record: R) -> R:
    """Return a record whose texts, also those within mappings, can be stored everywhere, and whose numbers are Python's own."""
    found: dict[str, Any] = {}
    for each in fields(record):
        value = getattr(record, each.name)
        if isinstance(value, str):
            found[each.name] = storable(value)
        elif each.name in ("rejected", "notes"):
            found[each.name] = plain_counts(value)
        else:
            found[each.name] = value if value is None else operator.index(value)
    return replace(record, **found)


def plain_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts by texts that can be stored everywhere; those of texts that become one are added."""
    found: dict[str, int] = {}
    for text, rows in counts.items():
        key = storable(text)
        found[key] = found.get(key, 0) + operator.index(rows)
    return found


def to_fields(record: Record) -> dict[str, Any]:
    """Return a record as what JSON can hold.

    Raises
    ------
    ValuesError
        If a value is not of its type, or beyond what can be stored.
    """
    found: dict[str, Any] = {"kind": "file" if isinstance(record, FileRecord) else "run"}
    for each in fields(record):
        value = getattr(record, each.name)
        found[each.name] = dict(value) if each.name in ("rejected", "notes") else value
    from_fields(found)
    return found


def from_fields(content: Mapping[str, Any]) -> Record:
    """Return the record that JSON holds.

    Raises
    ------
    ValuesError
        If it holds something else.

    Examples
    --------
    >>> from_fields(to_fields(RunRecord("a", "failed", 3))).state
    'failed'
    """
    name = content.get("kind")
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValuesError(f"it is a record of an unknown kind, {name!r}; a later version of jeta may know it")
    found = {key: value for key, value in content.items() if key != "kind"}
    if set(found) != {each.name for each in fields(kind)}:
        raise ValuesError(f"it has the fields {', '.join(sorted(map(str, found)))}, which are not those of a {name}")
    for each in fields(kind):
        value = found[each.name]
        if not _CHECKS[str(each.type)](value) or (each.name in _COUNTS and value < 0):
            raise ValuesError(f"its field {each.name} is {value!r}, which cannot be")
    _check_choice(found, "outcome", OUTCOMES)
    _check_choice(found, "state", ENDED)
    return kind(**found)


def joined(one: MsidCounts, two: MsidCounts) -> MsidCounts:
    """Return two counts of the same MSID as one."""
    sums = {name: getattr(one, name) + getattr(two, name) for name in _COUNTS}
    reasons = [*one.rejected, *(reason for reason in two.rejected if reason not in one.rejected)]
    rejected = {reason: one.rejected.get(reason, 0) + two.rejected.get(reason, 0) for reason in reasons}
    return MsidCounts(one.msid, **sums, rejected=rejected, spans_ns=tuple(sorted({*one.spans_ns, *two.spans_ns})))


def _check_choice(found: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> None:
    """Refuse a word that is none of those that there are."""
    if name in found and found[name] not in choices:
        raise ValuesError(f"its {name} must be one of {', '.join(choices)}, but is {found[name]!r}")


def is_whole(value: Any) -> bool:
    """Tell whether a value is a whole number that an int64 holds."""
    return type(value) is int and -_INT64 <= value < _INT64


def is_counts(value: Any) -> bool:
    """Tell whether a value is a mapping of texts to numbers of rows."""
    return isinstance(value, dict) and all(isinstance(key, str) and is_whole(n) and n >= 0 for key, n in value.items())


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "str": lambda value: isinstance(value, str),
    "int": is_whole,
    "int | None": lambda value: value is None or is_whole(value),
    "Mapping[str, int]": is_counts,
}
