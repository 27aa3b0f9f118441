"""Copies of an archive, or of some of its MSIDs, that are kept up to date: from a folder, or over http(s)."""

from __future__ import annotations

from jeta.mirror.index import IndexReport, write_index
from jeta.mirror.report import MirrorReport
from jeta.mirror.run import mirror

__all__ = ["IndexReport", "MirrorReport", "mirror", "write_index"]
