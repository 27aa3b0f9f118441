"""Moving means against the plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.computed import windows
from jeta.computed.windows import EDGE_S, moving_mean, window_sums

VALUES = st.one_of(st.floats(-1e3, 1e3), st.sampled_from([0.0, 1e15, -1e15]))
SERIES = st.lists(st.tuples(st.integers(0, 60), VALUES), max_size=40).map(sorted)


@settings(max_examples=80, deadline=None)
@given(SERIES, st.lists(st.integers(0, 60), max_size=10).map(sorted), st.integers(0, 70), st.sampled_from([3, 2**17]))
def test_moving_mean_is_the_mean_of_what_is_inside(series, at, width, block_rows):
    times = np.array([time for time, _ in series], float)
    values = np.array([value for _, value in series], float)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_BLOCK_ROWS", block_rows)
        means = moving_mean(times, values, np.array(at, float), float(width))
    for middle, mean in zip(at, means, strict=True):
        inside = values[np.abs(times - middle) <= width / 2]
        if len(inside):
            assert mean == pytest.approx(inside.mean(), rel=1e-12, abs=1e-12 * np.abs(inside).max())
        else:
            assert np.isnan(mean)


def test_one_wild_value_spoils_only_the_windows_that_hold_it():
    values = np.full(1000, 0.1)
    values[500] = 1e30
    means = moving_mean(np.arange(1000.0), values, np.arange(1000.0), 4.0)
    assert np.abs(np.delete(means, range(498, 503)) - 0.1).max() < 1e-16


def test_no_digits_are_lost_over_years():
    """Two million samples on a high level: as good at the end as at the beginning."""
    values = np.tile([1e9, 1e9 + 1e-3], 1_000_000)
    means = moving_mean(np.arange(2e6), values, np.array([11.0, 2e6 - 10.0]), 2.0)
    assert means == pytest.approx([1e9 + 1e-3 / 3, 1e9 + 2e-3 / 3], abs=2.5e-7)


def test_edges_are_inside_to_a_microsecond():
    times = np.array([0.0, 1.0 + EDGE_S / 2, 1.0 + 3 * EDGE_S])
    assert moving_mean(times, np.array([1.0, 3.0, 100.0]), np.zeros(1), 2.0).tolist() == [2.0]


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 8, 13])
def test_sums_of_windows_of_any_length(length):
    first = np.arange(14 - length)
    values = np.arange(13.0) ** 2
    expected = [values[begin : begin + length].sum() for begin in first]
    assert window_sums(values, first, first + length).tolist() == expected
