"""What a catalog holds that is only of now: the run under way, and the files that are held back."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import jeta
from jeta.catalog import answers, tables
from jeta.catalog.records import ENDED, FAILED, STATES, now_utc, storable
from jeta.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.catalog.answers import Held

_TEXTS = ("started_utc", "ended_utc", "message", "host", "command", "version", "digest")


def begin(connection: sa.Connection, run: str, command: str) -> None:
    """Note that a run begins in this process, and that none other is under way."""
    killed = sa.update(tables.runs).where(tables.runs.c.state.not_in(ENDED), tables.runs.c.run != run)
    connection.execute(killed.values(state=FAILED, message=answers.KILLED))
    values = {
        "state": STATES[0],
        "started_utc": now_utc(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "command": storable(command or " ".join(sys.argv)),
        "version": jeta.__version__,
    }
    _put(connection, run, values)


def set_state(connection: sa.Connection, run: str, state: str) -> None:
    """Note the state of a run.

    Raises
    ------
    ValuesError
        If there is no such state.
    """
    if state not in STATES:
        raise ValuesError(f"the state of a run must be one of {', '.join(STATES)}, but is {state!r}")
    _put(connection, run, {"state": state})


def end(connection: sa.Connection, run: str, state: str, message: str) -> None:
    """Note how a run ended.

    Raises
    ------
    ValuesError
        If the state is not one in which runs end.
    """
    if state not in ENDED:
        raise ValuesError(f"a run ends as one of {', '.join(ENDED)}, but got {state!r}")
    _put(connection, run, {"state": state, "message": storable(message), "ended_utc": now_utc()})


def _put(connection: sa.Connection, run: str, values: dict[str, Any]) -> None:
    """Change some of what is known of a run; one that is not known is noted with what there is."""
    if connection.execute(sa.update(tables.runs).where(tables.runs.c.run == run).values(**values)).rowcount:
        return
    empty = {"run": run, "number": None, "state": STATES[0], "pid": 0, **dict.fromkeys(_TEXTS, "")}
    connection.execute(sa.insert(tables.runs).values(**empty | values))


def set_held(connection: sa.Connection, rows: Iterable[Held]) -> None:
    """Note which files are held back now, and for those that stay since when."""
    since, now = {row.path: row.since_utc for row in answers.held(connection)}, now_utc()
    wanted = {storable(row.path): row for row in rows}
    content = [
        {
            "path": path,
            "reason": storable(row.reason),
            "size": int(row.size),
            "since_utc": row.since_utc or since.get(path, now),
        }
        for path, row in wanted.items()
    ]
    connection.execute(sa.delete(tables.held))
    if content:
        connection.execute(sa.insert(tables.held), content)


def forget(connection: sa.Connection, run: str) -> None:
    """Remove a run of which there is no record."""
    connection.execute(sa.delete(tables.runs).where(tables.runs.c.run == run, tables.runs.c.number.is_(None)))
