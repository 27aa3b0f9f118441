"""Where everything lies below an archive's root; no other module joins archive paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST_NAME = "manifest"
SEGMENT_SUFFIX = ".h5"
JOURNAL_SUFFIX = ".h5"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one archive.

    Attributes
    ----------
    root : Path
        The archive's folder.

    Notes
    -----
    Names of MSIDs must have passed `jeta.tdb.check_name`: they become names of folders.
    """

    root: Path

    @property
    def settings(self) -> Path:
        """The file that makes a folder an archive."""
        return self.root / "archive.yaml"

    @property
    def state(self) -> Path:
        """What the archive remembers as a whole."""
        return self.root / "state.json"

    @property
    def lock(self) -> Path:
        """The file that the one writer holds."""
        return self.root / "writer.lock"

    @property
    def tdb(self) -> Path:
        """The folder of the telemetry database."""
        return self.root / "tdb"

    @property
    def tdb_cache(self) -> Path:
        """What the telemetry database was when it was last read, for fast loading."""
        return self.root / "tdb" / ".cache.jsonl"

    @property
    def events(self) -> Path:
        """The folder of event sets: tables of intervals, and logical expressions."""
        return self.root / "events"

    @property
    def columns(self) -> Path:
        """The folder that holds a folder for each MSID."""
        return self.root / "columns"

    @property
    def journal(self) -> Path:
        """The folder of commits that are not folded yet."""
        return self.root / "journal"

    @property
    def flags(self) -> Path:
        """The folder of flags set by people, which comes with the first one."""
        return self.root / "flags"

    @property
    def records(self) -> Path:
        """The folder of records: what became of each file that was ingested."""
        return self.root / "records"

    @property
    def catalog(self) -> Path:
        """The index of the records, which can be made again from them."""
        return self.root / "catalog.db"

    @property
    def staging(self) -> Path:
        """The folder that deliveries arrive in, where the settings name no other."""
        return self.root / "staging"

    @property
    def processed(self) -> Path:
        """The folder of source files that were ingested, where the settings name no other."""
        return self.root / "processed"

    @property
    def rejected(self) -> Path:
        """The folder of source files that could not be ingested, where the settings name no other."""
        return self.root / "rejected"

    def column(self, msid: str, product: str = "full") -> Path:
        """The folder of one product of one MSID."""
        return self.columns / msid / product

    def manifest(self, msid: str, product: str = "full") -> Path:
        """The list of segments of a column."""
        return self.column(msid, product) / MANIFEST_NAME

    def commit(self, number: int) -> Path:
        """The journal file of one commit; names sort in the order of commits."""
        return self.journal / f"{number:012d}{JOURNAL_SUFFIX}"
