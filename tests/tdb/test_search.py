"""Words, patterns and near names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.tdb import Entry, Tdb, search_entries
from jeta.tdb.search import find_words, match_names, near_names
from jeta.tdb.stores import LoadedEntries, search_line


def order(words, *entries):
    """Names of the entries found, the best first."""
    store = LoadedEntries(entries)
    return [store.names[at] for at in find_words(words.split(), store.search_lines(), None, None)]


def test_a_line_holds_name_description_unit_and_subsystem_without_case():
    entry = Entry("TEPHIN", description="EPHIN\n  Temp.\tStraße", unit="deg  C", subsystem="EPH")
    assert search_line(entry) == "tephin\tephin temp. strasse\tdeg c\teph"


def test_a_word_ranks_by_where_it_stands():
    entries = [
        Entry("HEAT", description="x"),
        Entry("HEATER_A"),
        Entry("A_HEAT"),
        Entry("B", description="heaters and more"),
        Entry("C", description="preheat"),
        Entry("D", description="cold"),
    ]
    assert order("heat", *entries) == ["HEAT", "HEATER_A", "A_HEAT", "B", "C"]


def test_equals_stay_in_the_order_of_names():
    assert order("volt", Entry("B", description="volt"), Entry("A", description="volt")) == ["A", "B"]


def test_every_word_counts():
    assert order(
        "volt bus",
        Entry("A", description="bus voltage"),
        Entry("B", description="bus volt"),
        Entry("C", description="bus"),
    ) == ["B", "A"]


def test_a_word_is_taken_as_written_not_as_a_pattern():
    assert order("a.b (x", Entry("A", description="a.b (x)"), Entry("B", description="aab (x)")) == ["A"]


def test_a_word_may_be_in_any_script_and_case():
    assert order("STRASSE", Entry("A", description="Straße")) == ["A"]


def test_no_words_find_everything():
    assert order("", Entry("B"), Entry("A")) == ["A", "B"]


INSTRUMENTS = [
    Entry("INRC_P5", description="Voltage of the ICE", unit="V", subsystem="NIRCam"),
    Entry("INRS_P5", description="Voltage of the FPE", unit="mV", subsystem="NIRSpec"),
    Entry("NIRCAM_CURR", description="Current", unit="A"),
    Entry("IMIR_V", description="MIRI voltage", unit="V", subsystem="MIRI"),
]


def both(*words, **wanted):
    """Names found in a telemetry database, which are those found in its entries in any order."""
    found = [entry.name for entry in Tdb(INSTRUMENTS).search(*words, **wanted)]
    assert [entry.name for entry in search_entries(INSTRUMENTS[::-1], *words, **wanted)] == found
    return found


@pytest.mark.parametrize("words", ["nircam voltage", "VOLTAGE NirCam", ["nircam", "volt"], "nircam ice v"])
def test_words_may_stand_in_different_places_of_an_entry(words):
    assert both(words) == ["INRC_P5"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"unit": "v"}, ["IMIR_V", "INRC_P5"]),
        ({"unit": "*V"}, ["IMIR_V", "INRC_P5", "INRS_P5"]),
        ({"unit": "?"}, ["IMIR_V", "INRC_P5", "NIRCAM_CURR"]),
        ({"subsystem": "NIR"}, []),
        ({"subsystem": "NIR*"}, ["INRC_P5", "INRS_P5"]),
        ({"subsystem": "nir[!c]*"}, ["INRS_P5"]),
        ({"subsystem": "nir*", "unit": "V"}, ["INRC_P5"]),
        ({"subsystem": ""}, ["NIRCAM_CURR"]),
        ({"limit": 2}, ["IMIR_V", "INRC_P5"]),
    ],
)
def test_unit_and_subsystem_are_whole_or_patterns_in_any_case(wanted, names):
    assert both("", **wanted) == names


@pytest.mark.parametrize("unit", ["m*s-2", "[V]", "counts?", "deg  C"])
def test_a_unit_with_signs_of_patterns_is_found_as_it_is_written(unit):
    assert [entry.name for entry in search_entries([Entry("A", unit=unit), Entry("B", unit="s")], unit=unit)] == ["A"]


def test_entries_without_a_telemetry_database_are_found_by_name():
    assert search_entries([Entry("B_VOLT"), Entry("A_VOLT"), Entry("C")], "volt") == [Entry("A_VOLT"), Entry("B_VOLT")]


NAMES = ["AOPCADMD", "IMIR_HK_ICE_SEC_VOLT1", "IMIR_HK_ICE_SEC_VOLT4", "INRC_ICE_DC_VOL_P5_DIG", "TEPHIN", "TX"]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("TEPHIM", "TEPHIN"),
        ("tephn", "TEPHIN"),
        ("aopacdmd", "AOPCADMD"),
        ("INRC_ICE_DC_VOL_P5", "INRC_ICE_DC_VOL_P5_DIG"),
        ("IMIR_HK_ICE_SEC_VOLT5", "IMIR_HK_ICE_SEC_VOLT4"),
        ("TY", None),
        ("completely_else", None),
        ("", None),
    ],
)
def test_the_nearest_name_comes_first(wrong, expected):
    assert next(iter(near_names(wrong, NAMES)), None) == expected


def test_no_more_than_asked_for_come():
    assert len(near_names("IMIR_HK_ICE_SEC_VOLT", NAMES, count=1)) == 1


def test_there_is_nothing_near_in_an_empty_list():
    assert near_names("A", []) == []


@given(st.sampled_from(NAMES[:5]), st.integers(0, 30), st.sampled_from("AX_5"))
def test_a_name_with_one_letter_changed_is_near(name, at, letter):
    at %= len(name)
    assert name in near_names(name[:at] + letter + name[at + 1 :], NAMES)


@given(st.lists(st.sampled_from(NAMES), unique=True).map(sorted), st.text("TE*?[]!AX-", max_size=5))
def test_a_pattern_gives_some_of_the_names_in_order(names, pattern):
    found = match_names(pattern, names)
    assert found == [name for name in names if name in set(found)]
