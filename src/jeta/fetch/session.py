"""What fetches use when nothing else is said: the archive in use. The one mutable default of jeta."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from jeta import settings
from jeta.errors import ArchiveNotFoundError
from jeta.fetch.loading import load
from jeta.fetch.no_archive import NoArchive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from jeta.archive import ArchiveReader, Writer
    from jeta.sources import Selected

ArchiveLike: TypeAlias = "str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | ArchiveReader | Writer"
"""An archive, given as its root, as several roots, or as an open one."""

Signature: TypeAlias = tuple[tuple[int, int] | None, ...]
"""What tells archives from others made anew at the same places."""

_lock = threading.Lock()
_chosen: list[str] = []
"""The archive set last by `set_archive`, by its key; empty for the environment's."""
_open: dict[str, tuple[ArchiveReader, Signature]] = {}
"""Open archives by key, each with what its settings files were when it was opened."""


def roots_of(key: str) -> list[Path]:
    """Return the roots that a key names, in order."""
    parts = [key] if os.path.isdir(key) else key.split(os.pathsep)  # noqa: PTH112 - a root may have the separator in its name
    return [Path(part).expanduser().absolute() for part in parts if part]


def _key(archive: ArchiveLike) -> str:
    """The roots of an archive as one text, as in the environment's ``ENG_ARCHIVE``.

    Raises
    ------
    ArchiveNotFoundError
        If this is nothing of the kind.
    """
    if isinstance(archive, str | os.PathLike):
        return os.pathsep.join(map(str, roots_of(os.fspath(archive))))
    if isinstance(archive, list | tuple):
        return os.pathsep.join(map(_key, archive))
    if hasattr(archive, "reader"):
        archive = archive.reader
    readers = getattr(archive, "readers", [archive])
    if not all(hasattr(reader, "root") for reader in readers):
        raise ArchiveNotFoundError(f"{archive!r} is not an archive: give its root as a path, or an open archive")
    return os.pathsep.join(str(reader.root) for reader in readers)


def _opened(archive: ArchiveLike) -> ArchiveReader:
    """Return an archive, given as its root, as several or as an open one, open for reading.

    Raises
    ------
    ArchiveNotFoundError
        If there is none at the root, or this is nothing of the kind.
    """
    load()
    from jeta.archive import Writer, open_roots  # noqa: PLC0415 - half of what importing fetch costs otherwise

    if isinstance(archive, str | os.PathLike | list | tuple):
        return open_roots(_key(archive))
    if isinstance(archive, Writer):
        return archive.reader
    if not hasattr(archive, "root"):
        raise ArchiveNotFoundError(f"{archive!r} is not an archive: give its root as a path, or an open archive")
    return archive  # type: ignore[return-value]  # it has a root, so it is a reader


@lru_cache(maxsize=64)
def _settings_files(key: str) -> list[str]:
    """The file of each root whose presence makes it an archive."""
    from jeta.archive.layout import Layout  # noqa: PLC0415 - as above

    return [str(Layout(root).settings) for root in roots_of(key)]


def _signature(key: str) -> Signature:
    """What tells an archive from one made anew at the same place; None where there are no settings of jeta's."""
    found: list[tuple[int, int] | None] = []
    for path in _settings_files(key):
        try:
            status = os.stat(path)  # noqa: PTH116 - each fetch comes by here, and a Path costs as much again
        except OSError:
            found.append(None)
        else:
            found.append((status.st_ino, status.st_mtime_ns))
    return tuple(found)


class set_archive:  # noqa: N801 - used like a function; a class so that ``with`` can undo it
    """Choose the archive that fetches and updates use from now on.

    Parameters
    ----------
    root : path, list of paths, open archive, or None
        The archive. Several roots, as a list or as one text with the system's path separator between them, are read as one
        archive: the first that has an MSID answers for it. None goes back to the environment's ``ENG_ARCHIVE``.

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

    def __init__(self, root: ArchiveLike | None) -> None:
        with _lock:
            self._before = list(_chosen)
            if root is None:
                _chosen.clear()
                return
            reader = _opened(root)
            key = _key(reader)
            _open[key] = reader, _signature(key)
            _chosen[:] = [key]

    def __repr__(self) -> str:
        return f"<archive in use: {_chosen[-1] if _chosen else 'that of ENG_ARCHIVE'}>"

    def __enter__(self) -> None:
        """Nothing to do: the choice was made when the object was made."""

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with _lock:
            _chosen[:] = self._before


@contextmanager
def set_fetch_basedir(path: ArchiveLike) -> Iterator[None]:
    """Use another archive within a ``with`` block, as the ancestors call it; `set_archive` does the same.

    Parameters
    ----------
    path : path, list of paths, or open archive
        The archive. The one before is in use again afterwards, also after an exception.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive.
    """
    with set_archive(path):
        yield


def current_key() -> str:
    """Return the roots of the archive in use, as one text.

    Raises
    ------
    ArchiveNotFoundError
        If none was chosen and the environment names none; the message says how to create one.
    """
    for chosen in _chosen[-1:]:
        return chosen
    roots = settings.from_environment().archive_root
    if roots is None:
        raise ArchiveNotFoundError(
            "no archive is in use: set the environment variable ENG_ARCHIVE, call fetch.set_archive(root), or give --archive ROOT; "
            "a new archive is made by  jeta create ROOT"
        )
    return _key(roots)


def current_root() -> Path:
    """Return the root of the archive in use, for those who write to it.

    Raises
    ------
    ArchiveNotFoundError
        If there is none, or several are in use.
    """
    roots = roots_of(current_key())
    if len(roots) > 1:
        raise ArchiveNotFoundError(
            f"{len(roots)} archives are in use ({', '.join(map(str, roots))}); name the one that is to be changed"
        )
    return roots[0]


def key_of(archive: ArchiveReader) -> str | None:
    """Return the roots of an open archive as one text; None for no archive."""
    return None if isinstance(archive, NoArchive) else _key(archive)


def sources() -> list[Selected]:
    """Return the sources in use by name, in order; None is the archive in use, and any test aid."""
    from jeta.fetch.source_choice import data_source  # noqa: PLC0415 - not needed to import fetch

    return list(data_source.selected())


def archive_for_fetch() -> ArchiveReader:
    """Return the archive in use; where other sources are, and no archive was chosen, an empty one in Unix time.

    Raises
    ------
    ArchiveNotFoundError
        If the archive is among the sources in use, and there is none.
    """
    if is_any_in_use() or any(source is None for _, source in sources()):
        return current_archive()
    return NoArchive()


def is_any_in_use() -> bool:
    """Tell whether an archive was chosen, or the environment names one."""
    return bool(_chosen) or settings.from_environment().archive_root is not None


def current_archive() -> ArchiveReader:
    """Return the archive in use, open.

    Raises
    ------
    ArchiveNotFoundError
        If there is none, or there is no archive at its root.
    """
    return archive_of(current_key())


def archive_of(key: str) -> ArchiveReader:
    """Return the archive that a key names, open.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive.
    """
    known, signature = _open.get(key), _signature(key)
    if known is not None and known[1] == signature:
        return known[0]
    # Not opened yet; or removed, or made anew, since it was.
    reader = _opened(key)
    with _lock:
        _open[key] = reader, signature
    return reader
