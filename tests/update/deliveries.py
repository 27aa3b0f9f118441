"""Small files to ingest, and what an archive holds of an MSID."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jeta.archive import open_archive

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive.column import Rows

START_MS = 1_600_000_000_000
START_S = START_MS / 1000


def write_json(path: Path, series: dict[str, list[tuple[int, Any]]]) -> Path:
    """Write a file of the engineering database: by MSID, pairs of milliseconds and value."""
    items = [
        {"TlmMnemonic": name, "Data": [{"ObsTime": f"/Date({ms}+0000)/", "EUValue": value} for ms, value in rows]}
        for name, rows in series.items()
    ]
    path.write_text(json.dumps(items))
    return path


def ramp(count: int, first_ms: int = START_MS) -> list[tuple[int, float]]:
    """So many rows, a second apart, of values 0, 1, 2 ..."""
    return [(first_ms + 1000 * row, float(row)) for row in range(count)]


def everything(archive: Any, msid: str) -> Rows:
    """All rows of an MSID, by a reader that has just been opened."""
    return open_archive(archive.root).read(msid, -float("inf"), float("inf"))


def texts(rows: Rows) -> list[str]:
    """Texts of rows, one a row."""
    return rows.texts[rows.values].tolist()


def balanced(report: Any) -> bool:
    """Whether every row that was read is accounted for, per file and MSID and in all."""
    tallies = [tally for file in report.files for tally in file.msids.values()]
    tallies += [*report.msids.values(), report.total]
    return all(t.read == t.stored + t.duplicate + t.rejected.total() and t.replaced >= 0 for t in tallies)
