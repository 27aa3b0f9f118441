"""Figures without a screen, and windows."""

from __future__ import annotations

from typing import Any

from jeta.errors import ValuesError
from jeta.optional import require
from jeta.plotting.drawing import panels

_PANEL_INCHES = 1.8
_LEAST_INCHES = 4.0
_WIDTH_INCHES = 10.0


def paper(count: int, size_inches: tuple[float, float] | None = None) -> tuple[Any, Any]:
    """Return a figure for a file, which no window shows and pyplot does not know.

    Parameters
    ----------
    count : int
        How many axes, one above the other, over one axis of time; at least 1.
    size_inches : tuple of float, optional
        Width and height; by default wide, and as high as the panels need.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure; ``figure.savefig(path)`` writes it.
    axes : array of matplotlib.axes.Axes, shape (count,)
        The panels, from the top.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure_module = require("matplotlib.figure", extra="plot")
    size = size_inches or (_WIDTH_INCHES, max(_LEAST_INCHES, 1.0 + _PANEL_INCHES * count))
    figure = figure_module.Figure(figsize=size, layout="constrained")
    return figure, panels(count, figure)


def picture_endings() -> list[str]:
    """Return the endings of files that a figure can be written to, with their dot."""
    require("matplotlib", extra="plot")
    from matplotlib.backend_bases import FigureCanvasBase  # noqa: PLC0415 - heavy, and optional

    return sorted(f".{ending}" for ending in FigureCanvasBase.get_supported_filetypes())


def show_windows(title: str | None = None) -> None:
    """Show the figures of pyplot in windows, until these are closed.

    Parameters
    ----------
    title : str, optional
        What to write above the current one.

    Raises
    ------
    ValuesError
        If this matplotlib has no windows here.
    MissingExtraError
        If matplotlib is not installed.
    """
    pyplot: Any = require("matplotlib.pyplot", extra="plot")
    backend = pyplot.get_backend()
    if backend.lower() in {"agg", "pdf", "svg", "ps", "cairo", "template"}:
        raise ValuesError(
            f"matplotlib draws with {backend} here, which has no windows: name a file to write to, "
            "or install a toolkit such as PySide6 and run this on a screen"
        )
    if title:
        pyplot.suptitle(title)
    pyplot.show()
