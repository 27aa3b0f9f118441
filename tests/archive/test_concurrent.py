"""Readers in several threads while another process commits and folds: every read is a state that some commit left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from archive.rows import archive_with, rows
from jeta.archive import JetaReader

WRITE = """
import sys, time, itertools
from functools import partial
from pathlib import Path
import numpy as np
from jeta.archive import Writer, fold
from jeta.samples import Samples
fold.fold_column = partial(fold.fold_column, segment_rows=60)
end = time.monotonic() + float(sys.argv[2])  # and longer, where the machine is busy with something else
with Writer(Path(sys.argv[1])) as writer:
    for number in itertools.count(1):
        if time.monotonic() > end and number > 40:
            break
        every = Samples(np.arange(100), "ms", np.full(100, float(number)))
        late = Samples(np.arange(100) * 1000 + number % 7, "us", np.full(100, number))
        writer.commit({"SAME": every, "GROWS": Samples(np.array([number]), "ms", np.array([number])), "FINE": late})
        if number % 3 == 0:
            writer.fold()
print(number - 1)
"""


def test_every_read_is_a_consistent_state(tmp_path):
    start = {
        "SAME": rows(np.arange(100), np.zeros(100)),
        "GROWS": rows([0], [0]),
        "FINE": rows(np.arange(100), [0] * 100),
    }
    root = archive_with(tmp_path / "a", start)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, str(root), "3"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        reader = JetaReader(root)
        with ThreadPoolExecutor(4) as pool:
            seen = list(pool.map(watch, [reader, reader, JetaReader(root), reader], [process] * 4))
        commits = int(process.stdout.read())
    assert commits > 20
    assert min(len(states) for states in seen) > 5, "each thread saw the archive change"
    assert reader.read("SAME", 0, 1).values.tolist() == [commits] * 100
    assert reader.read("GROWS", -1, 1e6).values.tolist() == list(range(commits + 1))


def watch(reader, process):
    """Read until the writer ends; return the states seen."""
    states, last = set(), 0.0
    while process.poll() is None:
        same = reader.read("SAME", 0, 1)
        state = float(same.values[0])
        assert same.values.tolist() == [state] * 100, "a commit is seen whole or not at all"
        assert same.times.tolist() == (np.arange(100) / 1000).tolist()
        assert state >= last, "time does not run backwards"
        grows = reader.read("GROWS", -1, 1e6).values
        assert grows.tolist() == list(range(len(grows)))
        assert len(grows) - 1 >= state, "what one MSID shows of a commit, another read after it shows too"
        fine = reader.read_samples("FINE", -(2**63), 2**63 - 1)
        assert np.all(np.diff(fine.ticks) > 0)
        assert len(fine) >= 100
        assert reader.rows_between("SAME", 0, 1) == (100, 0.0, 0.099)
        assert len(reader.gaps_longer_than("GROWS", -1, 1e6, 0.0015)[0]) == 0
        assert reader.instant_before("FINE", 1) >= 0.099
        last = state
        states.add(state)
        time.sleep(0.001)
    return states
