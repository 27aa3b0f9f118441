"""Real processes that write records and sync catalogs, really killed (SIGKILL): nothing is lost, and nothing counted twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import jeta
from catalog.logs import answers, counts, end, expected, file
from jeta.catalog import Catalog, FileRecord, RecordLog

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
ROOT = Path(__file__).parents[1]
KILLS = 25

SERVER = """
import os, signal, sys, time
from pathlib import Path
from catalog.logs import counts, end, file
from jeta.catalog import Catalog, RecordLog, live, syncing
import jeta.catalog.opening, sqlalchemy.dialects.sqlite

def work(folder, begun):
    log = RecordLog(folder / "records")
    with Catalog.open(folder / "catalog.db", log) as catalog:
        os.write(begun, b"x")
        while True:
            number = log.last_number() + 1
            several = [counts(f"M{at:03d}", number, rejected=1) for at in range(300)]
            log.write(file(number, several), several)
            catalog.sync()

for line in sys.stdin:
    folder, delay_ms = line.split()
    reads, begun = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(Path(folder), begun)
        finally:
            os._exit(1)
    os.close(begun)
    os.read(reads, 1)
    time.sleep(float(delay_ms) / 1000)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reads)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -1, flush=True)
"""


@pytest.fixture
def server():
    """A process that starts writers and kills them."""
    paths = [str(Path(jeta.__file__).parents[1]), str(ROOT)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.stdin.close()


def live(server, folder, delay_ms):
    """Let a writer work for a while, and kill it."""
    server.stdin.write(f"{folder} {delay_ms}\n")
    server.stdin.flush()
    assert int(server.stdout.readline()) == signal.SIGKILL


def test_killed_while_writing_and_syncing(tmp_path, server):
    """After each kill the log is whole, and the catalog agrees with it to the row once in step."""
    log = RecordLog(tmp_path / "records")
    chance = random.Random(1)
    last, grew = 0, 0
    for kill in range(KILLS):
        live(server, tmp_path, 1 if kill == 0 else chance.uniform(0, 60))
        records = list(log.after(0))
        assert [record.number for record in records] == list(range(1, log.last_number() + 1))
        assert len(records) >= last
        grew += len(records) > last
        last = len(records)
        with Catalog.open(tmp_path / "catalog.db", log, read_only=True) as catalog:
            known = catalog.files()
            # One that was removed below may still be listed.
            assert known[: len(records)] == records[: len(known)]
        # As the next ingest does, if the commit did not happen.
        if kill % 5 == 4 and log.unsettled() is not None:
            log.remove(last)
            last -= 1
    log.tidy()
    assert list(tmp_path.rglob(".aside*")) == []
    with Catalog.open(tmp_path / "catalog.db", log) as catalog:
        catalog.sync()
        assert answers(catalog) == expected(log)
        assert catalog.check(full=True) == []
    assert grew >= KILLS // 5


FOLLOW = """
import sys
from pathlib import Path
from jeta.catalog import Catalog, RecordLog
folder, last = Path(sys.argv[1]), int(sys.argv[2])
log = RecordLog(folder / "records")
with Catalog.open(folder / "catalog.db", log) as catalog:
    while catalog.known_until() < last:
        catalog.sync()
"""


def test_processes_that_sync_at_once_count_nothing_twice(tmp_path):
    """Two from nothing, while a third writes."""
    log = RecordLog(tmp_path / "records")
    environment = {**os.environ, "PYTHONPATH": str(Path(jeta.__file__).parents[1])}
    words = [sys.executable, "-W", "error", "-c", FOLLOW, str(tmp_path), "41"]
    followers = [subprocess.Popen(words, env=environment) for _ in range(2)]
    try:
        for number in range(1, 41):
            several = [counts(f"M{at:03d}", number) for at in range(50)]
            log.write(file(number, several), several)
            time.sleep(0.01)
        end(log)
        assert [each.wait(timeout=60) for each in followers] == [0, 0]
    finally:
        for each in followers:
            each.kill()
    with Catalog.open(tmp_path / "catalog.db", log) as catalog:
        assert answers(catalog) == expected(log)
        assert catalog.check(full=True) == []


def test_a_run_whose_process_was_killed_is_shown_as_failed(tmp_path):
    code = """
import sys, time
from pathlib import Path
from jeta.catalog import Catalog, RecordLog
folder = Path(sys.argv[1])
catalog = Catalog.open(folder / "catalog.db", RecordLog(folder / "records"))
catalog.set_state(catalog.begin_run("jeta ingest"), "processing")
print("begun", flush=True)
time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(jeta.__file__).parents[1])}
    with (
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env=environment
        ) as writer,
        Catalog.open(tmp_path / "catalog.db", RecordLog(tmp_path / "records")) as catalog,
    ):
        assert writer.stdout.readline() == b"begun\n"
        assert [run.state for run in catalog.runs()] == ["processing"]
        writer.kill()
        writer.wait()
        found = catalog.runs()[0]
    assert (found.state, found.is_under_way) == ("failed", False)
    assert "it was killed" in found.message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file system of little room")
def test_a_record_that_does_not_fit_is_not_there(tmp_path, monkeypatch):
    """The disk is full: the log is as before."""
    log = RecordLog(tmp_path / "records")
    log.write(FileRecord("2026-run-1", "/in/a"))
    real = Path.open

    def full(path, mode="r", *args, **kwargs):
        return real(Path("/dev/full") if "x" in mode else path, mode.replace("x", "w"), *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space left"):
        log.write(FileRecord("2026-run-1", "/in/b"), [counts(f"M{at}", 2) for at in range(3000)])
    monkeypatch.undo()
    assert [record.path for record in log.after(0)] == ["/in/a"]
