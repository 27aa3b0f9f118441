"""Whether a catalog agrees with the record log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from jeta.catalog import tables
from jeta.catalog.engine import memory_engine
from jeta.catalog.syncing import is_in_step, known, sync

if TYPE_CHECKING:
    from jeta.catalog.record_log import RecordLog

_SHOWN = 5


def differences(engine: sa.Engine, log: RecordLog, *, full: bool) -> list[str]:
    """Return what is wrong with a catalog, or with the log that it was made from.

    Parameters
    ----------
    engine : Engine
        The catalog's database; it is only read.
    log : RecordLog
        The log.
    full : bool
        Make another catalog from the log in memory, and compare all rows.
    """
    found = [row.message for row in _rows(engine, tables.unread)]
    numbers = log.numbers_after(0)
    listed = {row.number for table in (tables.files, tables.runs, tables.unread) for row in _rows(engine, table)} - {
        None
    }
    behind = [number for number in numbers if number > known(engine).last]
    if behind:
        found.append(
            f"{len(behind)} records are not in the catalog yet: {_some(behind)}; the next ingest takes them in"
        )
    missing = sorted(set(numbers) - listed - set(behind))
    if missing:
        found.append(f"records are not in the catalog: {_some(missing)}; make it anew with  jeta repair")
    surplus = sorted(listed - set(numbers) - {row.number for row in _rows(engine, tables.unread)})
    if surplus:
        found.append(f"the catalog has records that are not in the log: {_some(surplus)}; restore them from a backup")
    if not (behind or missing or surplus) and not is_in_step(engine, log):
        found.append("the last record is not the one that the catalog knows; make it anew with  jeta repair")
    return found if behind or not full else found + _wrong_tables(engine, log)


def _wrong_tables(engine: sa.Engine, log: RecordLog) -> list[str]:
    """Tables that differ from those that the log gives."""
    fresh = memory_engine()
    sync(fresh, log)
    wrong = [table for table in tables.FROM_LOG if _contents(engine, table) != _contents(fresh, table)]
    return [f"the table {each.name} does not agree with the records; make it anew with  jeta repair" for each in wrong]


def _contents(engine: sa.Engine, table: sa.Table) -> set[tuple[object, ...]]:
    """All rows of a table."""
    return {tuple(row) for row in _rows(engine, table)}


def _rows(engine: sa.Engine, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    """All rows of a table."""
    with engine.connect() as connection:
        return list(connection.execute(sa.select(table)))


def _some(numbers: list[int]) -> str:
    """The first few of some numbers."""
    return ", ".join(map(str, numbers[:_SHOWN])) + (", ..." if len(numbers) > _SHOWN else "")
