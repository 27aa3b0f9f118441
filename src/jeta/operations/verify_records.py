"""Whether the records of what was ingested are whole, and the catalog agrees with them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jeta.catalog import RecordLog
from jeta.errors import ArchiveCorruptError
from jeta.files import ASIDE_PREFIX
from jeta.operations.catalog_access import catalog_of, is_kept
from jeta.operations.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jeta.archive import JetaReader

_SHOWN = 5
_FROM_BACKUP = "restore it from a backup"


def record_findings(reader: JetaReader, *, full: bool) -> Iterator[Finding]:
    """Give what is wrong with the records of an archive.

    Parameters
    ----------
    reader : JetaReader
        The archive.
    full : bool
        Read every record; else only which there are.
    """
    folder = reader.layout.records
    try:
        if folder.is_dir():
            yield from _records_in(folder, full=full)
        elif os.path.lexists(folder):
            yield Finding("error", folder, f"is no folder; {_FROM_BACKUP}")
    except OSError as err:
        yield Finding("error", folder, f"cannot be read ({err}); mend its permissions or restore it from a backup")


def _records_in(folder: Path, *, full: bool) -> Iterator[Finding]:
    """Findings on the records of a folder that is there."""
    log = RecordLog(folder)
    numbers = log.numbers_after(0)
    for number in sorted(set(range(1, max(numbers, default=0))) - set(numbers)):
        yield Finding("error", log.path(number), f"is lost, for later records are there; {_FROM_BACKUP}")
    for path in sorted([*folder.glob(f"{ASIDE_PREFIX}*"), *folder.glob(f"*/{ASIDE_PREFIX}*")]):
        yield Finding("note", path, "is no record, as a killed process leaves it; jeta repair  removes it")
    # The last one is what a disk that failed leaves half done, and what the next ingest reads first.
    for number in numbers if full else numbers[-1:]:
        try:
            log.msids(number)
        except FileNotFoundError:
            continue  # the last one, whose commit never was, is removed by the next ingest
        except ArchiveCorruptError as err:
            yield Finding("error", log.path(number), str(err).removeprefix(f"{log.path(number)} "))
        except OSError as err:
            yield Finding("error", log.path(number), f"cannot be read ({err.strerror}); {_FROM_BACKUP}")


def catalog_findings(reader: JetaReader, *, full: bool) -> Iterator[Finding]:
    """Give what is wrong with the catalog of an archive: nothing that matters, since it is made anew from the records.

    Parameters
    ----------
    reader : JetaReader
        The archive.
    full : bool
        Sum up all records and compare that; else only which records it knows.
    """
    if not is_kept(reader):
        return
    path = reader.layout.catalog
    try:
        with catalog_of(reader) as catalog:
            wrong = catalog.check(full=full)
    except OSError as err:  # of which CatalogError and ArchiveCorruptError are two
        yield Finding("note", path, str(err))
        return
    for message in wrong[:_SHOWN]:
        yield Finding("note", path, message)
    if len(wrong) > _SHOWN:
        yield Finding("note", path, f"and {len(wrong) - _SHOWN} more; make it anew with  jeta repair")
