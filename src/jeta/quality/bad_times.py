"""The table of bad times: spans in which an MSID, or all that match a pattern, are known to be wrong."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import IntervalError, TimeFormatError
from jeta.intervals import Intervals, read_intervals
from jeta.intervals.text_files import seconds_of_texts

if TYPE_CHECKING:
    from typing import TypeAlias

    TextTable: TypeAlias = str | os.PathLike[str] | Iterable[str]
    _Spans: TypeAlias = tuple[tuple[str, str], ...]


class BadTimes(dict[str, list[tuple[str, str]]]):
    """Spans of bad times by MSID: a dict of upper-case name or pattern to a list of ``(start, stop)`` texts, both included.

    It starts empty, or as a copy of the dict it is made of. Tables are put in with `add`; changing it as a dict works as
    well. Any number of threads may ask while one adds.

    Examples
    --------
    >>> bad_times = BadTimes()
    >>> bad_times.add(["teph* 1970:001:00:01:00 1970:001:00:02:00"])
    >>> bad_times
    {'TEPH*': [('1970:001:00:01:00', '1970:001:00:02:00')]}
    >>> bad_times.intervals_for("TEPHIN", "unix")
    Intervals([60.0], [120.0])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = threading.Lock()
        self._read: dict[tuple[str, str], tuple[_Spans, Intervals]] = {}

    def __reduce__(self) -> tuple[type[BadTimes], tuple[dict[str, list[tuple[str, str]]]]]:
        return BadTimes, (dict(self),)  # without the lock, which cannot be copied

    def add(self, table: TextTable) -> None:
        """Append what a table holds: all of it, or nothing where something in it is wrong.

        Parameters
        ----------
        table : file name, open file, or list of str
            Lines ``MSID start stop``, as for `parse_bad_times`. Spans that are there already are appended again.

        Raises
        ------
        IntervalError
            If a line has another number of columns, holds something that is no time, or starts after it stops.
        """
        name, lines = _lines_of(table)
        columns = _split(name, lines, ("MSID", "start", "stop"))
        for number, (_, start, stop) in columns:
            _check_span(f"{name}, line {number}", start, stop)
        with self._lock:
            for _, (pattern, start, stop) in columns:
                key = pattern.upper()
                self[key] = [*self.get(key, ()), (start, stop)]

    def intervals_for(self, msid: str, system: str) -> Intervals:
        """Return the bad times of an MSID.

        Parameters
        ----------
        msid : str
            Name, in any case; no pattern.
        system : {'unix', 'cxcsec'}
            Time system of the result.

        Returns
        -------
        Intervals
            Seconds of all entries whose pattern matches, closed at both ends; they may overlap. None is no interval.

        Raises
        ------
        IntervalError, TimeFormatError
            If an entry that was put in as into a dict holds no times.
        """
        name = msid.upper()
        # One look at all keys at once, so that another thread may add meanwhile.
        found = [
            self._seconds(key, spans, system) for key, spans in list(self.items()) if fnmatchcase(name, key.upper())
        ]
        return Intervals(
            np.concatenate([np.empty(0), *(spans.tstart for spans in found)]),
            np.concatenate([np.empty(0), *(spans.tstop for spans in found)]),
        )

    def _seconds(self, key: str, spans: list[tuple[str, str]], system: str) -> Intervals:
        """Intervals of one entry, read again only where its spans have changed."""
        now = tuple(spans)
        known = self._read.get((key, system))
        if known is None or known[0] != now:
            known = self._read[key, system] = (now, _intervals_of(now, system))
        return known[1]


def parse_bad_times(table: TextTable) -> list[tuple[str, str, str]]:
    """Read a table of bad times.

    Parameters
    ----------
    table : file name, open file, or list of str
        Lines ``MSID start stop``, set apart by blanks: a name or pattern (``*``, ``?``, ``[...]``) in any case, and two times
        in any accepted form of text without blanks, or in seconds, both included. Blank lines and lines that begin with
        ``#`` are left out.

    Returns
    -------
    list of (pattern, start, stop)
        As they stand in the table.

    Raises
    ------
    IntervalError
        If a line has another number of columns.

    Examples
    --------
    >>> parse_bad_times(["# MSID start stop", "aogbias1 2008:292 2008:297"])
    [('aogbias1', '2008:292', '2008:297')]
    """
    name, lines = _lines_of(table)
    return [(columns[0], columns[1], columns[2]) for _, columns in _split(name, lines, ("MSID", "start", "stop"))]


def parse_spans(table: TextTable) -> list[tuple[str, str]]:
    """Read a table of spans of time that is for one MSID.

    Parameters
    ----------
    table : file name, open file, or list of str
        Lines ``start stop``, else as for `parse_bad_times`.

    Returns
    -------
    list of (start, stop)
        As they stand in the table.

    Raises
    ------
    IntervalError
        If a line has another number of columns.

    Examples
    --------
    >>> parse_spans(["2008:292 2008:297", ""])
    [('2008:292', '2008:297')]
    """
    name, lines = _lines_of(table)
    return [(columns[0], columns[1]) for _, columns in _split(name, lines, ("start", "stop"))]


def read_spans(table: TextTable, system: str) -> Intervals:
    """Read a table of spans of time that is for one MSID, in seconds.

    Parameters
    ----------
    table : file name, open file, or list of str
        As for `parse_spans`.
    system : {'unix', 'cxcsec'}
        Time system of the result, and of numbers in the table.

    Returns
    -------
    Intervals
        In the order of the table, closed at both ends.

    Raises
    ------
    IntervalError
        If a line has another number of columns, or a span runs backwards.
    TimeFormatError
        If a text is no time.

    Examples
    --------
    >>> read_spans(["1970:001:00:01:00 1970:001:00:02:00"], "unix")
    Intervals([60.0], [120.0])
    """
    return _intervals_of(parse_spans(table), system)


def _lines_of(table: TextTable) -> tuple[str, Iterable[str]]:
    """What to call a table in messages, and its lines."""
    if isinstance(table, str | os.PathLike):
        return os.fspath(table), Path(table).read_text(encoding="utf-8-sig").splitlines()
    lines: list[Any] = list(table) if hasattr(table, "__iter__") else [table]
    for line in lines:
        if not isinstance(line, str):
            raise IntervalError(f"a table of bad times must be a file name or lines of text, but is or holds {line!r}")
    return str(getattr(table, "name", "table of bad times")), lines


def _split(name: str, lines: Iterable[str], columns: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    """Number and columns of each line that holds any."""
    numbered = [(number, line.split()) for number, line in enumerate(lines, 1) if not line.lstrip().startswith("#")]
    rows = [(number, items) for number, items in numbered if items]
    for number, items in rows:
        if len(items) != len(columns):
            raise IntervalError(
                f"{name}, line {number}: expected {len(columns)} columns, {' '.join(columns)}, but got {len(items)}: "
                f"{' '.join(items)!r}; write times without blanks"
            )
    return rows


def _check_span(where: str, start: str, stop: str) -> None:
    """Refuse a span that is none; which time system it is read in does not matter for that."""
    try:
        _intervals_of([(start, stop)], "unix")
    except (IntervalError, TimeFormatError) as err:
        raise IntervalError(f"{where}: {start} to {stop} is no span of time: {err}") from err


def _intervals_of(spans: Iterable[tuple[Any, Any]], system: str) -> Intervals:
    """Intervals of spans in any form, numbers of seconds as text among them."""
    pairs = list(spans)
    if not all(isinstance(item, str) for pair in pairs for item in pair):
        return read_intervals(pairs, system)
    starts, stops = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return Intervals(seconds_of_texts(starts, system), seconds_of_texts(stops, system))
