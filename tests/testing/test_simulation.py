"""Simulated samples: the same whatever window is asked for, and as the channel says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import IntervalError
from jeta.testing.signals import Count
from jeta.testing.simulation import alarm_status, one_hertz_temperature, simulate, state_texts
from jeta.testing.spacecraft import Channel, spacecraft

START = 1_767_225_600_000
HOUR = 3_600_000
DAY = 24 * HOUR
CHANNELS = spacecraft()
BY_NAME = {channel.name: channel for channel in CHANNELS}
each_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)


@each_channel
def test_times_increase_strictly(channel):
    times_ms, _, _ = simulate(channel, START, START + DAY // 4, seed=1)
    assert len(times_ms) > 1
    assert np.diff(times_ms).min() > 0


@each_channel
def test_times_lie_in_the_range(channel):
    times_ms, values, _ = simulate(channel, START + 17, START + DAY // 4, seed=1)
    assert START + 17 <= times_ms[0] <= times_ms[-1] < START + DAY // 4
    assert times_ms.dtype == np.int64
    assert values.dtype == np.float64


@each_channel
def test_same_seed_gives_the_same_samples(channel):
    first, again = (simulate(channel, START, START + 2 * HOUR, seed=1) for _ in range(2))
    assert first[0].tolist() == again[0].tolist()
    assert first[1].tolist() == again[1].tolist()


@each_channel
def test_window_shows_what_the_whole_shows_there(channel):
    low, high = START + HOUR + 123, START + 3 * HOUR + 7
    times_ms, values, _ = simulate(channel, START, START + 4 * HOUR, seed=1)
    inside = (times_ms >= low) & (times_ms < high)
    window = simulate(channel, low, high, seed=1)
    assert window[0].tolist() == times_ms[inside].tolist()
    assert window[1].tolist() == values[inside].tolist()


@given(
    st.sampled_from(["SA_ATT_Q1", "SE_BUS_VOLT", "IMIR_CMD_COUNT", "IFGS_GUIDE_STATE", "SA_CTRL_MODE"]),
    st.integers(-(10**12), 2 * 10**12),
    st.lists(st.integers(0, 600_000), min_size=3, max_size=3).map(sorted),
)
@settings(max_examples=100, deadline=None)
def test_adjoining_windows_make_the_whole(name, start_ms, cuts):
    first, middle, last = (start_ms + cut for cut in cuts)
    channel = BY_NAME[name]
    pieces = [simulate(channel, first, middle, seed=3), simulate(channel, middle, last, seed=3)]
    whole = simulate(channel, first, last, seed=3)
    assert np.concatenate([piece[0] for piece in pieces]).tolist() == whole[0].tolist()
    assert np.concatenate([piece[1] for piece in pieces]).tolist() == whole[1].tolist()


@given(st.integers(1, 10_000), st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_window_that_begins_at_a_sample_has_it_and_one_that_ends_there_has_not(row, extra_ms):
    channel = BY_NAME["SE_BUS_VOLT"]
    instant = int(simulate(channel, START, START + 4 * HOUR, seed=1)[0][row])
    assert simulate(channel, instant, instant + 1 + extra_ms, seed=1)[0][0] == instant
    assert instant not in simulate(channel, instant - 1 - extra_ms, instant, seed=1)[0]


def test_other_seed_gives_other_instants_and_values_about_the_same_signal():
    (times_ms, values, _), (other_ms, other, _) = (
        simulate(BY_NAME["SE_BUS_VOLT"], START, START + 90 * 60_000, seed) for seed in (1, 2)
    )
    assert not np.array_equal(times_ms[:5000], other_ms[:5000])
    assert values.mean() == pytest.approx(other.mean(), abs=0.05)


def test_cadence_is_kept_but_for_the_jitter():
    steps = np.diff(simulate(BY_NAME["SE_BUS_VOLT"], START, START + DAY, seed=1)[0])
    assert set(steps.tolist()) == set(range(1024 - 7, 1024 + 8))


def test_channels_of_one_cadence_are_sampled_at_different_instants():
    phases = {int(simulate(BY_NAME[f"SA_RW{wheel}_SPEED"], START, START + HOUR, seed=1)[0][0]) for wheel in range(1, 7)}
    assert len(phases) == 6


def test_on_change_channel_comes_once_a_slot_at_an_irregular_instant():
    times_ms, values, _ = simulate(BY_NAME["IMIR_CMD_COUNT"], START, START + DAY, seed=1)
    assert (times_ms // 45_000).tolist() == list(range(START // 45_000, (START + DAY) // 45_000))
    assert np.diff(times_ms).std() > 10_000
    assert set((np.diff(values) % 256).tolist()) == {1.0}


def test_on_change_state_changes_at_every_sample():
    _, values, texts = simulate(BY_NAME["INRC_FILTER_POS"], START, START + DAY, seed=1)
    assert np.all(np.diff(values) != 0)
    assert np.all(texts[1:] != texts[:-1])


def test_fast_channel_is_sent_ten_minutes_every_four_hours():
    times_ms, _, _ = simulate(BY_NAME["SA_ATT_Q1"], START, START + DAY, seed=1)
    since_s = (times_ms - START) % (4 * HOUR) // 1000
    assert len(times_ms) == pytest.approx(6 * 600 / 0.064, abs=6)
    assert 5399 <= since_s.min() <= since_s.max() <= 6000


def test_states_come_with_text_and_others_without():
    with_text = {channel.name for channel in CHANNELS if simulate(channel, START, START + HOUR, 1)[2] is not None}
    assert with_text == {channel.name for channel in CHANNELS if channel.type == "state"}


def test_text_of_each_code_is_found_whatever_the_order_of_the_codes():
    channel = Channel("A", 1, "", "", "state", "", 1.0, Count(4), 1, state_codes=((7, "ON"), (-1, "LOST"), (2, "OFF")))
    assert state_texts(channel, np.array([2.0, 7.0, -1.0])).tolist() == ["OFF", "ON", "LOST"]


def test_empty_range_gives_empty_arrays():
    times_ms, values, texts = simulate(BY_NAME["SA_CTRL_MODE"], START, START, seed=1)
    assert len(times_ms) == len(values) == len(texts) == 0


def test_range_that_runs_backwards_is_refused():
    with pytest.raises(IntervalError, match="from 10 to 9 ms runs backwards"):
        simulate(BY_NAME["SE_BUS_VOLT"], 10, 9, seed=1)


@pytest.mark.parametrize(
    ("value", "expected"), [(30.0, 0), (33.0, 0), (33.1, 1), (27.9, 1), (35.0, 1), (35.1, 2), (0.0, 2)]
)
def test_alarm_status_is_1_outside_yellow_and_2_outside_red_limits(value, expected):
    assert alarm_status(BY_NAME["SE_BUS_VOLT"], np.array([value])).tolist() == [expected]


@given(st.lists(st.floats(-100, 100), max_size=20))
@settings(max_examples=50, deadline=None)
def test_alarm_status_never_falls_as_a_value_leaves_the_middle(values):
    ordered = np.sort(np.abs(np.array(values, dtype=np.float64)))
    for side in (ordered, -ordered):
        assert np.all(np.diff(alarm_status(BY_NAME["SE_BUS_VOLT"], 30.5 + side)) >= 0)


@each_channel
def test_no_signal_is_constant_or_wild(channel):
    _, values, _ = simulate(channel, START, START + DAY, seed=1)
    assert np.ptp(values) > 0
    assert np.all(np.isfinite(values))
    assert np.abs(values).max() < 65_536


def test_channel_without_limits_is_always_nominal():
    assert alarm_status(BY_NAME["SA_CTRL_MODE"], np.array([-1e9, 1e9])).tolist() == [0, 0]


@pytest.mark.parametrize(("name", "levels"), [("IMIR_FPE_BOX_TEMP", {0, 1}), ("SF_RECORDER_FILL", {0, 1, 2})])
def test_some_channels_leave_their_limits_within_a_day(name, levels):
    _, values, _ = simulate(BY_NAME[name], START, START + DAY, seed=1)
    assert set(alarm_status(BY_NAME[name], values).tolist()) == levels


def test_one_hertz_temperature_has_one_sample_in_each_second():
    times_ms, _ = one_hertz_temperature(300_000, seed=4)
    assert (times_ms // 1000).tolist() == list(range(1_640_995_200, 1_640_995_200 + 300_000))
    assert set((times_ms % 1000).tolist()) == set(range(8))


def test_one_hertz_temperature_is_the_documented_signal():
    _, values = one_hertz_temperature(5700 * 10, seed=4)
    assert values.mean() == pytest.approx(293.0, abs=0.01)
    assert values.std() == pytest.approx(8 / np.sqrt(2), rel=0.01)
    assert np.all(values * 32 == np.rint(values * 32))


@pytest.mark.parametrize("rows", [0, 1, 131_072, 131_073])
def test_shorter_record_is_the_beginning_of_a_longer_one(rows):
    short, long = one_hertz_temperature(rows, seed=4), one_hertz_temperature(200_000, seed=4)
    assert short[0].tolist() == long[0][:rows].tolist()
    assert short[1].tolist() == long[1][:rows].tolist()


def test_one_hertz_temperature_starts_where_it_is_told():
    times_ms, _ = one_hertz_temperature(2, start_ms=5_000_000)
    assert (times_ms // 1000).tolist() == [5000, 5001]
