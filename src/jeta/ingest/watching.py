"""Ingest what arrives, day and night."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from jeta.errors import ArchiveCorruptError, ArchiveLockedError, ArchiveNotFoundError, ValuesError
from jeta.formats.table import read_mapping
from jeta.ingest.listing import Looker
from jeta.ingest.running import Choices, Means, checked_workers, look, run_once
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jeta.formats.table import TableMapping
    from jeta.ingest.report import RunReport
    from jeta.ingest.running import Preview
    from jeta.update.target import ArchiveLike

_log = logger(__name__)

_LONGEST_PAUSE_S = 600.0
_MOST_DOUBLINGS = 32
"""Of the pause, after a week of failures as well: a float holds no more than a thousand."""


def watch(
    archive: ArchiveLike | None = None,
    *,
    every_s: float = 30.0,
    mapping: str | os.PathLike[str] | TableMapping | None = None,
    accept: Sequence[str] = (),
    workers: int | None = None,
    pause: Callable[[float], object] = time.sleep,
) -> Iterator[RunReport]:
    """Ingest what arrives in the staging folder, until the caller stops asking.

    The archive's lock is held only while there is something to do. If something fails that may pass (the disk is full, another
    process writes, the staging folder is not mounted), it is logged and tried again, less and less often, but every ten minutes.

    Parameters
    ----------
    archive : open archive or path, optional
        Which archive; by default the one in use.
    every_s : float
        How often the folder is listed, seconds.
    mapping, accept, workers
        As for `jeta.ingest.run`.
    pause : callable, optional
        Waits for so many seconds.

    Yields
    ------
    RunReport
        Of each run in which something happened.

    Raises
    ------
    ArchiveNotFoundError, ArchiveCorruptError, FormatError, ValuesError
        If there is no archive, or settings are wrong: what waiting does not mend.

    Examples
    --------
    ::

        for report in ingest.watch("/data/jwst"):
            print(report)
    """
    if not 0 < every_s < math.inf:
        raise ValuesError(f"every_s is {every_s}; expected a finite number of seconds above 0")
    if isinstance(mapping, str | os.PathLike):
        mapping = read_mapping(Path(mapping).expanduser())
    looker, choices = Looker(mapping), Choices(accept)
    means = Means(checked_workers(workers), progress=False)
    failures = 0
    waiting = _Waiting()
    while True:
        report = None
        try:
            if waiting.is_anything_new(look(archive, choices, looker)):
                report = run_once((), archive, mapping, choices, looker, means, waits_for_settling=False)
                waiting.remember(report)
        except ArchiveLockedError as err:
            _log.info("waiting: %s", err)
        except OSError as err:
            if not failures and isinstance(err, ArchiveNotFoundError | ArchiveCorruptError):
                raise
            failures += 1
            _log.exception("tried again later: %s", err)
        else:
            failures = 0
            if report is not None and report.run:
                yield report
        pause(_pause_s(every_s, failures))


def _pause_s(every_s: float, failures: int) -> float:
    """How long to wait after so many failures in a row."""
    return min(every_s * 2.0 ** min(failures, _MOST_DOUBLINGS), max(every_s, _LONGEST_PAUSE_S))


class _Waiting:
    """What the last run left, so that the next one need not begin for the sake of it."""

    def __init__(self) -> None:
        self._files: dict[Path, tuple[int, int]] = {}
        self._held: dict[Path, str] = {}
        self._since_s = -_LONGEST_PAUSE_S

    def remember(self, report: RunReport) -> None:
        """Note what a run has left or held back."""
        self._files = {path: mark for path in (*report.left, *report.held) if (mark := _mark(path)) is not None}
        self._held = dict(report.held)
        self._since_s = time.monotonic()

    def is_anything_new(self, found: Preview) -> bool:
        """Tell whether a run has something to do: other files, other reasons, or the same ones after a while."""
        steps = (*found.plan.of("ingest"), *found.plan.of("reject"))
        is_tired = time.monotonic() - self._since_s >= _LONGEST_PAUSE_S
        if any(self._files.get(step.candidate.path) != _mark(step.candidate.path) for step in steps):
            return True
        is_gone = any(not path.exists() for path in self._held)
        return (is_tired and bool(steps)) or is_gone or any(path not in self._held for path in found.held)


def _mark(path: Path) -> tuple[int, int] | None:
    """What tells whether a file has changed; None if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
