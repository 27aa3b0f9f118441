"""Contract 3.1: `MSID.interpolate(dt=None, start=None, stop=None, times=None)`; 13.3 and 13.4."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import columns, fetched, put
from jeta import fetch
from jeta.errors import ValuesError

pytestmark = pytest.mark.usefixtures("archive")

SECONDS = [0, 10, 20, 40, 50]


@pytest.fixture
def dat(archive):
    return fetched("x", SECONDS, [0, 1, 2, 4, 5], [0, 1, 0, 0, 0])


def test_works_in_place_and_returns_none(dat):
    assert dat.interpolate(dt=10) is None
    assert dat.times.tolist() == [0, 10, 20, 30, 40]


def test_times_beside_any_of_the_others_are_refused(dat):
    """Row 1: the message says that with times set the others cannot be."""
    for other in ({"dt": 1.0}, {"start": 0.0}, {"stop": 20.0}):
        with pytest.raises(ValueError, match="with times set"):
            dat.interpolate(times=np.array([5.0]), **other)
    assert dat.times.tolist() == SECONDS


def test_times_outside_the_samples_are_left_out_and_both_ends_kept(dat):
    dat.interpolate(times=np.array([-1.0, 0.0, 4.0, 50.0, 50.001]))
    assert (dat.times.tolist(), dat.vals.tolist()) == ([0, 4, 50], [0, 0, 5])


@pytest.mark.parametrize(
    "times",
    [[6.0, 31.0], (6, 31), ["1970:001:00:00:06", "1970:001:00:00:31"], np.array([6, 31])],
    ids=["list", "tuple of int", "dates", "int array"],
)
def test_times_may_be_a_list_of_any_form_where_the_ancestor_failed(dat, times):
    dat.interpolate(times=times)
    assert (dat.times.tolist(), dat.vals.tolist()) == ([6, 31], [1, 4])


def test_times_may_be_in_any_order_and_repeat(dat):
    dat.interpolate(times=np.array([41.0, 1.0, 41.0]))
    assert (dat.times.tolist(), dat.vals.tolist()) == ([41, 1, 41], [4, 0, 4])


def test_default_step_is_328_s():
    dat = fetched("x", [0, 1000], [1, 2])
    dat.interpolate()
    assert dat.times.tolist() == [0, 328, 656, 984]


def test_grid_is_arange_from_the_first_sample_to_before_the_last():
    """Row 2: half-open, with numpy's accumulated rounding, and never the last sample; from samples, not the request."""
    dat = fetched("x", [0.1, 1.1], [1, 2])
    dat.interpolate(dt=0.1)
    assert np.array_equal(dat.times, np.arange(0.1, 1.1, 0.1))
    assert dat.times[-1] < 1.1


@pytest.mark.parametrize(
    ("start", "stop", "grid"),
    [
        (5.0, 35.0, [5, 15, 25]),
        (-100.0, 1000.0, [0, 10, 20, 30, 40]),
        ("1970:001:00:00:25", None, [25, 35, 45]),
        (None, 20.0, [0, 10]),
        (30.0, 30.0, []),
        (40.0, 10.0, []),
        (60.0, 90.0, []),
    ],
)
def test_start_and_stop_are_clipped_to_the_samples(dat, start, stop, grid):
    dat.interpolate(dt=10, start=start, stop=stop)
    assert dat.times.tolist() == grid


def test_arguments_by_position(dat):
    dat.interpolate(10.0, 5.0, 35.0)
    assert dat.times.tolist() == [5, 15, 25]


def test_nearest_sample_and_a_tie_goes_to_the_later(dat):
    """Row 3: 5 s lies between 0 and 10, 30 s between 20 and 40: both get the later."""
    dat.interpolate(times=np.array([4.999, 5.0, 29.999, 30.0]))
    assert dat.vals.tolist() == [0, 1, 2, 4]


def test_every_array_follows_and_bad_samples_are_not_skipped(dat):
    """Row 4."""
    dat.interpolate(dt=5.0, start=5.0, stop=20.0)
    assert columns(dat) == ([5, 10, 15], [1, 1, 2], [True, True, False])


def test_bad_samples_that_were_filtered_are_no_neighbours(dat):
    dat.filter_bad()
    dat.interpolate(dt=10)
    assert columns(dat) == ([0, 10, 20, 30, 40], [0, 2, 2, 4, 4], None)


def test_times0_are_the_times_of_the_samples_taken(dat):
    """Row 5."""
    dat.interpolate(dt=10)
    assert dat.times0.tolist() == [0, 10, 20, 40, 40]


def test_times0_follow_what_is_done_later(dat):
    dat.interpolate(dt=10)
    dat.filter_bad()
    assert (dat.times.tolist(), dat.times0.tolist()) == ([0, 20, 30, 40], [0, 20, 40, 40])
    dat.select_intervals([(15, 35)])
    assert (dat.times.tolist(), dat.times0.tolist()) == ([20, 30], [20, 40])


def test_an_object_of_length_0_stays_one_where_the_ancestor_raised(dat):
    empty = fetch.MSID("x", 100.0, 200.0)
    empty.interpolate(dt=10)
    assert columns(empty) == ([], [], [])
    empty.interpolate(times=np.array([1.0]))
    assert (len(empty), empty.times0.tolist()) == (0, [])


def test_one_sample_gives_none_on_a_grid_but_itself_at_its_time():
    dat = fetched("one", [7], [3])
    at_its_time = dat.copy()
    dat.interpolate(dt=1)
    assert len(dat) == 0
    at_its_time.interpolate(times=np.array([6.0, 7.0, 8.0]))
    assert columns(at_its_time) == ([7], [3], [False])


def test_span_asked_for_is_not_recomputed(dat):
    before = dat.tstart, dat.tstop, dat.datestart, dat.datestop
    dat.interpolate(dt=10)
    assert (dat.tstart, dat.tstop, dat.datestart, dat.datestop) == before


def test_statistics_are_interpolated_with_all_their_columns():
    """The means of three bins of 328 s, at their midpoints 164, 492 and 820 s."""
    put("x", [0, 1, 328, 329, 656, 657, 1000], [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 0.0])
    dat = fetch.MSID("x", 0.0, 984.0, stat="5min")
    dat.interpolate(dt=164)
    assert dat.times.tolist() == [164, 328, 492, 656]
    assert dat.times0.tolist() == [164, 492, 492, 820]
    assert (dat.vals.tolist(), dat.indexes.tolist()) == ([2, 6, 6, 10], [0, 1, 1, 2])
    assert dat.vals is dat.means


def test_texts_are_interpolated_with_their_counts():
    dat = fetched("mode", [0, 10, 20], ["OFF", "ON", "OFF"])
    dat.interpolate(dt=5)
    assert dat.vals.tolist() == ["OFF", "ON", "ON", "OFF"]


@pytest.mark.parametrize("dt", [0, -1, np.nan, np.inf])
def test_a_step_that_leads_nowhere_is_refused(dat, dt):
    with pytest.raises(ValuesError, match="above 0"):
        dat.interpolate(dt=dt)
    assert len(dat) == 5


def test_copy_leaves_the_object_and_is_returned(dat):
    """Decision "copies": always a new object with copy=True."""
    new = dat.interpolate(dt=10, copy=True)
    assert (new.times.tolist(), dat.times.tolist()) == ([0, 10, 20, 30, 40], SECONDS)
    assert (type(new), hasattr(dat, "times0")) == (fetch.MSID, False)


def test_samples_that_share_an_instant_are_a_tie_too():
    """Of several samples at one instant the last is the later one."""
    dat = fetched("x", [0, 10, 10, 20], [0, 1, 2, 3])
    assert len(dat) == 4
    dat.interpolate(times=np.array([4.0, 9.0, 10.0, 11.0]))
    assert dat.vals.tolist() == [0, 2, 2, 2]
