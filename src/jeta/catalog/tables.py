"""The tables of the catalog.

Two sorts: what follows from the record log (`files`, `unread`, `runs` that have ended, and sums over records up to a number that
`meta` holds), and what is only of now (`runs` that have not ended, `held`).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

SCHEMA = 1
"""Version of what follows; a catalog of another one is made anew from the log."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

_ROWS = ("read", "stored", "duplicate", "replaced")


def _rows() -> list[Column[int]]:
    """Numbers of rows by what became of them."""
    return [Column(name, BigInteger, nullable=False) for name in _ROWS]


files = Table(
    "files",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kept", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("first_ns", BigInteger),
    Column("last_ns", BigInteger),
    Column("commit_number", BigInteger),
    Column("recorded_utc", Text, nullable=False),
    *_rows(),
    Column("rejected", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Index("files_by_run", "run"),
    Index("files_by_sha256", "sha256"),
    Index("files_by_outcome", "outcome", "last_ns", "first_ns"),
)

runs = Table(
    "runs",
    metadata,
    Column("run", Text, primary_key=True),
    Column("number", BigInteger),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_utc", Text, nullable=False),
    Column("ended_utc", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("command", Text, nullable=False),
    Column("version", Text, nullable=False),
    Index("runs_by_number", "number"),
)

unread = Table(
    "unread",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("message", Text, nullable=False),
)

held = Table(
    "held",
    metadata,
    Column("path", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since_utc", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
)

totals = Table(
    "totals",
    metadata,
    Column("outcome", Text, primary_key=True),
    Column("files", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    *_rows(),
)

total_reasons = Table(
    "total_reasons",
    metadata,
    Column("outcome", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("rows", BigInteger, nullable=False),
)

coverage = Table(
    "coverage",
    metadata,
    Column("msid", Text, primary_key=True),
    Column("files", BigInteger, nullable=False),
    Column("first_ns", BigInteger),
    Column("last_ns", BigInteger),
    *_rows(),
)

reasons = Table(
    "reasons",
    metadata,
    Column("msid", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("rows", BigInteger, nullable=False),
)

FROM_LOG = (files, unread, totals, total_reasons, coverage, reasons)
"""Tables whose whole content follows from the log."""
