"""Folding by several processes: the same result, errors that arrive, and workers that end with their parent."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from jeta import logs
from jeta.archive import JetaReader, Writer, create_archive, writer
from jeta.archive.tasks import Fold
from jeta.archive.workers import Workers
from jeta.errors import ArchiveCorruptError
from jeta.operations import verify
from jeta.samples import Samples

NAMES = [f"M{number:03d}" for number in range(70)]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """An archive of some MSIDs in the journal, few as they are worth workers."""
    monkeypatch.setattr(writer, "_ROWS_WORTH_WORKERS", 1)
    monkeypatch.setattr(writer, "_NAMES_WORTH_WORKERS", 1)
    root = create_archive(tmp_path / "a").root
    with Writer(root) as own:
        own.commit({name: samples(number) for number, name in enumerate(NAMES)})
    return root


def samples(number):
    return Samples(np.arange(5) * 1000 + number, "ms", np.arange(5.0) + number)


def values(root, name):
    return JetaReader(root).read(name, -np.inf, np.inf).values.tolist()


def test_workers_fold_what_one_process_would(root):
    told = []
    with Writer(root) as own:
        assert own.fold(workers=3, progress=lambda done, total: told.append((done, total))) == 350
        assert own.pending() == (0, 0)
    assert told[-1] == (70, 70)
    assert [values(root, name) for name in NAMES] == [samples(number).values.tolist() for number in range(70)]
    assert verify(root) == []


def test_what_a_worker_logs_is_in_the_log_here(root):
    """A damaged list of statistics: a warning that names it, whichever process came upon it; and as JSON a line."""
    with Writer(root) as own:
        own.fold()
        own.commit({name: samples(9 + number) for number, name in enumerate(NAMES)})
    folder = own.layout.column(NAMES[0], "daily")
    folder.mkdir()
    (folder / "manifest").write_bytes(b"x\n")
    stream = io.StringIO()
    with Workers() as workers, logs.shown("INFO", stream, form="json"):
        workers.doing(Fold())(root, NAMES[:3])
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(each["level"], str(folder) in each["message"]) for each in told] == [("WARNING", True)]
    assert told[0]["logger"].startswith("jeta.archive.")


def test_worker_gives_its_result_and_ends_with_the_block(root):
    with Workers() as workers:
        ready = workers.doing(Fold())(root, NAMES[:3])
        (process,) = workers._processes
        assert process.poll() is None
    assert [folded.folder.parent.name for folded in ready] == NAMES[:3]
    assert process.returncode == 0


def test_error_in_a_worker_is_raised_here_and_it_goes_on(root):
    commit = next((root / "journal").glob("*.h5"))
    whole = commit.read_bytes()
    with Workers() as workers:
        commit.write_bytes(whole[:600])
        with pytest.raises(ArchiveCorruptError, match="journal file"):
            workers.doing(Fold())(root, NAMES[:1])
        commit.write_bytes(whole)
        assert len(workers.doing(Fold())(root, NAMES[:1])) == 1


def test_no_archive_is_an_os_error_of_its_kind(tmp_path):
    with Workers() as workers, pytest.raises((OSError, ArchiveCorruptError), match="no jeta archive"):
        workers.doing(Fold())(tmp_path, ["X"])


def test_killed_worker_is_told_and_the_fold_run_again(root):
    with Workers() as workers:
        workers.doing(Fold())(root, NAMES[:1])
        os.kill(workers._processes[0].pid, signal.SIGKILL)
        with pytest.raises(OSError, match="run the command again"):
            workers.doing(Fold())(root, NAMES[1:2])
    with Writer(root) as own:
        assert own.fold() == 350
    assert verify(root) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_worker_ends_when_its_parent_is_killed(root):
    """It reads the end of the pipe; nothing needs to watch it."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from jeta.archive.tasks import Fold; from jeta.archive.workers import Workers\n"
        "workers = Workers(); workers.doing(Fold())(Path(sys.argv[1]), ['M000'])\n"
        "print(workers._processes[0].pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, root], stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    for _ in range(200):
        if not alive(worker):
            break
        time.sleep(0.05)
    assert not alive(worker)


def alive(pid):
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
