"""What every format reader returns: the rows of a file, grouped by MSID, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from jeta.samples import Samples


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one MSID in one file.

    Attributes
    ----------
    key : str or int
        The MSID's name as the file gives it, or its numeric identifier where the file gives only that.
    samples : Samples
        Its rows in the order of the file; they need not be sorted. Ticks count from 1970-01-01 UTC, leap seconds not
        counted, unless `time_system` says otherwise.
    unit : str or None
        The label of the unit in which the values are, where the file says so: they are converted into that of the telemetry
        database.
    time_system : {'unix', 'cxcsec', ''}
        What the ticks count; the empty one is that of the archive into which they go.
    """

    key: str | int
    samples: Samples
    unit: str | None = None
    time_system: str = "unix"


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that was read from one file: one delivery, which is committed as a whole.

    Attributes
    ----------
    path : Path
        The file.
    format : str
        Name of the format it was read as.
    rows_read : int
        Rows found in the file, whatever became of them: those in the batches plus those rejected.
    batches : tuple of Batch
        One per MSID, in order of first appearance in the file or sorted by key.
    rejected : Counter
        Rows left out, by ``(key, reason)``; key is None where a row cannot be told to belong to an MSID.
    notes : Counter
        Rows in the batches of which something is worth telling, by what, such as ``"apid 712 is kept"``.
    """

    path: Path
    format: str
    rows_read: int
    batches: tuple[Batch, ...]
    rejected: Counter[tuple[str | int | None, str]] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Description:
    """What a file holds, found without reading all of it.

    Attributes
    ----------
    path : Path
        The file.
    format : str
        Name of the format.
    rows : int or None
        Number of rows, where the file says so cheaply.
    first, last : int or None
        First and last instant, ms since 1970 UTC, where the file says so cheaply.
    keys : tuple of str or int
        The MSIDs, where the file says so cheaply; else empty.
    note : str
        Anything else worth telling.
    origin : str
        Where the rows come from, as the file tells it; empty where it does not.
    """

    path: Path
    format: str
    rows: int | None = None
    first: int | None = None
    last: int | None = None
    keys: tuple[str | int, ...] = ()
    note: str = ""
    origin: str = ""
