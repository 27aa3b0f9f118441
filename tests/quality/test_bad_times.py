"""The table of bad times and its registry: the contract's section 3.4."""

from __future__ import annotations

import copy
import io
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import IntervalError, TimeFormatError
from jeta.intervals import Intervals, read_intervals
from jeta.quality import BadTimes, parse_bad_times, parse_spans, read_spans
from jeta.times import to_seconds

LINES = [
    "# MSID start stop",
    "",
    "aogbias1 1970:001 1970:002",
    "  ",
    "TEPH* 1970:003 1970:004",
    "aogbias1 1970:001 1970:002",
]
PARSED = [
    ("aogbias1", "1970:001", "1970:002"),
    ("TEPH*", "1970:003", "1970:004"),
    ("aogbias1", "1970:001", "1970:002"),
]
DAY = 86400.0


@pytest.fixture
def bad_times():
    registry = BadTimes()
    registry.add(LINES)
    return registry


def test_a_table_may_be_lines_a_file_name_a_path_or_an_open_file(tmp_path):
    path = tmp_path / "bad.dat"
    path.write_text("\n".join(LINES))
    with path.open() as opened:
        tables = [LINES, str(path), path, opened, io.StringIO("\n".join(LINES)), (line + "\r\n" for line in LINES)]
        assert [parse_bad_times(table) for table in tables] == [PARSED] * 6


def test_comments_and_blank_lines_are_left_out():
    assert parse_bad_times(["#", "  # indented", "\t", "A 1970:001 1970:002  "]) == [("A", "1970:001", "1970:002")]
    assert parse_bad_times([]) == parse_spans(["# none"]) == []


@pytest.mark.parametrize("line", ["A 1970:001", "A 1970-01-01 00:00 1970-01-02", "A", "A 1970:001 1970:002 # why"])
def test_a_wrong_number_of_columns_is_refused_by_line_and_number(line):
    columns = len(line.split())
    with pytest.raises(ValueError, match=f"line 2: expected 3 columns, MSID start stop, but got {columns}") as caught:
        parse_bad_times(["# MSID start stop", line])
    assert isinstance(caught.value, IntervalError)


def test_the_message_names_the_file(tmp_path):
    (tmp_path / "bad.dat").write_text("A 1970:001\n")
    with pytest.raises(IntervalError, match=r"bad\.dat, line 1"):
        parse_bad_times(tmp_path / "bad.dat")
    with (tmp_path / "bad.dat").open() as opened, pytest.raises(IntervalError, match=r"bad\.dat, line 1"):
        BadTimes().add(opened)


def test_a_file_that_is_not_there_is_the_builtin_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        BadTimes().add(tmp_path / "none.dat")


def test_spans_are_the_same_with_two_columns():
    lines = ["# start stop", "1970:001 1970:002", "", "1970:003 1970:004"]
    assert parse_spans(lines) == [("1970:001", "1970:002"), ("1970:003", "1970:004")]
    assert read_spans(lines, "unix") == Intervals([0.0, 2 * DAY], [DAY, 3 * DAY])
    assert read_spans([], "unix") == Intervals([], [])
    with pytest.raises(IntervalError, match="line 1: expected 2 columns, start stop, but got 3"):
        parse_spans(["A 1970:001 1970:002"])


def test_spans_may_be_in_seconds_of_the_time_system():
    assert read_spans(["0.0 86400", "1970:003 259200.5"], "unix") == Intervals([0.0, 2 * DAY], [DAY, 259200.5])
    assert read_spans(["378691266.184 378691267"], "cxcsec").tstart[0] == to_seconds("2010:001", "cxcsec")


def test_spans_that_are_none_are_refused():
    with pytest.raises(IntervalError, match="must be less than"):
        read_spans(["1970:002 1970:001"], "unix")
    with pytest.raises(TimeFormatError):
        read_spans(["soon later"], "unix")


def test_the_registry_is_a_dict_of_upper_case_patterns(bad_times):
    assert isinstance(bad_times, dict)
    assert bad_times == {"AOGBIAS1": [("1970:001", "1970:002")] * 2, "TEPH*": [("1970:003", "1970:004")]}


def test_adding_appends_and_may_be_repeated(bad_times):
    bad_times.add(["AOGBIAS1 1970:005 1970:006", "new 1970:001 1970:001"])
    assert bad_times["AOGBIAS1"][-1] == ("1970:005", "1970:006")
    assert len(bad_times["AOGBIAS1"]) == 3
    assert bad_times["NEW"] == [("1970:001", "1970:001")]


def test_intervals_are_those_of_all_patterns_that_match(bad_times):
    bad_times.add(["t?phin 1970:005 1970:006", "[TU]EPHIN 1970:007 1970:008", "tephi 1970:009 1970:010"])
    assert bad_times.intervals_for("TEPHIN", "unix").tstart.tolist() == [2 * DAY, 4 * DAY, 6 * DAY]


@pytest.mark.parametrize("name", ["aogbias1", "AOGBIAS1", "AoGbias1"])
def test_the_case_of_a_name_does_not_matter(name, bad_times):
    assert bad_times.intervals_for(name, "unix") == Intervals([0.0, 0.0], [DAY, DAY])


def test_intervals_are_in_the_time_system_asked_for(bad_times):
    assert bad_times.intervals_for("TEPHIN", "unix").tstart[0] == 2 * DAY
    assert bad_times.intervals_for("TEPHIN", "cxcsec").tstart[0] == to_seconds("1970:003", "cxcsec")


def test_an_msid_without_bad_times_has_no_intervals(bad_times):
    assert bad_times.intervals_for("OTHER", "unix") == Intervals([], [])
    assert BadTimes().intervals_for("OTHER", "unix") == Intervals([], [])


def test_times_are_read_once_until_the_registry_changes(bad_times):
    first = bad_times._seconds("TEPH*", bad_times["TEPH*"], "unix")
    assert bad_times._seconds("TEPH*", bad_times["TEPH*"], "unix") is first
    bad_times.add(["teph* 1970:005 1970:006"])
    assert len(bad_times.intervals_for("TEPHIN", "unix")) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda registry: registry.clear(),
        lambda registry: registry.pop("TEPH*"),
        lambda registry: registry["TEPH*"].clear(),
        lambda registry: registry.update({"TEPH*": []}),
    ],
)
def test_changes_to_it_as_a_dict_count(change, bad_times):
    assert len(bad_times.intervals_for("TEPHIN", "unix")) == 1
    change(bad_times)
    assert len(bad_times.intervals_for("TEPHIN", "unix")) == 0


def test_entries_put_in_as_into_a_dict_may_be_in_any_case_and_form():
    registry = BadTimes({"teph*": [(0.0, "1970:002")]}, A=[["1970:001", 5]])
    assert registry.intervals_for("tephin", "unix") == Intervals([0.0], [DAY])
    assert registry.intervals_for("A", "unix") == Intervals([0.0], [5.0])


@pytest.mark.parametrize("wrong", ["A 1970:002 1970:001", "A soon 1970:001", "A 1970:001", "A 1970:001 nan"])
def test_nothing_of_a_table_is_added_where_a_line_is_wrong(wrong, bad_times):
    before = copy.deepcopy(bad_times)
    with pytest.raises(IntervalError, match="line 2"):
        bad_times.add(["B 1970:001 1970:002", wrong, "C 1970:001 1970:002"])
    assert bad_times == before


def test_the_message_names_the_span_and_why_it_is_none():
    with pytest.raises(IntervalError, match=r"1970:002 to 1970:001 is no span of time: Start time .* must be less"):
        BadTimes().add(["A 1970:002 1970:001"])


def test_a_registry_can_be_copied_and_pickled(bad_times):
    for made in (copy.deepcopy(bad_times), copy.copy(bad_times), pickle.loads(pickle.dumps(bad_times))):
        assert type(made) is BadTimes
        assert made == bad_times
        made.add(["B 1970:001 1970:002"])
        assert "B" not in bad_times
        assert made.intervals_for("TEPHIN", "unix") == bad_times.intervals_for("TEPHIN", "unix")


def test_a_copy_does_not_share_its_lists(bad_times):
    copied = copy.copy(bad_times)
    copied.add(["AOGBIAS1 1970:005 1970:006"])
    assert len(bad_times["AOGBIAS1"]) == 2


def test_threads_may_ask_while_others_add():
    registry = BadTimes()

    def add(number):
        registry.add([f"A{number % 7}* 1970:{number + 1:03d} 1970:{number + 2:03d}", "A* 1970:001 1970:002"])
        return len(registry.intervals_for("A1X", "unix"))

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(add, range(200)))
    assert sum(map(len, registry.values())) == 400
    assert len(registry.intervals_for("A1X", "unix")) == 200 + len(registry["A1*"])
    assert max(counts) <= 229


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 300), st.integers(0, 60)), max_size=12))
def test_intervals_are_the_lines_of_the_name_whatever_else_there_is(entries):
    registry = BadTimes()
    lines = [f"{name} 1970:{day:03d} 1970:{day + more:03d}" for name, day, more in entries]
    registry.add(lines)
    expected = [tuple(line.split()[1:]) for line in lines if line[0] == "A"]
    assert registry.intervals_for("a", "unix") == read_intervals(expected, "unix")


def test_the_real_table_of_a_mission(shared_data):
    path = shared_data / "msid_metadata" / "chandra_msid_bad_times.dat"
    lines = [line.split() for line in path.read_text().splitlines() if line.strip() and line[0] != "#"]
    registry = BadTimes()
    registry.add(path)
    assert sum(map(len, registry.values())) == len(lines)
    assert registry["AOGBIAS1"][0] == ("2008:292:00:00:00", "2008:297:00:00:00")
    expected = [row[1:] for row in lines if row[0] == "aogbias1"]
    assert registry.intervals_for("AOGBIAS1", "cxcsec") == read_intervals(expected, "cxcsec")
    assert all(len(registry.intervals_for(name, "cxcsec")) for name in registry)
