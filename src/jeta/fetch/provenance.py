"""Where samples came from, as it is told: a list of stretches."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from jeta.files import printable

if TYPE_CHECKING:
    from astropy.table import Table

    from jeta.quality import KnownFlag

COLUMNS = ("msid", "start", "stop", "rows", "file", "run", "ingested", "flags")
"""What is shown of each stretch of samples."""

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stretch of samples came from.

    Attributes
    ----------
    msid : str
        Upper-case name: that of the object, or of an MSID that it is worked out from.
    tstart, tstop : float
        First and last instant, both inside, seconds in the archive's time system; `datestart` and `datestop` are the same as
        dates. The stretch is the whole one that the file brought, which may begin before the samples of the object.
    rows : int
        Rows of this MSID that the file brought in all; samples of the object where there is no file.
    file : str
        Where the file was when it was ingested; empty where there is none, and `note` says why.
    kept : str
        Where it was put afterwards; empty if it was left.
    sha256 : str
        Digest of its content.
    format : str
        What it was read as.
    run : str
        The run that ingested it.
    ingested : str
        When, ISO, UTC.
    commit : int or None
        Number of the commit. Where stretches hold the same instant, the higher one counts.
    flags : tuple of KnownFlag
        What people have flagged of the stretch, as far as it holds.
    note : str
        Where samples without a file came from.
    """

    msid: str
    tstart: float
    tstop: float
    datestart: str
    datestop: str
    rows: int
    file: str = ""
    kept: str = ""
    sha256: str = ""
    format: str = ""
    run: str = ""
    ingested: str = ""
    commit: int | None = None
    flags: tuple[KnownFlag, ...] = ()
    note: str = ""


class Provenance(list[Origin]):
    """Where samples came from: a list of `Origin`, in order of time, then of commits."""

    def cells(self) -> list[tuple[str, ...]]:
        """Return the texts of `COLUMNS` of each stretch."""
        return [_cells(each) for each in self]

    @property
    def table(self) -> Table:
        """All stretches as a table, a row for each.

        Columns: msid, datestart, datestop (str), tstart, tstop (float64, seconds of the archive, both inside), rows (int64), file,
        kept, sha256, format, run, ingested (str), commit (int64, -1 where there is none), flags (str, their numbers), note (str).
        """
        from astropy.table import Table  # noqa: PLC0415 - takes half a second to import

        kinds = {"tstart": "f8", "tstop": "f8", "rows": "i8", "commit": "i8"}
        columns = {name: [getattr(each, name) for each in self] for name in _TABLE}
        columns["commit"] = [-1 if each.commit is None else each.commit for each in self]
        columns["flags"] = [_numbers(each) for each in self]
        return Table({name: np.array(values, kinds.get(name, "U")) for name, values in columns.items()})

    def __repr__(self) -> str:
        if not self:
            return "no samples"
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


_TABLE = (
    "msid",
    "datestart",
    "datestop",
    "tstart",
    "tstop",
    "rows",
    "file",
    "kept",
    "sha256",
    "format",
    "run",
    "ingested",
    "commit",
    "flags",
    "note",
)


def _cells(origin: Origin) -> tuple[str, ...]:
    """The texts that are shown of one stretch."""
    what = printable(origin.file) or origin.note
    return (
        origin.msid,
        origin.datestart,
        origin.datestop,
        str(origin.rows),
        what,
        origin.run,
        origin.ingested,
        _numbers(origin),
    )


def _numbers(origin: Origin) -> str:
    """The numbers of the flags of a stretch."""
    return ", ".join(str(known.flag.id) for known in origin.flags)
