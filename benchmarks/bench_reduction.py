"""Reducing a year of 1 Hz to 2000 samples, and plotting it; arrays in memory.

Peers in the same run: a numpy loop that takes the lowest and highest of each stretch of rows, numpy's reduceat, and, where it is
installed, tsdownsample (Rust), also its LTTB; each with whether it keeps the extremes. For plots, Axes.plot with all samples.
"""

from __future__ import annotations

import importlib.util
import io
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from measuring import arguments, best_s, report

from jeta.plotting.drawing import draw
from jeta.plotting.trace import Trace
from jeta.reduction import reduce_rows
from jeta.testing.telemetry import one_hertz_temperature

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR_ROWS = 31_557_600
KEPT = 2000


def main() -> None:
    options = arguments(__doc__)
    rows = YEAR_ROWS // 20 if options.quick else YEAR_ROWS
    times_ms, values = one_hertz_temperature(rows, seed=1, start_ms=1_577_836_800_000)
    times = times_ms / 1000.0
    values = values + np.random.default_rng(2).normal(0.0, 1e-3, rows)  # so that there is one highest
    numbers(times, values)
    kinds(times, values)
    pictures(times, values)


def numbers(times: np.ndarray, values: np.ndarray) -> None:
    """What is kept, and how long it takes."""
    ours_s = best_s(lambda: reduce_rows(times, values, KEPT))
    lines = [("reduce_rows", shown(ours_s, reduce_rows(times, values, KEPT), values))]
    for name, work in peers(times, values).items():
        peer_s = best_s(work)
        lines.append((name, f"{shown(peer_s, work(), values)}, {peer_s / ours_s:.1f} times ours"))
    report(f"{len(values):,} samples of float64 to {KEPT}", lines)


def shown(seconds: float, kept: np.ndarray, values: np.ndarray) -> str:
    has_both = values.argmax() in kept and values.argmin() in kept
    return f"{seconds * 1e3:7.1f} ms, {len(kept)} kept, extremes {'kept' if has_both else 'LOST'}"


def peers(times: np.ndarray, values: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    found: dict[str, Callable[[], np.ndarray]] = {
        "numpy, argmin and argmax of each stretch": lambda: plain_loop(values)
    }
    if importlib.util.find_spec("tsdownsample"):
        import tsdownsample  # noqa: PLC0415 - a peer that need not be there

        for name in ("MinMaxDownsampler", "M4Downsampler", "LTTBDownsampler", "MinMaxLTTBDownsampler"):
            sampler = getattr(tsdownsample, name)()
            found[f"tsdownsample.{name}"] = lambda sampler=sampler: sampler.downsample(times, values, n_out=KEPT)
    return found


def plain_loop(values: np.ndarray) -> np.ndarray:
    """The straightforward way; without regard to time, so that gaps are none, and to NaN."""
    edges = np.linspace(0, len(values), KEPT // 2 + 1).astype(int)
    found = []
    for start, stop in zip(edges, edges[1:], strict=False):
        part = values[start:stop]
        found += [start + part.argmin(), start + part.argmax()]
    return np.unique(found)


def kinds(times: np.ndarray, values: np.ndarray) -> None:
    """Other kinds of values."""
    with_nan = np.where(np.arange(len(values)) % 100 == 0, np.nan, values)
    bads = np.arange(len(values)) % 5 == 0
    single = values.astype(np.float32)
    codes = (np.arange(len(values)) // (len(values) // 64) % 4).astype(np.int8)
    lines = [
        ("float32", best_s(lambda: reduce_rows(times, single, KEPT), 3)),
        ("NaN in each hundredth", best_s(lambda: reduce_rows(times, with_nan, KEPT), 3)),
        ("each fifth bad", best_s(lambda: reduce_rows(times, values, KEPT, bads=bads), 3)),
        ("states of 64 runs", best_s(lambda: reduce_rows(times, codes, KEPT, steps=True), 3)),
        ("to 20,000", best_s(lambda: reduce_rows(times, values, 20_000), 3)),
    ]
    report("other kinds", [(name, f"{seconds * 1e3:7.1f} ms") for name, seconds in lines])


def pictures(times: np.ndarray, values: np.ndarray) -> None:
    """A plot as a PNG, of 900 by 400 pixels."""
    trace = Trace(times, values, name="TEMP", title="TEMP", unit="K", gap_s=20.0)
    ours_s = best_s(lambda: picture(lambda axes: draw(trace, ax=axes)), 3)
    with mpl.rc_context({"agg.path.chunksize": 10_000}):
        all_s = best_s(lambda: picture(lambda axes: axes.plot(times / 86_400.0, values, lw=1.0)), 1)
    axes = Figure(figsize=(9, 4), layout="constrained").subplots()
    draw(trace, ax=axes)
    middle = float(np.mean(axes.get_xlim()))

    def zoom() -> None:
        axes.set_xlim(middle - 0.5, middle + 0.5)
        axes.set_xlim(middle - 5, middle + 5)

    report(
        f"plots of {len(values):,} samples",
        [
            ("reduced, as MSID.plot does", f"{ours_s:.2f} s"),
            ("Axes.plot of all samples", f"{all_s:.2f} s, {all_s / ours_s:.0f} times ours"),
            ("zooming to 1 day and to 10, ticks too", f"{best_s(zoom, 3) * 1e3:.1f} ms"),
        ],
    )


def picture(work: Callable[[object], object]) -> None:
    figure = Figure(figsize=(9, 4), layout="constrained")
    work(figure.subplots())
    figure.savefig(io.BytesIO())


if __name__ == "__main__":
    main()
