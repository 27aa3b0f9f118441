"""`plot_cxctime` and its companions, for scripts that have them from ``ska_matplotlib`` or ``Ska.Matplotlib``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.optional import require
from jeta.plotting.dates import DAY_S, to_days
from jeta.plotting.ticks import TickLocs, follow_view, set_time_ticks, slant
from jeta.times import to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

_FORMAT = "-b"


def plot_cxctime(  # noqa: PLR0913 - the ancestors' arguments
    times: Any,
    y: ArrayLike,
    fmt: str = _FORMAT,
    fig: Any = None,
    ax: Any = None,
    yerr: Any = None,
    xerr: Any = None,
    tz: Any = None,
    state_codes: Any = None,
    interactive: bool = True,
    *,
    system: str = "cxcsec",
    **kwargs: Any,
) -> tuple[tuple[TickLocs], Any, Any]:
    """Plot values against time, with ticks of mission time.

    Parameters
    ----------
    times : float64 array, or list of times, shape (rows,)
        Seconds in `system`, or times in any form that `jeta.times` accepts.
    y : array, shape (rows,)
        Values.
    fmt : str
        Colour, marker and line, as for ``Axes.plot``.
    fig : matplotlib.figure.Figure, optional
        Where to draw, if `ax` is not given: on its current axes. By default the current figure.
    ax : matplotlib.axes.Axes, optional
        Where to draw.
    yerr, xerr : float or array, optional
        Errors, those of x in days: draws error bars, as for ``Axes.errorbar``.
    tz : str or tzinfo, optional
        Time zone of the labels; by default UTC.
    state_codes : list of (int, str), optional
        Pairs of raw count and state: the ticks of the y axis.
    interactive : bool
        Draw the figure now, and choose the ticks anew whenever the limits of the x axis change.
    system : {'cxcsec', 'unix'}
        What seconds in `times` count.
    **kwargs
        For ``Axes.plot``, or ``Axes.errorbar``.

    Returns
    -------
    ticklocs : tuple
        As from `set_time_ticks`.
    fig : matplotlib.figure.Figure
        The figure.
    ax : matplotlib.axes.Axes
        The axes.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Notes
    -----
    All values are drawn: `MSID.plot` reduces long series to what the picture can show.

    Examples
    --------
    ::

        plot_cxctime(dat.times, dat.vals, "-r", system=dat.time_system)
    """
    axes = _axes(fig, ax)
    figure = axes.figure if fig is None else fig
    dates = cxctime2plotdate(times, system)
    style = _styled(fmt, kwargs)
    if yerr is not None or xerr is not None:
        axes.errorbar(dates, y, yerr=yerr, xerr=xerr, fmt="".join(style), **kwargs)
    else:
        axes.plot(dates, y, *style, **kwargs)
    axes.xaxis_date(tz)
    ticklocs = set_time_ticks(axes)
    _slant_all(figure, axes)
    if state_codes is not None:
        label_states(axes, state_codes)
    if interactive:
        figure.canvas.draw()
        follow_view(axes)
    return ticklocs, figure, axes


def _axes(fig: Any, ax: Any) -> Any:
    """Where to draw."""
    if ax is not None:
        return ax
    return (require("matplotlib.pyplot", extra="plot").gcf() if fig is None else fig).gca()


def _styled(fmt: str, given: dict[str, Any]) -> list[str]:
    """The format, as arguments; the default one as what other arguments do not say: matplotlib warns of what is said twice."""
    if fmt != _FORMAT:
        return [fmt]
    if not {"color", "c"} & given.keys():
        given["color"] = "b"
    if not {"linestyle", "ls"} & given.keys():
        given["linestyle"] = "-"
    return []


def _slant_all(figure: Any, ax: Any) -> None:
    """Slant the labels, and make room for them unless the figure has a layout of its own, which does."""
    layout = figure.get_layout_engine()
    if layout is None or layout.adjust_compatible:
        figure.autofmt_xdate()
    else:
        slant(ax)


def label_states(ax: Any, state_codes: Any) -> None:
    """Name the states on the y axis.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    state_codes : list of (number, str)
        Pairs of the value drawn and the name of the state.
    """
    ticker = require("matplotlib.ticker", extra="plot")
    counts, names = zip(*state_codes, strict=True) if state_codes else ((), ())
    ax.yaxis.set_major_locator(ticker.FixedLocator(counts))
    ax.yaxis.set_major_formatter(ticker.FixedFormatter(names))
    ax.yaxis.set_minor_locator(ticker.NullLocator())


def plain(text: str) -> str:
    r"""Return a text of the telemetry for matplotlib, which would take what is between two dollar signs for a formula.

    Examples
    --------
    >>> print(plain("US$ to $"))
    US\$ to \$
    """
    return text.replace("$", r"\$")


def plain_states(states: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return states of the telemetry with `plain` names, for `label_states`."""
    return [(number, plain(name)) for number, name in states]


def cxctime2plotdate(times: Any, system: str = "cxcsec") -> NDArray[np.float64]:
    """Return times as matplotlib's dates.

    Parameters
    ----------
    times : float64 array, or list of times, shape (rows,)
        Seconds in `system`, or times in any form that `jeta.times` accepts.
    system : {'cxcsec', 'unix'}
        What seconds count.

    Returns
    -------
    float64 array, shape (rows,)
        Days: the date of the first time, and from there on the seconds since, as in the ancestors. So, in ``cxcsec``, what
        comes after a leap second that is not the first time's is shown a second late; `MSID.plot` shows each at its date.

    Examples
    --------
    >>> cxctime2plotdate([378691266.184, 378777666.184])
    array([14610., 14611.])
    """
    seconds = np.atleast_1d(np.asarray(to_seconds(times, system), np.float64))
    if not len(seconds):
        return np.empty(0)
    return np.asarray(to_days(seconds[0], system) + (seconds - seconds[0]) / DAY_S)


def pointpair(x: ArrayLike, y: ArrayLike | None = None) -> NDArray[Any]:
    """Return the items of two arrays by turns, as for the outline of bins.

    Parameters
    ----------
    x : array, shape (n,)
        What comes first, such as left edges.
    y : array, shape (n,), optional
        What comes second, such as right edges; by default `x` again.

    Returns
    -------
    array, shape (2 n,)
        ``x[0], y[0], x[1], y[1]`` and so on.

    Examples
    --------
    >>> pointpair([1, 2], [10, 20])
    array([ 1, 10,  2, 20])
    """
    return np.stack([np.asarray(x), np.asarray(x if y is None else y)], axis=-1).reshape(-1)


def hist_outline(data: ArrayLike, *args: Any, **kwargs: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the outline of a histogram, to be drawn as a line.

    Parameters
    ----------
    data : array
        Values.
    *args, **kwargs
        For ``numpy.histogram``.

    Returns
    -------
    bins, counts : float64 arrays, shape (2 n + 4,)
        For n bins: x and y of the line, which begins at 0 and ends, after an empty bin as wide as the last, at 0.

    Examples
    --------
    >>> hist_outline([0.5, 1.5, 1.6], bins=[0, 1, 2])
    (array([0., 0., 1., 1., 2., 2., 3., 3.]), array([0., 1., 1., 2., 2., 0., 0., 0.]))
    """
    counts, edges = np.histogram(data, *args, **kwargs)
    edges = np.append(edges, 2.0 * edges[-1] - edges[-2])
    bins = pointpair(edges[:-1], edges[1:])
    heights = pointpair(np.append(counts, 0).astype(np.float64))
    return np.concatenate([bins[:1], bins, bins[-1:]]), np.concatenate([[0.0], heights, [0.0]])
