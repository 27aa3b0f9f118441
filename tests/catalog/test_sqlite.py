"""The catalog as a file: whatever becomes of the file, it is made anew from the log, and never in the way."""

from __future__ import annotations

import logging
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest

from catalog.logs import answers, end, expected, fill
from jeta.catalog import Catalog, Held, engine, tables
from jeta.errors import ArchiveCorruptError, CatalogError


@pytest.fixture
def filled(log, sqlite):
    """The file of a catalog of twenty records, in step."""
    fill(log, 20)
    end(log)
    with Catalog.open(sqlite, log) as catalog:
        catalog.sync()
    return sqlite


def agrees(path, log):
    """Whether a catalog, once in step, answers as the log does."""
    with Catalog.open(path, log) as catalog:
        catalog.sync()
        return answers(catalog) == expected(log) and catalog.check(full=True) == []


def test_a_deleted_catalog_is_made_anew(filled, log):
    filled.unlink()
    assert agrees(filled, log)


def empty(path):
    path.write_bytes(b"")


def other_file(path):
    path.write_bytes(b"this is no database" * 1000)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path):
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)


def older(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")


def newer(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")


def strange(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = 'x' WHERE key = 'settled'")


def foreign(path):
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (a INTEGER)")


@pytest.mark.parametrize(
    "harm", [empty, other_file, cut, overwritten, older, newer, foreign], ids=lambda each: each.__name__
)
def test_a_file_that_cannot_be_used_is_set_aside(filled, log, harm, caplog):
    harm(filled)
    with caplog.at_level(logging.WARNING, "jeta"):
        assert agrees(filled, log)
    aside = filled.with_name("catalog.db.damaged")
    assert aside.exists() == (harm is not empty)
    assert any("set aside and made anew" in each.message for each in caplog.records) == (harm is not empty)


def test_numbers_that_are_none_are_taken_for_nothing_known(filled, log):
    strange(filled)
    assert agrees(filled, log)


@pytest.mark.parametrize("seed", range(8))
def test_bits_flipped_anywhere_never_keep_an_ingest_from_going_on(filled, log, seed):
    """Some are found when the file is opened, some when it is used; those within a number, only by a check."""
    chance = random.Random(seed)
    data = bytearray(filled.read_bytes())
    for _ in range(40):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    filled.write_bytes(data)
    fill(log, 1)
    with Catalog.open(filled, log) as catalog:
        catalog.begin_run()
        catalog.set_held([Held("/in/a", "gap")])
        catalog.sync()
        catalog.rebuild()
        assert answers(catalog) == expected(log)


def test_a_catalog_that_is_damaged_while_it_is_open_is_made_anew(filled, log):
    with Catalog.open(filled, log) as catalog:
        other_file(filled)
        assert len(catalog.files()) == 20
        other_file(filled)
        run = catalog.begin_run()
        assert catalog.runs()[0].run == run
        assert answers(catalog) == expected(log)


def test_who_only_reads_is_told_of_damage(filled, log):
    with Catalog.open(filled, log, read_only=True) as catalog:
        other_file(filled)
        with pytest.raises(ArchiveCorruptError, match=r"catalog .* is damaged .*jeta repair"):
            catalog.files()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE files SET rejected = '{'",
        "UPDATE files SET notes = x'ff'",
        "UPDATE files SET number = number + 1000",
        "UPDATE total_reasons SET rows = 'many'",
        "UPDATE total_reasons SET outcome = 'eaten' || reason",
        "UPDATE totals SET outcome = 'eaten' WHERE outcome = 'ingested'",
        "UPDATE coverage SET stored = 'many'",
        "UPDATE runs SET number = 3",
        "DROP TABLE held",
        "ALTER TABLE files RENAME COLUMN path TO road",
    ],
)
def test_what_cannot_be_in_it_is_no_obstacle(filled, log, change):
    """Damage that SQLite does not notice: whoever writes gets an answer, and one that is made anew is right."""
    with sqlite3.connect(filled) as connection:
        connection.execute(change)
    with Catalog.open(filled, log) as catalog:
        answers(catalog)
        catalog.begin_run()
        fill(log, 3)
        catalog.sync()
        assert answers(catalog) == expected(log) or catalog.check(full=True) != []
        catalog.rebuild()
        assert answers(catalog) == expected(log)
        assert catalog.check(full=True) == []


def test_a_file_may_be_given_as_an_url(log, tmp_path):
    with Catalog.open(f"sqlite:///{tmp_path}/else.db", log) as catalog:
        catalog.begin_run()
    assert (tmp_path / "else.db").exists()


def test_a_catalog_that_is_deleted_while_it_is_open_is_made_anew(filled, log):
    with Catalog.open(filled, log) as catalog:
        filled.unlink()
        run = catalog.begin_run()
        catalog.sync()
        assert catalog.runs()[0].run == run
        assert answers(catalog) == expected(log)


def test_reading_takes_a_useless_file_for_an_empty_one(filled, log):
    """It is not set aside; what is new is taken in in memory."""
    other_file(filled)
    before = filled.read_bytes()
    with Catalog.open(filled, log, read_only=True) as catalog:
        assert (catalog.files(), catalog.behind()) == ([], 21)
        catalog.sync()
        assert answers(catalog) == expected(log)
    assert filled.read_bytes() == before
    assert sorted(path.name for path in filled.parent.iterdir()) == ["catalog.db", "records"]


def test_reading_makes_no_file(log, sqlite):
    fill(log, 3)
    with Catalog.open(sqlite, log, read_only=True) as catalog:
        assert catalog.sync() == 3
        assert answers(catalog) == expected(log)
    assert not sqlite.exists()


def test_reading_takes_in_what_is_new_without_writing(filled, log):
    fill(log, 4)
    before = filled.read_bytes()
    with Catalog.open(filled, log, read_only=True) as catalog:
        assert (len(catalog.files()), catalog.behind()) == (20, 4)
        assert catalog.sync() == 4
        assert answers(catalog) == expected(log)
        assert catalog.check(full=True) == []
    assert filled.read_bytes() == before


AS_NOBODY = """
import os, sys
from pathlib import Path
from jeta.catalog import Catalog, RecordLog
path, records = map(Path, sys.argv[1:])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
with Catalog.open(path, RecordLog(records), read_only=True) as catalog:
    catalog.sync()
    print(len(catalog.files()), catalog.runs(1)[0].state)
try:
    Catalog.open(path, RecordLog(records)).begin_run()
except OSError as err:
    print(type(err).__name__)
"""


def as_nobody(path, log):
    """What a user reads, and what happens when he writes, who may do neither but read."""
    for folder in (path.parent, path.parent.parent):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, path, log.folder], capture_output=True, text=True, check=False, cwd="/"
    )
    return done.stdout.split() if done.returncode == 0 else done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to become another user")
def test_a_user_who_may_only_read_reads(filled, log, tmp_path_factory):
    fill(log, 2)
    for folder in (*tmp_path_factory.getbasetemp().parents[:2], tmp_path_factory.getbasetemp()):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    assert as_nobody(filled, log) == ["22", "complete", "CatalogError"]


def test_what_a_killed_writer_left_half_done_is_undone(filled, log, tmp_path):
    """A copy of the file and its journal, from the middle of a transaction."""
    connection = sqlite3.connect(filled, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("PRAGMA cache_spill = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE files SET path = path || hex(randomblob(4000))")
    twin = tmp_path / "twin.db"
    shutil.copy(filled, twin)
    shutil.copy(f"{filled}-journal", f"{twin}-journal")
    connection.close()
    assert twin.read_bytes() != filled.read_bytes()
    with Catalog.open(twin, log, read_only=True) as catalog:
        assert answers(catalog) == expected(log)
    assert agrees(twin, log)


def test_signs_in_the_path_do_no_harm(log, tmp_path):
    """A file's name is no URI."""
    for name in ("a?mode=ro", "b#c", "d%41", "e f", "ü"):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "catalog.db"
        with Catalog.open(path, log) as catalog:
            catalog.begin_run()
        assert path.exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+nothing://x/y",
        "sqlite://",
        "mysql://h/d",
        "nonsense://",
        "postgresql+psycopg://jeta:secret@127.0.0.1:1/none",
    ],
)
def test_a_server_that_cannot_be_used_is_told_without_the_password(log, url):
    with pytest.raises(CatalogError) as caught:
        Catalog.open(url, log)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, OSError)


def test_a_folder_that_is_not_there_is_told(log, tmp_path):
    with pytest.raises(CatalogError, match="unable to open database file"):
        Catalog.open(tmp_path / "nowhere" / "catalog.db", log)


def test_every_table_has_its_columns_by_name():
    """Queries name them; a table that loses one must change the version of the schema."""
    assert {table.name: len(table.columns) for table in tables.metadata.sorted_tables} == {
        "coverage": 8,
        "files": 21,
        "held": 4,
        "meta": 2,
        "reasons": 3,
        "runs": 11,
        "total_reasons": 3,
        "totals": 7,
        "unread": 2,
    }
    assert tables.SCHEMA == 1


def test_errors_that_are_no_damage_are_told_apart():
    busy, corrupt = sqlite3.OperationalError("locked"), sqlite3.DatabaseError("malformed")
    busy.sqlite_errorcode, corrupt.sqlite_errorcode = sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CORRUPT
    assert not engine.is_damage(busy)
    assert engine.is_damage(corrupt)
    assert not engine.is_damage(ValueError("no"))
