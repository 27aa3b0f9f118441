"""Doing a task for many MSIDs by an executor and this process, and publishing what is ready."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jeta.archive.layout import Layout
from jeta.archive.publish import Folded, publish
from jeta.files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from jeta.archive.tasks import Task

_NAMES_A_TASK = 32
_TASKS_AHEAD = 64
"""So many workers of an executor at most have something to do; this process does the tasks that nobody has at hand."""
_DISK_THREADS = 8


@dataclass(frozen=True, slots=True)
class Help:
    """Who does tasks besides this process.

    Attributes
    ----------
    executor : concurrent.futures.Executor
        Runs them.
    task : Task
        What it calls.
    ahead : int
        How many tasks it has at hand.
    """

    executor: Executor
    task: Task
    ahead: int = _TASKS_AHEAD


def distribute(
    root: Path,
    names: Sequence[str],
    task: Task,
    *,
    by: Help | None = None,
    names_a_task: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Do a task for many MSIDs, and publish each as it is ready.

    This process works too while others do: workers take a while to start. Threads wait for the disk meanwhile.

    Parameters
    ----------
    root : Path
        The archive's folder; the caller holds its writer's lock.
    names : sequence of str
        Exact upper-case names.
    task : Task
        What to do for some names.
    by : Help, optional
        Who does it too; publishing is done here.
    names_a_task : int, optional
        For how many MSIDs the task is done at once.
    progress : callable, optional
        Is called with the number of MSIDs done and in all.
    """
    size = names_a_task or _NAMES_A_TASK
    tasks = deque(tuple(names[start : start + size]) for start in range(0, len(names), size))
    running: dict[Future[list[Folded]], int] = {}
    published: list[Future[None]] = []
    done = 0
    with ThreadPoolExecutor(_DISK_THREADS) as disk:
        while tasks or running:
            while by is not None and tasks and len(running) < by.ahead:
                some = tasks.pop()
                running[by.executor.submit(by.task, root, some)] = len(some)
            finished = [future for future in running if future.done()]
            if not finished and tasks:
                some = tasks.popleft()
                published.append(disk.submit(publish, task(root, some)))
                done += len(some)
            elif not finished:
                finished = list(wait(running, return_when=FIRST_COMPLETED).done)
            for future in finished:
                published.append(disk.submit(publish, future.result()))
                done += running.pop(future)
            if progress is not None:
                progress(done, len(names))
        for waiting in published:
            waiting.result()
    sync_folder(Layout(root).columns)
