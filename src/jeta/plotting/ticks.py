"""Ticks of mission time: the coarsest steps that give at least five, with the day of the year in their labels."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from jeta.optional import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TickLocs = tuple[type, dict[str, Any], str, type, dict[str, Any]]
"""Class of the major locator, its arguments, format of the labels, class of the minor locator, its arguments."""

_ENOUGH = 5
_SCHEME = (
    ("%Y", "Year", "base", ((5, "Year", 1), (4, "Year", 1), (2, "Year", 1), (1, "Month", 3))),
    ("%Y-%b", "Month", "bymonth", ((6, "Month", 1), (4, "Month", 1), (3, "Month", 1), (2, "Month", 1), (1, "Day", 0))),
    ("%Y:%j", "Day", "interval", ((10, "Day", 1), (5, "Day", 1), (4, "Day", 1), (2, "Day", 1), (1, "Hour", 6))),
    (
        "%j:%H:00",
        "Hour",
        "byhour",
        ((12, "Hour", 1), (6, "Hour", 1), (4, "Hour", 1), (2, "Hour", 1), (1, "Minute", 15)),
    ),
    (
        "%j:%H:%M",
        "Minute",
        "byminute",
        (*((n, "Minute", 5) for n in (30, 15)), *((n, "Minute", 1) for n in (10, 5, 4, 2)), (1, "Second", 15)),
    ),
    (
        "%H:%M:%S",
        "Second",
        "bysecond",
        (*((n, "Second", 5) for n in (30, 15)), *((n, "Second", 1) for n in (10, 5, 4, 2, 1))),
    ),
)
"""Format of the labels, unit and argument of the major locator, then its steps from the coarsest, each with unit and step of
the minor locator."""

_PARTS_US = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
_RANGES = {"bymonth": (1, 13), "byhour": (0, 24), "byminute": (0, 60), "bysecond": (0, 60)}
_chosen: WeakKeyDictionary[Any, tuple[tuple[float, float, Any], TickLocs]] = WeakKeyDictionary()
"""Of each locator that was set here, for which view and time zone, and with what."""
_ARGUMENTS = {"Year": "base", **{unit: argument for _, unit, argument, _ in _SCHEME}}


def tick_scheme() -> Iterator[TickLocs]:
    """Yield the 33 choices of ticks, from steps of 5 years to steps of 1 s.

    Yields
    ------
    tuple
        Class of the major locator, its arguments, format of the labels, class of the minor locator, its arguments.
    """
    dates = require("matplotlib.dates", extra="plot")
    for label, unit, _, steps in _SCHEME:
        for step, minor_unit, minor_step in steps:
            minor = (
                {"bymonthday": (1, 15)}
                if minor_unit == "Day" and not minor_step
                else _arguments(minor_unit, minor_step)
            )
            yield (
                getattr(dates, f"{unit}Locator"),
                _arguments(unit, step),
                label,
                getattr(dates, f"{minor_unit}Locator"),
                minor,
            )


def _arguments(unit: str, step: int) -> dict[str, Any]:
    """Arguments of a locator."""
    name = _ARGUMENTS[unit]
    if name not in _RANGES:
        return {name: step}
    return {} if step == 1 else {name: list(range(*_RANGES[name], step))}


def _parts_of_seconds() -> Iterator[TickLocs]:
    """Yield choices for views that have hardly a whole second in them."""
    dates = require("matplotlib.dates", extra="plot")
    for step in _PARTS_US:
        minor = {"interval": max(step // 5, 200)}
        yield dates.MicrosecondLocator, {"interval": step}, "%H:%M:%S.%f", dates.MicrosecondLocator, minor


def set_time_ticks(ax: Any, ticklocs: Sequence[TickLocs] | None = None) -> tuple[TickLocs]:
    """Set the ticks of an axis of time, and their labels, for what it shows now.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its x axis counts matplotlib's dates.
    ticklocs : sequence of tuples, optional
        What to choose from, each as in the result; by default 33 choices from steps of 5 years to steps of 1 s. The result
        of another call gives the same ticks to another plot.

    Returns
    -------
    tuple of one tuple
        What was chosen: the first that gives at least 5 major ticks in view, else the last. Class of the major locator, its
        arguments, format of the labels, class of the minor locator, its arguments.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> _ = axes.set_xlim(14610, 14620)  # 2010:001 to 2010:011
    >>> set_time_ticks(axes)[0][1:3]
    ({'interval': 2}, '%Y:%j')
    """
    view = (*sorted(ax.get_xlim()), _zone(ax).get("tz"))
    before = _chosen.get(ax.xaxis.get_major_locator())
    if before is not None and before[0] == view and not ticklocs:
        # Axes that share their x axis share its ticks: one has chosen for all.
        return (before[1],)
    chosen, visible = _choose(ax, ticklocs or tick_scheme())
    if not ticklocs and visible < 2:
        chosen, _ = _choose(ax, _parts_of_seconds())
    if not ticklocs:
        _chosen[ax.xaxis.get_major_locator()] = view, chosen
    return (chosen,)


def _choose(ax: Any, choices: Iterable[TickLocs]) -> tuple[TickLocs, int]:
    """Set the first choice that gives enough ticks; return it, and how many it gives."""
    formatter = require("matplotlib.dates", extra="plot").DateFormatter
    axis, zone = ax.xaxis, _zone(ax)
    low, high = sorted(ax.get_xlim())
    for choice in choices:
        axis.set_major_locator(choice[0](**choice[1], **zone))
        visible = sum(low <= tick <= high for tick in axis.get_majorticklocs())
        if visible >= _ENOUGH:
            break
    axis.set_minor_locator(choice[3](**choice[4], **zone))
    axis.set_major_formatter(formatter(choice[2], **zone))
    return choice, visible


def _zone(ax: Any) -> dict[str, Any]:
    """The time zone that an axis was given, as an argument; none for UTC, or what matplotlib's settings say."""
    units = ax.xaxis.get_units()
    return {"tz": units} if isinstance(units, tzinfo) else {}


def remake_ticks(ax: Any) -> None:
    """Choose the ticks of an axis of time anew, and draw it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its x axis counts matplotlib's dates.
    """
    set_time_ticks(ax)
    ax.figure.canvas.draw_idle()


def follow_view(ax: Any) -> None:
    """Choose the ticks anew whenever the limits of the x axis change.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its x axis counts matplotlib's dates.
    """
    ax.callbacks.connect("xlim_changed", set_time_ticks)


def slant(ax: Any) -> None:
    """Slant the labels of the x axis, so that they do not run into each other; of this one only.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    """
    for label in ax.get_xticklabels():
        label.set(rotation=30, horizontalalignment="right", rotation_mode="anchor")
