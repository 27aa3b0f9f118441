"""Fewer samples that draw the same line: of each stretch of time the first, the lowest, the highest and the last.

Every sample that is kept is one of the originals at its own time, so that extremes stay true, and so do their times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_ROWS_A_BUCKET = 4
"""First, lowest, highest, last."""
_ROWS_A_BUCKET_OF_STATISTICS = 6
"""And the lowest of `low` and the highest of `high`."""
_BLOCK_ROWS = 1 << 18
_HALVINGS = 8


def reduce_rows(  # noqa: PLR0913 - what may lie beside the values, by name
    times: ArrayLike,
    values: ArrayLike,
    n: int,
    *,
    bads: NDArray[np.bool_] | None = None,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    steps: bool = False,
    gap_s: float | None = None,
) -> NDArray[np.intp]:
    """Return which rows to keep, at most `n`, so that a line through them looks as that through all.

    Time is cut into at least ``n // 4`` buckets of equal width; of each, the first, lowest, highest and last row are kept. A
    bucket without rows, in a gap, gives none; where there are such, buckets are narrower.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Seconds, ascending; equal ones are allowed. Where they do not ascend, buckets are of equal numbers of rows.
    values : numeric or bool array, shape (rows,)
        Values, or one number for each state. NaN is never an extreme, but breaks the line where it was all there was.
    n : int
        How many rows to keep, at most.
    bads : bool array, shape (rows,), optional
        True for rows that are no extremes either, as NaN.
    low, high : numeric array, shape (rows,), optional
        Of statistics, the lowest and highest of each: their extremes are kept too, in ``n // 6`` buckets or more.
    steps : bool
        Whether each value holds until the next row, as states do. Where they all fit, exactly the rows at which the value
        changes are kept then, and the row before each.
    gap_s : float, optional
        Of steps, a spacing of more than so many seconds counts as a change too.

    Returns
    -------
    int array, shape (kept,)
        Numbers of rows, ascending. Among them are the first and the last row, and the first of those that have the lowest,
        and the highest, value of all that are good; for n below 4 (6), as many of them as fit, in this order.

    Raises
    ------
    ValuesError
        If `n` is negative or no whole number, or arrays are not numeric or not of one length.

    Examples
    --------
    >>> seconds = np.arange(1000.0)
    >>> reduce_rows(seconds, np.where(seconds == 333, 9.0, np.sin(seconds)), 8)
    array([  0, 333, 344, 499, 500, 699, 721, 999])
    >>> reduce_rows(seconds, seconds > 600, 8, steps=True)
    array([  0, 600, 601, 999])
    """
    _check_count(n)
    instants, columns = _checked(times, values, bads, low, high)
    rows = len(instants)
    if n >= rows:
        return np.arange(rows)
    if bads is not None and not bads.any():
        bads = None
    if steps:
        changes = _rows_of_changes(instants, columns[0], bads, n, gap_s)
        if changes is not None:
            return changes
    lows, highs = [columns[0], *columns[1:2]], [columns[0], *columns[2:3]]
    each = _ROWS_A_BUCKET if len(columns) == 1 else _ROWS_A_BUCKET_OF_STATISTICS
    if n < each:
        of_all = _kept(np.zeros(1, np.intp), rows, lows, highs, bads)
        return np.sort(np.array(_distinct(of_all)[:n], np.intp))
    return np.unique(_kept(_starts(instants, n // each, n, each), rows, lows, highs, bads))


def envelope(
    times: NDArray[np.float64], low: NDArray[Any], high: NDArray[Any], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the outline of a band in at most `n` points.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Seconds, ascending.
    low, high : numeric or bool array, shape (rows,)
        Both edges of the band; NaN is passed over where there is anything else.
    n : int
        How many points to return, at most; at least 2.

    Returns
    -------
    times, low, high : float64 arrays, shape (points,)
        As they are where they fit; else the first and the last time of each of ``n // 2`` or more stretches of equal width,
        each with the lowest and highest of the stretch.

    Examples
    --------
    >>> times, low, high = envelope(np.arange(6.0), np.array([0, -1, 0, 0, -2, 0]), np.array([1, 1, 1, 1, 5, 1]), 4)
    >>> times, low, high
    (array([0., 2., 3., 5.]), array([-1., -1., -2., -2.]), array([1., 1., 5., 5.]))
    """
    if len(times) <= n:
        return times, low.astype(np.float64), high.astype(np.float64)
    starts = _starts(times, max(n // 2, 1), n // 2, 1)
    ends = np.append(starts[1:], len(times)) - 1
    lowest, highest = np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)
    outline = np.stack([times[starts], times[ends]], axis=1).reshape(-1)
    return outline, np.repeat(lowest.astype(np.float64), 2), np.repeat(highest.astype(np.float64), 2)


def typical_spacing_s(times: NDArray[np.float64]) -> float:
    """Return the median of the spacings that are above 0, seconds, from at most 20,000 of them; NaN where there is none.

    Examples
    --------
    >>> typical_spacing_s(np.array([0.0, 1.0, 2.0, 2.0, 3.0, 60.0]))
    1.0
    """
    pairs = len(times) - 1
    before = np.arange(pairs) if pairs <= 20_000 else np.linspace(0, pairs - 1, 20_000).astype(np.intp)
    spacings = times[before + 1] - times[before] if pairs > 0 else np.empty(0)
    spacings = spacings[spacings > 0]
    return float(np.median(spacings)) if len(spacings) else float("nan")


def _check_count(n: Any) -> None:
    """Refuse what is no number of rows."""
    if not isinstance(n, int | np.integer) or n < 0:
        raise ValuesError(f"n is {n!r}, but must be how many samples to keep, a whole number of 0 or more")


def _checked(
    times: ArrayLike, values: ArrayLike, bads: Any, low: ArrayLike | None, high: ArrayLike | None
) -> tuple[NDArray[np.float64], list[NDArray[Any]]]:
    """The arrays, of one length: times, and values with what may be beside them."""
    if (low is None) != (high is None):
        raise ValuesError("low and high are the two edges of one band: give both, or neither")
    instants = np.asarray(times, np.float64)
    columns = [np.asarray(values), *(np.asarray(edge) for edge in (low, high) if edge is not None)]
    for column in (*columns, *([] if bads is None else [bads])):
        if column.shape != instants.shape or instants.ndim != 1 or column.dtype.kind not in "biuf":
            raise ValuesError(
                f"values of type {column.dtype} and shape {column.shape} at {instants.shape} times cannot be reduced: "
                "give one number for each time (for texts, the number of each state)"
            )
    return instants, columns


def _starts(times: NDArray[np.float64], buckets: int, n: int, each: int) -> NDArray[np.intp]:
    """First row of each bucket that has any, for as many buckets as `n` rows, `each` in a bucket, suffice for."""
    rows = len(times)
    if not (_ascends(times) and np.isfinite(times[[0, -1]]).all()):
        return np.unique(np.arange(buckets) * rows // buckets)
    chosen = _first_rows(times, buckets)
    for _ in range(_HALVINGS):
        # Each bucket in two, which keeps what was kept: as long as gaps leave room for it.
        buckets *= 2
        narrower = _first_rows(times, buckets)
        if np.minimum(np.diff(narrower, append=rows), each).sum() > n:
            break
        chosen = narrower
    return chosen


def _first_rows(times: NDArray[np.float64], buckets: int) -> NDArray[np.intp]:
    """First row of each bucket of equal width that has any."""
    edges = np.linspace(times[0], times[-1], buckets + 1)[:-1]
    firsts = np.searchsorted(times, edges)
    firsts[0] = 0
    return np.unique(firsts[firsts < len(times)])


def _ascends(times: NDArray[np.float64]) -> bool:
    """Whether no time is before the one before it, or NaN; in blocks, as memory takes longer to get than to fill."""
    return all(
        bool((part[1:] >= part[:-1]).all())
        for part in (times[row : row + _BLOCK_ROWS + 1] for row in range(0, len(times), _BLOCK_ROWS))
    )


def _kept(
    starts: NDArray[np.intp],
    rows: int,
    lows: list[NDArray[Any]],
    highs: list[NDArray[Any]],
    bads: NDArray[np.bool_] | None,
) -> list[int]:
    """First and last row, then lowest and highest, of each bucket."""
    stops = np.append(starts[1:], rows)
    found: list[int] = [*starts.tolist(), *(stops - 1).tolist()]
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        bad = None if bads is None else bads[start:stop]
        for columns, arg, extreme in ((lows, np.ndarray.argmin, np.fmin), (highs, np.ndarray.argmax, np.fmax)):
            rows_found = [_row_of_extreme(column[start:stop], bad, arg, extreme) for column in columns]
            found += [start + row for row in rows_found if row is not None]
    return found


def _distinct(rows: list[int]) -> list[int]:
    """The same without repetitions, in the same order."""
    return list(dict.fromkeys(rows))


def _row_of_extreme(values: NDArray[Any], bad: NDArray[np.bool_] | None, arg: Any, extreme: Any) -> int | None:
    """First row with the extreme value of those that are good and no NaN; None if there is none."""
    row = int(arg(values))
    if bad is not None and bad[row]:
        good = np.flatnonzero(~bad)
        found = _row_of_extreme(values[good], None, arg, extreme) if len(good) else None
        return None if found is None else int(good[found])
    if values.dtype.kind != "f" or not np.isnan(values[row]):
        return row
    if bad is not None:
        return _row_of_extreme(values, bad | np.isnan(values), arg, extreme)
    # numpy takes NaN for the extreme: this finds the others, without a copy of them.
    among_numbers = extreme.reduce(values)
    return None if np.isnan(among_numbers) else int((values == among_numbers).argmax())


def _rows_of_changes(
    times: NDArray[np.float64], values: NDArray[Any], bads: NDArray[np.bool_] | None, n: int, gap_s: float | None
) -> NDArray[np.intp] | None:
    """Rows at which the value changes, those before them, the first and the last; None if they are more than `n`."""
    rows, found, count = len(values), [np.array([0, len(values) - 1])], 0
    for row in range(0, rows - 1, _BLOCK_ROWS):
        part = slice(row, row + _BLOCK_ROWS), slice(row + 1, row + 1 + _BLOCK_ROWS)
        after = values[part[1]]
        before = values[part[0]][: len(after)]
        turns = before != after
        if values.dtype.kind == "f":
            turns &= ~(np.isnan(before) & np.isnan(after))
        if bads is not None:
            turns |= bads[part[0]][: len(after)] != bads[part[1]]
        if gap_s is not None:
            turns |= times[part[1]] - times[part[0]][: len(after)] > gap_s
        changes = row + np.flatnonzero(turns)
        count += len(changes)
        if count > n:
            return None
        found += [changes, changes + 1]
    kept = np.unique(np.concatenate(found))
    return kept if len(kept) <= n else None
