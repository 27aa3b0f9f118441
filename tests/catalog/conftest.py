"""A record log, and catalogs of it on each kind of database."""

from __future__ import annotations

import os
import secrets

import pytest
import sqlalchemy as sa

from jeta.catalog import Catalog, RecordLog

SERVER = os.environ.get("JETA_TEST_POSTGRESQL", "")
NO_SERVER = (
    "set JETA_TEST_POSTGRESQL to the URL of a PostgreSQL database, such as postgresql+psycopg://postgres@localhost/test"
)


@pytest.fixture
def log(tmp_path):
    """An empty record log."""
    return RecordLog(tmp_path / "archive" / "records")


@pytest.fixture
def sqlite(tmp_path):
    """Where the SQLite file of a catalog lies."""
    (tmp_path / "archive").mkdir(exist_ok=True)
    return tmp_path / "archive" / "catalog.db"


@pytest.fixture
def server():
    """The URL of a schema of its own on a PostgreSQL server, removed afterwards."""
    if not SERVER:
        pytest.skip(NO_SERVER)
    schema = f"jeta_test_{secrets.token_hex(4)}"
    yield f"{SERVER}{'&' if '?' in SERVER else '?'}schema={schema}"
    engine = sa.create_engine(SERVER)
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """Where the catalog of a test is: the path of a file, or an URL."""
    return request.getfixturevalue("sqlite" if request.param == "sqlite" else "server")


@pytest.fixture
def catalog(database, log):
    """An empty catalog on each kind of database."""
    with Catalog.open(database, log) as opened:
        yield opened
