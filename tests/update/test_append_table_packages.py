"""`append_table` with tables of pandas, Arrow, xarray and astropy, and with what jeta exports."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from jeta import fetch
from jeta.archive import create_archive
from jeta.errors import ValuesError
from jeta.tdb import Calibration, Entry, Polynomial, write_yaml
from jeta.update import append, append_table
from update.deliveries import everything

pd = pytest.importorskip("pandas")
S = 1_704_067_200.0  # 2024-01-01
TIMES = [S, S + 1, S + 2]
UTC = pd.date_range("2024-01-01", periods=3, freq="s", tz="UTC")


def held(archive, msid):
    """Times and values of an MSID, as they come back."""
    rows = everything(archive, msid)
    return rows.times.tolist(), (rows.values if rows.texts is None else rows.texts[rows.values]).tolist()


@pytest.mark.parametrize(
    "index",
    [UTC, UTC.tz_convert("Asia/Kolkata"), UTC.tz_localize(None), UTC.as_unit("ms"), UTC.rename("anything")],
    ids=["utc", "kolkata", "naive", "ms", "named"],
)
def test_a_frame_with_an_index_of_times(archive, index):
    append_table(pd.DataFrame({"A": [1.5, 2.5, 3.5]}, index=index), archive=archive)
    assert held(archive, "A") == (TIMES, [1.5, 2.5, 3.5])


def test_nanoseconds_of_a_frame_are_exact(archive):
    index = pd.DatetimeIndex(["2024-01-01T00:00:00.123456789"], tz="UTC")
    append_table(pd.DataFrame({"A": [1]}, index=index), archive=archive)
    assert archive.read_samples("A", -(2**62), 2**62).ticks.tolist() == [1_704_067_200_123_456_789]


@pytest.mark.parametrize("name", ["time", "when", "UTC"])
def test_a_frame_with_a_column_of_times(archive, name):
    append_table(pd.DataFrame({"A": [1, 2, 3], name: UTC}), archive=archive)
    assert held(archive, "A") == (TIMES, [1, 2, 3])
    assert archive.names() == ["A"]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pd.array([1, None, 3], dtype="Int64"), [1, 3]),
        (pd.array([2**63 - 1, None, 2**53 + 1], dtype="Int64"), [2**63 - 1, 2**53 + 1]),
        (pd.array([2**64 - 1, None, 1], dtype="UInt64"), [2**64 - 1, 1]),
        (pd.array([1.5, None, 2.5], dtype="Float32"), [1.5, 2.5]),
        (pd.array([True, None, False], dtype="boolean"), [True, False]),
        (pd.array(["x", None, "y"], dtype="string"), ["x", "y"]),
        (pd.Categorical(["x", None, "y"], categories=["z", "y", "x"]), ["x", "y"]),
        (pd.Categorical([10, None, 20]), [10, 20]),
        (np.array(["x", None, float("nan")], object), ["x"]),
        (np.array([1, None, pd.NA], object), [1]),
        (np.array([1.0, np.nan, 2.0]), [1.0, 2.0]),
        (np.array([1, 2, 3], "u1"), [1, 2, 3]),
    ],
    ids=str,
)
def test_types_of_pandas(archive, series, expected):
    append_table(pd.DataFrame({"A": series}, index=UTC), archive=archive)
    assert held(archive, "A")[1] == expected


def test_types_of_arrow_in_pandas(archive):
    pa = pytest.importorskip("pyarrow")
    frame = pd.DataFrame(
        {
            "A": pd.Series([1, None, 3], dtype=pd.ArrowDtype(pa.int64())),
            "B": pd.Series(["x", None, "y"], dtype=pd.ArrowDtype(pa.string())),
            "time": pd.Series(UTC, dtype=pd.ArrowDtype(pa.timestamp("us", tz="UTC"))),
        }
    )
    append_table(frame, archive=archive)
    assert (held(archive, "A"), held(archive, "B")) == ((TIMES[::2], [1, 3]), (TIMES[::2], ["x", "y"]))


def test_a_series_is_named_as_its_msid_is(archive):
    append_table(pd.Series([1, 2, 3], index=UTC, name="A"), archive=archive)
    append_table(pd.Series([1, 2, 3], index=UTC), msid="B", archive=archive)
    assert archive.names() == ["A", "B"]
    with pytest.raises(ValuesError, match="of which MSID"):
        append_table(pd.Series([1, 2, 3], index=UTC), archive=archive)


def test_a_long_frame_with_categories(archive):
    frame = pd.DataFrame({"msid": pd.Categorical(["B", "A", "B"]), "value": [1, 2, 3]}, index=UTC)
    append_table(frame, archive=archive)
    assert held(archive, "B") == (TIMES[::2], [1, 3])


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.DataFrame([[1, 2]], columns=["A", "A"], index=UTC[:1]), "two columns are named 'A'"),
        (pd.DataFrame({("A", "means"): [1.0]}, index=UTC[:1]), "names of 2 levels"),
        (pd.DataFrame({"A": pd.to_timedelta([1], unit="s")}, index=UTC[:1]), "timedelta"),
        (pd.DataFrame({"A": UTC}), "holds times|no column of values"),
        (pd.DataFrame({"A": [1, 2]}), "is named or typed as a time"),
        (pd.DataFrame({"a": UTC, "b": UTC, "A": [1, 2, 3]}), "'a', 'b' may all be the time"),
    ],
    ids=["twice", "levels", "durations", "times", "none", "several"],
)
def test_frames_that_are_refused(archive, frame, says):
    with pytest.raises(ValuesError, match=says):
        append_table(frame, archive=archive)
    assert archive.names() == []


def arrow_table():
    """An Arrow table of many types."""
    pa = pytest.importorskip("pyarrow")
    return pa.table(
        {
            "time": pa.array([0, 1_000_000_001, None], pa.timestamp("ns")),
            "I": pa.array([1, None, 3], pa.int16()),
            "U": pa.array([2**64 - 1, None, 3], pa.uint64()),
            "F": pa.array([1.5, float("nan"), 2.5], pa.float32()),
            "B": pa.array([True, None, False]),
            "S": pa.array(["x", None, "y"], pa.large_string()),
            "D": pa.array(["x", None, "y"]).dictionary_encode(),
            "N": pa.nulls(3),
        }
    )


def test_an_arrow_table(archive):
    report = append_table(arrow_table(), archive=archive)
    assert {name: tally.stored for name, tally in report.msids.items()} == {
        "I": 1, "U": 1, "F": 1, "B": 1, "S": 1, "D": 1, "N": 0,
    }  # fmt: skip
    assert report.rejected == {"time is not a number": 6}
    assert [held(archive, name)[1][0] for name in "IUFBSD"] == [1, 2**64 - 1, 1.5, True, "x", "x"]
    assert everything(archive, "I").values.dtype == np.int16


@pytest.mark.parametrize("form", ["batch", "stream", "dataframe"])
def test_what_can_become_an_arrow_table(archive, form):
    table = arrow_table().slice(0, 1).select(["time", "I"])

    class Stream:
        def __arrow_c_stream__(self, requested_schema=None):
            return table.__arrow_c_stream__(requested_schema)

    class Interchange:
        def __dataframe__(self, nan_as_null=False, allow_copy=True):
            return table.__dataframe__(nan_as_null, allow_copy)

    given = {"batch": lambda: table.to_batches()[0], "stream": Stream, "dataframe": Interchange}[form]()
    append_table(given, archive=archive)
    assert held(archive, "I") == ([0.0], [1])


def test_a_unit_in_the_metadata_of_a_field(archive):
    pa = pytest.importorskip("pyarrow")
    write_yaml([Entry("A", unit="K")], archive.root / "tdb" / "t.yaml")
    field = pa.field("A", pa.float64(), metadata={"unit": "degC"})
    append_table(pa.table([[S], [0.0]], schema=pa.schema([pa.field("time", pa.float64()), field])), archive=archive)
    assert held(archive, "A")[1] == [273.15]


def test_a_type_of_arrow_that_is_no_column_of_telemetry(archive):
    pa = pytest.importorskip("pyarrow")
    with pytest.raises(ValuesError, match="column 'A' has the type list"):
        append_table(pa.table({"time": [S], "A": [[1, 2]]}), archive=archive)


def test_a_dataset(archive):
    xr = pytest.importorskip("xarray")
    write_yaml([Entry("A", unit="K")], archive.root / "tdb" / "t.yaml")
    flags = {"flag_values": [0, 1], "flag_meanings": "OFF ON"}
    data = xr.Dataset(
        {"A": ("time", [0.0, np.nan, 20.0], {"units": "degC"}), "M": ("time", [1, 0, 1], flags), "k": 5},
        coords={"time": UTC.tz_localize(None).to_numpy()},
    )
    append_table(data, archive=archive)
    assert held(archive, "A") == (TIMES[::2], [273.15, 293.15])
    assert held(archive, "M")[1] == ["ON", "OFF", "ON"]
    append_table(data["A"].rename("C"), archive=archive)
    assert archive.names() == ["A", "C", "M"]
    with pytest.raises(ValuesError, match="along one dimension"):
        append_table(xr.Dataset({"A": (("time", "x"), np.zeros((3, 2)))}, coords={"time": data.time}), archive=archive)


@pytest.mark.parametrize("kind", ["Table", "QTable", "TimeSeries"])
def test_tables_of_astropy(archive, kind):
    pytest.importorskip("astropy.timeseries")
    from astropy import table, timeseries
    from astropy import units as u
    from astropy.time import Time

    write_yaml([Entry("A", unit="K")], archive.root / "tdb" / "t.yaml")
    times = Time(["2024-01-01T00:00:37", "2024-01-01T00:00:38", "2024-01-01T00:00:39"], scale="tai")
    values = [0, 10, 20] * u.deg_C
    made = timeseries.TimeSeries(time=times) if kind == "TimeSeries" else getattr(table, kind)([times], names=["time"])
    made["A"] = values
    made["S"] = [b"x", b"y", b"z"]
    append_table(made, archive=archive)
    assert held(archive, "A") == (TIMES, [273.15, 283.15, 293.15])
    assert held(archive, "S")[1] == ["x", "y", "z"]


def test_masked_columns_and_times_of_astropy(archive):
    from astropy.table import Table
    from astropy.time import Time

    made = Table({"A": np.ma.array([1, 2, 3], mask=[1, 0, 0])}, masked=True)
    times = Time(TIMES, format="unix")
    times[2] = np.ma.masked
    made["time"] = times
    report = append_table(made, archive=archive)
    assert held(archive, "A") == ([S + 1], [2])
    assert report.rejected == {"time is not a number": 1}


def test_a_leap_second_goes_in_where_the_archive_has_one(tmp_path):
    from astropy.table import Table
    from astropy.time import Time

    archive = create_archive(tmp_path / "cxcsec", time_system="cxcsec")
    times = Time(["2016-12-31T23:59:59.5", "2016-12-31T23:59:60.5", "2017-01-01T00:00:00.5"], scale="utc")
    append_table(Table({"time": times, "A": [1, 2, 3]}), archive=archive)
    assert np.diff(held(archive, "A")[0]).tolist() == [1.0, 1.0]


@pytest.fixture(params=["unix", "cxcsec"])
def full(request, tmp_path):
    """An archive with numbers, states, texts, flags, bad samples and NaN, and an empty one of the same telemetry database."""
    known = [
        Entry("TEMP", unit="K", type="float32"),
        Entry("MODE", type="state", state_codes=((3, "FINE GUIDE"), (0, "SAFE"), (7, "SLEW"))),
        Entry("COUNTS", unit="V", type="int16", calibrations=Calibration(Polynomial((0.0, 0.5)))),
    ]
    archives = [create_archive(tmp_path / name, time_system=request.param) for name in ("full", "empty")]
    for archive in archives:
        write_yaml(known, archive.root / "tdb" / "t.yaml")
    source = archives[0]
    times = np.array(["2024-01-01T00:00:00.128", "2024-01-01T00:00:01.256", "2024-01-01T00:00:02.384"], "M8[ms]")
    append("temp", times, np.array([300.25, np.nan, 0.1], "f4"), quality=[0, 0, 1], archive=source)
    append("mode", times, ["SAFE", "FINE GUIDE", "SAFE"], archive=source)
    append("counts", times, np.array([1, 2, 3], "i2"), archive=source)
    append("word", times, ["a,b", "", 'say "x"'], archive=source)
    append("flag", times, [True, False, True], archive=source)
    append("big", times, np.array([2**63 - 1, 0, -(2**53) - 1]), archive=source)
    return archives


NAMES = ["TEMP", "MODE", "COUNTS", "WORD", "FLAG", "BIG"]
EXPORTS = ["to_pandas", "to_arrow", "to_xarray", "to_table", "to_timeseries"]


@pytest.mark.parametrize("export", EXPORTS)
@pytest.mark.parametrize("name", NAMES)
def test_what_jeta_exports_of_an_msid_goes_back_in_as_it_was(full, export, name):
    source, target = full
    with fetch.set_archive(source):
        table = getattr(fetch.MSID(name, "2024:001", "2024:002"), export)()
    append_table(table, archive=target)
    one, two = everything(source, name), everything(target, name)
    assert held(source, name)[0] == held(target, name)[0]
    np.testing.assert_array_equal(held(source, name)[1], held(target, name)[1])
    assert one.values.dtype == two.values.dtype
    np.testing.assert_array_equal(one.quality, two.quality)
    if name == "MODE":
        assert one.raws.tolist() == two.raws.tolist()


@pytest.mark.parametrize("export", EXPORTS)
def test_what_jeta_exports_of_a_set_goes_back_in(full, export):
    source, target = full
    names = ["TEMP", "MODE", "FLAG", "BIG"]
    with fetch.set_archive(source):
        table = getattr(fetch.MSIDset(names, "2024:001", "2024:002"), export)(bads="columns")
    append_table(table, archive=target)
    assert target.names() == sorted(names)
    for name in names[1:]:
        assert held(source, name) == held(target, name)
    # NaN of a wide table is no sample.
    assert held(target, "TEMP")[1] == [300.25, float(np.float32(0.1))]
    assert (everything(target, "TEMP").quality != 0).tolist() == [False, True]


def test_statistics_are_refused(full):
    source, target = full
    with fetch.set_archive(source):
        found = fetch.MSID("TEMP", "2024:001", "2024:002", stat="daily")
        for table in (found.to_pandas(), found.to_arrow(), found.to_table()):
            with pytest.raises(ValuesError, match="statistics"):
                append_table(table, archive=target)
    assert target.names() == []


def test_calibrated_values_without_raw_counts_are_refused(full):
    source, target = full
    with fetch.set_archive(source):
        frame = fetch.MSID("COUNTS", "2024:001", "2024:002").to_pandas()
        wide = fetch.MSIDset(["COUNTS"], "2024:001", "2024:002").to_pandas()
    for table in (frame.drop(columns="raw_vals"), wide):
        with pytest.raises(ValuesError, match=r"COUNTS: .*raw counts"):
            append_table(table, archive=target)
    assert target.names() == []


def test_nothing_is_imported_for_a_table_that_does_not_need_it(tmp_path):
    """A mapping of arrays needs no pandas, pyarrow, xarray or astropy."""
    code = (
        "import sys; from jeta.archive import create_archive; from jeta.update import append_table;"
        f"append_table({{'time': [1.5], 'A': [2]}}, archive=create_archive({str(tmp_path / 'a')!r}));"
        "print(sorted({'pandas', 'pyarrow', 'xarray', 'astropy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_times_with_a_unit(archive):
    u = pytest.importorskip("astropy.units")
    append_table({"time": [1.5, 2.5] * u.min, "A": [1, 2]}, archive=archive)
    assert held(archive, "A")[0] == [90.0, 150.0]
    with pytest.raises(ValuesError, match="the times are numbers in 'K'"):
        append_table({"time": [1.5, 2.5] * u.K, "A": [1, 2]}, archive=archive)


@pytest.mark.parametrize("kind", ["string_view", "dictionary", "date32", "decimal", "float16"])
def test_less_common_types_of_arrow(archive, kind):
    pa = pytest.importorskip("pyarrow")
    columns = {
        "string_view": (pa.array(["x", None], pa.string_view()), ["x"]),
        "dictionary": (pa.array([5, None]).dictionary_encode(), [5]),
        "decimal": (pa.array([None, 2.5]).cast(pa.decimal128(10, 2)), [2.5]),
        "float16": (pa.array(np.array([1.5, 2.5], np.float16)), [1.5, 2.5]),
        "date32": (pa.array([1, 2]), [1, 2]),
    }
    times = pa.array([0, 1], pa.date32()) if kind == "date32" else pa.array([0, 1], pa.timestamp("s", tz="UTC"))
    column, expected = columns[kind]
    append_table(pa.table({"time": times, "A": column}), archive=archive)
    assert held(archive, "A")[1] == expected


def test_several_chunks_of_arrow_with_dictionaries_of_their_own(archive):
    pa = pytest.importorskip("pyarrow")
    parts = [pa.table({"time": [float(n)], "A": pa.array([word]).dictionary_encode()}) for n, word in enumerate("xyx")]
    append_table(pa.concat_tables(parts), archive=archive)
    assert held(archive, "A") == ([0.0, 1.0, 2.0], ["x", "y", "x"])


def test_a_frame_of_vectors_is_refused(archive):
    frame = pd.DataFrame({"vals_0": [1.0], "vals_1": [2.0]}, index=UTC[:1])
    frame.attrs["MSID"] = "Q"
    with pytest.raises(ValuesError, match="the values of Q are vectors"):
        append_table(frame, archive=archive)


def test_the_unit_of_a_frame_of_one_msid_and_of_each_of_several(archive):
    write_yaml([Entry("A", unit="K"), Entry("B", unit="V")], archive.root / "tdb" / "t.yaml")
    one = pd.DataFrame({"vals": [0.0]}, index=UTC[:1])
    one.attrs.update(MSID="A", unit="degC")
    several = pd.DataFrame({"A": [10.0], "B": [1500.0]}, index=UTC[1:2])
    several.attrs["units"] = {"A": "degC", "B": "mV"}
    append_table(one, archive=archive)
    append_table(several, archive=archive)
    assert (held(archive, "A")[1], held(archive, "B")[1]) == ([273.15, 283.15], [1.5])


@pytest.fixture
def calibrated(tmp_path):
    """A set of which one MSID has a calibration and no unit, and an empty archive of the same telemetry database."""
    archives = [create_archive(tmp_path / name) for name in ("source", "target")]
    for archive in archives:
        known = [Entry("COUNTS", calibrations=Calibration(Polynomial((1.0, 2.0)))), Entry("TEMP", unit="K")]
        write_yaml(known, archive.root / "tdb" / "t.yaml")
    append("counts", TIMES, [1, 2, 3], archive=archives[0])
    append("temp", TIMES, [1.0, 2.0, 3.0], archive=archives[0])
    with fetch.set_archive(archives[0]):
        return fetch.MSIDset(["counts", "temp"], S, S + 10), archives[1]


@pytest.mark.parametrize("export", EXPORTS)
def test_calibrated_values_of_a_set_are_not_taken_for_raw_counts(calibrated, export):
    """No unit gives them away; what the table says of itself does."""
    dats, target = calibrated
    assert dats["counts"].vals.tolist() == [3.0, 5.0, 7.0]
    with pytest.raises(ValuesError, match=r"COUNTS: .*raw counts are stored"):
        append_table(getattr(dats, export)(), archive=target)
    assert target.names() == []


def test_who_names_the_columns_of_a_set_knows_what_they_hold(calibrated):
    dats, target = calibrated
    append_table(dats.to_pandas(), ["counts"], archive=target)
    assert held(target, "COUNTS")[1] == [3, 5, 7]


def test_attributes_of_others_called_as_those_of_a_set_do_no_harm(archive):
    xr = pytest.importorskip("xarray")
    for said in ("COUNTS", '["COUNTS"]', 7):
        append_table(
            xr.Dataset({"A": ("time", [1])}, {"time": UTC[:1].tz_localize(None)}, {"msids": said}), archive=archive
        )
    assert held(archive, "A")[1] == [1]


@pytest.mark.parametrize("index", [[3, 1, 2], np.array([0, 1, 2], "u1")], ids=["int", "uint"])
def test_whole_numbers_in_an_index_without_a_name_are_no_times(archive, index):
    """Rows that were chosen from a frame have such."""
    frame = pd.DataFrame({"A": [1, 2, 3]}, index=index)
    with pytest.raises(ValuesError, match=r"may only count the rows.*time=TABLE.index"):
        append_table(frame, archive=archive)
    append_table(frame, time=frame.index, archive=archive)
    append_table(frame["A"].rename("B").rename_axis("time"), archive=archive)
    assert held(archive, "A")[0] == held(archive, "B")[0] == sorted(map(float, index))


def test_floating_point_seconds_in_an_index_are_times(archive):
    append_table(pd.DataFrame({"A": [1, 2]}, index=[S, S + 0.5]), archive=archive)
    assert held(archive, "A") == ([S, S + 0.5], [1, 2])


def test_columns_of_other_times_are_left_out(archive):
    append_table(pd.DataFrame({"A": [1, 2, 3], "received": UTC}, index=UTC), archive=archive)
    assert archive.names() == ["A"]
    with pytest.raises(ValuesError, match="'received' holds times"):
        append_table(pd.DataFrame({"received": UTC}, index=UTC), ["received"], archive=archive)


@pytest.mark.parametrize("kind", ["str", object])
def test_times_as_pandas_writes_them_into_texts(archive, tmp_path, kind):
    """What `to_csv` of pandas wrote and `read_csv` read back, without a word on dates."""
    pd.DataFrame({"A": [1, 2, 3]}, index=UTC.tz_convert("Asia/Kolkata")).to_csv(tmp_path / "x.csv")
    frame = pd.read_csv(tmp_path / "x.csv", index_col=0)
    assert frame.index[0] == "2024-01-01 05:30:00+05:30"
    frame.index = frame.index.astype(kind)
    append_table(frame, archive=archive)
    assert held(archive, "A") == (TIMES, [1, 2, 3])


@pytest.mark.parametrize("flags", [["x", None, "y"], [1.5, None, 0.0], [None, "x", 1]], ids=["text", "float", "mixed"])
def test_a_quality_with_holes_that_is_none_is_refused(archive, flags):
    frame = pd.DataFrame({"A": [1, 2, 3], "q": pd.Series(flags, dtype=object, index=UTC)}, index=UTC)
    with pytest.raises(ValuesError, match="A: quality must be 3 booleans or numbers"):
        append_table(frame, quality="q", archive=archive)
    assert archive.names() == []


@pytest.mark.parametrize(
    "flags",
    [pd.array([True, None, False], "boolean"), pd.array([7, None, 0], "UInt8"), np.array([True, None, False], object)],
    ids=["boolean", "UInt8", "object"],
)
def test_where_a_quality_is_missing_samples_are_good(archive, flags):
    append_table(pd.DataFrame({"A": [1, 2, 3], "q": flags}, index=UTC), quality="q", archive=archive)
    assert (everything(archive, "A").quality != 0).tolist() == [True, False, False]
