"""The one writer of an archive: commits deliveries to the journal and has it folded.

A `Writer` holds the archive's lock as long as it is open. Whatever it does is either done or not done: a commit is one
rename, and a fold can be run again from the start.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from jeta.archive import cut, journal, state
from jeta.archive.distribute import Help, distribute
from jeta.archive.lock import WriterLock
from jeta.archive.product_fold import PRODUCTS, Column, is_lacking, mark_stale
from jeta.archive.publish import Folded, publish
from jeta.archive.reader import NS
from jeta.archive.still import StillReader
from jeta.archive.tasks import Cut, Fold, Refresh, Task
from jeta.archive.workers import Workers
from jeta.errors import MsidNameError, ValuesError
from jeta.files import remove_leftovers
from jeta.logs import logger
from jeta.samples import Comparison, Samples, check_rows, compare, concatenate
from jeta.tdb.names import check_name
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor
    from types import TracebackType

    from numpy.typing import NDArray

_log = logger(__name__)

_ROWS_WORTH_WORKERS = 1_000_000
_NAMES_WORTH_WORKERS = 100
"""Starting a worker takes a third of a second, in which this process folds some hundred thousand rows of a hundred MSIDs."""


MOST_STRETCHES = 1000
"""Of the rows of one MSID that a commit stores; more are told as if they were fewer, so that memory stays bounded."""

_APART_S = 3600
"""Rows of a delivery that lie further apart are compared span by span: one late row must not make it read years of others."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of one MSID in one delivery.

    Attributes
    ----------
    stored : int
        Rows that are new in time or value.
    duplicate : int
        Rows identical in time and value to one already there; they change nothing.
    replaced : int
        Rows that were there and gave way to different ones at the same instant.
    spans_ns : tuple of (int, int)
        First and last instant of each stretch of stored rows, ns of the archive's time system. A stretch ends before a row that
        was there already, and where there is none for an hour; beyond 1,000 the last one goes on to the end. So of several
        commits whose stretches hold an instant, the last one brought it.
    """

    stored: int = 0
    duplicate: int = 0
    replaced: int = 0
    spans_ns: tuple[tuple[int, int], ...] = field(default=(), compare=False)


class Writer:
    """The right and the means to change an archive.

    Parameters
    ----------
    root : path
        The archive's folder.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive.

    Examples
    --------
    ::

        with Writer(root) as writer:
            writer.commit({"SA_TEMP": samples}, source="by hand")
            writer.fold()
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.reader = StillReader(Path(root).expanduser().absolute())
        self.layout = self.reader.layout
        self._lock = WriterLock(self.layout.lock)
        self._state = state.State()

    def waiting(self, wait_s: float) -> Self:
        """Return this writer, which from now on waits for another one to end before it raises.

        Parameters
        ----------
        wait_s : float
            How long at most, seconds.
        """
        self._lock.wait_s = wait_s
        return self

    def __enter__(self) -> Self:
        """Take the lock.

        Raises
        ------
        ArchiveLockedError
            If another process, or another writer of this one, holds it.
        """
        self._lock.acquire()
        try:
            remove_leftovers(self.layout.root)
            remove_leftovers(self.layout.journal)
            self._state = self._load_state()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()

    def _load_state(self) -> state.State:
        """What the archive remembers, found out anew if it was lost."""
        known = state.load(self.layout.state)
        if known is not None:
            return known
        folded = max((self.reader.manifest(name).folded for name in self.reader.names()), default=0)
        return state.State(folded, self.reader.find_first_ns())

    def commit(
        self,
        rows_by_msid: Mapping[str, Samples],
        source: str = "",
        *,
        quality_counts: bool = False,
        announce: Callable[[int | None, dict[str, Counts]], None] | None = None,
    ) -> dict[str, Counts]:
        """Add one delivery to the archive, all of it or nothing.

        Parameters
        ----------
        rows_by_msid : mapping of str to Samples
            The delivery: rows of each MSID, in any order of time. Names are upper-case.
        source : str
            Where it came from, noted in the journal.
        quality_counts : bool
            Rows that differ from those already there only in that their source flags them as bad, or no longer does, take
            their place, see `jeta.samples.compare`; by default they change nothing.
        announce : callable, optional
            Is called just before the commit counts, with its number, or None if nothing is new and none is made, and what is
            returned. If it raises, nothing is committed.

        Returns
        -------
        dict of str to Counts
            What became of the rows of each MSID. When this returns, the rows are on the disk and every reader sees them.

        Raises
        ------
        MsidNameError
            If a name cannot be that of an MSID, or two names are the same but for case.
        ValuesError
            If an MSID of texts is given numbers, or the other way round, or rows are not sound, see `jeta.samples.check_rows`.
        ArchiveLockedError
            If the writer does not hold the lock: it does only inside ``with``.
        OSError
            If the disk is full or fails; then the archive is as it was.
        """
        self._lock.require()
        delivery = {check_name(msid): rows for msid, rows in rows_by_msid.items()}
        if len(delivery) < len(rows_by_msid):
            raise MsidNameError(f"some of {', '.join(rows_by_msid)} differ only in case: join the rows of each MSID")
        with self.reader.still():
            return self._commit(delivery, source, quality_counts=quality_counts, announce=announce)

    def _commit(
        self,
        delivery: Mapping[str, Samples],
        source: str,
        *,
        quality_counts: bool,
        announce: Callable[[int | None, dict[str, Counts]], None] | None,
    ) -> dict[str, Counts]:
        """Compare a delivery with what is there, and commit what is new."""
        compared = {msid: self._compare(msid, rows, quality_counts=quality_counts) for msid, rows in delivery.items()}
        news = {msid: comparison.news for msid, comparison in compared.items() if len(comparison.news)}
        counts = {msid: Counts(c.stored, c.duplicate, c.replaced, _stretches_ns(c)) for msid, c in compared.items()}
        number = self._next_number(news) if news else None
        if announce is not None:
            announce(number, counts)
        if number is not None:
            first_ns = min(_scale(rows) * int(rows.ticks[0]) for rows in news.values())
            if self._state.first_ns is None or first_ns < self._state.first_ns:
                # Before the commit: an instant that is too early does no harm, one that is too late would hide samples.
                self._save_state(state.State(self._state.folded, first_ns))
            try:
                journal.write(self.layout.commit(number), news, source)
            finally:
                self.reader.forget()
        return counts

    def last_commit(self) -> int:
        """Return the number of the last commit, folded or not; 0 if there was none."""
        return max([self._state.folded, *(commit.number for commit in self.reader.journal_files())])

    def _compare(self, msid: str, rows: Samples, *, quality_counts: bool) -> Comparison:
        """Tell what rows change, reading no more of the archive than the spans that they cover."""
        check_rows(rows, msid)
        if not len(rows):
            return Comparison(rows, 0, 0, 0)
        types = self.reader.value_types(msid)
        if types and rows.is_text != ("text" in types):
            given = "texts" if rows.is_text else "numbers"
            raise ValuesError(f"{msid} holds values of type {', '.join(sorted(types))}, but was given {given}")
        known = self.reader.span_ns(msid)
        spans = (
            [] if known is None else [each for each in _spans_ns(rows) if each[0] <= known[1] and each[1] >= known[0]]
        )
        existing = [self.reader.read_samples(msid, *each) for each in spans]
        there = concatenate(existing) if existing else rows.take(slice(0, 0))
        return compare(there, rows, quality_counts=quality_counts)

    def _next_number(self, msids: Iterable[str]) -> int:
        """Number of the next commit of some MSIDs.

        Their columns have a say, so that a state older than they are, as in a copy made of a live archive, hides no rows.
        """
        folded = (self.reader.manifest(msid).folded for msid in msids)
        return max([self._state.folded, *folded, *(commit.number for commit in self.reader.journal_files())]) + 1

    def _save_state(self, new: state.State) -> None:
        state.save(self.layout.state, new)
        self._state = new

    def pending(self) -> tuple[int, int]:
        """Return how many commits, and how many rows, wait in the journal."""
        commits = self.reader.journal_files()
        return len(commits), sum(int(commit.entries["rows"].sum()) for commit in commits)

    def fold(
        self,
        *,
        workers: int = 1,
        executor: Executor | None = None,
        progress: Callable[[int, int], None] | None = None,
        statistics: bool | None = None,
    ) -> int:
        """Move everything in the journal into the columns, and bring statistics into step.

        Parameters
        ----------
        workers : int
            Number of processes that do the work, this one included; few rows are folded by this one alone.
        executor : concurrent.futures.Executor, optional
            Does the work instead of processes of our own, MSIDs apart.
        progress : callable, optional
            Is called with the number of MSIDs done and in all.
        statistics : bool, optional
            Whether statistics are kept; by default as the archive's settings say. If not, those that are stored already and
            that the rows touch are noted as stale, and worked out from the samples when they are fetched.

        Returns
        -------
        int
            Number of rows moved. Killed anywhere, it is simply run again.
        """
        self._lock.require()
        commits = self.reader.journal_files()
        if not commits:
            return 0
        names = sorted({name for commit in commits for name in commit.names()})
        rows = sum(int(commit.entries["rows"].sum()) for commit in commits)
        is_much = rows >= _ROWS_WORTH_WORKERS and len(names) >= _NAMES_WORTH_WORKERS
        task = Fold(self.reader.config.statistics if statistics is None else statistics)
        self._do(task, names, workers if is_much else 1, executor, progress)
        self._save_state(state.State(commits[-1].number, self._state.first_ns))
        # Oldest first: what is left after a kill are the latest commits, and laying those over themselves changes nothing.
        for commit in commits:
            commit.path.unlink()
        _log.info("folded %d rows of %d MSIDs out of %d commits", rows, len(names), len(commits))
        return rows

    def _do(
        self,
        task: Task,
        names: Sequence[str],
        workers: int,
        executor: Executor | None,
        progress: Callable[[int, int], None] | None,
        names_a_task: int | None = None,
    ) -> None:
        """Do a task for some MSIDs, by an executor or by so many processes, and publish what comes of it."""
        do = partial(distribute, self.layout.root, names, task, names_a_task=names_a_task, progress=progress)
        if executor is not None:
            do(by=Help(executor, task))
        elif workers < 2:
            do()
        else:
            with Workers() as processes, ThreadPoolExecutor(workers - 1) as threads:
                do(by=Help(threads, processes.doing(task), ahead=2 * (workers - 1)))

    def refresh_statistics(
        self,
        names: Sequence[str],
        start_s: float = -math.inf,
        stop_s: float = math.inf,
        *,
        anew: bool = False,
        workers: int = 1,
        executor: Executor | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Work out the statistics that are lacking; the journal must be empty, see `fold`.

        Parameters
        ----------
        names : sequence of str
            Exact upper-case names.
        start_s, stop_s : float
            Only the bins that touch ``[start_s, stop_s)``, seconds of the archive's time system.
        anew : bool
            Also those that are there: they are noted as stale first, so that, killed anywhere, the rest is worked out by the
            next call.
        workers, executor, progress
            As for `fold`.
        """
        self._lock.require()
        if anew:
            publish(
                [
                    ready
                    for name in names
                    for product in PRODUCTS
                    if (ready := mark_stale(self._column(name), product, (start_s, stop_s))) is not None
                ]
            )
        lacking = [name for name in names if is_lacking(self._column(name), (start_s, stop_s))]
        # MSIDs differ by orders of magnitude in rows: one at a time keeps all workers busy to the end.
        task, workers = Refresh(start_s, stop_s), min(workers, len(lacking))
        self._do(task, lacking, workers, executor, progress, names_a_task=1)

    def truncate(
        self,
        names: Sequence[str],
        start_s: float,
        *,
        workers: int = 1,
        executor: Executor | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> dict[str, int]:
        """Remove the rows at or after an instant, and what statistics say of them; the journal is folded first.

        Parameters
        ----------
        names : sequence of str
            Exact upper-case names.
        start_s : float
            The instant, seconds of the archive's time system; rows that a read from then on gives are removed.
        workers, executor, progress
            As for `fold`.

        Returns
        -------
        dict of str to int
            Rows removed of each MSID that had any. Each MSID is published by itself: killed anywhere, this is run again.
        """
        self.fold(workers=workers, executor=executor)
        there = {name: self.reader.rows_between(name, start_s, math.inf).rows for name in names}
        removed = {name: rows for name, rows in there.items() if rows}
        workers = workers if len(removed) >= _NAMES_WORTH_WORKERS else 1
        self._do(Cut(start_s), list(removed), workers, executor, progress)
        for name in names:
            cut.tidy(self.reader, name)
        _log.info("removed %d rows of %d MSIDs", sum(removed.values()), len(removed))
        return removed

    def exchange(self, columns: Sequence[Folded], folded: int) -> None:
        """Publish columns that were made elsewhere, as those of a backup; the journal must hold nothing of them.

        Parameters
        ----------
        columns : sequence of Folded
            What is ready to be published.
        folded : int
            Number of the last commit that one of them holds: commits from now on have higher ones.
        """
        self._lock.require()
        if folded > self._state.folded:
            self._save_state(state.State(folded, self._state.first_ns))
        publish(columns)
        first_ns = self.reader.find_first_ns()
        if first_ns is not None and (self._state.first_ns is None or first_ns < self._state.first_ns):
            self._save_state(state.State(self._state.folded, first_ns))

    def _column(self, msid: str) -> Column:
        """The column of an MSID, whose statistics are kept."""
        return Column(self.reader, msid, self.reader.manifest(msid))


def _spans_ns(rows: Samples) -> list[tuple[int, int]]:
    """First and last instant, in ns, of each stretch of rows that lie near each other."""
    ticks = np.sort(rows.ticks)
    return _ends_ns(ticks, _apart(ticks, _scale(rows)), _scale(rows))


def _apart(sorted_ticks: NDArray[np.int64], scale: int) -> list[int]:
    """Rows before which there is none for `_APART_S`."""
    # Wrapping subtraction, read as unsigned, is right for any two sorted int64.
    steps = np.subtract(sorted_ticks[1:], sorted_ticks[:-1]).view(np.uint64)
    found: list[int] = (np.flatnonzero(steps > _APART_S * NS // scale) + 1).tolist()
    return found


def _ends_ns(ticks: NDArray[np.int64], starts: Sequence[int], scale: int) -> list[tuple[int, int]]:
    """First and last instant, in ns, of the stretches of rows that begin at the first row and at `starts`."""
    bounds = [0, *starts, len(ticks)]
    return [(int(ticks[low]) * scale, int(ticks[high - 1]) * scale) for low, high in pairwise(bounds)]


def _stretches_ns(compared: Comparison) -> tuple[tuple[int, int], ...]:
    """Stretches of the rows of a delivery that are stored."""
    news = compared.news
    if not len(news):
        return ()
    starts = sorted({*compared.breaks, *_apart(news.ticks, _scale(news))})
    return tuple(_ends_ns(news.ticks, starts[: MOST_STRETCHES - 1], _scale(news)))


def _scale(rows: Samples) -> int:
    """Nanoseconds in a tick."""
    return NS // TICKS_PER_SECOND[rows.resolution]
