"""`derived`: work out derived parameters and store them as MSIDs of the archive."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.computed import DerivedParameter, derived_parameters
from jeta.errors import UnknownMsidError, ValuesError
from jeta.fetch import systems
from jeta.fetch.names import candidates
from jeta.fetch.session import set_archive
from jeta.logs import logger
from jeta.progress import telling
from jeta.sources import data_source
from jeta.times import to_seconds
from jeta.update.append import append
from jeta.update.derived_entries import DerivedEntries
from jeta.update.derived_points import missing_points
from jeta.update.derived_report import DerivedReport, ParameterReport
from jeta.update.target import writer_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.archive import Writer
    from jeta.update.target import ArchiveLike

_log = logger(__name__)

PIECE_S = 2 * 86_400.0
"""So much time is worked out and committed at once: inputs of so much time are in memory."""
PIECE_POINTS = 1_000_000
"""And at most so many points."""
CONTEXT_S = 1000.0
"""`calc` is given so much time before and after each piece, lest what it makes of neighbours ends with the piece.

So much before the last stored point is worked out again, since then its neighbours were not all known.
"""

Progress = Callable[[int, int, str], None]

# What a formula that is wrong commonly raises; a disk that fails or an archive that is locked is another matter.
_CALC_ERRORS = (ArithmeticError, AttributeError, LookupError, NameError, RuntimeError, TypeError, ValueError)


def derived(
    names: str | Iterable[str] | None = None,
    start: Any = None,
    stop: Any = None,
    archive: ArchiveLike | None = None,
    progress: bool | Progress | None = None,
) -> DerivedReport:
    """Work out derived parameters as far as their inputs go, and store them.

    Parameters
    ----------
    names : str or iterable of str, optional
        Which of the known `jeta.computed.DerivedParameter`: names, or patterns with ``*``, ``?`` or ``[...]``, in any case; by
        default all.
    start : time, optional
        From when on, itself inside: points that are already stored are worked out again and replaced. By default, from
        `CONTEXT_S` before the last stored point, longer for what is made of other derived parameters; or, where there is none,
        the first instant at which all inputs have begun.
    stop : time, optional
        Until when, itself outside. By default, and at most, the last instant at which no input has ended, itself inside. Inputs
        that are sent only when they change end with the others; if there are only such, with the last sample of any.
    archive : open archive or path, optional
        Where inputs are and results go; by default the archive in use, see `jeta.fetch.set_archive`.
    progress : bool or callable, optional
        True shows a progress bar for each parameter; by default notebooks show one. A callable is called with the number of
        pieces done and in all, and the name, before each piece and at the end of each parameter.

    Returns
    -------
    DerivedReport
        What was stored, by parameter. One that fails is reported with its error, and the others are worked out.

    Raises
    ------
    UnknownMsidError
        If a name is that of no known derived parameter.
    ValuesError
        If derived parameters are made of each other in a circle.
    ArchiveNotFoundError, ArchiveLockedError
        If there is no archive, or another process writes to it.
    TdbError
        If the file ``derived.yaml`` of the telemetry database is wrong.
    OSError
        If the archive's disk is full or fails.

    Notes
    -----
    Points lie at whole multiples of the time step, as the product of the two in float64. A point is flagged as bad by its source
    where an input is bad, or has no sample within its largest gap, or `calc` returned no number; it is then NaN if values are
    floating-point. A point that is worked out again replaces the stored one if its value or its flag differs.

    Work is committed in pieces of `PIECE_S`. Run twice, nothing is added; killed anywhere, the next run goes on where this one
    ended. In however many runs, the same is stored, as long as what `calc` makes of a point depends on nothing farther than
    `CONTEXT_S` away, and inputs come in order of time. Input data that come late, before that, change nothing by themselves: run
    again with `start`.

    A derived parameter may be made of others, which are worked out first. One that the telemetry database has no entry of gets
    one, of what its class says, in the file ``derived.yaml`` there.

    Examples
    --------
    ::

        report = update.derived()
        report = update.derived("DP_THERMAL_*", start="2022:143")  # once late data have come
    """
    report = DerivedReport()
    with ExitStack() as stack:
        tell = stack.enter_context(telling(progress, "piece"))
        writer = stack.enter_context(writer_for(archive))
        stack.enter_context(set_archive(writer))
        stack.enter_context(data_source("archive"))  # what is stored must be made of what is stored
        system = writer.reader.time_system
        entries = DerivedEntries(writer.reader)
        span = tuple(None if time is None else _second(time, system) for time in (start, stop))
        for cls in _in_order(_selected(names)):
            parameter = ParameterReport(cls.__name__.upper())
            report.parameters.append(parameter)
            try:
                _work_out(writer, cls, span, parameter, tell)
                # After the points, for nothing is an MSID that has none; before those that are made of it, for its unit.
                entries.declare(cls())
            except _CALC_ERRORS as err:
                parameter.error = f"{type(err).__name__}: {err}"
                _log.warning("%s could not be worked out: %s", parameter.msid, parameter.error, exc_info=True)
    _log.info("%s", report)
    return report


def _second(time: Any, system: str) -> float:
    """Seconds of one time."""
    return float(to_seconds(time, system))


def _selected(names: str | Iterable[str] | None) -> dict[str, type[DerivedParameter]]:
    """Derived parameters of some names.

    Raises
    ------
    UnknownMsidError
        If a name or pattern is that of none.
    """
    known = derived_parameters()
    if names is None:
        return known
    chosen: dict[str, type[DerivedParameter]] = {}
    for typed in [names] if isinstance(names, str) else names:
        patterns = candidates(typed)
        matches = [name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns)]
        if not matches:
            some = ", ".join(list(known)[:10]) or "none"
            raise UnknownMsidError(
                f"no derived parameter is called {typed!r}; known are {some}: import the module of yours"
            )
        chosen.update((name, known[name]) for name in matches)
    return chosen


def _in_order(chosen: dict[str, type[DerivedParameter]]) -> list[type[DerivedParameter]]:
    """Derived parameters, each after those among them that it is made of.

    Raises
    ------
    ValuesError
        If there is no such order.
    """
    needs = {
        name: [need for root in cls.rootparams for need in candidates(root) if need in chosen]
        for name, cls in sorted(chosen.items())
    }
    try:
        return [chosen[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as err:
        raise ValuesError(
            f"derived parameters are made of each other: {' of '.join(err.args[1])}; break the circle"
        ) from err


def _work_out(
    writer: Writer,
    cls: type[DerivedParameter],
    span: tuple[float | None, ...],
    report: ParameterReport,
    tell: Progress,
) -> None:
    """Work out and store what is missing of one parameter, or what is wanted again."""
    parameter = cls(systems.modules())
    first, last = missing_points(writer.reader, parameter, *span, context_s=CONTEXT_S)
    points = max(1, min(PIECE_POINTS, int(PIECE_S // cls.time_step)))
    pieces = list(range(first, last + 1, points))
    for done, begin in enumerate(pieces):
        tell(done, len(pieces), report.msid)
        times, values, bads = _piece(parameter, begin, min(begin + points - 1, last))
        report.tally.add(append(report.msid, times, values, bads, archive=writer, quality_counts=True).total)
        report.bad += int(bads.sum())
        report.first_s = float(times[0]) if report.first_s is None else report.first_s
        report.last_s = float(times[-1])
    if pieces:
        tell(len(pieces), len(pieces), report.msid)


def _piece(
    parameter: DerivedParameter, first: int, last: int
) -> tuple[NDArray[np.float64], NDArray[Any], NDArray[np.bool_]]:
    """Times, values and bads of some points, both ends inside."""
    context = math.ceil(CONTEXT_S / parameter.time_step)
    with systems.using(parameter.unit_system):
        data = parameter.fetch_indexes(first - context, last + context)
    keep = slice(context, context + last - first + 1)
    values, no_values = parameter.values_and_bads(data)
    times, values, bads = data.times[keep], values[keep], (data.bads | no_values)[keep]
    if values.dtype.kind == "f":
        # No number is invented where an input is missing.
        values = np.where(bads, values.dtype.type(np.nan), values)
    return times, values, bads
