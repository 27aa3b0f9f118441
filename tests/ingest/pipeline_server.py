"""Runs of the ingest that are killed; run as a program by `test_kill_pipeline`.

The program imports everything once and then forks a process for each line of its input, ``root delay_ms workers``, which ingests
what lies in the staging folder of the archive ``root`` and folds. It is killed ``delay_ms`` after it began; the answer is
``killed`` or ``ended``, and how many ms it lived.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

import h5py  # noqa: F401 - so that runs need not import it
import hdf5plugin  # noqa: F401 - likewise
import sqlalchemy  # noqa: F401 - likewise

from jeta import ingest
from jeta.archive import fold, segment, writer
from jeta.catalog import Catalog  # noqa: F401 - likewise
from jeta.ingest import running


def use_small_pieces() -> None:
    """Many segments out of few rows, and processes for few."""
    segment.CHUNK_ROWS = 64
    fold.fold_column.__kwdefaults__ = None
    fold.fold_column.__defaults__ = (500,)
    writer._ROWS_WORTH_WORKERS = writer._NAMES_WORTH_WORKERS = 1
    running._WORTH_PROCESSES_BYTES = 1


def one_run(root: str, delay_ms: str, workers: str) -> str:
    """Start a run, and kill it after a while with all processes of its own."""
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            os.setsid()
            ingest.run(archive=Path(root), fold="always", workers=int(workers), progress=False)
            code = 0
        except BaseException:  # noqa: BLE001 - it is told, and the process ends
            traceback.print_exc()
        finally:
            os._exit(code)
    deadline = began + float(delay_ms) / 1000
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return f"ended {os.waitstatus_to_exitcode(status)} {1000 * (time.monotonic() - began):.0f}"
        time.sleep(0.0005)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):  # before it had a group of its own
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return f"killed -9 {1000 * (time.monotonic() - began):.0f}"


def main() -> None:
    """Serve until the input ends."""
    use_small_pieces()
    for line in sys.stdin:
        sys.stdout.write(f"{one_run(*line.split())}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
