"""Spans of time during which the values of an MSID are something: a state, past a limit, or as a comparison says."""

from __future__ import annotations

import operator
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.errors import IntervalError, ValuesError
from jeta.fetch.holding import is_held, known_until_s
from jeta.intervals import Intervals, logical_intervals, state_intervals, to_table
from jeta.tdb.limits import LIMIT_NAMES, Limits
from jeta.units import convert_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from astropy.table import Table
    from numpy.typing import NDArray

    from jeta.fetch.series import Series

_CURVE_ULPS = 8

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def logical_spans(
    series: Series, op: str, val: Any, *, complete_intervals: bool = False, max_gap: float | None = None
) -> Intervals:
    """Return the intervals during which the values of an object compare as given, see `MSID.logical_intervals`."""
    if not isinstance(op, str) or op not in OPERATORS:
        raise ValuesError(f"op must be one of {' '.join(OPERATORS)}, but is {op!r}")
    series.check_seconds()
    good = _good(series)
    times = series.times if good is None else series.times[good]
    if len(times) == 0:
        return Intervals.none()
    held = hold(series, times)
    _check_not_one(series, times, held)
    true = compared(series, op, val)
    return logical_intervals(times, true if good is None else true[good], complete_intervals, max_gap, **held)


def compared(series: Series, op: str, val: Any) -> NDArray[np.bool_]:
    """Return for each sample whether its value compares as given; texts regardless of trailing blanks.

    Raises
    ------
    ValuesError
        If the two cannot be compared, such as a number with a text.
    """
    compare = OPERATORS[op]
    holds_text, is_text = series.dtype.kind == "U", isinstance(val, str)
    is_number = isinstance(val, Real | np.bool_ | np.number) or (isinstance(val, np.ndarray) and val.shape == ())
    if not (is_text if holds_text else is_number):
        kind = "texts" if holds_text else "numbers"
        raise ValuesError(
            f"{series.MSID} holds {kind}, so that it cannot be compared {op} {val!r}; give one value of its kind"
        )
    wanted = str(val).rstrip() if is_text else val
    coded = series.coded
    if coded is None:
        return _truth(compare(series.vals, wanted), len(series))
    # States are compared once for each state, not once a sample.
    codes, texts = coded
    return _truth(compare(texts, wanted), len(texts))[codes] if len(texts) else np.zeros(0, bool)


def _truth(result: Any, rows: int) -> NDArray[np.bool_]:
    """The outcome of a comparison as an array, also where numpy gives one answer for all."""
    return np.broadcast_to(np.asarray(result, bool), (rows,))


def logical_table(series: Series, op: str, val: Any, *, complete_intervals: bool, max_gap: float | None) -> Table:
    """Return `logical_spans` as a table."""
    found = logical_spans(series, op, val, complete_intervals=complete_intervals, max_gap=max_gap)
    return to_table(found, series.time_system)


def state_table(series: Series) -> Table:
    """Return runs of equal value, see `MSID.state_intervals`.

    Raises
    ------
    IntervalError
        If there is exactly one good sample.
    """
    series.check_seconds()
    good = _good(series)
    times = series.times if good is None else series.times[good]
    codes, texts = _one_code_a_text(series)
    values = codes if good is None else codes[good]
    if len(times) == 0:
        return to_table(Intervals.none(), series.time_system, val=np.empty(0, series.dtype))
    held = hold(series, times)
    _check_not_one(series, times, held)
    spans, states = state_intervals(times, values, **held)
    return to_table(spans, series.time_system, val=states if texts is None else texts[states])


def _one_code_a_text(series: Series) -> tuple[Any, NDArray[np.str_] | None]:
    """Codes of states and their texts, of which no two are equal; else the values, and None."""
    if series.coded is None:
        return series.vals, None
    codes, texts = series.coded
    distinct, place = np.unique(texts, return_inverse=True)
    # A source may send one text with several numbers, or without one: each has a code of its own in the archive.
    return (codes, texts) if len(distinct) == len(texts) else (place[codes], distinct)


def _check_not_one(series: Series, times: NDArray[np.float64], held: dict[str, Any]) -> None:
    """Refuse one sample alone: nothing tells how long its value lasted.

    Raises
    ------
    IntervalError
        If there is exactly one, of an MSID whose values do not hold until the next.
    """
    if len(times) == 1 and not held:
        raise IntervalError(
            f"Filtered data length must be at least 2, but {series.MSID} has one good sample here; fetch a longer span"
        )


def _good(series: Series) -> NDArray[np.bool_] | None:
    """Which samples are good; None for all."""
    return None if series.bads is None or not series.bads.any() else ~series.bads


def hold(series: Series, times: NDArray[np.float64]) -> dict[str, Any]:
    """Return how `jeta.intervals` shall take the samples of an object: as values that hold, or as they are."""
    if len(times) == 0 or not is_held(series):
        return {}
    return {"hold": True, "stop_s": known_until_s(series)}


def violation_table(series: Series, max_gap: float | None) -> Table:
    """Return when the values were outside limits, see `MSID.limit_violations`."""
    from jeta.fetch.limit_changes import outer_edges, with_changes  # noqa: PLC0415 - not needed to import fetch
    from jeta.quality.limits import limit_series, violations  # noqa: PLC0415 - as above

    series.check_seconds()
    spans = [
        (start_s, stop_s, _in_unit(limits, series))
        for start_s, stop_s, limits in series.tdb.limit_spans(series.time_system)
    ]
    times, vals = np.empty(0), np.empty(0)
    if series.dtype.kind in "fiu":
        good = ~np.isnan(series.vals) if series.dtype.kind == "f" else np.ones(len(series), bool)
        good = good if series.bads is None else good & ~series.bads
        times, vals = series.times[good], series.vals[good]
    held = hold(series, times)
    changes = [edge for start_s, stop_s, _ in spans for edge in (start_s, stop_s)]
    more = with_changes(times, np.asarray(vals), changes, held.get("stop_s"), max_gap)
    ends = held or outer_edges(times, more[0])
    found = violations(more[0], more[1], **limit_series(more[0], spans), max_gap=max_gap, **ends)
    table = to_table(found.intervals, series.time_system)
    for name in ("extreme", "limit", "severity"):
        table[name] = getattr(found, name)
    edges = np.searchsorted(times, (found.intervals.tstart, found.intervals.tstop))
    table["samples"] = edges[1] - edges[0]
    return table[sorted(table.colnames)]


def _in_unit(limits: Limits, series: Series) -> Limits:
    """Limits in the unit of the object's values."""
    entry = series.entry
    stored = None if entry is None else entry.unit
    if entry is not None and entry.calibrations is not None:
        limits = _widened(limits)
    if stored == series.unit:
        return limits
    dtype = series.dtype if series.dtype.kind == "f" else np.dtype(np.float64)
    given = {name: getattr(limits, name) for name in LIMIT_NAMES}
    return Limits(
        **{
            # In the type of the values, so that one that is equal to a limit stays so.
            name: None if limit is None else float(convert_units(np.array([limit], dtype), stored, series.unit)[0])
            for name, limit in given.items()
        }
    )


def _widened(limits: Limits) -> Limits:
    """Limits a few units in the last place wider: a curve rounds, and a value equal to a limit is within it."""
    signs = {"red_low": -1, "yellow_low": -1, "nominal": 0, "yellow_high": 1, "red_high": 1}
    given = {name: getattr(limits, name) for name in LIMIT_NAMES}
    return Limits(
        **{
            name: None if limit is None else float(limit + signs[name] * _CURVE_ULPS * np.spacing(abs(limit)))
            for name, limit in given.items()
        }
    )
