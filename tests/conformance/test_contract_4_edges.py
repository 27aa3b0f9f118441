"""Values at the edges of a span: `bracket=True` and `fetch.last_known` (decisions, "neither ancestor has", 2)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from conformance.small import columns, describe, put
from jeta import fetch, fetch_eng, update
from jeta.archive import create_archive
from jeta.errors import StatError, UnknownMsidError, ValuesError
from jeta.fetch import data_source
from jeta.tdb import Entry


@pytest.fixture(autouse=True)
def x(archive):
    """X at 0, 10 ... 90 s, bad at 30 and 40 s."""
    put("x", 10.0 * np.arange(10), np.arange(10), [0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    return archive


@pytest.mark.parametrize(
    ("start", "stop", "times"),
    [
        (12.0, 48.0, [10, 20, 30, 40, 50]),
        (10.0, 40.0, [0, 10, 20, 30, 40]),
        (12.0, 15.0, [10, 20]),
        (-100.0, 5.0, [0, 10]),
        (85.0, 500.0, [80, 90]),
        (200.0, 300.0, [90]),
        (-20.0, -10.0, [0]),
        (15.0, 15.0, [10, 20]),
        (20.0, 20.0, [10, 20]),
        (0.0, 0.0, [0]),
        (-1000.0, 1000.0, [10 * step for step in range(10)]),
        (50.0, 20.0, []),
    ],
)
def test_bracket_adds_the_last_before_and_the_first_at_or_after(start, stop, times):
    dat = fetch.MSID("x", start, stop, bracket=True)
    assert dat.times.tolist() == times
    assert (dat.tstart, dat.tstop) == (start, stop)


def test_without_bracket_nothing_is_added():
    assert fetch.MSID("x", 12.0, 48.0).times.tolist() == [20, 30, 40]


def test_bracket_is_by_name_only_and_of_every_class():
    with pytest.raises(TypeError):
        fetch.MSID("x", 12.0, 15.0, False, None, True)
    assert fetch.Msid("x", 12.0, 35.0, bracket=True).times.tolist() == [10, 20]
    assert fetch.MSIDset(["x"], 12.0, 15.0, bracket=True)["x"].times.tolist() == [10, 20]
    assert fetch.Msidset(["x"], 12.0, 15.0, bracket=True)["x"].times.tolist() == [10, 20]


def test_bracket_adds_the_neighbours_also_if_they_are_bad():
    """Filtering comes after; who wants the last good sample asks for `last_known`."""
    dat = fetch.MSID("x", 45.0, 48.0, bracket=True)
    assert columns(dat) == ([40, 50], [4, 5], [True, False])


def test_bracket_of_several_intervals_is_of_each_and_takes_no_sample_twice():
    """Where the brackets of two intervals meet, the samples between are not repeated, and times ascend."""
    dat = fetch.MSID("x", [(12.0, 18.0), (52.0, 58.0)], bracket=True)
    assert dat.times.tolist() == [10, 20, 50, 60]
    near = fetch.MSID("x", [(12.0, 14.0), (16.0, 18.0), (22.0, 24.0)], bracket=True)
    assert near.times.tolist() == [10, 20, 30]


@pytest.mark.parametrize("stat", ["5min", "daily"])
def test_statistics_have_no_edges(stat):
    with pytest.raises(StatError, match="bracket"):
        fetch.MSID("x", 0.0, 100.0, stat=stat, bracket=True)


def test_bracketed_span_can_be_interpolated_at_its_edges():
    dat = fetch.MSID("x", 12.0, 18.0, bracket=True)
    dat.interpolate(times=np.array([12.0, 18.0]), method="linear")
    assert dat.vals.tolist() == pytest.approx([1.2, 1.8])


def test_samples_in_the_journal_and_in_segments_are_both_neighbours(x):
    update.fold(x)
    put("x", [15, 105], [15, 105])
    assert fetch.MSID("x", 16.0, 17.0, bracket=True).times.tolist() == [15, 20]
    assert fetch.MSID("x", 95.0, 96.0, bracket=True).times.tolist() == [90, 105]


@pytest.mark.parametrize(
    ("at", "time"), [(95.0, 90), (90.0, 90), (89.9, 80), (55.0, 50), (49.0, 20), (30.0, 20), (0.0, 0), (1e9, 90)]
)
def test_last_known_is_the_last_good_sample_at_or_before(at, time):
    """Bad samples, at 30 and 40 s, are passed over."""
    found = fetch.last_known("x", at)
    assert (found.time, found.val, found.age_s) == (time, time // 10, at - time)


def test_last_known_tells_name_date_and_unit(x):
    describe(x, Entry("TEMP", unit="K"), Entry("S", unit=None))
    put("temp", [60], [300.0])
    put("s", [60], ["ON"])
    found = fetch.last_known("Temp", "1970:001:00:01:30")
    assert (found.msid, found.date, found.unit, found.val) == ("TEMP", "1970:001:00:01:00.000", "K", 300.0)
    assert type(found.val) is float
    assert fetch_eng.last_known("temp", 90.0).val == pytest.approx(80.33)
    assert (fetch.last_known("s", 90.0).val, fetch.last_known("s", 90.0).unit) == ("ON", None)


def test_last_known_is_of_now_by_default(monkeypatch):
    monkeypatch.setenv("CXOTIME_NOW", "1970:001:00:01:35")
    assert fetch.last_known("x").age_s == 5


@pytest.mark.parametrize(("max_age", "time"), [(5.0, 90), (4.999, None), (0.0, None), (math.inf, 90), (None, 90)])
def test_last_known_of_a_maximum_age(max_age, time):
    found = fetch.last_known("x", 95.0, max_age)
    assert (None if found is None else found.time) == time


def test_last_known_whose_last_good_sample_is_too_old_though_a_bad_one_is_not():
    assert fetch.last_known("x", 45.0, max_age=20.0) is None
    assert fetch.last_known("x", 45.0, max_age=25.0).time == 20
    assert fetch.last_known("x", 0.0, max_age=0.0).time == 0


def test_no_good_sample_at_all_is_none():
    assert fetch.last_known("x", -1.0) is None
    put("allbad", [0, 1e4, 2e4, 1e7], [1, 2, 3, 4], [1] * 4)
    assert fetch.last_known("allbad", 1e9) is None


def test_long_runs_of_bad_samples_are_passed_over():
    seconds = np.arange(0, 200000.0, 7.0)
    put("long", seconds, seconds, seconds > 100)
    assert fetch.last_known("long", 1e9).time == 98


def test_last_known_heeds_bad_times_once_they_are_applied():
    fetch.read_bad_times(["X 85 95"])
    with fetch.apply_bad_times(True):
        assert fetch.last_known("x", 95.0).time == 80
    assert fetch.last_known("x", 95.0).time == 90


@pytest.mark.parametrize("max_age", [-1, math.nan])
def test_age_that_is_none_is_refused(max_age):
    with pytest.raises(ValuesError, match="max_age"):
        fetch.last_known("x", 95.0, max_age)


def test_unknown_msid_is_refused_and_names_are_those_of_a_fetch():
    with pytest.raises(UnknownMsidError):
        fetch.last_known("nope", 0.0)
    put("dp_y", [0], [7])
    assert (fetch.last_known("Y", 5.0).msid, fetch.last_known("calc_y", 5.0).val) == ("DP_Y", 7)


def test_last_known_of_calibrated_counts_and_of_an_archive_of_the_other_time_system(tmp_path):
    made = create_archive(tmp_path / "cxc", time_system="cxcsec")
    with fetch.set_archive(made):
        put("x", [378691266.184], [5])
        found = fetch.last_known("x", "2010:001:00:00:10")
    assert (found.date, found.age_s) == ("2010:001:00:00:00.000", pytest.approx(10))


def test_last_known_asks_the_sources_in_use():
    from jeta.sources import Source, register, unregister
    from jeta.sources.rows import rows_of

    class Bench(Source):
        name = "bench"

        def names(self):
            return {"Z"}

        def read(self, msid, start_s, stop_s, system, *, bracket=False):
            return rows_of([5.0], [1.5]) if bracket or start_s <= 5 < stop_s else rows_of([], [])

    register("bench", Bench)
    try:
        with data_source("bench"):
            assert fetch.last_known("z", 20.0).val == 1.5
    finally:
        unregister("bench")
