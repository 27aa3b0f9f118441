"""How samples lie on disk: create an archive, open it for reading, write to it. ``docs/explanation/archive-format.md`` says why."""

from __future__ import annotations

from jeta.archive.config import ArchiveConfig
from jeta.archive.coverage import RowsBetween
from jeta.archive.open import create_archive, open_archive, open_roots
from jeta.archive.protocol import ArchiveReader
from jeta.archive.reader import JetaReader
from jeta.archive.several import SeveralReaders
from jeta.archive.writer import Counts, Writer

__all__ = [
    "ArchiveConfig",
    "ArchiveReader",
    "Counts",
    "JetaReader",
    "RowsBetween",
    "SeveralReaders",
    "Writer",
    "create_archive",
    "open_archive",
    "open_roots",
]
