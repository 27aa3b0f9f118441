"""What small files could do to memory and time: bombs, and columns, texts and names without end."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tracemalloc

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import fits_example, fos_example
from jeta import formats
from jeta.errors import FormatError
from jeta.formats import levels, rejection, unpacked
from jeta.formats.cells import TEXT, Cells, leave_out_longest
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.edb_json import EdbJson
from jeta.formats.fof_csv import FofCsv
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.formats.levels import Vocabulary, longest_allowed
from jeta.formats.rejection import Sieve
from jeta.formats.table import Table, read_mapping
from jeta.formats.table.text import read_text
from jeta.testing.formats import check_delivery

EDB = b"theTime,MJD,euvalue,sqldataType\n"
FOF = b"Telemetry Mnemonic,Observatory Time,EU Value\n"
MS_2022 = 1_640_995_200_000


@pytest.fixture
def peak_mb():
    """How much memory was taken at most, by what Python and numpy know."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1] >> 20
    tracemalloc.stop()


# What is compressed.


@pytest.mark.parametrize(("reader", "head"), [(EdbCsv(), EDB), (FofCsv(), FOF), (Table(), b"time,A\n")])
@pytest.mark.parametrize("filling", [b"\n", b"0"], ids=["lines", "digits"])
def test_a_bomb_of_text_is_refused(tmp_path, monkeypatch, reader, head, filling, peak_mb):
    """A few kilobytes that unpack to 3 MB, where 100 kB is what any file may hold."""
    monkeypatch.setattr(unpacked, "ALWAYS_BYTES", 100_000)
    path = tmp_path / "A.csv.gz"
    path.write_bytes(gzip.compress(head + filling * 3_000_000))
    assert path.stat().st_size < 6_000
    with pytest.raises(
        FormatError, match=r"A.csv.gz: .*(more than 200-fold.*unpack it with gunzip|rows up to|told apart|found none)"
    ):
        reader.read(path)
    assert peak_mb() < 60


def test_a_bomb_of_json_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacked, "ALWAYS_BYTES", 1_000_000)
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b'{"TlmMnemonic": "A", "Data": [' + b" " * 30_000_000 + b"]}"))
    assert EdbJson().identify(path)
    with pytest.raises(FormatError, match="more than 200-fold"):
        EdbJson().read(path)


def test_a_bomb_of_fits_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacked, "ALWAYS_BYTES", 1_000_000)
    table = fits_example.timed(("A", "400000A", ["", "", ""]))
    path = fits_example.write(tmp_path / "x.fits", table)
    path.with_name("x.fits.gz").write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(FormatError, match="more than 200-fold"):
        formats.read(path.with_name("x.fits.gz"))
    assert formats.identify(path).name == "fits_table"


def test_telemetry_that_compresses_well_is_read(tmp_path):
    """One state, for hours: 70 times smaller, though as much as text can repeat itself."""
    lines = "".join(f"2022-01-01T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02},ON\n" for s in range(80_000))
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(f"time,A\n{lines}".encode()))
    assert formats.read(path).rows_read == 80_000


def test_a_file_may_hold_64_mb_whatever_its_size():
    assert unpacked.most_bytes(1) == 1 << 26
    assert unpacked.most_bytes(10**9) == 200 * 10**9


@pytest.mark.parametrize("cut", [3, 12, 20, 40, -9, -8, -1])
@pytest.mark.parametrize(
    ("reader", "content"), [(EdbCsv(), EDB + b"2022-01-01 00:00:00,1,7,int\n" * 9)], ids=["edb_csv"]
)
def test_a_compressed_file_that_was_cut(tmp_path, reader, content, cut):
    path = tmp_path / "A.csv.gz"
    path.write_bytes(gzip.compress(content)[:cut])
    with pytest.raises(FormatError, match=r"A.csv.gz: .*(damaged or cut short|expected a first line)"):
        reader.read(path)


def test_a_chunk_of_hdf5_that_no_memory_holds_is_refused(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_group("samples").create_dataset(
            "data1", (10,), fos_example.ROW, chunks=(5_000_000,), maxshape=(None,), compression="gzip"
        )
    with pytest.raises(FormatError, match="chunks of 5000000 rows; expected chunks of at most 512 MB"):
        FosHdf5().read(path)


def test_a_filter_that_trusts_its_data_is_refused(tmp_path):
    """HDF5's own unpacker of it writes past its memory if a bit is wrong."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((2,))
        plan.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL)
        kind = h5py.h5t.py_create(fos_example.ROW, logical=True)
        h5py.h5d.create(file.create_group("samples").id, b"data1", kind, h5py.h5s.create_simple((2,)), plan)
    with pytest.raises(FormatError, match=r"packed by nbit, .* repack it: h5repack"):
        FosHdf5().read(path)


# Texts and lines.


@pytest.mark.parametrize(("reader", "head"), [(EdbCsv(), EDB), (FofCsv(), FOF), (Table(), b"time,A\n")])
def test_a_line_without_end_is_refused(tmp_path, monkeypatch, reader, head):
    monkeypatch.setattr(unpacked, "LONGEST_LINE", 100_000)
    path = tmp_path / "A.csv"
    path.write_bytes(head + b'2022-01-01,"' + b"x" * 120_000)
    with pytest.raises(FormatError, match=r"A.csv: .*(more than 100,000 characters|told apart)"):
        reader.read(path)


@pytest.mark.parametrize("kind", ["fof_csv", "edb_json", "edb_csv", "parquet"])
def test_one_long_text_does_not_make_all_others_as_long(tmp_path, monkeypatch, peak_mb, kind):
    """Of 3000 texts one has 4000 characters: an array as wide as that for all would take 48 MB, and copies of it more."""
    monkeypatch.setattr(levels, "MOST_BYTES", 1_000_000)
    texts = [f"S{number}" for number in range(3000)] + ["x" * 4000]
    delivery = MAKERS[kind](tmp_path, texts)
    check_delivery(delivery)
    (batch,) = delivery.batches
    assert delivery.rejected == {("A", rejection.TEXT_TOO_LONG): 1}
    assert batch.samples.decoded().tolist() == texts[:-1]
    assert peak_mb() < 30


@pytest.mark.parametrize("kind", ["fof_csv", "edb_json", "edb_csv", "parquet"])
def test_texts_of_more_than_4096_characters_are_counted(tmp_path, kind):
    delivery = MAKERS[kind](tmp_path, ["ON", "x" * 4096, "y" * 4097, "OFF"])
    assert delivery.rejected == {("A", rejection.TEXT_TOO_LONG): 1}
    assert delivery.batches[0].samples.decoded().tolist() == ["ON", "x" * 4096, "OFF"]


def of_lines(name, head, line):
    def make(folder, texts):
        path = folder / name
        path.write_text(head.decode() + "".join(line.format(text) for text in texts))
        return formats.read(path)

    return make


def of_json(folder, texts):
    rows = [{"ObsTime": "/Date(1646092800000)/", "EUValue": text} for text in texts]
    (folder / "a.json").write_text(json.dumps({"TlmMnemonic": "A", "Data": rows}))
    return formats.read(folder / "a.json")


def of_parquet(folder, texts, **columns):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    time = pa.array(range(MS_2022, MS_2022 + len(texts)), pa.timestamp("ms", tz="UTC"))
    parquet.write_table(pa.table({"time": time, "A": texts, **columns}), folder / "a.parquet")
    return formats.read(folder / "a.parquet")


MAKERS = {
    "fof_csv": of_lines("a.csv", FOF, "A,2022/01/01 00:00:00,{}\n"),
    "edb_csv": of_lines("A.csv", EDB, "2022-01-01 00:00:00,1,{},varchar\n"),
    "edb_json": of_json,
    "parquet": of_parquet,
}


def test_texts_of_parquet_keep_flags_types_and_order(tmp_path):
    """They go by their distinct ones, which must not show."""
    flagged = of_parquet(tmp_path, ["ON", "OFF", "ON ", ""], A_bads=[False, True, False, False]).batches[0].samples
    assert flagged.decoded().tolist() == ["ON", "OFF", "ON", ""]
    assert flagged.quality.astype(bool).tolist() == [False, True, False, False]
    (tmp_path / "a.parquet.yaml").write_text("time: time\ncolumns: {A: {msid: B, type: integer}}\n")
    numbers = of_parquet(tmp_path, ["7", "-3", "7"]).batches[0]
    assert (numbers.key, numbers.samples.values.tolist(), numbers.samples.values.dtype) == ("B", [7, -3, 7], np.int64)


def test_rows_of_a_long_parquet_without_name_or_value_are_counted(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    time = pa.array([MS_2022] * 5, pa.timestamp("ms", tz="UTC"))
    columns = {"time": time, "msid": ["A", None, "B", "A", ""], "value": [1.0, 2.0, None, None, 3.0]}
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    delivery = formats.read(tmp_path / "a.parquet")
    check_delivery(delivery)
    assert delivery.rows_read == 5
    assert delivery.rejected == {
        (None, rejection.NO_NAME): 2,
        ("A", rejection.NO_VALUE): 1,
        ("B", rejection.NO_VALUE): 1,
    }


def test_one_long_cell_does_not_make_all_times_as_long(tmp_path, peak_mb):
    """A chunk of 65,536 times beside one of 100,000 characters would take 26 GB."""
    good = "A,2022/01/01 00:00:00,1\n" * 60_000
    (tmp_path / "a.csv").write_text(f"{FOF.decode()}{good}A,{'9' * 100_000},1\n")
    delivery = formats.read(tmp_path / "a.csv")
    assert delivery.rejected == {("A", rejection.NOT_A_TIME): 1}
    assert delivery.rows_read == 60_001
    assert peak_mb() < 150


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [([], 0), ([5], 5), ([100], 99), ([2, 2, 2], 2), ([1, 1, 100], 99), ([1, 3, 3, 9], 8), ([2, 5, 5, 5], 4)],
)
def test_longest_allowed(monkeypatch, lengths, expected):
    """Where all texts together may take 48 bytes: 12 characters."""
    monkeypatch.setattr(levels, "MOST_BYTES", 48)
    assert longest_allowed(np.array(lengths, np.int64)) == expected


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), max_size=20), st.integers(0, 2000))
def test_what_is_allowed_fits_and_no_length_is_left_out_that_would(lengths, most):
    before, levels.MOST_BYTES = levels.MOST_BYTES, most
    try:
        longest = longest_allowed(np.array(lengths, np.int64))
    finally:
        levels.MOST_BYTES = before
    kept = sorted(length for length in lengths if length <= longest)
    assert 4 * len(kept) * max(kept, default=0) <= most
    longer = [length for length in lengths if length > longest]
    if longer:
        tied = [*kept, *(length for length in longer if length == min(longer))]
        assert 4 * len(tied) * max(tied) > most


def test_rows_that_are_out_do_not_count_among_the_longest(monkeypatch):
    monkeypatch.setattr(levels, "MOST_BYTES", 16)
    vocabulary, sieve = Vocabulary(), Sieve(3)
    cells = Cells.blank(3)
    cells.kinds[:], cells.codes[:] = TEXT, vocabulary.codes(["ON", "x" * 50, "OF"])
    sieve.reject(np.array([False, True, False]), rejection.NO_VALUE)
    leave_out_longest(cells, vocabulary, sieve)
    assert sieve.counts == {rejection.NO_VALUE: 1}


# Columns and names.


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_of_thousands_of_columns_is_read(tmp_path, suffix):
    names = [f"SA_CHANNEL_{number:05d}" for number in range(4000)]
    path = tmp_path / f"wide{suffix}"
    if suffix == ".csv":
        rows = "".join(f"2022-01-01T00:00:0{row},{','.join(['1.5'] * 4000)}\n" for row in range(2))
        path.write_text(f"time,{','.join(names)}\n{rows}")
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        time = pa.array([MS_2022, MS_2022 + 1], pa.timestamp("ms", tz="UTC"))
        parquet.write_table(pa.table({"time": time, **{name: [1.5, 1.5] for name in names}}), path)
    delivery = formats.read(path)
    assert [batch.key for batch in delivery.batches] == names
    assert delivery.rows_read == 8_000


def test_a_table_of_parquet_that_no_memory_holds_is_refused(tmp_path):
    """Some bytes say that a value comes a million times."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = 30_000_000
    path = tmp_path / "a.parquet"
    time = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int8), pa.array([MS_2022], pa.timestamp("ms", tz="UTC")))
    parquet.write_table(
        pa.table({"time": time, "A": pa.DictionaryArray.from_arrays(np.zeros(rows, np.int8), [1.0])}), path
    )
    assert path.stat().st_size < 500_000
    with pytest.raises(
        FormatError, match="it says that it has 30,000,000 rows of 2 columns, more than a file of this size"
    ):
        Table().read(path)


def test_a_part_of_parquet_in_another_file_is_not_read(tmp_path):
    """Its footer may name the file in which the rows are; these are looked for in no other."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    time = pa.array([MS_2022], pa.timestamp("ms", tz="UTC"))
    parquet.write_table(pa.table({"time": time, "A": [1.5]}), tmp_path / "other.parquet")
    footer = parquet.read_metadata(tmp_path / "other.parquet")
    footer.set_file_path("other.parquet")
    footer.write_metadata_file(tmp_path / "a.parquet")
    with pytest.raises(FormatError, match=r"a.parquet: .*(damaged or cut short|expected a file of one of)"):
        formats.read(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    "content",
    [
        "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\ntime: *c\n",
        "time: !!python/object/apply:os.system ['touch evil']\nspace: 3\n",
        "columns: !!python/name:os.system\n",
        "columns: !include /etc/passwd\n",
        "skip_rows: 1000000000000000000000000000000\n" + "time: time\n" * 2,
        "[" * 50_000,
    ],
    ids=["laughs", "call", "name", "include", "twice", "deep"],
)
def test_a_mapping_that_is_a_program_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(content)
    with pytest.raises(FormatError, match=r"a\.yaml"):
        read_mapping(tmp_path / "a.yaml")
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_lines_to_skip_may_be_more_than_there_are(tmp_path):
    (tmp_path / "a.csv").write_text("time,A\n2022-01-01,1\n")
    (tmp_path / "a.csv.yaml").write_text(f"skip_rows: {10**30}\n")
    with pytest.raises(FormatError, match="expected a table with a header"):
        Table().read(tmp_path / "a.csv")
    with pytest.raises(FormatError, match="no line that could name the columns"):
        read_text(tmp_path / "a.csv", "table", read_mapping(tmp_path / "a.csv.yaml"), None)


def test_numbers_of_a_mapping_may_be_larger_than_any_value(tmp_path):
    (tmp_path / "a.csv").write_text("time,A\n2022-01-01,1\n2022-01-02,-9\n")
    (tmp_path / "a.csv.yaml").write_text(f"missing: [-9, {'9' * 400}]\n")
    assert Table().read(tmp_path / "a.csv").batches[0].samples.values.tolist() == [1]


@pytest.mark.parametrize("reader", [EdbCsv(), FofCsv(), EdbJson(), Table()], ids=lambda reader: reader.name)
def test_a_pipe_is_not_waited_for(tmp_path, reader):
    os.mkfifo(tmp_path / "pipe")
    assert not reader.identify(tmp_path / "pipe")
    with pytest.raises(FormatError, match="pipe"):
        reader.read(tmp_path / "pipe")


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux counts memory")
def test_a_large_file_is_read_by_shares_in_little_memory(tmp_path):
    """3 million rows, 348 MB, in six shares: less than 200 MB, where all at once take more."""
    script = """
import sys
from pathlib import Path
from jeta.formats import read_share, shares_of
from jeta.formats.fos_hdf5 import FosHdf5
def peak_kb():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
path = Path(sys.argv[1])
reader = FosHdf5(threads=1)
before = peak_kb()
shares = shares_of(reader, path, int(sys.argv[2]))
rows = sum(read_share(reader, path, share, shares).rows_read for share in range(shares))
print(rows, (peak_kb() - before) // 1024)
"""
    from jeta.testing.fos_writer import write_bulk_fos_file

    path = tmp_path / "x.h5"
    write_bulk_fos_file(path, rows=3_000_000, msids=500)
    taken = {}
    for rows_at_once in (500_000, 3_000_000):
        command = [sys.executable, "-c", script, str(path), str(rows_at_once)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows, taken[rows_at_once] = map(int, done.stdout.split())
        assert rows == 3_000_000
    assert taken[500_000] < 110
    assert taken[500_000] < taken[3_000_000] * 2 // 3
