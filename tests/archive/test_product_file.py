"""One sealed file of statistics: written once, read by its offsets, and by any HDF5 program."""

from __future__ import annotations

import random
from dataclasses import replace

import h5py
import hdf5plugin  # noqa: F401 - makes the Blosc filter known to h5py
import numpy as np
import pytest

from archive.products import spelled
from jeta.archive import product, product_file
from jeta.archive.product import Product
from jeta.errors import ArchiveCorruptError
from jeta.statistics import bin_columns, column_names, text_columns
from jeta.statistics.binned import Binned

WORDS = np.array(["ON", "", "Ünï\U0001f680", "OFF"])


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(product_file, "CHUNK_BINS", 4)


def of_numbers(values, *, daily=False):
    """Three rows a bin of 10 s, every third bin empty."""
    times = np.array([10.0 * bin_ + at for bin_ in range(len(values)) for at in (0, 1, 5) if bin_ % 3])
    return Binned(bin_columns(times, np.repeat(values[np.arange(len(values)) % 3 > 0], 3), 10, daily=daily))


def of_texts(bins=13):
    """Five rows in each of every second bin, of up to four texts."""
    times = np.array([20.0 * bin_ + at for bin_ in range(bins) for at in range(5)])
    codes = np.random.default_rng(2).integers(0, 4, len(times))
    return Binned(*text_columns(times, codes, WORDS, 10))


def write(folder, binned, name="x.h5"):
    return product_file.write(folder / name, "TEMP", "5min", binned)


def told(binned):
    """All there is in some statistics, with types but for how long texts may be."""
    return [
        {
            name: (column.dtype.kind, column.dtype.itemsize * (column.dtype.kind != "U"), repr(column.tolist()))
            for name, column in table.items()
        }
        for table in (spelled(binned).columns, spelled(binned).counts or {})
    ]


KINDS = {
    "whole": lambda: of_numbers(np.arange(20, dtype="i2")),
    "real": lambda: of_numbers(np.where(np.arange(20) % 4, np.arange(20) / 3, np.nan)),
    "single": lambda: of_numbers(np.arange(20, dtype="f4") / 3),
    "huge": lambda: of_numbers(np.array([2**63 - 1, -(2**63), 5, 2**53 + 1] * 5)),
    "flag": lambda: of_numbers(np.arange(20) % 5 == 0),
    "daily": lambda: of_numbers(np.arange(20) / 7, daily=True),
    "text": of_texts,
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_bins_come_back_to_the_bit_and_no_others(tmp_path, kind):
    binned = KINDS[kind]()
    file = write(tmp_path, binned)
    last = int(binned.index[-1])
    assert (file.first, file.last, file.rows) == (binned.index[0], last, len(binned))
    for first in range(-1, last + 2):
        for stop in range(first, last + 3):
            assert told(product_file.read(tmp_path, [file], first, stop)) == told(binned.within([(first, stop)])), (
                first,
                stop,
            )


def test_floats_have_their_count_of_nan_and_others_none(tmp_path):
    times, values = np.arange(6.0), np.array([1.0, np.nan, 2.0, 3.0, np.nan, np.nan])
    file = write(tmp_path, Binned(bin_columns(times, values, 3, daily=False)))
    assert product_file.read(tmp_path, [file], 0, 2).columns["nan"].tolist() == [1, 2]
    assert "nan" not in product_file.read(tmp_path, [write(tmp_path, KINDS["whole"](), "y.h5")], 0, 99).columns


def test_counts_of_one_bin_may_lie_in_several_chunks(tmp_path):
    words = np.array([f"STATE {number:02d}" for number in range(11)])
    binned = Binned(*text_columns([5.0, *np.arange(10.0, 10.11, 0.01)[:11], 25.0], [0, *range(11), 3], words, 10))
    file = write(tmp_path, binned)
    assert file.counts.chunks == 4
    for first, expected in ((0, 1), (1, 11), (2, 1), (3, 0)):
        assert len(product_file.read(tmp_path, [file], first, first + 1).counts["text"]) == expected


def test_several_files_are_read_as_one_in_types_that_hold_all(tmp_path):
    whole, real = of_numbers(np.arange(9, dtype="i2")), of_numbers(np.full(9, 0.5))
    later = Binned(real.columns | {"index": real.index + 100})
    files = [write(tmp_path, whole, "a.h5"), write(tmp_path, later, "b.h5")]
    both = product_file.read(tmp_path, files, 2, 103)
    assert both.index.tolist() == [2, 4, 5, 7, 8, 101, 102]
    assert both.columns["val"].tolist() == [2.0, 4.0, 5.0, 7.0, 8.0, 0.5, 0.5]
    assert both.columns["nan"].tolist() == [0] * 7


def test_texts_of_several_files_are_those_of_each(tmp_path):
    one = Binned(*text_columns([1.0, 2.0], [0, 1], ["A", "B"], 10))
    two = Binned(*text_columns([11.0, 12.0], [0, 0], ["LONGER"], 10))
    both = product_file.read(tmp_path, [write(tmp_path, one, "a.h5"), write(tmp_path, two, "b.h5")], 0, 2)
    both = spelled(both)
    assert both.columns["val"].tolist() == ["B", "LONGER"]
    assert (both.counts["text"].tolist(), both.counts["n"].tolist()) == (["A", "B", "LONGER"], [1, 1, 2])


@pytest.mark.parametrize("kind", ["real", "flag", "daily"])
def test_any_hdf5_program_sees_the_columns_of_the_contract(tmp_path, kind):
    binned = KINDS[kind]()
    write(tmp_path, binned)
    with h5py.File(tmp_path / "x.h5") as file:
        records = file["data"][()]
        assert (file.attrs["msid"], file.attrs["product"]) in (("TEMP", "5min"), (b"TEMP", b"5min"))
    floating = kind != "flag"
    assert list(records.dtype.names) == column_names(text=False, daily=kind == "daily", floating=floating)
    for name, column in binned.columns.items():
        np.testing.assert_array_equal(records[name], column)


def test_any_hdf5_program_sees_texts_and_their_counts(tmp_path):
    binned = of_texts()
    write(tmp_path, binned)
    with h5py.File(tmp_path / "x.h5") as file:
        texts = np.array([text.decode() for text in file["texts"][()]])
        data, counts = file["data"][()], file["counts"][()]
    assert data.dtype.names == ("index", "n", "val")
    assert texts[data["val"]].tolist() == spelled(binned).columns["val"].tolist()
    assert texts[counts["text"]].tolist() == spelled(binned).counts["text"].tolist()
    assert counts["n"].tolist() == binned.counts["n"].tolist()


def test_a_file_that_exists_is_not_written_over(tmp_path):
    write(tmp_path, of_texts())
    before = (tmp_path / "x.h5").read_bytes()
    with pytest.raises(FileExistsError):
        write(tmp_path, of_numbers(np.arange(5)))
    assert (tmp_path / "x.h5").read_bytes() == before


def test_what_a_manifest_says_of_a_file_passes_through_json(tmp_path):
    files = tuple(write(tmp_path, KINDS[kind](), f"{kind}.h5") for kind in KINDS)
    stored = Product("0a1b", 30, ((-4, 2), (7, 9)), 17, 10**12, 5, files)
    assert product.from_bytes(product.to_bytes(stored), tmp_path) == stored


@pytest.mark.parametrize("kind", ["whole", "text"])
def test_whole_files_have_no_faults(tmp_path, kind):
    assert product_file.faults(tmp_path, write(tmp_path, KINDS[kind]())) == []


def spans_of(path, file):
    """Where the bytes lie that are read: chunks, tables of chunks, texts."""
    with path.open("rb") as opened:
        tables = product_file._tables(opened.fileno(), file)
    spans = [
        (int(chunk["offset"]), int(chunk["bytes"])) for name in ("data", "counts") for chunk in tables.get(name, ())
    ]
    places = [place for place in (file.data, file.counts) if place is not None]
    return [
        *spans,
        *((place.chunks_offset, 32 * place.chunks) for place in places),
        (file.texts_offset, tables["texts"].nbytes),
    ]


@pytest.mark.parametrize("kind", ["real", "text"])
def test_each_flipped_bit_of_what_is_read_is_a_fault(tmp_path, kind):
    file = write(tmp_path, KINDS[kind]())
    path = tmp_path / file.name
    good, spans = path.read_bytes(), spans_of(path, file)
    places = [start + at for start, size in spans for at in range(size)]
    for place in random.Random(kind).sample(places, 150):
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        path.write_bytes(bad)
        assert len(product_file.faults(tmp_path, file)) == 1, place


@pytest.mark.parametrize("kind", ["real", "text"])
def test_whatever_bytes_are_flipped_reading_ends_with_bins_or_with_the_error_of_damage(tmp_path, kind):
    """Never with an error that a fetch would not know: of the system, or of memory, for offsets that make no sense."""
    file = write(tmp_path, KINDS[kind]())
    path, chance = tmp_path / file.name, random.Random(kind)
    good, told_damage = path.read_bytes(), 0
    for _ in range(300):
        bad = bytearray(good)
        start = chance.randrange(len(bad))
        bad[start : start + 64] = chance.randbytes(len(bad[start : start + 64]))
        path.write_bytes(bad)
        try:
            product_file.read(tmp_path, [file], 0, 99)
        except ArchiveCorruptError as err:
            told_damage += 1
            assert f"{path} is damaged" in str(err)  # noqa: PT017 - most reads do not raise
    assert told_damage > 10


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9])
def test_a_file_cut_short_is_a_fault(tmp_path, share):
    file = write(tmp_path, of_texts())
    path = tmp_path / file.name
    path.write_bytes(path.read_bytes()[: int(share * file.size_bytes)])
    (fault,) = product_file.faults(tmp_path, file)
    assert f"instead of {file.size_bytes}" in fault


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5])
def test_reading_a_file_cut_short_tells_its_name_and_what_to_do(tmp_path, share):
    file = write(tmp_path, of_texts())
    path = tmp_path / file.name
    path.write_bytes(path.read_bytes()[: int(share * file.size_bytes)])
    with pytest.raises(ArchiveCorruptError, match=r"x\.h5 is damaged .*run  jeta statistics --rebuild"):
        product_file.read(tmp_path, [file], 0, 99)


def test_of_several_files_the_damaged_one_is_named(tmp_path):
    files = [write(tmp_path, of_texts(), name) for name in ("a.h5", "b.h5")]
    (tmp_path / "a.h5").write_bytes(b"")
    with pytest.raises(ArchiveCorruptError, match=r"a\.h5 is damaged"):
        product_file.read(tmp_path, files, 0, 99)


def test_a_chunk_that_is_not_there_is_a_fault_with_its_number(tmp_path):
    file = write(tmp_path, of_numbers(np.arange(20)))
    path = tmp_path / file.name
    start, size = spans_of(path, file)[2]
    bad = bytearray(path.read_bytes())
    bad[start : start + size] = bytes(size)
    path.write_bytes(bad)
    assert product_file.faults(tmp_path, file) == ["chunk 2 of data does not agree with its checksum"]


def test_a_folder_in_place_of_a_file_is_damage(tmp_path):
    file = write(tmp_path, of_texts())
    (tmp_path / file.name).unlink()
    (tmp_path / file.name).mkdir()
    with pytest.raises(ArchiveCorruptError, match=r"x\.h5 is damaged"):
        product_file.read(tmp_path, [file], 0, 99)


def test_a_file_that_is_gone_is_file_not_found_so_that_the_caller_looks_again(tmp_path):
    files = [write(tmp_path, of_texts(), "a.h5"), replace(write(tmp_path, of_texts(), "b.h5"), name="c.h5")]
    with pytest.raises(FileNotFoundError):
        product_file.read(tmp_path, files, 0, 99)


@pytest.mark.parametrize(
    "garbage", [b"", b"garbage", b"[1]\nabc", b"null\n{}", b"\xff\xfe\n", b'{"file": "jeta statistics 1"}\n{}']
)
def test_garbage_for_a_manifest_is_told_with_what_to_do(tmp_path, garbage):
    (tmp_path / "manifest").write_bytes(garbage)
    with pytest.raises(ArchiveCorruptError, match=r"manifest is .*run  jeta statistics"):
        product.load(tmp_path)


def test_each_flipped_bit_of_a_manifest_is_told(tmp_path):
    path = tmp_path / "manifest"
    good = product.to_bytes(Product("0a1b", 30, ((-4, 2),), 17, 10**12, 5, (write(tmp_path, of_texts()),)))
    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        path.write_bytes(bad)
        with pytest.raises(ArchiveCorruptError):
            product.load(tmp_path)


def test_no_manifest_is_no_product(tmp_path):
    assert product.load(tmp_path) is None
