"""Samples onto new times."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import ValuesError
from jeta.interpolation import (
    absolute_grid,
    common_grid,
    linear,
    nearest_good_indices,
    nearest_indices,
    previous_indices,
    sample_grid,
    too_far,
    within,
)

# Times in eighths of a second: differences are exact, so that a tie is one.
eighths = st.integers(-200, 200).map(lambda number: number / 8)
grids = st.lists(eighths, max_size=30).map(np.array)
series = st.lists(eighths, min_size=1, max_size=30).map(sorted).map(np.array)
unique_series = st.sets(eighths, min_size=1, max_size=30).map(sorted).map(np.array)
properties = settings(max_examples=100, deadline=None)


class TestSampleGrid:
    """The grid of one MSID: section 3.1 and point 3 of section 13 of the contract."""

    def test_begins_at_the_first_sample_and_leaves_out_the_last(self):
        assert sample_grid(0.25, 100.25, 25.0).tolist() == [0.25, 25.25, 50.25, 75.25]

    def test_is_clipped_into_the_data_not_onto_other_points(self):
        assert sample_grid(10.0, 20.0, 4.0, start_s=-99.0, stop_s=99.0).tolist() == [10.0, 14.0, 18.0]
        assert sample_grid(10.0, 20.0, 4.0, start_s=11.0, stop_s=15.5).tolist() == [11.0, 15.0]

    def test_is_arange_to_the_last_digit(self):
        first, last = 378691266.284, 378777666.184
        assert np.array_equal(sample_grid(first, last, 32.8), np.arange(first, last, 32.8))

    @pytest.mark.parametrize(
        ("first", "last", "start", "stop"),
        [
            (None, None, None, None),
            (np.nan, np.nan, 0.0, 9.0),
            (5.0, 5.0, None, None),
            (0.0, 10.0, 11.0, None),
            (0.0, 10.0, None, -1.0),
            (0.0, 10.0, 8.0, 2.0),
        ],
    )
    def test_is_empty_where_there_is_no_room(self, first, last, start, stop):
        """No samples, one sample, a range beside the data or backwards."""
        assert sample_grid(first, last, 1.0, start, stop).shape == (0,)


class TestCommonGrid:
    """The grid of a set: section 3.2 and point 3 of section 13 of the contract."""

    def test_begins_at_the_requested_start_and_includes_the_end(self):
        assert common_grid(0.0, 200.0, 25.0, 50.0, 100.0).tolist() == [50.0, 75.0, 100.0]

    def test_is_clipped_into_the_common_span(self):
        assert common_grid(3.0, 9.0, 2.5, -100.0, 100.0).tolist() == [3.0, 5.5, 8.0]

    def test_one_hour_has_sixty_points(self):
        """The example of the contract: first samples at +0.10 s and +0.05 s, a request of one hour."""
        start = 378691266.184
        grid = common_grid(start + 0.10, start + 3599.9, 60.0, start, start + 3600.0)
        assert (len(grid), grid[0]) == (60, start + 0.10)

    def test_does_not_add_up_rounding(self):
        grid = common_grid(0.0, 1e6, 0.1, 0.0, 1e5)
        assert grid[123456] == 123456 * 0.1

    def test_has_no_point_that_only_rounding_would_reach(self):
        """Ten steps of the float64 number 0.1 are a little more than 1."""
        assert len(common_grid(0.0, 1.0, 0.1, 0.0, 1.0)) == 10

    @pytest.mark.parametrize(
        ("first", "last", "start", "stop"),
        [
            (None, None, 0.0, 9.0),
            (np.nan, 1.0, 0.0, 9.0),
            (6.0, 4.0, 0.0, 9.0),
            (0.0, 4.0, 5.0, 9.0),
            (0.0, 9.0, 5.0, 4.0),
        ],
    )
    def test_is_empty_where_nothing_is_common(self, first, last, start, stop):
        assert common_grid(first, last, 1.0, start, stop).shape == (0,)

    def test_of_a_single_instant_has_one_point(self):
        assert common_grid(5.0, 5.0, 1.0, 0.0, 9.0).tolist() == [5.0]


class TestAbsoluteGrid:
    """The grid of a telemetry request: section 4.9 and point 3 of section 13 of the contract."""

    def test_consists_of_multiples_of_the_step_and_leaves_out_the_end(self):
        assert absolute_grid(1005.0, 1040.0, 10.0).tolist() == [1000.0, 1010.0, 1020.0, 1030.0]

    def test_before_zero_is_floored_as_well(self):
        assert absolute_grid(-15.0, 11.0, 10.0).tolist() == [-20.0, -10.0, 0.0]

    def test_counts_whole_steps_only(self):
        assert absolute_grid(0.0, 29.9, 10.0).tolist() == [0.0, 10.0]

    def test_backwards_is_empty(self):
        assert absolute_grid(100.0, 0.0, 10.0).shape == (0,)


def test_within_keeps_both_ends():
    """A list of times given by the user is cut to the data, ends included."""
    assert within([9.0, 1.0, 2.0, 3.0], 1.0, 3.0).tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(("first", "last"), [(None, None), (np.nan, np.nan), (3.0, 1.0)])
def test_within_no_data_nothing_is_kept(first, last):
    assert within([1.0, 2.0, 3.0], first, last).shape == (0,)


@pytest.mark.parametrize("step", [0, -1.0, np.nan, np.inf, "32.8", None])
@pytest.mark.parametrize(
    "make",
    [
        lambda dt: sample_grid(0, 9, dt),
        lambda dt: common_grid(None, None, dt, 0, 9),
        lambda dt: absolute_grid(0, 9, dt),
    ],
)
def test_a_step_that_leads_nowhere_is_refused(make, step):
    with pytest.raises(ValuesError, match=r"grid step of .* above 0"):
        make(step)


class TestNearest:
    """Point 4 of section 13 of the contract."""

    def test_a_tie_goes_to_the_later_sample(self):
        assert nearest_indices([0.0, 10.0, 20.0], [5.0, 15.0, np.nextafter(15.0, 0)]).tolist() == [1, 2, 1]

    def test_outside_the_data_it_is_the_sample_at_the_end(self):
        assert nearest_indices([0.0, 10.0], [-1e9, 1e9]).tolist() == [0, 1]

    def test_samples_at_one_instant_are_a_tie(self):
        assert nearest_indices([1.0, 1.0, 5.0, 5.0], [0.0, 1.0, 2.0, 4.0, 9.0]).tolist() == [1, 1, 1, 3, 3]

    def test_no_grid_needs_no_samples(self):
        indices = nearest_indices([], [])
        assert (indices.shape, indices.dtype) == ((0,), np.int64)

    def test_a_grid_without_samples_is_an_error(self):
        with pytest.raises(ValuesError, match="no sample to be nearest to any of 2 grid times"):
            nearest_indices([], [1.0, 2.0])

    @given(series, grids)
    @properties
    def test_is_the_least_distance_the_later_of_equals(self, times, grid):
        found = nearest_indices(times, grid)
        distances = np.abs(times[:, None] - grid[None, :])
        assert found.tolist() == [len(times) - 1 - int(np.argmin(column[::-1])) for column in distances.T]
        assert found.dtype == np.int64


class TestPrevious:
    def test_a_sample_holds_from_its_own_instant_on(self):
        assert previous_indices([0.0, 10.0], [0.0, 9.999, 10.0, 1e9]).tolist() == [0, 0, 1, 1]

    def test_there_is_none_before_the_first_sample(self):
        assert previous_indices([0.0, 10.0], [-0.001]).tolist() == [-1]
        assert previous_indices([], [1.0]).tolist() == [-1]

    @given(series, grids)
    @properties
    def test_is_the_last_sample_that_is_not_later(self, times, grid):
        expected = []
        for instant in grid:
            expected.append(-1)
            for row, time in enumerate(times):
                expected[-1] = row if time <= instant else expected[-1]
        found = previous_indices(times, grid)
        assert (found.tolist(), found.dtype) == (expected, np.int64)


class TestLinear:
    def test_values_lie_on_the_straight_line(self):
        assert linear([0.0, 10.0, 20.0], [1.0, 3.0, 3.0], [5.0, 12.5, 20.0]).tolist() == [2.0, 3.0, 3.0]

    def test_nothing_is_invented_outside_the_data(self):
        assert np.isnan(linear([0.0, 10.0], [1.0, 3.0], [-0.1, 10.1])).all()
        assert np.isnan(linear([], np.array([]), [1.0])).all()

    def test_a_single_sample_has_a_value_at_its_instant_only(self):
        assert linear([5.0], [7.0], [4.0, 5.0, 6.0]).tolist()[1] == 7.0
        assert np.isnan(linear([5.0], [7.0], [4.0, 6.0])).all()

    def test_nan_spreads_to_its_neighbours_only(self):
        found = linear([0.0, 1.0, 2.0, 3.0], [0.0, np.nan, 4.0, 6.0], [0.0, 0.5, 1.0, 1.5, 2.0, 2.5])
        np.testing.assert_array_equal(found, [0.0, np.nan, np.nan, np.nan, 4.0, 5.0])

    def test_infinity_stays_at_its_sample_and_does_not_warn(self):
        found = linear([0.0, 1.0, 2.0, 3.0], [0.0, np.inf, np.inf, -np.inf], [0.0, 1.0, 1.5, 3.0])
        assert found.tolist() == [0.0, np.inf, np.inf, -np.inf]

    def test_several_values_at_one_instant_make_a_step(self):
        found = linear([0.0, 1.0, 1.0, 2.0], [0.0, 1.0, 5.0, 6.0], [0.5, 1.0, 1.5])
        assert found.tolist() == [0.5, 5.0, 5.5]

    @pytest.mark.parametrize(
        ("given_type", "type_"), [("f4", "f4"), ("f8", "f8"), ("i2", "f8"), ("u8", "f8"), ("f2", "f8")]
    )
    def test_types(self, given_type, type_):
        found = linear([0.0, 2.0], np.array([1, 2], given_type), [1.0, 9.0])
        assert (found.dtype, found[0]) == (np.dtype(type_), 1.5)

    def test_differences_of_unsigned_integers_do_not_wrap(self):
        assert linear([0.0, 2.0], np.array([200, 100], "u1"), [1.0]).tolist() == [150.0]

    @pytest.mark.parametrize("vals", [["ON", "OFF"], [True, False], [None, 1.0]])
    def test_states_have_nothing_in_between(self, vals):
        with pytest.raises(ValuesError, match="use 'previous' or 'nearest'"):
            linear([0.0, 1.0], vals, [0.5])

    def test_there_must_be_a_value_for_each_time(self):
        with pytest.raises(ValuesError, match=r"shape \(3,\) for 2 times"):
            linear([0.0, 1.0], [1.0, 2.0, 3.0], [0.5])

    @given(unique_series, grids, st.randoms(use_true_random=False))
    @properties
    def test_is_that_of_numpy_inside_the_data(self, times, grid, random):
        vals = np.array([random.uniform(-10, 10) for _ in times])
        found = linear(times, vals, grid)
        inside = (grid >= times[0]) & (grid <= times[-1])
        np.testing.assert_allclose(found[inside], np.interp(grid[inside], times, vals), rtol=1e-12, atol=1e-12)
        assert np.isnan(found[~inside]).all()

    @given(series, st.randoms(use_true_random=False))
    @properties
    def test_is_exact_at_samples(self, times, random):
        vals = np.array([random.uniform(-10, 10) for _ in times])
        assert linear(times, vals, times).tolist() == vals[previous_indices(times, times)].tolist()


class TestTooFar:
    TIMES = np.array([0.0, 10.0, 40.0])
    GRID = np.array([-6.0, -5.0, 0.0, 4.0, 5.0, 15.0, 16.0, 40.0, 45.0, 46.0])

    def far(self, method, max_age):
        indices = {"nearest": nearest_indices, "previous": previous_indices}.get(method, lambda *_: None)(
            self.TIMES, self.GRID
        )
        return self.GRID[too_far(self.TIMES, self.GRID, indices, max_age, method)].tolist()

    def test_nearest_looks_both_ways(self):
        assert self.far("nearest", 5.0) == [-6.0, 16.0, 46.0]

    def test_previous_looks_back_and_needs_a_sample_there(self):
        assert self.far("previous", 5.0) == [-6.0, -5.0, 16.0, 46.0]

    def test_linear_needs_both_sides_but_at_a_sample(self):
        assert self.far("linear", 5.0) == [-6.0, -5.0, 4.0, 15.0, 16.0, 45.0, 46.0]

    def test_at_samples_an_age_of_zero_suffices(self):
        assert set(self.GRID) - set(self.far("linear", 0)) == {0.0, 40.0}

    @pytest.mark.parametrize(
        ("method", "expected"),
        [("nearest", []), ("previous", [-6.0, -5.0]), ("linear", [-6.0, -5.0, 45.0, 46.0])],
    )
    def test_without_a_limit_only_the_impossible_is_too_far(self, method, expected):
        assert self.far(method, None) == expected

    def test_without_samples_everything_is(self):
        assert too_far([], [1.0, 2.0], np.array([-1, -1]), None, "previous").tolist() == [True, True]
        assert too_far([], [1.0], None, None, "linear").tolist() == [True]

    def test_a_time_that_is_no_number_is_near_nothing(self):
        grid = [np.nan]
        assert too_far([1.0], grid, nearest_indices([1.0], grid), None, "nearest").tolist() == [True]
        assert too_far([1.0], grid, None, None, "linear").tolist() == [True]

    @given(series, grids)
    @properties
    def test_linear_without_a_limit_is_too_far_where_it_has_no_value(self, times, grid):
        values = linear(times, np.zeros(len(times)), grid)
        assert too_far(times, grid, None, None, "linear").tolist() == np.isnan(values).tolist()

    @pytest.mark.parametrize("age", [-1.0, np.nan, "5"])
    def test_an_age_that_is_none_is_refused(self, age):
        with pytest.raises(ValuesError, match="greatest age of"):
            self.far("linear", age)

    def test_an_unknown_method_is_refused(self):
        with pytest.raises(ValuesError, match=r"unknown interpolation method 'cubic'.*nearest, previous, linear"):
            self.far("cubic", 5.0)

    def test_chosen_samples_must_be_given(self):
        with pytest.raises(ValuesError, match=r"pass those of previous_indices\(\)"):
            too_far([0.0], [0.0], None, 5.0, "previous")


@pytest.fixture(scope="module")
def cheta(shared_data):
    """Read a case: what cheta was asked, what it answered, and the samples that it had."""
    folder = shared_data / "legacy_cheta"
    cases = {case["id"]: case for case in json.loads((folder / "expected" / "cases.json").read_text())["cases"]}

    def read(name, member=None):
        case = cases[name]
        told = case["members"][member] if member else case
        content = folder / "archive" / "data" / told["content"]
        with h5py.File(content / "TIME.h5") as time_file, h5py.File(content / f"{told['MSID']}.h5") as file:
            valid = ~time_file["quality"][:].astype(bool)
            times = time_file["data"][:]
            rows = np.flatnonzero(valid & (times >= told["tstart"]) & (times < told["tstop"]))
            samples = times[rows], file["data"][:][rows]
        with np.load(folder / "expected" / case["npz"]) as arrays:
            return case, dict(arrays), *samples

    return read


@pytest.mark.parametrize(("name", "dt"), [("interp_default_dt", 328.0), ("interp_dt_60", 60.0), ("interp_dt_0.5", 0.5)])
def test_the_grid_and_the_samples_of_one_msid_are_those_of_cheta(cheta, name, dt):
    """Bit for bit; the last of them has a grid finer than the samples."""
    _, theirs, times, vals = cheta(name)
    grid = sample_grid(times[0], times[-1], dt)
    indices = nearest_indices(times, grid)
    for ours, column in ((grid, "times"), (times[indices], "times0"), (vals[indices], "vals")):
        assert np.array_equal(ours, theirs[column]), column


@pytest.mark.parametrize("name", ["interp_ties", "interp_across_gap"])
def test_ties_and_gaps_are_those_of_cheta(cheta, name):
    _, theirs, times, vals = cheta(name)
    indices = nearest_indices(times, theirs["times"])
    assert np.array_equal(times[indices], theirs["times0"])
    assert np.array_equal(vals[indices], theirs["vals"])


def test_the_times_of_cheta_are_those_within_the_data(cheta):
    _, theirs, times, _ = cheta("interp_times")
    assert np.array_equal(within(theirs["arg_times"], times[0], times[-1]), theirs["times"])


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("set_interp_filter_false_union_false", ["TEPHIN", "AOFGUIDE", "AOPWRMD", "OOBTHR02", "4OBHTRMD"]),
        ("set_interp_default", ["TEPHIN", "AOFGUIDE", "AOPWRMD", "OOBTHR02", "4OBHTRMD"]),
        ("set_interp_end_on_grid", ["TEPHIN", "AOGYRCT1"]),
    ],
)
def test_the_grid_of_a_set_is_that_of_cheta(cheta, name, members):
    """Bit for bit, from the common span of all members."""
    read = [cheta(name, member) for member in members]
    case, theirs = read[0][:2]
    first, last = max(times[0] for *_, times, _ in read), min(times[-1] for *_, times, _ in read)
    asked = case["steps"][0]["kwargs"]
    start, stop = asked.get("start", case["tstart"]), asked.get("stop", case["tstop"])
    assert np.array_equal(common_grid(first, last, asked.get("dt", 328.0), start, stop), theirs["set__times"])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1), st.lists(st.integers(-4, 28), max_size=20))
def test_passing_over_bad_samples_is_leaving_them_out_before(samples, grid):
    """Repeated times, ties and points beyond the ends included."""
    samples = sorted(samples, key=lambda sample: sample[0])
    times = np.array([time for time, _ in samples], float)
    bads = np.array([bad for _, bad in samples])
    points = np.array(grid, float) / 2
    good = np.flatnonzero(~bads)
    if len(good) == 0:
        if len(grid):
            with pytest.raises(ValuesError, match="no good sample"):
                nearest_good_indices(times, points, bads)
        return
    found = nearest_good_indices(times, points, bads)
    assert found.tolist() == good[nearest_indices(times[good], points)].tolist()
