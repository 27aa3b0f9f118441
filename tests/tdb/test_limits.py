"""Limits are in order, and those in force are known for every time."""

from __future__ import annotations

import dataclasses
from math import inf

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from jeta.errors import TdbError, TimeFormatError
from jeta.tdb import Entry, Limits

OLD, NEW = Limits(red_high=5), Limits(red_high=6)


def test_limits_are_floats():
    limits = Limits(red_low=-1, yellow_high=np.float32(2))
    assert dataclasses.astuple(limits) == (-1.0, None, None, 2.0, None)
    assert type(limits.red_low) is type(limits.yellow_high) is float


def test_equal_neighbours_are_in_order():
    assert Limits(1, 1, 1, 1, 1).nominal == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"yellow_low": 2, "yellow_high": 1}, "got yellow_low 2.0 above yellow_high 1.0"),
        ({"red_low": 2, "red_high": 1}, "got red_low 2.0 above red_high 1.0"),
        ({"red_low": -1, "yellow_low": -2}, "got red_low -1.0 above yellow_low -2.0"),
        ({"nominal": 9, "red_high": 8}, "got nominal 9.0 above red_high 8.0"),
    ],
)
def test_limits_must_ascend(given, said):
    with pytest.raises(TdbError, match="red_low <= yellow_low <= nominal <= yellow_high <= red_high") as caught:
        Limits(**given)
    assert said in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", True, [1], 10**400])
def test_a_limit_must_be_a_finite_number(value):
    with pytest.raises(TdbError, match="expected red_high as a finite number"):
        Limits(red_high=value)


def test_only_limits_that_limit_something_are_true():
    assert Limits(nominal=0)
    assert not Limits()


def test_the_limits_are_those_in_force_last():
    entry = Entry("A", limits_history=[(None, OLD), ("2010:001", NEW)])
    assert entry.limits == NEW
    assert entry.limits_history == ((None, OLD), ("2010-01-01T00:00:00.000", NEW))


def test_limits_without_a_date_have_no_history():
    entry = Entry("A", limits_history=[(None, OLD)])
    assert (entry.limits, entry.limits_history) == (OLD, ())
    assert entry == Entry("A", limits=OLD)


def test_limits_that_say_nothing_are_dropped_only_where_none_were_before():
    assert Entry("A", limits_history=[(None, Limits()), ("2010:001", NEW)]).limits_history[0][1] == NEW
    assert Entry("A", limits_history=[(None, Limits()), ("2010:001", Limits())]) == Entry("A")
    withdrawn = Entry("A", limits_history=[(None, OLD), ("2010:001", Limits())])
    assert (withdrawn.limits, len(withdrawn.limits_history)) == (None, 2)


def test_limits_can_be_given_beside_their_history_if_they_agree():
    assert Entry("A", limits=NEW, limits_history=[("2010:001", NEW)]).limits == NEW
    with pytest.raises(TdbError, match=r"MSID A: key 'limits': expected the limits in force last, .*red_high=6.*, got"):
        Entry("A", limits=OLD, limits_history=[("2010:001", NEW)])


def test_an_entry_with_a_history_can_be_replaced_in_part():
    entry = Entry("A", limits_history=[(None, OLD), ("2010:001", NEW)])
    assert dataclasses.replace(entry, unit="V").limits_history == entry.limits_history
    assert dataclasses.replace(entry, limits=OLD, limits_history=()) == Entry("A", limits=OLD)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((), []),
        ([(None, OLD)], [(-inf, inf, OLD)]),
        ([("1970:002", OLD)], [(86400.0, inf, OLD)]),
        ([(None, OLD), ("1970:002", NEW)], [(-inf, 86400.0, OLD), (86400.0, inf, NEW)]),
        ([(None, OLD), ("1970:002", Limits()), ("1970:003", NEW)], [(-inf, 86400.0, OLD), (172800.0, inf, NEW)]),
    ],
)
def test_spans_tell_which_limits_are_in_force(history, expected):
    assert Entry("A", limits_history=history).limit_spans() == expected


def test_spans_are_in_the_time_system_asked_for():
    assert Entry("A", limits_history=[("2010:001", NEW)]).limit_spans("cxcsec") == [(378691266.184, inf, NEW)]


def test_limits_start_with_the_first_instant_of_their_date():
    entry = Entry("A", limits_history=[("1970:002", OLD), ("1970:003", NEW)])
    times = [86399.999, 86400, 172799.999, 172800, "2022:001"]
    assert [entry.limits_at(time) for time in times] == [None, OLD, OLD, NEW, NEW]
    assert entry.limits_at("1970-01-02T12:00", "cxcsec") == OLD
    assert Entry("A", limits=OLD).limits_at(-1e9) == OLD


def test_a_time_that_is_none_is_refused():
    with pytest.raises(TimeFormatError, match="cannot read 'noon' as a time"):
        Entry("A", limits=OLD).limits_at("noon")


@settings(max_examples=50, deadline=None)
@examples(st.lists(st.integers(0, 20_000), min_size=1, max_size=5, unique=True).map(sorted), st.integers(-1, 20_001))
def test_the_limits_in_force_are_the_latest_that_have_begun(days, day):
    dates = (np.array(days, "M8[D]")).astype(str).tolist()
    history = [(date, Limits(nominal=begun)) for date, begun in zip(dates, days, strict=True)]
    begun = [start for start in days if start <= day]
    expected = Limits(nominal=begun[-1]) if begun else None
    assert Entry("A", limits_history=history).limits_at(day * 86400.0) == expected
