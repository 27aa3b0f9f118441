"""`jeta.fetch` in scientific units: ``from jeta import fetch_sci``, as stored but for temperatures in degC."""

from __future__ import annotations

import sys
from typing import Any

from jeta import fetch
from jeta.units import Units

__all__ = fetch.__all__

UNITS = Units("sci")
"""The unit system in which this module fetches."""


def get_units() -> str:
    """Return the name of the unit system in which this module fetches."""
    return str(UNITS["system"])


def set_units(unit_system: str) -> None:
    """Set the unit system in which this module fetches from now on, see `jeta.fetch.set_units`."""
    UNITS.set_units(unit_system)


class MSID(fetch.MSID):
    """`jeta.fetch.MSID` in scientific units."""

    fetch = sys.modules[__name__]


class Msid(MSID, fetch.Msid):
    """`jeta.fetch.Msid` in scientific units."""


class MSIDset(fetch.MSIDset):
    """`jeta.fetch.MSIDset` in scientific units."""

    MSID = MSID


class Msidset(MSIDset, fetch.Msidset):
    """`jeta.fetch.Msidset` in scientific units."""


def __getattr__(name: str) -> Any:
    """Everything else is that of `jeta.fetch`."""
    return getattr(fetch, name)
