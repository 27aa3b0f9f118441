"""Times of tables in all formats and scales are exact, leap seconds included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.formats.table.rules import TimeRule
from jeta.formats.table.times import TimeColumn, exact_numbers, looks_like_time, read_instants
from jeta.times import to_ticks
from jeta.times.utc import DAY_NS

DAY_2017 = 17_167


def ns(texts, **rule):
    """Nanoseconds since 1970 UTC, leap seconds not counted, None where a text is no time."""
    days, parts, valid = read_instants(np.array(texts, dtype=np.str_), TimeRule(**rule))
    return [int(d) * DAY_NS + int(n) if v else None for d, n, v in zip(days, parts, valid, strict=True)]


def of(text):
    """The same of one text in UTC, by the parser of times."""
    ticks = to_ticks([text])
    return int(ticks.ticks[0]) * {"ms": 10**6, "us": 10**3, "ns": 1}[ticks.resolution]


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        ("1704067200.125", {"format": "unix"}, "2024-01-01T00:00:00.125"),
        ("1704067200125", {"format": "unix", "unit": "ms"}, "2024-01-01T00:00:00.125"),
        ("1704067200125000001", {"format": "unix", "unit": "ns"}, "2024-01-01T00:00:00.125000001"),
        ("28401120.5", {"format": "unix", "unit": "min"}, "2024-01-01T00:00:30"),
        ("1.7040672e9", {"format": "unix"}, "2024-01-01"),
        ("-0.25", {"format": "unix"}, "1969-12-31T23:59:59.75"),
        ("820454469.184", {"format": "cxcsec"}, "2024-01-01T00:00:00"),
        ("1388102418", {"format": "gps"}, "2024-01-01T00:00:00"),
        ("60310", {"format": "mjd"}, "2024-01-01"),
        ("60310.0000000000001", {"format": "mjd"}, "2024-01-01T00:00:00.000000009"),
        ("2460310.5", {"format": "jd"}, "2024-01-01"),
        ("2460310.25", {"format": "jd"}, "2023-12-31T18:00:00"),
        ("60310.00042824074074074", {"format": "mjd", "scale": "tai"}, "2024-01-01T00:00:00"),
        ("2024-01-01T00:00:37", {"scale": "tai"}, "2024-01-01T00:00:00"),
        ("2024-01-01T00:01:09.184", {"scale": "tt"}, "2024-01-01T00:00:00"),
        ("2024:001:00:00:18", {"format": "yday", "scale": "gps"}, "2024-01-01T00:00:00"),
        ("86400", {"format": "elapsed", "epoch": "2016-12-31"}, "2017-01-01"),
        ("86401", {"format": "elapsed", "epoch": "2016-12-31", "scale": "tai"}, "2016-12-31T23:59:25"),
        ("86401", {"format": "elapsed", "epoch": "2016-12-31T00:00:00Z", "scale": "tai"}, "2017-01-01"),
        ("86402", {"format": "elapsed", "epoch": "2016-12-31T00:00:00Z", "scale": "gps"}, "2017-01-01T00:00:01"),
        ("0.5", {"format": "elapsed", "epoch": "2000-01-01T12:00:00", "unit": "d", "scale": "tt"}, "2000-01-01T23:58:55.816"),
        ("01.02.2024 03:04:05.25", {"format": "%d.%m.%Y %H:%M:%S.%f"}, "2024-02-01T03:04:05.25"),
        ("2024-01-01 02:00 +0200", {"format": "%Y-%m-%d %H:%M %z"}, "2024-01-01"),
        (" 2024-01-01 ", {"format": "iso"}, "2024-01-01"),
    ],
)  # fmt: skip
def test_formats_and_scales(text, rule, expected):
    assert ns([text], **rule) == [of(expected)]


def test_a_leap_second_of_a_uniform_scale_has_an_instant_of_its_own():
    days, parts, _ = read_instants(
        np.array(["2017-01-01T00:00:35.5", "2017-01-01T00:00:36.5", "2017-01-01T00:00:37.5"]), TimeRule(scale="tai")
    )
    assert days.tolist() == [DAY_2017 - 1, DAY_2017 - 1, DAY_2017]
    assert parts.tolist() == [DAY_NS - 5 * 10**8, DAY_NS + 5 * 10**8, 5 * 10**8]


def test_a_julian_day_of_utc_with_a_leap_second_is_a_second_longer():
    """As astropy has it: half of the day is 43200.5 s."""
    assert ns(["57753.5"], format="mjd") == [of("2016-12-31T12:00:00.5")]
    assert ns(["57753.5"], format="mjd", scale="tai") == [of("2016-12-31T11:59:24")]


@pytest.mark.parametrize("form", ["unix", "cxcsec", "gps", "jd", "mjd", "elapsed"])
@pytest.mark.parametrize(
    "text", ["", "x", "nan", "inf", "1e999", "1e999999999", "9" * 30, "1_0", "٣", "--1", "1.2.3", "0x10"]
)
def test_what_is_no_number_is_no_time(form, text):
    assert ns([text], format=form) == [None]


@pytest.mark.parametrize("form", ["unix", "cxcsec", "gps", "jd", "mjd"])
def test_numbers_too_far_away_are_no_times(form):
    assert ns(["9223372036854775807", "-9223372036854775808"], format=form, unit="s")[0] is None


@pytest.mark.parametrize("text", ["", "soon", "-2d", "+1", "2024-02-30", "2024-01-01T24:00:00", "2024-01-01+02:00:00"])
def test_what_is_no_date_is_no_time(text):
    assert ns([text, "2024-01-01"], format="iso")[0] is None


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**12 - 1))
def test_decimal_numbers_are_split_without_rounding(whole, millionths):
    sign = "-" if whole < 0 else ""
    text = f"{sign}{abs(whole)}.{millionths:012d}"
    found, part, valid = exact_numbers(np.array([text]))
    exact = Fraction(text)
    assert valid[0]
    assert int(found[0]) == exact.__floor__()
    assert abs(Fraction(float(part[0])) - (exact - exact.__floor__())) < Fraction(1, 2**52)


@given(st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_offsets_from_utc(moment, minutes):
    """A clock that is ahead shows later times of the same instant."""
    shown = moment + timedelta(minutes=minutes)
    sign, (hours, rest) = "-+"[minutes >= 0], divmod(abs(minutes), 60)
    text = f"{shown.isoformat(sep=' ', timespec='microseconds')}{sign}{hours:02d}:{rest:02d}"
    since = moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    assert ns([text]) == [(since // timedelta(microseconds=1)) * 1000]


@given(st.lists(st.floats(0, 4e9), min_size=1, max_size=8))
def test_seconds_of_the_archive_are_those_that_append_would_store(seconds):
    column = TimeColumn(TimeRule())
    column.add([repr(second) for second in seconds])
    (found, system), expected = column.instants(), to_ticks(seconds)
    assert (found.ticks.tolist(), found.resolution, system) == (expected.ticks.tolist(), expected.resolution, "")


def test_blanks_before_the_first_time_do_not_decide_what_times_are():
    column = TimeColumn(TimeRule())
    column.add(["", " "])
    column.add(["1.5"])
    ticks, _ = column.instants()
    assert (ticks.ticks[2], ticks.valid.tolist()) == (1500, [False, False, True])


@pytest.mark.parametrize(
    ("text", "is_time"),
    [("2024:001", True), ("17.5", True), ("2024001.120000", True), ("abc", False), ("", False), ("12:30", False)],
)
def test_what_looks_like_a_time(text, is_time):
    assert looks_like_time(text, TimeRule()) is is_time
