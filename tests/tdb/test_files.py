"""A file is replaced as a whole or not at all."""

from __future__ import annotations

import os

import pytest

from jeta.tdb.files import replace_file


def test_a_file_is_created_and_replaced(tmp_path):
    replace_file(tmp_path / "a", b"old and long")
    replace_file(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]


def test_a_new_file_can_be_read_by_whom_the_umask_allows(tmp_path):
    old = os.umask(0o022)
    try:
        replace_file(tmp_path / "a", b"")
    finally:
        os.umask(old)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_content_and_nothing_else(tmp_path, monkeypatch, failing, error):
    def fail(*_args):
        raise error

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(failing, fail)
    with pytest.raises(type(error)):
        replace_file(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "no" / "a", b"")
