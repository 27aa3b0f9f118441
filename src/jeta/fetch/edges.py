"""Values at the edges of a span: the last known one before an instant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from jeta.errors import ValuesError
from jeta.fetch import names, query, session
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
    return find_last_known(MSID, msid, at, max_age)


def find_last_known(kind: type[MSID], msid: str, at: Any, max_age: float | None) -> LastKnown | None:
    """Return the same, in the units of the module that a class belongs to; see `last_known`."""
    if max_age is not None and not (isinstance(max_age, Real) and max_age >= 0):
        raise ValuesError(f"max_age must be a number of at least 0 seconds, but is {max_age!r}")
    archive = session.archive_for_fetch()
    system = archive.time_system
    at_s = query.now_s(system) if at is None else query.one_instant(at, system)
    oldest_s = -math.inf if max_age is None else at_s - max_age
    find = _of_computed if names.find_one(msid, archive).computed is not None else _of_stored
    dat = find(kind, msid, at_s, oldest_s)
    return None if dat is None else _last_of(dat, at_s, oldest_s)


def _of_stored(kind: type[MSID], msid: str, at_s: float, oldest_s: float) -> MSID | None:
    """Samples of which the last is the last good one; from sample to sample back, over ever longer spans."""
    end_s, back_s = math.nextafter(at_s, math.inf), 0.0
    while True:
        # Sources besides the archive give the sample before a span, but not before none.
        edge = kind(msid, end_s - 1.0, end_s, bracket=True)
        before = edge.times[edge.times < end_s]
        if len(before) == 0 or before[-1] < oldest_s:
            return None
        start_s = float(before[-1]) - back_s
        dat = kind(msid, start_s, end_s, filter_bad=True)
        if len(dat):
            return dat
        end_s, back_s = start_s, max(_FIRST_LOOK_S, back_s * _WIDER)


def _of_computed(kind: type[MSID], msid: str, at_s: float, oldest_s: float) -> MSID | None:
    """The same of what has no index: ever longer spans, back to the first sample of the archive."""
    first_s = session.archive_for_fetch().first_instant()
    oldest_s = max(oldest_s, at_s if first_s is None else first_s)
    back_s = _FIRST_LOOK_S
    while True:
        start_s = max(oldest_s, at_s - back_s)
        dat = kind(msid, start_s, math.nextafter(at_s, math.inf), filter_bad=True)
        dat.take(dat.times <= at_s)
        if len(dat):
            return dat
        if start_s <= oldest_s:
            return None
        back_s *= _WIDER


def _last_of(dat: MSID, at_s: float, oldest_s: float) -> LastKnown | None:
    """The last sample of an object, unless it is too old."""
    time = float(dat.times[-1])
    if time < oldest_s:
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
