"""What was ingested, when, by whom, and which rows came of it: a log of records, and an index of it to ask questions of.

The **record log** is the truth: a sealed file for each source file that was dealt with. The **catalog** is made from it, and can be
made from it again; it is an SQLite file, or a database on a server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jeta.catalog.record_log import RecordLog
from jeta.catalog.records import ENDED, OUTCOMES, STATES, FileRecord, MsidCounts, RunRecord
from jeta.catalog.sums import Coverage, Totals

if TYPE_CHECKING:
    from jeta.catalog.answers import Held, Run
    from jeta.catalog.catalog import Catalog
    from jeta.catalog.origins import Stored, stored_spans

_LATER = {
    "Catalog": "jeta.catalog.catalog",
    "Held": "jeta.catalog.answers",
    "Run": "jeta.catalog.answers",
    "Stored": "jeta.catalog.origins",
    "stored_spans": "jeta.catalog.origins",
}
"""Names that are imported when first asked for: SQLAlchemy takes a third of a second, and most commands need none of it."""

__all__ = [
    "ENDED",
    "OUTCOMES",
    "STATES",
    "Catalog",
    "Coverage",
    "FileRecord",
    "Held",
    "MsidCounts",
    "RecordLog",
    "Run",
    "RunRecord",
    "Stored",
    "Totals",
    "stored_spans",
]


def __getattr__(name: str) -> Any:
    """Import what is not needed by all when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
