"""`Entry`: what is known of one MSID, checked when made and never changed after."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from jeta.tdb import calibration, rules, value_types
from jeta.tdb.calibration import Calibration
from jeta.tdb.limits import LIMIT_NAMES, Limits, checked_limits, limit_spans
from jeta.tdb.names import check_name
from jeta.tdb.rules import FieldError
from jeta.times import to_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.tdb.validity import Dated

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the telemetry database says of one MSID.

    Attributes
    ----------
    name : str
        Upper-case name; given in any case. See `jeta.tdb.check_name` for the rule.
    id : int or None
        Numeric identifier, 0 to 2**63 - 1 inclusive.
    description : str
        What it measures, in words.
    unit : str or None
        Unit of the values, as the source words it: of the calibrated ones where there are calibrations.
    units : tuple of (str, str)
        Unit system (``cxc``, ``sci`` or ``eng``) and the unit to give values in, sorted by system; a mapping or pairs
        are accepted. Systems that are not named have no unit of their own.
    type : str or None
        One of ``float64 float32 int8 ... int64 uint8 ... uint64 bool text state``, or None where unknown. Given also
        as a word such as ``double`` or ``varchar``. With calibrations, the type of the raw counts.
    state_codes : tuple of (int, str)
        Raw count and state name, sorted by raw count; a mapping or pairs are accepted. Empty where there are none.
        Texts take the place of raw counts before they are stored.
    calibrations : Calibration or None
        Curves from the raw counts that are stored to the values that users see. Not together with `state_codes`.
    limits : Limits or None
        Limits in force last, of the values that users see.
    limits_history : tuple of (str or None, Limits)
        Where limits have changed: the UTC from which each held, and the limits, in time order; the first may have
        held since ever (None), and empty limits say that none were in force. Any absolute time that `jeta.times`
        reads is accepted. Empty where limits hold at all times.
    subsystem : str or None
        Part of the spacecraft that it belongs to.
    cadence_s : float or None
        Expected time between samples, seconds, above 0.
    on_change : bool
        Whether a sample is sent only when the value changes, so that the last one holds until the next.

    Raises
    ------
    MsidNameError
        If the name breaks the rule for names.
    TdbError
        If any other value is wrong; the message gives MSID, key, value and what was expected.

    Examples
    --------
    >>> entry = Entry("heater_a", type="uint8", state_codes={1: "ON", 0: "OFF"})
    >>> entry.name, entry.state_codes, entry.is_text
    ('HEATER_A', ((0, 'OFF'), (1, 'ON')), True)
    """

    name: str
    id: int | None = None
    description: str = ""
    unit: str | None = None
    units: tuple[tuple[str, str], ...] = ()
    type: str | None = None
    state_codes: tuple[tuple[int, str], ...] = ()
    calibrations: Calibration | None = None
    limits: Limits | None = None
    limits_history: Dated[Limits] = ()
    subsystem: str | None = None
    cadence_s: float | None = None
    on_change: bool = False

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "name", check_name(self.name))
        try:
            put(self, "description", rules.checked_text("description", self.description))
            put(self, "on_change", rules.checked_flag(self.on_change))
            if self.units != ():
                put(self, "units", rules.checked_units(self.units))
            put(self, "state_codes", rules.checked_state_codes(self.state_codes))
            if self.limits is not None or self.limits_history != ():
                limits, history = checked_limits(self.limits, self.limits_history)
                put(self, "limits", limits)
                put(self, "limits_history", history)
            for key, rule in _OPTIONAL:
                value = getattr(self, key)
                if value is not None:
                    put(self, key, rule(value))
            _check_calibrated(self)
        except FieldError as err:
            raise FieldError(f"MSID {self.name}: {err}", err.key) from err

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The numpy dtype of the values that are stored, or None for texts and where the type is unknown."""
        return np.dtype(self.type) if self.type in value_types.NUMERIC else None

    @property
    def is_text(self) -> bool | None:
        """Whether texts are stored: True with state codes, False with calibrations, None where the type is unknown."""
        if self.state_codes:
            return True
        if self.calibrations is not None:
            return False
        return None if self.type is None else self.type in value_types.TEXTUAL

    def limit_spans(self, system: str = "unix") -> list[tuple[float, float, Limits]]:
        """Return when which limits are in force.

        Parameters
        ----------
        system : {'unix', 'cxcsec'}
            Time system of the seconds.

        Returns
        -------
        list of (float, float, Limits)
            Start (inclusive) and stop (exclusive) in seconds, ``-inf`` and ``inf`` where there is no end, and the
            limits; in time order, without spans in which none is in force.

        Examples
        --------
        >>> old, new = Limits(red_high=5), Limits(red_high=6)
        >>> entry = Entry("A", limits_history=[(None, old), ("1970-01-02", new)])
        >>> [(start, stop, limits.red_high) for start, stop, limits in entry.limit_spans()]
        [(-inf, 86400.0, 5.0), (86400.0, inf, 6.0)]
        """
        return limit_spans(self.limits, self.limits_history, system)

    def limits_at(self, time: Any, system: str = "unix") -> Limits | None:
        """Return the limits in force at a time.

        Parameters
        ----------
        time : time
            In any form that `jeta.times.to_seconds` reads.
        system : {'unix', 'cxcsec'}
            Time system of a time that is a number.

        Returns
        -------
        Limits or None
            None where none is in force.

        Raises
        ------
        TimeFormatError
            If the time is in no accepted form.
        """
        seconds = to_seconds(time, system)
        return next((limits for start, stop, limits in self.limit_spans(system) if start <= seconds < stop), None)


ENTRY_KEYS = tuple(field.name for field in fields(Entry))
"""Names of the attributes of an entry. They are the keys in a YAML file, where ``limits`` has ``limits_history`` in it."""


_values_of_entry = attrgetter(*ENTRY_KEYS)
_values_of_limits = attrgetter(*LIMIT_NAMES)
_AT_UNITS, _AT_STATE_CODES = ENTRY_KEYS.index("units"), ENTRY_KEYS.index("state_codes")
_AT_LIMITS, _AT_HISTORY = ENTRY_KEYS.index("limits"), ENTRY_KEYS.index("limits_history")
_AT_CALIBRATIONS = ENTRY_KEYS.index("calibrations")


def stated(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, without the keys that say nothing.

    Parameters
    ----------
    entry : Entry
        The entry.

    Returns
    -------
    dict of str to object
        Value by key, in the order of `ENTRY_KEYS`.

    Examples
    --------
    >>> stated(Entry("A", id=0, unit=""))
    {'name': 'A', 'id': 0}
    """
    # An id of 0 says something, although it is equal to False.
    return {
        key: value
        for key, value in zip(ENTRY_KEYS, _values_of_entry(entry), strict=True)
        if value is not None and value is not False and value not in ("", ())
    }


def as_values(entry: Entry) -> list[Any]:
    """Return the values of an entry in a form that JSON takes.

    Parameters
    ----------
    entry : Entry
        The entry.

    Returns
    -------
    list
        In the order of `ENTRY_KEYS`; limits as a tuple in the order of `LIMIT_NAMES`.
    """
    values = list(_values_of_entry(entry))
    if entry.limits is not None:
        values[_AT_LIMITS] = _values_of_limits(entry.limits)
    if entry.limits_history:
        values[_AT_HISTORY] = [(since, _values_of_limits(limits)) for since, limits in entry.limits_history]
    if entry.calibrations is not None:
        values[_AT_CALIBRATIONS] = calibration.as_values(entry.calibrations)
    return values


def restored(values: list[Any]) -> Entry:
    """Make an entry of the values that `as_values` returned for it.

    They were checked when the first entry was made, and most are not again: that would take most of the time of a search.

    Parameters
    ----------
    values : list
        As `as_values` returned them, or as JSON gives them back. It is changed.

    Returns
    -------
    Entry
        An entry equal to the first.
    """
    values[_AT_UNITS] = tuple(map(tuple, values[_AT_UNITS]))
    values[_AT_STATE_CODES] = tuple(map(tuple, values[_AT_STATE_CODES]))
    if values[_AT_LIMITS] is not None:
        values[_AT_LIMITS] = _filled(Limits, LIMIT_NAMES, values[_AT_LIMITS])
    values[_AT_HISTORY] = tuple(
        [(since, _filled(Limits, LIMIT_NAMES, limits)) for since, limits in values[_AT_HISTORY]]
    )
    if values[_AT_CALIBRATIONS] is not None:
        values[_AT_CALIBRATIONS] = calibration.restored(values[_AT_CALIBRATIONS])
    return _filled(Entry, ENTRY_KEYS, values)


def _filled(kind: type[T], names: tuple[str, ...], values: list[Any]) -> T:
    """Make a frozen object without its checks."""
    made = object.__new__(kind)
    for name, value in zip(names, values, strict=True):
        object.__setattr__(made, name, value)
    return made


def _checked_calibrations(value: Any) -> Calibration:
    """Return calibrations."""
    if not isinstance(value, Calibration):
        raise FieldError(
            f"key 'calibrations': expected a Calibration, got {value!r}; make one with Calibration(Polynomial((0, 1)))",
            "calibrations",
        )
    return value


def _check_calibrated(entry: Entry) -> None:
    """Refuse what cannot be beside calibrations."""
    if entry.calibrations is None:
        return
    if entry.state_codes:
        raise FieldError(
            "key 'calibrations': expected either state_codes, whose texts are stored, or calibrations of the raw "
            f"counts that are stored, got both, with state_codes {dict(entry.state_codes)}",
            "calibrations",
        )
    if entry.type in value_types.TEXTUAL:
        raise FieldError(
            f"key 'calibrations': expected the type of the raw counts beside them, such as uint8, got type {entry.type!r}",
            "calibrations",
        )


_OPTIONAL: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("id", rules.checked_id),
    ("unit", partial(rules.checked_label, "unit")),
    ("type", rules.checked_type),
    ("calibrations", _checked_calibrations),
    ("subsystem", partial(rules.checked_label, "subsystem")),
    ("cadence_s", rules.checked_cadence),
)
"""The rule of each attribute that may be None."""
