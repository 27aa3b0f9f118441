"""Fetching one 1 Hz MSID of 92 million samples (three years), page cache warm.

Peers in the same run: copying the same two float64 arrays into fresh memory, and the layout of the ancestors (values and times
as float64 in HDF5 with zlib, read through h5py after a bisect of the times).
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import h5py
import numpy as np
from measuring import arguments, best_s, median_s, report, work_folder

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.testing.telemetry import one_hertz_temperature

if TYPE_CHECKING:
    from pathlib import Path

HOUR_S, DAY_S = 3600.0, 86400.0


def main() -> None:
    options = arguments(__doc__)
    rows = 4_000_000 if options.quick else 92_000_000
    with work_folder(options.folder) as folder:
        times_ms, values = one_hertz_temperature(rows)
        times_s = times_ms / 1000.0
        archive = create_archive(folder / "archive")
        update.append("TEMP", times_s, values, archive=archive)
        update.fold(archive)
        size = sum(path.stat().st_size for path in archive.root.rglob("*") if path.is_file())
        peer = write_peer(folder / "peer.h5", times_s[: rows // 4], values[: rows // 4])
        with fetch.set_archive(archive):
            check(times_s, values)
            run(times_s, values, peer, size)


def check(times_s: np.ndarray, values: np.ndarray) -> None:
    """What is fetched must be what went in."""
    dat = fetch.MSID("TEMP")
    if not (np.array_equal(dat.times, times_s) and np.array_equal(dat.vals, values)):
        raise SystemExit("the archive gave back something else than went in")


def run(times_s: np.ndarray, values: np.ndarray, peer: Path, size: int) -> None:
    rows = len(times_s)

    def copy() -> None:
        for array in (times_s, values):
            fresh = np.empty_like(array)
            fresh[:] = array

    whole_s, copy_s = best_s(lambda: fetch.MSID("TEMP")), best_s(copy)
    peer_s = best_s(lambda: read_peer(peer, times_s[0], times_s[-1] + 1), 2) * 4
    report(
        f"{rows:,} samples of 1 Hz float64, 12 bits, millisecond jitter",
        [
            ("size on disk", f"{size / rows:.2f} bytes a sample"),
            ("copy of two float64 arrays", f"{copy_s:.3f} s"),
            ("whole range, jeta", f"{whole_s:.3f} s  ({rows / whole_s / 1e6:.0f} million samples a second)"),
            ("whole range, ancestors' layout", f"{peer_s:.3f} s  (a quarter of it, times four)"),
            ("rate of jeta to that of copying", f"{copy_s / whole_s:.2f}"),
            ("rate of jeta to that of the ancestors' layout", f"{peer_s / whole_s:.1f}"),
        ],
    )
    for name, span_s in (("1 hour", HOUR_S), ("1 day", DAY_S)):
        starts = start_times(times_s, span_s)
        jeta_s = median_s(lambda span_s=span_s, starts=starts: fetch.MSID("TEMP", s := next(starts), s + span_s))
        quarter = start_times(times_s[: rows // 4], span_s)
        ancestor_s = median_s(
            lambda span_s=span_s, quarter=quarter: read_peer(peer, s := next(quarter), s + span_s), 21
        )
        report(
            f"{name}, a new MSID object each time, somewhere else each time",
            [
                ("jeta", f"{jeta_s * 1e3:.2f} ms"),
                ("ancestors' layout, of a quarter of the data", f"{ancestor_s * 1e3:.2f} ms"),
                ("ratio", f"{ancestor_s / jeta_s:.1f}"),
            ],
        )


def start_times(times_s: np.ndarray, span_s: float) -> count[float]:
    """Starts that hop through the whole span."""
    first, last = times_s[0], times_s[-1] - span_s
    return iter(first + (number * 0.381966 % 1.0) * (last - first) for number in count())


def write_peer(path: Path, times_s: np.ndarray, values: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        for name, array in (("times", times_s), ("values", values)):
            file.create_dataset(name, data=array, chunks=(2**14,), compression="gzip", compression_opts=1, shuffle=True)
    return path


def read_peer(path: Path, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
    with h5py.File(path) as file:
        times = file["times"]
        low, high = bisect(times, start), bisect(times, stop)
        return times[low:high], file["values"][low:high]


def bisect(times: h5py.Dataset, wanted: float) -> int:
    """First row at or after an instant, reading a chunk at each step as the ancestors' index files let them."""
    low, high = 0, len(times)
    while high - low > 2**14:
        middle = (low + high) // 2 // 2**14 * 2**14
        low, high = (middle, high) if middle > low and times[middle] < wanted else (low, max(middle, low + 2**14))
    return low + int(np.searchsorted(times[low:high], wanted))


if __name__ == "__main__":
    main()
