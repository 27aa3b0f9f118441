"""What others need of an archive, whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from jeta.archive.coverage import RowsBetween
    from jeta.archive.output import Rows
    from jeta.archive.recipe import Recipe
    from jeta.archive.stored_bins import StoredBins
    from jeta.intervals import Intervals
    from jeta.quality import KnownFlag
    from jeta.statistics.binned import Range
    from jeta.tdb import Tdb


class ArchiveReader(Protocol):
    """What `jeta.fetch` needs of an archive, whoever wrote it."""

    @property
    def root(self) -> Path:
        """The archive's folder."""

    @property
    def time_system(self) -> str:
        """What the seconds in times count: ``unix`` or ``cxcsec``."""

    def names(self) -> list[str]:
        """Return every MSID, sorted."""

    def __contains__(self, msid: object) -> bool:
        """Tell whether an MSID, by its exact upper-case name, is in the archive."""

    def time_range(self, msid: str) -> tuple[float, float] | None:
        """Return first and last instant of an MSID in seconds, None if it has no samples."""

    def first_instant(self) -> float | None:
        """Return an instant in seconds at or before the first sample of all MSIDs, None if there is none."""

    def read(self, msid: str, start_s: float, stop_s: float) -> Rows:
        """Return the rows of an MSID with ``start_s <= time < stop_s``, times in seconds."""

    def flags(self) -> list[KnownFlag]:
        """Return all flags that people ever set, each with what undid it."""

    def flagged_spans(self, msid: str) -> Intervals | None:
        """Return the times at which samples of an MSID are bad by a person's flag, merged; None where there are none."""

    def tdb(self) -> Tdb:
        """Return the telemetry database as it is now."""

    def states(self, msid: str) -> list[tuple[int, str]]:
        """Return the texts of an MSID with the whole number of each, sorted by number; empty if that is not one to one."""

    def rows_between(self, msid: str, start_s: float, stop_s: float) -> RowsBetween:
        """Return the number of samples with ``start_s <= time < stop_s``, and the first and the last of them in seconds."""

    def gaps_longer_than(
        self, msid: str, start_s: float, stop_s: float, longer_than_s: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sample before and after each spacing longer than that, in seconds; of ``start_s <= time < stop_s``."""

    def spacing(self, msid: str, start_s: float, stop_s: float) -> float | None:
        """Return the typical time from a sample to the next, in seconds; None for fewer than two instants."""

    def instant_before(self, msid: str, instant_s: float) -> float | None:
        """Return the last sample before an instant, in seconds; None if there is none."""

    def instant_at_or_after(self, msid: str, instant_s: float) -> float | None:
        """Return the first sample at or after an instant, in seconds; None if there is none."""

    def stored_bins(
        self, msid: str, product: str, bins: Range, recipe: Recipe, more: Iterable[Range] = ()
    ) -> StoredBins:
        """Return what is stored of the statistics of some bins, and which of them are to be worked out from samples."""
