"""A disk that is full loses nothing that was committed, and once there is room all goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from archive.rows import contents, use_small_pieces
from jeta.archive import Writer, create_archive
from jeta.operations.verify import verify
from jeta.samples import Samples
from samples.series_model import SeriesModel, as_rows

MSIDS = ("TEMP", "MODE", "NOISE")


@contextmanager
def file_size_limit(size_bytes):
    """Let every write beyond so many bytes of a file fail, as on a full disk."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def delivery(rng, number, count):
    ticks = 1000 * number + np.sort(rng.integers(0, 1500, count))
    return {
        "TEMP": Samples(ticks, "ms", rng.integers(0, 9, count) / 4),
        "MODE": Samples.from_texts(ticks, "ms", rng.choice(["ON", "OFF"], count)),
        "NOISE": Samples(ticks, "ms", rng.normal(size=count)),
    }


def deliver(models, rows_by_msid):
    for msid, rows in rows_by_msid.items():
        models[msid].deliver(as_rows(rows))


def agrees(root, models):
    return all(contents(root, msid) == model.rows() for msid, model in models.items())


@pytest.mark.parametrize("seed", range(3))
def test_commits_and_folds_that_fail_at_any_size_change_nothing(tmp_path, monkeypatch, seed):
    use_small_pieces(monkeypatch, segment_rows=100, chunk_rows=32)
    chance, rng = random.Random(seed), np.random.default_rng(seed)
    root = create_archive(tmp_path / "a").root
    models = {msid: SeriesModel() for msid in MSIDS}
    failed = {"commit": 0, "fold": 0}
    with Writer(root) as writer:
        for number in range(40):
            rows = delivery(rng, number, 30)
            try:
                with file_size_limit(chance.randint(0, 16_000)):
                    writer.commit(rows)
                deliver(models, rows)
            except OSError:
                failed["commit"] += 1
            assert agrees(root, models)
            try:
                with file_size_limit(chance.choice([chance.randint(0, 6000), 10**6])):
                    writer.fold()
            except OSError:
                failed["fold"] += 1
            assert agrees(root, models)
        writer.commit(rows := delivery(rng, 99, 30))
        deliver(models, rows)
        writer.fold()
        assert writer.pending() == (0, 0)
    assert min(failed.values()) >= 3, failed
    assert agrees(root, models)
    assert [finding for finding in verify(root) if finding.severity == "error"] == []


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root on Linux may mount a small file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "jeta-test", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small file system here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_real_disk_that_fills_up(small_disk):
    """Commits until the disk is full, a fold that may fail, then room is made, and all goes on."""
    root = create_archive(small_disk / "a").root
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))
    rng = np.random.default_rng(0)
    models = {msid: SeriesModel() for msid in MSIDS}
    with Writer(root) as writer:
        for number in range(1000):
            rows = delivery(rng, number, 800)
            try:
                writer.commit(rows)
            except OSError:
                break
            deliver(models, rows)
        assert number > 3
        assert agrees(root, models)
        (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
        with pytest.raises(OSError, match=r"[Nn]o space|write|flush"):
            writer.fold()
        assert agrees(root, models)
    ballast.unlink()
    (small_disk / "filler").unlink()
    assert agrees(root, models)
    with Writer(root) as writer:
        writer.fold()
        assert writer.pending() == (0, 0)
        writer.commit(rows)
    deliver(models, rows)
    assert agrees(root, models)
    assert [finding for finding in verify(root) if finding.severity == "error"] == []
