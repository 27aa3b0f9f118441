"""`fold`: what was committed into the columns, on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta import settings
from jeta.progress import telling
from jeta.update.target import writer_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from jeta.update.target import ArchiveLike


def fold(
    archive: ArchiveLike | None = None,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool | Callable[[int, int], None] | None = None,
    statistics: bool | None = None,
) -> int:
    """Move what `append` and `ingest` have committed from the journal into the columns.

    Readers see the same before, during and after; a folded archive is smaller and faster to read. `append` and `ingest` call
    this themselves from time to time.

    Parameters
    ----------
    archive : open archive or path, optional
        Which archive; by default the one in use.
    workers : int, optional
        Number of processes; by default as many as there are cores, or as ``JETA_WORKERS`` says. Few rows are folded by this
        process alone.
    executor : concurrent.futures.Executor, optional
        Does the work instead of processes of our own.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of MSIDs done and in all.
    statistics : bool, optional
        Whether statistics are kept in step; by default as ``statistics`` in ``archive.yaml`` says. If not, fetches work out
        from samples what is stale or not stored, until `update.statistics` is called.

    Returns
    -------
    int
        Number of rows moved.

    Raises
    ------
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.
    """
    count = settings.from_environment().workers if workers is None else workers
    with telling(progress, "MSID", "fold") as tell, writer_for(archive) as writer:
        return writer.fold(workers=count, executor=executor, progress=tell, statistics=statistics)
