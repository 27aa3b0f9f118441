"""``jeta info --when``: which sample of an MSID is in force at an instant, and where it came from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jeta import fetch
from jeta.archive.writer import MOST_STRETCHES
from jeta.cli.spans import typed_time
from jeta.errors import UnknownMsidError
from jeta.fetch import session
from jeta.fetch.names import resolve
from jeta.fetch.query import one_instant
from jeta.files import printable
from jeta.times import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from jeta.fetch.provenance import Origin

_MOST = 1000
"""Most MSIDs that a pattern may match: each is a paragraph."""


def run(archive: Path | str, patterns: Sequence[str], when: str) -> int:
    """Print a paragraph on each MSID.

    Parameters
    ----------
    archive : path
        Root of the archive, or several roots.
    patterns : sequence of str
        Names or patterns, in any case; at least one.
    when : str
        The instant, in any form that `jeta.times` accepts.

    Raises
    ------
    UnknownMsidError
        If there is no name, or one that stands for nothing.
    """
    if not patterns:
        raise UnknownMsidError("--when is for some MSIDs; name them, as in  jeta info SA_TEMP --when 2022:143")
    with fetch.set_archive(archive):
        system = session.current_archive().time_system
        at_s = one_instant(typed_time(when), system)
        print("\n\n".join(paragraph(name, at_s, system) for name in _names(patterns)))
    return 0


def _names(patterns: Iterable[str]) -> list[str]:
    """The MSIDs that are meant, each once, in order."""
    from jeta.computed import find  # noqa: PLC0415 - only this needs it

    found: dict[str, None] = {}
    for pattern in patterns:
        computed = find(pattern)
        names = [pattern] if computed is not None else resolve(pattern, session.current_archive(), _MOST)[1]
        found.update(dict.fromkeys(names))
    return list(found)


def paragraph(name: str, at_s: float, system: str) -> str:
    """Return what there is to say of one MSID at an instant.

    Parameters
    ----------
    name : str
        The MSID.
    at_s : float
        The instant, seconds in the archive's time system.
    system : str
        That system.
    """
    date = show(at_s, "date", system)
    dat = _sample(name, at_s)
    if dat is None:
        return f"{name.upper()} at {date}: no sample until then"
    unit = f" {dat.unit}" if dat.unit else ""
    bad = ", bad" if dat.bads is not None and dat.bads[-1] else ""
    age = f"{at_s - dat.times[-1]:.3f} s before" if dat.times[-1] < at_s else "at that very time"
    lines = [f"{dat.MSID} at {date}: {dat.vals[-1]}{unit}{bad}"]
    lines.append(_line("sample", f"{show(float(dat.times[-1]), 'date', system)}, {age}"))
    own: list[Origin] = []
    others: list[Origin] = []
    for origin in dat.provenance():
        (own if origin.msid == dat.MSID and origin.file else others).append(origin)
    lines += _of_files(own, float(dat.times[-1]))
    for origin in others:
        lines += _told(origin, is_own=origin.msid == dat.MSID)
    return "\n".join(lines)


def _sample(name: str, at_s: float) -> fetch.MSID | None:
    """The last sample at or before an instant, bad or not; of a computed MSID, the last good one."""
    from jeta.computed import find  # noqa: PLC0415 - as above

    stop_s = math.nextafter(at_s, math.inf)
    if find(name) is not None:
        known = fetch.last_known(name, at_s)
        return None if known is None else fetch.MSID(name, known.time, math.nextafter(known.time, math.inf))
    edge = fetch.MSID(name, stop_s - 1.0, stop_s, bracket=True)
    before = edge.times[edge.times < stop_s]
    if len(before) == 0:
        return None
    return fetch.MSID(name, float(before[-1]), math.nextafter(float(before[-1]), math.inf))


def _of_files(origins: list[Origin], time_s: float) -> list[str]:
    """The lines on the files that may have brought one sample; on the one that has, where that is certain."""
    last_first = sorted(origins, key=lambda each: each.commit or 0, reverse=True)
    # Of files whose stretches hold an instant the last one committed brought it; only of so many rows that their stretches may
    # have been too many, the edges alone are certain.
    is_certain = bool(last_first) and (
        last_first[0].rows <= MOST_STRETCHES or time_s in (last_first[0].tstart, last_first[0].tstop)
    )
    shown = last_first[:1] if is_certain else last_first
    lines = [line for origin in shown for line in _told(origin, is_own=True)]
    if len(shown) > 1:
        why = f"{len(shown)} brought samples around this time; of those that have this one, the first listed counts"
        lines.insert(0, _line("files", why))
    return lines


def _told(origin: Origin, *, is_own: bool) -> list[str]:
    """The lines on one origin."""
    whose = "" if is_own else f"{origin.msid}: "
    if not origin.file:
        lines = [_line("from", f"{whose}{origin.note}")]
    else:
        kept = f", now {printable(origin.kept)}" if origin.kept else ""
        commit = "" if origin.commit is None else f", commit {origin.commit}"
        lines = [
            _line("file", f"{whose}{printable(origin.file)}{kept}"),
            _line("", f"{origin.format}, {_rows(origin.rows)} of it stored, sha256 {origin.sha256 or 'not known'}"),
            _line("", f"{origin.datestart} to {origin.datestop}"),
            _line("run", f"{origin.run}, ingested {origin.ingested}{commit}"),
        ]
    return lines + [
        _line("flag", f"{known.flag.id} by {known.flag.who}: {known.flag.reason}") for known in origin.flags
    ]


def _rows(count: int) -> str:
    """A number of rows."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def _line(what: str, text: str) -> str:
    """One line of a paragraph."""
    return f"  {what:7} {text}"
