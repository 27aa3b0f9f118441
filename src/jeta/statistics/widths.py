"""Widths of bins that users can ask for by a text: those of the stored products, and any other.

=====================  ===================================================================================================
``"5min"``             the stored product of 328 s, ten major frames of 32.8 s; five minutes by the clock are ``"300s"``
``"daily"``            the stored product of 86400 s, with spread and percentiles
``"<number><unit>"``   bins of that width, with spread and percentiles; the units are s, min, h, d and w
=====================  ===================================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from jeta.errors import StatError
from jeta.statistics.bins import BIN_WIDTHS_S

MIN_WIDTH_S, MAX_WIDTH_S = 0.001, 1e9
"""Narrowest and widest bins, both inclusive, s."""

_UNITS_S = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_SPREAD_PRODUCTS = {"daily"}
_FIVE_MINUTES_S = 300
_WRITTEN = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(s|min|h|d|w)")


@dataclass(frozen=True, slots=True)
class Width:
    """Bins that a user asked for.

    Attributes
    ----------
    name : str
        What was asked for, without blanks.
    dt_s : int or float
        Width, s; int where it is whole.
    product : str or None
        The stored product that has such bins with such columns, a key of `jeta.statistics.BIN_WIDTHS_S`; None if there is none.
    spread : bool
        Whether spread and percentiles belong to the columns.
    """

    name: str
    dt_s: int | float
    product: str | None
    spread: bool


def width_of(stat: object) -> Width:
    """Read which bins a user asks for.

    Parameters
    ----------
    stat : str
        ``"5min"`` or ``"daily"``, or a number and a unit: s, min, h, d or w, lower case, with or without blanks between. From
        `MIN_WIDTH_S` to `MAX_WIDTH_S`.

    Returns
    -------
    Width
        Width and columns. ``"24h"`` and other spellings of a day are the daily product. ``"328s"`` is no stored product, since
        that of 328 s has no spread.

    Raises
    ------
    StatError
        If `stat` is anything else.

    Examples
    --------
    >>> width_of("5min")
    Width(name='5min', dt_s=328, product='5min', spread=False)
    >>> width_of("1.5 h")
    Width(name='1.5h', dt_s=5400, product=None, spread=True)
    """
    if isinstance(stat, str) and stat in BIN_WIDTHS_S:
        return Width(stat, BIN_WIDTHS_S[stat], stat, stat in _SPREAD_PRODUCTS)
    name = stat.replace(" ", "") if isinstance(stat, str) and stat == stat.strip() else ""
    written = _WRITTEN.fullmatch(name)
    if written is None:
        raise _refusal(stat)
    exact = Fraction(written[1]) * _UNITS_S[written[2]]
    if written[2] == "min" and exact == _FIVE_MINUTES_S:
        raise StatError(
            f"statistic {stat!r} may mean two things: give '5min' for the stored bins of 328 s, or '300s' for five minutes"
        )
    if not Fraction(str(MIN_WIDTH_S)) <= exact <= MAX_WIDTH_S:
        raise _refusal(stat)
    dt_s = int(exact) if exact.denominator == 1 else float(exact)
    stored = [product for product in sorted(_SPREAD_PRODUCTS) if BIN_WIDTHS_S[product] == dt_s]
    return Width(name, dt_s, stored[0] if stored else None, spread=True)


def _refusal(stat: object) -> StatError:
    """The error of a width that is none."""
    return StatError(
        f"unknown statistic {stat!r}: expected '5min' (bins of 328 s), 'daily', or a width with its unit, "
        f"one of {', '.join(_UNITS_S)}, from {MIN_WIDTH_S} to {MAX_WIDTH_S:g} s, such as '300s', '10min', '1h', '1.5d' or '2w'; "
        "or None for all samples"
    )
