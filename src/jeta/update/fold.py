"""`fold`: what was committed into the columns, on demand."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from jeta.update.target import writer_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from jeta.update.target import ArchiveLike


def fold(
    archive: ArchiveLike | None = None,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Move what `append` and `ingest` have committed from the journal into the columns.

    Readers see the same before, during and after; a folded archive is smaller and faster to read. `append` and `ingest` call
    this themselves from time to time.

    Parameters
    ----------
    archive : open archive or path, optional
        Which archive; by default the one in use.
    workers : int
        Number of processes. More than one needs the usual ``if __name__ == "__main__":`` in a script.
    executor : concurrent.futures.Executor, optional
        Does the work instead of processes of our own.
    progress : callable, optional
        Is called with the number of MSIDs done and in all.

    Returns
    -------
    int
        Number of rows moved.

    Raises
    ------
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.
    """
    with writer_for(archive) as writer:
        if executor is None and workers > 1 and writer.pending()[0]:
            # Spawned, not forked: a child of a fork would hold the archive's lock for as long as it lives.
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                return writer.fold(executor=pool, progress=progress)
        return writer.fold(executor=executor, progress=progress)
