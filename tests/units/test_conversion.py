"""Conversion between any two labels, and of the columns of statistics (contract 4.2)."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.units import can_convert, convert_columns, convert_units, converters
from jeta.units.spellings import _OTHERS, _TEMPERATURES, astropy_converter, astropy_unit, canonical

FEW = settings(max_examples=60, deadline=None)


def test_equal_labels_return_the_same_object():
    vals = [1, 2]
    assert convert_units(vals, "furlong", "furlong") is vals


@pytest.mark.parametrize(
    ("old", "new", "factor"),
    [
        ("V", "mV", 1000.0),
        ("MV", "V", 0.001),
        ("MAMP", "AMP", 0.001),
        ("UAMP", "mA", 0.001),
        ("SEC", "ms", 1000.0),
        ("s", "min", 1 / 60),
        ("DEG", "RAD", np.pi / 180),
        ("RADPS", "DEGPS", 180 / np.pi),
        ("ASEC", "deg", 1 / 3600),
        ("RPM", "DEGPS", 6.0),
        ("KHZ", "Hz", 1000.0),
        ("PSI", "kPa", 6.894757388223366),
        ("Torr", "Pa", 133.32236842105263),
        ("percent", "%", 1.0),
        ("K", "mK", 1000.0),
    ],
)
def test_astropy_decides_where_the_ancestors_do_not(old, new, factor):
    assert convert_units(2.0, old, new) == pytest.approx(2.0 * factor, rel=1e-12)
    assert convert_units(2.0, old, new, delta_val=True) == pytest.approx(2.0 * factor, rel=1e-12)


def test_the_ancestors_factor_goes_before_astropy():
    assert convert_units(1.0, "kPa", "PSIA") == 0.145
    assert convert_units(1.0, "kPa", "PSI") == pytest.approx(0.14503774, rel=1e-7)


def test_astropy_keeps_float32_and_makes_integers_float64():
    assert convert_units(np.array([1, 2], "f4"), "V", "mV").dtype == np.float32
    assert convert_units(np.array([1, 2], "i2"), "V", "mV").dtype == np.float64


@pytest.mark.parametrize("spelling", ["DEGC", "degC", "C", "deg_C", "Deg C", "Celsius", "°C"])
def test_each_spelling_of_celsius_takes_the_ancestors_formula(spelling):
    assert convert_units(100.0, spelling, "DEGF") == 212.0
    assert convert_units(300.25, "K", spelling) == 300.25 - 273.15


@pytest.mark.parametrize("spelling", ["DEGF", "degF", "F", "deg_F", "fahrenheit", "°F"])
def test_each_spelling_of_fahrenheit_takes_the_ancestors_formula(spelling):
    assert convert_units(212.0, spelling, "degC") == 100.0
    assert convert_units(1.8, spelling, "degC", delta_val=True) == 1.0


@pytest.mark.parametrize("spelling", ["K", "kelvin", "degK", "DEG_K"])
def test_each_spelling_of_kelvin_takes_the_ancestors_formula(spelling):
    assert convert_units(273.15, spelling, "C") == 0.0


def test_two_spellings_of_one_unit_leave_the_values_as_they_are():
    vals = np.array([20, 21])
    for old, new in (("DEGC", "degC"), ("MV", "mV"), ("PSIA", "psi"), ("CNTS", "counts"), ("ohms", "OHM")):
        assert convert_units(vals, old, new) is vals


def test_offset_of_a_temperature_that_only_astropy_knows():
    assert convert_units(300_000.0, "mK", "DEGC") == pytest.approx(26.85, rel=1e-12)
    assert convert_units(0.0, "degC", "mK") == 273_150.0
    assert convert_units(273_150.0, "mK", "degF") == pytest.approx(32.0, rel=1e-12)


def test_no_offset_for_differences_of_such_a_temperature():
    assert convert_units(5.0, "mK", "DEGC", delta_val=True) == pytest.approx(0.005, rel=1e-15)
    assert convert_units(1.8, "degF", "mK", delta_val=True) == pytest.approx(1000.0, rel=1e-15)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("K", "V"),
        ("STEP", "mm"),
        ("smoot", "mm"),
        (None, "V"),
        ("V", None),
        ("16", "8"),
        ("dB(mW)", "W"),
        ("m/s/", "("),
    ],
)
def test_without_a_way_to_convert_warn_and_return_the_values(old, new):
    """Contract 4.2: a missing converter is not fatal."""
    vals = np.array([1.0, 2.0])
    with pytest.warns(UserWarning, match="no conversion from unit") as caught:
        assert convert_units(vals, old, new) is vals
    assert f"{old!r} to {new!r}" in str(caught[0].message)
    assert "jeta.units.converters" in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "vals", [np.array(["OFF", "ON "]), np.array([b"ON"]), ["ON"], "ON", None, np.array([object()])]
)
def test_what_is_no_number_is_returned_without_a_warning(vals):
    assert convert_units(vals, "K", "V") is vals


def test_numbers_lists_and_arrays_of_any_shape():
    assert type(convert_units(300.0, "K", "DEGC")) is float
    assert convert_units([32, 212], "DEGF", "DEGC").tolist() == [0.0, 100.0]
    assert convert_units((0.0,), "V", "mV").tolist() == [0.0]
    assert convert_units(np.zeros((2, 3)), "V", "mV").shape == (2, 3)
    assert convert_units(np.empty(0, "f4"), "K", "DEGF").dtype == np.float32


def test_the_values_given_are_not_changed():
    vals = np.array([273.15])
    convert_units(vals, "K", "DEGF")
    assert vals.tolist() == [273.15]


@pytest.mark.parametrize(
    ("old", "new", "possible"),
    [
        ("K", "F", True),
        ("K", "K", True),
        ("HZ", "count", True),
        ("V", "mV", True),
        ("V", "K", False),
        (None, "V", False),
    ],
)
def test_can_convert(old, new, possible):
    assert can_convert(old, new) is possible


def test_a_formula_that_is_added_counts_from_then_on(monkeypatch):
    assert not can_convert("STEP", "mm")
    monkeypatch.setitem(converters, ("STEP", "mm"), lambda vals, delta_val=False: vals * 0.5)
    assert convert_units(4.0, "STEP", "mm") == 2.0


def test_a_formula_that_is_added_for_a_spelling_goes_before_that_of_its_kind(monkeypatch):
    monkeypatch.setitem(converters, ("degC", "DEGF"), lambda vals, delta_val=False: vals)
    assert convert_units(100.0, "degC", "DEGF") == 100.0
    assert convert_units(100.0, "DEGC", "DEGF") == 212.0


def test_labels_that_are_not_temperatures_are_canonical_as_they_are():
    assert [canonical(label) for label in ("kPa", "deltaK", "MIN", None)] == ["kPa", "deltaK", "MIN", None]


@pytest.mark.parametrize("spelling", [*_TEMPERATURES, *_OTHERS, "C", "F", "K", "PSI", "PSIA", "psia", "W", "rad/s**2"])
def test_every_spelling_of_the_tables_is_a_unit_of_astropy(spelling):
    assert astropy_unit(spelling) is not None


@pytest.mark.parametrize("label", ["MIN", "STEP", "DBM", "dB", "mag", "dB(mW)", "", "16", "?", "no such unit"])
def test_what_is_no_unit_of_a_factor_is_no_unit(label):
    assert astropy_unit(label) is None


def test_units_that_differ_by_case_alone_are_kept_apart():
    assert convert_units(1.0, "MHz", "mHz") == pytest.approx(1e9)
    assert convert_units(1.0, "Mm", "mm") == pytest.approx(1e9)


def test_the_same_unit_is_known_to_be_the_same():
    assert astropy_converter("mV", "V")(1.0) == 0.001
    assert astropy_converter("V", "smoot") is None


def test_importing_units_does_not_import_astropy():
    code = "import sys, jeta.units as u; u.convert_units(1.0, 'K', 'degF'); sys.exit('astropy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@FEW
@given(
    st.floats(-1e6, 1e6),
    st.sampled_from([("V", "mV"), ("DEG", "ASEC"), ("RPM", "RADPS"), ("mK", "degF"), ("degC", "mK")]),
)
def test_conversions_by_astropy_come_back(value, pair):
    back = convert_units(convert_units(value, *pair), *pair[::-1])
    assert back == pytest.approx(value, rel=1e-12, abs=1e-9)


@FEW
@given(st.text(max_size=8), st.text(max_size=8))
def test_no_label_raises(old, new):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isfinite(convert_units(1.0, old, new))


def statistics(kind="f4"):
    names = ("vals", "mins", "maxes", "stds", "p01s", "p50s", "p99s", "midvals")
    columns = {"times": np.array([164.0]), "indexes": np.array([0], "i4"), "samples": np.array([7], "i4")}
    columns |= {name: np.array([280.0], kind) for name in names}
    return columns | {"means": columns["vals"], "n_ONs": np.array([3], "i4"), "bads": np.array([False])}


def test_values_with_offset_stds_as_differences_counts_not_at_all():
    """Contract 4.2, point "statistics"."""
    got = convert_columns(statistics("f8"), "K", "DEGF")
    changed = {name: array[0] for name, array in got.items() if array[0] != statistics()[name][0]}
    assert changed.pop("stds") == 504.0
    assert set(changed) == {"vals", "mins", "maxes", "means", "p01s", "p50s", "p99s", "midvals"}
    assert set(changed.values()) == {44.329999999999984}


def test_vals_stay_the_same_array_as_means():
    got = convert_columns(statistics(), "K", "DEGF")
    assert got["vals"] is got["means"]
    assert got["midvals"] is not got["means"]


def test_order_and_dtypes_of_columns_stay():
    got = convert_columns(statistics(), "K", "DEGC")
    assert list(got) == list(statistics())
    assert [array.dtype for array in got.values()] == [array.dtype for array in statistics().values()]


def test_other_columns_are_the_arrays_given():
    columns = statistics()
    got = convert_columns(columns, "K", "DEGF")
    for name in ("times", "indexes", "samples", "n_ONs", "bads"):
        assert got[name] is columns[name]


def test_text_columns_are_untouched_and_need_no_warning():
    columns = {"vals": np.array(["ON"]), "times": np.array([1.0]), "n_ONs": np.array([1])}
    assert convert_columns(columns, "K", "V") == columns


def test_bads_that_are_none_stay_none():
    assert convert_columns({"vals": np.array([1.0]), "bads": None}, "V", "mV")["bads"] is None


def test_columns_without_a_conversion_give_one_warning_and_stay():
    columns = statistics()
    with pytest.warns(UserWarning, match="'K' to 'V'") as caught:
        got = convert_columns(columns, "K", "V")
    assert len(caught) == 1
    assert all(got[name] is columns[name] for name in columns)


def test_equal_labels_leave_every_column_as_it_is():
    columns = statistics()
    got = convert_columns(columns, "K", "K")
    assert all(got[name] is columns[name] for name in columns)


@pytest.mark.parametrize(
    ("stored", "converted", "old", "new"),
    [
        ("stat_5min_f4", "units_eng_f4_5min", "K", "DEGF"),
        ("stat_5min_f4", "units_sci_f4_5min", "K", "DEGC"),
        ("stat_daily_f4", "units_eng_f4_daily", "K", "DEGF"),
        ("stat_daily_f4", "units_sci_f4_daily", "K", "DEGC"),
        ("stat_daily_slow_f4b", "units_eng_slow_f4b_daily", "K", "DEGF"),
        ("stat_daily_slow_press", "units_eng_slow_press_daily", "kPa", "PSIA"),
        ("stat_daily_slow_press", "units_sci_slow_press_daily", "kPa", "kPa"),
        ("stat_daily_str", "units_eng_str_daily", None, None),
    ],
)
def test_statistics_as_the_ancestor_converted_them_to_the_last_bit(shared_data, stored, converted, old, new):
    folder = shared_data / "legacy_cheta" / "expected"
    before, after = dict(np.load(folder / f"{stored}.npz")), dict(np.load(folder / f"{converted}.npz"))
    same = np.isin(before["times"], after["times"])
    got = convert_columns(before, old, new)
    assert list(got) == list(after)
    for name, array in after.items():
        assert got[name].dtype == array.dtype, name
        assert np.array_equal(got[name][same], array, equal_nan=array.dtype.kind == "f"), name


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "factor"),
    [
        ("m", "ft", 1 / 0.3048),
        ("km", "mi", 1 / 1.609344),
        ("kg", "lb", 1 / 0.45359237),
        ("m/s", "mi/h", 3600 / 1609.344),
    ],
)
def test_imperial_units_are_known(from_unit, to_unit, factor):
    assert convert_units(np.array([2.0]), from_unit, to_unit)[0] == pytest.approx(2 * factor, rel=1e-9)
