"""Statistics of values that hold from their sample to the next, as those of on-change MSIDs do.

Such a value weighs as long as it holds, and bins without samples have rows too: those of the value that still holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.statistics.bins import Bins
from jeta.statistics.compute import join_blocks
from jeta.statistics.holdings import Held, Inside, holdings
from jeta.statistics.moments import extrema, moments
from jeta.statistics.percentiles import percentiles as percentiles_of
from jeta.statistics.records import chosen_percentiles
from jeta.statistics.series import checked, plain
from jeta.statistics.states import checked_texts, distinct_texts, level_counts, long_counts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    Columns = dict[str, NDArray[Any]]
    Intervals = tuple[NDArray[np.float64], NDArray[np.float64]]


def held_columns(
    times: ArrayLike,
    vals: ArrayLike,
    dt_s: float,
    *,
    until_s: float,
    daily: bool,
    percentiles: Mapping[str, float] | None = None,
    inside: Intervals | None = None,
) -> Columns:
    """Work out the columns of a statistics product of values that hold until the next.

    A value holds from its sample to the next, the last until `until_s`. Of several samples at one instant the last one holds on.
    A NaN is left out, so the value before holds on; only the column ``nan`` counts it.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    vals : numeric or bool array, shape (rows,)
        Good samples only. Of texts see `held_text_columns`.
    dt_s : float
        Width of the bins, s, above 0.
    until_s : float
        Until when the last value holds, s, exclusive. If it is not after the last sample (of those that are numbers), that one is
        a sample that holds for no time.
    daily : bool
        Whether to add spread and percentiles.
    percentiles : mapping of str to float, optional
        Column and share of the values, in [0, 1], of each percentile. By default `PERCENTILES` if `daily`, else none.
    inside : tuple of two float64 arrays, shape (intervals,), optional
        Starts and stops of the time that counts, s: closed intervals, sorted and disjoint. By default all time counts.

    Returns
    -------
    dict of str to array, shape (bins,)
        Names, order and types as `bin_columns` gives them. There is a row for each bin in which a value holds for some time, or a
        sample is:

        * ``n``: samples in the bin, which may be 0;
        * ``val``: sample ``n // 2``, or, where there is none, the first value that holds there;
        * ``min``, ``max`` and percentiles: of the values that hold in the bin for some time and of its samples, unweighted, each
          sample once; the value carried in from before is one of them unless a sample replaces it right at the start;
        * ``mean``, ``std``: weighted by how long each value holds within the bin. In a bin in which no time passes each weighs 1;
        * ``nan``: samples of the bin that are NaN.

    Raises
    ------
    ValuesError
        If the times are not sorted and finite, there are not as many values as times, the values are no numbers, `until_s` is not
        finite, `dt_s` is not a finite number above 0, `inside` is not sorted and disjoint, or there would be more than 50 million
        bins.

    Examples
    --------
    >>> columns = held_columns([2.0, 6.0, 25.0], [1, 4, 9], 10, until_s=30.0, daily=False)
    >>> {name: array.tolist() for name, array in columns.items() if name != "val"}
    {'index': [0, 1, 2], 'n': [2, 0, 1], 'min': [1, 4, 4], 'max': [4, 4, 9], 'mean': [2.5, 4.0, 6.5]}
    """
    seconds, values = checked(times, vals)
    if values.dtype.kind == "U":
        raise ValuesError(
            "held values are texts: expected numbers or booleans; give texts by code to held_text_columns"
        )
    wanted = chosen_percentiles(percentiles, daily=daily)
    blocks = []
    for held in holdings(seconds, plain(values), dt_s, until_s, Inside.of(inside)):
        columns = _common(held)
        columns |= dict(zip(("min", "max"), extrema(held.vals, held.bins), strict=True))
        columns |= _moments(held, spread=daily)
        columns |= dict(zip(wanted, percentiles_of(held.vals, held.bins, list(wanted.values())), strict=True))
        if values.dtype.kind == "f":
            columns["nan"] = held.nans.astype(np.int32)
        blocks.append(columns)
    return join_blocks(blocks)


def held_text_columns(
    times: ArrayLike,
    codes: ArrayLike,
    texts: ArrayLike,
    dt_s: float,
    *,
    until_s: float,
    inside: Intervals | None = None,
) -> tuple[Columns, Columns, NDArray[np.str_]]:
    """Work out the statistics of texts by code that hold until the next.

    Parameters
    ----------
    times, codes, texts, dt_s
        As `text_columns` takes them.
    until_s, inside
        As `held_columns` takes them.

    Returns
    -------
    columns : dict of str to array, shape (bins,)
        ``index``, ``n`` and ``val``, with the rows of `held_columns`.
    counts : dict of str to array, shape (rows,)
        ``index``, ``text``, ``n`` as `text_columns` gives them: of samples, so there are none of a bin without samples.
    levels : str array, shape (levels,)
        The distinct texts, sorted, without trailing blanks.

    Raises
    ------
    ValuesError
        As `text_columns` and `held_columns`.

    Examples
    --------
    >>> columns, counts, levels = held_text_columns([2.0, 25.0], [1, 0], ["OFF", "ON"], 10, until_s=30.0)
    >>> columns["n"].tolist(), levels[columns["val"]].tolist(), levels[counts["text"]].tolist()
    ([1, 0, 1], ['ON', 'ON', 'OFF'], ['ON', 'OFF'])
    """
    seconds, numbers = checked(times, codes)
    written = checked_texts(numbers, texts)
    levels, level_of_code = distinct_texts(written)
    blocks, parts = [], []
    for held in holdings(seconds, numbers.astype(np.int64, copy=False), dt_s, until_s, Inside.of(inside)):
        blocks.append(_common(held))
        bin_rows = np.repeat(np.arange(len(held.bins)), held.bins.counts)[held.sampled]
        parts.append(level_counts(bin_rows, level_of_code[held.vals[held.sampled]], held.bins.indexes, levels.size))
    columns = join_blocks(blocks)
    columns["val"] = level_of_code[columns["val"]].astype(np.int32)
    return columns, long_counts(parts), levels


def _common(held: Held) -> Columns:
    """The columns that numbers and texts have."""
    return {"index": held.bins.indexes, "n": held.counts().astype(np.int32), "val": held.middles()}


def _moments(held: Held, *, spread: bool) -> dict[str, NDArray[np.float64]]:
    """Moments weighted by how long each value holds, or by 1 in bins in which no time passes."""
    totals = np.add.reduceat(held.held_s, held.bins.starts)
    weights = np.where(np.repeat(totals == 0, held.bins.counts), 1.0, held.held_s)
    lasting = weights > 0  # one that does not last, even an infinite one, is not in the mean
    counts = np.add.reduceat(lasting, held.bins.starts, dtype=np.int64)
    bins = Bins(held.bins.indexes, np.cumsum(counts) - counts, counts)
    vals = held.vals[lasting]
    return moments(vals, weights[lasting], bins, extrema(vals, bins), spread=spread)
