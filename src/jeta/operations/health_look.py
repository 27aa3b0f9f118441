"""What the checks of `jeta.operations.health` look at: the archive, the limits, and what its catalog says, looked up once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from jeta.archive.lock import holder_of
from jeta.catalog import RecordLog
from jeta.errors import ArchiveCorruptError, CatalogError, ValuesError
from jeta.operations.catalog_access import catalog_of, is_kept

if TYPE_CHECKING:
    from jeta.archive import JetaReader
    from jeta.archive.lock import Holder
    from jeta.catalog import FileRecord, Held, Run

OK, WARNING, CRITICAL = LEVELS = ("ok", "warning", "critical")
"""In the order of their exit codes: 0, 1, 2."""

_DAY_S = 86_400.0
_REJECTED_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Check:
    """What one check gave.

    Attributes
    ----------
    name : str
        What was looked at.
    level : {'ok', 'warning', 'critical'}
        Whether it is well.
    message : str
        What was found, and what to do, in one line.
    """

    name: str
    level: str
    message: str

    def __post_init__(self) -> None:
        # What others say of a damaged file may have several lines.
        object.__setattr__(self, "message", " ".join(self.message.split()))


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is not well.

    Attributes
    ----------
    max_age_s : float or None
        Critical if no file was ingested for so long; None for no such check, as for an archive that is complete.
    max_held_age_s : float
        Warning if a file is held back, or waits in the staging folder, for longer.
    rejected_s : float
        Warning if a file was rejected in the last so many seconds.
    max_lock_age_s : float
        Warning if one process writes for longer without a pause.
    max_pending : int
        Warning if more commits wait in the journal.
    max_pending_age_s : float
        Warning if one waits there for longer.
    min_free_bytes : float
        Warning if less is free on the archive's disk; critical if less than a fifth of it.

    Raises
    ------
    ValuesError
        If one is below 0.
    """

    max_age_s: float | None = None
    max_held_age_s: float = 7 * _DAY_S
    rejected_s: float = 7 * _DAY_S
    max_lock_age_s: float = _DAY_S
    max_pending: int = 256
    max_pending_age_s: float = 2 * _DAY_S
    min_free_bytes: float = 5e9

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise ValuesError(f"{name} must not be below 0, but is {value!r}")


@dataclass
class Looked:
    """An archive as the checks look at it; what several of them need is looked up once.

    Attributes
    ----------
    reader : JetaReader
        The archive.
    limits : Limits
        From where on something is not well.
    now_s : float
        The time, Unix seconds.
    """

    reader: JetaReader
    limits: Limits
    now_s: float

    @cached_property
    def holder(self) -> Holder | None:
        """Who writes now."""
        return holder_of(self.reader.layout.lock)

    @cached_property
    def log(self) -> RecordLog:
        """The records."""
        return RecordLog(self.reader.layout.records)

    @cached_property
    def last_record_s(self) -> float | None:
        """When a file was dealt with last, Unix seconds."""
        number = self.log.last_number()
        if not number:
            return None
        record = self.log.read(number)
        return seconds_of(getattr(record, "recorded_utc", "") or getattr(record, "ended_utc", ""))

    @cached_property
    def told(self) -> Told:
        """What the catalog says."""
        return told_by_catalog(self)


@dataclass(frozen=True, slots=True)
class Told:
    """What a catalog says, as far as checks need it; ``lost`` is how many of the latest records it knows are there no more."""

    run: Run | None = None
    rejected: tuple[FileRecord, ...] = ()
    held: tuple[Held, ...] = ()
    behind: int = 0
    lost: int = 0
    fault: str = ""


def told_by_catalog(looked: Looked) -> Told:
    """Ask the catalog, and leave it as it is."""
    try:
        if not is_kept(looked.reader) and not looked.log.last_number():
            return Told()  # nothing to be told: opening a catalog takes a third of a second
        with catalog_of(looked.reader) as catalog:
            behind = catalog.behind()
            since_s = looked.now_s - looked.limits.rejected_s
            rejected = [
                file
                for file in catalog.files(outcome="rejected", limit=_REJECTED_AT_MOST)
                if (seconds_of(file.recorded_utc) or 0.0) > since_s
            ]
            run = next(iter(catalog.runs(1)), None)
            last = max([run.number or 0 if run else 0, *(file.number for file in catalog.files(limit=1))])
            lost = max(0, last - looked.log.last_number()) if looked.holder is None else 0
            return Told(run, tuple(rejected), tuple(catalog.held()), behind, lost)
    except (CatalogError, ArchiveCorruptError, OSError) as err:
        return Told(fault=str(err))


def seconds_of(text: str) -> float | None:
    """Return an instant that jeta wrote down, Unix seconds; None if there is none.

    Examples
    --------
    >>> seconds_of("1970-01-02T00:00:00.500Z"), seconds_of("")
    (86400.5, None)
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
