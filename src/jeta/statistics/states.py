"""Counts of texts per bin: of texts as they are, and of texts by code, as archives store them.

Counts of all texts that occur are in long form, one row per bin and distinct text: ``index``, ``text``, ``n``. It names no
states, so it stays true when a telemetry database gives the texts other states; `counts_of_states` makes columns of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import ValuesError
from jeta.statistics.bins import Bins, run_starts
from jeta.statistics.records import state_columns
from jeta.statistics.series import as_int32, checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    Columns = dict[str, NDArray[Any]]


def text_columns(
    times: ArrayLike, codes: ArrayLike, texts: ArrayLike, dt_s: float
) -> tuple[Columns, Columns, NDArray[np.str_]]:
    """Work out the statistics of a text MSID whose values are given by code.

    Parameters
    ----------
    times : float64 array, shape (rows,)
        Sample times, s, sorted.
    codes : integer array, shape (rows,)
        For each sample the row of its text in `texts`.
    texts : str array, shape (levels,)
        Texts; those that differ only in trailing blanks are one.
    dt_s : float
        Width of the bins, s, above 0.

    Returns
    -------
    columns : dict of str to array, shape (bins,)
        ``index``, ``n`` (int32; ``index`` int64 where it needs to be), as `bin_columns` gives them, and ``val``: rows in `levels`.
    counts : dict of str to array, shape (rows,)
        ``index``, ``text`` (rows in `levels`) and ``n`` (int32): how many samples of a bin have a text, for each text that occurs
        in it; sorted by ``index``, then by ``text``.
    levels : str array, shape (levels,)
        The distinct texts, sorted, without trailing blanks.

    Raises
    ------
    ValuesError
        If the times are not sorted and finite, there are not as many codes as times, a code is not that of a text, or `dt_s` is
        not a finite number above 0.

    Examples
    --------
    >>> columns, counts, levels = text_columns([1.0, 2.0, 9.0, 12.0], [1, 1, 0, 1], ["OFF", "ON"], 10)
    >>> levels[columns["val"]].tolist(), list(zip(*(column.tolist() for column in counts.values())))
    (['ON', 'ON'], [(0, 0, 1), (0, 1, 2), (1, 1, 1)])
    """
    seconds, numbers = checked(times, codes)
    written = checked_texts(numbers, texts)
    levels, level_of_code = distinct_texts(written)
    bins = Bins.of(seconds, dt_s)
    columns: Columns = {
        "index": as_int32(bins.indexes),
        "n": bins.counts.astype(np.int32),
        "val": level_of_code[numbers[bins.starts + bins.counts // 2]].astype(np.int32),
    }
    parts = []
    for rows, block in bins.blocks():
        bin_rows = np.repeat(np.arange(len(block)), block.counts)
        parts.append(level_counts(bin_rows, level_of_code[numbers[rows]], block.indexes, levels.size))
    return columns, long_counts(parts), levels


def counts_of_states(
    index: ArrayLike,
    counts: Mapping[str, NDArray[Any]],
    levels: NDArray[np.str_],
    state_codes: Iterable[tuple[int, str]] | None,
) -> dict[str, NDArray[np.int32]]:
    """Make columns of counts in long form.

    Parameters
    ----------
    index : integer array, shape (bins,)
        Bins that are wanted, increasing.
    counts : mapping of str to array, shape (rows,)
        ``index``, ``text``, ``n``, as `text_columns` gives them; bins that are not wanted are left out.
    levels : str array, shape (levels,)
        The texts, without trailing blanks.
    state_codes : iterable of (int, str), or None
        Raw count and text of each state; trailing blanks do not matter.

    Returns
    -------
    dict of str to int32 array, shape (bins,)
        ``n_<STATE>`` for each state, in the order of the codes. A text that is no state is counted nowhere.

    Examples
    --------
    >>> counts = {"index": np.array([3, 3, 5]), "text": np.array([0, 1, 1]), "n": np.array([1, 2, 4])}
    >>> found = counts_of_states([3, 4, 5], counts, np.array(["OFF", "ON"]), [(0, "OFF"), (1, "ON")])
    >>> {name: array.tolist() for name, array in found.items()}
    {'n_OFF': [1, 0, 0], 'n_ON': [2, 0, 4]}
    """
    bins = np.asarray(index, dtype=np.int64)
    columns = state_columns(state_codes)
    if not columns:
        return {}
    state_of_level = np.full(levels.size, -1)
    for number, texts in enumerate(columns.values()):
        state_of_level[np.isin(levels, texts)] = number
    # Counts come bin by bin: the place of a bin is looked up once.
    runs = run_starts(counts["index"])
    run_bins = counts["index"][runs]
    if np.array_equal(run_bins, bins):  # as nearly always
        run_places = np.arange(bins.size)
    else:
        run_places = np.searchsorted(bins, run_bins)
        is_wanted = run_places < bins.size
        is_wanted[is_wanted] = bins[run_places[is_wanted]] == run_bins[is_wanted]
        run_places[~is_wanted] = -1
    places = np.repeat(run_places, np.diff(runs, append=len(counts["index"])))
    states = state_of_level[counts["text"]]
    is_counted = (places >= 0) & (states >= 0)
    flat = states[is_counted] * bins.size + places[is_counted]
    table = np.bincount(flat, counts["n"][is_counted], len(columns) * bins.size).astype(np.int32)
    return dict(zip(columns, table.reshape(len(columns), bins.size), strict=True))


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
    parts: dict[str, list[NDArray[np.int32]]] = {column: [] for column in columns}
    for rows, block in bins.blocks() if columns else ():
        # States last, and comparing texts is slow: look at the first row of each run of one state within one bin only.
        runs, lengths, first_run = _runs_in_bins(vals[rows], block)
        states = np.strings.rstrip(vals[rows][runs])
        for column, texts in columns.items():
            in_state = np.where(np.isin(states, texts), lengths, 0)
            parts[column].append(np.add.reduceat(in_state, first_run).astype(np.int32))
    return {column: np.concatenate(some) for column, some in parts.items()}


def checked_texts(codes: NDArray[Any], texts: ArrayLike) -> NDArray[np.str_]:
    """Check that codes are those of texts.

    Parameters
    ----------
    codes : array, shape (rows,)
        Codes.
    texts : str array, shape (levels,)
        Texts.

    Returns
    -------
    str array, shape (levels,)
        The texts.

    Raises
    ------
    ValuesError
        If the codes are no integers, the texts no texts, or a code is not that of a text.

    Examples
    --------
    >>> checked_texts(np.array([0, 1]), ["OFF", "ON"]).tolist()
    ['OFF', 'ON']
    """
    written = np.asarray(texts)
    if not written.size:
        written = np.zeros(0, "U1")
    if codes.dtype.kind not in "iu" or written.dtype.kind != "U" or written.ndim != 1:
        raise ValuesError(
            f"codes of type {codes.dtype} of {written.shape} texts of type {written.dtype}: expected integers and one row of str"
        )
    if codes.size and not (codes.min() >= 0 and codes.max() < written.size):
        raise ValuesError(
            f"codes from {codes.min()} to {codes.max()} of {written.size} texts: "
            f"expected rows of the texts, from 0 to {written.size - 1}"
        )
    return written


def distinct_texts(texts: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Tell which texts are one.

    Parameters
    ----------
    texts : str array, shape (codes,)
        Texts; trailing blanks do not matter.

    Returns
    -------
    levels : str array, shape (levels,)
        Distinct texts without trailing blanks, sorted.
    level_of_code : int64 array, shape (codes,)
        Row in `levels` of each text.

    Examples
    --------
    >>> levels, level_of_code = distinct_texts(np.array(["ON", "OFF", "ON "]))
    >>> levels.tolist(), level_of_code.tolist()
    (['OFF', 'ON'], [1, 0, 1])
    """
    levels, level_of_code = np.unique(np.strings.rstrip(texts), return_inverse=True)
    return levels, level_of_code.astype(np.int64, copy=False)


def long_counts(parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]) -> Columns:
    """Join counts of blocks, in long form.

    Parameters
    ----------
    parts : list of tuple of int64 arrays
        Bin numbers, numbers of texts, and counts, of each block.

    Returns
    -------
    dict of str to array, shape (rows,)
        ``index``, ``text``, ``n``.

    Examples
    --------
    >>> counts = long_counts([(np.array([4]), np.array([1]), np.array([9]))])
    >>> {name: column.tolist() for name, column in counts.items()}
    {'index': [4], 'text': [1], 'n': [9]}
    """
    none = np.zeros(0, np.int64)
    index, level, rows = (np.concatenate([none, *arrays]) for arrays in zip(*parts, strict=True))
    return {"index": as_int32(index), "text": level.astype(np.int32), "n": rows.astype(np.int32)}


def level_counts(
    bin_rows: NDArray[np.int64], levels_of_rows: NDArray[np.int64], indexes: NDArray[np.int64], levels: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Count samples per bin and text.

    Parameters
    ----------
    bin_rows : int64 array, shape (rows,)
        Which of the bins each sample is in, sorted.
    levels_of_rows : int64 array, shape (rows,)
        Which text each sample is.
    indexes : int64 array, shape (bins,)
        Numbers of the bins.
    levels : int
        How many texts there are.

    Returns
    -------
    index, level, n : int64 arrays, shape (counts,)
        Number of the bin, text, and how many samples, for each text that occurs in a bin; sorted by bin, then by text.

    Examples
    --------
    >>> found = level_counts(np.array([0, 0, 1]), np.array([1, 1, 0]), np.array([7, 9]), 2)
    >>> [array.tolist() for array in found]
    [[7, 9], [1, 0], [2, 1]]
    """
    keys = bin_rows * levels + levels_of_rows
    runs = run_starts(keys)  # states last, so there are far fewer runs than rows to sort
    lengths = np.diff(runs, append=keys.size)
    order = np.argsort(keys[runs], kind="stable")
    firsts = run_starts(keys[runs][order])
    found = keys[runs][order][firsts]
    bin_row, level = np.divmod(found, max(levels, 1))
    return indexes[bin_row], level, np.add.reduceat(lengths[order], firsts)


def _runs_in_bins(vals: NDArray[np.str_], bins: Bins) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First row and length of each run of equal values within one bin, and the first run of each bin."""
    is_start = np.ones(vals.size, np.bool_)
    is_start[1:] = vals[1:] != vals[:-1]
    is_start[bins.starts] = True
    runs = np.flatnonzero(is_start)
    return runs, np.diff(runs, append=vals.size), np.searchsorted(runs, bins.starts)
