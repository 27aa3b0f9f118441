"""A reader, or a power cut, finds the old file or the new one."""

from __future__ import annotations

import os

import pytest

from jeta.files import make_folder, read_exactly, remove_leftovers, replace_bytes, sync_each, written_aside


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_content_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "file"
    replace_bytes(path, b"old")
    replace_bytes(path, b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"new", ["file"])


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_is_raised_the_old_file_stays_and_nothing_is_left(tmp_path, error):
    path = tmp_path / "file"
    replace_bytes(path, b"old")
    with pytest.raises(error), written_aside(path) as aside:
        aside.write_bytes(b"half")
        raise error
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["file"])


def test_two_writers_aside_do_not_meet(tmp_path):
    with written_aside(tmp_path / "a") as one, written_aside(tmp_path / "a") as two:
        assert one != two
        one.write_bytes(b"1")
        two.write_bytes(b"2")


def test_only_files_written_aside_are_leftovers(tmp_path):
    for name in (".aside-12-ab", "000000000001.h5", ".hidden"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [".hidden", "000000000001.h5"]


def test_folders_are_made_with_those_above(tmp_path):
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_sync_each_takes_files_and_folders(tmp_path):
    replace_bytes(tmp_path / "file", b"x")
    sync_each([tmp_path, tmp_path / "file"])


def test_sync_each_tells_of_a_file_that_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        sync_each([tmp_path / "missing"])


def test_a_span_is_read_whole_or_not_at_all(tmp_path):
    replace_bytes(tmp_path / "file", b"0123456789")
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    assert read_exactly(descriptor, 3, 4) == b"456"
    with pytest.raises(EOFError, match="2 bytes before the end of the span of 5 at 7"):
        read_exactly(descriptor, 5, 7)
    os.close(descriptor)
