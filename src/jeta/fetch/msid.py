"""`MSID` and `Msid`: the samples of one telemetry channel over a span of time."""

from __future__ import annotations

import copy as copying
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import AmbiguousMsidError, StatError
from jeta.fetch import session
from jeta.fetch.names import msid_glob
from jeta.fetch.query import Span, hull, spans_of
from jeta.samples import FLAGGED_BY_PERSON, FLAGGED_BY_SOURCE

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from jeta.archive import ArchiveReader
    from jeta.archive.output import Rows
    from jeta.tdb import Entry

_STATS = ("5min", "daily")


class MSID:
    """The samples of one MSID.

    Parameters
    ----------
    msid : str
        Name in any case, or a pattern that matches one.
    start : time, or intervals, optional
        Start of the span, itself inside, in any form that `jeta.times` accepts; by default the archive's first sample. Or
        several intervals, which are fetched one after another: pairs of times, or a table with columns ``datestart`` and
        ``datestop``, or ``tstart`` and ``tstop``.
    stop : time, optional
        Stop of the span, itself outside; by default now.
    filter_bad : bool
        Leave bad samples out.
    stat : None
        Which statistics to fetch instead of samples; this version of jeta has samples only.

    Attributes
    ----------
    msid, MSID : str
        The name as typed, and in upper case.
    times : float64 array, shape (rows,)
        Seconds in the archive's time system.
    vals : array, shape (rows,)
        Numbers, booleans or texts.
    bads : bool array, shape (rows,), or None
        True for bad samples; None once they have been left out.
    alarms : int16 array, shape (rows,), or None
        The source's alarm status of each sample; None where it is 0 throughout.
    tstart, tstop : float
        The span asked for, in seconds; `datestart` and `datestop` are the same as dates.
    unit : str or None
        Unit of the values.
    colnames : list of str
        Names of the array attributes.

    Raises
    ------
    UnknownMsidError
        If there is no such MSID; also a `ValueError` and a `KeyError`.
    AmbiguousMsidError
        If a pattern matches more than one; also a `ValueError`.
    TimeFormatError, IntervalError
        If start or stop cannot be understood; also a `ValueError`.
    ArchiveNotFoundError
        If no archive is in use.

    Notes
    -----
    A span without samples, or one that ends before it starts, gives an object of length 0.

    Examples
    --------
    ::

        dat = fetch.MSID("SA_ZATTEST2", "2022:143:00:36:00", "2022:143:00:37:00")
        dat.times, dat.vals
    """

    fetch: ModuleType
    """The module that this class belongs to."""

    def __init__(
        self, msid: str, start: Any = None, stop: Any = None, filter_bad: bool = False, stat: str | None = None
    ) -> None:
        _check_stat(stat)
        msids, names = msid_glob(msid)
        if len(names) > 1:
            raise AmbiguousMsidError(
                f"Multiple matches for {msid!r}: {', '.join(msids)}; name one, or use fetch.MSIDset"
            )
        archive = session.current_archive()
        self.msid, self.MSID = msids[0], names[0]
        self.stat = stat
        self.units = {"system": "cxc"}
        self.colnames = ["vals", "times", "bads"]
        self.data_source: dict[str, dict[str, str]] = {}
        self._archive_root = archive.root
        self._entry: Entry | None = archive.tdb().get(self.MSID)
        self.unit = None if self._entry is None else self._entry.unit
        self._fill(archive, start, stop)
        if filter_bad:
            self.filter_bad()

    def _fill(self, archive: ArchiveReader, start: Any, stop: Any) -> None:
        """Read the samples."""
        wanted = spans_of(self._first(archive) if start is None else start, stop, archive)
        parts = [archive.read(self.MSID, span.tstart, span.tstop) for span in wanted or [Span(0.0, 0.0)]]
        whole = hull(wanted, archive)
        self.tstart, self.tstop = whole.tstart, whole.tstop
        self.datestart, self.datestop = whole.dates(archive.time_system)
        self.times = _joined([part.times for part in parts])
        self.vals = _joined([_values(part) for part in parts])
        self.bads: NDArray[np.bool_] | None = _joined([_bads(part) for part in parts])
        self.alarms = _alarms(parts)

    def _first(self, archive: ArchiveReader) -> float | None:
        """The archive's first sample; no later than that of this MSID, should the archive remember it wrong."""
        own = archive.time_range(self.MSID)
        known = [first for first in (archive.first_instant(), None if own is None else own[0]) if first is not None]
        return min(known, default=None)

    def __len__(self) -> int:
        return len(self.vals)

    def __repr__(self) -> str:
        parts = {
            "start": self.datestart,
            "stop": self.datestop,
            "len": len(self),
            "dtype": self.dtype.name,
            "unit": self.unit,
            "stat": self.stat,
        }
        shown = " ".join(f"{name}={value}" for name, value in parts.items() if value is not None)
        return f"<{type(self).__name__} {self.MSID} {shown}>"

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self.vals.dtype

    @property
    def content(self) -> str | None:
        """The group of MSIDs that share time stamps; None, since in jeta's archives each MSID has its own."""
        return None

    @property
    def tdb(self) -> Entry:
        """What the telemetry database says of the MSID.

        Raises
        ------
        UnknownMsidError
            If it has no entry; also a `KeyError`.
        """
        if self._entry is not None:
            return self._entry
        return session.archive_at(self._archive_root).tdb()[self.MSID]

    @property
    def state_codes(self) -> list[tuple[int, str]] | None:
        """Pairs of raw count and state, sorted by count, from the telemetry database, else as the source sent them.

        None for MSIDs whose values are not texts, and for texts without counts.
        """
        if self.vals.dtype.kind != "U":
            return None
        codes = list(self._entry.state_codes) if self._entry is not None else []
        return codes or session.archive_at(self._archive_root).states(self.MSID) or None

    @property
    def raw_vals(self) -> NDArray[np.signedinteger] | None:
        """Raw count of each state, -1 for a text that is none; None without `state_codes`. Made anew at each use.

        int8 where that holds all counts, as in the ancestors, else a wider type.
        """
        codes = self.state_codes
        if codes is None:
            return None
        raw = np.full(len(self.vals), -1, _type_of_counts([count for count, _ in codes]))
        for count, state in codes:
            raw[self.vals == state.rstrip()] = count
        return raw

    def filter_bad(self, copy: bool = False) -> MSID | None:
        """Leave out bad samples.

        Parameters
        ----------
        copy : bool
            Work on a copy and return it; by default this object is changed and None returned.

        Returns
        -------
        MSID or None
            The copy, if one was asked for.
        """
        target = self.copy() if copy else self
        if target.bads is not None:
            if target.bads.any():
                good = ~target.bads
                target.vals, target.times = target.vals[good], target.times[good]
                target.alarms = None if target.alarms is None else target.alarms[good]
            target.bads = None
        return target if copy else None

    def copy(self) -> MSID:
        """Return a copy whose arrays are its own."""
        return copying.deepcopy(self)


class Msid(MSID):
    """An `MSID` without its bad samples: the same with ``filter_bad=True``."""

    def __init__(
        self, msid: str, start: Any = None, stop: Any = None, filter_bad: bool = True, stat: str | None = None
    ) -> None:
        super().__init__(msid, start, stop, filter_bad, stat)


def _check_stat(stat: str | None) -> None:
    """Refuse what is no product.

    Raises
    ------
    StatError
        If `stat` is not None.
    """
    if stat in _STATS:
        raise StatError(f"stat={stat!r}: this version of jeta keeps full resolution only; fetch samples with stat=None")
    if stat is not None:
        raise StatError(f"stat must be None or one of {', '.join(map(repr, _STATS))}, but is {stat!r}")


def _type_of_counts(counts: list[int]) -> np.dtype[Any]:
    """The narrowest signed type that holds all counts."""
    fitting = (np.iinfo(name) for name in ("int8", "int16", "int32"))
    return next(
        (info.dtype for info in fitting if info.min <= min(counts) and max(counts) <= info.max), np.dtype(np.int64)
    )


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """Arrays end to end; one alone as it is."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _values(rows: Rows) -> NDArray[Any]:
    """Values as users see them."""
    if rows.texts is None:
        return rows.values
    return rows.texts[rows.values] if len(rows.texts) else np.empty(len(rows.values), "U1")


def _bads(rows: Rows) -> NDArray[np.bool_]:
    """Which samples the source or a person has flagged as bad."""
    if rows.quality is None:
        return np.zeros(len(rows.times), bool)
    flagged: NDArray[np.bool_] = (rows.quality & np.uint8(FLAGGED_BY_SOURCE | FLAGGED_BY_PERSON)) != 0
    return flagged


def _alarms(parts: list[Rows]) -> NDArray[np.int16] | None:
    """Alarm status of all samples, None where it is 0 throughout."""
    if all(part.alarm is None for part in parts):
        return None
    return _joined([np.zeros(len(p.times), np.int16) if p.alarm is None else p.alarm for p in parts])


MSID.fetch = sys.modules["jeta.fetch"]
