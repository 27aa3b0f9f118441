"""`Samples`: rows of one MSID as parallel arrays.

Text is held as codes into a short list of distinct texts, as on disk: states repeat, and comparing integers is fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

FLAGGED_BY_SOURCE = 1
FLAGGED_BY_PERSON = 2
OUT_OF_RANGE = 4
"""Bits of ``quality``; 0 is good."""

ALARM_DTYPE = np.dtype("i2")


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Rows of one MSID.

    Attributes
    ----------
    ticks : int64 array, shape (rows,)
        Instants, in units of `resolution` since the zero of a time system.
    resolution : {'ms', 'us', 'ns'}
        What one tick is.
    values : array, shape (rows,)
        Numbers or booleans; unsigned codes into `texts` where that is set.
    texts : str array, shape (levels,), or None
        The distinct texts, without trailing blanks; None for numeric MSIDs.
    raws : float64 array, shape (levels,), or None
        The number that the source gave along with each text, NaN where it gave none; set where `texts` is.
    quality : uint8 array, shape (rows,), or None
        Bits `FLAGGED_BY_SOURCE`, `FLAGGED_BY_PERSON`, `OUT_OF_RANGE`; None where every row is good.
    alarm : int16 array, shape (rows,), or None
        The source's alarm status; None where it is 0 throughout.
    """

    ticks: NDArray[np.int64]
    resolution: str
    values: NDArray[Any]
    texts: NDArray[np.str_] | None = None
    raws: NDArray[np.float64] | None = None
    quality: NDArray[np.uint8] | None = None
    alarm: NDArray[np.int16] | None = None

    def __len__(self) -> int:
        return len(self.ticks)

    @property
    def is_text(self) -> bool:
        """Whether the values are texts."""
        return self.texts is not None

    @classmethod
    def from_texts(
        cls,
        ticks: NDArray[np.int64],
        resolution: str,
        texts: ArrayLike,
        *,
        raws: ArrayLike | None = None,
        quality: NDArray[np.uint8] | None = None,
        alarm: NDArray[np.int16] | None = None,
    ) -> Samples:
        """Make samples of an array of texts, one a row.

        Parameters
        ----------
        ticks : int64 array, shape (rows,)
            Instants.
        resolution : {'ms', 'us', 'ns'}
            What one tick is.
        texts : array-like of str, shape (rows,)
            The text of each row; trailing blanks are dropped.
        raws : array-like of float64, shape (rows,), optional
            The number of each row; NaN where there is none.
        quality, alarm : array, shape (rows,), optional
            As the attributes of the class.

        Returns
        -------
        Samples
            With one level per distinct pair of text and number, sorted by text and then by number.

        Examples
        --------
        >>> s = Samples.from_texts(np.arange(3), "ms", ["ON", "OFF", "ON "])
        >>> s.texts.tolist(), s.values.tolist()
        (['OFF', 'ON'], [1, 0, 1])
        """
        stripped = np.char.rstrip(np.asarray(texts, dtype=np.str_)) if np.size(texts) else np.empty(0, "U1")
        numbers = np.full(len(stripped), np.nan) if raws is None else np.asarray(raws, dtype=np.float64)
        levels, level_numbers, codes = distinct_levels(stripped, numbers)
        return cls(ticks, resolution, codes, levels, level_numbers, quality, alarm)

    def decoded(self) -> NDArray[Any]:
        """Return the values as users see them: numbers as they are, texts as a str array, shape (rows,)."""
        return self.values if self.texts is None else self.texts[self.values]

    def take(self, index: Any) -> Samples:
        """Return the rows that `index` selects: a slice, or an integer or bool array of shape (rows,)."""
        return replace(
            self,
            ticks=self.ticks[index],
            values=self.values[index],
            quality=None if self.quality is None else self.quality[index],
            alarm=None if self.alarm is None else self.alarm[index],
        )

    def at_resolution(self, resolution: str) -> Samples:
        """Return the same rows in ticks that are as fine or finer.

        Parameters
        ----------
        resolution : {'ms', 'us', 'ns'}
            The wanted unit of ticks; it must not be coarser than the present one.

        Raises
        ------
        ValuesError
            If it is coarser, or an instant does not fit into 64 bits of the finer unit.
        """
        if resolution == self.resolution:
            return self
        factor, rest = divmod(TICKS_PER_SECOND[resolution], TICKS_PER_SECOND[self.resolution])
        if rest or not factor:
            raise ValuesError(
                f"ticks of {self.resolution} cannot become {resolution} without loss; ask for a finer unit"
            )
        limit = np.iinfo(np.int64).max // factor
        if len(self) and (self.ticks.max() > limit or self.ticks.min() < -limit):
            worst = int(np.abs(self.ticks).max())
            raise ValuesError(f"instant {worst} {self.resolution} does not fit into 64 bits of {resolution}")
        return replace(self, ticks=self.ticks * factor, resolution=resolution)


def finest(resolutions: Sequence[str]) -> str:
    """Return the finest of some resolutions.

    Examples
    --------
    >>> finest(["ms", "ns", "us"])
    'ns'
    """
    return max(resolutions, key=TICKS_PER_SECOND.__getitem__)


def distinct_levels(
    texts: NDArray[np.str_], raws: NDArray[np.float64]
) -> tuple[NDArray[np.str_], NDArray[np.float64], NDArray[Any]]:
    """Find the distinct pairs of text and number, and each row's pair.

    Parameters
    ----------
    texts : str array, shape (rows,)
        The texts.
    raws : float64 array, shape (rows,)
        The numbers; every NaN counts as the same.

    Returns
    -------
    levels : str array, shape (levels,)
        Text of each distinct pair, sorted.
    level_raws : float64 array, shape (levels,)
        Number of each distinct pair.
    codes : unsigned array, shape (rows,)
        Index of each row's pair, in the smallest unsigned type that holds it.
    """
    if not len(texts):
        return np.empty(0, "U1"), np.empty(0), np.empty(0, np.uint8)
    text_levels, text_codes = np.unique(texts, return_inverse=True)
    raw_levels, raw_codes = np.unique(raws, return_inverse=True)
    pairs, codes = np.unique(text_codes.astype(np.int64) * len(raw_levels) + raw_codes, return_inverse=True)
    return (
        text_levels[pairs // len(raw_levels)],
        raw_levels[pairs % len(raw_levels)],
        codes.astype(np.min_scalar_type(len(pairs) - 1)),
    )


def concatenate(parts: Sequence[Samples]) -> Samples:
    """Join rows end to end, in the order given.

    Parameters
    ----------
    parts : sequence of Samples
        At least one; all of them text or all numeric. Numbers are promoted as numpy does, ticks to the finest resolution.

    Returns
    -------
    Samples
        All rows; not sorted.

    Raises
    ------
    ValuesError
        If texts and numbers are mixed: the caller decides what such rows mean.

    Examples
    --------
    >>> a = Samples(np.array([1, 2]), "ms", np.array([1.0, 2.0]))
    >>> concatenate([a, a]).values.tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    if len(parts) == 1:
        return parts[0]
    if len({part.is_text for part in parts}) > 1:
        raise ValuesError(f"{len(parts)} pieces mix texts and numbers; expected one kind for all rows of an MSID")
    resolution = finest([part.resolution for part in parts])
    texts = raws = None
    columns: list[NDArray[Any]] = [part.values for part in parts]
    if parts[0].is_text:
        texts, raws, columns = _shared_levels(parts)
    return Samples(
        np.concatenate([part.at_resolution(resolution).ticks for part in parts]),
        resolution,
        np.concatenate(columns),
        texts,
        raws,
        _filled([part.quality for part in parts], parts, np.dtype(np.uint8)),
        _filled([part.alarm for part in parts], parts, ALARM_DTYPE),
    )


def _shared_levels(
    parts: Sequence[Samples],
) -> tuple[NDArray[np.str_], NDArray[np.float64], list[NDArray[Any]]]:
    """One list of levels for all parts, and each part's codes into it."""
    texts = np.concatenate([part.texts for part in parts if part.texts is not None])
    raws = np.concatenate([part.raws for part in parts if part.raws is not None])
    levels, level_raws, place = distinct_levels(texts, raws)
    starts = np.cumsum([0, *(0 if part.texts is None else len(part.texts) for part in parts)])
    return (
        levels,
        level_raws,
        [place[start + part.values.astype(np.intp)] for start, part in zip(starts, parts, strict=False)],
    )


def _filled(
    columns: Sequence[NDArray[Any] | None], parts: Sequence[Samples], dtype: np.dtype[Any]
) -> NDArray[Any] | None:
    """Join optional columns, with zeros where a part has none; None if none has any."""
    if all(column is None for column in columns):
        return None
    return np.concatenate(
        [np.zeros(len(part), dtype) if column is None else column for column, part in zip(columns, parts, strict=True)]
    )
