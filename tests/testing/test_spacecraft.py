"""The invented observatory: complete, consistent, varied."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from jeta.tdb import Limits, Tdb, write_yaml
from jeta.testing.fos_writer import bulk_tdb_entries
from jeta.testing.signals import Converter, Steps, Turns
from jeta.testing.spacecraft import spacecraft, tdb_entries

CHANNELS = spacecraft()
BY_NAME = {channel.name: channel for channel in CHANNELS}
each_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)


def test_has_some_tens_of_channels_of_every_type():
    kinds = Counter(channel.type for channel in CHANNELS)
    assert 40 <= len(CHANNELS) <= 60
    assert set(kinds) == {"float64", "int64", "bool", "state"}


def test_names_and_identifiers_are_distinct():
    assert len(BY_NAME) == len({channel.id for channel in CHANNELS}) == len(CHANNELS)


def test_channels_are_sorted_by_name():
    assert [channel.name for channel in CHANNELS] == sorted(BY_NAME)


def test_every_call_gives_the_same_spacecraft():
    assert spacecraft() == CHANNELS


@pytest.mark.parametrize("cadence_s", [0.064, 1.024, 4.096, 8.192, 32.768])
def test_cadences_from_16_hz_to_half_a_minute_occur(cadence_s):
    assert any(channel.cadence_s == cadence_s for channel in CHANNELS)


def test_channel_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        CHANNELS[0].name = "OTHER"


@each_channel
def test_name_is_one_that_an_archive_accepts(channel):
    assert re.fullmatch(r"[A-Z][A-Z0-9_]{2,29}", channel.name)


@each_channel
def test_description_says_that_it_is_simulated(channel):
    assert channel.description.startswith("Simulated ")


@each_channel
def test_identifier_and_packet_are_none_of_the_special_ones(channel):
    assert channel.id > 0
    assert channel.apid not in {0, 712}


@each_channel
def test_cadence_is_a_whole_number_of_milliseconds(channel):
    assert channel.cadence_ms == pytest.approx(channel.cadence_s * 1000, abs=1e-9)


@each_channel
def test_jitter_is_too_small_to_swap_samples(channel):
    assert 1 <= channel.jitter_ms <= channel.cadence_ms


@each_channel
def test_state_codes_are_there_for_states_only(channel):
    assert bool(channel.state_codes) == (channel.type == "state")


@each_channel
def test_red_limits_enclose_the_yellow_ones(channel):
    if channel.yellow and channel.red:
        assert channel.red[0] <= channel.yellow[0] < channel.yellow[1] <= channel.red[1]


@pytest.mark.parametrize("channel", [c for c in CHANNELS if c.type == "state"], ids=lambda channel: channel.name)
def test_every_code_that_a_state_takes_has_a_text(channel):
    codes = channel.signal.codes if isinstance(channel.signal, Turns) else channel.signal.levels
    assert set(codes) <= {code for code, _ in channel.state_codes}


@pytest.mark.parametrize("channel", [c for c in CHANNELS if isinstance(c.signal, Turns)], ids=lambda c: c.name)
def test_state_sent_on_change_never_repeats_its_code(channel):
    codes = np.array(channel.signal.codes)
    assert channel.on_change
    assert np.all(codes != np.roll(codes, 1))


@pytest.mark.parametrize("channel", [c for c in CHANNELS if c.type == "bool"], ids=lambda channel: channel.name)
def test_flags_are_0_or_1(channel):
    assert isinstance(channel.signal, Steps)
    assert set(channel.signal.levels) == {0, 1}


@pytest.mark.parametrize("name", ["IMIR_FPE_BOX_TEMP", "SA_RW1_SPEED", "SE_BUS_VOLT", "SF_RECORDER_FILL"])
def test_analogue_channels_have_12_bits(name):
    assert isinstance(BY_NAME[name].signal.converter, Converter)


@pytest.mark.parametrize("name", ["SA_ATT_Q1", "SA_ATT_Q4", "IFGS_CENTROID_X"])
def test_attitude_comes_at_16_hz_while_science_is_taken(name):
    assert BY_NAME[name].cadence_ms == 64
    assert BY_NAME[name].schedule is not None


def test_tdb_has_one_entry_a_channel_in_the_same_order():
    assert [entry.name for entry in tdb_entries()] == [channel.name for channel in CHANNELS]


def test_tdb_entry_of_a_state():
    (entry,) = tdb_entries([BY_NAME["INRS_LAMP_STATE"]])
    assert entry.type == "state"
    assert dict(entry.state_codes) == {0: "OFF", 1: "FLAT", 2: "LINE"}
    assert entry.limits is None


def test_tdb_entry_of_an_on_change_channel_promises_no_cadence():
    (entry,) = tdb_entries([BY_NAME["IMIR_CMD_COUNT"]])
    assert entry.on_change is True
    assert entry.cadence_s is None


def test_tdb_entry_has_only_the_limits_that_exist():
    (entry,) = tdb_entries([replace(BY_NAME["SE_BUS_VOLT"], yellow=None)])
    assert entry.limits == Limits(red_low=26.0, red_high=35.0)


def test_tdb_entries_can_be_written_and_loaded(tmp_path):
    entries = tdb_entries() + bulk_tdb_entries(20)
    write_yaml(entries, tmp_path / "all.yaml")
    assert [Tdb.load(tmp_path)[entry.name] for entry in entries] == entries
