"""Means over a window that moves along; pure.

Sums of windows are put together from sums of 1, 2, 4, 8 ... neighbours, so that each window adds up only what is inside it. A
running total would be quicker to write, but loses digits with the length of the series, and all of them after one wild value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDGE_S = 1e-6
"""Samples so near beyond the edge of a window are inside: the instants of samples are rounded."""

_BLOCK_ROWS = 2**17
"""So many windows at a time: their samples fit into the cache of a processor."""


def moving_mean(
    times: NDArray[np.float64], values: NDArray[np.float64], at: NDArray[np.float64], width_s: float
) -> NDArray[np.float64]:
    """Return the mean of the samples in a window around each of some instants.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Instants of the samples, seconds, ascending.
    values : float64 array, shape (rows,)
        Their values.
    at : float64 array, shape (windows,)
        Middles of the windows, seconds, ascending.
    width_s : float
        Width of the windows in seconds; both edges are inside, to a microsecond.

    Returns
    -------
    float64 array, shape (windows,)
        Means; NaN for a window without samples.

    Examples
    --------
    >>> moving_mean(np.arange(4.0), np.array([0.0, 3.0, 6.0, 30.0]), np.array([1.0, 2.0, 9.0]), 2.0).tolist()
    [3.0, 13.0, nan]
    """
    half_s = width_s / 2 + EDGE_S
    first = np.searchsorted(times, at - half_s, "left")
    last = np.searchsorted(times, at + half_s, "right")
    means = np.full(len(at), np.nan)
    # Blocks of windows no shorter than a window is long, lest each of many blocks sums up nearly everything.
    block_rows = max(_BLOCK_ROWS, int((last - first).max(initial=0)))
    for row in range(0, len(at), block_rows):
        block = slice(row, row + block_rows)
        begin = first[block][0]
        sums = window_sums(values[begin : last[block][-1]], first[block] - begin, last[block] - begin)
        count = last[block] - first[block]
        np.divide(sums, count, out=means[block], where=count > 0)
    return means


def moving_mean_of_held(
    times: NDArray[np.float64],
    values: NDArray[np.float64],
    is_usable: NDArray[np.bool_],
    at: NDArray[np.float64],
    width_s: float,
) -> NDArray[np.float64]:
    """Return the mean over time, in a window around each of some instants, of values that hold until the next sample.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Instants of the samples, seconds, ascending.
    values : float64 array, shape (rows,)
        Their values; the last one holds on.
    is_usable : bool array, shape (rows,)
        Which samples count; the time from one that does not to the next is left out.
    at : float64 array, shape (windows,)
        Middles of the windows, seconds.
    width_s : float
        Width of the windows in seconds; what lies before the first sample is left out.

    Returns
    -------
    float64 array, shape (windows,)
        Means; NaN for a window in which no value is known.

    Examples
    --------
    >>> times, values = np.array([0.0, 8.0]), np.array([1.0, 5.0])
    >>> moving_mean_of_held(times, values, np.array([True, True]), np.array([-9.0, 0.0, 7.0, 8.0]), 4.0).tolist()
    [nan, 1.0, 2.0, 3.0]
    """
    means = np.full(len(at), np.nan)
    begun = np.flatnonzero(at + width_s / 2 >= times[0]) if len(times) else np.zeros(0, np.int64)
    if not len(begun):
        return means
    low, high = np.maximum(at[begun] - width_s / 2, times[0]), at[begun] + width_s / 2
    first, last = (np.searchsorted(times, edge, "right") - 1 for edge in (low, high))
    ends = np.append(times[1:], np.inf)
    head_s = np.minimum(ends[first], high) - low
    tail_s = np.where(last > first, high - times[last], 0.0)

    def over_time(held: NDArray[np.float64]) -> NDArray[np.float64]:
        between = window_sums(held[:-1] * np.diff(times), np.minimum(first + 1, last), last)
        return np.asarray(head_s * held[first] + between + tail_s * held[last])

    known_s = over_time(is_usable.astype(np.float64))
    sums = over_time(np.where(is_usable, values, 0.0))
    # A window without width has the value that holds there.
    here = np.where(is_usable[last], values[last], np.nan)
    means[begun] = np.divide(sums, known_s, out=here, where=known_s > 0)
    return means


def window_sums(values: NDArray[np.float64], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``values[first:last].sum()`` for each pair of `first` and `last`.

    Parameters
    ----------
    values : float64 array, shape (rows,)
        What to sum up.
    first, last : int64 array, shape (windows,)
        Begin and, itself outside, end of each window, ``0 <= first <= last <= rows``.

    Returns
    -------
    float64 array, shape (windows,)
        Sums; 0 for an empty window.

    Notes
    -----
    A window of 13 samples is one sample, then four, then eight: the bits of its length. Before each step ``sums_of_2_to_k[i]`` is
    the sum of the ``2**k`` values from ``i`` on.
    """
    sums = np.zeros(len(first))
    place, length = first.copy(), last - first
    longest = int(length.max(initial=0))
    sums_of_2_to_k, size = values, 1
    while size <= longest:
        takes_part = np.flatnonzero(length & size)
        sums[takes_part] += sums_of_2_to_k[place[takes_part]]
        place[takes_part] += size
        size *= 2
        if size <= longest:
            sums_of_2_to_k = sums_of_2_to_k[: -(size // 2)] + sums_of_2_to_k[size // 2 :]
    return sums
