"""Putting files in place so that a reader, or a power cut, finds the old one or the new one and nothing between.

Every file of an archive comes to its name through this module.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAY_NOT_WRITE = "this user may not write here; become its owner, or have its permissions changed"
"""What is said of a `PermissionError`, for which the system has no way out."""

ASIDE_PREFIX = ".aside-"
"""How the name of a file begins that is not in place yet; what is left of a killed writer can be told by it."""


def aside_name(folder: Path) -> Path:
    """Return a name in `folder` that no other writer uses."""
    return folder / f"{ASIDE_PREFIX}{os.getpid()}-{secrets.token_hex(6)}"


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do that."""
    if os.name == "nt":  # Windows cannot open a folder; it keeps names in order by itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_each(paths: Iterable[Path]) -> None:
    """Wait until files and folders are on the disk.

    Several threads may do this at once: a disk's journal takes in waiting requests together, which makes it three times
    faster than one by one (0.11 instead of 0.37 ms each on ext4).
    """
    for path in paths:
        if path.is_dir():
            sync_folder(path)
        else:
            sync_file(path)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Hand out a temporary name beside `path`; what is written there takes the place of `path` when the block ends well.

    If the block raises, whatever it raises, the temporary file is removed and `path` is as before.

    Parameters
    ----------
    path : Path
        The final name; its folder must exist.

    Yields
    ------
    Path
        The name to write to. The file must be closed when the block ends.
    """
    aside = aside_name(path.parent)
    try:
        yield aside
        sync_file(aside)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def replace_bytes(path: Path, content: bytes) -> None:
    """Make `content` the whole content of `path`, atomically and durably."""
    with written_aside(path) as aside:
        aside.write_bytes(content)


def make_folder(folder: Path) -> None:
    """Create a folder and those above it, durably; one that exists is left as it is."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as err:
        raise PermissionError(err.errno, MAY_NOT_WRITE, str(folder)) from err
    for path in missing:
        sync_folder(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed writers left aside in a folder. Only the writer that holds the lock may do this."""
    with os.scandir(folder) as entries:
        stale = [entry.path for entry in entries if entry.name.startswith(ASIDE_PREFIX)]
    for path in stale:
        Path(path).unlink(missing_ok=True)


def read_exactly(descriptor: int, size_bytes: int, offset: int) -> bytes:
    """Read a span of a file without moving its position, so that threads may share the descriptor.

    Raises
    ------
    EOFError
        If the file ends before the span does.
    """
    data = (
        os.pread(descriptor, size_bytes, offset)
        if hasattr(os, "pread")
        else _seek_and_read(descriptor, size_bytes, offset)
    )
    if len(data) != size_bytes:
        raise EOFError(
            f"file ends {size_bytes - len(data)} bytes before the end of the span of {size_bytes} at {offset}"
        )
    return data


def _seek_and_read(descriptor: int, size_bytes: int, offset: int) -> bytes:
    """Stand in for pread on Windows, on a descriptor of its own position."""
    twin = os.dup(descriptor)
    try:
        with os.fdopen(twin, "rb", closefd=False) as file:
            file.seek(offset)
            return file.read(size_bytes)
    finally:
        os.close(twin)


def printable(name: str) -> str:
    r"""Return a name of a file so that it takes one line and can be encoded, whatever bytes it has.

    Parameters
    ----------
    name : str
        As Python gives it: bytes that are no UTF-8 are surrogates.

    Examples
    --------
    >>> printable("a.h5"), printable("two" + chr(10) + "lines"), printable("\udcff.h5")
    ('a.h5', 'two\\nlines', '\\xff.h5')
    """
    return "".join(character if character.isprintable() else _escaped(character) for character in name)


def _escaped(character: str) -> str:
    """A character that cannot be printed, as Python writes it."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
