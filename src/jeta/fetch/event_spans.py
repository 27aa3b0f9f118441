"""Events that the archive defines, as intervals: what ``select_events`` and ``remove_events`` of `get_telem` mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta.archive.event_sets import EventSets, load_event_sets
from jeta.archive.layout import Layout
from jeta.fetch import conditions, session
from jeta.fetch.msid import MSID
from jeta.fetch.query import Span, span_of
from jeta.fetch.systems import using
from jeta.intervals import to_table

if TYPE_CHECKING:
    from pathlib import Path

    from astropy.table import Table

    from jeta.archive.event_rules import LogicalEvents
    from jeta.intervals import Intervals

_known: dict[Path, EventSets] = {}


def events(expression: str, start: Any = None, stop: Any = None) -> Table:
    """Return when events took place.

    Parameters
    ----------
    expression : str
        Name of an event set of the archive, or several joined by ``|`` (or), ``&`` (and), ``~`` (not) and parentheses. A name
        may be followed by ``[pad=300]``, seconds by which each of its intervals is made longer at both ends, or shorter if
        negative; and by values that columns of its table must have, as in ``dumps[kind="long", pad=-5]``.
    start, stop : time, optional
        The span, as for `MSID`; intervals are cut to it.

    Returns
    -------
    astropy.table.Table
        Columns datestart, datestop (str), duration, tstart, tstop (float64, seconds): separate intervals, in order. They go
        into `MSID.select_intervals` and the like as they are.

    Raises
    ------
    ExpressionError
        If the expression cannot be understood; also a `ValueError`.
    UnknownEventError
        If the archive defines no such event; the message says where to define one.

    Examples
    --------
    ::

        dat.remove_intervals(fetch.events("manoeuvres[pad=-300] | eclipses"))
    """
    archive = session.current_archive()
    span = span_of(start, stop, archive)
    return to_table(event_spans(expression, span), archive.time_system)


def event_names() -> list[str]:
    """Return the names of all events that the archive defines, sorted."""
    return _event_sets().names()


def event_spans(expression: str, span: Span) -> Intervals:
    """Return when events took place, as intervals within a span."""
    return _event_sets().evaluate(expression, span.tstart, span.tstop, _spans_where)


def _event_sets() -> EventSets:
    """The event sets of the archive in use, as its files define them now; of several roots the first that has a name counts."""
    archive = session.current_archive()
    sets = [_of_folder(Layout(root).events, archive.time_system) for root in session.roots_of(session.current_key())]
    if len(sets) == 1:
        return sets[0]
    rules: dict[str, LogicalEvents] = {}
    tables: dict[str, Path] = {}
    for each in reversed(sets):
        for name in each.names():
            rules.pop(name, None)
            tables.pop(name, None)
        rules.update(each.rules)
        tables.update(each.tables)
    return EventSets(sets[0].folder, archive.time_system, rules, tables, ())


def _of_folder(folder: Path, system: str) -> EventSets:
    """The event sets of one root."""
    known = _known.get(folder)
    fresh = load_event_sets(folder, system) if known is None else known.fresh()
    _known[folder] = fresh
    return fresh


def _spans_where(rule: LogicalEvents, start_s: float, stop_s: float) -> Intervals:
    """When the logical expression of an event set is true: of values as stored, whatever units a call around it uses."""
    samples: dict[str, MSID] = {}

    def member(name: str) -> MSID:
        if name not in samples:
            samples[name] = MSID(name, start_s, stop_s, bracket=True)
        return samples[name]

    with using("cxc"):
        return conditions.spans_where(rule.where, member, start_s, stop_s, max_gap=rule.max_gap_s)
