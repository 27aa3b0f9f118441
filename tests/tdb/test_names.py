"""The rule for names of MSIDs."""

from __future__ import annotations

import json
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.errors import MsidNameError
from jeta.tdb import check_name


@pytest.mark.parametrize(
    "name", ["A", "1cbat", "_x", "IMIR_HK_ICE_SEC_VOLT4", "BUS.V-1", "CONSOLE", "x" * 128, "a.b.c", "0"]
)
def test_a_name_comes_back_in_upper_case(name):
    assert check_name(name) == name.upper()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "is empty"),
        ("A/B", "'/' is not allowed"),
        ("A\\B", "is not allowed"),
        ("A B", "' ' is not allowed"),
        ("A\n", "is not allowed"),
        ("A\0", "is not allowed"),
        ("A:B", "':' is not allowed"),
        ("TEP*", "'*' is not allowed"),
        ("TEP?", "'?' is not allowed"),
        ("[A]", "'[' is not allowed"),
        ("TÜR", "'Ü' is not allowed"),
        ("\u212aELVIN", "is not allowed"),
        (".hidden", "starts with '.'"),
        ("-A", "starts with '-'"),
        ("A..B", "a dot must stand between"),
        ("A.", "a dot must stand between"),
        ("..", "a dot must stand between"),
        ("con", "device on Windows"),
        ("NUL.TXT", "device on Windows"),
        ("LPT1", "device on Windows"),
        ("X" * 129, "129 characters; expected at most 128"),
    ],
)
def test_a_name_that_is_refused_says_which_rule_it_breaks(name, said):
    with pytest.raises(MsidNameError, match="cannot be the name of an MSID") as caught:
        check_name(name)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", [None, 5, b"TEPHIN", ["TEPHIN"]])
def test_what_is_not_text_is_no_name(name):
    with pytest.raises(MsidNameError, match="must be text, but got"):
        check_name(name)


def test_the_message_does_not_repeat_an_endless_name():
    with pytest.raises(MsidNameError) as caught:
        check_name("x" * 10**6)
    assert len(str(caught.value)) < 300


@given(st.text("abAB01_.-:/\\ *Ä\u017f\u212a\0", max_size=9))
def test_an_accepted_name_is_one_part_of_a_path_and_its_own_canonical_form(text):
    try:
        name = check_name(text)
    except MsidNameError:
        return
    assert check_name(name) == name
    assert PurePosixPath("root", name).name == PureWindowsPath("root", name).name == name
    assert name.isascii()
    assert name == text.upper()


def test_every_name_of_the_real_lists_is_a_name(shared_data):
    content = json.loads((shared_data / "msid_metadata/jwst_edb_mnemonics.json").read_text())
    jwst = [record["TlmMnemonic"] for record in content["TlmMnemonics"]]
    lines = (shared_data / "msid_metadata/chandra_tmsrment.txt").read_text().splitlines()
    chandra = [line.split(",")[0].strip('"') for line in lines]
    assert [check_name(name) for name in jwst + chandra] == jwst + chandra
