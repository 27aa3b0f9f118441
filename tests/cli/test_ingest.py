"""``jeta ingest`` and ``jeta fold``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from jeta import update
from jeta.archive import open_archive


@pytest.fixture
def broken(tmp_path):
    """A file of a known format that ends too early."""
    path = tmp_path / "broken.json"
    path.write_text(json.dumps({"TlmMnemonic": "SA_X", "Data": [{"ObsTime": "/Date(1653264753232+0000)/"}]})[:-20])
    return path


@pytest.fixture
def unknown(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("nothing to ingest\n")
    return path


def test_files_are_ingested(run, archive, edb_csv):
    ran = run("ingest", edb_csv("SA_A", [1.5, 2.5]), edb_csv("SA_B", [3]), "--archive", archive.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("2 files: 3 rows read, 3 stored, 0 duplicate, 0 replaced, 0 rejected\n")
    assert open_archive(archive.root).names() == ["SA_A", "SA_B"]


def test_good_files_are_in_though_others_are_broken_or_unknown(run, archive, edb_csv, broken, unknown):
    ran = run("ingest", edb_csv("SA_A", [1.5]), broken, unknown, edb_csv("SA_B", [2]), "--archive", archive.root)
    assert (ran.code, ran.err) == (1, "")
    assert f"not read: {broken}" in ran.out
    assert f"not read: {unknown}" in ran.out
    assert open_archive(archive.root).names() == ["SA_A", "SA_B"]


def test_unknown_files_of_a_folder_are_no_error(run, archive, edb_csv, tmp_path):
    folder = tmp_path / "delivery"
    edb_csv("SA_A", [1.5], folder)
    (folder / "README").write_text("about this delivery\n")
    ran = run("ingest", folder, "--archive", archive.root)
    assert ran.code == 0
    assert "1 file of no known format skipped" in ran.out


def test_ingesting_again_changes_nothing(run, archive, edb_csv):
    path = edb_csv("SA_A", [1.5, 2.5])
    run("ingest", path, "--archive", archive.root)
    ran = run("ingest", path, "--archive", archive.root)
    assert ran.code == 0
    assert "2 rows read, 0 stored, 2 duplicate" in ran.out


def test_missing_file_stops_before_anything_is_ingested(run, archive, edb_csv, tmp_path):
    ran = run("ingest", edb_csv("SA_A", [1]), tmp_path / "none.h5", "--archive", archive.root)
    assert (ran.code, ran.out) == (2, "")
    assert "none.h5 does not exist" in ran.err
    assert open_archive(archive.root).names() == []


def test_table_of_msids(run, archive, edb_csv):
    ran = run("ingest", edb_csv("SA_LONG_NAME", range(12)), edb_csv("SA_B", [3]), "--archive", archive.root, "--msids")
    head, *lines = ran.out.splitlines()[1:]
    assert head.split() == ["msid", "read", "stored", "duplicate", "replaced", "rejected"]
    assert [line.split() for line in lines] == [
        ["SA_B", "1", "1", "0", "0", "0"],
        ["SA_LONG_NAME", "12", "12", "0", "0", "0"],
    ]
    assert len({len(line) for line in (head, *lines)}) == 1


def test_rejected_rows_alone_are_no_failure(run, archive, edb_csv):
    ran = run("ingest", edb_csv("SA_A", [1.5, "not a number"]), "--archive", archive.root)
    assert ran.code == 0
    assert "1 rejected" in ran.out


def test_fold_moves_the_rows(run, archive):
    update.append("A", [1.6e9, 1.7e9], [1, 2], archive=archive)
    update.append("B", [1.6e9], ["x"], archive=archive)
    assert run("fold", "--archive", archive.root, "--workers", "1") == (0, "folded 3 rows\n", "")
    assert run("fold", "--archive", archive.root) == (0, "folded 0 rows\n", "")
    assert open_archive(archive.root).read("A", -np.inf, np.inf).values.tolist() == [1, 2]


def test_fold_by_processes(process, archive):
    """A real process, since its workers start by importing its main module."""
    update.append("A", [1.6e9, 1.7e9], [1, 2], archive=archive)
    assert process("fold", "--archive", archive.root, "--workers", "2") == (0, "folded 2 rows\n", "")
    assert open_archive(archive.root).journal_files() == []


@pytest.mark.parametrize("workers", ["0", "-1", "two", "1.5"])
def test_fold_wants_at_least_one_process(run, archive, workers):
    ran = run("fold", "--archive", archive.root, f"--workers={workers}")
    assert ran.code == 2
    assert f"must be a whole number of at least 1, but is '{workers}'" in ran.err


def test_bad_number_of_workers_in_the_environment(run, archive, monkeypatch):
    monkeypatch.setenv("JETA_WORKERS", "many")
    ran = run("fold", "--archive", archive.root)
    assert ran.code == 2
    assert "JETA_WORKERS must be a whole number" in ran.err
