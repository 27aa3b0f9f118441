"""The database of a catalog: an SQLite file beside the archive, a copy of one in memory, or a server by its URL."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.pool import NullPool, StaticPool

from jeta.catalog import tables
from jeta.errors import ArchiveCorruptError, CatalogError, ValuesError
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_log = logger(__name__)

T = TypeVar("T")

WAIT_S = 30.0
"""How long one process waits for another that writes to the same file."""

ASIDE_SUFFIX = ".damaged"
"""What the name of a catalog ends in that could not be used and was set aside; the next one takes its place."""

_BESIDE = ("-journal", "-wal", "-shm")
_REACH_S = 10
_DRIVERS_OF_LIBPQ = ("psycopg", "psycopg2")
# Nothing is ever put in twice, unless what is there has become something else.
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT)


class NonsenseError(sqlite3.DatabaseError):
    """What a file gave cannot be: it is damaged in a way that SQLite does not notice."""


def file_of(database: str | Path) -> Path | None:
    """Return the SQLite file that this names, as a path or as an URL; None if it is the URL of a server."""
    if not isinstance(database, str) or "://" not in database:
        return Path(database)
    if not database.startswith("sqlite"):
        return None
    try:
        named = sa.make_url(database).database
    except exc.ArgumentError:
        return None
    return Path(named) if named and named != ":memory:" else None


def sqlite_engine(path: Path, *, read_only: bool = False) -> sa.Engine:
    """Return an engine on an SQLite file; nothing is opened yet.

    Each connection is opened when needed and closed at once, so that files can be replaced and processes forked.
    """
    mode = "ro" if read_only else "rwc"
    # As an URI, of a path with any signs, also ? and #.
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=WAIT_S, check_same_thread=False, isolation_level=None)

    return _with_transactions(sa.create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool))


def memory_engine(source: sa.Engine | None = None) -> sa.Engine:
    """Return an engine on an SQLite database in memory: a copy of one in a file, or an empty one with all tables."""
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    if source is not None:
        with source.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.backup(memory)
    engine = _with_transactions(sa.create_engine("sqlite+pysqlite://", creator=lambda: memory, poolclass=StaticPool))
    if source is None:
        create_tables(engine)
    return engine


def server_engine(url: str, default_schema: str) -> sa.Engine:
    """Return an engine on a server's database; nothing is opened yet.

    Parameters
    ----------
    url : str
        As SQLAlchemy takes it; ``schema=NAME`` in its query names the schema of the tables.
    default_schema : str
        The schema where it does not: each archive needs one of its own.

    Raises
    ------
    CatalogError
        If the URL is wrong, or the package for it is not installed.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() != "postgresql":
            raise ValuesError(
                f"there are catalogs on PostgreSQL and as SQLite files, but not on {parsed.get_backend_name()}"
            )
        wanted = parsed.query.get("schema", default_schema)
        is_of_libpq = parsed.get_driver_name() in _DRIVERS_OF_LIBPQ and "connect_timeout" not in parsed.query
        reach = {"connect_timeout": _REACH_S} if is_of_libpq else {}
        plain = parsed.difference_update_query(["schema"])
        engine = sa.create_engine(plain, pool_pre_ping=True, pool_size=2, connect_args=reach)
    except (exc.ArgumentError, exc.NoSuchModuleError, ModuleNotFoundError, ValueError) as err:
        raise CatalogError(
            f"catalog {shown_url(url)!r} cannot be used: {err}; give the path of a file, or an URL such as "
            "postgresql+psycopg://user@host/database, with  pip install 'jeta[postgresql]'"
        ) from err
    schema = wanted if isinstance(wanted, str) else wanted[0]
    return engine.execution_options(schema_translate_map={None: schema})


def shown_url(url: str) -> str:
    """Return an URL without its password."""
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except exc.ArgumentError:
        return url.partition("@")[2] or url


def _with_transactions(engine: sa.Engine) -> sa.Engine:
    """The engine, whose transactions are SQLite's own: those that will write say so when they begin, and wait for each other."""

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        is_writing = connection.get_execution_options().get("is_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine


def in_transaction(engine: sa.Engine, do: Callable[[sa.Connection], T]) -> T:
    """Do something that writes, all of it or nothing; others that write wait."""
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        return do(connection)


def create_tables(engine: sa.Engine) -> None:
    """Make the tables, unless they are there; one process of several that do this at once makes them."""
    schema = engine.get_execution_options().get("schema_translate_map", {}).get(None)

    def create(connection: sa.Connection) -> None:
        if schema is not None:
            # Two who make a schema at once would collide in the server's own tables.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x6A657461})
            if not sa.inspect(connection).has_schema(schema):
                connection.execute(sa.schema.CreateSchema(schema))
        tables.metadata.create_all(connection)
        version = sa.select(tables.meta.c.value).where(tables.meta.c.key == "schema")
        if connection.execute(version).scalar() is None:
            start = {"schema": str(tables.SCHEMA), "settled": "0", "settled_digest": "", "last": "0", "last_digest": ""}
            connection.execute(sa.insert(tables.meta), [{"key": key, "value": value} for key, value in start.items()])

    in_transaction(engine, create)


def remake_tables(engine: sa.Engine, name: str, why: str) -> None:
    """Drop the tables of a server's database that cannot be used, and make new ones."""
    _log.warning("catalog %s cannot be used (%s): its tables are made anew from the records", name, why)
    in_transaction(engine, tables.metadata.drop_all)
    create_tables(engine)


def owner_of(engine: sa.Engine, claimant: str | None) -> str | None:
    """Return which log the tables of a server are of; if they are nobody's yet, they become those of the claimant."""
    owner = sa.select(tables.meta.c.value).where(tables.meta.c.key == "log")
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.select(tables.meta).where(tables.meta.c.key == "schema").with_for_update())
        found = connection.execute(owner).scalar()
        if found is None and claimant is not None:
            connection.execute(sa.insert(tables.meta).values(key="log", value=claimant))
            return claimant
        return found


def fault_of(engine: sa.Engine) -> str | None:
    """Return what is wrong with a database that is open for reading; None if it has the tables that it must have.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If it cannot be read at all.
    """
    schema = engine.get_execution_options().get("schema_translate_map", {}).get(None)
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names(schema=schema))
        if not there:
            return "it is empty"
        version = None
        if "meta" in there:
            version = connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "schema")).scalar()
        if version != str(tables.SCHEMA):
            return f"it is of version {version}, and this jeta keeps version {tables.SCHEMA}"
        missing = {table.name for table in tables.metadata.sorted_tables} - there
        return f"its tables {', '.join(sorted(missing))} are lost" if missing else None


def is_damage(err: Exception) -> bool:
    """Tell whether an error says that a file is damaged, or not ours, rather than busy, out of reach or not to be written to."""
    cause = getattr(err, "orig", err)
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(err, NonsenseError) or code is None:
        return isinstance(err, NonsenseError)
    is_strange = code == sqlite3.SQLITE_ERROR and str(cause).startswith(("no such table", "no such column"))
    return is_strange or code & 0xFF in _DAMAGE


def set_aside(path: Path, why: str) -> None:
    """Move a catalog that cannot be used out of the way, with what belongs to it."""
    if not path.exists() or path.stat().st_size == 0:
        return
    _log.warning("catalog %s cannot be used (%s): it is set aside and made anew from the records", path, why)
    for suffix in _BESIDE:
        # A journal of the old file would be played into the new one.
        with suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")  # noqa: PTH108 - a suffix behind any name
    with suppress(FileNotFoundError):
        path.replace(f"{path}{ASIDE_SUFFIX}")


@contextmanager
def told(name: str) -> Iterator[None]:
    """Make errors of the database those of jeta.

    Raises
    ------
    ArchiveCorruptError
        If it is damaged.
    CatalogError
        If it cannot be reached, read or written.
    """
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as err:
        cause = " ".join(str(getattr(err, "orig", None) or err).split())
        if is_damage(err):
            raise ArchiveCorruptError(
                f"catalog {name} is damaged ({cause}); it is made anew from the records by  jeta repair"
            ) from err
        raise CatalogError(f"catalog {name} cannot be used: {cause}") from err
