"""The cache answers as the files do, and is made anew whenever it might not."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

import pytest

from jeta.errors import TdbError
from jeta.tdb import CACHE_NAME, Entry, Limits, Tdb
from jeta.tdb import database as database_module
from jeta.tdb.sources import TICK_NS

TEXT = """\
B:
  id: 5
  description: "Bär\\tü"
  limits: {red_low: 0.1}
A:
  state_codes: {0: OFF}
"""
ENTRIES = [Entry("A", state_codes={0: "OFF"}), Entry("B", id=5, description="Bär\tü", limits=Limits(red_low=0.1))]


@pytest.fixture
def folder(write):
    """A database of two entries."""
    return write(TEXT)


@pytest.fixture
def no_yaml(monkeypatch):
    """Return a function after which any reading of source files fails."""

    def forbid():
        def fail(*_args):
            pytest.fail("the source files were read, but the cache is valid")

        monkeypatch.setattr(database_module, "_load_files", fail)

    return forbid


def test_a_cached_database_is_equal_to_the_loaded_one(folder, no_yaml):
    first = Tdb.load(folder)
    no_yaml()
    second = Tdb.load(folder)
    assert list(first.values()) == list(second.values()) == ENTRIES
    assert [found.tolist() if hasattr(found, "tolist") else found for found in second.ids()] == [[5], ["B"]]
    assert second.search("bär") == first.search("bär") == [ENTRIES[1]]


def test_units_calibrations_and_limits_by_date_are_cached(write, no_yaml):
    folder = write(
        "A:\n  units: {sci: K}\n"
        "  calibrations: [{polynomial: [1, 2]}, {valid_from: 2020:001, points: [[0, 1], [1, 5]]}]\n"
        "  limits: [{red_low: 1}, {valid_from: 2020:001, red_low: 2}]\n"
        "B:\n  calibration: {states: {0: OFF}}\n"
    )
    loaded = dict(Tdb.load(folder))
    no_yaml()
    cached = dict(Tdb.load(folder))
    assert cached == loaded
    assert cached["A"].limits == cached["A"].limits_history[1][1] == Limits(red_low=2)
    assert hash(cached["A"]) == hash(loaded["A"])


def test_a_cached_entry_is_made_once(folder):
    Tdb.load(folder)
    tdb = Tdb.load(folder)
    assert tdb["a"] is tdb["A"] is tdb.get("a") is next(iter(tdb.values()))


def test_a_valid_cache_needs_no_yaml_parser(folder, monkeypatch):
    Tdb.load(folder)
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert Tdb.load(folder)["B"].id == 5


def test_without_a_cache_such_a_file_does_need_the_parser(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError):
        Tdb.load(folder)


def test_the_cache_can_lie_elsewhere(folder, tmp_path, no_yaml):
    Tdb.load(folder, tmp_path / "elsewhere")
    assert sorted(path.name for path in folder.iterdir()) == ["a.yaml"]
    no_yaml()
    assert len(Tdb.load(str(folder), str(tmp_path / "elsewhere"))) == 2


def test_a_changed_file_is_read_anew(folder):
    Tdb.load(folder)
    (folder / "a.yaml").write_text("A:\n  unit: V\n")
    assert list(Tdb.load(folder).values()) == [Entry("A", unit="V")]


def test_a_rewrite_of_the_same_size_is_seen_at_once(folder):
    Tdb.load(folder)
    (folder / "a.yaml").write_text(TEXT.replace("OFF", "OUT"))
    assert Tdb.load(folder)["A"].state_codes == ((0, "OUT"),)


@pytest.mark.parametrize("put_back", ["source", "source and cache"])
def test_a_rewrite_of_the_same_size_with_the_same_time_is_seen(folder, put_back):
    Tdb.load(folder)
    before = (folder / "a.yaml").stat().st_mtime_ns
    (folder / "a.yaml").write_text(TEXT.replace("OFF", "OUT"))
    os.utime(folder / "a.yaml", ns=(before, before))
    if put_back == "source and cache":
        os.utime(folder / CACHE_NAME, ns=(before, before))
    assert Tdb.load(folder)["A"].state_codes == ((0, "OUT"),)


def test_a_file_that_comes_or_goes_is_seen(folder, write):
    Tdb.load(folder)
    write("C:\n", "c.yml")
    assert list(Tdb.load(folder)) == ["A", "B", "C"]
    (folder / "a.yaml").unlink()
    assert list(Tdb.load(folder)) == ["C"]


def test_a_file_that_was_only_touched_is_not_read_anew(folder, no_yaml):
    Tdb.load(folder)
    os.utime(folder / "a.yaml", ns=(5, 5))
    no_yaml()
    assert list(Tdb.load(folder).values()) == ENTRIES


def test_a_cache_made_right_after_its_source_gets_new_stamps_once_times_can_be_trusted(folder, monkeypatch):
    Tdb.load(folder)
    early = (folder / CACHE_NAME).read_bytes()
    assert list(Tdb.load(folder)) == ["A", "B"]
    assert (folder / CACHE_NAME).read_bytes() == early
    now_ns = time.time_ns() + 2 * TICK_NS
    monkeypatch.setattr(time, "time_ns", lambda: now_ns)
    assert list(Tdb.load(folder).values()) == ENTRIES
    renewed = (folder / CACHE_NAME).read_bytes()
    assert renewed != early
    assert list(Tdb.load(folder).values()) == ENTRIES


def flip(content, at):
    """The content with one bit of one byte turned."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content + b"x",
        lambda content: b"\0" * len(content),
        lambda content: content.replace(b"version 2", b"version 1"),
        lambda content: content.replace(b"OFF", b"OUT"),
        lambda content: flip(content, 60),
        lambda content: flip(content, len(content) - 10),
    ],
)
def test_a_damaged_cache_is_ignored_and_replaced(folder, damage):
    Tdb.load(folder)
    cache = folder / CACHE_NAME
    good = cache.read_bytes()
    cache.write_bytes(damage(good))
    assert list(Tdb.load(folder).values()) == ENTRIES
    assert len(cache.read_bytes()) == len(good)
    assert list(Tdb.load(folder).values()) == ENTRIES


def test_every_single_turned_bit_is_noticed(folder):
    Tdb.load(folder)
    cache = folder / CACHE_NAME
    good = cache.read_bytes()
    for at in range(0, len(good), 7):
        cache.write_bytes(flip(good, at))
        assert list(Tdb.load(folder).values()) == ENTRIES


def test_a_cache_that_cannot_be_written_is_done_without(folder, caplog):
    caplog.set_level(logging.DEBUG, "jeta")
    tdb = Tdb.load(folder, folder / "no" / "such" / "cache")
    assert list(tdb.values()) == ENTRIES
    assert [record.levelname for record in caplog.records] == ["DEBUG", "DEBUG"]
    assert "cannot be written" in caplog.text


def test_a_cache_that_cannot_be_read_is_done_without(folder):
    (folder / CACHE_NAME).mkdir()
    assert list(Tdb.load(folder).values()) == ENTRIES


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser can write everywhere")
def test_a_read_only_folder_is_done_with(folder):
    folder.chmod(0o555)
    try:
        assert list(Tdb.load(folder).values()) == ENTRIES
    finally:
        folder.chmod(0o755)
    assert [path.name for path in folder.iterdir()] == ["a.yaml"]


def test_wrong_files_leave_the_old_cache_unused(folder):
    Tdb.load(folder)
    (folder / "a.yaml").write_text("A: 5\n")
    with pytest.raises(TdbError, match=r"tdb/a\.yaml:1"):
        Tdb.load(folder)


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_files_without_entries_are_cached_too(write, text, no_yaml):
    folder = write(text)
    Tdb.load(folder)
    no_yaml()
    assert len(Tdb.load(folder)) == 0
    assert Tdb.load(folder).search("x") == []


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_without_files_is_an_empty_database_without_a_cache(tmp_path, make):
    folder = tmp_path / "tdb"
    if make:
        folder.mkdir()
    assert len(Tdb.load(folder)) == 0
    assert not (folder / CACHE_NAME).exists()


def test_a_relative_folder_is_as_good(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert list(Tdb.load(Path()).values()) == ENTRIES
    assert list(Tdb.load(".").values()) == ENTRIES
