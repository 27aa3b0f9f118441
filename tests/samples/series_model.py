"""What a series is, in plain Python: the rows of each instant, in order. The rules of precedence, one row at a time."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jeta.samples import Samples

NS_PER_TICK = {"ms": 10**6, "us": 10**3, "ns": 1}


def same(value: Any) -> Any:
    """Something equal for values that are the same to the last bit; numbers of any type as float64."""
    return value if isinstance(value, tuple) else struct.pack("<d", float(value))


def as_rows(samples: Samples) -> list[tuple[int, Any]]:
    """Instants in ns, and something to compare values by: (text, number or None) for text."""
    instants = [tick * NS_PER_TICK[samples.resolution] for tick in samples.ticks.tolist()]
    if samples.texts is None:
        return list(zip(instants, map(same, samples.values.tolist()), strict=True))
    raws = [None if np.isnan(raw) else raw for raw in samples.raws.tolist()]
    levels = list(zip(samples.texts.tolist(), raws, strict=True))
    return [(instant, levels[code]) for instant, code in zip(instants, samples.values.tolist(), strict=True)]


@dataclass
class SeriesModel:
    """One MSID."""

    instants: dict[int, list[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.instants.values()))

    def deliver(self, rows: list[tuple[int, Any]]) -> tuple[int, int, int]:
        """Take a delivery; return how many rows were stored, duplicate and replaced."""
        delivered: dict[int, list[Any]] = {}
        for instant, value in rows:
            values = delivered.setdefault(instant, [])
            if value not in values:
                values.append(value)
        stored = replaced = 0
        for instant, values in delivered.items():
            old = self.instants.get(instant, [])
            new = [value for value in values if value not in old]
            if new:
                stored += len(new)
                replaced += sum(value not in values for value in old)
                self.instants[instant] = values
        return stored, len(rows) - stored, replaced

    def rows(self, start_ns: float = float("-inf"), stop_ns: float = float("inf")) -> list[tuple[int, Any]]:
        """The rows of ``[start_ns, stop_ns)``, in order."""
        return [
            (instant, value)
            for instant in sorted(self.instants)
            if start_ns <= instant < stop_ns
            for value in self.instants[instant]
        ]
