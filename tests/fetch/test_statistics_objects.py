"""Objects that hold statistics: in sets, copied, pickled, cut, put onto other times; `nans` stay in step."""

from __future__ import annotations

import pickle
import time
import tracemalloc

import numpy as np
import pytest

from conformance.small import describe
from jeta import fetch, fetch_eng, update
from jeta.tdb import Entry

T0 = 1_262_304_000.0
DAY = 86_400.0
TIMES = T0 + 100.0 * np.arange(6000)
NANS = np.arange(6000) % 7 < np.arange(6000) // 864


@pytest.fixture
def filled(own):
    """X (K) with NaN, more of them each day; MODE, OFF or ON."""
    describe(own, Entry("X", unit="K"), Entry("MODE", state_codes={0: "OFF", 1: "ON "}))
    update.append("x", TIMES, np.where(NANS, np.nan, np.arange(6000.0)), archive=own)
    update.append("mode", TIMES, np.array(["OFF", "ON"])[np.arange(6000) % 3 // 2], archive=own)
    return own


def per_day(dat):
    """Samples that are NaN on each day of an object."""
    return [int(NANS[index == TIMES // DAY].sum()) for index in dat.indexes]


METHODS = {
    "select_intervals": lambda dat: dat.select_intervals([(T0 + DAY, T0 + 4 * DAY)]),
    "remove_intervals": lambda dat: dat.remove_intervals([(T0 + DAY, T0 + 4 * DAY)]),
    "filter_bad": lambda dat: dat.filter_bad([True, False, True, False, False, True]),
    "filter_bad_times": lambda dat: dat.filter_bad_times(T0, T0 + 2 * DAY),
    "interpolate": lambda dat: dat.interpolate(times=T0 + DAY * np.array([0.6, 0.7, 3.6, 4.4])),
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_nans_stay_in_step(filled, method):
    """Whatever rows are kept, the count of NaN is that of the bin."""
    dat = fetch.MSID("x", T0, T0 + 6 * DAY, stat="daily")
    assert (len(dat), dat.nans.tolist()) == (6, per_day(dat))
    before = len(dat)
    method(dat)
    assert 0 < len(dat) < before
    assert dat.nans.tolist() == per_day(dat)
    assert {len(getattr(dat, name)) for name in dat.colnames if name != "bads"} == {len(dat)}
    assert dat.vals is dat.means


def test_copies_and_pickles_have_all_of_it(filled):
    """Copies are independent; whole sets too."""
    dats = fetch.MSIDset(["x", "mode"], T0, T0 + 6 * DAY, stat="1h", percentiles=[99.9], where="MODE == 'ON'")
    for made in (pickle.loads(pickle.dumps(dats)), dats.copy()):
        for name, dat in dats.items():
            assert made[name].colnames == dat.colnames
            for column in dat.colnames:
                assert np.array_equal(getattr(made[name], column), getattr(dat, column))
                assert not np.shares_memory(getattr(made[name], column), getattr(dat, column))
            assert (made[name].stat, made[name].dt, made[name].unit) == ("1h", 3600, dat.unit)
        assert np.array_equal(made["x"].nans, dats["x"].nans)
        assert made["x"].vals is made["x"].means


@pytest.mark.parametrize("make", [fetch.MSIDset, fetch.Msidset, fetch_eng.MSIDset])
@pytest.mark.parametrize("more", [{}, {"last_bin": True}, {"percentiles": [5]}, {"where": "X > 1500"}])
def test_sets_have_what_members_have_alone(filled, make, more):
    """Each option of a fetch of one is one of a set."""
    dats = make(["x", "MODE"], T0, T0 + 9 * DAY, stat="daily", **more)
    single = fetch_eng.MSID if make is fetch_eng.MSIDset else fetch.MSID
    for name, member in dats.items():
        alone = single(name, T0, T0 + 9 * DAY, stat="daily", **more)
        assert member.colnames == alone.colnames
        assert len(member) == len(alone) > 0
        for column in alone.colnames:
            assert getattr(member, column).tolist() == getattr(alone, column).tolist()


def test_good_ones_only_are_the_same_statistics(filled):
    """Bad samples are in no statistic, so Msid and MSID agree; `bads` is None."""
    for name in ("x", "mode"):
        one, other = (make(name, stat="daily") for make in (fetch.MSID, fetch.Msid))
        assert (one.bads, other.bads, one.samples.tolist()) == (None, None, other.samples.tolist())


def test_get_telem_takes_any_width(filled):
    """sampling is what stat is."""
    dats = fetch.get_telem(["x", "mode"], T0, T0 + DAY, sampling="1 h", unit_system="cxc", quiet=True)
    assert {dat.dt for dat in dats.values()} == {3600}
    assert dats["x"].vals.tolist() == fetch.MSID("x", T0, T0 + DAY, stat="1h").vals.tolist()
    with pytest.raises(ValueError, match=r"sampling must be 'full', .* but is 'hourly'"):
        fetch.get_telem("x", T0, T0 + DAY, sampling="hourly")


def test_raw_vals_and_states_of_bins(filled):
    """Middle samples are states, with their counts."""
    dat = fetch.MSID("mode", T0, T0 + 6 * DAY, stat="1h")
    assert dat.state_codes == [(0, "OFF"), (1, "ON")]
    assert dat.raw_vals.tolist() == [int(text == "ON") for text in dat.vals]
    assert (dat.n_OFFs + dat.n_ONs).tolist() == dat.samples.tolist() == [36] * 144


def test_logical_intervals_of_means(filled):
    """Bins are taken as samples at their midpoints."""
    dat = fetch.MSID("x", T0, T0 + 6 * DAY, stat="daily")
    table = dat.logical_intervals(">", dat.vals[2])
    assert (table["tstart"].tolist(), table["tstop"].tolist()) == ([T0 + 3 * DAY], [T0 + 6 * DAY])


@pytest.mark.parametrize("stat", ["1h", "30d"])
def test_many_samples_take_little_time_and_memory(own, stat):
    """Memory is that of a portion of the samples, not of all: here 6 million, 48 MB of times alone."""
    rows = 6_000_000
    for first in range(0, rows, 2_000_000):
        at = np.arange(first, first + 2_000_000)
        update.append("much", T0 + at, (at % 1000).astype("i2"), archive=own)
    update.fold(own, statistics=False)
    fetch.MSID("much", T0, T0 + 4000, stat="1h")
    begin = time.perf_counter()
    dat = fetch.MSID("much", T0 - DAY, T0 + 99 * DAY, stat=stat, last_bin=True)
    assert time.perf_counter() - begin < 10
    assert dat.samples.sum() == rows
    tracemalloc.start()
    try:
        fetch.MSID("much", T0 - DAY, T0 + 99 * DAY, stat="1h")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 400e6
