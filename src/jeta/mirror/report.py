"""What a mirror run did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class MirrorReport:
    """What `mirror` did, or would do.

    Attributes
    ----------
    source : str
        Folder or URL.
    root : Path
        The mirror.
    msids : int
        How many MSIDs are chosen.
    changed : tuple of str
        MSIDs that came, or are no longer as they were.
    removed : tuple of str
        MSIDs that went, since they are gone at the source or no longer chosen.
    files, size : int
        Sealed files that came, and their bytes.
    commits : int
        Commits that came, whose rows wait in the journal.
    plain : tuple of str
        Small files that came, changed or went: telemetry database, events, flags, bad times.
    dry_run : bool
        Whether nothing was done.
    """

    source: str
    root: Path
    msids: int
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    files: int = 0
    size: int = 0
    commits: int = 0
    plain: tuple[str, ...] = ()
    dry_run: bool = False

    def __str__(self) -> str:
        done = []
        if self.changed:
            done.append(
                f"{len(self.changed):,} of {self.msids:,} MSIDs changed, {self.files:,} files of {self.size / 1e6:,.1f} MB"
            )
        if self.commits:
            done.append(f"{self.commits:,} commits that wait to be folded")
        if self.removed:
            done.append(f"{len(self.removed):,} MSIDs removed")
        if self.plain:
            done.append(f"{len(self.plain):,} small files")
        what = "; ".join(done) or f"{self.msids:,} MSIDs, up to date"
        return f"{self.root}: {'would be: ' if self.dry_run else ''}{what}; from {self.source}"
