"""Entries are checked when made and never change."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import numpy as np
import pytest

from jeta.errors import MsidNameError, TdbError
from jeta.tdb import Calibration, Entry, Enumeration, Limits, PointPairs, Polynomial
from jeta.tdb.entry import as_values, restored

FULL = Entry(
    "TEPHIN",
    id=7,
    description="EPHIN temperature",
    unit="K",
    type="float64",
    state_codes=((0, "LOW"), (1, "HIGH")),
    limits=Limits(1, 2, 3, 4, 5),
    subsystem="EPH",
    cadence_s=32.8,
    on_change=True,
)
LINE = Calibration(Polynomial((0, 2)))
RAW = Entry(
    "COUNTS",
    unit="K",
    units={"sci": "DEGC", "eng": "DEGF"},
    type="uint8",
    calibrations=Calibration([(None, Polynomial((0, 2))), ("2020:001", PointPairs(((0, 1), (9, 2)), True))]),
    limits_history=[(None, Limits(red_low=1)), ("2020:001", Limits()), ("2021:001", Limits(red_high=5))],
)
STATES = Entry("MODE", type="uint8", calibrations=Calibration(Enumeration({0: "OFF", 1: "ON"})))


def test_an_entry_needs_a_name_only():
    entry = Entry("tephin")
    assert dataclasses.astuple(entry) == ("TEPHIN", None, "", None, (), None, (), None, None, (), None, None, False)


def test_an_entry_never_changes():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.unit = "C"


def test_a_name_that_breaks_the_rule_is_refused():
    with pytest.raises(MsidNameError, match="'A/B' cannot be the name"):
        Entry("A/B")


def test_texts_lose_blanks_at_their_ends_and_empty_ones_are_none():
    entry = Entry("A", description=" x \n", unit=" V ", subsystem="  ")
    assert (entry.description, entry.unit, entry.subsystem) == ("x", "V", None)


@pytest.mark.parametrize(
    "codes", [{2: "C", 0: "A"}, [(2, "C"), (0, "A")], ([2, "C"], [0, "A"]), {np.int8(2): "C ", 0: "A"}]
)
def test_state_codes_are_sorted_pairs_whatever_they_were(codes):
    entry = Entry("A", state_codes=codes)
    assert entry.state_codes == ((0, "A"), (2, "C"))
    assert type(entry.state_codes[1][0]) is int


def test_two_raw_counts_may_share_a_state_name():
    assert Entry("A", state_codes={-1: "BAD", 3: "BAD"}).state_codes == ((-1, "BAD"), (3, "BAD"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"id": 0}, 0),
        ({"id": np.uint64(2**63 - 1)}, 2**63 - 1),
        ({"type": "Double"}, "float64"),
        ({"cadence_s": 1}, 1.0),
        ({"cadence_s": np.float32(0.25)}, 0.25),
        ({"on_change": np.True_}, True),
        ({"limits": Limits()}, None),
    ],
)
def test_values_come_out_in_their_canonical_form(given, expected):
    (key,) = given
    value = getattr(Entry("A", **given), key)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": -1}, "key 'id': expected a whole number of at least 0, got -1"),
        ({"id": 1.0}, "key 'id': expected an id of at least 0 as a whole number of 64 bits, got 1.0"),
        ({"id": True}, "got True"),
        ({"id": 2**63}, "got 9223372036854775808"),
        ({"description": None}, "key 'description': expected text, got None"),
        ({"unit": ["V"]}, "key 'unit': expected text, got ['V']"),
        ({"unit": 0}, "key 'unit': expected text, got 0"),
        ({"subsystem": "\ud800"}, "key 'subsystem': expected text that UTF-8 can hold"),
        ({"type": "complex"}, "key 'type': expected one of float64, float32"),
        ({"type": 5}, "key 'type': expected text, got 5"),
        ({"state_codes": "ON"}, "key 'state_codes': expected pairs of raw count and state name, got 'ON'"),
        ({"state_codes": 5}, "expected pairs of raw count and state name, got 5"),
        ({"state_codes": ["ON"]}, "expected pairs of raw count and state name, got 'ON'"),
        ({"state_codes": [(1, "ON", 2)]}, "expected pairs of raw count and state name, got (1, 'ON', 2)"),
        ({"state_codes": {"ON": 1}}, "expected each raw count as a whole number of 64 bits, got 'ON'"),
        ({"state_codes": {1.5: "ON"}}, "got 1.5"),
        ({"state_codes": {1: " "}}, "expected a state name for raw count 1, got ' '"),
        ({"state_codes": {1: True}}, "key 'state_codes': expected text, got True"),
        ({"state_codes": [(1, "A"), (1, "B")]}, "expected each raw count once, got 1 for 'A' and for 'B'"),
        ({"limits": {"red_low": 1}}, "key 'limits': expected Limits, got {'red_low': 1}"),
        ({"limits_history": Limits(1)}, "key 'limits': expected pairs of valid_from and what is valid, got Limits("),
        ({"limits_history": [Limits(1)]}, "key 'limits': expected pairs of valid_from and what is valid, got Limits("),
        ({"limits_history": [(None, 5)]}, "key 'limits': expected Limits, got 5"),
        ({"units": "V"}, "key 'units': expected a unit for each of some unit systems, got 'V'"),
        ({"units": ["V"]}, "key 'units': expected pairs of unit system and unit, got 'V'"),
        ({"units": {"si": "V"}}, "key 'units': expected unit systems of cxc, sci, eng, each once, got 'si'"),
        ({"units": [("sci", "V"), ("SCI", "mV")]}, "each once, got 'SCI'"),
        ({"units": {"sci": " "}}, "key 'units': expected a unit for the system 'sci', got ' '"),
        ({"units": {"sci": 5}}, "key 'units': expected text, got 5"),
        ({"calibrations": Polynomial((1,))}, "key 'calibrations': expected a Calibration, got Polynomial("),
        ({"cadence_s": 0}, "key 'cadence_s': expected seconds above 0 as a finite number, got 0"),
        ({"cadence_s": "1"}, "key 'cadence_s': expected seconds above 0 as a finite number, got '1'"),
        ({"cadence_s": float("inf")}, "as a finite number, got inf"),
        ({"cadence_s": [1]}, "as a finite number, got [1]"),
        ({"on_change": 1}, "key 'on_change': expected true or false, got 1"),
    ],
)
def test_a_wrong_value_is_refused_with_msid_key_value_and_what_was_expected(given, said):
    with pytest.raises(TdbError) as caught:
        Entry("tephin", **given)
    assert str(caught.value).startswith("MSID TEPHIN: key ")
    assert said in str(caught.value)
    assert caught.value.key == next(iter(given)).removesuffix("_history")


def test_an_error_survives_pickling_so_that_workers_can_send_it():
    with pytest.raises(TdbError) as caught:
        Entry("A", id=-1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.key) == (str(caught.value), "id")


@pytest.mark.parametrize("units", [{"SCI ": " K", "eng": "F"}, [("eng", "F"), ["sci", "K"]]])
def test_units_are_sorted_pairs_whatever_they_were(units):
    assert Entry("A", units=units).units == (("eng", "F"), ("sci", "K"))


class TestCalibrated:
    def test_raw_counts_are_stored_although_users_see_states(self):
        assert (STATES.is_text, STATES.dtype, STATES.state_codes) == (False, np.dtype("u1"), ())

    def test_raw_counts_are_stored_where_their_type_is_not_known(self):
        assert Entry("A", calibrations=LINE).is_text is False

    def test_state_codes_whose_texts_are_stored_contradict_them(self):
        with pytest.raises(TdbError, match="MSID A: key 'calibrations': expected either state_codes") as caught:
            Entry("A", state_codes={0: "OFF"}, calibrations=LINE)
        assert "{0: 'OFF'}" in str(caught.value)
        assert caught.value.key == "calibrations"

    @pytest.mark.parametrize("kind", ["text", "state"])
    def test_a_type_of_texts_contradicts_them(self, kind):
        with pytest.raises(TdbError, match=f"expected the type of the raw counts .* got type '{kind}'"):
            Entry("A", type=kind, calibrations=LINE)


@pytest.mark.parametrize(
    ("kind", "codes", "dtype", "is_text"),
    [
        ("float64", (), np.dtype("f8"), False),
        ("uint8", (), np.dtype("u1"), False),
        ("bool", (), np.dtype("?"), False),
        ("text", (), None, True),
        ("state", (), None, True),
        ("uint8", {0: "OFF"}, np.dtype("u1"), True),
        (None, {0: "OFF"}, None, True),
        (None, (), None, None),
    ],
)
def test_what_users_see_of_a_type(kind, codes, dtype, is_text):
    entry = Entry("A", type=kind, state_codes=codes)
    assert entry.dtype == dtype
    assert entry.is_text is is_text


@pytest.mark.parametrize("entry", [FULL, RAW, STATES, Entry("A"), Entry("B", limits=Limits(yellow_low=0.1))])
def test_an_entry_comes_back_from_json_pickle_and_copy_as_it_was(entry):
    assert restored(json.loads(json.dumps(as_values(entry)))) == entry
    assert pickle.loads(pickle.dumps(entry)) == copy.deepcopy(entry) == entry
    assert hash(restored(as_values(entry))) == hash(entry)
