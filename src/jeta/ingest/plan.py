"""What is to be done with each file of a delivery, in which order: worked out from what is known before reading. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from jeta.files import printable
from jeta.ingest.policies import Verdict, worst_of
from jeta.ingest.words import date_of, spoken
from jeta.update.intake import is_named_like_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from jeta.ingest.discover import Candidate
    from jeta.ingest.policies import Policies

CHUNK_ROWS = 20_000_000
"""Rows of files that are worked on together: about 1 GB of memory."""

VERDICTS = ("ingest", "hold", "reject", "skip")

_LEAST_ROW_BYTES = 8
"""A row takes at least so much in most files; where a file does not tell its rows, they are guessed from its size."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done with one file.

    Attributes
    ----------
    candidate : Candidate
        The file.
    verdict : {'ingest', 'hold', 'reject', 'skip'}
        ``hold`` and ``skip`` leave it where it is: ``hold`` because a rule says so, ``skip`` because it is not of this run.
    reason : str
        Why it is not ingested; empty if it is.
    notes : tuple of str
        What is worth telling of it.
    gap_s : float or None
        Seconds without data before it, longer than the rule about gaps allows; None if there is no such gap.
    overlap_s : float or None
        Seconds that it has in common with the file before it; None if there are none.
    chunk : int or None
        Files of the same number, from 0, are worked on together; None if it is not ingested.
    rule : str
        The rule that decided; empty if none did.
    accepted : tuple of Verdict
        Rules that it breaks and that accept it all the same; their reasons are among the notes.
    """

    candidate: Candidate
    verdict: str = "ingest"
    reason: str = ""
    notes: tuple[str, ...] = ()
    gap_s: float | None = None
    overlap_s: float | None = None
    chunk: int | None = None
    rule: str = ""
    accepted: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with all files, in order.

    Attributes
    ----------
    steps : tuple of Step
        One for each file: by last instant, then first instant, then name; files whose instants are not known come last, by
        name.

    Examples
    --------
    >>> print(Plan())
    no files
    """

    steps: tuple[Step, ...] = ()

    def of(self, verdict: str) -> tuple[Step, ...]:
        """Return the steps of one verdict, in order."""
        return tuple(step for step in self.steps if step.verdict == verdict)

    def chunks(self) -> tuple[tuple[Step, ...], ...]:
        """Return the steps to ingest, in order, those that are worked on together in a tuple."""
        result: dict[int, list[Step]] = {}
        for step in self.steps:
            if step.chunk is not None:
                result.setdefault(step.chunk, []).append(step)
        return tuple(map(tuple, result.values()))

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain dictionaries, lists, texts and numbers, for JSON."""
        return {
            "counts": {verdict: len(self.of(verdict)) for verdict in VERDICTS},
            "files": [_as_dict(step) for step in self.steps],
        }

    def __str__(self) -> str:
        if not self.steps:
            return "no files"
        lines = [_HEAD, *(_cells(step) for step in self.steps)]
        widths = [max(len(line[at]) for line in lines) for at in range(len(_HEAD) - 1)]
        widths.append(0)
        table = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join([*(line.rstrip() for line in table), self._sums()])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _HEAD)
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(step))}</tr>" for step in self.steps
        )
        return f"<div>{escape(self._sums())}<table><tr>{head}</tr>{rows}</table></div>"

    def _sums(self) -> str:
        """How many files of each verdict."""
        told = ", ".join(f"{len(self.of(verdict)):,} to {verdict}" for verdict in VERDICTS if self.of(verdict))
        return f"{len(self.steps):,} file{'' if len(self.steps) == 1 else 's'}" + (f": {told}" if told else "")


_HEAD = ("file", "first", "last", "rows", "format", "to do", "why, and notes")


def plan(
    candidates: Iterable[Candidate],
    policies: Policies,
    *,
    now_s: float,
    last_s: float | None,
    most_files: int | None = None,
    settle_s: float = 0.0,
    is_ordered: bool = False,
) -> Plan:
    """Decide what is to be done with files, without looking at anything but what is given.

    Parameters
    ----------
    candidates : iterable of Candidate
        The files, in any order unless `is_ordered`.
    policies : Policies
        The rules.
    now_s : float
        The time now, Unix seconds.
    last_s : float or None
        The latest instant of what was ingested before, Unix seconds; None if there is nothing.
    most_files : int, optional
        The most files to ingest.
    settle_s : float, optional
        A file that cannot be read is not rejected, but left, if it changed less than this before now.
    is_ordered : bool, optional
        Keep the files in the order given.

    Returns
    -------
    Plan
        Each candidate once, whatever becomes of it.

    Notes
    -----
    A gap is a stretch without data before a file, longer than the rule allows, between it and everything that begins before
    it: files that are to be ingested, and `last_s`. A file that begins before `last_s` fills a hole, or overlaps, and has none.
    If gaps are not accepted, files beyond the first gap are not taken, whatever their order: a file that comes later and closes
    the gap sets them free.
    """
    ordered = list(candidates) if is_ordered else sorted(candidates, key=_place)
    steps = [_judged(candidate, policies, now_s, settle_s) for candidate in ordered]
    steps = _without_repeats(steps)
    steps = _with_gaps(steps, policies, last_s)
    steps = _limited(steps, most_files)
    return Plan(tuple(_in_chunks(_with_notes(steps, last_s))))


def _place(candidate: Candidate) -> tuple[Any, ...]:
    """Where a file comes in the order."""
    span = (candidate.last_s, candidate.first_s) if candidate.has_span else (0.0, 0.0)
    return (not candidate.has_span, *span, candidate.path.name, str(candidate.path), repr(candidate))


def _judged(candidate: Candidate, policies: Policies, now_s: float, settle_s: float) -> Step:
    """Judge a file by itself."""
    if candidate.error:
        return _unreadable(candidate, now_s, settle_s)
    found = policies.before_reading(candidate.origin, candidate.first_s, candidate.last_s, now_s)
    worst = worst_of(found)
    if worst is not None and worst.action != "accept":
        notes = tuple(verdict.reason for verdict in found if verdict is not worst)
        return Step(candidate, worst.action, worst.reason, notes, rule=worst.rule)
    return Step(candidate, notes=tuple(verdict.reason for verdict in found), accepted=found)


def _unreadable(candidate: Candidate, now_s: float, settle_s: float) -> Step:
    """Judge a file that cannot be read."""
    if candidate.is_transient:
        return Step(candidate, "skip", f"cannot be read now: {candidate.error}; tried again by the next run")
    if 0 <= now_s - candidate.modified_ns / 1e9 < settle_s:
        return Step(candidate, "skip", f"may still be arriving: {candidate.error}")
    if not is_named_like_data(candidate.path):
        return Step(candidate, "skip", f"no telemetry: {candidate.error}")
    return Step(candidate, "reject", candidate.error, rule="format")


def _without_repeats(steps: Sequence[Step]) -> list[Step]:
    """Leave out files that are named twice; tell which have the same name as another."""
    seen: set[Path] = set()
    names: dict[str, Path] = {}
    result = []
    for step in steps:
        path, name = step.candidate.path, step.candidate.path.name
        if path in seen:
            result.append(replace(step, verdict="skip", reason="named twice; the other one counts", rule=""))
            continue
        seen.add(path)
        same = (f"has the same name as {printable(str(names[name]))}",) if name in names else ()
        names.setdefault(name, path)
        result.append(replace(step, notes=(*step.notes, *same)))
    return result


def _with_gaps(steps: Sequence[Step], policies: Policies, last_s: float | None) -> list[Step]:
    """Find the gaps, going from the earliest beginning to the latest; hold or reject what lies beyond if a rule says so."""
    rule = policies.gap
    reach_s, beyond = last_s, ""
    result = list(steps)
    by_first = [at for at, step in enumerate(steps) if step.verdict == "ingest" and step.candidate.has_span]
    for at in sorted(by_first, key=lambda at: (steps[at].candidate.first_s, at)):
        first_s, ends_s = steps[at].candidate.first_s, steps[at].candidate.last_s
        assert first_s is not None and ends_s is not None  # noqa: PT018 - has_span, for the type checker
        if reach_s is not None and first_s - reach_s > rule.longest_s:
            gap_s = first_s - reach_s
            told = f"begins {spoken(gap_s)} after {date_of(reach_s)}, where data end: at most {spoken(rule.longest_s)} expected"
            if rule.action == "accept":
                notes, accepted = (*result[at].notes, told), (*result[at].accepted, Verdict("accept", told, "gap"))
                result[at] = replace(result[at], gap_s=gap_s, notes=notes, accepted=accepted)
            else:
                beyond = beyond or steps[at].candidate.name
                after = "" if beyond == steps[at].candidate.name else f"; the gap is before {beyond}"
                result[at] = replace(result[at], verdict=rule.action, reason=told + after, gap_s=gap_s, rule="gap")
                continue
        reach_s = ends_s if reach_s is None else max(reach_s, ends_s)
    return result


def _limited(steps: Sequence[Step], most_files: int | None) -> list[Step]:
    """Leave all but the first files to a later run."""
    if most_files is None:
        return list(steps)
    reason = f"comes in a later run: one run takes {most_files:,} file{'' if most_files == 1 else 's'}"
    later = [at for at, step in enumerate(steps) if step.verdict == "ingest"][most_files:]
    result = list(steps)
    for at in later:
        result[at] = replace(steps[at], verdict="skip", reason=reason)
    return result


def _with_notes(steps: Sequence[Step], last_s: float | None) -> list[Step]:
    """Tell where files overlap, repeat each other, or come late."""
    result = []
    before: Candidate | None = None
    for step in steps:
        this, notes = step.candidate, list(step.notes)
        overlap_s = None
        if step.verdict == "ingest" and this.has_span:
            overlap_s = _overlap_s(before, this)
            if before is not None and overlap_s is not None:
                notes.append(_told_overlap(before, this, overlap_s))
            if last_s is not None and this.last_s is not None and this.last_s <= last_s:
                notes.append(f"late: ends before {date_of(last_s)}, up to which files were ingested")
            before = this
        elif step.verdict == "ingest":
            notes.append("tells no first and last instant: no gap or overlap looked for")
        result.append(replace(step, notes=tuple(notes), overlap_s=overlap_s))
    return result


def _overlap_s(before: Candidate | None, this: Candidate) -> float | None:
    """Seconds that two files have in common; 0 if they have one instant in common."""
    if before is None or before.last_s is None or before.first_s is None:
        return None
    if this.last_s is None or this.first_s is None:
        return None
    common_s = min(before.last_s, this.last_s) - max(before.first_s, this.first_s)
    return common_s if common_s >= 0 else None


def _told_overlap(before: Candidate, this: Candidate, overlap_s: float) -> str:
    """An overlap in words."""
    same = (before.first_s, before.last_s, before.rows, before.size)
    if same == (this.first_s, this.last_s, this.rows, this.size):
        return f"looks like {before.name} once more"
    return f"overlaps {before.name} by {spoken(overlap_s)}" if overlap_s else f"begins where {before.name} ends"


def _in_chunks(steps: Sequence[Step]) -> list[Step]:
    """Number the chunks."""
    result = list(steps)
    chunk = rows = 0
    for at, step in enumerate(steps):
        if step.verdict != "ingest":
            continue
        own = _rows(step.candidate)
        if rows and rows + own > CHUNK_ROWS:
            chunk, rows = chunk + 1, 0
        rows += own
        result[at] = replace(step, chunk=chunk)
    return result


def _rows(candidate: Candidate) -> int:
    """Number of rows of a file, at least about."""
    rows = candidate.size // _LEAST_ROW_BYTES if candidate.rows is None else candidate.rows
    return max(rows, 1)


def _cells(step: Step) -> tuple[str, ...]:
    """One line of the table."""
    file = step.candidate
    told = "; ".join(filter(None, (step.reason, *step.notes)))
    rows = "" if file.rows is None else f"{file.rows:,}"
    return (file.name, date_of(file.first_s), date_of(file.last_s), rows, file.format, step.verdict, told)


def _as_dict(step: Step) -> dict[str, Any]:
    """One step for JSON."""
    file = step.candidate
    return {
        "path": printable(str(file.path)),
        "verdict": step.verdict,
        "reason": step.reason,
        "rule": step.rule,
        "notes": list(step.notes),
        "accepted": [verdict.rule for verdict in step.accepted],
        "format": file.format,
        "size": file.size,
        "rows": file.rows,
        "first": date_of(file.first_s) or None,
        "last": date_of(file.last_s) or None,
        "origin": file.origin,
        "gap_s": step.gap_s,
        "overlap_s": step.overlap_s,
        "chunk": step.chunk,
    }
