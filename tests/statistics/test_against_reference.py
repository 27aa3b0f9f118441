"""Statistics of random series against the plain formulation: one bin after another, with numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats.mstats import mquantiles

from jeta.statistics import PERCENTILES, bin_columns
from jeta.statistics.compute import _BLOCK_CELLS

STATES = [(0, "OFF"), (1, "ON"), (2, "STBY")]
SIXTY_FOURTHS = st.integers(-(2**20), 2**20).map(lambda number: number / 64)  # squares of them do not underflow
VALUES = {
    "f8": SIXTY_FOURTHS | st.just(np.nan),
    "f4": SIXTY_FOURTHS | st.just(np.nan),
    "i2": st.integers(-(2**15), 2**15 - 1),
    "u1": st.integers(0, 255),
    "i8": st.integers(-(2**53), 2**53),
    "?": st.booleans(),
    "U4": st.sampled_from(["OFF", "ON", "ON ", "????"]),
}


@st.composite
def series(draw, type_):
    """Sorted times with repeats, gaps and lonely samples, and as many values."""
    steps = draw(st.lists(st.sampled_from([0.0, 0.25, 1.025, 32.8, 90.0, 400.0, 5000.0]), max_size=60))
    start = draw(st.sampled_from([-1000.0, 0.0, 599473300.25]))
    times = start + np.cumsum(steps)
    return times, draw(hnp.arrays(type_, len(steps), elements=VALUES[type_]))


def weights_of(times):
    if len(times) <= 2:
        return np.ones(len(times))
    inner = [(times[i] - times[i - 1] + times[i + 1] - times[i]) / 2 for i in range(1, len(times) - 1)]
    return np.clip([times[1] - times[0], *inner, times[-1] - times[-2]], 0.001, 300.0)


def numeric_row(times, vals):
    weights, values = weights_of(times), vals.astype(float)
    mean = np.average(values, weights=weights)
    std = np.sqrt(np.average((values - mean) ** 2, weights=weights))
    quantiles = mquantiles(values, list(PERCENTILES.values()), alphap=0.4, betap=0.4)
    return [vals[len(vals) // 2], vals.min(), vals.max(), mean, std, *quantiles]


def rows_of(times, vals, dt):
    """Each bin's number, times and values, found by looking at every bin edge."""
    if vals.dtype.kind == "f":
        times, vals = times[~np.isnan(vals)], vals[~np.isnan(vals)]
    for index in sorted(set((times // dt).astype(int).tolist())):
        inside = (times >= index * dt) & (times < (index + 1) * dt)
        yield index, times[inside], vals[inside]


@pytest.mark.parametrize("type_", ["f8", "f4", "i2", "u1", "i8", "?"])
@pytest.mark.parametrize("dt", [328, 86400, 10.25])
def test_numbers(type_, dt):
    @given(series(type_))
    @settings(max_examples=40, deadline=None)
    def check(drawn):
        times, vals = drawn
        ours = bin_columns(times, vals, dt, daily=True)
        rows = [(index, len(t), *numeric_row(t, v)) for index, t, v in rows_of(times, vals, dt)]
        assert len(rows) == len(ours["index"])
        for (name, column), expected in zip(ours.items(), zip(*rows, strict=True), strict=False):
            close = 1e-6 if name == "mean" else 1e-12
            spread = 1e-9 * np.nanmax(np.abs(vals.astype(float)))  # what cancellation leaves of a sum of large values
            np.testing.assert_allclose(column, np.array(expected), rtol=close, atol=spread, err_msg=name)

    check()


@given(series("U4"))
@settings(max_examples=60, deadline=None)
def test_texts(drawn):
    times, vals = drawn
    ours = bin_columns(times, vals, 328, daily=False, state_codes=STATES)
    rows = [
        (index, len(v), v[len(v) // 2], *(sum(x.rstrip() == state for x in v) for _, state in STATES))
        for index, _, v in rows_of(times, vals, 328)
    ]
    assert list(zip(*(column.tolist() for column in ours.values()), strict=True)) == rows


@given(series("f8"), st.sampled_from([328, 86400]))
@settings(max_examples=60, deadline=None)
def test_a_bin_depends_on_its_own_samples_only(drawn, dt):
    """Working out touched bins anew gives what working out all of them gives."""
    times, vals = drawn
    whole = bin_columns(times, vals, dt, daily=True)
    for row, index in enumerate(whole["index"].tolist()):
        inside = (times >= index * dt) & (times < (index + 1) * dt)
        alone = bin_columns(times[inside], vals[inside], dt, daily=True)
        assert all(alone[name].tolist() == [column[row]] for name, column in whole.items())


@given(series("i2"))
@settings(max_examples=60, deadline=None)
def test_statistics_are_in_order(drawn):
    """Nothing is below the least or above the greatest, and percentiles do not cross."""
    times, vals = drawn
    ours = bin_columns(times, vals, 328, daily=True)
    ladder = [ours["min"], *(ours[name] for name in PERCENTILES), ours["max"]]
    assert all(np.all(low <= high) for low, high in zip(ladder, ladder[1:], strict=False))
    assert np.all((ours["min"] <= ours["mean"]) & (ours["mean"] <= ours["max"]))


def test_more_values_than_are_sorted_at_a_time():
    """Bins in several blocks, the last of them shorter."""
    rng = np.random.default_rng(5)
    times = np.arange(_BLOCK_CELLS + 12345) * 1.0
    vals = rng.normal(size=times.size).astype("f4")
    ours = bin_columns(times, vals, 1000, daily=True)
    assert ours["n"].sum() == times.size
    for row in (0, 1, 2000, len(ours["n"]) - 1):
        inside = vals[row * 1000 : (row + 1) * 1000]
        expected = mquantiles(inside.astype(float), list(PERCENTILES.values()), alphap=0.4, betap=0.4)
        np.testing.assert_allclose([ours[name][row] for name in PERCENTILES], expected, rtol=1e-12)
