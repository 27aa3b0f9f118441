"""Whatever a user may pass as a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.table import Column, MaskedColumn
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TimeFormatError
from jeta.times import cxcsec_ticks_to_unix_ticks, ticks_to_seconds, to_seconds, to_ticks

UNIX = 1653266167.888
CXCSEC = 769653437.072
MS = 1653266167888
EST = timezone(timedelta(hours=-5))
MANY = settings(max_examples=80, deadline=None)

# 2022:143:00:36:07.888 in every form that one time can have.
FORMS = {
    "year and day of year": "2022:143:00:36:07.888",
    "iso": "2022-05-23 00:36:07.888",
    "iso with T": "2022-05-23T00:36:07.888",
    "iso with T and Z": "2022-05-23T00:36:07.888Z",
    "greta": "2022143.003607888",
    "maude": "2022143003607888",
    "bytes": b"2022:143:00:36:07.888",
    "numpy text": np.str_("2022:143:00:36:07.888"),
    "numpy bytes": np.bytes_(b"2022:143:00:36:07.888"),
    "text without dimension": np.array("2022:143:00:36:07.888"),
    "datetime": datetime(2022, 5, 23, 0, 36, 7, 888000),  # noqa: DTZ001 - naive ones count as UTC
    "datetime in UTC": datetime(2022, 5, 23, 0, 36, 7, 888000, tzinfo=UTC),
    "datetime elsewhere": datetime(2022, 5, 22, 19, 36, 7, 888000, tzinfo=EST),
    "datetime64 in ms": np.datetime64("2022-05-23T00:36:07.888"),
    "datetime64 in ns": np.datetime64("2022-05-23T00:36:07.888", "ns"),
    "datetime64 without dimension": np.array("2022-05-23T00:36:07.888", "M8[us]"),
    "timestamp": pd.Timestamp("2022-05-23 00:36:07.888"),
    "timestamp elsewhere": pd.Timestamp("2022-05-22 19:36:07.888", tz=EST),
    "astropy utc": Time("2022-05-23 00:36:07.888", scale="utc"),
    "astropy tt": Time("2022-05-23 00:37:17.072", scale="tt"),
    "astropy tai": Time("2022-05-23 00:36:44.888", scale="tai"),
    "astropy tdb": Time("2022-05-23 00:36:07.888", scale="utc").tdb,
    "object with secs": SimpleNamespace(secs=CXCSEC),
    "object with numpy secs": SimpleNamespace(secs=np.float64(CXCSEC)),
    "object with date": SimpleNamespace(date="2022:143:00:36:07.888"),
    "object with both": SimpleNamespace(secs=CXCSEC, date="2022:143:00:36:07.888"),
}
EVERY_FORM = pytest.mark.parametrize("value", FORMS.values(), ids=FORMS.keys())


@EVERY_FORM
def test_one_time_in_every_form(value):
    """Each form gives the same float, in both systems."""
    assert to_seconds(value) == UNIX
    assert to_seconds(value, "cxcsec") == CXCSEC
    assert type(to_seconds(value)) is float


@EVERY_FORM
def test_ticks_of_every_form(value):
    """Each form gives the same tick of 1 ms, in both systems."""
    for system, tick in (("unix", MS), ("cxcsec", 769653437072)):
        ticks = to_ticks([value] if np.ndim(value) == 0 and not isinstance(value, np.ndarray) else value, system)
        assert (ticks.ticks.tolist(), ticks.resolution, ticks.valid.tolist()) == ([tick], "ms", [True])


@EVERY_FORM
def test_every_form_in_a_list_with_numbers(value):
    """Lists may mix forms; numbers among them are seconds of the system."""
    assert to_seconds([value, 5.0, 7]).tolist() == [UNIX, 5.0, 7.0]
    assert to_seconds([5, value], "cxcsec").tolist() == [5.0, CXCSEC]


@pytest.mark.parametrize(
    ("text", "cxcsec"),
    [
        ("1997:365:23:58:56.816", 0.0),
        ("2000-01-01T00:00:00", 63072064.184),
        ("2010:001", 378691266.184),
        ("2010:001:00:00:00", 378691266.184),
        ("2010:001:12:30", 378736266.184),
        ("1998:001:00:00:36.816", 100.0),
        ("2016-12-31 23:59:60", 599616068.184),
        ("2017-01-01", 599616069.184),
    ],
)
def test_known_cxcsec(text, cxcsec):
    """Literal seconds since 1998-01-01 TT."""
    assert to_seconds(text, "cxcsec") == cxcsec


def test_leap_second_in_unix_is_the_midnight_after():
    """Unix seconds do not count it."""
    assert to_seconds("2016-12-31 23:59:60") == to_seconds("2017-01-01") == 1483228800.0


@pytest.mark.parametrize(
    "value", [0, 1653266167, 2010001, 2010001.123, -5.5, 2022143003607888, np.int64(7), np.float32(0.5)]
)
@pytest.mark.parametrize("system", ["unix", "cxcsec"])
def test_numbers_are_seconds(value, system):
    """Of whatever size, also those that look like GRETA or MAUDE."""
    assert to_seconds(value, system) == float(value)


@pytest.mark.parametrize("value", [float("inf"), -np.inf])
def test_unbounded(value):
    """An infinite bound stays."""
    assert to_seconds(value) == value


@pytest.mark.parametrize(("value", "seconds"), [(date(2010, 1, 1), 1262304000.0), (date(1969, 12, 31), -86400.0)])
def test_date_is_midnight(value, seconds):
    """A date is midnight UTC."""
    assert to_seconds(value) == seconds


def test_nanoseconds_of_a_timestamp():
    """pandas' nanoseconds are kept."""
    ticks = to_ticks([pd.Timestamp("2022-05-23T00:36:07.888000001")])
    assert (ticks.ticks.tolist(), ticks.resolution) == ([MS * 10**6 + 1], "ns")


@pytest.mark.parametrize(
    "value", [float("nan"), np.float64("nan"), np.datetime64("NaT", "s"), pd.NaT, np.array(np.nan)]
)
def test_no_single_time(value):
    """NaN and NaT bound nothing."""
    with pytest.raises(TimeFormatError, match="is not a time: accepted are '2022:143'"):
        to_seconds(value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        np.True_,
        [True],
        [1.0, True],
        np.array([True]),
        pd.Series([True]),
        pd.array([True, None], dtype="boolean"),
    ],
    ids=repr,
)
def test_truth_values(value):
    """Truth values are not numbers of seconds."""
    with pytest.raises(ValueError, match="accepted are '2022:143'"):
        to_seconds(value)


@pytest.mark.parametrize(
    "value",
    [
        1j,
        {},
        {"2010:001"},
        object(),
        timedelta(1),
        np.timedelta64(1, "s"),
        pd.Timedelta("1s"),
        np.array([1], "m8[s]"),
        np.array([1j]),
        np.array([(1, 2)], "i4,i4"),
        [{}],
        [[1, 2], [3]],
        [1, timedelta(1)],
        pd.NA,
        SimpleNamespace(secs=None, date=None),
        SimpleNamespace(secs=True),
        10**400,
    ],
    ids=lambda value: f"{type(value).__name__}-{str(value)[:20] if type(value) is not object else ''}",
)
def test_what_is_no_time(value):
    """Anything else is a ValueError that shows the accepted forms."""
    with pytest.raises(ValueError, match="accepted are '2022:143'") as caught:
        to_seconds(value)
    assert isinstance(caught.value, TimeFormatError)


@pytest.mark.parametrize("function", [to_seconds, to_ticks])
@pytest.mark.parametrize("system", ["tai", "", None])
def test_unknown_system(function, system):
    """The two systems are named."""
    with pytest.raises(ValueError, match="must be one of unix, cxcsec"):
        function([1.0], system)


ISO = ["2022-05-23T00:36:07.888", "1998-01-01T00:00:00.000", "2016-12-31T23:59:59.999"]
COLUMNS = {
    "list": ISO,
    "tuple": tuple(ISO),
    "text": np.array(ISO),
    "bytes": np.array(ISO, "S"),
    "numpy's variable text": np.array(ISO, np.dtypes.StringDType()),
    "objects": np.array(ISO, object),
    "list of bytes": [text.encode() for text in ISO],
    "datetime64": np.array(ISO, "M8[ms]"),
    "datetime64 in us, big-endian": np.array(ISO, "M8[us]").astype(">M8[us]"),
    "list of datetime64": list(np.array(ISO, "M8[ms]")),
    "list of datetimes": [datetime.fromisoformat(text) for text in ISO],
    "list of aware datetimes": [datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(EST) for text in ISO],
    "list of timestamps": [pd.Timestamp(text) for text in ISO],
    "list of times": [Time(text) for text in ISO],
    "series of text": pd.Series(ISO),
    "series of objects": pd.Series(ISO, dtype=object),
    "series": pd.Series(pd.to_datetime(ISO)),
    "series elsewhere": pd.Series(pd.to_datetime(ISO, utc=True)).dt.tz_convert("Asia/Tokyo"),
    "index": pd.DatetimeIndex(ISO),
    "index elsewhere": pd.DatetimeIndex(ISO, tz="UTC").tz_convert("US/Eastern"),
    "astropy": Time(ISO),
    "astropy tai": Time(ISO).tai,
    "column": Column(ISO),
    "object with secs": SimpleNamespace(secs=np.array([769653437.072, 63.184, 599616068.183])),
    "mixed": [ISO[0], np.datetime64(ISO[1]), Time(ISO[2])],
}
EVERY_COLUMN = pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS.keys())


@EVERY_COLUMN
def test_many_times_in_every_form(values):
    """Each kind of list, array and column gives the same floats, in both systems."""
    for system in ("unix", "cxcsec"):
        seconds = to_seconds(values, system)
        assert seconds.dtype == np.float64
        assert seconds.tolist() == [to_seconds(text, system) for text in ISO]


@EVERY_COLUMN
def test_ticks_of_many_times(values):
    """Likewise the same ticks of 1 ms."""
    ticks = to_ticks(values)
    assert ticks.ticks.tolist() == [MS, 883612800000, 1483228799999]
    assert ticks.resolution == "ms"
    assert ticks.valid.all()


@pytest.mark.parametrize(
    "values",
    [
        [1.5, 2],
        (1.5, np.float64(2)),
        np.array([1.5, 2]),
        np.array([1.5, 2], ">f8"),
        np.array([1.5, 2], "f4"),
        np.array([1.5, 2], object),
        pd.Series([1.5, 2]),
        pd.array([1.5, 2], dtype="Float64"),
        np.ma.array([1.5, 2]),
        Column([1.5, 2]),
        [1500, 2000] * u.ms,
    ],
    ids=lambda values: type(values).__name__,
)
def test_columns_of_numbers(values):
    """Numbers in any kind of column are seconds; a quantity is converted to them."""
    assert to_seconds(values).tolist() == [1.5, 2.0]
    assert to_ticks(values, "cxcsec").ticks.tolist() == [1500, 2000]


def test_whole_numbers():
    """A range or integers are seconds too."""
    assert to_seconds(range(3)).tolist() == to_seconds(np.arange(3, dtype=np.uint8)).tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("values", [[[0.0, 1.5]], np.array([["1970:001", "1970:002"]]), np.zeros((1, 2), "M8[s]")])
def test_shapes_are_kept(values):
    """An array of any shape gives one of that shape."""
    assert to_seconds(values).shape == to_ticks(values).ticks.shape == to_ticks(values).valid.shape == (1, 2)


@pytest.mark.parametrize(
    "values", [[], (), np.array([]), np.array([], "U5"), np.array([], "M8[ns]"), pd.Series([], dtype=object)]
)
def test_no_times(values):
    """Nothing gives empty arrays."""
    assert to_seconds(values).shape == (0,)
    assert to_ticks(values).ticks.dtype == np.int64
    assert to_ticks(values).resolution == "ms"


MISSING = {
    "number": [1.5, np.nan],
    "none": [1.5, None],
    "none beside text": ["1970-01-01T00:00:01.5", None],
    "nan beside text": ["1970-01-01T00:00:01.5", np.nan],
    "datetime64": np.array([1500, "NaT"], "M8[ms]"),
    "timestamps": [pd.Timestamp(1.5, unit="s"), pd.NaT],
    "series": pd.Series([pd.Timestamp(1.5, unit="s"), None]),
    "series elsewhere": pd.Series([pd.Timestamp(1.5, unit="s", tz="Asia/Tokyo"), None]),
    "text series": pd.Series(["1970-01-01T00:00:01.5", None]),
    "nullable": pd.array([1.5, None], dtype="Float64"),
    "pandas' NA": [1.5, pd.NA],
    "masked": np.ma.array([1.5, 7.0], mask=[False, True]),
    "masked datetimes": np.ma.array(np.array([1500, 7], "M8[ms]"), mask=[False, True]),
    "masked column": MaskedColumn(["1970-01-01T00:00:01.5", "?"], mask=[False, True]),
    "masked astropy": Time(np.ma.array([1.5, 7.0], mask=[False, True]), format="unix"),
}


@pytest.mark.parametrize("values", MISSING.values(), ids=MISSING.keys())
def test_missing_times(values):
    """A missing time is NaN as seconds, not valid as tick; what to do about it is the caller's affair."""
    seconds = to_seconds(values)
    assert seconds[0] == 1.5
    assert np.isnan(seconds[1])
    ticks = to_ticks(values)
    assert (ticks.ticks.tolist(), ticks.resolution, ticks.valid.tolist()) == ([1500, 0], "ms", [True, False])


def test_masked_whole_numbers():
    """Integers become floats where one is masked."""
    assert np.isnan(to_seconds(np.ma.array([1, 2], mask=[True, False]))).tolist() == [True, False]


def test_infinite_seconds_in_arrays():
    """They stay as seconds; they have no tick."""
    assert to_seconds([np.inf, 0.0]).tolist() == [np.inf, 0.0]
    assert to_ticks([np.inf, 0.0]).valid.tolist() == [False, True]


def test_float64_arrays_are_not_copied():
    """Seconds that are seconds already take no memory."""
    values = np.array([1.0, 2.0])
    assert np.shares_memory(to_seconds(values), values)


@pytest.mark.parametrize("value", ["2010:001", 5.0, None, np.array("2010:001"), datetime(2010, 1, 1, tzinfo=UTC)])
def test_ticks_of_one_time(value):
    """A single time counts as a list of one."""
    assert to_ticks(value).ticks.shape == to_ticks(value).valid.shape == (1,)


def test_bad_text_in_a_list():
    """The row is told."""
    with pytest.raises(TimeFormatError, match=r"^row 1: cannot read 'x' as a time"):
        to_seconds(["2010:001", "x"])


def test_now_and_from_now(monkeypatch):
    """None is now; signed text counts from now."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:003")
    now = to_seconds("2010:003")
    assert to_seconds(None) == now
    assert to_seconds("-2d 12hr") == now - 2.5 * 86400
    assert to_seconds("+3hr 5min") == now + 11100
    assert to_seconds("-30") == now - 30 * 86400
    assert to_seconds(["+1", "2010:004"]).tolist() == [now + 86400] * 2


@pytest.mark.parametrize("system", ["unix", "cxcsec"])
@given(values=st.lists(st.floats(1e8, 4e9), min_size=1, max_size=20))
@MANY
def test_seconds_survive_ticks(system, values):
    """Seconds between 1e8 and 4e9 come back from their ticks bit for bit."""
    ticks = to_ticks(values, system)
    assert ticks_to_seconds(ticks.ticks, ticks.resolution).tolist() == values


@given(st.lists(st.integers(10**17, 4 * 10**18), min_size=1, max_size=20), st.sampled_from(["ms", "us", "ns"]))
@MANY
def test_datetime64_is_exact(counts, unit):
    """Nothing of a datetime64 is lost: integers all the way."""
    values = (np.array(counts) // {"ms": 10**6, "us": 10**3, "ns": 1}[unit]).astype(f"M8[{unit}]")
    ticks = to_ticks(values)
    assert np.array_equal(ticks.ticks.astype(f"M8[{ticks.resolution}]"), values)


@given(st.lists(st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)), min_size=1, max_size=20))  # noqa: DTZ001 - UTC
@MANY
def test_datetimes_are_exact(values):
    """Nor of a datetime."""
    ticks = to_ticks(values)
    assert ticks.ticks.astype(f"M8[{ticks.resolution}]").astype("M8[us]").tolist() == values


@given(st.integers(63_158_400 * 10**9, 1_700_000_000 * 10**9), st.sampled_from(["utc", "tai", "tt", "tcg"]))
@MANY
def test_astropy_times_to_the_nanosecond(ns, scale):
    """An astropy Time of any scale gives its instant to 1 ns, leap seconds and all."""
    day, of_day = divmod(ns, 86_400 * 10**9)
    when = getattr(Time(day + 2440587.5, of_day / 86_400e9, format="jd", scale="tai"), scale)
    ticks = to_ticks([when], "cxcsec")
    in_ns = int(ticks.ticks[0]) * {"ms": 10**6, "us": 10**3, "ns": 1}[ticks.resolution]
    assert abs(in_ns + 883_612_767_816_000_000 - ns) <= 1


@pytest.mark.parametrize(
    "text", ["2016-12-31 23:59:60", "2016-12-31 23:59:60.999999999", "2015-06-30 23:59:59.5", "2017-01-01"]
)
def test_astropy_times_around_leap_seconds(text):
    """The same instant as from the text."""
    for system in ("unix", "cxcsec"):
        assert to_ticks([Time(text, scale="utc")], system).ticks.tolist() == to_ticks([text], system).ticks.tolist()


def test_astropy_time_from_a_float():
    """The nanoseconds of an astropy Time are those of the float64 it was made from."""
    assert to_seconds(Time(UNIX, format="unix")) == UNIX
    assert to_ticks([Time(UNIX, format="unix")]).ticks.tolist() == [1653266167888000011]


def test_astropy_time_before_leap_seconds():
    """1970-01-01 UTC is unix second 0, whatever TAI was then."""
    assert to_seconds(Time("1970-01-01", scale="utc")) == 0.0


def test_astropy_seconds_as_astropy_has_them():
    """cxcsec of a Time is astropy's own."""
    when = Time("2022:143:00:36:07.888")
    assert to_seconds(when, "cxcsec") == pytest.approx(when.cxcsec, abs=2e-7)


@given(st.integers(-883_612_767_816, 1_000_000_000_000))
@MANY
def test_object_with_secs_gives_clean_unix_ticks(ms):
    """Milliseconds of cxcsec are milliseconds of unix."""
    ticks = to_ticks([SimpleNamespace(secs=ms / 1000)])
    assert (ticks.ticks.tolist(), ticks.resolution) == ([cxcsec_ticks_to_unix_ticks(ms, "ms")], "ms")


def test_far_years():
    """Years that ns cannot reach have seconds all the same."""
    assert to_seconds(["0001:001", "9999-12-31"]).tolist() == [-62135596800.0, 253402214400.0]
