"""Which unit system a fetch uses: that of its module (``fetch``, ``fetch_eng``, ``fetch_sci``), unless a call asks for another."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any

from jeta.fetch import session
from jeta.units import SYSTEMS, Units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

_asked_for: ContextVar[str | None] = ContextVar("unit_system", default=None)


class InUnits:
    """The names of `jeta.fetch`, each of which works in one unit system, whatever `set_units` says.

    Parameters
    ----------
    module : module
        The fetch module of that system.
    system : {'cxc', 'sci', 'eng'}
        The system.

    Examples
    --------
    ::

        fetch.in_units("sci").MSID("TEPHIN").unit
    """

    def __init__(self, module: ModuleType, system: str) -> None:
        self._module, self._system = module, system

    def __repr__(self) -> str:
        return f"<{self._module.__name__} in {self._system} units>"

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        if not callable(value):
            return value

        @wraps(value)
        def call(*args: Any, **kwargs: Any) -> Any:
            with using(self._system):
                return value(*args, **kwargs)

        return call


def in_units(system: str) -> InUnits:
    """Return the names of `jeta.fetch` in a fixed unit system.

    Parameters
    ----------
    system : {'cxc', 'sci', 'eng'}
        The system.

    Returns
    -------
    InUnits
        Its ``MSID``, ``MSIDset`` and so on give values in that system, also after `set_units`.

    Raises
    ------
    UnitSystemError
        If there is no such system; also a `ValueError`.
    """
    from jeta import fetch, fetch_eng, fetch_sci  # noqa: PLC0415 - they are made of what is here

    chosen = Units(system)["system"]
    return InUnits({"cxc": fetch, "sci": fetch_sci, "eng": fetch_eng}[chosen], chosen)


def modules() -> dict[str, InUnits]:
    """Return what computed MSIDs fetch with, by unit system."""
    return {system: in_units(system) for system in SYSTEMS}


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


__all__ = ["SYSTEMS", "ArchiveLabels", "InUnits", "as_modules_say", "in_units", "modules", "system_of", "using"]
