"""States: the raw count that stands for each text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ArchiveNotFoundError
from jeta.fetch import session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.fetch.arrays import Arrays
    from jeta.tdb import Entry

StateCodes = list[tuple[int, str]]
"""Pairs of raw count and state, sorted by count."""

STATE_CODES: dict[str, StateCodes] = {}
"""State codes by upper-case MSID that win over those of the telemetry database; empty until a script adds some."""


def state_codes(series: Arrays, own: StateCodes) -> StateCodes | None:
    """Return the state codes of an object, see `MSID.state_codes`.

    Parameters
    ----------
    series : Series
        The object.
    own : list of (int, str)
        Those of its own samples, as the source sent them.
    """
    if series.MSID in STATE_CODES:
        return sorted((int(count), str(state)) for count, state in STATE_CODES[series.MSID])
    if series.dtype.kind != "U":
        return None
    return _of_entry(series.entry) or _of_archive(series, own) or None


def _of_entry(entry: Entry | None) -> StateCodes:
    """State codes of the telemetry database."""
    if entry is None:
        return []
    return list(entry.state_codes if entry.calibrations is None else entry.calibrations.state_codes)


def _of_archive(series: Arrays, own: StateCodes) -> StateCodes:
    """State codes as the source sent them, of all samples of the MSID."""
    if series.archive_key is None:
        return own
    try:
        return session.archive_of(series.archive_key).states(series.MSID)
    except ArchiveNotFoundError:
        # An object may be read where its archive is not: the states of its own samples came with it.
        return own


def counts_of(texts: NDArray[Any], codes: StateCodes) -> NDArray[Any]:
    """Return the raw count of each text, -1 for one that is no state.

    Parameters
    ----------
    texts : str array, shape (rows,)
        Texts without trailing blanks.
    codes : list of (int, str)
        The states.

    Returns
    -------
    int8 array, shape (rows,), or a wider type where int8 does not hold all counts

    Examples
    --------
    >>> counts_of(np.array(["ON", "?", "OFF"]), [(0, "OFF"), (1, "ON ")])
    array([ 1, -1,  0], dtype=int8)
    """
    counts = [count for count, _ in codes]
    fitting = (np.iinfo(name) for name in ("int8", "int16", "int32"))
    dtype = next((i.dtype for i in fitting if i.min <= min(counts) and max(counts) <= i.max), np.dtype(np.int64))
    raw = np.full(len(texts), -1, dtype)
    if texts.dtype.kind == "U":
        for count, state in codes:
            raw[texts == state.rstrip()] = count
    return raw
