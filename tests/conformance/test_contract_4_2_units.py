"""Section 4.2 of the contract, units. Labels come from the telemetry database, not from tables of one mission."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from jeta import fetch, fetch_cxc, fetch_eng, fetch_sci, units, update
from jeta.tdb import Entry, write_yaml

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001


@pytest.fixture
def torque(archive):
    """An archive whose MSIDs have units that only engineers change."""
    labels = {"pressure": "kPa", "torque": "J", "rate": "J*s", "temp": "K", "plain": None}
    write_yaml([Entry(name, unit=unit) for name, unit in labels.items()], archive.layout.tdb / "x.yaml")
    for name in labels:
        update.append(name, [T0, T0 + 1], [100.0, 200.0], archive=archive)
    return archive


# ---------------------------------------------------------------- systems


def test_4_2_defaults_of_the_modules():
    assert [module.get_units() for module in (fetch, fetch_cxc, fetch_eng, fetch_sci)] == ["cxc", "cxc", "eng", "sci"]


@pytest.mark.parametrize(
    ("name", "cxc", "sci", "eng"),
    [
        ("temp", ("K", 100), ("DEGC", -173.15), ("DEGF", -279.67)),
        ("pressure", ("kPa", 100), ("kPa", 100), ("PSIA", 14.5)),
        ("torque", ("J", 100), ("J", 100), ("FTLB", 73.76)),
        ("rate", ("J*s", 100), ("J*s", 100), ("FTLBSEC", 73.76)),
        ("plain", (None, 100), (None, 100), (None, 100)),
    ],
)
def test_4_2_systems(torque, name, cxc, sci, eng):
    """As stored; the same with temperatures in DEGC; DEGF, PSIA, FTLB and so on."""
    for module, (unit, value) in ((fetch, cxc), (fetch_sci, sci), (fetch_eng, eng)):
        dat = module.MSID(name)
        assert (dat.unit, dat.vals[0]) == (unit, pytest.approx(value, abs=1e-9))


def test_4_2_set_units_is_for_later_fetches_of_that_module_only():
    before = fetch.MSID("temp")
    fetch.set_units("eng")
    assert (fetch.get_units(), fetch_sci.get_units(), before.unit) == ("eng", "sci", "K")
    assert (fetch.MSID("temp").unit, fetch_sci.MSID("temp").unit) == ("DEGF", "DEGC")


@pytest.mark.parametrize("module", [fetch, fetch_eng, fetch_sci], ids=lambda module: module.__name__)
@pytest.mark.parametrize("name", ["si", "CXC", None])
def test_4_2_unknown_system_is_a_value_error(module, name):
    before = module.get_units()
    with pytest.raises(ValueError, match=r"unit_system must be in \{"):
        module.set_units(name)
    assert module.get_units() == before


# ---------------------------------------------------------------- Units


def test_4_2_units_is_a_dict_with_the_one_settable_key():
    found = fetch.Units()
    assert found["system"] == "cxc"
    found["system"] = "eng"
    found.set_units("sci")
    assert found["system"] == "sci"
    with pytest.raises(KeyError):
        found["other"] = "eng"


def test_4_2_units_by_system_are_labels_by_upper_case_msid():
    found = fetch.Units("eng")
    assert (dict(found["cxc"]), dict(found["sci"])) == ({"TEMP": "K"}, {"TEMP": "DEGC"})
    assert found["eng"]["TEMP"] == "DEGF"


@pytest.mark.parametrize("msid", ["temp", "TEMP", "Temp"])
def test_4_2_get_msid_unit_in_any_case(msid):
    assert fetch.Units("eng").get_msid_unit(msid) == "DEGF"


def test_4_2_get_msid_unit_falls_back_to_cxc_and_then_to_none(torque):
    assert fetch.Units("sci").get_msid_unit("pressure") == "kPa"
    assert [fetch.Units("sci").get_msid_unit(name) for name in ("plain", "nope")] == [None, None]


def test_4_2_convert_by_msid_from_a_system():
    assert fetch.Units("eng").convert("temp", np.array([273.15])).tolist() == pytest.approx([32.0])
    assert fetch.Units("sci").convert("temp", 32.0, from_system="eng") == pytest.approx(0.0)


# ---------------------------------------------------------------- convert

SYNONYMS = [
    ("AMP", "A"), ("ASEC", "arcsec"), ("DEG", "deg"), ("DEGPS", "deg/s"), ("HZ", "count"), ("KHZ", "kHz"), ("KM", "km"),
    ("KMPS", "km/s"), ("MAMP", "mA"), ("MSEC", "ms"), ("RAD", "rad"), ("RADPS", "rad/s"), ("RADSS", "rad/s**2"),
    ("SEC", "s"), ("V", "V"), ("VDC", "V"), ("W", "W"), (None, None),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SYNONYMS)
def test_4_2_synonyms_leave_values_unchanged_in_both_directions(one, other):
    vals = np.array([1.5, 2.5])
    for pair in ((one, other), (other, one)):
        assert units.convert_units(vals, *pair).tolist() == [1.5, 2.5]


def test_4_2_no_converter_warns_and_leaves_values():
    with pytest.warns(UserWarning, match="'K'"):
        assert units.convert_units(np.array([1.5]), "K", "V").tolist() == [1.5]


CONVERTERS = [
    ("J", "FTLB", 0.7376), ("J*s", "FTLBSEC", 0.7376), ("K", "DEGC", 1 - 273.15), ("DEGC", "K", 274.15),
    ("K", "DEGF", 1.8 - 459.67), ("deltaK", "DEGF", 1.8), ("kPa", "PSIA", 0.145), ("kPa", "TORR", 7.501),
    ("mm", "TSCSTEP", 397.723), ("PWM", "PWMSTEP", 16), ("DEGC", "DEGF", 33.8), ("DEGF", "DEGC", (1 - 32) / 1.8),
    ("MIN", "s", 60),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "of_one"), CONVERTERS, ids=[f"{old}_{new}" for old, new, _ in CONVERTERS])
def test_4_2_converters_present(old, new, of_one):
    assert units.convert_units(np.array([1.0]), old, new).tolist() == pytest.approx([of_one], rel=1e-6)


def test_4_2_steps_of_the_focus_are_a_polynomial_with_a_way_back():
    steps = units.convert_units(np.array([1.0, 2.0]), "mm", "FASTEP")
    assert units.convert_units(steps, "FASTEP", "mm").tolist() == pytest.approx([1.0, 2.0], rel=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "of_ten"), [("K", "DEGF", 18.0), ("K", "DEGC", 10.0), ("DEGC", "DEGF", 18.0), ("J", "FTLB", 7.376)]
)
def test_4_2_differences_have_no_offset(old, new, of_ten):
    assert units.convert_units(np.array([10.0]), old, new, delta_val=True).tolist() == pytest.approx([of_ten])


# ---------------------------------------------------------------- statistics and states


def test_4_2_statistics_values_with_the_offset_and_counts_not_at_all(scenario):
    cxc, eng = (module.MSID("tephin", "2010:001", "2010:003", stat="daily") for module in (fetch, fetch_eng))
    for name in ("vals", "mins", "maxes", "means", "midvals", "p01s", "p50s", "p99s"):
        expected = getattr(cxc, name).astype(np.float64) * 1.8 - 459.67
        np.testing.assert_allclose(getattr(eng, name), expected, atol=5e-4)
    for name in ("times", "indexes", "samples"):
        assert getattr(eng, name).tolist() == getattr(cxc, name).tolist()


def test_4_2_statistics_standard_deviations_as_differences(scenario):
    """The ratio is 1.8 to the last digit, and a mean of 280 K is 44.3 DEGF."""
    cxc, eng = (module.MSID("tephin", "2010:001", "2010:002", stat="daily") for module in (fetch, fetch_eng))
    np.testing.assert_allclose(eng.stds / cxc.stds, 1.8, rtol=1e-12)
    assert eng.vals is eng.means
    assert eng.means[0] == pytest.approx(44.3, abs=0.2)


def test_4_2_states_are_untouched():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fetch_eng.MSID("mode").vals.tolist() == fetch.MSID("mode").vals.tolist()


# ---------------------------------------------------------------- module-level leftovers


def test_4_2_functions_of_single_temperatures():
    assert (units.F_to_C(32.0), units.C_to_F(100.0), units.C_to_K(0.0)) == pytest.approx((0.0, 212.0, 273.15))
    assert (units.K_to_C(273.15), units.K_to_F(273.15), units.F_to_K(32.0)) == pytest.approx((0.0, 32.0, 273.15))


def test_4_2_module_functions_and_tables():
    assert units.units["system"] == "cxc"
    assert set(units.SYSTEMS) == {"cxc", "sci", "eng"}
    assert units.load_units("eng")["TEMP"] == "DEGF"
    assert ("K", "DEGF") in units.converters


def test_4_2_module_set_units_get_and_convert():
    units.set_units("eng")
    try:
        assert units.get_msid_unit("temp") == "DEGF"
        assert units.convert("temp", 273.15) == pytest.approx(32.0)
    finally:
        units.set_units("cxc")
