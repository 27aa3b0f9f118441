"""`jeta.fetch.summary`: a few numbers on the samples of an object."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.fetch.summary import summary
from jeta.statistics import statistics
from jeta.tdb import Entry, write_yaml

S = 1_600_000_000.0
TIMES = S + np.array([0.0, 10.0, 20.0, 320.0, 330.0, 700.0])


@pytest.fixture
def archive(tmp_path):
    archive = create_archive(tmp_path / "a")
    write_yaml([Entry("SA_HELD", on_change=True, type="float64")], archive.layout.tdb / "held.yaml")
    bad = np.array([0, 0, 1, 0, 0, 0], bool)
    update.append("SA_NUM", TIMES, [1.0, 2.0, 99.0, 4.0, 5.0, 6.0], bad, archive=archive)
    update.append("SA_HELD", TIMES, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], archive=archive)
    update.append("SA_STATE", TIMES, ["ON", "ON", "OFF", "ON", "", "ON"], bad, archive=archive)
    update.append("SA_FLAG", TIMES, [True, False, False, False, True, True], archive=archive)
    with fetch.set_archive(archive):
        yield archive


def test_numbers_are_those_of_one_bin_of_the_statistics(archive):
    dat = fetch.MSID("SA_NUM", S, S + 1000)
    sums = summary(dat, (5, 50))
    good = fetch.Msid("SA_NUM", S, S + 1000)
    one = statistics(good.times - S, good.vals, 1400.0, daily=True, percentiles={"p05": 0.05, "p50": 0.5})
    assert (sums.samples, sums.bad, sums.states) == (5, 1, {})
    assert sums.numbers == {
        "min": 1.0,
        "max": 6.0,
        "mean": one["means"][0],
        "std": one["stds"][0],
        "p05": one["p05s"][0],
        "p50": 4.0,
    }


def test_held_values_count_as_long_as_they_hold(archive):
    """1 for 10 s, 2 for 10 s, 3 for 300 s, 4 for 10 s, 5 for 370 s, 6 for 100 s."""
    sums = summary(fetch.MSID("SA_HELD", S, S + 800))
    assert sums.numbers["mean"] == pytest.approx((10 + 20 + 900 + 40 + 1850 + 600) / 800)


def test_states_are_shares_of_good_samples_the_most_frequent_first(archive):
    for dat in (fetch.MSID("SA_STATE", S, S + 1000), fetch.MSID("SA_STATE", S, S + 1000)):
        sums = summary(dat)
        assert (sums.samples, sums.bad, sums.numbers) == (5, 1, {})
        assert list(sums.states.items()) == [("ON", 0.8), ("", 0.2)]
        assert dat.vals is not None  # the texts, instead of codes, give the same the second time
        assert summary(dat) == sums


def test_truth_values_are_numbers(archive):
    numbers = summary(fetch.MSID("SA_FLAG", S, S + 1000)).numbers
    assert (numbers["min"], numbers["max"], numbers["p50"]) == (0.0, 1.0, 0.5)


def test_statistics_are_summed_up_over_their_bins(archive):
    dat = fetch.MSID("SA_FLAG", S, S + 1000, stat="300s")
    sums = summary(dat)
    assert sums.samples == len(dat)
    assert sums.numbers == {
        "min": 0.0,
        "max": 1.0,
        "mean": pytest.approx(np.average(dat.vals, weights=dat.samples)),
    }


def test_nothing_gives_nothing(archive):
    for name in ("SA_NUM", "SA_STATE"):
        for stat in (None, "1h"):
            empty = summary(fetch.MSID(name, S - 20, S - 10, stat=stat))
            assert (empty.samples, empty.bad, empty.numbers, empty.states) == (0, 0, {}, {})


def test_nothing_but_nan_has_no_numbers(archive):
    update.append("SA_NAN", TIMES, np.full(6, np.nan), archive=archive)
    assert summary(fetch.MSID("SA_NAN", S, S + 1000)).numbers == {}
