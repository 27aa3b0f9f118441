"""`MSID.reduce` and `MSIDset.reduce`: which samples stay, and that all arrays follow them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from matplotlib.figure import Figure

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.errors import ValuesError
from jeta.fetch.traces import coded_texts
from jeta.tdb import Entry, write_yaml

T0 = 1_262_304_000.0  # 2010:001
ALL = "2010:001", "2010:001:01:00"


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """100,000 samples of a temperature, some bad, of a mode and of a flag, 1 Hz."""
    root = create_archive(tmp_path_factory.mktemp("reduce") / "archive").root
    write_yaml([Entry("mode", state_codes={0: "OFF", 5: "ON"}), Entry("temp", unit="K")], root / "tdb" / "msids.yaml")
    number = np.arange(100_000)
    times = T0 + number
    temp = np.sin(number / 900.0)
    temp[[33_333, 66_666]] = 9.0, -9.0
    with fetch.set_archive(root):
        update.append("temp", times, temp, number % 1000 == 333)
        update.append("mode", times, np.where(number % 40_000 < 10_000, "ON", "OFF"))
        update.append("flag", times, number % 40_000 < 10_000)
        update.append("rapid", times, np.array(["A", "B", "C"])[number % 3])
    return root


@pytest.fixture
def whole(long):
    with fetch.set_archive(long):
        yield lambda name, **options: fetch.MSID(name, "2010:001", "2010:003", **options)


def test_at_most_n_samples_stay_with_the_good_extremes_at_their_times(whole):
    dat = whole("temp")
    few = dat.reduce(200)
    assert len(few) <= 200
    good = dat.vals[~dat.bads]
    assert few.vals[~few.bads].min() == good.min() == -9.0
    assert few.times[few.vals == -9.0].tolist() == [T0 + 66_666]
    assert 9.0 not in few.vals  # that one is bad
    assert (few.times[0], few.times[-1]) == (dat.times[0], dat.times[-1])


def test_every_array_follows(whole):
    dat = whole("temp")
    few = dat.reduce(200)
    rows = np.searchsorted(dat.times, few.times)
    np.testing.assert_array_equal(few.vals, dat.vals[rows])
    np.testing.assert_array_equal(few.bads, dat.bads[rows])
    assert (few.unit, few.MSID, few.tstart, few.colnames) == (dat.unit, dat.MSID, dat.tstart, dat.colnames)


def test_the_new_object_shares_nothing_that_can_change(whole):
    dat = whole("temp")
    for n in (200, len(dat)):
        few = dat.reduce(n)
        few.vals[:] = 0.0
        few.bads[:] = True
        few.times += 1.0
        few.colnames.append("more")
        few.data_source["more"] = {}
    assert dat.vals[0] == 0.0
    assert dat.vals[1] != 0.0
    assert not dat.bads[0]
    assert dat.times[0] == T0
    assert "more" not in dat.colnames
    assert "more" not in dat.data_source


def test_states_keep_exactly_their_changes_without_making_texts(whole):
    dat = whole("mode")
    few = dat.reduce(50)
    assert dat.coded is not None
    assert (few.times - T0).tolist() == [
        0,
        9_999,
        10_000,
        39_999,
        40_000,
        49_999,
        50_000,
        79_999,
        80_000,
        89_999,
        90_000,
        99_999,
    ]
    assert few.vals.tolist() == ["ON", "ON", "OFF", "OFF"] * 3
    assert few.raw_vals.tolist() == [5, 5, 0, 0] * 3


def test_flags_keep_exactly_their_changes(whole):
    assert (whole("flag").reduce(50).times - T0).tolist()[:4] == [0, 9_999, 10_000, 39_999]


def test_states_that_change_too_often_are_reduced_all_the_same(whole):
    few = whole("rapid").reduce(50)
    assert 25 <= len(few) <= 50
    assert set(few.vals) == {"A", "B", "C"} or set(few.vals) == {"A", "C"}


def test_states_whose_texts_were_asked_for_reduce_alike(whole):
    coded, texts = whole("mode"), whole("mode")
    assert texts.vals[0] == "ON"
    np.testing.assert_array_equal(texts.reduce(50).times, coded.reduce(50).times)
    codes, names = coded_texts(texts)
    np.testing.assert_array_equal(names[codes], texts.vals)


def test_statistics_keep_the_lowest_minimum_and_the_highest_maximum(whole):
    dat = whole("temp", stat="90s", filter_bad=True)
    few = dat.reduce(60)
    assert len(few) <= 60
    assert few.mins.min() == dat.mins.min() == -9.0
    assert few.maxes.max() == dat.maxes.max()
    assert few.vals is few.means
    rows = np.searchsorted(dat.times, few.times)
    for name in dat.colnames:
        np.testing.assert_array_equal(getattr(few, name), getattr(dat, name)[rows])


@pytest.mark.parametrize("name", ["tephin", "aamode", "aabool"])
@pytest.mark.parametrize("n", [0, 1, 5, 1000])
def test_any_number_of_any_kind_may_stay(in_use, name, n):
    few = fetch.MSID(name, *ALL).reduce(n)
    assert len(few.times) == len(few.vals) <= n
    assert len(fetch.MSID(name, "2020:001", "2020:002").reduce(n)) == 0


def test_a_negative_number_is_refused(in_use):
    with pytest.raises(ValuesError, match="n is -1"):
        fetch.MSID("tephin", *ALL).reduce(-1)


def test_what_was_reduced_can_be_worked_with(whole):
    few = pickle.loads(pickle.dumps(whole("temp").reduce(100)))
    few.filter_bad()
    few.interpolate(dt=1000.0)
    assert len(few) > 50
    assert len(few.copy().reduce(10)) <= 10


def lines_of(dat):
    axes = Figure().subplots()
    dat.plot(ax=axes)
    return axes.lines[0].get_ydata()


def test_what_was_reduced_is_drawn_without_gaps_that_are_none(whole):
    """Samples that were left out are no gap; of states, of which few stay, neither."""
    temp = whole("temp")
    temp.filter_bad()
    assert not np.isnan(lines_of(temp.reduce(100))).any()
    assert not np.isnan(lines_of(whole("mode").reduce(50))).any()


def test_a_gap_wider_than_what_is_left_out_is_drawn_as_one(whole):
    dat = whole("temp")
    dat.filter_bad()
    dat.remove_intervals([(T0 + 30_000, T0 + 60_000)])
    assert np.isnan(lines_of(dat.reduce(200))).sum() == 1


def test_a_set_reduces_each_member(whole, long):
    dats = fetch.MSIDset(["temp", "mode"], "2010:001", "2010:003")
    few = dats.reduce(40)
    assert type(few) is fetch.MSIDset
    assert list(few) == ["temp", "mode"]
    assert [len(member) <= 40 for member in few.values()] == [True, True]
    assert len(dats["temp"]) == 100_000
    assert (few.tstart, few.datestop) == (dats.tstart, dats.datestop)


def test_a_reduced_set_has_no_common_times(whole):
    dats = fetch.MSIDset(["temp", "flag"], "2010:001", "2010:003")
    dats.interpolate(dt=10.0)
    assert not hasattr(dats.reduce(40), "times")
    assert hasattr(dats, "times")
