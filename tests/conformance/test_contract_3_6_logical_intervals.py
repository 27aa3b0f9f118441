"""Contract 3.6: `logical_intervals` of an object, a set and `jeta.utils`, and the vectors of section 12; 13.8."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import describe, fetched, pairs, put
from jeta import fetch, utils
from jeta.archive import create_archive
from jeta.errors import ExpressionError, UnknownMsidError
from jeta.tdb import Entry

pytestmark = pytest.mark.usefixtures("archive")

T = [10, 12, 14, 20, 22, 30]
B = [0, 1, 1, 0, 0, 1]
ALL = [1] * 6

VECTORS = {
    "default": (T, B, {}, [(11, 17), (26, 34)]),
    "complete": (T, B, {"complete_intervals": True}, [(11, 17)]),
    "max_gap": (T, B, {"max_gap": 5}, [(11, 15.25), (28.75, 31.25)]),
    "all true": (T, ALL, {"max_gap": 5}, [(9, 15.25), (18.75, 23.25), (28.75, 31.25)]),
    "all true, complete": (T, ALL, {"complete_intervals": True}, []),
    "gap of exactly max_gap": ([0, 5, 10], [1, 1, 1], {"max_gap": 5}, [(-2.5, 12.5)]),
    "gap in the middle": ([0, 1, 7, 8], [1, 1, 1, 1], {"max_gap": 5}, [(-0.5, 2.25), (5.75, 8.5)]),
}
CLIPPED = {
    "inside": ({"start": 13, "stop": 28}, [(13, 17), (26, 28)]),
    "beyond": ({"start": 0, "stop": 40}, [(11, 17), (26, 40)]),
}


@pytest.mark.parametrize(("times", "bools", "options", "expected"), VECTORS.values(), ids=VECTORS)
def test_section_12_through_utils_and_through_a_fetch(times, bools, options, expected):
    table = utils.logical_intervals(times, bools, **options)
    assert pairs(table) == expected
    assert table["duration"].tolist() == [stop - start for start, stop in expected]
    dat = fetched("b", times, np.array(bools, bool))
    assert pairs(dat.logical_intervals("==", True, **options)) == expected


@pytest.mark.parametrize(("options", "expected"), CLIPPED.values(), ids=CLIPPED)
def test_section_12_with_start_and_stop(options, expected):
    assert pairs(utils.logical_intervals(T, B, **options)) == expected
    dates = {name: f"1970:001:00:00:{seconds:02d}" for name, seconds in options.items()}
    assert pairs(utils.logical_intervals(np.array(T), np.array(B), **dates)) == expected


def test_table_has_columns_in_alphabetical_order():
    table = fetched("b", T, B).logical_intervals("==", 1)
    assert table.colnames == ["datestart", "datestop", "duration", "tstart", "tstop"]
    assert [table[name].dtype.str[1:] for name in table.colnames] == ["U21", "U21", "f8", "f8", "f8"]
    assert [table[name].info.format for name in ("duration", "tstart", "tstop")] == [".3f"] * 3
    assert table["datestart"][0] == "1970:001:00:00:11.000"


def test_table_without_intervals_has_the_same_columns():
    table = fetched("b", T, B).logical_intervals("==", 7)
    assert (len(table), table.colnames[0], table["datestart"].dtype.kind) == (0, "datestart", "U")


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("==", [(15, 25)]),
        ("!=", [(-5, 15), (25, 35)]),
        (">", [(25, 35)]),
        ("<", [(-5, 15)]),
        (">=", [(15, 35)]),
        ("<=", [(-5, 25)]),
    ],
)
def test_each_operator(op, expected):
    assert pairs(fetched("x", [0, 10, 20, 30], [0, 1, 2, 3]).logical_intervals(op, 2)) == expected


@pytest.mark.parametrize("op", ["=", "is", "", None, "~", "=>"])
def test_any_other_operator_is_refused_with_the_ones_allowed(op):
    with pytest.raises(ValueError, match="== != > < >= <="):
        fetched("x", [0, 10], [0, 1]).logical_intervals(op, 1)


def test_order_of_arguments():
    """`op, val, complete_intervals, max_gap`, as in the ancestors; incomplete intervals are kept by default."""
    dat = fetched("b", T, B)
    assert pairs(dat.logical_intervals("==", 1, True, 5)) == [(11, 15.25)]
    assert pairs(utils.logical_intervals(T, B, True, 5, 0, 40)) == [(11, 15.25)]


def test_bad_samples_are_left_out_and_the_object_is_not_changed():
    dat = fetched("x", [0, 10, 20, 30], [0, 1, 0, 0], [0, 0, 1, 0])
    assert pairs(dat.logical_intervals("==", 1)) == [(5, 20)]
    assert (len(dat), dat.bads.sum()) == (4, 1)


def test_bad_samples_make_gaps():
    dat = fetched("x", [0, 10, 20, 30], [1, 1, 1, 1], [0, 1, 0, 0])
    assert pairs(dat.logical_intervals("==", 1, max_gap=15)) == [(-3.75, 3.75), (16.25, 35)]


@pytest.mark.parametrize("val", ["ON", "ON  ", np.str_("ON")])
def test_trailing_blanks_of_texts_do_not_count(val):
    """The ancestor silently found nothing where the blanks were missing; decision "strings"."""
    dat = fetched("s", [0, 10, 20, 30], ["OFF ", "ON  ", "ON", "OFF"])
    assert pairs(dat.logical_intervals("==", val)) == [(5, 25)]
    assert dat.vals.tolist() == ["OFF", "ON", "ON", "OFF"]
    assert pairs(dat.logical_intervals("!=", val)) == [(-5, 5), (25, 35)]


def test_numbers_and_texts_are_not_compared():
    with pytest.raises(ValueError, match="holds numbers"):
        fetched("x", [0, 10], [0, 1]).logical_intervals("==", "1")
    with pytest.raises(ValueError, match="holds texts"):
        fetched("s", [0, 10], ["A", "B"]).logical_intervals("==", 1)


def test_nan_compares_with_nothing():
    dat = fetched("x", [0, 10, 20], [1.0, np.nan, 1.0])
    assert pairs(dat.logical_intervals(">", 0)) == [(-5, 5), (15, 25)]
    assert pairs(dat.logical_intervals("==", np.nan)) == []


def test_integers_are_compared_with_what_their_type_does_not_hold():
    dat = fetched("x", [0, 10], np.array([0, 255], np.uint8))
    assert pairs(dat.logical_intervals("<", 1000)) == [(-5, 15)]
    assert pairs(dat.logical_intervals(">=", -1)) == [(-5, 15)]


def test_statistics_have_intervals_too():
    put("x", np.arange(0, 1400, 10.0), np.arange(140))
    dat = fetch.MSID("x", 0.0, 1312.0, stat="5min")
    assert pairs(dat.logical_intervals(">", 40)) == [(328, 1312)]


def test_lengths_zero_and_one():
    """Row of lengths: errors in `utils`; an object without samples has no intervals (decision "empty results")."""
    with pytest.raises(ValueError, match="data length must be at least 1"):
        utils.logical_intervals([], [])
    with pytest.raises(ValueError, match="For data length of 1, start and stop must be specified"):
        utils.logical_intervals([5], [1])
    assert pairs(utils.logical_intervals([5], [1], start=0, stop=9)) == [(0, 9)]
    one = fetched("x", [5], [1])
    with pytest.raises(ValueError):
        one.logical_intervals("==", 1)
    assert len(fetch.MSID("x", 100.0, 200.0).logical_intervals("==", 1)) == 0


def test_all_samples_bad_is_as_no_samples():
    assert len(fetched("x", [0, 10], [1, 1], [1, 1]).logical_intervals("==", 1)) == 0


def test_seconds_are_those_of_the_archive_in_use(tmp_path):
    created = create_archive(tmp_path / "cxc", time_system="cxcsec")
    with fetch.set_archive(created):
        table = utils.logical_intervals(378691266.184 + np.arange(2.0), [1, 1])
    assert table["datestart"][0] == "2009:365:23:59:59.500"


def test_each_member_of_a_set_has_its_table():
    put("x", [0, 10, 20], [0, 1, 1])
    put("y", [0, 10, 20], [1, 0, 1])
    tables = fetch.MSIDset(["x", "y"], 0.0, 100.0).logical_intervals("==", 1, True)
    assert {name: pairs(table) for name, table in tables.items()} == {"x": [], "y": []}
    tables = fetch.MSIDset(["x", "y"], 0.0, 100.0).logical_intervals("==", 1)
    assert {name: pairs(table) for name, table in tables.items()} == {"x": [(5, 25)], "y": [(-5, 5), (15, 25)]}


def test_expression_over_the_members_of_a_set():
    put("heater", [0, 10, 20, 30], ["OFF", "ON", "ON", "OFF"])
    put("temp", [0, 10, 20, 30], [0, 5, 25, 25])
    dats = fetch.MSIDset(["heater", "temp"], 0.0, 100.0)
    assert pairs(dats.logical_intervals("HEATER == 'ON' & TEMP > 20")) == [(15, 25)]
    assert pairs(dats.logical_intervals("not heater == 'ON' and 10 < temp <= 25")) == [(25, 35)]
    # Not is the rest of the span that was asked for, gaps included.
    assert pairs(dats.logical_intervals("~(heater == 'ON')")) == [(0, 5), (25, 100)]
    with pytest.raises(UnknownMsidError, match="'OTHER'"):
        dats.logical_intervals("OTHER > 1")
    with pytest.raises(ExpressionError):
        dats.logical_intervals("heater ==")
    with pytest.raises(ValueError, match="holds texts"):
        dats.logical_intervals("heater")


def test_truth_values_and_two_msids_in_an_expression():
    put("valid", [0, 10, 20, 30], np.array([1, 1, 0, 1], bool))
    put("a", [0, 10, 20, 30], [0, 5, 5, 5])
    put("b", [1, 11, 21, 31], [3, 3, 3, 9])
    dats = fetch.MSIDset(["valid", "a", "b"], 0.0, 100.0)
    assert pairs(dats.logical_intervals("valid")) == [(0, 15), (25, 35)]
    assert pairs(dats.logical_intervals("a > b")) == [(5, 25)]
    assert pairs(dats.logical_intervals("valid & a > b")) == [(5, 15)]


def test_two_msids_sent_on_change_are_compared_as_they_hold(archive):
    """1 and 3 from 0 s, 1 and 0 from 60 s, 5 and 0 from 100 s on."""
    describe(archive, Entry("A", on_change=True), Entry("B", on_change=True))
    put("a", [0, 100], [1, 5])
    put("b", [0, 60], [3, 0])
    dats = fetch.MSIDset(["a", "b"], 0.0, 200.0)
    assert pairs(dats.logical_intervals("a > b")) == [(60, 200)]


@pytest.mark.parametrize(
    ("max_gap", "expected"), [(None, [(100, 130), (200, 1000)]), (50, [(100, 130), (200, 250)])], ids=["ever", "50 s"]
)
def test_msid_sent_on_change_is_so_from_its_sample_to_the_next(archive, max_gap, expected):
    """The last value holds to the end of what was asked for, or as long as max_gap says."""
    describe(archive, Entry("VALVE", on_change=True))
    put("valve", [0, 100, 130, 200], ["SHUT", "OPEN", "SHUT", "OPEN"])
    dat = fetch.MSID("valve", 0.0, 1000.0)
    assert pairs(dat.logical_intervals("==", "OPEN", max_gap=max_gap)) == expected


def test_msid_sent_on_change_of_one_sample_or_with_what_it_was_before(archive):
    describe(archive, Entry("VALVE", on_change=True))
    put("valve", [0, 100], ["SHUT", "OPEN"])
    assert pairs(fetch.MSID("valve", 50.0, 150.0).logical_intervals("==", "OPEN")) == [(100, 150)]
    before = fetch.MSID("valve", 50.0, 150.0, bracket=True)
    assert pairs(before.logical_intervals("==", "SHUT")) == [(0, 100)]


def test_msid_sent_on_change_holds_no_longer_than_now(archive, monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "1970:001:00:05:00")
    describe(archive, Entry("VALVE", on_change=True))
    put("valve", [0, 100], ["SHUT", "OPEN"])
    assert pairs(fetch.MSID("valve", 0.0, 1e6).logical_intervals("==", "OPEN")) == [(100, 300)]
