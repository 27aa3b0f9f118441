"""How telemetry spells units, and which units of astropy those spellings are.

A label is looked up here first, else it is read as astropy reads units (``rad/s**2``, ``kPa``, ``mK``). What neither knows
is no unit. astropy is imported when a label is first looked up, and not before.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jeta.units.formulas import linear, unchanged

if TYPE_CHECKING:
    from jeta.units.formulas import Converter

_LETTERS = {"C": "DEGC", "F": "DEGF", "°C": "DEGC", "°F": "DEGF"}
"""Spellings of temperatures in exactly this case. In telemetry C and F are degrees, not coulomb and farad."""

_TEMPERATURES = {
    "CELSIUS": "DEGC",
    "DEG C": "DEGC",
    "DEGC": "DEGC",
    "DEG_C": "DEGC",
    "DEG F": "DEGF",
    "DEGF": "DEGF",
    "DEG_F": "DEGF",
    "FAHRENHEIT": "DEGF",
    "DEGK": "K",
    "DEG_K": "K",
    "KELVIN": "K",
}
"""Spellings of temperatures in any case."""

# Spellings in any case; MV is millivolt. Left out on purpose: what differs by case alone (MM, MHZ, MW), and MIN, since seconds
# labelled MIN are what the ancestors return: only their own formula from MIN counts.
_OTHERS = {
    "AMP": "A",
    "AMPS": "A",
    "ARCSEC": "arcsec",
    "ASEC": "arcsec",
    "CNT": "ct",
    "CNTS": "ct",
    "COUNT": "ct",
    "COUNTS": "ct",
    "DEG": "deg",
    "DEGPS": "deg/s",
    "HZ": "Hz",
    "KHZ": "kHz",
    "KM": "km",
    "KMPS": "km/s",
    "KPA": "kPa",
    "MAMP": "mA",
    "MSEC": "ms",
    "MV": "mV",
    "OHMS": "ohm",
    "OHM": "ohm",
    "PERCENT": "%",
    "RAD": "rad",
    "RADPS": "rad/s",
    "RADSS": "rad/s**2",
    "RPM": "cycle/min",
    "SEC": "s",
    "TORR": "Torr",
    "UAMP": "uA",
    "VDC": "V",
    "VOLT": "V",
    "VOLTS": "V",
}

_PRESSURES = frozenset({"PSI", "PSIA"})


def canonical(label: str | None) -> str | None:
    """Return the label that jeta's formulas know a temperature by; any other label as it is.

    Parameters
    ----------
    label : str or None
        Unit label as the telemetry database words it.

    Returns
    -------
    str or None
        ``"DEGC"``, ``"DEGF"`` or ``"K"`` for any spelling of those, else `label`.

    Examples
    --------
    >>> canonical("degC"), canonical("F"), canonical("kPa")
    ('DEGC', 'DEGF', 'kPa')
    """
    if label is None:
        return None
    return _LETTERS.get(label) or _TEMPERATURES.get(label.upper(), label)


_lock = threading.Lock()


@lru_cache(maxsize=512)
def astropy_unit(label: str) -> Any | None:
    """Return the unit of astropy that a label stands for.

    Parameters
    ----------
    label : str
        Unit label as the telemetry database words it.

    Returns
    -------
    astropy.units.UnitBase or None
        None where the label is not understood, or is of logarithmic kind, such as dBm.

    Examples
    --------
    >>> str(astropy_unit("MAMP")), astropy_unit("STEP")
    ('mA', None)
    """
    from astropy import units  # noqa: PLC0415 - takes longer to import than all of jeta.fetch
    from astropy.units import imperial  # noqa: PLC0415 - as above

    temperature = canonical(label)
    if temperature in {"DEGC", "DEGF"}:
        return units.deg_C if temperature == "DEGC" else imperial.deg_F
    if temperature == "K":
        return units.K
    if label.upper() in _PRESSURES:
        return imperial.psi
    spelled = _OTHERS.get(label.upper(), label)
    if not (spelled[:1].isalpha() or spelled == "%"):
        return None  # astropy reads "" and "16" as pure numbers
    try:
        # The units that astropy knows are a setting of the process, which two threads must not change at once.
        with _lock, units.add_enabled_units(imperial):
            unit = units.Unit(spelled)
    except (ValueError, TypeError):
        return None
    return unit if type(unit) in _plain_kinds() else None


def _plain_kinds() -> tuple[type, ...]:
    """Kinds of units that a factor relates to others of their dimension; not decibels and magnitudes."""
    from astropy.units import CompositeUnit, IrreducibleUnit, PrefixUnit, Unit  # noqa: PLC0415 - as above

    return (CompositeUnit, IrreducibleUnit, PrefixUnit, Unit)


@lru_cache(maxsize=512)
def astropy_converter(from_unit: str, to_unit: str) -> Converter | None:
    """Return what converts between two labels by astropy.units.

    Parameters
    ----------
    from_unit, to_unit : str
        Unit labels.

    Returns
    -------
    Converter or None
        None where a label is not understood or the two measure different things.

    Examples
    --------
    >>> astropy_converter("V", "mV")(2.5)
    2500.0
    """
    old, new = astropy_unit(from_unit), astropy_unit(to_unit)
    if old is None or new is None:
        return None
    if old == new:
        return unchanged
    if old.is_equivalent(new):
        return linear(float(old.to(new)))
    from astropy.units import temperature  # noqa: PLC0415 - as above

    if not old.is_equivalent(new, equivalencies=temperature()):
        return None
    zero = float(old.to(new, 0.0, equivalencies=temperature()))
    return linear(_degrees_per_kelvin(new) / _degrees_per_kelvin(old), zero)


def _degrees_per_kelvin(unit: Any) -> float:
    """How many of a unit of temperature are as large a difference as one kelvin."""
    from astropy.units import K, deg_C, imperial  # noqa: PLC0415 - as above

    if unit in {deg_C, imperial.deg_F}:
        return 1.0 if unit == deg_C else 1.8
    return float(K.to(unit))
