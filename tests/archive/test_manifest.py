"""The list of a column's segments, as bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.rows import archive_with, rows
from jeta.archive.layout import Layout
from jeta.archive.manifest import (
    EMPTY,
    RECORD,
    Manifest,
    as_records,
    from_bytes,
    in_order,
    load,
    segment_name,
    to_bytes,
)
from jeta.errors import ArchiveCorruptError


def record(first, last, resolution=0, **fields):
    line = np.zeros(1, RECORD)
    line["first"], line["last"], line["resolution"], line["fold"] = first, last, resolution, b"0a1b2c3d"
    for name, value in fields.items():
        line[name] = value
    return line


TWO = Manifest(np.concatenate([record(1, 5, rows=3), record(6, 9, rows=4)]), folded=12, generation=7)


def test_a_manifest_comes_back(tmp_path):
    back = from_bytes(to_bytes(TWO), tmp_path)
    assert back.segments.tobytes() == TWO.segments.tobytes()
    assert (back.folded, back.generation, back.rows) == (12, 7, 7)


def test_an_empty_manifest_comes_back(tmp_path):
    back = from_bytes(to_bytes(EMPTY), tmp_path)
    assert (len(back.segments), back.folded, back.rows) == (0, 0, 0)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(to_bytes(TWO)) - 1))
def test_a_manifest_cut_short_is_refused(length):
    with pytest.raises(ArchiveCorruptError, match="delete it and it is made again from the segments"):
        from_bytes(to_bytes(TWO)[:length], "manifest")


@settings(max_examples=100, deadline=None)
@given(st.integers(to_bytes(TWO).index(b"\n") + 1, len(to_bytes(TWO)) - 1), st.integers(1, 255))
def test_a_changed_byte_of_a_record_is_noticed(place, change):
    content = bytearray(to_bytes(TWO))
    content[place] ^= change
    with pytest.raises(ArchiveCorruptError, match="is damaged"):
        from_bytes(bytes(content), "manifest")


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"5\n", b"null\n", b"{}\n", b"\xff\xfe\n", b'{"file": 1}\n'])
def test_what_is_no_manifest_is_refused(content):
    with pytest.raises(ArchiveCorruptError):
        from_bytes(content, "manifest")


def test_records_of_an_earlier_version_do_not_know_their_widest_spacing():
    earlier = np.zeros(2, RECORD.descr[:-1])
    earlier["rows"] = 5, 6
    found = as_records(earlier)
    assert (found["rows"].tolist(), found["widest"].tolist()) == ([5, 6], [2**64 - 1] * 2)
    assert as_records(TWO.segments).tobytes() == TWO.segments.tobytes()


@pytest.mark.parametrize("dtype", [np.int64, [("first", "<i8"), ("last", "<i8")]])
def test_what_is_no_record_is_refused(dtype):
    with pytest.raises(ValueError, match=r"a segment must say its chunk_rows, chunks, .* but says \["):
        as_records(np.zeros(1, dtype))


def test_names_tell_first_instant_and_origin():
    assert segment_name(record(-5, 9, 2, generation=3, part=1)[0]) == "-5ns-3-0a1b2c3d-1.h5"


def test_order_of_time_across_resolutions():
    segments = np.concatenate(
        [record(2, 3, 0), record(1_999_999, 1_999_999, 2), record(1, 1, 0), record(1500, 1600, 1)]
    )
    assert in_order(segments)["first"].tolist() == [1, 1500, 1_999_999, 2]


def test_an_archive_with_a_damaged_manifest_says_which(tmp_path):
    root = archive_with(tmp_path / "a", {"TEMP": rows([1], [1.0])})
    path = Layout(root).manifest("TEMP")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArchiveCorruptError, match=str(path)):
        load(path.parent)
