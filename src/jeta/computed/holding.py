"""Inputs that are sent only when they change: a value holds until the next sample."""

from __future__ import annotations

from typing import Any

from jeta.computed.comp import find


def is_held(dat: Any) -> bool:
    """Tell whether the values of a fetched object hold until the next sample.

    Parameters
    ----------
    dat : MSID
        The object, with what the telemetry database says of it as ``entry``; without that, values do not hold.

    Examples
    --------
    >>> is_held(object())
    False
    """
    entry = getattr(dat, "entry", None)
    return entry is not None and bool(entry.on_change)


def fetched_with_held(module: Any, msid: str, start: Any, stop: Any, *, filter_bad: bool = False) -> Any:
    """Fetch an MSID that is sent only when it changes, with the last sample before the span.

    Parameters
    ----------
    module : module
        A fetch module.
    msid : str
        Name in any case. Of a computed MSID, which gives samples of a span only, there is none before.
    start, stop : time
        Span; the first sample at or after `stop` may be given too.
    filter_bad : bool
        Leave bad samples out.

    Returns
    -------
    MSID
        The samples.
    """
    if find(msid) is not None:
        return module.MSID(msid, start, stop, filter_bad)
    return module.MSID(msid, start, stop, filter_bad, bracket=True)
