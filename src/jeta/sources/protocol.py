"""What a source of samples must be able to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from jeta.archive.output import Rows
    from jeta.tdb import Entry


@runtime_checkable
class Source(Protocol):
    """Where samples come from besides the archive.

    A source is made with its options as keyword arguments, which it checks; it asks no network then. One object serves
    all threads, so whatever it keeps must be safe in threads. Classes that inherit from this one need bring only `name`,
    `names` and `read`; others bring all.
    """

    @property
    def name(self) -> str:
        """The word by which the source is chosen, such as ``"mast"``."""

    gives_counts: bool = False
    """Whether `read` gives raw counts, as the spacecraft sent them, to which the calibrations of the telemetry database apply.
    Where False, the usual case, rows are engineering values, which no calibration is applied to."""

    def names(self) -> Collection[str]:
        """Return all MSIDs, in upper case.

        Raises
        ------
        SourceError
            If the source cannot be reached.
        """

    def read(self, msid: str, start_s: float, stop_s: float, system: str, *, bracket: bool = False) -> Rows:
        """Return the rows of an MSID with ``start_s <= time < stop_s``.

        Parameters
        ----------
        msid : str
            Exact upper-case name.
        start_s, stop_s : float
            Seconds of `system`; may be infinite.
        system : {'unix', 'cxcsec'}
            What the seconds count, here and in what is returned.
        bracket : bool
            Whether to keep one row before the range and one after it, where the source knows them.

        Returns
        -------
        Rows
            Sorted by time, times in seconds. `jeta.sources.rows_of` makes them of plain arrays.

        Raises
        ------
        UnknownMsidError
            If the source has no such MSID; one without samples in the range gives no rows.
        SourceError
            If the source cannot be reached, or answers with something else than samples.
        """

    def knows(self, msid: str) -> bool:
        """Tell whether there is an MSID, by its exact upper-case name; cheaper than `names` where possible."""
        return msid in self.names()

    def entry(self, msid: str) -> Entry | None:  # noqa: ARG002 - for those who inherit
        """Return what the source says of an MSID: description, unit, type; None where it says nothing."""
        return None

    def time_range(self, msid: str, system: str) -> tuple[float, float] | None:  # noqa: ARG002 - for those who inherit
        """Return first and last instant of an MSID in seconds, None where that is not known without reading."""
        return None
