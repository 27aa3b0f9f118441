"""Make an archive longer: `append` arrays or tables, `ingest` files, store what is `derived`; `fold`, keep `statistics`."""

from __future__ import annotations

from jeta.update.append import append
from jeta.update.append_table import append_table
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
    "append_table",
    "derived",
    "fold",
    "ingest",
    "statistics",
]
