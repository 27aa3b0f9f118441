"""Shapes of simulated signals: amplitude, rate and duration are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.testing.signals import Converter, Count, Cycle, Ramp, Steps, Turns, milliseconds, phase

KEY = 11


def values_of(signal, times_s):
    """Values at instants in s, numbered from 0."""
    times_ms = np.rint(np.asarray(times_s) * 1000).astype(np.int64)
    return signal.values(times_ms, np.arange(len(times_ms)), KEY)


def test_cycle_rises_through_its_mean_and_swings_by_its_amplitude():
    values = values_of(Cycle(mean=10.0, amplitude=2.0, period_s=100.0, noise=0.0), [0, 25, 50, 75, 100])
    np.testing.assert_allclose(values, [10.0, 12.0, 10.0, 8.0, 10.0], atol=1e-12)


def test_cycle_repeats_exactly_after_a_period():
    cycle = Cycle(mean=10.0, amplitude=2.0, period_s=5400.0, noise=0.0)
    times_s = np.arange(0, 5400, 7.0)
    assert values_of(cycle, times_s).tolist() == values_of(cycle, times_s + 300_000 * 5400.0).tolist()


def test_noise_has_the_stated_deviation():
    values = values_of(Cycle(mean=0.0, amplitude=0.0, period_s=1.0, noise=0.5), np.arange(50_000))
    assert values.std() == pytest.approx(0.5, rel=0.02)


def test_noise_never_exceeds_its_stated_bound():
    values = values_of(Cycle(mean=0.0, amplitude=1.0, period_s=60.0, noise=0.1), np.arange(50_000))
    assert np.abs(values).max() < 1.0 + 0.347


def test_ramp_goes_from_low_to_just_below_high_and_falls():
    values = values_of(Ramp(low=-100.0, high=100.0, period_s=10.0), [0, 5, 9.999, 10])
    np.testing.assert_allclose(values, [-100.0, 0.0, 99.98, -100.0])


def test_steps_hold_each_level_for_the_dwell_time():
    values = values_of(Steps(levels=(1, 5, 3), dwell_s=10.0), [0, 9.999, 10, 19.999, 20, 30])
    assert values.tolist() == [1.0, 1.0, 5.0, 5.0, 3.0, 1.0]


def test_steps_take_noise_and_a_converter():
    values = values_of(Steps((20.0, 30.0), 10.0, noise=0.1, converter=Converter(0.0, 0.5)), np.arange(1000))
    assert set(values.tolist()) <= {19.5, 20.0, 20.5, 29.5, 30.0, 30.5}


def test_turns_give_the_next_code_at_every_sample():
    assert values_of(Turns((2, 0, 1)), [0, 1, 2, 3]).tolist() == [2.0, 0.0, 1.0, 2.0]


def test_count_starts_again_at_its_modulo():
    count = Count(modulo=256)
    assert count.values(np.arange(3), np.array([254, 255, 256]), KEY).tolist() == [254.0, 255.0, 0.0]


@pytest.mark.parametrize(
    "signal",
    [Cycle(1.0, 1.0, 10.0, 0.1), Ramp(0.0, 1.0, 10.0, 0.1), Steps((1, 2), 10.0), Turns((1, 2)), Count(16)],
)
def test_every_signal_gives_float64_and_no_value_for_no_sample(signal):
    values = signal.values(np.empty(0, np.int64), np.empty(0, np.int64), KEY)
    assert values.dtype == np.float64
    assert values.shape == (0,)


def test_converter_rounds_to_its_steps():
    assert Converter(low=-1.0, step=0.25).quantised(np.array([-0.9, 0.1, 0.2])).tolist() == [-1.0, 0.0, 0.25]


def test_converter_clips_at_counts_0_and_4095():
    converter = Converter(low=-1.0, step=0.25)
    assert converter.quantised(np.array([-9e9, 9e9])).tolist() == [-1.0, converter.high]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_converted_values_are_whole_counts_from_0_to_4095(values):
    counts = (Converter(low=220.0, step=2.0**-5).quantised(np.array(values)) - 220.0) * 2**5
    assert np.all(counts == np.rint(counts))
    assert 0 <= counts.min() <= counts.max() <= 4095


@given(st.integers(-(2**50), 2**50), st.integers(1, 10**9))
@settings(max_examples=100, deadline=None)
def test_phase_is_the_exact_fraction_of_the_period(time_ms, period_ms):
    fraction = phase(np.array([time_ms]), period_ms / 1000)[0]
    assert fraction == time_ms % period_ms / period_ms
    assert 0 <= fraction < 1


@pytest.mark.parametrize(("seconds", "expected"), [(0.064, 64), (1.024, 1024), (32.768, 32768), (3600.0, 3_600_000)])
def test_cadences_are_whole_milliseconds(seconds, expected):
    assert milliseconds(seconds) == expected
