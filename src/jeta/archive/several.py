"""Several archives read as one: for each MSID the first that has it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jeta.errors import ArchiveMismatchError, ArchiveNotFoundError
from jeta.tdb import Tdb
from jeta.tdb.stores import search_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from jeta.archive.coverage import RowsBetween
    from jeta.archive.output import Rows
    from jeta.archive.protocol import ArchiveReader
    from jeta.archive.recipe import Recipe
    from jeta.archive.stored_bins import StoredBins
    from jeta.intervals import Intervals
    from jeta.quality import KnownFlag
    from jeta.statistics.binned import Range
    from jeta.tdb import Entry


class SeveralReaders:
    """Reads several archives as one; safe in threads if they are.

    Parameters
    ----------
    readers : sequence of ArchiveReader
        At least one, of the same time system. Samples of an MSID are never put together from several.

    Attributes
    ----------
    readers : tuple of ArchiveReader
        As given.

    Raises
    ------
    ArchiveNotFoundError
        If there are none.
    ArchiveMismatchError
        If their time systems differ.

    Examples
    --------
    >>> import tempfile
    >>> from jeta.archive import create_archive
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     both = SeveralReaders([create_archive(folder + "/flight"), create_archive(folder + "/rehearsal")])
    ...     both.root.name, both.time_system, both.names()
    ('flight', 'unix', [])
    """

    def __init__(self, readers: Sequence[ArchiveReader]) -> None:
        if not readers:
            raise ArchiveNotFoundError(f"expected at least one archive, got {readers!r}: name the root of one")
        systems = {reader.time_system for reader in readers}
        if len(systems) > 1:
            each = ", ".join(f"{reader.root} ({reader.time_system})" for reader in readers)
            raise ArchiveMismatchError(
                f"archives read as one must have one time system, but got {each}; leave out those of another"
            )
        self.readers = tuple(readers)
        self._tdb: tuple[tuple[Tdb, ...], Tdb] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {', '.join(map(repr, self.readers))}>"

    def _repr_html_(self) -> str:
        from jeta.archive.overview import archive_html  # noqa: PLC0415 - only notebooks need it

        return archive_html(self, f"{len(self.readers)} archives as one")

    @property
    def root(self) -> Path:
        """The folder of the first archive."""
        return self.readers[0].root

    @property
    def roots(self) -> list[Path]:
        """The folders of all archives, in order."""
        return [reader.root for reader in self.readers]

    @property
    def time_system(self) -> str:
        """What the seconds in times count, the same in all."""
        return self.readers[0].time_system

    def reader_of(self, msid: str) -> ArchiveReader:
        """Return the archive that answers for an MSID: the first that has it, or the first of all if none has.

        Parameters
        ----------
        msid : str
            Exact upper-case name.

        Returns
        -------
        ArchiveReader
            One of `readers`.
        """
        return next((reader for reader in self.readers if msid in reader), self.readers[0])

    def names(self) -> list[str]:
        """Return every MSID of any archive, sorted."""
        return sorted({name for reader in self.readers for name in reader.names()})

    def __contains__(self, msid: object) -> bool:
        return any(msid in reader for reader in self.readers)

    def first_instant(self) -> float | None:
        """Return an instant in seconds at or before the first sample of all MSIDs, None if there is none."""
        firsts = (reader.first_instant() for reader in self.readers)
        return min((first for first in firsts if first is not None), default=None)

    def tdb(self) -> Tdb:
        """Return the telemetry databases as they are now, as one: of an MSID that several have, the first entry counts.

        An id that an earlier archive gives to another MSID is taken from a later entry.
        """
        parts = tuple(reader.tdb() for reader in self.readers)
        known = self._tdb
        if known is None or any(one is not two for one, two in zip(known[0], parts, strict=True)):
            filled = [part for part in parts if len(part)]
            known = parts, filled[0] if len(filled) == 1 else Tdb(store=_JoinedEntries(filled))
            self._tdb = known
        return known[1]

    # The rest of the protocol, passed on.

    def time_range(self, msid: str) -> tuple[float, float] | None:
        """Return first and last instant of an MSID in seconds, None if it has no samples."""
        return self.reader_of(msid).time_range(msid)

    def read(self, msid: str, start_s: float, stop_s: float) -> Rows:
        """Return the rows of an MSID with ``start_s <= time < stop_s``, times in seconds."""
        return self.reader_of(msid).read(msid, start_s, stop_s)

    def flags(self) -> list[KnownFlag]:
        """Return all flags that people ever set, those of the first archive first; each is for samples of its own archive."""
        return [flag for reader in self.readers for flag in reader.flags()]

    def flagged_spans(self, msid: str) -> Intervals | None:
        """Return the times at which samples of an MSID are bad by a person's flag, merged; None where there are none."""
        return self.reader_of(msid).flagged_spans(msid)

    def states(self, msid: str) -> list[tuple[int, str]]:
        """Return the texts of an MSID with the whole number of each, sorted by number; empty if that is not one to one."""
        return self.reader_of(msid).states(msid)

    def rows_between(self, msid: str, start_s: float, stop_s: float) -> RowsBetween:
        """Return the number of samples with ``start_s <= time < stop_s``, and the first and the last of them in seconds."""
        return self.reader_of(msid).rows_between(msid, start_s, stop_s)

    def gaps_longer_than(
        self, msid: str, start_s: float, stop_s: float, longer_than_s: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sample before and after each spacing longer than that, in seconds; of ``start_s <= time < stop_s``."""
        return self.reader_of(msid).gaps_longer_than(msid, start_s, stop_s, longer_than_s)

    def spacing(self, msid: str, start_s: float, stop_s: float) -> float | None:
        """Return the typical time from a sample to the next, in seconds; None for fewer than two instants."""
        return self.reader_of(msid).spacing(msid, start_s, stop_s)

    def instant_before(self, msid: str, instant_s: float) -> float | None:
        """Return the last sample before an instant, in seconds; None if there is none."""
        return self.reader_of(msid).instant_before(msid, instant_s)

    def instant_at_or_after(self, msid: str, instant_s: float) -> float | None:
        """Return the first sample at or after an instant, in seconds; None if there is none."""
        return self.reader_of(msid).instant_at_or_after(msid, instant_s)

    def stored_bins(
        self, msid: str, product: str, bins: Range, recipe: Recipe, more: Iterable[Range] = ()
    ) -> StoredBins:
        """Return what is stored of the statistics of some bins, and which of them are to be worked out from samples."""
        return self.reader_of(msid).stored_bins(msid, product, bins, recipe, more)


class _JoinedEntries:
    """Entries of several telemetry databases, those of earlier ones first; each made when asked for."""

    def __init__(self, parts: Sequence[Tdb]) -> None:
        self._owners = {name: part for part in reversed(parts) for name in part}
        self.names = sorted(self._owners)
        owners: dict[int, str] = {}
        for part in parts:
            numbers, names = part.ids()
            for number, name in zip(numbers.tolist(), names, strict=True):
                if self._owners[name] is part:
                    owners.setdefault(number, name)
        of_name = {name: number for number, name in owners.items()}
        self.ids = [of_name.get(name) for name in self.names]

    def entry(self, position: int) -> Entry:
        """The entry at a position, without an id that belongs to another."""
        name = self.names[position]
        entry = self._owners[name][name]
        return entry if entry.id == self.ids[position] else replace(entry, id=None)

    def search_lines(self) -> list[str]:
        """The searchable text of each entry."""
        return [search_line(self.entry(position)) for position in range(len(self.names))]
