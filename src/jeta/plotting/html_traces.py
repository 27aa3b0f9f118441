"""Traces as what plotly draws: lines, steps, bands, crosses; pure dictionaries, nothing of plotly itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.plotting.trace import alone
from jeta.reduction import reduce_rows
from jeta.times import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.plotting.trace import Trace

_BLUE, _BAND, _RED, _YELLOW = "#1f77b4", "rgba(31,119,180,0.25)", "#d62728", "#d4a017"
_MARKER_PX = 5
_TIME = "%{x|%Y:%j:%H:%M:%S.%3f}"


def text(data: str) -> str:
    """Return data as text that neither a browser nor plotly takes for markup, or for a place to fill in.

    Examples
    --------
    >>> text("<b> & %{x}")
    '&lt;b&gt; &amp; &#37;{x}'
    """
    return escape(data, quote=True).replace("%", "&#37;")


def traces_of(trace: Trace, axis: str, n: int, *, bads: bool) -> list[dict[str, Any]]:
    """Return what plotly draws in one panel.

    Parameters
    ----------
    trace : Trace
        What to show.
    axis : str
        Plotly's name of the y axis.
    n : int
        How many samples to draw at most; all extremes are among them.
    bads : bool
        Whether to mark bad samples with red crosses.

    Returns
    -------
    list of dict
        Those at the back first.
    """
    trace = trace.in_order()
    gap_s = trace.gap_s if np.isfinite(trace.gap_s) else None
    beside = {"bads": trace.bads, "low": trace.low, "high": trace.high}
    rows = reduce_rows(trace.times, trace.values, n, **beside, steps=trace.steps, gap_s=gap_s)
    # Rows between which others were left out are no gap, however far apart.
    breaks = np.flatnonzero((np.diff(rows) == 1) & (np.diff(trace.times[rows]) > trace.gap_s)) + 1
    found = _limits(trace)
    if trace.low is not None and trace.high is not None:
        found.append(_band(trace, rows, breaks))
    found.append(_line(trace, rows, breaks))
    if bads and trace.bads is not None:
        found.append(_crosses(trace, n))
    return [{"type": "scatter", "xaxis": "x", "yaxis": axis, "showlegend": False, **one} for one in found]


def dates(seconds: NDArray[np.float64], system: str) -> list[str]:
    """Return instants, to the us, in the form that plotly reads as UTC; a leap second as the second after it.

    Examples
    --------
    >>> dates(np.array([1653266167.888]), "unix")
    ['2022-05-23T00:36:07.888000']
    """
    texts: list[str] = np.datetime_as_string(
        show(seconds, "datetime64", system), unit="us", casting="same_kind"
    ).tolist()
    return texts


def _hover(trace: Trace, value: str, extra: str = "") -> str:
    """What is shown beside the cursor."""
    unit = f" {text(trace.unit)}" if trace.unit else ""
    return f"{_TIME}<br>{value}{unit}<extra>{text(trace.name)}{extra}</extra>"


def _line(trace: Trace, rows: NDArray[np.intp], breaks: NDArray[np.intp]) -> dict[str, Any]:
    """The values, as a line or as steps, with a NaN in each gap."""
    values = trace.values[rows].astype(np.float64)
    if trace.bads is not None:
        values[trace.bads[rows]] = np.nan
    # A step ends where its sample is, since nobody knows for how long it went on.
    times = np.insert(trace.times[rows], breaks, trace.times[rows][breaks - 1])
    values = np.insert(values, breaks, np.nan)
    if len(times) and trace.end_s > times[-1]:
        times, values = np.append(times, trace.end_s), np.append(values, values[-1])
    line: dict[str, Any] = {
        "x": dates(times, trace.system),
        "y": values,
        "name": text(trace.name),
        "mode": "lines",
        "line": {"color": _BLUE, "width": 1.2, "shape": "hv" if trace.steps else "linear"},
        "connectgaps": False,
        **_shown_values(trace, values),
    }
    lonely = alone(times, values, steps=trace.steps)
    if len(lonely):
        # A sample that no line leads to or from would not be seen.
        sizes = np.zeros(len(times), np.int64)
        sizes[lonely] = _MARKER_PX
        line["mode"] = "lines+markers"
        line["marker"] = {"color": _BLUE, "size": sizes.tolist(), "line": {"width": 0}}
    if trace.low is not None and trace.high is not None:
        edges = np.stack([trace.low[rows], trace.high[rows]], axis=1).astype(np.float64)
        line["customdata"] = np.insert(edges, breaks, np.nan, axis=0)
        line["hovertemplate"] = _hover(trace, "%{y} (%{customdata[0]} to %{customdata[1]})")
    return line


def _shown_values(trace: Trace, values: NDArray[np.float64], extra: str = "") -> dict[str, Any]:
    """How the values are told beside the cursor: as numbers, or by the names of states."""
    if not trace.states:
        return {"hovertemplate": _hover(trace, "%{y}", extra)}
    return {"text": names_of(values, trace.states), "hovertemplate": _hover(trace, "%{text}", extra)}


def names_of(values: NDArray[np.float64], names: Sequence[tuple[float, str]]) -> list[str]:
    """Return what numbers are called, fit for plotly; those without a name are themselves.

    Examples
    --------
    >>> names_of(np.array([1.0, 0.0, 7.0]), [(0, "OFF"), (1, "<ON>")])
    ['&lt;ON&gt;', 'OFF', '7']
    """
    by_number = {float(number): name for number, name in names}
    distinct, place = np.unique(values, return_inverse=True)
    of_distinct = [text(by_number.get(number, f"{number:g}")) for number in distinct.tolist()]
    return [of_distinct[each] for each in place.tolist()]


def _band(trace: Trace, rows: NDArray[np.intp], breaks: NDArray[np.intp]) -> dict[str, Any]:
    """Least and greatest values, as a surface: one outline for each stretch between gaps, with a gap between outlines."""
    times = trace.times[rows]
    lower, upper = (np.asarray(edge, np.float64)[rows] for edge in (trace.low, trace.high))
    x: list[str | None] = []
    y: list[float | None] = []
    for stretch in np.split(np.arange(len(rows)), breaks):
        part = stretch[np.isfinite(lower[stretch]) & np.isfinite(upper[stretch])]
        there = dates(times[part], trace.system)
        x += [*there, *there[::-1], None]
        y += [*upper[part].tolist(), *lower[part][::-1].tolist(), None]
    return {
        "x": x,
        "y": y,
        "name": text(f"{trace.name} min, max"),
        "mode": "lines",
        "line": {"width": 1, "color": _BAND},
        "fill": "toself",
        "fillcolor": _BAND,
        "hoverinfo": "skip",
    }


def _crosses(trace: Trace, n: int) -> dict[str, Any]:
    """Bad samples."""
    bad = np.empty(0, np.intp) if trace.bads is None else np.flatnonzero(trace.bads)
    bad = bad[reduce_rows(trace.times[bad], trace.values[bad], n)]
    values = trace.values[bad].astype(np.float64)
    return {
        "x": dates(trace.times[bad], trace.system),
        "y": values,
        "name": text(f"{trace.name} bad"),
        "mode": "markers",
        "marker": {"color": _RED, "symbol": "x-thin", "size": 7, "line": {"width": 1.5, "color": _RED}},
        **_shown_values(trace, values, " bad"),
    }


def _limits(trace: Trace) -> list[dict[str, Any]]:
    """The limits, each as steps from one change to the next."""
    if not len(trace.times):
        return []
    first_s, last_s = float(trace.times[0]), trace.end_s
    inside = [(max(start, first_s), min(stop, last_s), limits) for start, stop, limits in trace.limits]
    inside = [(start, stop, limits) for start, stop, limits in inside if start <= stop]
    names = sorted({name for *_, limits in inside for name in limits})
    return [
        _limit(trace, name, [(start, stop, each[name]) for start, stop, each in inside if name in each])
        for name in names
    ]


def _limit(trace: Trace, name: str, spans: list[tuple[float, float, float]]) -> dict[str, Any]:
    """One limit."""
    x: list[str] = []
    y: list[float | None] = []
    for start_s, stop_s, value in spans:
        begin, end = dates(np.array([start_s, stop_s]), trace.system)
        # A null ends the line where the limit does: after it there may be none for a while.
        x, y = [*x, begin, end, end], [*y, value, value, None]
    return {
        "x": x,
        "y": y,
        "name": text(f"{trace.name} {name}"),
        "mode": "lines",
        "line": {"color": _YELLOW if name.startswith("yellow") else _RED, "width": 1, "dash": "dash"},
        "connectgaps": False,
        "hovertemplate": _hover(trace, "%{y}", f" {text(name)}"),
    }
