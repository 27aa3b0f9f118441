"""Tools beside fetch that the ancestors' scripts import: intervals of plain arrays, the size of a fetch, a table of MSIDs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import intervals as spans
from jeta.errors import ValuesError
from jeta.fetch import session
from jeta.fetch.msid import STATS_DT
from jeta.fetch.query import one_instant
from jeta.fetch.session import set_fetch_basedir
from jeta.fetch.sizes import FETCH_SIZES, get_fetch_size
from jeta.fetch.telem_table import get_telem_table
from jeta.times import show, to_seconds

if TYPE_CHECKING:
    from astropy.table import Table
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FETCH_SIZES",
    "STATS_DT",
    "NoTelemetryError",
    "get_date_id",
    "get_fetch_size",
    "get_telem_table",
    "logical_intervals",
    "set_fetch_basedir",
    "state_intervals",
]


class NoTelemetryError(ValuesError):
    """No samples where some are needed."""

    code = "no-telemetry"


def _system() -> str:
    """The time system of the archive in use; Unix time where there is none."""
    return session.archive_for_fetch().time_system if session.is_any_in_use() else "unix"


def logical_intervals(
    times: ArrayLike,
    bools: ArrayLike,
    complete_intervals: bool = False,
    max_gap: float | None = None,
    start: Any = None,
    stop: Any = None,
) -> Table:
    """Return the intervals during which an array is true.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Instants of the samples, seconds in the time system of the archive in use.
    bools : bool array, shape (rows,)
        Whether it is true at each.
    complete_intervals : bool
        Leave out intervals that begin with the first or end with the last sample.
    max_gap : float, optional
        Cut intervals at spacings of more than so many seconds, see `fetch.MSID.logical_intervals`.
    start, stop : time, optional
        Cut intervals to these, and let the first state begin at start and the last one end at stop.

    Returns
    -------
    astropy.table.Table
        Columns datestart, datestop (str), duration, tstart, tstop (float64, seconds).

    Raises
    ------
    IntervalError
        If there are no samples, or one without start and stop; also a `ValueError`.

    Examples
    --------
    >>> found = logical_intervals([10, 12, 14, 20, 22, 30], [0, 1, 1, 0, 0, 1])
    >>> found["tstart"].tolist(), found["tstop"].tolist()
    ([11.0, 26.0], [17.0, 34.0])
    """
    system = _system()
    found = spans.logical_intervals(
        _seconds(times, system),
        np.asarray(bools, bool),
        complete_intervals,
        max_gap,
        *_edges(start, stop, system),
    )
    return spans.to_table(found, system)


def state_intervals(times: ArrayLike, vals: ArrayLike, start: Any = None, stop: Any = None) -> Table:
    """Return the intervals during which an array keeps its value.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Instants of the samples, seconds in the time system of the archive in use.
    vals : array, shape (rows,)
        Values; NaN differs from itself.
    start, stop : time, optional
        As for `logical_intervals`.

    Returns
    -------
    astropy.table.Table
        Columns datestart, datestop (str), duration, tstart, tstop (float64, seconds), val.

    Raises
    ------
    IntervalError
        If there are no samples, or one without start and stop; also a `ValueError`.

    Examples
    --------
    >>> found = state_intervals([10, 12, 14, 20], ["ON", "ON", "OFF", "OFF"])
    >>> found["tstart"].tolist(), found["val"].tolist()
    ([9.0, 13.0], ['ON', 'OFF'])
    """
    system = _system()
    found, states = spans.state_intervals(_seconds(times, system), np.asarray(vals), *_edges(start, stop, system))
    return spans.to_table(found, system, val=states)


def _seconds(times: ArrayLike, system: str) -> NDArray[np.float64]:
    """Instants in seconds, as they are or from whatever form they have."""
    array = np.asarray(times)
    if array.dtype.kind in "iuf":
        return array.astype(np.float64, copy=False)
    return np.atleast_1d(np.asarray(to_seconds(times, system), np.float64))


def _edges(start: Any, stop: Any, system: str) -> tuple[float | None, float | None]:
    """Seconds of start and stop; None stays None."""
    low, high = (None if edge is None else one_instant(edge, system) for edge in (start, stop))
    return low, high


def get_date_id(date: Any) -> str:
    """Return a time as part of a file name.

    Parameters
    ----------
    date : time
        In any accepted form.

    Examples
    --------
    >>> get_date_id("2019-02-20 21:09:58")
    '2019-02-20T2109z'
    """
    iso = str(show(one_instant(date, "unix"), "iso", "unix"))
    return re.sub(r"^(\S+) (\d\d):(\d\d).*$", r"\1T\2\3z", iso)
