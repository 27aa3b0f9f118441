"""``jeta create``."""

from __future__ import annotations

import shlex

import pytest

from jeta.archive import open_archive


def test_makes_an_archive_and_says_what_next(run, tmp_path):
    ran = run("create", tmp_path / "new" / "jwst")
    assert (ran.code, ran.err) == (0, "")
    assert f"export ENG_ARCHIVE={tmp_path / 'new' / 'jwst'}" in ran.out
    assert open_archive(tmp_path / "new" / "jwst").config.name == "jwst"


def test_options_become_settings(run, tmp_path):
    words = ["--name", "AXAF", "--time-system", "cxcsec", "--earliest", "1999:204", "--latest", "2050:001"]
    assert run("create", tmp_path / "a", *words).code == 0
    config = open_archive(tmp_path / "a").config
    assert (config.name, config.time_system, config.earliest, config.latest) == (
        "AXAF",
        "cxcsec",
        "1999:204",
        "2050:001",
    )


def test_next_step_can_be_pasted_into_a_shell(run, tmp_path):
    root = tmp_path / "with blanks; and more"
    out = run("create", root).out
    assert f"ENG_ARCHIVE={root}" in shlex.split(out)


def test_existing_archive_is_refused(run, archive):
    ran = run("create", archive.root)
    assert (ran.code, ran.out) == (2, "")
    assert "already holds an archive" in ran.err


def test_folder_with_other_files_is_refused(run, tmp_path):
    (tmp_path / "a.txt").touch()
    ran = run("create", tmp_path)
    assert ran.code == 2
    assert "is not an empty folder" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("words", [["--earliest", "nonsense"], ["--earliest", "2030:001", "--latest", "2020:001"]])
def test_impossible_settings_make_nothing(run, tmp_path, words):
    assert run("create", tmp_path / "a", *words).code == 2
    assert not (tmp_path / "a").exists()
