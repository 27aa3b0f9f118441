"""What may be asked for of statistics: widths, spans, percentiles, the last bin; and what is said of anything else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats.mstats import mquantiles

from conformance.plain_bins import assert_same, fill, plain, small_products
from jeta import fetch, update
from jeta.errors import StatError, ValuesError

__all__ = ["small_products"]

T0 = 1_262_304_000.0
DAY = 86_400.0
TIMES = T0 + 100.0 * np.arange(3000)
VALS = np.arange(3000) % 71 * 1.5


@pytest.fixture(params=["journal", "stored", "stored and late"])
def x(request, own, small_products):
    """X, stored or not, and WORD."""
    fill(own, request.param, "x", TIMES, VALS)
    fill(own, request.param, "word", TIMES, np.array(["A", "B"])[np.arange(3000) % 2])
    return own


@pytest.fixture
def some(own):
    """X with a few samples, for what reads none."""
    update.append("x", TIMES[:5], VALS[:5], archive=own)


@pytest.mark.parametrize("stat", [5, 5.0, True, "", " ", "hourly", ["5min"], b"5min", ("daily",), "-1h", "1e3s", "1 m"])
@pytest.mark.parametrize("make", [fetch.MSID, fetch.Msid, fetch.MSIDset, fetch.Msidset])
def test_what_is_no_statistic_is_told_so(some, make, stat):
    with pytest.raises(
        StatError, match=r"unknown statistic .*expected '5min' .*, 'daily', or a width with its unit"
    ) as e:
        make("x", stat=stat)
    assert repr(stat) in str(e.value)
    assert isinstance(e.value, ValueError)
    assert isinstance(e.value, KeyError)


@pytest.mark.parametrize("stat", ["0.0009s", "0s", "1000000001s", "99999999999w", "0.00000001d"])
def test_widths_that_no_bin_can_have(some, stat):
    with pytest.raises(StatError, match=r"from 0.001 to 1e\+09 s"):
        fetch.MSID("x", stat=stat)


@pytest.mark.parametrize(("stat", "rows"), [("0.001s", 2999), ("0.25 s", 2999), ("100s", 2999), ("1000000000s", 0)])
def test_narrowest_and_widest_bins(x, stat, rows):
    """Bins as narrow as a millisecond over days of sparse samples, and one that all are in."""
    dat = fetch.MSID("x", T0 - 9 * DAY, T0 + 900 * DAY, stat=stat)
    assert (len(dat), dat.samples.tolist()) == (rows, [1] * rows)
    assert (dat.vals == VALS[:rows]).all()
    last = fetch.MSID("x", T0 - 9 * DAY, T0 + 900 * DAY, stat=stat, last_bin=True)
    assert (len(last), last.samples.sum()) == (rows + 1, 3000)
    assert (np.abs(dat.times - TIMES[:rows] - dat.dt / 2) <= dat.dt / 2 + 1e-6).all()


EDGE = (T0 // 328 + 100) * 328.0


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (EDGE + 164, EDGE + 164),
        (EDGE + 164, np.nextafter(EDGE + 164, np.inf)),
        (np.nextafter(EDGE + 164, np.inf), EDGE + 492),
        (EDGE + 164, EDGE + 492),
        (EDGE, EDGE + 328),
        (np.nextafter(EDGE, 0), EDGE),
        (EDGE + 900, EDGE),
        (T0 - 50 * DAY, T0 - 40 * DAY),
        (T0 + 40 * DAY, T0 + 50 * DAY),
        (T0 - 400, T0 + 700),
        (TIMES[-1] - 700, TIMES[-1] + 1000),
    ],
)
@pytest.mark.parametrize("stat", ["5min", "328s"])
def test_midpoint_decides_to_the_last_bit(x, start, stop, stat):
    """5.1: bins whose midpoint is in ``[tstart, tstop)``."""
    dat = fetch.MSID("x", start, stop, stat=stat)
    assert_same(dat, plain(TIMES, VALS, 328, start, stop, spread=stat != "5min"))


def test_start_and_stop_that_are_none(x):
    """The first bin is there though its midpoint is before the first sample of the archive; the last is not over."""
    for stat in ("5min", "daily", "1h"):
        dt = fetch.MSID("x", T0, T0, stat=stat).dt
        wanted = plain(TIMES, VALS, dt, 0.0, 1e12, spread=stat != "5min")
        for span in ((), (None, T0 + 99 * DAY), (T0 - DAY,)):
            assert_same(fetch.MSID("x", *span, stat=stat), wanted)
        assert_same(fetch.MSIDset("x", stat=stat)["x"], wanted)


def test_intervals_as_start_give_each_bin_once(x):
    """Bins whose midpoint is in an interval; the last one, though several intervals touch it, once."""
    last = TIMES[-1] // DAY * DAY
    spans = [(T0, T0 + DAY), (T0 + 1.4 * DAY, T0 + 1.6 * DAY), (last + 100, last + 200), (last + 300, last + 400)]
    assert fetch.MSID("x", spans, stat="daily").times.tolist() == [T0 + DAY / 2, T0 + 1.5 * DAY]
    dat = fetch.MSID("x", spans, stat="daily", last_bin=True)
    assert dat.times.tolist() == [T0 + DAY / 2, T0 + 1.5 * DAY, last + DAY / 2]
    assert dat.samples[-1] == (last <= TIMES).sum()
    words = fetch.MSID("word", spans, stat="daily", last_bin=True)
    assert words.times.tolist() == dat.times.tolist()
    assert len(fetch.MSID("x", [], stat="daily")) == 0


def test_last_bin_is_of_the_samples_there_are(x):
    """last_bin: once a later sample is there, the same bin is over and has the same number without being asked for."""
    for stat in ("5min", "daily", "1h"):
        dat = fetch.MSID("x", T0, T0 + 99 * DAY, stat=stat, last_bin=True)
        assert_same(dat, plain(TIMES, VALS, dat.dt, T0, T0 + 99 * DAY, spread=stat != "5min", last=True))
        before = fetch.MSID("x", T0, TIMES[-1] // dat.dt * dat.dt, stat=stat, last_bin=True)
        assert len(before) == len(dat) - 1
    unfinished = fetch.MSID("x", T0, T0 + 99 * DAY, stat="daily", last_bin=True)
    update.append("x", [T0 + 50 * DAY], [0.0], archive=x)
    over = fetch.MSID("x", T0, T0 + 49 * DAY, stat="daily")
    assert (over.times.tolist(), over.p84s.tolist()) == (unfinished.times.tolist(), unfinished.p84s.tolist())


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ((), {}),
        ((50,), {"p50s": 50}),
        ([0, 100], {"p00s": 0, "p100s": 100}),
        (99.9, {"p99_9s": 99.9}),
        (50, {"p50s": 50}),
        (np.float32(99.9), {"p99_9s": 99.9}),
        (np.array(25), {"p25s": 25}),
        (np.array([75, 25]), {"p25s": 25, "p75s": 75}),
        ({50, 16.0}, {"p16s": 16, "p50s": 50}),
        (range(10, 40, 10), {"p10s": 10, "p20s": 20, "p30s": 30}),
        ([1e-9, 50, 50.0], {"p00_000000001s": 1e-9, "p50s": 50}),
    ],
)
@pytest.mark.parametrize("stat", ["5min", "daily", "1h"])
def test_percentiles_of_choice(x, given, names, stat):
    """In place of those of the statistic, of a set too, in increasing order and each once."""
    single = fetch.MSID("x", T0, T0 + 9 * DAY, stat=stat, percentiles=given)
    member = fetch.MSIDset(["x", "word"], T0, T0 + 9 * DAY, stat=stat, percentiles=given)["x"]
    wanted = plain(TIMES, VALS, single.dt, T0, T0 + 9 * DAY, spread=stat != "5min", percents=names)
    for dat in (single, member):
        assert_same(dat, wanted)
        assert [name for name in dat.colnames if name.startswith("p")] == list(names)
    generated = fetch.MSIDset(["x", "X"], T0, T0 + 9 * DAY, stat=stat, percentiles=(p for p in names.values()))
    assert [dat.colnames for dat in generated.values()] == [single.colnames] * 2


def test_percentiles_against_scipy_of_all_samples(x):
    """One number of one bin, by hand."""
    dat = fetch.MSID("x", T0, T0 + DAY, stat="daily", percentiles=[99.9, 12.5])
    assert (dat.p99_9s[0], dat.p12_5s[0]) == pytest.approx(tuple(mquantiles(VALS[:864], [0.999, 0.125])))


@pytest.mark.parametrize(
    "given", ["a", "50", b"5", ["50"], [np.nan], np.nan, 101, -1, [50, 100.1], [True], [None], 5j, object(), [[50]]]
)
@pytest.mark.parametrize("make", [fetch.MSID, fetch.MSIDset])
def test_what_is_no_percentile_is_told_so(some, make, given):
    with pytest.raises(ValuesError, match=r"expected percents from 0 to 100, such as \[1, 50, 99.9\]"):
        make("x", stat="daily", percentiles=given)


def test_texts_have_no_percentiles_whatever_is_asked_for(x):
    """They are left out, so that a set of numbers and texts can be fetched."""
    dats = fetch.MSIDset(["x", "word"], T0, T0 + DAY, stat="daily", percentiles=[50])
    assert dats["word"].colnames == ["times", "indexes", "samples", "vals"]
    assert dats["x"].p50s.tolist() == [mquantiles(VALS[:864], [0.5])[0]]


@pytest.mark.parametrize("given", [{"last_bin": True}, {"percentiles": ()}, {"where": []}])
@pytest.mark.parametrize("make", [fetch.MSID, fetch.Msid, fetch.MSIDset, fetch.Msidset])
def test_arguments_of_statistics_need_a_statistic(some, make, given):
    (name,) = given
    with pytest.raises(StatError, match=f"{name}=.* is for statistics, but stat is None: give stat='daily', '5min' or"):
        make("x", **given)


def test_edges_are_of_samples(some):
    with pytest.raises(StatError, match="bracket=True adds samples at the edges, which stat='1h' has none of; leave"):
        fetch.MSID("x", stat="1h", bracket=True)
