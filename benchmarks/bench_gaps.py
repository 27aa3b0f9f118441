"""Gaps, counts and neighbours in ten years of one 1 Hz MSID with 200 gaps, page cache warm.

Peer in the same run: reading all times and taking their differences with numpy, from the same archive; and numpy's part alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from measuring import arguments, best_s, report, work_folder

from jeta.archive import JetaReader, Writer, create_archive
from jeta.samples import Samples
from jeta.testing.telemetry import one_hertz_temperature

if TYPE_CHECKING:
    from pathlib import Path

YEAR_ROWS = 31_557_600
GAPS = 200
LONGEST_S = 10.0


def main() -> None:
    options = arguments(__doc__)
    years = 1 if options.quick else 10
    with work_folder(options.folder) as folder:
        reader = JetaReader(make(folder / "archive", years))
        run(reader, "folded")
        commit_more(reader, hours=20)
        run(reader, "and twenty commits of an hour in the journal, each with a late row")


def make(root: Path, years: int) -> Path:
    """Write the archive, a year at a time."""
    create_archive(root)
    lost = np.random.default_rng(1)
    with Writer(root) as writer:
        for year in range(years):
            first_ms = 1_325_376_000_000 + year * YEAR_ROWS * 1000
            times_ms, values = one_hertz_temperature(YEAR_ROWS, seed=year, start_ms=first_ms)
            kept = np.ones(YEAR_ROWS, bool)
            starts = np.arange(GAPS // years) * (YEAR_ROWS // (GAPS // years)) + lost.integers(1000, 80_000)
            for start, rows in zip(starts, lost.integers(30, 5000, len(starts)), strict=True):
                kept[start : start + rows] = False
            writer.commit({"TEMP": Samples(times_ms[kept], "ms", values[kept])})
            writer.fold()
    return root


def commit_more(reader: JetaReader, hours: int) -> None:
    """Leave rows in the journal: new ones, and late ones of the last weeks."""
    last_ms = round(reader.time_range("TEMP")[1] * 1000)
    with Writer(reader.root) as writer:
        for hour in range(hours):
            late_ms = last_ms - (hour + 1) * 50_000_000 + 500
            times_ms = np.append(late_ms, last_ms + (hour * 3600 + 1 + np.arange(3600)) * 1000)
            writer.commit({"TEMP": Samples(times_ms, "ms", times_ms * 1.0)})


def run(reader: JetaReader, state: str) -> None:
    everything = -math.inf, math.inf
    first_s, last_s = reader.time_range("TEMP")
    inside = first_s + 0.3 * (last_s - first_s), first_s + 0.7 * (last_s - first_s)
    rows, gaps, peer_s, diff_s = peer(reader)
    gaps_s = best_s(lambda: reader.gaps_longer_than("TEMP", *everything, LONGEST_S))
    report(
        f"{rows:,} samples of 1 Hz, {gaps} gaps, {state}",
        [
            ("gaps longer than 10 s", f"{gaps_s * 1e3:.2f} ms"),
            ("reading all times, and numpy.diff", f"{peer_s:.2f} s"),
            ("numpy.diff alone, times at hand", f"{diff_s:.2f} s"),
            ("ratio to reading and numpy.diff", f"{peer_s / gaps_s:,.0f}"),
            ("ratio to numpy.diff alone", f"{diff_s / gaps_s:,.0f}"),
            ("typical spacing", f"{best_s(lambda: reader.spacing('TEMP', *everything)) * 1e3:.2f} ms"),
            ("rows, first and last of a span", f"{best_s(lambda: reader.rows_between('TEMP', *inside)) * 1e3:.2f} ms"),
            (
                "last sample before an instant",
                f"{best_s(lambda: reader.instant_before('TEMP', inside[0])) * 1e3:.2f} ms",
            ),
        ],
    )


def peer(reader: JetaReader) -> tuple[int, int, float, float]:
    """Rows, gaps, and the seconds that finding them takes with reading and without; what the index finds must be the same."""
    everything = "TEMP", -math.inf, math.inf
    read_s = best_s(lambda: reader.read(*everything), 2)
    times = reader.read(*everything).times
    diff_s = best_s(lambda: plain_gaps(times), 2)
    found, expected = reader.gaps_longer_than(*everything, LONGEST_S), plain_gaps(times)
    if not all(np.array_equal(ours, theirs) for ours, theirs in zip(found, expected, strict=True)):
        raise SystemExit("the gaps found by the index are not those of all times")
    return len(times), len(found[0]), read_s + diff_s, diff_s


def plain_gaps(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The straightforward way."""
    wide = np.flatnonzero(np.diff(times) > LONGEST_S)
    return times[wide], times[wide + 1]


if __name__ == "__main__":
    main()
