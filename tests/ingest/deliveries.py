"""Small deliveries of FOS files with all that goes wrong in real ones, and what an archive must hold of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml
from jeta.testing.fos_writer import fos_rows, write_fos_file

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.archive import JetaReader

START_MS = 1_767_225_600_000
IDS = {"SA_TEMP": 11, "SE_VOLT": 12, "SA_COUNT": 13, "SA_MODE": 14}
UNKNOWN_ID, BAD_APID = 999_999, 712
MODES = ["OFF", "ON", "STANDBY"]
CADENCE_MS = {"SA_TEMP": 1_000, "SE_VOLT": 4_000, "SA_COUNT": 10_000, "SA_MODE": 60_000}
FILE_MS = 600_000
SEAM_MS = 20_000


def make_archive(root: Path) -> JetaReader:
    """An archive whose telemetry database knows the MSIDs."""
    archive = create_archive(root)
    write_yaml([Entry(name, id=number) for name, number in IDS.items()], archive.layout.tdb / "fos.yaml")
    archive.layout.staging.mkdir()
    return archive


def samples_between(msid: str, start_ms: int, stop_ms: int) -> tuple[np.ndarray, np.ndarray]:
    """Instants and values of an MSID in ``[start_ms, stop_ms)``: the same whoever asks."""
    step = CADENCE_MS[msid]
    first = -(-start_ms // step) * step
    times = np.arange(first, stop_ms, step) + IDS[msid]
    times = times[(times >= start_ms) & (times < stop_ms)]
    counter = times // step
    return times, (counter % 3 if msid == "SA_MODE" else np.sin(counter / 50.0) * 100).astype(np.float64)


def write_file(path: Path, number: int) -> Path:
    """Write file `number`: ten minutes, of which the first seconds are those of the file before, some rows twice, and strays."""
    start, stop = START_MS + number * FILE_MS, START_MS + (number + 1) * FILE_MS
    start -= SEAM_MS if number else 0
    rows = []
    for msid, key in IDS.items():
        times, values = samples_between(msid, start, stop)
        texts = [MODES[int(value)] for value in values] if msid == "SA_MODE" else ""
        rows.append(fos_rows(np.full(len(times), key), times, values, texts=texts))
    twice = rows[0][:5]
    unknown = fos_rows(np.full(3, UNKNOWN_ID), start + np.arange(3), [1.0, 2.0, 3.0])
    bad = fos_rows(np.full(4, IDS["SE_VOLT"]), start + 7 + np.arange(4), np.full(4, -9999.0), apids=BAD_APID)
    everything = np.concatenate([*rows, twice, unknown, bad])
    everything = everything[np.random.default_rng(number).permutation(len(everything))]
    write_fos_file(path, everything, datasets=2)
    return path


STRAYS = {"identifier not in the telemetry database": 3, f"apid {BAD_APID} is excluded": 4, "padding": 10}
"""Rows of each file that do not belong into an archive, by reason."""


def truth(numbers: list[int]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What an archive must hold after these files: instants in ms, and values."""
    result = {}
    for msid in IDS:
        parts = [
            samples_between(msid, START_MS + n * FILE_MS - (SEAM_MS if n else 0), START_MS + (n + 1) * FILE_MS)
            for n in sorted(numbers)
        ]
        times = np.concatenate([np.empty(0, np.int64), *(times for times, _ in parts)])
        values = np.concatenate([np.empty(0), *(values for _, values in parts)])
        instants, first = np.unique(times, return_index=True)
        result[msid] = instants, values[first]
    return result


def held(archive: JetaReader, msid: str) -> tuple[np.ndarray, np.ndarray]:
    """What an archive holds of an MSID: instants in ms, and numbers."""
    if msid not in archive:
        return np.empty(0, np.int64), np.empty(0)
    rows = archive.read_samples(msid, *archive.span_ns(msid))
    numbers = rows.raws[rows.values] if rows.is_text else rows.values
    return rows.at_resolution("ms").ticks, np.asarray(numbers, np.float64)
