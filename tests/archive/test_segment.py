"""One sealed file: written once, read by its offsets, and by any HDF5 program."""

from __future__ import annotations

import h5py
import hdf5plugin  # noqa: F401 - makes the Blosc filter known to h5py
import numpy as np
import pytest

from archive.rows import rows, texts
from jeta.archive import column, segment
from jeta.errors import ArchiveCorruptError
from jeta.samples import Samples
from samples.series_model import as_rows

ORIGIN = segment.Origin("0a1b2c3d", 4, 1, 2, 17, column_rows=99)


def write(folder, samples):
    return segment.write(folder, "TEMP", samples, ORIGIN)[0]


def read(folder, record, start=0, stop=None):
    with segment.SegmentFile(folder, record) as file:
        piece = column.Piece(file, start, int(record["rows"]) if stop is None else stop)
        return column.to_samples(column.read([piece], ticks_of=file.resolution), file.resolution)


def plain(path):
    """Instants and values by the formula of the documentation, with h5py alone."""
    with h5py.File(path) as file:
        chunks, about = file["chunks"][()], file.attrs["about"]
        row = np.arange(len(file["times"]))
        chunk, within = np.divmod(row, about["chunk_rows"])
        ticks = chunks["first"][chunk] + ((within * chunks["step"][chunk]) >> 16) + file["times"][()]
        values = file["values"][()]
        for table in ("levels", "texts"):
            if table in file:
                values = file[table][()][values]
        return ticks, values, {name: file[name][()] for name in ("quality", "alarm") if name in file}


def many(rows_count, values=None):
    rng = np.random.default_rng(1)
    ticks = np.sort(1_650_000_000_000 + 1000 * np.arange(rows_count) + rng.integers(-300, 300, rows_count))
    return Samples(ticks, "ms", rng.normal(size=rows_count) if values is None else values)


@pytest.mark.parametrize("count", [1, 2, segment.CHUNK_ROWS, segment.CHUNK_ROWS + 1, 2 * segment.CHUNK_ROWS + 5])
def test_rows_come_back_across_chunks_and_h5py_reads_the_same(tmp_path, count):
    samples = many(count)
    record = write(tmp_path, samples)
    assert as_rows(read(tmp_path, record)) == as_rows(samples)
    ticks, values, extra = plain(tmp_path / segment.segment_name(record))
    assert (ticks.tolist(), values.tolist(), extra) == (samples.ticks.tolist(), samples.values.tolist(), {})


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u4", "i8", "u8", "f4", "f8"])
def test_every_type_comes_back_as_codes_and_as_it_is(tmp_path, dtype):
    for period in (3, 100):
        samples = many(100, (np.arange(100) % period).astype(dtype))
        (folder := tmp_path / str(period)).mkdir()
        back = read(folder, write(folder, samples))
        assert back.values.dtype == dtype
        assert back.values.tolist() == samples.values.tolist()


def test_texts_with_numbers_come_back(tmp_path):
    samples = texts([1, 2, 3, 4], ["AN", "Ünï", "", "AN"], [1, 2, np.nan, 7])
    record = write(tmp_path, samples)
    assert as_rows(read(tmp_path, record)) == as_rows(samples)
    assert [word.decode() for word in plain(tmp_path / segment.segment_name(record))[1]] == ["AN", "Ünï", "", "AN"]


def test_quality_and_alarm_come_back(tmp_path):
    quality, alarm = np.array([0, 1, 4], "u1"), np.array([0, -3, 300], "i2")
    record = write(tmp_path, rows([1, 2, 3], [1.0, 2.0, 3.0], quality=quality, alarm=alarm))
    back = read(tmp_path, record)
    assert (back.quality.tolist(), back.alarm.tolist()) == ([0, 1, 4], [0, -3, 300])
    extra = plain(tmp_path / segment.segment_name(record))[2]
    assert (extra["quality"].tolist(), extra["alarm"].tolist()) == ([0, 1, 4], [0, -3, 300])


def test_quality_and_alarm_that_say_nothing_are_not_stored(tmp_path):
    record = write(tmp_path, rows([1, 2], [1.0, 2.0], quality=np.zeros(2, "u1"), alarm=np.zeros(2, "i2")))
    back = read(tmp_path, record)
    assert (back.quality, back.alarm) == (None, None)


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (2, 3), (3, 9), (4, 5), (9, 10), (0, 10)])
def test_some_rows_of_small_chunks(tmp_path, monkeypatch, start, stop):
    monkeypatch.setattr(segment, "CHUNK_ROWS", 3)
    samples = many(10)
    assert as_rows(read(tmp_path, write(tmp_path, samples), start, stop)) == as_rows(samples)[start:stop]


@pytest.mark.parametrize("tick", [0, 5, 6, 7, 8, 9, 99])
def test_first_row_at_a_tick_that_several_chunks_share(tmp_path, monkeypatch, tick):
    monkeypatch.setattr(segment, "CHUNK_ROWS", 2)
    ticks = [5, 7, 7, 7, 7, 7, 8]
    record = write(tmp_path, rows(ticks, np.arange(7.0)))
    with segment.SegmentFile(tmp_path, record) as file:
        assert column.row_at(file, tick) == np.searchsorted(ticks, tick)


def test_extreme_instants(tmp_path):
    samples = rows([-(2**63) + 1, -1, 0, 2**63 - 2], [1, 2, 3, 4], "ns")
    assert as_rows(read(tmp_path, write(tmp_path, samples))) == as_rows(samples)


def test_the_file_says_what_it_is(tmp_path):
    record = write(tmp_path, rows([5, 9], [1.0, 2.0], "us"))
    assert segment.segment_name(record) == "5us-4-0a1b2c3d-1.h5"
    with h5py.File(tmp_path / "5us-4-0a1b2c3d-1.h5") as file:
        about = file.attrs["about"]
        assert [int(about[name]) for name in ("first", "last", "rows", "part", "parts", "folded")] == [
            5,
            9,
            2,
            1,
            2,
            17,
        ]
        assert file.attrs["msid"] in ("TEMP", b"TEMP")


def test_a_file_that_is_gone_is_file_not_found(tmp_path):
    record = write(tmp_path, many(3))
    (tmp_path / segment.segment_name(record)).unlink()
    with pytest.raises(FileNotFoundError):
        segment.SegmentFile(tmp_path, record)


@pytest.mark.parametrize("keep", [0, 100, 2000])
def test_a_file_cut_short_is_reported_with_its_name(tmp_path, keep):
    record = write(tmp_path, many(1000))
    path = tmp_path / segment.segment_name(record)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ArchiveCorruptError, match=path.name):
        read(tmp_path, record)


def test_a_damaged_chunk_is_reported_with_its_number(tmp_path):
    record = write(tmp_path, many(100))
    path = tmp_path / segment.segment_name(record)
    with segment.SegmentFile(tmp_path, record) as file:
        offset = int(file.chunks["values_offset"][0])
    content = bytearray(path.read_bytes())
    content[offset : offset + 16] = b"\xff" * 16
    path.write_bytes(content)
    with pytest.raises(ArchiveCorruptError, match="chunk 0 of 'values' is damaged"):
        read(tmp_path, record)
