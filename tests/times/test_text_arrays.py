"""Many times written as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TimeFormatError
from jeta.times import to_seconds
from jeta.times.leapseconds import STEP_DAYS
from jeta.times.text import read_text
from jeta.times.text_arrays import decode, read_absolute_texts, read_texts
from jeta.times.utc import Instant

DAY_NS = 86_400 * 10**9


def pairs(texts):
    """Days and nanoseconds of texts as a list of pairs."""
    read = read_texts(np.array(texts))
    assert read.valid.all()
    return list(zip(read.days.tolist(), read.ns.tolist(), strict=True))


def singly(texts):
    """The same, read one by one."""
    return [read_text(decode(text), now=lambda: Instant(0, 0)) for text in texts]


UNIFORM = [
    ["2010:001", "2012:366", "0001:001", "9999:365"],
    ["2010:001:12:30", "1999:365:23:59"],
    ["2010:001:12:30:01", "1969:365:23:59:59"],
    ["2010:001:12:30:01.500", "2022:143:00:36:07.888"],
    ["2010:001:12:30:01.123456789", "2022:143:00:36:07.000000001"],
    ["2010-01-01", "2012-02-29"],
    ["2010-01-01 12:30", "2012-02-29 00:00"],
    ["2010-01-01T12:30:01", "2012-12-31T23:59:59"],
    ["2010-01-01T12:30:01.5Z", "2012-12-31T23:59:59.9Z"],
    ["2010001", "2012366"],
    ["2010001.1230", "2012366.2359"],
    ["2010001.123001", "2012366.235959"],
    ["2010001.123001500", "2012366.235959999"],
    ["2010001123001500", "2012366235959999"],
]


@pytest.mark.parametrize("texts", UNIFORM, ids=lambda texts: texts[0])
def test_uniform_texts(texts):
    """Texts of one form are read as each would be alone."""
    assert pairs(texts) == singly(texts)


@pytest.mark.parametrize("texts", UNIFORM, ids=lambda texts: texts[0])
def test_uniform_bytes(texts):
    """So are bytes, as HDF5 and FITS have them."""
    encoded = [text.encode() for text in texts]
    assert pairs(encoded) == singly(texts)


def test_all_forms_together():
    """Forms may be mixed, also among texts of one length."""
    texts = [text for form in UNIFORM for text in form]
    assert pairs(texts) == singly(texts)
    assert pairs(texts[::-1]) == singly(texts[::-1])


def test_t_and_blank_together():
    """Texts that differ only in a mark are not taken for one another."""
    texts = ["2010-01-01T12:30:01", "2010-01-01 12:30:01", "2010:001:12:30:01.0"]
    assert pairs(texts) == singly(texts)


@pytest.mark.parametrize("form", ["{}T23:59:60", "{}T23:59:60.500", "{} 23:59:59"])
def test_leap_seconds_among_others(form):
    """Every leap second since 1972, among texts of the same form."""
    days = np.datetime_as_string((STEP_DAYS[1:] - 1).astype("M8[D]"))
    texts = ["2010-01-01T00:00:00", *(form.format(day) for day in days)]
    assert pairs(texts) == singly(texts)


def test_blanks_around():
    """Columns of fixed width are padded."""
    assert pairs(["2010:001   ", " 2010:002", "2010:001:12:30"]) == singly(["2010:001", "2010:002", "2010:001:12:30"])


def test_other_byte_order():
    """Big-endian text reads the same."""
    texts = np.array(["2010:001", "2010:002"]).astype(">U8")
    assert read_texts(texts).days.tolist() == [14_610, 14_611]


def test_every_second_text():
    """A view with strides reads the same."""
    texts = np.array(["2010:001", "x", "2010:002", "x"])[::2]
    assert read_texts(texts).days.tolist() == [14_610, 14_611]


def test_no_texts():
    """No texts are no times."""
    assert pairs(np.array([], "U8")) == []


def test_more_than_a_block():
    """Blocks join without a seam, and a mistake keeps its row."""
    texts = np.full(70_000, "2010:001:00:00:00.000")
    texts[65_535:65_538] = ["2010:002:00:00:00.001", "2010-01-01", "2016:366:23:59:60.000"]
    read = read_texts(texts)
    assert read.days[65_534:65_539].tolist() == [14_610, 14_611, 14_610, 17_166, 14_610]
    assert read.ns[65_534:65_539].tolist() == [0, 10**6, 0, DAY_NS, 0]
    texts[66_000] = "2010:400:00:00:00.000"
    with pytest.raises(TimeFormatError, match=r"^row 66000: no such day of the year"):
        read_texts(texts)


@pytest.mark.parametrize(
    "bad",
    [
        "2011:366",
        "2010:000",
        "0000:001",
        "2010:0a1",
        "2010:0:1",
        "2010-001",
        "\uff12010:001",
        "",
        "nan",
        "not a time at all",
    ],
)
@pytest.mark.parametrize("row", [0, 1, 2])
def test_bad_text_among_good(bad, row):
    """The message gives row, text and accepted forms, wherever the mistake is."""
    texts = ["2010:001", "2010:002"]
    texts.insert(row, bad)
    with pytest.raises(ValueError, match=f"^row {row}: ") as caught:
        read_texts(np.array(texts))
    assert repr(bad) in str(caught.value)
    assert "accepted are '2022:143'" in str(caught.value)


@pytest.mark.parametrize(
    "bad",
    [
        "2010-02-30T00:00:00",
        "2010-13-01T00:00:00",
        "2010-00-01T00:00:00",
        "2010-01-32T00:00:00",
        "2010-01-00T00:00:00",
        "0000-01-01T00:00:00",
        "2010-01-01T24:00:00",
        "2010-01-01T00:60:00",
        "2010-01-01T00:00:60",
    ],
)
def test_impossible_dates_among_good(bad):
    """Ranges are checked by columns as strictly as in single texts."""
    with pytest.raises(TimeFormatError, match=r"^row 1: no such"):
        read_texts(np.array(["2010-01-01T00:00:00", bad]))


def test_bytes_that_are_not_ascii():
    """They show as escapes in the message."""
    with pytest.raises(TimeFormatError, match=r"xe9"):
        read_texts(np.array([b"2010:001", b"\xe9"]))


def test_more_decimals_than_nanoseconds():
    """Twelve decimals are rounded, as in single texts."""
    assert pairs(["2010:001:00:00:00.0000000015"]) == [(14_610, 2)]


def test_times_from_now(monkeypatch):
    """Signed texts count from now, among others too."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:003")
    assert pairs(["2010:001", "-1d", "+1"]) == [(14_610, 0), (14_611, 0), (14_613, 0)]


@given(st.lists(st.datetimes(), min_size=1, max_size=20), st.sampled_from(["ms", "us", "ns", "s", "m"]))
@settings(max_examples=100, deadline=None)
def test_iso_as_numpy_reads_it(datetimes, unit):
    """numpy's own ISO text, of any precision, gives numpy's own instant."""
    values = np.array(datetimes, f"M8[{unit if unit != 'ns' else 'us'}]")
    texts = np.datetime_as_string(values, unit=unit)
    assert to_seconds(texts).tolist() == to_seconds(values).tolist()


def absolute(texts):
    """Days and nanoseconds of texts as files have them; None for what is no time."""
    read = read_absolute_texts(np.array(texts, np.str_))
    pairs = zip(read.days.tolist(), read.ns.tolist(), read.valid.tolist(), strict=True)
    return [(day, ns) if valid else None for day, ns, valid in pairs]


@given(
    st.lists(
        st.tuples(st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)), st.integers(-1439, 1439), st.booleans()),  # noqa: DTZ001
        min_size=1,
        max_size=20,
    )
)
def test_offsets_of_many_texts(drawn):
    """Each as Python reads it, whatever the others have."""
    zoned = [when.replace(tzinfo=timezone(timedelta(minutes=minutes))) for when, minutes, _ in drawn]
    texts = [
        f"{when:%Y-%m-%d %H:%M:%S.%f}{when:%z}" if is_short else str(when)
        for when, (*_, is_short) in zip(zoned, drawn, strict=True)
    ]
    since = [when - datetime(1970, 1, 1, tzinfo=UTC) for when in zoned]
    assert absolute(texts) == [(one.days, one.seconds * 10**9 + one.microseconds * 1000) for one in since]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01T00:00:00 UTC", (19723, 0)),
        ("2024-01-01 00:00:00GMT", (19723, 0)),
        (" 2024:001:00:00:00+00:30 ", (19722, DAY_NS - 1_800 * 10**9)),
        ("2024-01-01T00:00-0100", (19723, 3_600 * 10**9)),
        ("2016-12-31T23:59:60.5+00:00", (17166, DAY_NS + 5 * 10**8)),
        ("2016-12-31T23:59:60.5+01:00", (17166, DAY_NS - 3_600 * 10**9 + 5 * 10**8)),
        ("2024-01-01T00:00:00+24:00", None),
        ("2024-01-01T00:00:00+1:00", None),
        ("2024-01-01T00:00:00 EST", None),
        ("2024-01-01+02:00", None),
        ("2024-01-01T00:00:00+02:00Z", None),
        ("+02:00", None),
        ("UTC", None),
    ],
)
def test_ends_of_texts(text, expected):
    assert absolute([text, "2024-01-01", "2024-01-01T00:00:00.5"]) == [expected, (19723, 0), (19723, 5 * 10**8)]


def test_an_offset_is_none_of_the_forms_that_a_user_types():
    with pytest.raises(TimeFormatError):
        read_texts(np.array(["2024-01-01T00:00:00+02:00"]))
