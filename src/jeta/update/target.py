"""Which archive a call of `jeta.update` changes, and the writer to do it with."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jeta import settings
from jeta.archive import JetaReader, Writer
from jeta.errors import ArchiveNotFoundError
from jeta.fetch import session
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

from jeta.archive import ArchiveReader

ArchiveLike = str | os.PathLike[str] | JetaReader | Writer

_log = logger(__name__)

FOLD_COMMITS = 64
FOLD_ROWS = 20_000_000
FOLD_AGE_S = 6 * 3600.0
"""The journal is folded when it holds so many commits, so many rows, or a commit that old: reading lays it over the columns."""


def root_of(archive: ArchiveLike | ArchiveReader | None) -> Path:
    """Return the root of an archive given as an open one, as its root, or not at all."""
    if archive is None:
        return session.current_root()
    if isinstance(archive, Writer):
        return archive.layout.root
    if isinstance(archive, str | os.PathLike):
        return Path(archive).expanduser().absolute()
    if not hasattr(archive, "root"):
        raise ArchiveNotFoundError(f"{archive!r} is not an archive: give its root as a path, or an open archive")
    return archive.root


@contextmanager
def writer_for(archive: ArchiveLike | None, *, wait_s: float = 0.0) -> Iterator[Writer]:
    """Hand out a writer: the one given, or one that is opened here and closed at the end.

    Parameters
    ----------
    archive : open archive, path, or None
        Which archive; None for the one in use.
    wait_s : float
        How long to wait for another writer to end.

    Raises
    ------
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or somebody else writes to it.
    """
    if isinstance(archive, Writer):
        yield archive
        return
    with Writer(root_of(archive)).waiting(wait_s) as writer:
        yield writer


def fold_if_due(writer: Writer, *, workers: int | None = None, executor: Executor | None = None) -> None:
    """Fold the journal if it has grown beyond the limits of this module.

    Parameters
    ----------
    writer : Writer
        The archive.
    workers : int, optional
        Number of processes; by default as ``JETA_WORKERS`` says.
    executor : Executor, optional
        Does the work instead.
    """
    commits, rows = writer.pending()
    if commits >= FOLD_COMMITS or rows >= FOLD_ROWS or (commits and _oldest_age_s(writer) > FOLD_AGE_S):
        _log.info("the journal holds %d rows in %d commits: folding", rows, commits)
        writer.fold(workers=settings.from_environment().workers if workers is None else workers, executor=executor)


def _oldest_age_s(writer: Writer) -> float:
    """Seconds since the oldest commit of the journal."""
    return time.time() - writer.reader.journal_files()[0].path.stat().st_mtime
