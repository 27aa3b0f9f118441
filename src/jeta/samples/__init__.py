"""The rows of one MSID in memory, and the rules by which rows of different deliveries become one series. Pure."""

from __future__ import annotations

from jeta.samples.check import check_rows
from jeta.samples.container import (
    ALARM_DTYPE,
    FLAGGED_BY_PERSON,
    FLAGGED_BY_SOURCE,
    OUT_OF_RANGE,
    Samples,
    concatenate,
    finest,
)
from jeta.samples.merge import Comparison, compare, overlay, sort_by_time, without_identical

__all__ = [
    "ALARM_DTYPE",
    "FLAGGED_BY_PERSON",
    "FLAGGED_BY_SOURCE",
    "OUT_OF_RANGE",
    "Comparison",
    "Samples",
    "check_rows",
    "compare",
    "concatenate",
    "finest",
    "overlay",
    "sort_by_time",
    "without_identical",
]
