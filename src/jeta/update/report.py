"""What became of the rows that were handed in: every one is accounted for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


_SHOWN = 5
UNKNOWN_ID = "identifier not in the telemetry database"
BAD_NAME = "name cannot be that of an MSID"


@dataclass(slots=True)
class Tally:
    """Counts of rows; ``read == stored + duplicate + sum of rejected`` always.

    Attributes
    ----------
    read : int
        Rows handed in.
    stored : int
        Rows now in the archive that were not there before, new in time or value.
    duplicate : int
        Rows identical in time and value to one already there, or handed in before; they change nothing.
    replaced : int
        Rows that were in the archive and gave way to rows among the stored ones, at the same instant.
    rejected : Counter
        Rows left out, by reason.
    """

    read: int = 0
    stored: int = 0
    duplicate: int = 0
    replaced: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.read += other.read
        self.stored += other.stored
        self.duplicate += other.duplicate
        self.replaced += other.replaced
        self.rejected.update(other.rejected)


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of some tallies.

    Examples
    --------
    >>> total([Tally(read=2, stored=2), Tally(read=1, duplicate=1)]).read
    3
    """
    result = Tally()
    for tally in tallies:
        result.add(tally)
    return result


@dataclass(slots=True)
class FileReport:
    """What became of one file, or of one call of `append`.

    Attributes
    ----------
    path : Path or None
        The file; None for arrays.
    format : str
        What it was read as; empty if it could not be.
    msids : dict of str to Tally
        By MSID. Rows whose identifier the telemetry database does not know are under ``id <number>``, rows that cannot be
        told to belong to any MSID under the empty name.
    notes : Counter
        Rows among the stored ones of which something was not kept, by what.
    error : str
        Why the file could not be read; empty if it could. It stays where it is, and nothing of it is in the archive.
    skipped : bool
        Whether it was found in a folder and is of no known format, so that it is not an error.
    """

    path: Path | None
    format: str = ""
    msids: dict[str, Tally] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    error: str = ""
    skipped: bool = False

    def tally(self, msid: str) -> Tally:
        """Return the tally of one MSID, to be counted in."""
        return self.msids.setdefault(msid, Tally())

    def add(self, part: FileReport) -> None:
        """Add what became of a part of the same file."""
        self.format = part.format
        self.notes.update(part.notes)
        for msid, tally in part.msids.items():
            self.tally(msid).add(tally)

    @property
    def total(self) -> Tally:
        """The sum over all MSIDs."""
        return total(self.msids.values())


@dataclass(slots=True)
class Report:
    """What became of all rows that were handed in.

    Attributes
    ----------
    files : list of FileReport
        In the order in which they were ingested.

    Examples
    --------
    ::

        report = update.ingest("delivery/")
        report.stored, report.rejected["padding"], report.msids["SA_TEMP"].duplicate
    """

    files: list[FileReport] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """The sum over all files."""
        return total(file.total for file in self.files)

    @property
    def read(self) -> int:
        """Rows handed in."""
        return self.total.read

    @property
    def stored(self) -> int:
        """Rows now in the archive that were not there before."""
        return self.total.stored

    @property
    def duplicate(self) -> int:
        """Rows that were there already and change nothing."""
        return self.total.duplicate

    @property
    def replaced(self) -> int:
        """Rows that gave way to others at the same instant."""
        return self.total.replaced

    @property
    def rejected(self) -> Counter[str]:
        """Rows left out, by reason."""
        return self.total.rejected

    @property
    def errors(self) -> dict[Path, str]:
        """Files that could not be read, and why."""
        return {
            file.path: file.error for file in self.files if file.error and not file.skipped and file.path is not None
        }

    @property
    def msids(self) -> dict[str, Tally]:
        """The sum over all files, by MSID, sorted by name."""
        result: dict[str, Tally] = {}
        for file in self.files:
            for msid, tally in file.msids.items():
                result.setdefault(msid, Tally()).add(tally)
        return dict(sorted(result.items()))

    def __str__(self) -> str:
        whole = self.total
        summary = (
            f"{self._sources()}: {_count(whole.read, 'row')} read, {whole.stored:,} stored, "
            f"{whole.duplicate:,} duplicate, {whole.replaced:,} replaced, {whole.rejected.total():,} rejected"
        )
        lines = [summary]
        lines += [f"  rejected {rows:>12,}  {reason}" for reason, rows in sorted(whole.rejected.items())]
        if UNKNOWN_ID in whole.rejected and not whole.stored:
            lines.append("  which MSID an identifier is, the telemetry database says: fill it with  jeta tdb import")
        if BAD_NAME in whole.rejected:
            names = [name for name, tally in self.msids.items() if BAD_NAME in tally.rejected]
            lines.append(f"  a mapping says which MSID each of {_some(names, quoted=True)} is: see  jeta ingest --help")
        notes: Counter[str] = Counter()
        for file in self.files:
            notes.update(file.notes)
        lines += [f"  note {rows:>16,}  {what}" for what, rows in sorted(notes.items())]
        skipped = [file.path.name for file in self.files if file.skipped and file.path is not None]
        if skipped:
            lines.append(f"  {_count(len(skipped), 'file')} of no known format skipped: {_some(skipped)}")
        lines += [f"  not read: {message}" for message in self.errors.values()]
        return "\n".join(lines)

    def _sources(self) -> str:
        """What was handed in: files, or arrays."""
        is_arrays = bool(self.files) and all(file.path is None for file in self.files)
        return "arrays" if is_arrays else _count(len(self.files), "file")

    def __repr__(self) -> str:
        return f"<Report {str(self).splitlines()[0]}>"

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th>{name}</th>" for name in ("file", "format", "read", "stored", "duplicate", "replaced", "rejected")
        )
        rows = "".join(_html_row(file) for file in self.files)
        return f"<table><tr>{head}</tr>{rows}</table>"


def _html_row(file: FileReport) -> str:
    """One file's line of the notebook display."""
    whole = file.total
    why = file.error or "; ".join(f"{rows:,} {reason}" for reason, rows in sorted(whole.rejected.items())) or "0"
    name = "arrays" if file.path is None else file.path.name
    cells = (
        name,
        file.format,
        f"{whole.read:,}",
        f"{whole.stored:,}",
        f"{whole.duplicate:,}",
        f"{whole.replaced:,}",
        why,
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _count(number: int, noun: str) -> str:
    """A number and its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _some(names: list[str], *, quoted: bool = False) -> str:
    """The first few of some names."""
    shown = [repr(name) if quoted else name for name in names[:_SHOWN]]
    return ", ".join(shown) + (", ..." if len(names) > _SHOWN else "")
