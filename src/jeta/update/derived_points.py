"""Which points of a derived parameter are to be worked out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jeta.computed import DerivedParameter, derived_parameters
from jeta.errors import ValuesError
from jeta.fetch.names import candidates, msid_glob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jeta.archive.reader import JetaReader


def missing_points(
    reader: JetaReader, parameter: DerivedParameter, start_s: float | None, stop_s: float | None, *, context_s: float
) -> tuple[int, int]:
    """Return the first and the last point to work out, as multiples of the time step.

    Parameters
    ----------
    reader : JetaReader
        The archive.
    parameter : DerivedParameter
        The parameter.
    start_s, stop_s : float or None
        Span asked for, seconds, the start inside and the stop outside; None for what is missing.
    context_s : float
        Seconds around a point of which its value may depend.

    Returns
    -------
    first, last : int
        Both inside; the last is before the first if there is nothing to do.

    Raises
    ------
    ValuesError
        If an input is not stored.
    """
    begin_s, end_s = _covered(reader, parameter)
    step_s = parameter.time_step
    first = _at_or_after(begin_s, step_s)
    last = _at_or_before(end_s, step_s)
    stored = reader.time_range(parameter.msid)
    if start_s is not None:
        first = max(first, _at_or_after(start_s, step_s))
    elif stored is not None:
        again = math.ceil(look_back_s(type(parameter), derived_parameters(), context_s) / step_s)
        first = max(first, _at_or_before(stored[1], step_s) + 1 - again)
    if stop_s is not None:
        last = min(last, _at_or_after(stop_s, step_s) - 1)
    return first, last


def look_back_s(
    cls: type[DerivedParameter],
    known: Mapping[str, type[DerivedParameter]],
    context_s: float,
    made_of_it: frozenset[str] = frozenset(),
) -> float:
    """Return how far before the last stored point others may change as inputs grow, in seconds.

    Parameters
    ----------
    cls : class
        The derived parameter.
    known : mapping of str to class
        All derived parameters by MSID: inputs that are among them change before their last point themselves.
    context_s : float
        Seconds around a point of which its value may depend.
    made_of_it : set of str
        Derived parameters that were looked at on the way here, lest a circle has no end.

    Returns
    -------
    float
        Seconds.
    """
    seen = made_of_it | {cls.__name__.upper()}
    inputs = {name for root in cls.rootparams for name in candidates(root) if name in known and name not in seen}
    back_s = [look_back_s(known[name], known, context_s, seen) + known[name].time_step for name in inputs]
    return context_s + (cls().longest_gap_s + max(back_s) if back_s else 0.0)


def _covered(reader: JetaReader, parameter: DerivedParameter) -> tuple[float, float]:
    """When the last input begins, and when the first ends, in seconds.

    An input that is sent only when it changes is known after its last sample too: until the others end.

    Raises
    ------
    ValuesError
        If an input is not stored.
    """
    tdb = reader.tdb()
    begins: list[float] = []
    ends: list[float] = []
    held_ends: list[float] = []
    for name in (name for root in parameter.rootparams for name in msid_glob(root)[1]):
        span = reader.time_range(name)
        if span is None:
            raise ValuesError(
                f"input {name} of {parameter.msid} has no stored samples; give stored MSIDs as rootparams"
            )
        entry = tdb.get(name)
        begins.append(span[0])
        (held_ends if entry is not None and entry.on_change else ends).append(span[1])
    return max(begins), min(ends) if ends else max(held_ends)


def _at_or_before(time_s: float, step_s: float) -> int:
    """The largest multiple whose product with the step, as a float64, is not above a time."""
    index = round(time_s / step_s)
    return index if index * step_s <= time_s else index - 1


def _at_or_after(time_s: float, step_s: float) -> int:
    """The smallest multiple whose product with the step, as a float64, is not below a time."""
    index = round(time_s / step_s)
    return index if index * step_s >= time_s else index + 1
