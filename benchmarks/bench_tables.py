"""A year of one MSID as DataFrame. Peer in the same run: pandas, given the same arrays in the way that comes to mind first."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from measuring import arguments, best_s, report, work_folder

from jeta.tables import Column, Frame, to_arrow, to_pandas, write_csv, write_parquet
from jeta.times import show

if TYPE_CHECKING:
    from collections.abc import Callable

_YEAR_ROWS = 31_500_000


def main() -> None:
    options = arguments(__doc__)
    rows = 300_000 if options.quick else _YEAR_ROWS
    times = np.round(1.65e9 + np.arange(rows) * 1.001, 3)
    vals, bads = np.random.default_rng(1).normal(size=rows), np.zeros(rows, bool)
    codes = (np.arange(rows) // 1000 % 3).astype(np.int8)
    frame = Frame("TEMP", times, "unix", {"vals": Column(vals, "K"), "bads": Column(bads)})
    cxcsec = Frame("TEMP", np.round(times - 8.8e8, 3), "cxcsec", frame.columns)
    states = Frame("MODE", times, "unix", {"vals": Column(codes, None, "", ("OFF", "ON", "SAFE"), (0, 1, 2))})

    def naive() -> pd.DataFrame:
        return pd.DataFrame({"vals": vals, "bads": bads}, index=pd.to_datetime(times, unit="s", utc=True))

    naive_s = best_s(naive, 3)
    figures = {
        "to_pandas": best_s(lambda: to_pandas(frame)),
        "to_pandas, cxcsec": best_s(lambda: to_pandas(cxcsec)),
        "to_pandas, states": best_s(lambda: to_pandas(states)),
        "to_arrow": best_s(lambda: to_arrow(frame)),
    }
    lines = [
        (name, f"{taken_s:6.3f} s  (pandas {naive_s / taken_s:4.1f} times as long)")
        for name, taken_s in figures.items()
    ]
    lines += [
        ("pandas.DataFrame of pandas.to_datetime (peer)", f"{naive_s:6.3f} s"),
        ("show(times, 'datetime64')", f"{best_s(lambda: show(times, 'datetime64'), 3):6.3f} s"),
        ("memory that to_pandas takes", f"{_peak_mb(lambda: to_pandas(frame)):6.0f} MB"),
        ("memory that the peer takes", f"{_peak_mb(naive):6.0f} MB"),
        ("of which the index, in any case", f"{rows * 8 / 1e6:6.0f} MB"),
    ]
    report(f"{rows:,} rows", lines)
    few = min(rows, 1_000_000)
    part = Frame("TEMP", times[:few], "unix", {"vals": Column(vals[:few], "K"), "bads": Column(bads[:few])})
    with work_folder(options.folder) as folder:
        files = [
            ("CSV", best_s(lambda: write_csv(part, folder / "a.csv"), 2)),
            ("CSV by DataFrame.to_csv (peer)", best_s(lambda: to_pandas(part).to_csv(folder / "b.csv"), 2)),
            ("Parquet", best_s(lambda: write_parquet(part, folder / "a.parquet"), 2)),
        ]
    report(f"{few:,} rows to a file", [(name, f"{taken_s:6.3f} s") for name, taken_s in files])


def _peak_mb(work: Callable[[], object]) -> float:
    """Largest memory that numpy and Python held during some work, MB."""
    tracemalloc.start()
    result = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del result
    return peak / 1e6


if __name__ == "__main__":
    main()
