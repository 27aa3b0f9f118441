"""Processes that do the tasks of a fold, one a line on standard input, one result a line on standard output.

Not `multiprocessing`: a spawned child of that imports the caller's script again, which every analyst's script would have to be
written for, and a forked one inherits the archive's lock. These end by themselves when the pipe from their parent closes,
however that came about.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from jeta import logs
from jeta.archive import tasks
from jeta.archive.publish import Folded
from jeta.errors import ArchiveCorruptError, JetaError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Workers:
    """A worker process for each thread that asks for one; closed at the end of a ``with`` block.

    Examples
    --------
    ::

        with Workers() as workers, ThreadPoolExecutor(2) as pool:
            ready = pool.submit(workers.doing(Fold()), root, names).result()
    """

    def __init__(self) -> None:
        self._local = threading.local()
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            if process.stdin is not None:
                with suppress(BrokenPipeError):  # a worker that was killed has told so already
                    process.stdin.close()
        for process in self._processes:
            process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def doing(self, task: tasks.Task) -> tasks.Task:
        """Return a task that is done by the worker of the thread that calls it."""
        return partial(self._do, task)

    def _do(self, task: tasks.Task, root: Path, names: Sequence[str]) -> list[Folded]:
        """Do a task for some MSIDs in this thread's worker.

        Raises
        ------
        OSError
            If the disk is full or fails, or the worker was killed; the fold can be run again.
        ArchiveCorruptError
            If a file of the archive is damaged.
        """
        process = self._process()
        if process.stdin is None or process.stdout is None:
            raise OSError(f"worker {process.pid} has no pipes; run the command again with one worker")
        line = ""
        with suppress(BrokenPipeError):
            wanted = {"task": tasks.to_dict(task), "root": str(root), "names": list(names), "level": logs.level()}
            process.stdin.write(json.dumps(wanted) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        if not line:
            raise OSError(f"worker {process.pid} was killed; nothing is lost, run the command again")
        answer = json.loads(line)
        logs.replay(answer["log"])
        if "error" in answer:
            raise (
                ArchiveCorruptError(answer["error"])
                if answer["errno"] is None
                else OSError(answer["errno"], answer["error"])
            )
        return [_folded(entry) for entry in answer["ready"]]

    def _process(self) -> subprocess.Popen[str]:
        """Return the worker of this thread, started when first asked for."""
        process: subprocess.Popen[str] | None = getattr(self._local, "process", None)
        if process is None:
            command = [sys.executable, "-c", "from jeta.archive import workers; workers.serve()"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
            self._local.process = process
            with self._lock:
                self._processes.append(process)
        return process


def _folded(entry: dict[str, Any]) -> Folded:
    """A result as it came through the pipe."""
    return Folded(
        Path(entry["folder"]),
        Path(entry["aside"]),
        tuple(Path(path) for path in entry["written"]),
        tuple(Path(path) for path in entry["obsolete"]),
        is_new=bool(entry["is_new"]),
        leads=bool(entry["leads"]),
    )


def _answer(line: str) -> dict[str, object]:
    """Do one task; the answer has what was logged meanwhile, for the parent to log."""
    wanted = json.loads(line)
    with logs.collected(wanted["level"]) as entries:
        answer = _done(wanted)
    return {**answer, "log": entries}


def _done(wanted: dict[str, Any]) -> dict[str, object]:
    """Do one task; an error is an answer too, for the parent to raise."""
    try:
        ready = tasks.from_dict(wanted["task"])(Path(wanted["root"]), wanted["names"])
    except (OSError, JetaError, MemoryError) as err:
        return {"error": str(err), "errno": getattr(err, "errno", None)}
    return {
        "ready": [
            {
                "folder": str(folded.folder),
                "aside": str(folded.aside),
                "written": [str(path) for path in folded.written],
                "obsolete": [str(path) for path in folded.obsolete],
                "is_new": folded.is_new,
                "leads": folded.leads,
            }
            for folded in ready
        ]
    }


def serve() -> None:
    """Answer tasks until the parent closes the pipe or is gone."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(line)) + "\n")
        sys.stdout.flush()
