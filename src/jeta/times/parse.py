"""Whatever a user may pass as a time, to seconds or ticks of a time system.

Numbers are seconds of that system already. Everything else is read exactly, in integers; packages that are not loaded
cannot have made the value, so that none is imported here.
"""

from __future__ import annotations

import math
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import TimeFormatError
from jeta.times import clock, scales, utc
from jeta.times.leapseconds import day_lengths
from jeta.times.text import ACCEPTED, read_text
from jeta.times.text_arrays import decode, read_texts
from jeta.times.ticks import Ticks, coarsest_ticks
from jeta.times.utc import SECOND_NS, Instant, UtcTimes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBERS = (int, float, np.integer, np.floating)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - for the difference to naive ones, which are UTC
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_ORDINAL = _EPOCH.toordinal()
_JD_DAY_BEFORE_UNIX = 2_440_587  # the Julian day that ends at noon of 1970-01-01


def to_seconds(value: Any, system: str = "unix") -> Any:
    """Seconds of a time, or of many, in any accepted form.

    Parameters
    ----------
    value : time or array of times
        A number (seconds in `system`); text, bytes, datetime, date, numpy datetime64, pandas Timestamp, astropy Time,
        or an object with ``secs`` or ``date`` (UTC unless it says otherwise; without a time of day: midnight); signed
        text (time elapsed from now; ``yr`` is 365.25 days); None (now). Or a list, array, Series or index of these,
        in which None is a missing time.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.

    Returns
    -------
    float or float64 array
        Seconds; an array of the same shape where `value` is a list or array (which may be `value` itself, if that is
        a float64 array), with NaN where a time is missing. Seconds from text and datetimes are correctly rounded.

    Raises
    ------
    TimeFormatError
        If `value` is in no accepted form, or is a single NaN or NaT, or if there is no such system.

    Examples
    --------
    >>> to_seconds("2010:001", "cxcsec")
    378691266.184
    >>> to_seconds(["2022-05-23T00:36:07.888", "2022:143"])
    array([1.65326617e+09, 1.65326400e+09])
    """
    scales.check_system(system)
    single = _read_single(value, system)
    if single is None:
        return _array_to_seconds(value, system)
    if isinstance(single, Instant):
        return utc.instant_to_seconds(single, system)
    if math.isnan(single):
        raise TimeFormatError(f"{value!r} is not a time: {ACCEPTED}")
    return single


def to_ticks(values: Any, system: str = "unix") -> Ticks:
    """Ticks of many times in any accepted form, in the coarsest resolution that holds all of them exactly.

    Parameters
    ----------
    values : list or array
        Times, as for `to_seconds`; a single one counts as a list of one.
    system : {'unix', 'cxcsec'}
        Time system of the ticks, and of numbers among `values`.

    Returns
    -------
    Ticks
        The ticks, the resolution, and which are valid. Numbers come back bit for bit with `ticks_to_seconds` unless not
        even 1 ns suffices for that, which is so only within a hundred days of the system's zero.

    Raises
    ------
    TimeFormatError
        If a value is in no accepted form, or if there is no such system.

    Examples
    --------
    >>> to_ticks(["2022:143:00:36:07.888", "2022:143"])
    Ticks(ticks=array([1653266167888, 1653264000000]), resolution='ms', valid=array([ True,  True]))
    """
    scales.check_system(system)
    single = _read_single(values, system)
    if single is None:
        read, shape = _read_many(values, system)
    else:
        read, shape = _from_singles([single], system), (1,)
    ticks = utc.to_ticks(read, system) if isinstance(read, UtcTimes) else coarsest_ticks(read)
    shape = shape or (1,)
    return Ticks(ticks.ticks.reshape(shape), ticks.resolution, ticks.valid.reshape(shape))


def _array_to_seconds(values: Any, system: str) -> Any:
    """Seconds of many times; one float where the array has no dimension."""
    read, shape = _read_many(values, system)
    seconds = utc.to_seconds(read, system) if isinstance(read, UtcTimes) else read
    if shape:
        return seconds.reshape(shape)
    return to_seconds(float(seconds[0]), system)


def _read_single(value: Any, system: str) -> Instant | float | None:
    """Read one time: an instant, or seconds of the system (NaN where missing), or None if it is not a single time."""
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str | bytes):
        return read_text(decode(value), clock.now_instant)
    if value is None:
        return clock.now_instant()
    if isinstance(value, bool | np.bool_):
        raise TimeFormatError(f"{value!r} is a truth value, not a time: {ACCEPTED}")
    if _is_number(value):
        return _number(value)
    if isinstance(value, date | np.datetime64):
        return _read_datetime(value)
    return _read_carrier(value, system)


def _number(value: Any) -> float:
    """Seconds of a whole number or of numpy's floats."""
    try:
        return float(value)
    except OverflowError as err:
        raise TimeFormatError(f"{str(value)[:20]}... is too many seconds for a time: {ACCEPTED}") from err


def _read_datetime(value: Any) -> Instant | float:
    """Read a datetime64, a Timestamp (a datetime with nanoseconds), a datetime or a date; NaN where it is NaT."""
    if hasattr(value, "to_datetime64"):
        value = value.to_datetime64()
    if isinstance(value, np.datetime64):
        return _single_of(utc.from_datetime64(np.array([value])))
    if not isinstance(value, datetime):
        return Instant(value.toordinal() - _UNIX_ORDINAL, 0)
    since = value - (_EPOCH if value.utcoffset() is None else _EPOCH_UTC)
    return Instant(since.days, since.seconds * SECOND_NS + since.microseconds * 1000)


def _read_carrier(value: Any, system: str) -> Instant | float | None:
    """Read an object that knows its time in seconds of ``cxcsec`` or as text, as the ancestors' DateTime does."""
    if type(value) is np.ndarray and value.ndim == 0:
        return _read_single(value[()], system)
    if isinstance(value, list | tuple) or hasattr(value, "__array__") or _is_astropy_time(value):
        return None
    secs, day = getattr(value, "secs", None), getattr(value, "date", None)
    if _is_number(secs):
        return _single_of(_from_cxcsec(np.array([secs]), system))
    return _read_single(day, system) if isinstance(day, str) else None


def _is_number(value: Any) -> bool:
    """Whether a value is a number: a truth value is not, nor a duration, which numpy takes for an integer."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool | np.timedelta64)


def _from_cxcsec(carried: NDArray[Any], system: str) -> UtcTimes | NDArray[np.float64]:
    """Read seconds of ``cxcsec``, 1-D: as they are if that is the system, else as the coarsest ticks they can be."""
    seconds = carried.astype(np.float64)
    return seconds if system == "cxcsec" else utc.from_ticks(coarsest_ticks(seconds), "cxcsec")


def _single_of(read: UtcTimes | NDArray[np.float64]) -> Instant | float:
    """Take the one time out of an array of one."""
    if isinstance(read, UtcTimes):
        return Instant(int(read.days[0]), int(read.ns[0])) if read.valid[0] else math.nan
    return float(read[0])


def _read_many(value: Any, system: str) -> tuple[UtcTimes | NDArray[np.float64], tuple[int, ...]]:
    """Read an array of times: 1-D instants, or 1-D seconds of the system, and the shape."""
    if _is_astropy_time(value):
        return _read_astropy(value), value.shape
    if not hasattr(value, "__array__") and isinstance(carried := getattr(value, "secs", None), np.ndarray):
        return _from_cxcsec(carried.reshape(-1), system), carried.shape
    array = _as_array(value)
    flat = array.reshape(-1)
    if flat.dtype.kind == "M":
        return utc.from_datetime64(flat), array.shape
    if flat.dtype.kind in "fiu":
        return flat.astype(np.float64, copy=False), array.shape
    if flat.dtype.kind in "US":
        return read_texts(flat), array.shape
    if flat.dtype.kind == "O":
        return _read_objects(flat, system), array.shape
    raise TimeFormatError(f"an array of {flat.dtype} does not hold times: {ACCEPTED}")


def _as_array(value: Any) -> NDArray[Any]:
    """Array of what is not a single time; of objects where the kinds of a list differ or are not numpy's."""
    if isinstance(value, np.ma.MaskedArray):
        return _unmasked(value)
    if isinstance(value, list | tuple | range):
        return _list_as_array(value)
    if not hasattr(value, "__array__"):
        raise TimeFormatError(f"{value!r} is not a time: {ACCEPTED}")
    if hasattr(value, "to_value"):  # a quantity: numbers that carry their unit
        value = value.to_value("s")
    dtype = getattr(value, "dtype", None)
    if dtype is not None and not isinstance(dtype, np.dtype):
        return _extension_as_array(value, dtype)
    array = np.asarray(value)
    return array.astype(object) if array.dtype.kind == "T" else array


def _extension_as_array(value: Any, dtype: Any) -> NDArray[Any]:
    """Array of a column whose type is pandas' own: datetimes with a time zone, numbers that may be missing, text."""
    if dtype.kind == "M":
        return np.asarray(value, dtype=f"M8[{getattr(dtype, 'unit', 'ns')}]")
    if dtype.kind in ("f", "i", "u"):
        return np.asarray(value, dtype=np.float64)
    return np.asarray(value)


def _unmasked(value: Any) -> NDArray[Any]:
    """Array with NaN, NaT or None where a masked array is masked."""
    if value.dtype.kind in "fiu":
        return np.asarray(value.astype(np.float64).filled(np.nan))
    if value.dtype.kind == "M":
        return np.asarray(value.filled(np.array("NaT", value.dtype)[()]))
    objects = np.array(np.ma.getdata(value), dtype=object)
    objects[np.ma.getmaskarray(value)] = None
    return objects


def _list_as_array(values: Any) -> NDArray[Any]:
    """Array of a list, without numpy turning numbers beside texts into text."""
    kinds = set(map(type, values))
    if _are_numbers(kinds):
        return np.array(values, dtype=np.float64)
    if kinds in ({str}, {bytes}, {np.datetime64}):
        return np.array(values)
    if any(_is_astropy_time(one) for one in values):
        array = np.empty(len(values), dtype=object)
        array[:] = [*values]
        return array
    return np.array(values, dtype=object)


def _are_numbers(kinds: set[type]) -> bool:
    """Whether values of all these kinds are numbers, as `_is_number` has it."""
    return all(issubclass(kind, _NUMBERS) and not issubclass(kind, bool | np.timedelta64) for kind in kinds)


def _read_objects(values: NDArray[Any], system: str) -> UtcTimes | NDArray[np.float64]:
    """Read an array of Python objects, at once where all are numbers or all are text."""
    kinds = set(map(type, values))
    if kinds in ({str}, {bytes}):
        return read_texts(np.array(values.tolist()))
    if _are_numbers(kinds):
        return values.astype(np.float64)
    singles = []
    for row, value in enumerate(values):
        single = math.nan if value is None or _is_missing(value) else _read_single(value, system)
        if single is None:
            single = _read_scalar_time(value, row)
        singles.append(single)
    return _from_singles(singles, system)


def _is_missing(value: Any) -> bool:
    """Whether a value is pandas' NA, which is neither a number nor equal to itself."""
    return type(value).__name__ == "NAType"


def _read_scalar_time(value: Any, row: int) -> Instant | float:
    """Read an astropy Time of one instant, or refuse what is nothing of the kind."""
    if not _is_astropy_time(value) or value.shape:
        raise TimeFormatError(f"row {row}: {value!r} is not a time: {ACCEPTED}")
    return _single_of(_read_astropy(value))


def _from_singles(singles: list[Instant | float], system: str) -> UtcTimes | NDArray[np.float64]:
    """Gather times read one by one: seconds if all are seconds, else instants."""
    if not any(isinstance(single, Instant) for single in singles):
        return np.array(singles, dtype=np.float64)
    numbers = np.array([math.nan if isinstance(single, Instant) else single for single in singles])
    from_numbers = utc.from_ticks(coarsest_ticks(numbers), system)
    times = utc.from_instants([single if isinstance(single, Instant) else None for single in singles])
    return UtcTimes(
        np.where(times.valid, times.days, from_numbers.days),
        np.where(times.valid, times.ns, from_numbers.ns),
        times.valid | from_numbers.valid,
    )


def _is_astropy_time(value: Any) -> bool:
    """Whether a value is an astropy Time; where astropy is not loaded, nothing is."""
    astropy_time = sys.modules.get("astropy.time")
    return astropy_time is not None and isinstance(value, astropy_time.Time)


def _read_astropy(time: Any) -> UtcTimes:
    """Instants of an astropy Time of any scale, 1-D, to the nearest ns."""
    in_utc = time.utc
    jd1, jd2 = (np.asarray(getattr(part, "unmasked", part)).reshape(-1) for part in (in_utc.jd1, in_utc.jd2))
    valid = np.isfinite(jd1 + jd2) & ~np.broadcast_to(np.asarray(time.mask), time.shape).reshape(-1)
    jd1, jd2 = np.where(valid, jd1, 0.0), np.where(valid, jd2, 0.0)
    whole = np.floor(jd1)
    rest = (jd1 - whole) + jd2 + 0.5
    carried = np.floor(rest)
    days = (whole + carried).astype(np.int64) - (_JD_DAY_BEFORE_UNIX + 1)
    # A Julian date of UTC stretches a day that ends in a leap second: the fraction is of 86401 s.
    lengths = day_lengths(days) * SECOND_NS
    ns = np.rint((rest - carried) * lengths).astype(np.int64)
    over = ns >= lengths
    return UtcTimes(days + over, np.where(over, 0, ns), valid)
