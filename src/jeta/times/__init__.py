"""What an instant is: reading times in whatever form they come, and showing them.

Times are numbers of one of two time systems (`SYSTEMS`): float64 seconds in arithmetic and for users, whole ticks of
1 ms, us or ns where they are stored. Each archive uses one system.
"""

from __future__ import annotations

from jeta.times.clock import now
from jeta.times.datetimes import to_datetime64
from jeta.times.parse import to_seconds, to_ticks
from jeta.times.scales import (
    SYSTEMS,
    cxcsec_ticks_to_unix_ticks,
    cxcsec_to_unix,
    unix_ticks_to_cxcsec_ticks,
    unix_to_cxcsec,
)
from jeta.times.show import FORMS, show
from jeta.times.ticks import TICKS_PER_SECOND, Ticks, first_tick_at_or_after, seconds_to_ticks, ticks_to_seconds

__all__ = [
    "FORMS",
    "SYSTEMS",
    "TICKS_PER_SECOND",
    "Ticks",
    "cxcsec_ticks_to_unix_ticks",
    "cxcsec_to_unix",
    "first_tick_at_or_after",
    "now",
    "seconds_to_ticks",
    "show",
    "ticks_to_seconds",
    "to_datetime64",
    "to_seconds",
    "to_ticks",
    "unix_ticks_to_cxcsec_ticks",
    "unix_to_cxcsec",
]
