"""Seconds of a time system in the forms that people and other programs read. All forms are UTC."""

from __future__ import annotations

import math
import sys
from datetime import date
from string import Formatter
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import TimeFormatError
from jeta.times import scales, utc
from jeta.times.datetimes import to_datetime64
from jeta.times.leapseconds import DAY_S, day_lengths
from jeta.times.utc import SECOND_NS, UtcTimes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_YEAR_DAY = "{year:04d}:{doy:03d}:{hour:02d}:{minute:02d}:{second:02d}.{ms:03d}"
_ISO_T = "{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{ms:03d}"
_TEXTS = {
    "date": _YEAR_DAY,
    "yday": _YEAR_DAY,
    "greta": "{year:04d}{doy:03d}.{hour:02d}{minute:02d}{second:02d}{ms:03d}",
    "iso": _ISO_T.replace("T", " "),
    "isot": _ISO_T,
    "fits": _ISO_T,
    "maude": "{year:04d}{doy:03d}{hour:02d}{minute:02d}{second:02d}{ms:03d}",
}

_UNIX_ORDINAL = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = date.min.toordinal() - _UNIX_ORDINAL, date.max.toordinal() - _UNIX_ORDINAL
_JD_OF_UNIX, _MJD_OF_UNIX = 2_440_587.5, 40_587.0


def show(seconds: ArrayLike, format: str, system: str = "unix") -> Any:  # noqa: A002 - the ancestors' name
    """Show seconds in another form.

    ==================================  ============================================================================
    form                                example, and what it is
    ==================================  ============================================================================
    ``secs``                            the seconds themselves
    ``unix``, ``cxcsec``                seconds of that time system
    ``date``, ``yday``                  ``'2022:143:00:36:07.888'``
    ``greta``                           ``'2022143.003607888'``
    ``maude``                           ``2022143003607888`` (int, or int64 array)
    ``iso``                             ``'2022-05-23 00:36:07.888'``
    ``isot``, ``fits``                  ``'2022-05-23T00:36:07.888'``
    ``jd``, ``mjd``                     Julian date, modified Julian date
    ``frac_year``, ``decimalyear``      year and the part of it that has gone
    ``plot_date``                       matplotlib's days: since its epoch, by default 1970-01-01
    ``datetime``                        datetime without a time zone (objects in an array), to the nearest us
    ``datetime64``                      ``numpy.datetime64`` in ns
    ``astropy``                         ``astropy.time.Time``
    ==================================  ============================================================================

    Parameters
    ----------
    seconds : float or float64 array, any shape
        Seconds since the zero of the system.
    format : str
        One of the forms above.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.

    Returns
    -------
    str, int, float, datetime, datetime64 or Time, or array of the same shape
        The times in that form. Texts and ``maude`` are rounded to the nearest ms, as the ancestors do. A leap second
        shows as second 60 in texts; in ``unix``, ``datetime`` and ``datetime64`` as the second after it. NaN and
        infinite seconds stay what they are in ``secs``, ``unix`` and ``cxcsec``, are NaN in the other numeric forms and
        NaT in ``datetime64``.

    Raises
    ------
    TimeFormatError
        If there is no such form or system, or a time cannot be shown in it: not finite, or outside the years 1 to 9999
        (1678 to 2261 for ``datetime64``).

    Examples
    --------
    >>> show(378691266.184, "date", "cxcsec")
    '2010:001:00:00:00.000'
    >>> show([0.0, 1e9], "isot")
    array(['1970-01-01T00:00:00.000', '2001-09-09T01:46:40.000'], dtype='<U23')
    """
    scales.check_system(system)
    if format in _TEXTS:
        return _show_text(seconds, format, system)
    if format not in _OTHERS:
        raise TimeFormatError(f"unknown form of time {format!r}: it must be one of {', '.join(FORMS)}")
    values = np.asarray(seconds, dtype=np.float64)
    shown = _OTHERS[format](values.reshape(-1), system).reshape(values.shape)
    return shown if values.ndim or format == "astropy" else _scalar(shown, format)


def _scalar(shown: NDArray[Any], form: str) -> Any:
    """Python's kind of number or datetime; numpy's where Python has none."""
    return shown[()] if form == "datetime64" else shown.item()


def _show_text(seconds: ArrayLike, form: str, system: str) -> Any:
    """Show as text, or as the number that the text of ``maude`` is."""
    if isinstance(seconds, float | int):
        text = _one_text(float(seconds), form, system)
        return int(text) if form == "maude" else text
    values = np.asarray(seconds, dtype=np.float64)
    if values.ndim == 0:
        return _show_text(float(values), form, system)
    times = utc.from_seconds(values.reshape(-1), system, "ms")
    _check_years(times, values.reshape(-1), form)
    texts = _many_texts(times, _TEXTS[form])
    return (texts.astype(np.int64) if form == "maude" else texts).reshape(values.shape)


def _one_text(seconds: float, form: str, system: str) -> str:
    """Text of one time; without numpy, which is slower for one."""
    whole = math.floor(seconds) if math.isfinite(seconds) else 10**18
    instant = utc.ms_to_instant(whole * 1000 + round((seconds - whole) * 1000), system) if whole < 10**18 else None
    if instant is None or not _FIRST_DAY <= instant.day <= _LAST_DAY:
        raise _unshowable(seconds, form)
    day = date.fromordinal(instant.day + _UNIX_ORDINAL)
    second, ms = divmod(instant.ns // 10**6, 1000)
    minute_of_day = min(second // 60, 1439)  # so that the leap second is second 60 of 23:59
    return _TEXTS[form].format(
        year=day.year,
        month=day.month,
        day=day.day,
        doy=day.toordinal() - date(day.year, 1, 1).toordinal() + 1,
        hour=minute_of_day // 60,
        minute=minute_of_day % 60,
        second=second - minute_of_day * 60,
        ms=ms,
    )


def _unshowable(seconds: float, form: str) -> TimeFormatError:
    """Error for a time that has no such form."""
    return TimeFormatError(f"{seconds} s cannot be shown as {form!r}: it must be finite and in the years 1 to 9999")


def _check_years(times: UtcTimes, seconds: NDArray[np.float64], form: str) -> None:
    """Refuse times that are not finite, or outside the years of the calendar."""
    showable = times.valid & (times.days >= _FIRST_DAY) & (times.days <= _LAST_DAY)
    if not showable.all():
        raise _unshowable(float(seconds[~showable][0]), form)


def _many_texts(times: UtcTimes, template: str) -> NDArray[np.str_]:
    """Texts of many times, written by columns of characters."""
    parts = _parts(times)
    pieces = [(mark, name, int((spec or "0")[:2])) for mark, name, spec, _ in Formatter().parse(template)]
    width = sum(len(mark) + digits for mark, _, digits in pieces)
    characters = np.empty((len(times.days), width), np.uint32)
    column = 0
    for mark, name, digits in pieces:
        for character in mark:
            characters[:, column] = ord(character)
            column += 1
        for power in range(digits - 1, -1, -1):
            characters[:, column] = parts[name or ""] // 10**power % 10 + ord("0")
            column += 1
    return characters.view(f"U{width}").reshape(-1)


def _parts(times: UtcTimes) -> dict[str, NDArray[np.int64]]:
    """Parts of the date and the time of day, as the texts name them."""
    dates = times.days.astype("M8[D]")
    years, months = dates.astype("M8[Y]"), dates.astype("M8[M]")
    second, ms = np.divmod(times.ns // 10**6, 1000)
    minute_of_day = np.minimum(second // 60, 1439)
    return {
        "year": years.astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12 + 1,
        "day": (dates - months.astype("M8[D]")).astype(np.int64) + 1,
        "doy": (dates - years.astype("M8[D]")).astype(np.int64) + 1,
        "hour": minute_of_day // 60,
        "minute": minute_of_day % 60,
        "second": second - minute_of_day * 60,
        "ms": ms,
    }


def _secs(seconds: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Show as they are."""
    del system
    return seconds


def _unix(seconds: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Show as unix seconds."""
    return seconds if system == "unix" else scales.cxcsec_to_unix(seconds)


def _cxcsec(seconds: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Show as seconds of ``cxcsec``."""
    return seconds if system == "cxcsec" else scales.unix_to_cxcsec(seconds)


def _days_since(seconds: NDArray[np.float64], system: str, epoch: float) -> NDArray[np.float64]:
    """Days of UTC, on which `epoch` is 1970-01-01; a day that ends in a leap second is stretched, as in astropy."""
    times = utc.from_seconds(seconds, system)
    days = (times.days + epoch) + times.ns / (day_lengths(times.days) * float(SECOND_NS))
    return np.where(times.valid, days, np.nan)


def _jd(seconds: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Show as Julian date."""
    return _days_since(seconds, system, _JD_OF_UNIX)


def _mjd(seconds: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Show as modified Julian date."""
    return _days_since(seconds, system, _MJD_OF_UNIX)


def _plot_date(seconds: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Show as matplotlib's days; where it is not loaded, its epoch cannot have been changed."""
    matplotlib_dates = sys.modules.get("matplotlib.dates")
    epoch = np.datetime64(matplotlib_dates.get_epoch() if matplotlib_dates else "1970-01-01", "us")
    return _days_since(seconds, system, -float((epoch - np.datetime64(0, "us")) / np.timedelta64(1, "D")))


def _decimal_year(seconds: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Show as years and the part of the year that has gone."""
    times = utc.from_seconds(seconds, system)
    years = times.days.astype("M8[D]").astype("M8[Y]").astype(np.int64)
    first, after = (number.astype("M8[Y]").astype("M8[D]").astype(np.int64) for number in (years, years + 1))
    length = after - first
    gone = (times.days - first) + times.ns / (day_lengths(times.days) * float(SECOND_NS))
    return np.where(times.valid, years + 1970 + gone / length, np.nan)


def _datetime(seconds: NDArray[np.float64], system: str) -> NDArray[np.object_]:
    """Show as datetimes without a time zone."""
    times = utc.from_seconds(seconds, system, "us")
    _check_years(times, seconds, "datetime")
    return (times.days * (DAY_S * 10**6) + times.ns // 1000).astype("M8[us]").astype(object)


def _datetime64(seconds: NDArray[np.float64], system: str) -> NDArray[np.datetime64]:
    """Show as datetime64; from the coarsest ticks, so that 0.888 s is not 888000011 ns."""
    return to_datetime64(seconds, system, "ns")


def _astropy(seconds: NDArray[np.float64], system: str) -> Any:
    """Show as astropy Time in UTC."""
    from astropy.time import Time  # noqa: PLC0415 - slow to import, and seldom needed

    times = utc.from_seconds(seconds, system)
    _check_years(times, seconds, "astropy")
    fraction = times.ns / (day_lengths(times.days) * float(SECOND_NS))
    shown = Time(times.days + _JD_OF_UNIX, fraction, format="jd", scale="utc")
    shown.format = "isot"
    return shown


_OTHERS: dict[str, Callable[[NDArray[np.float64], str], Any]] = {
    "secs": _secs,
    "unix": _unix,
    "cxcsec": _cxcsec,
    "jd": _jd,
    "mjd": _mjd,
    "frac_year": _decimal_year,
    "decimalyear": _decimal_year,
    "plot_date": _plot_date,
    "datetime": _datetime,
    "datetime64": _datetime64,
    "astropy": _astropy,
}

FORMS = (*_TEXTS, *_OTHERS)
"""Names of the forms in which times can be shown."""
