"""Which samples or statistics a zoomable plot holds, and when it has to load others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from jeta.errors import StatError
from jeta.logs import logger
from jeta.plotting.iplot_view import DAY_S, resolution_for, with_margins

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from jeta.plotting.trace import Trace

    Refetch = Callable[[float, float, str | None], "Fetched"]
    """Returns an MSID from start to stop, seconds, of a statistic or of samples."""

_log = logger("jeta.plotting")

_ROUNDING_S = 1e-3
"""By how much a view may differ from what was asked for, since axes count days."""


class Fetched(Protocol):
    """What is used of an MSID: samples or statistics, and how to get them over another span."""

    MSID: str
    stat: str | None
    unit: str | None
    times: NDArray[np.float64]
    tstart: float
    tstop: float
    datestart: str
    datestop: str
    time_system: str

    def as_trace(self) -> Trace:
        """Return the values as what is drawn."""

    def refetch(self, start: float, stop: float, stat: str | None = None) -> Any:
        """Return the same MSID over another span."""


class Loaded:
    """What is held of an MSID.

    Parameters
    ----------
    dat : Fetched
        What is held at first.
    refetch : callable
        Loads another span, or another resolution.

    Attributes
    ----------
    dat : Fetched
        What is held.
    trace : Trace
        The good samples of it, or statistics, to be drawn.
    span_s : (float, float)
        From where to where, seconds.
    stat : str or None
        Which resolution was asked for; that of `dat` is another where the source has no such statistics.
    fetches : int
        How often something was loaded.
    """

    def __init__(self, dat: Fetched, refetch: Refetch) -> None:
        self._refetch = refetch
        self._has_statistics = True
        self.fetches = 0
        # With bracket=True there are samples beyond the span that was asked for.
        ends_s = dat.times[[0, -1]].tolist() if len(dat.times) else []
        self._take(dat, min([dat.tstart, *ends_s]), max([dat.tstop, *ends_s]), dat.stat)

    def _take(self, dat: Fetched, start_s: float, stop_s: float, stat: str | None) -> None:
        """Hold other samples."""
        # First what may fail: a plot that cannot show the new ones keeps the old ones, whole.
        trace = without_bads(dat.as_trace())
        self.dat, self.trace, self.span_s, self.stat = dat, trace, (start_s, stop_s), stat

    def fit(self, low_s: float, high_s: float, pixels: float) -> bool:
        """Load what a view needs, if that is not what is held.

        Parameters
        ----------
        low_s, high_s : float
            The view, seconds.
        pixels : float
            How wide it is.

        Returns
        -------
        bool
            Whether something was loaded.
        """
        stat = resolution_for((high_s - low_s) / DAY_S, pixels)
        if stat == self.stat and self.span_s[0] - _ROUNDING_S <= low_s and high_s <= self.span_s[1] + _ROUNDING_S:
            return False
        start_s, stop_s = with_margins(low_s, high_s)
        self._take(self._fetched(start_s, stop_s, stat), start_s, stop_s, stat)
        return True

    def _fetched(self, start_s: float, stop_s: float, stat: str | None) -> Fetched:
        """Load; samples where there are no statistics."""
        self.fetches += 1
        if stat is None or not self._has_statistics:
            return self._refetch(start_s, stop_s, None)
        try:
            return self._refetch(start_s, stop_s, stat)
        except StatError as err:
            _log.info("%s has no statistics, so that samples are drawn: %s", self.dat.MSID, err)
            self._has_statistics = False
            return self._refetch(start_s, stop_s, None)


def without_bads(trace: Trace) -> Trace:
    """Return a trace without its bad samples."""
    return trace if trace.bads is None else taken(replace(trace, bads=None), ~trace.bads)


def taken(trace: Trace, rows: slice | NDArray[np.bool_]) -> Trace:
    """Return some rows of a trace without bad samples."""
    low, high = (None if edge is None else edge[rows] for edge in (trace.low, trace.high))
    return replace(trace, times=trace.times[rows], values=trace.values[rows], low=low, high=high)
