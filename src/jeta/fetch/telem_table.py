"""`get_telem_table`: several MSIDs as one table, at the sample times of the first."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.fetch import session, systems
from jeta.fetch.msidset import MSIDset
from jeta.fetch.names import as_list
from jeta.fetch.query import span_of

if TYPE_CHECKING:
    from astropy.table import Table


def get_telem_table(
    msids: list[str] | str, start: Any, stop: Any, time_pad: Any = 900.0, unit_system: str = "eng"
) -> Table:
    """Return several MSIDs as one table, at the sample times of the first.

    Parameters
    ----------
    msids : list of str
        Names; the first gives the times, the others their nearest sample.
    start, stop : time
        Half-open span.
    time_pad : float or astropy Quantity
        Seconds by which more is fetched on each side, so that others are near at the ends too; 15 minutes by default.
    unit_system : {'eng', 'sci', 'cxc'}
        Units of the values.

    Returns
    -------
    astropy.table.Table
        Column ``time`` (float64, seconds) and one for each MSID, as named. Where one has no sample, no rows.

    Raises
    ------
    UnknownMsidError
        If a name is not known.
    ValuesError
        If `time_pad` is no span of time.

    Notes
    -----
    For times in UTC, units and states, or on other times, see `MSIDset.to_table`.

    Examples
    --------
    ::

        fetch.get_telem_table(["SA_ZATTEST1", "SA_ZATTEST2"], "2022:143", "2022:144")
    """
    from astropy.table import Table  # noqa: PLC0415 - takes a second to import

    span, pad_s = span_of(start, stop, session.archive_for_fetch()), _pad_s(time_pad)
    low, high = span.tstart, span.tstop
    with systems.using(unit_system):
        dats = MSIDset(as_list(msids), low - pad_s, high + pad_s)
    names = list(dats)
    if "time" in names:
        raise ValuesError("an MSID named 'time' would take the place of the times; name it in upper case")
    if not names or any(len(dat) == 0 for dat in dats.values()):
        return _shown(Table({name: np.empty(0) for name in ["time", *names]}))
    base = next(iter(dats.values())).times
    dats.interpolate(times=base[(base >= low) & (base < high)], filter_bad=True, bad_union=True)
    return _shown(Table({"time": dats.times, **{name: dats[name].vals for name in names}}))


def _pad_s(time_pad: Any) -> float:
    """Seconds of a pad, given as such or as an astropy Quantity.

    Raises
    ------
    ValuesError
        If it is neither.
    """
    wrong = f"time_pad must be seconds of at least 0, or a Quantity of time, but is {time_pad!r}"
    try:
        seconds = time_pad.to_value("s") if hasattr(time_pad, "to_value") else time_pad
    except ValueError as err:
        raise ValuesError(f"{wrong}: {err}") from err
    if isinstance(seconds, Real) and not isinstance(seconds, bool) and float(seconds) >= 0:
        return float(seconds)
    raise ValuesError(wrong)


def _shown(table: Table) -> Table:
    """The table with times to the millisecond."""
    table["time"].info.format = ".3f"
    return table
