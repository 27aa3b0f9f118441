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
from jeta.formats.shares import share_of_ids
from jeta.samples import ALARM_DTYPE, Samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from jeta.formats.fos_hdf5.choice import Choice
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
    rejected, notes : Counter
        Rows left out, and rows worth telling, as in a `Delivery`.
    """

    ids: NDArray[np.int64]
    lengths: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    numbers: NDArray[np.float64]
    alarm: NDArray[np.int16] | None
    text_codes: NDArray[np.int32] | None
    texts: list[bytes]
    rejected: Rejected
    notes: Counter[str]


def decode(block: NDArray[np.void], layout: Layout, choice: Choice) -> Piece:
    """Group the rows of one block.

    Parameters
    ----------
    block : structured array, shape (rows,)
        Rows as in the file.
    layout : Layout
        Where their fields are.
    choice : Choice
        Which rows are wanted.

    Returns
    -------
    Piece
        The good rows, and the counts of the others.
    """
    ids = block["id"].astype(np.int64)
    kept, rejected = _judged(block, ids, layout, choice)
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
        _notes(block, kept, layout, choice),
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


def assemble(pieces: list[Piece]) -> tuple[Batch, ...]:
    """Put pieces together: one batch per MSID.

    Parameters
    ----------
    pieces : list of Piece
        In the order of the file. The list is emptied, so that the memory of each piece is free once its rows are moved.

    Returns
    -------
    tuple of Batch
        Sorted by identifier. Values are float64; text, with the numbers behind it, for an MSID that has a text in any
        row. The arrays are slices of a few large ones.
    """
    run_ids = _joined([piece.ids for piece in pieces])
    if not len(run_ids):
        return ()
    lengths = _joined([piece.lengths for piece in pieces])
    runs = np.argsort(run_ids, kind="stable")
    ids, first_runs = np.unique(run_ids[runs], return_index=True)
    edges = np.concatenate([[0], np.cumsum(lengths[runs])])
    targets = np.empty_like(lengths)
    targets[runs] = edges[:-1]
    return _moved(pieces, targets, int(edges[-1])).batches(ids, edges[np.append(first_runs, len(runs))])


def _moved(pieces: list[Piece], targets: NDArray[np.int64], rows: int) -> _Series:
    """Move the rows of all pieces to where they belong: `targets` has the place of each piece's MSIDs, piece by piece."""
    levels, ranks = _all_ranks(pieces)
    series = _Series(
        np.empty(rows, np.int64),
        np.empty(rows, np.float64),
        np.zeros(rows, ALARM_DTYPE) if any(piece.alarm is not None for piece in pieces) else None,
        np.zeros(rows, np.int32) if ranks else None,
        levels,
    )
    pieces.reverse()
    done = 0
    while pieces:
        piece = pieces.pop()
        places = _places(targets[done : done + len(piece.ids)], piece.lengths)
        done += len(piece.ids)
        series.times_ms[places] = piece.times_ms
        series.numbers[places] = piece.numbers
        if series.alarm is not None and piece.alarm is not None:
            series.alarm[places] = piece.alarm
        if series.ranks is not None and piece.text_codes is not None:
            # The code -1 of rows without text finds the last one: the empty text, which is first among the levels.
            series.ranks[places] = np.array([*map(ranks.__getitem__, piece.texts), 0], np.int32)[piece.text_codes]
    return series


@dataclass(frozen=True, slots=True)
class _Series:
    """All rows, those of one MSID after those of another."""

    times_ms: NDArray[np.int64]
    numbers: NDArray[np.float64]
    alarm: NDArray[np.int16] | None
    ranks: NDArray[np.int32] | None
    levels: NDArray[Any]

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
    block: NDArray[np.void], ids: NDArray[np.int64], layout: Layout, choice: Choice
) -> tuple[NDArray[np.bool_], Rejected]:
    """Tell which rows are good, and count the others; the first reason that holds for a row counts."""
    kept = ids != 0
    rejected: Rejected = Counter()
    padding = len(ids) - int(np.count_nonzero(kept))
    if padding and choice.has_strays:
        rejected[None, rejection.PADDING] = padding
    if choice.shares > 1:
        kept &= share_of_ids(ids, choice.shares) == choice.share
    for reason, bad in _faults(block, layout, choice):
        found = bad & kept
        if found.any():
            keys, counts = np.unique(ids[found], return_counts=True)
            rejected.update({(key, reason): count for key, count in zip(keys.tolist(), counts.tolist(), strict=True)})
            kept &= ~bad
    return kept, rejected


def _faults(block: NDArray[np.void], layout: Layout, choice: Choice) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    """Give, for each reason to leave rows out, where it holds."""
    for apid, found in _of_apids(block, layout, choice.excluded_apids):
        yield rejection.excluded_apid(apid), found
    times = block["observatoryTime"]
    if times.dtype.kind == "f":
        yield rejection.TIME_NOT_A_NUMBER, ~np.isfinite(times)
        yield rejection.TIME_TOO_LARGE, ~(np.abs(times) < float(_INT64.max))
    elif times.dtype.kind == "u":
        yield rejection.TIME_TOO_LARGE, times > _INT64.max
    if layout.has_alarm and not np.can_cast(block["alarmStatus"].dtype, ALARM_DTYPE):
        alarm = block["alarmStatus"]
        yield rejection.ALARM_TOO_LARGE, (alarm < _INT16.min) | (alarm > _INT16.max)


def _of_apids(
    block: NDArray[np.void], layout: Layout, apids: tuple[int, ...]
) -> Iterable[tuple[int, NDArray[np.bool_]]]:
    """Give, for each of some packet types that is there, its rows; there may be thousands of types."""
    if not layout.has_apid or not apids:
        return
    column = block["apid"].astype(block["apid"].dtype.newbyteorder("="))
    for apid in np.unique(column[np.isin(column, np.array(apids, np.int64))]).tolist():
        yield apid, column == apid


def _notes(block: NDArray[np.void], kept: NDArray[np.bool_], layout: Layout, choice: Choice) -> Counter[str]:
    """Count the rows that are kept, but of packet types that are worth telling."""
    found = {apid: int(np.count_nonzero(rows & kept)) for apid, rows in _of_apids(block, layout, choice.noted_apids)}
    return Counter({rejection.kept_apid(apid): count for apid, count in found.items() if count})


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


def _places(targets: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of rows whose runs go to some targets: runs of 2 and 1 rows to 7 and 3 are at 7 8, 3."""
    starts = np.cumsum(lengths) - lengths
    return np.repeat(targets - starts, lengths) + np.arange(int(lengths.sum()))


def _all_ranks(pieces: Sequence[Piece]) -> tuple[NDArray[Any], dict[bytes, int]]:
    """Sort the texts of all pieces: the distinct ones as texts, and the place of each among them; 0 is no text."""
    distinct = list(dict.fromkeys(text for piece in pieces for text in piece.texts))
    levels, ranks = ranked([*all_decoded(distinct), ""]) if distinct else ranked([])
    return levels, dict(zip(distinct, ranks.tolist(), strict=False))


def _joined(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Join arrays; there may be none."""
    return np.concatenate([np.empty(0, np.int64), *parts])
