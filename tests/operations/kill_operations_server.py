"""Processes that back up, restore or truncate until they are killed; run as a program by `test_kill_operations`.

It imports everything once and forks a process for each line of its input, ``operation delay_ms argument ...``: kills that by
SIGKILL after the delay unless it has ended by itself, and answers with ``killed``, ``done`` or ``failed``.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import traceback

import h5py  # noqa: F401 - so that the processes need not import it
import hdf5plugin  # noqa: F401 - likewise
import numpy as np
from numcodecs import blosc

from jeta import operations

OPERATIONS = {
    "backup": operations.backup,
    "link": lambda root, folder: operations.backup(root, folder, link=True),
    "restore": operations.restore,
    "some": lambda backup, root: operations.restore(backup, root, msids=["COUNTS", "TEMP"]),
    "replace": lambda backup, root: operations.restore(backup, root, msids=["COUNTS", "TEMP"], replace=True),
    "truncate": lambda root, start_s: operations.truncate(root, float(start_s), workers=1),
    "destroy": lambda root: operations.destroy(root, yes=True),
    "repair": lambda root: operations.repair(root, workers=1),
}


def one(name: str, delay_ms: str, *arguments: str) -> str:
    """Do one thing in a process of its own, and kill that."""
    heard, begun = os.pipe()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            os.close(heard)
            os.set_inheritable(begun, False)
            os.write(begun, b"x")
            OPERATIONS[name](*arguments)
            code = 0
        except BaseException:  # noqa: BLE001 - it is told, and the process ends
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(begun)
    os.read(heard, 1)
    select.select([heard], [], [], float(delay_ms) / 1000)  # its end closes the other end of the pipe
    os.kill(pid, signal.SIGKILL)  # a process that has ended waits for us
    _, status = os.waitpid(pid, 0)
    os.close(heard)
    return "killed" if os.WIFSIGNALED(status) else "failed" if os.WEXITSTATUS(status) else "done"


def main() -> None:
    """Serve until the input ends."""
    blosc.compress(np.zeros(9), b"lz4", 5)
    for line in sys.stdin:
        sys.stdout.write(f"{one(*line.rstrip(chr(10)).split(chr(9)))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
