"""Several MSIDs as tables of other packages, and as files."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.errors import ValuesError
from jeta.tdb import Entry, write_yaml
from jeta.times import to_seconds

T0 = 1_653_264_000.0  # 2022:143
NAMES = ["a_temp", "b_mode", "c_flag", "d_int"]
TABLES = ["to_pandas", "to_xarray", "to_table", "to_timeseries", "to_arrow"]
FILES = ["to_parquet", "to_csv", "to_ecsv", "to_hdf5", "to_fits"]
READERS = {"to_parquet": pd.read_parquet, "to_csv": pd.read_csv}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Two MSIDs with times of their own, two that share theirs; of each every fifth sample is bad."""
    archive = create_archive(tmp_path_factory.mktemp("sets") / "obs")
    entries = [Entry("a_temp", unit="K"), Entry("b_mode", state_codes={0: "OFF", 1: "ON"}, on_change=True)]
    write_yaml(entries, archive.layout.tdb / "msids.yaml")
    rows = np.arange(60)
    series = {
        "a_temp": (T0 + 10.0 * rows, rows * 0.5),
        "b_mode": (T0 + 15.0 * rows, np.array(["OFF", "ON"])[rows % 2]),
        "c_flag": (T0 + 10.0 * rows + 1, rows % 2 == 0),
        "d_int": (T0 + 10.0 * rows + 1, rows + 2**53),
    }
    for name, (times, values) in series.items():
        update.append(name, times, values, rows % 5 == 4, archive=archive)
    return archive


@pytest.fixture(autouse=True)
def _in_use(archive, monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    with fetch.set_archive(archive):
        yield


@pytest.fixture
def dats():
    """All four, with bad samples."""
    return fetch.MSIDset(NAMES, T0, T0 + 300)


def seconds(index):
    """Times of a DataFrame as seconds."""
    return to_seconds(index.tz_convert(None).to_numpy(), "unix").tolist()


def length(made):
    """Rows of a table of any kind."""
    return made.sizes["time"] if hasattr(made, "sizes") else len(made)


def test_wide_table_has_a_column_for_each_on_the_union_of_times(dats):
    """At each time the values of those that have a sample then, and nothing where there is none."""
    made = dats.to_pandas()
    assert list(made) == NAMES
    assert seconds(made.index) == sorted({time for dat in dats.values() for time in dat.times.tolist()})
    for name, dat in dats.items():
        good = dat.filter_bad(copy=True)
        column = made[name].dropna()
        assert seconds(column.index) == good.times.tolist()
        assert column.tolist() == good.vals.tolist()


def test_types_stay_where_values_are_missing(dats):
    """Integers beyond 2**53 and booleans are neither float nor object."""
    types = {name: str(kind) for name, kind in dats.to_pandas().dtypes.items()}
    assert types == {"a_temp": "float64", "b_mode": "category", "c_flag": "boolean", "d_int": "Int64"}


def test_same_times_are_not_joined():
    """Nothing is missing, types are plain, memory is shared."""
    dats = fetch.MSIDset(["c_flag", "d_int"], T0, T0 + 100)
    made = dats.to_pandas(bads="keep")
    assert [str(kind) for kind in made.dtypes] == ["bool", "int64"]
    assert np.shares_memory(made["d_int"].to_numpy(), dats["d_int"].vals)
    assert seconds(made.index) == dats["d_int"].times.tolist()


def test_names_are_those_of_the_set():
    """As typed."""
    assert list(fetch.MSIDset(["D_INT", "a_Temp"], T0, T0 + 30).to_pandas()) == ["D_INT", "a_Temp"]


@pytest.mark.parametrize("method", [None, "previous", "nearest"])
def test_grid_is_that_of_interpolate(dats, method):
    """And the set stays as it is."""
    made = dats.to_pandas(dt=20, method=method)
    expected = dats.interpolate(dt=20, method=method, copy=True)
    assert seconds(made.index) == expected.times.tolist()
    for name, dat in expected.items():
        assert made[name].tolist() == dat.vals.tolist()
    assert [str(kind) for kind in made.dtypes] == ["float64", "category", "bool", "int64"]
    assert not hasattr(dats, "times")
    assert [len(dat) for dat in dats.values()] == [30, 20, 30, 30]


def test_grid_with_values_that_are_too_old(dats):
    """They are missing, and no number takes their place."""
    made = dats.to_pandas(dt=1, method="previous", max_age=5)
    assert made["d_int"].isna().any()
    assert str(made["d_int"].dtype) == "Int64"
    ages = np.array(
        [at - max(t for t in dats["d_int"].times[~dats["d_int"].bads] if t <= at) for at in seconds(made.index)]
    )
    assert made["d_int"].isna().tolist() == (ages > 5).tolist()


def test_bad_values_can_be_kept(dats):
    """As they are, or with flags beside them."""
    kept = dats.to_pandas(bads="keep")
    assert kept["a_temp"].dropna().tolist() == dats["a_temp"].vals.tolist()
    made = dats.to_pandas(bads="columns")
    assert list(made) == [column for name in NAMES for column in (name, f"{name}_bads")]
    assert made["d_int_bads"].dropna().tolist() == dats["d_int"].bads.tolist()


def test_bad_values_can_be_kept_on_a_grid(dats):
    """Then bad samples are not passed over."""
    made = dats.to_pandas(dt=10, bads="columns")
    assert made["a_temp_bads"].any()
    assert not dats.to_pandas(dt=10).isna().any().any()


def test_separate_tables(dats):
    """As each member makes them."""
    made = dats.to_pandas(separate=True)
    assert list(made) == NAMES
    for name, dat in dats.items():
        pd.testing.assert_frame_equal(made[name], dat.to_pandas())


def test_separate_tables_on_a_grid(dats):
    """All on the same times."""
    made = dats.to_pandas(dt=20, separate=True)
    assert len({tuple(seconds(frame.index)) for frame in made.values()}) == 1


@pytest.mark.parametrize("stat", ["5min", "daily", "1min"])
def test_statistics_have_two_levels(stat):
    """MSID and column, with what is missing where a member has no bin."""
    dats = fetch.MSIDset(NAMES, T0, T0 + 3600, stat=stat, last_bin=True)
    made = dats.to_pandas()
    assert list(made.columns.names) == ["msid", "column"]
    for name, dat in dats.items():
        assert list(made[name]) == list(dat.to_pandas())
        assert made[name]["samples"].dropna().tolist() == dat.samples.tolist()
    assert made["a_temp"]["means"].dropna().tolist() == dats["a_temp"].means.tolist()


@pytest.mark.parametrize("method", TABLES[1:])
def test_statistics_have_one_level_elsewhere(method):
    """Named after MSID and column."""
    made = getattr(fetch.MSIDset(["a_temp", "b_mode"], T0, T0 + 3600, stat="1min"), method)()
    names = list(made) if method == "to_xarray" else made.column_names if method == "to_arrow" else made.colnames
    assert {"a_temp_means", "a_temp_samples", "b_mode_n_ONs"} <= set(names)


def test_metadata_of_every_member(dats):
    """By name; what they have in common once more."""
    attrs = dats.to_pandas().attrs
    assert list(attrs["msids"]) == NAMES
    assert attrs["msids"]["a_temp"] == {
        key: value for key, value in dats["a_temp"].to_pandas().attrs.items() if key not in {"units", "descriptions"}
    }
    assert (attrs["datestart"], attrs["units"]) == ("2022:143:00:00:00.000", {"a_temp": "K"})
    assert json.loads(json.dumps(attrs)) == attrs


@pytest.mark.parametrize("method", TABLES)
@pytest.mark.parametrize("options", [{}, {"dt": 20}, {"bads": "columns"}], ids=str)
def test_every_kind_of_table_has_the_same_rows(dats, method, options):
    """Those of the DataFrame."""
    assert length(getattr(dats, method)(**options)) == len(dats.to_pandas(**options))
    separate = getattr(dats, method)(separate=True, **{k: v for k, v in options.items() if k == "dt"})
    assert list(separate) == NAMES


def test_missing_values_in_every_kind_of_table(dats):
    """Masked, null, or said by another variable."""
    gone = dats.to_pandas()["d_int"].isna().tolist()
    assert dats.to_table()["d_int"].mask.tolist() == gone
    assert dats.to_timeseries()["d_int"].mask.tolist() == gone
    assert dats.to_arrow()["d_int"].is_null().to_pylist() == gone
    assert dats.to_xarray()["d_int_missing"].to_numpy().tolist() == gone


def test_parquet(tmp_path, dats):
    """pandas reads the wide DataFrame of it."""
    dats.to_parquet(tmp_path / "a.parquet")
    back = pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(back, dats.to_pandas())
    assert back.attrs == dats.to_pandas().attrs
    assert pq.read_schema(tmp_path / "a.parquet").field("a_temp").metadata[b"unit"] == b"K"


def test_csv(tmp_path, dats):
    """Missing values are empty."""
    dats.to_csv(tmp_path / "a.csv", units=True)
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[:4] == [
        "time,a_temp [K],b_mode,c_flag,d_int",
        "2022-05-23T00:00:00.000Z,0.0,OFF,,",
        f"2022-05-23T00:00:01.000Z,,,True,{2**53}",
        "2022-05-23T00:00:10.000Z,0.5,,,",
    ]


def test_ecsv(tmp_path, dats):
    """A wide table with masks."""
    dats.to_ecsv(tmp_path / "a.ecsv")
    back, made = Table.read(tmp_path / "a.ecsv"), dats.to_table()
    for name in NAMES:
        assert back[name].tolist() == made[name].tolist()
    assert back["d_int"].dtype == np.int64
    assert back.meta == made.meta


def test_hdf5_has_a_table_for_each_member(tmp_path, dats):
    """Whatever their times are."""
    dats.to_hdf5(tmp_path / "a.h5")
    for name, dat in dats.items():
        back = Table.read(tmp_path / "a.h5", path=name)
        assert back["vals"].tolist() == dat.vals.tolist()
        assert back["bads"].tolist() == dat.bads.tolist()
        assert to_seconds(back["time"]).tolist() == dat.times.tolist()
        assert back.meta["MSID"] == name.upper()


def test_fits_has_an_extension_for_each_member(tmp_path, dats):
    """Whatever their times are."""
    dats.to_fits(tmp_path / "a.fits")
    with fits.open(tmp_path / "a.fits") as file:
        assert [hdu.name for hdu in file] == ["PRIMARY", *NAMES]
    for name, dat in dats.items():
        back = Table.read(tmp_path / "a.fits", hdu=name)
        assert back["vals"].tolist() == dat.vals.tolist()
        assert back["times"].tolist() == dat.times.tolist()


def test_hdf5_and_fits_can_have_one_wide_table(tmp_path, dats):
    """On request."""
    dats.to_hdf5(tmp_path / "a.h5", separate=False, dt=20)
    dats.to_fits(tmp_path / "a.fits", separate=False, dt=20)
    expected = dats.to_pandas(dt=20)
    for back in (Table.read(tmp_path / "a.h5", path="msids"), Table.read(tmp_path / "a.fits", hdu="msids")):
        for name in NAMES:
            assert back[name].tolist() == expected[name].tolist()


@pytest.mark.parametrize("method", FILES)
@pytest.mark.parametrize("stat", [None, "1min"])
def test_files_on_a_grid(tmp_path, method, stat):
    """Statistics too."""
    dats = fetch.MSIDset(NAMES, T0, T0 + 600, stat=stat)
    path = tmp_path / f"a.{'h5' if method == 'to_hdf5' else method[3:]}"
    more = {"separate": False} if method in {"to_hdf5", "to_fits"} else {}
    getattr(dats, method)(path, dt=60, **more)
    assert len(READERS.get(method, Table.read)(path)) == len(dats.to_pandas(dt=60))


@pytest.mark.parametrize("method", TABLES)
def test_empty_set(method):
    """An empty table."""
    made = getattr(fetch.MSIDset([], T0, T0 + 1), method)()
    assert length(made) == 0
    assert getattr(fetch.MSIDset([], T0, T0 + 1), method)(separate=True) == {}


@pytest.mark.parametrize("method", FILES)
def test_file_of_an_empty_set(tmp_path, method):
    """Is there."""
    getattr(fetch.MSIDset([], T0, T0 + 1), method)(tmp_path / "a")
    assert (tmp_path / "a").stat().st_size > 0


@pytest.mark.parametrize("method", TABLES)
def test_members_without_samples(method):
    """A set of a span in which nothing was sent, with and without a grid."""
    dats = fetch.MSIDset(NAMES, T0 - 100, T0 - 50)
    assert length(getattr(dats, method)()) == 0
    assert length(getattr(dats, method)(dt=10)) == 0


def test_one_member_without_samples():
    """Its column is missing throughout, in its type."""
    dats = fetch.MSIDset(["a_temp", "d_int"], T0, T0 + 1)
    made = dats.to_pandas()
    assert (made["a_temp"].tolist(), str(made["d_int"].dtype), made["d_int"].isna().tolist()) == (
        [0.0],
        "Int64",
        [True],
    )


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"bads": "drop"}, "'drop'"),
        ({"method": "previous"}, "give dt"),
        ({"max_age": 5}, "give dt"),
        ({"dt": 0}, "grid step of 0 s"),
        ({"dt": 10, "method": "cubic"}, "'cubic'"),
        ({"dt": 10, "method": "linear"}, "B_MODE"),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", TABLES)
def test_wrong_arguments(dats, method, options, word):
    """Say what is wrong."""
    with pytest.raises(ValuesError, match=word):
        getattr(dats, method)(**options)


def test_times_that_are_no_seconds(dats):
    """As for one MSID."""
    shown = fetch.get_telem(NAMES, T0, T0 + 300, time_format="greta", quiet=True)
    with pytest.raises(ValuesError, match="shown as 'greta'"):
        shown.to_pandas()


def test_write_zip_stays_as_it_is(tmp_path, dats):
    """The ancestors' file."""
    dats.write_zip(tmp_path / "a.zip")
    assert (tmp_path / "a.zip").stat().st_size > 0


def test_hdf5_paths_are_the_names_as_typed(tmp_path):
    """Those of the set."""
    fetch.MSIDset(["D_int"], T0, T0 + 30).to_hdf5(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert "D_int" in file
