"""One writer at a time; a second one is told who the first is."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading

import pytest

from archive.rows import rows
from jeta.archive import JetaReader, Writer, create_archive
from jeta.archive.lock import WriterLock, holder_of
from jeta.errors import ArchiveLockedError

HOLD = """
import sys
import threading
from pathlib import Path
from jeta.archive import Writer
with Writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path):
    return create_archive(tmp_path / "a").root


@pytest.fixture
def holder(root):
    """Another process that holds the lock until its input ends."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_a_second_process_is_told_who_writes_where_and_since_when(root, holder):
    with pytest.raises(ArchiveLockedError) as caught, Writer(root):
        pass
    words = (
        rf"process {holder.pid} \(.*\) on {re.escape(socket.gethostname())} since \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d UTC"
    )
    assert re.search(words, str(caught.value))
    assert str(root) in str(caught.value)


def test_a_second_writer_of_the_same_process_is_refused(root):
    with Writer(root), pytest.raises(ArchiveLockedError, match=f"process {os.getpid()} "), Writer(root):
        pass


def test_the_same_writer_is_not_entered_twice_and_still_holds_the_lock(root):
    with Writer(root) as writer:
        with pytest.raises(ArchiveLockedError), writer:
            pass
        writer.commit({"TEMP": rows([1], [1.0])})


def test_readers_do_not_mind(root, holder):
    assert JetaReader(root).names() == []


def test_a_killed_writer_gives_the_lock_up(root, holder):
    holder.kill()
    holder.wait()
    with Writer(root) as writer:
        assert writer.pending() == (0, 0)


def test_a_writer_that_ends_gives_the_lock_up(root):
    for _ in range(3):
        with Writer(root):
            pass


def test_a_writer_that_fails_gives_the_lock_up(root):
    with pytest.raises(ZeroDivisionError), Writer(root):
        raise ZeroDivisionError
    with Writer(root):
        pass


def test_a_lock_whose_note_cannot_be_read_still_holds(tmp_path):
    with WriterLock(tmp_path / "lock"):
        (tmp_path / "lock").write_bytes(b"?")
        with pytest.raises(ArchiveLockedError, match="by another process"):
            WriterLock(tmp_path / "lock").acquire()


@pytest.mark.parametrize("act", [lambda w: w.commit({"TEMP": rows([1], [1.0])}), lambda w: w.fold()])
def test_a_writer_outside_with_does_nothing(root, act):
    with pytest.raises(ArchiveLockedError, match="use it inside  with"):
        act(Writer(root))
    with Writer(root) as writer:
        pass
    with pytest.raises(ArchiveLockedError):
        act(writer)
    assert JetaReader(root).names() == []


def test_who_holds_it_can_be_asked_by_anybody(root, holder):
    found = holder_of(root / "writer.lock")
    assert (found.pid, found.host) == (holder.pid, socket.gethostname())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", found.since_utc)
    holder.stdin.close()
    holder.wait()
    assert holder_of(root / "writer.lock") is None


def test_asking_makes_no_file_and_takes_no_lock(root):
    assert holder_of(root / "writer.lock") is None
    assert not (root / "writer.lock").exists()
    with Writer(root):
        content = (root / "writer.lock").read_bytes()
        assert holder_of(root / "writer.lock").pid == os.getpid()
        assert (root / "writer.lock").read_bytes() == content


def test_a_holder_whose_note_is_lost(root):
    with Writer(root):
        (root / "writer.lock").write_bytes(b"{")
        assert str(holder_of(root / "writer.lock")) == "another process"


def test_those_who_ask_keep_no_writer_out(root):
    """A hundred times a thousand looks, and the lock is got each time."""
    with WriterLock(root / "writer.lock"):
        pass
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            holder_of(root / "writer.lock")

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for _ in range(100):
            with WriterLock(root / "writer.lock"):
                pass
    finally:
        stop.set()
        thread.join()
