"""`Refiner`: draws of long series what the pixels can show, and more of it when the view zooms in.

An artist among those of its axes, though an invisible one: so it lives as long as they do, and looks at the view before each
drawing, also at another resolution into a file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist

from jeta.plotting.dates import to_seconds_of
from jeta.plotting.trace import alone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.plotting.trace import Trace

_LINE_POINTS_A_PIXEL = 4
_MARKER_POINTS_A_PIXEL = 64
"""Markers do not hide what is between the lowest and the highest of a pixel, as a line does."""
_WIDTH_TO_SPARE = 2


class Refiner(Artist):
    """Keeps a line, and what is beside it, as fine as what is in view needs.

    Parameters
    ----------
    trace : Trace
        All samples; at least one.
    axes : matplotlib.axes.Axes
        Where they are drawn.
    line, crosses : matplotlib.lines.Line2D
        The line, and the crosses of bad samples; the latter may be None.
    band : matplotlib.collections.PolyCollection or None
        The band of statistics.

    Notes
    -----
    The line always runs over all times, coarsely outside the view, so that the limits of the axes can be worked out from it.
    A pickled figure holds what is drawn, without the samples.
    """

    def __init__(self, trace: Trace, axes: Any, line: Any, crosses: Any = None, band: Any = None) -> None:
        super().__init__()
        self._trace: Trace | None = trace
        self._line, self._crosses, self._band = line, crosses, band
        self._marker = line.get_marker()
        has_markers = self._marker not in ("None", "none", None, "", " ")
        self._points_a_pixel = _MARKER_POINTS_A_PIXEL if has_markers else _LINE_POINTS_A_PIXEL
        self._seen: tuple[float, float, float] | None = None
        self._width = max(axes.bbox.width, 1.0) * _WIDTH_TO_SPARE
        self._all = slice(0, len(trace.times))
        self._coarse = trace.reduced(self._all, self._points(self._width))
        self._put(self._coarse, self._all, self._width)
        self.set_in_layout(False)
        self.set_zorder(-math.inf)

    def draw(self, renderer: Any) -> None:
        """Draw nothing, but see to it that the others draw what the view needs."""
        del renderer
        self.refine()

    def refine(self, axes: Any = None) -> None:
        """Draw anew what is in view, if that, or its width in pixels, has changed."""
        axes = self.axes if axes is None else axes
        if axes is None or self._trace is None:
            return
        low, high = sorted(axes.get_xlim())
        seen = low, high, float(axes.bbox.width)
        if seen == self._seen:
            return
        self._seen = seen
        start_s, stop_s = to_seconds_of([low, high], self._trace.system).tolist()
        rows = self._trace.rows_between(start_s, stop_s)
        width = max(seen[2], 1.0)
        if rows == self._all and width <= self._width:
            self._put(self._coarse, rows, self._width)
            return
        fine = self._trace.reduced(rows, self._points(width * _WIDTH_TO_SPARE))
        before, after = self._coarse[self._coarse < rows.start], self._coarse[self._coarse >= rows.stop]
        self._put(np.concatenate([before, fine, after]), rows, width * _WIDTH_TO_SPARE)

    def _points(self, width: float) -> int:
        """How many samples to draw in so many pixels."""
        return math.ceil(width) * self._points_a_pixel

    def _put(self, kept: NDArray[np.intp], rows: slice, width: float) -> None:
        """Draw some rows; of the bad samples and the band, all of a span that is in view."""
        trace = self._trace
        if trace is None:
            return
        days, values = trace.points(kept)
        self._line.set_data(days, values)
        if self._points_a_pixel == _LINE_POINTS_A_PIXEL:
            lone = alone(days, values, steps=trace.steps)
            self._line.set(marker="." if len(lone) else self._marker, markevery=lone.tolist() if len(lone) else None)
        if self._crosses is not None:
            self._crosses.set_data(*trace.bad_points(rows, self._points(width)))
        if self._band is not None:
            self._band.set_verts(trace.band(rows, self._points(width)))

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = dict(vars(self))
        state.update(super().__getstate__())  # type: ignore[call-overload] # a dict, which type stubs do not say
        return {**state, "_trace": None, "_coarse": None}
