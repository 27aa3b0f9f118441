"""The telemetry database: what each MSID is — name, id, unit, type, state codes, calibration, limits, cadence, in words.

It is written by people as YAML files and loaded with `Tdb.load`. Importers of the lists that missions publish are in
`jeta.tdb.importers`.
"""

from __future__ import annotations

from jeta.tdb.calibration import Calibration, Enumeration, PointPairs, Polynomial
from jeta.tdb.database import CACHE_NAME, Tdb
from jeta.tdb.entry import Entry
from jeta.tdb.limits import Limits
from jeta.tdb.names import check_name
from jeta.tdb.search import search_entries
from jeta.tdb.writer import write_yaml

__all__ = [
    "CACHE_NAME",
    "Calibration",
    "Entry",
    "Enumeration",
    "Limits",
    "PointPairs",
    "Polynomial",
    "Tdb",
    "check_name",
    "search_entries",
    "write_yaml",
]
