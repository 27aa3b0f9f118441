"""Tables of each package as columns: what is a value, what is missing, what is a time, and which unit is said."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from jeta.errors import ValuesError
from jeta.tables.incoming import INDEX, listed, read_incoming

UTC = pd.date_range("2024-01-01", periods=3, freq="s", tz="UTC")


def shown(column):
    """The values that are there, and which rows are missing."""
    missing = [] if column.missing is None else np.flatnonzero(column.missing).tolist()
    return np.asarray(column.present()).tolist(), missing


def array(column):
    """The array itself, whatever is in missing rows."""
    return column.values  # noqa: PD011 - of a Column of ours


def of(values, **about):
    """The column that a frame of one column gives."""
    return read_incoming(pd.DataFrame({"A": pd.Series(values, **about)})).columns["A"]


@pytest.mark.parametrize(
    ("values", "dtype", "expected", "missing"),
    [
        ([1, 2, 3], "int8", [1, 2, 3], []),
        ([1, None, 3], "Int64", [1, 3], [1]),
        ([2**64 - 1, None, 0], "UInt64", [2**64 - 1, 0], [1]),
        ([0.5, None, 2.5], "Float32", [0.5, 2.5], [1]),
        ([True, None, False], "boolean", [True, False], [1]),
        (["a", None, "b"], "str", ["a", "b"], [1]),
        (["a", None, "b"], "string", ["a", "b"], [1]),
        (["a", None, "b"], "category", ["a", "b"], [1]),
        ([5, None, 7], "category", [5.0, 7.0], [1]),
        ([None, None, None], "category", [], [0, 1, 2]),
        ([True, None, "x"], object, [True, "x"], [1]),
        ([1, float("nan"), pd.NA], object, [1], [1, 2]),
        ([b"a", None, b"b"], object, [b"a", b"b"], [1]),
        ([Decimal("1.5"), None, None], object, [Decimal("1.5")], [1, 2]),
        (["a", None, "b"], "string[pyarrow]", ["a", "b"], [1]),
        ([2**60 + 1, None, 3], "int64[pyarrow]", [2**60 + 1, 3], [1]),
    ],
)
def test_columns_of_pandas(values, dtype, expected, missing):
    column = of(values, dtype=dtype)
    assert shown(column) == (expected, missing)
    assert not column.is_time


def test_nan_of_a_float_column_is_a_value_of_it():
    """Whether it is a sample is for others to say."""
    column = of([1.0, float("nan")], dtype=float)
    assert column.missing is None
    assert np.isnan(array(column)[1])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Kolkata"])
def test_times_of_pandas_are_utc_in_their_own_unit(unit, zone):
    times = pd.Series(pd.DatetimeIndex(["2024-01-01", None], tz=zone).as_unit(unit))
    column = of(times)
    assert (column.is_time, array(column).dtype, shown(column)[1]) == (True, np.dtype(f"M8[{unit}]"), [1])
    expected = pd.Timestamp("2024-01-01", tz=zone or "UTC").tz_convert("UTC").tz_localize(None).to_datetime64()
    assert array(column)[0] == expected


@pytest.mark.parametrize(
    ("first", "is_time"),
    [(datetime(2024, 1, 1), True), (date(2024, 1, 1), True), ("2024-01-01", False), (1, False)],  # noqa: DTZ001
)
def test_objects_are_times_if_the_first_that_is_there_is_one(first, is_time):
    assert of([None, first], dtype=object).is_time == is_time


@pytest.mark.parametrize(
    ("index", "names"),
    [
        (None, []),
        (pd.RangeIndex(3, name="row"), ["row"]),
        (pd.Index([3, 1, 2]), [INDEX]),
        (UTC, [INDEX]),
        (UTC.rename("when"), ["when"]),
        (pd.MultiIndex.from_arrays([UTC, ["x", "y", "z"]], names=["when", None]), ["when", INDEX]),
    ],
    ids=["none", "range", "int", "times", "named", "levels"],
)
def test_the_index_of_a_frame(index, names):
    """All levels are columns, unless it only counts the rows."""
    found = read_incoming(pd.DataFrame({"A": [1, 2, 3]}, index=index))
    assert (list(found.columns), list(found.index)) == ([*names, "A"], names)


def test_a_frame_whose_column_is_called_as_its_index():
    frame = pd.DataFrame({"time": [1, 2, 3]}, index=UTC.rename("time"))
    with pytest.raises(ValuesError, match="two columns are named 'time'"):
        read_incoming(frame)


def test_the_unit_of_one_column_is_not_that_of_the_frame():
    """pandas hands attributes of a frame on to each of its columns."""
    frame = pd.DataFrame({"A": [1.0], "B": [2.0]})
    frame.attrs["unit"] = "K"
    assert [column.unit for column in read_incoming(frame).columns.values()] == [None, None]
    series = pd.Series([1.0], name="A")
    series.attrs["units"] = "V"
    assert read_incoming(series).columns["A"].unit == "V"


# ------------------------------------------------------------ mappings and numpy


@pytest.mark.parametrize(
    ("values", "expected", "missing"),
    [
        ([1, 2], [1, 2], []),
        ((1.5, None), [1.5], [1]),
        (["a", "b"], ["a", "b"], []),
        ([True, None], [True], [1]),
        (np.ma.masked_array([1, 2], [False, True]), [1], [1]),
        (np.ma.masked_array([1, 2], False), [1, 2], []),
        (np.array(["a", "b"], np.dtypes.StringDType()), ["a", "b"], []),
        (np.array(["2024-01-01", "NaT"], "M8[s]"), [datetime(2024, 1, 1)], [1]),  # noqa: DTZ001
        (pd.Series([1, None], dtype="Int8"), [1], [1]),
        (pd.array(["x", None], dtype="string"), ["x"], [1]),
    ],
)
def test_columns_of_mappings(values, expected, missing):
    assert shown(read_incoming({"A": values}).columns["A"]) == (expected, missing)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (1.0, "column 'A': expected an array with a value for each row"),
        ([[1, 2], [3]], "column 'A': expected values in one dimension"),
        (np.zeros((2, 2)), "column 'A' has shape"),
        ("text", "column 'A': expected an array"),
    ],
)
def test_what_is_no_column(values, says):
    with pytest.raises(ValuesError, match=says):
        read_incoming({"A": values})


def test_columns_of_several_lengths():
    with pytest.raises(ValuesError, match=r"column 'B' has shape \(3,\), expected one dimension of 2 rows"):
        read_incoming({"A": [1, 2], "B": [1, 2, 3]})


@pytest.mark.parametrize(
    "table", [[1, 2], "text", 7, None, np.zeros(3), {1, 2}, iter([])], ids=lambda one: type(one).__name__
)
def test_what_is_no_table(table):
    with pytest.raises(ValuesError, match=r"expected a pandas DataFrame or Series, .* but got "):
        read_incoming(table)


@pytest.mark.parametrize("masked", [False, True])
def test_structured_arrays(masked):
    table = np.array([(1.5, "a"), (2.5, "b")], [("time", "f8"), ("A", "U1")])
    if masked:
        table = np.ma.masked_array(table, [(False, True), (False, False)])
    found = read_incoming(table)
    assert shown(found.columns["time"]) == ([1.5, 2.5], [])
    assert shown(found.columns["A"]) == ((["b"], [0]) if masked else (["a", "b"], []))


def test_arrays_are_not_copied():
    values = np.arange(3.0)
    assert array(read_incoming({"A": values}).columns["A"]) is values
    frame = pd.DataFrame({"A": values, "B": pd.Categorical(["x", "y", "x"])}, copy=False)
    assert np.shares_memory(array(read_incoming(frame).columns["A"]), values)


# ---------------------------------------------------------------------- xarray


@pytest.fixture
def xr():
    """The package."""
    return pytest.importorskip("xarray")


FLAGS = np.array([0, 7, 0], "i1")
CF = {"flag_values": np.array([0, 7], "i1"), "flag_meanings": "OFF SAFE_HOLD"}


@pytest.mark.parametrize(
    ("attrs", "expected"),
    [
        (CF, ["OFF", "SAFE_HOLD", "OFF"]),
        ({**CF, "states": '{"0": "OFF", "7": "SAFE HOLD"}'}, ["OFF", "SAFE HOLD", "OFF"]),
        ({**CF, "states": "no JSON"}, ["OFF", "SAFE_HOLD", "OFF"]),
        ({**CF, "states": "[1]"}, ["OFF", "SAFE_HOLD", "OFF"]),
        ({**CF, "flag_values": [0, 1, 2]}, [0, 7, 0]),
        ({**CF, "flag_values": [0, 1]}, [0, 7, 0]),
        ({"flag_meanings": "OFF ON"}, [0, 7, 0]),
        ({}, [0, 7, 0]),
    ],
    ids=["cf", "jeta", "others", "list", "lengths", "unknown", "half", "plain"],
)
def test_flags_of_xarray(xr, attrs, expected):
    """Texts where every number has one, else numbers."""
    found = read_incoming(xr.Dataset({"A": ("time", FLAGS, attrs)}))
    assert shown(found.columns["A"]) == (expected, [])


def test_what_says_that_a_variable_is_missing_is_no_variable(xr):
    gone = np.array([False, True, False])
    data = xr.Dataset(
        {"A": ("time", np.array([0, -1, 7]), CF), "A_missing": ("time", gone), "B_missing": ("time", gone)}
    )
    found = read_incoming(data)
    assert list(found.columns) == ["A", "B_missing"]
    assert shown(found.columns["A"]) == (["OFF", "SAFE_HOLD"], [1])


def test_a_data_array_has_the_attributes_of_itself(xr):
    array = xr.DataArray(
        [1.0], {"time": [np.datetime64("2024-01-01", "ns")]}, ["time"], "A", {"units": "V", "MSID": "A"}
    )
    found = read_incoming(array)
    assert (found.columns["A"].unit, found.meta["MSID"], found.columns["time"].is_time) == ("V", "A", True)


def test_variables_without_dimension_are_left_out_and_several_dimensions_refused(xr):
    assert list(read_incoming(xr.Dataset({"A": ("time", [1]), "B": 5})).columns) == ["A"]
    with pytest.raises(ValuesError, match="expected variables along one dimension"):
        read_incoming(xr.Dataset({"A": ("time", [1]), "B": ("other", [1, 2])}))


# ----------------------------------------------------------------------- Arrow


@pytest.mark.parametrize(
    ("kind", "values", "expected", "missing"),
    [
        ("int8", [1, None], [1], [1]),
        ("uint64", [2**64 - 1, 0], [2**64 - 1, 0], []),
        ("float32", [0.5, None], [0.5], [1]),
        ("bool_", [True, None], [True], [1]),
        ("string", ["a", None], ["a"], [1]),
        ("large_string", ["a", "b"], ["a", "b"], []),
        ("null", [None, None], [], [0, 1]),
    ],
)
def test_columns_of_arrow(kind, values, expected, missing):
    pa = pytest.importorskip("pyarrow")
    found = read_incoming(pa.table({"A": pa.array(values, getattr(pa, kind)())})).columns["A"]
    assert shown(found) == (expected, missing)


@pytest.mark.parametrize("kind", ["list", "struct", "binary", "duration", "time64"])
def test_types_of_arrow_that_hold_no_values(kind):
    pa = pytest.importorskip("pyarrow")
    array = {
        "list": pa.array([[1]]),
        "struct": pa.array([{"a": 1}]),
        "binary": pa.array([b"a"]),
        "duration": pa.array([1], pa.duration("s")),
        "time64": pa.array([1], pa.time64("us")),
    }[kind]
    with pytest.raises(ValuesError, match=f"column 'A' has the type {kind}"):
        read_incoming(pa.table({"A": array}))


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"jeta": '{"MSID": "A", "unit": "K"}'}, {"MSID": "A", "unit": "K"}),
        ({"MSID": "A"}, {"MSID": "A"}),
        ({"pandas": '{"attributes": {"MSID": "B"}}'}, {"MSID": "B"}),
        ({"jeta": "[1]", "n": "5"}, {"n": 5}),
        (None, {}),
    ],
)
def test_metadata_of_a_schema(metadata, expected):
    pa = pytest.importorskip("pyarrow")
    meta = read_incoming(pa.table({"A": [1]}).replace_schema_metadata(metadata)).meta
    assert {key: meta.get(key) for key in expected} == expected


# ----------------------------------------------------------------------- names


def test_names_in_messages_stay_readable():
    assert listed(["a", 5]) == "'a', '5'"
    assert listed([]) == "(none)"
    assert listed(str(number) for number in range(25)).endswith("'19', and 5 more")
    assert len(listed(["x" * 10_000])) < 100
