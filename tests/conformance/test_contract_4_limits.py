"""Limits of the telemetry database over history: `limit_violations()` (issue, "Meaning")."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import describe, fetched, pairs, put
from jeta import fetch, fetch_eng, fetch_sci
from jeta.errors import UnknownMsidError
from jeta.tdb import Calibration, Entry, Limits, Polynomial

LIMITS = Limits(red_low=270, yellow_low=280, yellow_high=300, red_high=310)


@pytest.fixture
def temp(archive):
    """TEMP in kelvin: nominal, yellow, red and back, then below red and back; its last value is bad."""
    describe(archive, Entry("TEMP", unit="K", limits=LIMITS))
    put("temp", 10.0 * np.arange(9), [290.0, 305, 320, 315, 305, 290, 260, 290, 999], [0] * 8 + [1])
    return archive


def rows(table):
    return list(zip(table["tstart"], table["tstop"], table["limit"], table["severity"], strict=True))


def test_columns_in_alphabetical_order(temp):
    table = fetch.MSID("temp", 0.0, 100.0).limit_violations()
    names = ["datestart", "datestop", "duration", "extreme", "limit", "samples", "severity", "tstart", "tstop"]
    assert (table.colnames, table["datestart"][0]) == (names, "1970:001:00:00:05.000")


def test_each_limit_passed_is_an_interval_with_severity_and_extreme(temp):
    table = fetch.MSID("temp", 0.0, 100.0).limit_violations()
    assert rows(table) == [
        (5, 15, "yellow_high", "yellow"),
        (15, 35, "red_high", "red"),
        (35, 45, "yellow_high", "yellow"),
        (55, 65, "red_low", "red"),
    ]
    assert (table["extreme"].tolist(), table["samples"].tolist()) == ([305, 320, 305, 260], [1, 2, 1, 1])


@pytest.mark.parametrize("value", [280, 300])
def test_value_equal_to_a_limit_is_within(archive, value):
    describe(archive, Entry("TEMP", unit="K", limits=LIMITS))
    assert len(fetched("temp", [0, 10], [float(value)] * 2).limit_violations()) == 0


@pytest.mark.parametrize(("module", "extreme"), [(fetch, 320.0), (fetch_sci, 46.85), (fetch_eng, 116.33)])
def test_limits_are_converted_to_the_unit_of_the_object(temp, module, extreme):
    table = module.MSID("temp", 0.0, 100.0).limit_violations()
    assert [limit for _, _, limit, _ in rows(table)] == ["yellow_high", "red_high", "yellow_high", "red_low"]
    assert table["extreme"][1] == pytest.approx(extreme)


def test_bad_samples_and_nan_never_violate(temp):
    put("temp", [90, 100], [np.nan, 290.0])
    assert fetch.MSID("temp", 80.0, 200.0).limit_violations()["tstart"].tolist() == []


def test_limits_that_changed_count_as_they_were(archive):
    """To the instant of the change, also where that is the instant of a sample."""
    history = [(None, Limits(red_high=5)), ("1970:001:00:00:20", Limits(red_high=50)), ("1970:001:00:00:40", Limits())]
    describe(archive, Entry("X", limits_history=history))
    dat = fetched("x", 10.0 * np.arange(6), [10.0, 10, 10, 60, 60, 10])
    assert pairs(dat.limit_violations()) == [(-5, pytest.approx(20)), (25, pytest.approx(40))]


def test_no_limits_in_force_are_no_violations(archive):
    describe(archive, Entry("X"))
    table = fetched("x", [0, 10], [1e9, 1e9]).limit_violations()
    assert (len(table), "severity" in table.colnames) == (0, True)


def test_msid_without_entry_has_no_limits_to_look_at(archive):
    with pytest.raises(UnknownMsidError) as caught:
        fetched("x", [0, 10], [1.0, 2.0]).limit_violations()
    assert isinstance(caught.value, KeyError)


def test_empty_object_and_one_sample(temp):
    assert len(fetch.MSID("temp", 500.0, 600.0).limit_violations()) == 0
    one = fetch.MSID("temp", 20.0, 21.0).limit_violations()
    assert (len(one), one["severity"].tolist()) == (1, ["red"])


def test_max_gap_cuts_as_in_logical_intervals(archive):
    describe(archive, Entry("X", limits=Limits(red_high=5)))
    dat = fetched("x", [0, 10, 100, 110], [10.0] * 4)
    assert pairs(dat.limit_violations()) == [(-5, 115)]
    assert (
        pairs(dat.limit_violations(max_gap=20))
        == pairs(dat.logical_intervals(">", 5, max_gap=20))
        == [(-5, 15), (95, 115)]
    )


def test_violation_of_an_msid_sent_on_change_holds(archive):
    describe(archive, Entry("X", limits=Limits(red_high=5), on_change=True))
    put("x", [0, 100, 200], [1.0, 10.0, 1.0])
    assert pairs(fetch.MSID("x", 0.0, 500.0).limit_violations()) == [(100, 200)]


def test_limits_are_of_calibrated_values(archive):
    curve = Calibration(Polynomial((0, 100)))
    describe(archive, Entry("X", type="uint8", calibrations=curve, limits=Limits(red_high=150)))
    dat = fetched("x", [0, 10, 20], np.array([1, 2, 1], np.uint8))
    assert (pairs(dat.limit_violations()), dat.limit_violations()["extreme"].tolist()) == ([(5, 15)], [200])


def test_statistics_are_looked_at_by_their_means(archive):
    describe(archive, Entry("X", limits=Limits(red_high=5)))
    put("x", np.arange(0, 1000, 10.0), np.where(np.arange(100) < 40, 0.0, 10.0))
    assert len(fetch.MSID("x", 0.0, 984.0, stat="5min").limit_violations()) == 1


def test_texts_have_no_limits(archive):
    describe(archive, Entry("S", limits=Limits(red_high=5)))
    assert len(fetched("s", [0, 10], ["A", "B"]).limit_violations()) == 0


def test_violations_select_samples(temp):
    dat = fetch.MSID("temp", 0.0, 100.0)
    table = dat.limit_violations()
    red = dat.select_intervals(table[table["severity"] == "red"], copy=True)
    assert red.vals.tolist() == [320, 315, 260]


@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_narrow_types_are_compared_in_the_unit_of_the_object(archive, dtype):
    """280.0 K stored as float32 is within a limit of 280 K, in kelvin and in Fahrenheit."""
    describe(archive, Entry("TEMP", unit="K", limits=LIMITS))
    put("temp", [0, 10], np.array([280, 300], dtype))
    for module in (fetch, fetch_sci, fetch_eng):
        assert len(module.MSID("temp", 0.0, 100.0).limit_violations()) == 0
