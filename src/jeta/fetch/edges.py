"""Values at the edges of a span: the last known one before an instant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from jeta.errors import ValuesError
from jeta.fetch.msid import MSID
from jeta.times import show

_FIRST_LOOK_S = 600.0
_WIDER = 8.0


@dataclass(frozen=True, slots=True)
class LastKnown:
    """The last good sample of an MSID at an instant.

    Attributes
    ----------
    msid : str
        Upper-case name.
    time : float
        When it was taken, seconds in the archive's time system; `date` is the same as a date.
    val : number, bool or str
        Its value.
    unit : str or None
        Unit of the value.
    age_s : float
        Seconds from the sample to the instant.
    """

    msid: str
    time: float
    date: str
    val: Any
    unit: str | None
    age_s: float


def last_known(msid: str, at: Any = None, max_age: float | None = None) -> LastKnown | None:
    """Return the last good sample of an MSID at or before an instant.

    Parameters
    ----------
    msid : str
        Name, as for `MSID`.
    at : time, optional
        The instant, itself inside; now by default.
    max_age : float, optional
        Seconds before `at` at which a sample is too old to count.

    Returns
    -------
    LastKnown or None
        None if there is no good sample, or none young enough.

    Raises
    ------
    UnknownMsidError
        If there is no such MSID.
    ValuesError
        If max_age is negative or NaN; also a `ValueError`.

    Examples
    --------
    ::

        fetch.last_known("SA_ZATTEST2", "2022:143", max_age=3600)
    """
    if max_age is not None and not max_age >= 0:
        raise ValuesError(f"max_age must be at least 0 seconds, but is {max_age!r}")
    at_s = MSID(msid, at, at).tstart
    end_s, back_s = math.nextafter(at_s, math.inf), 0.0
    # The sample before may be bad: then look through ever longer spans before it.
    while True:
        edge = MSID(msid, end_s, end_s, bracket=True)
        if len(edge) == 0 or edge.times[0] >= end_s or (max_age is not None and edge.times[0] < at_s - max_age):
            return None
        start_s = float(edge.times[0]) - back_s
        dat = MSID(msid, start_s, end_s, filter_bad=True)
        if len(dat):
            return _last_of(dat, at_s, max_age)
        end_s, back_s = start_s, max(_FIRST_LOOK_S, back_s * _WIDER)


def _last_of(dat: MSID, at_s: float, max_age: float | None) -> LastKnown | None:
    """The last sample of an object, unless it is too old."""
    time = float(dat.times[-1])
    if max_age is not None and at_s - time > max_age:
        return None
    value = dat.vals[-1]
    return LastKnown(
        msid=dat.MSID,
        time=time,
        date=str(show(time, "date", dat.time_system)),
        val=value.item() if hasattr(value, "item") else value,
        unit=dat.unit,
        age_s=at_s - time,
    )
