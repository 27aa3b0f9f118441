"""`Pictures`: the samples of one MSID as a plot, and fewer of them that make the same one."""

from __future__ import annotations

import copy as copying
from typing import Any, Self

from jeta.fetch.arrays import Arrays
from jeta.units import Units


class Pictures(Arrays):
    """What draws the samples, or statistics, of one MSID."""

    _gap_s: float | None = None
    """Spacing above which there is a gap, seconds, where the samples were reduced; None to find it out."""

    def reduce(self, n: int) -> Self:
        """Return at most `n` of the samples, which draw the same line: lowest and highest values stay, at their own times.

        Parameters
        ----------
        n : int
            How many samples to keep, at most.

        Returns
        -------
        MSID
            A new object, with arrays of its own: the first and the last sample, and of each of ``n // 4`` or more
            stretches of time of equal length the first, lowest, highest and last. All arrays follow. Of states and flags,
            exactly the samples at which the value changes and those before them, as long as they fit.

        Raises
        ------
        ValuesError
            If `n` is negative, or the values are no plain numbers, booleans or texts.

        Notes
        -----
        The first of the samples with the lowest, and with the highest, value of all is kept; for `n` below 4, as many of
        first, last, lowest and highest as fit. Bad samples and NaN are never the lowest or highest: they stay where they
        are the first or last of a stretch, or all there is in it. Of statistics, where the lowest of `mins` and the highest of
        `maxes` are kept too, stretches are ``n // 6`` or more. `samples` and the like stay those of each bin kept.

        Examples
        --------
        ::

            year = fetch.Msid("SE_BATT_TEMP1", "2026:001", "2027:001").reduce(2000)
        """
        from jeta.fetch.traces import coded_texts, gap_s_of, numbers_of  # noqa: PLC0415 - not needed to import fetch
        from jeta.reduction import reduce_rows  # noqa: PLC0415 - as above

        self.check_seconds()
        is_text = self.dtype.kind == "U"
        values = coded_texts(self)[0] if is_text else numbers_of(self)[0]
        mins, maxes = (getattr(self, name, None) if self.stat is not None else None for name in ("mins", "maxes"))
        low, high = (None, None) if is_text or mins is None or maxes is None else (mins, maxes)
        held = is_text or values.dtype.kind == "b"
        rows = reduce_rows(self.times, values, n, bads=self.bads, low=low, high=high, steps=held)
        new = self._without_arrays()
        new._gap_s = gap_s_of(self, n)  # noqa: SLF001 - of its own kind
        new.take(rows)
        return new

    def _without_arrays(self) -> Self:
        """Return a new object that has the arrays of this one for now, and all else of its own."""
        new = copying.copy(self)
        arrays = self._columns()
        for name, value in vars(self).items():
            if name not in arrays and isinstance(value, list | dict | Units):
                setattr(new, name, copying.deepcopy(value))
        return new

    def plot(
        self, *args: Any, ax: Any = None, bads: bool = False, limits: bool = False, band: bool = True, **kwargs: Any
    ) -> Any:
        """Plot the values against mission time.

        Numbers are a line, broken at gaps; states, booleans and values that are sent only when they change are steps, states
        with their names on the axis. Long series are reduced to what the picture can show, with lowest and highest values
        at their own times, and drawn anew when the view zooms in.

        Parameters
        ----------
        *args
            Format as for ``Axes.plot``, such as ``'-r'``; then further arguments of `jeta.plotting.plot_cxctime`, in its
            order.
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default the current axes, in a new figure if there is none.
        bads : bool
            Mark bad samples with red crosses. They are never part of the line, which is broken there.
        limits : bool
            Draw yellow and red limits of the telemetry database: those in force at each time, in the unit of this object.
        band : bool
            Of statistics, draw a band from the lowest to the highest value of each bin.
        **kwargs
            Further arguments of `jeta.plotting.plot_cxctime`, such as ``yerr``, ``tz`` or ``fig``, and of ``Axes.plot``,
            such as ``color`` or ``label``.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.

        Raises
        ------
        ValuesError
            If the values are no plain numbers, booleans or texts, or the times are shown in another form than seconds.
        MissingExtraError
            If matplotlib is not installed; also an `ImportError`.

        Notes
        -----
        The figure keeps the arrays, for when it is zoomed; a pickled figure keeps what it shows. A value that holds until
        the next is drawn to the end of what was asked for, though for as long again as all samples at most. With error
        bars, all samples are drawn.

        Examples
        --------
        ::

            dat = fetch.Msid("SE_BATT_TEMP1", "2026:001", "2026:002")
            dat.plot("-r", limits=True).figure.savefig("battery.png")
        """
        self.check_seconds()
        from jeta.fetch.traces import trace_of  # noqa: PLC0415 - not needed to import fetch
        from jeta.plotting.drawing import draw_as_given  # noqa: PLC0415 - as above

        where = {} if ax is None else {"ax": ax}
        options = {"bads": bads, "band": band, **where, **kwargs}
        return draw_as_given(trace_of(self, limits=limits), args, options)
