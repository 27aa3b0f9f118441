"""Section 1 of the contract, times: which are accepted (1.2) and how they are shown (1.3). Tests name section and row."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.time import Time

from jeta import fetch
from jeta.times import show, to_seconds

pytestmark = pytest.mark.usefixtures("scenario")

MIDNIGHT = 378_691_266.184  # 2010:001, in the seconds of the archive: Chandra's
NOON = MIDNIGHT + 12 * 3600


def start_of(start):
    """Seconds that a fetch makes of a start."""
    return fetch.MSID("tephin", start, "2011:001").tstart


# ---------------------------------------------------------------- 1.2 accepted inputs


def test_1_2_none_is_now_and_honours_the_environment(monkeypatch):
    """None as stop; as start it is the archive's first sample, by decision."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:12:00:00")
    dat = fetch.MSID("tephin", None, None)
    assert (dat.tstart, dat.tstop) == (MIDNIGHT + 0.1, NOON)
    assert to_seconds(None, "cxcsec") == NOON


@pytest.mark.parametrize("start", [NOON, np.float64(NOON), int(NOON), np.int64(NOON), np.float32(2.0**28)], ids=repr)
def test_1_2_numbers_are_seconds(start):
    assert start_of(start) == float(start)


@pytest.mark.parametrize("text", ["2010:001", "2010:001:00:00", "2010:001:00:00:00", "2010:001:00:00:00.000"])
def test_1_2_year_and_day_of_year(text):
    assert start_of(text) == MIDNIGHT


def test_1_2_year_and_day_of_year_with_time_of_day():
    assert start_of("2010:001:12:30") == NOON + 1800
    assert start_of("2010:001:12:30:01") == NOON + 1801
    assert start_of("2010:001:12:30:01.5") == NOON + 1801.5


@pytest.mark.parametrize("text", ["2010:001:12", "2010001.12"])
def test_1_2_an_hour_alone_is_refused(text):
    with pytest.raises(ValueError, match="cannot read"):
        start_of(text)


@pytest.mark.parametrize(
    ("text", "after_noon"), [("2010001.123001", 1801), ("2010001.123001500", 1801.5), ("2010001", -43200)]
)
def test_1_2_greta_text(text, after_noon):
    assert start_of(text) == NOON + after_noon


def test_1_2_maude_digits():
    assert start_of("2010001123001000") == NOON + 1801


@pytest.mark.parametrize("text", ["2010-01-01", "2010-01-01 00:00:00", "2010-01-01 00:00:00.0"])
def test_1_2_iso_is_utc(text):
    assert start_of(text) == MIDNIGHT


@pytest.mark.parametrize("text", ["2010-01-01T12:00:00", "2010-01-01T12:00:00.000", "2010-01-01T12:00:00Z"])
def test_1_2_iso_with_t_is_utc_too(text):
    """UTC as in cxotime; DateTime took it for TT."""
    assert start_of(text) == NOON


@pytest.mark.parametrize(
    ("text", "before"), [("-2d 12hr", 2.5 * 86400), ("-6hr 5min", 21900), ("-30s", 30), ("-1yr", 365.25 * 86400)]
)
def test_1_2_signed_deltas_count_from_now(text, before, monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:12:00:00")
    assert start_of(text) == NOON - before
    assert start_of("+" + text[1:]) == NOON + before


def test_1_2_signed_number_is_days_from_now(monkeypatch):
    """``relday`` of DateTime."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:12:00:00")
    assert (start_of("+3"), start_of("-30")) == (NOON + 3 * 86400, NOON - 30 * 86400)


@pytest.mark.parametrize(
    "start",
    [
        dt.datetime(2010, 1, 1, 12),  # noqa: DTZ001 - what scripts pass
        dt.datetime(2010, 1, 1, 14, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        np.datetime64("2010-01-01T12:00:00"),
        Time("2010-01-01T12:00:00"),
        Time("2010-01-01T12:01:06.184", scale="tt"),
        SimpleNamespace(secs=NOON, date="2010:001:12:00:00.000"),
    ],
    ids=["naive", "zone", "datetime64", "astropy", "astropy_tt", "DateTime"],
)
def test_1_2_time_objects(start):
    assert start_of(start) == pytest.approx(NOON, abs=1e-6)


def test_1_2_lists_and_arrays_elementwise():
    texts = ["2010:001", "2010-01-01 12:00:00"]
    for several in (texts, np.array(texts), tuple(texts), Time(["2010-01-01", "2010-01-01 12:00"])):
        assert to_seconds(several, "cxcsec") == pytest.approx([MIDNIGHT, NOON], abs=1e-6)
    assert to_seconds([1.5, 2.5], "cxcsec").tolist() == [1.5, 2.5]


def test_1_2_detail_a_date_without_time_of_day_is_midnight():
    assert fetch.MSID("tephin", "2010:002").datestart == "2010:002:00:00:00.000"


def test_1_2_detail_a_float_that_looks_like_greta_is_seconds():
    assert start_of(2010001.123) == 2010001.123


def test_1_2_detail_leap_second_is_not_the_following_midnight():
    leap, midnight = to_seconds(["2016-12-31 23:59:60", "2017-01-01 00:00:00"], "cxcsec")
    assert midnight - leap == 1.0
    assert show(leap, "date", "cxcsec") == "2016:366:23:59:60.000"


@pytest.mark.parametrize("text", ["garbage", "", "2010:400", "2010-13-01", "2009:366", "2010:001:25:00", "2010/01/01"])
def test_1_2_detail_bad_text_is_a_value_error(text):
    with pytest.raises(ValueError):
        start_of(text)


# ---------------------------------------------------------------- 1.3 output formats


@pytest.mark.parametrize(
    ("format", "shown"),
    [
        ("secs", 378691266.184),
        ("date", "2010:001:00:00:00.000"),
        ("greta", "2010001.000000000"),
        ("maude", 2010001000000000),
        ("frac_year", 2010.0),
        ("iso", "2010-01-01 00:00:00.000"),
        ("isot", "2010-01-01T00:00:00.000"),
        ("fits", "2010-01-01T00:00:00.000"),
        ("jd", 2455197.5),
        ("mjd", 55197.0),
        ("unix", 1262304000.0),
        ("cxcsec", 378691266.184),
        ("decimalyear", 2010.0),
        ("yday", "2010:001:00:00:00.000"),
        ("datetime", dt.datetime(2010, 1, 1)),  # noqa: DTZ001 - as the ancestors give it
        ("plot_date", 14610.0),
    ],
)
def test_1_3_every_output_format(format, shown):  # noqa: A002 - the API's name
    assert show(MIDNIGHT, format, "cxcsec") == shown
    first, last = fetch.get_time_range("tephin", format)
    assert type(first) is type(last)


def test_1_3_date_has_three_decimals_and_21_characters():
    dates = show(np.array([MIDNIGHT, NOON + 0.0004]), "date", "cxcsec")
    assert dates.dtype == np.dtype("<U21")
    assert dates.tolist() == ["2010:001:00:00:00.000", "2010:001:12:00:00.000"]


def test_1_3_greta_is_text_and_maude_int64():
    assert show(np.array([NOON + 1801.5]), "greta", "cxcsec").tolist() == ["2010001.123001500"]
    assert show(np.array([NOON + 1801.5]), "maude", "cxcsec").dtype == np.int64


@pytest.mark.parametrize("format", ["date", "greta", "iso", "isot", "fits", "yday"])
def test_1_3_text_is_utc(format):  # noqa: A002 - the API's name
    """What is shown, read again as UTC, is the same second."""
    assert to_seconds(show(NOON, format, "cxcsec"), "cxcsec") == NOON
