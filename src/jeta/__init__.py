"""jeta: an archive of every sample of every spacecraft telemetry channel.

Analysts start with ``from jeta import fetch``; whoever fills an archive with ``from jeta import update``.
Importing this package loads nothing heavy.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__"]
