"""Files that are read some MSIDs at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import fos_example
from jeta import formats
from jeta.errors import FormatError, ValuesError
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.formats.shares import share_of_ids
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
