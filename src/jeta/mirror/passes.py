"""Passes over a source until the mirror is as the source is.

The order of things within a pass matters, since a fetch may come at any moment, and a kill too. The source's journal is listed
before its manifests are read, as every reader does. In the mirror, columns are published first, then commits that the source has
folded go, and new ones come: a row that has waited is in the journal until its column has it, and one that came later is not there
before those that came earlier.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jeta.archive import state
from jeta.errors import ArchiveCorruptError, ArchiveLockedError
from jeta.files import sync_folder
from jeta.logs import logger
from jeta.mirror import commits, memory
from jeta.mirror.batches import Batches
from jeta.mirror.look import ChangedError
from jeta.mirror.plain import PlainFiles
from jeta.mirror.report import MirrorReport
from jeta.mirror.sealed import folded_of
from jeta.mirror.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jeta.archive.journal import JournalFile
    from jeta.archive.layout import Layout
    from jeta.mirror.look import Look, Source, Tokens
    from jeta.mirror.memory import Memory

_log = logger(__name__)

LOOKS, LOOKS_AT_AN_INDEX = 30, 8
_LONGEST_WAIT_S = 2.0
_SHOWN = 5


class Passes:
    """Brings a mirror up to date.

    Parameters
    ----------
    layout : Layout
        The mirror.
    source : Source
        Where from.
    remembered : Memory
        What the mirror is to be.
    threads : int
        How many MSIDs are brought at once.
    check : bool
        Whether files that are there already are looked at.
    anew : bool
        Whether every MSID is gone through, as when other products are chosen.
    """

    def __init__(
        self, layout: Layout, source: Source, remembered: Memory, *, threads: int, check: bool, anew: bool
    ) -> None:
        self._layout, self._source, self._threads = layout, source, threads
        self._memory, self._anew = remembered, anew
        self._transfer = Transfer(layout, source, remembered.products, check=check)
        self._plain = PlainFiles(layout, source)
        self._here: dict[str, Tokens] | None = None
        self._there: dict[str, Tokens] = {}
        self._folded = 0
        self._before: int | None = None
        self._faults: dict[str, str] = {}
        self._report = MirrorReport(source.address, layout.root, 0)

    def would(self, look: Look, tell: Callable[[int, int], None]) -> MirrorReport:
        """Return what a run would do, and do nothing."""
        names = self._memory.choose(look.msids)
        changed = self._changed(names)
        files = size = 0
        for done, name in enumerate(changed, 1):
            with suppress(ChangedError):
                for product, file, digest in self._transfer.lacking(name, self._source.column(name)):
                    files += 1
                    size += self._transfer.size_of(name, product, file, digest)
            tell(done, len(changed))
        coming = [each for each in self._commits_of(look) if str(each.number) not in self._memory.journal]
        return replace(
            self._report,
            msids=len(names),
            changed=tuple(changed),
            removed=tuple(self._gone()),
            files=files,
            size=size,
            commits=len(coming),
            plain=tuple(sorted(self._plain.differing(look, self._memory.files))),
            dry_run=True,
        )

    def run(self, look: Look, tell: Callable[[int, int], None]) -> MirrorReport:
        """Go on until a look finds nothing to do.

        Raises
        ------
        ArchiveCorruptError
            If files of some MSIDs cannot be had whole; all else is done.
        ArchiveLockedError
            If the source never comes to rest.
        """
        for number in range(LOOKS if self._source.settles else LOOKS_AT_AN_INDEX):
            if number:
                time.sleep(min(0.01 * 2**number, _LONGEST_WAIT_S) if number > 1 else 0)
                look = self._source.look()
            try:
                done = self._pass(look, tell)
            except ChangedError as err:
                _log.debug("%s changed while it was mirrored", err)
                continue
            if not done or not self._source.settles:
                break
        else:
            raise ArchiveLockedError(
                f"{self._source.address} changes all the time, or its index names files that are gone: what was mirrored is"
                " sound; run it again, for a URL after  jeta mirror --index  there"
            )
        if self._faults:
            told = "; ".join([*self._faults.values()][:_SHOWN]) + (" ..." if len(self._faults) > _SHOWN else "")
            raise ArchiveCorruptError(
                f"{len(self._faults)} MSIDs were not mirrored and are as they were, all else is done: {told}"
            )
        return self._report

    def _pass(self, look: Look, tell: Callable[[int, int], None]) -> bool:
        """Do what one look asks for; return whether that was anything."""
        names = self._memory.choose(look.msids)
        self._note(msids=len(names))
        plain = self._plain.bring(look, self)
        changed = [name for name in self._changed(names) if name not in self._faults]
        gone, waiting, there = self._gone(), self._commits_of(look), commits.present(self._layout)
        digests = {str(each.number): commits.digest_of(each, names) for each in waiting}
        is_in_step = digests == self._memory.journal and {int(number) for number in digests} == set(there)
        if changed or gone or not is_in_step:
            self._early_state(look, [*there, *(each.number for each in waiting)])
        batches = Batches(self._layout, self._source, self._transfer, look, waiting, there)
        batches.bring(changed, self._threads, tell)
        self._after(batches, gone)
        for name in gone:
            self._transfer.hide(name, max([*there, 0]))
        if not is_in_step:
            self._journal(look, waiting, names, digests, there)
        batches.finish()
        for name in gone:
            self._transfer.remove(name)
        self._late_state(look)
        if batches.unsettled:
            raise ChangedError(batches.unsettled[0])
        # Only now is it known for sure what the mirror has of them.
        self._here = {**(self._here or {}), **{each.msid: self._there[each.msid] for each in batches.published}}
        return bool(plain or changed or gone or not is_in_step)

    def _after(self, batches: Batches, gone: Sequence[str]) -> None:
        """Put what was brought into the report, and into what the mirror knows of itself."""
        here = {} if self._here is None else self._here
        for each in batches.published:
            here[each.msid] = ()
            self._folded = max(self._folded, folded_of(each.manifests["full"], "full", self._layout.column(each.msid)))
        self._faults.update(batches.faults)
        for name in gone:
            here.pop(name, None)
        self._note(
            changed=tuple(sorted({*self._report.changed, *(each.msid for each in batches.published)})),
            removed=tuple(sorted({*self._report.removed, *gone})),
            files=self._report.files + sum(each.files for each in batches.published),
            size=self._report.size + sum(each.size for each in batches.published),
        )

    def _note(self, **what: Any) -> None:
        """Change the report."""
        self._report = replace(self._report, **what)

    def remember(self, **what: Any) -> None:
        """Change what the mirror remembers, durably."""
        new = replace(self._memory, **what)
        if new != self._memory:
            memory.save(self._layout.root, new)
            self._memory = new

    @property
    def files(self) -> list[str]:
        """The small files that came from the source."""
        return self._memory.files

    def note_plain(self, paths: set[str]) -> None:
        """Put small files that were changed into the report."""
        self._note(plain=tuple(sorted({*self._report.plain, *paths})))

    def _changed(self, names: Sequence[str]) -> list[str]:
        """MSIDs that are not as they are at the source; at the first look also those of which a file is missing."""
        self._there = {name: self._transfer.wanted(tokens) for name, tokens in self._source.tokens_of(names).items()}
        columns = {name: tokens for name, tokens in self._there.items() if tokens[0]}
        if self._here is not None:
            return [name for name, tokens in columns.items() if self._here.get(name) != tokens]
        with ThreadPoolExecutor(self._threads) as threads:
            here = dict(zip(columns, threads.map(self._transfer.tokens, columns, columns.values()), strict=True))
        self._here = {
            name: tokens if not self._anew and columns[name] == tokens else () for name, tokens in here.items()
        }
        return [name for name, tokens in self._here.items() if not tokens]

    def _gone(self) -> list[str]:
        """MSIDs that the mirror has a folder of, and should not."""
        columns = self._layout.columns
        if not columns.is_dir():
            return []
        return sorted(
            name
            for name in os.listdir(columns)
            if not self._there.get(name, ("",))[0] and not name.startswith(".") and (columns / name).is_dir()
        )

    def _commits_of(self, look: Look) -> list[JournalFile]:
        """Commits that are to wait in the mirror: without samples to lay them over, none."""
        return look.commits if "full" in self._memory.products else []

    def _journal(
        self,
        look: Look,
        waiting: Sequence[JournalFile],
        names: Sequence[str],
        digests: dict[str, str],
        there: dict[int, JournalFile | None],
    ) -> None:
        """Bring the journal into step: what is not the source's goes, the latest first; then what is new comes, in order."""
        old = self._memory.journal
        coming = [
            each
            for each in waiting
            if there.get(each.number) is None or old.get(str(each.number)) != digests[str(each.number)]
        ]
        known = {**old, **{str(each.number): "" for each in coming}}
        self.remember(journal=known, folded=max([look.state.folded, self._memory.folded, *map(int, known)]))
        for number in sorted(set(there) - {int(each) for each in digests}, reverse=True):
            self._layout.commit(number).unlink(missing_ok=True)
        sync_folder(self._layout.journal)
        for commit in coming:
            commits.write(commit, names, self._layout, self._source.address)
        self.remember(journal=digests)
        self._note(commits=self._report.commits + len(coming))

    def _early_state(self, look: Look, commits_of_both: Sequence[int]) -> None:
        """Say what holds before and after: an instant that is too early does no harm, nor a number that is too high."""
        now = state.load(self._layout.state) or state.State()
        if self._before is None:
            self._before = now.folded
        known = [each for each in (look.state.first_ns, now.first_ns) if each is not None]
        # A fold of the source may be under way: then columns are ahead of its state, and no further than its journal.
        folded = max(now.folded, look.state.folded, *commits_of_both)
        self.remember(folded=max(self._memory.folded, folded))
        self._save_state(state.State(folded, min(known, default=None)))

    def _late_state(self, look: Look) -> None:
        """Say what the source says; numbers of commits only grow, whatever it was restored from."""
        now = state.load(self._layout.state) or state.State()
        before = now.folded if self._before is None else self._before
        folded = max(before, look.state.folded, self._folded)
        self.remember(folded=max(self._memory.folded, folded))
        self._save_state(state.State(folded, look.state.first_ns))

    def _save_state(self, new: state.State) -> None:
        """Write the state where it differs."""
        if state.load(self._layout.state) != new:
            state.save(self._layout.state, new)
