"""What fresh eyes found: each of these gave wrong numbers without a word."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from conformance.small import pairs, put
from jeta import fetch, fetch_sci
from jeta.archive import Writer
from jeta.computed import ComputedMsid
from jeta.fetch.limit_changes import with_changes
from jeta.samples import Samples
from jeta.tdb import Entry, Limits, write_yaml


@pytest.fixture
def system_units():
    yield
    fetch.set_units("cxc")


def test_one_object_under_two_names_of_a_set_is_interpolated_once(archive):
    """Also where threads do it: from 100,000 points on."""
    put("x", np.arange(100.0), np.arange(100.0))
    one = fetch.MSID("x", 0.0, 100.0)
    dats = fetch.MSIDset()
    dats["a"] = dats["b"] = one
    dats.interpolate(dt=2.0**-10)
    assert len(dats.times) == 99 * 1024 + 1
    np.testing.assert_array_equal(dats["a"].vals, np.floor(dats.times + 0.5))
    np.testing.assert_array_equal(dats["b"].times0, np.floor(dats.times + 0.5))


@pytest.mark.parametrize("form", ["date", "greta", "mjd", "datetime"])
@pytest.mark.parametrize(
    "work",
    [
        lambda dat: dat.select_intervals([(0, 10)]),
        lambda dat: dat.logical_intervals(">", 1),
        lambda dat: dat.state_intervals(),
        lambda dat: dat.interpolate(dt=5),
    ],
    ids=["select", "logical", "state", "interpolate"],
)
def test_times_shown_in_another_form_are_not_taken_for_seconds(archive, form, work):
    put("x", [0, 10, 20], [1.0, 2.0, 3.0])
    dats = fetch.get_telem("x", 0.0, 30.0, time_format=form)
    with pytest.raises(ValueError, match="without time_format"):
        work(dats["x"])


def test_points_of_statistics_without_a_bin_near_are_bad_in_all_columns(archive):
    put("x", np.concatenate([np.arange(0, 3280, 10.0), np.arange(32800, 36080, 10.0)]), np.arange(656.0))
    dat = fetch.MSID("x", 0.0, 40000.0, stat="5min")
    dat.interpolate(dt=1000, max_age=300)
    assert dat.bads.any()
    assert dat.vals is dat.means
    for name in ("vals", "mins", "maxes", "midvals"):
        assert np.isnan(getattr(dat, name)).tolist() == dat.bads.tolist(), name
    assert dat.colnames[-1] == "bads"


def test_computed_msids_fetch_in_the_units_they_name_whatever_set_units_says(archive, system_units):
    write_yaml([Entry("temp", unit="K")], archive.layout.tdb / "t.yaml")
    put("temp", [0, 10], [300.0, 300.0])

    class Warmth(ComputedMsid):
        msid_match = "warmth"
        units: ClassVar = {
            "internal_system": "cxc",
            "cxc": "K",
            "sci": "DEGC",
            "eng": "DEGF",
            "convert_attrs": ["vals"],
        }

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            dat = self.fetch_cxc.MSID("temp", tstart, tstop)
            return {"vals": dat.vals, "times": dat.times, "bads": dat.bads, "unit": dat.unit}

    try:
        fetch.set_units("eng")
        assert fetch.MSID("warmth", 0.0, 20.0).vals[0] == pytest.approx(80.33)
        assert fetch_sci.MSID("warmth", 0.0, 20.0).vals[0] == pytest.approx(26.85)
        assert fetch.in_units("cxc").MSID("temp", 0.0, 20.0).unit == "K"
    finally:
        ComputedMsid.msid_classes.remove(Warmth)


DAY = 86400.0


def test_limits_that_change_while_a_value_holds_count_from_then_on(archive):
    """4 holds, the limit falls to 3 on day 2 and rises to 9 on day 4; 8 comes at noon of day 3."""
    dated = [
        (None, Limits(yellow_high=5)),
        ("1970-01-02", Limits(yellow_high=3)),
        ("1970-01-04", Limits(yellow_high=9)),
    ]
    write_yaml([Entry("held", on_change=True, limits_history=dated)], archive.layout.tdb / "h.yaml")
    put("held", [0, 2.5 * DAY], [4.0, 8.0])
    found = fetch.MSID("held", 0.0, 6 * DAY).limit_violations()
    assert pairs(found) == [(DAY, 3 * DAY)]
    assert (found["extreme"].tolist(), found["samples"].tolist()) == ([8], [1])


def test_limit_that_comes_between_two_samples_is_passed_from_then_on(archive):
    dated = [(None, Limits(yellow_high=5)), ("1970-01-01T00:01:10", Limits(yellow_high=3))]
    write_yaml([Entry("x", limits_history=dated)], archive.layout.tdb / "x.yaml")
    put("x", [0, 60, 120], [4.0, 4.0, 4.0])
    assert pairs(fetch.MSID("x", 0.0, 200.0).limit_violations()) == [(pytest.approx(70), 150)]


def test_limits_that_came_and_went_between_two_samples_leave_the_outer_edges(archive):
    dated = [(None, Limits()), ("1970-01-01T00:00:10", Limits(red_low=5)), ("1970-01-01T00:01:50", Limits())]
    write_yaml([Entry("x", limits_history=dated)], archive.layout.tdb / "x.yaml")
    put("x", [0, 60, 120], [4.0, 4.0, 4.0])
    assert pairs(fetch.MSID("x", 0.0, 200.0).limit_violations()) == [(pytest.approx(10), pytest.approx(110))]


def test_changes_of_limits_leave_the_edges_between_values(archive):
    times, vals = with_changes(np.array([0.0, 10.0, 20.0]), np.array([1, 2, 3]), [-5.0, 10.0, 17.0, 99.0], None, None)
    assert times.round(6).tolist() == [0, 5, 5, 10, 10, 15, 15, 17, 17, 20]
    assert vals.tolist() == [1, 1, 2, 2, 2, 2, 3, 3, 3, 3]


def test_change_of_limits_in_a_gap_adds_no_samples_there():
    times, _ = with_changes(np.array([0.0, 100.0]), np.array([1, 2]), [50.0], None, 60.0)
    assert times.tolist() == [0, 100]


def test_unfinished_bin_of_a_computed_msid_is_left_out_as_of_others(archive):
    put("x", np.arange(0, 1000.0), np.arange(1000.0))
    computed, stored = (fetch.MSID(name, 0.0, 2000.0, stat="5min") for name in ("mean__x__0s", "x"))
    assert computed.indexes.tolist() == stored.indexes.tolist() == [0, 1, 2]


def test_calibrated_value_equal_to_a_limit_is_within(archive):
    from jeta.tdb import Calibration, Polynomial

    entry = Entry("y", type="int32", calibrations=Calibration(Polynomial((0.0, 0.1))), limits=Limits(yellow_high=1.2))
    write_yaml([entry], archive.layout.tdb / "y.yaml")
    put("y", [0, 10, 20], np.array([12, 12, 13], np.int32))
    assert pairs(fetch.MSID("y", 0.0, 30.0).limit_violations()) == [(15, 25)]


def test_one_text_that_came_with_several_numbers_is_one_state(archive):
    texts, raws = ["ON", "ON", "ON", "OFF"], np.array([1, np.nan, 2, 0])
    with Writer(archive.root) as writer:
        writer.commit({"MODE": Samples.from_texts(np.arange(0, 40, 10), "ms", texts, raws=raws)})
    found = fetch.MSID("mode", 0.0, 1.0).state_intervals()
    assert found["val"].tolist() == ["ON", "OFF"]
    np.testing.assert_allclose(found["tstart"], [-0.005, 0.025])


@pytest.mark.parametrize("change_s", [99, 100, 101])
def test_limit_that_comes_at_or_near_a_sample_counts_from_then_on(archive, change_s):
    dated = [(None, Limits(red_high=20)), (f"1970-01-01T00:01:{change_s - 60:02d}", Limits(red_high=5))]
    write_yaml([Entry("x", limits_history=dated)], archive.layout.tdb / "x.yaml")
    put("x", [0, 100, 200], [1.0, 9.0, 1.0])
    assert pairs(fetch.MSID("x", 0.0, 300.0).limit_violations()) == [(pytest.approx(change_s), 150)]


@pytest.mark.parametrize("on_change", [True, False])
def test_nan_neither_violates_nor_holds(archive, on_change):
    dated = [(None, Limits(red_high=5)), ("1970-01-01T00:01:00", Limits(red_high=20))]
    write_yaml([Entry("x", on_change=on_change, limits_history=dated)], archive.layout.tdb / "x.yaml")
    put("x", [0, 40, 50, 100], [1.0, 9.0, np.nan, 1.0])
    found = fetch.MSID("x", 0.0, 110.0).limit_violations()
    assert pairs(found) == [(40 if on_change else 20, pytest.approx(60))]
    assert found["samples"].tolist() == [1]


def test_last_known_of_a_computed_msid_includes_the_instant(archive):
    put("x", np.arange(0, 100, 10.0), np.arange(10.0))
    assert fetch.last_known("mean__x__0s", 50.0, max_age=0).time == 50
    assert fetch.last_known("mean__x__0s", 0.0).time == 0


def test_a_held_value_is_not_compared_before_it_is_known(archive):
    write_yaml([Entry("s", on_change=True)], archive.layout.tdb / "s.yaml")
    put("a", np.arange(0, 70, 10.0), np.ones(7, int))
    put("s", [50], [1])
    dats = fetch.MSIDset(["a", "s"], 0.0, 70.0)
    assert pairs(dats.logical_intervals("a == s")) == [(50, 65)]


def test_longest_gap_is_a_gap(archive):
    put("x", [0, 10, 20, 500, 510], np.arange(5.0))
    assert fetch.coverage("x").longest_gap_s == 480
    assert fetch.coverage("x", 0.0, 21.0).longest_gap_s == 0
    assert fetch.coverage("x", 0.0, 100.0).longest_gap_s == 80
    assert fetch.coverage("x", 600.0, 700.0).longest_gap_s == 100
