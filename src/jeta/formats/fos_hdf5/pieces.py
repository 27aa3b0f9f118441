"""From rows in the order of the file to rows grouped by MSID.

Each block is grouped by itself, while it is near the processor; then the pieces are put together. Both keep the order
of the rows of one MSID.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from jeta.formats import rejection
from jeta.formats.batch import Batch
from jeta.formats.fos_hdf5.texts import all_decoded, distinct_texts
from jeta.formats.levels import ranked, text_samples
from jeta.samples import ALARM_DTYPE, Samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from jeta.formats.fos_hdf5.layout import Layout

Rejected: TypeAlias = Counter[tuple[str | int | None, str]]

_INT64 = np.iinfo(np.int64)
_INT16 = np.iinfo(ALARM_DTYPE)
_HALF_WORD = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """The rows of one block, sorted by MSID; those of one MSID are in the order of the file.

    Attributes
    ----------
    ids : int64 array, shape (msids,)
        The MSIDs, ascending.
    lengths : int64 array, shape (msids,)
        Number of rows of each.
    times_ms : int64 array, shape (rows,)
        ms since 1970 UTC.
    numbers : float64 array, shape (rows,)
        Numeric values.
    alarm : int16 array, shape (rows,), or None
        Alarm status; None if it is 0 throughout.
    text_codes : int32 array, shape (rows,), or None
        Index into `texts`, -1 for a row without text; None if no row has one.
    texts : list of bytes
        The distinct texts, as they lie in the file.
    rejected : Counter
        Rows left out, as in a `Delivery`.
    """

    ids: NDArray[np.int64]
    lengths: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    numbers: NDArray[np.float64]
    alarm: NDArray[np.int16] | None
    text_codes: NDArray[np.int32] | None
    texts: list[bytes]
    rejected: Rejected


def decode(block: NDArray[np.void], layout: Layout, excluded_apids: Iterable[int]) -> Piece:
    """Group the rows of one block.

    Parameters
    ----------
    block : structured array, shape (rows,)
        Rows as in the file.
    layout : Layout
        Where their fields are.
    excluded_apids : iterable of int
        Packet types whose rows are left out.

    Returns
    -------
    Piece
        The good rows, and the counts of the others.
    """
    ids = block["id"].astype(np.int64)
    kept, rejected = _judged(block, ids, layout, excluded_apids)
    if kept.all():
        order = stable_order(ids)
    else:
        rows = np.flatnonzero(kept)
        order = rows[stable_order(ids[rows])]
    ids = ids[order]
    heads = np.flatnonzero(np.diff(ids, prepend=ids[:1] - 1))
    text_codes, texts = _texts(block, layout, order)
    return Piece(
        ids[heads],
        np.diff(heads, append=len(ids)),
        _whole_ms(block["observatoryTime"])[order],
        _numbers(block["engineeringNumericValue"])[order],
        _alarm(block, layout, order),
        text_codes,
        texts,
        rejected,
    )


def stable_order(ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the order that sorts identifiers and keeps the order of equal ones.

    Parameters
    ----------
    ids : int64 array, shape (rows,)
        Any integers. A range of less than 2**32 is sorted digit by digit, which takes the same time for each row.

    Examples
    --------
    >>> stable_order(np.array([7, 5, 7, 5])).tolist()
    [1, 3, 0, 2]
    """
    if not len(ids):
        return np.empty(0, np.intp)
    lowest = int(ids.min())
    span = int(ids.max()) - lowest
    if span >> (2 * _HALF_WORD):
        return np.argsort(ids, kind="stable")
    # numpy sorts 16-bit integers by digits; two rounds of that sort 32 bits.
    offsets = (ids - lowest).astype(np.uint32)
    order = np.argsort(offsets.astype(np.uint16), kind="stable")
    if span >> _HALF_WORD:
        upper = (offsets >> _HALF_WORD).astype(np.uint16)
        order = order[np.argsort(upper[order], kind="stable")]
    return order


def assemble(pieces: Sequence[Piece]) -> tuple[Batch, ...]:
    """Put pieces together: one batch per MSID.

    Parameters
    ----------
    pieces : sequence of Piece
        In the order of the file.

    Returns
    -------
    tuple of Batch
        Sorted by identifier. Values are float64; text, with the numbers behind it, for an MSID that has a text in any
        row. The arrays are slices of a few large ones.
    """
    all_ids = _joined([piece.ids for piece in pieces], np.int64)
    lengths = _joined([piece.lengths for piece in pieces], np.int64)
    if not len(all_ids):
        return ()
    runs = np.argsort(all_ids, kind="stable")
    rows = _rows_of_runs(lengths, runs)
    ids, first_runs = np.unique(all_ids[runs], return_index=True)
    starts = np.concatenate([[0], np.cumsum(lengths[runs])])[np.append(first_runs, len(runs))]
    levels, ranks = _all_ranks(pieces)
    series = _Series(
        np.concatenate([piece.times_ms for piece in pieces])[rows],
        np.concatenate([piece.numbers for piece in pieces])[rows],
        _alarms(pieces, rows),
        None if ranks is None else ranks[rows],
        levels,
    )
    return series.batches(ids, starts)


@dataclass(frozen=True, slots=True)
class _Series:
    """All rows, those of one MSID after those of another."""

    times_ms: NDArray[np.int64]
    numbers: NDArray[np.float64]
    alarm: NDArray[np.int16] | None
    ranks: NDArray[np.int32] | None
    levels: NDArray[np.str_]

    def batches(self, ids: NDArray[np.int64], starts: NDArray[np.int64]) -> tuple[Batch, ...]:
        """Cut the rows into batches: `starts` has the first row of each MSID, and the end."""
        edges = starts.tolist()
        alarmed = self._any_in(self.alarm, starts)
        texts = self._any_in(self.ranks, starts)
        return tuple(
            Batch(key, self._samples(slice(edges[place], edges[place + 1]), alarmed[place], texts[place]))
            for place, key in enumerate(ids.tolist())
        )

    def _samples(self, rows: slice, alarmed: bool, is_text: bool) -> Samples:
        """Make the samples of some rows."""
        times, numbers = self.times_ms[rows], self.numbers[rows]
        alarm = self.alarm[rows] if self.alarm is not None and alarmed else None
        if self.ranks is None or not is_text:
            return Samples(times, "ms", numbers, alarm=alarm)
        return text_samples(times, "ms", self.ranks[rows], self.levels, numbers=numbers, alarm=alarm)

    @staticmethod
    def _any_in(column: NDArray[Any] | None, starts: NDArray[np.int64]) -> list[bool]:
        """Tell for each MSID whether any of its rows is not 0."""
        if column is None:
            return [False] * (len(starts) - 1)
        found: list[bool] = np.logical_or.reduceat(column != 0, starts[:-1]).tolist()
        return found


def _judged(
    block: NDArray[np.void], ids: NDArray[np.int64], layout: Layout, excluded_apids: Iterable[int]
) -> tuple[NDArray[np.bool_], Rejected]:
    """Tell which rows are good, and count the others; the first reason that holds for a row counts."""
    kept = ids != 0
    rejected: Rejected = Counter()
    if padding := len(ids) - int(np.count_nonzero(kept)):
        rejected[None, rejection.PADDING] = padding
    for reason, bad in _faults(block, layout, excluded_apids):
        found = bad & kept
        if found.any():
            keys, counts = np.unique(ids[found], return_counts=True)
            rejected.update({(key, reason): count for key, count in zip(keys.tolist(), counts.tolist(), strict=True)})
            kept &= ~bad
    return kept, rejected


def _faults(
    block: NDArray[np.void], layout: Layout, excluded_apids: Iterable[int]
) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    """Give, for each reason to leave rows out, where it holds."""
    if layout.has_apid:
        for apid in excluded_apids:
            yield rejection.excluded_apid(apid), block["apid"] == apid
    times = block["observatoryTime"]
    if times.dtype.kind == "f":
        yield rejection.TIME_NOT_A_NUMBER, ~np.isfinite(times)
        yield rejection.TIME_TOO_LARGE, ~(np.abs(times) < float(_INT64.max))
    elif times.dtype.kind == "u":
        yield rejection.TIME_TOO_LARGE, times > _INT64.max
    if layout.has_alarm and not np.can_cast(block["alarmStatus"].dtype, ALARM_DTYPE):
        alarm = block["alarmStatus"]
        yield rejection.ALARM_TOO_LARGE, (alarm < _INT16.min) | (alarm > _INT16.max)


def _whole_ms(times: NDArray[Any]) -> NDArray[np.int64]:
    """Return times as integers; those that are none have been counted as faults."""
    if times.dtype.kind != "f":
        return times.astype(np.int64)
    fits = np.abs(times) < float(_INT64.max)
    return np.rint(np.where(fits, times, 0)).astype(np.int64)


def _numbers(numbers: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers of any type as float64; a number too large for that is infinite."""
    with np.errstate(invalid="ignore", over="ignore"):
        return numbers.astype(np.float64)


def _alarm(block: NDArray[np.void], layout: Layout, order: NDArray[np.intp]) -> NDArray[np.int16] | None:
    """Return the alarm status of rows, if any is not 0."""
    if not layout.has_alarm or not block["alarmStatus"].any():
        return None
    return block["alarmStatus"].astype(ALARM_DTYPE)[order]


def _texts(
    block: NDArray[np.void], layout: Layout, order: NDArray[np.intp]
) -> tuple[NDArray[np.int32] | None, list[bytes]]:
    """Return the text of rows as codes, and the distinct texts, if any row has one."""
    if layout.text is None or not len(block):
        return None, []
    fields = block.view(np.uint8).reshape(len(block), -1)[:, layout.text]
    has_text = (fields[:, 0] != 0)[order]
    if not has_text.any():
        return None, []
    codes = np.full(len(order), -1, np.int32)
    texts, codes[has_text] = distinct_texts(fields[order[has_text]])
    return codes, texts


def _rows_of_runs(lengths: NDArray[np.int64], runs: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the row numbers of runs that are put into another order.

    Runs of 2, 1 and 3 rows in the order 2, 0, 1 are rows 3 4 5, 0 1, 2.
    """
    starts = np.cumsum(lengths) - lengths
    moved = lengths[runs]
    shifts = starts[runs] - (np.cumsum(moved) - moved)
    return np.repeat(shifts, moved) + np.arange(int(lengths.sum()))


def _alarms(pieces: Sequence[Piece], rows: NDArray[np.int64]) -> NDArray[np.int16] | None:
    """Join the alarm status of all pieces, if any has one."""
    if all(piece.alarm is None for piece in pieces):
        return None
    return _joined_or_filled([piece.alarm for piece in pieces], pieces, lambda n: np.zeros(n, ALARM_DTYPE))[rows]


def _all_ranks(pieces: Sequence[Piece]) -> tuple[NDArray[np.str_], NDArray[np.int32] | None]:
    """Sort the texts of all pieces, and return each row's place among them; 0 is no text."""
    distinct = list(dict.fromkeys(text for piece in pieces for text in piece.texts))
    if not distinct:
        return np.empty(0, "U1"), None
    codes = {text: code for code, text in enumerate(distinct)}
    # The empty text is put last, where the code -1 of rows without text finds it; it sorts first.
    levels, ranks = ranked([*all_decoded(distinct), ""])
    columns = [
        None if piece.text_codes is None else ranks[[*map(codes.__getitem__, piece.texts), -1]][piece.text_codes]
        for piece in pieces
    ]
    return levels, _joined_or_filled(columns, pieces, lambda n: np.zeros(n, np.int32))


def _joined_or_filled(
    columns: Sequence[NDArray[Any] | None], pieces: Sequence[Piece], blank: Callable[[int], NDArray[Any]]
) -> NDArray[Any]:
    """Join a column of all pieces, blank where a piece has none."""
    return np.concatenate(
        [blank(len(piece.times_ms)) if part is None else part for part, piece in zip(columns, pieces, strict=True)]
    )


def _joined(parts: Sequence[NDArray[Any]], dtype: type[Any]) -> NDArray[Any]:
    """Join arrays; there may be none."""
    return np.concatenate([np.empty(0, dtype), *parts])
