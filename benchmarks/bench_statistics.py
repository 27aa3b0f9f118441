"""Statistics of 92 million float64 samples of 1 Hz (12-bit values, millisecond jitter): the 5-minute and the daily product.

Part 1 is arithmetic on arrays, without an archive, on one core. Peers in the same run, on the same samples: a loop over the bins
with numpy and scipy (on a twentieth of the samples), and a pandas groupby (on a quarter, since it needs many times their memory).
Rates are per sample, so parts compare. The loop must give the same numbers; pandas has no weights by time, so its mean and
spread are plain ones, which is less work, and its quantiles are by numpy's default rule.
"""

from __future__ import annotations

import os
import tracemalloc

import numpy as np
import pandas as pd
from measuring import arguments, report, time_s
from scipy.stats.mstats import mquantiles

from jeta.statistics import BIN_WIDTHS_S, PERCENTILES, bin_columns
from jeta.testing.telemetry import one_hertz_temperature

ROWS, QUICK_ROWS = 92_000_000, 2_000_000
LOOP_PART, PANDAS_PART = 20, 4
SHARES = list(PERCENTILES.values())


def main() -> None:
    options = arguments(__doc__)
    times_ms, vals = one_hertz_temperature(QUICK_ROWS if options.quick else ROWS)
    times = times_ms / 1000.0
    del times_ms
    arithmetic(times, vals)


# Part 1: arithmetic alone.


def arithmetic(times: np.ndarray, vals: np.ndarray) -> None:
    """Both products, ours and the peers'."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    for stat, dt_s in BIN_WIDTHS_S.items():
        report(
            f"{stat} product of {len(vals):,} samples, arithmetic alone, one core",
            product(times, vals, dt_s, stat == "daily"),
        )
    if cores:
        os.sched_setaffinity(0, cores)


def product(times: np.ndarray, vals: np.ndarray, dt_s: int, daily: bool) -> list[tuple[str, str]]:
    """Rates of one product."""
    check(times, vals, dt_s, daily)
    ours = rate(lambda: bin_columns(times, vals, dt_s, daily=daily), len(vals), 3)
    rows = len(vals) // LOOP_PART
    loop = rate(lambda: loop_over_bins(times[:rows], vals[:rows], dt_s, daily), rows, 2)
    rows = len(vals) // PANDAS_PART
    pandas = rate(lambda: pandas_groupby(times[:rows], vals[:rows], dt_s, daily), rows, 2)
    temporaries, result = peak_bytes(times, vals, dt_s, daily)
    return [
        ("jeta", f"{ours:.1f} million samples a second"),
        (
            "loop over bins with numpy and scipy",
            f"{loop:.1f}, of 1/{LOOP_PART} of the samples; jeta is {ours / loop:.1f} times as fast",
        ),
        (
            "pandas groupby",
            f"{pandas:.1f}, of 1/{PANDAS_PART} of the samples; jeta is {ours / pandas:.1f} times as fast",
        ),
        (
            "peak of temporary memory",
            f"{temporaries / 1e6:.1f} MB; the result has {result / 1e6:.1f} MB, the samples {vals.nbytes * 2e-6:.0f} MB",
        ),
    ]


def rate(work: object, rows: int, repeats: int) -> float:
    """Million samples a second, of the best of some runs."""
    return rows / min(time_s(work) for _ in range(repeats)) / 1e6


def peak_bytes(times: np.ndarray, vals: np.ndarray, dt_s: int, daily: bool) -> tuple[int, int]:
    """Most memory that was taken besides the result at any time, and the size of the result."""
    tracemalloc.start()
    columns = bin_columns(times, vals, dt_s, daily=daily)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    result = sum(column.nbytes for column in columns.values())
    return peak - result, result


def check(times: np.ndarray, vals: np.ndarray, dt_s: int, daily: bool) -> None:
    """The peers must give the same numbers."""
    rows = min(len(vals), 1_000_000)
    ours = bin_columns(times[:rows], vals[:rows], dt_s, daily=daily)
    for number, row in enumerate(loop_over_bins(times[:rows], vals[:rows], dt_s, daily)):
        if not np.allclose([column[number] for column in list(ours.values())[:-1]], row, rtol=1e-9):
            raise SystemExit(f"bin {row[0]} of {dt_s} s is not what the loop gives")
    theirs = pandas_groupby(times[:rows], vals[:rows], dt_s, daily)
    for name in ("n", "val", "min", "max"):
        if not np.array_equal(ours[name], theirs[name]):
            raise SystemExit(f"column {name} of {dt_s} s is not what pandas gives")


def loop_over_bins(times: np.ndarray, vals: np.ndarray, dt_s: int, daily: bool) -> list[list[float]]:
    """Statistics the plain way, one bin after another."""
    numbers = np.floor(times / dt_s).astype(np.int64)
    indexes, starts = np.unique(numbers, return_index=True)
    stops = np.append(starts[1:], len(times))
    rows = []
    for index, start, stop in zip(indexes.tolist(), starts.tolist(), stops.tolist(), strict=True):
        values, steps = vals[start:stop], np.diff(times[start:stop])
        weights = np.ones(len(values))
        if len(values) > 2:
            weights[0], weights[1:-1], weights[-1] = steps[0], (steps[:-1] + steps[1:]) / 2, steps[-1]
            weights = np.clip(weights, 0.001, 300.0)
        mean = np.average(values, weights=weights)
        row = [index, len(values), values[len(values) // 2], values.min(), values.max(), mean]
        if daily:
            row += [np.sqrt(np.average((values - mean) ** 2, weights=weights)), *mquantiles(values, SHARES)]
        rows.append(row)
    return rows


def pandas_groupby(times: np.ndarray, vals: np.ndarray, dt_s: int, daily: bool) -> dict[str, np.ndarray]:
    """Statistics as pandas users write them."""
    groups = pd.Series(vals).groupby(np.floor(times / dt_s).astype(np.int64))
    columns = {"n": groups.count(), "min": groups.min(), "max": groups.max(), "mean": groups.mean()}
    middle = np.append(0, columns["n"].cumsum()[:-1]) + columns["n"] // 2
    columns["val"] = vals[middle]
    if daily:
        columns["std"] = groups.std(ddof=0)
        columns["quantiles"] = groups.quantile(SHARES)
    return {name: np.asarray(column) for name, column in columns.items()}


if __name__ == "__main__":
    main()
