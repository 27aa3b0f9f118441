"""``jeta status``, ``health`` and ``repair``: what they print, and their exit codes."""

from __future__ import annotations

import json
import shlex
import shutil

import pytest

from jeta import ingest, update
from jeta.archive import JetaReader, Writer


@pytest.fixture
def folded(archive):
    update.append("A", [1.6e9, 1.7e9], [1, 2], archive=archive)
    update.fold(archive)
    return archive


def test_status(run, folded):
    ran = run("status", "--archive", folded.root)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == f"archive at {folded.root}"
    assert "2 of 1 MSID, 2020:257:12:26:40.000 to 2023:318:22:13:20.000; times in unix seconds" in lines[1]


def test_status_as_json(run, folded, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("time,A\n2026-01-01,3\n")
    ingest.run(path, archive=folded)
    told = json.loads(run("status", "--json", "--fast", "--archive", folded.root).out)
    assert (told["rows"], told["msids"], told["sizes"]) == (3, 1, {})
    assert told["files"]["ingested"]["stored"] == 1


def test_status_of_damage(run, folded):
    folded.layout.manifest("A").write_bytes(b"x")
    ran = run("status", "--archive", folded.root)
    assert ran.code == 1
    assert "problem" in ran.out


def test_health_has_the_exit_codes_of_monitoring_systems(run, folded):
    well = run("health", "--min-free", "0", "--archive", folded.root)
    assert well.code == 0
    assert well.out.startswith("JETA OK - archive: 11 checks passed\n")
    warning = run("health", "--min-free", 0, "--archive", folded.root, "--verify", "--json")
    assert (warning.code, json.loads(warning.out)["level"]) == (0, "ok")
    (folded.root / "catalog.db").write_bytes(b"nonsense" * 999)
    folded.layout.staging.write_text("no folder")
    critical = run("health", "--min-free", "0B", "--archive", folded.root)
    assert critical.code == 2
    assert critical.out.startswith("JETA CRITICAL - archive: staging: ")
    assert run("health", "--archive", folded.root / "none").code == 2


@pytest.mark.parametrize("words", [[], ["--json"]], ids=" ".join)
def test_health_of_no_archive_is_told_on_standard_output(run, monkeypatch, words):
    """Which is all that a monitoring system reads: nothing is named, as where a variable is not set for its user."""
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    ran = run("health", *words)
    assert (ran.code, ran.err) == (2, "")
    told = json.loads(ran.out)["headline"] if words else ran.out.splitlines()[0]
    assert told.startswith("JETA CRITICAL - no archive: archive: ")
    assert "ENG_ARCHIVE" in told


def test_a_warning_is_1(run, folded):
    with Writer(folded.root) as writer:
        del writer
        # so much is free nowhere, and a fifth of it here
        free = 1.5 * shutil.disk_usage(folded.root).free
        ran = run("health", "--min-free", f"{free / 1e9:f}GB", "--archive", folded.root)
    assert ran.code == 1
    assert ran.out.startswith("JETA WARNING - archive: disk: ")


@pytest.mark.parametrize("age", ["1d", "36h", "90min", "5 s", "0.5", "1e3s"])
def test_ages(run, folded, age):
    ran = run("health", "--min-free", 0, "--max-age", age, "--max-held-age", age, "--archive", folded.root)
    assert ran.code == 2  # nothing was ever ingested
    assert "no file was ever ingested" in ran.out


@pytest.mark.parametrize(
    "words",
    [["--max-age", "soon"], ["--max-age=-1h"], ["--max-age", "nan"], ["--min-free", "1XB"], ["--min-free", ""]],
    ids=" ".join,
)
def test_quantities_that_are_none(run, folded, words):
    ran = run("health", *words, "--archive", folded.root)
    assert (ran.code, ran.out) == (2, "")
    assert "expected a number with one of" in ran.err


def test_repair(run, folded):
    folded.layout.manifest("A").unlink()
    files = sorted(folded.root.rglob("*"))
    dry = run("repair", "--dry-run", "--archive", folded.root)
    assert dry.out.splitlines() == ["would make the list of segments of A anew", f"{folded.root}: 1 to mend"]
    assert (dry.code, sorted(folded.root.rglob("*"))) == (0, files)
    ran = run("repair", "--archive", folded.root)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, f"{folded.root}: 1 mended")
    assert run("repair", "--full", "--archive", folded.root) == (0, f"{folded.root}: nothing to mend\n", "")
    assert JetaReader(folded.root).rows("A") == 2


def test_repair_says_what_it_could_not_mend(run, folded):
    (segment,) = folded.layout.column("A").glob("*.h5")
    segment.write_bytes(b"x")
    ran = run("repair", "--archive", folded.root)
    assert ran.code == 1
    assert ran.out.startswith(f"error: {segment}")
    assert "jeta restore BACKUP" in ran.out
    assert json.loads(run("repair", "--json", "--archive", folded.root).out)["remaining"][0]["path"] == str(segment)


def test_repair_beside_a_writer(run, folded):
    with Writer(folded.root):
        ran = run("repair", "--archive", folded.root)
    assert ran.code == 2
    assert "is being written to by process" in ran.err


@pytest.mark.parametrize(
    "words", [["status"], ["health"], ["repair"], ["add-msid"], ["backup"], ["destroy"]], ids=" ".join
)
def test_help_examples_parse(run, words):
    from jeta.cli.main import parser

    lines = [line.strip() for line in run(*words, "--help").out.splitlines() if line.startswith("  jeta ")]
    assert lines
    for line in lines:
        parser().parse_args([word.strip("'\"") for word in shlex.split(line)[1:]])
