"""``jeta staging``: what it prints, what it moves, and its exit codes."""

from __future__ import annotations

import csv
import io
import os

import numpy as np
import pytest

from jeta.testing.fos_writer import fos_rows, write_fos_file

T0 = 1_650_000_000


@pytest.fixture
def folder(archive):
    """The staging folder, with two files that are settled."""
    folder = archive.root / "staging"
    folder.mkdir()
    for hour in range(2):
        path = folder / f"E{hour}.h5"
        write_fos_file(path, fos_rows(7, (T0 + hour * 3600 + np.arange(60)) * 1000, 1.5))
        os.utime(path, (0, T0))
    return folder


@pytest.fixture
def staging(run, archive, folder):
    return lambda *words: run("staging", *words, "--archive", archive.root)


def inside(folder):
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))


def test_list(staging, folder):
    ran = staging("list")
    sizes = [(folder / name).stat().st_size for name in ("E0.h5", "E1.h5")]
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "file   first                  last                   size  format    state  note",
        f"E0.h5  2022:105:05:20:00.000  2022:105:05:20:59.000  {sizes[0]}  fos_hdf5  ready",
        f"E1.h5  2022:105:06:20:00.000  2022:105:06:20:59.000  {sizes[1]}  fos_hdf5  ready",
        f"2 files in {folder}",
    ]


def test_an_empty_archive(run, archive):
    """Nothing is made by looking."""
    ran = run("staging", "list", "--archive", archive.root)
    assert (ran.code, ran.out) == (0, f"0 files in {archive.root}/staging\n")
    assert not (archive.root / "staging").exists()


def test_states_are_told(staging, folder):
    (folder / "broken.h5").write_text("x")
    os.utime(folder / "broken.h5", (0, T0))
    (folder / "new.csv").write_text("x")
    (folder / "E2.h5.part").write_text("x")
    lines = {line.split()[0]: line for line in staging("list").out.splitlines()}
    assert " broken  " in lines["broken.h5"]
    assert "expected a file of one of the formats" in lines["broken.h5"]
    assert " arriving  " in lines["new.csv"]
    assert " ignored  " in lines["E2.h5.part"]


def test_csv(staging, folder):
    (folder / "two\nlines").write_text("x")
    head, *rows = csv.reader(io.StringIO(staging("list", "--csv").out))
    assert head == ["file", "first", "last", "size", "format", "state", "note"]
    assert [row[0] for row in rows] == ["E0.h5", "E1.h5", r"two\nlines"]
    assert rows[0][1] == "2022:105:05:20:00.000"


def test_hold_and_release(staging, folder):
    ran = staging("hold", "E0.h5", folder / "E1.h5", "--description", "why", "--note", "bad clock")
    assert (ran.code, ran.out) == (0, f"2 files moved to {folder}/backlog\n")
    assert inside(folder) == ["backlog"]
    assert staging("list").out.splitlines() == [
        f"0 files in {folder}",
        "activity backlog, 2 files, 2 with a note: why",
    ]
    listed = staging("list", "--activity", "backlog").out.splitlines()
    assert [line.split()[-3:] for line in listed[1:3]] == [["held", "bad", "clock"]] * 2
    assert listed[3] == f"2 files in {folder}/backlog"
    ran = staging("release", "backlog", "--start", "2022:105:06:00", "--stop", "2022:105:07:00")
    assert (ran.code, ran.out) == (0, f"E1.h5\n1 file moved to {folder}\n")
    ran = staging("release", "backlog", "E0.h5")
    assert (ran.code, ran.out) == (0, f"E0.h5\n1 file moved to {folder}\n")
    assert inside(folder) == ["E0.h5", "E1.h5", "backlog"]
    assert staging("release", "backlog").code == 1


def test_times_as_numbers_are_unix_seconds(staging, folder):
    staging("hold", "E0.h5", "E1.h5", "--activity", "one")
    assert staging("release", "one", "--stop", T0 + 60).out.startswith("E0.h5\n1 file")


def test_remove(staging, folder):
    staging("hold", "E0.h5", "--activity", "one")
    ran = staging("remove", "one")
    assert ran.code == 2
    assert "holds E0.h5: release these files first" in ran.err
    assert staging("remove", "one", "--restore").out == "removed the activity one\n"
    assert inside(folder) == ["E0.h5", "E1.h5"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("hold", "no.h5"), "no such file"),
        (("hold", "../archive.yaml"), "is not in"),
        (("hold", "E0.h5", "--activity", "../out"), "cannot be the name of an activity"),
        (("release", "no"), "has no activity 'no'; there are: none"),
        (("release", "../columns"), "is not the name of a file"),
        (("remove", "no"), "has no activity 'no'"),
        (("list", "--activity", "no"), "has no activity 'no'"),
        (("release", "no", "--start", "soon"), "has no activity"),
    ],
)
def test_what_is_wrong_is_told(staging, folder, words, told):
    """Exit code 2, one line, and nothing is moved."""
    ran = staging(*words)
    assert ran.code == 2
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
    assert inside(folder) == ["E0.h5", "E1.h5"]


def test_wrong_settings_are_told(staging, archive):
    with (archive.root / "archive.yaml").open("a") as file:
        file.write("ingest: {staging: columns}\n")
    ran = staging("list")
    assert ran.code == 2
    assert "ingest: staging is" in ran.err


def test_a_real_process(process, archive, folder):
    (folder / os.fsdecode(b"\xff.h5")).write_text("x")
    ran = process("staging", "list", "--archive", archive.root)
    assert ran.code == 0
    assert r"\xff.h5" in ran.out
