"""From the rows of an MSID to the statistics of its bins: what is stored of bins, and what is worked out when they are fetched.

There is one way only, so that it makes no difference which of the two a fetch gets.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.samples import FLAGGED_BY_PERSON, FLAGGED_BY_SOURCE
from jeta.statistics import bin_columns, text_columns
from jeta.statistics.binned import Binned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from jeta.archive.output import Rows
    from jeta.tdb import Calibration, Entry

_VERSION = 1
"""Goes up when the same samples give other numbers than before, so that what is stored is made anew."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the samples of one MSID become statistics.

    Attributes
    ----------
    calibrations : Calibration or None
        What makes values of the raw counts that the archive holds.
    on_change : bool
        Whether a value holds until the next sample.
    system : {'unix', 'cxcsec'}
        What the seconds of times count.
    """

    calibrations: Calibration | None
    on_change: bool
    system: str

    @classmethod
    def of(cls, entry: Entry | None, system: str) -> Recipe:
        """Return the recipe by an entry of the telemetry database, None for an MSID without one."""
        if entry is None:
            return cls(None, on_change=False, system=system)
        return cls(entry.calibrations, entry.on_change, system)

    @property
    def is_stored(self) -> bool:
        """Whether statistics are kept.

        A value that holds until the next sample is in every bin in between, so that one late sample could touch years of
        them; and an MSID that is sent only when it changes has few samples to work them out from.
        """
        return not self.on_change

    @property
    def signature(self) -> str:
        """A short text that differs where the numbers would."""
        return _digest(f"{_VERSION} {self.calibrations!r}")

    def good(self, rows: Rows, more_bads: NDArray[np.bool_] | None = None) -> Rows:
        """Return the values, as users see them, of the samples that are not bad.

        Parameters
        ----------
        rows : Rows
            Rows as read, times in seconds.
        more_bads : bool array, shape (rows,), optional
            Samples that are bad besides those with a flag.
        """
        bads = flagged(rows) if more_bads is None else flagged(rows) | more_bads
        if bads.any():
            good = ~bads
            rows = replace(rows, times=rows.times[good], values=rows.values[good])
        rows = replace(rows, quality=None, alarm=None)  # which no longer tell anything
        return rows if self.calibrations is None else calibrated(rows, self.calibrations, self.system)

    def statistics(
        self,
        rows: Rows,
        dt_s: float,
        *,
        spread: bool,
        percentiles: Mapping[str, float] | None = None,
        more_bads: NDArray[np.bool_] | None = None,
    ) -> Binned:
        """Work out the statistics of the bins that some rows are in.

        Parameters
        ----------
        rows : Rows
            All rows of these bins, times in seconds.
        dt_s : float
            Width of the bins, s.
        spread, percentiles
            As `daily` and `percentiles` of `jeta.statistics.bin_columns`.
        more_bads : bool array, shape (rows,), optional
            As for `good`.
        """
        good = self.good(rows, more_bads)
        if good.texts is not None:
            return Binned(*text_columns(good.times, good.values, good.texts, dt_s))
        return Binned(bin_columns(good.times, good.values, dt_s, daily=spread, percentiles=percentiles))


@lru_cache(maxsize=1024)
def _digest(told: str) -> str:
    """A short text for a long one; remembered, since making it takes a tenth of a fetch."""
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def flagged(rows: Rows) -> NDArray[np.bool_]:
    """Return which samples the source or a person has flagged as bad: bool array, shape (rows,)."""
    if rows.quality is None:
        return np.zeros(len(rows.times), bool)
    bads: NDArray[np.bool_] = (rows.quality & np.uint8(FLAGGED_BY_SOURCE | FLAGGED_BY_PERSON)) != 0
    return bads


def calibrated(rows: Rows, calibrations: Calibration, system: str) -> Rows:
    """Return rows of raw counts as values; those of texts as they are.

    Parameters
    ----------
    rows : Rows
        Rows.
    calibrations : Calibration
        The curves.
    system : str
        Time system of the rows.
    """
    if rows.texts is not None or rows.values.dtype.kind not in "iufb":
        return rows
    vals: NDArray[Any] = calibrations.apply(rows.values, rows.times, system)
    if vals.dtype.kind != "U":
        return replace(rows, values=vals)
    texts, codes = np.unique(vals, return_inverse=True)
    return replace(rows, values=codes, texts=texts, raws=np.full(len(texts), np.nan))
