"""The command ``jeta``: each command is a thin skin over one function of the library."""

from __future__ import annotations

from jeta.cli.main import main

__all__ = ["main"]
