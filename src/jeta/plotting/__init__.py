"""Pictures of telemetry. Takes arrays, never fetches. Needs the extra ``plot``."""

from __future__ import annotations

from jeta.plotting.cxctime import cxctime2plotdate, hist_outline, plot_cxctime, pointpair
from jeta.plotting.iplot import MsidPlot
from jeta.plotting.ticks import remake_ticks, set_time_ticks

__all__ = [
    "MsidPlot",
    "cxctime2plotdate",
    "hist_outline",
    "plot_cxctime",
    "pointpair",
    "remake_ticks",
    "set_time_ticks",
]
