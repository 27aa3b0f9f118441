"""The statistics of a small archive of the original jeta: against the truth, and against what the original itself returned."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.statistics import PERCENTILES, bin_columns, bin_width_s, statistics

MSIDS = ["SA_TFAST1", "IGDP_TEMP_A", "SA_ZCOUNT", "IMIR_HK_V", "SA_ZMODE"]
STATS = ["5min", "daily"]
EXACT = ["index", "n", "val", "min", "max"]
LAST_DIGITS = 1e-13  # of percentiles: one multiplication and one addition, which may be ordered otherwise


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "legacy_jeta1" / "expected"


@pytest.fixture(scope="module")
def truth(folder):
    """Times and values that an archive without loss holds, by MSID."""
    with np.load(folder / "truth.npz") as arrays:
        return {name: (arrays[f"{name}__times_ms"] / 1000.0, arrays[f"{name}__values"]) for name in MSIDS}


@pytest.mark.parametrize("stat", STATS)
@pytest.mark.parametrize("msid", MSIDS)
def test_statistics_are_those_of_the_truth(folder, truth, msid, stat):
    """What cheta's own function made of these samples, unfinished bins included; it rounds means to float32."""
    ours = bin_columns(*truth[msid], bin_width_s(stat), daily=stat == "daily")
    with np.load(folder / "truth_stats.npz") as arrays:
        prefix = f"{msid}__{stat}__"
        expected = {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}
    assert ours.pop("nan").tolist() == [0] * len(expected["index"])
    assert list(ours) == list(expected)
    for name, column in expected.items():
        if name in EXACT:
            assert ours[name].dtype == column.dtype
            np.testing.assert_array_equal(ours[name], column, err_msg=name)
        else:
            close = LAST_DIGITS if name in PERCENTILES else 1e-6
            np.testing.assert_allclose(ours[name], column, rtol=close, atol=1e-9, err_msg=name)
    rounded = np.abs(ours["mean"].astype(np.float32) - expected["mean"])
    assert np.all(rounded <= np.spacing(np.abs(expected["mean"])))


def original(folder, msid, stat):
    """What the original returned for a whole archive."""
    with np.load(folder / f"original_whole_{stat}_{msid}.npz") as arrays:
        return dict(arrays)


def untouched(ours, theirs, times, dt):
    """Rows of ours and of theirs for the bins in which the original had the samples of the truth.

    By the original's faults, which the README of the data tells, other bins differ, and rightly so:

    * it archived 800 rows of APID 712 and dropped a file that came late, so some bins have more or fewer samples;
    * its times went through Julian dates, so of the samples right on an edge about half are in the bin before. One may leave a bin
      as another comes in, so all bins with a sample on one of their edges are left out, whatever their number of samples.
    """
    nearest = np.round(times / dt)
    on_edge = nearest[np.abs(times - nearest * dt) < 1e-4]
    common, our_rows, their_rows = np.intersect1d(ours["indexes"], theirs["indexes"], return_indices=True)
    same = ours["samples"][our_rows] == theirs["samples"][their_rows]
    same &= ~np.isin(common, np.concatenate((on_edge, on_edge - 1)))
    return our_rows[same], their_rows[same]


@pytest.mark.parametrize("msid", MSIDS)
@pytest.mark.parametrize(("stat", "least"), [("5min", 0.5), ("daily", 0.3)])
def test_statistics_are_those_of_the_original_where_it_had_the_true_samples(folder, truth, msid, stat, least):
    """Its times went through Julian dates, so weights differ by microseconds. There are enough such bins, or nothing is proved."""
    dt = bin_width_s(stat)
    ours, theirs = statistics(*truth[msid], dt, daily=stat == "daily"), original(folder, msid, stat)
    assert list(ours)[:-1] == list(theirs)
    our_rows, their_rows = untouched(ours, theirs, truth[msid][0], dt)
    assert len(our_rows) >= least * len(theirs["times"])
    for name, column in theirs.items():
        close = 0 if name in {"times", "indexes", "samples", "mins", "maxes", "midvals"} else 2e-6
        np.testing.assert_allclose(ours[name][our_rows], column[their_rows], rtol=close, atol=close, err_msg=name)
