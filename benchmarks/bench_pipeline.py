"""From a file in the staging folder to rows that can be fetched, statistics stored: one file of 10 million rows and 20,000 MSIDs
(24 minutes of JWST), and a backlog of such files.

Peer in the same run: reading the file's rows with h5py and grouping them by MSID with one numpy sort, which any ingest has to do at
the least. The backlog is its own peer: the time of a file when the archive is large to that when it is small. By default the
backlog has a twentieth of the rows and MSIDs, so that it fits on a disk; ``--full`` takes all.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from bench_ingest import make, read_and_group, warm
from measuring import arguments, peak_mb, report, time_s, work_folder

from jeta import ingest
from jeta.testing.telemetry import write_bulk_fos_file

if TYPE_CHECKING:
    from pathlib import Path

START_MS = 1_700_000_000_000
SPAN_MS = 512_000
EARLY, LATE = slice(2, 10), slice(-8, None)


def main() -> None:
    is_full = "--full" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--full"]
    options = arguments(__doc__)
    rows, msids, files = (500_000, 1_000, 12) if options.quick else (10_000_000, 20_000, 60)
    with work_folder(options.folder) as folder:
        one_file(folder, rows, msids)
        scale = 1 if is_full or options.quick else 20
        backlog(folder, rows // scale, msids // scale, files)


def one_file(folder: Path, rows: int, msids: int) -> None:
    archive = make(folder / "archive", msids)
    archive.layout.staging.mkdir()
    source = archive.layout.staging / "bulk.h5"
    write_bulk_fos_file(source, rows=rows, msids=msids, start_ms=START_MS)
    os.utime(source, (0, 0))  # it has settled
    warm(source)
    peer_s = time_s(lambda: read_and_group(source))
    before_mb = peak_mb()
    whole_s = time_s(lambda: ingest.run(archive=archive.root, fold="always"))
    report(
        f"one file of {rows:,} rows and {msids:,} MSIDs, from staging to fetchable with statistics",
        [
            ("jeta", f"{whole_s:.1f} s  ({rows / whole_s / 1e6:.2f} million rows a second)"),
            ("peak memory of the process, the peer's before", f"{peak_mb():.0f} MB, {before_mb:.0f} MB"),
            ("h5py read and numpy sort alone", f"{peer_s:.1f} s"),
            ("ratio", f"{whole_s / peer_s:.1f}"),
        ],
    )
    shutil.rmtree(archive.root)


def backlog(folder: Path, rows: int, msids: int, files: int) -> None:
    """Files that come one after another, each ingested and folded as it comes."""
    archive = make(folder / "backlog", msids)
    archive.layout.staging.mkdir()
    took_s = []
    for number in range(files):
        source = archive.layout.staging / f"E{number:04d}.h5"
        write_bulk_fos_file(source, rows=rows, msids=msids, start_ms=START_MS + number * SPAN_MS)
        os.utime(source, (0, 0))
        began = time.perf_counter()
        done = ingest.run(archive=archive.root, fold="always")
        took_s.append(time.perf_counter() - began)
        for path in done.moved.values():
            path.unlink()
    early, late = (sum(took_s[part]) / len(took_s[part]) for part in (EARLY, LATE))
    report(
        f"a backlog of {files} files of {rows:,} rows and {msids:,} MSIDs, each folded",
        [
            ("files 3 to 10, mean", f"{early:.2f} s"),
            (f"files {files - 7} to {files}, mean", f"{late:.2f} s"),
            ("ratio", f"{late / early:.2f}"),
            ("slowest file", f"{max(took_s):.2f} s"),
        ],
    )


if __name__ == "__main__":
    main()
