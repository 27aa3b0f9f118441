"""Dates from which things are valid have one form, and ascend."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TdbError
from jeta.tdb.validity import checked_dates, checked_valid_from, spans
from jeta.times import to_seconds


@pytest.mark.parametrize(
    "value",
    [
        "2010:001",
        " 2010:001:00:00 ",
        "2010-01-01",
        "2010-01-01T00:00:00Z",
        "2010001.0000",
        "2010001000000000",
        date(2010, 1, 1),
        datetime(2010, 1, 1, tzinfo=UTC),
        np.datetime64("2010-01-01"),
    ],
)
def test_a_date_has_one_form_whatever_it_was(value):
    assert checked_valid_from("limits", value) == "2010-01-01T00:00:00.000"


def test_no_date_is_since_ever():
    assert checked_valid_from("limits", None) is None


def test_a_leap_second_stays_one():
    assert checked_valid_from("limits", "2016:366:23:59:60.5") == "2016-12-31T23:59:60.500"


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-30", "+1d", "2010", "2010:367", "0000-01-01", 2010, 1.5, np.float64(1), True, [], ["2010:001"]],
)
def test_what_is_no_absolute_date_is_refused(value):
    with pytest.raises(TdbError, match="key 'limits': expected valid_from as a date in UTC") as caught:
        checked_valid_from("limits", value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("value", ["2010:001:00:00:00.0001", np.datetime64("NaT")])
def test_what_is_no_whole_millisecond_is_refused(value):
    with pytest.raises(TdbError, match="to the ms at most"):
        checked_valid_from("limits", value)


@settings(max_examples=80, deadline=None)
@given(st.datetimes(), st.sampled_from(["unix", "cxcsec"]))
def test_a_date_means_the_same_instant_and_comes_back(value, system):
    whole = value.replace(microsecond=value.microsecond // 1000 * 1000)
    text = checked_valid_from("limits", whole)
    assert to_seconds(text, system) == to_seconds(whole, system)
    assert checked_valid_from("limits", text) == text


@settings(max_examples=50, deadline=None)
@given(st.lists(st.datetimes().map(lambda value: value.replace(microsecond=0)), min_size=2, max_size=4))
def test_dates_must_ascend(dates):
    pairs = [(value, at) for at, value in enumerate(dates)]
    if all(one < two for one, two in zip(dates, dates[1:], strict=False)):
        assert [at for _, at in checked_dates("limits", pairs)] == list(range(len(dates)))
    else:
        with pytest.raises(TdbError, match="to be given, and later, in each but the first"):
            checked_dates("limits", pairs)


@pytest.mark.parametrize("value", ["ab", 5, None, ["ab"], [("2010:001",)]])
def test_what_is_no_pairs_is_refused(value):
    with pytest.raises(TdbError, match="key 'limits': expected pairs of valid_from and what is valid, got"):
        checked_dates("limits", value)


def test_spans_meet_and_end_nowhere():
    dated = checked_dates("limits", [("1970:002", "a"), ("1970:003", "b")])
    assert spans(dated, "unix") == [(86400.0, 172800.0, "a"), (172800.0, inf, "b")]
    assert spans((), "unix") == []
