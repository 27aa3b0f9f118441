"""Single times written as text, and the message that shows what may be written."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from jeta.errors import TimeFormatError
from jeta.times.leapseconds import ends_in_leap_second
from jeta.times.utc import DAY_NS, SECOND_NS, Instant, shifted

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED = (
    "accepted are '2022:143', '2022:143:00:36', '2022:143:00:36:07.888' (year and day of year); '2022-05-23', "
    "'2022-05-23 00:36:07.888', '2022-05-23T00:36:07.888Z' (ISO); '2022143.003607888', '2022143003607888' (GRETA, "
    "MAUDE), all UTC; '-2d 12hr', '+3hr 5min' (yr d hr min s from now), '-30' (days from now); None (now); a number of "
    "seconds; datetime, date, numpy datetime64, pandas Timestamp, astropy Time; and lists or arrays of these"
)
"""The forms of a time, for messages."""

_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?"
_YEAR_DAY = re.compile(rf"(?P<year>\d{{4}}):(?P<doy>\d{{3}})(?::{_CLOCK})?", re.ASCII)
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?:[ T]{_CLOCK}Z?)?", re.ASCII)
_GRETA = re.compile(
    r"(?P<year>\d{4})(?P<doy>\d{3})(?:\.(?P<hour>\d\d)(?P<minute>\d\d)(?:(?P<second>\d\d)(?P<fraction>\d+)?)?)?",
    re.ASCII,
)
_MAUDE = re.compile(
    r"(?P<year>\d{4})(?P<doy>\d{3})(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<fraction>\d{3})", re.ASCII
)

_NUMBER = r"((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_UNITS_NS = {"yr": 365.25 * DAY_NS, "d": DAY_NS, "hr": 3600 * SECOND_NS, "min": 60 * SECOND_NS, "s": SECOND_NS}
_DAYS_FROM_NOW = re.compile(rf"([+-])\s*{_NUMBER}", re.ASCII)
_FROM_NOW = re.compile(r"([+-])\s*" + "".join(rf"(?:{_NUMBER}\s*{unit}\s*)?" for unit in _UNITS_NS), re.ASCII)

_UNIX_ORDINAL = date(1970, 1, 1).toordinal()


def read_text(text: str, now: Callable[[], Instant]) -> Instant:
    """Read a time in any of the forms of text.

    Parameters
    ----------
    text : str
        The time; blanks around it do not matter.
    now : callable
        Gives the instant from which signed forms count; called for these only.

    Returns
    -------
    Instant
        The time, exact to 1 ns; more digits are rounded.

    Raises
    ------
    TimeFormatError
        If the text is in no accepted form, or names a day or a time of day that does not exist.

    Examples
    --------
    >>> read_text("1970-01-02T00:00:01", now=lambda: Instant(0, 0))
    Instant(day=1, ns=1000000000)
    """
    text = text.strip()
    if text[:1] in ("+", "-"):
        return shifted(now(), _delta_ns(text))
    match = match_form(text)
    if match is None:
        raise TimeFormatError(f"cannot read {text!r} as a time: {ACCEPTED}")
    return _civil(match)


def match_form(text: str) -> re.Match[str] | None:
    """Match a text with the one form of an absolute time that it can have.

    Parameters
    ----------
    text : str
        A time without blanks around it.

    Returns
    -------
    re.Match or None
        With groups ``year``, ``doy`` or ``month`` and ``day``, and perhaps ``hour``, ``minute``, ``second``,
        ``fraction``; None where the text has no such form.
    """
    mark = text[4:5]
    if mark == ":":
        return _YEAR_DAY.fullmatch(text)
    if mark == "-":
        return _ISO.fullmatch(text)
    if len(text) == len("YYYYDDDhhmmssfff") and text.isdigit():
        return _MAUDE.fullmatch(text)
    return _GRETA.fullmatch(text)


def _civil(match: re.Match[str]) -> Instant:
    """Check the parts of an absolute time and put them together."""
    if match.re is _ISO:
        year, month, mday, hour, minute, second, fraction = match.groups()
        day = _day_of_month(match, int(year), int(month), int(mday))
    else:
        year, doy, hour, minute, second, fraction = match.groups()
        day = _day_of_year(match, int(year), int(doy))
    if hour is None:
        return Instant(day, 0)
    return Instant(day, _ns_of_day(match, day, int(hour), int(minute), int(second or 0)) + _fraction_ns(fraction))


def _day_of_month(match: re.Match[str], year: int, month: int, mday: int) -> int:
    """Days since 1970 of a calendar date."""
    try:
        return date(year, month, mday).toordinal() - _UNIX_ORDINAL
    except ValueError as err:
        raise TimeFormatError(f"no such date as in {match.string!r} ({err}): {ACCEPTED}") from err


def _day_of_year(match: re.Match[str], year: int, doy: int) -> int:
    """Days since 1970 of a day of the year."""
    first = _day_of_month(match, year, 1, 1)
    days = 366 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 365
    if not 1 <= doy <= days:
        raise TimeFormatError(
            f"no such day of the year as in {match.string!r}: {year} has no day {doy:03d}; {ACCEPTED}"
        )
    return first + doy - 1


def _ns_of_day(match: re.Match[str], day: int, hour: int, minute: int, second: int) -> int:
    """Nanoseconds of the day at a time of day; second 60 only where there is one."""
    if hour > 23 or minute > 59 or second > 59:
        leap = (hour, minute, second) == (23, 59, 60)
        if not (leap and ends_in_leap_second(day)):
            why = "that day has no leap second" if leap else "the most is 23:59:59, or :60 in a leap second"
            raise TimeFormatError(f"no such time of day as in {match.string!r}: {why}; {ACCEPTED}")
    return (hour * 3600 + minute * 60 + second) * SECOND_NS


def _fraction_ns(digits: str | None) -> int:
    """Nanoseconds of the digits behind the point, rounded."""
    if not digits:
        return 0
    return int(digits[:9].ljust(9, "0")) + (digits[9:10] >= "5")


def _delta_ns(text: str) -> int:
    """Nanoseconds of a signed time from now."""
    match, units = _DAYS_FROM_NOW.fullmatch(text), [_UNITS_NS["d"]]
    if match is None:
        match, units = _FROM_NOW.fullmatch(text), list(_UNITS_NS.values())
    if match is None or not any(match.groups()[1:]):
        raise TimeFormatError(f"cannot read {text!r} as a time from now: {ACCEPTED}")
    sign, *numbers = match.groups()
    total = sum(float(number) * unit for number, unit in zip(numbers, units, strict=True) if number)
    if total > 10_000 * _UNITS_NS["yr"]:
        raise TimeFormatError(f"{text!r} is more than 10000 years from now: {ACCEPTED}")
    return round(-total if sign == "-" else total)
