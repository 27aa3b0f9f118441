"""`Units`: a system of units, with the labels that MSIDs have in it; and the ancestors' functions on a default one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from jeta.errors import UnitSystemError, UnknownMsidError
from jeta.units.conversion import convert_units
from jeta.units.labels import SYSTEMS, LabelTable, check_system, label_in

if TYPE_CHECKING:
    from jeta.units.labels import LabelSource

_default: list[LabelSource] = [LabelTable({})]
"""Where labels come from when a `Units` has no source of its own: one item, which `set_default_labels` replaces."""


class SystemLabels(Mapping[str, str]):
    """The unit label of every MSID that has one, in one system; read-only, looked up when asked for.

    Parameters
    ----------
    source : LabelSource
        What knows the labels.
    unit_system : {'cxc', 'sci', 'eng'}
        System of units.

    Raises
    ------
    UnitSystemError
        If there is no such system.
    """

    def __init__(self, source: LabelSource, unit_system: str) -> None:
        self._source = source
        self._system = check_system(unit_system)

    def __getitem__(self, msid: str) -> str:
        label = self._label(msid)
        if label is None:
            raise UnknownMsidError(
                f"no unit of MSID {msid!r} is known in the system {self._system!r}: give its unit in the telemetry database"
            )
        return label

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._source.names() if self._label(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<SystemLabels {self._system!r} of {len(self)} MSIDs>"

    def _label(self, msid: Any) -> str | None:
        """Return the label of an MSID in any case, or None."""
        return label_in(self._system, *self._source.labels(msid.upper())) if isinstance(msid, str) else None


class Units(Mapping[str, Any]):
    """A system of units, and how to convert to it.

    Like a dict with the items 'system', the name of the system, and 'cxc', 'sci' and 'eng', each the labels by MSID. Only
    'system' can be set. Two are equal if their systems are. Copies use the same labels; a pickle holds the name of the
    system only, so that what is unpickled takes its labels from the default source of its process.

    Parameters
    ----------
    system : {'cxc', 'sci', 'eng'}
        System of units.
    labels : LabelSource, optional
        What knows the units of MSIDs; by default what `set_default_labels` was given last.

    Raises
    ------
    UnitSystemError
        If there is no such system; it is also a `ValueError`.

    Examples
    --------
    >>> u = Units("eng", LabelTable({"TEPHIN": {"cxc": "K"}}))
    >>> u["system"], u["cxc"]["TEPHIN"], u.get_msid_unit("tephin"), round(u.convert("tephin", 300.0), 2)
    ('eng', 'K', 'DEGF', 80.33)
    """

    def __init__(self, system: str = "cxc", labels: LabelSource | None = None) -> None:
        self._system = check_system(system)
        self._labels = labels

    def __getitem__(self, key: str) -> Any:
        if key == "system":
            return self._system
        return SystemLabels(_default[0] if self._labels is None else self._labels, key)

    def __setitem__(self, key: str, value: str) -> None:
        if key != "system":
            raise UnitSystemError(f"{key!r} of units cannot be set: only 'system' can, to one of {', '.join(SYSTEMS)}")
        self._system = check_system(value)

    def __iter__(self) -> Iterator[str]:
        return iter(("system", *SYSTEMS))

    def __len__(self) -> int:
        return 1 + len(SYSTEMS)

    def __eq__(self, other: object) -> bool:
        return self._system == other._system if isinstance(other, Units) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # what can change has no hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}(system={self._system!r})"

    def __copy__(self) -> Units:
        return type(self)(self._system, self._labels)

    def __deepcopy__(self, memo: dict[int, Any]) -> Units:
        return self.__copy__()  # the labels of an archive are many, and nobody's to change

    def __reduce__(self) -> tuple[type[Units], tuple[str]]:
        return type(self), (self._system,)

    def set_units(self, unit_system: str) -> None:
        """Set the system of units.

        Parameters
        ----------
        unit_system : {'cxc', 'sci', 'eng'}
            System of units.

        Raises
        ------
        UnitSystemError
            If there is no such system; it is also a `ValueError`.
        """
        self["system"] = unit_system

    def get_msid_unit(self, msid: str) -> str | None:
        """Return the label of an MSID's unit in this system.

        Parameters
        ----------
        msid : str
            Name in any case.

        Returns
        -------
        str or None
            The label; that of 'cxc' where this system has none; None where neither has, or the MSID is unknown.
        """
        label: str | None = self[self._system].get(msid, self["cxc"].get(msid))
        return label

    def convert(self, msid: str, vals: Any, delta_val: bool = False, from_system: str = "cxc") -> Any:
        """Convert values of an MSID to this system.

        Parameters
        ----------
        msid : str
            Name in any case.
        vals : array-like or number
            Values in the MSID's unit of the system `from_system`, any shape.
        delta_val : bool
            Whether the values are differences, such as standard deviations, to which no offset of a temperature applies.
        from_system : {'cxc', 'sci', 'eng'}
            System of units of `vals`.

        Returns
        -------
        array or number
            As of `convert_units`.

        Raises
        ------
        UnitSystemError
            If there is no system `from_system`.

        Warns
        -----
        UserWarning
            If there is no way to convert; the values are returned unchanged.
        """
        old = Units(from_system, self._labels).get_msid_unit(msid)
        return convert_units(vals, old, self.get_msid_unit(msid), delta_val)


def set_default_labels(source: LabelSource) -> None:
    """Set where labels come from for every `Units` that has no source of its own.

    Parameters
    ----------
    source : LabelSource
        What knows the units of MSIDs. `jeta.fetch` sets one that asks the telemetry database of the archive in use.
    """
    _default[0] = source


units = Units()
"""The system of units of this package's own functions; those of `jeta.fetch` have theirs."""


def load_units(unit_system: str) -> Mapping[str, str]:
    """Return the unit label of every MSID in a system; nothing needs to be loaded first.

    Parameters
    ----------
    unit_system : {'cxc', 'sci', 'eng'}
        System of units.

    Returns
    -------
    mapping of str to str
        Labels by upper-case MSID.

    Raises
    ------
    UnitSystemError
        If there is no such system; it is also a `ValueError`.
    """
    labels: Mapping[str, str] = units[check_system(unit_system)]
    return labels


def set_units(unit_system: str) -> None:
    """Set the system of `jeta.units.units`; see `Units.set_units`."""
    units.set_units(unit_system)


def get_msid_unit(msid: str) -> str | None:
    """Return the label of an MSID's unit in the system of `jeta.units.units`; see `Units.get_msid_unit`."""
    return units.get_msid_unit(msid)


def convert(msid: str, vals: Any, delta_val: bool = False, from_system: str = "cxc") -> Any:
    """Convert values of an MSID to the system of `jeta.units.units`; see `Units.convert`."""
    return units.convert(msid, vals, delta_val, from_system)
