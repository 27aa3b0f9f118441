"""``jeta info`` and the table it prints."""

from __future__ import annotations

import pytest

from jeta import update
from jeta.archive import create_archive
from jeta.cli.table import table
from jeta.tdb import Entry, write_yaml

S = 1_600_000_000.0


@pytest.fixture
def mixed(archive):
    """Ten folded rows of A, of which the journal corrects one, repeats one, and adds one; two rows of B in the journal."""
    write_yaml([Entry("A", unit="V", description="Bus voltage")], archive.layout.tdb / "a.yaml")
    update.append("A", [S + second for second in range(10)], [1.5] * 10, archive=archive)
    update.fold(archive)
    update.append("A", [S + 3, S + 4, S + 20], [2.5, 1.5, 1.5], archive=archive)
    update.append("B", [S + 1, S], ["ON", "OFF"], archive=archive)
    return archive


def test_empty_archive(run, archive):
    ran = run("info", "--archive", archive.root)
    assert ran.out == "archive: 0 of 0 MSIDs listed, 0 rows; times in unix seconds; 0 rows wait in the journal\n"
    assert (ran.code, ran.err) == (0, "")


def test_counts_are_exact_with_corrections_in_the_journal(run, mixed):
    head, _, _, a, b = run("info", "--archive", mixed.root).out.splitlines()
    assert "2 of 2 MSIDs listed, 13 rows" in head
    assert "4 rows wait in the journal" in head
    assert a.split() == ["A", "11", "2020:257:12:26:40.000", "2020:257:12:27:00.000", "float64", "V", "Bus", "voltage"]
    assert b.split() == ["B", "2", "2020:257:12:26:40.000", "2020:257:12:26:41.000", "text"]


def test_counts_stay_the_same_when_folded(run, mixed):
    before = run("info", "--archive", mixed.root).out.splitlines()[1:]
    update.fold(mixed)
    head, *after = run("info", "--archive", mixed.root).out.splitlines()
    assert after == before
    assert "13 rows; times in unix seconds; 0 rows wait" in head


@pytest.mark.parametrize(
    ("patterns", "names"), [(["sa_f*"], ["SA_FLAG", "SA_FLOAT"]), (["sa_int", "*INT"], ["SA_INT"])]
)
def test_patterns(run, filled, patterns, names):
    head, _, _, *lines = run("info", *patterns, "--archive", filled).out.splitlines()
    assert f"{len(names)} of 5 MSIDs listed, {7 * len(names)} rows" in head
    assert [line.split()[0] for line in lines] == names


def test_pattern_without_a_match(run, filled):
    ran = run("info", "SA_INT", "ZZ*", "--archive", filled)
    assert (ran.code, ran.out) == (2, "")
    assert "'ZZ*' is not in the archive" in ran.err


def test_types(run, filled):
    lines = run("info", "--archive", filled).out.splitlines()[3:]
    types = {line.split()[0]: line.split()[4] for line in lines}
    assert types == {
        "SA_FLAG": "bool",
        "SA_FLOAT": "float64",
        "SA_INT": "int64",
        "SA_SINGLE": "float32",
        "SA_TEXT": "text",
    }


def test_dates_of_an_archive_in_cxcsec(run, tmp_path):
    archive = create_archive(tmp_path / "axaf", time_system="cxcsec")
    update.append("A", [378691266.184], [1], archive=archive)
    out = run("info", "--archive", archive.root).out
    assert "times in cxcsec seconds" in out
    assert "2010:001:00:00:00.000" in out


def test_table_aligns_and_has_no_blanks_at_the_ends():
    assert table(["a", "n"], [["x", "1"], ["long", "100"]], right=["n"]).splitlines() == [
        "a       n",
        "x       1",
        "long  100",
    ]
    assert table(["a", "b"], [["x", ""]]).splitlines() == ["a  b", "x"]
    assert table(["a", "b"], []) == "a  b"
