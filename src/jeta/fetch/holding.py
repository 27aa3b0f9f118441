"""MSIDs that are sent only when they change: a value holds until the next sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta.fetch.query import now_s

if TYPE_CHECKING:
    from jeta.fetch.arrays import Arrays


def is_held(series: Arrays) -> bool:
    """Tell whether the values of an object hold until the next sample."""
    return series.entry is not None and series.entry.on_change and series.stat is None


def known_until_s(series: Arrays) -> float:
    """Return until when the values of an object are known; it must have a sample.

    That is its last sample; or, where values hold, the end of what was asked for, though not the future.
    """
    last_s = float(series.times[-1])
    return max(last_s, min(series.tstop, now_s(series.time_system))) if is_held(series) else last_s
