"""Which archive is in use."""

from __future__ import annotations

import os
import shutil

import pytest

from jeta import fetch, update
from jeta.archive import Writer, create_archive
from jeta.errors import ArchiveNotFoundError

S = 1_600_000_000.0


def make(folder, name, value):
    archive = create_archive(folder / name)
    update.append("x", S, value, archive=archive)
    return archive


def value():
    return fetch.MSID("x", S, S + 1).vals.tolist()


@pytest.fixture
def two(tmp_path):
    return make(tmp_path, "one", 1), make(tmp_path, "two", 2)


@pytest.mark.parametrize(
    "form", [lambda a: a, lambda a: a.root, lambda a: str(a.root), lambda a: Writer(a.root)], ids="rpsw"
)
def test_archive_given_open_or_as_its_root(two, form):
    with fetch.set_archive(form(two[1])):
        assert value() == [2]


def test_archive_of_the_environment_is_looked_up_at_each_fetch(two, monkeypatch):
    for number, archive in enumerate(two, 1):
        monkeypatch.setenv("ENG_ARCHIVE", str(archive.root))
        assert value() == [number]


def test_relative_root_in_the_environment(two, monkeypatch):
    monkeypatch.chdir(two[0].root.parent)
    monkeypatch.setenv("ENG_ARCHIVE", "two")
    assert value() == [2]


def test_choice_goes_before_the_environment_and_none_goes_back_to_it(two, monkeypatch):
    monkeypatch.setenv("ENG_ARCHIVE", str(two[0].root))
    with fetch.set_archive(two[1]):
        assert value() == [2]
        fetch.set_archive(None)
        assert value() == [1]
    assert value() == [1]


def test_with_blocks_nest_and_undo_also_after_an_error(two):
    with fetch.set_archive(two[0]):
        with pytest.raises(ZeroDivisionError), fetch.set_archive(two[1]):
            assert value() == [2]
            _ = 1 / 0
        assert value() == [1]


def test_without_a_with_block_the_choice_stays(two):
    fetch.set_archive(two[0])
    assert value() == [1]
    fetch.set_archive(two[1])
    assert value() == [2]


def test_wrong_choice_changes_nothing(two, tmp_path):
    with fetch.set_archive(two[0]):
        for wrong in (tmp_path, tmp_path / "nope", "", 5, ["a"], two[0].root / "archive.yaml"):
            with pytest.raises(ArchiveNotFoundError):
                fetch.set_archive(wrong)
        assert value() == [1]


@pytest.mark.parametrize(
    "call",
    [
        lambda: fetch.MSID("x"),
        lambda: fetch.MSIDset(["x"]),
        lambda: fetch.msid_glob("x"),
        lambda: fetch.get_time_range("x"),
    ],
)
def test_no_archive_at_all_says_how_to_create_one(call):
    with pytest.raises(ArchiveNotFoundError, match=r"ENG_ARCHIVE.*set_archive.*jeta create") as caught:
        call()
    assert isinstance(caught.value, FileNotFoundError)


def test_environment_that_names_no_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("ENG_ARCHIVE", str(tmp_path / "nope"))
    with pytest.raises(ArchiveNotFoundError, match="jeta create"):
        fetch.MSID("x")


def test_archive_that_was_removed_is_missed(two):
    with fetch.set_archive(two[0]):
        shutil.rmtree(two[0].root)
        with pytest.raises(ArchiveNotFoundError):
            value()


def test_archive_made_anew_at_the_same_place_is_read_anew(two, tmp_path):
    with fetch.set_archive(two[0]):
        assert value() == [1]
        shutil.rmtree(two[0].root)
        make(tmp_path, "one", 5)
        assert value() == [5]


def test_archive_of_another_time_system(tmp_path):
    archive = create_archive(tmp_path / "cxc", time_system="cxcsec")
    update.append("x", "2010:001", 1, archive=archive)
    with fetch.set_archive(archive):
        dat = fetch.MSID("x", "2010:001", 378691267.0)
        assert (dat.times.tolist(), dat.datestart) == ([378691266.184], "2010:001:00:00:00.000")
        assert fetch.get_time_range("x", "date")[0] == "2010:001:00:00:00.000"
        assert abs(fetch.MSID("x").tstop - fetch.MSID("x", "2010:001", "+0").tstop) < 60


def test_fetch_leaves_the_archive_and_the_environment_as_they_were(two):
    before = {path: path.stat().st_mtime_ns for path in two[0].root.rglob("*")}
    variables = dict(os.environ)
    with fetch.set_archive(two[0].root):
        value()
        fetch.get_time_range("x")
    assert {path: path.stat().st_mtime_ns for path in two[0].root.rglob("*")} == before
    assert dict(os.environ) == variables
