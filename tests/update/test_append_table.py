"""`append_table`: what tables of other packages leave in the archive is what `append` would of the same arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta import update
from jeta.archive import create_archive
from jeta.errors import MsidNameError, TimeFormatError, ValuesError
from jeta.tdb import Entry, write_yaml
from jeta.update import append_table
from update.deliveries import balanced, everything, texts

S = 1_600_000_000.0
TIMES = [S, S + 1, S + 2]


def held(archive, msid):
    """Times and values of an MSID, as they come back."""
    rows = everything(archive, msid)
    return rows.times.tolist(), (rows.values if rows.texts is None else rows.texts[rows.values]).tolist()


def entries(archive, *found):
    """Give an archive a telemetry database."""
    write_yaml(found, archive.root / "tdb" / "test.yaml")


def stored(report):
    """Rows stored, by MSID; every row is accounted for."""
    assert balanced(report)
    return {name: tally.stored for name, tally in report.msids.items()}


def test_a_wide_mapping_of_arrays(archive):
    report = append_table(
        {"time": TIMES, "a": [1, 2, 3], "B": ["x", None, "y"], "c": [True, False, True]}, archive=archive
    )
    assert stored(report) == {"A": 3, "B": 2, "C": 3}
    assert held(archive, "A") == (TIMES, [1, 2, 3])
    assert held(archive, "B") == ([S, S + 2], ["x", "y"])
    assert everything(archive, "C").values.dtype == bool


def test_all_msids_are_one_commit(archive):
    append_table({"time": TIMES, **{f"M{number}": [1.0, 2.0, 3.0] for number in range(20)}}, archive=archive)
    assert len(archive.journal_files()) == 1


def test_again_changes_nothing(archive):
    table = {"time": TIMES, "A": [1, 2, 3]}
    append_table(table, archive=archive)
    report = append_table(table, archive=archive)
    assert (report.read, report.stored, report.duplicate) == (3, 0, 3)


@pytest.mark.parametrize("skip_nan", [True, False])
def test_nan_of_a_wide_table(archive, skip_nan):
    report = append_table({"time": TIMES, "A": [1.0, np.nan, 3.0]}, archive=archive, skip_nan=skip_nan)
    assert stored(report) == {"A": 2 if skip_nan else 3}


def test_nan_of_a_long_table_and_of_an_export_is_a_value(archive):
    append_table({"msid": ["A", "A"], "time": TIMES[:2], "value": [np.nan, 1.0]}, archive=archive)
    append_table({"time": TIMES[:2], "vals": [np.nan, 1.0]}, msid="B", archive=archive)
    assert [len(everything(archive, name).times) for name in "AB"] == [2, 2]


def test_a_long_table(archive):
    table = {"msid": ["B", "A", "B"], "time": TIMES, "value": [1.5, 2.5, 3.5], "bad": [0, 1, 1]}
    assert stored(append_table(table, archive=archive)) == {"A": 1, "B": 2}
    assert held(archive, "B") == ([S, S + 2], [1.5, 3.5])
    assert (everything(archive, "B").quality != 0).tolist() == [False, True]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [(["A"], {"A": 3}), ({"A": "X", "B": "Y"}, {"X": 3, "Y": 3}), ({"time2": "X"}, {"X": 3})],
    ids=["list", "mapping", "time-like"],
)
def test_columns_are_chosen_and_named(archive, columns, expected):
    table = {"time": TIMES, "A": [1, 2, 3], "B": [4, 5, 6], "time2": [7, 8, 9]}
    assert stored(append_table(table, columns, archive=archive)) == expected


def test_one_column_of_values_and_the_name_of_its_msid(archive):
    append_table({"time": TIMES, "reading": [1, 2, 3]}, msid="A", archive=archive)
    assert held(archive, "A") == (TIMES, [1, 2, 3])


@pytest.mark.parametrize("how", ["column", "mapping", "array", "default", "own"])
def test_quality(archive, how):
    flags = [0, 1, 0]
    table = {"time": TIMES, "A": [1, 2, 3], {"default": "bad", "own": "A_bads"}.get(how, "q"): flags}
    quality = {"column": "q", "mapping": {"A": "q"}, "array": np.array(flags, bool)}.get(how)
    columns = ["A"] if how == "array" else None
    append_table(table, columns, quality=quality, archive=archive)
    assert (everything(archive, "A").quality != 0).tolist() == [False, True, False]
    assert archive.names() == ["A"]


@pytest.mark.parametrize("name", ["time", "Time", "UTC", "date", "timestamp", "DateTime"])
def test_the_time_is_found_by_its_name(archive, name):
    append_table({"A": [1, 2, 3], name: ["2024:001", "2024:002", "2024:003"]}, archive=archive)
    assert len(everything(archive, "A").times) == 3


@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns"])
def test_datetime64_of_any_unit_is_found_by_its_type_and_exact(archive, unit):
    times = np.array(["2024-01-01", "2024-01-02"], f"M8[{unit}]") + np.timedelta64(1, unit)
    append_table({"when": times, "A": [1, 2]}, archive=archive)
    expected = (times - np.datetime64(0, "s")) / np.timedelta64(1, "s")
    assert held(archive, "A")[0] == expected.tolist()


def test_times_may_be_given_apart(archive):
    append_table({"A": [1, 2, 3]}, time=TIMES, archive=archive)
    append_table({"A": [4], "t": [S + 9]}, time="t", archive=archive)
    assert held(archive, "A") == ([*TIMES, S + 9], [1, 2, 3, 4])


def test_rows_without_a_time_are_rejected_and_counted_for_each_value(archive):
    report = append_table({"time": [S, np.nan, None], "A": [1, 2, 3], "B": [1, None, None]}, archive=archive)
    assert stored(report) == {"A": 1, "B": 1}
    assert dict(report.rejected) == {"time is not a number": 2}


@pytest.mark.parametrize("system", ["unix", "cxcsec"])
@given(
    seconds=st.lists(st.floats(1e8, 2e9), min_size=1, max_size=6, unique=True),
    numbers=st.lists(st.floats(allow_nan=False) | st.none(), min_size=6, max_size=6),
)
@settings(max_examples=15, deadline=None)
def test_the_same_as_append(tmp_path_factory, system, seconds, numbers):
    folder = tmp_path_factory.mktemp("same")
    one = create_archive(folder / "one", time_system=system)
    two = create_archive(folder / "two", time_system=system)
    pairs = [(t, v) for t, v in zip(seconds, numbers, strict=False) if v is not None]
    append_table({"time": seconds, "A": numbers[: len(seconds)]}, archive=one)
    update.append("A", [t for t, _ in pairs], np.array([v for _, v in pairs], float), archive=two)
    assert held(one, "A") == held(two, "A")


def test_values_are_converted_into_the_unit_of_the_telemetry_database(archive):
    u = pytest.importorskip("astropy.units")
    entries(archive, Entry("A", unit="K"), Entry("B", unit="V"))
    append_table({"time": TIMES, "A": [0, 10, 20] * u.deg_C, "B": [1.0, 2.0, 3.0] * u.mV}, archive=archive)
    assert held(archive, "A")[1] == [273.15, 283.15, 293.15]
    np.testing.assert_allclose(held(archive, "B")[1], [0.001, 0.002, 0.003])


def test_a_unit_that_cannot_be_converted_is_an_error_and_nothing_is_stored(archive):
    u = pytest.importorskip("astropy.units")
    entries(archive, Entry("A", unit="K"))
    with pytest.raises(ValuesError, match="A: the values are in 'V', and the telemetry database says 'K'"):
        append_table({"time": TIMES, "B": [1, 2, 3], "A": [1, 2, 3] * u.V}, archive=archive)
    assert archive.names() == []


def test_a_unit_that_nobody_knows_is_noted(archive):
    u = pytest.importorskip("astropy.units")
    report = append_table({"time": TIMES, "A": [1, 2, 3] * u.V}, archive=archive)
    assert sum(report.files[0].notes.values()) == 3
    assert "unit not kept" in str(report)


def test_the_type_is_that_of_the_telemetry_database(archive):
    entries(archive, Entry("A", type="float32"), Entry("B", type="state", state_codes=((0, "OFF"), (1, "ON"))))
    append_table({"time": TIMES, "A": [1, 2, 3], "B": [0, 1, 0]}, archive=archive)
    assert everything(archive, "A").values.dtype == np.float32
    assert texts(everything(archive, "B")) == ["OFF", "ON", "OFF"]


@pytest.mark.parametrize(
    ("table", "error", "says"),
    [
        ([1, 2], ValuesError, "expected a pandas DataFrame.* but got builtins.list"),
        ("time", ValuesError, "builtins.str"),
        ({}, ValuesError, "is named or typed as a time"),
        ({"time": TIMES}, ValuesError, "no column of values"),
        ({"when": TIMES, "A": TIMES}, ValuesError, "none of the columns 'when', 'A' is named or typed as a time"),
        ({"date": TIMES, "utc": TIMES, "A": TIMES}, ValuesError, "'date', 'utc' may all be the time"),
        ({"time": TIMES, "A": [1, 2]}, ValuesError, r"column 'A' has shape \(2,\), expected one dimension of 3 rows"),
        ({"time": TIMES, "A": np.zeros((3, 2))}, ValuesError, r"column 'A' has shape \(3, 2\)"),
        ({"time": TIMES, "A": 5}, ValuesError, "column 'A': expected an array"),
        ({"time": TIMES, "A": [1, 2, 3], "a": [1, 2, 3]}, ValuesError, "'A' and 'a' are both the MSID A"),
        ({"time": TIMES, "A b": [1, 2, 3]}, MsidNameError, "'A b' cannot be the name"),
        ({"time": TIMES, "../A": [1, 2, 3]}, MsidNameError, "'../A' cannot be the name"),
        ({"time": ["soon", "now", "later"], "A": [1, 2, 3]}, TimeFormatError, "cannot read 'soon' as a time"),
        ({"time": TIMES, "A": [1, "x", 2]}, ValuesError, "A: expected values of one kind, got int, str"),
        ({"time": TIMES, "A": [1j, 2, 3]}, ValuesError, "A: expected numbers"),
        ({"time": TIMES, "A": np.array([1, 2, 3], "M8[s]")}, ValuesError, "may all be the time|holds times"),
        ({"time": TIMES, "value": [1, 2, 3]}, ValuesError, "nothing says of which MSID"),
        ({"time": TIMES, "msid": ["a", "b", "c"]}, ValuesError, "a column 'msid' of MSIDs, but none of value"),
        ({"time": TIMES, "vals": TIMES, "mins": TIMES, "maxes": TIMES}, ValuesError, "statistics"),
        ({"time": TIMES, "A": [1, 2, 3], "bad": ["no", "no", "yes"]}, ValuesError, "A: quality must be"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_told_or_stored_is_an_error_and_nothing_is_stored(archive, table, error, says):
    with pytest.raises(error, match=says):
        append_table(table, archive=archive)
    assert archive.names() == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"columns": ["X"]}, "no column 'X' to take values from; its columns are 'time', 'A', 'B'"),
        ({"columns": "A"}, "columns must be a list"),
        ({"time": "when"}, "no column 'when' for the time; its columns are"),
        ({"time": [1.0]}, "time has 1 rows, but the table has 3"),
        ({"quality": "Q"}, "no column 'Q' of quality"),
        ({"quality": [True]}, "quality must have 3 rows"),
        ({"msid": "X"}, "needs a table with one column of values, got A, B"),
        ({"columns": {"A": "X", "B": "x"}}, "both the MSID X"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_do_not_fit_the_table(archive, options, says):
    with pytest.raises(ValuesError, match=says):
        append_table({"time": TIMES, "A": [1, 2, 3], "B": [1, 2, 3]}, archive=archive, **options)
    assert archive.names() == []


def test_a_structured_array(archive):
    append_table(np.array([(S, 1.5), (S + 1, 2.5)], [("time", "f8"), ("A", "f4")]), archive=archive)
    assert held(archive, "A") == (TIMES[:2], [1.5, 2.5])
    assert everything(archive, "A").values.dtype == np.float32


def test_masked_arrays(archive):
    table = {"time": np.ma.array(TIMES, mask=[0, 0, 1]), "A": np.ma.array([1, 2, 3], mask=[1, 0, 0])}
    report = append_table(table, archive=archive)
    assert held(archive, "A") == ([S + 1], [2])
    assert report.rejected == {"time is not a number": 1}


def test_a_table_without_rows(archive):
    assert append_table({"time": [], "A": np.array([], float)}, archive=archive).read == 0


def test_big_integers_beside_missing_ones_are_exact(archive):
    append_table({"time": TIMES, "A": [2**63 - 1, None, -(2**63)]}, archive=archive)
    assert held(archive, "A")[1] == [2**63 - 1, -(2**63)]
