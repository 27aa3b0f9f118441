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
``p01`` ... ``p99``         `p01s`...   percentiles (daily only)
``n_ON``                    `n_ONs`     number of samples in the state ON (text MSIDs only)
==========================  ==========  ==========================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeta.statistics.bins import bin_midpoints

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

PERCENTILES = {"p01": 0.01, "p05": 0.05, "p16": 0.16, "p50": 0.5, "p84": 0.84, "p95": 0.95, "p99": 0.99}
"""Columns of percentiles, and the share of the samples that lies below each."""

_COMMON = ("index", "n", "val")
_NUMERIC = ("min", "max", "mean")

_IN_COLUMN_NAMES = str.maketrans({"+": "PLUS_", "-": "MINUS_", ">": "_GREATER_", "/": "_DIV_"})


def column_names(*, text: bool, daily: bool, state_codes: Iterable[tuple[int, str]] | None = None) -> list[str]:
    """Name the columns of a product, in their order.

    Parameters
    ----------
    text : bool
        Whether the values of the MSID are texts.
    daily : bool
        Whether spread and percentiles belong to the product; texts have none.
    state_codes : iterable of (int, str), optional
        Raw count and text of each state; numeric MSIDs have no counts of states.

    Returns
    -------
    list of str
        Names as stored.

    Examples
    --------
    >>> column_names(text=False, daily=False)
    ['index', 'n', 'val', 'min', 'max', 'mean']
    >>> column_names(text=True, daily=True, state_codes=[(0, "OFF"), (1, "ON ")])
    ['index', 'n', 'val', 'n_OFF', 'n_ON']
    """
    if text:
        return [*_COMMON, *state_columns(state_codes)]
    return [*_COMMON, *_NUMERIC, *(("std", *PERCENTILES) if daily else ())]


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
        very array of `means`, and the sampled values come last as `midvals`.

    Examples
    --------
    >>> import numpy as np
    >>> stored = {"index": np.array([3]), "n": np.array([9]), "val": np.array([1.5]), "mean": np.array([2.5])}
    >>> {name: array.tolist() for name, array in as_attributes(stored, 10).items()}
    {'times': [35.0], 'indexes': [3], 'samples': [9], 'vals': [2.5], 'means': [2.5], 'midvals': [1.5]}
    """
    attributes = {"times": bin_midpoints(columns["index"], dt_s)}
    attributes |= {attribute_name(column): array for column, array in columns.items()}
    if "mean" in columns:
        attributes["vals"] = columns["mean"]
        attributes["midvals"] = columns["val"]
    return attributes
