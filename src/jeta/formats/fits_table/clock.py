"""The column of times of a FITS table, by the header's TIMESYS, MJDREF, TIMEZERO and TIMEUNIT, as exact instants."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import FormatError
from jeta.formats.table.rules import TimeRule
from jeta.formats.table.times import TimeColumn
from jeta.times import Ticks, cxcsec_ticks_to_unix_ticks, unix_ticks_to_cxcsec_ticks, utc
from jeta.times.text_arrays import read_absolute_texts
from jeta.times.ticks import TICKS_PER_SECOND, coarsest_ticks
from jeta.times.utc import DAY_NS, SECOND_NS, UtcTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from jeta.formats.fits_table.header import Header

_SCALES = {
    **dict.fromkeys(("TT", "TDT", "ET"), "tt"),
    **dict.fromkeys(("TAI", "IAT"), "tai"),
    **dict.fromkeys(("UTC", "GMT"), "utc"),
    "GPS": "gps",
}
_BEHIND_TT_NS = {"tt": 0, "tai": 32_184 * 10**6, "gps": 51_184 * 10**6}
_UNITS_S: dict[str, Fraction | int] = {
    "s": 1,
    "sec": 1,
    "ms": Fraction(1, 1000),
    "us": Fraction(1, 10**6),
    "min": 60,
    "h": 3600,
    "d": 86_400,
}
_UNIX_MJD, _CXC_MJD = 40_587, 50_814
_JD_OF_MJD = Fraction(4_800_001, 2)
_FURTHEST_NS = 8 * 10**18  # the offset between the time systems still fits on top

WAY_OUT = "say it in a mapping, such as  {time: {column: TIME, format: cxcsec}}  or with format: elapsed and an epoch"


def instants(column: NDArray[Any], unit: str, headers: Sequence[Header], rule: TimeRule) -> tuple[Ticks, str]:
    """Give the instants of a column of times.

    Parameters
    ----------
    column : float64 or str array, shape (rows,)
        What the column holds: numbers, or dates.
    unit : str
        The unit that the column has; empty where it has none.
    headers : sequence of Header
        Where to look for keywords, the first first.
    rule : TimeRule
        What a mapping says; its default leaves all to the header.

    Returns
    -------
    Ticks
        In the coarsest resolution that gives back all times bit for bit; not valid where there is none.
    str
        What they count: ``"unix"``; ``"cxcsec"`` if some are within a leap second.

    Raises
    ------
    FormatError
        If nothing says what the numbers count; the message has no file name.
    """
    if rule.format != "auto":
        told = TimeColumn(rule)
        told.add(["" if text == "nan" else text for text in column.astype(np.str_).tolist()])
        return told.instants()
    scale = rule.scale if rule.scale != "utc" else _scale(headers)
    if column.dtype.kind == "U":
        dates = TimeColumn(TimeRule(format="iso", scale=scale))
        dates.add(column.tolist())
        return dates.instants()
    unit_s = _unit(unit or _text(headers, "TIMEUNIT", "s"))
    seconds = column if unit_s == 1 else column * float(unit_s)
    zero_ns = _zero_ns(headers, scale) + _rounded(_number(headers, "TIMEZERO") or Fraction(0), unit_s * SECOND_NS)
    if abs(zero_ns) > _FURTHEST_NS:
        raise FormatError("the keywords MJDREF and TIMEZERO put the zero of TIME further away than a date can be")
    return _in_unix(_shifted(coarsest_ticks(np.asarray(seconds, dtype=np.float64)), zero_ns))


def _shifted(ticks: Ticks, by_ns: int) -> Ticks:
    """Ticks, later by some nanoseconds, in a resolution that has them exactly."""
    steps = {name: SECOND_NS // per_second for name, per_second in TICKS_PER_SECOND.items()}
    step = min(steps[ticks.resolution], max(s for s in steps.values() if by_ns % s == 0))
    resolution = next(name for name, s in steps.items() if s == step)
    factor = steps[ticks.resolution] // step
    limit = (_FURTHEST_NS if step == 1 else np.iinfo(np.int64).max // 2) // factor
    valid = ticks.valid & (np.abs(ticks.ticks) < limit)
    moved = np.where(valid, ticks.ticks, 0) * factor
    # By Python's integers: the sum of two that are within the limit may be beyond int64.
    by = by_ns // step
    valid &= (moved < _FURTHEST_NS - max(by, 0)) & (moved > -_FURTHEST_NS - min(by, 0))
    return Ticks(np.where(valid, moved, 0) + (by if abs(by) < _FURTHEST_NS else 0), resolution, valid)


def _in_unix(ticks: Ticks) -> tuple[Ticks, str]:
    """Ticks of the other time system, unless a leap second, which that one has not, would be lost."""
    cxcsec = np.where(ticks.valid, ticks.ticks, 0)
    unix = cxcsec_ticks_to_unix_ticks(cxcsec, ticks.resolution)
    if np.array_equal(unix_ticks_to_cxcsec_ticks(unix, ticks.resolution), cxcsec):
        return Ticks(unix, ticks.resolution, ticks.valid), "unix"
    return Ticks(cxcsec, ticks.resolution, ticks.valid), "cxcsec"


def _zero_ns(headers: Sequence[Header], scale: str) -> int:
    """What the clock of ``cxcsec`` shows at the zero of the numbers, ns."""
    days = _reference(headers, scale)
    ns = _rounded(days, 86_400 * 10**6) * 1000  # a day number of 16 digits is good to 1 us
    if scale != "utc":
        return ns - _CXC_MJD * DAY_NS + _BEHIND_TT_NS[scale]
    day, rest = divmod(ns, DAY_NS)
    one = UtcTimes(np.array([day - _UNIX_MJD]), np.array([rest]), np.ones(1, np.bool_))
    found = utc.to_ticks(one, "cxcsec", "ns")
    return int(found.ticks[0]) if found.valid[0] else _FURTHEST_NS + 1


def _reference(headers: Sequence[Header], scale: str) -> Fraction:
    """The modified Julian day of the zero, in the scale of the file."""
    mjd = _number(headers, "MJDREF")
    if mjd is None and (jd := _number(headers, "JDREF")) is not None:
        mjd = jd - _JD_OF_MJD
    if mjd is None and (text := _text(headers, "DATEREF", "")):
        read = read_absolute_texts(np.array([text]))
        if not read.valid[0]:
            raise FormatError(f"the keyword DATEREF is {text!r}, expected a date such as 1998-01-01T00:00:00")
        mjd = Fraction(int(read.days[0]) + _UNIX_MJD) + Fraction(int(read.ns[0]), DAY_NS)
    if mjd is None:
        raise FormatError(f"nothing in the header says since when TIME counts (MJDREF, JDREF, DATEREF); {WAY_OUT}")
    if abs(mjd) > 10**7:
        raise FormatError(f"the keyword MJDREF is {float(mjd):g}, expected the number of a day; the scale is {scale}")
    return mjd


def _scale(headers: Sequence[Header]) -> str:
    """What the clock shows."""
    name = _text(headers, "TIMESYS", "UTC").upper()
    if name not in _SCALES:
        raise FormatError(f"the keyword TIMESYS is {name!r}, expected one of {', '.join(_SCALES)}; {WAY_OUT}")
    return _SCALES[name]


def _unit(name: str) -> Fraction | int:
    """Seconds in a unit."""
    if name not in _UNITS_S:
        raise FormatError(f"TIME counts in {name!r}, expected one of {', '.join(_UNITS_S)}; {WAY_OUT}")
    return _UNITS_S[name]


def _number(headers: Sequence[Header], key: str) -> Fraction | None:
    """A number that may be given whole, or as the sum of an integer and a fraction."""
    for header in headers:
        parts = [header.number(f"{key}I"), header.number(f"{key}F")]
        given = [part for part in parts if part is not None]
        if given:
            return sum(given, Fraction(0))
        if (whole := header.number(key)) is not None:
            return whole
    return None


def _text(headers: Sequence[Header], key: str, default: str) -> str:
    """A text of the first header that has it."""
    return next((text for header in headers if (text := header.text(key).strip())), default)


def _rounded(number: Fraction, times: Fraction | int) -> int:
    """The nearest integer to a product."""
    return round(number * times)
