"""Statistics of samples per bin, worked out for all bins of a block at once.

The formulas are those of the ancestors, so that analysts can compare numbers; what differs is said in `bin_columns`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.statistics.bins import Bins
from jeta.statistics.moments import Scratch, extrema, moments, time_weights
from jeta.statistics.percentiles import percentiles as percentiles_of
from jeta.statistics.records import as_attributes, chosen_percentiles
from jeta.statistics.series import as_int32, checked, plain, without_nan
from jeta.statistics.states import state_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray


def statistics(
    times: ArrayLike,
    vals: ArrayLike,
    dt_s: float,
    *,
    daily: bool,
    percentiles: Mapping[str, float] | None = None,
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
    percentiles : mapping of str to float, optional
        Other percentiles than those of the product, as `bin_columns` takes them.
    state_codes : iterable of (int, str), optional
        Raw count and text of each state, for the counts per state of text MSIDs.

    Returns
    -------
    dict of str to array, shape (bins,)
        In order, for numbers: `times` (float64, middle of each bin, s), `indexes`, `samples`, `vals`, `mins`, `maxes`, `means`,
        with `daily` also `stds`, `p01s`, `p05s`, `p16s`, `p50s`, `p84s`, `p95s`, `p99s`, then `midvals`, and of floating-point
        MSIDs `nans`; `vals` is the very array of `means`. For texts: `times`, `indexes`, `samples`, `vals` (the middle sample) and
        ``n_<STATE>s`` for each state. Types as `bin_columns` gives them. There is a row for each bin with at least one sample that
        is a number or text, the unfinished last one included.

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
    columns = bin_columns(times, vals, dt_s, daily=daily, percentiles=percentiles, state_codes=state_codes)
    return as_attributes(columns, dt_s)


def bin_columns(
    times: ArrayLike,
    vals: ArrayLike,
    dt_s: float,
    *,
    daily: bool,
    percentiles: Mapping[str, float] | None = None,
    state_codes: Iterable[tuple[int, str]] | None = None,
) -> dict[str, NDArray[Any]]:
    """Work out the columns of a statistics product, under their stored names.

    A NaN is no measurement: it is left out of everything, the count of samples and the weights of its neighbours included. Only
    the column ``nan`` counts it.

    The numbers of a bin depend on its own samples only, to the last bit: bins that are worked out anew, with or without those
    around them, are the same bytes. The memory taken besides the result is bounded, by `BLOCK_ROWS` rows or those of the largest
    bin.

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
    percentiles : mapping of str to float, optional
        Column and share of the samples, in [0, 1], of each percentile, as `percentile_columns` gives them; they are added with or
        without `daily`. By default `PERCENTILES` if `daily`, else none. Of texts there are none.
    state_codes : iterable of (int, str), optional
        Raw count and text of each state; used for texts only. Trailing blanks do not matter, in texts or in codes.

    Returns
    -------
    dict of str to array, shape (bins,)
        In the order of `jeta.statistics.column_names`:

        * ``index``, ``n``, ``n_<STATE>``: int32 (``index`` int64 where it needs to be, for very narrow bins);
        * ``val``, ``min``, ``max``: the type of `vals`; ``val`` is row ``n // 2`` of the bin, counted from 0;
        * ``mean``: float64, weighted by `time_weights`; of booleans the share of True. The ancestors rounded it to float32;
        * ``std`` (biased, same weights) and ``p01`` ... ``p99`` (unweighted): float64. The ancestors gave these the type of `vals`,
          which cuts off the fractions of integers, and took the spread about the mean rounded to float32;
        * ``nan``: int32, samples of the bin that are NaN; only of floating-point `vals`. A bin of NaN only has no row.

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
    seconds, values = checked(times, vals)
    bins = Bins.of(seconds, dt_s)
    if values.dtype.kind == "U":
        columns = {
            "index": as_int32(bins.indexes),
            "n": bins.counts.astype(np.int32),
            "val": values[bins.starts + bins.counts // 2],
        }
        return columns | state_counts(values, bins, state_codes)
    product = _Product(chosen_percentiles(percentiles, daily=daily), spread=daily)
    return join_blocks([product.of_block(seconds[rows], values[rows], block) for rows, block in bins.blocks()])


def join_blocks(blocks: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Make one product of those of consecutive blocks of bins.

    Parameters
    ----------
    blocks : list of dict of str to array
        Columns of each block, at least one; they are emptied, so that memory is not taken twice.

    Returns
    -------
    dict of str to array, shape (bins,)
        Columns of all, ``index`` int32 where that holds it.

    Examples
    --------
    >>> join_blocks([{"index": np.array([1, 2])}, {"index": np.array([5])}])
    {'index': array([1, 2, 5], dtype=int32)}
    """
    columns = {name: np.concatenate([block.pop(name) for block in blocks]) for name in list(blocks[0])}
    columns["index"] = as_int32(columns["index"])
    return columns


@dataclass(frozen=True, slots=True)
class _Product:
    """Which columns are worked out of numbers."""

    percentiles: Mapping[str, float]
    spread: bool
    scratch: Scratch = field(default_factory=Scratch)

    def of_block(self, times: NDArray[np.float64], vals: NDArray[Any], bins: Bins) -> dict[str, NDArray[Any]]:
        """Columns of the bins of one block, ``index`` int64."""
        seconds, values, kept, nans = without_nan(times, plain(vals), bins)
        weights = time_weights(seconds, kept, self.scratch)
        columns: dict[str, NDArray[Any]] = {
            "index": kept.indexes,
            "n": kept.counts.astype(np.int32),
            "val": values[kept.starts + kept.counts // 2],
        }
        bounds = extrema(values, kept)
        columns |= dict(zip(("min", "max"), bounds, strict=True))
        columns |= moments(values, weights, kept, bounds, spread=self.spread, scratch=self.scratch)
        shares = list(self.percentiles.values())
        columns |= dict(zip(self.percentiles, percentiles_of(values, kept, shares), strict=True))
        if values.dtype.kind == "f":
            columns["nan"] = nans.astype(np.int32)
        return columns
