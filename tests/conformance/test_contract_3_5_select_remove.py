"""Contract 3.5: `select_intervals` and `remove_intervals`, of an object and (decision "sets") of a set; 13.1."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from conformance.small import columns, fetched, put
from jeta import fetch
from jeta.errors import IntervalError

SECONDS = [0, 10, 20, 30, 40]
DATES = ("1970:001:00:00:10", "1970-01-01 00:00:20")


@pytest.fixture
def dat(archive):
    return fetched("x", SECONDS, [0, 1, 2, 3, 4], [0, 1, 0, 0, 1])


class EventQuery:
    """As the ancestors' events: asked for the span of the object."""

    def __init__(self, answer):
        self.answer, self.asked = answer, None

    def intervals(self, start, stop):
        self.asked = start, stop
        return self.answer


class Dwells(EventQuery):
    """A class of another name, with that in its hierarchy."""


FORMS = {
    "pairs of seconds": [(10.0, 20.0)],
    "tuple of lists of int": ([10, 20],),
    "dates in any format": [DATES],
    "float and date": [(10.0, DATES[1])],
    "datetime64": [(np.datetime64("1970-01-01T00:00:10"), np.datetime64("1970-01-01T00:00:20"))],
    "array": np.array([[10.0, 20.0]]),
    "dates as columns": Table({"datestart": [DATES[0]], "datestop": [DATES[1]]}),
    "seconds as columns": Table({"tstart": [10.0], "tstop": [20.0]}),
    "dates before seconds": Table({"tstart": [0.0], "tstop": [1.0], "datestart": [DATES[0]], "datestop": [DATES[1]]}),
    "structured array": np.array([(10.0, 20.0)], dtype=[("tstart", "f8"), ("tstop", "f8")]),
    "dict": {"tstart": [10.0], "tstop": [20.0]},
    "event query": EventQuery([DATES]),
    "subclass of an event query": Dwells(Table({"tstart": [10.0], "tstop": [20.0]})),
}


@pytest.mark.parametrize("intervals", FORMS.values(), ids=FORMS)
def test_every_form_of_intervals(dat, intervals):
    selected, removed = (method(intervals, copy=True) for method in (dat.select_intervals, dat.remove_intervals))
    assert (selected.times.tolist(), removed.times.tolist()) == ([10, 20], [0, 30, 40])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("spans.csv", "datestart,datestop\n1970:001:00:00:10,1970:001:00:00:20\n"),
        ("spans.txt", "10 20\n"),
        ("spans.dat", "tstart tstop\n10 20\n"),
    ],
)
def test_intervals_from_a_file(dat, tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    for given in (path, str(path)):
        assert dat.select_intervals(given, copy=True).times.tolist() == [10, 20]


def test_intervals_from_a_table_written_by_astropy(archive, tmp_path):
    dat = fetched("x", SECONDS, SECONDS)
    dat.logical_intervals(">=", 20).write(tmp_path / "hot.ecsv")
    dat.select_intervals(tmp_path / "hot.ecsv")
    assert dat.times.tolist() == [20, 30, 40]


def test_event_query_is_asked_for_the_span_of_the_object(dat):
    query = EventQuery([])
    dat.select_intervals(query)
    assert query.asked == (dat.datestart, dat.datestop)


def test_tables_of_intervals_go_straight_in(archive):
    """What `state_intervals` and `logical_intervals` return is taken as it is."""
    dat = fetched("x", SECONDS, [0, 1, 2, 3, 4])
    assert dat.remove_intervals(dat.logical_intervals("<", 3), copy=True).vals.tolist() == [3, 4]
    states = dat.state_intervals()
    assert dat.select_intervals(states[states["val"] == 2], copy=True).vals.tolist() == [2]


@pytest.mark.parametrize("intervals", [[(25, 35), (5, 28), (30, 30)], [(30, 30), (25, 35), (5, 28)]])
def test_overlapping_intervals_in_any_order(dat, intervals):
    assert dat.select_intervals(intervals, copy=True).times.tolist() == [10, 20, 30]
    assert dat.remove_intervals(intervals, copy=True).times.tolist() == [0, 40]


def test_both_ends_are_inside_unlike_in_a_fetch(dat):
    """13.1: fetch is half-open, these are closed."""
    assert dat.select_intervals([(10.0, 30.0)], copy=True).times.tolist() == [10, 20, 30]
    assert dat.remove_intervals([(10.0, 30.0)], copy=True).times.tolist() == [0, 40]
    assert fetch.MSID("x", 10.0, 30.0).times.tolist() == [10, 20]


@pytest.mark.parametrize("digits", [np.nextafter(20.0, 0), np.nextafter(20.0, 99)])
def test_ends_count_to_the_last_bit(dat, digits):
    assert len(dat.select_intervals([(20.0, 20.0)], copy=True)) == 1
    assert len(dat.select_intervals([(digits, digits)], copy=True)) == 0


def test_start_equal_to_stop_is_allowed_and_after_it_refused_with_both_numbers(dat):
    dat.select_intervals([(10, 10)])
    assert dat.times.tolist() == [10]
    with pytest.raises(ValueError, match=r"30.* must be less than .*20"):
        dat.select_intervals([(30.0, 20.0)])
    with pytest.raises(ValueError, match="must be less than"):
        dat.remove_intervals([(0, 1), (30.0, 20.0)])
    assert dat.times.tolist() == [10]


@pytest.mark.parametrize("none", [[], (), Table({"tstart": [], "tstop": []}), EventQuery([]), np.empty((0, 2))])
def test_no_intervals_remove_nothing_and_select_nothing(dat, none):
    assert len(dat.remove_intervals(none, copy=True)) == 5
    assert len(dat.select_intervals(none, copy=True)) == 0


def test_object_of_length_0_is_left_as_it_is_where_the_ancestor_raised(dat):
    empty = fetch.MSID("x", 500.0, 600.0)
    empty.select_intervals([(0, 1000)])
    empty.remove_intervals([(0, 1000)])
    assert columns(empty) == ([], [], [])


@pytest.mark.parametrize("wrong", [[1, 2], ["1970:001", "1970:002"], 5, "no/such/file.csv", [(1,)], Table({"a": [1]})])
def test_what_describes_no_intervals_is_refused(dat, wrong):
    with pytest.raises((IntervalError, OSError)):
        dat.select_intervals(wrong)
    assert len(dat) == 5


def test_every_column_is_cut_and_the_span_asked_for_stays(dat):
    before = dat.tstart, dat.tstop, dat.datestart, dat.datestop
    assert dat.select_intervals([(5, 25)]) is None
    assert columns(dat) == ([10, 20], [1, 2], [True, False])
    assert (dat.tstart, dat.tstop, dat.datestart, dat.datestop) == before


def test_of_statistics_the_midpoint_decides(dat):
    put("y", np.arange(0, 1000, 10.0), np.arange(100))
    bins = fetch.MSID("y", 0.0, 984.0, stat="5min")
    bins.select_intervals([(0, 163), (492, 492)])
    assert (bins.times.tolist(), bins.indexes.tolist(), bins.maxes.tolist()) == ([492], [1], [65])


def test_columns_that_are_no_plain_arrays_are_cut_too(archive):
    """The ancestor let columns such as quaternions get out of step; here also vectors of a computed MSID follow."""
    put("x", SECONDS, SECONDS)

    class Pointing(fetch.ComputedMsid):
        msid_match = "pointing_vector"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            dat = self.fetch_sys.MSID("x", tstart, tstop)
            vectors = np.stack([dat.vals, -dat.vals], axis=1)
            return {"vals": vectors, "bads": None, "times": dat.times, "unit": None, "axis": vectors[:, 0] * 2}

    try:
        dat = fetch.MSID("pointing_vector", 0.0, 100.0)
        dat.select_intervals([(10, 20)])
        assert (dat.vals.tolist(), dat.axis.tolist()) == ([[10, -10], [20, -20]], [20, 40])
    finally:
        fetch.ComputedMsid.msid_classes.remove(Pointing)


def test_sets_are_cut_member_by_member(dat):
    """Decision "sets": the ancestors had none of this."""
    put("y", [5, 15, 25], [0, 1, 2])
    dats = fetch.MSIDset(["x", "y"], 0.0, 100.0)
    selected, removed = dats.select_intervals([(10, 20)], True), dats.remove_intervals([(10, 20)], copy=True)
    assert [[member.times.tolist() for member in cut.values()] for cut in (selected, removed)] == [
        [[10, 20], [15]],
        [[0, 30, 40], [5, 25]],
    ]
    assert dats.select_intervals([(10, 20)]) is None
    assert [len(member) for member in dats.values()] == [2, 1]


def test_wrong_intervals_leave_a_set_as_it_was(dat):
    dats = fetch.MSIDset(["x"], 0.0, 100.0)
    with pytest.raises(ValueError, match="less than"):
        dats.remove_intervals([(20, 10)])
    assert len(dats["x"]) == 5
