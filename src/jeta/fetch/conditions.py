"""Logical expressions over MSIDs, such as ``"HEATER == 'ON' & TEMP > 20"``, as intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import interpolation
from jeta.errors import UnknownMsidError
from jeta.expressions import logical
from jeta.fetch.spans import OPERATORS, logical_spans
from jeta.intervals import Intervals, logical_intervals, to_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from astropy.table import Table

    from jeta.expressions.tree import Node
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

    tree = logical.parse(expression) if isinstance(expression, str) else expression
    return logical.evaluate(tree, compared, compared_with, start_s, stop_s)


def _two(one: Series, op: str, other: Series, *, complete_intervals: bool, max_gap: float | None) -> Intervals:
    """When the values of one MSID compare with those of another, which are taken at the nearest sample."""
    one, other = (series.filter_bad(copy=True) or series for series in (one, other))
    if len(one) < 2 or len(other) == 0:
        return Intervals.none()
    nearest = np.asarray(other.vals)[interpolation.nearest_indices(other.times, one.times)]
    return logical_intervals(one.times, OPERATORS[op](np.asarray(one.vals), nearest), complete_intervals, max_gap)


def table_over(members: MSIDset, expression: str, *, complete_intervals: bool, max_gap: float | None) -> Table:
    """Return when an expression over the members of a set holds, see `MSIDset.logical_intervals`."""
    by_name: Mapping[str, Series] = {member.MSID: member for member in members.values()}

    def member(name: str) -> Series:
        if name.upper() not in by_name:
            raise UnknownMsidError(
                f"MSID {name!r} of {expression!r} is not among the members {', '.join(by_name)}; fetch it with them"
            )
        return by_name[name.upper()]

    spans = spans_where(
        expression, member, members.tstart, members.tstop, complete_intervals=complete_intervals, max_gap=max_gap
    )
    return to_table(spans, next(iter(members.values())).time_system)
