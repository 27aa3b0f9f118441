"""Spans of time: their algebra, where a series is true or keeps a value, and tables of them.

An interval is closed, ``[start, stop]``, unless something else is said; its seconds are those of the archive's time system.
"""

from __future__ import annotations

from jeta.intervals.logical import logical_intervals
from jeta.intervals.span import Intervals
from jeta.intervals.states import state_intervals
from jeta.intervals.tables import pairs_of, read_intervals, to_table

__all__ = ["Intervals", "logical_intervals", "pairs_of", "read_intervals", "state_intervals", "to_table"]
