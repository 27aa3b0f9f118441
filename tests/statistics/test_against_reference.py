"""Statistics of random series against the plain formulation: one bin after another, with numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats.mstats import mquantiles

from jeta.statistics import PERCENTILES, bin_columns
from jeta.statistics.bins import BLOCK_ROWS, Bins
from jeta.statistics.percentiles import percentiles

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
    """Each bin's number, times and values, and how many NaN there are besides, found by looking at every bin edge."""
    measured = ~np.isnan(vals) if vals.dtype.kind == "f" else np.ones(len(vals), bool)
    for index in sorted(set((times[measured] // dt).astype(int).tolist())):
        inside = (times >= index * dt) & (times < (index + 1) * dt)
        yield index, times[inside & measured], vals[inside & measured], int(np.sum(inside & ~measured))


@pytest.mark.parametrize("type_", ["f8", "f4", "i2", "u1", "i8", "?"])
@pytest.mark.parametrize("dt", [328, 86400, 10.25])
def test_numbers(type_, dt):
    @given(series(type_))
    @settings(max_examples=40, deadline=None)
    def check(drawn):
        times, vals = drawn
        ours = bin_columns(times, vals, dt, daily=True)
        rows = [(index, len(t), *numeric_row(t, v), nans) for index, t, v, nans in rows_of(times, vals, dt)]
        assert len(rows) == len(ours["index"])
        assert ("nan" in ours) == (vals.dtype.kind == "f")
        expected_columns = [np.array(column) for column in zip(*rows, strict=True)]
        for (name, column), expected in zip(ours.items(), expected_columns, strict=False):
            spread = 1e-9 * np.nanmax(np.abs(vals.astype(float)))  # what cancellation leaves of a sum of large values
            np.testing.assert_allclose(column, expected, rtol=1e-12, atol=spread, err_msg=name)

    check()


@given(series("U4"))
@settings(max_examples=60, deadline=None)
def test_texts(drawn):
    times, vals = drawn
    ours = bin_columns(times, vals, 328, daily=False, state_codes=STATES)
    rows = [
        (index, len(v), v[len(v) // 2], *(sum(x.rstrip() == state for x in v) for _, state in STATES))
        for index, _, v, _ in rows_of(times, vals, 328)
    ]
    assert list(zip(*(column.tolist() for column in ours.values()), strict=True)) == rows


SIGNED_ZEROS = st.sampled_from([0.0, -0.0, np.nan, 1.0, -1.0, 1 / 3, np.inf])


@given(series("f8"), st.sampled_from([328, 86400]), st.data())
@settings(max_examples=60, deadline=None)
def test_a_bin_depends_on_its_own_samples_only(drawn, dt, data):
    """Working out touched bins anew gives the bytes that working out all of them gives; which zeros have a sign included."""
    times, vals = drawn
    if data.draw(st.booleans(), "with zeros of both signs"):
        vals = data.draw(hnp.arrays("f8", len(times), elements=SIGNED_ZEROS))
    whole = bin_columns(times, vals, dt, daily=True)
    for row, index in enumerate(whole["index"].tolist()):
        inside = (times >= index * dt) & (times < (index + 1) * dt)
        alone = bin_columns(times[inside], vals[inside], dt, daily=True)
        assert all(alone[name].tobytes() == column[row : row + 1].tobytes() for name, column in whole.items())


@pytest.mark.parametrize("type_", ["f8", "f4", "i2", "?"])
@pytest.mark.parametrize("dt", [7, 328, 5000, 86400])
def test_a_series_in_parts_gives_the_bytes_of_the_whole(type_, dt):
    """Long series with jitter, gaps, NaN and zeros of both signs, cut at bins by chance: blocks fall elsewhere in each."""
    rng = np.random.default_rng(dt)
    rows = 300_000
    times = 1e9 + np.cumsum(rng.uniform(0.5, 1.5, rows) * np.where(rng.random(rows) < 1e-4, 3000, 1))
    vals = np.round(rng.normal(0, 2, rows) * rng.choice([0.0, 0.1, 1.0], rows), 1).astype(type_)
    if vals.dtype.kind == "f":
        vals[rng.random(rows) < 1e-4] = np.nan
        vals[100_000:130_000] = np.nan
    whole = bin_columns(times, vals, dt, daily=True)
    edges = np.sort(rng.choice(np.unique(times // dt), 5)) * dt
    rows_of_edges = [0, *np.searchsorted(times, edges), rows]
    parts = [
        bin_columns(times[a:b], vals[a:b].copy(), dt, daily=True)
        for a, b in zip(rows_of_edges, rows_of_edges[1:], strict=False)
    ]
    for name, column in whole.items():
        assert column.tobytes() == np.concatenate([part[name] for part in parts]).tobytes(), name


@given(series("i2"))
@settings(max_examples=60, deadline=None)
def test_statistics_are_in_order(drawn):
    """Nothing is below the least or above the greatest, and percentiles do not cross."""
    times, vals = drawn
    ours = bin_columns(times, vals, 328, daily=True)
    ladder = [ours["min"], *(ours[name] for name in PERCENTILES), ours["max"]]
    assert all(np.all(low <= high) for low, high in zip(ladder, ladder[1:], strict=False))
    assert np.all((ours["min"] <= ours["mean"]) & (ours["mean"] <= ours["max"]))


def test_more_values_than_are_worked_on_at_a_time():
    """Bins in many blocks, the last of them shorter."""
    rng = np.random.default_rng(5)
    times = np.arange(20 * BLOCK_ROWS + 12345) * 1.0
    vals = rng.normal(size=times.size).astype("f4")
    ours = bin_columns(times, vals, 1000, daily=True)
    assert ours["n"].sum() == times.size
    for row in (0, 1, 65, 66, 1000, len(ours["n"]) - 1):
        inside = vals[row * 1000 : (row + 1) * 1000]
        expected = mquantiles(inside.astype(float), list(PERCENTILES.values()), alphap=0.4, betap=0.4)
        np.testing.assert_allclose([ours[name][row] for name in PERCENTILES], expected, rtol=1e-12)
        assert ours["mean"][row] == pytest.approx(inside.mean(dtype=float), rel=1e-9, abs=1e-12)


@given(st.lists(st.sampled_from([1, 2, 3, 50, 51, 400]), min_size=1, max_size=40), st.sampled_from(["f8", "u1", "?"]))
@settings(max_examples=60, deadline=None)
def test_percentiles_of_bins_of_like_and_unlike_sizes(counts, type_):
    """Whether the bins of a block make one full matrix, a padded one, or several."""
    rows = np.array(counts)
    vals = np.random.default_rng(len(counts)).integers(0, 200, rows.sum()).astype(type_)
    bins = Bins(np.arange(rows.size), np.cumsum(rows) - rows, rows)
    shares = [0.0, 0.01, 0.3, 0.5, 0.999, 1.0]
    parts = np.split(vals.astype(float), bins.starts[1:])
    expected = np.array([mquantiles(part, shares, alphap=0.4, betap=0.4) for part in parts])
    np.testing.assert_allclose(percentiles(vals, bins, shares), expected.T, rtol=1e-12)
