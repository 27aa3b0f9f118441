"""What fetches use when nothing else is said: the archive in use. The one mutable default of jeta."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import settings
from jeta.errors import ArchiveNotFoundError

if TYPE_CHECKING:
    from types import TracebackType

    from jeta.archive import ArchiveReader, Writer

_lock = threading.Lock()
_chosen: list[Path] = []
"""The root set last by `set_archive`, on top of those set before; empty for the environment's."""
_open: dict[Path, tuple[ArchiveReader, tuple[int, int] | None]] = {}
"""Open archives, each with what its settings file was when it was opened."""


def _opened(archive: str | os.PathLike[str] | ArchiveReader | Writer) -> ArchiveReader:
    """Return an archive, given as its root or as an open one, open for reading.

    Raises
    ------
    ArchiveNotFoundError
        If there is none at the root, or this is nothing of the kind.
    """
    from jeta.archive import Writer, open_archive  # noqa: PLC0415 - half of what importing fetch costs otherwise

    if isinstance(archive, str | os.PathLike):
        return open_archive(archive)
    if isinstance(archive, Writer):
        return archive.reader
    if not hasattr(archive, "root"):
        raise ArchiveNotFoundError(f"{archive!r} is not an archive: give its root as a path, or an open archive")
    return archive


def _signature(root: Path) -> tuple[int, int] | None:
    """What tells an archive from one made anew at the same place; None where there are no settings of jeta's."""
    from jeta.archive.layout import Layout  # noqa: PLC0415 - as above

    try:
        status = Layout(root).settings.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


class set_archive:  # noqa: N801 - used like a function; a class so that ``with`` can undo it
    """Choose the archive that fetches and updates use from now on.

    Parameters
    ----------
    root : path or open archive, or None
        The archive. None goes back to the environment's ``ENG_ARCHIVE``.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive at `root`; nothing is changed then.

    Notes
    -----
    The choice holds for all threads. In a ``with`` statement it holds to the end of the block.

    Examples
    --------
    ::

        fetch.set_archive("/data/jwst")
        with fetch.set_archive("/data/rehearsal"):
            dat = fetch.MSID("SA_ZATTEST2")
    """

    def __init__(self, root: str | os.PathLike[str] | ArchiveReader | Writer | None) -> None:
        with _lock:
            self._before = list(_chosen)
            if root is None:
                _chosen.clear()
                return
            reader = _opened(root)
            _open[reader.root] = reader, _signature(reader.root)
            _chosen[:] = [reader.root]

    def __repr__(self) -> str:
        return f"<archive in use: {_chosen[-1] if _chosen else 'that of ENG_ARCHIVE'}>"

    def __enter__(self) -> None:
        """Nothing to do: the choice was made when the object was made."""

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with _lock:
            _chosen[:] = self._before


def current_root() -> Path:
    """Return the root of the archive in use.

    Raises
    ------
    ArchiveNotFoundError
        If none was chosen and the environment names none; the message says how to create one.
    """
    for chosen in _chosen[-1:]:
        return chosen
    root = settings.from_environment().archive_root
    if root is None:
        raise ArchiveNotFoundError(
            "no archive is in use: set the environment variable ENG_ARCHIVE, call fetch.set_archive(root), or give --archive ROOT; "
            "a new archive is made by  jeta create ROOT"
        )
    return root.absolute()


def current_archive() -> ArchiveReader:
    """Return the archive in use, open.

    Raises
    ------
    ArchiveNotFoundError
        If there is none, or there is no archive at its root.
    """
    return archive_at(current_root())


def archive_at(root: Path) -> ArchiveReader:
    """Return the archive at a root, open.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive.
    """
    known, signature = _open.get(root), _signature(root)
    if known is not None and known[1] == signature:
        return known[0]
    # Not opened yet; or removed, or made anew, since it was.
    reader = _opened(root)
    with _lock:
        _open[root] = reader, signature
    return reader
