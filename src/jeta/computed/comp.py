"""`ComputedMsid`: MSIDs that are worked out from others each time they are fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from jeta.computed.modules import module_for
from jeta.computed.registry import COMPUTED, load_plugins
from jeta.errors import ValuesError
from jeta.units import convert_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

REQUIRED = ("vals", "bads", "times", "unit")
"""What `ComputedMsid.get_msid_attrs` must return at least."""


class ComputedMsid:
    r"""Base of computed MSIDs: a subclass is known from its definition on.

    Parameters
    ----------
    modules : mapping of str to module, optional
        The fetch module of each unit system, ``cxc``, ``sci`` and ``eng``; by default those of jeta.
    unit_system : {'cxc', 'sci', 'eng'}
        The unit system of the user.

    Attributes
    ----------
    msid_match : str
        Regular expression that the whole name must match; case does not count, and its groups are the parameters. To be set by
        the subclass.
    units : dict, optional
        To have values converted: ``internal_system`` names the unit system of what `get_msid_attrs` returns, ``cxc``, ``sci``
        and ``eng`` the unit label in each, and ``convert_attrs`` lists the attributes to convert.
    msid_classes : list of class
        All subclasses, in the order of their definition. A class defined again in the same place takes the place of the old one.

    Raises
    ------
    ValuesError
        By the ``class`` statement, if it has no `msid_match`, or that is no regular expression; also a `ValueError`.

    Notes
    -----
    The first class that matches wins, and computed MSIDs win over those of the archive.

    Examples
    --------
    ::

        class Doubled(ComputedMsid):
            msid_match = r"doubled__(\w+)"

            def get_msid_attrs(self, tstart, tstop, msid, msid_args):
                dat = self.fetch_sys.MSID(msid_args[0], tstart, tstop)
                return {"vals": 2 * dat.vals, "bads": dat.bads, "times": dat.times, "unit": dat.unit}

        fetch.MSID("doubled__tephin", "2010:001", "2010:002")
    """

    msid_match: ClassVar[str]
    units: ClassVar[Mapping[str, Any] | None] = None
    msid_classes: ClassVar[list[type[ComputedMsid]]] = COMPUTED.classes

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "msid_match"):
            raise ValuesError(f"comp {cls.__name__} must define msid_match, a regular expression for its names")
        try:
            re.compile(cls.msid_match)
        except (re.error, TypeError) as err:
            raise ValuesError(
                f"comp {cls.__name__}: msid_match must be a regular expression, but is {cls.msid_match!r}: {err}"
            ) from err
        COMPUTED.add(cls)

    def __init__(self, modules: Mapping[str, Any] | None = None, unit_system: str = "cxc") -> None:
        self._modules = modules
        self.unit_system = unit_system

    @property
    def fetch_eng(self) -> Any:
        """The fetch module of engineering units."""
        return module_for("eng", self._modules)

    @property
    def fetch_sci(self) -> Any:
        """The fetch module of science units."""
        return module_for("sci", self._modules)

    @property
    def fetch_cxc(self) -> Any:
        """The fetch module of units as stored."""
        return module_for("cxc", self._modules)

    @property
    def fetch_sys(self) -> Any:
        """The fetch module of the user's unit system."""
        return module_for(self.unit_system, self._modules)

    def get_msid_attrs(self, tstart: float, tstop: float, msid: str, msid_args: list[Any]) -> dict[str, Any]:
        """Work out the samples. To be written by the subclass.

        Parameters
        ----------
        tstart, tstop : float
            Span wanted, seconds in the archive's time system, both ends inside. Samples beyond it are cut off later.
        msid : str
            The whole name, in lower case.
        msid_args : list of str or None
            The groups of `msid_match`, in lower case; None for a group that took no part.

        Returns
        -------
        dict
            ``vals``, ``times`` (float64, seconds, ascending) and ``bads`` (bool, or None if all are good), arrays of one length;
            ``unit`` (str or None). Whatever else it has becomes an attribute of the result, and a column if it is an array
            of that length.
        """
        raise NotImplementedError(f"comp {type(self).__name__} must define get_msid_attrs, as ComputedMsid tells")


@dataclass(frozen=True, slots=True)
class ComputedResult:
    """The samples of a computed MSID.

    Attributes
    ----------
    columns : dict of str to array, each of shape (rows, ...)
        ``vals``, ``times``, ``bads`` and further arrays of their length, in the order in which the class returned them.
    unit : str or None
        Unit of the values.
    attrs : dict of str to object
        What else the class returned.
    """

    columns: dict[str, Any]
    unit: str | None
    attrs: dict[str, Any] = field(default_factory=dict)


def find(name: str) -> tuple[type[ComputedMsid], list[Any]] | None:
    """Return the class that computes an MSID, and its parameters.

    Parameters
    ----------
    name : str
        The name as typed.

    Returns
    -------
    tuple of (class, list of str or None) or None
        The first registered class that matches the whole name, and its groups in lower case; None if there is none.

    Examples
    --------
    >>> cls, args = find("diff__TEPHIN__TCYLFMZM")
    >>> cls.__name__, args
    ('Difference', ['tephin', 'tcylfmzm'])
    >>> find("TEPHIN") is None
    True
    """
    load_plugins()
    for cls in tuple(ComputedMsid.msid_classes):
        match = re.fullmatch(cls.msid_match, name, re.IGNORECASE)
        if match:
            return cls, [None if group is None else group.lower() for group in match.groups()]
    return None


def compute(
    cls: type[ComputedMsid],
    modules: Mapping[str, Any] | None,
    unit_system: str,
    tstart: float,
    tstop: float,
    msid: str,
    args: list[Any],
) -> ComputedResult:
    """Work out a computed MSID, check it, convert its units and cut it to the span.

    Parameters
    ----------
    cls : class
        As from `find`.
    modules : mapping of str to module, or None
        The fetch module of each unit system; None for those that were set.
    unit_system : {'cxc', 'sci', 'eng'}
        The unit system of the user.
    tstart, tstop : float
        Span, seconds in the archive's time system; both ends inside.
    msid : str
        The name in any case.
    args : list of str or None
        Parameters, as from `find`.

    Returns
    -------
    ComputedResult
        Samples with ``tstart <= t <= tstop``.

    Raises
    ------
    ValuesError
        If the class returns what cannot be samples; the message names the class. Also a `ValueError`.
    """
    attrs = cls(modules, unit_system).get_msid_attrs(tstart, tstop, msid.lower(), args)
    checked = _checked(cls, attrs)
    if cls.units is not None:
        checked = _converted(cls, cls.units, unit_system, checked)
    return _cut(checked, tstart, tstop)


def _checked(cls: type[ComputedMsid], attrs: Any) -> dict[str, Any]:
    """What a class returned, with arrays of the right kind.

    Raises
    ------
    ValuesError
        If something is missing, or the arrays do not belong together.
    """
    if not isinstance(attrs, Mapping):
        raise ValuesError(f"comp {cls.__name__} must return a dict from get_msid_attrs, but returned {attrs!r:.100}")
    for name in REQUIRED:
        if name not in attrs:
            raise ValuesError(
                f"comp {cls.__name__} did not set required {name} attribute; get_msid_attrs returned {', '.join(attrs)}"
            )
    times = np.asarray(attrs["times"], dtype=np.float64)
    vals, masked = _unmasked(attrs["vals"])
    bads = np.zeros(times.shape, bool) if attrs["bads"] is None else np.asarray(attrs["bads"], dtype=bool)
    shapes = {"vals": vals.shape, "times": times.shape, "bads": bads.shape}
    if len(times.shape) != 1 or bads.shape != times.shape or vals.shape[:1] != times.shape:
        raise ValuesError(
            f"comp {cls.__name__} must return vals, times and bads of one length, but they have shapes "
            + ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        )
    _check_ascending(cls, times)
    return {**attrs, "vals": vals, "times": times, "bads": bads if masked is None else bads | masked}


def _unmasked(vals: Any) -> tuple[Any, NDArray[np.bool_] | None]:
    """Values without a mask, and which were masked; what has a shape is left as it is."""
    if np.ma.isMaskedArray(vals):
        mask = np.ma.getmaskarray(vals)
        return np.asarray(vals), np.asarray(mask.any(axis=tuple(range(1, mask.ndim))), bool)
    return (vals if hasattr(vals, "shape") else np.asarray(vals)), None


def _check_ascending(cls: type[ComputedMsid], times: NDArray[np.float64]) -> None:
    """Refuse times that go back.

    Raises
    ------
    ValuesError
        If some do.
    """
    back = np.flatnonzero(times[1:] < times[:-1])
    if len(back):
        before, after = times[back[0] : back[0] + 2].tolist()
        raise ValuesError(f"comp {cls.__name__} must return ascending times, but {after} follows {before}; sort them")


def _converted(
    cls: type[ComputedMsid], units: Mapping[str, Any], unit_system: str, attrs: dict[str, Any]
) -> dict[str, Any]:
    """The same in the units of the user.

    Raises
    ------
    ValuesError
        If `units` or what it names is incomplete.
    """
    internal = str(units.get("internal_system"))
    if internal not in units or unit_system not in units:
        raise ValuesError(
            f"comp {cls.__name__}: units must have internal_system and a label for that and for {unit_system!r}, but is {units!r}"
        )
    label, wanted = units[internal], units[unit_system]
    converted = {**attrs, "unit": wanted}
    for name in units.get("convert_attrs", ("vals",)):
        if name not in attrs:
            raise ValuesError(
                f"comp {cls.__name__}: units lists {name!r} in convert_attrs, but get_msid_attrs returned {', '.join(attrs)}"
            )
        converted[name] = convert_units(attrs[name], label, wanted)
    return converted


def _cut(attrs: dict[str, Any], tstart: float, tstop: float) -> ComputedResult:
    """Columns within the span, apart from what is no column."""
    times = attrs["times"]
    inside = (times >= tstart) & (times <= tstop)
    columns = {
        name: value if inside.all() else value[inside]
        for name, value in attrs.items()
        if getattr(value, "shape", ())[:1] == times.shape
    }
    others = {name: value for name, value in attrs.items() if name not in columns and name != "unit"}
    return ComputedResult(columns, attrs["unit"], others)
