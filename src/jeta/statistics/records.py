"""The columns of a statistics product, per kind of value: their order, and their names as stored and as users see them.

==========================  ==========  ==========================================================================================
column as stored            users see   what it is
==========================  ==========  ==========================================================================================
``index``                   `indexes`   number of the bin
``n``                       `samples`   number of samples
``val``                     `midvals`   the sample in the middle of the bin's rows (`vals` for text MSIDs)
``min``, ``max``            `mins`...   extrema
``mean``                    `means`     mean weighted by time; `vals` is the same array
``std``                     `stds`      spread weighted by time (daily only)
``p01`` ... ``p99``         `p01s`...   percentiles (daily only, or those asked for)
``nan``                     `nans`      number of samples that are no number, left out of all else (floating-point MSIDs only)
``n_ON``                    `n_ONs`     number of samples in the state ON (text MSIDs only)
==========================  ==========  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.statistics.bins import bin_midpoints

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PERCENTILES = {"p01": 0.01, "p05": 0.05, "p16": 0.16, "p50": 0.5, "p84": 0.84, "p95": 0.95, "p99": 0.99}
"""Columns of percentiles that the daily product has, and the share of the samples that lies below each."""

_PERCENTS_MEANT = (
    "expected percents from 0 to 100, such as [1, 50, 99.9]; "
    "50 is the median, and 0.5 is the half-percent point, not the median"
)

_COMMON = ("index", "n", "val")
_NUMERIC = ("min", "max", "mean")

_IN_COLUMN_NAMES = str.maketrans({"+": "PLUS_", "-": "MINUS_", ">": "_GREATER_", "/": "_DIV_"})


def column_names(
    *,
    text: bool,
    daily: bool,
    state_codes: Iterable[tuple[int, str]] | None = None,
    floating: bool = False,
    percentiles: Mapping[str, float] | None = None,
) -> list[str]:
    """Name the columns of a product, in their order.

    Parameters
    ----------
    text : bool
        Whether the values of the MSID are texts.
    daily : bool
        Whether spread and percentiles belong to the product; texts have none.
    state_codes : iterable of (int, str), optional
        Raw count and text of each state; numeric MSIDs have no counts of states.
    floating : bool
        Whether the values are floating-point numbers, among which there may be NaN.
    percentiles : mapping of str to float, optional
        Columns of percentiles, as `percentile_columns` gives them. By default `PERCENTILES` if `daily`, else none.

    Returns
    -------
    list of str
        Names as stored.

    Examples
    --------
    >>> column_names(text=False, daily=False)
    ['index', 'n', 'val', 'min', 'max', 'mean']
    >>> column_names(text=False, daily=False, floating=True, percentiles={"p50": 0.5})
    ['index', 'n', 'val', 'min', 'max', 'mean', 'p50', 'nan']
    >>> column_names(text=True, daily=True, state_codes=[(0, "OFF"), (1, "ON ")])
    ['index', 'n', 'val', 'n_OFF', 'n_ON']
    """
    if text:
        return [*_COMMON, *state_columns(state_codes)]
    spread = ("std",) if daily else ()
    nan = ("nan",) if floating else ()
    return [*_COMMON, *_NUMERIC, *spread, *chosen_percentiles(percentiles, daily=daily), *nan]


def chosen_percentiles(percentiles: Mapping[str, float] | None, *, daily: bool) -> Mapping[str, float]:
    """Say which percentiles a product has.

    Parameters
    ----------
    percentiles : mapping of str to float, or None
        Those asked for; None for those of the stored product.
    daily : bool
        Whether it is a product with spread.

    Returns
    -------
    mapping of str to float
        Column and share of the samples below.

    Examples
    --------
    >>> chosen_percentiles(None, daily=False), chosen_percentiles({"p50": 0.5}, daily=True)
    ({}, {'p50': 0.5})
    """
    if percentiles is None:
        return PERCENTILES if daily else {}
    return percentiles


def percentile_columns(wanted: Iterable[float] | float) -> dict[str, float]:
    """Name the columns of percentiles.

    Parameters
    ----------
    wanted : iterable of float, or float
        Percents of the samples below each, in [0, 100], both inclusive, in any order; a lone number stands for itself.

    Returns
    -------
    dict of str to float
        Column and share of the samples, in [0, 1], increasing. A percent that was given twice has one column.

    Raises
    ------
    ValuesError
        If something is not a finite real number in [0, 100], or `wanted` is a text.

    Examples
    --------
    >>> percentile_columns([99.9, 1, 0.5, 50, 100])
    {'p00_5': 0.005, 'p01': 0.01, 'p50': 0.5, 'p99_9': 0.999, 'p100': 1.0}
    """
    is_one = isinstance(wanted, Real) or (isinstance(wanted, np.ndarray) and wanted.ndim == 0)
    several: object = [wanted[()] if isinstance(wanted, np.ndarray) else wanted] if is_one else wanted
    if isinstance(several, str | bytes) or not isinstance(several, Iterable):
        raise ValuesError(f"percentiles {wanted!r}: {_PERCENTS_MEANT}")
    percents = sorted({_checked_percent(percent) for percent in several})
    return {_percentile_column(percent): float(percent / 100) for percent in percents}


def state_columns(state_codes: Iterable[tuple[int, str]] | None) -> dict[str, list[str]]:
    """Name the columns that count states.

    Parameters
    ----------
    state_codes : iterable of (int, str), or None
        Raw count and text of each state; trailing blanks do not matter.

    Returns
    -------
    dict of str to list of str
        For each column, in the order of the codes, the texts that it counts: one, unless texts differ only in characters that
        column names cannot have. There is a column for each state, whether it occurs or not.

    Examples
    --------
    >>> state_columns([(0, "+1/2"), (1, "HI>"), (2, "LO-G")])
    {'n_PLUS_1_DIV_2': ['+1/2'], 'n_HI_GREATER_': ['HI>'], 'n_LOMINUS_G': ['LO-G']}
    """
    columns: dict[str, list[str]] = {}
    for _raw, text in state_codes or ():
        state = text.rstrip()
        counted = columns.setdefault("n_" + state.translate(_IN_COLUMN_NAMES), [])
        if state not in counted:
            counted.append(state)
    return columns


def attribute_name(column: str) -> str:
    """Give a column the name that users see: its plural.

    Parameters
    ----------
    column : str
        Name as stored.

    Returns
    -------
    str
        ``samples`` for ``n``; else the name with ``es`` after a lower-case x or s, and with ``s`` after anything else.

    Examples
    --------
    >>> [attribute_name(column) for column in ("n", "index", "max", "val", "n_RUNS")]
    ['samples', 'indexes', 'maxes', 'vals', 'n_RUNSs']
    """
    if column == "n":
        return "samples"
    return column + ("es" if column.endswith(("x", "s")) else "s")


def as_attributes(columns: Mapping[str, NDArray[Any]], dt_s: float) -> dict[str, NDArray[Any]]:
    """Give the columns of a product, as stored, the names and the order that users see.

    Parameters
    ----------
    columns : mapping of str to array, shape (bins,)
        Columns under their stored names, in their stored order; ``index``, ``n`` and ``val`` at least.
    dt_s : float
        Width of the bins, s.

    Returns
    -------
    dict of str to array, shape (bins,)
        `times` (float64, middle of each bin, s), `indexes`, `samples`, `vals`, then the rest. Where there are means, `vals` is the
        very array of `means`, and the sampled values come after all these as `midvals`; `nans`, if any, are last of all.

    Examples
    --------
    >>> import numpy as np
    >>> stored = {"index": np.array([3]), "n": np.array([9]), "val": np.array([1.5]), "mean": np.array([2.5])}
    >>> {name: array.tolist() for name, array in as_attributes(stored, 10).items()}
    {'times': [35.0], 'indexes': [3], 'samples': [9], 'vals': [2.5], 'means': [2.5], 'midvals': [1.5]}
    """
    attributes = {"times": bin_midpoints(columns["index"], dt_s)}
    attributes |= {attribute_name(column): array for column, array in columns.items() if column != "nan"}
    if "mean" in columns:
        attributes["vals"] = columns["mean"]
        attributes["midvals"] = columns["val"]
    if "nan" in columns:  # after all that the ancestors have
        attributes["nans"] = columns["nan"]
    return attributes


def _checked_percent(percent: object) -> Decimal:
    """A percent, to the digits in which it is written."""
    if isinstance(percent, Real) and not isinstance(percent, bool) and 0 <= float(percent) <= 100:
        # A float32 is written with fewer digits than the float64 of its value.
        return abs(Decimal(str(percent if isinstance(percent, np.floating) else float(percent))))
    raise ValuesError(f"percentile {percent!r}: {_PERCENTS_MEANT}")


def _percentile_column(percent: Decimal) -> str:
    """Column of a percent: two digits at least before the point, which is an underscore."""
    whole, _, fraction = f"{percent:f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"p{whole:0>2}" + (f"_{fraction}" if fraction else "")
