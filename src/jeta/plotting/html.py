"""Plots as pages for a browser, which need no kernel and no network. Needs the extra ``html``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.optional import require
from jeta.plotting.html_traces import dates, text, traces_of
from jeta.tables.placing import placed

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from jeta.plotting.trace import Trace

PLOTLYJS: dict[str, bool | str] = {"embed": True, "cdn": "cdn"}
"""Ways for a page to get at plotly's program: within it (5 MB), or from the network when it is opened."""

_CONFIG = {
    "responsive": True,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d"],
    # Telemetry leaves the page for no server, not even at the press of a button.
    "showSendToCloud": False,
}

_PANEL_PX = 260
_AROUND_PX = 140
_GAP_PX = 36
"""Height of a panel, of all around the panels, and of what is between two, pixels."""

_ABOUT_ONE_S = 30.0
"""What is shown on either side of an only instant, seconds."""

_TICKS = (
    (None, 1000, "%H:%M:%S.%L"),
    (1000, 60_000, "%H:%M:%S"),
    (60_000, 86_400_000, "%j:%H:%M"),
    (86_400_000, "M1", "%Y:%j"),
    ("M1", "M12", "%Y-%b"),
    ("M12", None, "%Y"),
)
"""Spacing of ticks from and to, ms or months, and the form of their labels."""


def page(panels: Sequence[Trace], title: str, n: int, *, bads: bool = False, plotlyjs: str = "embed") -> str:
    """Return a page with one panel below the other, all over one axis of time.

    Parameters
    ----------
    panels : sequence of Trace
        What to show; none gives a page that says so.
    title : str
        What to write above, and in the tab of the browser.
    n : int
        How many samples of each to draw at most; all extremes are among them.
    bads : bool
        Whether to mark bad samples with red crosses.
    plotlyjs : {'embed', 'cdn'}
        Whether plotly's program is in the page, or comes from the network when it is opened.

    Returns
    -------
    str
        HTML. No data is taken for markup, whatever is in names and texts.

    Raises
    ------
    ValuesError
        If `plotlyjs` is something else, or `n` is below 1.
    MissingExtraError
        If plotly is not installed.
    """
    if plotlyjs not in PLOTLYJS:
        raise ValuesError(f"plotlyjs is {plotlyjs!r}, but must be 'embed' for a page that needs no network, or 'cdn'")
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValuesError(f"n is {n!r}, but must be how many samples to draw, a whole number of 1 or more")
    height_px = _AROUND_PX + (_PANEL_PX + _GAP_PX) * max(len(panels), 1) - _GAP_PX
    body = require("plotly.io", extra="html").to_html(
        figure_of(panels, title, n, height_px, bads=bads),
        config=_CONFIG,
        include_plotlyjs=PLOTLYJS[plotlyjs],
        full_html=False,
        default_height=f"{height_px}px",
        validate=False,
        div_id="jeta",
    )
    head = f'<meta charset="utf-8">\n<title>{text(title)}</title>'
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def put(content: str, path: str | os.PathLike[str] | None) -> str | None:
    """Write a page to a file, at once or not at all; or return it, if there is no path."""
    if path is None:
        return content
    with placed(path) as aside:
        aside.write_bytes(content.encode())
    return None


def figure_of(panels: Sequence[Trace], title: str, n: int, height_px: int, *, bads: bool) -> dict[str, Any]:
    """Return a page's figure as plotly takes it: a dictionary of data and layout."""
    layout: dict[str, Any] = {
        "title": {"text": text(title), "x": 0.01, "xanchor": "left"},
        "height": height_px,
        "margin": {"l": 80, "r": 20, "t": 70, "b": 50},
        "hovermode": "x",
        "hoversubplots": "axis",
        "xaxis": _time_axis(panels),
        "annotations": [],
    }
    if not panels:
        layout["annotations"].append(
            {"text": "no MSIDs", "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
        )
    data: list[dict[str, Any]] = []
    for number, panel in enumerate(panels):
        axis = f"y{number + 1}" if number else "y"
        low, high = _domain(number, len(panels))
        layout[axis.replace("y", "yaxis")] = {**_value_axis(panel), "domain": [low, high]}
        layout["annotations"] += _annotations(panel, low, high, is_named=len(panels) > 1)
        data += traces_of(panel, axis, n, bads=bads)
    return {"data": data, "layout": layout}


def _time_axis(panels: Sequence[Trace]) -> dict[str, Any]:
    """The axis of time, at the foot of the lowest panel."""
    stops = [{"dtickrange": [low, high], "value": form} for low, high, form in _TICKS]
    axis: dict[str, Any] = {
        "type": "date",
        "tickformatstops": stops,
        "hoverformat": "%Y:%j:%H:%M:%S.%3f",
        "anchor": f"y{len(panels)}" if len(panels) > 1 else "y",
        "title": {"text": "UTC"},
        "showgrid": True,
        "gridcolor": "#e5e5e5",
        "zeroline": False,
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "dot",
    }
    shown_s = _range_s(panels)
    if shown_s is not None:
        axis["range"] = dates(np.array(shown_s), panels[0].system)
    return axis


def _range_s(panels: Sequence[Trace]) -> tuple[float, float] | None:
    """The span to show where samples do not tell: there are none, or only one instant; else None."""
    filled = [panel for panel in panels if len(panel.times)]
    if not filled:
        return next((panel.span for panel in panels if panel.span is not None), None)
    first_s = min(float(panel.times[0]) for panel in filled)
    last_s = max(panel.end_s for panel in filled)
    return None if first_s < last_s else (first_s - _ABOUT_ONE_S, last_s + _ABOUT_ONE_S)


def _value_axis(panel: Trace) -> dict[str, Any]:
    """The axis of values, with the names of states where there are any."""
    axis: dict[str, Any] = {
        "title": {"text": text(panel.unit or "")},
        "gridcolor": "#e5e5e5",
        "zeroline": False,
        "automargin": True,
        "exponentformat": "power",
        "ticks": "outside",
        "ticklen": 4,
        "showticklabels": len(panel.times) > 0,
    }
    if panel.states:
        axis["tickvals"] = [number for number, _ in panel.states]
        axis["ticktext"] = [text(name) for _, name in panel.states]
    return axis


def _domain(number: int, panels: int) -> tuple[float, float]:
    """From where to where a panel goes, of the height of all; the first one is at the top."""
    total_px = panels * (_PANEL_PX + _GAP_PX) - _GAP_PX
    top_px = number * (_PANEL_PX + _GAP_PX)
    return 1 - (top_px + _PANEL_PX) / total_px, 1 - top_px / total_px


def _annotations(panel: Trace, low: float, high: float, *, is_named: bool) -> list[dict[str, Any]]:
    """The name of a panel above it, unless the title says it; and that it has no samples."""
    place = {"xref": "paper", "yref": "paper", "showarrow": False}
    found: list[dict[str, Any]] = []
    if is_named:
        found.append({**place, "text": text(panel.title), "x": 0, "xanchor": "left", "y": high, "yanchor": "bottom"})
    if not len(panel.times):
        found.append({**place, "text": "no samples", "x": 0.5, "y": (low + high) / 2})
    return found
