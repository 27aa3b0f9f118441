"""The span of a fetch: half-open, never an error for being empty; one, or several as a table."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from jeta import fetch, update
from jeta.errors import IntervalError, TimeFormatError

pytestmark = pytest.mark.usefixtures("in_use")

T0 = 1_262_304_000.0  # 2010:001


def vals(start=None, stop=None, name="aaint"):
    return fetch.MSID(name, start, stop).vals.tolist()


def test_start_is_inside_and_stop_outside():
    assert vals(T0 + 10, T0 + 40) == [1, 2, 3]
    assert vals(np.nextafter(T0 + 10, 2e9), np.nextafter(T0 + 40, 2e9)) == [2, 3, 4]


@pytest.mark.parametrize(
    ("start", "stop"), [(T0, T0), (T0 + 50, T0), (0, 1), (4e9, 5e9), ("2200:001", "2201:001"), (T0 + 1, T0 + 9)]
)
@pytest.mark.parametrize("name", ["aaint", "aamode", "aabool", "tephin"])
def test_empty_span_gives_an_empty_object_of_the_right_type(start, stop, name):
    dat, full = fetch.MSID(name, start, stop), fetch.MSID(name)
    assert (len(dat), dat.times.shape, dat.vals.shape, dat.bads.shape) == (0, (0,), (0,), (0,))
    assert (dat.times.dtype, dat.bads.dtype, dat.vals.dtype.kind) == (np.float64, np.bool_, full.vals.dtype.kind)
    assert f"len=0 dtype={dat.dtype.name}" in repr(dat)
    assert dat.filter_bad(copy=True).vals.shape == (0,)
    assert dat.raw_vals is None or len(dat.raw_vals) == 0


def test_no_start_is_the_first_sample_of_the_archive_and_no_stop_is_now(monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:00:00:30")
    dat = fetch.MSID("aaint")
    assert (dat.tstart, dat.tstop, dat.vals.tolist()) == (T0, T0 + 30, [0, 1, 2])


def test_signed_text_counts_from_now(monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "2010:001:00:01:00")
    assert vals("-1 min", "-40 s") == [0, 1]


def test_empty_archive_has_an_empty_default_span(own):
    update.append("x", np.nan, 1, archive=own)
    assert own.names() == []
    assert own.first_instant() is None


@pytest.mark.parametrize(
    "start",
    [
        T0 + 970,
        int(T0 + 970),
        "2010:001:00:16:10",
        "2010-01-01T00:16:10",
        "2010-01-01 00:16:10.000",
        "2010001.001610",
        dt.datetime(2010, 1, 1, 0, 16, 10, tzinfo=dt.UTC),
        np.datetime64("2010-01-01T00:16:10"),
        np.array(T0 + 970),
    ],
    ids=str,
)
def test_every_form_of_a_time(start):
    assert vals(start, T0 + 10_000) == [97, 98, 99]


def test_span_asked_for_is_kept_as_seconds_and_dates():
    dat = fetch.MSID("aaint", "2010:001", "2010:002")
    assert (dat.tstart, dat.tstop) == (T0, T0 + 86400)
    assert (dat.datestart, dat.datestop) == ("2010:001:00:00:00.000", "2010:002:00:00:00.000")


@pytest.mark.parametrize(
    "bad", ["foo", "2010:400", float("nan"), float("inf"), object(), np.array([T0, T0]), True, {1, 2}]
)
def test_time_in_no_known_form(bad):
    with pytest.raises(TimeFormatError):
        fetch.MSID("aaint", bad)
    with pytest.raises(ValueError):
        fetch.MSID("aaint", T0, bad)


PAIRS = [(T0 + 20, T0 + 40), (T0, T0 + 10)]


def tables():
    """The same two intervals in every form, later one first."""
    from astropy.table import Table as table  # noqa: N813
    from astropy.time import Time as time  # noqa: N813

    dates = [["2010:001:00:00:20", "2010:001:00:00:00"], ["2010:001:00:00:40", "2010:001:00:00:10"]]
    structured = np.array(PAIRS, [("tstart", "f8"), ("tstop", "f8")])
    stamps = (np.array(PAIRS).T * 1e9).astype("i8").astype("M8[ns]")
    yield "pairs", PAIRS
    yield "lists", [list(pair) for pair in PAIRS]
    yield "tuple of arrays", tuple(np.array(pair) for pair in PAIRS)
    yield "longer rows", [(*pair, "ignored") for pair in PAIRS]
    yield "dates", list(zip(*dates, strict=True))
    yield "table of dates", table(dates, names=["datestart", "datestop"])
    yield "table of bytes", table(list(np.array(dates, "S")), names=["datestart", "datestop"])
    yield "table of seconds", table([*zip(*PAIRS, strict=True)], names=["tstart", "tstop"])
    yield "table of times", table([time(dates[0]), time(dates[1])], names=["datestart", "datestop"])
    yield "table of datetime64", table(list(stamps), names=["datestart", "datestop"])
    yield (
        "dates before seconds",
        table([*dates, [5.0, 5.0], [9.0, 9.0]], names=["datestart", "datestop", "tstart", "tstop"]),
    )
    yield "structured", structured
    yield "record array", structured.view(np.recarray)
    yield "rows", list(structured)
    yield "rows of a table", list(table([*zip(*PAIRS, strict=True)], names=["tstart", "tstop"]))
    yield "astropy times", [tuple(time(pair, format="unix")) for pair in PAIRS]


@pytest.mark.parametrize("start", [pytest.param(start, id=form) for form, start in tables()])
def test_start_as_several_intervals(start):
    dat = fetch.MSID("aaint", start, "stop is ignored")
    assert dat.vals.tolist() == [0, 2, 3]
    assert (dat.tstart, dat.tstop, dat.data_source) == (T0, T0 + 40, {})


@pytest.mark.parametrize("column", [lambda t: t.dt.tz_localize("UTC"), lambda t: t, lambda t: t.astype(str)], ids="123")
def test_start_as_a_data_frame(column):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"datestart": pd.to_datetime(["2010-01-01 00:00:20", "2010-01-01 00:00:00"])}, index=[5, 3])
    frame["datestop"] = frame["datestart"] + pd.to_timedelta([20, 10], unit="s")
    dat = fetch.MSID("aaint", frame.apply(column))
    assert dat.vals.tolist() == [0, 2, 3]


def test_one_row_of_a_table_is_one_interval():
    row = np.array([(T0, T0 + 20)], [("tstart", "f8"), ("tstop", "f8")])[0]
    assert vals(row) == [0, 1]
    table = pytest.importorskip("astropy.table").Table
    assert vals(table({"datestart": ["2010:001"], "datestop": ["2010:001:00:00:20"]})[0]) == [0, 1]


def test_touching_intervals_are_fetched_and_overlapping_ones_refused():
    assert vals([(T0, T0 + 20), (T0 + 20, T0 + 40)]) == [0, 1, 2, 3]
    with pytest.raises(IntervalError, match="Input intervals overlap") as caught:
        vals([(T0, T0 + 21), (T0 + 20, T0 + 40)])
    assert isinstance(caught.value, ValueError)


def test_bad_samples_of_intervals_are_filtered_after_joining():
    dat = fetch.Msid("tephin", [(T0, T0 + 30), (T0 + 50, T0 + 70)])
    assert (dat.vals.tolist(), dat.bads) == ([1, 2, 6], None)


def test_texts_of_intervals_are_joined():
    assert vals([(T0, T0 + 10), (T0 + 20, T0 + 40)], None, "aamode") == ["OFF", "?", "OFF"]


@pytest.mark.parametrize("nothing", [[], (), np.empty(0, [("tstart", "f8"), ("tstop", "f8")])])
def test_no_intervals_give_no_samples(nothing):
    assert len(fetch.MSID("aamode", nothing)) == 0
    assert len(fetch.MSIDset(["aaint"], nothing)["aaint"]) == 0
    assert fetch.MSIDset([], nothing).datestart[:2] == "20"


@pytest.mark.parametrize(
    "wrong", [["2010:001", "2010:002"], [T0, T0 + 1], [(T0,)], [(T0, T0 + 1), T0], [{}], [(T0 + 1, T0)]]
)
def test_list_that_holds_no_intervals_is_refused(wrong):
    with pytest.raises(IntervalError):
        vals(wrong)


def test_masked_time_in_a_table_is_refused():
    table = pytest.importorskip("astropy.table")
    masked = table.MaskedColumn([T0, T0 + 50], mask=[False, True])
    with pytest.raises(ValueError):
        vals(table.Table({"tstart": masked, "tstop": [T0 + 10, T0 + 60]}))
