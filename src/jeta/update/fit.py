"""From what a format's reader gives to rows that are fit for one archive; what is left out is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import MsidNameError
from jeta.formats.files import printable
from jeta.formats.table.rules import Known
from jeta.samples import concatenate
from jeta.tdb import check_name
from jeta.times import cxcsec_ticks_to_unix_ticks, to_seconds, unix_ticks_to_cxcsec_ticks
from jeta.update.conform import EARLIEST_NS, LATEST_NS, conform, within
from jeta.update.report import BAD_NAME, UNKNOWN_ID
from jeta.update.stored_units import UNIT_NOT_KEPT, in_stored_unit
from jeta.update.types_present import declared, reject_unless_exact

if TYPE_CHECKING:
    from jeta.archive import Writer
    from jeta.formats import Batch, Delivery
    from jeta.samples import Samples
    from jeta.tdb import Tdb
    from jeta.update.report import FileReport


@dataclass(frozen=True, slots=True)
class Epoch:
    """Which instants rows may have, besides the limits of the archive.

    Attributes
    ----------
    earliest, latest : str or None
        Rows outside of ``[earliest, latest)`` are left out; UTC, in any form that `jeta.times` reads; None for no such limit.
    noted_earliest, noted_latest : str or None
        Rows outside of these are stored, and counted in a note.
    """

    earliest: str | None = None
    latest: str | None = None
    noted_earliest: str | None = None
    noted_latest: str | None = None


def fit(
    writer: Writer, tdb: Tdb, delivery: Delivery, report: FileReport, epoch: Epoch | None = None
) -> dict[str, Samples]:
    """Return the rows of a delivery as the archive takes them, and enter all others in a report.

    Parameters
    ----------
    writer : Writer
        The archive.
    tdb : Tdb
        Its telemetry database, loaded once for many deliveries.
    delivery : Delivery
        What a format's reader gave.
    report : FileReport
        Gets the counts of rows read and rejected, and notes.
    epoch : Epoch, optional
        Which instants rows may have; by default those that the archive's settings allow.

    Returns
    -------
    dict of str to Samples
        Rows by MSID, in the archive's time system and in the unit and type of the telemetry database.

    Raises
    ------
    ValuesError
        If values cannot be what the archive takes them for.
    """
    report.format = delivery.format
    report.notes.update(delivery.notes)
    for (key, reason), rows in delivery.rejected.items():
        tally = report.tally(_label(key, tdb))
        tally.read += rows
        tally.rejected[reason] += rows
    result: dict[str, list[Samples]] = {}
    limits = _Limits(writer, epoch or Epoch())
    with writer.reader.still():
        for batch in delivery.batches:
            msid = name_of(batch.key, tdb)
            tally = report.tally(msid or _label(batch.key, tdb))
            tally.read += len(batch.samples)
            if msid is None:
                tally.rejected[UNKNOWN_ID if isinstance(batch.key, int) else BAD_NAME] += len(batch.samples)
                continue
            parts = result.setdefault(msid, [])
            parts.append(_fit_batch(writer, tdb, batch, msid, parts, report, limits))
    return {msid: concatenate(parts) for msid, parts in result.items()}


def _fit_batch(
    writer: Writer, tdb: Tdb, batch: Batch, msid: str, before: list[Samples], report: FileReport, limits: _Limits
) -> Samples:
    """The rows of one batch that are fit; `before` are those of the same MSID in the delivery so far."""
    tally = report.tally(msid)
    system = writer.reader.config.time_system
    bounds_ns, noted_ns = limits.of(batch.time_system or system)
    timely = within(batch.samples, *bounds_ns)
    noted = within(timely.samples, *noted_ns).rejected if noted_ns else {}
    entry, present = declared(writer, msid, tdb)
    present.update("text" if part.is_text else part.values.dtype.str for part in before)
    converted, is_kept = in_stored_unit(msid, timely.samples, batch.unit, entry)
    if not is_kept:
        report.notes[UNIT_NOT_KEPT] += len(converted)
    conformed = reject_unless_exact(writer, msid, conform(converted, entry, present))
    tally.rejected.update(timely.rejected)
    tally.rejected.update(conformed.rejected)
    report.notes.update(conformed.notes)
    report.notes.update({f"{reason}, kept": rows for reason, rows in noted.items()})
    return _in_system(conformed.samples, batch, system)


class _Limits:
    """The instants that rows may have, and those beyond which they are noted, in each time system; worked out once."""

    def __init__(self, writer: Writer, epoch: Epoch) -> None:
        config = writer.reader.config
        self._bounds = (config.earliest, config.latest), (epoch.earliest, epoch.latest)
        self._noted = epoch.noted_earliest, epoch.noted_latest
        self._known: dict[str, tuple[tuple[int, int], tuple[int, int] | None]] = {}

    def of(self, system: str) -> tuple[tuple[int, int], tuple[int, int] | None]:
        """Return both, in ns of a time system; None where nothing is noted."""
        if system not in self._known:
            noted = _limits_ns(system, self._noted) if self._noted != (None, None) else None
            self._known[system] = _limits_ns(system, *self._bounds), noted
        return self._known[system]


def known(writer: Writer, tdb: Tdb, name: str) -> Known | None:
    """Return what the archive knows of an MSID before its rows are read, for tables."""
    msid = name_of(name, tdb)
    entry, present = (None, set[str]()) if msid is None else declared(writer, msid, tdb)
    if entry is None and not present:
        return None
    is_text = "text" in present if present else bool(entry and entry.is_text)
    is_single = present == {"<f4"} if entry is None or entry.dtype is None else entry.dtype == np.float32
    return Known(is_text, entry is not None and entry.calibrations is not None, is_single)


def name_of(key: str | int | None, tdb: Tdb) -> str | None:
    """Return the MSID that a file's name or identifier stands for, None if there is none."""
    if key is None:
        return None
    if isinstance(key, int):
        entry = tdb.by_id(key)
        return None if entry is None else entry.name
    try:
        return check_name(key)
    except MsidNameError:
        return None


def _label(key: str | int | None, tdb: Tdb) -> str:
    """Under which name rows are counted in the report."""
    if key is None:
        return ""
    return name_of(key, tdb) or (f"id {key}" if isinstance(key, int) else printable(key))


def _limits_ns(system: str, *limits: tuple[str | None, str | None]) -> tuple[int, int]:
    """The earliest and the latest instant that obey all limits, ns of a time system."""
    # Seconds are float64, which tells microseconds apart.
    earliest = [round(to_seconds(low, system) * 1e6) * 1000 for low, _ in limits if low is not None]
    latest = [round(to_seconds(high, system) * 1e6) * 1000 for _, high in limits if high is not None]
    return max([EARLIEST_NS, *earliest]), min([LATEST_NS, *latest])


def _in_system(samples: Samples, batch: Batch, system: str) -> Samples:
    """Rows in the archive's own time system."""
    if not batch.time_system or batch.time_system == system:
        return samples
    convert = unix_ticks_to_cxcsec_ticks if system == "cxcsec" else cxcsec_ticks_to_unix_ticks
    return replace(samples, ticks=convert(samples.ticks, samples.resolution))
