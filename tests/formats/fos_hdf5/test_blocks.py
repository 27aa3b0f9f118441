"""Rows from disk, however they are stored."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from formats.fos_example import ROW, rows, write
from jeta.errors import FormatError
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.formats.fos_hdf5 import blocks as blocks_module
from jeta.formats.fos_hdf5.blocks import plan

DATA = rows(range(1, 101), values=np.arange(100) / 7, texts=[b"TEXT %d" % (number % 5) for number in range(100)])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "E.h5"


def read_all(path, name="samples/data1"):
    """Read all blocks of a dataset; return the rows, and how many were never written."""
    with h5py.File(path) as file:
        planned = plan(file[name], path)
        blocks = [load() for load in planned.loads]
    return np.concatenate([np.empty(0, ROW), *blocks]), planned.unwritten


STORAGE = {
    "contiguous": {},
    "chunks": {"chunks": (7,)},
    "one large chunk": {"chunks": (1000,), "maxshape": (None,), "compression": "gzip"},
    "gzip": {"chunks": (7,), "compression": "gzip"},
    "shuffle": {"chunks": (7,), "compression": "gzip", "shuffle": True},
    "checksum": {"chunks": (7,), "compression": "gzip", "fletcher32": True},
    "lzf": {"chunks": (7,), "compression": "lzf"},
    "user block": {"userblock_size": 512},
    "user block and gzip": {"userblock_size": 512, "chunks": (7,), "compression": "gzip"},
}


@pytest.mark.parametrize("block_rows", [1, 10, 1000])
@pytest.mark.parametrize("storage", STORAGE.values(), ids=STORAGE)
def test_all_rows_in_order(path, storage, block_rows, monkeypatch):
    monkeypatch.setattr(blocks_module, "BLOCK_ROWS", block_rows)
    found, unwritten = read_all(write(path, DATA, **storage))
    assert (found == DATA).all()
    assert (len(found), unwritten) == (100, 0)


def test_compact_rows(path):
    with h5py.File(path, "w") as file:
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        settings.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((100,))
        h5py.h5d.create(file.id, b"rows", h5py.h5t.py_create(ROW), space, settings)
        file["rows"][:] = DATA
    assert (read_all(path, "rows")[0] == DATA).all()


def test_filter_left_out_for_one_chunk(path):
    write(path, DATA[:14], chunks=(7,), compression="gzip", shuffle=True)
    with h5py.File(path, "a") as file:
        file["samples/data1"].id.write_direct_chunk((7,), DATA[50:57].tobytes(), 0b11)
    found, _ = read_all(path)
    assert (found == np.concatenate([DATA[:7], DATA[50:57]])).all()


@pytest.mark.parametrize("chunks", [None, (10,)])
def test_rows_never_written_are_counted_without_reading_them(path, chunks):
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("samples/data1", (2**40,), ROW, chunks=chunks)
        if chunks:
            dataset[10**6 : 10**6 + 3] = DATA[:3]
    delivery = FosHdf5().read(path)
    assert delivery.rows_read == 2**40
    assert [batch.key for batch in delivery.batches] == ([1, 2, 3] if chunks else [])
    assert delivery.rejected == {(None, "padding"): 2**40 - (3 if chunks else 0)}


def test_texts_that_end_at_a_nul(path):
    text = h5py.h5t.C_S1.copy()
    text.set_size(8)
    row = h5py.h5t.create(h5py.h5t.COMPOUND, 32)
    for name, offset, kind in [
        (b"id", 0, h5py.h5t.STD_I64BE),
        (b"observatoryTime", 8, h5py.h5t.STD_I64BE),
        (b"engineeringNumericValue", 16, h5py.h5t.IEEE_F64BE),
        (b"engineeringTextValue", 24, text),
    ]:
        row.insert(name, offset, kind)
    with h5py.File(path, "w") as file:
        group = file.create_group("samples")
        dataset = h5py.h5d.create(group.id, b"data1", row, h5py.h5s.create_simple((1,)))
        raw = np.frombuffer(np.array([1, 5], ">i8").tobytes() + np.array([2.0], ">f8").tobytes() + b"ON\0trash", "V32")
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, raw, row)
    samples = FosHdf5().read(path).batches[0].samples
    assert (samples.decoded().tolist(), samples.raws.tolist(), samples.ticks.tolist()) == (["ON"], [2.0], [5])


def test_integers_of_odd_precision_go_through_hdf5(path):
    narrow = h5py.h5t.STD_I64BE.copy()
    narrow.set_precision(40)
    row = h5py.h5t.create(h5py.h5t.COMPOUND, 24)
    row.insert(b"id", 0, narrow)
    row.insert(b"observatoryTime", 8, h5py.h5t.STD_I64BE)
    row.insert(b"engineeringNumericValue", 16, h5py.h5t.IEEE_F64BE)
    data = np.zeros(1, [("id", "<i8"), ("observatoryTime", "<i8"), ("engineeringNumericValue", "<f8")])
    data["id"], data["observatoryTime"] = -7, 5
    with h5py.File(path, "w") as file:
        group = file.create_group("samples")
        h5py.h5d.create(group.id, b"data1", row, h5py.h5s.create_simple((1,)))
        group["data1"][:] = data
    batch = FosHdf5().read(path).batches[0]
    assert (batch.key, batch.samples.ticks.tolist()) == (-7, [5])


def test_virtual_dataset_is_an_error(path, tmp_path):
    write(tmp_path / "source.h5", DATA)
    layout = h5py.VirtualLayout((100,), ROW)
    layout[:] = h5py.VirtualSource(str(tmp_path / "source.h5"), "samples/data1", (100,))
    with h5py.File(path, "w") as file:
        file.create_group("samples").create_virtual_dataset("data1", layout)
    with pytest.raises(FormatError, match="only refers to rows in other files"):
        FosHdf5().read(path)


def test_external_rows_are_an_error(path, tmp_path):
    with h5py.File(path, "w") as file:
        group = file.create_group("samples")
        group.create_dataset("data1", (2,), ROW, external=[(str(tmp_path / "rows.bin"), 0, 2 * ROW.itemsize)])
    with pytest.raises(FormatError, match="only refers to rows in other files"):
        FosHdf5().read(path)


def packed_place(path):
    with h5py.File(path) as file:
        return file["samples/data1"].id.get_chunk_info(0)


def test_damaged_chunk_is_an_error_with_its_place(path):
    place = packed_place(write(path, DATA, chunks=(100,), compression="gzip"))
    content = bytearray(path.read_bytes())
    content[place.byte_offset + 20] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(FormatError, match=rf"chunk at byte {place.byte_offset} is damaged"):
        FosHdf5().read(path)


def test_wrong_checksum_at_the_end_of_a_chunk_is_found(path):
    place = packed_place(write(path, DATA, chunks=(100,), compression="gzip"))
    content = bytearray(path.read_bytes())
    content[place.byte_offset + place.size - 1] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(FormatError, match="incorrect data check"):
        FosHdf5().read(path)


@pytest.mark.parametrize("rows_in_chunk", [50, 200])
def test_chunk_of_another_size_is_an_error(path, rows_in_chunk):
    import zlib

    write(path, DATA, chunks=(100,), compression="gzip")
    with h5py.File(path, "a") as file:
        packed = zlib.compress(np.resize(DATA, rows_in_chunk).tobytes())
        file["samples/data1"].id.write_direct_chunk((0,), packed)
    with pytest.raises(FormatError, match="bytes, expected 11600"):
        FosHdf5().read(path)


def test_raw_chunk_of_another_size_is_an_error(path):
    write(path, DATA, chunks=(100,), compression="gzip")
    with h5py.File(path, "a") as file:
        file["samples/data1"].id.write_direct_chunk((0,), bytes(50), 1)
    with pytest.raises(FormatError, match="has 50 bytes, expected 11600"):
        FosHdf5().read(path)
