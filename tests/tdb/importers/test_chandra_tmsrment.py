"""The Chandra table of measurements."""

from __future__ import annotations

from collections import Counter

import pytest

from jeta.tdb import Entry
from jeta.tdb.importers import import_file

FIRST = '"1CBAT","CAMERA BODY TEMP. A","IUNS","PC","DEGC",0,255,8,"N",,,,1,,1,,,"ACIS","SI/12/PA/9 +Z FACE","U",,;'
FIRST_ENTRY = Entry("1CBAT", description="CAMERA BODY TEMP. A", unit="DEGC", type="float64", subsystem="ACIS")


def table(tmp_path, *lines):
    """What is made of a table whose first line is a good one."""
    path = tmp_path / "tmsrment.txt"
    path.write_text("\n".join([FIRST, *lines]) + "\n")
    return import_file(path)


def line(name="A", raw="IUNS", calibration="N", bits="8", unit=""):
    """One record."""
    return f'"{name}","about","{raw}","{calibration}","{unit}",0,255,{bits},"N",,,,,,,,,"EPS","","U",,;'


def test_a_record_becomes_an_entry(tmp_path):
    assert table(tmp_path).entries == [FIRST_ENTRY]


def test_a_comma_in_quotes_is_part_of_the_text(tmp_path):
    found = table(tmp_path, line().replace("about", "one, two"))
    assert found.entries[1].description == "one, two"


def test_an_empty_unit_is_none(tmp_path):
    assert table(tmp_path, line()).entries[1].unit is None


@pytest.mark.parametrize(
    ("raw", "calibration", "bits", "expected"),
    [
        ("IUNS", "N", "1", "uint8"),
        ("IUNS", "N", "8", "uint8"),
        ("IUNS", "N", "10", "uint16"),
        ("IUNS", "N", "17", "uint32"),
        ("IUNS", "N", "33", "uint64"),
        ("ITWO", "N", "10", "int16"),
        ("ITWO", "N", "32", "int32"),
        ("IMAG", "N", "16", "int16"),
        ("IMAG", "PP", "16", "float64"),
        ("IUNS", "PC", "8", "float64"),
        ("FMIL", "N", "48", "float64"),
        ("IDIS", "SC", "1", "state"),
    ],
)
def test_the_type_is_that_of_what_users_see(tmp_path, raw, calibration, bits, expected):
    found = table(tmp_path, line(raw=raw, calibration=calibration, bits=bits))
    assert found.entries[1].type == expected
    assert found.notes == []


@pytest.mark.parametrize(("raw", "bits"), [("IUND", "32"), ("SUND", "96"), ("IUNS", "65"), ("IUNS", ""), ("NEW", "8")])
def test_what_is_not_a_number_is_left_open_with_a_note(tmp_path, raw, bits):
    found = table(tmp_path, line(raw=raw, bits=bits))
    assert found.entries[1].type is None
    assert found.notes == [("A", f"raw type {raw} with calibration N is not a number: type left open")]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("short", "expected 22 fields and ';' as the last, got 1 ending in 'short'"),
        ('"A","B"', "got 2 ending in 'B'"),
        (line().replace(";", "x"), "got 22 ending in 'x'"),
        (line().replace('about"', "about"), "expected 22 fields"),
        (line("A B"), "'A B' cannot be the name of an MSID: ' ' is not allowed"),
        (line("1cbat"), "MSID 1CBAT is on line 1 already; the first is kept"),
        ('"' + "x" * 200_000, "expected 22 fields"),
    ],
)
def test_a_wrong_line_is_skipped_with_its_number_and_the_reason(tmp_path, wrong, why):
    found = table(tmp_path, "", wrong, line("LAST"))
    assert [entry.name for entry in found.entries] == ["1CBAT", "LAST"]
    ((where, reason),) = found.skipped
    assert where == "line 3"
    assert why in reason


def test_every_record_of_the_real_table_becomes_an_entry(shared_data):
    found = import_file(shared_data / "msid_metadata/chandra_tmsrment.txt")
    assert (len(found.entries), found.skipped) == (11558, [])
    assert Counter(entry.type for entry in found.entries) == {
        "uint16": 4569,
        "state": 3572,
        "float64": 1418,
        "uint8": 1194,
        None: 501,
        "int16": 247,
        "int32": 37,
        "uint32": 20,
    }
    assert len(found.notes) == 501
    assert next(entry for entry in found.entries if entry.name == "1CBAT") == FIRST_ENTRY
