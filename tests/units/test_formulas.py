"""The ancestors' formulas (contract 4.2, point "converters present")."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.units import SYNONYMS, C_to_F, C_to_K, F_to_C, F_to_K, K_to_C, K_to_F, convert_units, converters
from jeta.units.formulas import _FOCUS_MM_OF_STEPS, _FOCUS_STEPS_OF_MM, divided, linear, unchanged

# from, to, value, converted, converted as a difference
CASES = [
    ("J", "FTLB", 2.0, 1.4752, 1.4752),
    ("J*s", "FTLBSEC", 1.5, 1.1064, 1.1064),
    ("K", "DEGC", 273.15, 0.0, 273.15),
    ("K", "DEGF", 280.0, 280.0 * 1.8 - 459.67, 504.0),
    ("deltaK", "DEGF", 3.0, 5.4, 5.4),
    ("deltaK", "DEGC", 3.0, 3.0, 3.0),
    ("kPa", "PSIA", 2040.25, 295.83625, 295.83625),
    ("kPa", "TORR", 2.0, 15.002, 15.002),
    ("mm", "TSCSTEP", 10.0, 3977.226, 3977.226),
    ("mm", "FASTEP", -3.0, -2147.35, -2147.35),
    ("PWM", "PWMSTEP", 64.0, 1024.0, 1024.0),
    ("DEGC", "DEGF", 100.0, 212.0, 180.0),
    ("DEGC", "K", 0.0, 273.15, 0.0),
    ("DEGC", "deltaK", 3.0, 3.0, 3.0),
    ("DEGF", "DEGC", 212.0, 100.0, 212.0 / 1.8),
    ("DEGF", "K", 32.0, 273.15, 32.0 / 1.8),
    ("DEGF", "deltaK", 5.4, 3.0, 3.0),
    ("MIN", "s", 2.0, 120.0, 120.0),
    ("FTLB", "J", 0.7376, 1.0, 1.0),
    ("FTLBSEC", "J*s", 0.7376, 1.0, 1.0),
    ("PSIA", "kPa", 0.145, 1.0, 1.0),
    ("TORR", "kPa", 7.501, 1.0, 1.0),
    ("PWMSTEP", "PWM", 1024.0, 64.0, 64.0),
    ("TSCSTEP", "mm", 1000.0, 2.51431530156, 2.51431530156),
    ("FASTEP", "mm", -2147.35, -2.999999379433718, -2.999999379433718),
]
# Contract 4.2, "a known pair of synonyms"
PAIRS = [
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
    ("V", "V"),
    ("VDC", "V"),
    ("W", "W"),
    (None, None),
]
TEMPERATURES = st.floats(1.0, 2000.0)
FEW = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(("old", "new", "value", "converted", "difference"), CASES, ids=str)
def test_each_converter(old, new, value, converted, difference):
    converter = converters[old, new]
    assert converter(value) == pytest.approx(converted, rel=1e-12, abs=1e-13)
    assert converter(value, delta_val=True) == pytest.approx(difference, rel=1e-12)


def test_no_converter_is_without_a_case():
    assert {case[:2] for case in CASES} == set(converters)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_each_pair_of_synonyms_leaves_the_values_as_they_are_in_both_directions(old, new):
    vals = np.array([1, 2], "i2")
    assert convert_units(vals, old, new) is vals
    assert convert_units(vals, new, old, delta_val=True) is vals


def test_no_synonyms_but_the_contracts():
    different = {(a, b) for a, b in PAIRS if a != b}
    assert {*different, *((b, a) for a, b in different)} == SYNONYMS


def test_without_unit_both_times_is_the_synonym_none_none():
    vals = np.array([5.0])
    assert convert_units(vals, None, None) is vals
    assert convert_units(vals, None, "") is vals


def recorded(shared_data):
    cases = json.loads((shared_data / "legacy_cheta" / "expected" / "cases.json").read_text())
    return cases["unit_conversions"]


def test_what_the_ancestor_returned_to_the_last_bit(shared_data):
    for case in recorded(shared_data):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # seconds to MIN: see the next test
            got = convert_units(np.array(case["values"]), case["from_unit"], case["to_unit"], case["delta_val"])
        assert got.tobytes() == np.array(case["result"]).tobytes(), case


def test_seconds_labelled_min_stay_seconds_as_in_the_ancestor_but_with_a_warning():
    with pytest.warns(UserWarning, match="'s' to 'MIN'"):
        assert convert_units(120.0, "s", "MIN") == 120.0


def columns_of(shared_data, name):
    return np.load(shared_data / "legacy_cheta" / "expected" / f"{name}.npz")


@pytest.mark.parametrize(
    ("stored", "converted", "old", "new"),
    [
        ("full_f4_window", "units_eng_f4", "K", "DEGF"),
        ("full_f4_window", "units_sci_f4", "K", "DEGC"),
        ("full_slow_press_window", "units_eng_slow_press", "kPa", "PSIA"),
    ],
)
def test_float32_samples_as_the_ancestor_converted_them_to_the_last_bit(shared_data, stored, converted, old, new):
    before, after = columns_of(shared_data, stored), columns_of(shared_data, converted)
    same = np.isin(before["times"], after["times"])
    got = convert_units(before["vals"], old, new)[same]
    assert got.dtype == np.float32
    assert np.array_equal(got, after["vals"], equal_nan=True)


@pytest.mark.parametrize("key", [key for key in converters if key != ("mm", "FASTEP") and "deltaK" not in key])
def test_float32_stays_float32_and_integers_become_float64(key):
    assert converters[key](np.array([250.0, 300.0], "f4")).dtype == np.float32
    for kind in ("i1", "u1", "i2", "i4", "i8"):
        assert converters[key](np.array([100, 120], kind)).dtype == np.float64


def test_focus_steps_are_always_float64():
    """Its polynomial of degree 8 would lose the second decimal in float32."""
    vals = np.array([-3.0, 0.0], "f4")
    steps = converters["mm", "FASTEP"](vals)
    assert (steps.dtype, steps.tolist()) == (np.float64, [-2147.35, 0.0])


def test_focus_polynomial_is_the_fitted_inverse_of_the_calibration():
    steps = np.arange(-5000.0, 0.0)
    mm = np.polyval(_FOCUS_MM_OF_STEPS, steps)
    assert np.polyfit(mm, steps, 8) == pytest.approx(_FOCUS_STEPS_OF_MM, rel=1e-8)
    assert converters["FASTEP", "mm"](steps) == pytest.approx(mm, rel=1e-14)


def test_focus_steps_come_back_to_half_a_step_over_the_travel():
    steps = np.arange(-4500, 1)
    back = converters["mm", "FASTEP"](converters["FASTEP", "mm"](steps))
    assert np.abs(back - steps).max() < 0.5


def test_focus_steps_are_rounded_to_two_decimals_and_table_steps_to_three():
    vals = np.linspace(-3.0, 0.0, 50)
    for unit, decimals in (("FASTEP", 2), ("TSCSTEP", 3)):
        steps = converters["mm", unit](vals)
        assert np.array_equal(steps, np.round(steps, decimals))


def test_delta_val_is_ignored_by_steps_and_factors():
    for key in (
        ("mm", "FASTEP"),
        ("FASTEP", "mm"),
        ("mm", "TSCSTEP"),
        ("TSCSTEP", "mm"),
        ("J", "FTLB"),
        ("PSIA", "kPa"),
    ):
        assert converters[key](-2.0, delta_val=True) == converters[key](-2.0)


def test_differences_between_kelvin_and_celsius_are_the_same_array():
    vals = np.array([1.0, 2.0])
    assert C_to_K(vals, delta_val=True) is vals
    assert K_to_C(vals, delta_val=True) is vals


@pytest.mark.parametrize(
    ("function", "key"),
    [
        (F_to_C, ("DEGF", "DEGC")),
        (C_to_F, ("DEGC", "DEGF")),
        (C_to_K, ("DEGC", "K")),
        (K_to_C, ("K", "DEGC")),
        (K_to_F, ("K", "DEGF")),
        (F_to_K, ("DEGF", "K")),
    ],
)
def test_the_six_named_functions_are_the_converters(function, key):
    assert converters[key] is function


def test_280_kelvin_are_44_degrees_fahrenheit():
    """Contract 12, units: mean 280 K = 44.3 DEGF."""
    assert round(K_to_F(280.0), 1) == 44.3


def test_std_ratio_is_exactly_one_point_eight():
    """Contract 12, units: std in eng over std in cxc."""
    assert (K_to_F(np.array([0.5, 1.0, 4.0]), delta_val=True) / [0.5, 1.0, 4.0]).tolist() == [1.8] * 3


def test_masked_values_stay_masked():
    got = K_to_C(np.ma.masked_array([273.15, 1.0], [False, True]))
    assert (got.mask.tolist(), got[0]) == ([False, True], 0.0)


def test_factories_of_converters():
    assert linear(2.0, 1.0)(3.0) == 7.0
    assert linear(2.0, 1.0)(3.0, delta_val=True) == 6.0
    assert divided(4.0)(2.0) == 0.5
    assert unchanged("x") == "x"


@FEW
@given(TEMPERATURES)
def test_kelvin_to_fahrenheit_and_back(kelvin):
    assert F_to_K(K_to_F(kelvin)) == pytest.approx(kelvin, rel=1e-12)


@FEW
@given(TEMPERATURES)
def test_two_ways_from_kelvin_to_fahrenheit_agree(kelvin):
    assert C_to_F(K_to_C(kelvin)) == pytest.approx(K_to_F(kelvin), abs=1e-11)


@FEW
@given(
    st.sampled_from([key for key in converters if key[::-1] in converters and "STEP" not in "".join(key)]), TEMPERATURES
)
def test_every_converter_with_an_inverse_comes_back(key, value):
    for delta in (False, True):
        there = converters[key](value, delta_val=delta)
        assert converters[key[::-1]](there, delta_val=delta) == pytest.approx(value, rel=1e-12)


@FEW
@given(TEMPERATURES, TEMPERATURES)
def test_a_difference_of_converted_values_is_the_converted_difference(a, b):
    for key in (("K", "DEGF"), ("K", "DEGC"), ("DEGF", "DEGC"), ("DEGF", "K"), ("DEGC", "DEGF")):
        converter = converters[key]
        assert converter(a - b, delta_val=True) == pytest.approx(converter(a) - converter(b), abs=1e-11)


@FEW
@given(st.floats(-99.6, 126.6))
def test_table_steps_come_back_to_a_thousandth_of_a_step(mm):
    assert converters["TSCSTEP", "mm"](converters["mm", "TSCSTEP"](mm)) == pytest.approx(mm, abs=0.0005 * 0.0026)
