"""Tables of intervals out, and intervals from whatever users have."""

from __future__ import annotations

from collections import namedtuple
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table
from astropy.time import Time

from jeta.errors import IntervalError, TimeFormatError
from jeta.intervals import Intervals, pairs_of, read_intervals, state_intervals, to_table
from jeta.times import clock

DAYS = {"datestart": ["1970:001", "1970:003"], "datestop": ["1970:002", "1970:004"]}
SECONDS = {"tstart": [0.0, 172800.0], "tstop": [86400.0, 259200.0]}
TWO = Intervals(SECONDS["tstart"], SECONDS["tstop"])
SHAPES = {
    "astropy": Table,
    "record": lambda columns: Table(columns).as_array().view(np.recarray),
    "structured": lambda columns: Table(columns).as_array(),
    "pandas": pd.DataFrame,
    "dict": lambda columns: columns,
    "rows of a table": lambda columns: list(Table(columns)),
    "rows of a structured array": lambda columns: list(Table(columns).as_array()),
    "dicts": lambda columns: pd.DataFrame(columns).to_dict("records"),
    "named tuples": lambda columns: list(pd.DataFrame(columns).itertuples()),
}


class Events:
    """Like a query of the ancestors' event database: it is asked for a span, and gives a list of pairs."""

    def __init__(self, answer):
        self.answer, self.asked = answer, None

    def intervals(self, datestart, datestop):
        self.asked = (datestart, datestop)
        return self.answer


def test_a_table_has_its_columns_in_alphabetical_order():
    assert to_table(TWO, "unix").colnames == ["datestart", "datestop", "duration", "tstart", "tstop"]
    assert to_table(TWO, "unix", np.array(["A", "B"])).colnames[-2:] == ["tstop", "val"]


def test_a_table_holds_dates_to_the_ms_and_seconds_as_they_are():
    table = to_table(Intervals([0.1236], [86400.5]), "unix", np.array([7], np.uint8))
    assert list(table[0]) == ["1970:001:00:00:00.124", "1970:002:00:00:00.500", 86400.3764, 0.1236, 86400.5, 7]


def test_a_table_shows_seconds_with_three_decimals():
    table = to_table(Intervals([1.0], [2.25]), "unix")
    assert table[["duration", "tstart", "tstop"]].pformat(show_dtype=False)[-1].split() == ["1.250", "1.000", "2.250"]


@pytest.mark.parametrize("intervals", [Intervals([], []), TWO], ids=["empty", "two"])
def test_a_table_has_the_same_types_when_it_is_empty(intervals):
    table = to_table(intervals, "cxcsec", np.array(["ON ", "OFF"])[: len(intervals)])
    assert [table[name].dtype.str for name in table.colnames] == ["<U21", "<U21", "<f8", "<f8", "<f8", "<U3"]
    assert len(table) == len(intervals)


def test_a_table_has_dates_of_the_time_system():
    assert to_table(Intervals([378691266.184], [378691267.184]), "cxcsec")["datestart"][0] == "2010:001:00:00:00.000"


def test_dates_of_states_share_their_edges():
    table = to_table(*_with_system(state_intervals([0.0, 2.0, 4.0], [1, 2, 3])))
    assert table["datestart"][1:].tolist() == table["datestop"][:-1].tolist()
    assert table["datestart"][0] == "1969:365:23:59:59.000"


def _with_system(found):
    return found[0], "unix", found[1]


def test_a_table_can_be_changed_without_touching_the_intervals():
    table = to_table(TWO, "unix")
    table["tstart"][0] = -1.0
    assert TWO.tstart[0] == 0.0


def test_what_a_table_holds_is_read_back():
    assert read_intervals(to_table(TWO, "unix"), "unix") == TWO


@pytest.mark.parametrize("one_time", ["2022:001", 5.0, 5, None, datetime(2022, 1, 1, tzinfo=UTC), Time("2022-01-01")])
def test_pairs_of_one_time_are_none(one_time):
    assert pairs_of(one_time) is None


def test_pairs_are_given_back_as_they_are():
    when = datetime(2022, 1, 1, tzinfo=UTC)
    assert pairs_of([("2022:001", when), [5, None]]) == [("2022:001", when), (5, None)]
    assert pairs_of(((1, 2),)) == [(1, 2)]
    assert pairs_of([(1, 2, "more")]) == [(1, 2)]
    assert pairs_of(np.array([[1.0, 2.0], [3.0, 4.0]])) == [(1.0, 2.0), (3.0, 4.0)]
    assert pairs_of(Intervals([1.0], [2.0])) == [(1.0, 2.0)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("columns", [DAYS, SECONDS], ids=["dates", "seconds"])
def test_every_kind_of_table_gives_pairs_and_intervals(shape, columns):
    table = SHAPES[shape](columns)
    starts, stops = columns.values()
    assert pairs_of(table) == list(zip(starts, stops, strict=True))
    assert read_intervals(table, "unix") == TWO


@pytest.mark.parametrize("shape", SHAPES)
def test_dates_are_preferred_to_seconds(shape):
    table = SHAPES[shape]({"tstart": [5.0, 6.0], "tstop": [7.0, 8.0], **DAYS})
    assert read_intervals(table, "unix") == TWO


@pytest.mark.parametrize("row", [Table(DAYS)[0], Table(SECONDS).as_array()[0], {"tstart": 0, "tstop": 86400}])
def test_one_row_of_a_table_is_one_interval(row):
    assert len(pairs_of(row)) == 1
    assert read_intervals(row, "unix") == Intervals([0.0], [86400.0])


def test_columns_of_other_names_are_no_intervals():
    with pytest.raises(IntervalError, match="describes no intervals"):
        read_intervals(Table({"begin": [1.0], "end": [2.0]}), "unix")


@pytest.mark.parametrize("table", [Table(DAYS)[:0], pd.DataFrame(SECONDS)[:0], np.empty((0, 2)), [], ()], ids=str)
def test_nothing_is_no_interval(table):
    assert pairs_of(table) == []
    assert read_intervals(table, "unix") == Intervals([], [])


@pytest.mark.parametrize(
    "plain", [["2022:001", "2022:002"], ("2022:001", "2022:002"), [1.0, 2.0], [(1, 2), "2022:001"], [(1,)], [5]]
)
def test_lists_of_anything_but_pairs_are_refused(plain):
    for read in (pairs_of, lambda given: read_intervals(given, "unix")):
        with pytest.raises(IntervalError, match="must hold pairs of times"):
            read(plain)


def test_times_of_pairs_may_be_of_different_forms():
    pairs = [(0.0, "1970:002"), (np.datetime64("1970-01-03"), Time("1970-01-04")), ("1970-01-01", datetime(1970, 1, 2))]  # noqa: DTZ001 - naive is UTC
    assert read_intervals(pairs, "unix") == Intervals([0.0, 172800.0, 0.0], [86400.0, 259200.0, 86400.0])


def test_none_in_a_pair_is_now(monkeypatch):
    monkeypatch.setattr(clock, "now_instant", lambda: clock.Instant(1, 0))
    assert read_intervals([(0.0, None)], "unix") == Intervals([0.0], [86400.0])


def test_seconds_are_those_of_the_time_system():
    assert read_intervals([("2010:001", 378691267.0)], "cxcsec") == Intervals([378691266.184], [378691267.0])


def test_columns_of_astropy_times_are_read():
    assert read_intervals(
        Table({"tstart": Time(["1970-01-01"]), "tstop": Time(["1970-01-02"])}), "unix"
    ) == TWO.clipped(0.0, 86400.0)


def test_intervals_are_taken_as_they_are():
    assert read_intervals(TWO, "unix") is TWO


def test_a_reversed_pair_is_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"Start time 86400\.0 must be less than stop time 0\.0"):
        read_intervals([("1970:002", "1970:001")], "unix")


def test_a_missing_time_in_a_table_is_refused():
    with pytest.raises(IntervalError, match="interval 1 lacks a time"):
        read_intervals(pd.DataFrame({"datestart": ["1970:001", None], "datestop": ["1970:002", "1970:003"]}), "unix")


def test_a_text_that_is_no_time_is_refused():
    with pytest.raises(TimeFormatError, match="yesterday"):
        read_intervals([("yesterday", "2022:001")], "unix")


def test_an_object_with_intervals_is_asked_for_the_dates_of_the_span():
    events = Events([("1970:001", "1970:002"), ("1970:003", "1970:004")])
    assert read_intervals(events, "unix", 0.0, 345600.0) == TWO
    assert events.asked == ("1970:001:00:00:00.000", "1970:005:00:00:00.000")


@pytest.mark.parametrize("answer", [Table(DAYS), TWO])
def test_an_object_with_intervals_may_answer_with_a_table(answer):
    assert read_intervals(Events(answer), "unix", 0.0, 1.0) == TWO


def test_an_object_with_intervals_may_know_none():
    assert read_intervals(Events([]), "unix", 0.0, 1.0) == Intervals([], [])


def test_an_object_with_intervals_needs_a_span():
    with pytest.raises(IntervalError, match="needs a span"):
        read_intervals(Events([]), "unix", start_s=0.0)


@pytest.mark.parametrize("answer", [None, "1970:001", ["1970:001", "1970:002"]])
def test_an_object_with_intervals_that_answers_something_else_is_refused(answer):
    with pytest.raises(IntervalError):
        read_intervals(Events(answer), "unix", 0.0, 1.0)


@pytest.mark.parametrize("anything", [5.0, None, np.arange(3.0), SimpleNamespace(intervals=[]), object()])
def test_anything_else_describes_no_intervals(anything):
    with pytest.raises(IntervalError, match="describes no intervals: give"):
        read_intervals(anything, "unix")


def test_named_tuples_of_other_names_are_pairs_by_position():
    Window = namedtuple("Window", "begin end")  # noqa: PYI024 - a plain one is what users have
    assert pairs_of([Window(1, 2)]) == [(1, 2)]
