"""Ingesting one fos_hdf5 file of 10 million rows and 1,000 MSIDs, and folding it.

Peers in the same run: reading the file's rows with h5py and grouping them by MSID with one numpy sort, which any ingest has to
do at the least; and for the fold, writing the same rows as one compressed HDF5 file an MSID through h5py.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import h5py
import hdf5plugin
import numpy as np
from measuring import arguments, peak_mb, report, time_s, work_folder

from jeta import update
from jeta.archive import create_archive
from jeta.tdb import write_yaml
from jeta.testing.telemetry import bulk_tdb_entries, write_bulk_fos_file

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive import JetaReader


def main() -> None:
    options = arguments(__doc__)
    rows, msids = (1_000_000, 1_000) if options.quick else (10_000_000, 1_000)
    with work_folder(options.folder) as folder:
        source = folder / "bulk.h5"
        write_bulk_fos_file(source, rows=rows, msids=msids, start_ms=1_700_000_000_000)
        archive = make(folder / "archive", msids)
        warm(source)
        ingest_s = time_s(lambda: update.ingest(source, archive=archive))
        memory_mb = peak_mb()
        again_s = time_s(lambda: update.ingest(source, archive=archive))
        grouped: list[np.ndarray] = []
        peer_s = time_s(lambda: grouped.append(read_and_group(source)))
        report(
            f"one file of {rows:,} rows and {msids:,} MSIDs",
            [
                (
                    "file to committed and readable",
                    f"{ingest_s:.2f} s  ({rows / ingest_s / 1e6:.2f} million rows a second)",
                ),
                ("peak memory of the process", f"{memory_mb:.0f} MB"),
                ("the same file again", f"{again_s:.2f} s  ({rows / again_s / 1e6:.2f} million rows a second)"),
                ("h5py read and numpy sort alone", f"{peer_s:.2f} s"),
                ("ratio", f"{ingest_s / peer_s:.2f}"),
            ],
        )
        folding(archive, folder, grouped.pop(), rows)


def folding(archive: JetaReader, folder: Path, rows_by_id: np.ndarray, rows: int) -> None:
    figures = []
    for workers in (1, 2):
        copy = folder / f"copy{workers}"
        shutil.copytree(archive.root, copy)
        fold_s = time_s(lambda copy=copy, workers=workers: update.fold(copy, workers=workers))
        figures.append(
            (f"fold, {workers} process", f"{fold_s:.2f} s  ({rows / fold_s / 1e6:.2f} million rows a second)")
        )
    peer_s = time_s(lambda: write_files(rows_by_id, folder / "peer"))
    report("the journal into columns", [*figures, ("h5py, one file an MSID, not synced", f"{peer_s:.2f} s")])


def make(root: Path, msids: int) -> JetaReader:
    archive = create_archive(root)
    write_yaml(bulk_tdb_entries(msids), archive.layout.tdb / "bulk.yaml")
    archive.tdb()
    return archive


def warm(path: Path) -> None:
    """Have the file in the page cache, block by block so that this does not count as memory of ours."""
    with path.open("rb") as file:
        while file.read(2**24):
            pass


def read_and_group(path: Path) -> np.ndarray:
    kept = np.dtype([("id", "i8"), ("time", "i8"), ("value", "f8")])
    with h5py.File(path) as file:
        datasets = list(file["samples"].values())
        rows = np.empty(sum(len(dataset) for dataset in datasets), kept)
        start = 0
        for dataset in datasets:
            for low in range(0, len(dataset), 2**18):
                block = dataset[low : low + 2**18]
                part = rows[start : start + len(block)]
                part["id"], part["time"] = block["id"], block["observatoryTime"]
                part["value"] = block["engineeringNumericValue"]
                start += len(block)
    return rows[np.argsort(rows["id"], kind="stable")]


def write_files(rows: np.ndarray, folder: Path) -> None:
    folder.mkdir()
    bounds = [0, *(np.flatnonzero(np.diff(rows["id"])) + 1).tolist(), len(rows)]
    for low, high in zip(bounds, bounds[1:], strict=False):
        part = rows[low:high]
        with h5py.File(folder / f"{part['id'][0]}.h5", "w", libver=("v110", "v110")) as file:
            for name in ("time", "value"):
                column = np.ascontiguousarray(part[name])
                file.create_dataset(name, data=column, chunks=(min(len(column), 2**15),), **hdf5plugin.Blosc(shuffle=2))


if __name__ == "__main__":
    main()
