"""``jeta add-msid``: what is typed is in the telemetry database, or nothing is."""

from __future__ import annotations

import pytest

from jeta.archive import open_archive


def test_all_that_can_be_typed(run, archive):
    words = ["se_volt", "--unit", "V", "--type", "float64", "--subsystem", "EPS", "--id", "0x1F04", "--cadence", "0.5"]
    ran = run(
        "add-msid",
        *words,
        "--description",
        "Bättery, “first”",
        "--limit",
        "red_low=4.5",
        "YELLOW-HIGH=6",
        "--archive",
        archive.root,
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"added SE_VOLT, unit V, type float64, id 7940 to {archive.root}/tdb/added.yaml\n"
    entry = open_archive(archive.root).tdb()["SE_VOLT"]
    assert (entry.unit, entry.subsystem, entry.id, entry.cadence_s) == ("V", "EPS", 7940, 0.5)
    assert entry.description == "Bättery, “first”"
    assert (entry.limits.red_low, entry.limits.yellow_high) == (4.5, 6.0)
    assert not entry.on_change


def test_states(run, archive):
    ran = run(
        "add-msid",
        "SA_MODE",
        "--type",
        "int8",
        "--state",
        "0=SAFE",
        "1=a=b",
        "-1=OFF",
        "--on-change",
        "--archive",
        archive.root,
    )
    assert ran.code == 2  # -1=OFF looks like an option
    ran = run(
        "add-msid", "SA_MODE", "--type", "int8", "--state", "0=SAFE", "1=a=b", "--on-change", "--archive", archive.root
    )
    assert ran.code == 0
    entry = open_archive(archive.root).tdb()["SA_MODE"]
    assert dict(entry.state_codes) == {0: "SAFE", 1: "a=b"}
    assert entry.on_change


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["../x"], "cannot be the name"),
        (["A", "--limit", "red_low"], "expected a pair"),
        (["A", "--limit", "low=3"], "expected one of red_low"),
        (["A", "--limit", "red_low=x"], "could not convert"),
        (["A", "--limit", "red_low=1", "red_low=2"], "more than once"),
        (["A", "--limit", "red_low=nan"], "numbers"),
        (["A", "--limit", "red_low=9", "red_high=1"], "red"),
        (["A", "--state", "x=ON"], "whole number"),
        (["A", "--id", "0xZZ"], "whole number"),
        (["A", "--type", "strange"], "strange"),
        (["A", "--cadence", "-1"], "cadence"),
        (["THERE"], "once"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_is_wrong_is_told_and_not_written(run, archive, words, why):
    run("add-msid", "THERE", "--archive", archive.root)
    content = (archive.layout.tdb / "added.yaml").read_bytes()
    ran = run("add-msid", *words, "--archive", archive.root)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert (archive.layout.tdb / "added.yaml").read_bytes() == content
