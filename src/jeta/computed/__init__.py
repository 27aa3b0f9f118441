"""MSIDs that no file holds: worked out when they are fetched, or worked out by `jeta.update.derived` and stored.

`ComputedMsid` is the base of the former, `DerivedParameter` of the latter; defining a subclass makes it known. What comes with
jeta is in `jeta.computed.builtin`.
"""

from __future__ import annotations

from jeta.computed import builtin as builtin
from jeta.computed.comp import ComputedMsid, ComputedResult, compute, find
from jeta.computed.derived import DerivedParameter, derived_parameters, times_indexes
from jeta.computed.modules import set_modules

__all__ = [
    "ComputedMsid",
    "ComputedResult",
    "DerivedParameter",
    "compute",
    "derived_parameters",
    "find",
    "set_modules",
    "times_indexes",
]
