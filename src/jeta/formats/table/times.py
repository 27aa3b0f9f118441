"""Columns of times, however a table writes them, to exact instants."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.formats.table.rules import NUMBER_FORMATS, SLASHED, UNITS_NS, TimeRule
from jeta.times import Ticks, utc
from jeta.times.leapseconds import day_lengths, from_tai_array, offset_on
from jeta.times.text_arrays import read_absolute_texts
from jeta.times.ticks import coarsest_ticks
from jeta.times.utc import DAY_NS, SECOND_NS, UtcTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_AHEAD_OF_TAI_NS = {"tai": 0, "tt": 32_184 * 10**6, "gps": -19 * SECOND_NS}
"""What each uniform scale shows when TAI shows zero."""

_ZERO_DAYS = {"unix": 0, "jd": -2_440_588, "mjd": -40_587, "gps": 3657}
_ZERO_CXCSEC_TAI_NS = 883_612_767_816 * 10**6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FURTHEST_DAYS = 10**12
_LONGEST_CELL = 100
_NO_TIME = "?"
_LONGEST = 18  # decimal digits that int64 always holds
_DATE_DIGITS = (len("2022143"), len("2022143003607888"))


class TimeColumn:
    """The times of one table, gathered piece by piece.

    Parameters
    ----------
    rule : TimeRule
        How they are written.
    """

    def __init__(self, rule: TimeRule) -> None:
        self._rule = rule
        self._is_seconds: bool | None = None if _may_be_seconds(rule) else False
        self._seconds: list[NDArray[np.float64]] = []
        self._instants: list[UtcTimes] = []

    def add(self, texts: Sequence[str]) -> None:
        """Read some times.

        Parameters
        ----------
        texts : sequence of str, shape (rows,)
            As written.
        """
        # One long cell would make an array of all of them as wide.
        if texts and max(map(len, texts)) > _LONGEST_CELL:
            texts = [text if len(text) <= _LONGEST_CELL else _NO_TIME for text in texts]
        cells = np.array(texts, dtype=np.str_) if texts else np.empty(0, "U1")
        if self._is_seconds is None:
            first = next((text for text in texts if text.strip()), None)
            self._is_seconds = None if first is None else _is_number(first)
        if self._is_seconds:
            self._seconds.append(_floats(texts))
        else:
            self._instants.append(read_instants(cells, self._rule))

    def add_instants(self, instants: UtcTimes) -> None:
        """Take times that are instants by their type."""
        self._is_seconds = False
        self._instants.append(instants)

    def instants(self) -> tuple[Ticks, str]:
        """Return all instants.

        Returns
        -------
        Ticks
            In the coarsest resolution that holds all; not valid where there is none.
        str
            Their time system: ``"unix"``; ``"cxcsec"`` if some are within a leap second; ``""`` for seconds of the archive's.
        """
        if self._is_seconds:
            # Blanks before the first number were read as text.
            blank = sum(len(part.days) for part in self._instants)
            return coarsest_ticks(np.concatenate([np.full(blank, np.nan), *self._seconds])), ""
        if not self._instants:
            return Ticks(np.empty(0, np.int64), "ms", np.empty(0, np.bool_)), "unix"
        whole = UtcTimes(*(np.concatenate(part) for part in zip(*self._instants, strict=True)))
        system = "cxcsec" if bool((whole.ns[whole.valid] >= DAY_NS).any()) else "unix"
        return utc.to_ticks(whole, system), system


def looks_like_time(text: str, rule: TimeRule) -> bool:
    """Tell whether a text is a time by a rule.

    Examples
    --------
    >>> looks_like_time("2022:143", TimeRule()), looks_like_time("Dublin", TimeRule())
    (True, False)
    """
    if _may_be_seconds(rule) and _is_number(text):
        return True
    return bool(read_instants(np.array([text], dtype=np.str_), rule).valid[0])


def read_instants(texts: NDArray[np.str_], rule: TimeRule) -> UtcTimes:
    """Read times of one format and scale.

    Parameters
    ----------
    texts : str array, shape (rows,)
        As written.
    rule : TimeRule
        How they are written.

    Returns
    -------
    UtcTimes
        Shape (rows,); not valid where a text is no time. Fractions beyond 1 ns are rounded.

    Examples
    --------
    >>> read_instants(np.array(["37.5"]), TimeRule(format="elapsed", epoch="2017:001", scale="tai")).ns.tolist()
    [500000000]
    """
    if "%" in rule.format:
        return _in_utc(_by_pattern(texts, rule.format), rule.scale)
    if rule.format in NUMBER_FORMATS:
        read = _of_numbers(texts, rule)
        # Sums of what is further away would wrap around.
        return read._replace(valid=read.valid & (np.abs(read.days) < _FURTHEST_DAYS))
    if rule.format == SLASHED:
        texts = np.strings.replace(texts, "/", "-")
    return _in_utc(read_absolute_texts(texts), rule.scale)


def _may_be_seconds(rule: TimeRule) -> bool:
    """Whether numbers are seconds of the archive's time system, which has a scale of its own."""
    return rule.format == "auto" and rule.scale == "utc"


def _is_number(text: str) -> bool:
    """Whether a cell is a number of seconds, not a date of digits such as 2022143.003607888."""
    try:
        float(text)
    except ValueError:
        return False
    text = text.strip()
    looks_like_date = len(text.partition(".")[0]) in _DATE_DIGITS and text[:2] in {"19", "20"}
    return not (looks_like_date and bool(read_absolute_texts(np.array([text])).valid[0]))


def _floats(texts: Sequence[str]) -> NDArray[np.float64]:
    """Seconds, NaN where a cell is no number."""
    try:
        return np.array(list(map(float, texts)), dtype=np.float64)
    except ValueError:
        return np.array([_float(text) for text in texts], dtype=np.float64)


def _float(text: str) -> float:
    """One number of seconds."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _by_pattern(texts: NDArray[np.str_], pattern: str) -> UtcTimes:
    """Read times by a pattern of ``strptime``, one by one."""
    pairs = np.zeros((len(texts), 2), np.int64)
    valid = np.zeros(len(texts), np.bool_)
    for row, text in enumerate(texts.tolist()):
        try:
            found = datetime.strptime(text.strip(), pattern)  # noqa: DTZ007 - without a zone it is in the rule's scale
        except ValueError:
            continue
        aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        since = aware - _EPOCH
        pairs[row] = since.days, since.seconds * SECOND_NS + since.microseconds * 1000
        valid[row] = True
    return UtcTimes(pairs[:, 0], pairs[:, 1], valid)


def _of_numbers(texts: NDArray[np.str_], rule: TimeRule) -> UtcTimes:
    """Read numbers that count from a known zero."""
    whole, part, valid = exact_numbers(texts)
    if rule.format in {"jd", "mjd"}:
        return _of_day_numbers(whole, part, valid, rule)
    unit_ns = UNITS_NS[rule.unit]
    per_day = DAY_NS // unit_ns
    days, rest = np.divmod(whole, per_day)
    ns = rest * unit_ns + np.rint(part * unit_ns).astype(np.int64)
    if rule.format == "cxcsec":
        return _from_tai(days, ns + _ZERO_CXCSEC_TAI_NS % DAY_NS, valid, _ZERO_CXCSEC_TAI_NS // DAY_NS)
    if rule.format == "gps":
        return _from_tai(days, ns + 19 * SECOND_NS, valid, _ZERO_DAYS["gps"])
    zero = UtcTimes(np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, np.bool_))
    if rule.epoch is not None:
        zero = read_absolute_texts(np.array([rule.epoch]))
    zero_day, zero_ns = int(zero.days[0]), int(zero.ns[0])
    if rule.scale != "utc" and rule.epoch is not None and rule.epoch.strip().endswith("Z"):
        zero_ns += offset_on(zero_day) * SECOND_NS + _AHEAD_OF_TAI_NS[rule.scale]
    carried, ns = np.divmod(ns + zero_ns, DAY_NS)
    return _in_utc(UtcTimes(days + carried + zero_day, ns, valid), rule.scale)


def _of_day_numbers(
    whole: NDArray[np.int64], part: NDArray[np.float64], valid: NDArray[np.bool_], rule: TimeRule
) -> UtcTimes:
    """Julian days. In UTC, one that ends in a leap second is 86401 s long, as astropy has it."""
    if rule.format == "jd":
        part = part + 0.5
        carried = np.floor(part)
        whole, part = whole + carried.astype(np.int64), part - carried
    days = np.where(valid, whole + _ZERO_DAYS[rule.format], 0)
    lengths = day_lengths(days) * SECOND_NS if rule.scale == "utc" else np.full(len(days), DAY_NS)
    ns = np.rint(part * lengths).astype(np.int64)
    over = ns >= lengths
    return _in_utc(UtcTimes(days + over, np.where(over, 0, ns), valid), rule.scale)


def _in_utc(read: UtcTimes, scale: str) -> UtcTimes:
    """Instants of which a clock of some scale shows day and time."""
    if scale == "utc":
        return read
    return _from_tai(read.days, read.ns - _AHEAD_OF_TAI_NS[scale], read.valid, 0)


def _from_tai(days: NDArray[np.int64], ns: NDArray[np.int64], valid: NDArray[np.bool_], zero_days: int) -> UtcTimes:
    """Instants of TAI, as days since a zero and nanoseconds that may be negative or more than a day."""
    seconds, ns = np.divmod(ns, SECOND_NS)
    fits = valid & (np.abs(days) < _FURTHEST_DAYS)
    total = np.where(fits, days + zero_days, 0) * 86_400 + np.where(fits, seconds, 0)
    utc_days, utc_seconds = from_tai_array(total)
    return UtcTimes(utc_days, utc_seconds * SECOND_NS + ns, fits)


def exact_numbers(texts: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Read decimal numbers without rounding what float64 does not hold.

    Parameters
    ----------
    texts : str array, shape (rows,)
        Numbers.

    Returns
    -------
    whole : int64 array, shape (rows,)
        The number rounded down.
    part : float64 array, shape (rows,)
        What is left, in [0, 1].
    valid : bool array, shape (rows,)
        False where there is no number, or one beyond int64.

    Examples
    --------
    >>> whole, part, valid = exact_numbers(np.array(["12.5", "-0.25", "x"]))
    >>> whole.tolist(), part.tolist(), valid.tolist()
    ([12, -1, 0], [0.5, 0.75, 0.0], [True, True, False])
    """
    stripped = np.strings.strip(texts)
    before, point, after = np.strings.partition(stripped, ".")
    plain = _are_digits(before) & (_are_digits(after) | ((after == "") & (point == "")))
    digits = np.strings.str_len(before)
    plain &= (digits <= _LONGEST) | ((digits == _LONGEST + 1) & (before < str(2**63)))
    whole = np.where(plain, before, "0").astype(np.int64)
    part = np.strings.add("0.", np.where(plain & (after != ""), after, "0")).astype(np.float64)
    valid = plain.copy()
    for row in np.flatnonzero(~plain & (stripped != "")):
        found = _decimal(str(stripped[row]))
        if found is not None:
            whole[row], part[row], valid[row] = *found, True
    return whole, part, valid


def _are_digits(texts: NDArray[Any]) -> NDArray[np.bool_]:
    """Which texts are ASCII digits and nothing else."""
    found: NDArray[np.bool_] = np.strings.isdecimal(texts)
    if found.any():
        size = texts.dtype.itemsize // 4
        characters = np.ascontiguousarray(texts).view(np.uint32).reshape(len(texts), size)
        found = found & (characters < 128).all(axis=1)
    return found


def _decimal(text: str) -> tuple[int, float] | None:
    """Read one number that has a sign or an exponent; None where it is none, or too large."""
    try:
        number = Decimal(text) if text.isascii() and "_" not in text else Decimal("nan")
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if number.adjusted() < -_LONGEST:
        return 0, 0.0
    if number.adjusted() > _LONGEST or abs(number) >= 2**63:
        return None
    whole = int(number.to_integral_value(rounding="ROUND_FLOOR"))
    return whole, float(number - whole)
