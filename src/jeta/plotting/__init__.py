"""Pictures of telemetry. Takes arrays, never fetches. Needs the extra ``plot``."""

from __future__ import annotations

from jeta.plotting.panels import Series, plot_panels

__all__ = ["Series", "plot_panels"]
