"""The fifteen points of section 13 of the contract, each by its number; where a decision differs, the test says so."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from jeta import fetch, update, utils
from jeta.computed import ComputedMsid
from jeta.computed.registry import COMPUTED
from jeta.times import show, to_seconds

pytestmark = pytest.mark.usefixtures("small")

T0 = 1_262_304_000.0  # 2010:001
SPAN = (T0 + 20, T0 + 50)


def put(archive, name, seconds, vals, bads=None):
    """Add samples at some seconds after T0, and fetch them."""
    update.append(name, T0 + np.asarray(seconds, float), vals, bads, archive=archive)
    return fetch.MSID(name, T0 - 1e6, T0 + 1e6)


# ---------------------------------------------------------------- 1: ends


def test_13_1_fetch_is_half_open():
    assert fetch.MSID("count", *SPAN).vals.tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("method", "kept"), [("select_intervals", [2, 3, 4, 5]), ("remove_intervals", [0, 1, 6, 7, 8, 9])]
)
def test_13_1_select_and_remove_are_closed(method, kept):
    dat = fetch.MSID("count")
    getattr(dat, method)([SPAN])
    assert dat.vals.tolist() == kept


def test_13_1_filter_bad_times_is_closed():
    dat = fetch.MSID("count")
    dat.filter_bad_times(*SPAN)
    assert dat.vals.tolist() == [0, 1, 6, 7, 8, 9]


def test_13_1_computed_msids_are_closed():
    before = list(COMPUTED.classes)

    class Made(ComputedMsid):
        msid_match = "made"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            times = T0 + 10.0 * np.arange(10)
            return {"vals": np.arange(10), "bads": np.zeros(10, bool), "times": times, "unit": None}

    found = fetch.MSID("made", *SPAN).vals.tolist()
    COMPUTED.classes[:] = before
    assert found == [2, 3, 4, 5]


def test_13_1_empty_and_reversed_ranges_are_no_errors():
    assert [len(fetch.MSID("count", *span)) for span in ((T0, T0), SPAN[::-1])] == [0, 0]


# ---------------------------------------------------------------- 2: times


def test_13_2_a_date_is_midnight():
    assert fetch.MSID("count", "2010:001").datestart == "2010:001:00:00:00.000"


def test_13_2_iso_with_t_is_utc():
    assert to_seconds("2010-01-01T00:00:00") == T0


def test_13_2_floats_are_seconds():
    assert fetch.MSID("count", 2010001.123, T0 + 15).tstart == 2010001.123


def test_13_2_none_as_start_is_the_first_sample_of_the_archive():
    """Now in cheta, where nobody means it; by decision."""
    assert fetch.MSID("count", None, T0 + 15).tstart == T0


# ---------------------------------------------------------------- 3: three grids


@pytest.fixture
def offset(archive):
    """One sample a second for five minutes from +0.10 s, and another from +0.05 s, asked for from the full minute."""
    put(archive, "a", np.arange(300) + 0.10, np.arange(300.0))
    put(archive, "b", np.arange(300) + 0.05, np.arange(300.0))
    return ["a", "b"], T0, T0 + 300


def test_13_3_grid_of_one_begins_at_the_first_sample_and_excludes_the_end(archive):
    dat = put(archive, "x", [5, 10, 20, 25], [1, 2, 3, 4])
    dat.interpolate(dt=10.0)
    assert (dat.times - T0).tolist() == [5, 15]


def test_13_3_grid_of_a_set_counts_from_the_request_clipped_to_the_common_range(offset):
    dats = fetch.MSIDset(*offset)
    dats.interpolate(dt=60.0)
    assert dats.times.tolist() == (dats["a"].times0[0] + 60.0 * np.arange(5)).tolist()


def test_13_3_grid_of_a_set_includes_the_end():
    dats = fetch.MSIDset(["count", "flag"], T0 + 10, T0 + 90)
    dats.interpolate(dt=10.0, filter_bad=False)
    assert (dats.times - T0).tolist() == [10, 20, 30, 40, 50, 60, 70, 80]
    dats.interpolate(dt=35.0, start=T0 + 10, stop=T0 + 80, filter_bad=False)
    assert (dats.times - T0).tolist() == [10, 45, 80]


def test_13_3_grid_of_get_telem_has_multiples_of_the_step(offset):
    names, start, stop = offset
    dats = fetch.get_telem(names, start, stop, interpolate_dt=7.0, quiet=True)
    assert np.all(dats.times % 7.0 == 0)


# ---------------------------------------------------------------- 4: nearest neighbour


def test_13_4_ties_go_to_the_later_sample():
    dat = fetch.MSID("count")
    dat.interpolate(times=T0 + np.array([14.9, 15.0, 15.1]))
    assert dat.vals.tolist() == [1, 2, 2]


def test_13_4_times_is_the_grid_and_times0_the_originals():
    dat = fetch.MSID("count")
    dat.interpolate(times=T0 + np.array([14.0, 16.0]))
    assert ((dat.times - T0).tolist(), (dat.times0 - T0).tolist()) == ([14, 16], [10, 20])


# ---------------------------------------------------------------- 5: four outcomes

OUTCOMES = {  # filter_bad, bad_union: values of COUNT, bad flags, seconds
    (True, False): ([0, 2, 3, 6, 8], None, [0, 20, 40, 60, 80]),
    (False, False): ([0, 2, 4, 6, 8], [0, 0, 1, 0, 0], [0, 20, 40, 60, 80]),
    (False, True): ([0, 2, 4, 6, 8], [0, 0, 1, 0, 0], [0, 20, 40, 60, 80]),
    (True, True): ([0, 2, 6, 8], None, [0, 20, 60, 80]),
}


@pytest.mark.parametrize("kind", OUTCOMES, ids=str)
def test_13_5_four_outcomes(kind):
    """At 40 s both are bad: the default takes the neighbours, and leaves no gap."""
    vals, bads, seconds = OUTCOMES[kind]
    dats = fetch.MSIDset(["count", "temp"], T0, T0 + 100)
    dats.interpolate(dt=20.0, filter_bad=kind[0], bad_union=kind[1])
    count = dats["count"]
    if kind == (True, False):
        vals = [0, 2, 5, 6, 8]  # of 30 s and 50 s, as near, the later
    assert count.vals.tolist() == vals
    assert (count.bads if bads is None else count.bads.tolist()) == bads
    assert (dats.times - T0).tolist() == (count.times - T0).tolist() == seconds


def test_13_5_union_is_one_array_for_all_members():
    dats = fetch.MSIDset(["count", "temp", "flag"], T0, T0 + 100)
    dats.interpolate(dt=10.0, filter_bad=False, bad_union=True)
    assert dats["count"].bads is dats["temp"].bads
    assert dats["count"].bads is dats["flag"].bads
    assert np.flatnonzero(dats["flag"].bads).tolist() == [3, 4, 7]


def test_13_5_times0_is_filtered_along():
    """Left at its old length in cheta."""
    dats = fetch.MSIDset(["count", "temp"], T0, T0 + 100)
    dats.interpolate(dt=10.0, filter_bad=True, bad_union=True)
    assert {len(dat.times0) for dat in dats.values()} == {len(dats.times)} == {7}


# ---------------------------------------------------------------- 6, 7: bad samples


def test_13_6_filter_bad_of_a_set_is_per_msid_by_default():
    dats = fetch.MSIDset(["count", "temp", "flag"])
    dats.filter_bad()
    assert [len(dat) for dat in dats.values()] == [8, 8, 10]


def test_13_6_union_is_within_one_content_only(archive):
    """One content in cheta are the MSIDs with the same time stamps."""
    put(archive, "a", [0, 1, 2], [1, 2, 3], [True, False, False])
    put(archive, "b", [0, 1, 2], [1, 2, 3])
    put(archive, "c", [0, 1, 5], [1, 2, 3])
    dats = fetch.MSIDset(["a", "b", "c"])
    dats.filter_bad(union=True)
    assert [dat.vals.tolist() for dat in dats.values()] == [[2, 3], [2, 3], [1, 2, 3]]


def test_13_7_filter_bad_sets_bads_to_none_but_keeps_the_column():
    dat = fetch.MSID("count")
    dat.filter_bad()
    assert (dat.bads, dat.colnames) == (None, ["vals", "times", "bads"])


# ---------------------------------------------------------------- 8, 9: intervals


def test_13_8_max_gap_ends_a_quarter_of_it_after_the_last_sample(archive):
    dat = put(archive, "x", [0, 1, 7, 8], [1, 1, 1, 1])
    found = dat.logical_intervals("==", 1, max_gap=5)
    assert (found["tstart"] - T0).tolist() == [-0.5, 5.75]
    assert (found["tstop"] - T0).tolist() == [2.25, 8.5]


def test_13_8_a_gap_of_exactly_max_gap_is_not_cut():
    assert len(fetch.MSID("flag").logical_intervals(">=", False, max_gap=10)) == 1
    assert len(fetch.MSID("flag").logical_intervals(">=", False, max_gap=9.999)) == 10


def test_13_8_complete_intervals_is_false_by_default():
    dat = fetch.MSID("mode")
    assert len(dat.logical_intervals("==", "OFF")) == 3
    assert len(dat.logical_intervals("==", "OFF", complete_intervals=True)) == 1
    assert len(utils.logical_intervals([0, 1], [True, True])) == 1


def test_13_9_first_and_last_state_extend_half_a_sample():
    found = fetch.MSID("mode").state_intervals()
    assert (found["tstart"][0] - T0, found["tstop"][-1] - T0) == (-5, 95)


@pytest.mark.parametrize(("start", "stop"), [(0, 15), (-20, 30)])
def test_13_9_with_start_and_stop_they_are_clipped_and_extended(start, stop):
    found = utils.state_intervals(T0 + np.array([5.0, 10, 15]), [1, 1, 2], start=T0 + start, stop=T0 + stop)
    assert (found["tstart"][0] - T0, found["tstop"][-1] - T0, found["val"].tolist()) == (start, stop, [1, 2])


# ---------------------------------------------------------------- 10: texts


def test_13_10_trailing_blanks_do_not_count():
    """Strings keep them in cheta, so that ``== 'ON'`` fails; stored without by decision."""
    dat = fetch.MSID("mode")
    assert set(dat.vals) == {"ON", "OFF"}
    for word in ("ON", "ON ", "ON     "):
        assert len(dat.logical_intervals("==", word)) == 2


def test_13_10_raw_values_and_state_counts_compare_regardless_of_blanks(scenario):
    dat = fetch.MSID("aamode", "2010:001", "2010:003")
    assert np.array_equal(dat.raw_vals == 1, dat.vals == "ON")
    counted = fetch.MSID("aamode", "2010:001", "2010:003", stat="daily")
    assert np.all(counted.n_ONs + counted.n_OFFs == counted.samples)


# ---------------------------------------------------------------- 11, 12, 13, 14: statistics


def test_13_11_vals_are_means_and_midvals_the_sample(archive):
    put(archive, "x", [10, 20, 30, 2000], [1.0, 2.0, 6.0, 0.0])
    dat = fetch.MSID("x", T0 - 400, T0 + 1000, stat="5min")
    assert dat.vals is dat.means
    assert (dat.midvals.tolist(), dat.means[0] == 2.0) == ([2.0], False)


def test_13_11_texts_have_neither():
    dat = fetch.MSID("mode", stat="5min")
    assert {"means", "midvals"}.isdisjoint(dat.colnames)


def test_13_11_booleans_are_float_means(archive):
    put(archive, "x", np.arange(400), np.arange(400) % 2 == 0)
    dat = fetch.MSID("x", T0 - 400, T0 + 1000, stat="5min")
    assert dat.vals.dtype.kind == "f"
    np.testing.assert_allclose(dat.vals, 0.5, atol=0.01)


def test_13_12_bins_are_multiples_of_dt_in_the_seconds_of_the_archive(scenario):
    """Days of Chandra's archive start 63 to 69 s before midnight of UTC."""
    dat = fetch.MSID("tephin", "2009:365", stat="daily")
    assert np.all(dat.indexes * 86400 + 43200 == dat.times)
    assert show(float(dat.times[0] - 43200), "date", "cxcsec") == "2009:365:23:58:53.816"
    assert fetch.MSID("tephin", "2009:365", stat="5min").dt == 328


def test_13_12_days_of_an_archive_in_unix_time_are_those_of_utc(archive):
    put(archive, "x", [0, 100, 86401], [1, 2, 3])
    dat = fetch.MSID("x", T0, T0 + 86400, stat="daily")
    assert show(float(dat.times[0]), "date") == "2010:001:12:00:00.000"


def test_13_12_empty_bins_are_absent(archive):
    put(archive, "x", [0, 3280, 6000], [1, 2, 3])
    assert np.diff(fetch.MSID("x", T0 - 400, T0 + 9000, stat="5min").indexes).tolist() == [10]


def statistics_of(archive, seconds, vals, stat="daily"):
    """The first bin of samples at some seconds, with one more that makes it complete."""
    put(archive, "x", [*seconds, 2 * 86400], [*vals, vals[-1]])
    return fetch.MSID("x", T0, T0 + 86400, stat=stat)


def test_13_13_weights_are_one_up_to_two_samples(archive):
    assert statistics_of(archive, [0, 1000], [1.0, 3.0]).means.tolist() == [2.0]


@pytest.mark.parametrize(
    ("seconds", "vals", "weights"),
    [([0, 1000, 1010], [1.0, 1.0, 5.0], [300, 300, 10]), ([0, 0.0001, 10], [1e4, 0.0, 5.0], [0.001, 5, 9.9999])],
)
def test_13_13_weights_are_clipped_to_a_thousandth_and_300_seconds(archive, seconds, vals, weights):
    dat = statistics_of(archive, seconds, vals)
    assert dat.means.tolist() == pytest.approx([np.average(vals, weights=weights)], rel=1e-6)


def test_13_13_std_is_biased_and_integers_are_not_cut_off(archive):
    """Truncated in cheta; float64 by decision."""
    dat = statistics_of(archive, np.arange(4), [1, 2, 3, 4])
    assert dat.stds.dtype == np.float64
    assert dat.stds.tolist() == pytest.approx([np.std([1, 2, 3, 4])], rel=1e-6)


def test_13_13_percentiles_are_mquantiles_unweighted(archive):
    from scipy.stats.mstats import mquantiles

    vals = np.array([3, 1, 4, 1, 5, 9, 2, 6])
    dat = statistics_of(archive, np.arange(8) ** 3, vals)
    expected = mquantiles(vals, [0.01, 0.16, 0.5, 0.84, 0.99], alphap=0.4, betap=0.4)
    found = [getattr(dat, name)[0] for name in ("p01s", "p16s", "p50s", "p84s", "p99s")]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_13_14_a_bin_is_there_once_the_next_has_begun(archive):
    """cheta never writes the bin of the last sample, and nothing until two new bins are complete; by decision at once."""
    put(archive, "x", [0, 40_000, 86_399], [1, 2, 3])
    assert len(fetch.MSID("x", T0, T0 + 1e6, stat="daily")) == 0
    put(archive, "x", [86_400], [4])
    assert fetch.MSID("x", T0, T0 + 1e6, stat="daily").samples.tolist() == [3]


# ---------------------------------------------------------------- 15: names


def test_13_15_msid_keeps_case_and_globs_give_lower_case():
    assert [fetch.MSID(name).msid for name in ("TeMp", "TE*", "PoWeR")] == ["TeMp", "temp", "PoWeR"]


def test_13_15_dp_is_tried_only_when_the_plain_name_or_pattern_fails(archive):
    for name in ("power", "dp_power", "dp_other"):
        put(archive, name, [0], [1])
    assert [fetch.msid_glob(name)[1] for name in ("power", "po*", "oth*")] == [["POWER"], ["POWER"], ["DP_OTHER"]]


def test_13_15_unknown_is_a_value_error_and_a_key_error_in_get_time_range():
    with pytest.raises(ValueError):
        fetch.MSID("nope")
    with pytest.raises(KeyError):
        fetch.get_time_range("nope")


def test_13_15_keys_of_sets_are_case_sensitive():
    assert "TEMP" not in fetch.MSIDset(["temp"])


def test_13_15_members_of_msidset_with_small_letters_are_msid_objects():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert type(fetch.Msidset(["temp"])["temp"]) is fetch.MSID
