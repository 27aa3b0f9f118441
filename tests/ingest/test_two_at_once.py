"""Two ingests of the same staging folder, and ten readers, all at once: nothing is lost, counted twice, or seen by halves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ingest.deliveries import IDS, held, make_archive, truth, write_file
from jeta.archive import open_archive
from jeta.catalog import Catalog, FileRecord, RecordLog
from jeta.operations import verify

SECONDS = float(os.environ.get("JETA_TWO_AT_ONCE_S", "6"))
READERS = 10

_PROGRAM = """
import sys, time
from pathlib import Path
from jeta import ingest
root, stop = Path(sys.argv[1]), Path(sys.argv[2])
while True:
    is_last = stop.exists()
    ingest.run(archive=root, wait_s=120, fold=sys.argv[3], workers=int(sys.argv[4]))
    if is_last:
        break
"""


def test_two_ingests_and_ten_readers(tmp_path):
    archive, stop = make_archive(tmp_path / "archive"), tmp_path / "stop"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ingests = [
        subprocess.Popen([sys.executable, "-c", _PROGRAM, archive.root, stop, fold, workers], env=environment)
        for fold, workers in (("always", "1"), ("auto", "2"))
    ]
    until, number = time.monotonic() + SECONDS, 0
    with ThreadPoolExecutor(READERS) as threads:
        reading = [threads.submit(_read, archive.root, stop, each) for each in range(READERS)]
        while time.monotonic() < until or number < 5:
            aside = write_file(tmp_path / "next.h5", number)
            os.utime(aside, (1e9, 1e9))
            aside.rename(archive.layout.staging / f"E{number:06d}.h5")
            number += 1
            time.sleep(0.1)
        stop.touch()
        assert [process.wait(300) for process in ingests] == [0, 0]
        looks = [each.result() for each in reading]
    assert min(looks) > 1
    expected = truth(range(number))
    for msid in IDS:
        found = held(open_archive(archive.root), msid)
        np.testing.assert_array_equal(found[0], expected[msid][0])
        np.testing.assert_array_equal(found[1], expected[msid][1])
    assert [each for each in verify(archive.root) if each.severity == "error"] == []
    log = RecordLog(archive.layout.records)
    records = [each for each in log.after(0) if isinstance(each, FileRecord)]
    assert sum(each.stored for each in records) == sum(len(times) for times, _ in expected.values())
    assert len({each.path for each in records}) == number
    with Catalog.open(archive.layout.catalog, log) as catalog:
        catalog.sync()
        assert catalog.check(full=True) == []


def _read(root, stop, seed):
    """Read until all is delivered: what is seen never shrinks, and is always of whole files."""
    msid = list(IDS)[seed % len(IDS)]
    reader, before, looks = open_archive(root), 0, 0
    while not stop.exists():
        times, values = held(reader if seed % 2 else open_archive(root), msid)
        assert len(times) >= before, f"{msid} had {before} rows, then {len(times)}"
        number = -1 if not len(times) else int((times[-1] - 1_767_225_600_000) // 600_000)
        full = truth(range(number + 1))[msid]
        place = np.searchsorted(full[0], times)
        np.testing.assert_array_equal(full[0][place], times)
        np.testing.assert_array_equal(full[1][place], values)
        before, looks = len(times), looks + 1
        time.sleep(0.02)
    return looks
