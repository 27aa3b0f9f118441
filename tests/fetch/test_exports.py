"""One MSID as tables of other packages, and as files, read back with their own readers."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from astropy import units as u
from astropy.table import Table
from astropy.time import Time

import jeta
from jeta import fetch, fetch_eng, update
from jeta.archive import create_archive
from jeta.errors import MissingExtraError, ValuesError
from jeta.fetch.export_frames import frame_of
from jeta.tdb import Calibration, Entry, Enumeration, Polynomial, write_yaml
from jeta.times import to_seconds

ROWS = 1000
STEP_S = 0.256
SPAN = ("2022:143", "2022:144")
TEXTS = ["OFF", "ON", 'A, "B"\n', "°"]
NUMBERS = ["temp", "short", "int64", "uint64", "int8", "flag", "count", "held"]
STATES = ["mode", "text", "curve"]
EVERY = [*NUMBERS, *STATES]
STATISTICS = ["5min", "daily", "1h"]
TO_FILES = ["to_parquet", "to_csv", "to_ecsv", "to_hdf5", "to_fits"]
TO_TABLES = ["to_pandas", "to_xarray", "to_table", "to_timeseries", "to_arrow"]


def values():
    """Values of each kind, by MSID, as they are stored."""
    rows = np.arange(ROWS)
    floats = np.round(290 + np.sin(rows / 50), 3)
    floats[[3, 5, 7]] = np.nan, np.inf, -np.inf
    return {
        "temp": floats,
        "short": floats.astype(np.float32),
        "int64": rows + 2**53,
        "uint64": rows.astype(np.uint64) + np.uint64(2**63),
        "int8": (rows % 256 - 128).astype(np.int8),
        "flag": rows % 3 == 0,
        "mode": np.array(["OFF", "ON", "SAFE", "?"])[rows // 10 % 4],
        "text": np.array(TEXTS)[rows % 4],
        "count": rows.astype(np.int16),
        "held": (rows // 7).astype(np.int32),
        "curve": (rows // 9 % 2).astype(np.uint8),
    }


@pytest.fixture(scope="module", params=["unix", "cxcsec"])
def archive(request, tmp_path_factory):
    """An archive in either time system; of TEMP every tenth sample is bad."""
    archive = create_archive(tmp_path_factory.mktemp("exports") / "obs", name="observatory", time_system=request.param)
    entries = [
        Entry("temp", unit="K", description="A temperature"),
        Entry("mode", state_codes={0: "OFF", 1: "ON ", 7: "SAFE", 9: "NEVER"}, description="A mode"),
        Entry("count", type="int16", unit="V", calibrations=Calibration(Polynomial((-10.0, 0.5)))),
        Entry("curve", type="uint8", calibrations=Calibration(Enumeration({0: "LOW", 1: "HIGH"}))),
        Entry("held", unit="CNTS", on_change=True),
    ]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    times = np.round(to_seconds("2022:143:00:10:00.125", request.param) + STEP_S * np.arange(ROWS), 3)
    for name, vals in values().items():
        bads = np.arange(ROWS) % 10 == 0 if name == "temp" else None
        update.append(name, times, vals, bads, archive=archive)
    return archive


@pytest.fixture(autouse=True)
def _in_use(archive, monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    with fetch.set_archive(archive):
        yield


def seconds(index, dat):
    """Times of a DataFrame as seconds."""
    return to_seconds(index.tz_convert(None).to_numpy(), dat.time_system)


def same(found, expected):
    """Whether arrays are the same, NaN too."""
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


# ---------------------------------------------------------------------- pandas


@pytest.mark.parametrize("name", NUMBERS)
def test_pandas_has_numbers_as_they_are(name):
    """Values, type, flags, times to the last bit; and the memory of `vals`."""
    dat = fetch.MSID(name, *SPAN)
    made = dat.to_pandas()
    assert made["vals"].dtype == dat.vals.dtype
    same(made["vals"], dat.vals)
    same(made["bads"], dat.bads)
    assert seconds(made.index, dat).tolist() == dat.times.tolist()
    assert np.shares_memory(made["vals"].to_numpy(), dat.vals)


@pytest.mark.skipif(int(pd.__version__.split(".")[0]) < 3, reason="pandas copies on write from version 3 on")
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_written_into_a_frame_does_not_reach_the_object(name):
    """Of one MSID, and of a set, though nothing was copied."""
    dats = fetch.MSIDset([name], *SPAN)
    dat, before = dats[name], np.array(dats[name].vals)
    for made, column in ((dat.to_pandas(), "vals"), (dats.to_pandas(bads="keep"), name)):
        assert np.shares_memory(made[column].to_numpy(), dat.vals)
        made.loc[made.index[:5], column] = made[column].iloc[-1]
        same(made[column].iloc[:5], [before[-1]] * 5)
        same(dat.vals, before)


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("name", STATES)
def test_pandas_has_states_as_categories(name, looked_at):
    """Whether their texts were asked for before or not; with the raw counts where there are some."""
    dat, other = fetch.MSID(name, *SPAN), fetch.MSID(name, *SPAN)
    if looked_at:
        assert len(dat.vals) == ROWS
    made = dat.to_pandas()
    assert isinstance(made["vals"].dtype, pd.CategoricalDtype)
    assert made["vals"].tolist() == other.vals.tolist()
    assert ("raw_vals" in made) == (other.raw_vals is not None)
    if other.raw_vals is not None:
        assert made["raw_vals"].dtype == other.raw_vals.dtype
        same(made["raw_vals"], other.raw_vals)


def test_pandas_does_not_make_texts_of_codes():
    """Of 31.5 million samples these would be 1.3 GB."""
    dat = fetch.MSID("mode", *SPAN)
    dat.to_pandas()
    assert dat.coded is not None


def test_categories_are_in_the_order_of_raw_counts():
    """Also those that never occur; texts that are no state come last."""
    made = fetch.MSID("mode", *SPAN).to_pandas()
    assert made["vals"].cat.categories.tolist() == ["OFF", "ON", "SAFE", "NEVER", "?"]
    assert fetch.MSID("curve", *SPAN).to_pandas()["vals"].cat.categories.tolist() == ["LOW", "HIGH"]


def test_state_codes_of_a_script_count():
    """Those that `fetch.STATE_CODES` has."""
    fetch.STATE_CODES["MODE"] = [(2, "SAFE"), (5, "OFF")]
    try:
        made = fetch.MSID("mode", *SPAN).to_pandas()
    finally:
        del fetch.STATE_CODES["MODE"]
    assert made["vals"].cat.categories.tolist() == ["SAFE", "OFF", "?", "ON"]
    assert set(made["raw_vals"]) == {2, 5, -1}


def test_calibrated_values_come_with_their_counts():
    """As `raw_vals` has them."""
    made = fetch.MSID("count", *SPAN).to_pandas()
    same(made["vals"], np.arange(ROWS) * 0.5 - 10)
    same(made["raw_vals"], np.arange(ROWS))


def test_columns_are_those_of_colnames_and_flags_only_if_there():
    """In that order, without the times."""
    assert list(fetch.MSID("temp", *SPAN).to_pandas()) == ["vals", "bads"]
    assert list(fetch.Msid("temp", *SPAN).to_pandas()) == ["vals"]


def test_filtered_samples_are_left_out():
    """What is exported is what the object has."""
    dat = fetch.Msid("temp", *SPAN)
    assert len(dat.to_pandas()) == len(dat) == ROWS * 9 // 10


@pytest.mark.parametrize("stat", STATISTICS)
@pytest.mark.parametrize("name", EVERY)
def test_pandas_has_statistics(name, stat):
    """All columns, each as the attribute is; `nans` too."""
    dat = fetch.MSID(name, *SPAN, stat=stat, last_bin=True)
    made = dat.to_pandas()
    expected = [column for column in dat.colnames if column != "times"]
    expected += [column for column in ("nans", "raw_vals") if getattr(dat, column) is not None]
    assert list(made) == expected
    assert len(made) == len(dat) > 0
    for column in expected:
        array = getattr(dat, column)
        assert array.dtype.kind == "U" or made[column].dtype == array.dtype
        same(made[column].to_numpy(array.dtype), array)
    assert (made.attrs["stat"], made.attrs["dt"]) == (stat, dat.dt)


def test_statistics_name_units_of_columns_that_have_one():
    """Numbers of samples have none."""
    attrs = fetch.MSID("temp", *SPAN, stat="daily", last_bin=True).to_pandas().attrs
    assert set(attrs["units"].values()) == {"K"}
    assert {"vals", "mins", "stds", "p01s", "midvals"} <= set(attrs["units"])
    assert not {"samples", "indexes", "nans"} & set(attrs["units"])


def test_attrs_tell_what_it_is_and_where_it_is_from(archive):
    """And are JSON."""
    dat = fetch.MSID("mode", *SPAN)
    attrs = dat.to_pandas().attrs
    expected = {
        "MSID": "MODE",
        "unit": None,
        "description": "A mode",
        "time_scale": "utc",
        "time_system": archive.time_system,
        "tstart": dat.tstart,
        "tstop": dat.tstop,
        "datestart": "2022:143:00:00:00.000",
        "datestop": "2022:144:00:00:00.000",
        "stat": None,
        "dt": None,
        "unit_system": "cxc",
        "archive": "observatory",
        "source": dict(dat.data_source),
        "state_codes": [[0, "OFF"], [1, "ON"], [7, "SAFE"], [9, "NEVER"]],
        "jeta_version": jeta.__version__,
    }
    assert {key: attrs[key] for key in expected} == expected
    assert json.loads(json.dumps(attrs)) == attrs


def test_unit_is_that_of_the_values():
    """Of the unit system in which they were fetched."""
    dat = fetch_eng.MSID("temp", *SPAN)
    attrs = dat.to_pandas().attrs
    assert (attrs["unit"], attrs["units"], attrs["unit_system"]) == ("DEGF", {"vals": "DEGF"}, "eng")


def test_values_that_a_script_has_set():
    """Numbers, and texts of its own."""
    dat = fetch.MSID("temp", *SPAN)
    dat.vals = dat.vals - 273.15
    same(dat.to_pandas()["vals"], dat.vals)
    dat.vals = np.array([f"s{row % 3}" for row in range(ROWS)])
    assert dat.to_pandas()["vals"].cat.categories.tolist() == ["s0", "s1", "s2"]


def test_masked_values_are_missing():
    """As numpy's masked arrays have it."""
    dat = fetch.MSID("held", *SPAN)
    dat.vals = np.ma.masked_less(dat.vals, 2)
    made = dat.to_pandas()
    assert str(made["vals"].dtype) == "Int32"
    assert made["vals"].isna().sum() == 14


def test_values_of_another_length_are_refused():
    """With both lengths."""
    dat = fetch.MSID("temp", *SPAN)
    dat.vals = dat.vals[:-1]
    with pytest.raises(ValuesError, match=r"\(999,\), but there are 1000 times"):
        dat.to_pandas()


def test_on_a_grid():
    """After `interpolate`."""
    dat = fetch.MSID("temp", *SPAN).interpolate(dt=1.0, copy=True)
    made = dat.to_pandas()
    same(made["vals"], dat.vals)
    assert seconds(made.index, dat).tolist() == dat.times.tolist()


# ---------------------------------------------------------------------- the others


@pytest.mark.parametrize("name", EVERY)
def test_xarray_has_values_units_and_states(name):
    """States by their numbers."""
    dat = fetch.MSID(name, *SPAN)
    made = dat.to_xarray()
    found = made["vals"].to_numpy()
    if "states" in made["vals"].attrs:
        meaning = json.loads(made["vals"].attrs["states"])
        assert [meaning[str(number)] for number in found.tolist()] == dat.vals.tolist()
    else:
        same(found, dat.vals)
    assert made["vals"].attrs.get("units") == dat.unit
    assert to_seconds(made["time"].values, dat.time_system).tolist() == dat.times.tolist()
    assert made.attrs["archive"] == "observatory"


def test_xarray_counts_are_those_of_the_telemetry_database():
    """Where all states have one."""
    made = fetch.MSID("curve", *SPAN).to_xarray()
    same(made["vals"], values()["curve"])
    assert made["vals"].attrs["flag_meanings"] == "LOW HIGH"


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("method", ["to_table", "to_timeseries"])
def test_table_and_timeseries(name, method):
    """Times, values, types, units."""
    dat = fetch.MSID(name, *SPAN)
    made = getattr(dat, method)()
    assert isinstance(made["time"], Time)
    assert to_seconds(made["time"], dat.time_system).tolist() == dat.times.tolist()
    found = getattr(made["vals"], "value", made["vals"])
    same(found, dat.vals)
    if name == "temp":
        assert made["vals"].unit == u.K
    assert made.meta["MSID"] == name.upper()


@pytest.mark.parametrize("name", EVERY)
def test_arrow_and_parquet_and_pandas_agree(tmp_path, name):
    """Three ways to one DataFrame, attrs included."""
    dat = fetch.MSID(name, *SPAN)
    expected = dat.to_pandas()
    dat.to_parquet(tmp_path / "a.parquet")
    back = pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(back, expected)
    pd.testing.assert_frame_equal(dat.to_arrow().to_pandas(), expected)
    assert back.attrs == expected.attrs
    field = pq.read_schema(tmp_path / "a.parquet").field("vals")
    assert (field.metadata or {}).get(b"unit", b"").decode() == (dat.unit or "")


@pytest.mark.parametrize("stat", [None, *STATISTICS])
@pytest.mark.parametrize("name", EVERY)
def test_parquet_of_anything(tmp_path, name, stat):
    """Samples without bad ones, and statistics."""
    dat = fetch.Msid(name, *SPAN, stat=stat)
    dat.to_parquet(tmp_path / "a.parquet")
    back = pd.read_parquet(tmp_path / "a.parquet")
    if len(dat):
        pd.testing.assert_frame_equal(back, dat.to_pandas())
    else:
        assert list(back) == list(dat.to_pandas())


@pytest.mark.parametrize("stat", [None, "daily"])
@pytest.mark.parametrize("name", EVERY)
def test_ecsv_keeps_everything(tmp_path, name, stat):
    """Values, types, times, units, states, metadata."""
    dat = fetch.MSID(name, *SPAN, stat=stat, **({"last_bin": True} if stat else {}))
    dat.to_ecsv(tmp_path / "a.ecsv")
    back, made = Table.read(tmp_path / "a.ecsv"), dat.to_table()
    assert to_seconds(back["time"], dat.time_system).tolist() == dat.times.tolist()
    for column in made.colnames[1:]:
        same(back[column], made[column])
        assert back[column].unit == made[column].unit
        assert made[column].dtype.kind == back[column].dtype.kind == "U" or back[column].dtype == made[column].dtype
        assert (back[column].meta, back[column].description) == (made[column].meta, made[column].description)
    assert back.meta == made.meta


@pytest.mark.parametrize("stat", [None, "daily"])
@pytest.mark.parametrize("name", EVERY)
def test_hdf5_keeps_everything(tmp_path, name, stat):
    """As ECSV does; texts as UTF-8."""
    dat = fetch.MSID(name, *SPAN, stat=stat, **({"last_bin": True} if stat else {}))
    dat.to_hdf5(tmp_path / "a.h5")
    back, made = Table.read(tmp_path / "a.h5", path=name.upper()), dat.to_table()
    assert to_seconds(back["time"], dat.time_system).tolist() == dat.times.tolist()
    for column in made.colnames[1:]:
        if made[column].dtype.kind == "U":
            assert back[column].tolist() == made[column].tolist()
        else:
            same(back[column], made[column])
            assert (back[column].dtype, back[column].unit) == (made[column].dtype, made[column].unit)
    assert back.meta == made.meta


@pytest.mark.parametrize("stat", [None, "daily"])
@pytest.mark.parametrize("name", [name for name in EVERY if name != "text"])
def test_fits_keeps_everything_that_it_can(tmp_path, name, stat):
    """Values, times in both ways, units, metadata."""
    dat = fetch.MSID(name, *SPAN, stat=stat, **({"last_bin": True} if stat else {}))
    dat.to_fits(tmp_path / "a.fits")
    back = Table.read(tmp_path / "a.fits", hdu=name.upper(), astropy_native=True, character_as_bytes=False)
    made = dat.to_table()
    assert back["times"].tolist() == dat.times.tolist()
    assert to_seconds(back["time"], dat.time_system).tolist() == dat.times.tolist()
    for column in made.colnames[1:]:
        same(np.asarray(back[column]), made[column])
        assert back[column].unit == made[column].unit
    assert json.loads(back.meta["JETA"]) == made.meta


def test_fits_refuses_texts_beyond_ascii(tmp_path):
    """With the way out."""
    with pytest.raises(ValuesError, match="write ECSV, HDF5 or Parquet"):
        fetch.MSID("text", *SPAN).to_fits(tmp_path / "a.fits")


@pytest.mark.parametrize("name", EVERY)
def test_csv_is_read_by_pandas_at_once(tmp_path, name):
    """Values to the last bit, times to the last digit."""
    dat = fetch.MSID(name, *SPAN)
    dat.to_csv(tmp_path / "a.csv")
    back = pd.read_csv(
        tmp_path / "a.csv", parse_dates=["time"], dtype={"vals": dat.vals.dtype} if name == "short" else None
    )
    assert list(back) == ["time", *dat.to_pandas()]
    same(back["vals"], dat.vals)
    same(back["bads"], dat.bads)
    assert seconds(pd.DatetimeIndex(back["time"]), dat).tolist() == dat.times.tolist()


def test_csv_can_name_units(tmp_path):
    """On request."""
    fetch.MSID("temp", *SPAN).to_csv(tmp_path / "a.csv", units=True)
    assert (tmp_path / "a.csv").read_text().startswith("time,vals [K],bads\n2022-05-23T00:10:00.125Z,290.0,True\n")


# ---------------------------------------------------------------------- edges


@pytest.mark.parametrize("method", TO_TABLES)
@pytest.mark.parametrize("name", EVERY)
def test_tables_of_no_samples_and_of_one(name, method):
    """Nothing special."""
    for stop, rows in (("2022:143:00:10:00", 0), ("2022:143:00:10:00.3", 1)):
        dat = fetch.MSID(name, "2022:143", stop)
        assert len(dat) == rows
        made = getattr(dat, method)()
        assert (made.sizes["time"] if method == "to_xarray" else len(made)) == rows


@pytest.mark.parametrize("method", TO_FILES)
@pytest.mark.parametrize("name", [name for name in EVERY if name != "text"])
def test_files_of_no_samples_and_of_one(tmp_path, name, method):
    """Are files that their readers take."""
    read = {"to_parquet": pd.read_parquet, "to_csv": pd.read_csv}.get(method, Table.read)
    path = tmp_path / f"a.{'h5' if method == 'to_hdf5' else method[3:]}"
    for stop, rows in (("2022:143:00:10:00", 0), ("2022:143:00:10:00.3", 1)):
        getattr(fetch.MSID(name, "2022:143", stop), method)(path)
        assert len(read(path)) == rows


@pytest.mark.parametrize("method", TO_TABLES)
def test_times_that_are_no_seconds_are_refused_by_tables(method):
    """After get_telem(time_format=...)."""
    dat = fetch.get_telem(["temp"], *SPAN, time_format="date", quiet=True)["temp"]
    with pytest.raises(ValuesError, match="shown as 'date'"):
        getattr(dat, method)()


@pytest.mark.parametrize("method", TO_FILES)
def test_times_that_are_no_seconds_are_refused_by_files(tmp_path, method):
    """And no file is left."""
    dat = fetch.get_telem(["temp"], *SPAN, time_format="date", quiet=True)["temp"]
    with pytest.raises(ValuesError, match="shown as 'date'"):
        getattr(dat, method)(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("method", TO_FILES)
def test_files_return_nothing_and_replace(tmp_path, method):
    """An existing file, as a whole."""
    (tmp_path / "a").write_text("old")
    assert getattr(fetch.MSID("mode", *SPAN), method)(str(tmp_path / "a")) is None
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").stat().st_size > 100


@pytest.mark.parametrize("method", TO_FILES)
def test_missing_folder(tmp_path, method):
    """Says so."""
    with pytest.raises(FileNotFoundError, match="make it"):
        getattr(fetch.MSID("mode", *SPAN), method)(tmp_path / "no" / "a")


@pytest.mark.parametrize(
    ("package", "method", "extra"),
    [
        ("pandas", "to_pandas", "pandas"),
        ("xarray", "to_xarray", "xarray"),
        ("pyarrow", "to_arrow", "arrow"),
        ("pyarrow", "to_parquet", "arrow"),
    ],
)
def test_missing_package(monkeypatch, tmp_path, package, method, extra):
    """The command that installs it."""
    if method == "to_parquet":
        monkeypatch.delitem(sys.modules, "pyarrow.parquet", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'jeta\[{extra}\]'"):
        getattr(fetch.MSID("temp", *SPAN), method)(*([tmp_path / "a"] if method == "to_parquet" else []))


def test_an_object_may_outlive_its_archive(tmp_path):
    """Its name is not known then."""
    own = create_archive(tmp_path / "gone")
    update.append("A", ["2022:143"], [1.0], archive=own)
    with fetch.set_archive(own):
        dat = fetch.MSID("A", *SPAN)
    (tmp_path / "gone").rename(tmp_path / "elsewhere")
    assert dat.to_pandas().attrs["archive"] is None


def test_frames_share_the_arrays_of_the_object():
    """Nothing is copied before a package asks for it."""
    dat = fetch.MSID("temp", *SPAN)
    frame = frame_of(dat)
    assert frame.times is dat.times
    assert np.shares_memory(frame.columns["vals"].values, dat.vals)


def test_importing_fetch_imports_none_of_the_packages():
    """Nor does it import jeta.tables."""
    heavy = "pandas", "xarray", "pyarrow", "astropy", "jeta.tables"
    code = f"import sys; from jeta import fetch; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_alarms_are_a_column_where_there_are_some():
    """After those of `colnames`."""
    dat = fetch.MSID("mode", *SPAN)
    dat.alarms = np.arange(ROWS, dtype=np.int16)
    made = dat.to_pandas()
    assert list(made) == ["vals", "bads", "alarms", "raw_vals"]
    assert made["alarms"].tolist() == list(range(ROWS))


class Quaternion(fetch.ComputedMsid):
    """Four numbers a sample, and a column of its own."""

    msid_match = r"export_quat"

    def get_msid_attrs(self, tstart, tstop, msid, msid_args):
        """Three samples."""
        vals = np.arange(12.0).reshape(3, 4)
        return {
            "vals": vals,
            "bads": np.zeros(3, bool),
            "times": tstart + np.arange(3.0),
            "extra": np.arange(3),
            "unit": "V",
        }


def test_computed_msids_with_vectors_and_columns_of_their_own(tmp_path):
    """Components are columns where a table has no vectors."""
    dat = fetch.MSID("export_quat", *SPAN)
    made = dat.to_pandas()
    assert list(made) == ["vals_0", "vals_1", "vals_2", "vals_3", "bads", "extra"]
    assert made["vals_3"].tolist() == [3.0, 7.0, 11.0]
    assert dat.to_table()["vals"].shape == dat.to_xarray()["vals"].shape == (3, 4)
    for method in TO_FILES:
        getattr(dat, method)(tmp_path / method)
    assert Table.read(tmp_path / "to_fits", format="fits")["vals"].tolist() == dat.vals.tolist()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "to_parquet"), made)


def test_copies_leave_the_object_alone():
    """Where a script writes into its DataFrame."""
    dat = fetch.MSID("temp", *SPAN)
    before = dat.vals.copy()
    made = dat.to_pandas(copy=True)
    made["vals"] = 0.0
    made.loc[made.index[0], "bads"] = False
    same(dat.vals, before)
    assert dat.bads[0]


@pytest.mark.parametrize("method", [*TO_TABLES, *TO_FILES])
def test_nothing_of_the_object_is_changed(tmp_path, method):
    """Neither its arrays nor its list of columns."""
    dat, other = fetch.MSID("mode", *SPAN), fetch.MSID("mode", *SPAN)
    getattr(dat, method)(*([tmp_path / "a"] if method in TO_FILES else []))
    assert dat.colnames == other.colnames
    for name in ("times", "vals", "bads", "raw_vals"):
        same(getattr(dat, name), getattr(other, name))


@pytest.mark.parametrize("method", ["to_table", "to_timeseries"])
def test_astropy_asks_no_server(monkeypatch, method):
    """For the rotation of the Earth, which UTC does not need."""

    def refuse(*args, **options):
        raise AssertionError("the network was asked for")

    monkeypatch.setattr("socket.socket.connect", refuse)
    made = getattr(fetch.MSID("temp", *SPAN), method)()
    assert made["time"].isot[0] == "2022-05-23T00:10:00.125"


def test_samples_within_a_leap_second(tmp_path):
    """astropy's tables tell them from the second after, as does the archive; datetimes have none of their own."""
    own = create_archive(tmp_path / "leap", time_system="cxcsec")
    midnight = to_seconds("2017:001", "cxcsec")
    update.append("A", midnight + np.arange(-2.0, 2.0), np.arange(4), archive=own)
    with fetch.set_archive(own):
        dat = fetch.MSID("A", "2016:366", "2017:002")
    dat.to_ecsv(tmp_path / "a.ecsv")
    assert Table.read(tmp_path / "a.ecsv")["time"].isot[1] == "2016-12-31T23:59:60.000"
    assert [f"{time:%H:%M:%S}" for time in dat.to_pandas().index] == ["23:59:59", "00:00:00", "00:00:00", "00:00:01"]
