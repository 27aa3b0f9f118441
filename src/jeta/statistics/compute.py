"""Statistics of samples per bin, worked out for all bins at once.

The formulas are those of the ancestors, so that analysts can compare numbers; what differs is said in `bin_columns`.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.statistics.bins import Bins
from jeta.statistics.records import PERCENTILES, as_attributes, state_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

MIN_WEIGHT_S, MAX_WEIGHT_S = 0.001, 300.0
"""Limits of the time that one sample stands for: repeated times still count, and a gap does not make its neighbours dominate."""

_PLOTTING_POSITION = 0.4  # alphap and betap of scipy.stats.mstats.mquantiles: approximately quantile-unbiased
_BLOCK_CELLS = 2**22  # values sorted at a time, which bounds the memory taken


def statistics(
    times: ArrayLike,
    vals: ArrayLike,
    dt_s: float,
    *,
    daily: bool,
    state_codes: Iterable[tuple[int, str]] | None = None,
) -> dict[str, NDArray[Any]]:
    """Work out the statistics of an MSID, under the names that users see.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    vals : numeric, bool or str array, shape (rows,)
        Good samples only.
    dt_s : float
        Width of the bins, s, above 0.
    daily : bool
        Whether to add spread and percentiles for numeric MSIDs, as the daily product does.
    state_codes : iterable of (int, str), optional
        Raw count and text of each state, for the counts per state of text MSIDs.

    Returns
    -------
    dict of str to array, shape (bins,)
        In order, for numbers: `times` (float64, middle of each bin, s), `indexes`, `samples`, `vals`, `mins`, `maxes`, `means`,
        with `daily` also `stds`, `p01s`, `p05s`, `p16s`, `p50s`, `p84s`, `p95s`, `p99s`, and last `midvals`; `vals` is the very
        array of `means`. For texts: `times`, `indexes`, `samples`, `vals` (the middle sample) and ``n_<STATE>s`` for each state.
        Types as `bin_columns` gives them. There is a row for each bin with at least one sample, the unfinished last one included.

    Raises
    ------
    ValuesError
        If the times are not sorted and finite, there are not as many values as times, the values are neither numbers nor texts, or
        `dt_s` is not a finite number above 0.

    Examples
    --------
    >>> result = statistics([1.0, 2.0, 9.0, 12.0], [4, 6, 8, 7], 10, daily=False)
    >>> {name: array.tolist() for name, array in result.items() if name in ("mins", "maxes", "midvals")}
    {'mins': [4, 7], 'maxes': [8, 7], 'midvals': [6, 7]}
    """
    return as_attributes(bin_columns(times, vals, dt_s, daily=daily, state_codes=state_codes), dt_s)


def bin_columns(
    times: ArrayLike,
    vals: ArrayLike,
    dt_s: float,
    *,
    daily: bool,
    state_codes: Iterable[tuple[int, str]] | None = None,
) -> dict[str, NDArray[Any]]:
    """Work out the columns of a statistics product, under their stored names.

    A NaN is no measurement: it is left out of everything, the count of samples and the weights of its neighbours included.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    vals : numeric, bool or str array, shape (rows,)
        Good samples only.
    dt_s : float
        Width of the bins, s, above 0.
    daily : bool
        Whether to add spread and percentiles for numeric MSIDs.
    state_codes : iterable of (int, str), optional
        Raw count and text of each state; used for texts only. Trailing blanks do not matter, in texts or in codes.

    Returns
    -------
    dict of str to array, shape (bins,)
        In the order of `jeta.statistics.column_names`:

        * ``index``, ``n``, ``n_<STATE>``: int32 (``index`` int64 where it needs to be, for very narrow bins);
        * ``val``, ``min``, ``max``: the type of `vals`; ``val`` is row ``n // 2`` of the bin, counted from 0;
        * ``mean``: float32, weighted by `time_weights`; of booleans the share of True;
        * ``std`` (biased, same weights) and ``p01`` ... ``p99`` (unweighted): float64. The ancestors gave these the type of `vals`,
          which cuts off the fractions of integers, and took the spread about the mean rounded to float32.

    Raises
    ------
    ValuesError
        As `statistics`.

    Examples
    --------
    >>> states = [(0, "OFF"), (1, "ON")]
    >>> columns = bin_columns([1.0, 2.0, 9.0, 12.0], ["ON", "ON", "OFF", "ON"], 10, daily=False, state_codes=states)
    >>> {name: array.tolist() for name, array in columns.items()}
    {'index': [0, 1], 'n': [3, 1], 'val': ['ON', 'ON'], 'n_OFF': [1, 0], 'n_ON': [2, 1]}
    """
    seconds, values = _checked(times, vals)
    if values.dtype.kind == "f" and np.isnan(values).any():
        measured = ~np.isnan(values)
        seconds, values = seconds[measured], values[measured]
    bins = Bins.of(seconds, dt_s)
    columns: dict[str, NDArray[Any]] = {
        "index": _as_int32(bins.indexes),
        "n": bins.counts.astype(np.int32),
        "val": values[bins.starts + bins.counts // 2],
    }
    if values.dtype.kind == "U":
        return columns | state_counts(values, bins, state_codes)
    columns |= _extrema_and_moments(seconds, values, bins, with_std=daily)
    if daily:
        columns |= dict(zip(PERCENTILES, percentiles(values, bins, list(PERCENTILES.values())), strict=True))
    return columns


def time_weights(times: NDArray[np.float64], bins: Bins) -> NDArray[np.float64]:
    """Give each sample the time that it stands for within its bin.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    bins : Bins
        The bins of these rows.

    Returns
    -------
    float64 array, shape (rows,)
        Half the time from the sample before to the one after; at both ends of a bin the whole time to the only neighbour, since
        those in other bins do not count. Kept within [`MIN_WEIGHT_S`, `MAX_WEIGHT_S`], both inclusive, s. In bins of one or two
        samples each weighs 1.

    Examples
    --------
    >>> times = np.array([0.0, 10.0, 20.0, 320.0])
    >>> time_weights(times, Bins.of(times, 328)).tolist()
    [10.0, 10.0, 155.0, 300.0]
    """
    weights = np.ones(times.size)
    steps = np.diff(times)
    weights[1:-1] = (steps[:-1] + steps[1:]) / 2
    many = bins.counts > 2
    weights[bins.starts[many]] = steps[bins.starts[many]]
    weights[bins.lasts[many]] = steps[bins.lasts[many] - 1]
    np.clip(weights, MIN_WEIGHT_S, MAX_WEIGHT_S, out=weights)
    weights[bins.starts[~many]] = 1
    weights[bins.lasts[~many]] = 1
    return weights


def percentiles(vals: NDArray[Any], bins: Bins, probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Work out percentiles of the samples of each bin, unweighted.

    Parameters
    ----------
    vals : numeric or bool array, shape (rows,)
        Values without NaN.
    bins : Bins
        The bins of these rows.
    probabilities : sequence of float, length (p,)
        Shares of the samples, each in [0, 1].

    Returns
    -------
    float64 array, shape (p, bins)
        What ``scipy.stats.mstats.mquantiles`` gives with its defaults, which is not numpy's default method.

    Examples
    --------
    >>> vals = np.arange(1, 11)
    >>> percentiles(vals, Bins.of(vals, 100), [0.16, 0.5, 0.99]).round(3).tolist()
    [[2.032], [5.5], [10.0]]
    """
    shares = np.asarray(probabilities, dtype=np.float64)
    result = np.empty((shares.size, len(bins)))
    # Bins are sorted side by side as the rows of a matrix. Those that share one are within a factor of 2 in size, so that less than
    # half of it is filling; sorting all values with the bin as first key takes fifteen times as long.
    sizes = np.frexp(bins.counts - 0.5)[1]
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        blocks = ceil(alike.size * 2.0**size / _BLOCK_CELLS)
        for block in np.array_split(alike, min(blocks, alike.size)):
            result[:, block] = _percentiles_of_block(vals, bins.starts[block], bins.counts[block], shares)
    return result


def state_counts(
    vals: NDArray[np.str_], bins: Bins, state_codes: Iterable[tuple[int, str]] | None
) -> dict[str, NDArray[np.int32]]:
    """Count the samples in each state.

    Parameters
    ----------
    vals : str array, shape (rows,)
        Values; trailing blanks do not matter.
    bins : Bins
        The bins of these rows.
    state_codes : iterable of (int, str), or None
        Raw count and text of each state.

    Returns
    -------
    dict of str to int32 array, shape (bins,)
        ``n_<STATE>`` for each state, in the order of the codes. A value that is no state is counted nowhere.

    Examples
    --------
    >>> vals = np.array(["ON ", "OFF", "????"])
    >>> {name: counts.tolist() for name, counts in state_counts(vals, Bins.of([0, 1, 2], 10), [(0, "OFF"), (1, "ON")]).items()}
    {'n_OFF': [1], 'n_ON': [1]}
    """
    columns = state_columns(state_codes)
    if not columns:
        return {}
    # States last, and comparing texts is slow: look at the first row of each run of one state within one bin only.
    is_start = np.ones(vals.size, np.bool_)
    is_start[1:] = vals[1:] != vals[:-1]
    is_start[bins.starts] = True
    runs = np.flatnonzero(is_start)
    rows = np.diff(runs, append=vals.size)
    states = np.strings.rstrip(vals[runs])
    first_run = np.searchsorted(runs, bins.starts)
    return {
        column: np.add.reduceat(np.where(np.isin(states, texts), rows, 0), first_run).astype(np.int32)
        for column, texts in columns.items()
    }


def _extrema_and_moments(
    times: NDArray[np.float64], vals: NDArray[Any], bins: Bins, *, with_std: bool
) -> dict[str, NDArray[Any]]:
    """Columns min, max, mean and, if wanted, std."""
    weights = time_weights(times, bins)
    totals = np.add.reduceat(weights, bins.starts)
    values = vals.astype(np.float64, copy=False)
    lowest, highest = np.minimum.reduceat(vals, bins.starts), np.maximum.reduceat(vals, bins.starts)
    columns: dict[str, NDArray[Any]] = {"min": lowest, "max": highest}
    with np.errstate(invalid="ignore", over="ignore"):  # infinite samples have moments that are infinite or no numbers
        means = np.add.reduceat(weights * values, bins.starts) / totals
        # Rounding must not take the mean of equal values, or their spread, away from what it is.
        means = np.clip(means, lowest.astype(np.float64), highest.astype(np.float64))
        columns["mean"] = means.astype(np.float32)
        if with_std:
            deviations = values - np.repeat(means, bins.counts)
            columns["std"] = np.sqrt(np.add.reduceat(weights * deviations**2, bins.starts) / totals)
    return columns


def _percentiles_of_block(
    vals: NDArray[Any], starts: NDArray[np.int64], counts: NDArray[np.int64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Percentiles of bins of like size: array of shape (shares, bins)."""
    places = np.arange(counts.max())
    rows = np.take(vals, starts[:, None] + places, mode="clip")
    rows[places >= counts[:, None]] = _greatest(vals.dtype)
    rows.sort(axis=1)
    offsets = _PLOTTING_POSITION + shares * (1 - 2 * _PLOTTING_POSITION)
    positions = counts * shares[:, None] + offsets[:, None]  # counted from 1, as in the textbooks
    below = np.floor(np.clip(positions, 1, np.maximum(counts - 1, 1)))
    fraction = np.clip(positions - below, 0, 1)
    places_below = below.astype(np.int64) - 1
    bin_rows = np.arange(counts.size)
    low = rows[bin_rows, places_below].astype(np.float64)
    high = rows[bin_rows, np.minimum(places_below + 1, counts - 1)].astype(np.float64)
    with np.errstate(
        invalid="ignore"
    ):  # nothing of an infinite value is not a number; the next line takes its neighbour
        between = (1 - fraction) * low + fraction * high
    return np.where((low == high) | (fraction == 0), low, between)


def _greatest(dtype: np.dtype[Any]) -> Any:
    """A value of this type that none exceeds."""
    if dtype.kind == "f":
        return np.inf
    return True if dtype.kind == "b" else np.iinfo(dtype).max


def _as_int32(numbers: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.int64]:
    """Integers as int32 where they fit."""
    fits = not numbers.size or bool(np.abs(numbers).max() <= np.iinfo(np.int32).max)
    return numbers.astype(np.int32) if fits else numbers


def _checked(times: ArrayLike, vals: ArrayLike) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Times and values as arrays that the arithmetic here can trust."""
    seconds, values = np.asarray(times, dtype=np.float64), np.asarray(vals)
    if values.dtype.kind not in "fiubU":
        raise ValuesError(
            f"statistics of values of type {values.dtype}: expected numbers, booleans or texts (decode bytes first)"
        )
    if seconds.ndim != 1 or values.shape != seconds.shape:
        raise ValuesError(
            f"statistics of {values.shape} values at {seconds.shape} times: expected one value for each time"
        )
    backwards = np.flatnonzero(~(seconds[1:] >= seconds[:-1]))
    if backwards.size:
        row = int(backwards[0])
        raise ValuesError(
            f"time {seconds[row + 1]} s follows {seconds[row]} s in row {row + 1}: sort the samples by time first"
        )
    return seconds, values
