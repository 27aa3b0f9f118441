"""The fetch modules that classes of this folder use: handed in by `jeta.fetch`, or by name for who makes an object alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jeta.errors import UnitSystemError
from jeta.units.labels import check_system

if TYPE_CHECKING:
    from collections.abc import Mapping

_in_use: dict[str, Any] = {"cxc": "jeta.fetch", "sci": "jeta.fetch_sci", "eng": "jeta.fetch_eng"}
"""By name, since nothing here imports what is above it: they are imported when a class of a user first fetches."""


def set_modules(modules: Mapping[str, Any]) -> None:
    """Say which module fetches in which unit system.

    Parameters
    ----------
    modules : mapping of str to module or str
        By unit system, ``cxc``, ``sci`` or ``eng``: a module with `MSID` and `MSIDset`, or its dotted name, to be imported when
        it is first needed. Those not named stay as they were.

    Raises
    ------
    UnitSystemError
        If there is no such unit system; also a `ValueError`.
    """
    for unit_system in modules:
        check_system(unit_system)
    _in_use.update(modules)


def module_for(unit_system: str, modules: Mapping[str, Any] | None = None) -> Any:
    """Return the module that fetches in a unit system.

    Parameters
    ----------
    unit_system : {'cxc', 'sci', 'eng'}
        The unit system.
    modules : mapping of str to module or str, optional
        As for `set_modules`; by default those that were set.

    Raises
    ------
    UnitSystemError
        If there is no such unit system, or no module for it; also a `ValueError`.
    """
    check_system(unit_system)
    module = (_in_use if modules is None else modules).get(unit_system)
    if module is None:
        raise UnitSystemError(
            f"no fetch module is known for the unit system {unit_system!r}; hand one in, or call set_modules"
        )
    found = import_module(module) if isinstance(module, str) else module
    # In the units of the system also after the user has set others for the module.
    return found.in_units(unit_system) if hasattr(found, "in_units") else found
