"""`Limits` of a number, and limits that change with time."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from jeta.tdb import rules, validity
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from jeta.tdb.validity import Dated


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a number, in the unit of its MSID; None where there is no such limit.

    Limits are inclusive: a value equal to a limit is still within it. Those that are set must be finite and ascend in
    the order of this list; equal neighbours are allowed.

    Attributes
    ----------
    red_low, yellow_low : float or None
        A value below is dangerous (red) or worth a look (yellow).
    nominal : float or None
        The value to expect.
    yellow_high, red_high : float or None
        A value above is worth a look (yellow) or dangerous (red).

    Raises
    ------
    TdbError
        If a limit is not a finite number, or is below the one before it.

    Examples
    --------
    >>> Limits(yellow_low=4.99, yellow_high=5.04, red_high=6).red_high
    6.0
    """

    red_low: float | None = None
    yellow_low: float | None = None
    nominal: float | None = None
    yellow_high: float | None = None
    red_high: float | None = None

    def __post_init__(self) -> None:
        last, last_name = -math.inf, ""
        for name, given in zip(
            LIMIT_NAMES, (self.red_low, self.yellow_low, self.nominal, self.yellow_high, self.red_high), strict=True
        ):
            if given is None:
                continue
            value = rules.finite(given, "limits", name)
            if value < last:
                raise FieldError(
                    f"key 'limits': expected {' <= '.join(LIMIT_NAMES)}, got {last_name} {last} above {name} {value}",
                    "limits",
                )
            if value is not given:
                object.__setattr__(self, name, value)
            last, last_name = value, name

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in LIMIT_NAMES)


LIMIT_NAMES = tuple(field.name for field in fields(Limits))
"""Names of the limits, in the order in which their values must ascend."""


def checked_limits(limits: Any, history: Any) -> tuple[Limits | None, Dated[Limits]]:
    """Return the limits in force last, and all that were in force where they changed.

    Parameters
    ----------
    limits : Limits or None
        The limits in force last; None for those that the history says.
    history : iterable of (date or None, Limits)
        In time order, see `jeta.tdb.validity.checked_dates`; empty limits say that none hold from then on.

    Returns
    -------
    limits : Limits or None
        None if none is set.
    history : tuple of (str or None, Limits)
        Without empty limits at its start; empty where the limits hold at all times.

    Raises
    ------
    FieldError
        If either is anything else, or they contradict each other.
    """
    if limits is not None:
        _check_is_limits(limits)
    dated = validity.checked_dates("limits", history)
    for _, one in dated:
        _check_is_limits(one)
    if not dated:
        return limits or None, ()
    last = dated[-1][1]
    if limits and limits != last:
        raise FieldError(
            f"key 'limits': expected the limits in force last, {last}, as limits_history says, got {limits}; for "
            "limits that hold at all times give limits_history=() too",
            "limits",
        )
    first = next((at for at, (_, one) in enumerate(dated) if one), len(dated))
    kept = dated[first:]
    return last or None, () if len(kept) == 1 and kept[0][0] is None else kept


def _check_is_limits(value: Any) -> None:
    """Refuse what is not `Limits`."""
    if not isinstance(value, Limits):
        raise FieldError(
            f"key 'limits': expected Limits, got {value!r}; make one with Limits(yellow_low=..., ...)", "limits"
        )


def limit_spans(limits: Limits | None, history: Dated[Limits], system: str) -> list[tuple[float, float, Limits]]:
    """Return when which limits are in force.

    Parameters
    ----------
    limits : Limits or None
        The limits in force last.
    history : tuple of (str or None, Limits)
        As `checked_limits` returned it.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.

    Returns
    -------
    list of (float, float, Limits)
        Start (inclusive) and stop (exclusive) in seconds, ``-inf`` and ``inf`` where there is no end, and the limits;
        in time order, without spans in which none is in force.

    Examples
    --------
    >>> limit_spans(Limits(red_high=5), (), "unix")[0][:2]
    (-inf, inf)
    """
    dated = history or ((None, limits),) if limits or history else ()
    return [(start, stop, one) for start, stop, one in validity.spans(dated, system) if one]
