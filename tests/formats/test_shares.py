"""Files that are read some MSIDs at a time."""

from __future__ import annotations

import gzip
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import fits_example, fos_example
from jeta import formats
from jeta.errors import FormatError, ValuesError
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.fof_csv import FofCsv
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.formats.shares import Share, share_of_ids
from jeta.formats.table import Table
from jeta.formats.table.mapping import TableMapping
from jeta.formats.table.rules import TimeRule
from jeta.testing.formats import check_shares

CSV = "theTime,MJD,euvalue,sqldataType\n2022-01-01 00:00:00,59580,1,int\n2022-01-01 00:00:01,59580,2,int\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.h5"


def fos_file(path, rows=100):
    ids = np.arange(rows) % 9
    return fos_example.write(path, fos_example.rows(ids, apids=np.where(ids == 3, 712, 1), texts=b"ON"))


@pytest.mark.parametrize(("rows_at_once", "expected"), [(1, 100), (33, 4), (50, 2), (99, 2), (100, 1), (10**9, 1)])
def test_a_file_has_as_many_shares_as_its_rows_need(path, rows_at_once, expected):
    assert formats.shares_of(FosHdf5(), fos_file(path), rows_at_once) == expected


def test_a_file_without_rows_is_one_share(path):
    fos_example.write(path, fos_example.rows([]))
    assert formats.shares_of(FosHdf5(), path, 5) == 1
    assert formats.read_share(FosHdf5(), path, 0, 1).rows_read == 0
    check_shares(FosHdf5(), path, 2)


def test_a_format_without_shares_is_read_as_a_whole(tmp_path):
    path = tmp_path / "A.csv"
    path.write_text(CSV)
    assert formats.shares_of(EdbCsv(), path, 1) == 1
    assert formats.read_share(EdbCsv(), path, 0, 1).rows_read == 2
    with pytest.raises(ValuesError, match="the format edb_csv is read as a whole; expected 1 share, got 2"):
        formats.read_share(EdbCsv(), path, 1, 2)


@pytest.mark.parametrize("rows_at_once", [0, -1])
def test_shares_of_no_rows_are_refused(path, rows_at_once):
    with pytest.raises(ValuesError, match=f"rows_at_once is {rows_at_once}; expected at least 1"):
        formats.shares_of(FosHdf5(), fos_file(path), rows_at_once)


@pytest.mark.parametrize(("share", "shares"), [(-1, 2), (2, 2), (0, 0), (1, 1)])
def test_a_share_that_does_not_exist_is_refused(path, share, shares):
    fos_file(path)
    for read in (FosHdf5().read_share, lambda *which: formats.read_share(FosHdf5(), *which)):
        with pytest.raises(ValuesError, match=f"share {share} of {shares} does not exist"):
            read(path, share, shares)


def test_a_file_of_another_format_has_no_shares(path):
    path.write_text("no telemetry")
    for ask in (lambda: FosHdf5().shares(path, 5), lambda: FosHdf5().read_share(path, 0, 2)):
        with pytest.raises(FormatError, match="expected an HDF5 file"):
            ask()


def test_every_row_is_in_one_share(path):
    """Excluded packets go with their MSID, padding with the first share; notes are shared out like rows."""
    fos_file(path)
    for shares in (1, 2, 5, 40):
        check_shares(FosHdf5(), path, shares)
        check_shares(FosHdf5(excluded_apids=(), noted_apids=(712,)), path, shares)
        check_shares(FosHdf5(own_origin="SIMULATOR", keep_foreign=True), path, shares)
        check_shares(FosHdf5(own_origin="SIMULATOR"), path, shares)
    parts = [FosHdf5().read_share(path, share, 5) for share in range(5)]
    assert [part.rejected[None, "padding"] for part in parts] == [12, 0, 0, 0, 0]
    excluded = [{key for (key, reason) in part.rejected if reason == "apid 712 is excluded"} for part in parts]
    assert excluded[int(share_of_ids(np.array([3]), 5)[0])] == {3}
    assert sum(map(len, excluded)) == 1


def test_a_foreign_file_is_in_the_first_share(path):
    fos_file(path)
    parts = [FosHdf5(own_origin="X").read_share(path, share, 3) for share in range(3)]
    assert [part.rows_read for part in parts] == [100, 0, 0]
    assert [part.rejected for part in parts[1:]] == [Counter(), Counter()]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1), st.integers(1, 2**32))
def test_an_identifier_is_always_in_the_same_share(ids, shares):
    ids = np.array(ids, np.int64)
    found = share_of_ids(ids, shares)
    assert found.min() >= 0
    assert found.max() < shares
    assert found.tolist() == [int(share_of_ids(ids[at : at + 1], shares)[0]) for at in range(len(ids))]


@pytest.mark.parametrize("step", [1, 2, 10, 16, 1000, 2**20])
@pytest.mark.parametrize("shares", [2, 3, 10, 16])
def test_shares_are_about_even_however_identifiers_are_given(step, shares):
    """5000 identifiers in steps: no share has less than 2/3 or more than 3/2 of its part."""
    counts = np.bincount(share_of_ids(np.arange(5000) * step, shares), minlength=shares)
    assert counts.min() > 5000 / shares * 2 / 3
    assert counts.max() < 5000 / shares * 3 / 2


# Text tables.

FOF = "Telemetry Mnemonic,Observatory Time,EU Value\n"
LONG = FOF + "".join(
    f"{name},2022/01/01 00:00:0{at},{at}\n" for at in range(3) for name in ("A", "b", "B", "C", "D", "")
)
LONG += "A,2022/01/01 00:00:09\nC,no time,1\nD,2022/01/01 00:00:09,ON\n"
WIDE = "time,A,B,C,D\n2022-01-01,1,2,,ON\n2022-01-02,3,x,5,OFF\n2022-01-03,4\nno time,1,2,3,4\n"
TABLES = {
    "fof_csv": LONG,
    "long": LONG.replace("Telemetry Mnemonic,Observatory Time,EU Value", "msid,time,value").replace("/", "-"),
    "wide": WIDE,
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", TABLES)
def test_text_tables_are_read_in_shares(tmp_path, kind, packed):
    path = tmp_path / "x.csv"
    path.write_bytes(gzip.compress(TABLES[kind].encode()) if packed else TABLES[kind].encode())
    reader = formats.identify(path)
    assert formats.shares_of(reader, path, 3) > 1
    assert formats.shares_of(reader, path, 10_000) == 1
    for shares in (1, 2, 3, 11):
        check_shares(reader, path, shares)
    parts = [formats.read_share(reader, path, share, 3) for share in range(3)]
    assert sum(len(part.batches) > 0 for part in parts) > 1
    assert [part.rejected[None, "wrong number of fields"] for part in parts] == [1, 0, 0]


def test_names_that_differ_in_case_are_in_one_share(tmp_path):
    """They are one MSID, whose rows an archive takes together."""
    path = tmp_path / "x.csv"
    path.write_text(FOF + "".join(f"{name},2022/01/01 00:00:00,1\n" for name in ("Sa_Temp", "SA_TEMP", "sa_temp")))
    found = [len(formats.read_share(FofCsv(), path, share, 5).batches) for share in range(5)]
    assert sorted(found) == [0, 0, 0, 0, 3]


def test_texts_among_numbers_are_settled_within_a_share(tmp_path):
    """That all of an MSID is text is known at the end only, when the file is read once more."""
    path = tmp_path / "x.csv"
    lines = [f"A,2022/01/01 00:00:0{at},{value}\n" for at, value in enumerate(["1", "ON", "007", "OFF", "2"])]
    path.write_text(FOF + "".join(lines) + "B,2022/01/01 00:00:00,1\n")
    check_shares(FofCsv(), path, 2)
    batches = {batch.key: batch for share in range(2) for batch in formats.read_share(FofCsv(), path, share, 2).batches}
    assert batches["A"].samples.is_text is formats.read(path).batches[0].samples.is_text


@pytest.mark.parametrize("suffix", ["parquet", "fits"])
def test_tables_of_other_kinds_are_read_as_a_whole(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    if suffix == "fits":
        fits_example.write(path, fits_example.timed(("A", "E", [1.0, 2.0, 3.0])))
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        time = pa.array([1_640_995_200_000] * 3, pa.timestamp("ms", tz="UTC"))
        parquet.write_table(pa.table({"time": time, "A": [1.0, 2.0, 3.0]}), path)
    reader = Table(TableMapping(time=TimeRule(("TIME",)))) if suffix == "fits" else Table()
    assert formats.shares_of(reader, path, 1) == 1
    assert formats.read_share(reader, path, 0, 1).rows_read == 3
    with pytest.raises(ValuesError, match="is read as a whole; expected 1 share, got 2"):
        formats.read_share(reader, path, 1, 2)


@pytest.mark.parametrize("reader", [FofCsv(), Table()], ids=lambda reader: reader.name)
def test_a_text_of_another_kind_has_no_shares(tmp_path, reader):
    path = tmp_path / "x.csv"
    path.write_text("Dear colleague,\n")
    for ask in (lambda: reader.shares(path, 5), lambda: reader.read_share(path, 0, 2)):
        with pytest.raises(FormatError, match=r"x\.csv"):
            ask()
    with pytest.raises(ValuesError, match="share 2 of 2 does not exist"):
        reader.read_share(path, 2, 2)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20).filter(lambda name: name.isprintable()), st.integers(1, 1000))
def test_a_name_is_in_exactly_one_share(name, shares):
    found = [number for number in range(shares) if Share(number, shares).has(name)]
    assert len(found) == 1
    assert found[0] == 0 or name
    assert Share(found[0], shares).has(name.upper())


def test_shares_of_names_are_about_even():
    names = [f"SA_CH{number:05d}" for number in range(5000)]
    counts = [sum(map(Share(number, 7).has, names)) for number in range(7)]
    assert min(counts) > 5000 / 7 * 2 / 3
    assert max(counts) < 5000 / 7 * 3 / 2


@pytest.mark.parametrize("name", ["T\udce4", "\ud800", "T\u00e4"])
def test_a_name_of_any_characters_is_in_one_share(name):
    assert [Share(number, 3).has(name) for number in range(3)].count(True) == 1
