"""Processes that read files: one request a line on standard input, one answer on standard output.

As `jeta.archive.workers` says, not `multiprocessing`: a script that ingests need not be written for being imported again. They
end by themselves when the pipe from their parent closes.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from jeta import logs
from jeta.errors import JetaError
from jeta.ingest.reading import Request, read_delivery

if TYPE_CHECKING:
    from jeta.formats import Delivery

_LENGTH_BYTES = 8
_PROGRAM = "from jeta.ingest import reader_processes; reader_processes.serve()"


class ReaderProcesses:
    """Some processes that read files, each started when there is something to read; they end with the ``with`` block.

    Parameters
    ----------
    count : int
        How many at most.

    Examples
    --------
    ::

        with ReaderProcesses(2) as processes:
            delivery = processes.submit(Request(path)).result()
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, "jeta-read")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._is_closed = True
            for process in self._processes:
                process.kill()  # what it still reads, nobody waits for
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()

    def submit(self, request: Request) -> Future[Delivery]:
        """Have a file read."""
        return self._threads.submit(self._read, request)

    def _read(self, request: Request) -> Delivery:
        """Have a file read by this thread's process.

        Raises
        ------
        FormatError
            If the file is of no known format, or is damaged.
        OSError
            If it may not be read, or the process was killed.
        """
        process = self._process()
        stdin, stdout = process.stdin, process.stdout
        answer = b""
        if stdin is not None and stdout is not None:
            with suppress(BrokenPipeError):
                wanted = [os.fsencode(request.path).hex(), dict(request.options), logs.level()]
                stdin.write(json.dumps(wanted).encode() + b"\n")
                stdin.flush()
                answer = _whole(stdout)
        if not answer:
            self._local.process = None
            raise OSError(f"{request.path}: the process {process.pid} that read it was killed; ingest it again")
        found, entries = pickle.loads(answer)  # noqa: S301 - from a process of our own, made from the file by our own reader
        logs.replay(entries)
        if isinstance(found, Exception):
            raise found
        delivery: Delivery = found
        return delivery

    def _process(self) -> subprocess.Popen[bytes]:
        """Return the process of this thread."""
        process: subprocess.Popen[bytes] | None = getattr(self._local, "process", None)
        if process is None:
            command = [sys.executable, "-c", _PROGRAM]
            with self._lock:
                if self._is_closed:
                    raise OSError("no file is read any more: the readers are closed")
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own
                self._processes.append(process)
            self._local.process = process
        return process


def _whole(pipe: IO[bytes]) -> bytes:
    """One answer; empty if the pipe was closed before its end."""
    length = int.from_bytes(pipe.read(_LENGTH_BYTES), "little")
    answer = pipe.read(length)
    return answer if len(answer) == length else b""


def serve() -> None:
    """Read files until there are no more requests; what is printed meanwhile does not get among the answers."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        answer = pickle.dumps(_answer(line), pickle.HIGHEST_PROTOCOL)
        answers.write(len(answer).to_bytes(_LENGTH_BYTES, "little"))
        answers.write(answer)
        answers.flush()


def _answer(line: bytes) -> Any:
    """Read a file, and return what was logged too; an error is an answer, for the parent to raise."""
    path, options, level = json.loads(line)
    with logs.collected(level) as entries:
        try:
            return read_delivery(Request(Path(os.fsdecode(bytes.fromhex(path))), options)), entries
        except (OSError, JetaError, MemoryError) as err:
            return err, entries
