"""`MSIDset` and `Msidset`: several MSIDs over one span of time."""

from __future__ import annotations

import copy as copying
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from jeta.errors import UnknownMsidError
from jeta.fetch import session
from jeta.fetch.msid import MSID, _check_stat
from jeta.fetch.names import msid_glob
from jeta.fetch.query import hull, intervals_of, span_of, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable


class MSIDset(OrderedDict[str, MSID]):
    """Several MSIDs, by name.

    Parameters
    ----------
    msids : iterable of str, or str
        Names or patterns, whose matches are all taken; a single one may be given as it is.
    start, stop : time, optional
        As for `MSID`, the same for all.
    filter_bad : bool
        Leave out the bad samples of each MSID.
    stat : None
        As for `MSID`.

    Attributes
    ----------
    tstart, tstop : float
        The span asked for, in seconds; `datestart` and `datestop` are the same as dates.

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

    def __init__(
        self,
        msids: Iterable[str] | str | None = None,
        start: Any = None,
        stop: Any = None,
        filter_bad: bool = False,
        stat: str | None = None,
    ) -> None:
        super().__init__()
        if msids is None:
            return
        _check_stat(stat)
        names = [name for each in _as_list(msids) for name in msid_glob(each)[0]]
        archive = session.current_archive()
        # One look at the clock for all members: None as stop must mean the same instant for each.
        span = start, stop
        if intervals_of(start, archive.time_system) is None:
            once = span_of(start, stop, archive)
            span = (None if start is None else once.tstart), once.tstop
        for name in names:
            self[name] = self.MSID(name, *span, filter_bad=False, stat=stat)
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

    def filter_bad(self, copy: bool = False) -> MSIDset | None:
        """Leave out the bad samples of each MSID.

        Parameters
        ----------
        copy : bool
            Work on a copy and return it; by default this set is changed and None returned.

        Returns
        -------
        MSIDset or None
            The copy, if one was asked for.
        """
        target = self.copy() if copy else self
        for member in target.values():
            member.filter_bad()
        return target if copy else None

    def copy(self) -> MSIDset:
        """Return a copy whose members, with their arrays, are its own."""
        new = self.__class__.__new__(self.__class__)
        OrderedDict.__init__(new)
        vars(new).update(copying.deepcopy(vars(self)))
        for name, member in self.items():
            new[name] = member.copy()
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> MSIDset:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), list(self.items()), dict(vars(self)))


def _as_list(msids: Iterable[str] | str) -> list[str]:
    """Names as typed, also of one alone.

    Raises
    ------
    UnknownMsidError
        If this is neither a name nor several.
    """
    if isinstance(msids, str):
        return [msids]
    if not hasattr(msids, "__iter__"):
        raise UnknownMsidError(f"MSIDs must be given as names, but got {msids!r} of type {type(msids).__name__}")
    return list(msids)


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

    def __init__(
        self,
        msids: Iterable[str] | str,
        start: Any = None,
        stop: Any = None,
        filter_bad: bool = True,
        stat: str | None = None,
    ) -> None:
        super().__init__(msids, start, stop, filter_bad, stat)
