"""A real writer, really killed (SIGKILL), at random moments of commits and folds: nothing that was committed is lost.

After each kill the archive opens and verifies, holds every committed row once and the commit that was under way wholly or not at
all, and takes the next commit.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from archive import kill_server
from archive.kill_server import MSIDS, SEEDS_A_LIFE, delivery
from archive.rows import ALL_NS, contents
from jeta.archive import JetaReader, Writer, create_archive
from jeta.operations.verify import verify
from samples.series_model import SeriesModel, as_rows

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = 55


@pytest.fixture
def server():
    """A process that starts writers and kills them."""
    paths = [str(Path(kill_server.__file__).parents[2] / "src"), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with subprocess.Popen(
        [sys.executable, kill_server.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        yield process
        process.stdin.close()


class Lives:
    """An archive, what it must hold, and how its writers died."""

    def __init__(self, root, server, log):
        self.root, self.server, self.log = root, server, log
        create_archive(root)
        self.models = {msid: SeriesModel() for msid in MSIDS}
        self.reader = JetaReader(root)
        self.died_in = Counter()
        self.committed = 0

    def live(self, number, phases, delay_ms, workers=0):
        """Let a writer write and be killed; return its process id."""
        self.log.write_text("")
        self.server.stdin.write(f"{self.root} {self.log} {number * SEEDS_A_LIFE} {phases} {delay_ms} {workers}\n")
        self.server.stdin.flush()
        pid = int(self.server.stdout.readline())
        assert pid > 0, "the writer ended by itself"
        return pid

    def deliver(self, models, seed):
        for msid, rows in delivery(seed).items():
            models[msid].deliver(as_rows(rows))

    def agrees(self):
        """Whether a reader opened now and one that has been open all along find what must be there."""
        return all(
            contents(self.root, msid) == model.rows() == as_rows(self.reader.read_samples(msid, *ALL_NS))
            for msid, model in self.models.items()
        )

    def check(self, number):
        lines = [line.split() for line in self.log.read_text().splitlines()]
        for word, *seed in lines:
            if word == "committed":
                self.deliver(self.models, int(seed[0]))
                self.committed += 1
        last = lines[-1][0] if lines else "start"
        self.died_in[last] += 1
        assert [finding for finding in verify(self.root) if finding.severity == "error"] == []
        if last != "commit" or not self.agrees():
            if last == "commit":
                self.deliver(self.models, int(lines[-1][1]))
            assert self.agrees()
        next_seed = number * SEEDS_A_LIFE + SEEDS_A_LIFE // 2
        with Writer(self.root) as writer:
            writer.commit(delivery(next_seed))
        self.deliver(self.models, next_seed)
        assert self.agrees()


@pytest.mark.parametrize("run", range(4))
def test_killed_at_random_moments(tmp_path, server, run):
    lives = Lives(tmp_path / "archive", server, tmp_path / "log")
    chance = random.Random(run)
    for number in range(1, KILLS + 1):
        # Every third phase is a fold. Most delays end within the phase, the long ones anywhere.
        lives.live(number, chance.choice([1, 2, 3, 3, 5, 6]), chance.uniform(0, chance.choice([2, 8, 30])))
        lives.check(number)
    assert lives.died_in["commit"] >= KILLS // 6, lives.died_in
    assert lives.died_in["fold"] >= KILLS // 6, lives.died_in
    assert lives.committed >= KILLS // 2


def test_killed_while_other_processes_fold(tmp_path, server):
    """Workers outlive their writer, and may go on writing segments: no manifest names those."""
    lives = Lives(tmp_path / "archive", server, tmp_path / "log")
    chance = random.Random(99)
    for number in range(1, 6):
        pid = lives.live(number, 3, chance.uniform(300, 1000), workers=2)
        try:
            lives.check(number)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    with Writer(lives.root) as writer:
        writer.fold()
    assert lives.agrees()
    assert lives.died_in["fold"] >= 1, lives.died_in
