"""Get telemetry out of an archive: what analysts import.

>>> from jeta import fetch

The archive is the one of ``fetch.set_archive(root)``, else the one that the environment's ``ENG_ARCHIVE`` names.
"""

from __future__ import annotations

from jeta.fetch.msid import MSID, Msid
from jeta.fetch.msidset import MSIDset, Msidset
from jeta.fetch.names import MAX_GLOB_MATCHES, msid_glob
from jeta.fetch.session import set_archive
from jeta.fetch.timerange import get_time_range

__all__ = ["MAX_GLOB_MATCHES", "MSID", "MSIDset", "Msid", "Msidset", "get_time_range", "msid_glob", "set_archive"]
