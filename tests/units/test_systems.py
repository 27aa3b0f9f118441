"""`Units`, and the ancestors' functions of the package (contract 4.2)."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from collections.abc import Mapping

import numpy as np
import pytest

from jeta import units as package
from jeta.errors import JetaError, UnitSystemError
from jeta.units import LabelTable, Units, convert, get_msid_unit, load_units, set_default_labels, set_units, units

TABLE = LabelTable(
    {
        "TEPHIN": {"cxc": "K"},
        "PFTANKIP": {"cxc": "kPa"},
        "3FAPOS": {"cxc": "mm", "eng": "FASTEP"},
        "AOGYRCT1": {},
        "ONLYENG": {"eng": "V"},
        "STRANGE": {"cxc": "STEP", "eng": "V"},
    }
)


@pytest.fixture
def default_labels():
    """Labels for everything that has none of its own, for one test."""
    set_default_labels(TABLE)
    yield TABLE
    set_default_labels(LabelTable({}))
    set_units("cxc")


def test_the_default_system_is_cxc():
    assert Units()["system"] == "cxc"


def test_an_unknown_system_is_a_value_error():
    """Contract 4.2: text ``unit_system must be in {...}``."""
    for attempt in (
        lambda: Units("metric"),
        lambda: Units().set_units("ENG"),
        lambda: Units().__setitem__("system", None),
    ):
        with pytest.raises(ValueError, match=r"unit_system must be in \{"):
            attempt()
    assert issubclass(UnitSystemError, JetaError)


def test_system_is_the_single_key_that_can_be_set():
    u = Units()
    u["system"] = "sci"
    assert u["system"] == "sci"
    for key in ("cxc", "eng", "other"):
        with pytest.raises(KeyError, match="only 'system' can"):
            u[key] = {}


def test_nothing_changes_when_the_new_system_is_unknown():
    u = Units("eng")
    with pytest.raises(ValueError, match="metric"):
        u["system"] = "metric"
    assert u["system"] == "eng"


def test_it_reads_like_a_dict():
    u = Units("eng", TABLE)
    assert isinstance(u, Mapping)
    assert list(u) == ["system", "cxc", "sci", "eng"]
    assert (len(u), "eng" in u, "metric" in u, u.get("metric")) == (4, True, False, None)
    with pytest.raises(KeyError):
        u["metric"]


@pytest.mark.parametrize(
    ("system", "labels"),
    [
        ("cxc", {"TEPHIN": "K", "PFTANKIP": "kPa", "3FAPOS": "mm", "STRANGE": "STEP"}),
        ("sci", {"TEPHIN": "DEGC", "PFTANKIP": "kPa", "3FAPOS": "mm", "STRANGE": "STEP"}),
        ("eng", {"TEPHIN": "DEGF", "PFTANKIP": "PSIA", "3FAPOS": "FASTEP", "ONLYENG": "V", "STRANGE": "V"}),
    ],
)
def test_each_system_gives_the_labels_by_upper_case_msid(system, labels):
    got = Units("cxc", TABLE)[system]
    assert dict(got) == labels
    assert (len(got), got.get("AOGYRCT1"), got["tephin"]) == (len(labels), None, labels["TEPHIN"])
    assert repr(got) == f"<SystemLabels '{system}' of {len(labels)} MSIDs>"


def test_an_msid_without_label_is_a_key_error_that_says_what_to_do():
    with pytest.raises(KeyError, match="no unit of MSID 'AOGYRCT1'"):
        Units("cxc", TABLE)["cxc"]["AOGYRCT1"]
    assert 5 not in Units("cxc", TABLE)["cxc"]


@pytest.mark.parametrize(
    ("msid", "unit"),
    [("TEPHIN", "DEGF"), ("tephin", "DEGF"), ("3FAPos", "FASTEP"), ("AOGYRCT1", None), ("NOSUCH", None)],
)
def test_unit_of_an_msid_in_any_case(msid, unit):
    assert Units("eng", TABLE).get_msid_unit(msid) == unit


def test_unit_falls_back_to_the_label_of_cxc():
    u = Units("eng", LabelTable({"A": {"cxc": "furlong"}}))
    assert u.get_msid_unit("a") == "furlong"


def test_set_units():
    u = Units("cxc", TABLE)
    u.set_units("eng")
    assert (u["system"], u.get_msid_unit("TEPHIN")) == ("eng", "DEGF")


def test_convert_by_msid():
    u = Units("eng", TABLE)
    assert u.convert("tephin", np.array([250.0, 273.15])).tolist() == [-9.670000000000016, 31.999999999999943]
    assert u.convert("TEPHIN", 250.0, delta_val=True) == 450.0
    assert u.convert("TEPHIN", 250.0, True) == 450.0


def test_convert_from_another_system():
    assert Units("eng", TABLE).convert("TEPHIN", 100.0, from_system="sci") == 212.0
    assert Units("cxc", TABLE).convert("TEPHIN", 212.0, from_system="eng") == pytest.approx(373.15)
    with pytest.raises(ValueError, match="unit_system must be in"):
        Units("cxc", TABLE).convert("TEPHIN", 1.0, from_system="metric")


def test_convert_without_unit_and_of_text_is_nothing():
    for msid, vals in (("AOGYRCT1", np.array([5.0])), ("TEPHIN", np.array(["ON "])), ("NOSUCH", [1])):
        assert Units("eng", TABLE).convert(msid, vals) is vals


def test_convert_without_a_converter_warns_and_returns_the_values():
    vals = np.array([1.0])
    with pytest.warns(UserWarning, match="'STEP' to 'V'"):
        assert Units("eng", TABLE).convert("STRANGE", vals) is vals


def test_recorded_conversions_by_msid(shared_data):
    """Each pair that the ancestor's ``Units(system).convert`` gave, with the labels that it had for the MSID."""
    cases = json.loads((shared_data / "legacy_cheta" / "expected" / "cases.json").read_text())["unit_conversions"]
    for case in cases:
        source = LabelTable({case["msid"]: {"cxc": case["from_unit"], case["system"]: case["to_unit"]}})
        u = Units(case["system"], source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # seconds to MIN
            got = u.convert(case["msid"].lower(), np.array(case["values"]), case["delta_val"])
        assert (u.get_msid_unit(case["msid"]), got.tolist()) == (case["to_unit"], case["result"])


def test_equal_by_system():
    assert Units("eng") == Units("eng", TABLE)
    assert Units("eng") != Units("sci")
    assert Units("eng") != {"system": "eng"}
    with pytest.raises(TypeError):
        hash(Units())


def test_repr():
    assert repr(Units("eng")) == "Units(system='eng')"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_are_apart_and_keep_their_labels(copied):
    u = Units("eng", TABLE)
    twin = copied(u)
    u.set_units("sci")
    assert (twin["system"], twin.get_msid_unit("TEPHIN")) == ("eng", "DEGF")


def test_a_pickle_holds_the_system_and_takes_the_labels_of_where_it_is_read(default_labels):
    twin = pickle.loads(pickle.dumps(Units("sci", LabelTable({"OTHER": {"cxc": "V"}}))))
    assert twin == Units("sci")
    assert (twin.get_msid_unit("TEPHIN"), twin.get_msid_unit("OTHER")) == ("DEGC", None)


def test_a_source_that_cannot_be_pickled_does_not_matter():
    class Source:
        lock = property(lambda self: lambda: None)

        def names(self):
            return ()

        def labels(self, msid):
            return None, {}

    assert pickle.loads(pickle.dumps(Units("eng", Source())))["system"] == "eng"


def test_a_source_that_is_falsy_is_a_source_all_the_same(default_labels):
    class Empty(LabelTable):
        def __len__(self):
            return 0

    assert Units("eng", Empty({})).get_msid_unit("TEPHIN") is None


def test_without_a_default_source_there_are_no_labels():
    assert dict(Units("eng")["eng"]) == {}
    assert Units("eng").get_msid_unit("TEPHIN") is None


def test_labels_of_the_default_source_reach_units_made_before():
    before = Units("eng")
    set_default_labels(TABLE)
    try:
        assert before.get_msid_unit("TEPHIN") == "DEGF"
    finally:
        set_default_labels(LabelTable({}))


def test_functions_of_the_package_work_on_its_own_units(default_labels):
    """Contract 4.2, point "module-level leftovers"."""
    assert (units["system"], get_msid_unit("tephin"), dict(load_units("sci"))["TEPHIN"]) == ("cxc", "K", "DEGC")
    set_units("eng")
    assert (units["system"], get_msid_unit("tephin"), convert("TEPHIN", 250.0, True)) == ("eng", "DEGF", 450.0)
    assert convert("TEPHIN", 100.0, from_system="sci") == 212.0


def test_setting_the_units_of_the_package_sets_no_others(default_labels):
    other = Units()
    set_units("eng")
    assert other["system"] == "cxc"


def test_load_units_of_an_unknown_system():
    with pytest.raises(ValueError, match="unit_system must be in"):
        load_units("system")


def test_every_name_of_the_contract_is_there():
    names = "units load_units set_units get_msid_unit convert converters SYSTEMS F_to_C C_to_F C_to_K K_to_C K_to_F F_to_K Units"
    assert set(names.split()) <= set(package.__all__)
    assert all(hasattr(package, name) for name in package.__all__)
