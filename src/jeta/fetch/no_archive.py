"""`NoArchive`: what stands in for an archive where only other sources are used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from jeta.archive.coverage import RowsBetween
    from jeta.archive.output import Rows
    from jeta.archive.recipe import Recipe
    from jeta.archive.stored_bins import StoredBins
    from jeta.quality import KnownFlag
    from jeta.statistics.binned import Range
    from jeta.tdb import Tdb


class NoArchive:
    """An archive without MSIDs, in Unix time."""

    time_system = "unix"
    root = Path("(no archive)")

    def names(self) -> list[str]:
        """Return no names."""
        return []

    def __contains__(self, msid: object) -> bool:
        return False

    def time_range(self, msid: str) -> None:
        """Return None: there are no samples."""

    def first_instant(self) -> None:
        """Return None: there are no samples."""

    def instant_before(self, msid: str, instant_s: float) -> None:
        """Return None: there are no samples."""

    def instant_at_or_after(self, msid: str, instant_s: float) -> None:
        """Return None: there are no samples."""

    def read(self, msid: str, start_s: float, stop_s: float) -> Rows:  # noqa: ARG002 - the protocol's
        """Return no rows."""
        from jeta.archive.output import Rows  # noqa: PLC0415 - not needed to import fetch

        return Rows(np.empty(0), np.empty(0), None, None, None, None)

    def rows_between(self, msid: str, start_s: float, stop_s: float) -> RowsBetween:  # noqa: ARG002 - the protocol's
        """Return that there are none."""
        from jeta.archive.coverage import RowsBetween  # noqa: PLC0415 - not needed to import fetch

        return RowsBetween(0, None, None)

    def gaps_longer_than(
        self,
        msid: str,  # noqa: ARG002 - the protocol's
        start_s: float,  # noqa: ARG002
        stop_s: float,  # noqa: ARG002
        longer_than_s: float,  # noqa: ARG002
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return no gaps."""
        return np.empty(0), np.empty(0)

    def spacing(self, msid: str, start_s: float, stop_s: float) -> None:
        """Return None: there are no samples."""

    def stored_bins(
        self,
        msid: str,  # noqa: ARG002 - the protocol's
        product: str,  # noqa: ARG002
        bins: Range,
        recipe: Recipe,  # noqa: ARG002
        more: Iterable[Range] = (),  # noqa: ARG002
    ) -> StoredBins:
        """Return that no statistics are stored."""
        from jeta.archive.stored_bins import StoredBins  # noqa: PLC0415 - not needed to import fetch

        return StoredBins(None, [bins])

    def states(self, msid: str) -> list[tuple[int, str]]:  # noqa: ARG002 - the protocol's
        """Return no states."""
        return []

    def flags(self) -> list[KnownFlag]:
        """Return no flags."""
        return []

    def flagged_spans(self, msid: str) -> None:
        """Return None: nothing is flagged."""

    def tdb(self) -> Tdb:
        """Return an empty telemetry database."""
        from jeta.tdb import Tdb  # noqa: PLC0415 - not needed to import fetch

        return Tdb()
