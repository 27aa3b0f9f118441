"""`Where`: the times at which samples count in statistics, as a user gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta.intervals import read_intervals

if TYPE_CHECKING:
    from jeta.fetch.msid import MSID
    from jeta.fetch.series import Series
    from jeta.intervals import Intervals


class Where:
    """Times, closed at both ends, or the times at which an expression over MSIDs holds.

    Parameters
    ----------
    dat : MSID
        Whose statistics are wanted: MSIDs of an expression are fetched by the same module, in its units.
    given : str, intervals, or None
        An expression such as ``"SA_MODE == 'FINE' & SA_TEMP > 20"``; or what `jeta.intervals.read_intervals` accepts; None for
        all times.
    """

    def __init__(self, dat: MSID, given: Any) -> None:
        self._dat = dat
        self._expression = given if isinstance(given, str) else None
        self._spans: Intervals | None = None
        if given is not None and self._expression is None:
            self._spans = read_intervals(given, dat.time_system, dat.tstart, dat.tstop).merged()

    def spans(self, start_s: float, stop_s: float) -> Intervals | None:
        """Return the times within a span, merged; None for all.

        Raises
        ------
        ExpressionError, UnknownMsidError
            If the expression cannot be understood, or an MSID in it is not known.
        """
        if self._expression is None:
            return None if self._spans is None else self._spans.clipped(start_s, stop_s).merged()
        from jeta.fetch import conditions  # noqa: PLC0415 - few fetches need it

        members: dict[str, Series] = {}

        def member(name: str) -> Series:
            if name not in members:
                members[name] = self._fetched(name, start_s, stop_s)
            return members[name]

        return conditions.spans_where(self._expression, member, start_s, stop_s).clipped(start_s, stop_s).merged()

    def _fetched(self, name: str, start_s: float, stop_s: float) -> Series:
        """An MSID of the expression, with the samples on both sides of the span, which tell what holds at its ends."""
        from jeta.fetch import names, session  # noqa: PLC0415 - few fetches need it

        fetch = self._dat.fetch
        is_computed = names.find_one(name, session.archive_for_fetch()).computed is not None
        found: Series = fetch.MSID(name, start_s, stop_s, bracket=not is_computed)
        return found
