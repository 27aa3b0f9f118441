"""What an operator does to an archive as a whole."""

from __future__ import annotations

from jeta.operations.verify import Finding, verify

__all__ = ["Finding", "verify"]
