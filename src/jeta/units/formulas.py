"""The ancestors' formulas between pairs of unit labels, to the last bit: the order of operations is part of them.

Each formula takes numbers and whether they are differences, such as standard deviations: then offsets do not apply.
float32 stays float32 (the constants are Python floats), integers become float64. Only mm to FASTEP gives float64 always.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

ZERO_CELSIUS_K = 273.15
"""0 DEGC in kelvin."""

ZERO_FAHRENHEIT_R = 459.67
"""0 DEGF in degrees of the Rankine scale: Fahrenheit's degrees above absolute zero."""

TSC_MM_PER_STEP = 0.00251431530156
"""Travel of Chandra's translation table, mm, in one step of its motor."""

# Chandra's calibration of its focus motor, mm as a polynomial of steps; highest power first, no constant term.
_FOCUS_MM_OF_STEPS = (1.020064e-25, 5.29336e-21, 3.9803832e-17, -1.08492544e-12, 3.5723322e-8, 1.47906994e-3, 0.0)

# Its inverse: polynomial of degree 8 fitted by least squares to the steps -5000 ... -1, to nine digits.
_FOCUS_STEPS_OF_MM = (
    -1.26507734e-05,
    -2.02499464e-04,
    -1.86504522e-03,
    -5.25689125e-03,
    -5.75639912e-02,
    5.60935786e-01,
    -1.10595209e01,
    6.76094720e02,
    -4.34121453e-04,
)


class Converter(Protocol):
    """What turns numbers in one unit into numbers in another."""

    def __call__(self, vals: Any, delta_val: bool = False) -> Any:
        """Convert.

        Parameters
        ----------
        vals : array or number
            Numbers in the first unit, any shape.
        delta_val : bool
            Whether they are differences of values, to which no offset applies.

        Returns
        -------
        array or number
            Numbers in the second unit, of the same shape; `vals` itself where nothing changes.
        """
        ...


def F_to_C(vals: Any, delta_val: bool = False) -> Any:  # noqa: N802 - the ancestors' name, as the five below
    """Convert degrees Fahrenheit to degrees Celsius; see `Converter`.

    Examples
    --------
    >>> F_to_C(212.0), F_to_C(1.8, delta_val=True)
    (100.0, 1.0)
    """
    if delta_val:
        return vals / 1.8
    result = vals - 32.0
    result /= 1.8
    return result


def C_to_F(vals: Any, delta_val: bool = False) -> Any:  # noqa: N802
    """Convert degrees Celsius to degrees Fahrenheit; see `Converter`."""
    return linear(1.8, 32.0)(vals, delta_val)


def C_to_K(vals: Any, delta_val: bool = False) -> Any:  # noqa: N802
    """Convert degrees Celsius to kelvin; see `Converter`."""
    return vals if delta_val else vals + ZERO_CELSIUS_K


def K_to_C(vals: Any, delta_val: bool = False) -> Any:  # noqa: N802
    """Convert kelvin to degrees Celsius; see `Converter`."""
    return vals if delta_val else vals - ZERO_CELSIUS_K


def K_to_F(vals: Any, delta_val: bool = False) -> Any:  # noqa: N802
    """Convert kelvin to degrees Fahrenheit; see `Converter`."""
    return linear(1.8, -ZERO_FAHRENHEIT_R)(vals, delta_val)


def F_to_K(vals: Any, delta_val: bool = False) -> Any:  # noqa: N802
    """Convert degrees Fahrenheit to kelvin; see `Converter`."""
    if delta_val:
        return vals / 1.8
    result = vals + ZERO_FAHRENHEIT_R
    result /= 1.8
    return result


def unchanged(vals: Any, delta_val: bool = False) -> Any:
    """Return the values themselves, where two labels mean the same; see `Converter`."""
    del delta_val
    return vals


def linear(factor: float, offset: float = 0.0) -> Converter:
    """Make a converter that multiplies by a factor, and adds an offset to what is not a difference.

    Parameters
    ----------
    factor : float
        New units in one old unit, a Python float so that float32 arrays stay float32.
    offset : float
        What 0 is in the new unit.

    Returns
    -------
    Converter

    Examples
    --------
    >>> linear(1000.0)(2.5)
    2500.0
    """

    def converter(vals: Any, delta_val: bool = False) -> Any:
        result = vals * factor
        if offset and not delta_val:
            result += offset  # in place: of a year of samples, a second new array takes longer than the sum
        return result

    return converter


def divided(divisor: float) -> Converter:
    """Make a converter that divides: not the same in the last bit as multiplying by the inverse.

    Parameters
    ----------
    divisor : float
        Old units in one new unit.

    Returns
    -------
    Converter
    """

    def converter(vals: Any, delta_val: bool = False) -> Any:
        del delta_val  # no offset to leave out
        return vals / divisor

    return converter


def _mm_to_tsc_steps(vals: Any, delta_val: bool = False) -> Any:
    """Steps of the translation table of a position in mm, rounded to 3 decimals."""
    del delta_val
    return np.round(vals / TSC_MM_PER_STEP, 3)


def _mm_to_focus_steps(vals: Any, delta_val: bool = False) -> Any:
    """Steps of the focus motor of a position in mm, float64, rounded to 2 decimals; differences as positions."""
    del delta_val
    return np.round(np.polyval(_FOCUS_STEPS_OF_MM, vals), 2)


def _focus_steps_to_mm(vals: Any, delta_val: bool = False) -> Any:
    """Position in mm of a number of steps of the focus motor; differences as positions."""
    del delta_val
    result = vals * _FOCUS_MM_OF_STEPS[0]  # Horner's rule on Python floats, so that float32 stays float32
    for coefficient in _FOCUS_MM_OF_STEPS[1:-1]:
        result = (result + coefficient) * vals
    return result


converters: dict[tuple[str, str], Converter] = {
    ("DEGC", "DEGF"): C_to_F,
    ("DEGC", "K"): C_to_K,
    ("DEGC", "deltaK"): unchanged,
    ("DEGF", "DEGC"): F_to_C,
    ("DEGF", "K"): F_to_K,
    ("DEGF", "deltaK"): divided(1.8),
    ("FASTEP", "mm"): _focus_steps_to_mm,
    ("FTLB", "J"): divided(0.7376),
    ("FTLBSEC", "J*s"): divided(0.7376),
    ("J", "FTLB"): linear(0.7376),
    ("J*s", "FTLBSEC"): linear(0.7376),
    ("K", "DEGC"): K_to_C,
    ("K", "DEGF"): K_to_F,
    ("MIN", "s"): linear(60.0),
    ("PSIA", "kPa"): divided(0.145),
    ("PWM", "PWMSTEP"): linear(16.0),
    ("PWMSTEP", "PWM"): divided(16.0),
    ("TORR", "kPa"): divided(7.501),
    ("TSCSTEP", "mm"): linear(TSC_MM_PER_STEP),
    ("deltaK", "DEGC"): unchanged,
    ("deltaK", "DEGF"): linear(1.8),
    ("kPa", "PSIA"): linear(0.145),
    ("kPa", "TORR"): linear(7.501),
    ("mm", "FASTEP"): _mm_to_focus_steps,
    ("mm", "TSCSTEP"): _mm_to_tsc_steps,
}
"""Formulas by (from label, to label). Further ones may be added; they count from then on, before astropy's."""

_ALIKE = (
    ("AMP", "A"),
    ("ASEC", "arcsec"),
    ("DEG", "deg"),
    ("DEGPS", "deg/s"),
    ("HZ", "count"),
    ("KHZ", "kHz"),
    ("KM", "km"),
    ("KMPS", "km/s"),
    ("MAMP", "mA"),
    ("MSEC", "ms"),
    ("RAD", "rad"),
    ("RADPS", "rad/s"),
    ("RADSS", "rad/s**2"),
    ("SEC", "s"),
    ("VDC", "V"),
)

SYNONYMS: frozenset[tuple[str | None, str | None]] = frozenset(_ALIKE) | {(second, first) for first, second in _ALIKE}
"""Pairs of labels that mean the same, in both directions."""
