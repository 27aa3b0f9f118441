"""`backup`, `restore`, `truncate` and `destroy`, really killed (SIGKILL) at random moments: run again, all is as it should be."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from jeta.archive import Writer
from jeta.operations import backup, backups_in, truncate, verify, verify_backup
from operations import kill_operations_server
from operations.lab import all_rows, delivery, filled
from operations.test_truncate import before

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = 5


@pytest.fixture(scope="module")
def killed():
    """Do something in another process and kill that; return how it ended."""
    paths = [str(Path(kill_operations_server.__file__).parents[2] / "src"), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, kill_operations_server.__file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:

        def killed(name, delay_ms, *arguments):
            process.stdin.write("\t".join(map(str, (name, delay_ms, *arguments))) + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield killed
        process.stdin.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An archive to make copies of, and a backup of it."""
    folder = tmp_path_factory.mktemp("kill")
    root = filled(folder / "a", folds=2)
    return root, backup(root, folder / "b").path


def errors(root):
    return [finding for finding in verify(root, full=False) if finding.severity == "error"]


def delay_ms(ended, rng, longest_ms):
    """When to kill: the first time at once, so that no test goes by without, and then at random."""
    return rng.uniform(0, longest_ms) if ended else 1.0


def how_long_ms(work):
    """How long something takes that is not killed."""
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)


@pytest.mark.parametrize("name", ["backup", "link"])
def test_no_half_backup_looks_whole(tmp_path, model, killed, name):
    """Every backup that has a name is whole, the archive is not concerned, and the next backup removes what was left."""
    root = tmp_path / "a"
    shutil.copytree(model[0], root)
    there, rng, ended = all_rows(root), random.Random(name), Counter()
    long_ms = how_long_ms(lambda: backup(root, tmp_path / "b"))
    for number in range(KILLS):
        ended[killed(name, delay_ms(ended, rng, 1.2 * long_ms), root, tmp_path / "b")] += 1
        for path in backups_in(tmp_path / "b")[-2:]:
            assert verify_backup(path) == []
            assert errors(path) == []
        if number % 8 == 0:
            assert all_rows(root) == there
    assert set(ended) <= {"killed", "done"}, ended
    assert ended["killed"], ended
    report = backup(root, tmp_path / "b")
    assert all_rows(report.path) == there
    assert sorted(os.listdir(tmp_path / "b")) == sorted(
        ["backup.lock", *(path.name for path in backups_in(tmp_path / "b"))]
    )
    assert verify(root) == []


def test_a_whole_archive_is_there_or_not(tmp_path, model, killed):
    """Killed anywhere, nothing of the archive's name is there, or all of it."""
    there, rng, ended = all_rows(model[1]), random.Random(1), Counter()
    target = tmp_path / "again"
    long_ms = 80
    for _ in range(KILLS):
        ended[killed("restore", delay_ms(ended, rng, 1.2 * long_ms), model[1], target)] += 1
        if target.exists():
            assert errors(target) == []
            assert all_rows(target) == there
            shutil.rmtree(target)
    assert set(ended) <= {"killed", "done"}, ended
    assert ended["killed"], ended
    killed("restore", 20_000, model[1], target)
    assert all_rows(target) == there
    assert verify(target) == []
    assert os.listdir(tmp_path) == ["again"]


def test_mending_that_is_killed_goes_on(tmp_path, model, killed):
    """All segments of the archive are damaged; each kill leaves each of them damaged or whole."""
    root, rng, ended = tmp_path / "a", random.Random(2), Counter()
    shutil.copytree(model[0], root)
    there = all_rows(root)
    for _ in range(KILLS):
        if not errors(root):
            for path in (root / "columns").glob("*/full/*.h5"):
                os.truncate(path, 700)
        ended[killed("restore", delay_ms(ended, rng, 500), model[1], root)] += 1
    assert set(ended) <= {"killed", "done"}, ended
    assert ended["killed"], ended
    assert killed("restore", 20_000, model[1], root) == "done"
    assert [finding for finding in verify(root) if finding.severity == "error"] == []
    assert all_rows(root) == there


@pytest.mark.parametrize("name", ["some", "replace"])
def test_msids_that_are_restored(tmp_path, model, killed, name):
    """Killed anywhere, the archive verifies, other MSIDs are as they were; run again, all samples are there."""
    root, rng, ended = tmp_path / "a", random.Random(name), Counter()
    shutil.copytree(model[0], root)
    saved = all_rows(model[1])
    for _ in range(KILLS):
        truncate(root, 86_400.0, msids=["COUNTS", "TEMP"])
        ended[killed(name, delay_ms(ended, rng, 250), model[1], root)] += 1
        assert errors(root) == []
        found = all_rows(root)
        assert found["MODE"] == saved["MODE"]
        assert set(found["COUNTS"]) <= set(saved["COUNTS"])
    assert set(ended) <= {"killed", "done"}, ended
    assert ended["killed"], ended
    assert killed(name, 20_000, model[1], root) == "done"
    assert all_rows(root) == saved
    assert verify(root) == []


def test_truncate_that_is_killed(tmp_path, model, killed):
    """After each kill each MSID is as before or as after; run again it is right, and what went may come again."""
    root, rng, ended = tmp_path / "a", random.Random(3), Counter()
    shutil.copytree(model[0], root)
    numbers = np.random.default_rng(3)
    for number in range(KILLS):
        start_s = rng.uniform(0, 3 * 86_400)
        there = all_rows(root)
        ended[killed("truncate", delay_ms(ended, rng, 120), root, start_s)] += 1
        assert errors(root) == []
        found = all_rows(root)
        for name, rows in there.items():
            assert found.get(name, []) in (rows, before(rows, start_s))
        truncate(root, start_s)
        expected = {name: left for name, rows in there.items() if (left := before(rows, start_s))}
        assert all_rows(root) == expected
        if number % 8 == 0:
            assert verify(root) == []
        with Writer(root) as writer:
            writer.commit(delivery(numbers, 30))
    assert set(ended) <= {"killed", "done"}, ended
    assert ended["killed"], ended


def test_destroy_that_is_killed_can_be_run_again(tmp_path, model, killed):
    rng, ended = random.Random(4), Counter()
    for number in range(KILLS):
        root = tmp_path / str(number)
        shutil.copytree(model[0], root)
        ended[killed("destroy", delay_ms(ended, rng, 8), root)] += 1
        if (root / "archive.yaml").exists():
            assert killed("destroy", 20_000, root) == "done"
        elif root.exists():
            assert os.listdir(root) == []
            continue
        assert not root.exists()
    assert ended["killed"], ended
