"""Which rows of the ingest file are wanted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows are kept, and of which there is something to tell.

    Attributes
    ----------
    excluded_apids : tuple of int
        Packet types whose rows are left out, and counted.
    noted_apids : tuple of int
        Packet types whose rows are kept, and counted among the notes.
    share, shares : int
        Only the MSIDs of this share of so many; see `jeta.formats.SharedFormat`.
    """

    excluded_apids: tuple[int, ...] = ()
    noted_apids: tuple[int, ...] = ()
    share: int = 0
    shares: int = 1

    @property
    def has_strays(self) -> bool:
        """Whether rows that belong to no MSID are counted here."""
        return self.share == 0
