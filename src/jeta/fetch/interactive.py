"""`Interactive`: the samples of one MSID in a window to zoom in, and as a page for any browser."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast

from jeta.errors import ArchiveNotFoundError
from jeta.fetch import session
from jeta.fetch.arrays import Arrays

if TYPE_CHECKING:
    import os

    from jeta.fetch.pictures import Pictures
    from jeta.plotting.iplot import MsidPlot
    from jeta.plotting.trace import Trace


class Interactive(Arrays):
    """What shows the samples, or statistics, of one MSID to people who look closer."""

    _iplot: MsidPlot

    def iplot(self, fmt: str = "-b", fmt_minmax: str = "-c", **plot_kwargs: Any) -> None:
        """Plot in a window, or a notebook's widget, where zooming and panning load the resolution that fits.

        The current figure is cleared. Key ``?`` lists the keys. The plot is at hand as ``_iplot``.

        Parameters
        ----------
        fmt, fmt_minmax : str
            How to draw values, and the least and greatest of each bin of statistics, in matplotlib's short form.
        **plot_kwargs
            Properties of the line of values, such as ``color``, ``lw`` or ``label``; ``ax``, where to draw instead; ``tz``,
            the time zone of the ticks.

        Raises
        ------
        ValuesError
            If there is no good sample; also a `ValueError`.
        MissingExtraError
            If matplotlib is not installed.

        See Also
        --------
        jeta.plotting.MsidPlot : the plot: its rule of resolution, keys and attributes.

        Notes
        -----
        What is loaded comes from the archive of this object, and the sources in use when this is called, in the unit system of
        this object, without bad samples. What was done to this object since it was fetched shows in the first view only.

        Examples
        --------
        ::

            %matplotlib widget
            dat = fetch.Msid("SE_BATT_TEMP1", "2026:001")
            dat.iplot()
        """
        from jeta.plotting.iplot import MsidPlot  # noqa: PLC0415 - not needed to import fetch

        self.check_seconds()
        sources = _sources_in_use()

        def refetch(start: float, stop: float, stat: str | None) -> Any:
            from jeta.fetch.source_choice import data_source  # noqa: PLC0415 - as above

            with data_source(*sources):
                return self.refetch(start, stop, stat)

        more = {"refetch": refetch, "earliest": self._earliest_s(), **plot_kwargs}
        self._iplot = MsidPlot(self, fmt, fmt_minmax, **more)

    def refetch(self, start: Any = None, stop: Any = None, stat: str | None = None) -> Any:
        """Fetch the same MSID over another span, from the same archive, in the same unit system, without bad samples.

        Parameters
        ----------
        start, stop : time, optional
            As for `MSID`.
        stat : {None, '5min', 'daily'} or str
            Which statistics, as for `MSID`.

        Returns
        -------
        Msid
            A new object. Of an MSID that is sent only when it changes, also the sample before and the one after the span.
        """
        from jeta.computed import find  # noqa: PLC0415 - not needed to import fetch
        from jeta.fetch.systems import using  # noqa: PLC0415 - as above

        on_change = stat is None and self.entry is not None and self.entry.on_change
        with ExitStack() as stack:
            stack.enter_context(using(self.units["system"]))
            if self.archive_key is not None and not _is_in_use(self.archive_key):
                stack.enter_context(session.set_archive(self.archive_key))
            bracket = on_change and find(self.msid) is None
            return self.fetch.Msid(self.msid, start, stop, stat=stat, bracket=bracket)

    def as_trace(self, *, limits: bool = False) -> Trace:
        """Return the values as what plots draw: numbers, the names of states, and where there are gaps.

        Parameters
        ----------
        limits : bool
            Also the limits of the telemetry database, as they were in force.

        Raises
        ------
        ValuesError
            If there is not one number, truth value or text for each sample, or the times are no seconds.
        """
        from jeta.fetch.traces import trace_of  # noqa: PLC0415 - not needed to import fetch

        self.check_seconds()
        return trace_of(cast("Pictures", self), limits=limits)  # which an MSID is too

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        n: int = 5000,
        *,
        bads: bool = False,
        limits: bool = False,
        title: str | None = None,
        plotlyjs: str = "embed",
    ) -> str | None:
        """Plot as a page for any browser, to zoom and pan in, which needs no kernel and no network.

        Parameters
        ----------
        path : path, optional
            The file to write, which is replaced; by default the page is returned.
        n : int
            How many samples to draw at most: least and greatest values stay, at their own times.
        bads : bool
            Mark bad samples with red crosses; the line is broken there in any case.
        limits : bool
            Draw yellow and red limits of the telemetry database, in the unit of this object.
        title : str, optional
            What to write above; by default the name of the MSID, and of the statistic.
        plotlyjs : {'embed', 'cdn'}
            With plotly's program in the page, 5 MB, or with one that the browser loads from the network.

        Returns
        -------
        str or None
            The page, if no `path` is given.

        Raises
        ------
        ValuesError
            If the values are no numbers, truth values or texts, the times are no seconds, or an argument is wrong.
        MissingExtraError
            If plotly is not installed; also an `ImportError`.

        Examples
        --------
        ::

            fetch.MSID("SE_BATT_TEMP1", "2026:001").to_html("battery.html", limits=True)
        """
        from jeta.plotting.html import page, put  # noqa: PLC0415 - not needed to import fetch

        trace = self.as_trace(limits=limits)
        return put(page([trace], trace.title if title is None else title, n, bads=bads, plotlyjs=plotlyjs), path)

    def _earliest_s(self) -> float | None:
        """The first sample of the archive, seconds."""
        return None if self.archive_key is None else session.archive_of(self.archive_key).first_instant()


def _is_in_use(key: str) -> bool:
    """Whether an archive is the one in use, so that it need not be chosen, which would be so for all threads."""
    try:
        return session.current_key() == key
    except ArchiveNotFoundError:
        return False


def _sources_in_use() -> list[str]:
    """The sources in use, each with its options, as a user would write them."""
    from jeta.fetch.source_choice import data_source  # noqa: PLC0415 - not needed to import fetch

    options = data_source.options()
    return [" ".join([name, *(f"{key}={value!r}" for key, value in options[name].items())]) for name in options]
