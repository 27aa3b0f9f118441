"""The telemetry database: what each MSID is — name, id, unit, type, state codes, limits, cadence, in words.

It is written by people as YAML files and loaded with `Tdb.load`. Importers of the lists that missions publish are in
`jeta.tdb.importers`.
"""

from __future__ import annotations

from jeta.tdb.database import CACHE_NAME, Tdb
from jeta.tdb.entry import Entry, Limits
from jeta.tdb.names import check_name
from jeta.tdb.writer import write_yaml

__all__ = ["CACHE_NAME", "Entry", "Limits", "Tdb", "check_name", "write_yaml"]
