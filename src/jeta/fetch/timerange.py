"""`get_time_range`: from when to when there are samples."""

from __future__ import annotations

from typing import Any

from jeta.fetch import names, session
from jeta.fetch.names import find_stored
from jeta.times import show


def get_time_range(msid: str, format: str | None = None) -> tuple[Any, Any]:  # noqa: A002 - the ancestors' name
    """Return the first and last instant of an MSID.

    Parameters
    ----------
    msid : str
        Name, as for `MSID`.
    format : str, optional
        Form of the result, such as ``'date'``, ``'greta'``, ``'iso'``, ``'secs'``; by default seconds in the archive's
        time system.

    Returns
    -------
    tuple of two
        Instants of the first and the last sample, both inside; as things are now, nothing is kept from earlier calls.

    Raises
    ------
    UnknownMsidError
        If there is no such MSID, or it is computed at each fetch, and so has no end; also a `KeyError`.
    AmbiguousMsidError
        If a pattern matches several.
    """
    archive = session.archive_for_fetch()
    name = find_stored(msid, archive).MSID
    span = archive.time_range(name)
    for source in [] if span is not None else names.others():
        span = span or source.time_range(name, archive.time_system)
    span = span or (float("nan"), float("nan"))
    if format is None:
        return span
    first, last = (show(seconds, format, archive.time_system) for seconds in span)
    return first, last
