"""`jeta.fetch` under the name that says in which units it starts: as stored. `set_units` of one is that of the other."""

from __future__ import annotations

from typing import Any

from jeta import fetch

__all__ = fetch.__all__


def __getattr__(name: str) -> Any:
    """Everything else is that of `jeta.fetch`, but for what makes it a package."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(fetch, name)
