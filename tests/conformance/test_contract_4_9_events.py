"""Contract 4.9, event expressions, on the event sets that an archive defines: `fetch.events` and `fetch.event_names`."""

from __future__ import annotations

import os

import numpy as np
import pytest
from astropy.table import Table

from conformance.small import describe, fetched, pairs, put
from jeta import fetch, fetch_eng
from jeta.archive import create_archive
from jeta.errors import EventSetError, ExpressionError, UnknownEventError
from jeta.tdb import Entry


@pytest.fixture
def folder(archive):
    made = archive.root / "events"
    made.mkdir(exist_ok=True)
    return made


@pytest.fixture
def defined(archive, folder):
    """Tables `slews` (two rows) and `eclipses`; conditions `on` and `warm`, of a state and of a temperature in kelvin."""
    describe(archive, Entry("TEMP", unit="K"))
    put("mode", [0, 100, 200, 300], ["OFF", "ON", "ON", "OFF"])
    put("temp", [0, 100, 200, 300], [290.0, 300.0, 310.0, 290.0])
    Table(
        {
            "datestart": ["1970:001:00:00:10", "1970:001:00:02:00"],
            "datestop": ["1970:001:00:00:20", "1970:001:00:03:00"],
            "target": ["SUN", "EARTH"],
            "angle": [90.5, 12.0],
        }
    ).write(folder / "slews.ecsv")
    (folder / "eclipses.csv").write_text("tstart,tstop\n15,130\n")
    (folder / "ours.yaml").write_text("on: MODE == 'ON'\nwarm:\n  where: TEMP > 299 & ~(TEMP > 305)\n  pad: 10\n")
    return folder


def spans(expression, start=0.0, stop=300.0):
    return pairs(fetch.events(expression, start, stop))


def test_names_of_all_kinds_are_sorted(defined):
    assert fetch.event_names() == ["eclipses", "on", "slews", "warm"]


def test_an_archive_without_event_sets(archive):
    assert fetch.event_names() == []
    with pytest.raises(UnknownEventError, match=r"events"):
        fetch.events("slews", 0.0, 1.0)


def test_result_is_a_table_as_of_logical_intervals(defined):
    table = fetch.events("slews", 0.0, 300.0)
    assert table.colnames == ["datestart", "datestop", "duration", "tstart", "tstop"]
    assert table["datestart"].tolist() == ["1970:001:00:00:10.000", "1970:001:00:02:00.000"]


def test_table_of_intervals(defined):
    assert spans("slews") == [(10, 20), (120, 180)]


def test_condition_of_a_state_has_edges_as_logical_intervals(defined):
    assert spans("on") == [(50, 250)]


def test_condition_with_the_pad_of_its_definition(defined):
    """TEMP is above 299 and not above 305 from 50 to 150 s."""
    assert spans("warm") == [(40, 160)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("slews | eclipses", [(10, 180)]),
        ("slews & eclipses", [(15, 20), (120, 130)]),
        ("~slews", [(0, 10), (20, 120), (180, 300)]),
        ("~(slews | eclipses)", [(0, 10), (180, 300)]),
        ("slews & ~eclipses", [(10, 15), (130, 180)]),
        ("slews | eclipses & on", [(10, 20), (50, 180)]),
        ("(slews | eclipses) & on", [(50, 180)]),
    ],
)
def test_union_intersection_and_complement(defined, expression, expected):
    assert spans(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("slews[pad=5]", [(5, 25), (115, 185)]),
        ("slews[pad=-3]", [(13, 17), (123, 177)]),
        ("slews[pad=-300]", []),
        ("slews[pad=-2.5]", [(12.5, 17.5), (122.5, 177.5)]),
        ("warm[pad=-10]", [(50, 150)]),
        ("slews[pad=100]", [(0, 280)]),
    ],
)
def test_pad_lengthens_or_shortens_both_ends_also_negative(defined, expression, expected):
    """The ancestor refused negative numbers, which its documentation used."""
    assert spans(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("slews[target='SUN']", [(10, 20)]),
        ('slews[target="EARTH", pad=1]', [(119, 181)]),
        ("slews[angle=12]", [(120, 180)]),
        ("slews[target='MOON']", []),
    ],
)
def test_literals_choose_rows_by_column(defined, expression, expected):
    assert spans(expression) == expected


def test_section_12_expressions(folder):
    """`safe_suns[pad=100000] | normal_suns[pad=100000]` and `ltt_bads[msid="AIRU2BT"]` are valid."""
    (folder / "safe_suns.csv").write_text("tstart,tstop\n200000,200001\n")
    (folder / "normal_suns.csv").write_text("tstart,tstop\n900000,900001\n")
    (folder / "ltt_bads.csv").write_text("tstart,tstop,msid\n10,20,AIRU2BT\n30,40,OTHER\n")
    assert spans("safe_suns[pad=100000] | normal_suns[pad=100000]", 0.0, 1e6) == [(100000, 300001), (800000, 1e6)]
    assert spans('ltt_bads[msid="AIRU2BT"]') == [(10, 20)]


@pytest.mark.parametrize("expression", ["slews.x", "slews[1]", "slews[pad=foo]", "slews[pad=1,]", '__import__("os")'])
def test_section_12_what_is_refused(defined, expression):
    with pytest.raises(ExpressionError) as caught:
        spans(expression)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("expression", ["slews[colour='red']", "slews[target=5]", "on[target='SUN']"])
def test_filters_by_what_is_not_there_are_refused(defined, expression):
    with pytest.raises(ExpressionError):
        spans(expression)


def test_unknown_name_suggests_a_near_one_and_where_to_define_it(defined):
    with pytest.raises(UnknownEventError, match=r"did you mean slews\?.*slew\.ecsv") as caught:
        spans("slew")
    assert isinstance(caught.value, KeyError)


def test_intervals_are_cut_to_the_span_and_joined(defined):
    assert spans("slews | eclipses", 12.0, 100.0) == [(12, 100)]
    assert spans("slews", 500.0, 600.0) == []


def test_pad_brings_events_from_outside_of_the_span(defined):
    assert spans("slews[pad=30]", 30.0, 80.0) == [(30, 50)]
    assert spans("on[pad=30]", 0.0, 40.0) == [(20, 40)]


def test_condition_is_known_at_the_edges_of_the_span_by_the_samples_beside_it(defined):
    """Between two samples that are ON the condition holds, although none lies in the span."""
    assert spans("on", 120.0, 180.0) == [(120, 180)]
    assert spans("on", 220.0, 280.0) == [(220, 250)]
    assert spans("on", 10.0, 40.0) == []


def test_condition_of_an_msid_sent_on_change_holds(archive, folder):
    describe(archive, Entry("VALVE", on_change=True))
    put("valve", [0, 100, 1000], ["SHUT", "OPEN", "SHUT"])
    (folder / "v.yaml").write_text("open_valve: VALVE == 'OPEN'\n")
    assert spans("open_valve", 0.0, 2000.0) == [(100, 1000)]
    assert spans("open_valve", 500.0, 600.0) == [(500, 600)]


def test_max_gap_of_a_condition(archive, folder):
    put("x", [0, 10, 100, 110], [1, 1, 1, 1])
    (folder / "v.yaml").write_text("up: {where: X > 0, max_gap_s: 20}\n")
    assert spans("up", 0.0, 200.0) == [(0, 15), (95, 115)]


def test_conditions_leave_bad_samples_out(archive, folder):
    put("x", [0, 10, 20, 30], [0, 1, 1, 0], [0, 0, 1, 0])
    (folder / "v.yaml").write_text("up: X > 0\n")
    assert spans("up") == [(5, 20)]


def test_condition_over_unknown_msids_is_an_error_when_it_is_used(archive, folder):
    (folder / "v.yaml").write_text("up: NOPE > 0\n")
    assert fetch.event_names() == ["up"]
    with pytest.raises(ValueError, match="NOPE"):
        spans("up")


def test_files_that_change_are_read_anew(defined):
    assert spans("eclipses") == [(15, 130)]
    (defined / "eclipses.csv").write_text("tstart,tstop\n15,1\n".replace("15,1\n", "1,2\n"))
    os.utime(defined / "eclipses.csv", (1e9, 1e9))
    assert spans("eclipses") == [(1, 2)]


def test_a_wrong_definition_is_named_with_its_file(defined):
    (defined / "eclipses.csv").write_text("tstart,tstop\n15,soon\n")
    with pytest.raises(EventSetError, match=r"eclipses\.csv"):
        spans("eclipses")


def test_events_go_straight_into_select_and_remove_and_fetch(defined):
    dat = fetched("x", [0, 15, 20, 100, 150], [0, 1, 2, 3, 4])
    slews = fetch.events("slews", 0.0, 300.0)
    assert dat.select_intervals(slews, copy=True).vals.tolist() == [1, 2, 4]
    assert dat.remove_intervals(slews, copy=True).vals.tolist() == [0, 3]
    assert fetch.MSID("x", slews).vals.tolist() == [1, 4]


def test_module_in_other_units_has_the_same_events(defined):
    fetch.set_units("eng")
    assert (spans("warm"), pairs(fetch_eng.events("warm", 0.0, 300.0))) == ([(40, 160)], [(40, 160)])


def test_default_span_is_from_the_first_sample_to_now(defined, monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "1970:001:00:10:00")
    assert pairs(fetch.events("~slews")) == [(0, 10), (20, 120), (180, 600)]


def test_dates_of_an_archive_of_the_other_time_system(tmp_path, monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    made = create_archive(tmp_path / "cxc", time_system="cxcsec")
    (made.root / "events").mkdir(exist_ok=True)
    (made.root / "events" / "dumps.csv").write_text("datestart,datestop\n2010:001,2010:002\n")
    with fetch.set_archive(made):
        put("x", 378691266.184 + np.arange(3), np.arange(3))
        assert pairs(fetch.events("dumps", "2009:001", "2011:001")) == [(378691266.184, 378777666.184)]


def test_events_of_several_roots(tmp_path, defined):
    """The archive is several roots joined; events that either of them defines are there."""
    other = create_archive(tmp_path / "other")
    (other.root / "events").mkdir(exist_ok=True)
    (other.root / "events" / "more.csv").write_text("tstart,tstop\n1,2\n")
    with fetch.set_archive([defined.parent, other.root]):
        assert spans("slews") == [(10, 20), (120, 180)]
        assert fetch.event_names() == ["eclipses", "more", "on", "slews", "warm"]
