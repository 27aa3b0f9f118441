"""What the samples of one MSID amount to, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.fetch.holding import is_held, known_until_s
from jeta.statistics import bin_columns, held_columns, percentile_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from jeta.fetch.series import Series

PERCENTILES = (1.0, 50.0, 99.0)
"""Which percentiles a summary has, in percent."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the good samples of one MSID amount to.

    Attributes
    ----------
    samples, bad : int
        Good samples, and bad ones.
    numbers : dict of str to float
        Of numbers and truth values ``min``, ``max``, ``mean``, ``std`` and percentiles; empty for texts, and without samples.
        The mean and the spread are those of the statistics: weighted by the time for which each sample stands. Of statistics,
        and where times are no seconds or do not ascend, only the first three.
    states : dict of str to float
        Of texts, the share of samples of each state, the most frequent first.
    """

    samples: int
    bad: int
    numbers: dict[str, float] = field(default_factory=dict)
    states: dict[str, float] = field(default_factory=dict)


def summary(series: Series, percentiles: Iterable[float] = PERCENTILES) -> Summary:
    """Sum up the samples of an object, as one bin of the statistics; of statistics, the bins.

    Parameters
    ----------
    series : MSID
        The object.
    percentiles : iterable of float
        Which percentiles to work out, in percent; they take longer than all the rest.

    Returns
    -------
    Summary
        The numbers.
    """
    good = _good(series)
    samples = len(series) if good is None else int(good.sum())
    bad = len(series) - samples
    if series.dtype.kind == "U":
        return Summary(samples, bad, states=_shares(series, good))
    if series.dtype.kind not in "biuf" or samples == 0 or np.shape(series.vals) != (len(series),):
        return Summary(samples, bad)
    if not _stands_for_time(series):
        return Summary(samples, bad, _unweighted(series, good))
    return Summary(samples, bad, _of_samples(series, good, percentiles))


def _good(series: Series) -> NDArray[np.bool_] | None:
    """Which samples are good; None where all are."""
    return None if series.bads is None or not series.bads.any() else ~series.bads


def _stands_for_time(series: Series) -> bool:
    """Whether each value is one of a sample, which holds until the next."""
    return series.stat is None and series.time_format is None and _ascends(series.times)


def _ascends(times: NDArray[np.float64]) -> bool:
    """Whether no time is before the one before it, or NaN."""
    return bool((times[1:] >= times[:-1]).all())


def _shares(series: Series, good: NDArray[np.bool_] | None) -> dict[str, float]:
    """The share of samples of each state."""
    codes, texts = series.coded or np.unique(series.vals, return_inverse=True)[::-1]
    counts = np.bincount(codes if good is None else codes[good], minlength=len(texts))
    total = max(1, int(counts.sum()))
    order = np.argsort(-counts, kind="stable")
    return {str(texts[code]): float(counts[code] / total) for code in order if counts[code]}


def _of_samples(series: Series, good: NDArray[np.bool_] | None, percentiles: Iterable[float]) -> dict[str, float]:
    """The numbers of samples: of one bin that holds them all."""
    times, vals = (array if good is None else array[good] for array in (series.times, series.vals))
    first_s = times[0]
    wanted: dict[str, Any] = {"daily": True, "percentiles": percentile_columns(percentiles)}
    until_s = known_until_s(series)
    width_s = max(1.0, 2 * (until_s - first_s))
    if is_held(series):
        columns = held_columns(times - first_s, vals, width_s, until_s=until_s - first_s, **wanted)
    else:
        columns = bin_columns(times - first_s, vals, width_s, **wanted)
    names = ("min", "max", "mean", "std", *wanted["percentiles"])
    return {name: float(columns[name][0]) for name in names if len(columns[name])}


def _unweighted(series: Series, good: NDArray[np.bool_] | None) -> dict[str, float]:
    """The numbers of statistics, of all bins together, or of samples whose times are not as they were fetched."""
    names = {"min": "mins", "max": "maxes", "mean": "vals"}
    columns = {name: np.asarray(getattr(series, column, series.vals)) for name, column in names.items()}
    lowest, highest, vals = (column if good is None else column[good] for column in columns.values())
    counts = getattr(series, "samples", None)
    weights = counts if counts is not None and counts.any() else None
    with np.errstate(invalid="ignore"):  # infinite values may have no mean
        mean = float(np.average(vals, weights=weights))
    return {"min": float(lowest.min()), "max": float(highest.max()), "mean": mean}
