"""``jeta statistics``, and folds without them."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import update
from jeta.archive import product_fold

BINS = 300
NOTHING = "statistics of 2 MSIDs are up to date: 0 bins 5min, 0 bins daily\n"
ALL = "statistics of 2 MSIDs are up to date: 598 bins 5min, 2 bins daily\n"


@pytest.fixture
def root(archive):
    """Root of an archive with two MSIDs of more than a day, and no statistics."""
    times = np.arange(2 * BINS) * 164.0
    for msid in ("SA_A", "SB_B"):
        update.append(msid, times, np.sin(times), archive=archive)
    update.fold(archive, statistics=False)
    return archive.root


def products(root):
    return sorted(
        path.relative_to(root / "columns").as_posix() for path in root.glob("columns/*/*") if path.name != "full"
    )


def written(root):
    return {path.name for path in root.glob("columns/*/*/*bin-*.h5")}


def test_all(run, root):
    assert run("statistics", "--archive", root) == (0, ALL, "")
    assert products(root) == ["SA_A/5min", "SA_A/daily", "SB_B/5min", "SB_B/daily"]


def test_a_second_time_nothing_is_written_but_with_rebuild_all(run, root):
    run("statistics", "--archive", root)
    before = written(root)
    assert run("statistics", "--archive", root) == (0, ALL, "")
    assert written(root) == before
    assert run("statistics", "--rebuild", "--archive", root) == (0, ALL, "")
    assert not written(root) & before


def test_patterns(run, root):
    ran = run("statistics", "sa_*", "SA_A", "--archive", root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(": 299 bins 5min, 1 bins daily\n")
    assert products(root) == ["SA_A/5min", "SA_A/daily"]


def test_span(run, root):
    ran = run("statistics", "SA_A", "--start", "1970:001:00:30:00", "--stop", "1970:001:01:00:00", "--archive", root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(": 6 bins 5min, 1 bins daily\n")


@pytest.mark.parametrize("words", [["NONE"], ["SA_A", "S?_X"]])
def test_unknown_name(run, root, words):
    ran = run("statistics", *words, "--archive", root)
    assert (ran.code, ran.out) == (2, "")
    assert f"no MSID of the archive is called '{words[-1]}'" in ran.err
    assert products(root) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--start", "never"], "never"), (["--start", "2002:001", "--stop", "2001:001"], "must not be before start")],
)
def test_wrong_span(run, root, words, told):
    ran = run("statistics", *words, "--archive", root)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_no_archive(run, tmp_path):
    ran = run("statistics", "--archive", tmp_path / "none")
    assert ran.code == 2
    assert "no jeta archive at" in ran.err


def test_workers_as_a_real_process(process, root):
    ran = process("statistics", "--workers", 2, "--archive", root)
    assert ran == (0, ALL, "")


def test_help_says_when_it_is_needed(run):
    ran = run("statistics", "--help")
    assert ran.code == 0
    assert "after calibrations have changed" in ran.out


def test_fold_keeps_statistics_unless_told_otherwise(run, archive, monkeypatch):
    monkeypatch.setattr(product_fold, "ROWS_WORTH_STORING", 5)
    update.append("A", np.arange(50) * 164.0, np.arange(50), archive=archive)
    assert run("fold", "--no-statistics", "--archive", archive.root) == (0, "folded 50 rows\n", "")
    assert products(archive.root) == []
    update.append("A", np.arange(50, 100) * 164.0, np.arange(50), archive=archive)
    assert run("fold", "--archive", archive.root) == (0, "folded 50 rows\n", "")
    assert products(archive.root) == ["A/5min"]


def test_what_was_folded_without_is_told_by_verify_and_made_by_statistics(run, root, monkeypatch):
    monkeypatch.setattr(product_fold, "ROWS_WORTH_STORING", 5)
    assert run("verify", "--archive", root).out.splitlines()[-1] == f"{root}: 0 errors, 4 notes"
    run("statistics", "--archive", root)
    assert run("verify", "--archive", root) == (0, f"{root}: 0 errors, 0 notes\n", "")
