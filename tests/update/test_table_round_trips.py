"""What goes out as a table or a file and comes back into another archive is what it was, to the last bit."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.cli import main
from jeta.tdb import Calibration, Entry, Polynomial, write_yaml
from update.deliveries import balanced, everything

pytest.importorskip("pyarrow")
pytest.importorskip("xarray")

SPAN = "2009:001", "2020:001"
START_S = {"unix": 1_400_000_000.0, "cxcsec": 500_000_000.0}
ENTRIES = [
    Entry("CODED", type="int8", state_codes={0: "OFF", 1: "ON", 2: "A,B", 3: 'q"x', 5: "new\nline"}),
    Entry("CAL", type="int16", unit="V", calibrations=Calibration(Polynomial((1.0, 0.5)))),
    Entry("UNITED", type="float32", unit="degC"),
]
ROWS = 30
RNG = np.random.default_rng(5)
NUMBERS = {
    "F64": np.r_[np.nan, np.inf, -np.inf, -0.0, 5e-324, RNG.random(ROWS - 5)],
    "F32": RNG.random(ROWS).astype("f4"),
    "I8": RNG.integers(-128, 127, ROWS).astype("i1"),
    "I64": RNG.integers(-(2**63), 2**63 - 1, ROWS),
    "U8": RNG.integers(0, 255, ROWS).astype("u1"),
    "U64": np.r_[np.uint64(2**64 - 1), RNG.integers(0, 2**63, ROWS - 1).astype("u8")],
    "BOOL": RNG.random(ROWS) < 0.5,
    "CAL": RNG.integers(-100, 100, ROWS).astype("i2"),
    "UNITED": RNG.random(ROWS).astype("f4"),
    "CODED": np.array([0, 1, 2, 3, 5, 9], "i1")[RNG.integers(0, 6, ROWS)],
}
TEXTS = {
    "TXT": np.array(["a", "", "b,c", 'q"', "ü€", "x\ny", " lead", "NA", "None", "nan"])[RNG.integers(0, 10, ROWS)],
    "STATE": np.array(["ON", "OFF"])[RNG.integers(0, 2, ROWS)],
}
ALL = {**NUMBERS, **TEXTS}


@pytest.fixture(scope="module", params=["unix", "cxcsec"])
def source(request, tmp_path_factory):
    """An archive with every kind of MSID; a fifth of the samples is bad."""
    archive = create_archive(tmp_path_factory.mktemp("source") / "obs", time_system=request.param)
    write_yaml(ENTRIES, archive.root / "tdb" / "t.yaml")
    times = START_S[request.param] + 0.256 * np.arange(ROWS)
    for name, values in ALL.items():
        update.append(name, times, values, np.arange(ROWS) % 5 == 4, archive=archive)
    update.append("ONE", times[:1], [1.5], archive=archive)
    update.append("FINE", times[:3] + np.array([0.0, 1e-6, 3e-6]), [1, 2, 3], archive=archive)
    return archive


@pytest.fixture
def target(source, tmp_path):
    """An empty archive of the same telemetry database."""
    archive = create_archive(tmp_path / "target", time_system=source.config.time_system)
    write_yaml(ENTRIES, archive.root / "tdb" / "t.yaml")
    return archive


def fetched(source, *names):
    """One MSID, or a set."""
    with fetch.set_archive(source):
        return fetch.MSID(names[0], *SPAN) if len(names) == 1 else fetch.MSIDset(list(names), *SPAN)


def values_of(rows):
    """Values of rows, texts as such."""
    return rows.values if rows.texts is None else rows.texts[rows.values]  # noqa: PD011 - of Samples of ours


def bads_of(rows):
    """Whether each row is bad."""
    return [False] * len(rows.times) if rows.quality is None else (rows.quality != 0).tolist()


def assert_same(one, two, name, *, kinds=True, bits=True):
    """Times, values, signs of zeros, quality and type of an MSID are the same in two archives."""
    first, second = everything(one, name), everything(two, name)
    assert first.times.tolist() == second.times.tolist()
    texts = [values_of(rows) for rows in (first, second)]
    if bits and texts[0].dtype == texts[1].dtype and texts[0].dtype.kind == "f":
        np.testing.assert_array_equal(np.signbit(texts[0]), np.signbit(texts[1]))
    np.testing.assert_array_equal(*texts)
    assert bads_of(first) == bads_of(second)
    if kinds:
        assert texts[0].dtype == texts[1].dtype
    if first.raws is not None:
        codes = {count: text for entry in ENTRIES if entry.name == name for count, text in entry.state_codes or ()}
        for rows in (first, second):
            pairs = zip(rows.texts.tolist(), rows.raws.tolist(), strict=True)
            assert {text: count for text, count in pairs if count in codes} == {text: n for n, text in codes.items()}


def parquet_of_pandas(dat, folder):
    """Written and read by pandas."""
    dat.to_pandas().to_parquet(folder / "x.parquet")
    return pd.read_parquet(folder / "x.parquet")


def parquet(dat, folder):
    """Written here, read by pandas."""
    dat.to_parquet(folder / "x.parquet")
    return pd.read_parquet(folder / "x.parquet")


def parquet_of_arrow(dat, folder):
    """Written here, read by Arrow."""
    import pyarrow.parquet as pq

    dat.to_parquet(folder / "x.parquet")
    return pq.read_table(folder / "x.parquet")


def hdf5(dat, folder):
    """Written here, read by astropy."""
    from astropy.table import Table

    dat.to_hdf5(folder / "x.h5")
    return Table.read(folder / "x.h5")


def ecsv(dat, folder):
    """The same as ECSV."""
    from astropy.table import Table

    dat.to_ecsv(folder / "x.ecsv")
    return Table.read(folder / "x.ecsv")


WAYS = {
    "pandas": lambda dat, _: dat.to_pandas(),
    "copied": lambda dat, _: dat.to_pandas(copy=True).copy(),
    "reset": lambda dat, _: dat.to_pandas().reset_index(),
    "pickled": lambda dat, _: pickle.loads(pickle.dumps(dat.to_pandas())),
    "xarray": lambda dat, _: dat.to_xarray(),
    "table": lambda dat, _: dat.to_table(),
    "timeseries": lambda dat, _: dat.to_timeseries(),
    "arrow": lambda dat, _: dat.to_arrow(),
    "batch": lambda dat, _: dat.to_arrow().combine_chunks().to_batches()[0],
    "parquet": parquet,
    "parquet_of_pandas": parquet_of_pandas,
    "parquet_of_arrow": parquet_of_arrow,
    "hdf5": hdf5,
    "ecsv": ecsv,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [*ALL, "ONE", "FINE"])
def test_one_msid(source, target, tmp_path, way, name):
    """As it was; but of ECSV empty texts come as missing ones, and so as none."""
    dat = fetched(source, name)
    report = update.append_table(WAYS[way](dat, tmp_path), archive=target)
    assert balanced(report)
    if (way, name) == ("ecsv", "TXT"):
        assert len(everything(target, name).times) == np.count_nonzero(dat.vals != "")
    else:
        assert_same(source, target, name)


@pytest.mark.parametrize("name", ["F64", "I8", "CAL", "CODED", "STATE", "ONE"])
def test_units_and_states_are_those_of_the_source(source, target, name):
    update.append_table(fetched(source, name).to_pandas(), archive=target)
    one, two = fetched(source, name), fetched(target, name)
    assert (one.unit, one.state_codes) == (two.unit, two.state_codes)
    np.testing.assert_array_equal(one.vals, two.vals)
    np.testing.assert_array_equal(np.asarray(one.raw_vals), np.asarray(two.raw_vals))


SET = [name for name in ALL if name not in {"F64", "CAL"}]


@pytest.mark.parametrize("way", ["to_pandas", "to_xarray", "to_table", "to_timeseries", "to_arrow"])
def test_a_set_of_which_one_has_fewer_times(source, target, way):
    """What is missing is no sample."""
    update.append_table(getattr(fetched(source, *SET, "ONE"), way)(bads="columns"), archive=target)
    for name in [*SET, "ONE"]:
        assert_same(source, target, name)


@pytest.mark.parametrize("way", ["to_pandas", "to_table", "to_arrow"])
def test_bad_samples_of_a_set_stay_behind_unless_they_are_asked_for(source, target, way):
    update.append_table(getattr(fetched(source, "I64", "STATE"), way)(), archive=target)
    kept = everything(source, "I64").quality == 0
    assert values_of(everything(target, "I64")).tolist() == values_of(everything(source, "I64"))[kept].tolist()
    assert len(everything(target, "STATE").times) == np.count_nonzero(kept)


def test_a_set_as_separate_tables(source, target):
    for table in fetched(source, *ALL).to_pandas(separate=True).values():
        update.append_table(table, archive=target)
    for name in ALL:
        assert_same(source, target, name)


@pytest.mark.parametrize("form", ["date", "iso", "isot", "secs", "greta", "maude"])
def test_jeta_fetch_and_jeta_ingest(source, target, tmp_path, form):
    """The lines of all MSIDs, with times in any form that names an instant by itself; types of numbers are those of CSV."""
    names = [name for name in ALL if name != "CAL"]
    path = tmp_path / "x.csv"
    options = ["--start", SPAN[0], "--time-format", form, "--archive", str(source.root), "-o", str(path), "--quiet"]
    assert main(["fetch", *names, *options]) == 0
    report = update.ingest(path, archive=target)
    assert balanced(report)
    assert not report.rejected
    for name in names:
        assert_same(source, target, name, kinds=name in {"F64", "I64", "U64", "BOOL", "UNITED", "TXT"})


@pytest.mark.parametrize("name", [*ALL, "ONE", "FINE"])
def test_to_parquet_and_ingest(source, target, tmp_path, name):
    fetched(source, name).to_parquet(tmp_path / "x.parquet")
    assert balanced(update.ingest(tmp_path / "x.parquet", archive=target))
    assert_same(source, target, name)


@pytest.mark.parametrize("units", [False, True])
@pytest.mark.parametrize("name", ["CODED", "CAL", "UNITED"])
def test_to_csv_and_ingest_of_what_the_telemetry_database_knows(source, target, tmp_path, name, units):
    """The file's name says which MSID it is."""
    fetched(source, name).to_csv(tmp_path / f"{name}.csv", units=units)
    assert balanced(update.ingest(tmp_path / f"{name}.csv", archive=target))
    assert_same(source, target, name)


@pytest.mark.parametrize("name", [*(name for name in ALL if name not in {"CAL", "F32"}), "ONE", "FINE"])
def test_to_csv_and_ingest_with_a_mapping(source, target, tmp_path, name):
    """Which says what the columns are, and so which MSID it is."""
    fetched(source, name).to_csv(tmp_path / "x.csv")
    kind = "type: text" if name in {"TXT", "STATE", "CODED"} else ""
    (tmp_path / "m.yaml").write_text(f"columns: {{vals: {{msid: {name}, quality: bads, {kind}}}}}\n")
    update.ingest(tmp_path / "x.csv", archive=target, mapping=tmp_path / "m.yaml")
    if name == "TXT":
        assert len(everything(target, name).times) == np.count_nonzero(fetched(source, name).vals != "")
    else:
        assert_same(source, target, name, kinds=name in {"F64", "I64", "U64", "BOOL", "UNITED", "STATE", "ONE"})


def test_single_precision_of_a_csv_file_that_nobody_says_is_such(source, target, tmp_path):
    """The numbers that are written; read as single precision they are the same again."""
    fetched(source, "F32").to_csv(tmp_path / "x.csv")
    (tmp_path / "m.yaml").write_text("columns: {vals: F32}\n")
    update.ingest(tmp_path / "x.csv", archive=target, mapping=tmp_path / "m.yaml")
    found = values_of(everything(target, "F32"))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found.astype("f4"), values_of(everything(source, "F32")))


def test_raw_counts_by_a_mapping(source, target, tmp_path):
    fetched(source, "CAL").to_csv(tmp_path / "x.csv")
    (tmp_path / "m.yaml").write_text("columns: {raw_vals: {msid: CAL, quality: bads}}\n")
    update.ingest(tmp_path / "x.csv", archive=target, mapping=tmp_path / "m.yaml")
    assert_same(source, target, "CAL")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**12),
            st.floats(allow_nan=False) | st.none(),
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5) | st.none(),
            st.booleans() | st.none(),
            st.integers(-(2**63), 2**63 - 1) | st.none(),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[0],
    )
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_in_any_package_is_the_same_samples(tmp_path_factory, drawn):
    """A mapping of lists, a frame, an Arrow table and a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("same")
    us, *columns = zip(*drawn, strict=True)
    times = np.array(us).astype("M8[us]") + np.timedelta64(1_600_000_000, "s")
    kinds = {
        "F": ("Float64", pa.float64()),
        "T": ("string", pa.string()),
        "B": ("boolean", pa.bool_()),
        "I": ("Int64", pa.int64()),
    }
    lists = dict(zip(kinds, map(list, columns), strict=True))
    frame = pd.DataFrame({name: pd.array(values, kinds[name][0]) for name, values in lists.items()}, index=times)
    arrow = pa.table({"time": times, **{name: pa.array(values, kinds[name][1]) for name, values in lists.items()}})
    pq.write_table(arrow, folder / "x.parquet")
    archives = [create_archive(folder / way) for way in ("lists", "frame", "arrow", "file")]
    update.append_table({"time": times, **lists}, archive=archives[0])
    update.append_table(frame, archive=archives[1])
    update.append_table(arrow, archive=archives[2])
    update.ingest(folder / "x.parquet", archive=archives[3])
    held = [name for name, values in lists.items() if any(value is not None for value in values)]
    for archive in archives:
        assert archive.names() == sorted(held)
        for name in held:
            assert_same(archives[0], archive, name)


def test_a_text_that_is_no_state_gets_no_count(source, target):
    """Exports show -1 for it."""
    update.append_table(fetched(source, "CODED").to_pandas(), archive=target)
    rows = everything(target, "CODED")
    assert np.isnan(rows.raws[rows.texts.tolist().index("9")])
