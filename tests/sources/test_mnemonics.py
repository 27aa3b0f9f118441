"""The service's list of mnemonics."""

from __future__ import annotations

import json
import logging

import pytest

from jeta.errors import SourceError
from jeta.sources.mnemonics import read_mnemonics
from jeta.tdb import Entry

RECORD = {
    "subsystem": "ACS", "tlmMnemonic": "SA_ZATTEST2", "tlmIdentifier": 4711, "description": "Attitude, quaternion 2",
    "sqlDataType": "real", "unit": "none",
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    """Return a function that reads what the service says."""

    def read_content(content):
        path = tmp_path / "mnemonics.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return read_mnemonics(path, "http://service")

    return read_content


def test_all_that_the_service_says_is_in_the_entry(read):
    expected = Entry(
        "SA_ZATTEST2", id=4711, description="Attitude, quaternion 2", unit="none", type="float64", subsystem="ACS"
    )
    assert read({"data": [RECORD]}) == {"SA_ZATTEST2": expected}


def test_what_is_missing_or_blank_is_not_said(read):
    blank = {"tlmMnemonic": "a", "unit": " ", "description": None, "tlmIdentifier": "12", "sqlDataType": ""}
    assert read({"data": [blank, {"tlmMnemonic": "B"}]}) == {"A": Entry("A", id=12), "B": Entry("B")}


def test_what_cannot_be_so_is_left_out_and_logged(read, caplog):
    with caplog.at_level(logging.INFO, "jeta"):
        found = read({"data": [{**RECORD, "unit": 7, "sqlDataType": "geometry"}]})
    assert found["SA_ZATTEST2"] == Entry("SA_ZATTEST2", id=4711, description="Attitude, quaternion 2", subsystem="ACS")
    assert "geometry" in caplog.text


@pytest.mark.parametrize("name", ["", "../x", None, 5, "two words"])
def test_records_without_a_proper_name_are_left_out(read, name, caplog):
    with caplog.at_level(logging.INFO, "jeta"):
        assert list(read({"data": [{"tlmMnemonic": name}, RECORD]})) == ["SA_ZATTEST2"]
    assert "left out" in caplog.text


@pytest.mark.parametrize("content", [b"<html>", b"", b"\xff", [], {"data": {}}, {"rows": []}])
def test_something_else_is_an_error_with_the_address(read, content):
    with pytest.raises(SourceError, match=r"http://service answered with"):
        read(content)
