"""The jwql lists of mnemonics with limits."""

from __future__ import annotations

import json

import pytest

from jeta.tdb import Entry, Limits
from jeta.tdb.importers import import_file

CONDITION = [{"name": "SE_ZIMIRICEA", "relation": ">", "threshold": 0.2}]


def limits_of(tmp_path, *records, **groups):
    """What is made of a list with some records."""
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"daily_means": records, "block_means": [], **groups}))
    return import_file(path)


def record(name="INRC_V", **more):
    """A record without limits."""
    return {"name": name, "description": "a voltage", "dependency": [], "plot_data": "nominal"} | more


def test_a_record_becomes_an_entry_with_description_and_limits(tmp_path):
    given = record(yellow_limits=[4.99, 5.04], red_limits=[4.5, 6], nominal_value=5)
    assert limits_of(tmp_path, given).entries == [
        Entry("INRC_V", description="a voltage", limits=Limits(4.5, 4.99, 5, 5.04, 6))
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"yellow_limits": [1, 2]}, Limits(yellow_low=1, yellow_high=2)),
        ({"red_limits": [-30.0, 1.5], "nominal_value": -15.6}, Limits(red_low=-30, nominal=-15.6, red_high=1.5)),
        ({"nominal_value": 0.0}, Limits(nominal=0)),
        ({}, None),
    ],
)
def test_some_limits_may_be_absent(tmp_path, given, expected):
    (entry,) = limits_of(tmp_path, record(**given)).entries
    assert entry.limits == expected


def test_the_msid_is_the_name_not_the_label_of_a_condition(tmp_path):
    (entry,) = limits_of(tmp_path, record("IMIR_VOLT4", database_id="IMIR_VOLT4_NO_OPS")).entries
    assert entry.name == "IMIR_VOLT4"


def test_limits_under_a_condition_are_left_out_with_a_note(tmp_path):
    found = limits_of(tmp_path, record(dependency=CONDITION, yellow_limits=[1, 2]))
    assert found.entries == [Entry("INRC_V", description="a voltage")]
    assert found.notes == [("INRC_V", "limits that hold only under conditions on other MSIDs: left out")]


def test_limits_without_a_condition_stay_beside_those_with_one(tmp_path):
    found = limits_of(tmp_path, record(dependency=CONDITION, yellow_limits=[1, 2]), record(yellow_limits=[0, 3]))
    assert found.entries[0].limits == Limits(yellow_low=0, yellow_high=3)
    assert len(found.notes) == 2


def test_of_several_records_the_first_description_is_kept_with_a_note(tmp_path):
    again = record("inrc_v", description="other")
    found = limits_of(tmp_path, record(description=""), record(), all=[again])
    assert found.entries == [Entry("INRC_V", description="a voltage")]
    assert found.notes == [("INRC_V", "3 records were made one entry with the first description")]


@pytest.mark.parametrize(("second", "expected"), [([1, 2], Limits(yellow_low=1, yellow_high=2)), ([1, 3], None)])
def test_limits_of_several_records_are_kept_only_if_they_agree(tmp_path, second, expected):
    found = limits_of(tmp_path, record(yellow_limits=[1, 2]), record(), record(yellow_limits=second))
    assert found.entries[0].limits == expected
    assert (("INRC_V", "limits of several records disagree: left out") in found.notes) == (expected is None)


@pytest.mark.parametrize("wrong", [[2, 1], [1], [1, 2, 3], ["a", "b"], 5])
def test_wrong_limits_are_left_out_with_a_note(tmp_path, wrong):
    found = limits_of(tmp_path, record(yellow_limits=wrong))
    assert found.entries == [Entry("INRC_V", description="a voltage")]
    ((name, why),) = found.notes
    assert name == "INRC_V"
    assert why.startswith("limits left out: ")


@pytest.mark.parametrize("wrong", [record("A/B"), record(None), record("B", description=5)])
def test_a_wrong_record_is_skipped_with_the_reason(tmp_path, wrong):
    found = limits_of(tmp_path, record(), wrong)
    assert [entry.name for entry in found.entries] == ["INRC_V"]
    assert len(found.skipped) == 1


@pytest.mark.parametrize(
    ("instrument", "entries", "limited", "notes"),
    [("fgs", 2, 0, 0), ("miri", 69, 0, 46), ("nircam", 219, 213, 7), ("niriss", 16, 0, 3), ("nirspec", 2, 0, 0)],
)
def test_every_record_of_the_real_lists_is_in_an_entry(shared_data, instrument, entries, limited, notes):
    path = shared_data / f"msid_metadata/jwql/{instrument}_mnemonics_to_monitor.json"
    found = import_file(path)
    records = [record for group in json.loads(path.read_text()).values() for record in group]
    assert {entry.name for entry in found.entries} == {record["name"] for record in records}
    assert len(found.entries) == entries
    assert sum(entry.limits is not None for entry in found.entries) == limited
    assert (len(found.notes), found.skipped) == (notes, [])


def test_a_real_mnemonic_has_the_limits_of_its_record(shared_data):
    found = import_file(shared_data / "msid_metadata/jwql/nircam_mnemonics_to_monitor.json")
    assert found.entries[0] == Entry(
        "INRC_ICE_DC_VOL_P5_DIG",
        description="ICE HK +5V voltage for digital electronics",
        limits=Limits(red_low=4.5, yellow_low=4.99, yellow_high=5.04, red_high=5.5),
    )
