"""The record log: one sealed file for each source file that was dealt with, and one at the end of each run.

It is the truth of what was ingested; the catalog is an index of it.

One process writes, the one that holds the archive's writer lock; any number read meanwhile. Only the last record is ever removed,
by the next writer, if the commit that it announces did not happen.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.catalog import record_file
from jeta.catalog.records import FileRecord, R, Record, plain
from jeta.errors import ArchiveCorruptError, ValuesError
from jeta.files import aside_name, make_folder, remove_leftovers, sync_file, sync_folder, written_aside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from jeta.catalog.records import MsidCounts

SUFFIX = ".zip"
IDENTITY_NAME = "identity"
_A_FOLDER = 1000
_FOLDER_DIGITS, _DIGITS = 6, 12
_IDENTITY_SIGNS = 16


class RecordLog:
    """The records of one archive, numbered from 1 without gaps.

    Parameters
    ----------
    folder : Path
        Where they lie; it need not exist.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.catalog import FileRecord, MsidCounts, RecordLog
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = RecordLog(Path(folder) / "records")
    ...     written = log.write(FileRecord("run 1", "/in/a.csv", read=2, stored=2), [MsidCounts("SA_TEMP", read=2, stored=2)])
    ...     written.number, log.msid(1, "SA_TEMP").stored
    (1, 2)
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, number: int) -> Path:
        """Return the file of a record, which need not exist: a thousand to a folder."""
        return self.folder / f"{number // _A_FOLDER:0{_FOLDER_DIGITS}d}" / f"{number:0{_DIGITS}d}{SUFFIX}"

    def last_number(self) -> int:
        """Return the highest number that there is, 0 if there is none."""
        for _, folder in sorted(_numbered(self.folder, "").items(), reverse=True):
            last = max(_numbered(folder, SUFFIX), default=0)
            if last:
                return last
        return 0

    def numbers_after(self, number: int) -> list[int]:
        """Return the numbers above one, in order; where a record is lost there is a gap."""
        folders = _numbered(self.folder, "")
        wanted = sorted(each for each in folders if each >= (number + 1) // _A_FOLDER)
        return [n for each in wanted for n in sorted(_numbered(folders[each], SUFFIX)) if n > number]

    def write(self, record: R, msids: Iterable[MsidCounts] = ()) -> R:
        """Add a record, durably; the archive's writer lock must be held.

        Parameters
        ----------
        record : FileRecord or RunRecord
            What is to be remembered; whatever number it has, it gets the next one.
        msids : iterable of MsidCounts
            What became of the rows of each MSID.

        Returns
        -------
        FileRecord or RunRecord
            The record as it is written, with its number.

        Raises
        ------
        ValuesError
            If a number is below 0, or beyond what an int64 holds; nothing is written then.
        OSError
            If the disk is full or fails; nothing is written then.
        """
        numbered: R = replace(plain(record), number=self.last_number() + 1)
        path = self.path(numbered.number)
        make_folder(path.parent)
        with written_aside(path) as aside, aside.open("xb") as file:
            record_file.write(file, numbered, msids)
        return numbered

    def remove(self, number: int) -> None:
        """Remove the last record, durably; the archive's writer lock must be held.

        Raises
        ------
        ValuesError
            If it is not the last: the log would have a gap.
        """
        if number != self.last_number():
            raise ValuesError(f"only the last record, {self.last_number()}, can be removed, not {number}")
        self.path(number).unlink()
        sync_folder(self.path(number).parent)

    def tidy(self) -> None:
        """Remove what killed writers left aside; the archive's writer lock must be held."""
        for folder in (self.folder, *_numbered(self.folder, "").values()):
            with suppress(FileNotFoundError):
                remove_leftovers(folder)

    def opened(self, number: int) -> AbstractContextManager[record_file.RecordFile]:
        """Open a record for reading, see `jeta.catalog.record_file.opened`."""
        return record_file.opened(self.path(number), number)

    def read(self, number: int) -> Record:
        """Return a record.

        Raises
        ------
        FileNotFoundError
            If there is none of this number.
        ArchiveCorruptError
            If it is damaged.
        """
        with self.opened(number) as file:
            return file.record

    def after(self, number: int) -> Iterator[Record]:
        """Give the records above a number, in order.

        Raises
        ------
        ArchiveCorruptError
            If one is damaged.
        """
        for each in self.numbers_after(number):
            try:
                record = self.read(each)
            except FileNotFoundError:
                return  # a writer removed the last one since it was listed
            yield record

    def msid(self, number: int, name: str) -> MsidCounts | None:
        """Return what became of the rows of one MSID, None if the file had none of it; reads no more than needed.

        Parameters
        ----------
        number : int
            The record.
        name : str
            Exact upper-case name.

        Raises
        ------
        FileNotFoundError, ArchiveCorruptError
            As from `read`.
        """
        with self.opened(number) as file:
            return file.find(name)

    def msids(self, number: int) -> list[MsidCounts]:
        """Return what became of the rows of all MSIDs of a file, sorted by name.

        Raises
        ------
        FileNotFoundError, ArchiveCorruptError
            As from `read`.
        """
        with self.opened(number) as file:
            return [counts for block in file.blocks() for counts in block.counts()]

    def unsettled(self) -> FileRecord | None:
        """Return the last record if it announces a commit of which the log cannot tell whether it happened.

        A record below another one is settled; so is one that announces no commit.
        """
        last = self.last_number()
        try:
            record = self.read(last) if last else None
        except (FileNotFoundError, ArchiveCorruptError):
            return None
        return record if isinstance(record, FileRecord) and record.commit is not None else None

    def identity(self, *, make: bool = True) -> str:
        """Return what tells this log from those of other archives.

        Parameters
        ----------
        make : bool
            Make one if there is none, as only a writer may; otherwise an empty text says so.

        Raises
        ------
        OSError
            If there is none yet, and none can be written.
        """
        path = self.folder / IDENTITY_NAME
        known = _identity_in(path)
        if known or not make:
            return known or ""
        make_folder(self.folder)
        aside = aside_name(self.folder)
        aside.write_text(f"{secrets.token_hex(8)}\n", encoding="ascii")
        try:
            sync_file(aside)
            if known is None:
                # Of several who get here at once, the first wins.
                with suppress(FileExistsError):
                    path.hardlink_to(aside)
            else:
                aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(self.folder)
        return _identity_in(path) or ""


def _identity_in(path: Path) -> str | None:
    """What a file says: None if there is none, nothing if it is damaged."""
    try:
        known = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    is_whole = len(known) == _IDENTITY_SIGNS and all(sign in "0123456789abcdef" for sign in known)
    return known if is_whole else ""


def _numbered(folder: Path, suffix: str) -> dict[int, Path]:
    """What lies in a folder under a number, by number; nothing where there is no folder."""
    digits = _DIGITS if suffix else _FOLDER_DIGITS
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    found = {}
    for name in names:
        stem = name.removesuffix(suffix) if suffix else name
        if name.endswith(suffix) and len(stem) == digits and stem.isascii() and stem.isdecimal():
            found[int(stem)] = folder / name
    return found
