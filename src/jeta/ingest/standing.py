"""How far a run is, for whoever asks the catalog. The catalog is told, and never in the way: rows and records do without it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from jeta.archive import JetaReader, Writer
from jeta.catalog import RecordLog
from jeta.errors import ArchiveCorruptError, CatalogError
from jeta.files import printable
from jeta.ingest.staged import size_of
from jeta.logs import logger
from jeta.times import cxcsec_ticks_to_unix_ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from jeta.catalog import Catalog

_log = logger(__name__)


class Standing:
    """What the catalog of an archive is told of a run, and asked before it.

    Parameters
    ----------
    archive : Writer or JetaReader
        The archive; with a reader, nothing is changed.
    """

    def __init__(self, archive: Writer | JetaReader) -> None:
        self._reader = archive.reader if isinstance(archive, Writer) else archive
        self._is_reading = isinstance(archive, JetaReader)
        self._catalog: Catalog | None = None
        self._is_lost = False
        self._run = ""

    def last_s(self) -> float | None:
        """Return the latest instant of all that was ingested, Unix seconds; None if there is none, or nobody knows."""
        found: list[int | None] = []
        self._tell(lambda catalog: found.append(catalog.last_ns()))
        return self.unix_s(found[0] if found else None)[0]

    def unix_s(self, *instants_ns: int | None) -> list[float | None]:
        """Return instants in ns of the archive's time system as Unix seconds."""
        if self._reader.time_system != "cxcsec":
            return [None if ns is None else ns / 1e9 for ns in instants_ns]
        return [
            None if ns is None else int(cxcsec_ticks_to_unix_ticks(np.array([ns]), "ns")[0]) / 1e9 for ns in instants_ns
        ]

    def begin(self, run: str) -> None:
        """Note that a run begins."""
        self._run = run
        self._tell(lambda catalog: catalog.begin_run(run=run))
        self.state("preprocessing")

    def forget(self) -> None:
        """Note that the run came to nothing: no file was dealt with."""
        if self._run:
            self._tell(lambda catalog: catalog.forget_run(self._run))
            self._run = ""

    def state(self, name: str) -> None:
        """Note the state of the run, if it has begun."""
        if self._run:
            self._tell(lambda catalog: catalog.set_state(self._run, name))

    def held(self, files: Mapping[Path, str]) -> None:
        """Note which files are held back now."""

        def put(catalog: Catalog) -> None:
            from jeta.catalog.answers import Held  # noqa: PLC0415 - imports the database

            found = [Held(printable(str(path.absolute())), reason, size_of(path)) for path, reason in files.items()]
            if found or catalog.held():
                catalog.set_held(found)

        self._tell(put)

    def end(self, failure: BaseException | None = None) -> None:
        """Bring the catalog into step, and note how the run ended, if it has begun."""
        if not self._run:
            return
        state, message = ("complete", "") if failure is None else ("failed", str(failure) or type(failure).__name__)
        self._tell(lambda catalog: catalog.sync())
        self._tell(lambda catalog: catalog.end_run(self._run, state, message))

    def close(self) -> None:
        """Close the catalog; harmless if it is closed."""
        if self._catalog is not None:
            self._catalog.close()
            self._catalog = None

    def _tell(self, do: Callable[[Catalog], object]) -> None:
        """Tell the catalog, or ask it; if it cannot be used, say so once and go on without."""
        if self._is_lost:
            return
        try:
            do(self._opened())
        except (CatalogError, ArchiveCorruptError) as err:
            self._is_lost = True
            _log.warning("the ingest goes on without its catalog: %s", err)

    def _opened(self) -> Catalog:
        """The catalog, in step with the records."""
        if self._catalog is None:
            from jeta.catalog import Catalog  # noqa: PLC0415 - takes a third of a second

            layout = self._reader.layout
            database = self._reader.config.catalog or layout.catalog
            self._catalog = Catalog.open(database, RecordLog(layout.records), read_only=self._is_reading)
            self._catalog.sync()
        return self._catalog


@contextmanager
def standing_of(writer: Writer) -> Iterator[Standing]:
    """Give what tells the catalog of a run; when the block ends, the catalog knows all, and how that came about.

    Parameters
    ----------
    writer : Writer
        The archive; its lock is held.
    """
    standing = Standing(writer)
    try:
        yield standing
    except BaseException as err:
        standing.end(err)
        raise
    else:
        standing.end()
    finally:
        standing.close()
