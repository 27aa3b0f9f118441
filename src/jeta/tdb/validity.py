"""What holds from a date on until the next date: canonical dates, their order, and spans of time in seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from jeta.errors import TimeFormatError
from jeta.tdb.rules import FieldError
from jeta.times import show, ticks_to_seconds, to_seconds, to_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

Dated: TypeAlias = "tuple[tuple[str | None, T], ...]"
"""Things in time order, each with the UTC from which it holds, such as ``2022-05-23T00:36:07.888``; None is since ever."""


def checked_valid_from(key: str, value: Any) -> str | None:
    """Return a date in its canonical form.

    Parameters
    ----------
    key : str
        The key, for the message.
    value : str, date, datetime or datetime64, or None
        An absolute time in any form that `jeta.times.to_seconds` reads, in whole milliseconds. Numbers are refused:
        what they mean depends on the archive; and times from now, which change. None is since ever.

    Returns
    -------
    str or None
        UTC, ISO 8601 with a ``T`` and three digits behind the point. Such texts sort as their times do.

    Raises
    ------
    FieldError
        If it is anything else.

    Examples
    --------
    >>> checked_valid_from("limits", "2010:001")
    '2010-01-01T00:00:00.000'
    """
    if value is None:
        return None
    absolute = (
        value.strip()[:1] not in ("+", "-") if isinstance(value, str) else isinstance(value, date | np.datetime64)
    )
    if not absolute:
        raise _not_a_date(key, value)
    try:
        ticks = to_ticks([value], "cxcsec")  # the system in which a leap second has a number of its own
        if ticks.resolution != "ms" or not ticks.valid.all():
            raise _not_a_date(key, value)
        return str(show(float(ticks_to_seconds(ticks.ticks, "ms")[0]), "isot", "cxcsec"))
    except TimeFormatError as err:
        raise _not_a_date(key, value) from err


def _not_a_date(key: str, value: Any) -> FieldError:
    """Error for what is not an absolute time in whole milliseconds."""
    return FieldError(
        f"key {key!r}: expected valid_from as a date in UTC to the ms at most, such as 2022:143 or "
        f"2022-05-23T00:36:07.888, got {value!r}",
        key,
    )


def checked_dates(key: str, dated: Any) -> Dated[Any]:
    """Return dated things with canonical dates.

    Parameters
    ----------
    key : str
        The key, for the message.
    dated : iterable of (date or None, object)
        In time order; the first may have no date, each later one has a later date.

    Returns
    -------
    tuple of (str or None, object)
        The same with canonical dates.

    Raises
    ------
    FieldError
        If these are no pairs, a date is wrong or missing, or is not later than the one before.

    Examples
    --------
    >>> checked_dates("limits", [(None, "a"), ("2010:001", "b")])
    ((None, 'a'), ('2010-01-01T00:00:00.000', 'b'))
    """
    if isinstance(dated, str) or not isinstance(dated, Iterable):
        raise FieldError(f"key {key!r}: expected pairs of valid_from and what is valid, got {dated!r}", key)
    found: list[tuple[str | None, Any]] = []
    for pair in dated:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise FieldError(f"key {key!r}: expected pairs of valid_from and what is valid, got {pair!r}", key)
        valid_from = checked_valid_from(key, pair[0])
        if found and (valid_from is None or valid_from <= (found[-1][0] or "")):
            raise FieldError(
                f"key {key!r}: expected valid_from to be given, and later, in each but the first, got "
                f"{valid_from or 'none'} after {found[-1][0] or 'none'}",
                key,
            )
        found.append((valid_from, pair[1]))
    return tuple(found)


def spans(dated: Sequence[tuple[str | None, T]], system: str) -> list[tuple[float, float, T]]:
    """Return when each of some dated things holds.

    Parameters
    ----------
    dated : sequence of (str or None, object)
        As `checked_dates` returned them.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.

    Returns
    -------
    list of (float, float, object)
        Start (inclusive) and stop (exclusive) in seconds; the first start may be ``-inf``, the last stop is ``inf``.

    Examples
    --------
    >>> spans([(None, "a"), ("1970-01-01T00:01:00.000", "b")], "unix")
    [(-inf, 60.0, 'a'), (60.0, inf, 'b')]
    """
    starts = [-math.inf if valid_from is None else float(to_seconds(valid_from, system)) for valid_from, _ in dated]
    return [
        (start, stop, thing) for start, stop, (_, thing) in zip(starts, [*starts[1:], math.inf], dated, strict=False)
    ]
