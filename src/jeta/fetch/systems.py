"""Which unit system a fetch uses: that of its module (``fetch``, ``fetch_eng``, ``fetch_sci``), unless a call asks for another."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from jeta.fetch import session
from jeta.units import SYSTEMS, Units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

_asked_for: ContextVar[str | None] = ContextVar("unit_system", default=None)


def modules() -> dict[str, ModuleType]:
    """Return the fetch module of each unit system."""
    from jeta import fetch, fetch_eng, fetch_sci  # noqa: PLC0415 - they are made of what is here

    return {"cxc": fetch, "sci": fetch_sci, "eng": fetch_eng}


@contextmanager
def using(system: str) -> Iterator[None]:
    """Fetch in one unit system, whatever the module, within a ``with`` block; for this thread only.

    Parameters
    ----------
    system : {'cxc', 'sci', 'eng'}
        The system.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    token = _asked_for.set(Units(system)["system"])
    try:
        yield
    finally:
        _asked_for.reset(token)


@contextmanager
def as_modules_say() -> Iterator[None]:
    """Fetch in the unit system of each module, within a ``with`` block, whatever a call around it asked for."""
    token = _asked_for.set(None)
    try:
        yield
    finally:
        _asked_for.reset(token)


def system_of(module: ModuleType) -> str:
    """Return the name of the unit system in which a module fetches now."""
    asked = _asked_for.get()
    return asked if asked is not None else str(module.UNITS["system"])


class ArchiveLabels:
    """The unit of every MSID, as the telemetry database of the archive in use gives it."""

    def names(self) -> list[str]:
        """Return the MSIDs of the telemetry database."""
        return list(session.current_archive().tdb())

    def labels(self, msid: str) -> tuple[str | None, Mapping[str, str]]:
        """Return the unit of an MSID as stored, and those that it is given in other systems."""
        entry = session.current_archive().tdb().get(msid)
        return (None, {}) if entry is None else (entry.unit, dict(entry.units))


__all__ = ["SYSTEMS", "ArchiveLabels", "as_modules_say", "modules", "system_of", "using"]
