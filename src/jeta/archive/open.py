"""The ways in: a new archive, one that is there, or several that are read as one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import config
from jeta.archive.config import ArchiveConfig
from jeta.archive.reader import JetaReader
from jeta.archive.several import SeveralReaders
from jeta.errors import ArchiveNotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jeta.archive.protocol import ArchiveReader


def create_archive(
    root: str | os.PathLike[str],
    *,
    name: str | None = None,
    time_system: str = "unix",
    earliest: str = "1990-01-01",
    latest: str = "2090-01-01",
) -> JetaReader:
    """Make a new, empty archive and open it.

    Parameters
    ----------
    root : path
        A folder that does not exist or is empty.
    name : str, optional
        What to call it; by default the folder's name.
    time_system : {'unix', 'cxcsec'}
        What the numbers in ``times`` count, in seconds: Unix time, or Chandra's seconds since 1998.
    earliest, latest : str
        Rows of files whose instant is not in ``[earliest, latest)`` are rejected as impossible.

    Returns
    -------
    JetaReader
        The open archive.

    Raises
    ------
    ArchiveExistsError
        If there is something at `root` already.
    ValueError
        If a setting is not one of the values it may have.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     create_archive(folder + "/jwst").names()
    []
    """
    path = Path(root).expanduser().absolute()
    config.create(path, ArchiveConfig(name or path.name, time_system, earliest, latest))
    return JetaReader(path)


def open_archive(root: str | os.PathLike[str]) -> JetaReader:
    """Open an archive for reading. It may be written to meanwhile, by this process or another.

    Parameters
    ----------
    root : path
        The archive's folder.

    Returns
    -------
    JetaReader
        The open archive; safe in threads, and cheap enough to open for each use.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive at `root`; the message says how to create one.
    ArchiveCorruptError
        If its settings cannot be read.
    """
    return JetaReader(Path(root).expanduser().absolute())


def open_roots(roots: str | os.PathLike[str] | Sequence[str | os.PathLike[str] | ArchiveReader]) -> ArchiveReader:
    """Open one archive, or several that are read as one: for each MSID the first that has it answers.

    Parameters
    ----------
    roots : str, path, or sequence of paths and open archives
        Where they are, the most important first. In one text they are separated as in ``PATH``, by ``:`` or, on Windows,
        ``;``; a text that names a folder as a whole is one root. Roots that come again are passed over.

    Returns
    -------
    ArchiveReader
        A `JetaReader` for one, `jeta.archive.several.SeveralReaders` for more.

    Raises
    ------
    ArchiveNotFoundError
        If there is no archive at one of them, or none is named.
    ArchiveMismatchError
        If their time systems differ.
    ArchiveCorruptError
        If the settings of one cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     flight, rehearsal = create_archive(folder + "/flight"), create_archive(folder + "/rehearsal")
    ...     one, two = open_roots(folder + "/flight"), open_roots(os.pathsep.join([folder + "/flight", folder + "/rehearsal"]))
    ...     one.root.name, two.root.name, type(two).__name__
    ('flight', 'flight', 'SeveralReaders')
    """
    if isinstance(roots, str):
        given: Sequence[str | os.PathLike[str] | ArchiveReader] = _roots_in(roots)
    else:
        given = [roots] if isinstance(roots, os.PathLike) else roots
    by_root: dict[Path, ArchiveReader] = {}
    for root in given:
        reader = open_archive(root) if isinstance(root, str | os.PathLike) else root
        by_root.setdefault(reader.root, reader)
    readers = list(by_root.values())
    if not readers:
        raise ArchiveNotFoundError(
            f"no archive is named by {roots!r}: give its root, or several separated by {os.pathsep!r}"
        )
    return readers[0] if len(readers) == 1 else SeveralReaders(readers)


def _roots_in(text: str) -> list[str]:
    """The roots that a text names; a folder may have the separator in its name."""
    if text.strip() and Path(text).expanduser().is_dir():
        return [text]
    return [part for part in text.split(os.pathsep) if part.strip()]
