"""The bad-times table in use: spans of time in which an MSID is not to be trusted, by name or pattern."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from jeta.errors import IntervalError
from jeta.fetch import session
from jeta.intervals import Intervals, read_intervals
from jeta.quality import BadTimes, read_spans

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from jeta.fetch.series import Series

FILE_NAME = "bad_times.txt"
"""Name of an archive's own bad-times table, in its root: lines of ``MSID start stop``."""

msid_bad_times = BadTimes()
"""What `read_bad_times` has read: pattern in upper case to pairs of start and stop."""

_of_archives: dict[Path, tuple[tuple[int, int], BadTimes]] = {}
_lock = threading.Lock()
_applied = threading.Event()


def read_bad_times(table: Any) -> None:
    """Add to the bad-times table in use.

    Parameters
    ----------
    table : path, open file, or list of str
        Lines of ``MSID start stop``, of which MSID may be a pattern with ``*``, ``?`` or ``[...]``, in any case. Blank lines
        and lines that begin with ``#`` do not count.

    Raises
    ------
    IntervalError
        If a line is something else; also a `ValueError`. Nothing is added then.

    Notes
    -----
    An archive's own table, the file ``bad_times.txt`` in its root, is always in use.

    Examples
    --------
    >>> read_bad_times(["tep* 2022:143:00:00:00 2022:143:01:00:00"])
    >>> msid_bad_times.pop("TEP*")
    [('2022:143:00:00:00', '2022:143:01:00:00')]
    """
    msid_bad_times.add(table)


class apply_bad_times:  # noqa: N801 - used like a function; a class so that ``with`` can undo it
    """Choose whether fetches mark samples of bad times as bad from now on, without a call of `filter_bad_times`.

    Parameters
    ----------
    on : bool
        Whether they do; at first they do not.

    Notes
    -----
    The choice holds for all threads; in a ``with`` statement, to the end of the block.

    Examples
    --------
    ::

        fetch.apply_bad_times(True)
        dat = fetch.Msid("SA_ZATTEST2")  # without the samples of bad times
    """

    def __init__(self, on: bool = True) -> None:
        self._before = _applied.is_set()
        _set_applied(on)

    def __repr__(self) -> str:
        return f"<bad times are {'' if _applied.is_set() else 'not '}applied by fetch>"

    def __enter__(self) -> None:
        """Nothing to do: the choice was made when the object was made."""

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _set_applied(self._before)


def _set_applied(on: bool) -> None:
    """Turn it on or off."""
    if on:
        _applied.set()
    else:
        _applied.clear()


def automatic_bads(name: str, times: NDArray[np.float64], system: str, archive: str | None) -> NDArray[np.bool_] | None:
    """Return which samples are bad by the table in use; None unless `apply_bad_times` is on."""
    spans = applied_spans(name, system, archive)
    return None if spans is None else spans.contains(times)


def applied_spans(name: str, system: str, archive: str | None) -> Intervals | None:
    """Return the bad times of an MSID; None unless `apply_bad_times` is on."""
    return known_spans(name, system, archive) if _applied.is_set() else None


def mark_bad_times(series: Series) -> None:
    """Mark samples of bad times as bad, if `apply_bad_times` is on."""
    bads = automatic_bads(series.MSID, series.times, series.time_system, series.archive_key)
    if bads is not None and series.bads is not None:
        series.bads = series.bads | bads


def known_spans(name: str, system: str, archive: str | None) -> Intervals:
    """Return the bad times of an MSID, by the tables of the archive and of the session."""
    spans = msid_bad_times.intervals_for(name, system)
    for table in _tables_of(archive):
        spans = spans.union(table.intervals_for(name, system))
    return spans


def _tables_of(archive: str | None) -> list[BadTimes]:
    """The tables that archives bring, as they are now."""
    tables = []
    for root in [] if archive is None else session.roots_of(archive):
        path = root / FILE_NAME
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        signature = status.st_mtime_ns, status.st_size
        known = _of_archives.get(path)
        if known is None or known[0] != signature:
            table = BadTimes()
            table.add(path)
            known = signature, table
            with _lock:
                _of_archives[path] = known
        tables.append(known[1])
    return tables


def spans_to_remove(name: str, start: Any, stop: Any, table: Any, system: str, archive: str | None) -> Intervals:
    """Return what `filter_bad_times` leaves out.

    Raises
    ------
    IntervalError
        If only one of start and stop is given.
    """
    if table is not None:
        return read_spans(table, system)
    if start is None and stop is None:
        return known_spans(name, system, archive)
    if start is None or stop is None:
        raise IntervalError(
            f"filter_times requires either 2 args (start and stop) or none, but got start={start!r}, stop={stop!r}"
        )
    return read_intervals([(start, stop)], system)
