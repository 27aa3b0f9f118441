"""Whether source files are what they were when they were read."""

from __future__ import annotations

import dataclasses
import os

import pytest

from jeta.tdb.sources import TICK_NS, digest, list_files, read_stamped, restamped

LATER = 10 * TICK_NS


@pytest.fixture
def source(tmp_path):
    """One file and its stamp."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"A:\n")
    return path, read_stamped(path)[1]


def test_files_come_sorted_and_without_hidden_ones_and_folders(tmp_path):
    for name in ("b.yaml", "a.yml", "C.YAML", ".a.yaml", "a.txt", "yaml"):
        (tmp_path / name).touch()
    (tmp_path / "folder.yaml").mkdir()
    assert [path.name for path in list_files(tmp_path)] == ["C.YAML", "a.yml", "b.yaml"]


def test_a_folder_that_does_not_exist_has_no_files(tmp_path):
    assert list_files(tmp_path / "tdb") == []


def test_a_link_that_leads_nowhere_is_not_passed_over_in_silence(tmp_path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone.yaml")
    (path,) = list_files(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"a\.yaml"):
        read_stamped(path)


def test_a_stamp_holds_size_times_and_digest(source):
    path, stamp = source
    status = path.stat()
    assert stamp.as_tuple() == ("a.yaml", 3, status.st_mtime_ns, status.st_ctime_ns, digest(b"A:\n"))
    assert stamp.changed_ns == max(status.st_mtime_ns, status.st_ctime_ns)


def test_contents_that_differ_in_one_bit_have_different_digests():
    assert digest(b"A:\n") != digest(b"B:\n")


def test_a_file_that_was_not_touched_is_unchanged_by_its_times_alone(source):
    path, stamp = source
    found = restamped([path], [stamp], stamp.changed_ns + LATER)
    assert found.stamps == [stamp]
    assert not found.compared


def test_times_are_trusted_only_if_the_stamp_is_older_than_a_tick(source):
    path, stamp = source
    wrong = dataclasses.replace(stamp, digest=digest(b"B:\n"))
    assert restamped([path], [wrong], stamp.changed_ns + TICK_NS) is None
    assert restamped([path], [wrong], stamp.changed_ns + TICK_NS + 1).stamps == [wrong]


def test_within_a_tick_an_equal_content_is_unchanged(source):
    path, stamp = source
    assert restamped([path], [stamp], stamp.changed_ns).compared


def test_other_times_with_an_equal_content_are_unchanged_with_a_new_stamp(source):
    path, stamp = source
    os.utime(path, ns=(1, 1))
    found = restamped([path], [stamp], stamp.changed_ns + LATER)
    assert found.compared
    assert found.stamps[0].mtime_ns == 1


def test_a_rewrite_of_the_same_size_with_its_old_time_put_back_is_a_change(source):
    path, stamp = source
    path.write_bytes(b"B:\n")
    os.utime(path, ns=(stamp.mtime_ns, stamp.mtime_ns))
    assert restamped([path], [stamp], stamp.changed_ns + LATER) is None


def test_another_size_is_a_change(source):
    path, stamp = source
    path.write_bytes(b"AB:\n")
    assert restamped([path], [stamp], stamp.changed_ns + LATER) is None


@pytest.mark.parametrize("names", [[], ["b.yaml"], ["a.yaml", "b.yaml"]])
def test_files_that_came_went_or_were_renamed_are_a_change(source, names):
    path, stamp = source
    assert restamped([path.with_name(name) for name in names], [stamp], stamp.changed_ns + LATER) is None
