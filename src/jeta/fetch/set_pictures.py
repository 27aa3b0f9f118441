"""`SetPictures`: several MSIDs as a plot."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from jeta.errors import ValuesError
from jeta.fetch.msid import MSID

if TYPE_CHECKING:
    from jeta.plotting.trace import Trace


class SetPictures(OrderedDict[str, MSID]):
    """What draws a set of MSIDs."""

    def reduce(self, n: int) -> Self:
        """Return a new set with at most `n` samples of each member, see `MSID.reduce`.

        Parameters
        ----------
        n : int
            How many samples to keep of each, at most.

        Returns
        -------
        MSIDset
            The members have times of their own; the set has none in common.
        """
        new = self.__class__.__new__(self.__class__)
        OrderedDict.__init__(new)
        vars(new).update({name: value for name, value in vars(self).items() if name != "times"})
        for name, member in self.items():
            new[name] = member.reduce(n)
        return new

    def plot(
        self,
        *args: Any,
        ax: Any = None,
        fig: Any = None,
        bads: bool = False,
        limits: bool = False,
        band: bool = True,
        **kwargs: Any,
    ) -> Any:
        """Plot all members against mission time: each in a panel of its own, or all on one axes.

        Parameters
        ----------
        *args
            Format, as for `MSID.plot`.
        ax : matplotlib.axes.Axes, or sequence of them, optional
            One for all members, which then have a legend; or one for each. By default a new figure of one panel for each,
            all over the same axis of time.
        fig : matplotlib.figure.Figure, optional
            Where to put the panels, instead of a new figure.
        bads, limits, band : bool
            As for `MSID.plot`.
        **kwargs
            Likewise.

        Returns
        -------
        array of matplotlib.axes.Axes, shape (members,); or matplotlib.axes.Axes
            The axes of each member, in the order of the set; or the one that was given for all.

        Raises
        ------
        ValuesError
            If the set is empty, there are not as many axes as members, or a member cannot be drawn, see `MSID.plot`.
        MissingExtraError
            If matplotlib is not installed; also an `ImportError`.

        Examples
        --------
        ::

            axes = fetch.Msidset(["SE_BATT_*"], "2026:001", "2026:002").plot()
            axes[0].figure.savefig("batteries.png")
        """
        if not self:
            raise ValuesError("this set has no members, so that there is nothing to plot; fetch some MSIDs first")
        from jeta.plotting import drawing  # noqa: PLC0415 - not needed to import fetch

        traces = self._traces(limits=limits)
        options = {"bads": bads, "band": band, **kwargs}
        if ax is not None and hasattr(ax, "plot"):
            return drawing.draw_together(traces, ax, args, options)
        axes = drawing.panels(len(traces), fig) if ax is None else drawing.as_axes(ax, len(traces))
        for trace, one in zip(traces, axes, strict=True):
            drawing.draw_as_given(trace, args, {**options, "ax": one})
        return axes

    def _traces(self, *, limits: bool) -> list[Trace]:
        """What to draw of each member; where one has some samples, those with none or one do not widen what is shown."""
        from jeta.fetch.traces import trace_of  # noqa: PLC0415 - as above

        for member in self.values():
            member.check_seconds()
        traces = [trace_of(member, limits=limits) for member in self.values()]
        if any(len(trace.times) > 1 for trace in traces):
            return [
                trace if len(trace.times) else replace(trace, limits=())
                for trace in (replace(t, span=None) for t in traces)
            ]
        return traces
