"""Shapes of simulated signals, each described by amplitude, rate and duration so that a test knows what to expect.

A signal is a frozen dataclass with one method, ``values(times_ms, index, key)``, which gives the value of each sample
from its instant, its number and the key of its noise alone. Nothing is carried from sample to sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from jeta.testing.noise import bell

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNTS = 4096
"""Steps of a 12-bit converter."""


class Signal(Protocol):
    """What a channel shows over time."""

    def values(self, times_ms: NDArray[np.int64], index: NDArray[np.int64], key: int) -> NDArray[np.float64]:
        """Return the value of each sample.

        Parameters
        ----------
        times_ms : int64 array, shape (rows,)
            Instants, ms since 1970 UTC.
        index : int64 array, shape (rows,)
            Number of each sample, counted from 1970.
        key : int
            Stream of the noise.

        Returns
        -------
        float64 array, shape (rows,)
            The values.
        """
        ...


@dataclass(frozen=True, slots=True)
class Converter:
    """A 12-bit converter: values become ``low + count * step`` with a whole count from 0 to 4095.

    Attributes
    ----------
    low : float
        Value of count 0, in the unit of the channel.
    step : float
        Size of one count, in the unit of the channel; a power of two keeps the values short in decimal and binary.
    """

    low: float
    step: float

    @property
    def high(self) -> float:
        """Value of the highest count, 4095."""
        return self.low + (COUNTS - 1) * self.step

    def quantised(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the nearest value that the converter can show, values beyond its range being clipped.

        Parameters
        ----------
        values : float64 array, shape (rows,)
            Values in the unit of the channel; overwritten.

        Returns
        -------
        float64 array, shape (rows,)
            The same array.

        Examples
        --------
        >>> Converter(low=0.0, step=0.5).quantised(np.array([-3.0, 0.7, 1e9])).tolist()
        [0.0, 0.5, 2047.5]
        """
        values -= self.low
        values /= self.step
        np.rint(values, out=values)
        np.clip(values, 0, COUNTS - 1, out=values)
        values *= self.step
        values += self.low
        return values


@dataclass(frozen=True, slots=True)
class Cycle:
    """A sine with bell-shaped noise: temperatures over orbits, voltages, small attitude motion.

    Attributes
    ----------
    mean, amplitude : float
        Centre and half the swing of the sine, in the unit of the channel.
    period_s : float
        Period, s, a whole number of ms. The sine rises through its mean at 1970-01-01 and every period after.
    noise : float
        Standard deviation of the noise, in the unit of the channel; it never exceeds 3.47 times this.
    converter : Converter or None
        Rounds to 12 bits; None leaves the values as they are.
    """

    mean: float
    amplitude: float
    period_s: float
    noise: float
    converter: Converter | None = None

    def values(self, times_ms: NDArray[np.int64], index: NDArray[np.int64], key: int) -> NDArray[np.float64]:
        """Return the value of each sample.

        Parameters
        ----------
        times_ms, index : int64 array, shape (rows,)
            Instants, ms since 1970 UTC, and numbers of the samples.
        key : int
            Stream of the noise.

        Returns
        -------
        float64 array, shape (rows,)
            The values.
        """
        angle = phase(times_ms, self.period_s)
        angle *= 2 * np.pi
        np.sin(angle, out=angle)
        angle *= self.amplitude
        angle += self.mean
        return _noisy(angle, index, key, self.noise, self.converter)


@dataclass(frozen=True, slots=True)
class Ramp:
    """A sawtooth with noise: a wheel that gathers speed until it is unloaded, a recorder that fills and is emptied.

    Attributes
    ----------
    low, high : float
        Value at the start of a period and, never quite reached, at its end, in the unit of the channel.
    period_s : float
        Time from one fall to the next, s, a whole number of ms; 1970-01-01 is the start of a period.
    noise : float
        Standard deviation of the noise, in the unit of the channel.
    converter : Converter or None
        Rounds to 12 bits; None leaves the values as they are.
    """

    low: float
    high: float
    period_s: float
    noise: float = 0.0
    converter: Converter | None = None

    def values(self, times_ms: NDArray[np.int64], index: NDArray[np.int64], key: int) -> NDArray[np.float64]:
        """Return the value of each sample.

        Parameters
        ----------
        times_ms, index : int64 array, shape (rows,)
            Instants, ms since 1970 UTC, and numbers of the samples.
        key : int
            Stream of the noise.

        Returns
        -------
        float64 array, shape (rows,)
            The values.
        """
        height = phase(times_ms, self.period_s)
        height *= self.high - self.low
        height += self.low
        return _noisy(height, index, key, self.noise, self.converter)


@dataclass(frozen=True, slots=True)
class Steps:
    """Levels held for a fixed time, over and over: the current of a load that is switched, a mode sampled at a cadence.

    Attributes
    ----------
    levels : tuple of float
        The levels in their order, in the unit of the channel; numeric codes for a state.
    dwell_s : float
        How long each is held, s, a whole number of ms; the first begins at 1970-01-01.
    noise : float
        Standard deviation of the noise, in the unit of the channel; 0 for a state.
    converter : Converter or None
        Rounds to 12 bits; None leaves the values as they are.
    """

    levels: tuple[float, ...]
    dwell_s: float
    noise: float = 0.0
    converter: Converter | None = None

    def values(self, times_ms: NDArray[np.int64], index: NDArray[np.int64], key: int) -> NDArray[np.float64]:
        """Return the value of each sample.

        Parameters
        ----------
        times_ms, index : int64 array, shape (rows,)
            Instants, ms since 1970 UTC, and numbers of the samples.
        key : int
            Stream of the noise.

        Returns
        -------
        float64 array, shape (rows,)
            The values.
        """
        which = times_ms // milliseconds(self.dwell_s) % len(self.levels)
        return _noisy(np.asarray(self.levels, np.float64)[which], index, key, self.noise, self.converter)


@dataclass(frozen=True, slots=True)
class Turns:
    """The next of some codes at every sample: a state that is sent when it changes.

    Attributes
    ----------
    codes : tuple of float
        The codes in their order; no code equals the one before it, the first not the last.
    """

    codes: tuple[float, ...]

    def values(self, times_ms: NDArray[np.int64], index: NDArray[np.int64], key: int) -> NDArray[np.float64]:  # noqa: ARG002 - the protocol's signature
        """Return the value of each sample.

        Parameters
        ----------
        times_ms, index : int64 array, shape (rows,)
            Instants, ms since 1970 UTC, and numbers of the samples.
        key : int
            Stream of the noise.

        Returns
        -------
        float64 array, shape (rows,)
            The values.
        """
        return np.asarray(self.codes, np.float64)[index % len(self.codes)]


@dataclass(frozen=True, slots=True)
class Count:
    """One more at every sample, starting again at 0: a counter of commands or frames.

    Attributes
    ----------
    modulo : int
        Number of values before it starts again: 256 for 8 bits, 65536 for 16 bits.
    """

    modulo: int

    def values(self, times_ms: NDArray[np.int64], index: NDArray[np.int64], key: int) -> NDArray[np.float64]:  # noqa: ARG002 - the protocol's signature
        """Return the value of each sample.

        Parameters
        ----------
        times_ms, index : int64 array, shape (rows,)
            Instants, ms since 1970 UTC, and numbers of the samples.
        key : int
            Stream of the noise.

        Returns
        -------
        float64 array, shape (rows,)
            The values.
        """
        return (index % self.modulo).astype(np.float64)


def milliseconds(seconds: float) -> int:
    """Return a duration in whole ms.

    Examples
    --------
    >>> milliseconds(1.024)
    1024
    """
    return round(seconds * 1000)


def phase(times_ms: NDArray[np.int64], period_s: float) -> NDArray[np.float64]:
    """Return how much of the period has passed at each instant.

    Parameters
    ----------
    times_ms : int64 array, shape (rows,)
        Instants, ms since 1970 UTC.
    period_s : float
        The period, s, a whole number of ms.

    Returns
    -------
    float64 array, shape (rows,)
        Fractions, 0 <= fraction < 1; exact, since the division with rest is done in whole ms.
    """
    period_ms = milliseconds(period_s)
    return (times_ms % period_ms) / period_ms


def _noisy(
    clean: NDArray[np.float64], index: NDArray[np.int64], key: int, noise: float, converter: Converter | None
) -> NDArray[np.float64]:
    """Add noise and round to the converter's steps, in place."""
    if noise:
        disturbance = bell(index, key)
        disturbance *= noise
        clean += disturbance
    return clean if converter is None else converter.quantised(clean)
