"""``jeta backup``, ``restore``, ``truncate`` and ``destroy``: what they print, and their exit codes."""

from __future__ import annotations

import os
import subprocess

import pytest

from jeta import update
from jeta.archive import JetaReader


@pytest.fixture
def folded(archive):
    update.append("A", [1.6e9, 1.7e9], [1, 2], archive=archive)
    update.append("B", [1.6e9], [1], archive=archive)
    update.fold(archive)
    return archive


@pytest.fixture
def backed(run, folded, tmp_path):
    assert run("backup", tmp_path / "b", "--archive", folded.root).code == 0
    return next(path for path in (tmp_path / "b").iterdir() if path.is_dir())


def damage(folded):
    (segment,) = folded.layout.column("A").glob("*.h5")
    with segment.open("r+b") as file:
        file.truncate(500)
    return segment


def test_backup(run, folded, backed, tmp_path):
    ran = run("backup", tmp_path / "b", "--archive", folded.root)
    assert ran.code == 0
    assert ran.out.startswith(f"{tmp_path}/b/archive-2")
    assert "are new" in ran.out
    listed = run("backup", "--list", tmp_path / "b")
    assert (listed.code, len(listed.out.splitlines())) == (0, 2)
    assert listed.out.splitlines()[0] == str(backed)
    assert run("backup", "--list", tmp_path).code == 1


@pytest.mark.parametrize("option", ["--link", "--anew"])
def test_backup_options(run, folded, backed, tmp_path, option):
    assert run("backup", tmp_path / "b", option, "--archive", folded.root).code == 0


def test_check(run, backed, tmp_path):
    assert run("backup", "--check", tmp_path / "b") == (0, f"{backed}: 0 errors\n", "")
    (backed / "state.json").write_text("{")
    ran = run("backup", "--check", backed)
    assert ran.code == 1
    assert ran.out.splitlines()[0].startswith(f"error: {backed}/state.json: is 1 bytes long")
    assert run("backup", "--check", tmp_path / "no").code == 2


def test_backup_of_an_archive_that_lacks_something(run, folded, tmp_path):
    damage(folded).unlink()
    ran = run("backup", tmp_path / "b", "--archive", folded.root)
    assert ran.code == 1
    assert "lacking: columns/A/full/" in ran.out


def test_mend(run, folded, backed, tmp_path):
    segment = damage(folded)
    assert run("verify", "--archive", folded.root).code == 1
    ran = run("restore", tmp_path / "b", "--archive", folded.root)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"mended: {segment}",
        f"{folded.root}: 1 file put in place, from {backed.name}",
    ]
    assert run("verify", "--archive", folded.root).code == 0


def test_what_cannot_be_mended(run, folded, backed, tmp_path):
    next(backed.glob("columns/A/full/*.h5")).unlink()
    segment = damage(folded)
    ran = run("restore", backed, "--archive", folded.root)
    assert ran.code == 1
    assert ran.out.startswith(f"error: {segment}")


def test_restore_elsewhere_and_some(run, folded, backed, tmp_path):
    assert run("restore", backed, "--archive", tmp_path / "again").code == 0
    assert JetaReader(tmp_path / "again").names() == ["A", "B"]
    run("truncate", "2000:001", "--archive", folded.root)
    ran = run("restore", backed, "--archive", folded.root)
    assert "in the backup but not here: A, B" in ran.out
    assert run("restore", backed, "--msids", "a", "--archive", folded.root).code == 0
    assert JetaReader(folded.root).names() == ["A"]
    assert run("restore", backed, "--msids", "b", "--replace", "--archive", folded.root).code == 0
    assert run("restore", backed, "--replace", "--archive", folded.root).code == 2


def test_truncate(run, folded):
    dry = run("truncate", "2023:001", "--dry-run", "--archive", folded.root)
    assert dry.code == 0
    assert dry.out.splitlines()[-1] == "would remove 1 sample of 1 of 2 MSIDs, from 2023:001:00:00:00.000 on"
    assert JetaReader(folded.root).rows("A") == 2
    ran = run("truncate", "2023:001", "--archive", folded.root, "--workers", 1)
    assert ran.out == dry.out.replace("would remove", "removed")
    assert JetaReader(folded.root).rows("A") == 1
    again = run("truncate", "2023:001", "--msids", "a", "--archive", folded.root)
    assert again.out == "removed 0 samples of 0 of 1 MSID, from 2023:001:00:00:00.000 on\n"
    assert run("truncate", "never", "--archive", folded.root).code == 2


def test_destroy_with_yes(run, folded):
    ran = run("destroy", folded.root, "--yes")
    assert ran.code == 0
    assert not folded.root.exists()


def test_destroy_asks_nobody_without_a_terminal(process, folded):
    """Not even if the name comes through a pipe."""
    ran = process("destroy", folded.root)
    assert ran.code == 2
    assert "say --yes" in ran.err
    assert folded.root.exists()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
@pytest.mark.parametrize(("typed", "code"), [("archive", 0), ("no", 2), ("", 2), ("ARCHIVE", 2)])
def test_destroy_asks_for_the_name(command, folded, typed, code):
    start, environment = command
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*start, "destroy", folded.root], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as asked:
        os.write(ours, f"{typed}\n".encode())
        asked.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert asked.returncode == code
    assert folded.root.exists() == (code != 0)


def test_destroy_of_what_is_none(run, tmp_path, folded):
    (folded.root / "mine.txt").touch()
    ran = run("destroy", folded.root, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "mine.txt" in ran.err
    assert run("destroy", tmp_path / "no", "--yes").code == 2
