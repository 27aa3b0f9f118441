"""Make an archive longer: `append` arrays, `ingest` files, store what is `derived`; `fold` commits, keep `statistics`."""

from __future__ import annotations

from jeta.update.append import append
from jeta.update.derived import derived
from jeta.update.derived_report import DerivedReport, ParameterReport
from jeta.update.files import ingest
from jeta.update.fold import fold
from jeta.update.report import FileReport, Report, Tally
from jeta.update.statistics import StatisticsReport, statistics

__all__ = [
    "DerivedReport",
    "FileReport",
    "ParameterReport",
    "Report",
    "StatisticsReport",
    "Tally",
    "append",
    "derived",
    "fold",
    "ingest",
    "statistics",
]
