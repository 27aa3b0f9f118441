"""Contract 3.8: `write_zip` of an object and of a set; the first lines of section 12."""

from __future__ import annotations

import time
import zipfile

import numpy as np
import pytest

from conformance.small import describe, fetched, put
from jeta import fetch
from jeta.tdb import Entry

pytestmark = pytest.mark.usefixtures("archive")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out.zip"


def texts(path):
    """Text of each entry of a zip archive by its name, in order; entries of one name as pairs."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return [(about.filename, archive.read(about).decode()) for about in archive.infolist()]


def first_line(dat, path):
    dat.write_zip(path)
    return texts(path)[0][1].split("\n")[0]


def test_one_csv_file_named_as_the_msid_was_typed(path):
    put("tephin", [0, 10], [1, 2])
    for typed in ("TepHin", "tephin"):
        fetch.MSID(typed, 0.0, 100.0).write_zip(path)
        assert [name for name, _ in texts(path)] == [f"{typed}.csv"]


def test_lines_are_samples_and_end_with_a_newline(path):
    dat = fetched("x", [0, 0.5], [1.5, 2.0], [0, 1])
    assert dat.write_zip(path) is None
    assert texts(path) == [("x.csv", "vals,times,bads\n1.5,0.0,False\n2.0,0.5,True\n")]


def test_entry_is_deflated_with_mode_664_and_a_time_stamp_of_now(path):
    fetched("x", np.arange(100), np.zeros(100)).write_zip(path)
    with zipfile.ZipFile(path) as archive:
        (about,) = archive.infolist()
    assert (about.compress_type, oct(about.external_attr >> 16 & 0o777)) == (zipfile.ZIP_DEFLATED, "0o664")
    assert about.compress_size < about.file_size
    assert abs(time.mktime((*about.date_time, 0, 0, -1)) - time.time()) < 60


def test_existing_file_is_replaced_unless_appended_to(path):
    one, two = fetched("x", [0], [1]), fetched("y", [0], [2])
    one.write_zip(path)
    two.write_zip(path)
    assert [name for name, _ in texts(path)] == ["y.csv"]
    one.write_zip(path, append=True)
    assert [name for name, _ in texts(path)] == ["y.csv", "x.csv"]


def test_appending_to_nothing_makes_the_file(path):
    fetched("x", [0], [1]).write_zip(path, append=True)
    assert len(texts(path)) == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_appending_the_same_msid_twice_gives_two_entries(path):
    dat = fetched("x", [0], [1])
    dat.write_zip(path)
    dat.write_zip(path, True)
    assert [name for name, _ in texts(path)] == ["x.csv", "x.csv"]


def test_section_12_first_lines(path, archive):
    describe(archive, Entry("MODE", state_codes={0: "OFF", 1: "ON"}))
    seconds = np.arange(0, 1000, 10.0)
    put("x", seconds, seconds)
    put("mode", seconds, np.where(seconds > 500, "ON", "OFF"))
    assert first_line(fetch.MSID("x", 0.0, 984.0), path) == "vals,times,bads"
    assert first_line(fetch.Msid("x", 0.0, 984.0), path) == "vals,times"
    assert first_line(fetch.Msid("mode", 0.0, 984.0), path) == "vals,times,raw_vals"
    assert first_line(fetch.MSID("x", 0.0, 984.0, stat="5min"), path) == "times,samples,vals,mins,maxes,means,midvals"
    assert first_line(fetch.MSID("mode", 0.0, 984.0, stat="5min"), path) == "times,samples,vals,n_OFFs,n_ONs,raw_vals"


def test_daily_statistics_have_all_their_columns_but_the_index(path):
    put("x", np.arange(0, 2e5, 1000.0), np.arange(200))
    line = first_line(fetch.MSID("x", 0.0, 2e5, stat="daily"), path)
    assert line == "times,samples,vals,mins,maxes,means,stds,p01s,p05s,p16s,p50s,p84s,p95s,p99s,midvals"


def test_values_are_as_numpy_prints_them(path):
    put("x", [0.1, 378691266.284], np.array([280.34558, 1e-7], np.float32))
    fetch.MSID("x", 0.0).write_zip(path)
    assert texts(path)[0][1].splitlines()[1:] == ["280.34558,0.1,False", "1e-07,378691266.284,False"]
    whole = fetched("i", [0, 1], np.array([-3, 4], np.int8))
    whole.write_zip(path)
    assert texts(path)[0][1] == "vals,times,bads\n-3,0.0,False\n4,1.0,False\n"


def test_nan_and_truth_values(path):
    fetched("x", [0, 1], [np.nan, np.inf]).write_zip(path)
    assert texts(path)[0][1].splitlines()[1:] == ["nan,0.0,False", "inf,1.0,False"]
    fetched("b", [0, 1], [True, False]).write_zip(path)
    assert texts(path)[0][1].splitlines()[1:] == ["True,0.0,False", "False,1.0,False"]


def test_texts_are_not_quoted_nor_commas_escaped(path):
    fetched("s", [0, 1], ["A,B", 'say "x"']).write_zip(path)
    assert texts(path)[0][1] == 'vals,times,bads\nA,B,0.0,False\nsay "x",1.0,False\n'


def test_raw_values_of_states_are_the_last_column(path, archive):
    describe(archive, Entry("MODE", state_codes={0: "OFF", 3: "ON"}))
    fetched("mode", [0, 1, 2], ["ON", "OFF", "?"]).write_zip(path)
    assert texts(path)[0][1].splitlines() == [
        "vals,times,bads,raw_vals",
        "ON,0.0,False,3",
        "OFF,1.0,False,0",
        "?,2.0,False,-1",
    ]


def test_empty_object_is_a_header_and_an_empty_line(path):
    put("x", [0], [1])
    fetch.MSID("x", 50.0, 60.0).write_zip(path)
    assert texts(path) == [("x.csv", "vals,times,bads\n\n")]


def test_set_is_one_entry_a_member_and_replaces_the_file(path):
    put("x", [0], [1])
    put("y", [0], [2])
    fetch.MSID("y", 0.0, 9.0).write_zip(path)
    dats = fetch.MSIDset(["Y", "x"], 0.0, 9.0)
    assert dats.write_zip(path) is None
    assert texts(path) == [
        ("Y.csv", "vals,times,bads\n2,0.0,False\n"),
        ("x.csv", "vals,times,bads\n1,0.0,False\n"),
    ]


def test_empty_set_is_an_archive_without_entries(path):
    fetch.MSIDset([], 0.0, 1.0).write_zip(path)
    assert texts(path) == []


def test_name_of_the_file_may_be_a_path_or_a_text(path):
    dat = fetched("x", [0], [1])
    dat.write_zip(str(path))
    assert len(texts(path)) == 1


def test_after_interpolation_and_filters_the_arrays_are_those_of_the_object(path):
    dat = fetched("x", [0, 9, 21, 30], [0, 1, 2, 3], [0, 0, 1, 0])
    dat.interpolate(dt=10)
    dat.filter_bad()
    dat.write_zip(path)
    assert texts(path)[0][1] == "vals,times\n0,0.0\n1,10.0\n"


@pytest.mark.parametrize("rows", [99_999, 100_000, 100_001])
def test_many_samples_are_written_whole(path, rows):
    """Lines are made some thousand at a time."""
    fetched("x", np.arange(rows), np.arange(rows)).write_zip(path)
    lines = texts(path)[0][1].split("\n")
    assert (len(lines), lines[-1]) == (rows + 2, "")
    assert lines[-2] == f"{rows - 1},{rows - 1}.0,False"


def test_failing_to_write_leaves_the_file_that_was_there(path, monkeypatch):
    dat = fetched("x", [0], [1])
    dat.write_zip(path)
    before = path.read_bytes()
    dat.vals = dat.vals[:0]
    with pytest.raises(ValueError):
        dat.write_zip(path)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if each.suffix == ".zip"] == ["out.zip"]
