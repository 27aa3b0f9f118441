"""Statistics that an archive keeps: fetching them, what keeping them costs an ingest, and rebuilding those of twenty years.

1. One MSID of 92 million samples of 1 Hz (three years): 5-minute and daily statistics of a month and of all. Peers in the same
   run: reading the samples and working them out with one numpy pass, and the ancestors' layout (a compressed HDF5 table of
   bins, read through h5py after looking at its column of bin numbers).
2. Hours of 1,000 MSIDs at 1.024 s, ingested and folded one after another, with statistics and without, by turns.
3. A rebuild of twenty years of 1 Hz by one process, with its peak of memory.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import h5py
import numpy as np
from measuring import arguments, best_s, median_s, report, time_s, work_folder

from jeta import fetch, update
from jeta.archive import Writer, create_archive
from jeta.samples import Samples
from jeta.tdb import write_yaml
from jeta.testing.telemetry import bulk_tdb_entries, one_hertz_temperature, write_bulk_fos_file

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive import JetaReader

START_S = 1_640_995_200
MONTH_S, HOUR_S = 30 * 86_400, 3600
CADENCE_S = 1.024


def main() -> None:
    options = arguments(__doc__)
    quick = options.quick
    with work_folder(options.folder) as folder:
        fetching(folder / "fetch", 4_000_000 if quick else 92_000_000)
        keeping(folder / "keep", msids=100 if quick else 1000, hours=8 if quick else 26)
        rebuilding(folder / "rebuild", years=0.3 if quick else 20.0)


# 1. Fetching.


def fetching(root: Path, rows: int) -> None:
    archive = make_long(root, rows)
    peer = write_peer(root / "peer.h5")
    stop_s = START_S + rows
    middle_s = START_S + 0.4 * rows
    spans = {"30 days": (middle_s, min(middle_s + MONTH_S, stop_s)), "all": (START_S, stop_s)}
    with fetch.set_archive(archive):
        for name, (start, stop) in spans.items():
            few = 51 if name == "30 days" else 7
            ours = {
                stat: median_s(lambda stat=stat, a=start, b=stop: fetch.MSID("TEMP", a, b, stat=stat), few)
                for stat in ("5min", "daily")
            }
            plain = best_s(lambda a=start, b=stop: one_pass(a, b), 2)
            ancestors = median_s(lambda a=start, b=stop: read_peer(peer, a, b), 7)
            report(
                f"statistics of {name} of {rows:,} samples, a new MSID object each time",
                [
                    ("5min, jeta", f"{ours['5min'] * 1e3:.2f} ms"),
                    ("daily, jeta", f"{ours['daily'] * 1e3:.2f} ms"),
                    (
                        "5min of the ancestors' layout",
                        f"{ancestors * 1e3:.1f} ms; ratio {ancestors / ours['5min']:.1f}",
                    ),
                    (
                        "counts, extrema and plain means of the samples, fetch and numpy",
                        f"{plain * 1e3:.0f} ms; ratio {plain / ours['5min']:.0f}",
                    ),
                ],
            )


def make_long(root: Path, rows: int) -> JetaReader:
    """One MSID of 1 Hz, statistics included."""
    archive = create_archive(root)
    piece = 20_000_000
    with Writer(root) as writer:
        for first in range(0, rows, piece):
            count = min(piece, rows - first)
            ticks, values = one_hertz_temperature(count, seed=first, start_ms=(START_S + first) * 1000)
            writer.commit({"TEMP": Samples(ticks, "ms", values)})
            writer.fold()
    return archive


def one_pass(start_s: float, stop_s: float) -> np.ndarray:
    """What a user does without stored statistics."""
    dat = fetch.MSID("TEMP", start_s, stop_s)
    numbers = np.floor(dat.times / 328)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    counts = np.diff(starts, append=len(numbers))
    return np.array(
        [
            np.add.reduceat(dat.vals, starts) / counts,
            np.minimum.reduceat(dat.vals, starts),
            np.maximum.reduceat(dat.vals, starts),
        ]
    )


def write_peer(path: Path) -> Path:
    """The 5-minute statistics as the ancestors keep them."""
    with fetch.set_archive(path.parent):
        dat = fetch.MSID("TEMP", stat="5min")
    columns = {"index": "indexes", "n": "samples", "val": "midvals", "min": "mins", "max": "maxes", "mean": "means"}
    arrays = {name: getattr(dat, attribute) for name, attribute in columns.items()}
    arrays["mean"] = arrays["mean"].astype("f4")
    table = np.empty(len(dat), [(name, array.dtype) for name, array in arrays.items()])
    for name, array in arrays.items():
        table[name] = array
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=table, chunks=(2**13,), compression="gzip", compression_opts=5, shuffle=True)
    return path


def read_peer(path: Path, start_s: float, stop_s: float) -> np.ndarray:
    with h5py.File(path) as file:
        times = (file["data"]["index"] + 0.5) * 328
        low, high = np.searchsorted(times, (start_s, stop_s))
        return file["data"][low:high]


# 2. Keeping.


def keeping(folder: Path, msids: int, hours: int) -> None:
    folder.mkdir()
    modes = {"with": True, "without": False}
    roots = {mode: make_short(folder / mode, msids) for mode in modes}
    took: dict[str, list[float]] = {mode: [] for mode in modes}
    for hour in range(hours):
        source = folder / "hour.h5"
        rows = int(HOUR_S / CADENCE_S) * msids
        write_bulk_fos_file(source, rows=rows, msids=msids, start_ms=(START_S + hour * HOUR_S) * 1000, seed=hour)
        source.read_bytes()
        for mode in sorted(modes, reverse=hour % 2 == 0):
            took[mode].append(time_s(lambda mode=mode, file=source: take_in(roots[mode], file, statistics=modes[mode])))
        source.unlink()
    ratios = np.array(took["with"]) / np.array(took["without"])
    report(
        f"{hours} hours of {msids:,} MSIDs, one file of {rows:,} rows each: ingest and fold",
        [
            ("an hour, statistics included", f"{np.median(took['with']):.2f} s; all: {sum(took['with']):.1f} s"),
            ("an hour without", f"{np.median(took['without']):.2f} s; all: {sum(took['without']):.1f} s"),
            ("ratio of all", f"{sum(took['with']) / sum(took['without']):.2f}"),
            ("ratio of each hour", f"median {np.median(ratios):.2f}, from {ratios.min():.2f} to {ratios.max():.2f}"),
        ],
    )


def make_short(root: Path, msids: int) -> JetaReader:
    archive = create_archive(root)
    write_yaml(bulk_tdb_entries(msids), archive.layout.tdb / "bulk.yaml")
    archive.tdb()
    return archive


def take_in(archive: JetaReader, source: Path, *, statistics: bool) -> None:
    update.ingest(source, archive=archive)
    update.fold(archive, statistics=statistics, workers=1)


# 3. Rebuilding.


def rebuilding(root: Path, years: float) -> None:
    rows = int(years * 365.25 * 86_400)
    make_long(root, rows)
    code = (
        "import sys, time; from pathlib import Path; from jeta import update\n"
        "start = time.perf_counter(); report = update.statistics(archive=sys.argv[1], rebuild=True, workers=1)\n"
        # Not ru_maxrss, in which Linux counts the parent before the exec.
        "peak = next(line for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM'))\n"
        "print(time.perf_counter() - start, int(peak.split()[1]) * 1024)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(root)], check=True, capture_output=True, text=True)
    seconds, peak = map(float, ran.stdout.split())
    report(
        f"rebuild of the statistics of {years:g} years of 1 Hz, {rows:,} samples, both products, one process",
        [
            ("time", f"{seconds:.1f} s  ({rows / seconds / 1e6:.1f} million samples a second, reading included)"),
            ("peak memory of the process", f"{peak / 1e6:.0f} MB"),
        ],
    )


if __name__ == "__main__":
    main()
