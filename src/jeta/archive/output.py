"""The arrays that a read fills: allocated once, in one type for all the sources that go into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.samples.container import distinct_levels
from jeta.times import TICKS_PER_SECOND, ticks_to_seconds

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from jeta.archive.pending import PendingRows
    from jeta.archive.segment import SegmentFile
    from jeta.samples import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What a read returns: arrays of shape (rows,), the caller's own.

    Attributes
    ----------
    times : float64 or int64 array
        Seconds or ticks, as asked for.
    values : array
        Numbers or booleans; codes into `texts` where that is set.
    texts, raws : array, shape (levels,), or None
        As in `jeta.samples.Samples`.
    quality : uint8 array or None
        Quality bits; None where all are 0.
    alarm : int16 array or None
        The source's alarm status; None where all are 0.
    """

    times: NDArray[Any]
    values: NDArray[Any]
    texts: NDArray[np.str_] | None
    raws: NDArray[np.float64] | None
    quality: NDArray[np.uint8] | None
    alarm: NDArray[np.int16] | None


class Output:
    """The arrays of a read while they are filled.

    Parameters
    ----------
    rows : int
        How many rows there are at most.
    segments : sequence of SegmentFile
        Where rows come from.
    pending : PendingRows or None
        Where else.
    types : collection of str
        Further types that the values must be able to hold, ``"text"`` or names of numpy types.
    ticks_of : {'ms', 'us', 'ns'} or None
        Put instants as ticks of this resolution; as seconds if None.
    """

    def __init__(
        self,
        rows: int,
        segments: Sequence[SegmentFile],
        pending: PendingRows | None,
        types: Collection[str],
        *,
        ticks_of: str | None,
    ) -> None:
        self.rows = rows
        self.ticks_of = ticks_of
        self.times: NDArray[Any] = np.empty(rows, np.float64 if ticks_of is None else np.int64)
        names = {*types, *(segment.type_name for segment in segments), *(() if pending is None else pending.types)}
        self.texts: NDArray[np.str_] | None = None
        self.raws: NDArray[np.float64] | None = None
        dtype = np.result_type(*map(np.dtype, names)) if names and "text" not in names else np.dtype(np.float64)
        if "text" in names:
            tables = [(levels, segment.raws()) for segment in segments if (levels := segment.levels()) is not None]
            self.texts, self.raws, dtype = _all_levels([*tables, *([] if pending is None else pending.levels())])
        self.values: NDArray[Any] = np.empty(rows, dtype)
        sources: list[SegmentFile | PendingRows] = [*segments, *([] if pending is None else [pending])]
        has = {name: any(source.has(name) for source in sources) for name in ("quality", "alarm")}
        self.quality = np.zeros(rows, np.uint8) if has["quality"] else None
        self.alarm = np.zeros(rows, np.int16) if has["alarm"] else None

    def put_times(self, at: slice, ticks: NDArray[np.int64], resolution: str) -> None:
        """Put instants in place, as seconds or as ticks of the wanted resolution."""
        if self.ticks_of is None:
            ticks_to_seconds(ticks, resolution, out=self.times[at])
        else:
            np.multiply(ticks, TICKS_PER_SECOND[self.ticks_of] // TICKS_PER_SECOND[resolution], out=self.times[at])

    def put_samples(self, at: slice, samples: Samples) -> None:
        """Put rows that are at hand in place."""
        self.put_times(at, samples.ticks, samples.resolution)
        if samples.texts is not None and samples.raws is not None:
            self.values[at] = self.codes_of(samples.texts, samples.raws)[samples.values]
        else:
            self.values[at] = samples.values
        if self.quality is not None and samples.quality is not None:
            self.quality[at] = samples.quality
        if self.alarm is not None and samples.alarm is not None:
            self.alarm[at] = samples.alarm

    def codes_of(self, texts: NDArray[np.str_], raws: NDArray[np.float64]) -> NDArray[Any]:
        """Return the code that each of some texts, with its number, has among all of them."""
        known = {pair: code for code, pair in enumerate(_pairs(self.texts, self.raws))}
        return np.array([known[pair] for pair in _pairs(texts, raws)], self.values.dtype)

    def finish(self, rows: int) -> Rows:
        """Return the first rows: laying newer rows over older ones may leave fewer than were allocated."""
        return Rows(
            self.times[:rows],
            self.values[:rows],
            self.texts,
            self.raws,
            None if self.quality is None else self.quality[:rows],
            None if self.alarm is None else self.alarm[:rows],
        )


def _all_levels(
    tables: Sequence[tuple[NDArray[np.str_], NDArray[np.float64]]],
) -> tuple[NDArray[np.str_], NDArray[np.float64], np.dtype[Any]]:
    """All texts and their numbers, each pair once, and the type of a code into them."""
    if not tables:
        return np.empty(0, "U1"), np.empty(0), np.dtype(np.uint8)
    texts, raws, codes = distinct_levels(
        np.concatenate([text for text, _ in tables]), np.concatenate([numbers for _, numbers in tables])
    )
    return texts, raws, codes.dtype


def _pairs(texts: NDArray[np.str_] | None, raws: NDArray[np.float64] | None) -> list[tuple[str, float | None]]:
    """Each text with its number, None for the NaN of a text that came without one: NaN does not equal itself."""
    numbers = np.asarray(raws, np.float64)
    given = [None if missing else number for number, missing in zip(numbers.tolist(), np.isnan(numbers), strict=True)]
    return list(zip(np.asarray(texts).tolist(), given, strict=True))
