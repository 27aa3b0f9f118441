"""Calibration curves: from the raw counts that an archive stores to the values that engineers read.

An MSID whose entry has calibrations has raw counts in the archive. Fetch gives the calibrated values as ``vals`` and
the counts as ``raw_vals``; ``type`` and ``dtype`` of the entry are those of the counts, ``unit`` and ``limits`` those
of the calibrated values. So a curve that is mended later mends all values that were ever stored.

Nothing is invented: a count for which there is no curve or no point, or a state, becomes NaN, or the empty text.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from jeta.errors import ValuesError
from jeta.tdb import lookup, rules, validity
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from jeta.tdb.validity import Dated

_KEY = "calibrations"


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A polynomial of the raw count.

    Attributes
    ----------
    coefficients : tuple of float
        At least one, finite, in ascending powers: ``(c0, c1, c2)`` is ``c0 + c1 raw + c2 raw**2``.

    Raises
    ------
    TdbError
        If there is none, or one is not a finite number.

    Examples
    --------
    >>> Polynomial((-10, 0.5)).apply([0, 20, float("nan")])
    array([-10.,   0.,  nan])
    """

    coefficients: tuple[float, ...]

    def __post_init__(self) -> None:
        given = _members(self.coefficients, "coefficients of a polynomial, such as [0.0, 0.01]", 1)
        checked = tuple(rules.finite(value, _KEY, "each coefficient of a polynomial") for value in given)
        object.__setattr__(self, "coefficients", checked)

    def apply(self, raw: ArrayLike) -> NDArray[np.float64]:
        """Return the values of raw counts.

        Parameters
        ----------
        raw : array of numbers or bool, any shape
            Raw counts; NaN where there is none.

        Returns
        -------
        float64 array, same shape
            By Horner's rule; NaN where the count is.

        Raises
        ------
        ValuesError
            If these are no numbers.
        """
        return lookup.by_table(_counts(raw), self._evaluated)

    def _evaluated(self, counts: NDArray[Any]) -> NDArray[np.float64]:
        """Evaluate by Horner's rule, in place."""
        x = counts.astype(np.float64)
        if len(self.coefficients) == 1:
            return np.where(np.isnan(x), np.nan, self.coefficients[0])
        *rest, highest = self.coefficients
        with np.errstate(over="ignore", invalid="ignore"):
            result = x * highest
            for coefficient in rest[:0:-1]:
                result += coefficient
                result *= x
            result += rest[0]
        return result


@dataclass(frozen=True, slots=True)
class PointPairs:
    """Straight lines between points.

    Attributes
    ----------
    points : tuple of (float, float)
        Raw count and value of each point, at least two, finite, raw counts strictly ascending.
    extrapolate : bool
        Whether the first and the last line go on beyond their points. If not, counts beyond are NaN: nobody has
        measured what they mean, and the nearest point's value would look like a measurement.

    Raises
    ------
    TdbError
        If there are fewer than two points, one is no pair of finite numbers, or their raw counts do not ascend.

    Examples
    --------
    >>> PointPairs(((0, 0), (100, 5), (200, 20))).apply([50, 150, 201])
    array([ 2.5, 12.5,  nan])
    """

    points: tuple[tuple[float, float], ...]
    extrapolate: bool = False

    def __post_init__(self) -> None:
        points = tuple(map(_point, _members(self.points, "points [raw, value], such as [[0, -1.5], [255, 5]]", 2)))
        for (one, _), (two, _) in itertools.pairwise(points):
            if two <= one:
                raise FieldError(f"key {_KEY!r}: expected points of ascending raw counts, got {two} after {one}", _KEY)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "extrapolate", rules.checked_flag(self.extrapolate, _KEY))

    def apply(self, raw: ArrayLike) -> NDArray[np.float64]:
        """Return the values of raw counts.

        Parameters
        ----------
        raw : array of numbers or bool, any shape
            Raw counts; NaN where there is none.

        Returns
        -------
        float64 array, same shape
            Exact at the points; NaN where the count is, and beyond the points unless `extrapolate` is set.

        Raises
        ------
        ValuesError
            If these are no numbers.
        """
        return lookup.by_table(_counts(raw), self._evaluated)

    def _evaluated(self, counts: NDArray[Any]) -> NDArray[np.float64]:
        """Interpolate, and extrapolate if wanted."""
        raws, values = np.array(self.points).T
        x = counts.astype(np.float64)
        result: NDArray[np.float64] = np.interp(x, raws, values, left=np.nan, right=np.nan)
        if self.extrapolate:
            # A line goes on from the point next to the count, so that the curve has no step there.
            with np.errstate(over="ignore", invalid="ignore"):
                for beyond, at, other in ((x < raws[0], 0, 1), (x > raws[-1], -1, -2)):
                    slope = (values[other] - values[at]) / (raws[other] - raws[at])
                    result[beyond] = values[at] + (x[beyond] - raws[at]) * slope
        return result


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Names of states.

    Attributes
    ----------
    states : tuple of (int, str)
        Raw count and state name, at least one, sorted by raw count; a mapping or pairs are accepted.

    Raises
    ------
    TdbError
        If there is none, a count is not whole or comes twice, or a name is empty or not a text.

    Examples
    --------
    >>> Enumeration({0: "OFF", 1: "ON"}).apply([0, 1, 7])
    array(['OFF', 'ON', ''], dtype='<U3')
    """

    states: tuple[tuple[int, str], ...]

    def __post_init__(self) -> None:
        checked = rules.checked_state_codes(self.states, _KEY)
        if not checked:
            raise FieldError(f"key {_KEY!r}: expected states, such as {{0: OFF, 1: ON}}, got {self.states!r}", _KEY)
        object.__setattr__(self, "states", checked)

    def apply(self, raw: ArrayLike) -> NDArray[np.str_]:
        """Return the states of raw counts.

        Parameters
        ----------
        raw : array of numbers or bool, any shape
            Raw counts; NaN where there is none.

        Returns
        -------
        str array, same shape
            As wide as the longest name; the empty text where a count has no state. What the count was, the raw
            counts tell.

        Raises
        ------
        ValuesError
            If these are no numbers.
        """
        return lookup.by_table(_counts(raw), self._named)

    def _named(self, counts: NDArray[Any]) -> NDArray[np.str_]:
        """Look the names up."""
        codes, names = zip(*self.states, strict=True)
        return lookup.names_of(counts, np.array(codes, dtype=np.int64), np.array([*names, ""]))


Curve: TypeAlias = Polynomial | PointPairs | Enumeration
"""A curve of any kind."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration curves of one MSID, in time order.

    Attributes
    ----------
    curves : tuple of (str or None, curve)
        UTC from which a curve is valid, until the next one is, and the curve. The first may be valid since ever
        (None). Dates are given in any form that `jeta.times` reads; a single curve may be given as it is.

    Raises
    ------
    TdbError
        If there is no curve, a date is wrong or not later than the one before, or some curves give numbers and others
        texts.

    Examples
    --------
    >>> calibration = Calibration([(None, Polynomial((0, 1))), ("1970-01-01T00:01", Polynomial((0, 2)))])
    >>> calibration.apply([7, 7], [59.999, 60.0])
    array([ 7., 14.])
    """

    curves: Dated[Curve]

    def __post_init__(self) -> None:
        given = ((None, self.curves),) if isinstance(self.curves, Curve) else self.curves
        curves = validity.checked_dates(_KEY, given)
        if not curves:
            raise FieldError(f"key {_KEY!r}: expected at least one curve, got {self.curves!r}", _KEY)
        for _, curve in curves:
            if not isinstance(curve, Curve):
                raise FieldError(f"key {_KEY!r}: expected a Polynomial, PointPairs or Enumeration, got {curve!r}", _KEY)
        if len({isinstance(curve, Enumeration) for _, curve in curves}) > 1:
            raise FieldError(
                f"key {_KEY!r}: expected curves that all give numbers or all give states, got "
                f"{', '.join(type(curve).__name__ for _, curve in curves)}",
                _KEY,
            )
        object.__setattr__(self, "curves", curves)

    @property
    def is_text(self) -> bool:
        """Whether the calibrated values are states, not numbers."""
        return isinstance(self.curves[0][1], Enumeration)

    @property
    def state_codes(self) -> tuple[tuple[int, str], ...]:
        """Raw counts and state names where there is one curve and it is an enumeration; else empty."""
        only = self.curves[0][1]
        return only.states if len(self.curves) == 1 and isinstance(only, Enumeration) else ()

    def apply(self, raw: ArrayLike, times_s: ArrayLike, system: str = "unix") -> NDArray[Any]:
        """Return the calibrated values of samples, each by the curve that is valid at its time.

        Parameters
        ----------
        raw : array of numbers or bool, shape (samples,)
            Raw counts; NaN where there is none.
        times_s : float64 array, shape (samples,)
            Time of each, seconds, in any order; where they ascend is fastest.
        system : {'unix', 'cxcsec'}
            Time system of the times.

        Returns
        -------
        float64 or str array, shape (samples,)
            Numbers; or states, as wide as the longest of all curves. NaN or the empty text before the first curve is
            valid.

        Raises
        ------
        ValuesError
            If the counts are no numbers, or there are not as many times as counts.
        """
        counts, times = _counts(raw), np.asarray(times_s, dtype=np.float64)
        if counts.shape != times.shape or counts.ndim != 1:
            raise ValuesError(
                f"raw counts of shape {counts.shape} and times of shape {times.shape}: expected one time per count"
            )
        if len(self.curves) == 1 and self.curves[0][0] is None:
            return self.curves[0][1].apply(counts)
        rows_between = _rows_between(times)
        parts = [(rows_between(start_s, stop_s), curve) for start_s, stop_s, curve in self.spans(system)]
        for rows, curve in parts:
            if isinstance(rows, slice) and rows == slice(0, len(counts)):
                return curve.apply(counts).astype(self._dtype(), copy=False)
        result: NDArray[Any] = np.full(len(counts), "" if self.is_text else np.nan, self._dtype())
        for rows, curve in parts:
            result[rows] = curve.apply(counts[rows])
        return result

    def spans(self, system: str = "unix") -> list[tuple[float, float, Curve]]:
        """Return when each curve is valid.

        Parameters
        ----------
        system : {'unix', 'cxcsec'}
            Time system of the seconds.

        Returns
        -------
        list of (float, float, curve)
            Start (inclusive) and stop (exclusive) in seconds, ``-inf`` and ``inf`` where there is no end, and the
            curve; in time order.
        """
        return validity.spans(self.curves, system)

    def _dtype(self) -> np.dtype[Any]:
        """The type of the calibrated values, which does not depend on the time."""
        names = [name for _, curve in self.curves if isinstance(curve, Enumeration) for _, name in curve.states]
        return np.dtype(f"U{max(map(len, names))}") if names else np.dtype(np.float64)


def _members(value: Any, what: str, least: int) -> tuple[Any, ...]:
    """Return the members of a sequence of at least so many."""
    if isinstance(value, list | tuple | np.ndarray) and len(value) >= least:
        return tuple(value)
    raise FieldError(f"key {_KEY!r}: expected at least {least} {what}, got {value!r}", _KEY)


def _point(value: Any) -> tuple[float, float]:
    """One point of point pairs."""
    if not isinstance(value, list | tuple | np.ndarray) or len(value) != 2:
        raise FieldError(f"key {_KEY!r}: expected points [raw, value], got {value!r}", _KEY)
    return rules.finite(value[0], _KEY, "each raw count"), rules.finite(value[1], _KEY, "the value of each point")


def _counts(raw: ArrayLike) -> NDArray[Any]:
    """Return raw counts as an array of numbers."""
    counts = np.asarray(raw)
    if counts.size == 0 and counts.dtype.kind not in "biuf":
        return counts.astype(np.float64)
    if counts.dtype.kind not in "biuf":
        raise ValuesError(
            f"values of type {counts.dtype} cannot be calibrated; expected raw counts, which are integers, floats or "
            "booleans: see the type of the MSID in the telemetry database"
        )
    return counts.view(np.uint8) if counts.dtype.kind == "b" else counts


def _rows_between(times: NDArray[np.float64]) -> Callable[[float, float], Any]:
    """Return what selects the samples of ``[start, stop)``: a slice where times ascend, else a mask."""
    if bool(np.all(times[1:] >= times[:-1])):
        return lambda start, stop: slice(*np.searchsorted(times, [start, stop]).tolist())
    return lambda start, stop: (times >= start) & (times < stop)


_CURVES: tuple[tuple[str, type[Any]], ...] = (
    ("polynomial", Polynomial),
    ("points", PointPairs),
    ("states", Enumeration),
)


def as_values(calibration: Calibration) -> list[Any]:
    """Return a calibration in a form that JSON takes.

    Parameters
    ----------
    calibration : Calibration
        The calibration.

    Returns
    -------
    list
        For each curve: date, kind, and the attributes of the curve.
    """
    kinds = {kind: word for word, kind in _CURVES}
    return [
        [valid_from, kinds[type(curve)], *(getattr(curve, name) for name in curve.__slots__)]
        for valid_from, curve in calibration.curves
    ]


def restored(values: list[Any]) -> Calibration:
    """Make a calibration of what `as_values` returned for it.

    Parameters
    ----------
    values : list
        As `as_values` returned it, or as JSON gives it back.

    Returns
    -------
    Calibration
        A calibration equal to the first.
    """
    kinds = dict(_CURVES)
    return Calibration(tuple((valid_from, kinds[word](*given)) for valid_from, word, *given in values))
