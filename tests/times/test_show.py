"""Times in the forms that people and other programs read."""

from __future__ import annotations

import sys
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.time import Time
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jeta.errors import TimeFormatError
from jeta.times import FORMS, cxcsec_to_unix, show, to_seconds, unix_to_cxcsec
from jeta.times.leapseconds import STEP_TAI

UNIX, CXCSEC = 1653266167.888, 769653437.072
TEXTS = ("date", "yday", "greta", "iso", "isot", "fits")
MANY = settings(max_examples=80, deadline=None)
CXCSEC_MS = st.integers(-818_000_000_000, 900_000_000_000)  # 1972-01-30 to 2026

# 2022:143:00:36:07.888 in every form.
SHOWN = {
    "date": "2022:143:00:36:07.888",
    "yday": "2022:143:00:36:07.888",
    "greta": "2022143.003607888",
    "maude": 2022143003607888,
    "iso": "2022-05-23 00:36:07.888",
    "isot": "2022-05-23T00:36:07.888",
    "fits": "2022-05-23T00:36:07.888",
    "unix": UNIX,
    "cxcsec": CXCSEC,
    "jd": 2459722.5250912965,
    "mjd": 59722.025091296295,
    "frac_year": 2022.389109839168,
    "decimalyear": 2022.389109839168,
    "plot_date": 19135.025091296295,
    "datetime": datetime(2022, 5, 23, 0, 36, 7, 888000),  # noqa: DTZ001 - without a time zone, as the ancestors
    "datetime64": np.datetime64("2022-05-23T00:36:07.888000000"),
}
KINDS = {"maude": int, "datetime": datetime, "datetime64": np.datetime64, **dict.fromkeys(TEXTS, str)}
NUMBERS = ("jd", "mjd", "frac_year", "decimalyear", "plot_date")
EVERY_FORM = pytest.mark.parametrize(("form", "shown"), SHOWN.items(), ids=SHOWN.keys())
SYSTEMS = pytest.mark.parametrize(("seconds", "system"), [(UNIX, "unix"), (CXCSEC, "cxcsec")])


@EVERY_FORM
@SYSTEMS
def test_one_time_in_every_form(form, shown, seconds, system):
    """One time gives Python's kind of text or number, from either system."""
    result = show(seconds, form, system)
    assert result == (pytest.approx(shown, rel=3e-16) if form in NUMBERS else shown)
    assert type(result) is KINDS.get(form, float)


@pytest.mark.parametrize("form", SHOWN)
@SYSTEMS
def test_many_times_in_every_form(form, seconds, system):
    """An array gives an array of the same shape."""
    result = show(np.full((2, 1), seconds), form, system)
    assert result.shape == (2, 1)
    assert result.tolist() == np.full((2, 1), show(seconds, form, system)).tolist()


@pytest.mark.parametrize(
    ("form", "dtype"),
    [
        ("date", "<U21"),
        ("yday", "<U21"),
        ("greta", "<U17"),
        ("iso", "<U23"),
        ("isot", "<U23"),
        ("maude", "i8"),
        ("jd", "f8"),
        ("secs", "f8"),
        ("datetime", "O"),
        ("datetime64", "M8[ns]"),
    ],
)
def test_types_of_arrays(form, dtype):
    """The types that scripts rely on, also without any time."""
    assert show([0.0], form).dtype == show([], form).dtype == np.dtype(dtype)


def test_all_forms_are_listed():
    """The list of forms is that of the contract and the two of numpy and astropy."""
    assert set(FORMS) == {"secs", "astropy", *SHOWN}


@SYSTEMS
def test_secs_are_the_seconds_themselves(seconds, system):
    """In either system."""
    assert show(seconds, "secs", system) == seconds


@SYSTEMS
def test_astropy(seconds, system):
    """A Time in UTC, single or many."""
    when = show(seconds, "astropy", system)
    assert (when.scale, when.isot, when.shape) == ("utc", "2022-05-23T00:36:07.888", ())
    assert show([seconds] * 2, "astropy", system).yday.tolist() == ["2022:143:00:36:07.888"] * 2


@pytest.mark.parametrize("seconds", [np.float64(UNIX), np.array(UNIX)])
def test_numpy_scalars(seconds):
    """numpy's numbers are single times too."""
    assert show(seconds, "date") == SHOWN["date"]
    assert show(seconds, "maude") == SHOWN["maude"]
    assert show(seconds, "jd") == SHOWN["jd"]


def test_whole_seconds():
    """Integers do."""
    assert show(0, "isot") == "1970-01-01T00:00:00.000"
    assert show([0, 1], "date").tolist() == ["1970:001:00:00:00.000", "1970:001:00:00:01.000"]


@pytest.mark.parametrize(
    ("cxcsec", "date"),
    [
        (0.0, "1997:365:23:58:56.816"),
        (1.0, "1997:365:23:58:57.816"),
        (100.0, "1998:001:00:00:36.816"),
        (63072064.184, "2000:001:00:00:00.000"),
        (378691266.184, "2010:001:00:00:00.000"),
        (378734400.0, "2010:001:11:58:53.816"),
        (599616067.184, "2016:366:23:59:59.000"),
        (599616068.184, "2016:366:23:59:60.000"),
        (599616068.684, "2016:366:23:59:60.500"),
        (599616069.184, "2017:001:00:00:00.000"),
    ],
)
def test_known_dates(cxcsec, date):
    """Literal dates, the leap second of 2016 among them."""
    assert show(cxcsec, "date", "cxcsec") == date
    assert show([cxcsec], "date", "cxcsec").tolist() == [date]


@pytest.mark.parametrize("form", [*TEXTS, "maude"])
def test_leap_second_in_texts(form):
    """Second 60 in every text, which reads back as the same instant."""
    shown = show(599616068.684, form, "cxcsec")
    assert "60" in str(shown)
    assert to_seconds(str(shown), "cxcsec") == 599616068.684


@pytest.mark.parametrize("form", ["datetime", "datetime64", "unix"])
def test_leap_second_elsewhere(form):
    """As the first second of the next day where there is no second 60."""
    assert show(599616068.684, form, "cxcsec") == show(1483228800.5, form)


@pytest.mark.parametrize(
    ("unix", "date"),
    [
        (0.0004, "1970:001:00:00:00.000"),
        (0.0006, "1970:001:00:00:00.001"),
        (-0.0004, "1970:001:00:00:00.000"),
        (-0.001, "1969:365:23:59:59.999"),
        (86399.9996, "1970:002:00:00:00.000"),
        (1483228799.9996, "2017:001:00:00:00.000"),
        (-62135596800.0, "0001:001:00:00:00.000"),
        (253402300799.999, "9999:365:23:59:59.999"),
    ],
)
def test_texts_are_rounded_to_milliseconds(unix, date):
    """To the nearest, across midnight and the turn of the year; years 1 to 9999."""
    assert show(unix, "date") == show([unix], "date")[0] == date


def test_rounding_into_a_leap_second():
    """Just before it is at it."""
    assert show(599616068.1838, "date", "cxcsec") == "2016:366:23:59:60.000"


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("system", ["unix", "cxcsec"])
@given(ms=st.lists(st.integers(-60_000_000_000_000, 200_000_000_000_000), min_size=1, max_size=20))
@MANY
def test_texts_read_back(form, system, ms):
    """Each text reads back as the same float, and arrays show what single times show."""
    seconds = np.array(ms) / 1000
    texts = show(seconds, form, system)
    assert texts.tolist() == [show(float(one), form, system) for one in seconds]
    assert to_seconds(texts, system).tolist() == seconds.tolist()


@given(CXCSEC_MS)
@example(599_616_068_184)
@MANY
def test_texts_as_astropy_writes_them(ms):
    """The same text as astropy's from cxcsec, to the millisecond."""
    theirs = Time(ms / 1000, format="cxcsec").utc
    assert show(ms / 1000, "date", "cxcsec") == theirs.yday
    assert show(ms / 1000, "iso", "cxcsec") == theirs.iso
    assert show(ms / 1000, "isot", "cxcsec") == show(ms / 1000, "fits", "cxcsec") == theirs.isot


@pytest.mark.parametrize("step_tai", STEP_TAI[1:].tolist())
@pytest.mark.parametrize("ms", [-1001, -1000, -500, -1, 0, 1])
def test_texts_as_astropy_writes_them_around_leap_seconds(step_tai, ms):
    """Likewise before, within and after each leap second since 1972."""
    seconds = (step_tai * 1000 + ms - 883_612_767_816) / 1000
    assert show(seconds, "date", "cxcsec") == Time(seconds, format="cxcsec").utc.yday


@pytest.mark.parametrize("form", ["jd", "mjd", "decimalyear", "plot_date"])
@given(ms=CXCSEC_MS)
@example(ms=599_616_068_184)
@MANY
def test_numbers_as_astropy_has_them(form, ms):
    """The same number as astropy's, days with leap seconds included."""
    theirs = getattr(Time(ms / 1000, format="cxcsec").utc, form)
    assert show(ms / 1000, form, "cxcsec") == pytest.approx(theirs, rel=4e-16, abs=2e-12)


def test_forms_of_fractional_years():
    """Midnight of the year's 184th day in a leap year is half of it."""
    assert show(to_seconds("2000:184"), "frac_year") == 2000.5


def test_matplotlib_epoch(monkeypatch):
    """Where matplotlib's epoch was changed, its days count from there."""
    monkeypatch.setitem(sys.modules, "matplotlib.dates", SimpleNamespace(get_epoch=lambda: "0000-12-31"))
    assert show(946684800.0, "plot_date") == 730120.0
    monkeypatch.setitem(sys.modules, "matplotlib.dates", None)
    assert show(946684800.0, "plot_date") == 10957.0


def test_astropy_keeps_leap_seconds():
    """A Time within a leap second stays there."""
    assert show(599616068.684, "astropy", "cxcsec").isot == "2016-12-31T23:59:60.500"


@given(st.floats(1e8, 1.7e9))
@MANY
def test_astropy_reads_back(seconds):
    """A Time reads back as the same float."""
    assert to_seconds(show(seconds, "astropy")) == seconds


def test_datetime64_is_clean():
    """0.888 s shows as such, not as 888000011 ns."""
    shown = show([1653266167.888, 1653266167.5], "datetime64")
    assert shown.tolist() == [1653266167888000000, 1653266167500000000]


def test_systems_into_each_other():
    """unix and cxcsec show as the conversions give them."""
    assert show(UNIX, "cxcsec") == unix_to_cxcsec(UNIX)
    assert show(CXCSEC, "unix", "cxcsec") == cxcsec_to_unix(CXCSEC)


@pytest.mark.parametrize("form", ["secs", "unix", "cxcsec", "jd", "mjd", "frac_year", "plot_date"])
def test_nan_as_a_number(form):
    """It stays NaN in numeric forms."""
    assert np.isnan(show([np.nan, 0.0], form)).tolist() == [True, False]
    assert np.isnan(show(np.nan, form))


def test_nan_as_datetime64():
    """It is NaT."""
    assert np.isnat(show([np.nan, 0.0, np.inf], "datetime64")).tolist() == [True, False, True]


@pytest.mark.parametrize("form", [*TEXTS, "maude", "datetime", "astropy"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 253402300800.0, -62135596801.0, 1e300])
def test_what_cannot_be_shown(form, bad):
    """Neither what is not finite nor years beyond the calendar; the message gives the value and the form."""
    for seconds in (bad, [0.0, bad]):
        with pytest.raises(TimeFormatError, match=f"s cannot be shown as '{form}'") as caught:
            show(seconds, form)
        assert str(caught.value).startswith(str(bad))


def test_datetime64_beyond_its_years():
    """Refused rather than wrapped around."""
    with pytest.raises(TimeFormatError, match="reach from 1678 to 2261"):
        show([0.0, 1e10], "datetime64")


@pytest.mark.parametrize("form", ["", "Date", "local", "seconds"])
def test_unknown_form(form):
    """The forms are listed."""
    with pytest.raises(ValueError, match="unknown form of time") as caught:
        show(0.0, form)
    assert all(known in str(caught.value) for known in FORMS)


def test_unknown_system():
    """As elsewhere."""
    with pytest.raises(ValueError, match="unknown time system 'tt'"):
        show(0.0, "date", "tt")
