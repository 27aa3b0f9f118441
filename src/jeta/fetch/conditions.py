"""Logical expressions over MSIDs, such as ``"HEATER == 'ON' & TEMP > 20"``, as intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import interpolation
from jeta.errors import UnknownMsidError, ValuesError
from jeta.expressions import logical
from jeta.expressions.tree import Node
from jeta.fetch.holding import is_held
from jeta.fetch.spans import OPERATORS, hold, logical_spans
from jeta.intervals import Intervals, logical_intervals, to_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from astropy.table import Table
    from numpy.typing import NDArray

    from jeta.fetch.msidset import MSIDset
    from jeta.fetch.series import Series


def spans_where(
    expression: str | Node,
    member: Callable[[str], Series],
    start_s: float,
    stop_s: float,
    *,
    complete_intervals: bool = False,
    max_gap: float | None = None,
) -> Intervals:
    """Return when an expression over MSIDs holds.

    Parameters
    ----------
    expression : str or Node
        The expression, as text or parsed, see `jeta.expressions.logical`.
    member : callable
        Called with the name of an MSID in it; returns its samples.
    start_s, stop_s : float
        The span; what is not true in it is false.
    complete_intervals, max_gap
        As for `MSID.logical_intervals`, for each comparison.

    Raises
    ------
    ExpressionError
        If the expression cannot be understood.
    """

    def compared(name: str, op: str, value: Any) -> Intervals:
        return logical_spans(member(name), op, value, complete_intervals=complete_intervals, max_gap=max_gap)

    def compared_with(name: str, op: str, other: str) -> Intervals:
        return _two(member(name), op, member(other), complete_intervals=complete_intervals, max_gap=max_gap)

    tree = expression if isinstance(expression, Node) else logical.parse(expression)
    found = logical.evaluate(tree, compared, compared_with, start_s, stop_s)
    # Two comparisons that follow on each other share the instant between them, at which both are not true.
    lasting = found.tstop > found.tstart
    return Intervals(found.tstart[lasting], found.tstop[lasting])


def _two(one: Series, op: str, other: Series, *, complete_intervals: bool, max_gap: float | None) -> Intervals:
    """When the values of one MSID compare with those of another, each as it holds or as its nearest sample says."""
    one, other = (series.filter_bad(copy=True) or series for series in (one, other))
    if len(one) == 0 or len(other) == 0:
        return Intervals.none()
    # The samples of one that is sent periodically say when to look; of two that are not, the changes of both.
    base = other if is_held(one) and not is_held(other) else one
    times = base.times
    if is_held(one) and is_held(other):
        times = np.union1d(one.times, other.times)
    # Before its first sample nobody knows what a value that holds was.
    known_from_s = max([-np.inf, *(float(series.times[0]) for series in (one, other) if is_held(series))])
    times = times[times >= known_from_s]
    if len(times) == 0 or (len(times) == 1 and not is_held(base)):
        return Intervals.none()
    true = OPERATORS[op](_values_at(one, times), _values_at(other, times))
    found = logical_intervals(times, true, complete_intervals, max_gap, **hold(base, times))
    return found.clipped(known_from_s, np.inf)


def _values_at(series: Series, times: NDArray[np.float64]) -> NDArray[Any]:
    """The value that an object has at each of some times."""
    rows = interpolation.nearest_indices(series.times, times)
    if is_held(series):
        rows = np.maximum(interpolation.previous_indices(series.times, times), 0)
    return np.asarray(series.vals)[rows]


def table_over(members: MSIDset, expression: str, *, complete_intervals: bool, max_gap: float | None) -> Table:
    """Return when an expression over the members of a set holds, see `MSIDset.logical_intervals`."""
    if not isinstance(expression, str):
        raise ValuesError(
            f"an expression over MSIDs must be a text such as \"A > 1 & B == 'ON'\", but is {expression!r}"
        )
    by_name: Mapping[str, Series] = {member.MSID: member for member in members.values()}

    def member(name: str) -> Series:
        if name.upper() not in by_name:
            raise UnknownMsidError(
                f"MSID {name!r} of {expression!r} is not among the members {', '.join(by_name)}; fetch it with them"
            )
        return by_name[name.upper()]

    tstart = min((each.tstart for each in members.values()), default=0.0)
    tstop = max((each.tstop for each in members.values()), default=0.0)
    spans = spans_where(expression, member, tstart, tstop, complete_intervals=complete_intervals, max_gap=max_gap)
    return to_table(spans, next(iter(members.values())).time_system)
