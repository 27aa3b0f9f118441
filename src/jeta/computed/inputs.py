"""What computed MSIDs are made of: samples of others as numbers, with those before and after that are needed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.computed.holding import fetched_with_held, is_held
from jeta.errors import ValuesError
from jeta.interpolation import nearest_indices, previous_indices
from jeta.units import can_convert, convert_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_AGE_SPACINGS = 3.0
"""An input's nearest sample counts if it is no farther away than so many times the typical spacing of its samples."""

LOOK_BACK_S = 86_400.0
"""How far before a span the last good sample is looked for."""

_FIRST_PAD_S = 300.0
_LONGEST_PAD_S = 10 * 86_400.0
_WIDEN = 8


@dataclass(frozen=True, slots=True)
class Numbers:
    """Samples of one MSID as float64.

    Attributes
    ----------
    times, vals : float64 array, shape (rows,)
        Seconds, and values.
    bads : bool array, shape (rows,)
        True for bad samples.
    unit : str or None
        Unit of the values.
    is_held : bool
        Whether a value holds until the next sample, since one is sent only when it changes.
    """

    times: NDArray[np.float64]
    vals: NDArray[np.float64]
    bads: NDArray[np.bool_]
    unit: str | None
    is_held: bool = False

    @property
    def is_usable(self) -> NDArray[np.bool_]:
        """Which samples are good and finite."""
        return ~self.bads & np.isfinite(self.vals)


def numbers(module: Any, msid: str, start_s: float, stop_s: float, *, with_held: bool = False) -> Numbers:
    """Fetch the samples of an MSID with ``start_s <= t <= stop_s`` as float64.

    Parameters
    ----------
    module : module
        A fetch module.
    msid : str
        Name in any case; it may itself be that of a computed MSID.
    start_s, stop_s : float
        Span, seconds in the archive's time system, both ends inside.
    with_held : bool
        Of an MSID that is sent only when it changes, also the last sample before the span.

    Raises
    ------
    UnknownMsidError
        If there is no such MSID.
    ValuesError
        If its values are no numbers.
    """
    # Fetches leave out their stop: the next instant that a float can tell includes it.
    span = float(start_s), float(np.nextafter(stop_s, np.inf))
    dat = module.MSID(msid, *span)
    if with_held and is_held(dat):
        dat = fetched_with_held(module, msid, *span)
    vals = np.asarray(dat.vals)
    if vals.dtype.kind not in "biuf":
        raise ValuesError(
            f"{msid} has values of type {vals.dtype}, expected numbers; choose a numeric MSID to compute with"
        )
    bads = np.zeros(len(vals), bool) if dat.bads is None else np.asarray(dat.bads, bool)
    return Numbers(np.asarray(dat.times, np.float64), vals.astype(np.float64), bads, dat.unit, is_held(dat))


def with_usable_before(module: Any, msid: str, start_s: float, stop_s: float) -> Numbers:
    """Fetch the samples of an MSID as `numbers` does, and the last usable one before them, at most `LOOK_BACK_S` before.

    Parameters
    ----------
    module, msid, start_s, stop_s
        As for `numbers`.

    Returns
    -------
    Numbers
        With one sample more, in front, if there is one.
    """
    found = numbers(module, msid, start_s, stop_s)
    pad_s = _FIRST_PAD_S if len(found.times) else 0.0
    while pad_s:
        before = numbers(module, msid, start_s - pad_s, float(np.nextafter(start_s, -np.inf)))
        usable = np.flatnonzero(before.is_usable)[-1:]
        if len(usable):
            return Numbers(
                np.concatenate([before.times[usable], found.times]),
                np.concatenate([before.vals[usable], found.vals]),
                np.concatenate([before.bads[usable], found.bads]),
                found.unit,
                found.is_held,
            )
        pad_s = 0.0 if pad_s >= LOOK_BACK_S else min(_WIDEN * pad_s, LOOK_BACK_S)
    return found


def brought_onto(module: Any, msid: str, times: NDArray[np.float64], unit: str | None) -> Numbers:
    """Fetch an MSID and bring it onto the times of another.

    Parameters
    ----------
    module : module
        A fetch module.
    msid : str
        Name in any case.
    times : float64 array, shape (rows,)
        The times, seconds, ascending.
    unit : str or None
        The unit wanted; values in another one are converted.

    Returns
    -------
    Numbers
        At each time, the nearest sample, bad if it is bad or farther away than `MAX_AGE_SPACINGS` times the typical (median)
        spacing of its samples around; NaN where there are no samples at all. Of an MSID that is sent only when it changes, the
        last sample at or before each time, however old it is; NaN and bad before the first one.

    Raises
    ------
    ValuesError
        If it cannot be converted to that unit, or its values are no numbers.
    """
    found, max_age_s = _surroundings(module, msid, times)
    found = _in_unit(found, msid, unit)
    if not len(found.times) or not len(times):
        return Numbers(times, np.full(len(times), np.nan), np.ones(len(times), bool), found.unit)
    if found.is_held:
        return _held_at(found, times)
    nearest = nearest_indices(found.times, times)
    bads = found.bads[nearest] | (np.abs(found.times[nearest] - times) > max_age_s)
    return Numbers(times, found.vals[nearest], bads, found.unit)


def _held_at(found: Numbers, times: NDArray[np.float64]) -> Numbers:
    """The value that holds at each time; NaN, and bad, before the first sample."""
    at = previous_indices(found.times, times)
    return Numbers(times, np.where(at < 0, np.nan, found.vals[at]), (at < 0) | found.bads[at], found.unit, is_held=True)


def _surroundings(module: Any, msid: str, times: NDArray[np.float64]) -> tuple[Numbers, float]:
    """Samples from far enough before some times to far enough after, and how near one must be to count; of held ones, any."""
    if not len(times):
        return numbers(module, msid, 0.0, 0.0), 0.0
    pad_s = _FIRST_PAD_S
    while True:
        found = numbers(module, msid, times[0] - pad_s, times[-1] + pad_s, with_held=True)
        if found.is_held:
            return found, math.inf
        # Of one sample no spacing is known; it counts at its own instant only.
        is_known = len(found.times) > 1
        max_age_s = MAX_AGE_SPACINGS * float(np.median(np.diff(found.times))) if is_known else 0.0
        if (is_known and max_age_s <= pad_s) or pad_s >= _LONGEST_PAD_S:
            return found, max_age_s
        pad_s = min(max(_WIDEN * pad_s, max_age_s), _LONGEST_PAD_S)


def _in_unit(found: Numbers, msid: str, unit: str | None) -> Numbers:
    """The same in another unit, where both are known and differ.

    Raises
    ------
    ValuesError
        If there is no conversion.
    """
    if found.unit is None or unit is None or found.unit == unit:
        return found
    if not can_convert(found.unit, unit):
        raise ValuesError(
            f"{msid} is in {found.unit!r}, which cannot be converted to {unit!r}; combine MSIDs of one kind of quantity"
        )
    return replace(found, vals=np.asarray(convert_units(found.vals, found.unit, unit), np.float64), unit=unit)
