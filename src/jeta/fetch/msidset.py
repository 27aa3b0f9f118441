"""`MSIDset` and `Msidset`: several MSIDs over one span of time."""

from __future__ import annotations

import copy as copying
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from jeta import progress
from jeta.fetch import session
from jeta.fetch.loading import load
from jeta.fetch.msid import MSID, check_stat
from jeta.fetch.names import as_list, msid_glob
from jeta.fetch.query import hull, intervals_of, span_of, spans_of
from jeta.fetch.set_exports import SetExports
from jeta.fetch.set_interactive import SetInteractive
from jeta.fetch.set_pictures import SetPictures

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from astropy.table import Table
    from numpy.typing import NDArray

    from jeta.fetch.provenance import Provenance


class MSIDset(SetPictures, SetInteractive, SetExports):
    """Several MSIDs, by name.

    Parameters
    ----------
    msids : iterable of str, or str
        Names or patterns, whose matches are all taken; a single one may be given as it is.
    start, stop : time, optional
        As for `MSID`, the same for all.
    filter_bad : bool
        Leave out the bad samples of each MSID.
    stat : {None, '5min', 'daily'} or str
        As for `MSID`.
    bracket, last_bin : bool
        As for `MSID`.
    where, percentiles
        As for `MSID`.

    Attributes
    ----------
    tstart, tstop : float
        The span asked for, in seconds; `datestart` and `datestop` are the same as dates.
    times : float64 array
        The common times of all members; there once `interpolate` has been called.

    Raises
    ------
    UnknownMsidError
        If a name is unknown; then nothing is fetched.

    Examples
    --------
    ::

        dats = fetch.MSIDset(["SA_ZATTEST*", "SA_ZFGDETID"], "2022:143", "2022:144")
        dats["SA_ZFGDETID"].vals
    """

    MSID: type[MSID] = MSID
    """Class of the members."""

    times: NDArray[np.float64]
    tstart: float
    tstop: float
    datestart: str
    datestop: str

    def __init__(  # noqa: PLR0913 - the ancestors' arguments, and a few by keyword
        self,
        msids: Iterable[str] | str | None = None,
        start: Any = None,
        stop: Any = None,
        filter_bad: bool = False,
        stat: str | None = None,
        *,
        bracket: bool = False,
        last_bin: bool = False,
        where: Any = None,
        percentiles: Iterable[float] | None = None,
    ) -> None:
        super().__init__()
        if msids is None:
            return
        load()
        if isinstance(percentiles, Iterator):
            percentiles = list(percentiles)  # each member goes through them
        more: dict[str, Any] = {"last_bin": last_bin, "where": where, "percentiles": percentiles}
        check_stat(stat, bracket=bracket, **more)
        names = [name for each in as_list(msids) for name in msid_glob(each)[0]]
        archive = session.archive_for_fetch()
        # One look at the clock for all members: None as stop must mean the same instant for each.
        span = start, stop
        if intervals_of(start, archive.time_system) is None:
            once = span_of(start, stop, archive)
            span = (None if start is None else once.tstart), once.tstop
        for name in progress.over(names, "MSID"):
            self[name] = self.MSID(name, *span, filter_bad=False, stat=stat, bracket=bracket, **more)
        self._set_span(archive, start, stop)
        if filter_bad:
            self.filter_bad()

    def _set_span(self, archive: Any, start: Any, stop: Any) -> None:
        """Take the span of the members, or of the request if there are none."""
        member = next(iter(self.values()), None)
        if member is not None:
            self.tstart, self.tstop = member.tstart, member.tstop
            self.datestart, self.datestop = member.datestart, member.datestop
            return
        span = hull(spans_of(start, stop, archive), archive)
        self.tstart, self.tstop = span.tstart, span.tstop
        self.datestart, self.datestop = span.dates(archive.time_system)

    def filter_bad(self, copy: bool = False, union: bool = False) -> Self | None:
        """Leave out the bad samples.

        Parameters
        ----------
        copy : bool
            Work on a copy and return it; by default this set is changed and None returned.
        union : bool
            Leave out of each MSID also what is bad in another that has the same time stamps, so that they keep them; by
            default each MSID is filtered on its own.

        Returns
        -------
        MSIDset or None
            The copy, if one was asked for.
        """
        target = self.copy() if copy else self
        if union:
            from jeta.fetch.together import share_bads  # noqa: PLC0415 - not needed to import fetch

            share_bads(target.values())
        for member in target.values():
            member.filter_bad()
        target.follow_members()
        return target if copy else None

    def filter_bad_times(
        self, start: Any = None, stop: Any = None, table: Any = None, copy: bool = False
    ) -> Self | None:
        """Leave out of each MSID the samples of times that are known to be bad, see `MSID.filter_bad_times`.

        Parameters
        ----------
        start, stop : time, optional
            One interval; both or neither.
        table : path or list of str, optional
            Intervals, as lines of ``start stop``.
        copy : bool
            Work on a copy and return it; by default this set is changed and None returned.

        Returns
        -------
        MSIDset or None
            The copy, if one was asked for.
        """
        return self._each("filter_bad_times", copy, start, stop, table)

    def select_intervals(self, intervals: Any, copy: bool = False) -> Self | None:
        """Keep of each MSID only the samples inside some intervals, both ends included, see `MSID.select_intervals`.

        Parameters
        ----------
        intervals : list of pairs, table, path, or object with a method ``intervals``
            The intervals.
        copy : bool
            Work on a copy and return it; by default this set is changed and None returned.

        Returns
        -------
        MSIDset or None
            The copy, if one was asked for.
        """
        return self._each("select_intervals", copy, intervals)

    def remove_intervals(self, intervals: Any, copy: bool = False) -> Self | None:
        """Leave out of each MSID the samples inside some intervals, both ends included, see `MSID.remove_intervals`.

        Parameters
        ----------
        intervals : list of pairs, table, path, or object with a method ``intervals``
            The intervals.
        copy : bool
            Work on a copy and return it; by default this set is changed and None returned.

        Returns
        -------
        MSIDset or None
            The copy, if one was asked for.
        """
        return self._each("remove_intervals", copy, intervals)

    def _each(self, method: str, copy: bool, *args: Any) -> Self | None:
        """Call a method of every member; all of them, or none where one cannot."""
        filtered = {name: getattr(member, method)(*args, copy=True) for name, member in self.items()}
        target = self.copy() if copy else self
        for name, member in filtered.items():
            vars(target[name]).update(vars(member))
        target.follow_members()
        return target if copy else None

    def follow_members(self) -> None:
        """Take the times of the members as the common ones, as long as they have the same."""
        members = list(self.values())
        if hasattr(self, "times") and members and all(np.array_equal(m.times, members[0].times) for m in members):
            self.times = members[0].times

    def interpolate(  # noqa: PLR0913 - the ancestors' seven, and ours by name
        self,
        dt: float | None = None,
        start: Any = None,
        stop: Any = None,
        filter_bad: bool = True,
        times: Any = None,
        bad_union: bool = False,
        copy: bool = False,
        method: str | None = None,
        max_age: float | None = None,
    ) -> Self | None:
        """Bring all members onto the same times, which are then in `times`; theirs were `times0` of each.

        Parameters
        ----------
        dt : float, optional
            Spacing of the grid in seconds, 328 by default.
        start, stop : time, optional
            Ends of the grid, both inside; those of the request by default, and at most the time that all members have
            samples of.
        filter_bad : bool
            Leave out bad samples: of each member before, or, with `bad_union`, the times at which any is bad after.
        times : float64 array, or list of times, optional
            The times wanted, instead of a grid; those outside the common time are left out.
        bad_union : bool
            Make a time bad for all members where it is bad for one.
        copy : bool
            Work on a copy and return it; by default this set is changed and None returned.
        method : {'nearest', 'previous', 'linear'}, optional
            As for `MSID.interpolate`.
        max_age : float, optional
            As for `MSID.interpolate`; a time without value stays in the grid, with `bads` set, unless `bad_union` and
            `filter_bad` leave it out.

        Returns
        -------
        MSIDset or None
            The copy, if one was asked for.

        Raises
        ------
        ValuesError
            If `times` is given with dt, start or stop, or dt is not above 0; also a `ValueError`.
        """
        from jeta.fetch import together  # noqa: PLC0415 - not needed to import fetch

        grid = together.grid(self, dt, start, stop, times, method)
        target = self.copy() if copy else self
        together.put_on_grid(target, grid, filter_bad=filter_bad, bad_union=bad_union, method=method, max_age_s=max_age)
        return target if copy else None

    def logical_intervals(
        self, op: str, val: Any = None, complete_intervals: bool = False, max_gap: float | None = None
    ) -> dict[str, Table] | Table:
        """Return when each member compares as given; or when an expression over members holds.

        Parameters
        ----------
        op : {'==', '!=', '>', '<', '>=', '<='}, or str
            The comparison; or, without `val`, an expression such as ``"HEATER == 'ON' & TEMP > 20"``.
        val : number, bool or str, optional
            What to compare with.
        complete_intervals : bool
            As for `MSID.logical_intervals`; for an expression, of each comparison in it.
        max_gap : float, optional
            Likewise.

        Returns
        -------
        dict of str to astropy.table.Table, or astropy.table.Table
            A table as from `MSID.logical_intervals` for each member; for an expression, one.

        Raises
        ------
        ValuesError, ExpressionError
            If op is no comparison, or the expression cannot be understood; also a `ValueError`.
        UnknownMsidError
            If the expression names an MSID that is not in the set.
        """
        if val is None:
            from jeta.fetch import conditions  # noqa: PLC0415 - not needed to import fetch

            return conditions.table_over(self, op, complete_intervals=complete_intervals, max_gap=max_gap)
        return {name: member.logical_intervals(op, val, complete_intervals, max_gap) for name, member in self.items()}

    def provenance(self) -> Provenance:
        """Return where the samples of all members came from, one member after another, see `MSID.provenance`."""
        from jeta.fetch.provenance import Provenance  # noqa: PLC0415 - not needed to import fetch

        return Provenance(origin for member in self.values() for origin in member.provenance())

    def write_zip(self, filename: str | os.PathLike[str]) -> None:
        """Write each member as one CSV file in a zip archive, which is replaced.

        Parameters
        ----------
        filename : path
            The zip archive.
        """
        from jeta.fetch.zipped import write_zip  # noqa: PLC0415 - not needed to import fetch

        write_zip(self.values(), filename)

    def copy(self) -> Self:
        """Return a copy whose members, with their arrays, are its own."""
        new = self.__class__.__new__(self.__class__)
        OrderedDict.__init__(new)
        # One memory of what is copied for all: arrays that members share, they share in the copy.
        memo: dict[int, Any] = {}
        vars(new).update(copying.deepcopy(vars(self), memo))
        for name, member in self.items():
            new[name] = copying.deepcopy(member, memo)
        return new

    def __repr__(self) -> str:
        # As in the ancestors, on every version of Python.
        return f"{type(self).__name__}({list(self.items())!r})"

    def _repr_html_(self) -> str:
        from jeta.fetch.notebook import set_html  # noqa: PLC0415 - not needed to import fetch

        return set_html(self, type(self).__name__)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), list(self.items()), dict(vars(self)))


def _restore(cls: type[MSIDset], items: list[tuple[str, MSID]], attributes: dict[str, Any]) -> MSIDset:
    """Make a pickled set again."""
    new = cls.__new__(cls)
    OrderedDict.__init__(new)
    for name, member in items:
        new[name] = member
    vars(new).update(attributes)
    return new


class Msidset(MSIDset):
    """An `MSIDset` without bad samples: the same with ``filter_bad=True``; its members are `MSID` objects."""

    def __init__(  # noqa: PLR0913 - as above
        self,
        msids: Iterable[str] | str,
        start: Any = None,
        stop: Any = None,
        filter_bad: bool = True,
        stat: str | None = None,
        *,
        bracket: bool = False,
        last_bin: bool = False,
        where: Any = None,
        percentiles: Iterable[float] | None = None,
    ) -> None:
        more: dict[str, Any] = {"last_bin": last_bin, "where": where, "percentiles": percentiles}
        super().__init__(msids, start, stop, filter_bad, stat, bracket=bracket, **more)
