"""Which bin an instant is in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import StatError, ValuesError
from jeta.statistics import Bins, bin_edges, bin_midpoints, bin_numbers, bin_width_s
from jeta.statistics.bins import BLOCK_ROWS


def test_the_stored_products_have_bins_of_328_and_86400_seconds():
    assert (bin_width_s("5min"), bin_width_s("daily")) == (328, 86400)


def test_an_unknown_product_is_an_error_that_names_those_there_are():
    with pytest.raises(StatError, match=r"'weekly'.*5min, daily"):
        bin_width_s("weekly")


def test_an_instant_on_an_edge_is_in_the_later_bin():
    assert bin_numbers([328.0, np.nextafter(328.0, 0), 656.0], 328).tolist() == [1, 0, 2]


def test_bins_before_time_zero_have_negative_numbers():
    assert bin_numbers([-0.001, -328.0, -328.001], 328).tolist() == [-1, -1, -2]


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from([328.0, 86400.0, 0.1, 32.8, 1.025, 3.0, 7.7]),
    st.sampled_from([-1, 0, 1]),
)
@settings(max_examples=100, deadline=None)
def test_a_time_is_never_outside_its_bin_not_even_by_rounding(number, width, neighbour):
    """Edges and their neighbours among the float64 numbers are where a rounded quotient goes wrong."""
    edge = number * width
    time = np.array([np.nextafter(edge, neighbour * np.inf) if neighbour else edge])
    (starts, stops) = bin_edges(bin_numbers(time, width), width)
    assert starts[0] <= time[0] < stops[0]


def test_the_midpoint_is_that_of_the_bin():
    """Section 12 of the contract: the first 5min and daily bins of the archive scenario."""
    assert bin_midpoints([1154546], 328).tolist() == [378691252.0]
    assert bin_midpoints([4383], 86400).tolist() == [378734400.0]


def test_edges_are_multiples_of_the_width():
    starts, stops = bin_edges([0, 1, 3], 328)
    assert (starts.tolist(), stops.tolist()) == ([0.0, 328.0, 984.0], [328.0, 656.0, 1312.0])


def test_rows_are_grouped_and_empty_bins_are_absent():
    bins = Bins.of([0.0, 10.0, 20.0, 320.0, 330.0, 1400.0], 328)
    assert bins.indexes.tolist() == [0, 1, 4]
    assert bins.starts.tolist() == [0, 4, 5]
    assert bins.counts.tolist() == [4, 1, 1]
    assert bins.lasts.tolist() == [3, 4, 5]


@given(
    st.lists(st.sampled_from([0.0, 0.1, 0.3, 1.0, 7.0, 40.0, 500.0]), min_size=1, max_size=80),
    st.sampled_from([0.1, 0.3, 1.0, 7.7, 40.0, 328.0]),
    st.sampled_from([-3.0, 0.0, 599473300.3]),
)
@settings(max_examples=200, deadline=None)
def test_grouping_by_edges_and_by_numbers_is_the_same(steps, width, start):
    """Times on edges included: both ways follow the rule of `bin_numbers`."""
    times = start + np.cumsum(steps)
    numbers = bin_numbers(times, width)
    indexes, starts, counts = np.unique(numbers, return_index=True, return_counts=True)
    by_edges = Bins._by_edges(times, numbers[0], numbers[-1], width)
    for bins in (by_edges, Bins._by_numbers(times, width), Bins.of(times, width)):
        assert bins.indexes.tolist() == indexes.tolist()
        assert bins.starts.tolist() == starts.tolist()
        assert bins.counts.tolist() == counts.tolist()


def test_bins_that_lie_across_blocks_of_rows_are_one():
    """Grouping by numbers goes over blocks of rows, and two rows a bin make edges too many to look up."""
    times = np.arange(2.0 * BLOCK_ROWS + 3) + 1.0
    bins = Bins.of(times, 2)
    assert bins.indexes.tolist() == list(range(BLOCK_ROWS + 2))
    assert set(bins.counts[1:-1].tolist()) == {2}
    assert (bins.counts[0], bins.counts[-1]) == (1, 2)


@given(st.lists(st.integers(1, 9), max_size=30), st.integers(1, 12))
def test_blocks_are_whole_bins_that_follow_one_another(counts, most):
    """None has more rows than allowed unless it is a single bin, and there is always one."""
    rows = np.array(counts, np.int64)
    bins = Bins(np.arange(rows.size) * 3, np.cumsum(rows) - rows, rows)
    row, indexes = 0, []
    for part, block in bins.blocks(most):
        assert part.start == row
        assert block.starts.tolist() == (np.cumsum(block.counts) - block.counts).tolist()
        assert part.stop - part.start == block.counts.sum()
        assert part.stop - part.start <= most or len(block) == 1
        row, indexes = part.stop, [*indexes, *block.indexes.tolist()]
    assert (row, indexes) == (rows.sum(), bins.indexes.tolist())
    assert len(list(bins.blocks(most))) >= 1


def test_no_rows_are_in_no_bins():
    assert len(Bins.of([], 328)) == 0


@pytest.mark.parametrize("width", [0, -328, np.nan, np.inf, "328", None])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(ValuesError, match=r"bin width .* above 0"):
        bin_numbers([1.0], width)


@pytest.mark.parametrize("time", [np.nan, np.inf, -np.inf, 1e300])
def test_a_time_without_a_bin_number_is_refused(time):
    with pytest.raises(ValuesError, match="expected finite times"):
        bin_numbers([1.0, time], 328)
