"""Section 12 of the contract, its archive scenario: five days at 32.8 s from 2010:001:00:00:00.100, with a gap on the third.

By decision every complete bin is there at once: where cheta writes no bin until two more are complete, and so has three daily
rows of this archive, jeta has five, those whose end the last sample has passed.
"""

from __future__ import annotations

import numpy as np
import pytest

from jeta import fetch, fetch_eng
from jeta.times import show

pytestmark = pytest.mark.usefixtures("scenario")

BEGIN = 378_691_266.184  # 2010:001
ALL = ("2009:365", "2010:010")


def date(seconds):
    return show(float(seconds), "date", "cxcsec")


def test_12_first_day_has_2635_samples():
    dat = fetch.MSID("tephin", "2010:001", "2010:002")
    assert len(dat) == 2635
    assert date(dat.times[0]) == "2010:001:00:00:00.100"


def test_12_gap_is_where_it_was_made():
    times = fetch.MSID("tephin").times
    before = int(np.argmax(np.diff(times)))
    assert times[before] - BEGIN < 173_800
    assert times[before + 1] - BEGIN >= 192_800


def test_12_first_5min_index_and_its_samples():
    dat = fetch.MSID("tephin", *ALL, stat="5min")
    assert (dat.indexes[0], dat.samples[0], dat.times[0]) == (1_154_546, 5, 378_691_252.0)


def test_12_first_bin_whose_midpoint_lies_in_the_day():
    dat = fetch.MSID("tephin", "2010:001", "2010:002", stat="5min")
    assert date(dat.times[0]) == "2010:001:00:05:13.816"


@pytest.mark.parametrize("kind", [fetch.MSID, fetch.Msid, fetch_eng.MSID])
@pytest.mark.parametrize(("stat", "index"), [("5min", 1_154_546), ("daily", 4383)])
def test_12_first_bin_is_there_without_a_start_too(kind, stat, index):
    """Its midpoint lies before the first sample, where a fetch without start begins; cheta begins at launch."""
    assert kind("tephin", stat=stat).indexes[0] == index
    assert fetch.MSIDset(["tephin"], stat=stat)["tephin"].indexes[0] == index


def test_12_first_daily_index_and_its_time():
    dat = fetch.MSID("tephin", *ALL, stat="daily")
    assert (dat.indexes[0], dat.times[0], date(dat.times[0])) == (4383, 378_734_400.0, "2010:001:11:58:53.816")


def test_12_every_complete_daily_bin_is_there():
    """Three in cheta, which are the first three here."""
    dat = fetch.MSID("tephin", *ALL, stat="daily")
    assert dat.indexes.tolist() == [4383, 4384, 4385, 4386, 4387]
    last = fetch.get_time_range("tephin")[1]
    assert 4388 * 86400 <= last < 4389 * 86400


def test_12_every_complete_5min_bin_but_those_of_the_gap_is_there():
    dat = fetch.MSID("tephin", *ALL, stat="5min")
    last = int(fetch.get_time_range("tephin")[1] // 328)
    occupied = np.unique(fetch.Msid("tephin").times // 328).astype(int)
    assert dat.indexes.tolist() == occupied[occupied < last].tolist()


def test_12_daily_samples_are_the_good_ones_of_the_bins():
    times = fetch.Msid("tephin").times
    dat = fetch.MSID("tephin", *ALL, stat="daily")
    assert dat.samples.tolist() == [int((times // 86400 == index).sum()) for index in dat.indexes]


def test_12_states_are_counted_in_daily_bins():
    dat = fetch.MSID("aamode", *ALL, stat="daily")
    assert (dat.n_OFFs + dat.n_ONs).tolist() == dat.samples.tolist()


def test_12_derived_name_and_its_length():
    dat = fetch.MSID("Xyz", "2010:001", "2010:002")
    assert (dat.msid, dat.MSID, len(dat)) == ("Xyz", "DP_XYZ", 2635)


def test_12_std_ratio_and_a_mean_in_engineering_units():
    cxc, eng = (module.MSID("tephin", *ALL, stat="daily") for module in (fetch, fetch_eng))
    np.testing.assert_allclose(eng.stds / cxc.stds, 1.8, rtol=1e-12)
    np.testing.assert_allclose(eng.means, 44.3, atol=1.0)
