"""Samples of simulated channels: the same instants and values whatever window is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import IntervalError
from jeta.testing.noise import stream_key, uniform_integers
from jeta.testing.signals import Converter, Cycle, milliseconds
from jeta.testing.spacecraft import Channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

JITTER, NOISE, PHASE = 1, 2, 3
"""Purposes of the random numbers of one channel: each has a stream of its own."""

YELLOW, RED = 1, 2
"""Alarm status of values outside the yellow and the red limits; 0 is nominal."""

_BLOCK_ROWS = 1 << 17


def simulate(
    channel: Channel, start_ms: int, stop_ms: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.str_] | None]:
    """Return all samples of a channel in a time range.

    Nothing but the channel and the seed decides a sample: ranges that overlap agree where they do, and adjoining ranges
    put end to end are the whole.

    Parameters
    ----------
    channel : Channel
        What to simulate.
    start_ms, stop_ms : int
        The range, ms since 1970 UTC, ``[start, stop)``.
    seed : int
        Another seed gives another spacecraft of the same kind: other jitter and noise about the same signals.

    Returns
    -------
    times_ms : int64 array, shape (rows,)
        Instants, ms since 1970 UTC, strictly increasing.
    values : float64 array, shape (rows,)
        Values; numeric codes for a state.
    texts : str array, shape (rows,), or None
        Texts of a state; None for channels of other types.

    Raises
    ------
    IntervalError
        If the range runs backwards.

    Examples
    --------
    >>> from jeta.testing.spacecraft import spacecraft
    >>> bus = next(c for c in spacecraft() if c.name == "SE_BUS_VOLT")
    >>> times_ms, values, texts = simulate(bus, 0, 60_000, seed=1)
    >>> len(times_ms), bool(values.min() > 28), texts
    (59, True, None)
    """
    if stop_ms < start_ms:
        raise IntervalError(f"range from {start_ms} to {stop_ms} ms runs backwards; give the earlier instant first")
    offset_ms = _offset_ms(channel, seed)
    # The first sample that can lie in the range may be nominally before it, by as much as the jitter.
    first = (start_ms - offset_ms - channel.jitter_ms) // channel.cadence_ms
    index = np.arange(first, (stop_ms - offset_ms) // channel.cadence_ms + 1, dtype=np.int64)
    times_ms = _sample_times(channel, index, seed)
    inside = slice(*np.searchsorted(times_ms, (start_ms, stop_ms)))
    index, times_ms = index[inside], times_ms[inside]
    if channel.schedule is not None:
        on = _is_on(channel, index)
        index, times_ms = index[on], times_ms[on]
    values = channel.signal.values(times_ms, index, stream_key(seed, channel.id, NOISE))
    return times_ms, values, state_texts(channel, values)


def state_texts(channel: Channel, values: NDArray[np.float64]) -> NDArray[np.str_] | None:
    """Return the text of each value of a state.

    Parameters
    ----------
    channel : Channel
        The channel; every value must be one of its codes.
    values : float64 array, shape (rows,)
        Numeric codes.

    Returns
    -------
    str array, shape (rows,), or None
        The texts; None for a channel without state codes.
    """
    if not channel.state_codes:
        return None
    codes = np.array([code for code, _ in channel.state_codes])
    order = np.argsort(codes)
    texts = np.array([text for _, text in channel.state_codes])[order]
    return texts[np.searchsorted(codes[order], values.astype(np.int64))]


def alarm_status(channel: Channel, values: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return the alarm status of each value.

    Parameters
    ----------
    channel : Channel
        The channel, for its limits.
    values : float64 array, shape (rows,)
        Values in the channel's unit.

    Returns
    -------
    int16 array, shape (rows,)
        0 within the limits, both inclusive; 1 outside the yellow and 2 outside the red ones.
    """
    status = np.zeros(len(values), np.int16)
    for limits, level in ((channel.yellow, YELLOW), (channel.red, RED)):
        if limits is not None:
            status[(values < limits[0]) | (values > limits[1])] = level
    return status


def one_hertz_temperature(
    rows: int, seed: int = 0, *, start_ms: int = 1_640_995_200_000
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return a long temperature record: one sample a second, 12 bits, for measurements of speed and size.

    A sine of 8 K amplitude about 293 K with a period of 5700 s, noise of 0.0625 K, steps of 1/32 K; each instant lies 0
    to 7 ms after the full second.

    Parameters
    ----------
    rows : int
        Number of samples, >= 0; 92 million are three years, 1.5 GB.
    seed : int, optional
        Seed of jitter and noise.
    start_ms : int, optional
        First full second, ms since 1970 UTC; by default 2022-01-01.

    Returns
    -------
    times_ms : int64 array, shape (rows,)
        Instants, ms since 1970 UTC, strictly increasing.
    values : float64 array, shape (rows,)
        Temperatures, K.

    Examples
    --------
    >>> times_ms, values = one_hertz_temperature(3)
    >>> (times_ms // 1000).tolist()
    [1640995200, 1640995201, 1640995202]
    """
    signal = Cycle(293.0, 8.0, 5700.0, 0.0625, Converter(220.0, 2.0**-5))
    channel = Channel("SIM_TEMP_1HZ", 1, "Simulated temperature", "K", "float64", "SIM", 1.0, signal, 1)
    jitter_key, noise_key = stream_key(seed, channel.id, JITTER), stream_key(seed, channel.id, NOISE)
    times_ms, values = np.empty(rows, np.int64), np.empty(rows)
    # Blocks keep the intermediate arrays in the processor's cache.
    for low in range(0, rows, _BLOCK_ROWS):
        block = slice(low, min(low + _BLOCK_ROWS, rows))
        index = np.arange(block.start, block.stop, dtype=np.int64)
        times_ms[block] = index * 1000 + start_ms + uniform_integers(index, jitter_key, channel.jitter_ms)
        values[block] = signal.values(times_ms[block], index, noise_key)
    return times_ms, values


def _offset_ms(channel: Channel, seed: int) -> int:
    """Where in its cadence a channel is sampled, so that channels of one cadence do not share their instants."""
    return 0 if channel.on_change else stream_key(seed, channel.id, PHASE) % channel.cadence_ms


def _sample_times(channel: Channel, index: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Instants of the samples of the given numbers, ms; increasing, since the jitter is below the cadence."""
    jitter = uniform_integers(index, stream_key(seed, channel.id, JITTER), max(1, channel.jitter_ms))
    return index * channel.cadence_ms + _offset_ms(channel, seed) + jitter


def _is_on(channel: Channel, index: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each sample is sent, by its nominal instant."""
    if channel.schedule is None:
        return np.ones(len(index), np.bool_)
    every_ms = milliseconds(channel.schedule.every_s)
    since_ms = index * channel.cadence_ms % every_ms - milliseconds(channel.schedule.first_s)
    inside: NDArray[np.bool_] = (since_ms >= 0) & (since_ms < milliseconds(channel.schedule.length_s))
    return inside
