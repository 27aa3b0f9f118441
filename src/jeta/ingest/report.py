"""What a run of an ingest did: the rows, as `jeta.update.Report` counts them, and what became of the files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jeta.files import printable
from jeta.update import Report

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 10


@dataclass(slots=True)
class RunReport(Report):
    """What a run did.

    Attributes
    ----------
    files : list of FileReport
        What became of the rows of each file that was read or refused.
    run : str
        Identifies the run in the catalog; empty if nothing was to be done.
    held : dict of Path to str
        Files that a rule holds back, and why; they stay where they are.
    left : dict of Path to str
        Files that stay for a later run, and why: they are arriving, cannot be read now, or there are too many.
    refused : dict of Path to str
        Files that a rule rejects, and why.
    moved : dict of Path to Path
        Where files were put.
    noted : dict of Path to tuple of str
        What is to be told of files that were taken, such as gaps and overlaps.
    accepted : dict of Path to dict of str to str
        Files that break a rule which accepts them all the same: why, by rule.
    folded : int
        Rows that were moved from the journal into columns.
    """

    run: str = ""
    held: dict[Path, str] = field(default_factory=dict)
    left: dict[Path, str] = field(default_factory=dict)
    refused: dict[Path, str] = field(default_factory=dict)
    moved: dict[Path, Path] = field(default_factory=dict)
    noted: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    accepted: dict[Path, dict[str, str]] = field(default_factory=dict)
    folded: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, but what became of the rows of each MSID, as plain dictionaries, texts and numbers, for JSON."""
        counts = {name: getattr(self.total, name) for name in ("read", "stored", "duplicate", "replaced")}
        files = {
            name: {printable(str(path)): printable(str(told)) for path, told in getattr(self, name).items()}
            for name in ("errors", "refused", "held", "left", "moved")
        }
        return {
            "run": self.run,
            "files": len(self.files),
            **counts,
            "rejected": dict(self.rejected),
            "folded": self.folded,
            "accepted": {printable(str(path)): dict(why) for path, why in self.accepted.items()},
            **files,
        }

    def __str__(self) -> str:
        lines = [Report.__str__(self)]
        accepted = {path: "; ".join(why.values()) for path, why in self.accepted.items()}
        told_of = (("accepted", accepted), ("refused", self.refused), ("held back", self.held), ("left", self.left))
        for title, files in told_of:
            told = [f"  {title}: {printable(path.name)}: {reason}" for path, reason in files.items()]
            lines += told[:_SHOWN]
            if len(told) > _SHOWN:
                lines.append(f"  {title}: and {len(told) - _SHOWN:,} more")
        for path, target in self.moved.items():
            if path in self.refused or path in self.errors:
                lines.append(f"  moved to {printable(str(target))}, with the reason beside it")
        return "\n".join(lines)
