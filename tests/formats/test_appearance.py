"""What files look like, for messages."""

from __future__ import annotations

import gzip

import h5py
import pytest

from jeta.formats.appearance import HDF5_SIGNATURE, is_hdf5, looks_like
from jeta.formats.files import head, tail


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"time,value\n1,2\n", "text that begins with 'time,value'"),
        (b"\xef\xbb\xbftime\n", "text that begins with 'time'"),
        (b"x" * 5000, "text that begins with '" + "x" * 60 + "'"),
        (b"   \n", "text that begins with ''"),
        (b'{"a": 1}', "JSON without 'TlmMnemonic' that begins with '{\"a\": 1}'"),
        (gzip.compress(b"a", mtime=0), "a gzip file"),
        (b"SIMPLE  =   T", "a FITS file"),
        (b"PK\x03\x04", "a zip file"),
        (b"PAR1", "a Parquet file"),
        (b"\xff\xfe\x00\x01", r"binary data that begins with b'\xff\xfe\x00\x01'"),
        (b"a\0b", r"binary data that begins with b'a\x00b'"),
    ],
)
def test_content_in_words(tmp_path, content, words):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert looks_like(path) == words


def test_character_cut_at_the_end_of_the_look_is_still_text(tmp_path):
    path = tmp_path / "file"
    path.write_text("x" + "é" * 4000, encoding="utf-8")
    assert looks_like(path).startswith("text that begins with 'xé")


def test_directory(tmp_path):
    assert looks_like(tmp_path) == "a directory"


def test_hdf5_without_samples_names_what_it_holds(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in "fedcba":
            file.create_group(name)
    assert looks_like(tmp_path / "a.h5") == "an HDF5 file without the group 'samples' (it holds a, b, c, d, e)"


def test_hdf5_with_other_samples(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_group("samples")
    assert "no dataset 'data1'" in looks_like(tmp_path / "a.h5")


def test_hdf5_cut_short(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["x"] = range(1000)
    path.write_bytes(path.read_bytes()[:-500])
    assert "truncated" in looks_like(path)
    assert "transfer it again" in looks_like(path)


@pytest.mark.parametrize("place", [0, 512, 1024, 2048])
def test_hdf5_signature_where_it_may_be(place):
    assert is_hdf5(bytes(place) + HDF5_SIGNATURE + bytes(100))


@pytest.mark.parametrize("place", [1, 100, 511, 1536])
def test_hdf5_signature_elsewhere_is_none(place):
    assert not is_hdf5(bytes(place) + HDF5_SIGNATURE + bytes(2000))


def test_both_ends_of_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert (head(path, 3), tail(path, 3), head(path, 99), tail(path, 99)) == (
        b"012",
        b"789",
        b"0123456789",
        b"0123456789",
    )


def test_head_of_a_folder_is_empty(tmp_path):
    assert head(tmp_path, 10) == b""


def test_names_that_are_no_text_are_shown(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_group(b"\xff\xfe")
        file.create_group("A")
    assert looks_like(tmp_path / "x.h5") in {
        "an HDF5 file without the group 'samples' (it holds A, b'\\xff\\xfe')",
        "an HDF5 file without the group 'samples' (it holds A, \udcff\udcfe)",
    }
