"""The YAML files behind a telemetry database, and whether they are still what a cache was made from."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SUFFIXES = (".yaml", ".yml")
"""Names of files that belong to a telemetry database."""

TICK_NS = 2_000_000_000
"""Coarsest tick of file times on a file system in use (FAT), ns: two versions within it can bear the same time."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is remembered of a file to see whether it has changed.

    Attributes
    ----------
    name : str
        Name within the folder.
    size : int
        Size, bytes.
    mtime_ns, ctime_ns : int
        Time of its last change and of its last change of content or attributes, ns since 1970 UTC.
    digest : str
        Digest of its content, hexadecimal.
    """

    name: str
    size: int
    mtime_ns: int
    ctime_ns: int
    digest: str

    @property
    def changed_ns(self) -> int:
        """The later of its two times, ns since 1970 UTC."""
        return max(self.mtime_ns, self.ctime_ns)

    def as_tuple(self) -> tuple[str, int, int, int, str]:
        """Return the attributes in the order of the class."""
        return self.name, self.size, self.mtime_ns, self.ctime_ns, self.digest


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The finding that files are what they were.

    Attributes
    ----------
    stamps : list of Stamp
        Their stamps as they are now.
    compared : bool
        Whether contents had to be compared because times did not suffice.
    """

    stamps: list[Stamp]
    compared: bool


def list_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder, sorted by name; none if there is no such folder.

    Parameters
    ----------
    folder : Path
        The folder; those below it, and hidden files, are left out.

    Returns
    -------
    list of Path
        The files.
    """
    if not folder.is_dir():
        return []
    files = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]
    return sorted(path for path in files if not path.is_dir())


def read_stamped(path: Path) -> tuple[bytes, Stamp]:
    """Read a file and its stamp.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    content : bytes
        What the file holds.
    stamp : Stamp
        Its times from before it was read: a change while reading makes the stamp look old, never the content look new.
    """
    with path.open("rb") as stream:
        status = os.fstat(stream.fileno())
        content = stream.read()
    return content, Stamp(path.name, len(content), status.st_mtime_ns, status.st_ctime_ns, digest(content))


def digest(content: bytes) -> str:
    """Return a digest that tells contents apart.

    Parameters
    ----------
    content : bytes
        The content of a file.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def restamped(files: Sequence[Path], stamps: Sequence[Stamp], made_ns: int) -> Unchanged | None:
    """Compare files with the stamps that were taken of them.

    A file is unchanged if its size and times are as they were, unless its last change came so shortly before the
    stamp was taken that a later one could bear the same time. Then, and where only times differ, its content decides.

    Parameters
    ----------
    files : sequence of Path
        The files as they are now.
    stamps : sequence of Stamp
        What was remembered, in the same order.
    made_ns : int
        When the stamps were taken, ns since 1970 UTC.

    Returns
    -------
    Unchanged or None
        None if any file has changed, gone or come.
    """
    if [path.name for path in files] != [stamp.name for stamp in stamps]:
        return None
    now = []
    for path, stamp in zip(files, stamps, strict=True):
        fresh = _restamped(path, stamp, made_ns)
        if fresh is None:
            return None
        now.append(fresh)
    return Unchanged(now, any(fresh is not stamp for fresh, stamp in zip(now, stamps, strict=True)))


def _restamped(path: Path, stamp: Stamp, made_ns: int) -> Stamp | None:
    """Return the stamp itself where times suffice, a new one where the content is the same, None where it is not."""
    status = path.stat()
    if status.st_size != stamp.size:
        return None
    same_times = (status.st_mtime_ns, status.st_ctime_ns) == (stamp.mtime_ns, stamp.ctime_ns)
    if same_times and stamp.changed_ns + TICK_NS < made_ns:
        return stamp
    _, fresh = read_stamped(path)
    return fresh if fresh.digest == stamp.digest else None
