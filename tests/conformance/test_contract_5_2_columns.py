"""Contract 5.1 to 5.6: bins and columns through `fetch` are those of a plain reference, whatever the archive has stored of them."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.plain_bins import DAILY, STATES_OF_ARCHIVE, assert_same, fill, plain, reads, small_products
from conformance.small import describe
from jeta import fetch, fetch_eng, fetch_sci, update
from jeta.archive import create_archive
from jeta.tdb import Entry

__all__ = ["reads", "small_products"]

SYSTEMS = {"unix": 1_262_304_000.0, "cxcsec": 378_691_266.184}
DAY = 86_400.0
N = 900


def samples(kind, t0):
    """Irregular samples of some four days with a gap of more than one, some of them bad; times, values, bads."""
    random = np.random.default_rng(5)
    steps = random.choice([0.25, 1.025, 32.8, 200.0, 700.0], N)
    steps[500] = 1.4 * DAY
    times = t0 + np.round(np.cumsum(steps), 3)
    ramp = random.integers(-300, 300, N)
    values = {
        "f8": np.where(ramp % 13 == 0, np.nan, ramp / 7),
        "f4": (ramp / 8).astype("f4"),
        "i2": ramp.astype("i2"),
        "u1": (ramp % 250).astype("u1"),
        "i8": ramp.astype("i8") * 2**33,
        "?": ramp > 50,
        "U": np.array(["OFF", "ON ", "Ünï  x", ""])[ramp % 4],
    }
    return times, values[kind], ramp % 7 == 0


@pytest.fixture(params=STATES_OF_ARCHIVE)
def state(request, small_products):
    """How much the archive has stored."""
    return request.param


@pytest.fixture(params=SYSTEMS)
def t0(request, archive, tmp_path):
    """Start of the samples, in the time system of the archive that is in use."""
    made = create_archive(tmp_path / "second", time_system=request.param)
    with fetch.set_archive(made):
        yield SYSTEMS[request.param]


def in_use():
    return fetch.session.current_archive()


@pytest.mark.parametrize("stat", ["5min", "daily"])
@pytest.mark.parametrize("kind", ["f8", "f4", "i2", "u1", "i8", "?", "U"])
def test_products_are_those_of_the_reference(t0, state, kind, stat, reads):
    """5.1 to 5.6: every column of every bin, in the journal, stored, and with rows that came after."""
    times, vals, bads = samples(kind, t0)
    fill(in_use(), state, "x", times, vals, bads)
    reads.clear()
    dat = fetch.MSID("x", t0 - DAY, t0 + 10 * DAY, stat=stat)
    assert bool(reads) == (state != "stored")
    wanted = plain(times, vals, dat.dt, t0 - DAY, t0 + 10 * DAY, good=~bads, spread=stat == "daily")
    assert len(dat) > {"5min": 60, "daily": 2}[stat]
    assert_same(dat, wanted)


@pytest.mark.parametrize("kind", ["f8", "i2", "?", "U"])
@pytest.mark.parametrize("stat", ["1h", "30d", "0.5 s", "7 min", "300s", "2w"])
def test_any_width_is_that_of_the_reference(t0, state, kind, stat):
    """Contract 5 at widths that nothing is stored of; the last bin too."""
    times, vals, bads = samples(kind, t0)
    fill(in_use(), state, "x", times, vals, bads)
    for last in (False, True):
        dat = fetch.MSID("x", t0 - DAY, t0 + 99 * DAY, stat=stat, last_bin=last)
        assert_same(dat, plain(times, vals, dat.dt, t0 - DAY, t0 + 99 * DAY, good=~bads, last=last))
        assert len(dat) >= last


@pytest.mark.parametrize("spelling", ["daily", "1d", "24h", "1440min", "86400s", "1.0 d"])
def test_every_spelling_of_a_day_reads_the_stored_product_and_no_sample(t0, spelling, reads, small_products):
    """ "where exact, from the stored product"."""
    times, vals, bads = samples("f4", t0)
    fill(in_use(), "stored", "x", times, vals, bads)
    reads.clear()
    dat = fetch.MSID("x", t0 - DAY, t0 + 10 * DAY, stat=spelling, percentiles=[50, 1])
    assert reads == []
    percents = {"p01s": 1, "p50s": 50}
    assert_same(dat, plain(times, vals, 86_400, t0 - DAY, t0 + 10 * DAY, good=~bads, percents=percents))
    assert [name for name in dat.colnames if name in DAILY] == ["p01s", "p50s"]


def test_only_the_bins_asked_for_are_read(t0, small_products, reads):
    """A fetch of two days that are stored reads no sample; of a late row, those of its own bin alone."""
    times, vals, bads = samples("f4", t0)
    fill(in_use(), "stored", "x", times, vals, bads)
    fill(in_use(), "journal", "x", [times[40] + 0.125], vals[:1])
    reads.clear()
    dat = fetch.MSID("x", t0 - DAY, t0 + 10 * DAY, stat="5min")
    number = int((times[40] + 0.125) // 328)
    assert reads == [("X", number * 328.0, (number + 1) * 328.0)]
    at = np.searchsorted(times, times[40] + 0.125)
    times, vals, bads = (np.insert(a, at, b) for a, b in ((times, times[40] + 0.125), (vals, vals[0]), (bads, False)))
    assert_same(dat, plain(times, vals, 328, t0 - DAY, t0 + 10 * DAY, good=~bads, spread=False))


@pytest.mark.parametrize("kind", ["f8", "f4", "i2", "u1", "?"])
def test_types_of_columns_per_kind_of_value(t0, state, kind):
    """5.2 with the decision that std and percentiles are float64; `vals` is the array of `means`."""
    fill(in_use(), state, "x", *samples(kind, t0))
    dat = fetch.MSID("x", t0, t0 + 10 * DAY, stat="daily")
    assert {array.dtype for array in (dat.mins, dat.maxes, dat.midvals)} == {np.dtype(kind)}
    assert {getattr(dat, name).dtype for name in ("times", "means", "stds", *DAILY)} == {np.dtype("f8")}
    assert (dat.indexes.dtype, dat.samples.dtype, dat.vals is dat.means, dat.bads) == ("i4", "i4", True, None)


@pytest.mark.parametrize("module", [fetch, fetch_sci, fetch_eng])
@pytest.mark.parametrize("stat", ["daily", "1h"])
def test_units_convert_values_with_the_offset_and_spread_without(t0, state, module, stat):
    """Contract 4.2, 12: "std ratio eng/cxc for a temperature is exactly 1.8"; any percentile is a value."""
    describe(in_use(), Entry("X", unit="K"))
    times, vals, bads = samples("f8", t0)
    fill(in_use(), state, "x", times, vals, bads)
    scale, zero = {fetch: (1.0, 0.0), fetch_sci: (1.0, -273.15), fetch_eng: (1.8, -459.67)}[module]
    percents = {"p50s": 50, "p99_9s": 99.9}
    dat = module.MSID("x", t0, t0 + 10 * DAY, stat=stat, percentiles=(99.9, 50))
    wanted = plain(times, vals, dat.dt, t0, t0 + 10 * DAY, good=~bads, percents=percents)
    for name in ("vals", "means", "mins", "maxes", "midvals", *percents):
        wanted[name] = (scale * np.array(wanted[name]) + zero).tolist()
    wanted["stds"] = (scale * np.array(wanted["stds"])).tolist()
    assert_same(dat, wanted)
    assert (dat.unit, dat.vals is dat.means) == ({fetch: "K", fetch_sci: "DEGC", fetch_eng: "DEGF"}[module], True)


def test_whole_numbers_are_stored_and_others_come_later(t0, small_products):
    """Type widening: what is stored of int16 is given as float64 once there is one float64, with a count of NaN."""
    times = np.round(t0 + 32.8 * np.arange(9000), 3)
    whole, broken = np.arange(8000, dtype="i2"), np.append(np.arange(999) / 4, np.nan)
    fill(in_use(), "stored", "x", times[:8000], whole)
    for folded in (False, True):
        if folded:
            fill(in_use(), "stored", "x", times[8000:8001], broken[:1])
        else:
            fill(in_use(), "journal", "x", times[8000:], broken)
        for stat in ("5min", "daily"):
            dat = fetch.MSID("x", t0, t0 + 10 * DAY, stat=stat)
            vals = np.append(whole, broken)
            assert_same(dat, plain(times, vals, dat.dt, t0, t0 + 10 * DAY, spread=stat == "daily"))
            assert {array.dtype for array in (dat.mins, dat.maxes, dat.midvals)} == {np.dtype("f8")}
            early = fetch.MSID("x", t0, t0 + 1.5 * DAY, stat=stat)
            assert (early.mins.dtype, early.nans) == (np.dtype("f8"), None)


def test_single_precision_that_turns_double(t0, small_products):
    """float32 bins are stored; a float64 that no float32 holds comes later, and both are exact."""
    times = t0 + 600.0 * np.arange(600)
    fill(in_use(), "stored", "x", times[:500], np.full(500, 0.1, "f4"))
    fill(in_use(), "journal", "x", times[500:], np.full(100, 0.3))
    dat = fetch.MSID("x", t0, t0 + 10 * DAY, stat="daily")
    assert (dat.maxes.dtype, dat.mins[0], dat.maxes[-1]) == (np.dtype("f8"), np.float64(np.float32(0.1)), 0.3)


@pytest.mark.parametrize("stat", ["5min", "daily", "1h"])
def test_bins_without_a_good_number_have_no_row(t0, state, stat):
    """5.1: all samples bad, or all NaN, or one alone that is good."""
    times = t0 + 100.0 * np.arange(2000)
    bads = np.ones(2000, bool)
    fill(in_use(), state, "bad", times, np.arange(2000.0), bads)
    fill(in_use(), state, "nan", times, np.full(2000, np.nan))
    bads[1000] = False
    fill(in_use(), state, "lone", times, np.arange(2000.0), bads)
    for name in ("bad", "nan"):
        dat = fetch.MSID(name, t0, t0 + 10 * DAY, stat=stat, last_bin=True)
        assert (len(dat), dat.nans, dat.mins.dtype) == (0, None, np.float64)
    dat = fetch.MSID("lone", t0, t0 + 10 * DAY, stat=stat)
    assert (dat.samples.tolist(), dat.vals.tolist(), dat.indexes.tolist()) == ([1], [1000], [times[1000] // dat.dt])


def test_nans_are_counted_where_there_are_any_and_are_no_column(t0, state):
    """NaN are in no other number; `nans` is None for a span without."""
    times, vals, bads = samples("f8", t0)
    fill(in_use(), state, "x", times, vals, bads)
    dat = fetch.MSID("x", t0, t0 + 10 * DAY, stat="daily")
    assert dat.nans.sum() > 10
    assert "nans" not in dat.colnames
    assert fetch.MSID("x", t0, t0, stat="daily").nans is None


@pytest.mark.parametrize("folded", [False, True])
def test_every_bin_that_is_over_is_there_at_once(t0, small_products, folded):
    """Decision "statistics", against 5.7: one complete bin is enough; nothing depends on now, nor on a look-back."""
    day = (t0 // DAY + 1) * DAY
    for hours, samples_of_days in ((np.arange(24), []), ([24], [24]), ([30, 47], [24]), ([48], [24, 3])):
        fill(in_use(), "journal", "x", day + 3600.0 * np.asarray(hours), np.asarray(hours, float))
        if folded:
            update.fold(in_use())
        assert fetch.MSID("x", day, day + 5 * DAY, stat="daily").samples.tolist() == samples_of_days


def test_the_clock_changes_no_number(t0, state, monkeypatch):
    """A fetch with the clock set to years before the data, or after, gives the same rows."""
    times, vals, bads = samples("f8", t0)
    fill(in_use(), state, "x", times, vals, bads)
    found = []
    for now in ("1999:001", "2010:002", "2036:001"):
        monkeypatch.setenv("CXOTIME_NOW", now)
        found.append(fetch.MSID("x", t0, t0 + 10 * DAY, stat="daily", last_bin=True))
    assert len(found[0]) >= 3
    for dat in found[1:]:
        assert [dat.times.tolist(), dat.p99s.tolist()] == [found[0].times.tolist(), found[0].p99s.tolist()]
