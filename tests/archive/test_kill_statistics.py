"""A real writer, really killed (SIGKILL) while it commits, folds and rebuilds statistics over days of samples.

After each kill the archive verifies, holds every committed row, and a fetch of any statistics gives what all samples give, to the
last bit.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from archive import kill_statistics_server
from archive.kill_statistics_server import MSIDS, SEEDS_A_LIFE, delivery
from archive.products import check_statistics
from archive.rows import contents
from jeta import update
from jeta.archive import JetaReader, create_archive
from jeta.operations.verify import verify
from jeta.statistics import BIN_WIDTHS_S
from samples.series_model import SeriesModel, as_rows

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = 15
RUNS = 4


@pytest.fixture(scope="module")
def server():
    """A process that starts writers and kills them."""
    paths = [str(Path(kill_statistics_server.__file__).parents[2] / "src"), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, kill_statistics_server.__file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture(scope="module")
def deaths():
    """In which phase the writers of all runs were killed."""
    return Counter()


def live(server, root, log, number, phases, delay_ms):
    """Let a writer write and be killed; return what it told."""
    log.write_text("")
    server.stdin.write(f"{root} {log} {number * SEEDS_A_LIFE} {phases} {delay_ms} 0\n")
    server.stdin.flush()
    assert int(server.stdout.readline()) > 0, "the writer ended by itself"
    return [line.split() for line in log.read_text().splitlines()]


def agrees(root, models):
    return all(contents(root, msid) == model.rows() for msid, model in models.items())


def deliver(models, seed):
    for msid, rows in delivery(seed).items():
        models[msid].deliver(as_rows(rows))


@pytest.mark.parametrize("run", range(RUNS))
def test_killed_at_random_moments_statistics_are_those_of_the_samples(tmp_path, server, deaths, run):
    root = create_archive(tmp_path / "a").root
    models, chance = {msid: SeriesModel() for msid in MSIDS}, random.Random(run)
    for number in range(KILLS):
        # Of seven phases four are commits, two folds, the last one is a rebuild.
        phases = chance.choice([1, 2, 3, 5, 6, 7, 7, 10])
        told = live(
            server,
            root,
            tmp_path / "log",
            run * KILLS + number + 1,
            phases,
            chance.uniform(0, chance.choice([1, 15, 40])),
        )
        for seed in (int(seed[0]) for word, *seed in told if word == "committed"):
            deliver(models, seed)
        last = told[-1][0] if told else "start"
        deaths[last] += 1
        if last == "commit" and not agrees(root, models):
            deliver(models, int(told[-1][1]))
        assert agrees(root, models)
        assert [str(finding) for finding in verify(root) if finding.severity == "error"] == []
        check_statistics(root)
    reader = JetaReader(root)
    assert all(reader.product(msid, stat) is not None for msid in MSIDS for stat in BIN_WIDTHS_S)
    update.statistics(archive=root, workers=1)
    assert not [finding for finding in verify(root) if "is not part of the archive" not in finding.message]


def test_the_kills_were_spread_over_all_phases(deaths):
    if sum(deaths.values()) < KILLS * RUNS:
        pytest.skip("not all runs were made by this process")
    assert min(deaths[phase] for phase in ("commit", "fold", "rebuild")) >= 5, deaths
