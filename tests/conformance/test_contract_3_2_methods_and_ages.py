"""Interpolation beyond contract 3.1 and 3.2: `method`, `max_age`, and MSIDs that are sent only when they change (decisions)."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import columns, describe, fetched, put
from jeta import fetch
from jeta.errors import ValuesError
from jeta.tdb import Entry

pytestmark = pytest.mark.usefixtures("archive")

AT = np.array([0.0, 4.0, 5.0, 9.0, 10.0, 15.0, 20.0])


@pytest.fixture
def dat(archive):
    return fetched("x", [0, 10, 20], [1.0, 2.0, 4.0])


@pytest.fixture
def valve(archive):
    """An MSID that is sent only when it changes: closed at 0 s, open at 100 s, closed at 130 s."""
    describe(archive, Entry("VALVE", on_change=True), Entry("LEVEL", on_change=True))
    put("valve", [0, 100, 130], ["CLOSED", "OPEN", "CLOSED"])
    put("level", [0, 100, 130], [1.0, 2.0, 3.0])
    return archive


@pytest.mark.parametrize(
    ("method", "vals"),
    [
        ("nearest", [1, 1, 2, 2, 2, 4, 4]),
        ("previous", [1, 1, 1, 1, 2, 2, 4]),
        ("linear", [1, 1.4, 1.5, 1.9, 2, 3, 4]),
        (None, [1, 1, 2, 2, 2, 4, 4]),
    ],
)
def test_value_of_each_method(dat, method, vals):
    dat.interpolate(times=AT, method=method)
    assert dat.vals.tolist() == pytest.approx(vals)
    assert dat.times.tolist() == AT.tolist()


def test_times0_of_previous_are_never_later_than_the_grid(dat):
    dat.interpolate(times=AT, method="previous")
    assert dat.times0.tolist() == [0, 0, 0, 0, 10, 10, 20]


@pytest.mark.parametrize("method", ["Nearest", "", "cubic", 1])
def test_unknown_method_is_refused_and_nothing_is_changed(dat, method):
    with pytest.raises(ValuesError, match="nearest, previous, linear"):
        dat.interpolate(dt=5, method=method)
    assert len(dat) == 3


def test_unknown_method_on_a_set_is_refused_and_nothing_is_changed(dat):
    dats = fetch.MSIDset(["x"], 0.0, 100.0)
    with pytest.raises(ValuesError):
        dats.interpolate(dt=5, method="cubic")
    assert (len(dats["x"]), dats["x"].bads is None) == (3, False)


def test_set_with_a_member_that_cannot_be_on_a_line_is_refused_whole(dat):
    put("text", [0, 10], ["A", "B"])
    dats = fetch.MSIDset(["x", "text"], 0.0, 100.0)
    with pytest.raises(ValuesError):
        dats.interpolate(dt=5, method="linear")
    assert (dats["x"].times.tolist(), hasattr(dats, "times")) == ([0, 10, 20], False)


@pytest.mark.parametrize("max_age", [None, 100.0])
@pytest.mark.parametrize("method", ["previous", "linear"])
def test_grid_before_the_first_good_sample_has_no_value_of_before(method, max_age):
    """The common range is that before filtering; a value from the future is none that was there before."""
    put("z", [0, 10, 20], [1.0, 2.0, 4.0], [1, 0, 0])
    dats = fetch.MSIDset(["z"], 0.0, 100.0)
    dats.interpolate(dt=5, method=method, max_age=max_age)
    assert dats["z"].bads.tolist() == [True, True, False, False, False]
    assert np.isnan(dats["z"].vals).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize("vals", [["A", "B", "C"], [True, False, True]])
def test_lines_are_for_numbers_only(vals):
    dat = fetched("y", [0, 10, 20], vals)
    with pytest.raises(ValuesError, match="'previous' or 'nearest'"):
        dat.interpolate(dt=5, method="linear")


def test_line_between_integers_is_floating_point_and_float32_stays():
    whole = fetched("i", [0, 10], np.array([0, 1], np.int16))
    single = fetched("f", [0, 10], np.array([0, 1], np.float32))
    for dat in (whole, single):
        dat.interpolate(dt=5, method="linear")
    assert (whole.vals.tolist(), single.vals.dtype) == ([0, 0.5], np.float32)


def test_line_with_a_bad_end_is_bad_but_not_at_a_good_sample():
    dat = fetched("y", [0, 10, 20], [1.0, 2.0, 4.0], [0, 1, 0])
    dat.interpolate(times=AT, method="linear")
    assert dat.bads.tolist() == [False, True, True, True, True, True, False]


def test_line_with_a_nan_end_is_nan_but_not_at_a_sample():
    dat = fetched("y", [0, 10, 20], [1.0, np.nan, 4.0])
    dat.interpolate(times=AT, method="linear")
    assert np.isnan(dat.vals).tolist() == [False, True, True, True, True, True, False]


def test_lines_of_statistics_are_of_all_their_columns():
    put("x", np.arange(0, 1640, 10.0), np.arange(0, 1640, 10.0))
    dat = fetch.MSID("x", 0.0, 1640.0, stat="5min")
    means, mins = dat.means.copy(), dat.mins.copy()
    dat.interpolate(times=np.array([328.0]), method="linear")
    assert (dat.vals is dat.means, dat.means[0]) == (True, pytest.approx((means[0] + means[1]) / 2))
    assert dat.mins[0] == pytest.approx((mins[0] + mins[1]) / 2)


@pytest.mark.parametrize(
    ("method", "bads"),
    [
        ("nearest", [0, 0, 0, 1, 1, 0, 0, 0]),
        ("previous", [0, 0, 0, 1, 1, 1, 1, 0]),
        ("linear", [0, 1, 1, 1, 1, 1, 1, 0]),
    ],
)
def test_grid_points_beyond_max_age_are_bad_and_nan(method, bads):
    """Samples at 0 and 100 s; a distance of exactly 10 s still counts; a line needs both of its ends so near."""
    at = np.array([0.0, 9.0, 10.0, 10.5, 50.0, 90.0, 95.0, 100.0])
    dat = fetched("y", [0, 100], [1.0, 2.0])
    dat.interpolate(times=at, method=method, max_age=10)
    assert dat.bads.tolist() == [bool(bad) for bad in bads]
    assert np.isnan(dat.vals).tolist() == [bool(bad) for bad in bads]
    assert dat.times.tolist() == at.tolist()


@pytest.mark.parametrize("vals", [[1, 2], [True, False], ["A", "B"]])
def test_old_values_of_other_types_are_marked_only(vals):
    dat = fetched("y", [0, 100], vals)
    dat.interpolate(times=np.array([0.0, 50.0]), max_age=10)
    assert (dat.bads.tolist(), dat.dtype) == ([False, True], fetch.MSID("y", 0, 1).dtype)


def test_max_age_marks_also_what_was_filtered_before():
    dat = fetched("y", [0, 10, 20, 30], [0, 1, 2, 3], [0, 1, 1, 0])
    dat.filter_bad()
    dat.interpolate(dt=10, max_age=5)
    assert columns(dat)[::2] == ([0, 10, 20], [False, True, True])


def test_max_age_of_a_set_leaves_the_point_in_the_grid_with_its_flag(dat):
    put("slow", [0, 20], [5.0, 6.0])
    dats = fetch.MSIDset(["x", "slow"], 0.0, 100.0)
    dats.interpolate(dt=10, max_age=4)
    assert dats.times.tolist() == [0, 10, 20]
    assert (dats["x"].bads.tolist(), dats["slow"].bads.tolist()) == ([False] * 3, [False, True, False])


def test_max_age_of_a_set_with_union_and_filter_leaves_the_point_out(dat):
    put("slow", [0, 20], [5.0, 6.0])
    dats = fetch.MSIDset(["x", "slow"], 0.0, 100.0)
    dats.interpolate(dt=10, max_age=4, bad_union=True)
    assert (dats.times.tolist(), dats["x"].vals.tolist()) == ([0, 20], [1, 4])


@pytest.mark.parametrize("max_age", [-1, np.nan])
def test_max_age_that_is_no_duration_is_refused(dat, max_age):
    with pytest.raises(ValuesError, match="age"):
        dat.interpolate(dt=5, max_age=max_age)


def test_infinite_max_age_is_none_at_all(dat):
    dat.interpolate(dt=5, max_age=np.inf)
    assert dat.vals.tolist() == [1, 2, 2, 4]


def test_msid_sent_on_change_holds_its_value(valve):
    """Contract decisions, 4: on-change telemetry is a kind of MSID."""
    dat = fetch.MSID("valve", 0.0, 1000.0)
    dat.interpolate(dt=20)
    assert (dat.times.tolist(), dat.vals.tolist()) == ([0, 20, 40, 60, 80, 100, 120], ["CLOSED"] * 5 + ["OPEN"] * 2)


def test_msid_sent_on_change_may_still_be_asked_for_its_nearest(valve):
    dat = fetch.MSID("valve", 0.0, 1000.0)
    dat.interpolate(dt=20, method="nearest")
    assert dat.vals.tolist() == ["CLOSED"] * 3 + ["OPEN"] * 3 + ["CLOSED"]


def test_set_of_both_kinds_gives_each_its_way(valve, dat):
    put("x", [60, 140], [8.0, 9.0])
    dats = fetch.MSIDset(["valve", "x"], 0.0, 1000.0)
    dats.interpolate(times=np.array([70.0, 99.0, 110.0]))
    assert (dats["valve"].vals.tolist(), dats["x"].vals.tolist()) == (["CLOSED", "CLOSED", "OPEN"], [8, 8, 9])


def test_last_value_of_an_msid_sent_on_change_holds_to_the_end_of_a_set(valve):
    """Its last change is at 130 s; the others go on to 200 s, and so does what it holds."""
    put("x", np.arange(0, 201, 10.0), np.arange(21))
    dats = fetch.MSIDset(["valve", "x"], 0.0, 1000.0)
    dats.interpolate(dt=50)
    assert dats.times.tolist() == [0, 50, 100, 150, 200]
    assert dats["valve"].vals.tolist() == ["CLOSED", "CLOSED", "OPEN", "CLOSED", "CLOSED"]


def test_last_value_of_an_msid_sent_on_change_holds_to_the_end_of_the_request(valve):
    dat = fetch.MSID("level", 0.0, 200.0)
    dat.interpolate(times=np.array([140.0, 199.0]))
    assert (dat.times.tolist(), dat.vals.tolist()) == ([140, 199], [3, 3])


def test_statistics_of_an_msid_sent_on_change_are_interpolated_as_others(valve):
    put("level", [400, 700], [4.0, 5.0])
    dat = fetch.MSID("level", 0.0, 656.0, stat="5min")
    dat.interpolate(times=np.array([300.0, 340.0]))
    assert dat.times0.tolist() == [164, 492]
