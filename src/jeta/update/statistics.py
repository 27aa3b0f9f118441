"""`statistics`: bring stored statistics up to date, or work them out anew, on demand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jeta import settings
from jeta.errors import ArchiveCorruptError, IntervalError
from jeta.logs import logger
from jeta.progress import telling
from jeta.statistics import BIN_WIDTHS_S
from jeta.times import to_seconds
from jeta.update.chosen import chosen
from jeta.update.target import writer_for

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from jeta.archive import Writer
    from jeta.update.target import ArchiveLike

_log = logger(__name__)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class StatisticsReport:
    """What `statistics` did.

    Attributes
    ----------
    msids : int
        MSIDs that were looked at.
    bins : dict of str to int
        Bins that are stored now of each product of these MSIDs, in all.
    """

    msids: int
    bins: dict[str, int]

    def __str__(self) -> str:
        bins = ", ".join(f"{count:,} bins {name}" for name, count in self.bins.items())
        return f"statistics of {self.msids:,} {'MSID' if self.msids == 1 else 'MSIDs'} are up to date: {bins}"


def statistics(  # noqa: PLR0913 - which MSIDs, when, where, and by whom
    names: str | Iterable[str] | None = None,
    start: Any = None,
    stop: Any = None,
    archive: ArchiveLike | None = None,
    *,
    rebuild: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool | Progress | None = None,
) -> StatisticsReport:
    """Work out the statistics that an archive lacks, or all of them anew.

    A fold keeps statistics in step with samples by itself. This is for the rest: after calibrations have changed, after
    folds that were told to keep none, for what `jeta.operations.verify` tells of. What a fetch returns does not depend
    on it, only how long it takes: what is not stored, or stale, is worked out from samples.

    Parameters
    ----------
    names : str or iterable of str, optional
        Which MSIDs: names, or patterns with ``*``, ``?`` or ``[...]``, in any case; by default all.
    start, stop : time, optional
        Only bins that touch ``[start, stop)``; by default, all.
    archive : open archive or path, optional
        Which archive; by default the one in use.
    rebuild : bool
        Work out anew what is there too. It is noted as stale first.
    workers : int, optional
        Number of processes; by default as many as there are cores, or as ``JETA_WORKERS`` says.
    executor : concurrent.futures.Executor, optional
        Does the work instead of processes of our own, MSIDs apart: a process pool, started by "spawn", lest its processes
        inherit the archive's lock; or one with the same ``submit``, such as ``MPIPoolExecutor()`` of mpi4py and
        ``client.get_executor(pure=False)`` of dask.distributed. Its processes must see the archive under the same path.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of MSIDs done and in all.

    Returns
    -------
    StatisticsReport
        How much there is now.

    Raises
    ------
    UnknownMsidError
        If a name or pattern matches nothing.
    TimeFormatError, IntervalError
        If a time cannot be understood, or `stop` is before `start`.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.
    OSError
        If the archive's disk is full or fails.

    Notes
    -----
    The journal is folded first. Each MSID is published when it is done: killed anywhere, this is simply run again and goes on
    with what is still lacking, also with what ``rebuild=True`` had noted.

    Examples
    --------
    ::

        update.statistics(progress=True)
        update.statistics("SA_*", "2022:143", "2022:145", rebuild=True)
    """
    count = settings.from_environment().workers if workers is None else workers
    with ExitStack() as stack:
        tell = stack.enter_context(telling(progress, "MSID", "statistics"))
        writer = stack.enter_context(writer_for(archive))
        system = writer.reader.time_system
        start_s = -math.inf if start is None else float(to_seconds(start, system))
        stop_s = math.inf if stop is None else float(to_seconds(stop, system))
        if stop_s < start_s:
            raise IntervalError(f"stop ({stop!r}) must not be before start ({start!r}); exchange them")
        msids = chosen(writer.reader.names(), names, "the archive")
        writer.fold(workers=count, executor=executor)
        writer.refresh_statistics(msids, start_s, stop_s, anew=rebuild, workers=count, executor=executor, progress=tell)
        bins = {name: sum(_bins(writer, msid, name) for msid in msids) for name in BIN_WIDTHS_S}
    report = StatisticsReport(len(msids), bins)
    _log.info("%s", report)
    return report


def _bins(writer: Writer, msid: str, name: str) -> int:
    """How many bins of a product are stored."""
    try:
        stored = writer.reader.product(msid, name)
    except ArchiveCorruptError:  # left as it is, since none is kept of this MSID; verify tells
        stored = None
    return 0 if stored is None else stored.rows
