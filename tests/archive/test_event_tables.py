"""Event sets that are tables of intervals."""

from __future__ import annotations

import warnings
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeta.archive.event_tables import read_event_table
from jeta.errors import EventSetError, ExpressionError

DUMPS = """\
# kept by the attitude group
datestart,datestop,kind,orbit,note
2022:144,2022:145,short,8,
2022143,2022143.1200,"long, cold ",7,seen

2022-05-25T00:00:00,2022-05-25T00:00:10,short,7,
"""
ECSV = """\
# %ECSV 1.0
# ---
# datatype:
# - {name: tstart, datatype: float64}
# - {name: tstop, datatype: float64}
# - {name: open, datatype: bool}
# schema: astropy-2.0
tstart tstop open
10.0 20.0 True
5.0 50.0 False
"""


@pytest.fixture
def read(tmp_path):
    """Write a table of events and read it."""

    def write_and_read(text, name="dumps.csv", system="unix"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_event_table(path, system)

    return write_and_read


@pytest.fixture
def dumps(read):
    return read(DUMPS)


@pytest.fixture
def refused(read):
    """The message with which a table is refused."""

    def message(text, name="dumps.csv"):
        with pytest.raises(EventSetError) as caught:
            read(text, name)
        return str(caught.value)

    return message


def test_dates_are_read_in_any_form_and_rows_sorted(dumps):
    """Also those that look like numbers."""
    day = 1653264000.0
    assert list(dumps.intervals) == [(day, day + 43200), (day + 86400, day + 172800), (day + 172800, day + 172810)]
    assert dumps.columns["orbit"].tolist() == [7, 8, 7]


def test_seconds_are_those_of_the_archive(read):
    assert list(read(ECSV, "doors.ecsv", "cxcsec").intervals) == [(5.0, 50.0), (10.0, 20.0)]


def test_dates_become_seconds_of_the_archive(read):
    table = read("datestart,datestop\n1998:001,1998:001:00:00:01\n", system="cxcsec")
    assert list(table.intervals) == [(63.184, 64.184)]


def test_dates_win_over_seconds(read):
    table = read("tstart,tstop,datestart,datestop\n5,6,1970:001,1970:001:00:01\n")
    assert list(table.intervals) == [(0.0, 60.0)]
    assert table.columns == {}


def test_a_table_may_be_empty(read):
    assert len(read("tstart,tstop,kind\n").select({"kind": "x"})) == 0


def test_rows_may_overlap_and_last_an_instant(read):
    assert list(read("tstart,tstop\n0,9\n5,5\n").intervals) == [(0.0, 9.0), (5.0, 5.0)]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({}, [0, 1, 2]), ({"kind": "short"}, [1, 2]), ({"kind": "short", "orbit": 7}, [2]), ({"orbit": 7.0}, [0, 2]),
        ({"orbit": 9}, []), ({"kind": "long, cold"}, [0]), ({"kind": "long, cold  "}, [0]), ({"note": None}, [1, 2]),
        ({"note": "seen"}, [0]), ({"orbit": None}, []), ({"orbit": 10**30}, []),
    ],
)  # fmt: skip
def test_filters_compare_columns(dumps, filters, rows):
    """All must hold; blanks at the end do not count; None finds what is missing."""
    assert np.array_equal(dumps.select(filters).tstart, dumps.intervals.tstart[rows])


def test_blanks_at_the_end_of_a_stored_text_do_not_count(read):
    text = ECSV.replace("bool", "string").replace("True", '"ON  "')
    assert list(read(text, "doors.ecsv").select({"open": "ON"})) == [(10.0, 20.0)]


def test_truth_values_are_compared(read):
    assert list(read(ECSV, "doors.ecsv").select({"open": True})) == [(10.0, 20.0)]


def test_an_unknown_column_is_refused(dumps):
    with pytest.raises(
        ExpressionError, match=r"no column 'obsid'; expected pad or one of its columns: kind, orbit, note"
    ):
        dumps.select({"obsid": 5})


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"kind": 5}, "holds texts such as 'long, cold', but 5 was asked for; write a text in quotes"),
        ({"orbit": "7"}, "holds numbers such as 7, but '7' was asked for; write a number"),
    ],
)
def test_another_kind_of_value_is_refused(dumps, filters, message):
    """It could never be equal, and would silently select nothing."""
    with pytest.raises(ExpressionError, match=message):
        dumps.select(filters)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("start,stop\n1,2\n", "expected columns datestart and datestop, or tstart and tstop, but found start, stop"),
        ("datestart,datestop\n2022:001,tomorrow\n", "cannot read 'tomorrow' as a time"),
        ("tstart,tstop\n1,x\n", "column tstop: expected numbers, unix seconds, but found"),
        (
            "tstart,tstop\n0,1\n7,3\n",
            "in each row, the first not after the second, but one has 7 and 3",
        ),
        ("tstart,tstop\n0,1\n1,\n", "but one has 1 and --"),
        ("tstart,tstop\n0,nan\n", "but one has 0 and nan"),
        ("tstart,tstop\n0,1,2\n", "expected a CSV table with a line of column names, but it cannot be read"),
        ("", "expected"),
    ],
)
def test_a_wrong_table_is_refused(refused, text, message):
    """With the file's name and what was expected."""
    told = refused(text)
    assert told.startswith("dumps.csv: ")
    assert message in told


def test_a_wrong_ecsv_is_refused(refused):
    assert "doors.ecsv: expected an ECSV table" in refused(ECSV.replace("# ---", "# [[["), "doors.ecsv")
    assert "expected dates as text" in refused(ECSV.replace("tst", "datest"), "doors.ecsv")


def test_a_table_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "dumps.csv"
    path.write_bytes(b"tstart,tstop,kind\n1,2,\xff\n")
    with pytest.raises(EventSetError, match=r"dumps\.csv: expected a CSV table"):
        read_event_table(path, "unix")


def test_a_table_from_a_spreadsheet(tmp_path):
    """Byte order mark and line ends of Windows."""
    path = tmp_path / "dumps.csv"
    path.write_bytes(b"\xef\xbb\xbftstart,tstop,kind\r\n1,2,a\r\n")
    assert list(read_event_table(path, "unix").select({"kind": "a"})) == [(1.0, 2.0)]


def test_real_tables_of_states(shared_data):
    """The dither of Chandra was disabled three times in these 36 days."""
    (path,) = (shared_data / "chandra_kadi").glob("dither-*.ecsv")
    table = read_event_table(path, "cxcsec")
    assert table.intervals.total_s == 36 * 86400
    assert len(table.select({"dither": "DISA"})) == 3


_ROWS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(0, 2)), max_size=8)


@given(_ROWS, st.integers(0, 2))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filter_finds_the_rows_that_a_loop_finds(read, rows, wanted):
    table = read("tstart,tstop,n\n" + "".join(f"{a},{a + length},{n}\n" for a, length, n in rows))
    expected = sorted((a, a + length) for a, length, n in rows if n == wanted)
    assert sorted(table.select({"n": wanted})) == expected


@pytest.mark.parametrize("text", [DUMPS, ECSV])
@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_table_is_read_or_refused(tmp_path, text, data):
    """With no other error than that of event sets, whatever is cut out or put in."""
    at = data.draw(st.integers(0, len(text)))
    until = data.draw(st.integers(at, min(len(text), at + 20)))
    damaged = text[:at] + data.draw(st.text(",:[]{}'\"# \nn1-.é", max_size=3)) + text[until:]
    path = tmp_path / ("damaged.ecsv" if text == ECSV else "damaged.csv")
    path.write_text(damaged, encoding="utf-8")
    with suppress(EventSetError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = read_event_table(path, "unix")
        assert np.all(table.intervals.tstart <= table.intervals.tstop)
