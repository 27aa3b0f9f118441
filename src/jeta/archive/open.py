"""The two ways in: a new archive, or one that is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jeta.archive import config
from jeta.archive.config import ArchiveConfig
from jeta.archive.reader import JetaReader

if TYPE_CHECKING:
    import os


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
