"""Content of files that may be compressed."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from pathlib import Path

import h5py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import fos_example
from jeta import formats
from jeta.errors import FormatError
from jeta.formats import unpacked
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.formats.unpacked import is_packed, lines_of, opened_bytes, unpacked_head


def put(path, content, packed):
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_content_is_that_of_the_file(tmp_path, packed):
    path = put(tmp_path / "x", b"telemetry " * 99_999, packed)
    assert is_packed(path) is packed
    assert unpacked_head(path, 200)[:20] == b"telemetry telemetry "
    assert len(unpacked_head(path, 200)) <= 200
    with opened_bytes(path) as stream:
        assert stream.read() == b"telemetry " * 99_999


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=5000), sizes=st.lists(st.integers(0, 999), max_size=9), packed=st.booleans())
def test_reading_in_pieces_of_any_size_gives_the_same(content, sizes, packed):
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder, "x"), content, packed)
        with opened_bytes(path) as stream:
            found = b"".join(stream.read(size) for size in sizes) + stream.read()
    assert found == content


def test_members_one_after_another_are_one_file(tmp_path):
    """As gzip itself has it, and as appending to a log makes them."""
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"one ") + gzip.compress(b"two"))
    with opened_bytes(path) as stream:
        assert stream.read() == b"one two"


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"x" * 9999)[:-1],
        gzip.compress(b"x")[:12],
        gzip.compress(b"x")[:-8] + b"\0" * 8,
        b"\x1f\x8b",
        b"\x1f\x8bXX",
    ],
    ids=["short", "head", "checksum", "mark", "no method"],
)
def test_damage_is_told_with_the_name_of_the_file(tmp_path, content):
    (tmp_path / "x.gz").write_bytes(content)
    with (
        pytest.raises(FormatError, match=r"x.gz: the compressed file is damaged or cut short"),
        opened_bytes(tmp_path / "x.gz") as stream,
    ):
        stream.read()


def test_an_error_while_it_is_read_gets_the_name_of_the_file(tmp_path):
    path = put(tmp_path / "x", b"abc", packed=False)
    with pytest.raises(FormatError, match=f"^{path}: row 7 is wrong$"), opened_bytes(path):
        raise FormatError("row 7 is wrong")


def test_other_errors_stay_what_they_are(tmp_path):
    with pytest.raises(FileNotFoundError), opened_bytes(tmp_path / "missing"):
        pass
    with pytest.raises(IsADirectoryError), opened_bytes(tmp_path):
        pass


def test_the_beginning_of_what_is_no_file_is_empty(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert unpacked_head(tmp_path, 9) == b""
    assert unpacked_head(tmp_path / "pipe", 9) == b""
    (tmp_path / "x.gz").write_bytes(b"\x1f\x8bXXXX")
    assert unpacked_head(tmp_path / "x.gz", 9) == b""


def test_a_stream_ends_where_it_gave_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacked, "ALWAYS_BYTES", 200_000)
    path = put(tmp_path / "x.gz", b"0" * 200_000, packed=True)
    with opened_bytes(path) as stream:
        assert len(stream.read()) == 200_000
    put(path, b"0" * 200_001, packed=True)
    with pytest.raises(FormatError, match="compressed more than 200-fold"), opened_bytes(path) as stream:
        stream.read()


@pytest.mark.parametrize("text", ["", "a\nb\n", "a\nb", "\n\n", "a\r\nb\rc"])
def test_lines_together_are_the_text(text):
    lines = list(lines_of(io.StringIO(text, newline="")))
    assert "".join(lines) == text
    assert len(lines) == len(text.splitlines())


def test_a_line_of_any_length_is_none(monkeypatch):
    monkeypatch.setattr(unpacked, "LONGEST_LINE", 10)
    assert list(lines_of(io.StringIO("12345678\nx"))) == ["12345678\n", "x"]
    with pytest.raises(FormatError, match="a line has more than 10 characters"):
        list(lines_of(io.StringIO("ok\n12345678901\n")))


# HDF5, which has to be unpacked aside.


@pytest.fixture
def aside(tmp_path, monkeypatch):
    """The folder for temporary files."""
    folder = tmp_path / "aside"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def packed_fos(tmp_path, data=None):
    plain = fos_example.write(tmp_path / "x.h5", fos_example.rows([1, 2, 1]) if data is None else data)
    return put(tmp_path / "x.h5.gz", plain.read_bytes(), packed=True)


def test_a_packed_file_gives_what_the_plain_one_does(tmp_path, aside):
    path = packed_fos(tmp_path)
    whole = formats.read(path)
    assert (whole.format, whole.path, whole.rows_read) == ("fos_hdf5", path, 3)
    assert FosHdf5().describe(path).rows == 3
    assert FosHdf5().shares(path, 1) == 3
    assert sum(FosHdf5().read_share(path, share, 3).rows_read for share in range(3)) == 3


def test_nothing_is_left_aside(tmp_path, aside):
    path = packed_fos(tmp_path)
    FosHdf5().read(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FormatError):
        FosHdf5().read(path)
    assert list(aside.iterdir()) == []


def test_messages_name_the_file_that_was_given(tmp_path, aside):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["samples/data1"] = [1, 2]
    path = put(tmp_path / "x.h5.gz", (tmp_path / "x.h5").read_bytes(), packed=True)
    with pytest.raises(FormatError, match=f"^{path}: data1 is ") as caught:
        FosHdf5().read(path)
    assert str(aside) not in str(caught.value)


def test_a_bomb_fills_no_disk(tmp_path, aside, monkeypatch):
    monkeypatch.setattr(unpacked, "ALWAYS_BYTES", 1_000_000)
    path = put(tmp_path / "x.h5.gz", b"\x89HDF\r\n\x1a\n" + bytes(50_000_000), packed=True)
    assert FosHdf5().identify(path)
    with pytest.raises(FormatError, match="more than 200-fold"):
        FosHdf5().read(path)
    assert list(aside.iterdir()) == []
