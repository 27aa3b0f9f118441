"""Remove the samples from an instant on."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import settings
from jeta.archive import open_archive
from jeta.errors import TimeFormatError
from jeta.progress import telling
from jeta.times import show, to_seconds
from jeta.update.chosen import chosen
from jeta.update.target import root_of, writer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    from jeta.update.target import ArchiveLike


@dataclass(frozen=True, slots=True)
class TruncateReport:
    """What `truncate` removed, or would remove.

    Attributes
    ----------
    date : str
        The instant in UTC, as ``2026:001:00:00:00.000``.
    rows : dict of str to int
        Samples of each MSID that has any from then on.
    msids : int
        MSIDs that were looked at.
    dry_run : bool
        Whether nothing was changed.
    """

    date: str
    rows: dict[str, int]
    msids: int
    dry_run: bool

    @property
    def total(self) -> int:
        """Samples of all MSIDs."""
        return sum(self.rows.values())

    def __str__(self) -> str:
        did = "would remove" if self.dry_run else "removed"
        samples = f"{self.total:,} {'sample' if self.total == 1 else 'samples'}"
        msids = f"{len(self.rows):,} of {self.msids:,} {'MSID' if self.msids == 1 else 'MSIDs'}"
        return f"{did} {samples} of {msids}, from {self.date} on"


def truncate(
    archive: ArchiveLike | None,
    time: Any,
    *,
    msids: str | Iterable[str] | None = None,
    dry_run: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool | Callable[[int, int], None] | None = None,
) -> TruncateReport:
    """Remove all samples at or after an instant, those that wait in the journal included.

    Exactly those are removed that a fetch with ``start=time`` gives; one just before stays. Statistics are brought into step.
    Files that hold them may be ingested again afterwards.

    Parameters
    ----------
    archive : open archive, path, or None
        Which archive; None for the one in use.
    time : time
        The instant, in any form that `jeta.times` reads. It is itself removed.
    msids : str or iterable of str, optional
        Which MSIDs: names, or patterns with ``*``, ``?`` or ``[...]``, in any case; by default all.
    dry_run : bool
        Change nothing, take no lock, and only say what would go.
    workers : int, optional
        Number of processes; by default as many as there are cores, or as ``JETA_WORKERS`` says.
    executor : concurrent.futures.Executor, optional
        Does the work instead of processes of our own.
    progress : bool or callable, optional
        True shows a progress bar; by default notebooks show one. A callable is called with the number of MSIDs done and in all.

    Returns
    -------
    TruncateReport
        Samples of each MSID. An MSID that has none left is no longer in the archive.

    Raises
    ------
    TimeFormatError
        If the time cannot be read.
    UnknownMsidError
        If a name or pattern matches nothing.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.
    ArchiveCorruptError
        If a segment that has to be cut in two is damaged.

    Notes
    -----
    Readers see each MSID as before or as after. Killed anywhere, some MSIDs are as before and some as after, and all are whole:
    run it again. It needs room for one segment of each MSID anew before the old one goes.

    Examples
    --------
    ::

        operations.truncate("/data/jwst", "2026:143:12:00:00", dry_run=True)
    """
    count = settings.from_environment().workers if workers is None else workers
    reader = open_archive(root_of(archive))
    seconds = math.nan if time is None else to_seconds(time, reader.time_system)
    start_s = float(seconds) if np.ndim(seconds) == 0 else math.nan
    if not math.isfinite(start_s):
        raise TimeFormatError(f"expected an instant such as '2026:143:12:00:00' to truncate at, got {time!r}")
    date = str(show(start_s, "date", reader.time_system))
    if dry_run:
        names = chosen(reader.names(), msids, reader.root)
        there = {name: reader.rows_between(name, start_s, math.inf).rows for name in names}
        return TruncateReport(date, {name: rows for name, rows in there.items() if rows}, len(names), dry_run=True)
    with ExitStack() as stack:
        tell = stack.enter_context(telling(progress, "MSID", "truncate"))
        writer = stack.enter_context(writer_for(archive))
        names = chosen(writer.reader.names(), msids, reader.root)
        removed = writer.truncate(names, start_s, workers=count, executor=executor, progress=tell)
    return TruncateReport(date, removed, len(names), dry_run=False)
