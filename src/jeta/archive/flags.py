"""Flags set by people, as an archive keeps them: a small file for each record, in the folder ``flags``, never changed.

A record comes to its name whole, so readers need no lock. Those who write take turns by a lock of their own, so that no
number is given twice, and need not wait for an ingest or a fold. What is stored of samples and statistics has no part in it:
flags are laid over what is read.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from jeta.archive.check import Problem
from jeta.archive.lock import WriterLock
from jeta.errors import ArchiveCorruptError, ArchiveLockedError
from jeta.files import ASIDE_PREFIX, make_folder, remove_leftovers, replace_bytes
from jeta.quality.flags import Flag, KnownFlag, Record, flags_by_msid, from_bytes, known_flags, spans_of, to_bytes
from jeta.samples import FLAGGED_BY_PERSON
from jeta.tdb import check_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jeta.archive.output import Rows
    from jeta.intervals import Intervals

SUFFIX = ".json"
LOCK_NAME = ".lock"
WAIT_S = 30.0
"""How long to wait for another who writes a record, which takes milliseconds."""

_SETTLED_NS = 2 * 10**9
"""A folder that changed less long ago is listed again each time: file times are too coarse to tell two quick changes apart."""
_POLL_S = 0.01

R = TypeVar("R", bound=Record)


Signature: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a folder held when it was looked at: what tells its states apart, records by number, and what follows from these."""

    signature: Signature | None = None
    records: dict[int, tuple[Signature, Record]] = field(default_factory=dict)
    flags: list[KnownFlag] = field(default_factory=list)
    by_msid: dict[str, list[Flag]] = field(default_factory=dict)
    spans: dict[str, Intervals] = field(default_factory=dict)
    is_settled: bool = True


class FlagFiles:
    """The flags of one archive; safe in threads.

    Parameters
    ----------
    folder : Path
        Where they lie; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = str(folder)
        self._known = _Known()

    def flags(self) -> list[KnownFlag]:
        """Return all flags ever set, each with what undid it, in the order of their numbers.

        Raises
        ------
        ArchiveCorruptError
            If a record cannot be read.
        """
        return list(self._now().flags)

    def spans(self, msid: str) -> Intervals | None:
        """Return the times at which samples of an MSID are bad by a flag that holds; None where there are none.

        Parameters
        ----------
        msid : str
            Exact upper-case name.

        Returns
        -------
        Intervals or None
            Merged, in seconds; see `jeta.quality.flags.spans_of`.

        Raises
        ------
        ArchiveCorruptError
            If a record cannot be read.
        """
        known = self._now()
        if msid not in known.by_msid:
            return None
        found = known.spans.get(msid)
        if found is None:
            found = known.spans[msid] = spans_of(known.by_msid[msid])
        return found

    def append(self, make: Callable[[int, list[KnownFlag]], R]) -> R:
        """Add a record, durably.

        Parameters
        ----------
        make : callable
            Called with the number of the new record, and all flags so far, which stay as they are meanwhile; returns the
            record. If it raises, nothing is added.

        Raises
        ------
        ArchiveLockedError
            If others write and do not end.
        ArchiveCorruptError
            If a record that is there cannot be read.
        """
        make_folder(self.folder)
        with _turn(self.folder / LOCK_NAME):
            remove_leftovers(self.folder)
            record = make(max(_numbered(self.folder), default=0) + 1, self.flags())
            replace_bytes(self.folder / f"{record.id:08d}{SUFFIX}", to_bytes(record))
        return record

    def _now(self) -> _Known:
        """What the folder holds now; all that a fetch without flags pays is the first line."""
        try:
            status = os.stat(self._path)  # noqa: PTH116 - each fetch comes by here, and a Path costs as much again
        except FileNotFoundError:
            return _Known()
        signature, last = _signature(status), self._known
        if last.signature == signature and last.is_settled:
            return last
        records = self._records(last.records)
        is_settled = time.time_ns() - status.st_mtime_ns > _SETTLED_NS
        if records == last.records and last.signature is not None:
            now = replace(last, signature=signature, is_settled=is_settled)
        else:
            flags = known_flags(record for _, record in records.values())
            now = _Known(signature, records, flags, flags_by_msid(flags), {}, is_settled)
        # Replaced as a whole, for other threads may be looking.
        self._known = now
        return now

    def _records(self, known: dict[int, tuple[Signature, Record]]) -> dict[int, tuple[Signature, Record]]:
        """The records, those that are known already as they are; records never change, but a restore may bring others."""
        found = {}
        for number, path in _numbered(self.folder).items():
            try:
                signature = _signature(path.stat())
                last = known.get(number)
                found[number] = last if last is not None and last[0] == signature else (signature, _load(path))
            except FileNotFoundError:
                continue  # somebody took it away since it was listed
        return found


def _signature(status: os.stat_result) -> Signature:
    """What tells a file or folder from another state of it."""
    return status.st_ino, status.st_mtime_ns, status.st_size


def marked(rows: Rows, spans: Intervals | None) -> Rows:
    """Return rows of which those within some times are flagged by a person.

    Parameters
    ----------
    rows : Rows
        In order of time, in seconds; the caller's own.
    spans : Intervals or None
        The times; None for none.
    """
    if spans is None or not len(rows.times):
        return rows
    inside = spans.contains(rows.times)
    if not inside.any():
        return rows
    quality = np.zeros(len(rows.times), np.uint8) if rows.quality is None else rows.quality.copy()
    quality[inside] |= np.uint8(FLAGGED_BY_PERSON)
    return replace(rows, quality=quality)


def check_flags(folder: Path) -> Iterator[Problem]:
    """Give what is wrong with the flags of an archive: records that are damaged, lost, or undo what is none.

    Parameters
    ----------
    folder : Path
        Where they lie; it need not exist.
    """
    if not folder.is_dir():
        return
    numbers, records = _numbered(folder), {}
    for number, path in sorted(numbers.items()):
        try:
            records[number] = _load(path)
        except (ArchiveCorruptError, FileNotFoundError) as err:
            yield Problem(path, str(err).removeprefix(f"{path} "))
    for number in sorted(set(range(1, max(numbers, default=0))) - set(numbers)):
        yield Problem(
            folder / f"{number:08d}{SUFFIX}", "is lost, for later records are there; restore it from a backup"
        )
    flags = {number for number, record in records.items() if isinstance(record, Flag)}
    for number, record in sorted(records.items()):
        undone = None if isinstance(record, Flag) else record.flag_id
        if undone in records and undone not in flags:
            yield Problem(numbers[number], f"undoes number {undone}, which is no flag; restore both from a backup")


def strange_files(folder: Path) -> list[Path]:
    """Return what lies among the flags of an archive and is none: mostly what a killed process left."""
    if not folder.is_dir():
        return []
    known = set(_numbered(folder).values())
    return sorted(path for path in folder.iterdir() if path not in known and path.name != LOCK_NAME)


def _numbered(folder: Path) -> dict[int, Path]:
    """The files of records by number."""
    found = {}
    for name in os.listdir(folder):
        stem = name.removesuffix(SUFFIX)
        if stem != name and stem.isascii() and stem.isdecimal() and not name.startswith(ASIDE_PREFIX):
            found[int(stem)] = folder / name
    return found


def _load(path: Path) -> Record:
    """The record in a file.

    Raises
    ------
    ArchiveCorruptError
        If it holds none, or that of another number, or names what can be no MSID.
    """
    try:
        record = from_bytes(path.read_bytes())
        names = record.msids if isinstance(record, Flag) else ()
        wrong = "" if [*map(check_name, names)] == [*names] else "names are not in upper case"
    except ValueError as err:
        raise _damaged(path, str(err)) from err
    if record.id != int(path.stem):
        wrong = f"it is number {record.id}"
    if wrong:
        raise _damaged(path, wrong)
    return record


def _damaged(path: Path, why: str) -> ArchiveCorruptError:
    """That a record cannot be read, and the way out."""
    return ArchiveCorruptError(
        f"{path} is damaged ({why}), so that nobody knows what it flags; restore it from a backup, or move it out"
    )


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Hold a lock, waiting for others that do not take long."""
    lock = WriterLock(path)
    end_s = time.monotonic() + WAIT_S
    while True:
        try:
            lock.acquire()
            break
        except ArchiveLockedError:
            if time.monotonic() > end_s:
                raise
            time.sleep(_POLL_S)
    try:
        yield
    finally:
        lock.release()
