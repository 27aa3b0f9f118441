"""Single times written as text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TimeFormatError
from jeta.times.text import ACCEPTED, read_text
from jeta.times.utc import Instant

SECOND = 10**9
DAY_NS = 86_400 * SECOND
NOW = Instant(19_135, DAY_NS // 2)
NOON = ("2010:001:12:00", "2010-01-01 12:00", "2010001.1200")
FULL = 14_610, (12 * 3600 + 30 * 60 + 1) * SECOND


def read(text):
    """Read with a clock that stands still."""
    return read_text(text, now=lambda: NOW)


@pytest.mark.parametrize("text", ["2010:001", "2010-01-01", "2010001"])
def test_date_is_midnight(text):
    """A date without a time of day is midnight."""
    assert read(text) == (14_610, 0)


@pytest.mark.parametrize("text", [*NOON, "2010-01-01T12:00", "2010-01-01T12:00Z", "2010-01-01 12:00Z"])
def test_hours_and_minutes(text):
    """The seconds may be left out."""
    assert read(text) == (14_610, DAY_NS // 2)


@pytest.mark.parametrize(
    "text",
    ["2010:001:12:30:01", "2010-01-01 12:30:01", "2010-01-01T12:30:01", "2010-01-01T12:30:01Z", "2010001.123001"],
)
def test_seconds(text):
    """All forms of text, to the second; T and Z change nothing."""
    assert read(text) == FULL


@pytest.mark.parametrize(
    "text",
    [
        "2010:001:12:30:01.500",
        "2010:001:12:30:01.5",
        "2010-01-01 12:30:01.5",
        "2010-01-01T12:30:01.500000",
        "2010-01-01T12:30:01.5Z",
        "2010001.123001500",
        "2010001.1230015",
        "2010001123001500",
        "  2010:001:12:30:01.500\n",
    ],
)
def test_fractions(text):
    """Any number of decimals; MAUDE has three. Blanks around a text do not matter."""
    assert read(text) == (FULL[0], FULL[1] + SECOND // 2)


@pytest.mark.parametrize(
    ("decimals", "ns"),
    [("000000001", 1), ("0000000014", 1), ("0000000015", 2), ("123456789123", 123456789), ("9" * 12, SECOND)],
)
def test_decimals_beyond_nanoseconds_are_rounded(decimals, ns):
    """Twelve decimals are read as the nearest nanosecond."""
    assert read(f"2010:001:12:30:01.{decimals}") == (FULL[0], FULL[1] + ns)


@pytest.mark.parametrize("text", ["2016-12-31 23:59:60", "2016:366:23:59:60", "2016366.235960", "2016366235960000"])
def test_leap_second(text):
    """The second 60 of 2016-12-31 is neither the one before nor the midnight after."""
    assert read(text) == (17_166, DAY_NS)


@pytest.mark.parametrize("text", ["2015-06-30T23:59:60.5", "2015:181:23:59:60.500"])
def test_within_a_leap_second(text):
    """A leap second has fractions too."""
    assert read(text) == (16_616, DAY_NS + SECOND // 2)


@pytest.mark.parametrize(
    ("year", "day"), [("2012:366", 15_705), ("2000:366", 11_322), ("0001:001", -719_162), ("9999:365", 2_932_896)]
)
def test_last_and_first_days(year, day):
    """Day 366 in leap years; years from 1 to 9999."""
    assert read(year) == (day, 0)


@pytest.mark.parametrize(
    "text",
    [
        "2011:366",
        "1900:366",
        "9999:366",
        "2010:000",
        "2010:367",
        "0000:001",
        "2011366",
        "2011366.000000",
        "2011366000000000",
        "2010-13-01",
        "2010-00-01",
        "2010-02-29",
        "2010-04-31",
        "2010-01-00",
        "0000-01-01",
    ],
)
def test_days_that_do_not_exist(text):
    """Refused, with the text and the accepted forms."""
    with pytest.raises(TimeFormatError, match=r"no such (date|day of the year)") as caught:
        read(text)
    assert repr(text) in str(caught.value)
    assert ACCEPTED in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "2010:001:24:00",
        "2010:001:12:60",
        "2010:001:12:00:60",
        "2010-01-01 24:00:00",
        "2010-01-01T23:60:00",
        "2010001.240000",
        "2010001126000000",
        "2016-12-31 23:59:61",
        "2016-12-31 22:59:60",
        "2016-12-31 12:00:60",
    ],
)
def test_times_of_day_that_do_not_exist(text):
    """Hours below 24, minutes and seconds below 60."""
    with pytest.raises(TimeFormatError, match="no such time of day") as caught:
        read(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["2017-12-31 23:59:60", "2016-06-30 23:59:60", "1971-12-31 23:59:60"])
def test_leap_seconds_that_never_were(text):
    """Second 60 only on the days that had one."""
    with pytest.raises(TimeFormatError, match="that day has no leap second"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "yesterday",
        "2010",
        "2010:1",
        "2010:001:12",
        "2010:001:1:2:3",
        "2010:001:12:30:01.",
        "2010:001:12:30:01Z",
        "2010:001 12:30",
        "2010001.12",
        "2010001.12300",
        "201000",
        "20100101",
        "20100101123001",
        "2010-1-1",
        "2010-01-01T",
        "2010-01-01T12",
        "2010-01-01  12:00",
        "2010-01-01T12:00:00+00:00",
        "2010-01-01t12:00:00z",
        "2010/01/01",
        "01-01-2010",
        "378691266.184",
        "nan",
        "NaT",
        "2010:001;12:30",
        "\uff12010:001",
        "\u00b2010001123001500",
    ],
)
def test_other_text(text):
    """Whatever is in no accepted form is refused, and the message shows the forms."""
    with pytest.raises(ValueError, match="cannot read") as caught:
        read(text)
    assert isinstance(caught.value, TimeFormatError)
    assert repr(text) in str(caught.value)
    assert ACCEPTED in str(caught.value)


@pytest.mark.parametrize(
    "example", ["2022:143", "2022-05-23T00:36:07.888Z", "2022143.003607888", "-2d 12hr", "-30", "None"]
)
def test_message_shows_examples(example):
    """The accepted forms are shown by example."""
    assert example in ACCEPTED


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("-2d 12hr", -216_000),
        ("+3hr 5min", 11_100),
        ("-2d12hr", -216_000),
        ("+1yr", 365.25 * 86_400),
        ("-1yr 1d 1hr 1min 1s", -(366.25 * 86_400 + 3661)),
        ("+0.5d", 43_200),
        ("- 1.5 min", -90),
        ("+2.5s", 2.5),
        ("+.5s", 0.5),
        ("+1e3s", 1000),
        ("-30", -30 * 86_400),
        ("+3", 3 * 86_400),
        ("+0", 0),
        ("-0.5", -43_200),
        (" -7 ", -7 * 86_400),
    ],
)
def test_from_now(text, seconds):
    """Signed times count from now; a signed number alone is days."""
    day, ns = divmod(NOW.day * DAY_NS + NOW.ns + round(seconds * SECOND), DAY_NS)
    # No leap second lies within a year of then, so that elapsed and civil time agree.
    assert read(text) == (day, ns)


@pytest.mark.parametrize(
    "text",
    [
        "+",
        "-",
        "- ",
        "+d",
        "-2 12",
        "-2x",
        "-12hr 2d",
        "-2d -12hr",
        "+-3",
        "--3",
        "+3days",
        "-1e400d",
        "+20000yr",
        "-2010:001",
    ],
)
def test_not_from_now(text):
    """The units go in their order, with one sign in front, and not beyond 10000 years."""
    with pytest.raises(TimeFormatError, match="from now: accepted are"):
        read(text)


def test_from_now_counts_leap_seconds():
    """A day before 2017-01-01 is a day of 86400 s elapsed, one of which was the leap second."""
    assert read_text("-1d", now=lambda: Instant(17_167, 0)) == (17_166, SECOND)


def test_clock_is_not_asked_for_plain_times():
    """Only signed text needs to know what time it is."""
    assert read_text("2010:001", now=lambda: pytest.fail("the clock was asked")) == (14_610, 0)


@given(st.datetimes())
@settings(max_examples=100, deadline=None)
def test_all_forms_agree(when):
    """ISO, year and day of year, GRETA and MAUDE of one datetime are one instant."""
    ms = when.microsecond // 1000
    head, clock = f"{when.year:04d}", f"{when:%H:%M:%S}.{ms:03d}"
    doy = f"{when.timetuple().tm_yday:03d}"
    plain = clock.replace(":", "")
    texts = [
        f"{head}-{when:%m-%d} {clock}",
        f"{head}-{when:%m-%d}T{clock}Z",
        f"{head}:{doy}:{clock}",
        f"{head}{doy}.{plain.replace('.', '')}",
        f"{head}{doy}{plain.replace('.', '')}",
    ]
    expected = int(np.datetime64(when.replace(microsecond=ms * 1000), "ms").astype(int))
    assert {divmod(expected, 86_400_000)} == {(day, ns // 10**6) for day, ns in map(read, texts)}
