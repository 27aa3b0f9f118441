"""The three lines of a zoomable plot: values, and the least and greatest of each bin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.optional import require
from jeta.plotting.cxctime import label_states, plain_states
from jeta.plotting.iplot_loading import taken
from jeta.plotting.iplot_view import rows_in_view, y_range
from jeta.plotting.trace import alone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.plotting.trace import Trace

_ROWS_PER_PIXEL = 4
"""To how many rows a long line is reduced: the first, least, greatest and last in each column of pixels."""

_MOST_ROWS_PER_PIXEL = 8
"""Up to how many rows a line is drawn as it is: jagged ones are slow to draw, 60,000 rows of three lines take 2 s."""

_LEAST_ROWS = 5000
_NO_MARKER = frozenset({"None", "none", " ", ""})


class Lines:
    """The lines in some axes; made once, given other samples as the view changes.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    fmt, fmt_minmax : str
        How, in matplotlib's short form.
    style : dict of str to object
        Properties of the line of the values, which win over `fmt`.
    """

    def __init__(self, axes: Any, fmt: str, fmt_minmax: str, style: dict[str, Any]) -> None:
        self._axes = axes
        (self.lower,) = axes.plot([], [], fmt_minmax)
        (self.upper,) = axes.plot([], [], fmt_minmax)
        (self.values,) = axes.plot([], [], fmt)
        self.values.set(**style)
        lines = (self.lower, self.upper, self.values)
        self._without_marker = {line for line in lines if line.get_marker() in _NO_MARKER}
        self._can_step = not {"drawstyle", "ds"} & style.keys()
        self._states: Any = None

    @property
    def are_alive(self) -> bool:
        """Whether the lines are still in their axes, and these in their figure."""
        figure = self._axes.figure
        return self.values.axes is self._axes and figure is not None and self._axes in figure.canvas.figure.axes

    def set_minmax_visible(self, *, visible: bool) -> None:
        """Show or hide the least and greatest values."""
        self.lower.set_visible(visible)
        self.upper.set_visible(visible)

    def show(self, trace: Trace, low_s: float, high_s: float, pixels: float) -> None:
        """Draw a trace: all of it, or, of a long one, what is in view and not more than the pixels can show."""
        if len(trace.times) > _most_rows(pixels):
            rows = trace.rows_between(low_s, high_s)
            ends = rows.stop == len(trace.times)
            trace = replace(taken(trace, rows), until_s=trace.until_s if ends else None)
        self._put(self.values, trace, trace.values, pixels)
        self._put(self.lower, trace, trace.low, pixels)
        self._put(self.upper, trace, trace.high, pixels)
        if self._can_step:
            self.values.set_drawstyle("steps-post" if trace.steps else "default")
        self._name_ticks(trace.states)

    def _put(self, line: Any, trace: Trace, values: NDArray[Any] | None, pixels: float) -> None:
        """Give a line its points."""
        if values is None:
            line.set_data([], [])
            return
        part = replace(trace, values=values)
        rows = np.arange(len(values))
        if len(rows) > _most_rows(pixels):
            rows = part.reduced(slice(0, len(rows)), max(_LEAST_ROWS, round(_ROWS_PER_PIXEL * pixels)))
        days, drawn = part.points(rows)
        line.set_data(days, drawn)
        if line in self._without_marker:
            lonely = alone(days, drawn, steps=trace.steps).tolist()
            line.set(marker="." if lonely else "None", markevery=lonely or None)

    def fit_y(self, trace: Trace, low_s: float, high_s: float) -> None:
        """Make all that is in view fill the height, with 5 % to spare; leave it as it is where nothing is in view."""
        rows = rows_in_view(trace.times, low_s, high_s)
        # A value that holds is seen from before the view on.
        first = max(0, rows.start - 1) if trace.steps else rows.start
        parts = [trace.values] if not self.lower.get_visible() else [trace.values, trace.low, trace.high]
        limits = y_range(part[first : rows.stop] for part in parts if part is not None)
        if limits is not None:
            self._axes.set_ylim(*limits)

    def _name_ticks(self, states: Any) -> None:
        """Write the names of states at the axis, or numbers where there are none."""
        if states == self._states:
            return
        self._states = states
        if states:
            label_states(self._axes, plain_states(states))
            return
        ticker = require("matplotlib.ticker", extra="plot")
        self._axes.yaxis.set_major_locator(ticker.AutoLocator())
        self._axes.yaxis.set_major_formatter(ticker.ScalarFormatter())


def _most_rows(pixels: float) -> float:
    """How many rows are drawn as they are."""
    return max(_LEAST_ROWS, _MOST_ROWS_PER_PIXEL * pixels)


def finite_span(times: NDArray[np.float64], least_s: float) -> tuple[float, float]:
    """Return the span of some instants, of which there must be one, and so many seconds about a single one.

    Examples
    --------
    >>> finite_span(np.array([5.0, 7.0]), 60.0), finite_span(np.array([100.0]), 60.0)
    ((5.0, 7.0), (70.0, 130.0))
    """
    low, high = float(times[0]), float(times[-1])
    return (low, high) if high > low else (low - least_s / 2, high + least_s / 2)
