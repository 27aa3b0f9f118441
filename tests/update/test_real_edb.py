"""Every series of the real engineering-database files comes back exactly, however the files are ingested."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import jeta
from jeta import update
from jeta.archive import open_archive
from update.deliveries import balanced

READERS_OF_FITS_COME_LATER = "chandra_aca_l0"


@pytest.fixture(scope="module")
def expected(shared_data):
    with (shared_data / "expected_stats.csv").open() as file:
        return [row for row in csv.DictReader(file) if not row["file"].startswith(READERS_OF_FITS_COME_LATER)]


@pytest.fixture(scope="module")
def files(shared_data, expected):
    return [shared_data / row["file"] for row in expected]


def unix(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def check(root, expected):
    """Compare an archive with figures that were computed without jeta."""
    reader = open_archive(root)
    wanted = {}
    for row in expected:
        first, last = unix(row["t_first_utc"]), unix(row["t_last_utc"])
        rows = reader.read(row["series"], first, np.nextafter(last, np.inf))
        values = rows.values.astype(float)
        assert (len(values), rows.times[0], rows.times[-1]) == (int(row["n"]), first, last), row["file"]
        exact = [values[0], values[-1], values.min(), values.max()]
        assert exact == [float(row[name]) for name in ("v_first", "v_last", "min", "max")], row["file"]
        moments = [float(row["mean"]), float(row["std_pop"])]
        np.testing.assert_allclose([values.mean(), values.std()], moments, rtol=1e-12, atol=0)
        wanted[row["series"]] = wanted.get(row["series"], 0) + int(row["n"])
    assert {name: reader.rows(name) for name in reader.names()} == wanted


def test_in_one_batch(archive, files, expected):
    report = update.ingest(*files, archive=archive)
    assert (report.errors, report.duplicate, report.rejected.total(), balanced(report)) == ({}, 0, 0, True)
    check(archive.root, expected)
    update.fold(archive)
    check(archive.root, expected)


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_in_many_batches_folded_anywhere(archive, files, expected, seed):
    chance = random.Random(seed)
    shuffled = chance.sample(files, len(files))
    while shuffled:
        count = chance.randint(1, 9)
        batch, shuffled = shuffled[:count], shuffled[count:]
        update.ingest(*batch, archive=archive)
        if chance.random() < 0.4:
            update.fold(archive)
    check(archive.root, expected)


def test_twice(archive, files, expected):
    first = update.ingest(*files, archive=archive)
    update.fold(archive)
    again = update.ingest(*reversed(files), archive=archive)
    assert (again.stored, again.replaced, again.duplicate) == (0, 0, first.stored)
    assert archive.journal_files() == []
    check(archive.root, expected)


INGEST = """
import sys
from jeta import update
from jeta.update import target
target.FOLD_COMMITS = 4
update.ingest(*sys.argv[2:], archive=sys.argv[1])
"""


def test_killed_anywhere_and_started_again(archive, files, expected):
    """Killed by force while it reads, commits or folds: what it left behind is sound, and the next run goes on."""
    chance = random.Random(0)
    environment = {**os.environ, "PYTHONPATH": str(Path(jeta.__file__).parents[1])}
    command = [sys.executable, "-c", INGEST, str(archive.root), *map(str, files)]
    killed = 0
    for _ in range(8):
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        while not archive.journal_files() and process.poll() is None and not killed:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.25) + (0.3 if killed else 0.0))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        for name in archive.names():
            rows = archive.read(name, -np.inf, np.inf)
            assert np.all(np.diff(rows.times) >= 0)
    assert killed
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    check(archive.root, expected)
