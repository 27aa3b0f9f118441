"""Several MSIDs over one axis of time, one panel each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.optional import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_PANEL_INCHES = 1.6
_WIDTH_INCHES = 10.0
_GAP_CADENCES = 20.0
"""A line is broken where samples are this many times farther apart than usual, so that a gap looks like one."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What one panel shows.

    Attributes
    ----------
    name : str
        Name of the MSID.
    dates : datetime64 array, shape (rows,)
        Instants, UTC, sorted.
    values : array, shape (rows,)
        Numbers, booleans or texts.
    unit : str or None
        Unit of the values.
    on_change : bool
        Whether a value holds until the next, however long that takes.
    """

    name: str
    dates: NDArray[np.datetime64]
    values: NDArray[Any]
    unit: str | None = None
    on_change: bool = False


def plot_panels(series: Sequence[Series], title: str = "") -> Any:
    """Draw each series in a panel of its own, all over the same axis of time.

    Parameters
    ----------
    series : sequence of Series
        At least one.
    title : str
        What to write above.

    Returns
    -------
    matplotlib.figure.Figure
        Not shown; ``figure.savefig(path)`` writes it.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure_module = require("matplotlib.figure", extra="plot")
    dates_module = require("matplotlib.dates", extra="plot")
    height = 1.0 + _PANEL_INCHES * len(series)
    figure = figure_module.Figure(figsize=(_WIDTH_INCHES, height), layout="constrained")
    axes = figure.subplots(len(series), 1, sharex=True, squeeze=False)[:, 0]
    for axis, one in zip(axes, series, strict=True):
        _draw(axis, one)
    locator = dates_module.AutoDateLocator()
    axes[-1].xaxis.set_major_locator(locator)
    axes[-1].xaxis.set_major_formatter(dates_module.ConciseDateFormatter(locator))
    axes[-1].set_xlabel("UTC")
    if title:
        figure.suptitle(title)
    return figure


def _draw(axis: Any, series: Series) -> None:
    """Draw one series."""
    values: NDArray[Any] = series.values
    dates = series.dates
    if values.dtype.kind == "U":
        states, values = np.unique(values, return_inverse=True)
        axis.set_yticks(range(len(states)), states.tolist())
    if not series.on_change:
        dates, values = _broken_at_gaps(dates, values)
    style = "steps-post" if series.values.dtype.kind in "Ubiu" or series.on_change else "default"
    axis.plot(dates, values, linewidth=0.8, drawstyle=style, color="tab:blue")
    axis.set_title(
        series.name if series.unit is None else f"{series.name} [{series.unit}]", loc="left", fontsize="small"
    )
    axis.grid(visible=True, alpha=0.3)


def _broken_at_gaps(dates: NDArray[np.datetime64], values: NDArray[Any]) -> tuple[NDArray[np.datetime64], NDArray[Any]]:
    """Insert a NaN into each gap, which breaks the line there."""
    if len(dates) < 3:
        return dates, values
    spacing = np.diff(dates).astype(np.int64)
    gaps = np.flatnonzero(spacing > _GAP_CADENCES * max(1.0, float(np.median(spacing)))) + 1
    return np.insert(dates, gaps, dates[gaps - 1]), np.insert(values.astype(np.float64), gaps, np.nan)
