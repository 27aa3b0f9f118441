"""A source file while it is read: what it is, its digest, and whether it stays as it is."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jeta.errors import FileChangedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seen:
    """What tells whether a file is still the same.

    Attributes
    ----------
    size : int
        Bytes.
    modified_ns : int
        Last change of the content, ns since 1970 UTC.
    """

    size: int
    modified_ns: int


def look(path: Path) -> Seen:
    """Return what a file is now.

    Raises
    ------
    OSError
        If it is not there or may not be looked at.
    """
    status = path.stat()
    return Seen(status.st_size, status.st_mtime_ns)


class SourceFile:
    """A file that is being read, while its digest is worked out in another thread; see `digested`.

    Parameters
    ----------
    path : Path
        The file.
    seen : Seen
        What it was before it was read.
    digest : Future of str
        The digest of its content.
    """

    def __init__(self, path: Path, seen: Seen, digest: Future[str]) -> None:
        self.path = path
        self.seen = seen
        self._digest = digest

    @property
    def sha256(self) -> str:
        """The digest of its content, hexadecimal."""
        return self._digest.result()

    def check_unchanged(self) -> None:
        """Make sure that what was read is the whole file.

        Raises
        ------
        FileChangedError
            If it has grown, or was replaced.
        OSError
            If it is gone.
        """
        self._digest.result()
        now = look(self.path)
        if now != self.seen:
            raise FileChangedError(
                f"{self.path} changed while it was read, from {self.seen.size:,} to {now.size:,} bytes; "
                "ingest it when it has arrived as a whole"
            )


@contextmanager
def digested(path: Path, seen: Seen) -> Iterator[SourceFile]:
    """Work out the digest of a file while it is read.

    Parameters
    ----------
    path : Path
        The file.
    seen : Seen
        What it is, looked at before anything of it was read.

    Yields
    ------
    SourceFile
        For as long as the block lasts.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.csv")
    ...     _ = path.write_text("time,SA_TEMP")
    ...     with digested(path, look(path)) as source:
    ...         source.check_unchanged()
    ...         source.seen.size, source.sha256[:8]
    (12, '71d4e66a')
    """
    with ThreadPoolExecutor(1, "jeta-digest") as thread:
        yield SourceFile(path, seen, thread.submit(_digest, path))


def _digest(path: Path) -> str:
    """The SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
