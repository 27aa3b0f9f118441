"""Two small languages that say when: `events` over named event sets, `logical` over the samples of MSIDs.

Both are read by a parser of their own, never by Python, so that an expression from anywhere can do nothing but select.
"""

from __future__ import annotations

from jeta.expressions import events, logical
from jeta.expressions.events import Event
from jeta.expressions.logical import Comparison, MsidName
from jeta.expressions.tree import And, Node, Not, Or

__all__ = ["And", "Comparison", "Event", "MsidName", "Node", "Not", "Or", "events", "logical"]
