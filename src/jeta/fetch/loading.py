"""The packages that fetches need, imported once, by one thread alone.

Threads that import modules of one package by different ways can come to wait for each other; Python then gives one of them a module
that is half done. Importing them with `jeta.fetch` itself would cost what a script that never fetches need not pay.
"""

from __future__ import annotations

import threading
from importlib import import_module

_PACKAGES = (
    "jeta.archive",
    "jeta.tdb",
    "jeta.statistics",
    "jeta.interpolation",
    "jeta.intervals",
    "jeta.quality",
    "jeta.computed",
    "jeta.fetch.source_choice",
)
_lock = threading.RLock()
_done: list[bool] = []


def load() -> None:
    """Import what fetches need, unless that was done."""
    if _done:
        return
    with _lock:
        for name in _PACKAGES:
            import_module(name)
        _done.append(True)
