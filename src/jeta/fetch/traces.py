"""What plots and reductions take of an object: numbers, also for states, and what is known of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import UnknownMsidError, ValuesError
from jeta.fetch.holding import is_held, known_until_s
from jeta.fetch.states import counts_of
from jeta.plotting.trace import GAP_SPACINGS, Trace, usual_gap_s
from jeta.quality.limits import LIMITS
from jeta.units import convert_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.fetch.pictures import Pictures

_GAP_BINS = 3.0
"""Bins that lack among statistics, from which on a line is broken: they are as regular as their samples allow."""

States = tuple[tuple[int, str], ...]


def trace_of(dat: Pictures, *, limits: bool = False) -> Trace:
    """Return what a plot shows of an object.

    Parameters
    ----------
    dat : MSID
        The object; its times must be seconds.
    limits : bool
        Whether to show limits.

    Raises
    ------
    ValuesError
        If its values are no plain numbers, booleans or texts.
    """
    values, states = numbers_of(dat)
    held = is_held(dat)
    low, high = (None, None) if states is not None else _band(dat)
    return Trace(
        dat.times,
        values,
        dat.time_system,
        name=dat.MSID,
        title=dat.MSID if dat.stat is None else f"{dat.MSID} ({dat.stat})",
        unit=dat.unit,
        bads=dat.bads if dat.bads is not None and dat.bads.any() else None,
        low=low,
        high=high,
        steps=held or states is not None,
        gap_s=gap_s_of(dat),
        until_s=_until_s(dat) if held else None,
        states=states,
        limits=_limits(dat) if limits else (),
        span=(dat.tstart, dat.tstop),
    ).in_order()


def _band(dat: Pictures) -> tuple[Any, Any]:
    """The lowest and the highest value of each of some statistics; None for both where one of them lacks."""
    low, high = getattr(dat, "mins", None), getattr(dat, "maxes", None)
    return (None, None) if dat.stat is None or low is None or high is None else (low, high)


def gap_s_of(dat: Pictures, n: int | None = None) -> float:
    """Return the spacing of samples above which there is a gap, seconds; infinite where values hold until the next.

    Parameters
    ----------
    dat : MSID
        The object.
    n : int, optional
        How many of its samples will be kept, at most: then they may be apart by the stretches of time that one is kept of.
    """
    if is_held(dat) or len(dat) < 2:
        return math.inf
    gap_s = dat._gap_s  # noqa: SLF001 - of the mixin that this module is for
    if gap_s is None:
        gap_s = usual_gap_s(dat.times, GAP_SPACINGS if dat.stat is None else _GAP_BINS)
    if n is None or n >= len(dat):
        return gap_s
    if dat.dtype.kind in "Ub":
        return math.inf
    return max(gap_s, float(dat.times[-1] - dat.times[0]) / max(n // 6, 1))


def _until_s(dat: Pictures) -> float | None:
    """Until when to draw the last value of those that hold: for as long again as all samples span, at most; None without any.

    A stop that nobody gave is now: years of the last value would leave no room for the others.
    """
    if not len(dat):
        return None
    until_s = known_until_s(dat)
    shown_s = float(dat.times[-1] - dat.times[0])
    return min(until_s, float(dat.times[-1]) + shown_s) if shown_s > 0 else until_s


def numbers_of(dat: Pictures) -> tuple[NDArray[Any], States | None]:
    """Return the values of an object as numbers, and for states the name of each number.

    Raises
    ------
    ValuesError
        If they are neither numbers, booleans nor texts, one for each sample.
    """
    if dat.dtype.kind == "U":
        return _numbers_of_states(dat)
    values = dat.vals
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if kind not in ("b", "i", "u", "f") or values.shape != dat.times.shape:
        raise ValuesError(
            f"values of {dat.MSID} are {type(values).__name__} of type {dat.dtype}, but a plot needs one number, boolean or text "
            "for each sample; set vals to such first"
        )
    codes = dat.state_codes
    if codes is not None:
        return values, tuple(codes)
    return values, ((0, "False"), (1, "True")) if kind == "b" else None


def _numbers_of_states(dat: Pictures) -> tuple[NDArray[Any], States]:
    """Raw counts of states that have some, else numbers in the order of their names."""
    codes, texts = coded_texts(dat)
    counts = dat.state_codes
    if counts is None:
        distinct, place = np.unique(texts, return_inverse=True)
        return place[codes], tuple(enumerate(distinct.tolist()))
    raw = counts_of(texts, counts)
    named = tuple((count, state.rstrip()) for count, state in counts)
    known = {state for _, state in named}
    unknown = {str(text) for number, text in enumerate(texts) if text not in known and (codes == number).any()}
    if unknown:
        named = ((-1, unknown.pop() if len(unknown) == 1 else "other"), *named)
    return raw[codes] if len(raw) else np.empty(0, np.int8), named


def coded_texts(dat: Pictures) -> tuple[NDArray[Any], NDArray[np.str_]]:
    """Return texts as one number a sample, and the text of each number."""
    if dat.coded is not None:
        return dat.coded
    values: NDArray[np.str_] = dat.vals
    # Only where the text changes is it looked up: sorting all takes minutes for a year.
    firsts = np.flatnonzero(np.concatenate([np.ones(min(len(values), 1), bool), values[1:] != values[:-1]]))
    texts, places = np.unique(values[firsts], return_inverse=True)
    return np.repeat(places, np.diff(firsts, append=len(values))), texts


def _limits(dat: Pictures) -> list[tuple[float, float, dict[str, float]]]:
    """When which limits were in force, in the unit of the object; none where nothing is known of the MSID."""
    if dat.dtype.kind not in "fiu":
        return []
    try:
        entry = dat.tdb
    except UnknownMsidError:
        return []
    return [
        (
            start,
            stop,
            {
                name: _in_unit(getattr(limits, name), entry.unit, dat.unit)
                for name in LIMITS
                if getattr(limits, name) is not None
            },
        )
        for start, stop, limits in entry.limit_spans(dat.time_system)
    ]


def _in_unit(limit: float, stored: str | None, unit: str | None) -> float:
    """A limit in the unit of the object."""
    return limit if stored == unit else float(convert_units(np.array([limit]), stored, unit)[0])
