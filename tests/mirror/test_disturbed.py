"""Mirrors while the source is written to, while others read them, and onto disks that fill up."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading

import numpy as np
import pytest

from archive.test_full_disk import file_size_limit, small_disk  # noqa: F401 - the second is a fixture
from jeta.archive import JetaReader, Writer
from jeta.errors import ArchiveLockedError
from jeta.mirror import mirror, write_index
from mirror.mirror_lab import assert_same, errors, rows, served
from operations.lab import MSIDS, delivery, filled, small

WRITER = """
import sys, time
import numpy as np
from jeta.archive import Writer
from operations.lab import delivery
root, rounds = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(3)
for number in range(rounds):
    with Writer(root) as writer:
        writer.commit(delivery(rng, 20))
        if number % 3 == 2:
            writer.fold()
"""


def writing(root, rounds):
    """Another process that commits and folds so many times."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), str(rounds)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def test_a_writer_that_commits_and_folds_meanwhile(tmp_path):
    """Each mirror that ends is of one moment, and verifies; a reader of the mirror never sees samples go that were there."""
    root, dest = filled(tmp_path / "source"), tmp_path / "dest"
    mirror(root, dest)
    seen, stop, wrong = [], threading.Event(), []

    def look():
        while not stop.is_set():
            now = {name: len(rows(dest, name)) for name in MSIDS}
            if seen and any(now[name] < seen[-1][name] for name in MSIDS):
                wrong.append((seen[-1], now))
            seen.append(now)

    thread = threading.Thread(target=look)
    thread.start()
    with writing(root, 25) as process:
        runs = 0
        while process.poll() is None or not runs:
            try:
                mirror(None, dest, threads=2)
            except ArchiveLockedError:
                continue
            runs += 1
            assert errors(dest) == []
    stop.set()
    thread.join()
    assert process.returncode == 0
    assert not wrong
    assert len(seen) > 3
    mirror(None, dest)
    assert_same(root, dest)


def test_a_writer_that_folds_while_the_index_is_served(tmp_path):
    root, dest = filled(tmp_path / "source"), tmp_path / "dest"
    with served(root) as (url, _):
        with writing(root, 15) as process:
            while process.poll() is None:
                write_index(root)
                try:
                    mirror(url, dest, threads=2)
                except ArchiveLockedError:
                    continue
                assert errors(dest) == []
        with Writer(root) as writer:
            writer.fold()
        write_index(root)
        mirror(url, dest)
    assert_same(root, dest)


@pytest.mark.parametrize("seed", range(2))
def test_a_disk_that_is_full_at_any_size(tmp_path, monkeypatch, seed):
    """What is there is of the source; once there is room, the rest comes."""
    small(monkeypatch)
    chance, rng = random.Random(seed), np.random.default_rng(seed)
    root, dest = filled(tmp_path / "source", pending=0), tmp_path / "dest"
    history = {name: [[], rows(root, name)] for name in MSIDS}
    failed = 0
    for _ in range(12):
        try:
            with file_size_limit(chance.choice([200, 700, 3000, 6000, 20_000])):
                mirror(root, dest, threads=1)
        except OSError:
            failed += 1
        if (dest / "archive.yaml").exists():
            assert errors(dest) == []
            for name in MSIDS:
                assert rows(dest, name) in history[name]
        with Writer(root) as writer:
            writer.commit(delivery(rng, 20))
            if chance.random() < 0.5:
                writer.fold()
        for name in MSIDS:
            history[name].append(rows(root, name))
    assert failed >= 3
    mirror(root, dest)
    assert_same(root, dest)


def test_a_real_disk_that_fills_up(tmp_path, small_disk):  # noqa: F811 - the fixture
    root = filled(tmp_path / "source", folds=1, pending=0)
    rng = np.random.default_rng(2)
    with Writer(root) as writer:
        writer.commit({"BIG": delivery(rng, 400_000)["FINE"], "SMALL": delivery(rng, 20)["FINE"]})
        writer.fold()
    dest = small_disk / "dest"
    with pytest.raises(OSError, match=r"[Nn]o space"):
        mirror(root, dest)
    assert errors(dest) == []
    assert rows(dest, "BIG") == []
    mirror(root, dest, msids=["SMALL", *MSIDS], prune=True)
    assert_same(root, dest, ["SMALL", *MSIDS])


def test_a_folder_of_the_mirror_that_may_not_be_written(tmp_path):
    if os.getuid() == 0:
        pytest.skip("root may write anywhere")
    root, dest = filled(tmp_path / "source"), tmp_path / "dest"
    mirror(root, dest)
    (dest / "columns" / "TEMP" / "full").chmod(0o500)
    with Writer(root) as writer:
        writer.commit(delivery(np.random.default_rng(2), 20))
        writer.fold()
    with pytest.raises(PermissionError):
        mirror(None, dest)
    (dest / "columns" / "TEMP" / "full").chmod(0o700)
    mirror(None, dest)
    assert_same(root, dest)


def test_readers_that_hold_an_old_state_look_again(tmp_path):
    """A reader that was open before sees what came, without being opened anew."""
    root, dest = filled(tmp_path / "source"), tmp_path / "dest"
    mirror(root, dest)
    reader = JetaReader(dest)
    there = reader.rows("TEMP")
    with Writer(root) as writer:
        writer.commit(delivery(np.random.default_rng(7), 50))
        writer.fold()
    mirror(None, dest)
    assert reader.rows("TEMP") > there
    assert reader.rows("TEMP") == JetaReader(root).rows("TEMP")
