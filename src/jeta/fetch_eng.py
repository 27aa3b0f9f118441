"""`jeta.fetch` in engineering units: ``from jeta import fetch_eng``, temperatures in degF, pressures in psia."""

from __future__ import annotations

import sys
from typing import Any

from jeta import fetch
from jeta.units import Units

__all__ = fetch.__all__

UNITS = Units("eng")
"""The unit system in which this module fetches."""


def get_units() -> str:
    """Return the name of the unit system in which this module fetches."""
    return str(UNITS["system"])


def set_units(unit_system: str) -> None:
    """Set the unit system in which this module fetches from now on, see `jeta.fetch.set_units`."""
    UNITS.set_units(unit_system)


class MSID(fetch.MSID):
    """`jeta.fetch.MSID` in engineering units."""

    fetch = sys.modules[__name__]


class Msid(MSID, fetch.Msid):
    """`jeta.fetch.Msid` in engineering units."""


class MSIDset(fetch.MSIDset):
    """`jeta.fetch.MSIDset` in engineering units."""

    MSID = MSID


class Msidset(MSIDset, fetch.Msidset):
    """`jeta.fetch.Msidset` in engineering units."""


def __getattr__(name: str) -> Any:
    """Everything else is that of `jeta.fetch`."""
    return getattr(fetch, name)
