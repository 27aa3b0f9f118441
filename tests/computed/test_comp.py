"""`ComputedMsid`: registration, lookup, and what a class may return (contract 4.7)."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from jeta.computed import ComputedMsid, compute, find
from jeta.errors import JetaError, UnitSystemError, ValuesError

GOOD = {"vals": [1.0, 2.0, 3.0], "bads": [False, True, False], "times": [10.0, 20.0, 30.0], "unit": "V"}


def make(returned, **attributes):
    """A class that returns the same whatever it is asked for."""
    body = {"msid_match": "fixed", "get_msid_attrs": lambda self, *asked: returned, **attributes}
    return type("Fixed", (ComputedMsid,), body)


def result_of(returned, tstart=0.0, tstop=100.0, system="cxc", **attributes):
    return compute(make(returned, **attributes), {}, system, tstart, tstop, "FIXED", [])


def test_class_statement_registers_in_order():
    class One(ComputedMsid):
        msid_match = "one"

    class Two(ComputedMsid):
        msid_match = "two"

    assert ComputedMsid.msid_classes[-2:] == [One, Two]


def test_class_without_msid_match_is_refused():
    with pytest.raises(ValueError, match="comp Nameless must define msid_match"):
        type("Nameless", (ComputedMsid,), {})


@pytest.mark.parametrize("pattern", ["(", None, 3])
def test_msid_match_that_is_no_regular_expression_is_refused(pattern):
    with pytest.raises(ValuesError, match="comp Wrong: msid_match must be a regular expression"):
        type("Wrong", (ComputedMsid,), {"msid_match": pattern})


def test_class_defined_again_takes_the_place_of_the_old_one():
    old, other, new = make(GOOD), type("Other", (ComputedMsid,), {"msid_match": "other"}), make(GOOD)
    assert ComputedMsid.msid_classes[-2:] == [new, other]
    assert old not in ComputedMsid.msid_classes


@pytest.mark.parametrize("name", ["cmd_A_7", "CMD_a_7", "Cmd_A_7"])
def test_name_matches_in_any_case_and_groups_are_lower_case(name):
    cls = type("Cmd", (ComputedMsid,), {"msid_match": r"cmd_(\w)_(\d)(_x)?"})
    assert find(name) == (cls, ["a", "7", None])


@pytest.mark.parametrize("name", ["ab", "xb", "a_", "b_", ""])
def test_whole_name_must_match_in_every_branch(name):
    """A pattern with a bar at the top is anchored in both of its branches."""
    type("Branches", (ComputedMsid,), {"msid_match": "a|b"})
    assert find(name) is None


def test_first_registered_match_wins():
    first = type("First", (ComputedMsid,), {"msid_match": "same.*"})
    type("Second", (ComputedMsid,), {"msid_match": "same_name"})
    assert find("same_name") == (first, [])


@pytest.mark.parametrize("name", ["vals", "bads", "times", "unit"])
def test_missing_attribute_is_named(name):
    returned = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(ValueError, match=f"comp Fixed did not set required {name} attribute"):
        result_of(returned)


@pytest.mark.parametrize("returned", [None, 3, [1, 2]])
def test_what_is_no_dict_is_refused(returned):
    with pytest.raises(ValuesError, match="comp Fixed must return a dict"):
        result_of(returned)


@pytest.mark.parametrize(
    "wrong", [{"vals": [1.0]}, {"bads": [True]}, {"times": [1.0, 2.0]}, {"times": 5.0}, {"bads": [[False] * 3] * 3}]
)
def test_arrays_of_other_lengths_are_refused(wrong):
    with pytest.raises(ValuesError, match="comp Fixed must return vals, times and bads of one length"):
        result_of({**GOOD, **wrong})


def test_times_that_go_back_are_refused():
    with pytest.raises(ValuesError, match=r"ascending times, but 15\.0 follows 20\.0"):
        result_of({**GOOD, "times": [10.0, 20.0, 15.0]})


def test_method_must_be_written():
    with pytest.raises(NotImplementedError, match="comp Empty must define get_msid_attrs"):
        compute(type("Empty", (ComputedMsid,), {"msid_match": "empty"}), {}, "cxc", 0, 1, "empty", [])


def test_class_is_told_the_span_the_lower_case_name_and_the_parameters():
    asked = []
    make(None, get_msid_attrs=lambda self, *args: asked.append(args) or GOOD)
    compute(find("fixed")[0], {}, "cxc", 1.0, 2.0, "FIXED", ["p"])
    assert asked == [(1.0, 2.0, "fixed", ["p"])]


def test_both_ends_of_the_span_are_inside():
    result = result_of(GOOD, 10.0, 20.0)
    assert result.columns["times"].tolist() == [10.0, 20.0]
    assert result.columns["vals"].tolist() == [1.0, 2.0]
    assert result.columns["bads"].tolist() == [False, True]


def test_none_as_bads_is_all_good():
    assert result_of({**GOOD, "bads": None}).columns["bads"].tolist() == [False] * 3


def test_masked_values_are_bad():
    masked = np.ma.array([1.0, 2.0, 3.0], mask=[True, False, False])
    assert result_of({**GOOD, "vals": masked}).columns["bads"].tolist() == [True, True, False]


def test_other_arrays_of_that_length_are_columns_in_the_order_returned():
    returned = {
        "times": [1.0, 2.0],
        "extra": np.array([[1, 2], [3, 4]]),
        **{k: v for k, v in GOOD.items() if k == "unit"},
    }
    result = result_of({**returned, "bads": None, "vals": [5, 6], "note": "text", "short": np.arange(3)}, 2.0, 9.0)
    assert list(result.columns) == ["times", "extra", "bads", "vals"]
    assert result.columns["extra"].tolist() == [[3, 4]]
    assert (result.unit, list(result.attrs)) == ("V", ["note", "short"])


def test_values_may_be_any_object_with_a_shape():
    """As arrays of quaternions are."""

    class Quats:
        shape = (3,)

        def __getitem__(self, rows):
            return f"rows {np.flatnonzero(rows).tolist()}"

    assert result_of({**GOOD, "vals": Quats()}, 15.0, 25.0).columns["vals"] == "rows [1]"


UNITS = {"internal_system": "eng", "eng": "DEGF", "sci": "DEGC", "cxc": "K", "convert_attrs": ["vals", "limit"]}


@pytest.mark.parametrize(
    ("system", "freezing", "unit"), [("eng", 32.0, "DEGF"), ("sci", 0.0, "DEGC"), ("cxc", 273.15, "K")]
)
def test_listed_attributes_are_converted_to_the_user_s_units(system, freezing, unit):
    returned = {
        "vals": [32.0],
        "bads": None,
        "times": [1.0],
        "unit": "?",
        "limit": np.array([32.0, 32.0]),
        "other": 32.0,
    }
    result = result_of(returned, system=system, units=UNITS)
    assert result.columns["vals"] == pytest.approx([freezing])
    assert result.attrs["limit"] == pytest.approx([freezing, freezing])
    assert (result.unit, result.attrs["other"]) == (unit, 32.0)


@pytest.mark.parametrize("units", [{}, {"internal_system": "eng", "eng": "K"}, {"cxc": "K"}])
def test_incomplete_units_are_refused(units):
    with pytest.raises(ValuesError, match="comp Fixed: units must have internal_system"):
        result_of(GOOD, units=units)


def test_unit_of_an_attribute_that_is_not_there_is_refused():
    with pytest.raises(ValuesError, match="units lists 'limit' in convert_attrs"):
        result_of(GOOD, units=UNITS)


def test_modules_by_unit_system():
    modules = {"cxc": "math", "sci": 2, "eng": 3}
    comp = make(GOOD)(modules, "sci")
    assert (comp.fetch_cxc.pi > 3, comp.fetch_sci, comp.fetch_eng, comp.fetch_sys, comp.unit_system) == (
        True,
        2,
        3,
        2,
        "sci",
    )


def test_unknown_unit_system_is_refused():
    with pytest.raises(UnitSystemError, match="'si'") as caught:
        _ = make(GOOD)(None, "si").fetch_sys
    assert isinstance(caught.value, JetaError)


def test_without_modules_the_error_says_what_to_do():
    with pytest.raises(UnitSystemError, match="no fetch module is known for the unit system 'eng'"):
        _ = make(GOOD)({}).fetch_eng


@pytest.mark.parametrize("system", ["cxc", "sci", "eng"])
def test_modules_are_those_of_jeta_unless_others_are_handed_in(system):
    code = f"from jeta.computed import ComputedMsid; print(ComputedMsid(None, {system!r}).fetch_sys.get_units())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{system}\n"


def test_masked_vectors_are_bad_where_a_part_is():
    masked = np.ma.array(np.zeros((3, 2)), mask=[[0, 0], [0, 1], [1, 1]])
    result = result_of({**GOOD, "vals": masked, "bads": None})
    assert (result.columns["vals"].shape, result.columns["bads"].tolist()) == ((3, 2), [False, True, True])


def test_class_may_be_empty_handed():
    """No samples are an answer, with masks or without."""
    result = result_of({"vals": np.ma.array([]), "bads": None, "times": [], "unit": None})
    assert (len(result.columns["vals"]), result.unit) == (0, None)


def test_attribute_beside_columns_is_kept_whatever_it_is():
    result = result_of({**GOOD, "curve": {"a": 1}, "count": np.int64(3), "text": "three"})
    assert result.attrs == {"curve": {"a": 1}, "count": 3, "text": "three"}


def test_computing_changes_nothing_of_what_the_class_returned():
    vals = np.array([1.0, 2.0, 3.0])
    result_of({**GOOD, "vals": vals}, system="sci", units={**UNITS, "convert_attrs": ["vals"]})
    assert vals.tolist() == [1.0, 2.0, 3.0]


def test_subclass_of_a_computed_msid_may_keep_its_names():
    """The base was first, so it still answers; the subclass may have a name of its own."""
    base = make(GOOD)
    type("Narrower", (base,), {})
    other = type("Other", (base,), {"msid_match": "other"})
    assert (find("fixed")[0], find("other")[0]) == (base, other)


def test_from_threads_as_one_after_the_other():
    cls = make(GOOD)
    spans = [(10.0 * number, 25.0 + number) for number in range(5)] * 20
    ask = lambda span: compute(cls, {}, "cxc", *span, "fixed", []).columns["vals"].tolist()  # noqa: E731
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, spans)) == [ask(span) for span in spans]
