"""`Entry`: what is known of one MSID, checked when made and never changed after."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from jeta.tdb import rules, value_types
from jeta.tdb.names import check_name
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a number, in the unit of its MSID; None where there is no such limit.

    Limits are inclusive: a value equal to a limit is still within it. Those that are set must be finite and ascend in
    the order of this list; equal neighbours are allowed.

    Attributes
    ----------
    red_low, yellow_low : float or None
        A value below is dangerous (red) or worth a look (yellow).
    nominal : float or None
        The value to expect.
    yellow_high, red_high : float or None
        A value above is worth a look (yellow) or dangerous (red).

    Raises
    ------
    TdbError
        If a limit is not a finite number, or is below the one before it.

    Examples
    --------
    >>> Limits(yellow_low=4.99, yellow_high=5.04, red_high=6).red_high
    6.0
    """

    red_low: float | None = None
    yellow_low: float | None = None
    nominal: float | None = None
    yellow_high: float | None = None
    red_high: float | None = None

    def __post_init__(self) -> None:
        last, last_name = -math.inf, ""
        for name, given in zip(
            LIMIT_NAMES, (self.red_low, self.yellow_low, self.nominal, self.yellow_high, self.red_high), strict=True
        ):
            if given is None:
                continue
            value = rules.finite(given, "limits", name)
            if value < last:
                raise FieldError(
                    f"key 'limits': expected {' <= '.join(LIMIT_NAMES)}, got {last_name} {last} above {name} {value}",
                    "limits",
                )
            if value is not given:
                object.__setattr__(self, name, value)
            last, last_name = value, name

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in LIMIT_NAMES)


LIMIT_NAMES = tuple(field.name for field in fields(Limits))
"""Names of the limits, in the order in which their values must ascend."""


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
        Unit of the values, as the source words it.
    type : str or None
        One of ``float64 float32 int8 ... int64 uint8 ... uint64 bool text state``, or None where unknown. Given also
        as a word such as ``double`` or ``varchar``.
    state_codes : tuple of (int, str)
        Raw count and state name, sorted by raw count; a mapping or pairs are accepted. Empty where there are none.
    limits : Limits or None
        Limits that hold at all times.
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
    type: str | None = None
    state_codes: tuple[tuple[int, str], ...] = ()
    limits: Limits | None = None
    subsystem: str | None = None
    cadence_s: float | None = None
    on_change: bool = False

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "name", check_name(self.name))
        try:
            put(self, "description", rules.checked_text("description", self.description))
            put(self, "on_change", rules.checked_flag(self.on_change))
            put(self, "state_codes", rules.checked_state_codes(self.state_codes))
            for key, rule in _OPTIONAL:
                value = getattr(self, key)
                if value is not None:
                    put(self, key, rule(value))
        except FieldError as err:
            raise FieldError(f"MSID {self.name}: {err}", err.key) from err

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The numpy dtype of the values, or None for texts and where the type is unknown."""
        return np.dtype(self.type) if self.type in value_types.NUMERIC else None

    @property
    def is_text(self) -> bool | None:
        """Whether users see texts: True with state codes too, None where the type is unknown."""
        if self.state_codes:
            return True
        return None if self.type is None else self.type in value_types.TEXTUAL


ENTRY_KEYS = tuple(field.name for field in fields(Entry))
"""Names of the attributes of an entry, which are the keys in a YAML file."""


_values_of_entry = attrgetter(*ENTRY_KEYS)
_values_of_limits = attrgetter(*LIMIT_NAMES)
_AT_STATE_CODES, _AT_LIMITS = ENTRY_KEYS.index("state_codes"), ENTRY_KEYS.index("limits")


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
    return values


def restored(values: list[Any]) -> Entry:
    """Make an entry of the values that `as_values` returned for it.

    They were checked when the first entry was made, and are not again: that would take most of the time of a search.

    Parameters
    ----------
    values : list
        As `as_values` returned them, or as JSON gives them back. It is changed.

    Returns
    -------
    Entry
        An entry equal to the first.
    """
    values[_AT_STATE_CODES] = tuple(map(tuple, values[_AT_STATE_CODES]))
    if values[_AT_LIMITS] is not None:
        values[_AT_LIMITS] = _filled(Limits, LIMIT_NAMES, values[_AT_LIMITS])
    return _filled(Entry, ENTRY_KEYS, values)


def _filled(kind: type[T], names: tuple[str, ...], values: list[Any]) -> T:
    """Make a frozen object without its checks."""
    made = object.__new__(kind)
    for name, value in zip(names, values, strict=True):
        object.__setattr__(made, name, value)
    return made


def _checked_limits(value: Any) -> Limits | None:
    """Return limits, or None if none is set."""
    if not isinstance(value, Limits):
        raise FieldError(
            f"key 'limits': expected Limits, got {value!r}; make one with Limits(yellow_low=..., ...)", "limits"
        )
    return value or None


_OPTIONAL: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("id", rules.checked_id),
    ("unit", partial(rules.checked_label, "unit")),
    ("type", rules.checked_type),
    ("limits", _checked_limits),
    ("subsystem", partial(rules.checked_label, "subsystem")),
    ("cadence_s", rules.checked_cadence),
)
"""The rule of each attribute that may be None."""
