"""Folds that keep statistics, on a disk that is full, and while others read."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import jeta
from archive.products import check_statistics, numbers, ticks_of, use_small_files, words
from archive.test_full_disk import file_size_limit
from jeta import fetch, update
from jeta.archive import JetaReader, Writer, create_archive
from jeta.operations.verify import verify
from jeta.samples import Samples


@pytest.mark.parametrize("seed", range(2))
def test_folds_and_rebuilds_that_fail_at_any_size_change_nothing(tmp_path, monkeypatch, seed):
    use_small_files(monkeypatch, file_bins=12, chunk_bins=4)
    chance, root = random.Random(seed), create_archive(tmp_path / "a").root
    failed = {"fold": 0, "statistics": 0}
    with Writer(root) as writer:
        for number in range(20):
            bins = [*range(4 * number, 4 * number + 4), chance.randint(0, 4 * number)]
            writer.commit({"A": numbers(bins, float(number)), "T": words(bins, ["ON", f"STATE {number}"])})
            rows = {msid: writer.reader.rows(msid) for msid in "AT"}
            for what, work in (
                ("fold", writer.fold),
                ("statistics", lambda: update.statistics(archive=writer, rebuild=True, workers=1)),
            ):
                try:
                    with file_size_limit(chance.choice([chance.randint(0, 6000), chance.randint(0, 6000), 10**7])):
                        work()
                except OSError:
                    failed[what] += 1
                check_statistics(root)
                assert {msid: writer.reader.rows(msid) for msid in "AT"} == rows
        update.statistics(archive=writer, workers=1)
    assert min(failed.values()) >= 3, failed
    check_statistics(root)
    assert [str(finding) for finding in verify(root) if "is not part of the archive" not in finding.message] == []


BINS, SAMPLES = 20, 4
WRITER = """
import sys, time
from pathlib import Path
import numpy as np
from jeta.archive import Writer, product_fold, product_file
from jeta.samples import Samples
product_fold.ROWS_WORTH_STORING, product_fold.FILE_BINS, product_file.CHUNK_BINS = 5, 6, 2
stop, number = time.monotonic() + 3.0, 0
with Writer(Path(sys.argv[1])) as writer:
    while time.monotonic() < stop:
        number += 1
        offsets = np.arange(4 + min(number, 100)) * 1000  # never fewer: each commit replaces all samples of those before
        ticks = (np.arange(20)[:, None] * 328_000 + offsets).ravel()
        writer.commit({"A": Samples(ticks, "ms", np.full(len(ticks), float(number)))})
        writer.fold(statistics=number % 5 != 0)
print(number)
"""


def commit_all_bins(root, number):
    ticks = ticks_of(range(BINS), np.arange(SAMPLES) * 1000)
    with Writer(root) as writer:
        writer.commit({"A": Samples(ticks, "ms", np.full(len(ticks), float(number)))})
        writer.commit({"A": Samples(np.array([BINS * 328_000]), "ms", np.zeros(1))})
        writer.fold()


@pytest.fixture
def read_in_turns(tmp_path):
    """Fetch the statistics of an archive again and again, by several threads, until another process ends; return all."""

    def read(root, child):
        found, errors = [], []

        def loop():
            try:
                while child.poll() is None:
                    dat = fetch.MSID("A", 0, 328 * BINS, stat="5min")
                    found.append((dat.indexes, dat.samples, dat.mins, dat.maxes, dat.means))
            except BaseException as err:  # noqa: BLE001 - it is told by the test
                errors.append(err)

        threads = [threading.Thread(target=loop) for _ in range(3)]
        with fetch.set_archive(root):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return found, errors

    return read


def test_each_bin_that_a_reader_gets_is_of_one_commit(tmp_path, monkeypatch, read_in_turns):
    """Each commit gives all samples of a bin one value, its number; and so do folds that rewrite statistics meanwhile."""
    use_small_files(monkeypatch, file_bins=6, chunk_bins=2)
    root = create_archive(tmp_path / "a").root
    commit_all_bins(root, 0)
    source = str(Path(jeta.__file__).parents[1])
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root)], env={"PYTHONPATH": source}, stdout=subprocess.PIPE, text=True
    )
    found, errors = read_in_turns(root, child)
    commits = int(child.stdout.read())
    child.stdout.close()
    assert (errors, child.returncode) == ([], 0)
    assert commits > 10
    assert len(found) > 20
    seen = set()
    for indexes, samples, mins, maxes, means in found:
        assert indexes.tolist() == list(range(BINS))
        assert mins.tolist() == maxes.tolist() == means.tolist()
        assert (samples >= SAMPLES).all()
        seen |= set(mins.tolist())
    assert len(seen) > 5
    check_statistics(root)
    assert JetaReader(root).product("A", "5min") is not None
