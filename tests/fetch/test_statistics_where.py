"""Statistics where= times are given, or an expression over MSIDs holds."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from conformance.plain_bins import STATES_OF_ARCHIVE, assert_same, fill, plain, reads, small_products
from conformance.small import describe
from jeta import fetch, fetch_eng, update
from jeta.errors import ExpressionError, IntervalError, StatError, UnknownMsidError
from jeta.tdb import Entry

__all__ = ["reads", "small_products"]

T0 = 1_262_304_000.0
DAY = 86_400.0
TIMES = T0 + 100.0 * np.arange(3000)
VALS = 280 + np.arange(3000) % 50 / 4
FINE = np.arange(3000) // 40 % 3 == 1
SPAN = T0 - DAY, T0 + 10 * DAY


@pytest.fixture(params=STATES_OF_ARCHIVE)
def filled(request, own, small_products):
    """SA_TEMP (K), and SA_MODE, FINE or COARSE, with the same times; whatever the archive has stored."""
    describe(own, Entry("SA_TEMP", unit="K"), Entry("SA_MODE", state_codes={0: "COARSE", 1: "FINE"}))
    fill(own, request.param, "sa_temp", TIMES, VALS)
    fill(own, request.param, "sa_mode", TIMES, np.where(FINE, "FINE", "COARSE"))
    return own


def reference(stat, good):
    return plain(TIMES, VALS, {"5min": 328, "daily": 86400, "1h": 3600}[stat], *SPAN, good=good, spread=stat != "5min")


@pytest.mark.parametrize("stat", ["5min", "daily", "1h"])
def test_state_of_another_msid(filled, stat):
    """where="SA_MODE == 'FINE'" takes the samples that lie in its intervals, whose ends are halfway between samples."""
    assert_same(fetch.MSID("sa_temp", *SPAN, stat=stat, where="SA_MODE == 'FINE'"), reference(stat, FINE))
    assert_same(fetch.MSID("sa_temp", *SPAN, stat=stat, where="~(sa_mode == 'FINE')"), reference(stat, ~FINE))


@pytest.mark.parametrize("stat", ["daily", "1h"])
def test_itself_and_several_msids(filled, stat):
    """An MSID in its own condition, and conditions that are joined."""
    hot = VALS > 288
    assert_same(fetch.MSID("sa_temp", *SPAN, stat=stat, where="SA_TEMP > 288"), reference(stat, hot))
    both = fetch.MSID("sa_temp", *SPAN, stat=stat, where="SA_TEMP > 288 & SA_MODE == 'FINE'")
    assert_same(both, reference(stat, hot & FINE))


def test_numbers_are_in_the_units_of_the_module(filled):
    """288 K is 58.73 DEGF."""
    dat = fetch_eng.MSID("sa_temp", *SPAN, stat="daily", where="SA_TEMP > 58.73")
    assert dat.samples.tolist() == reference("daily", VALS > 288)["samples"]


def test_computed_msid_in_the_condition(filled):
    """What a class computes can be compared too, up to the edges of the bins."""
    update.append("zero", TIMES, np.zeros(3000), archive=filled)
    for stat in ("5min", "1h"):
        dat = fetch.MSID("sa_temp", *SPAN, stat=stat, where="diff__sa_temp__zero > 288")
        assert_same(dat, reference(stat, VALS > 288))


@pytest.mark.parametrize(
    "given",
    [
        [(T0 + 500, T0 + 10_000), (T0 + 90_000, T0 + 90_000)],
        [(T0 + 90_000, T0 + 90_000), (T0 + 3000, T0 + 10_000), (T0 + 500, T0 + 7000)],
        Table({"tstart": [T0 + 500, T0 + 90_000], "tstop": [T0 + 10_000, T0 + 90_000]}),
        [("2010:001:00:08:20", "2010:001:02:46:40"), ("2010-01-02T01:00:00", T0 + 90_000)],
    ],
    ids=["pairs", "overlapping, in any order", "table", "dates"],
)
def test_intervals_in_every_form_are_closed(filled, given):
    """Samples at both ends count."""
    good = ((TIMES >= T0 + 500) & (TIMES <= T0 + 10_000)) | (TIMES == T0 + 90_000)
    for stat in ("5min", "daily"):
        assert_same(fetch.MSID("sa_temp", *SPAN, stat=stat, where=given), reference(stat, good))


@pytest.mark.parametrize("given", [[], "SA_TEMP > 1e9", "SA_MODE == 'NEVER'", [(0.0, 1.0)], [(T0 + 1, T0 + 2)]])
@pytest.mark.parametrize("name", ["sa_temp", "sa_mode"])
def test_nothing_counts(filled, given, name):
    """Where nothing holds there is no row, and every column."""
    dat = fetch.MSID(name, *SPAN, stat="daily", where=given, last_bin=True)
    whole = fetch.MSID(name, *SPAN, stat="daily")
    assert (len(dat), dat.colnames, len(dat.vals)) == (0, whole.colnames, 0)


def test_all_time_gives_what_is_given_without(filled):
    for given in ([(-1e9, 1e10)], "SA_TEMP > 0", [(-np.inf, np.inf)]):
        assert_same(fetch.MSID("sa_temp", *SPAN, stat="daily", where=given), reference("daily", None))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("NO_SUCH > 3", UnknownMsidError, "MSID 'NO_SUCH' is not in"),
        ("SA_TEMP >", ExpressionError, "at character 10 of the expression"),
        ("", ExpressionError, "the expression is empty"),
        ("SA_MODE > 3", ValueError, "SA_MODE holds texts, so that it cannot be compared > 3"),
        ([(T0 + 5, T0)], IntervalError, "must be less than stop time"),
        (["SA_TEMP > 3"], IntervalError, "must hold pairs of times, but got"),
        (5, IntervalError, "5 describes no intervals: give"),
    ],
)
def test_mistakes_are_told_with_what_was_expected(filled, given, error, words):
    with pytest.raises(error, match=words):
        fetch.MSID("sa_temp", *SPAN, stat="daily", where=given)


def test_condition_is_for_statistics(filled):
    for given in ([], "SA_TEMP > 3"):
        for make in (fetch.MSID, fetch.Msid, lambda name, **kwargs: fetch.MSIDset([name], **kwargs)):
            with pytest.raises(StatError, match=r"where=.* is for statistics, but stat is None: give stat='daily'"):
                make("sa_temp", where=given)


def test_samples_are_read_of_the_bins_asked_for_only(filled, reads):
    """What is stored is of all samples; so these are read, a day of them."""
    reads.clear()
    fetch.MSID("sa_temp", T0 + DAY, T0 + 2 * DAY, stat="daily", where=[(T0, T0 + 9 * DAY)])
    assert [span for span in reads if span[0] == "SA_TEMP"] == [("SA_TEMP", T0 + DAY, T0 + 2 * DAY)]


def with_condition(seconds, vals, bads=None):
    """X each 10 s for a day, and COND with other samples."""
    update.append("x", T0 + 10.0 * np.arange(9000), np.arange(9000.0))
    update.append("cond", T0 + np.asarray(seconds, float), np.asarray(vals, float), bads)


@pytest.mark.parametrize(
    ("seconds", "vals", "bads"),
    [
        (np.arange(0, 90_000, 1000), np.arange(90) // 4 % 2, np.arange(90) % 5 == 1),
        ([0, 5000, 30_000, 30_100, 60_000], [1, 0, 1, 1, 0], None),
        ([0, 5000, 30_000, 30_100, 60_000], [1, 0, 1, 1, 1], [0, 1, 0, 1, 0]),
        ([-50_000, 20_000, 25_000, 200_000], [1, 1, 1, 1], [0, 1, 1, 0]),
        ([100, 30_000], [1, 1], None),
        ([30_000, 30_010, 30_020, 30_030], [1, 1, 1, 1], [0, 0, 1, 1]),
    ],
    ids=["bad ones", "sparse", "sparse and bad", "far away", "two", "short"],
)
def test_a_bin_has_the_same_number_whatever_span_is_fetched(own, seconds, vals, bads):
    """What an expression says of a bin depends on no edge of a fetch, though samples near it are bad, or far away."""
    with_condition(seconds, vals, bads)
    whole = fetch.MSID("x", T0, T0 + 90_000, stat="1h", where="COND == 1")
    by_hand = fetch.MSID("cond", T0 - 1e6, T0 + 1e6).logical_intervals("==", 1)
    spans = list(zip(by_hand["tstart"], by_hand["tstop"], strict=True))
    good = np.any([(a <= T0 + 10.0 * np.arange(9000)) & (b >= T0 + 10.0 * np.arange(9000)) for a, b in spans], axis=0)
    assert good.any()
    assert_same(whole, plain(T0 + 10.0 * np.arange(9000), np.arange(9000.0), 3600, T0, T0 + 90_000, good=good))
    pieces = [fetch.MSID("x", low, low + 3600, stat="1h", where="COND == 1") for low in T0 + 3600 * np.arange(25)]
    assert np.concatenate([piece.times for piece in pieces]).tolist() == whole.times.tolist()
    assert np.concatenate([piece.samples for piece in pieces]).tolist() == whole.samples.tolist()


@pytest.mark.parametrize("bads", [None, [0, 0, 1]])
def test_condition_that_nobody_knows_counts_nothing(own, bads):
    """An MSID that has no good sample, or a single one, or ended long before: no error of a fetch of many bins."""
    with_condition([0, 10, 20], [1, 1, 1], bads)
    update.append("lonely", [T0 + 500], [1.0])
    update.append("bad", T0 + np.arange(500.0), np.ones(500), np.ones(500, bool))
    for given in ("LONELY == 1", "BAD == 1", "COND == 1"):
        assert len(fetch.MSID("x", T0 + 50_000, T0 + 80_000, stat="1h", where=given)) == 0
    assert fetch.MSID("x", T0, T0 + 80_000, stat="1h", where="COND == 1").samples.tolist() == [3 if bads is None else 2]


class Passes:
    """Events, as the ancestors' queries: they are asked for a span, and tell what touches it."""

    def intervals(self, start, stop):
        return [(start, stop)]


def test_events_are_asked_for_the_whole_bins(own):
    """A bin whose midpoint is inside of the span may begin before it, and end after."""
    with_condition([0], [1])
    dat = fetch.MSID("x", T0 + 1800, T0 + 5401, stat="1h", where=Passes())
    assert dat.samples.tolist() == [360, 360]


def test_bad_times_apply_in_the_condition_and_to_the_samples(own):
    """Both the MSID and that of the condition lose their bad times, if these are applied."""
    with_condition(10.0 * np.arange(9000), np.arange(9000) // 1000 % 2)
    fetch.read_bad_times([f"X {T0!r} {T0 + 11_000.0!r}", f"COND {T0 + 30_000.0!r} {T0 + 39_990.0!r}"])
    try:
        with fetch.apply_bad_times(True):
            dat = fetch.MSID("x", T0, T0 + 36_000, stat="1h", where="COND == 1")
    finally:
        fetch.msid_bad_times.clear()
    assert dat.samples.sum() == 1000 - 101
