"""Make an archive longer: `append` arrays, `ingest` files, `fold` what was committed into the columns."""

from __future__ import annotations

from jeta.update.append import append
from jeta.update.files import ingest
from jeta.update.fold import fold
from jeta.update.report import FileReport, Report, Tally

__all__ = ["FileReport", "Report", "Tally", "append", "fold", "ingest"]
