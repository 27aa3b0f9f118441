"""Contract 12: its statistics and names of columns, through `fetch` and to the printed digit.

Its intervals are in the tests of 3.6 and 3.7, its first lines of zips in 3.8, its event expressions in 4.9.
"""

from __future__ import annotations

import numpy as np
import pytest

from conformance.small import describe, put
from jeta import fetch
from jeta.tdb import Entry

DAY = 86400.0

ROWS = {
    "indexes": [0, 1, 2],
    "samples": [4, 1, 1],
    "midvals": [3, 5, 6],
    "mins": [1, 5, 6],
    "maxes": [4, 5, 6],
    "means": [3.5684211, 5, 6],
}


@pytest.fixture
def six(archive):
    """Times 0, 10, 20, 320, 330, 700, values 1 to 6 as float32; and one at the end of the third day, that bins are over."""
    put("x", [0, 10, 20, 320, 330, 700, 3 * DAY], np.array([1, 2, 3, 4, 5, 6, 7], np.float32))
    return archive


def test_statistics_of_six_samples(six):
    dat = fetch.MSID("x", 0.0, 984.0, stat="5min")
    for name, column in ROWS.items():
        assert getattr(dat, name).tolist() == pytest.approx(column, rel=1e-7), name
    assert dat.times.tolist() == [164, 492, 820]
    assert dat.vals is dat.means


def test_standard_deviation_and_percentiles_of_the_first_four(archive):
    """The first day has those alone, so that its bin is that of 328 s."""
    put("y", [0, 10, 20, 320, DAY], np.array([1, 2, 3, 4, 0], np.float32))
    dat = fetch.MSID("y", 0.0, DAY, stat="daily")
    assert [float(getattr(dat, f"p{n:02d}s")[0]) for n in (1, 16, 50, 84, 99)] == pytest.approx(
        [1, 1.072, 2.5, 3.928, 4]
    )
    assert (dat.samples.tolist(), dat.means[0], dat.stds[0]) == (
        [4],
        pytest.approx(3.5684211, rel=1e-7),
        pytest.approx(0.6432259, rel=1e-6),
    )


def test_names_of_columns_of_state_counts(archive):
    """`n_RUNS` becomes `n_RUNSs`, and state `+1/2` the column `n_PLUS_1_DIV_2`."""
    states = {0: "OFF", 1: "RUNS", 2: "+1/2"}
    describe(archive, Entry("S", state_codes=states))
    put("s", [0, 10, 20, 30, 400], ["OFF", "RUNS", "RUNS", "+1/2", "OFF"])
    dat = fetch.MSID("s", 0.0, 328.0, stat="5min")
    assert set(dat.colnames) >= {"times", "indexes", "samples", "vals", "n_OFFs", "n_RUNSs", "n_PLUS_1_DIV_2s"}
    assert (dat.n_OFFs.tolist(), dat.n_RUNSs.tolist(), dat.n_PLUS_1_DIV_2s.tolist()) == ([1], [2], [1])
