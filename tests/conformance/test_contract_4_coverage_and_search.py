"""`fetch.coverage`, `fetch.gaps` and `fetch.search` (decisions, "neither ancestor has", 3 and 5)."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import describe, pairs, put
from jeta import fetch, update
from jeta.errors import UnknownMsidError, ValuesError
from jeta.tdb import Entry


@pytest.fixture(autouse=True)
def x(archive):
    """X each second from 0 to 99 s and from 200 to 299 s."""
    put("x", [*range(100), *range(200, 300)], np.arange(200))
    return archive


@pytest.mark.parametrize("folded", [False, True])
def test_a_gap_lies_from_the_sample_before_to_the_one_after(x, folded):
    if folded:
        update.fold(x)
    table = fetch.gaps("x")
    assert (pairs(table), table["duration"].tolist()) == ([(99, 200)], [101])
    assert table.colnames == ["datestart", "datestop", "duration", "tstart", "tstop"]


@pytest.mark.parametrize(("longer_than", "expected"), [(101.0, []), (100.9, [(99, 200)]), (1e9, [])])
def test_a_gap_is_longer_than_asked_for(longer_than, expected):
    assert pairs(fetch.gaps("x", longer_than=longer_than)) == expected


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (-50.0, 400.0, [(-50, 0), (99, 200), (299, 400)]),
        (50.0, 250.0, [(99, 200)]),
        (50.0, 150.0, [(99, 150)]),
        (150.0, 250.0, [(150, 200)]),
        (110.0, 190.0, [(110, 190)]),
        (1000.0, 2000.0, [(1000, 2000)]),
        (98.0, 101.0, []),
        (250.0, 50.0, []),
    ],
)
def test_ends_of_a_span_that_was_asked_for_count(start, stop, expected):
    """The cadence is 1 s, so that a gap is longer than 3 s."""
    assert pairs(fetch.gaps("x", start, stop)) == expected


def test_cadence_of_the_telemetry_database_goes_before_that_of_the_samples(x):
    put("y", np.arange(0, 100, 10.0), np.arange(10))
    assert (pairs(fetch.gaps("y")), fetch.coverage("y").cadence_s) == ([], pytest.approx(10))
    describe(x, Entry("Y", cadence_s=2.0))
    assert (len(fetch.gaps("y")), fetch.coverage("y").cadence_s) == (9, 2)


def test_msid_sent_on_change_has_no_gaps_unless_asked_how_long(x):
    describe(x, Entry("VALVE", on_change=True))
    put("valve", [0, 1, 2, 3, 1000, 5000], [0, 1, 0, 1, 0, 1])
    assert pairs(fetch.gaps("valve")) == []
    assert pairs(fetch.gaps("valve", longer_than=2000.0)) == [(1000, 5000)]


@pytest.mark.parametrize("longer_than", [0, -1, np.nan])
def test_length_of_a_gap_that_is_none_is_refused(longer_than):
    for function in (fetch.gaps, fetch.coverage):
        with pytest.raises(ValuesError, match="longer_than"):
            function("x", longer_than=longer_than)


def test_unknown_and_computed_msids_are_refused_and_names_are_those_of_a_fetch():
    put("dp_y", [0, 1], [1, 2])
    assert fetch.coverage("Calc_Y").msid == "DP_Y"
    for function in (fetch.gaps, fetch.coverage):
        with pytest.raises(UnknownMsidError):
            function("nope")
        with pytest.raises(ValueError, match="computed"):
            function("mean__x__1s")


def test_coverage_of_all_samples():
    found = fetch.coverage("x")
    assert (found.msid, found.rows, found.cadence_s) == ("X", 200, pytest.approx(1))
    assert list(found.intervals) == [(0, 99), (200, 299)]
    assert (found.longest_gap_s, pairs(found.table)) == (101, [(0, 99), (200, 299)])
    assert found.fraction == pytest.approx(199 / 299, abs=0.01)


@pytest.mark.parametrize(
    ("start", "stop", "rows", "fraction", "expected"),
    [(0.0, 100.0, 100, 1.0, 100), (0.0, 400.0, 200, 0.5, 400), (100.0, 200.0, 0, 0.0, 100), (0.0, 0.0, 0, 0.0, 0)],
)
def test_fraction_and_rows_of_a_span(start, stop, rows, fraction, expected):
    found = fetch.coverage("x", start, stop)
    assert (found.rows, found.fraction) == (rows, pytest.approx(fraction, abs=1e-6))
    if rows:
        assert found.expected_rows == expected


def test_longest_gap_counts_the_ends_of_the_span():
    assert fetch.coverage("x", 0.0, 1000.0).longest_gap_s == 701
    assert fetch.coverage("x", 500.0, 1000.0).longest_gap_s == 500


def test_coverage_shows_what_it_is():
    assert repr(fetch.coverage("x", 0.0, 400.0)) == (
        "<Coverage X start=1970:001:00:00:00.000 stop=1970:001:00:06:40.000 50.00% in 2 intervals, 200 samples cadence=1 s>"
    )


def test_one_sample_has_no_cadence():
    put("one", [5], [1])
    found = fetch.coverage("one")
    assert (found.rows, found.cadence_s, found.expected_rows, list(found.intervals)) == (1, None, None, [(5, 5)])
    assert len(fetch.gaps("one")) == 0


def test_gaps_and_coverage_add_up_to_the_span():
    gaps = fetch.gaps("x", -50.0, 400.0)
    covered = fetch.coverage("x", -50.0, 400.0).intervals
    assert gaps["duration"].sum() + covered.total_s == 450


def test_gaps_go_straight_into_remove_intervals():
    dat = fetch.MSID("x", 0.0, 400.0)
    assert len(dat.remove_intervals(fetch.gaps("x"), copy=True)) == 198


@pytest.fixture
def nircam(x):
    """A telemetry database of five MSIDs, of which one has samples; X has samples but no entry."""
    describe(
        x,
        Entry("INRC_V1", description="NIRCam FPE bus voltage", unit="V", subsystem="NIRCAM"),
        Entry("INRC_V2", description="NIRCam heater supply voltage", unit="mV", subsystem="NIRCAM"),
        Entry("INRC_T1", description="NIRCam box temperature", unit="K", subsystem="NIRCAM"),
        Entry("IMIR_V1", description="MIRI bus voltage", unit="V", subsystem="MIRI"),
        Entry("SA_ZATTEST1", description="Attitude quaternion", subsystem="ACS"),
    )
    put("inrc_v1", [0], [1.0])
    return x


@pytest.mark.parametrize(
    ("words", "filters", "names"),
    [
        ("nircam voltage", {}, {"INRC_V1", "INRC_V2"}),
        ("nircam voltage", {"unit": "V"}, {"INRC_V1"}),
        ("VOLTAGE", {"subsystem": "miri"}, {"IMIR_V1"}),
        ("", {"unit": "v"}, {"INRC_V1", "IMIR_V1"}),
        ("", {"subsystem": "NIR*"}, {"INRC_V1", "INRC_V2", "INRC_T1"}),
        ("inrc_v", {}, {"INRC_V1", "INRC_V2"}),
        (["bus", "volt"], {}, {"INRC_V1", "IMIR_V1"}),
        ("nothing of the kind", {}, set()),
        ("box", {"unit": "K"}, {"INRC_T1"}),
    ],
)
def test_search_by_words_unit_and_subsystem(nircam, words, filters, names):
    """The issue's own example is the second."""
    assert set(fetch.search(words, **filters).names) == names


def test_search_finds_what_has_samples_but_no_entry_and_all_without_words(nircam):
    assert "X" in fetch.search().names
    assert len(fetch.search()) == 6
    assert len(fetch.search(limit=2)) == 2


def test_search_returns_entries_and_shows_a_table(nircam):
    found = fetch.search("quaternion")
    assert (found[0].description, found.names) == ("Attitude quaternion", ["SA_ZATTEST1"])
    assert repr(found).splitlines()[0].split() == ["name", "unit", "type", "subsystem", "description"]
    assert "<td>SA_ZATTEST1</td>" in found._repr_html_()
    assert repr(fetch.search("nothing of the kind")) == "no MSID found"


def test_an_exact_name_comes_first(nircam):
    describe(nircam, Entry("A_BUS"), Entry("BUS"), Entry("C", description="bus"))
    assert fetch.search("bus").names[0] == "BUS"
