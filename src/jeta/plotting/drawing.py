"""A trace on axes: its line or steps, and what was asked for beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.optional import require
from jeta.plotting.cxctime import label_states, plain, plain_states
from jeta.plotting.dates import to_days
from jeta.plotting.ticks import follow_view, set_time_ticks, slant

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.plotting.trace import Trace

_FIGURE_INCHES = (9.0, 4.0)
_PANEL_INCHES = 1.8
_COLOURS = {"red": "tab:red", "yellow": "goldenrod"}
_NOTHING = "jeta: nothing"
"""The mark of a text that says so."""
_BESIDE_ONE_S = 60.0, 86_400.0
"""How much time to show before and after one sample alone: at least, and, as far as it was asked for, at most."""


def draw(  # noqa: PLR0913 - as plot_cxctime has them
    trace: Trace,
    fmt: str | None = None,
    fig: Any = None,
    ax: Any = None,
    yerr: Any = None,
    xerr: Any = None,
    tz: Any = None,
    state_codes: Any = None,
    interactive: bool = True,
    *,
    bads: bool = False,
    band: bool = True,
    **kwargs: Any,
) -> Any:
    """Draw a trace, with ticks of mission time, its title and its unit.

    Parameters
    ----------
    trace : Trace
        What to draw.
    fmt, fig, ax, yerr, xerr, tz, state_codes, interactive
        As for `plot_cxctime`; without figure and axes a figure is made, if there is none.
    bads : bool
        Whether to mark bad samples, with red crosses.
    band : bool
        Whether to draw the band of statistics.
    **kwargs
        For ``Axes.plot``, or ``Axes.errorbar``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    axes = _one_axes(current_axes(fig) if ax is None else ax)
    is_fresh, is_seen = _forget_nothing(axes) or not axes.has_data(), len(trace.times) > 0
    axes.xaxis_date(tz)
    axes.margins(0.02, 0.05)
    kwargs.setdefault("label", plain(trace.name))
    if not {"lw", "linewidth"} & kwargs.keys():
        kwargs["linewidth"] = 1.0
    if yerr is not None or xerr is not None:
        _draw_errors(axes, trace, fmt, yerr, xerr, kwargs)
    elif len(trace.times):
        is_seen = _draw_line(axes, trace, fmt, bads=bads, band=band, interactive=interactive, kwargs=kwargs)
    _draw_limits(axes, trace)
    axes.autoscale_view()
    if is_fresh and not is_seen:
        _say_nothing(axes, trace)
    _dress(axes, trace, state_codes, interactive=interactive)
    return axes


def draw_as_given(trace: Trace, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Draw a trace with arguments as a user gave them, see `draw`.

    Raises
    ------
    TypeError
        If there are too many, or one is given twice.
    """
    call: Callable[..., Any] = draw
    return call(trace, *args, **options)


def current_axes(fig: Any = None) -> Any:
    """Return the current axes of a figure, by default of the current one, which is made if there is none."""
    if fig is not None:
        return fig.gca()
    pyplot = require("matplotlib.pyplot", extra="plot")
    if not pyplot.get_fignums():
        pyplot.figure(figsize=_FIGURE_INCHES, layout="constrained")
    return pyplot.gca()


def _draw_line(
    axes: Any, trace: Trace, fmt: str | None, *, bads: bool, band: bool, interactive: bool, kwargs: dict[str, Any]
) -> bool:
    """Draw the line, and keep it as fine as the view needs; tell whether there is anything to see."""
    require("matplotlib", extra="plot")
    from jeta.plotting.refiner import Refiner  # noqa: PLC0415 - heavy, and optional

    if trace.steps and not {"drawstyle", "ds"} & kwargs.keys():
        kwargs["drawstyle"] = "steps-post"
    (line,) = axes.plot([], [], *([] if fmt is None else [fmt]), **kwargs)
    crosses = _crosses(axes, trace, line) if bads else None
    region = _region(axes, trace, line) if band else None
    refiner = Refiner(trace, axes, line, crosses, region)
    is_seen = _make_room(axes, trace, line, crosses, region)
    axes.add_artist(refiner)
    if interactive:
        axes.callbacks.connect("xlim_changed", refiner.refine)
    return is_seen


def _crosses(axes: Any, trace: Trace, line: Any) -> Any:
    """Crosses for bad samples above a line, still without any; None where it is not known which are bad."""
    if trace.bads is None:
        return None
    (crosses,) = axes.plot([], [], "x", color="tab:red", markersize=5, label="_bad", zorder=line.get_zorder() + 0.1)
    return crosses


def _region(axes: Any, trace: Trace, line: Any) -> Any:
    """A band of statistics below a line, still without corners; None where there is none."""
    from matplotlib.collections import PolyCollection  # noqa: PLC0415 - heavy, and optional

    if trace.low is None:
        return None
    region = PolyCollection([], facecolor=line.get_color(), alpha=0.25, linewidth=0, zorder=line.get_zorder() - 0.1)
    axes.add_collection(region, autolim=False)
    return region


def _make_room(axes: Any, trace: Trace, line: Any, crosses: Any, region: Any) -> bool:
    """Widen the limits of the axes to what was drawn, and to its times at least; tell whether there is anything to see."""
    crossed = np.empty((0, 2)) if crosses is None else crosses.get_xydata()
    for points in (line.get_xydata(), crossed, *_corners(region)):
        axes.update_datalim(np.asarray(points))
    is_seen = bool(np.isfinite(line.get_ydata()).any()) or len(crossed) > 0
    if not is_seen:
        axes.update_datalim(np.stack([line.get_xdata(), np.zeros(len(line.get_xdata()))], axis=1), updatey=False)
    if trace.times[0] == trace.end_s:
        axes.update_datalim([(day, 0.0) for day in to_days(_around(trace), trace.system)], updatey=False)
    return is_seen


def _around(trace: Trace) -> tuple[float, float]:
    """What to show of the time around one sample alone, seconds."""
    at_s = float(trace.times[0])
    start_s, stop_s = (at_s, at_s) if trace.span is None else trace.span
    least, most = _BESIDE_ONE_S
    return at_s - min(max(at_s - start_s, least), most), at_s + min(max(stop_s - at_s, least), most)


def _corners(region: Any) -> list[Any]:
    """The outlines of a band."""
    return [] if region is None else [path.vertices for path in region.get_paths()]


def _draw_errors(axes: Any, trace: Trace, fmt: str | None, yerr: Any, xerr: Any, kwargs: dict[str, Any]) -> None:
    """Draw all values, with error bars; bad ones are left out."""
    values = trace.values.astype(np.float64)
    if trace.bads is not None:
        values[trace.bads] = np.nan
    axes.errorbar(to_days(trace.times, trace.system), values, yerr=yerr, xerr=xerr, fmt=fmt or "", **kwargs)


def _draw_limits(axes: Any, trace: Trace) -> None:
    """Draw the limits in force, over the times of the samples, or those asked for where there are none."""
    shown_s = (float(trace.times[0]), trace.end_s) if len(trace.times) else trace.span
    if shown_s is None:
        return
    for name in dict.fromkeys(name for _, _, limits in trace.limits for name in limits):
        _draw_limit(axes, trace, name, *shown_s)


def _draw_limit(axes: Any, trace: Trace, name: str, start_s: float, stop_s: float) -> None:
    """Draw one limit from start to stop; at all times, where it has not changed in these."""
    spans = [
        (max(low, start_s), min(high, stop_s), limits.get(name, np.nan))
        for low, high, limits in trace.limits
        if low <= stop_s and high > start_s
    ]
    colour = _COLOURS[name.partition("_")[0]]
    style = {"color": colour, "linestyle": "--", "linewidth": 1.0, "gid": name, "zorder": 2.5, "label": f"_{name}"}
    if [span[:2] for span in spans] == [(start_s, stop_s)]:
        axes.axhline(spans[0][2], **style)
    elif spans:
        points = np.array(
            [point for low, high, value in spans for point in ((low, value), (high, value), (high, np.nan))]
        )
        axes.plot(to_days(points[:, 0], trace.system), points[:, 1], **style)


def _one_axes(axes: Any) -> Any:
    """Return axes, if they are.

    Raises
    ------
    ValuesError
        If they are something else, such as several.
    """
    if not hasattr(axes, "has_data"):
        raise ValuesError(f"ax is {type(axes).__name__}, but must be one axes of matplotlib; of several, such as ax[0]")
    return axes


def _say_nothing(axes: Any, trace: Trace) -> None:
    """Say that there is nothing to see, and show the times that were asked for."""
    text = "no good samples" if len(trace.times) else "no samples"
    if trace.states is None:
        axes.yaxis.set_major_locator(require("matplotlib.ticker", extra="plot").NullLocator())
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color="grey", gid=_NOTHING)
    if not len(trace.times) and trace.span is not None and trace.span[0] < trace.span[1]:
        axes.set_xlim(*to_days(trace.span, trace.system))
    if not axes.has_data():
        axes.set_ylim(0.0, 1.0, auto=True)  # as matplotlib leaves them, for whoever makes them logarithmic


def _forget_nothing(axes: Any) -> bool:
    """Take back what `_say_nothing` did, for what is drawn next; tell whether there was something."""
    said = [text for text in axes.texts if text.get_gid() == _NOTHING]
    for text in said:
        text.remove()
        axes.set_autoscalex_on(True)
        _number_ticks(axes)
    return bool(said)


def _number_ticks(axes: Any) -> None:
    """Write numbers at the y axis, as axes do that nothing was drawn on."""
    ticker = require("matplotlib.ticker", extra="plot")
    axes.yaxis.set_major_locator(ticker.AutoLocator())
    axes.yaxis.set_major_formatter(ticker.ScalarFormatter())


def _dress(axes: Any, trace: Trace, state_codes: Any, *, interactive: bool) -> None:
    """Write title, unit, states and times."""
    axes.set_title(plain(trace.title))
    if trace.unit:
        axes.set_ylabel(plain(trace.unit))
    if state_codes is not None:
        label_states(axes, state_codes)
    elif trace.states is not None:
        label_states(axes, plain_states(trace.states))
    axes.grid(visible=True, alpha=0.3, linewidth=0.6)
    set_time_ticks(axes)
    slant(axes)
    if interactive:
        follow_view(axes)


def draw_together(traces: list[Trace], ax: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Draw several traces on one axes, with a legend; those without samples only if all are.

    Parameters
    ----------
    traces : list of Trace
        At least one.
    ax : matplotlib.axes.Axes
        Where.
    args, options
        As for `draw_as_given`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    traces = [trace for trace in traces if len(trace.times)] or traces[:1]
    states = {trace.states for trace in traces}
    units = list(dict.fromkeys(trace.unit for trace in traces))
    for trace in traces:
        draw_as_given(trace, args, {**options, "ax": ax})
    ax.set_title("")
    if len(units) > 1:
        ax.set_ylabel(plain(", ".join(filter(None, units))))
    if len(states) > 1:
        _number_ticks(ax)  # names of states at the numbers of another MSID would be wrong
    ax.legend(loc="best", fontsize="small")
    return ax


def panels(count: int, fig: Any = None) -> Any:
    """Return axes one below the other, over the same axis of time.

    Parameters
    ----------
    count : int
        How many.
    fig : matplotlib.figure.Figure, optional
        Where; by default a new figure of pyplot.

    Returns
    -------
    array of matplotlib.axes.Axes, shape (count,)
        The axes.
    """
    if fig is None:
        pyplot = require("matplotlib.pyplot", extra="plot")
        size = _FIGURE_INCHES[0], max(_FIGURE_INCHES[1], 0.6 + _PANEL_INCHES * count)
        fig = pyplot.figure(figsize=size, layout="constrained")
    return fig.subplots(count, 1, sharex=True, squeeze=False)[:, 0]


def as_axes(given: Any, count: int) -> Any:
    """Return axes as an array.

    Parameters
    ----------
    given : sequence, or array of any shape, of matplotlib.axes.Axes
        The axes, row by row.
    count : int
        How many there must be.

    Returns
    -------
    array of matplotlib.axes.Axes, shape (count,)
        The axes.

    Raises
    ------
    ValuesError
        If there are not as many.
    """
    axes = np.asarray(given, dtype=object).reshape(-1)
    if len(axes) != count:
        raise ValuesError(f"{len(axes)} axes for {count} MSIDs: give one for each, or one for all")
    return axes
