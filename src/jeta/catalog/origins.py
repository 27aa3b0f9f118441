"""Which files the stored rows of an MSID came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jeta.catalog.records import INGESTED, FileRecord
from jeta.errors import ArchiveCorruptError, CatalogError
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeta.catalog.catalog import Catalog
    from jeta.catalog.record_log import RecordLog

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """A stretch of rows of one MSID that a file brought.

    Attributes
    ----------
    first_ns, last_ns : int
        First and last instant, both inside, ns of the archive's time system. Others may have brought rows in between.
    rows : int
        Rows of the MSID that the file brought, in all its stretches.
    file : FileRecord
        The file.
    """

    first_ns: int
    last_ns: int
    rows: int
    file: FileRecord


def stored_spans(
    log: RecordLog, msid: str, start_ns: int, stop_ns: int, catalog: Catalog | None = None
) -> list[Stored]:
    """Return the stretches of rows of an MSID that files brought to some span of time.

    Parameters
    ----------
    log : RecordLog
        The archive's record log.
    msid : str
        Exact upper-case name.
    start_ns, stop_ns : int
        The span ``[start_ns, stop_ns)``, ns of the archive's time system.
    catalog : Catalog, optional
        Tells which records are worth a look; it is only read, and may be behind. Without one, or with that of another log, all
        records are looked at, some thousand in a second.

    Returns
    -------
    list of Stored
        Whole stretches that touch the span, in order of time, then of commits: where two hold the same instant, the later commit
        counts. A record that is damaged is logged, and passed over.
    """
    found = []
    for record in _candidates(log, start_ns, stop_ns, catalog):
        try:
            counts = log.msid(record.number, msid)
        except FileNotFoundError:
            continue  # removed by a writer, since its commit did not happen
        except ArchiveCorruptError as err:
            _log.warning("not told: %s", err)
            continue
        spans = () if counts is None else counts.spans_ns
        found += [
            Stored(first, last, 0 if counts is None else counts.stored, record)
            for first, last in spans
            if first < stop_ns and last >= start_ns
        ]
    return sorted(found, key=lambda each: (each.first_ns, each.file.commit or 0, each.last_ns))


def _candidates(log: RecordLog, start_ns: int, stop_ns: int, catalog: Catalog | None) -> Iterator[FileRecord]:
    """Files that may have brought rows to a span: those that the catalog names, and those that it does not know yet."""
    known = 0
    if catalog is not None:
        try:
            known = catalog.known_until()
            found = catalog.files(start_ns=start_ns, stop_ns=stop_ns, outcome=INGESTED) if known else []
        except (CatalogError, ArchiveCorruptError) as err:
            _log.warning("records are looked through one by one: %s", err)
            known, found = 0, []
        yield from (record for record in found if record.number <= known)
    for number in log.numbers_after(known):
        try:
            record = log.read(number)
        except FileNotFoundError:
            return
        except ArchiveCorruptError as err:
            _log.warning("not told: %s", err)
            continue
        if isinstance(record, FileRecord) and record.outcome == INGESTED and _touches(record, start_ns, stop_ns):
            yield record


def _touches(record: FileRecord, start_ns: int, stop_ns: int) -> bool:
    """Whether a file may have rows in a span."""
    return (
        record.first_ns is not None
        and record.last_ns is not None
        and record.first_ns < stop_ns
        and record.last_ns >= start_ns
    )
