"""`get_time_range`: from when to when there are samples."""

from __future__ import annotations

from typing import Any

from jeta.errors import AmbiguousMsidError
from jeta.fetch import session
from jeta.fetch.names import msid_glob
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
        If there is no such MSID; also a `KeyError`.
    AmbiguousMsidError
        If a pattern matches several.
    """
    msids, names = msid_glob(msid)
    if len(names) > 1:
        raise AmbiguousMsidError(f"Multiple matches for {msid!r}: {', '.join(msids)}; name one")
    archive = session.current_archive()
    span = archive.time_range(names[0]) or (float("nan"), float("nan"))
    if format is None:
        return span
    first, last = (show(seconds, format, archive.time_system) for seconds in span)
    return first, last
