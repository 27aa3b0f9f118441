"""Columns of dates and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.formats.datetimes import parse_datetimes, to_ticks

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_whole_and_fraction_are_exact():
    found = parse_datetimes(["2021-05-21 23:59:59.816000", "1970-01-01T00:00:00", "1969-12-31 23:59:59.000000001"])
    assert found.seconds.tolist() == [1_621_641_599, 0, -1]
    assert found.nanos.tolist() == [816_000_000, 0, 1]
    assert found.valid.all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "NaT",
        "now",
        "2021-05-21",
        "2021-05-21 23:59",
        "2021-05-21 23:59:5",
        "2021-05-21 23:59:59.",
        "2021-05-21 23:59:59.1234567890",
        "2021-05-21 23:59:59.12 3",
        "2021-05-21 23:59:59Z",
        "2021/05/21 23:59:59",
        "2021-05-21_23:59:59",
        "2021-05-21 23.59.59",
        "2021-02-29 00:00:00",
        "2021-13-01 00:00:00",
        "2021-00-01 00:00:00",
        "2021-01-00 00:00:00",
        "0000-01-01 00:00:00",
        "2021-01-01 24:00:00",
        "2021-01-01 00:60:00",
        "2016-12-31 23:59:60",
        "-021-01-01 00:00:00",
        "\uff12021-01-01 00:00:00",
        "12021-01-01 00:00:00",
    ],
)
def test_anything_else_is_not_valid(text):
    found = parse_datetimes([text, "2020-02-29 00:00:00"])
    assert found.valid.tolist() == [False, True]
    assert (found.seconds[0], found.nanos[0]) == (0, 0)


def test_blanks_around_are_ignored():
    assert parse_datetimes(["  2022-01-01 00:00:00.5 "]).nanos.tolist() == [500_000_000]


def test_no_rows():
    assert [len(column) for column in parse_datetimes([])] == [0, 0, 0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=1))
def test_agrees_with_the_standard_library(moments):
    found = parse_datetimes(
        [moment.isoformat(" ", timespec="microseconds").removesuffix("+00:00") for moment in moments]
    )
    expected = [(moment - EPOCH) // timedelta(microseconds=1) for moment in moments]
    assert (found.seconds * 10**6 + found.nanos // 1000).tolist() == expected
    assert found.valid.all()


@pytest.mark.parametrize(
    ("nanos", "resolution", "ticks"),
    [
        ([0, 1_000_000], "ms", [5000, 5001]),
        ([0, 1_000], "us", [5_000_000, 5_000_001]),
        ([0, 1], "ns", [5_000_000_000, 5_000_000_001]),
    ],
)
def test_ticks_are_as_coarse_as_possible(nanos, resolution, ticks):
    found, unit, fits = to_ticks(np.array([5, 5]), np.array(nanos))
    assert (found.tolist(), unit, fits.tolist()) == (ticks, resolution, [True, True])


def test_year_that_nanoseconds_cannot_hold_does_not_fit():
    year_2300, year_2000 = 10_413_792_000, 946_684_800
    ticks, resolution, fits = to_ticks(np.array([year_2300, year_2000]), np.array([0, 1]))
    assert (resolution, fits.tolist(), ticks[1]) == ("ns", [False, True], 946_684_800_000_000_001)
