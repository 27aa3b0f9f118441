"""The import path of the original jeta: ``from jeta.archive import fetch``. New code imports `jeta.fetch`."""

from __future__ import annotations

from jeta.fetch import MSID, Msid, MSIDset, Msidset, get_time_range, msid_glob

__all__ = ["MSID", "MSIDset", "Msid", "Msidset", "get_time_range", "msid_glob"]
