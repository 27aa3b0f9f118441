"""`Series`: what analysts do with the samples of one MSID. How they got into memory is `jeta.fetch.msid`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from jeta.errors import ValuesError
from jeta.fetch.exports import Exports
from jeta.fetch.interactive import Interactive
from jeta.fetch.pictures import Pictures
from jeta.fetch.slices import slices_between

if TYPE_CHECKING:
    import os

    from astropy.table import Table
    from numpy.typing import ArrayLike

    from jeta.fetch.provenance import Provenance


class Series(Pictures, Interactive, Exports):
    """The samples, or statistics, of one MSID: what `MSID` is once they are fetched."""

    def _target(self, copy: bool) -> Self:
        """What a method works on: a copy, or this object itself."""
        return self.copy() if copy else self

    def _repr_html_(self) -> str:
        from jeta.fetch.notebook import msid_html  # noqa: PLC0415 - not needed to import fetch

        return msid_html(self)

    # ------------------------------------------------------------------ filters

    def filter_bad(self, bads: ArrayLike | None = None, copy: bool = False) -> Self | None:
        """Leave out bad samples; `bads` is None afterwards.

        Parameters
        ----------
        bads : bool array, shape (rows,), optional
            Which samples are bad, instead of what `bads` says.
        copy : bool
            Work on a copy and return it; by default this object is changed and None returned.

        Returns
        -------
        MSID or None
            The copy, if one was asked for.

        Raises
        ------
        ValuesError
            If `bads` has another length than the samples.
        """
        target = self._target(copy)
        if bads is not None:
            mask = np.asarray(bads)
            if mask.shape != (len(self),) or mask.dtype.kind not in "biuf":
                raise ValuesError(
                    f"bads must be one truth value for each of the {len(self)} samples, but has shape {mask.shape} and "
                    f"type {mask.dtype.str}; give a bool array"
                )
            target.bads = mask.astype(bool)
        if target.bads is not None:
            bad, target.bads = target.bads, None
            if bad.any():
                target.take(~bad)
        return target if copy else None

    def filter_bad_times(
        self, start: Any = None, stop: Any = None, table: Any = None, copy: bool = False
    ) -> Self | None:
        """Leave out samples of times that are known to be bad, both ends included.

        Parameters
        ----------
        start, stop : time, optional
            One interval; both or neither.
        table : path or list of str, optional
            Intervals, as lines of ``start stop``; `start` and `stop` are ignored then.
        copy : bool
            Work on a copy and return it; by default this object is changed and None returned.

        Returns
        -------
        MSID or None
            The copy, if one was asked for.

        Raises
        ------
        IntervalError
            If only one of `start` and `stop` is given; also a `ValueError`.

        Notes
        -----
        Without start, stop and table, the bad-times table in use decides: that of the archive and what
        `fetch.read_bad_times` has read.
        """
        from jeta.fetch import badtimes  # noqa: PLC0415 - not needed to import fetch

        spans = badtimes.spans_to_remove(self.MSID, start, stop, table, self.time_system, self.archive_key)
        return self.remove_intervals(spans, copy)

    def select_intervals(self, intervals: Any, copy: bool = False) -> Self | None:
        """Keep only the samples inside some intervals, both ends included.

        Parameters
        ----------
        intervals : list of pairs, table, path, or object with a method ``intervals``
            Pairs of times; a table, or a file of one, with columns ``datestart`` and ``datestop``, or ``tstart`` and
            ``tstop``; or an object whose ``intervals(datestart, datestop)`` returns such. In any order; they may overlap.
        copy : bool
            Work on a copy and return it; by default this object is changed and None returned.

        Returns
        -------
        MSID or None
            The copy, if one was asked for.

        Raises
        ------
        IntervalError
            If an interval stops before it starts, or this cannot be read as intervals; also a `ValueError`.

        Notes
        -----
        Of statistics, the midpoint of each bin decides.

        Examples
        --------
        ::

            dat.select_intervals([("2022:143", "2022:144"), ("2022:150", "2022:151")])
        """
        return self._cut(intervals, copy, keep=True)

    def remove_intervals(self, intervals: Any, copy: bool = False) -> Self | None:
        """Leave out the samples inside some intervals, both ends included.

        Parameters
        ----------
        intervals : list of pairs, table, path, or object with a method ``intervals``
            As for `select_intervals`.
        copy : bool
            Work on a copy and return it; by default this object is changed and None returned.

        Returns
        -------
        MSID or None
            The copy, if one was asked for.

        Raises
        ------
        IntervalError
            As from `select_intervals`.
        """
        return self._cut(intervals, copy, keep=False)

    def _cut(self, intervals: Any, copy: bool, *, keep: bool) -> Self | None:
        """Keep what is inside intervals, or what is not."""
        from jeta.intervals import read_intervals  # noqa: PLC0415 - not needed to import fetch

        self.check_seconds()
        spans = read_intervals(intervals, self.time_system, self.tstart, self.tstop)
        target = self._target(copy)
        slices = spans.row_slices(target.times)
        if slices is None:
            inside = spans.contains(target.times)
            target.take(inside if keep else ~inside)
        else:
            target.take(slices if keep else slices_between(slices, len(target)))
        return target if copy else None

    # ------------------------------------------------------------------ onto other times

    def interpolate(
        self,
        dt: float | None = None,
        start: Any = None,
        stop: Any = None,
        times: Any = None,
        method: str | None = None,
        max_age: float | None = None,
        copy: bool = False,
    ) -> Self | None:
        """Bring the samples onto a regular grid of times, or onto times given; `times0` then holds the original times.

        Parameters
        ----------
        dt : float, optional
            Spacing of the grid in seconds, 328 by default.
        start, stop : time, optional
            Where the grid begins and, itself outside, ends; first and last sample by default, and at most these.
        times : float64 array, or list of times, optional
            The times wanted, instead of a grid; those before the first or after the last sample are left out.
        method : {'nearest', 'previous', 'linear'}, optional
            Which value a time gets: that of the nearest sample, of two as near the later; of the last sample before; or on
            the line between its neighbours, for numbers only. By default nearest, but previous for an MSID that is sent only
            when it changes.
        max_age : float, optional
            Seconds between a time and its sample beyond which the time has no value: it is bad, and a floating-point value
            NaN.
        copy : bool
            Work on a copy and return it; by default this object is changed and None returned.

        Returns
        -------
        MSID or None
            The copy, if one was asked for.

        Raises
        ------
        ValuesError
            If `times` is given with dt, start or stop, or dt is not above 0; also a `ValueError`.

        Notes
        -----
        Bad samples are not passed over unless `filter_bad` was called before: `bads` comes along with the values.
        """
        from jeta.fetch import gridding  # noqa: PLC0415 - not needed to import fetch

        grid = gridding.grid_of_one(self, dt, start, stop, times, method)
        target = self._target(copy)
        gridding.put_on_grid(target, grid, method, max_age)
        return target if copy else None

    # ------------------------------------------------------------------ intervals

    def logical_intervals(
        self, op: str, val: Any, complete_intervals: bool = False, max_gap: float | None = None
    ) -> Table:
        """Return the intervals during which the values compare as given.

        Parameters
        ----------
        op : {'==', '!=', '>', '<', '>=', '<='}
            The comparison.
        val : number, bool or str
            What to compare with; trailing blanks do not count.
        complete_intervals : bool
            Leave out intervals that begin with the first or end with the last sample.
        max_gap : float, optional
            Cut intervals at spacings of more than so many seconds: they end a quarter of max_gap after the sample before,
            and begin a quarter before the sample after.

        Returns
        -------
        astropy.table.Table
            Columns datestart, datestop (str), duration, tstart, tstop (float64, seconds). Edges lie halfway between
            samples, or, for an MSID that is sent only when it changes, at the sample that brings the change. Bad samples
            are passed over.

        Raises
        ------
        ValuesError
            If `op` is none of these, or there is exactly one sample; also a `ValueError`.

        Examples
        --------
        ::

            dat.logical_intervals("==", "ON")
        """
        from jeta.fetch import spans  # noqa: PLC0415 - not needed to import fetch

        return spans.logical_table(self, op, val, complete_intervals=complete_intervals, max_gap=max_gap)

    def state_intervals(self) -> Table:
        """Return the intervals during which the value stays the same.

        Returns
        -------
        astropy.table.Table
            Columns datestart, datestop (str), duration, tstart, tstop (float64, seconds), and val. Edges lie as those of
            `logical_intervals`; bad samples are passed over.

        Raises
        ------
        IntervalError
            If there is exactly one good sample; also a `ValueError`.
        """
        from jeta.fetch import spans  # noqa: PLC0415 - not needed to import fetch

        return spans.state_table(self)

    def limit_violations(self, max_gap: float | None = None) -> Table:
        """Return when the values were outside the limits of the telemetry database.

        Parameters
        ----------
        max_gap : float, optional
            As for `logical_intervals`.

        Returns
        -------
        astropy.table.Table
            Columns datestart, datestop, duration, extreme, limit, samples, severity, tstart, tstop: one row for each
            interval during which the same limit was passed. ``limit`` is ``red_high`` and so on, ``severity`` red or
            yellow, ``extreme`` the value farthest out, in the unit of this object. At each time the limits in force then
            count. Bad samples and NaN never violate.

        Raises
        ------
        UnknownMsidError
            If the telemetry database has no entry; also a `KeyError`.
        """
        from jeta.fetch import spans  # noqa: PLC0415 - not needed to import fetch

        return spans.violation_table(self, max_gap)

    # ------------------------------------------------------------------ where it is from

    def provenance(self) -> Provenance:
        """Return where the samples came from: which files brought them, when they were ingested, and what people flagged.

        Returns
        -------
        Provenance
            A list of `jeta.fetch.provenance.Origin`, one for each stretch of samples that a file brought, in order of time, then of
            commits: where two hold the same instant, the one of the higher commit counts. `table` gives a table. Samples that no
            file brought are told of too, as are those of other sources. Of computed MSIDs and derived parameters it tells what
            they are made of, and the files of that. Empty without samples.

        Raises
        ------
        ValuesError
            If `get_telem` has made `times` something else than seconds.

        Notes
        -----
        It is about the samples of this object as it is now: what was left out of it does not count. Of statistics, any file that
        brought samples to one of the bins counts.

        Examples
        --------
        ::

            fetch.Msid("SA_ZATTEST2", "2022:143", "2022:144").provenance().table
        """
        from jeta.fetch.origins import provenance_of  # noqa: PLC0415 - not needed to import fetch

        return provenance_of(self)

    # ------------------------------------------------------------------ out

    def write_zip(self, filename: str | os.PathLike[str], append: bool = False) -> None:
        """Write the samples as one CSV file in a zip archive.

        Parameters
        ----------
        filename : path
            The zip archive; replaced unless `append` is set.
        append : bool
            Add to the archive if it exists.
        """
        from jeta.fetch.zipped import write_zip  # noqa: PLC0415 - not needed to import fetch

        write_zip([self], filename, append=append)
