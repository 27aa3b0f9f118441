"""Which samples not to trust, and which are out of limits: the table of bad times, people's flags, and limits over history."""

from __future__ import annotations

from jeta.quality.bad_times import BadTimes, parse_bad_times, parse_spans, read_spans
from jeta.quality.flags import Flag, KnownFlag, Undo
from jeta.quality.limits import Violations, limit_series, violations

__all__ = [
    "BadTimes",
    "Flag",
    "KnownFlag",
    "Undo",
    "Violations",
    "limit_series",
    "parse_bad_times",
    "parse_spans",
    "read_spans",
    "violations",
]
