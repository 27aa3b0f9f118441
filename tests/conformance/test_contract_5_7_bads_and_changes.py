"""Contract 5.2 and 5.7 with jeta's decisions: bad samples and bad times stay out; what changes later is in the next fetch."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.plain_bins import STATES_OF_ARCHIVE, assert_same, fill, plain, reads, small_products
from conformance.small import describe
from jeta import fetch, update
from jeta.fetch import bin_sources
from jeta.tdb import Calibration, Entry, Enumeration, Polynomial

__all__ = ["reads", "small_products"]

T0 = 1_262_304_000.0
DAY = 86_400.0
TIMES = T0 + 200.0 * np.arange(2000)
VALS = np.arange(2000) % 97 / 4
SPAN = T0 - DAY, T0 + 10 * DAY


@pytest.fixture(params=STATES_OF_ARCHIVE)
def state(request, small_products):
    """How much the archive has stored."""
    return request.param


@pytest.fixture(autouse=True)
def _bad_times():
    yield
    fetch.msid_bad_times.clear()


def reference(stat, good=None, vals=VALS):
    return plain(TIMES, vals, {"5min": 328, "daily": 86400}[stat], *SPAN, good=good, spread=stat == "daily")


@pytest.mark.parametrize("stat", ["5min", "daily"])
def test_a_flag_that_is_set_later_keeps_the_sample_out_at_once(archive, state, stat):
    """The quality mask: rows with quality_counts=True in the journal make their bins anew, and so does a fold; undone too."""
    fill(archive, state, "x", TIMES, VALS)
    flagged = np.isin(np.arange(2000), [3, 700, 701, 702, 1500])
    for bads in (flagged, np.zeros(2000, bool)):
        update.append("x", TIMES[flagged], VALS[flagged], bads[flagged], archive=archive, quality_counts=True)
        for _ in range(2):
            assert_same(fetch.MSID("x", *SPAN, stat=stat), reference(stat, ~bads))
            update.fold(archive)


@pytest.mark.parametrize("stat", ["5min", "daily"])
def test_bad_times_keep_samples_out_only_while_they_are_applied(archive, state, stat):
    """The table is applied to samples, not to bins: of bins that it cuts, the rest counts; both ends are inside."""
    fill(archive, state, "x", TIMES, VALS)
    spans = [(T0 + 1000.0, T0 + 2200.0), (T0 + 2200.0, T0 + 2600.0), (T0 + 0.7 * DAY, T0 + 2.2 * DAY)]
    fetch.read_bad_times([f"x* {start!r} {stop!r}" for start, stop in spans])
    good = ~np.any([(start <= TIMES) & (stop >= TIMES) for start, stop in spans], axis=0)
    with fetch.apply_bad_times(True):
        dat = fetch.MSID("x", *SPAN, stat=stat)
        assert dat.bads is None
        assert_same(dat, reference(stat, good))
        assert_same(fetch.Msid("x", *SPAN, stat=stat), reference(stat, good))
    assert_same(fetch.MSID("x", *SPAN, stat=stat), reference(stat))


def test_bad_times_that_end_on_edges_of_bins_to_the_last_bit(archive, state):
    """A bin that bad times cover, both ends included, has no row; one instant less, and its last sample counts."""
    edge = (T0 // 328 + 5) * 328.0
    times = edge + 82.0 * np.arange(400)
    fill(archive, state, "x", times, np.arange(400.0))
    for start, stop in (
        (edge, edge + 328),
        (edge, np.nextafter(edge + 246, 0)),
        (np.nextafter(edge, 1e10), edge + 656),
        (edge + 328, edge + 328),
        (-1e9, edge + 984.5),
    ):
        fetch.msid_bad_times.clear()
        fetch.read_bad_times([f"X {float(start)!r} {float(stop)!r}"])
        good = ~((times >= start) & (times <= stop))
        with fetch.apply_bad_times(True):
            dat = fetch.MSID("x", edge - 400, edge + 9e4, stat="5min")
        assert_same(dat, plain(times, np.arange(400.0), 328, edge - 400, edge + 9e4, good=good, spread=False))


def test_bad_times_read_samples_of_the_bins_they_cut_only(archive, small_products, reads, monkeypatch):
    """Bins wholly inside bad times are dropped, others come from what is stored."""
    fill(archive, "stored", "x", TIMES, VALS)
    monkeypatch.setattr(bin_sources, "ROWS_WORTH_A_READ", 100)
    fetch.read_bad_times([f"X {T0 + 1.5 * DAY!r} {T0 + 3.25 * DAY!r}"])
    reads.clear()
    with fetch.apply_bad_times(True):
        dat = fetch.MSID("x", *SPAN, stat="daily")
    assert reads == [("X", T0 + DAY, T0 + 2 * DAY), ("X", T0 + 3 * DAY, T0 + 4 * DAY)]
    assert dat.indexes.tolist() == [14610, 14611, 14613]


def test_a_changed_table_of_bad_times_counts_at_once(archive, state):
    """The archive's own table, a file, is used as it is now: nothing stored has to be made anew."""
    fill(archive, state, "x", TIMES, VALS)
    for start, stop in ((0.0, 5000.0), (40_000.0, 140_000.0)):
        (archive.root / "bad_times.txt").write_text(f"X {T0 + start!r} {T0 + stop!r}\n")
        good = (T0 + start > TIMES) | (T0 + stop < TIMES)
        with fetch.apply_bad_times(True):
            assert_same(fetch.MSID("x", *SPAN, stat="daily"), reference("daily", good))


def test_everything_bad_by_the_table_is_empty(archive, state):
    """All samples in bad times: no row, with every column."""
    fill(archive, state, "x", TIMES, VALS)
    fetch.read_bad_times(["* 1999:001 2030:001"])
    with fetch.apply_bad_times(True):
        dat = fetch.MSID("x", *SPAN, stat="daily", last_bin=True)
    assert (len(dat), dat.p50s.dtype, dat.colnames[-1]) == (0, np.float64, "midvals")


@pytest.mark.parametrize("stat", ["5min", "daily", "1h"])
def test_changed_calibration_gives_the_new_numbers_at_once(archive, small_products, stat):
    """Statistics are of values as users see them: what another curve made is not used."""
    counts = (np.arange(2000) % 50).astype("u1")

    def described(*coefficients):
        describe(archive, Entry("X", unit="V", type="uint8", calibrations=Calibration(Polynomial(coefficients))))

    described(1.0, 2.0)
    fill(archive, "stored", "x", TIMES, counts)
    assert fetch.MSID("x", *SPAN, stat=stat).maxes.max() == 99
    described(5.0, 0.5, 0.25)
    new = 5 + 0.5 * counts + 0.25 * counts.astype(float) ** 2
    for _ in ("before", "after a rebuild"):
        dat = fetch.MSID("x", *SPAN, stat=stat)
        assert_same(dat, plain(TIMES, new, dat.dt, *SPAN, spread=stat != "5min"))
        update.statistics(archive=archive)


def test_calibration_that_turns_numbers_into_states_and_back(archive, small_products):
    """Even the kind of value may change after statistics were stored."""
    counts = (np.arange(2000) % 3).astype("u1")
    update.append("x", TIMES, counts, archive=archive)
    update.fold(archive)
    update.statistics(archive=archive)
    assert fetch.MSID("x", *SPAN, stat="daily").maxes.tolist() == [2] * 4
    describe(archive, Entry("X", type="uint8", calibrations=Calibration(Enumeration({0: "A", 1: "B", 2: "C"}))))
    dat = fetch.MSID("x", *SPAN, stat="daily")
    assert dat.colnames == ["times", "indexes", "samples", "vals", "n_As", "n_Bs", "n_Cs"]
    assert (dat.n_As + dat.n_Bs + dat.n_Cs).tolist() == dat.samples.tolist() == [432] * 4
    describe(archive)
    assert fetch.MSID("x", *SPAN, stat="daily").maxes.tolist() == [2] * 4


def test_new_states_and_new_codes_are_counted_at_once(archive, state):
    """5.5: columns are those of the state codes that are known now; states of later samples, renamed ones and unknown ones."""
    describe(archive, Entry("MODE", state_codes={0: "OFF", 1: "ON "}))
    texts = np.array(["OFF", "ON", "SAFE", ""])[(np.arange(2000) // 7 % 4) * (TIMES > T0 + DAY)]
    fill(archive, state, "mode", TIMES, texts)
    wanted = plain(TIMES, texts, 86400, *SPAN)
    dat = fetch.MSID("mode", *SPAN, stat="daily")
    assert_same(dat, wanted)
    assert dat.colnames[4:] == ["n_OFFs", "n_ONs"]
    for codes in ({0: "OFF", 1: "ON"}, {0: "OFF", 1: "ON", 5: "SAFE", 6: "NEVER", 7: "+1/2"}):
        describe(archive, Entry("MODE", state_codes=codes))
        dat = fetch.MSID("mode", *SPAN, stat="daily")
        for code in codes.values():
            column = {"+1/2": "n_PLUS_1_DIV_2s"}.get(code, f"n_{code}s")
            days = [texts[number == (TIMES // DAY)] for number in dat.indexes]
            assert getattr(dat, column).tolist() == [int((day == code).sum()) for day in days]


def test_late_text_that_is_longer_than_all_that_is_stored(archive, small_products):
    """Texts are not cut to the width that was stored, in values or in counts; trailing blanks and unicode are no matter."""
    codes = {0: "A", 1: "B", 2: "Öffnungsverhältnis"}
    describe(archive, Entry("MODE", state_codes=codes))
    fill(archive, "stored", "mode", TIMES, np.array(["A", "B  "])[np.arange(2000) % 2])
    late = T0 + 1.5 * DAY + 10.0 * np.arange(9999)
    update.append("mode", late, np.full(9999, "Öffnungsverhältnis "), archive=archive)
    for _ in range(2):
        dat = fetch.MSID("mode", *SPAN, stat="daily")
        assert dat.vals.tolist()[1:3] == ["Öffnungsverhältnis"] * 2
        assert dat.n_Öffnungsverhältnises.sum() == 9999
        assert dat.n_As.sum() + dat.n_Bs.sum() == 4 * 432 - np.isin(TIMES, late).sum()
        update.fold(archive)


def test_late_samples_change_exactly_the_bins_they_are_in(archive, state):
    """Decision: "late data recompute the touched bins", before and after the fold."""
    fill(archive, state, "x", TIMES, VALS)
    late = np.array([T0 + 100.0, T0 + 1.25 * DAY + 1, T0 + 3.5 * DAY + 77])
    update.append("x", late, [1000.0, np.nan, -1000.0], archive=archive)
    times = np.sort(np.append(TIMES, late))
    vals = np.append(VALS, [1000.0, np.nan, -1000.0])[np.argsort(np.append(TIMES, late))]
    for _ in range(2):
        for stat, dt in (("5min", 328), ("daily", 86400)):
            assert_same(fetch.MSID("x", *SPAN, stat=stat), plain(times, vals, dt, *SPAN, spread=stat == "daily"))
        update.fold(archive)


def test_samples_before_the_first_and_bins_that_only_they_have(archive, state):
    """Data older than all that is stored, which got no statistics at all in the original."""
    fill(archive, state, "x", TIMES, VALS)
    update.append("x", [T0 - 500 * DAY, T0 - 500 * DAY + 1], [1.0, 3.0], archive=archive)
    for _ in range(2):
        dat = fetch.MSID("x", stat="daily")
        assert (dat.indexes[0], dat.vals[0], dat.samples.tolist()) == (14610 - 500, 2.0, [2, 432, 432, 432, 432])
        update.fold(archive)


@pytest.mark.parametrize(("rows_worth_a_read", "most"), [(2**14, 1), (40, 6), (0, 200)])
def test_many_late_samples_are_read_together(archive, small_products, reads, monkeypatch, rows_worth_a_read, most):
    """A read takes milliseconds, so those of bins near each other are one; the bins in between stay as they are stored."""
    monkeypatch.setattr(bin_sources, "ROWS_WORTH_A_READ", rows_worth_a_read)
    fill(archive, "stored", "x", TIMES, VALS)
    late = np.sort(np.append(TIMES[100:900:10], TIMES[1100:1900:10])) + 1
    update.append("x", late, np.zeros(len(late)), archive=archive)
    times, vals = np.append(TIMES, late), np.append(VALS, np.zeros(len(late)))
    order = np.argsort(times)
    reads.clear()
    dat = fetch.MSID("x", *SPAN, stat="5min")
    assert 0 < len(reads) <= most
    assert_same(dat, plain(times[order], vals[order], 328, *SPAN, spread=False))
