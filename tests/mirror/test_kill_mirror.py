"""`mirror`, really killed (SIGKILL) at random moments: what is there is of the source, and it goes on where it was."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from jeta.archive import Writer
from jeta.mirror import write_index
from mirror import kill_mirror_server
from mirror.mirror_lab import assert_same, errors, rows, served
from operations.lab import MSIDS, delivery, filled

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = 6


@pytest.fixture(scope="module")
def killed():
    """Mirror in another process and kill that; return how it ended."""
    paths = [str(Path(kill_mirror_server.__file__).parents[2] / "src"), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, kill_mirror_server.__file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:

        def killed(source, dest, delay_ms):
            process.stdin.write(f"{source}\t{dest}\t{delay_ms}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield killed
        process.stdin.close()


def delay_ms(ended, rng, longest_ms):
    """When to kill: the first time at once, so that no test goes by without, and then at random."""
    return rng.uniform(0, longest_ms) if ended else 1.0


@pytest.mark.parametrize("is_far", [False, True], ids=["folder", "http"])
def test_kills_between_changes(tmp_path, killed, is_far):
    """After each kill the mirror has of each MSID what the source had at some time; the last run ends in all."""
    root, dest = filled(tmp_path / "source", pending=0), tmp_path / "dest"
    rng, numbers, ended = random.Random(is_far), np.random.default_rng(1), Counter()
    history = {name: [[], rows(root, name)] for name in MSIDS}
    with served(root) as (url, _):
        source = url if is_far else root
        for number in range(KILLS):
            with Writer(root) as writer:
                if is_far or number % 2:
                    writer.fold()
            if is_far:
                for name in MSIDS:
                    history[name].append(rows(root, name))
                write_index(root)
            ended[killed(source, dest, delay_ms(ended, rng, 150))] += 1
            if (dest / "archive.yaml").exists():
                assert errors(dest) == []
                for name in MSIDS:
                    assert rows(dest, name) in history[name]
            with Writer(root) as writer:
                writer.commit(delivery(numbers, 30))
            for name in MSIDS:
                history[name].append(rows(root, name))
        with Writer(root) as writer:
            writer.fold()
        write_index(root)
        assert set(ended) <= {"killed", "done"}, ended
        assert ended["killed"], ended
        assert killed(source, dest, 60_000) == "done"
    assert_same(root, dest)
    assert not (dest / "mirror" / "arriving").exists()


def test_a_first_mirror_that_is_killed_again_and_again_gets_done(tmp_path, killed):
    """What has come is not brought again, so that in the end all of it is there."""
    root, dest = filled(tmp_path / "source", folds=6), tmp_path / "dest"
    ended = Counter()
    for wait_ms in range(5, 2000, 25):
        ended[killed(root, dest, wait_ms)] += 1
        if ended["done"]:
            break
    assert ended["killed"]
    assert ended["done"] == 1, ended
    assert_same(root, dest)
