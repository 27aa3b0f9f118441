"""Statistics of computed MSIDs: those of what their class gives, bin by bin, whatever span is fetched."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.plain_bins import assert_same, plain
from conformance.small import describe
from jeta import fetch, fetch_eng, update
from jeta.fetch import ComputedMsid
from jeta.tdb import Entry

T0 = 1_262_304_000.0
DAY = 86_400.0
TIMES = T0 + 100.0 * np.arange(3000)
VALS = 300 + np.arange(3000) % 50 / 4
BADS = np.arange(3000) % 11 == 3


@pytest.fixture(autouse=True)
def twice(own):
    """TEMP (K), some bad; twice_<msid> is twice another."""

    def get_msid_attrs(self, tstart, tstop, msid, args):
        dat = self.fetch_sys.MSID(args[0], tstart, np.nextafter(tstop, np.inf))
        return {"vals": 2 * dat.vals, "bads": dat.bads, "times": dat.times, "unit": dat.unit}

    before = list(ComputedMsid.msid_classes)
    type("Twice", (ComputedMsid,), {"msid_match": r"twice_(\w+)", "get_msid_attrs": get_msid_attrs})
    describe(own, Entry("TEMP", unit="K"))
    update.append("temp", TIMES, VALS, BADS, archive=own)
    update.append("zero", TIMES, np.zeros(3000), archive=own)
    yield
    ComputedMsid.msid_classes[:] = before
    fetch.msid_bad_times.clear()


@pytest.mark.parametrize("stat", ["5min", "daily", "1h", "7 min", "30d"])
@pytest.mark.parametrize("last", [False, True])
def test_are_those_of_the_reference(stat, last):
    """Every width, with the last bin or without, of a class of the user's and of one of jeta's own."""
    span = T0 - DAY, T0 + 9 * DAY
    dat = fetch.MSID("twice_temp", *span, stat=stat, last_bin=last)
    assert_same(dat, plain(TIMES, 2 * VALS, dat.dt, *span, good=~BADS, spread=stat != "5min", last=last))
    dat = fetch.MSID("diff__temp__zero", *span, stat=stat, last_bin=last, percentiles=(99.9,))
    percents = {"p99_9s": 99.9}
    assert_same(dat, plain(TIMES, VALS, dat.dt, *span, good=~BADS, spread=stat != "5min", last=last, percents=percents))


def test_each_bin_is_the_same_whatever_span_is_fetched():
    whole = fetch.MSID("twice_temp", T0, T0 + 9 * DAY, stat="1h")
    pieces = [fetch.MSID("twice_temp", low, low + 3600, stat="1h") for low in T0 + 3600.0 * np.arange(90)]
    for name in whole.colnames:
        assert np.concatenate([getattr(piece, name) for piece in pieces]).tolist() == getattr(whole, name).tolist()


@pytest.mark.parametrize("gap_s", [150.0, 5000.0, 3e6])
def test_bin_before_a_gap_is_over_since_there_are_samples_after_it(gap_s):
    """As of an MSID that is not computed; also where bins are narrower than the samples are apart."""
    times = T0 + np.array([0.0, 3, 5, 5 + gap_s, 8 + gap_s])
    update.append("gappy", times, np.arange(5.0))
    for stop in (T0 + 10, T0 + 5 + gap_s, T0 + 2 * gap_s):
        stored, computed = (fetch.MSID(name, T0, stop, stat="10s") for name in ("gappy", "twice_gappy"))
        assert computed.times.tolist() == stored.times.tolist()
        assert computed.times[0] == T0 + 5
        stored, computed = (fetch.MSID(name, T0, stop, stat="10s", last_bin=True) for name in ("gappy", "twice_gappy"))
        assert computed.times.tolist() == stored.times.tolist()


def test_last_bin_is_not_over():
    """After its last sample there is none, however far one looks."""
    assert fetch.MSID("twice_temp", T0, T0 + 99 * DAY, stat="daily").times[-1] == T0 + 2.5 * DAY
    assert fetch.MSID("twice_temp", T0, T0 + 99 * DAY, stat="daily", last_bin=True).times[-1] == T0 + 3.5 * DAY


def test_where_counts_here_too():
    """Intervals, and expressions, over itself too."""
    span = T0, T0 + 3 * DAY
    inside = (TIMES >= T0 + 1000) & (TIMES <= T0 + DAY)
    dat = fetch.MSID("twice_temp", *span, stat="1h", where=[(T0 + 1000, T0 + DAY)])
    assert_same(dat, plain(TIMES, 2 * VALS, 3600, *span, good=inside & ~BADS))
    dat = fetch.MSID("twice_temp", *span, stat="1h", where="TWICE_TEMP > 615")
    hot = 2 * VALS > 615
    at_edges = np.isin(np.arange(3000), np.flatnonzero(BADS) - 1) | np.isin(np.arange(3000), np.flatnonzero(BADS) + 1)
    assert_same(dat, plain(TIMES, 2 * VALS, 3600, *span, good=hot & ~BADS), ["times", "samples", "vals"])
    assert at_edges.any()


def test_bad_times_of_its_name_and_of_its_input_keep_samples_out():
    """Samples, not bins: of a bin that bad times cut, the rest counts, and no bin is marked as bad."""
    for name in ("TWICE_TEMP", "TEMP"):
        fetch.msid_bad_times.clear()
        fetch.read_bad_times([f"{name} {T0 + 1000.0!r} {T0 + 1.6 * DAY!r}"])
        good = ~BADS & ~((TIMES >= T0 + 1000) & (TIMES <= T0 + 1.6 * DAY))
        with fetch.apply_bad_times(True):
            dat = fetch.MSID("twice_temp", T0, T0 + 3 * DAY, stat="daily")
            filtered = fetch.Msid("twice_temp", T0, T0 + 3 * DAY, stat="daily")
        for each in (dat, filtered):
            assert_same(each, plain(TIMES, 2 * VALS, DAY, T0, T0 + 3 * DAY, good=good))
        assert not dat.bads.any()


def test_units_and_several_spans():
    """In the unit system of the module, each interval as a fetch of its own."""
    spans = [(T0, T0 + DAY), (T0 + 2 * DAY, T0 + 3 * DAY)]
    dat = fetch_eng.MSID("diff__temp__zero", spans, stat="daily")
    assert (dat.times.tolist(), dat.unit) == ([T0 + DAY / 2, T0 + 2.5 * DAY], "DEGF")
    cxc = fetch.MSID("temp", spans, stat="daily")
    np.testing.assert_allclose(dat.stds, 1.8 * cxc.stds)


def test_nothing_is_empty_and_has_all_columns():
    """Spans without samples, reversed, and without a good sample."""
    update.append("bad", TIMES, VALS, np.ones(3000, bool))
    for name, span in (("twice_temp", (T0 - 9 * DAY, T0 - DAY)), ("twice_temp", (T0 + DAY, T0)), ("twice_bad", ())):
        dat = fetch.MSID(name, *span, stat="daily")
        assert (len(dat), dat.colnames[-1], dat.p50s.dtype) == (0, "midvals", np.float64)
