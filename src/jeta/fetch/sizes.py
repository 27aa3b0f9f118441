"""How large a fetch will be, told from the index of the archive before anything is read."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import interpolation
from jeta.errors import TooLargeError, ValuesError
from jeta.fetch import names, session
from jeta.fetch.msid import MSID, check_stat
from jeta.fetch.query import Span, span_of
from jeta.statistics import width_of

if TYPE_CHECKING:
    from jeta.fetch.telem import MostMb

FETCH_SIZES: dict[tuple[str, str | None], float] = {}
"""Bytes of one sample by MSID in lower case and kind of statistics, as far as they were asked for."""

_SMALL_S = 30 * 86400.0
_HOUR_S = 3600.0
_MB = 1e6


def get_fetch_size(
    msids: list[str] | str,
    start: Any,
    stop: Any,
    stat: str | None = None,
    interpolate_dt: float | None = None,
    fast: bool = True,
) -> tuple[float, float]:
    """Return how many megabytes a fetch will take in memory, and how many it returns.

    Parameters
    ----------
    msids : str or list of str
        Names or patterns.
    start, stop : time
        Half-open span.
    stat : {None, '5min', 'daily'} or str
        Which statistics, as for `MSID`.
    interpolate_dt : float, optional
        Spacing of the grid onto which the samples are brought, seconds.
    fast : bool
        Give no figures for what is surely small: spans below 30 days, and statistics.

    Returns
    -------
    fetch_Mb, out_Mb : float
        Megabytes (1e6 bytes), rounded to two decimals; -1 and -1 where no figures are given.

    Raises
    ------
    UnknownMsidError, StatError
        If a name or the statistics are not known.
    """
    check_stat(stat)
    if interpolate_dt is not None:
        interpolation.checked_step(interpolate_dt)
    archive = session.archive_for_fetch()
    span = span_of(start, stop, archive)
    found = [names.find_one(name, archive) for each in names.as_list(msids) for name in names.msid_glob(each)[0]]
    if fast and (span.tstop - span.tstart < _SMALL_S or stat is not None):
        return -1, -1
    sizes = [_size(each, span, stat, interpolate_dt) for each in found]
    return round(sum(size for size, _ in sizes) / _MB, 2), round(sum(size for _, size in sizes) / _MB, 2)


def check(
    msids: list[str], span: Span, stat: str | None, interpolate_dt: float | None, most: MostMb, *, writes: bool
) -> None:
    """Refuse a fetch that is too large.

    Raises
    ------
    TooLargeError
        If more would be fetched than the limit, or written; it is also a `MemoryError`.
    """
    for name, limit in (("max_fetch_Mb", most.fetch), ("max_output_Mb", most.output)):
        if not isinstance(limit, Real):
            raise ValuesError(f"{name} must be a number of megabytes, but is {limit!r}")
    fetch_mb, out_mb = get_fetch_size(msids, span.tstart, span.tstop, stat, interpolate_dt)
    if not fetch_mb <= most.fetch:
        raise TooLargeError(
            f"Requested fetch requires {fetch_mb:.2f} Mb vs. limit of {most.fetch:.2f} Mb; "
            "ask for a shorter span, for statistics, or raise max_fetch_Mb"
        )
    if writes and not out_mb <= most.output:
        raise TooLargeError(
            f"Requested fetch requires {out_mb:.2f} Mb output vs. limit of {most.output:.2f} Mb; "
            "ask for a shorter span, a larger interpolate_dt, or raise max_output_Mb"
        )


def _size(found: names.Found, span: Span, stat: str | None, interpolate_dt: float | None) -> tuple[float, float]:
    """Bytes that one MSID takes when fetched, and after it was brought onto a grid."""
    archive = session.archive_for_fetch()
    length_s = max(0.0, span.tstop - span.tstart)
    rows = 0.0
    if found.computed is None and found.MSID in archive:
        rows = float(archive.rows_between(found.MSID, span.tstart, span.tstop)[0])
    if found.computed is not None or names.others():
        rows = max(rows, _rows_by_sample(found, span))
    bytes_a_row = _bytes_a_row(found, span, stat)
    if stat is not None:
        rows = min(rows, length_s / width_of(stat).dt_s)
    fetched = rows * bytes_a_row
    if interpolate_dt is None:
        return fetched, fetched
    return fetched, min(length_s / interpolate_dt, np.inf if rows else 0.0) * bytes_a_row


def _rows_by_sample(found: names.Found, span: Span) -> float:
    """About how many samples there are where no index tells: as many an hour as in the hour in the middle of the span."""
    middle_s = (span.tstart + span.tstop) / 2
    piece = Span(max(span.tstart, middle_s - _HOUR_S / 2), min(span.tstop, middle_s + _HOUR_S / 2))
    if not piece.tstart < piece.tstop:
        return 0.0
    rows = len(MSID(found.msid, piece.tstart, piece.tstop))
    return rows * (span.tstop - span.tstart) / (piece.tstop - piece.tstart)


def _bytes_a_row(found: names.Found, span: Span, stat: str | None) -> float:
    """Bytes of one sample in all columns: of those at the start of the span, since texts may be of any length."""
    key = found.msid.lower(), stat
    if key not in FETCH_SIZES:
        FETCH_SIZES[key] = _measured_bytes(found, span, stat)
    return FETCH_SIZES[key]


def _measured_bytes(found: names.Found, span: Span, stat: str | None) -> float:
    """The same, by fetching a sample."""
    few = MSID(found.msid, span.tstart, span.tstart, stat=stat, bracket=stat is None and found.computed is None)
    columns = [getattr(few, name) for name in few.colnames]
    return float(sum({id(array): array.dtype.itemsize for array in columns if array is not None}.values()))
