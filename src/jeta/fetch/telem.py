"""`get_telem`: several MSIDs fetched, brought onto one grid, cut by events and written, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import interpolation
from jeta.errors import StatError
from jeta.fetch import sizes, systems, together
from jeta.fetch.gridding import last_s
from jeta.fetch.names import as_list
from jeta.fetch.query import Span, now_s, one_instant
from jeta.fetch.session import archive_for_fetch
from jeta.logs import logger
from jeta.statistics import width_of
from jeta.times import show

if TYPE_CHECKING:
    import os

    from jeta.fetch.msidset import MSIDset
    from jeta.intervals import Intervals

DEFAULT_SPAN_S = 30 * 86400.0
_log = logger("jeta.get_telem")


@dataclass(frozen=True, slots=True)
class MostMb:
    """Most megabytes (1e6 bytes) that a call may fetch, and write."""

    fetch: float
    output: float


def get_telem(  # noqa: PLR0913 - the ancestors' arguments
    msids: list[str] | str,
    start: Any = None,
    stop: Any = None,
    sampling: str = "full",
    unit_system: str = "eng",
    interpolate_dt: float | None = None,
    remove_events: str | None = None,
    select_events: str | None = None,
    time_format: str | None = None,
    outfile: str | os.PathLike[str] | None = None,
    quiet: bool = False,
    max_fetch_Mb: float = 1000,  # noqa: N803 - the ancestors' name
    max_output_Mb: float = 100,  # noqa: N803
    *,
    filter_bad: bool = True,
) -> MSIDset:
    """Fetch MSIDs; bring them onto one grid, cut them by events, show times in a format, write them, as wanted.

    Parameters
    ----------
    msids : str or list of str
        Names or patterns.
    start, stop : time, optional
        Half-open span; by default the 30 days before `stop`, and now.
    sampling : {'full', '5min', 'daily'} or str
        Samples, or which statistics, as `stat` of `MSID`.
    unit_system : {'eng', 'sci', 'cxc'}
        Units of the values.
    interpolate_dt : float, optional
        Bring all MSIDs onto multiples of so many seconds, and leave out the times at which one is bad. Otherwise each MSID
        keeps its own samples, without bad ones.
    remove_events, select_events : str, optional
        Expressions over the events of the archive, see `fetch.events`: leave out the times of such events, keep no others.
    time_format : str, optional
        What `times` of each member are shown as, such as ``'date'`` or ``'greta'``; seconds by default.
    outfile : path, optional
        Zip archive to write, see `MSIDset.write_zip`.
    quiet : bool
        Log nothing to the logger ``jeta.get_telem``.
    max_fetch_Mb, max_output_Mb : float
        Most megabytes (1e6 bytes) to fetch, and to write.
    filter_bad : bool
        Leave bad samples out; else they stay, marked in `bads`.

    Returns
    -------
    MSIDset
        The MSIDs.

    Raises
    ------
    MemoryError
        If more would be fetched, or written, than the limits allow; nothing is read then.
    UnknownMsidError, ExpressionError, UnknownEventError, StatError
        If a name, an expression, an event or the sampling is not known; each is also a `ValueError`.

    Notes
    -----
    The unit systems of ``fetch`` and its kin are not changed.

    Examples
    --------
    ::

        fetch.get_telem(["SA_ZATTEST1", "SA_ZATTEST2"], "2022:143", "2022:144", interpolate_dt=60, outfile="att.zip")
    """
    names, stat, span = as_list(msids), _stat(sampling), _span(start, stop)
    say = _say(quiet=quiet)
    sizes.check(names, span, stat, interpolate_dt, MostMb(max_fetch_Mb, max_output_Mb), writes=outfile is not None)
    # What is wrong with the other arguments shall be known before much is read.
    show(np.empty(0), time_format or "secs")
    cuts = [
        (select, _events(expression, span)) for select, expression in ((False, remove_events), (True, select_events))
    ]
    with systems.using(unit_system):
        from jeta.fetch.msidset import MSIDset  # noqa: PLC0415 - not needed to import fetch

        say(f"fetching {', '.join(names)} from {span.tstart} to {span.tstop} s")
        dats = MSIDset(names, span.tstart, span.tstop, filter_bad=filter_bad and interpolate_dt is None, stat=stat)
    if interpolate_dt is not None:
        say(f"interpolating at {interpolate_dt} s")
        _put_on_absolute_grid(dats, span, interpolate_dt, filter_bad=filter_bad)
    for select, events in cuts:
        if events is not None:
            (dats.select_intervals if select else dats.remove_intervals)(events)
    _show_times(dats, time_format)
    if outfile is not None:
        say(f"writing {outfile}")
        dats.write_zip(outfile)
    return dats


def _say(*, quiet: bool) -> Any:
    """What tells of progress."""
    return (lambda _: None) if quiet else _log.info


def _span(start: Any, stop: Any) -> Span:
    """The span of a request, by default the last 30 days."""
    system = archive_for_fetch().time_system
    tstop = now_s(system) if stop is None else one_instant(stop, system)
    return Span(tstop - DEFAULT_SPAN_S if start is None else one_instant(start, system), tstop)


def _put_on_absolute_grid(dats: MSIDset, span: Span, dt: float, *, filter_bad: bool) -> None:
    """Bring all members onto multiples of `dt`, and leave out, or mark, where one is bad."""
    grid = interpolation.absolute_grid(span.tstart, span.tstop, dt)
    members = list(dats.values())
    if not members or any(len(member) == 0 for member in members):
        grid = np.empty(0)
    else:
        first = max(float(member.times[0]) for member in members)
        grid = interpolation.within(grid, first, min(last_s(member, None) for member in members))
    together.put_on_grid(dats, grid, filter_bad=filter_bad, bad_union=True, method=None, max_age_s=None)


def _events(expression: str | None, span: Span) -> Intervals | None:
    """When events took place; None for no expression."""
    if expression is None:
        return None
    from jeta.fetch.event_spans import event_spans  # noqa: PLC0415 - few calls need it

    return event_spans(expression, span)


def _stat(sampling: str) -> str | None:
    """Which statistics a sampling means.

    Raises
    ------
    StatError
        If it is none of the known ones.
    """
    if sampling == "full":
        return None
    try:
        return width_of(sampling).name
    except StatError as err:
        raise StatError(
            f"sampling must be 'full', '5min', 'daily', or a width of bins such as '1h', but is {sampling!r}"
        ) from err


def _show_times(dats: MSIDset, time_format: str | None) -> None:
    """Show the times of each member in a format."""
    if time_format is None or time_format == "secs":
        return
    for member in dats.values():
        member.time_format = time_format
        member.times = np.asarray(show(member.times, time_format, member.time_system))
