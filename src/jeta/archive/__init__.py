"""How samples lie on disk: create an archive, open it for reading, write to it. ``docs/explanation/archive-format.md`` says why."""

from __future__ import annotations

from jeta.archive.config import ArchiveConfig
from jeta.archive.open import create_archive, open_archive
from jeta.archive.reader import ArchiveReader, JetaReader
from jeta.archive.writer import Counts, Writer

__all__ = ["ArchiveConfig", "ArchiveReader", "Counts", "JetaReader", "Writer", "create_archive", "open_archive"]
