"""Each rule of the presets, with literal values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jeta import formats
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.ingest.policies import (
    ACTIONS,
    PRESET_MOST_FILES,
    PRESETS,
    Apid,
    Duration,
    Epoch,
    Future,
    Origin,
    Policies,
    Verdict,
    worst_of,
)
from jeta.testing.fos_writer import fos_rows, write_fos_file
from jeta.times import to_seconds
from jeta.update.conform import TOO_EARLY, TOO_LATE

NOW_S = 1_700_000_000.0
HOUR_S = 3600.0


def rules_broken(policies, origin="OBSERVATORY", first_s=NOW_S - 7200, last_s=NOW_S - 3600, now_s=NOW_S):
    return [(verdict.rule, verdict.action) for verdict in policies.before_reading(origin, first_s, last_s, now_s)]


@pytest.mark.parametrize("preset", ["open", "jeta1"])
def test_a_usual_file_breaks_no_rule(preset):
    assert rules_broken(PRESETS[preset]) == []
    assert PRESETS[preset].after_reading({}) is None


@pytest.mark.parametrize(("preset", "action"), [("open", "reject"), ("jeta1", "hold")])
@pytest.mark.parametrize("origin", ["SIMULATOR", "observatory"])
def test_a_foreign_origin(preset, action, origin):
    assert rules_broken(PRESETS[preset], origin=origin) == [("origin", action)]


@pytest.mark.parametrize("origin", [None, "", "OBSERVATORY", "JWST OBSERVATORY OPS"])
def test_an_origin_that_is_own_or_not_told(origin):
    assert rules_broken(PRESETS["jeta1"], origin=origin) == []


@pytest.mark.parametrize(("preset", "action"), [("open", "accept"), ("jeta1", "hold")])
def test_a_file_of_4_hours_is_too_long(preset, action):
    first_s, last_s = NOW_S - 5 * HOUR_S, NOW_S - HOUR_S
    assert rules_broken(PRESETS[preset], first_s=first_s, last_s=last_s) == [("duration", action)]
    assert rules_broken(PRESETS[preset], first_s=first_s + 0.001, last_s=last_s) == []


@pytest.mark.parametrize(("preset", "action"), [("open", "accept"), ("jeta1", "hold")])
def test_a_file_that_ends_now_is_of_the_future(preset, action):
    assert rules_broken(PRESETS[preset], last_s=NOW_S) == [("future", action)]
    assert rules_broken(PRESETS[preset], last_s=NOW_S - 0.001) == []


def test_how_far_ahead_is_allowed():
    rule = replace(PRESETS["jeta1"], future=Future("reject", 60))
    assert rules_broken(rule, last_s=NOW_S + 59) == []
    assert rules_broken(rule, last_s=NOW_S + 60) == [("future", "reject")]


def test_a_file_that_tells_no_span_is_not_judged_by_it():
    assert rules_broken(PRESETS["jeta1"], first_s=None, last_s=None) == []


def test_the_first_jeta_takes_rows_later_than_2021_12_24():
    earliest, latest = PRESETS["jeta1"].limits()
    assert to_seconds(earliest) == 1_640_304_000.001
    assert latest is None
    assert PRESETS["open"].limits() == (None, None)


def test_the_first_jeta_takes_120_files():
    assert PRESET_MOST_FILES == {"open": None, "jeta1": 120}


def test_the_gap_of_the_first_jeta():
    assert (PRESETS["jeta1"].gap.action, PRESETS["jeta1"].gap.longest_s) == ("hold", 1.0)
    assert PRESETS["open"].gap.action == "accept"


def test_reasons_name_the_value_and_what_was_expected():
    found = PRESETS["jeta1"].before_reading("SIM", NOW_S - 5 * HOUR_S, NOW_S + 60, NOW_S)
    assert [verdict.reason for verdict in found] == [
        "foreign origin SIM: expected one with OBSERVATORY",
        "lasts 5.02 h: expected less than 4 h",
        "ends at 2023:318:22:14:20.000, but now is 2023:318:22:13:20.000: expected no later instant",
    ]


@pytest.mark.parametrize(
    ("action", "verdict"), [("accept", None), ("reject", None), ("hold", Verdict("hold", "{}", "apid"))]
)
def test_rows_of_excluded_packets(action, verdict):
    """Where the rows are left out, the rest of the file is taken; held is the whole file."""
    found = Policies(apid=Apid(action)).after_reading({"apid 712 is excluded": 1200, "padding": 5})
    assert found == (verdict and replace(verdict, reason="apid 712 is excluded (1,200 rows)"))


@pytest.mark.parametrize("reason", [TOO_EARLY, TOO_LATE])
@pytest.mark.parametrize("action", ACTIONS)
def test_rows_outside_of_the_epoch(action, reason):
    found = Policies(epoch=Epoch(action)).after_reading({reason: 1})
    assert found == (Verdict("hold", f"{reason} (1 row)", "epoch") if action == "hold" else None)


@pytest.mark.parametrize(("action", "expected"), [("accept", None), ("hold", "hold"), ("reject", "reject")])
def test_a_foreign_origin_that_only_reading_tells(action, expected):
    found = Policies(origin=Origin(action)).after_reading({"foreign origin SIM": 10})
    assert (found and found.action) == expected


def test_instants_that_only_reading_tells():
    policies = Policies(duration=Duration("hold", 10), future=Future("reject"))
    assert policies.after_reading({}, first_s=0, last_s=9, now_s=NOW_S) is None
    assert policies.after_reading({}, first_s=0, last_s=10, now_s=NOW_S).action == "hold"
    assert policies.after_reading({}, first_s=0, last_s=NOW_S + 1, now_s=NOW_S).action == "reject"
    assert policies.after_reading({}, first_s=0, last_s=NOW_S + 1) is None


def test_counts_of_zero_break_nothing():
    assert PRESETS["jeta1"].after_reading({"foreign origin SIM": 0}) is None


def test_limits_are_either_kept_or_noted():
    span = ("2022:001", "2023:001")
    for action in ("hold", "reject"):
        policies = Policies(epoch=Epoch(action, *span))
        assert (policies.limits(), policies.noted_limits()) == (span, (None, None))
    policies = Policies(epoch=Epoch("accept", *span))
    assert (policies.limits(), policies.noted_limits()) == ((None, None), span)


def test_no_verdict_is_no_worst():
    assert worst_of([]) is None


@pytest.fixture
def file(tmp_path):
    """Seven rows: packets 712 (two), 0, -5, and 1 (three)."""
    path = tmp_path / "E1.h5"
    rows = fos_rows(7, np.arange(7) * 1000, 1.5, apids=[712, 712, 0, -5, 1, 1, 1])
    write_fos_file(path, rows, origin="SIMULATOR", padding_rows=0)
    return path


@pytest.mark.parametrize(
    ("apid", "kept", "noted"),
    [
        (Apid("reject"), 5, 0),
        (Apid("reject", least=1), 3, 0),
        (Apid("hold", least=1), 3, 0),
        (Apid("accept"), 7, 2),
        (Apid("accept", least=1), 7, 4),
        (Apid("reject", ()), 7, 0),
    ],
    ids=lambda value: f"{value.action}-{value.least}-{len(value.excluded)}" if isinstance(value, Apid) else str(value),
)
def test_what_the_reader_leaves_out(file, apid, kept, noted):
    """The options that the rules give make the reader do what the rules say, row by row."""
    delivery = FosHdf5(**Policies(origin=Origin("accept"), apid=apid).reader_options()).read(file)
    assert sum(len(batch.samples) for batch in delivery.batches) == kept
    assert sum(rows for note, rows in delivery.notes.items() if note.startswith("apid")) == noted
    assert delivery.rows_read == 7


@pytest.mark.parametrize("preset", ["open", "jeta1"])
def test_what_the_reader_says_of_a_foreign_origin_is_understood(file, preset):
    policies = PRESETS[preset]
    rejected = FosHdf5(**policies.reader_options()).read(file).rejected
    found = policies.after_reading({reason: rows for (_, reason), rows in rejected.items()})
    assert (found.rule, found.action) == ("origin", policies.origin.action)
    assert rules_broken(policies, origin=formats.describe(file).origin)[0][0] == "origin"


def test_the_expected_origin_is_the_readers_too(file):
    policies = Policies(origin=Origin(expected="SIMULATOR"))
    assert len(FosHdf5(**policies.reader_options()).read(file).batches) == 1
