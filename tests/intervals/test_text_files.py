"""Intervals from text files: ECSV, comma and blank separated, with and without names, seconds and dates."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from jeta.errors import IntervalError, TimeFormatError
from jeta.intervals import Intervals, read_intervals
from jeta.intervals.text_files import read_columns, seconds_of_texts
from jeta.times import to_seconds
from jeta.times.utc import Instant

DAYS = Intervals([0.0, 172800.0], [86400.0, 259200.0])
REAL = {  # name: rows, first start and last stop as the file has them
    "dither-2024360-2025030": (49, "2024:360:00:00:00.000", "2025:030:00:00:00.000"),
    "obsid-2024360-2025030": (None, "2024:360:00:00:00.000", "2025:030:00:00:00.000"),
    "q1-set-2023030-2023060": (None, "2023:030:00:00:00.000", "2023:060:00:00:00.000"),
}
TEXTS = {
    "csv with names.csv": "datestart,datestop\n1970:001,1970:002\n1970:003,1970:004\n",
    "other columns.csv": "state,datestop,datestart\nA,1970:002,1970:001\nB,1970:004,1970:003\n",
    "quoted.csv": '"datestart","datestop"\n"1970-01-01 00:00:00","1970-01-02 00:00:00"\n"1970:003","1970:004"\n',
    "blanks with names.dat": "# a comment\n\n datestart   datestop\n1970:001   1970:002\n# more\n1970:003 1970:004\n",
    "blanks without names.txt": "1970:001 1970:002\n1970:003 1970:004",
    "commas without names.csv": "1970:001,1970:002\n1970:003,1970:004\n",
    "seconds with names.csv": "tstart,tstop\n0,86400.0\n172800,2.592e5\n",
    "seconds without names.dat": "0.0 86400.0\n172800.0 259200.0\n",
    "both.csv": "tstart,tstop,datestart,datestop\n5,6,1970:001,1970:002\n7,8,1970:003,1970:004\n",
    "UPPER.CSV": "1970:001,1970:002\r\n1970:003,1970:004\r\n",
    "byte order mark.csv": "\ufeffdatestart,datestop\n1970:001,1970:002\n1970:003,1970:004\n",
    "mixed.txt": "0.0 1970:002\n1970:003 259200\n",
}


@pytest.fixture
def write(tmp_path):
    def written(text, name="spans.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return written


@pytest.mark.parametrize("name", TEXTS)
def test_every_layout_gives_the_same_intervals(name, write):
    assert read_intervals(write(TEXTS[name], name), "unix") == DAYS


def test_a_name_may_be_text_or_a_path(write):
    path = write("1970:001,1970:002\n")
    assert read_intervals(str(path), "unix") == read_intervals(path, "unix") == Intervals([0.0], [86400.0])


@pytest.mark.parametrize("ending", ["ecsv", "csv"])
def test_ecsv_is_read_whatever_its_ending(tmp_path, ending):
    path = tmp_path / f"spans.{ending}"
    Table({"tstart": DAYS.tstart, "tstop": DAYS.tstop, "val": [1, 2]}).write(path, format="ascii.ecsv")
    assert read_intervals(path, "unix") == DAYS


def test_a_missing_time_in_ecsv_is_refused(tmp_path):
    table = Table({"datestart": ["1970:001", "1970:002"], "datestop": ["1970:002", "1970:003"]}, masked=True)
    table["datestop"].mask[1] = True
    table.write(tmp_path / "spans.ecsv", format="ascii.ecsv")
    with pytest.raises(IntervalError, match="interval 1 lacks a time"):
        read_intervals(tmp_path / "spans.ecsv", "unix")


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "datestart,datestop\n"])
def test_a_file_without_rows_holds_no_intervals(text, write):
    assert read_intervals(write(text), "unix") == Intervals([], [])


def test_digits_are_dates_among_dates_and_seconds_in_columns_of_seconds(write):
    greta = write("datestart datestop\n2010001 2010001.120000\n", "greta.txt")
    assert read_intervals(greta, "cxcsec") == Intervals([378691266.184], [378691266.184 + 43200])
    seconds = write("tstart tstop\n2010001 2010002\n", "seconds.txt")
    assert read_intervals(seconds, "cxcsec") == Intervals([2010001.0], [2010002.0])


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(IntervalError, match=r"cannot read intervals from .*none\.csv"):
        read_intervals(tmp_path / "none.csv", "unix")


def test_a_text_that_names_no_file_is_refused():
    with pytest.raises(IntervalError, match=r"'2022:001' names no file of intervals: expected .*\.ecsv"):
        read_intervals("2022:001", "unix")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "spans.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IntervalError, match="cannot read intervals"):
        read_intervals(tmp_path / "spans.csv", "unix")


def test_rows_of_different_width_are_refused(write):
    with pytest.raises(IntervalError, match=r"cannot read intervals from .*columns"):
        read_intervals(write("datestart,datestop\n1970:001,1970:002\n1970:003\n"), "unix")


@pytest.mark.parametrize(
    "text",
    [
        "# %ECSV 1.0\n# ---\ndatestart datestop\n",
        "# %ECSV 1.0\n# ---\n# meta: {}\ndatestart datestop\n",
        "# %ECSV 1.0\n# ---\n# datatype: [\ndatestart datestop\n",
        "# %ECSV 1.0\n# ---\n# datatype:\n# - {name: datestart, datatype: string}\ndatestart datestop\n",
    ],
)
def test_ecsv_that_is_damaged_is_refused(text, write):
    with pytest.raises(IntervalError, match="cannot read intervals"):
        read_intervals(write(text, "spans.ecsv"), "unix")


def test_columns_without_the_names_are_refused_unless_they_are_two(write):
    with pytest.raises(IntervalError, match="has the columns col1, col2, col3; expected datestart"):
        read_intervals(write("1970:001,1970:002,A\n"), "unix")


def test_columns_of_names_that_are_unknown_are_refused_as_times(write):
    with pytest.raises(TimeFormatError, match="begin"):
        read_intervals(write("begin,end\n1970:001,1970:002\n"), "unix")


def test_an_empty_field_is_refused(write):
    with pytest.raises(TimeFormatError):
        read_intervals(write("datestart,datestop\n1970:001,\n"), "unix")


def test_a_reversed_interval_is_refused(write):
    with pytest.raises(IntervalError, match="must be less than"):
        read_intervals(write("1970:002,1970:001\n"), "unix")


def test_other_columns_come_as_text(write):
    columns = read_columns(write("tstart,tstop,obsid\n1,2,007\n"))
    assert [str(column[0]) for column in columns.values()] == ["1", "2", "007"]


@pytest.mark.parametrize(
    ("texts", "seconds"),
    [
        (["1970:001", "1970:002"], [0.0, 86400.0]),
        (["1.5", "-2", "1e3", ".5"], [1.5, -172800.0, 1000.0, 0.5]),
        (["1.5", "1970:002"], [1.5, 86400.0]),
        ([b"1.5", b"1970:002"], [1.5, 86400.0]),
        (np.array([1.5, 2.5]), [1.5, 2.5]),
        ([], []),
    ],
)
def test_seconds_of_texts_takes_dates_and_numbers(texts, seconds, monkeypatch):
    """A signed number is days from now, as it is wherever a time is text."""
    monkeypatch.setattr("jeta.times.clock.now_instant", lambda: Instant(0, 0))
    found = seconds_of_texts(texts, "unix")
    assert found.dtype == np.float64
    assert found.tolist() == seconds


@pytest.mark.parametrize("texts", [["1.5", "soon"], ["nan"], ["inf"], np.array([True])])
def test_seconds_of_texts_refuses_what_is_neither(texts):
    with pytest.raises(TimeFormatError):
        seconds_of_texts(texts, "unix")


@pytest.mark.parametrize("name", REAL)
def test_real_tables_of_states(name, shared_data):
    path = shared_data / "chandra_kadi" / f"{name}.ecsv"
    rows, first, last = REAL[name]
    found = read_intervals(path, "cxcsec")
    lines = [line for line in path.read_text().splitlines() if line[:1] == "2"]
    assert len(found) == len(lines) == (rows or len(lines))
    assert (found.tstart[0], found.tstop[-1]) == (to_seconds(first, "cxcsec"), to_seconds(last, "cxcsec"))
    assert len(found.merged()) == 1


def test_all_real_tables_are_read_as_their_text_says(shared_data):
    for path in (shared_data / "chandra_kadi").glob("*.ecsv"):
        pairs = [line.split()[:2] for line in path.read_text().splitlines() if line[:1] == "2"]
        assert read_intervals(path, "unix") == read_intervals(pairs, "unix")
