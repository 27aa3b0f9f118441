"""`Catalog`: an index of the record log, to ask questions of; besides, what is only of now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from jeta.catalog import answers, engine, live, opening, syncing, tables
from jeta.catalog.check import differences
from jeta.catalog.records import new_run
from jeta.errors import CatalogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from jeta.catalog.answers import Held, Run
    from jeta.catalog.record_log import RecordLog
    from jeta.catalog.records import FileRecord
    from jeta.catalog.sums import Coverage, Totals

T = TypeVar("T")


class Catalog:
    """What was ingested, by whom, and what came of it; made by `Catalog.open`.

    It answers from what it knows: call `sync` first, which is quick where nothing is new.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.catalog import Catalog, FileRecord, MsidCounts, RecordLog
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = RecordLog(Path(folder) / "records")
    ...     _ = log.write(FileRecord("run 1", "/in/a.csv", read=3, stored=2), [MsidCounts("SA_TEMP", read=3, stored=2)])
    ...     with Catalog.open(Path(folder) / "catalog.db", log) as catalog:
    ...         catalog.sync(), catalog.totals()["ingested"].stored, list(catalog.coverages())
    (1, 2, ['SA_TEMP'])
    """

    def __init__(
        self,
        database: sa.Engine,
        log: RecordLog,
        name: str,
        *,
        path: Path | None = None,
        read_only: bool = False,
        is_writing: Callable[[], bool] | None = None,
    ) -> None:
        self.log, self.name = log, name
        self._engine, self._path, self._read_only, self._is_writing = database, path, read_only, is_writing

    @classmethod
    def open(
        cls,
        database: str | Path,
        log: RecordLog,
        *,
        read_only: bool = False,
        is_writing: Callable[[], bool] | None = None,
    ) -> Self:
        """Open the catalog of an archive, and make it if there is none.

        Parameters
        ----------
        database : path or str
            The SQLite file; or the URL of a PostgreSQL server's database, as SQLAlchemy takes it, such as
            ``postgresql+psycopg://user@host/telemetry?schema=jwst``. By default each archive has a schema of its own there.
        log : RecordLog
            The archive's record log.
        read_only : bool
            Change nothing at all: a file that is lacking, damaged or of another version is taken for one that knows nothing, and
            `sync` takes in what is new in memory.
        is_writing : callable, optional
            Tells whether anybody holds the archive's writer lock now; runs that are under way although nobody does were killed.

        Returns
        -------
        Catalog
            To be closed, or used in a ``with`` block. A file that is damaged, or of another version, is set aside under the same
            name with ``.damaged``, and a new one is made.

        Raises
        ------
        CatalogError
            If the file cannot be made, or the server not be reached or used.
        """
        path = engine.file_of(database)
        if path is None:
            server = opening.on_server(str(database), log, read_only=read_only)
            return cls(*server, read_only=read_only, is_writing=is_writing)
        make = opening.readable if read_only else opening.writable
        with engine.told(str(path)):
            return cls(make(path), log, str(path), path=path, read_only=read_only, is_writing=is_writing)

    def close(self) -> None:
        """Close it; harmless if it is closed."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} of {self.log.folder}>"

    # ------------------------------------------------------------------ in step with the log

    def sync(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Take in the records of the log that are not known yet.

        Parameters
        ----------
        progress : callable, optional
            Is called now and then with the number of the record taken in last, and of the last that there is.

        Returns
        -------
        int
            How many records were taken in. One that cannot be read is noted, logged, and passed over.

        Raises
        ------
        CatalogError
            If the catalog cannot be written to; it then is as before.
        """
        if self._read_only and self._path is None:
            raise CatalogError(f"catalog {self.name} was opened for reading only; open it with read_only=False")
        with engine.told(self.name):
            if self._read_only and not syncing.is_in_step(self._engine, self.log):
                self._engine = engine.memory_engine(self._engine)
            return self._healed(lambda: syncing.sync(self._engine, self.log, progress))

    def behind(self) -> int:
        """Return how many records of the log are not known yet."""
        with engine.told(self.name):
            known = syncing.known(self._engine)
        return len(self.log.numbers_after(min(known.last, self.log.last_number())))

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Make anew all that follows from the log; what is only of now stays.

        Parameters
        ----------
        progress : callable, optional
            As for `sync`.

        Returns
        -------
        int
            How many records were taken in. Killed anywhere, `sync` goes on.
        """
        self._writing(syncing.forget)
        return self.sync(progress)

    def check(self, *, full: bool = False) -> list[str]:
        """Compare the catalog with the log, and change nothing.

        Parameters
        ----------
        full : bool
            Sum up all records again and compare everything; by default only which records there are.

        Returns
        -------
        list of str
            What is wrong: records that are not known, damaged or lost, and sums that do not agree.
        """
        with engine.told(self.name):
            return differences(self._engine, self.log, full=full)

    # ------------------------------------------------------------------ what is only of now

    def begin_run(self, command: str = "", *, run: str = "") -> str:
        """Note that a run begins; the archive's writer lock must be held.

        Parameters
        ----------
        command : str
            What was typed; by default the words of this process.
        run : str
            Its name; by default one is made.

        Returns
        -------
        str
            The run's name; later ones sort behind earlier ones as long as the clock goes forward. Runs that are noted as under way
            were killed, since this one holds the lock; they are noted as failed.
        """
        name = run or new_run()
        self._writing(lambda connection: live.begin(connection, name, command))
        return name

    def set_state(self, run: str, state: str) -> None:
        """Note the state of a run.

        Raises
        ------
        ValuesError
            If there is no such state.
        """
        self._writing(lambda connection: live.set_state(connection, run, state))

    def end_run(self, run: str, state: str, message: str = "") -> None:
        """Note how a run ended. That it stays known takes its `RunRecord` in the log, too.

        Raises
        ------
        ValuesError
            If the state is not one in which runs end.
        """
        self._writing(lambda connection: live.end(connection, run, state, message))

    def forget_run(self, run: str) -> None:
        """Forget a run that is under way, as it came to nothing and leaves no record."""
        self._writing(lambda connection: live.forget(connection, run))

    def set_held(self, rows: Iterable[Held]) -> None:
        """Say which files are held back now; those not named are no longer.

        Parameters
        ----------
        rows : iterable of Held
            The files. For one that was held back already it stays since when, unless it says so itself.
        """
        wanted = list(rows)
        self._writing(lambda connection: live.set_held(connection, wanted))

    def held(self) -> list[Held]:
        """Return the files that are held back, in order of their paths."""
        return self._asked(answers.held)

    # ------------------------------------------------------------------ questions

    def runs(self, limit: int | None = None) -> list[Run]:
        """Return runs, the latest first.

        Parameters
        ----------
        limit : int, optional
            Most runs.

        Returns
        -------
        list of Run
            One that was killed is shown as failed: its process is gone, a later one is under way, or nobody writes.
        """
        return self._asked(lambda connection: answers.runs(connection, limit, self._is_writing))

    def files(
        self,
        run: str | None = None,
        start_ns: int | None = None,
        stop_ns: int | None = None,
        outcome: str | None = None,
        sha256: str | None = None,
        limit: int | None = None,
    ) -> list[FileRecord]:
        """Return files that were dealt with, in order of their numbers.

        Parameters
        ----------
        run : str, optional
            Only those of this run.
        start_ns, stop_ns : int, optional
            Only those with rows that may lie in ``[start_ns, stop_ns)``, ns of the archive's time system.
        outcome : {'ingested', 'rejected'}, optional
            Only those of which this became.
        sha256 : str, optional
            Only those of this content.
        limit : int, optional
            Most files; the latest.
        """
        query = answers.files_query(run, start_ns, stop_ns, outcome, sha256).order_by(tables.files.c.number.desc())
        return self._asked(lambda c: [answers.file_of(row) for row in c.execute(query.limit(limit))][::-1])

    def coverage(self, msid: str) -> Coverage | None:
        """Return what was ingested of one MSID, by its exact upper-case name; None if there was nothing."""
        return self._asked(lambda connection: answers.coverages(connection, self.log, msid)).get(msid)

    def coverages(self) -> dict[str, Coverage]:
        """Return what was ingested, by MSID, sorted by name; see `MsidCounts` for names that are no MSID."""
        return self._asked(lambda connection: answers.coverages(connection, self.log))

    def rejections(self, msid: str | None = None) -> dict[str, int]:
        """Return how many rows were rejected, by reason: those of one MSID, or of all files."""
        return self._asked(lambda connection: answers.rejections(connection, self.log, msid))

    def totals(self) -> dict[str, Totals]:
        """Return what all files amount to, by outcome: ``ingested`` and ``rejected``."""
        return self._asked(lambda connection: answers.totals(connection, self.log))

    def last_ns(self) -> int | None:
        """Return the latest instant of all files that were ingested, ns of the archive's time system; None if there is none."""
        return self._asked(answers.latest_ns)

    def known_until(self) -> int:
        """Return up to which record the catalog is sure to agree with the log: 0 if it is that of another log."""
        known = self._asked(syncing.Known.of)
        return known.settled if syncing.agrees(known, self.log) else 0

    def _asked(self, question: Callable[[sa.Connection], T]) -> T:
        """The answer to a question, as of one moment."""
        with engine.told(self.name):
            return self._ask(question) if self._read_only else self._healed(lambda: self._ask(question))

    def _ask(self, question: Callable[[sa.Connection], T]) -> T:
        """The same, if the file is not damaged."""
        with self._engine.connect() as connection:
            try:
                return question(connection)
            except (ValueError, TypeError, KeyError) as err:
                raise engine.NonsenseError(f"it holds what cannot be: {err}") from err

    def _writing(self, do: Callable[[sa.Connection], None]) -> None:
        """Do what changes the catalog, all of it or nothing."""
        if self._read_only:
            raise CatalogError(f"catalog {self.name} was opened for reading only; open it with read_only=False")
        with engine.told(self.name):
            self._healed(lambda: engine.in_transaction(self._engine, do))

    def _healed(self, do: Callable[[], T]) -> T:
        """Do something; if the file turns out to be damaged, once more with a new one that is made from the log."""
        try:
            return do()
        except (exc.DatabaseError, engine.NonsenseError) as err:
            if self._path is None or not engine.is_damage(err):
                raise
            if self._read_only:
                self._engine = engine.memory_engine()
            else:
                self._engine.dispose()
                engine.set_aside(self._path, str(getattr(err, "orig", err)))
                self._engine = opening.writable(self._path)
        syncing.sync(self._engine, self.log)
        return do()
