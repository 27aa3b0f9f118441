"""``jeta verify``: findings on lines, and whether all is well in the exit code."""

from __future__ import annotations

import pytest

from jeta import update


@pytest.fixture
def folded(archive):
    update.append("A", [1.6e9, 1.7e9], [1, 2], archive=archive)
    update.fold(archive)
    return archive


def test_whole_archive(run, folded):
    assert run("verify", "--archive", folded.root) == (0, f"{folded.root}: 0 errors, 0 notes\n", "")


@pytest.mark.parametrize("words", [[], ["--fast"]])
def test_damage(run, folded, words):
    (segment,) = folded.layout.column("A").glob("*.h5")
    segment.unlink()
    ran = run("verify", *words, "--archive", folded.root)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines()[0].startswith(f"error: {segment}: is listed in the manifest but not there")
    assert ran.out.splitlines()[-1] == f"{folded.root}: 1 error, 0 notes"


def test_notes_are_no_failure(run, folded):
    (folded.layout.journal / ".aside-1-abc").touch()
    ran = run("verify", "--archive", folded.root)
    assert ran.code == 0
    assert ran.out.startswith("note: ")
    assert ran.out.endswith("0 errors, 1 note\n")


def test_settings_that_cannot_be_read(run, folded):
    folded.layout.settings.write_text("{")
    ran = run("verify", "--archive", folded.root)
    assert (ran.code, ran.out) == (2, "")
    assert "archive.yaml is not readable as YAML" in ran.err
