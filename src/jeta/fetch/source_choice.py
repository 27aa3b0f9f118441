"""`data_source` with the archive in use as one of the sources."""

from __future__ import annotations

from jeta.fetch import session
from jeta.sources import data_source, set_local

__all__ = ["data_source"]

set_local(session.current_archive)
