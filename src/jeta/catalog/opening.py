"""Opening the database of a catalog, and making one where there is none that can be used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sqlalchemy import exc

from jeta.catalog import engine
from jeta.errors import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from jeta.catalog.record_log import RecordLog


def writable(path: Path) -> sa.Engine:
    """Return the catalog in a file, made if need be; what cannot be used is set aside."""
    database = engine.sqlite_engine(path)
    try:
        engine.create_tables(database)
        fault = engine.fault_of(database)
    except exc.DatabaseError as err:
        if not engine.is_damage(err):
            raise
        fault = str(err.orig)
    if fault is not None:
        engine.set_aside(path, fault)
        engine.create_tables(database)
    return database


def readable(path: Path) -> sa.Engine:
    """Return the catalog in a file as it is; an empty one in memory where it cannot be used."""
    for read_only in (True, False):
        # What a killed writer left half done is undone by whoever reads next, for which he must be allowed to write.
        if not read_only and not (path.exists() and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            break
        database = engine.sqlite_engine(path, read_only=read_only)
        try:
            return database if engine.fault_of(database) is None else engine.memory_engine()
        except exc.DatabaseError:
            continue
    return engine.memory_engine()


def on_server(url: str, log: RecordLog, *, read_only: bool) -> tuple[sa.Engine, RecordLog, str]:
    """Return the catalog on a server, made if need be.

    Raises
    ------
    CatalogError
        If it is that of another archive.
    """
    name = engine.shown_url(url)
    try:
        identity = log.identity(make=not read_only)
    except OSError as err:
        raise CatalogError(f"catalog {name} cannot be used: {err}") from err
    if not identity:
        raise CatalogError(
            f"catalog {name} cannot be used: there is none of this archive yet; the next ingest makes it"
        )
    database = engine.server_engine(url, f"jeta_{identity}")
    try:
        with engine.told(name):
            _own(database, identity, name, read_only=read_only)
    except BaseException:
        database.dispose()
        raise
    return database, log, name


def _own(database: sa.Engine, identity: str, name: str, *, read_only: bool) -> None:
    """Refuse tables on a server that are of another log; they are made if need be, and become this one's if they are nobody's."""
    if not read_only:
        engine.create_tables(database)
    fault = engine.fault_of(database)
    if fault is not None and not read_only:
        engine.remake_tables(database, name, fault)
        fault = engine.fault_of(database)
    if fault is not None:
        raise CatalogError(f"catalog {name} cannot be used: {fault}; it is made by the next ingest")
    if engine.owner_of(database, None if read_only else identity) != identity:
        raise CatalogError(
            f"catalog {name} is that of another archive; give each one a schema of its own: ?schema=NAME"
        )
