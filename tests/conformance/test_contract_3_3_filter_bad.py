"""Contract 3.3: `filter_bad` of an object and of a set; 13.6 and 13.7."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import columns, fetched, put
from jeta import fetch

pytestmark = pytest.mark.usefixtures("archive")


@pytest.fixture
def dat(archive):
    return fetched("x", [0, 10, 20, 30], [0, 1, 2, 3], [0, 1, 0, 1])


@pytest.fixture
def dats(archive):
    """P and Q share their time stamps, R has others; each has a bad sample of its own."""
    put("p", [0, 10, 20], [0, 1, 2], [1, 0, 0])
    put("q", [0, 10, 20], [3, 4, 5], [0, 1, 0])
    put("r", [1, 11, 21], [6, 7, 8], [0, 0, 1])
    return fetch.MSIDset(["p", "q", "r"], 0.0, 100.0)


def times_of(dats):
    return [dat.times.tolist() for dat in dats.values()]


def test_good_samples_are_kept_and_bads_is_none_but_stays_a_column(dat):
    assert dat.filter_bad() is None
    assert columns(dat) == ([0, 20], [0, 2], None)
    assert dat.colnames == ["vals", "times", "bads"]


def test_mask_given_takes_the_place_of_bads(dat):
    dat.filter_bad(np.array([True, False, False, False]))
    assert columns(dat) == ([10, 20, 30], [1, 2, 3], None)


@pytest.mark.parametrize("mask", [[True, False, False, False], (1, 0, 0, 0)])
def test_mask_may_be_a_list(dat, mask):
    dat.filter_bad(bads=mask)
    assert dat.vals.tolist() == [1, 2, 3]


def test_mask_filters_what_has_been_filtered_before(dat):
    dat.filter_bad()
    dat.filter_bad(np.array([True, False]))
    assert columns(dat) == ([20], [2], None)


@pytest.mark.parametrize("length", [0, 1, 3, 5])
def test_mask_of_wrong_length_is_refused_and_changes_nothing(dat, length):
    with pytest.raises(ValueError, match="each of the 4 samples"):
        dat.filter_bad(np.zeros(length, bool))
    assert dat.bads.tolist() == [False, True, False, True]


def test_without_flags_there_is_nothing_to_do(dat):
    dat.filter_bad()
    assert dat.filter_bad() is None
    assert dat.vals.tolist() == [0, 2]


def test_copy_is_returned_also_where_there_is_nothing_to_do(dat):
    """Contract 2.8: the ancestor returned None."""
    once = dat.filter_bad(copy=True)
    twice = once.filter_bad(copy=True)
    assert (len(dat), columns(twice)) == (4, ([0, 20], [0, 2], None))


def test_all_bad_and_none_at_all():
    dat = fetched("y", [0, 1], ["A", "B"], [1, 1])
    dat.filter_bad()
    assert columns(dat) == ([], [], None)
    empty = fetch.MSID("y", 50.0, 60.0)
    empty.filter_bad()
    assert (columns(empty), empty.dtype.kind) == (([], [], None), "U")


def test_statistics_have_no_flags_and_can_be_given_some():
    put("y", np.arange(0, 1000, 10.0), np.arange(100))
    dat = fetch.MSID("y", 0.0, 984.0, stat="5min")
    before = len(dat)
    dat.filter_bad()
    assert len(dat) == before
    dat.filter_bad(np.arange(before) == 0)
    assert {len(getattr(dat, name)) for name in dat.colnames} == {before - 1}
    assert dat.vals is dat.means


def test_nan_is_no_flag():
    dat = fetched("y", [0, 1], [1.0, np.nan])
    dat.filter_bad()
    assert len(dat) == 2


def test_members_of_a_set_are_filtered_each_on_its_own_by_default(dats):
    assert dats.filter_bad() is None
    assert times_of(dats) == [[10, 20], [0, 20], [1, 11]]
    assert {dat.bads for dat in dats.values()} == {None}


def test_union_keeps_members_of_one_content_of_equal_lengths(dats):
    """In jeta a content is what shares its time stamps: P and Q, but not R."""
    dats.filter_bad(union=True)
    assert times_of(dats) == [[20], [20], [1, 11]]


def test_union_leaves_members_without_flags_out(dats):
    dats["p"].filter_bad()
    dats.filter_bad(union=True)
    assert times_of(dats) == [[10, 20], [0, 20], [1, 11]]


def test_arguments_of_a_set_by_position(dats):
    """`copy` is the first, `union` the second."""
    new = dats.filter_bad(True, True)
    assert (times_of(new), times_of(dats)) == ([[20], [20], [1, 11]], [[0, 10, 20], [0, 10, 20], [1, 11, 21]])
    assert dats["p"].bads.tolist() == [True, False, False]


def test_union_after_the_grid_is_that_of_all(dats):
    """On common times all members share their time stamps."""
    dats.interpolate(times=np.array([1.0, 10.0, 20.0]), filter_bad=False)
    dats.filter_bad(union=True)
    assert times_of(dats) == [[], [], []]


def test_empty_set_is_filtered_to_itself():
    assert len(fetch.MSIDset().filter_bad(copy=True, union=True)) == 0
