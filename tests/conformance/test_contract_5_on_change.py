"""Contract 5 for MSIDs that are sent only when they change (decision 4): a value weighs as long as it holds within its bin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats.mstats import mquantiles

from conformance.plain_bins import assert_same
from conformance.small import describe
from jeta import fetch, fetch_eng, update
from jeta.tdb import Calibration, Entry, Polynomial

T0 = 1_262_304_000.0
DAY = 86_400.0
TIMES = T0 + np.array([10.0, 500, 500.5, 1000, 5000, 90_000, 90_100, 400_000, 400_328, 640_000])
VALS = np.array([1.0, 4, 2, 7, np.nan, 5, -3, 8, 0, 6])
BADS = np.isin(np.arange(10), [2, 7])


@pytest.fixture(params=["journal", "folded", "folded and late"])
def filled(request, archive):
    """X (K), N (counts of X), and MODE, which hold until the next sample."""
    describe(
        archive,
        Entry("X", unit="K", on_change=True),
        Entry("N", type="int8", on_change=True),
        Entry("C", type="int16", on_change=True, calibrations=Calibration(Polynomial((10.0, 2.0)))),
        Entry("MODE", state_codes={0: "OFF", 1: "ON "}, on_change=True),
        Entry("T", unit="K"),
    )
    late = np.isin(np.arange(10), [1, 4, 7] if request.param == "folded and late" else [])
    for rows in (~late, late):
        whole = np.nan_to_num(VALS[rows], nan=9)
        update.append("x", TIMES[rows], VALS[rows], BADS[rows], archive=archive)
        update.append("n", TIMES[rows], whole.astype("i1"), BADS[rows], archive=archive)
        update.append("c", TIMES[rows], whole.astype("i2"), BADS[rows], archive=archive)
        update.append("mode", TIMES[rows], np.array(["OFF", "ON"])[(whole > 3).astype(int)], BADS[rows])
        if request.param != "journal" and rows is not late:
            update.fold(archive)
            update.statistics(archive=archive)
    return archive


def held(dt, start, stop, until, vals=VALS, bads=BADS, inside=None, until_last=None):
    """Rows by going through every bin, and in it through every stretch between two samples."""
    good = ~bads & ~np.isnan(vals)
    times, values = TIMES[good], vals[good]
    end = until if until_last is None else until_last
    rows = []
    for number in range(int(times[0] // dt), int(end // dt) + 2):
        low, high = number * dt, (number + 1) * dt
        if until_last is None and not (start <= (low + high) / 2 < stop and high <= until):
            continue
        weights, present = [], []
        for row, (time, value) in enumerate(zip(times, values, strict=True)):
            ends = times[row + 1] if row + 1 < len(times) else end
            seconds = 0.0
            for one, two in [(low, high)] if inside is None else inside:
                seconds += max(0.0, min(ends, high, two) - max(time, low, one))
            here = low <= time < high and (inside is None or any(one <= time <= two for one, two in inside))
            if seconds > 0 or here:
                weights.append(seconds)
                present.append((value, here))
        if not present:
            continue
        values_here = np.array([float(value) for value, _ in present])
        sampled = [value for value, here in present if here]
        mean = np.average(values_here, weights=weights)
        row = {"times": (low + high) / 2, "samples": len(sampled), "mins": min(values_here), "maxes": max(values_here)}
        row |= {"midvals": sampled[len(sampled) // 2] if sampled else present[0][0], "vals": mean}
        row["stds"] = np.sqrt(np.average((values_here - mean) ** 2, weights=weights))
        row["p84s"] = float(mquantiles(values_here, [0.84])[0])
        nans = np.isnan(vals) & ~bads & (low <= TIMES) & (high > TIMES)
        if inside is not None:
            nans &= np.any([(one <= TIMES) & (two >= TIMES) for one, two in inside], axis=0)
        row["nans"] = int(nans.sum())
        rows.append(row)
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


@pytest.mark.parametrize("stat", ["328s", "daily", "1h", "1000s", "7d"])
def test_bins_are_those_of_what_holds(filled, stat):
    """Means and spreads weigh by time held; bins without samples have rows; bad samples and NaN leave the value before."""
    stop = T0 + 9 * DAY
    dat = fetch.MSID("x", T0 - DAY, stop, stat=stat, percentiles=[84])
    dt = dat.dt
    assert_same(dat, held(dt, T0 - DAY, stop, np.ceil(stop / dt) * dt))
    assert len(dat) > 0
    assert (dat.samples == 0).any() == (stat != "7d")


@pytest.mark.parametrize("after_s", [0.0, 1.0, 163.0, 164.0, 165.0, 327.0, 328.0])
def test_which_bins_are_given_does_not_depend_on_what_was_sent(filled, after_s):
    """5.1 holds here too: a bin whose midpoint is inside and that is in the past is given, whole, wherever the fetch stops."""
    edge = (T0 // 328 + 50) * 328.0
    longer = fetch.MSID("x", T0 + 400, edge + 9000, stat="328s")
    shorter = fetch.MSID("x", T0 + 400, edge + after_s, stat="328s")
    rows = longer.times < edge + after_s
    assert (shorter.times.tolist(), shorter.vals.tolist()) == (longer.times[rows].tolist(), longer.vals[rows].tolist())
    assert shorter.times[-1] == (edge + 164 if after_s > 164 else edge - 164)


def test_whole_numbers_keep_their_type(filled):
    """int8 extrema; means and percentiles float64."""
    dat = fetch.MSID("n", T0, T0 + 8 * DAY, stat="daily", percentiles=[84])
    assert (dat.mins.dtype, dat.vals.dtype, dat.nans) == ("i1", "f8", None)
    assert_same(dat, held(DAY, T0, T0 + 8 * DAY, T0 + 8 * DAY, vals=np.nan_to_num(VALS, nan=9)))


def test_calibrated_values_and_units(filled):
    """Curves apply before what holds is averaged, units after."""
    calibrated = 10 + 2 * np.nan_to_num(VALS, nan=9)
    dat = fetch.MSID("c", T0, T0 + 8 * DAY, stat="daily", percentiles=[84])
    assert_same(dat, held(DAY, T0, T0 + 8 * DAY, T0 + 8 * DAY, vals=calibrated))
    dat = fetch_eng.MSID("x", T0, T0 + 8 * DAY, stat="daily", percentiles=[84])
    wanted = held(DAY, T0, T0 + 8 * DAY, T0 + 8 * DAY)
    np.testing.assert_allclose(dat.vals, 1.8 * np.array(wanted["vals"]) - 459.67)
    np.testing.assert_allclose(dat.stds, 1.8 * np.array(wanted["stds"]), atol=1e-12)


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 100)],
        [(600, 700), (10_000, 300_000)],
        [(-9e9, 9e9)],
        [(5000, 5000), (90_050, 90_060), (90_000, 90_055)],
        [],
    ],
)
def test_where_counts_the_time_inside_only(filled, spans):
    """Of a value that holds across an interval, the part inside weighs."""
    spans = [(T0 + start, T0 + stop) for start, stop in spans]
    dat = fetch.MSID("x", T0 - DAY, T0 + 9 * DAY, stat="daily", percentiles=[84], where=spans)
    merged = [(T0 + 90_000, T0 + 90_060), (T0 + 5000, T0 + 5000)] if len(spans) == 3 else spans
    wanted = held(DAY, T0 - DAY, T0 + 9 * DAY, T0 + 9 * DAY, inside=merged)
    assert_same(dat, wanted)
    assert len(dat) == (0 if not spans else len(wanted["times"]))


def test_where_an_expression_over_one_that_holds(filled):
    """where="MODE == 'ON'": true from its sample to the next, also long before the bins asked for."""
    good = ~BADS
    times, on = TIMES[good], np.nan_to_num(VALS[good], nan=9) > 3
    inside = [(t, u) for t, u, is_on in zip(times, [*times[1:], T0 + 20 * DAY], on, strict=True) if is_on]
    for start, stop in ((T0 - DAY, T0 + 9 * DAY), (T0 + 8 * DAY, T0 + 9 * DAY)):
        dat = fetch.MSID("x", start, stop, stat="daily", percentiles=[84], where="MODE == 'ON'")
        wanted = held(DAY, start, stop, stop, inside=inside)
        assert_same(dat, wanted, ["times", "vals", "stds"])
        assert len(dat) == len(wanted["times"]) > 0


def test_samples_of_another_msid_where_a_held_state_is(filled):
    """A periodic MSID, where a state was sent once, days before the bins, and never again."""
    update.append("t", T0 + 7.5 * DAY + 60.0 * np.arange(3000), np.arange(3000.0))
    dat = fetch.MSID("t", T0 + 7 * DAY, T0 + 9 * DAY, stat="1h", where="MODE == 'ON '")
    assert dat.samples.sum() == fetch.MSID("t", T0 + 7 * DAY, T0 + 9 * DAY, stat="1h").samples.sum() > 2000
    assert len(fetch.MSID("t", T0 + 7 * DAY, T0 + 9 * DAY, stat="1h", where="MODE == 'OFF'")) == 0


def test_texts_hold_and_counts_are_of_samples(filled):
    """A bin without a sample has the text that holds, and no count."""
    dat = fetch.MSID("mode", T0, T0 + 8 * DAY, stat="daily")
    assert dat.vals.tolist() == ["ON", "OFF", "OFF", "OFF", "OFF", "OFF", "OFF", "ON"]
    assert (dat.samples.tolist(), dat.n_ONs.tolist()) == ([4, 2, 0, 0, 1, 0, 0, 1], [3, 1, 0, 0, 0, 0, 0, 1])
    assert dat.n_OFFs.tolist() == [1, 1, 0, 0, 1, 0, 0, 0]
    assert dat.colnames == ["times", "indexes", "samples", "vals", "n_OFFs", "n_ONs"]


def test_before_the_first_sample_nothing_is_known(filled):
    """No rows before it, and those of its bin from it on."""
    assert len(fetch.MSID("x", T0 - 50 * DAY, T0, stat="daily")) == 0
    dat = fetch.MSID("x", T0 - DAY, T0 + DAY, stat="1h")
    assert (dat.times[0], dat.samples[0]) == (T0 + 1800, 3)


def test_bad_times_leave_the_value_before(filled):
    """Samples in bad times are not there, so what held before holds on; also what is carried from long before."""
    fetch.read_bad_times([f"X {T0 + 400.0!r} {T0 + 1000.0!r}", f"X {T0 + 89_000.0!r} {T0 + 500_000.0!r}"])
    bad = BADS | ((TIMES >= T0 + 400) & (TIMES <= T0 + 1000)) | ((TIMES >= T0 + 89_000) & (TIMES <= T0 + 500_000))
    with fetch.apply_bad_times(True):
        for start in (T0, T0 + 6 * DAY):
            dat = fetch.MSID("x", start, T0 + 8 * DAY, stat="daily", percentiles=[84])
            assert_same(dat, held(DAY, start, T0 + 8 * DAY, T0 + 8 * DAY, bads=bad))


def test_the_bin_that_is_not_over_is_until_now(filled, monkeypatch):
    """last_bin: what holds, holds until now; without, the bin is left out however long the value holds already."""
    monkeypatch.setenv("CXOTIME_NOW", "2010:008:18:00:00")
    now = T0 + 7.75 * DAY
    plain_dat = fetch.MSID("x", T0, T0 + 20 * DAY, stat="daily", percentiles=[84])
    assert plain_dat.times[-1] == T0 + 6.5 * DAY
    dat = fetch.MSID("x", T0, T0 + 20 * DAY, stat="daily", percentiles=[84], last_bin=True)
    wanted = held(DAY, T0, T0 + 20 * DAY, now, until_last=now)
    assert_same(dat, wanted)
    assert (dat.times[-1], dat.maxes[-1]) == (T0 + 7.5 * DAY, 6)


def test_several_spans_carry_each_what_holds(filled):
    """Intervals as start: each bin is that of one long fetch."""
    spans = [(T0 + 2 * DAY, T0 + 3 * DAY), (T0 + 5 * DAY, T0 + 6 * DAY)]
    dat = fetch.MSID("x", spans, stat="daily")
    assert (dat.vals.tolist(), dat.samples.tolist()) == ([-3, 0], [0, 0])


def test_too_many_bins_are_refused_with_the_way_out(filled):
    """A value that holds has a row in each bin: a short text could ask for any number of them."""
    with pytest.raises(
        ValueError, match=r"bins of 0.001 s: at most 50000000 at once; ask for a shorter span or wider bins"
    ):
        fetch.MSID("x", T0, T0 + 9 * DAY, stat="0.001s")


def test_only_bad_samples_and_only_nan_are_nothing(archive):
    describe(archive, *(Entry(name, on_change=True) for name in ("BAD", "NAN", "TEXT")))
    update.append("bad", TIMES, VALS, np.ones(10, bool))
    update.append("nan", TIMES, np.full(10, np.nan))
    update.append("text", TIMES, np.full(10, "ON"), np.ones(10, bool))
    for name in ("bad", "nan", "text"):
        for stat in ("5min", "daily", "1h"):
            assert len(fetch.MSID(name, T0, T0 + 9 * DAY, stat=stat, last_bin=True)) == 0
            assert len(fetch.MSID(name, T0 + 8 * DAY, T0 + 9 * DAY, stat=stat)) == 0
