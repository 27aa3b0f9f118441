"""``jeta search``, ``stat`` and ``coverage``: tables for people, CSV for programs."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml

S = 1_600_000_000.0


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two MSIDs: one of 10 s spacing with a hole of 1000 s, one of states; and an entry without samples."""
    archive = create_archive(tmp_path_factory.mktemp("looking") / "archive")
    entries = [
        Entry("SA_TEMP", unit="K", units={"eng": "degF"}, description="battery, temperature", subsystem="EPS"),
        Entry("SA_MODE", state_codes=((0, "IDLE"), (1, "SLEW")), description="mode of control"),
        Entry("SA_SPARE", unit="V", description="battery voltage"),
    ]
    write_yaml(entries, archive.layout.tdb / "entries.yaml")
    times = S + np.arange(400) * 10.0
    times[200:] += 1000.0
    update.append("SA_TEMP", times, 280.0 + np.arange(400) % 8, np.arange(400) == 3, archive=archive)
    update.append("SA_MODE", times, np.where(np.arange(400) % 100 < 25, "SLEW", "IDLE"), archive=archive)
    update.append("SA_EXTRA", times[:2], [1, 2], archive=archive)
    return archive.root


@pytest.fixture
def rows(run, root):
    """Run a command with ``--csv``; its lines as dicts."""

    def rows(*words):
        ran = run(*words, "--csv", "--archive", root)
        assert (ran.code, ran.err) == (0, "")
        return list(csv.DictReader(io.StringIO(ran.out)))

    return rows


def test_search_finds_words_in_any_field(rows):
    found = rows("search", "BATTERY")
    assert [row["msid"] for row in found] == ["SA_SPARE", "SA_TEMP"]
    assert found[1] == {
        "msid": "SA_TEMP",
        "type": "",
        "unit": "K",
        "subsystem": "EPS",
        "description": "battery, temperature",
    }


def test_search_narrows_by_unit_and_subsystem(rows):
    assert [row["msid"] for row in rows("search", "battery", "--unit", "v")] == ["SA_SPARE"]
    assert [row["msid"] for row in rows("search", "--subsystem", "E*")] == ["SA_TEMP"]


def test_search_without_words_lists_all_those_without_an_entry_too(rows):
    assert {row["msid"] for row in rows("search")} == {"SA_TEMP", "SA_MODE", "SA_SPARE", "SA_EXTRA"}
    assert len(rows("search", "--limit", "2")) == 2


def test_search_for_nothing_has_exit_code_1(run, root):
    ran = run("search", "warpdrive", "--archive", root)
    assert (ran.code, ran.err) == (1, "")


def test_a_table_is_laid_out_in_columns(run, root):
    ran = run("search", "battery", "--archive", root)
    assert ran.out.splitlines() == [
        "msid      type  unit  subsystem  description",
        "SA_SPARE        V                battery voltage",
        "SA_TEMP         K     EPS        battery, temperature",
    ]


def test_stat_of_a_span(rows, root):
    """Numbers as `fetch.Msid` has them, without the bad sample; of states their shares."""
    temp, mode = rows("stat", "SA_TEMP", "SA_MODE", "--start", S, "--stop", S + 2000)
    with fetch.set_archive(root):
        vals = fetch.Msid("SA_TEMP", S, S + 2000).vals
    assert (int(temp["samples"]), int(temp["bad"]), temp["unit"]) == (199, 1, "K")
    assert (float(temp["min"]), float(temp["max"])) == (vals.min(), vals.max())
    assert float(temp["mean"]) == pytest.approx(vals.mean(), abs=0.05)
    assert float(temp["p50"]) == pytest.approx(np.percentile(vals, 50), abs=0.5)
    assert (mode["states"], mode["min"]) == ("IDLE 75.00%, SLEW 25.00%", "")


def test_stat_with_other_percentiles_and_units(rows):
    (temp,) = rows("stat", "SA_TEMP", "--percentiles", "0", "99.9", "--unit-system", "eng")
    assert temp["unit"] == "degF"
    assert float(temp["p00"]) == float(temp["min"]) == pytest.approx(280 * 1.8 - 459.67, abs=1e-4)
    assert "p99_9" in temp


def test_stat_of_bins(rows, root):
    found = rows("stat", "SA_TEMP", "--sampling", "1000s", "--start", S, "--stop", S + 5000)
    with fetch.set_archive(root):
        dat = fetch.MSID("SA_TEMP", S, S + 5000, stat="1000s")
    assert [int(row["samples"]) for row in found] == dat.samples.tolist()
    assert [float(row["means"]) for row in found] == pytest.approx(dat.means, rel=1e-6)
    assert "p50s" in found[0]


def test_stat_while_a_condition_holds(rows, root):
    words = ("stat", "SA_TEMP", "--sampling", "1000s", "--where", "SA_MODE == 'SLEW'")
    with fetch.set_archive(root):
        dat = fetch.MSID("SA_TEMP", stat="1000s", where="SA_MODE == 'SLEW'")
    assert [int(row["samples"]) for row in rows(*words)] == dat.samples.tolist()


def test_a_condition_without_bins_is_refused(run, root):
    """What it leaves out would be counted."""
    ran = run("stat", "SA_TEMP", "--where", "SA_MODE == 'SLEW'", "--archive", root)
    assert (ran.code, ran.out) == (2, "")
    assert "add --sampling" in ran.err


def test_csv_of_statistics_has_all_digits(rows, root):
    with fetch.set_archive(root):
        dat = fetch.MSID("SA_TEMP", S, S + 2000, stat="700s")
    assert [
        float(row["means"]) for row in rows("stat", "SA_TEMP", "--start", S, "--stop", S + 2000, "--sampling", "700s")
    ] == (dat.means.tolist())
    (row,) = rows("stat", "SA_TEMP", "--start", S, "--stop", S + 130)
    assert len(row["std"]) > 12


def test_stat_of_nothing_is_a_line_without_numbers(rows):
    (temp,) = rows("stat", "SA_TEMP", "--start", S - 100, "--stop", S - 50)
    assert (temp["samples"], temp["bad"], temp["unit"]) == ("0", "0", "K")
    assert rows("stat", "SA_TEMP", "--sampling", "daily", "--start", S - 100, "--stop", S - 50) == []


def test_stat_of_far_too_much_is_refused(run, root, monkeypatch):
    """Told from the index, before anything is read."""
    monkeypatch.setattr("jeta.cli.stat._MOST_MB", 0.001)
    ran = run("stat", "SA_TEMP", "--start", S, "--stop", S + 40 * 86400, "--archive", root)
    assert ran.code == 2
    assert "ask for a shorter span, for statistics" in ran.err


def test_coverage(rows):
    (temp,) = rows("coverage", "SA_TEMP")
    assert (temp["rows"], temp["cadence_s"], temp["intervals"]) == ("400", "10", "2")
    assert float(temp["longest_gap_s"]) == 1010.0
    assert float(temp["covered"].rstrip("%")) == pytest.approx(100 * 4000 / 5000, abs=0.2)


def test_coverage_of_a_span_with_a_threshold(rows):
    (temp,) = rows("coverage", "sa_temp", "--start", S, "--stop", S + 5000, "--longer-than", "2000")
    assert (temp["intervals"], temp["longest_gap_s"]) == ("1", "0.000")


def test_gaps_are_listed(rows):
    (gap,) = rows("coverage", "SA_*", "--gaps", "--start", S, "--stop", S + 4000)[1:2]
    assert gap["msid"] in {"SA_MODE", "SA_TEMP"}
    found = rows("coverage", "SA_TEMP", "--gaps")
    assert found == [
        {
            "msid": "SA_TEMP",
            "datestart": "2020:257:12:59:50.000",
            "datestop": "2020:257:13:16:40.000",
            "duration_s": "1010.000",
        }
    ]


@pytest.mark.parametrize("command", ["stat", "coverage"])
def test_an_unknown_name_is_told(run, root, command):
    ran = run(command, "SA_TEMPP", "--archive", root)
    assert (ran.code, ran.out) == (2, "")
    assert "SA_TEMP" in ran.err


def test_coverage_of_what_is_computed_is_refused(run, root):
    ran = run("coverage", "rate__sa_temp", "--archive", root)
    assert ran.code == 2
    assert "so that no archive holds it" in ran.err


def test_a_computed_msid_has_statistics(rows):
    (rate,) = rows("stat", "rate__sa_temp", "--start", S, "--stop", S + 1000)
    assert rate["msid"] == "RATE__SA_TEMP"
    assert int(rate["samples"]) > 90
