"""Contract 3.2: `MSIDset.interpolate(dt, start, stop, filter_bad, times, bad_union, copy)`; 13.3 and 13.5."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import columns, put
from jeta import fetch

pytestmark = pytest.mark.usefixtures("two")

GRID = [2, 12, 22, 32, 42]
NEVER = (None, None)


@pytest.fixture
def two(archive):
    """A at 0, 10 ... 50 s with its value at 20 s bad; B at 2, 12 ... 52 s with that at 32 s bad."""
    steps = 10.0 * np.arange(6)
    put("a", steps, np.arange(6), steps == 20)
    put("b", steps + 2, np.arange(6) + 100, steps == 30)
    return archive


def fetched(start=0.0, stop=100.0, **kwargs):
    return fetch.MSIDset(["a", "b"], start, stop, **kwargs)


def test_works_in_place_and_sets_times():
    dats = fetched()
    assert not hasattr(dats, "times")
    assert dats.interpolate(dt=10) is None
    assert dats.times.tolist() == dats["b"].times.tolist() == GRID


def test_order_of_arguments():
    """`filter_bad` is the fourth, `times` the fifth, `bad_union` the sixth, `copy` the seventh."""
    new = fetched().interpolate(None, None, None, False, np.array([20.0]), True, True)
    assert (new["a"].bads.tolist(), new.times.tolist()) == ([True], [20])


def test_common_range_is_that_of_all_samples_before_filtering():
    """B's first sample is bad here; still the grid begins at it."""
    put("b", [1], [0], [True])
    dats = fetched()
    dats.interpolate(dt=10)
    assert (dats.times.tolist(), dats["b"].times0.tolist()) == ([1, 11, 21, 31, 41], [2, 12, 22, 22, 42])


def test_times_are_cut_to_the_common_range_both_ends_inside():
    dats = fetched()
    dats.interpolate(times=np.array([0.0, 2.0, 13.0, 50.0, 51.0]))
    assert dats.times.tolist() == [2, 13, 50]
    assert dats["b"].vals.tolist() == [100, 101, 105]


@pytest.mark.parametrize("other", [{"dt": 1}, {"start": 0}, {"stop": 1}])
def test_times_beside_any_of_the_others_are_refused(other):
    with pytest.raises(ValueError, match="with times set"):
        fetched().interpolate(times=np.array([20.0]), **other)


def test_step_is_328_s_by_default():
    put("a", [1000], [0])
    put("b", [1000], [0])
    dats = fetched(0.0, 2000.0)
    dats.interpolate()
    assert dats.times.tolist() == [2, 330, 658, 986]


def test_grid_is_from_the_request_clipped_and_built_by_multiplication():
    """The request begins at 5 s, the samples in it at 10 and 12 s; they end at 30 and 32 s."""
    dats = fetched(5.0, 40.0)
    dats.interpolate(dt=0.7)
    assert np.array_equal(dats.times, 12.0 + 0.7 * np.arange(26))


def test_end_on_the_grid_is_included_where_a_single_msid_leaves_it_out():
    dats = fetched()
    dats.interpolate(dt=8)
    assert dats.times.tolist() == [2, 10, 18, 26, 34, 42, 50]
    one = fetched()["a"]
    one.interpolate(dt=10)
    assert one.times.tolist() == [0, 10, 20, 30, 40]


def test_start_and_stop_are_clipped_to_the_common_range():
    for start, stop, grid in [(15.0, 35.0, [15, 25, 35]), (-5.0, 22.0, [2, 12, 22]), ("1970:001:00:00:45", 999, [45])]:
        dats = fetched()
        dats.interpolate(dt=10, start=start, stop=stop)
        assert dats.times.tolist() == grid


def test_example_of_one_hour():
    """First samples at +0.10 and +0.05 s, an hour at 60 s: first grid time +0.10 s, 60 points."""
    put("p", 0.10 + np.arange(3600), np.arange(3600))
    put("q", 0.05 + np.arange(3600), np.arange(3600))
    dats = fetch.MSIDset(["p", "q"], 0.0, 3600.0)
    dats.interpolate(dt=60)
    assert (dats.times[0], len(dats.times)) == (0.10, 60)


def test_filter_bad_without_union_filters_each_before_and_leaves_no_gap():
    """Row 1 of the table, the default: bads None, full grid."""
    dats = fetched()
    dats.interpolate(dt=10)
    assert columns(dats["a"]) == (GRID, [0, 1, 3, 3, 4], None)
    assert columns(dats["b"]) == (GRID, [100, 101, 102, 104, 104], None)


def test_no_filter_without_union_brings_each_its_own_mask():
    """Row 2: nothing filtered, full grid."""
    dats = fetched()
    dats.interpolate(dt=10, filter_bad=False)
    assert columns(dats["a"]) == (GRID, [0, 1, 2, 3, 4], [False, False, True, False, False])
    assert columns(dats["b"]) == (GRID, [100, 101, 102, 103, 104], [False, False, False, True, False])


def test_union_without_filter_gives_all_members_one_mask():
    """Row 3: the OR of all masks, the same array object in every member, full grid."""
    dats = fetched()
    dats.interpolate(dt=10, filter_bad=False, bad_union=True)
    assert dats["a"].bads is dats["b"].bads
    assert dats["a"].bads.tolist() == [False, False, True, True, False]
    assert dats["b"].vals.tolist() == [100, 101, 102, 103, 104]


def test_union_with_filter_leaves_bad_points_out_of_all():
    """Row 4: bads None, all shorter, `set.times` too, and (where the ancestor forgot) `times0`."""
    dats = fetched()
    dats.interpolate(dt=10, filter_bad=True, bad_union=True)
    assert columns(dats["a"]) == ([2, 12, 42], [0, 1, 4], None)
    assert columns(dats["b"]) == ([2, 12, 42], [100, 101, 104], None)
    assert (dats.times.tolist(), dats["a"].times0.tolist()) == ([2, 12, 42], [0, 10, 40])


@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize("filter_bad", [False, True])
def test_every_member_has_times0_and_the_times_of_the_set(filter_bad, union):
    dats = fetched()
    dats.interpolate(dt=10, filter_bad=filter_bad, bad_union=union)
    for dat in dats.values():
        assert dat.times.tolist() == dats.times.tolist()
        assert len(dat.times0) == len(dat.times)
        assert np.all(np.abs(dat.times0 - dat.times) <= 10)


def test_times_are_one_object_for_all_members():
    dats = fetched()
    dats.interpolate(dt=10)
    assert dats["a"].times is dats["b"].times is dats.times


def test_union_with_members_already_filtered_warns_and_they_add_nothing():
    dats = fetched()
    dats["a"].filter_bad()
    with pytest.warns(UserWarning, match="MSIDset, not Msidset"):
        dats.interpolate(dt=10, filter_bad=False, bad_union=True)
    assert dats["a"].bads.tolist() == [False, False, False, True, False]


def test_statistics_have_no_masks_and_get_one_only_after_a_union():
    seconds = 100.0 * np.arange(20)
    for name in ("p", "q"):
        put(name, seconds, seconds)
    dats = fetch.MSIDset(["p", "q"], 0.0, 1640.0, stat="5min")
    each = dats.interpolate(dt=328, copy=True)
    assert [dat.bads for dat in each.values()] == [None, None]
    dats.interpolate(dt=328, filter_bad=False, bad_union=True)
    assert (dats["p"].bads is dats["q"].bads, dats["p"].bads.any()) == (True, False)


def test_common_range_that_is_empty_gives_an_empty_grid():
    put("late", [500, 510], [0, 1])
    dats = fetch.MSIDset(["a", "late"], 0.0, 1000.0)
    dats.interpolate(dt=10)
    assert [len(dat) for dat in dats.values()] == [len(dats.times)] * 2 == [0, 0]


def test_member_of_length_0_leaves_all_empty_where_the_ancestor_raised():
    put("late", [500, 510], [0, 1])
    dats = fetch.MSIDset(["a", "late"], 0.0, 100.0)
    dats.interpolate(dt=10, bad_union=True)
    assert ([len(dat) for dat in dats.values()], dats.times.tolist()) == ([0, 0], [])


def test_empty_set_is_interpolated_to_an_empty_grid_where_the_ancestor_raised():
    dats = fetch.MSIDset([], 0.0, 100.0)
    dats.interpolate(dt=10)
    assert dats.times.tolist() == []


def test_a_set_made_without_names_can_be_interpolated_once_it_has_members():
    """Contract 2.7: `MSIDset()` is an empty set, to which members may be added; it has no request of its own."""
    dats = fetch.MSIDset()
    dats["a"], dats["b"] = fetch.MSID("a", 0.0, 100.0), fetch.MSID("b", 0.0, 100.0)
    dats.interpolate(times=np.array([20.0, 30.0]))
    assert dats.times.tolist() == [20, 30]


def test_member_all_bad_leaves_no_times():
    put("allbad", [0, 10, 20, 30], [0, 1, 2, 3], [1, 1, 1, 1])
    each = fetch.MSIDset(["a", "allbad"], 0.0, 100.0)
    union = each.copy()
    each.interpolate(dt=10)
    union.interpolate(dt=10, bad_union=True)
    assert [each.times.tolist(), union.times.tolist(), len(each["a"]), len(union["a"])] == [[], [], 0, 0]


def test_copy_returns_a_new_set_and_leaves_this_one():
    dats = fetched()
    new = dats.interpolate(dt=10, copy=True)
    assert (type(new), new.times.tolist(), hasattr(dats, "times")) == (fetch.MSIDset, GRID, False)
    assert (len(dats["a"]), dats["a"].bads.sum(), new["a"].bads) == (6, 1, None)


def test_copies_of_an_interpolated_set_keep_times():
    """Contract 2.7: the ancestor dropped them."""
    dats = fetched()
    dats.interpolate(dt=10)
    assert dats.copy().times.tolist() == GRID


def test_interpolated_members_can_be_filtered_and_selected():
    dats = fetched()
    dats.interpolate(dt=10, filter_bad=False)
    dats.filter_bad()
    dats.select_intervals([(0, 30)])
    assert (dats["a"].times.tolist(), dats["b"].times.tolist()) == ([2, 12], [2, 12, 22])
