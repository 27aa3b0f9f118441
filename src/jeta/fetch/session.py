"""What fetches use when nothing else is said: the archive in use. The one mutable default of jeta."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import settings
from jeta.errors import ArchiveNotFoundError

if TYPE_CHECKING:
    from jeta.archive import ArchiveReader
    from types import TracebackType

    from jeta.tdb import Tdb

_lock = threading.Lock()
_chosen: list[Path] = []
"""The root set last by `set_archive`, on top of those set before; empty for the environment's."""
_open: dict[Path, ArchiveReader] = {}


def _opened(root: str | os.PathLike[str]) -> ArchiveReader:
    """Open an archive."""
    from jeta.archive import open_archive  # noqa: PLC0415 - half of what importing fetch would cost, and no fetch does without

    return open_archive(root)


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

    def __init__(self, root: str | os.PathLike[str] | ArchiveReader | None) -> None:
        with _lock:
            self._before = list(_chosen)
            if root is None:
                _chosen.clear()
                return
            reader = _opened(root) if isinstance(root, str | os.PathLike) else root
            _open[reader.root] = reader
            _chosen[:] = [reader.root]

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
    if _chosen:
        return _chosen[-1]
    root = settings.from_environment().archive_root
    if root is None:
        raise ArchiveNotFoundError(
            "no archive is in use: set the environment variable ENG_ARCHIVE or call fetch.set_archive(root); "
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
    root = current_root()
    reader = _open.get(root)
    if reader is None:
        reader = _opened(root)
        with _lock:
            _open[root] = reader
    return reader


def current_tdb() -> Tdb:
    """Return the telemetry database of the archive in use."""
    return current_archive().tdb()
