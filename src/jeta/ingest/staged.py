"""One staged file: whether it is telemetry, what time it covers, in which state it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jeta import formats
from jeta.errors import FormatError
from jeta.ingest.discover import look_at
from jeta.times import cxcsec_to_unix, ticks_to_seconds
from jeta.update.intake import is_named_like_data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.formats import Batch, Delivery


@dataclass(frozen=True, slots=True)
class Staged:
    """A file in a staging folder or in an activity.

    Attributes
    ----------
    path : Path
        Where it is.
    size : int
        In bytes.
    state : str
        ``ready`` to be ingested, ``held`` in an activity, ``broken``, or ``other`` (no telemetry); or as
        `jeta.ingest.discover.Left` has it.
    format : str
        Name of its format; empty if it is of none.
    first_s, last_s : float or None
        First and last instant, Unix seconds, where the file tells them without being read.
    note : str
        Why it is in that state, or how it was flagged.
    """

    path: Path
    size: int
    state: str
    format: str = ""
    first_s: float | None = None
    last_s: float | None = None
    note: str = ""


def coverage(path: Path) -> tuple[float, float]:
    """Return the first and last instant of a file: as it tells them, or, if it does not, as its rows have them.

    Parameters
    ----------
    path : Path
        A file of any known format.

    Returns
    -------
    first_s, last_s : float
        Unix seconds.

    Raises
    ------
    FormatError
        If it is of no known format, is damaged, or has no rows.
    OSError
        If it is not there or may not be read.
    """
    reader = formats.identify(path)
    seen = reader.describe(path)
    if seen.first is not None and seen.last is not None and seen.first <= seen.last:
        return seen.first / 1000, seen.last / 1000
    spans = list(_spans(reader.read(path)))
    if not spans:
        raise FormatError(f"{path} has no rows; expected at least one: it covers no time")
    return min(first for first, _ in spans), max(last for _, last in spans)


def _spans(delivery: Delivery) -> Iterator[tuple[float, float]]:
    """First and last instant of each batch that has rows, Unix seconds."""
    for batch in delivery.batches:
        if len(batch.samples):
            yield _span(batch)


def _span(batch: Batch) -> tuple[float, float]:
    """First and last instant of a batch, Unix seconds."""
    ticks = batch.samples.ticks
    first_s, last_s = ticks_to_seconds([ticks.min(), ticks.max()], batch.samples.resolution)
    if batch.time_system == "cxcsec":
        first_s, last_s = cxcsec_to_unix(first_s), cxcsec_to_unix(last_s)
    return float(first_s), float(last_s)


def is_data(path: Path, wanted: str | None) -> bool:
    """Whether a file is of telemetry, and of the kind that is wanted."""
    if wanted is not None and path.name.lower().removesuffix(".gz").endswith(f".{wanted.lower().lstrip('.')}"):
        return True
    candidate = look_at(path)
    if wanted is not None:
        return candidate.format == wanted
    return not candidate.error or is_named_like_data(path)


def described(path: Path, state: str, note: str = "") -> Staged:
    """A file, and what can be told of it without reading it."""
    seen = look_at(path)
    if seen.error and not seen.is_transient:
        state = "broken" if is_named_like_data(path) else "other"
    elif seen.error:
        state = "unreadable"
    told = "; ".join(filter(None, (note, seen.error)))
    return Staged(path, seen.size, state, seen.format, seen.first_s, seen.last_s, told)


def size_of(path: Path) -> int:
    """Size of a file, 0 if it cannot be told."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0
