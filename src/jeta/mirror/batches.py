"""The MSIDs that are to change, brought by several threads and published some at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from jeta.errors import ArchiveCorruptError
from jeta.mirror import commits
from jeta.mirror.look import ChangedError
from jeta.mirror.sealed import folded_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jeta.archive.journal import JournalFile
    from jeta.archive.layout import Layout
    from jeta.mirror.look import Look, Source
    from jeta.mirror.transfer import Ready, Transfer

SIZE = 200
"""So many MSIDs are brought before their manifests are published together."""


class Batches:
    """Brings and publishes the MSIDs of one look.

    Parameters
    ----------
    layout : Layout
        The mirror.
    source : Source
        Where from.
    transfer : Transfer
        Brings one MSID.
    look : Look
        What the source said.
    waiting : sequence of JournalFile
        Commits that are to wait in the mirror too.
    there : dict of int to JournalFile or None
        Commits that wait in the mirror now.

    Attributes
    ----------
    published : list of Ready
        MSIDs that were brought.
    unsettled : list of str
        MSIDs that are to be looked at again.
    faults : dict of str to str
        MSIDs of which the source has damaged files, and what is wrong.
    """

    def __init__(
        self,
        layout: Layout,
        source: Source,
        transfer: Transfer,
        look: Look,
        waiting: Sequence[JournalFile],
        there: dict[int, JournalFile | None],
    ) -> None:
        self._layout, self._source, self._transfer = layout, source, transfer
        self._look, self._waiting, self._there = look, waiting, there
        self.published: list[Ready] = []
        self.unsettled: list[str] = []
        self.faults: dict[str, str] = {}

    def bring(self, msids: Sequence[str], threads: int, tell: Callable[[int, int], None]) -> None:
        """Bring MSIDs, and publish each batch when all of it is on the disk."""
        done = 0
        with ThreadPoolExecutor(threads) as pool:
            for start in range(0, len(msids), SIZE):
                batch: list[Ready] = []
                for name, found in pool.map(self._one, msids[start : start + SIZE]):
                    done += 1
                    tell(done, len(msids))
                    if isinstance(found, str):
                        self.faults[name] = found
                    elif found is None or not self._is_in_step(found):
                        self.unsettled.append(name)
                    else:
                        batch.append(found)
                self._transfer.publish(batch)
                list(pool.map(self._transfer.tidy, [each for each in batch if not _must_wait(each)]))
                self.published += batch

    def finish(self) -> None:
        """Publish what had to wait until the journal was in step."""
        late = [each for each in self.published if _must_wait(each)]
        self._transfer.finish(late)
        for each in late:
            self._transfer.tidy(each)

    def _one(self, name: str) -> tuple[str, Ready | str | None]:
        """One MSID, ready to be published; or what is wrong with it; None if it is to be looked at again."""
        try:
            return name, self._transfer.bring(name)
        except ChangedError:
            missing = self._missing(name)
            return name, None if missing is None else f"{missing} is listed but not there; run  jeta verify  there"
        except ArchiveCorruptError as err:
            return name, str(err)

    def _missing(self, name: str) -> str | None:
        """A file that an MSID of the source should have and has not; None where another look may find it."""
        if not self._source.settles:
            return None
        try:
            column = self._source.column(name)
            for product, file, digest in self._transfer.lacking(name, column):
                try:
                    self._transfer.size_of(name, product, file, digest)
                except ChangedError as err:
                    is_same = self._source.column(name).manifests == column.manifests
                    return f"{self._source.address}/{err}" if is_same else None
        except ChangedError:
            pass
        return None

    def _is_in_step(self, ready: Ready) -> bool:
        """Find out what of an MSID has to wait for the journal; False if it is better looked at again."""
        where = self._layout.column(ready.msid)
        folded = folded_of(ready.manifests["full"], "full", where)
        last = commits.outdated(self._there, self._waiting, ready.msid)
        ready.hide_until = last if last > folded else 0
        coming = [each for each in self._look.touching(ready.msid) if each <= folded and each not in self._there]
        ready.later = {
            product
            for product, content in ready.manifests.items()
            if product != "full" and any(number > folded_of(content, product, where) for number in coming)
        }
        # Where no commits come, statistics would stay behind for good: their fold is not over.
        return bool(self._waiting) or not ready.later


def _must_wait(ready: Ready) -> bool:
    """Whether some of an MSID is published after the journal is in step."""
    return bool(ready.hide_until or ready.later)
