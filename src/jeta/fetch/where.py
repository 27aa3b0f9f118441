"""`Where`: the times at which samples count in statistics, as a user gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.expressions import logical
from jeta.fetch import names, session
from jeta.fetch.holding import is_held
from jeta.fetch.query import bin_start, bin_stop
from jeta.intervals import read_intervals

if TYPE_CHECKING:
    from jeta.expressions.tree import Node
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
        self._tree: Node | None = None
        self._spans: Intervals | None = None
        if isinstance(given, str):
            # What is wrong with it shall be told whether there are samples or not.
            self._tree = logical.parse(given)
            for name in logical.names(self._tree):
                names.find_one(name, session.archive_for_fetch())
        elif given is not None:
            asked_s = bin_start(dat.tstart, dat.dt), bin_stop(dat.tstop, dat.dt)
            self._spans = read_intervals(given, dat.time_system, *asked_s).merged()

    def spans(self, start_s: float, stop_s: float) -> Intervals | None:
        """Return the times within a span, merged; None for all.

        Raises
        ------
        ExpressionError, UnknownMsidError
            If the expression cannot be understood, or an MSID in it is not known.
        """
        if self._tree is None:
            return None if self._spans is None else self._spans.clipped(start_s, stop_s).merged()
        from jeta.fetch import conditions  # noqa: PLC0415 - few fetches need it

        members: dict[str, Series] = {}

        def member(name: str) -> Series:
            if name not in members:
                members[name] = self._fetched(name, start_s, stop_s)
            return members[name]

        return conditions.spans_where(self._tree, member, start_s, stop_s).clipped(start_s, stop_s).merged()

    def _fetched(self, name: str, start_s: float, stop_s: float) -> Series:
        """An MSID of the expression, with the good samples on both sides of the span, which tell what holds at its ends."""
        fetch, dt_s = self._dat.fetch, float(self._dat.dt)
        found: Series
        if names.find_one(name, session.archive_for_fetch()).computed is not None:
            found = fetch.MSID(name, start_s - dt_s, stop_s + dt_s)
            return _without_lonely(found)
        low_s, high_s, reach_s = start_s, stop_s, dt_s
        while True:
            found = fetch.MSID(name, low_s, high_s, bracket=True)
            is_before, is_after = _reaches(found, start_s, stop_s)
            ends_s = found.times[[0, -1]].tolist() if len(found) else [low_s, high_s]
            # With a sample beyond its span, a fetch has more to look at; without, there is none.
            more_before = not is_before and ends_s[0] < low_s
            more_after = not is_after and ends_s[1] >= high_s
            if not (more_before or more_after):
                return _without_lonely(found)
            low_s = ends_s[0] - reach_s if more_before else low_s
            high_s = ends_s[1] + reach_s if more_after else high_s
            reach_s *= 2


def _reaches(found: Series, start_s: float, stop_s: float) -> tuple[bool, bool]:
    """Whether the good samples of an object tell what holds at the start of a span, and at its stop."""
    times = found.times if found.bads is None else found.times[~found.bads]
    if is_held(found):
        return bool(np.any(times <= start_s)), True
    is_pair = len(times) > 1  # how long the last one of all holds is told by the one before it
    return is_pair and times[0] <= start_s, is_pair and times[-1] >= stop_s


def _without_lonely(found: Series) -> Series:
    """The object without its only good sample, of which nobody knows for how long it holds; but held values do until the next."""
    good = np.ones(len(found), bool) if found.bads is None else ~found.bads
    if good.sum() == 1 and not is_held(found):
        found.take(~good)
    return found
