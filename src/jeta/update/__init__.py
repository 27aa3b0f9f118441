"""Make an archive longer: `append` arrays, `ingest` files, store what is `derived`; `fold` what was committed into the columns."""

from __future__ import annotations

from jeta.update.append import append
from jeta.update.derived import derived
from jeta.update.derived_report import DerivedReport, ParameterReport
from jeta.update.files import ingest
from jeta.update.fold import fold
from jeta.update.report import FileReport, Report, Tally

__all__ = ["DerivedReport", "FileReport", "ParameterReport", "Report", "Tally", "append", "derived", "fold", "ingest"]
