"""`MsidPlot`: a plot of one MSID that loads, as the view changes, the resolution that fits it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from jeta.errors import ValuesError
from jeta.logs import logger
from jeta.optional import require
from jeta.plotting import iplot_view as view
from jeta.plotting.cxctime import plain
from jeta.plotting.dates import to_days, to_seconds_of
from jeta.plotting.iplot_keys import HELP, keys_of
from jeta.plotting.iplot_lines import Lines, finite_span
from jeta.plotting.iplot_loading import Loaded
from jeta.plotting.ticks import set_time_ticks, slant
from jeta.times import now, to_seconds, unix_to_cxcsec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeta.plotting.iplot_keys import Actions
    from jeta.plotting.iplot_loading import Fetched, Refetch
    from jeta.plotting.trace import Trace

_log = logger("jeta.plotting")

_ZOOM = 4.0
_LEAST_SPAN_S = 60.0


class MsidPlot:
    """A plot of one MSID to zoom and pan in: daily or 5min statistics, or samples, as the view needs.

    A view of more days than the axes have pixels shows daily statistics; one of more bins of 5min than pixels these; any
    other the samples. They are loaded when the view leaves what was loaded before, or needs another resolution, with a
    quarter of the span more at both sides. Bad samples are left out.

    Parameters
    ----------
    msid : MSID
        What to plot at first, with at least one good sample.
    fmt, fmt_minmax : str
        How to draw values, and the least and greatest of each bin, in matplotlib's short form.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default the current figure, which is cleared.
    refetch : callable, optional
        ``refetch(start, stop, stat)``, seconds, returns the MSID over another span; by default the method of `msid`.
    earliest : float, optional
        The archive's first sample, seconds: views may begin there, should it be before 1999:100.
    **plot_kwargs
        Properties of the line of values, such as ``color``, ``lw`` or ``label``; and ``tz``, the time zone of the ticks.

    Attributes
    ----------
    fig, ax
        matplotlib's figure and axes.
    msid : MSID
        What is shown now.
    stat : {'daily', '5min', None}
        The resolution that the view needs; `msid.stat` is another where a source has no statistics.
    scaley, plot_mins : bool
        Whether y follows the view, and whether minima and maxima are shown.
    status : str
        What happened last, as written in the figure; empty if nothing needs to be said.

    Raises
    ------
    ValuesError
        If there is no good sample, or no line can show the values; also a `ValueError`.
    MissingExtraError
        If matplotlib is not installed.

    Notes
    -----
    Keys, with the mouse in the figure, over the axes for z and p: **z** zooms in by 4 about the cursor, **p** out by 4,
    **m** shows or hides minima and maxima, **y** turns automatic scaling of y on or off, **a** goes back to the whole span,
    **?** lists the keys. Views end at now + 1e7 s. If something cannot be loaded, the figure says so and keeps what it has.
    """

    def __init__(
        self,
        msid: Fetched,
        fmt: str = "-b",
        fmt_minmax: str = "-c",
        *,
        ax: Any = None,
        refetch: Refetch | None = None,
        earliest: float | None = None,
        **plot_kwargs: Any,
    ) -> None:
        self._system = msid.time_system
        self._loaded = Loaded(msid, msid.refetch if refetch is None else refetch)
        times = self._loaded.trace.times
        if len(times) == 0:
            raise ValuesError(
                f"{msid.MSID} has no good sample from {msid.datestart} to {msid.datestop}, so that there is nothing to plot; "
                "fetch a span that has some"
            )
        self._whole_s = finite_span(times, _LEAST_SPAN_S)
        first_s = float(to_seconds(view.FIRST_DATE, self._system))
        self._first_s = min(first_s, self._whole_s[0], first_s if earliest is None else earliest)
        self.scaley = self.plot_mins = True
        self.status = ""
        self._is_busy = False
        self.ax = _cleared_axes() if ax is None else ax
        self.fig = self.ax.figure.canvas.figure  # that of the window, also where axes are in a subfigure
        self.ax.xaxis_date(plot_kwargs.pop("tz", None))
        self._lines = Lines(self.ax, fmt, fmt_minmax, plot_kwargs)
        self._note = self.ax.text(0.01, 0.01, "", transform=self.ax.transAxes, fontsize="small", color="0.3", zorder=5)
        # A long message must not push the axes out of the figure.
        self._note.set(wrap=True, in_layout=False)
        self._help: Any = None
        if ax is None:
            self._make_room()
        self._show_whole()
        self._listen()
        self.fig.canvas.draw_idle()

    # ------------------------------------------------------------------ what is shown

    @property
    def msid(self) -> Fetched:
        """The samples or statistics that are shown."""
        return self._loaded.dat

    @property
    def stat(self) -> str | None:
        """The resolution that the view needs."""
        return self._loaded.stat

    @property
    def trace(self) -> Trace:
        """What is loaded, as it is drawn."""
        return self._loaded.trace

    @property
    def fetches(self) -> int:
        """How often something was loaded."""
        return self._loaded.fetches

    @property
    def lines(self) -> tuple[Any, Any, Any]:
        """Lines of values, minima and maxima, of matplotlib."""
        return self._lines.values, self._lines.lower, self._lines.upper

    @property
    def tstart(self) -> float:
        """Start of the view, seconds."""
        return self._view_s()[0]

    @property
    def tstop(self) -> float:
        """Stop of the view, seconds."""
        return self._view_s()[1]

    def _view_s(self) -> tuple[float, float]:
        """The view, seconds; also where the axis runs backwards."""
        low, high = sorted(self.ax.get_xlim())
        low_s, high_s = to_seconds_of([low, high], self._system).tolist()
        return low_s, high_s

    def _last_s(self) -> float:
        """Where views end at the latest, seconds."""
        now_s = now() if self._system == "unix" else float(unix_to_cxcsec(now()))
        return max(now_s + view.FUTURE_S, self._whole_s[1])

    # ------------------------------------------------------------------ drawing

    def _show_whole(self) -> None:
        """Show all of what was there at first."""
        with self._busy():
            self._set_view(*self._whole_s)
            self._draw()

    def _make_room(self) -> None:
        """Make all labels fit beside the axes, whose width, which decides the resolution, is only known then."""
        if self.fig.get_layout_engine() is None:
            self.fig.set_layout_engine("constrained")
        self._set_view(*self._whole_s)
        self._paint(*self._whole_s)
        self.fig.draw_without_rendering()

    def _set_view(self, low_s: float, high_s: float) -> None:
        """Show a span, within what may be seen."""
        low_s, high_s = view.limited(low_s, high_s, self._first_s, self._last_s())
        self.ax.set_xlim(*to_days([low_s, high_s], self._system))

    def _draw(self) -> None:
        """Load what the view needs, and draw it."""
        asked_s = self._view_s()
        low_s, high_s = view.limited(*asked_s, self._first_s, self._last_s())
        # Not for less than what turning seconds into days and back may lose.
        if max(abs(low_s - asked_s[0]), abs(high_s - asked_s[1])) > 1.0:
            self._set_view(low_s, high_s)
        self._loaded.fit(low_s, high_s, float(self.ax.bbox.width))
        self._paint(low_s, high_s)

    def _paint(self, low_s: float, high_s: float) -> None:
        """Draw what is loaded."""
        self._lines.show(self.trace, low_s, high_s, float(self.ax.bbox.width))
        if self.scaley:
            self._lines.fit_y(self.trace, low_s, high_s)
        self._label()

    def _label(self) -> None:
        """Write title, unit and dates."""
        self.ax.set_title(plain(self.trace.title))
        self.ax.set_ylabel(plain(self.trace.unit or ""))
        rows = view.rows_in_view(self.trace.times, *self._view_s())
        set_time_ticks(self.ax)
        slant(self.ax)
        self._say("" if rows.start < rows.stop or self.trace.steps else "nothing in view")

    def _say(self, text: str) -> None:
        """Write what happened into the figure, and beside the toolbar where there is one."""
        self.status = text
        self._note.set_text(plain(text))
        toolbar = getattr(self.fig.canvas, "toolbar", None)
        if text and toolbar is not None:
            toolbar.set_message(text)
        if text:
            _log.info("%s: %s", self.msid.MSID, text)

    # ------------------------------------------------------------------ events

    def _listen(self) -> None:
        """Follow the view, the size of the window, and the keys."""
        # The registries remember methods weakly, but the plot must live as long as its window, whoever holds it.
        self.ax.callbacks.connect("xlim_changed", partial(MsidPlot._follow, self))
        self._resize_id = self.fig.canvas.mpl_connect("resize_event", partial(MsidPlot._follow, self))
        actions: Actions = {
            "z": partial(self._zoom, 1 / _ZOOM),
            "p": partial(self._zoom, _ZOOM),
            "m": self._toggle_minmax,
            "y": self._toggle_scaling,
            "a": self._autoscale,
            "?": self._toggle_help,
        }
        keys_of(self.fig).add(actions, lambda: self._lines.are_alive)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Do not follow changes of the view that are made within the block."""
        before, self._is_busy = self._is_busy, True
        try:
            yield
        finally:
            self._is_busy = before

    def _follow(self, event: Any = None) -> None:
        """Draw what fits the view; what goes wrong is told in the figure, since a window has no caller to tell."""
        del event
        if not self._lines.are_alive:
            self.fig.canvas.mpl_disconnect(self._resize_id)
        if self._is_busy or not self._lines.are_alive:
            return
        with self._busy():
            try:
                self._draw()
            except Exception as err:  # noqa: BLE001 - whatever a source or a user's class raises would be lost in a window's loop
                _log.warning("%s: cannot load what the view needs", self.msid.MSID, exc_info=True)
                self._say(f"not loaded: {type(err).__name__}: {err}")
        self.fig.canvas.draw_idle()

    def _zoom(self, factor: float, event: Any) -> None:
        """Make the view shorter or longer about the cursor."""
        if event.inaxes is not self.ax or event.xdata is None:
            return
        self._remember_view()
        low_s, high_s = self._view_s()
        about_s = float(to_seconds_of(event.xdata, self._system))
        self._set_view(*view.zoomed(low_s, high_s, about_s, factor))

    def _remember_view(self) -> None:
        """Let the toolbar's buttons go back to the view that is left."""
        toolbar = getattr(self.fig.canvas, "toolbar", None)
        if toolbar is not None:
            toolbar.push_current()

    def _toggle_minmax(self, event: Any) -> None:
        """Show or hide minima and maxima."""
        del event
        self.plot_mins = not self.plot_mins
        self._lines.set_minmax_visible(visible=self.plot_mins)
        self._follow()
        self._say(f"minima and maxima {'shown' if self.plot_mins else 'hidden'}")

    def _toggle_scaling(self, event: Any) -> None:
        """Let y follow the view, or not."""
        del event
        self.scaley = not self.scaley
        self._follow()
        self._say(f"automatic y range {'on' if self.scaley else 'off'}")

    def _autoscale(self, event: Any) -> None:
        """Go back to the whole span, whether or not y follows the view."""
        del event
        self._remember_view()
        self._set_view(*self._whole_s)
        self._lines.fit_y(self.trace, *self._view_s())

    def _toggle_help(self, event: Any) -> None:
        """Show or hide the list of keys."""
        del event
        if self._help is None:
            box = {"boxstyle": "round", "facecolor": "lightyellow", "edgecolor": "0.5", "alpha": 0.95}
            style = {"va": "top", "family": "monospace", "fontsize": "small", "bbox": box, "zorder": 10}
            self._help = self.ax.text(0.02, 0.97, HELP, transform=self.ax.transAxes, in_layout=False, **style)
        else:
            self._help.remove()
            self._help = None
        self.fig.canvas.draw_idle()

    def __reduce__(self) -> tuple[Any, ...]:
        # A window cannot be copied or pickled; the samples that hold it can, without it.
        return type(None), ()


def _cleared_axes() -> Any:
    """Return axes in the current figure, which is cleared."""
    pyplot = require("matplotlib.pyplot", extra="plot")
    figure = pyplot.gcf()
    figure.clear()
    return figure.add_subplot()
