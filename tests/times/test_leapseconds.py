"""The leap seconds of UTC."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.utils import iers
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.times import leapseconds

DAYS = st.integers(-719_162, 2_932_896)


def day(date):
    """Days since 1970 of a date."""
    return int(np.datetime64(date, "D").astype(int))


def test_table_is_that_of_iers_row_by_row():
    """Every row of the table that astropy carries is here, and no other."""
    table = iers.LeapSeconds.from_iers_leap_seconds(iers.IERS_LEAP_SECOND_FILE)
    theirs = [
        (f"{row['year']:04d}-{row['month']:02d}-{row['day']:02d}", int(row["tai_utc"]))
        for row in table[["year", "month", "day", "tai_utc"]]
    ]
    assert list(leapseconds.TAI_STEPS) == theirs


def test_steps_go_up_by_one_second():
    """27 leap seconds have been added since 1972, none taken away."""
    assert np.diff(leapseconds.OFFSETS_S).tolist() == [0] + [1] * 27


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("1960-01-01", 10),
        ("1971-12-31", 10),
        ("1972-01-01", 10),
        ("1972-06-30", 10),
        ("1972-07-01", 11),
        ("1998-01-01", 31),
        ("2016-12-31", 36),
        ("2017-01-01", 37),
        ("2030-01-01", 37),
    ],
)
def test_offset_on_a_day(date, offset):
    """A new offset holds from the day of its step; before 1972 it is 10 s."""
    assert leapseconds.offset_on(day(date)) == offset


@pytest.mark.parametrize("date", ["1972-06-30", "1997-06-30", "2008-12-31", "2015-06-30", "2016-12-31"])
def test_day_with_leap_second(date):
    """The day before a step has 86401 seconds."""
    assert leapseconds.ends_in_leap_second(day(date))
    assert leapseconds.day_lengths(np.array([day(date)])).tolist() == [86401]


@pytest.mark.parametrize("date", ["1971-12-31", "2017-01-01", "2016-12-30", "2020-06-30"])
def test_day_without_leap_second(date):
    """Other days have 86400 seconds; 1971 ended without a leap second."""
    assert not leapseconds.ends_in_leap_second(day(date))
    assert leapseconds.day_lengths(np.array([day(date)])).tolist() == [86400]


def test_from_tai_around_a_leap_second():
    """23:59:59, 23:59:60 and 00:00:00 follow each other on the uniform count."""
    midnight = day("2017-01-01") * 86400 + 37
    last = day("2016-12-31")
    assert [leapseconds.from_tai(midnight + k) for k in (-2, -1, 0)] == [(last, 86399), (last, 86400), (last + 1, 0)]


@given(DAYS, st.integers(0, 86399))
@settings(max_examples=100, deadline=None)
def test_from_tai_undoes_the_offset(days, second):
    """Adding TAI - UTC and reading the count back gives the same day and second."""
    tai = days * 86400 + second + leapseconds.offset_on(days)
    assert leapseconds.from_tai(tai) == (days, second)


@given(st.lists(st.integers(0, 3 * 10**9), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_arrays_agree_with_single_counts(counts):
    """The array form gives what the single form gives."""
    days, seconds = leapseconds.from_tai_array(np.array(counts))
    assert list(zip(days.tolist(), seconds.tolist(), strict=True)) == [leapseconds.from_tai(count) for count in counts]


def test_arrays_agree_around_every_step():
    """Likewise two seconds to either side of each of the 28 steps."""
    counts = (leapseconds.STEP_TAI[:, None] + np.arange(-2, 3)).ravel()
    days, seconds = leapseconds.from_tai_array(counts)
    single = [leapseconds.from_tai(count) for count in counts.tolist()]
    assert list(zip(days.tolist(), seconds.tolist(), strict=True)) == single


def test_offsets_beside_nan():
    """A NaN among the instants does not change the offsets of the others."""
    offsets = leapseconds.offsets_at(np.array([0.0, np.nan, 2e9]), leapseconds.STEP_DAYS * 86400)
    assert [offsets[0], offsets[2]] == [10, 37]


def test_offsets_of_no_instants():
    """No instants have no offsets, and that is no error."""
    assert leapseconds.offsets_at(np.array([], np.int64), leapseconds.STEP_DAYS).tolist() == []


def test_one_offset_for_all():
    """Where all instants have the same offset it is given as one number."""
    assert leapseconds.offsets_at(np.array([17167, 20000]), leapseconds.STEP_DAYS) == 37
