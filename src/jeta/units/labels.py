"""Which label an MSID's unit has in each system of units.

Labels come from a `LabelSource`, such as the telemetry database of an archive. Its stored unit is the label in 'cxc'; the
other systems follow by rules on labels, except where the source names a label of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeAlias

from jeta.errors import UnitSystemError
from jeta.units.spellings import canonical

SYSTEMS = ("cxc", "sci", "eng")
"""Systems of units: as stored; as stored but temperatures in degrees Celsius; engineers' (DEGF, PSIA, FTLB ...)."""

_RULES: dict[str, dict[str, str]] = {
    "cxc": {},
    "sci": {"K": "DEGC", "DEGF": "DEGC", "deltaK": "DEGC"},
    "eng": {"K": "DEGF", "DEGC": "DEGF", "deltaK": "DEGF", "kPa": "PSIA", "J": "FTLB", "J*s": "FTLBSEC"},
}
"""Per system, the label of a stored label; as stored where there is none."""

Labels: TypeAlias = tuple[str | None, Mapping[str, str]]
"""The stored unit's label or None, and labels by system where they are not what the rules give."""


class LabelSource(Protocol):
    """What knows the unit labels of MSIDs."""

    def names(self) -> Iterable[str]:
        """Return all MSIDs known, upper case, each once."""
        ...

    def labels(self, msid: str, /) -> Labels:
        """Return the stored label of an upper-case MSID, and its own labels by system; (None, {}) if unknown."""
        ...


class LabelTable:
    """Unit labels given as a table, one row an MSID.

    Parameters
    ----------
    table : mapping of str to mapping
        By MSID in any case, the label or None by system: ``{"TEPHIN": {"cxc": "K", "eng": "DEGF"}}``. The label of 'cxc'
        is the stored one; what a row leaves out follows by the rules.

    Raises
    ------
    UnitSystemError
        If a row names a system that there is not.

    Examples
    --------
    >>> LabelTable({"tephin": {"cxc": "K"}}).labels("TEPHIN")[0]
    'K'
    """

    def __init__(self, table: Mapping[str, Mapping[str, str | None]]) -> None:
        self._rows: dict[str, Labels] = {}
        for msid, row in table.items():
            stated = {check_system(system): label for system, label in row.items() if label}
            self._rows[msid.upper()] = (stated.get("cxc"), MappingProxyType(stated))

    def names(self) -> Iterable[str]:
        """Return all MSIDs of the table, upper case, in its order."""
        return tuple(self._rows)

    def labels(self, msid: str, /) -> Labels:
        """Return the stored label of an upper-case MSID, and its labels by system; (None, {}) if unknown."""
        return self._rows.get(msid, (None, {}))


def check_system(unit_system: str) -> str:
    """Return the name of a system of units, if it is one.

    Parameters
    ----------
    unit_system : str
        'cxc', 'sci' or 'eng', in lower case.

    Returns
    -------
    str
        The same name.

    Raises
    ------
    UnitSystemError
        If there is no such system; it is also a `ValueError`.
    """
    if unit_system not in SYSTEMS:
        names = ", ".join(map(repr, SYSTEMS))
        raise UnitSystemError(
            f"unit_system must be in {{{names}}}, got {unit_system!r}: name one of these, in lower case"
        )
    return unit_system


def label_in(unit_system: str, stored: str | None, own: Mapping[str, str]) -> str | None:
    """Return the label of a unit in a system.

    Parameters
    ----------
    unit_system : {'cxc', 'sci', 'eng'}
        System of units.
    stored : str or None
        Label of the unit in which values are stored.
    own : mapping of str to str
        Labels by system that go before the rules. That of 'cxc' counts only where `stored` is None, since values in 'cxc'
        are those stored.

    Returns
    -------
    str or None
        The label, or None where there is none.

    Raises
    ------
    UnitSystemError
        If there is no such system.

    Examples
    --------
    >>> label_in("eng", "K", {}), label_in("sci", "kPa", {}), label_in("eng", "mm", {"eng": "TSCSTEP"})
    ('DEGF', 'kPa', 'TSCSTEP')
    """
    as_stored = stored or own.get("cxc") or None
    if check_system(unit_system) == "cxc":
        return as_stored
    if own.get(unit_system):
        return own[unit_system]
    kind = canonical(as_stored)
    return as_stored if kind is None else _RULES[unit_system].get(kind, as_stored)
