"""`jeta.fetch` under the name that says its units: as stored."""

from __future__ import annotations

from typing import Any

from jeta import fetch

__all__ = fetch.__all__


def __getattr__(name: str) -> Any:
    """Everything else is that of `jeta.fetch`."""
    return getattr(fetch, name)
