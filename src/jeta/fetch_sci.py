"""`jeta.fetch` in scientific units: ``from jeta import fetch_sci``, as stored but for temperatures in degC."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from jeta import fetch
from jeta.units import Units

if TYPE_CHECKING:
    from jeta.fetch.edges import LastKnown

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


def last_known(msid: str, at: Any = None, max_age: float | None = None) -> LastKnown | None:
    """Return the last good sample of an MSID, in scientific units; see `jeta.fetch.last_known`."""
    from jeta.fetch.edges import find_last_known  # noqa: PLC0415 - not needed to import fetch

    return find_last_known(MSID, msid, at, max_age)


def __getattr__(name: str) -> Any:
    """Everything else is that of `jeta.fetch`, but for what makes it a package."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(fetch, name)
