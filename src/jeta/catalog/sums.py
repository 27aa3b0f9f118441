"""Sums over records: what each MSID, each outcome and each reason amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jeta.catalog.records import INGESTED, FileRecord

if TYPE_CHECKING:
    from jeta.catalog.record_file import RecordFile


@dataclass(slots=True)
class Coverage:
    """What was ingested of one MSID.

    Attributes
    ----------
    msid : str
        Its name, see `MsidCounts`.
    files : int
        Files that had rows of it.
    first_ns, last_ns : int or None
        First and last instant of the rows that were stored, ns of the archive's time system. Rows that were removed since still
        count: this tells what was ingested, not what is there.
    read, stored, duplicate, replaced : int
        Rows.
    """

    msid: str
    files: int = 0
    first_ns: int | None = None
    last_ns: int | None = None
    read: int = 0
    stored: int = 0
    duplicate: int = 0
    replaced: int = 0

    def widen(self, extent: tuple[int, int] | None) -> None:
        """Take in a stretch of time."""
        if extent is not None:
            self.first_ns = extent[0] if self.first_ns is None else min(self.first_ns, extent[0])
            self.last_ns = extent[1] if self.last_ns is None else max(self.last_ns, extent[1])


@dataclass(slots=True)
class Totals:
    """What files of one outcome amount to.

    Attributes
    ----------
    outcome : str
        ``ingested`` or ``rejected``.
    files, size : int
        How many, and their bytes.
    read, stored, duplicate, replaced : int
        Rows.
    rejected : dict of str to int
        Rows left out, by reason.
    """

    outcome: str
    files: int = 0
    size: int = 0
    read: int = 0
    stored: int = 0
    duplicate: int = 0
    replaced: int = 0
    rejected: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Sums:
    """Sums over some records.

    Attributes
    ----------
    coverage : dict of str to Coverage
        By MSID, over files that were ingested.
    reasons : dict of (str, str) to int
        Rows rejected of those files, by MSID and reason.
    totals : dict of str to Totals
        By outcome.
    """

    coverage: dict[str, Coverage] = field(default_factory=dict)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    totals: dict[str, Totals] = field(default_factory=dict)

    def add(self, file: RecordFile) -> None:
        """Add a record that is open; runs count for nothing.

        Raises
        ------
        ValueError
            If its counts are damaged; then nothing is added.
        """
        record = file.record
        if not isinstance(record, FileRecord):
            return
        blocks = list(file.blocks()) if record.outcome == INGESTED else []
        for block in blocks:
            columns = zip(block.read, block.stored, block.duplicate, block.replaced, block.extents(), strict=True)
            for msid, (read, stored, duplicate, replaced, extent) in zip(block.msids, columns, strict=True):
                found = self.coverage.get(msid)
                if found is None:
                    found = self.coverage[msid] = Coverage(msid)
                found.files += 1
                found.read += read
                found.stored += stored
                found.duplicate += duplicate
                found.replaced += replaced
                found.widen(extent)
            for at, rejected in block.rejected.items():
                for reason, rows in rejected.items():
                    key = block.msids[at], reason
                    self.reasons[key] = self.reasons.get(key, 0) + rows
        self._add_total(record)

    def _add_total(self, record: FileRecord) -> None:
        """Add a file to those of its outcome."""
        found = self.totals.setdefault(record.outcome, Totals(record.outcome))
        found.files += 1
        found.size += record.size
        found.read += record.read
        found.stored += record.stored
        found.duplicate += record.duplicate
        found.replaced += record.replaced
        for reason, rows in record.rejected.items():
            found.rejected[reason] = found.rejected.get(reason, 0) + rows
