"""The JWST catalogue of mnemonics."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from jeta.tdb import Entry
from jeta.tdb.importers import import_file


def catalogue(tmp_path, *records):
    """What is made of a catalogue with some records."""
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps({"Count": len(records), "TlmMnemonics": records}))
    return import_file(path)


def record(name="SA_A", **more):
    """A record as the service gives it."""
    return {
        "TlmMnemonic": name,
        "Subsystem": "ACS",
        "RawType": "UI16",
        "EUType": "FL32",
        "SQLType": "REAL",
        "AllPoints": 1,
    } | more


def test_a_mnemonic_becomes_an_entry(tmp_path):
    assert catalogue(tmp_path, record()).entries == [Entry("SA_A", type="float64", subsystem="ACS")]


@pytest.mark.parametrize(
    ("eu_type", "expected"),
    [
        ("FL32", "float64"),
        ("FL64", "float64"),
        ("UI8", "uint8"),
        ("UI16", "uint16"),
        ("UI32", "uint32"),
        ("SI8", "int8"),
        ("SI16", "int16"),
        ("SI32", "int32"),
        ("DS", "state"),
        ("CS", "text"),
        ("TC", "text"),
    ],
)
def test_the_type_is_that_of_the_engineering_value(tmp_path, eu_type, expected):
    (entry,) = catalogue(tmp_path, record(RawType="SI8", EUType=eu_type)).entries
    assert entry.type == expected


@pytest.mark.parametrize(("all_points", "on_change"), [(1, False), (0, True)])
def test_a_mnemonic_of_which_not_all_points_are_kept_is_on_change(tmp_path, all_points, on_change):
    (entry,) = catalogue(tmp_path, record(AllPoints=all_points)).entries
    assert entry.on_change is on_change


def test_an_unknown_type_is_left_open_with_a_note(tmp_path):
    found = catalogue(tmp_path, record(EUType="XX"), {"TlmMnemonic": "B"})
    assert [entry.type for entry in found.entries] == [None, None]
    assert found.notes == [
        ("SA_A", "EUType 'XX' is not known: type left open"),
        ("B", "EUType None is not known: type left open"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"Subsystem": "ACS"}, "SA_B", 5, None, [], {"TlmMnemonic": "A/B"}, {"TlmMnemonic": None}, record(Subsystem=5)],
)
def test_a_wrong_record_is_skipped_with_its_number_and_the_reason(tmp_path, wrong):
    found = catalogue(tmp_path, record(), wrong)
    assert [entry.name for entry in found.entries] == ["SA_A"]
    ((where, why),) = found.skipped
    assert where == "mnemonic 2"
    assert why.startswith("expected an object with a TlmMnemonic that can be a name: ")


def test_a_second_record_of_a_mnemonic_is_skipped(tmp_path):
    found = catalogue(tmp_path, record(), record("sa_a", EUType="DS"))
    assert [entry.type for entry in found.entries] == ["float64"]
    assert found.skipped == [("SA_A", "mnemonic 2 is in the file a second time; the first is kept")]


def test_every_mnemonic_of_the_real_catalogue_becomes_an_entry(shared_data):
    found = import_file(shared_data / "msid_metadata/jwst_edb_mnemonics.json")
    assert (len(found.entries), found.skipped, found.notes) == (2449, [], [])
    assert Counter(entry.type for entry in found.entries) == {
        "uint16": 1139,
        "float64": 764,
        "state": 393,
        "uint8": 92,
        "uint32": 38,
        "int16": 14,
        "text": 7,
        "int32": 2,
    }
    assert Counter(entry.subsystem for entry in found.entries).most_common(2) == [("NIRCAM", 855), ("MIRI", 644)]
    assert not any(entry.on_change for entry in found.entries)
