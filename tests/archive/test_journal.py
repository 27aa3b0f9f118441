"""One commit: one file, all MSIDs of the delivery."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from archive.rows import rows, texts
from jeta.archive import journal
from jeta.errors import ArchiveCorruptError
from samples.series_model import as_rows

DELIVERY = {
    "TEMP": rows([1, 2, 2], [1.5, np.nan, -0.0], "us", quality=np.array([0, 1, 4], "u1")),
    "MODE": texts([3, 4], ["ON", "Ünï"], [1, np.nan]),
    "FLAG": rows([5, 6], [True, False], alarm=np.array([0, -7], "i2")),
    "COUNT": rows([-9], np.array([200], "u1"), "ns"),
    "OTHER_MODE": texts([8], ["a much longer text"]),
    "BIG": rows([7], np.array([2**64 - 1], "u8")),
    "EMPTY_TEXT": texts([8], [""]),
}


@pytest.fixture
def path(tmp_path):
    journal.write(tmp_path / "000000000042.h5", DELIVERY, "source.csv")
    return tmp_path / "000000000042.h5"


@pytest.mark.parametrize("msid", DELIVERY)
def test_rows_come_back(path, msid):
    commit = journal.JournalFile(path)
    back = commit.read(commit.find(msid))
    assert as_rows(back) == as_rows(DELIVERY[msid])
    assert (back.values.dtype, back.resolution) == (DELIVERY[msid].values.dtype, DELIVERY[msid].resolution)


def test_quality_and_alarm_come_back_where_they_are(path):
    commit = journal.JournalFile(path)
    temp, flag = commit.read(commit.find("TEMP")), commit.read(commit.find("FLAG"))
    assert (temp.quality.tolist(), temp.alarm) == ([0, 1, 4], None)
    assert (flag.quality, flag.alarm.tolist()) == (None, [0, -7])


def test_names_are_sorted_and_the_number_is_the_name(path):
    commit = journal.JournalFile(path)
    assert (commit.names(), commit.number) == (sorted(DELIVERY), 42)


@pytest.mark.parametrize("msid", ["", "A", "TEM", "TEMP2", "ZZZ", "A" * 128])
def test_an_msid_that_is_not_there(path, msid):
    assert journal.JournalFile(path).find(msid) is None


def test_any_hdf5_program_reads_it(path):
    with h5py.File(path) as file:
        assert file["msids"]["name"].tolist() == [name.encode() for name in sorted(DELIVERY)]
        assert file["msids"]["rows"].tolist() == [len(DELIVERY[name]) for name in sorted(DELIVERY)]
        assert file.attrs["source"] == "source.csv"
        assert len(file["times"]) == sum(map(len, DELIVERY.values()))


def test_nothing_but_the_commit_is_left(path):
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_rows_can_be_read_many_times_and_no_descriptor_stays_open(path):
    commit = journal.JournalFile(path)
    assert as_rows(commit.read(commit.find("TEMP"))) == as_rows(commit.read(commit.find("TEMP")))
    path.unlink()
    with pytest.raises(FileNotFoundError):
        commit.read(commit.find("TEMP"))


@pytest.mark.parametrize("keep", [0, 3, 511, 512, 2000])
def test_a_file_cut_short_is_refused(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ArchiveCorruptError, match=r"000000000042\.h5 is not a whole journal file"):
        journal.JournalFile(path)


def test_a_file_of_something_else_is_refused(path):
    path.write_bytes(b'{"file": "jeta journal 9"}'.ljust(600))
    with pytest.raises(ArchiveCorruptError, match="'jeta journal 9', expected 'jeta journal 1'"):
        journal.JournalFile(path)


def test_a_damaged_table_is_refused(path):
    content = bytearray(path.read_bytes())
    content[content.index(b"OTHER_MODE")] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArchiveCorruptError, match="checksum"):
        journal.JournalFile(path)
