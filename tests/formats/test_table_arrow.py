"""The format ``table``: Parquet and Feather files."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta import formats
from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.formats.table import Table, read_mapping
from jeta.formats.table.rules import Known
from jeta.samples import Samples
from jeta.testing.formats import FormatTests, check_delivery

pa = pytest.importorskip("pyarrow")
feather = pytest.importorskip("pyarrow.feather")
parquet = pytest.importorskip("pyarrow.parquet")
MS_2024 = 1_704_067_200_000


def example():
    """A wide table with holes."""
    return pa.table(
        {
            "time": pa.array([MS_2024, MS_2024 + 1, None], pa.timestamp("ms", tz="UTC")),
            "SA_TEMP": pa.array([20.5, float("nan"), 21.5]),
            "SA_MODE": pa.array(["ON", None, "OFF"]).dictionary_encode(),
            "SA_COUNT": pa.array([2**64 - 1, 1, 2], pa.uint64()),
        }
    )


class TestParquet(FormatTests):
    def make_format(self):
        return Table()

    def write_file(self, folder):
        path = folder / "chamber.parquet"
        parquet.write_table(example(), path)
        return path

    def expected(self):
        return {
            "SA_TEMP": Samples(np.array([MS_2024]), "ms", np.array([20.5])),
            "SA_MODE": Samples.from_texts(np.array([MS_2024]), "ms", ["ON"]),
            "SA_COUNT": Samples(np.array([MS_2024, MS_2024 + 1]), "ms", np.array([2**64 - 1, 1], np.uint64)),
        }


class TestFeather(TestParquet):
    def write_file(self, folder):
        path = folder / "chamber.feather"
        feather.write_feather(example(), path, compression="uncompressed")
        return path


def read(tmp_path, table, mapping=None, lookup=None):
    """Write a table as Parquet, and read it; every row is accounted for."""
    parquet.write_table(pa.table(table) if isinstance(table, dict) else table, tmp_path / "x.parquet")
    found = None
    if mapping is not None:
        (tmp_path / "m.yaml").write_text(mapping)
        found = read_mapping(tmp_path / "m.yaml")
    delivery = Table(found, lookup).read(tmp_path / "x.parquet")
    check_delivery(delivery)
    return delivery


def values(delivery):
    """Values by MSID."""
    return {batch.key: batch.samples.decoded().tolist() for batch in delivery.batches}


def test_rows_without_a_time_are_rejected(tmp_path):
    assert read(tmp_path, example()).rejected == {
        ("SA_TEMP", rejection.NOT_A_TIME): 1,
        ("SA_MODE", rejection.NOT_A_TIME): 1,
        ("SA_COUNT", rejection.NOT_A_TIME): 1,
    }


def test_a_long_file(tmp_path):
    table = {
        "msid": ["A", "B", "A"],
        "time": ["2024:001", "2024:001", "2024:002"],
        "value": [1, 2, 3],
        "bad": [0, 0, 1],
    }
    delivery = read(tmp_path, table)
    assert values(delivery) == {"A": [1, 3], "B": [2]}
    assert delivery.batches[0].samples.quality.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("mapping", "times"),
    [
        ("time: {column: T, format: unix}\n", [1704067200.125]),
        ("time: {column: T, format: unix, unit: ms}\n", pa.array([MS_2024 + 125])),
        ("time: {column: T, format: unix, unit: ns}\n", pa.array([(MS_2024 + 125) * 10**6])),
        ("time: {column: T, format: gps}\n", [1388102418.125]),
        ("time: {column: T, scale: tai}\n", ["2024-01-01T00:00:37.125"]),
        ("time: {column: T, format: '%d.%m.%Y %H:%M:%S.%f'}\n", ["01.01.2024 00:00:00.125"]),
    ],
)
def test_times_of_a_mapping(tmp_path, mapping, times):
    batch = read(tmp_path, {"T": times, "A": [1.5]}, mapping).batches[0]
    assert (batch.samples.ticks.tolist(), batch.samples.resolution) == ([MS_2024 + 125], "ms")


def test_numbers_are_seconds_of_the_archive(tmp_path):
    batch = read(tmp_path, {"time": [1.5, None, 2.5], "A": [1, 2, 3]}).batches[0]
    assert (batch.samples.ticks.tolist(), batch.time_system) == ([1500, 2500], "")


def test_a_mapping_names_columns_units_and_types(tmp_path):
    mapping = "missing: [-999]\ncolumns:\n  A: {msid: X, unit: degC, type: float}\n  B: {msid: Y, quality: Q}\n"
    table = {
        "time": ["2024:001", "2024:002"],
        "A": [1, -999],
        "B": [1.5, float("nan")],
        "Q": [True, False],
        "C": [1, 2],
    }
    delivery = read(tmp_path, table, mapping)
    np.testing.assert_array_equal(values(delivery)["Y"], [1.5, np.nan])
    assert (delivery.batches[0].samples.values.dtype, delivery.batches[0].unit) == (np.float64, "degC")
    assert delivery.batches[1].samples.quality.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("kind", "column", "expected"),
    [
        ("text", [1, 2], ["1", "2"]),
        ("float", ["1.5", "2"], [1.5, 2.0]),
        ("integer", [1.0, 2.0], [1, 2]),
        ("integer", np.array([0, 2**63 + 5], np.uint64), [0, 2**63 + 5]),
        ("bool", [0, 1], [False, True]),
        ("int8", pa.array([1, 2], pa.int8()), [1, 2]),
    ],
)
def test_types_of_a_mapping(tmp_path, kind, column, expected):
    table = {"time": ["2024:001", "2024:002"], "A": column}
    assert values(read(tmp_path, table, f"columns:\n  A: {{type: {kind}}}\n")) == {"A": expected}


@pytest.mark.parametrize(
    ("table", "mapping", "says"),
    [
        ({"time": ["2024:001"], "value": [1]}, None, "nothing says of which MSID"),
        ({"when": [1.5], "A": [1]}, None, "named or typed as a time"),
        ({"time": ["2024:001"], "A": [[1]]}, None, "type list"),
        ({"time": ["2024:001"], "A": [1], "a": [2]}, None, "two columns are of the MSID"),
        ({"time": ["2024:001"], "A": [1]}, "columns: {B: X}\n", "no column 'B', which .*m.yaml names"),
        ({"time": ["2024:001"], "A": [1.5]}, "columns:\n  A: {type: integer}\n", "A: expected values of type integer"),
        ({"time": ["2024:001"], "A": [1e19]}, "columns:\n  A: {type: integer}\n", "A: expected values of type integer"),
        ({"time": ["2024:001"], "A": ["x"]}, "columns:\n  A: {type: float}\n", "A: expected values of type float"),
        ({"d": ["2024:001"], "t": ["12"], "A": [1]}, "time: [d, t]\n", "must be one column"),
        ({"time": ["2024:001"], "means": [1], "mins": [2]}, None, "statistics"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_are_refused(tmp_path, table, mapping, says):
    with pytest.raises(FormatError, match=f"x.parquet: .*{says}"):
        read(tmp_path, table, mapping)


def test_calibrated_values_without_raw_counts_are_refused(tmp_path):
    table = pa.table({"time": ["2024:001"], "vals": [1.5], "raw_vals": [3]}).replace_schema_metadata({"MSID": "A"})
    known = Known(is_text=False, is_calibrated=True)
    assert values(read(tmp_path, table, lookup=lambda _: known)) == {"A": [3]}
    assert values(read(tmp_path, table)) == {"A": [1.5]}
    with pytest.raises(FormatError, match="A: calibrated value"):
        read(tmp_path, table.drop_columns(["raw_vals"]), lookup=lambda _: known)


def test_what_pandas_writes(tmp_path):
    pd = pytest.importorskip("pandas")
    index = pd.date_range("2024-01-01", periods=2, freq="s", tz="Europe/Berlin")
    frame = pd.DataFrame({"A": [1, 2]}, index=index)
    frame.to_parquet(tmp_path / "x.parquet")
    batch = formats.read(tmp_path / "x.parquet").batches[0]
    assert batch.samples.ticks.tolist() == [MS_2024 - 3_600_000, MS_2024 - 3_599_000]


def test_several_row_groups_and_chunks(tmp_path):
    table = pa.table({"time": pa.array(range(10), pa.timestamp("s")), "A": [str(number % 3) for number in range(10)]})
    parquet.write_table(table, tmp_path / "x.parquet", row_group_size=3)
    assert values(Table().read(tmp_path / "x.parquet"))["A"] == [str(number % 3) for number in range(10)]
    assert Table().describe(tmp_path / "x.parquet").keys == ("A",)


def test_no_rows(tmp_path):
    table = pa.table({"time": pa.array([], pa.timestamp("s")), "A": pa.array([], pa.float64())})
    assert read(tmp_path, table).rows_read == 0
    feather.write_feather(table, tmp_path / "x.feather")
    assert Table().read(tmp_path / "x.feather").rows_read == 0


def test_calibrated_values_of_a_set_are_refused(tmp_path):
    said = {"jeta": '{"msids": {"A": {"MSID": "A"}, "B": {"MSID": "B"}}}'}
    table = pa.table({"time": ["2024:001"], "A": [1.5], "B": [2.5]}).replace_schema_metadata(said)
    lookup = {"A": Known(is_text=False, is_calibrated=True)}.get
    assert values(read(tmp_path, table.drop_columns(["A"]), lookup=lookup)) == {"B": [2.5]}
    with pytest.raises(FormatError, match="A: calibrated value"):
        read(tmp_path, table, lookup=lookup)


def test_a_text_quality_with_holes_is_refused(tmp_path):
    table = {"time": ["2024:001", "2024:002"], "A": [1, 2], "bad": [None, "x"]}
    with pytest.raises(FormatError, match=r"x.parquet: A: quality must be 2 booleans"):
        read(tmp_path, table)


@pytest.mark.parametrize("column", ["A", "B", "C"])
def test_places_outside_of_the_memory_of_a_feather_file_are_not_followed(tmp_path, column):
    """Offsets of texts, and codes of dictionaries, which Arrow does not look at by itself."""
    wrong = {
        "A": pa.StringArray.from_buffers(2, pa.py_buffer(np.array([0, 2**30, 2], "i4")), pa.py_buffer(b"xy")),
        "B": pa.DictionaryArray.from_arrays(pa.array([0, 99], pa.int8()), ["x", "y"], safe=False),
        "C": pa.StringArray.from_buffers(2, pa.py_buffer(np.array([0, 1, 2], "i4")), pa.py_buffer(b"x\xff")),
    }
    table = pa.table({"time": pa.array([0, 1], pa.timestamp("s")), column: wrong[column]})
    with pa.OSFile(str(tmp_path / "x.feather"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    assert not Table().identify(tmp_path / "x.feather")
    with pytest.raises(FormatError, match=r"x.feather: the file is damaged"):
        Table().read(tmp_path / "x.feather")


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_damaged_files_are_refused_or_read(tmp_path_factory, data):
    """Nothing but FormatError comes of bytes that are other than they were."""
    folder = tmp_path_factory.mktemp("damaged")
    write = data.draw(st.sampled_from([parquet.write_table, feather.write_feather]))
    write(example(), folder / "x.file")
    content = bytearray((folder / "x.file").read_bytes())
    places = st.integers(0, len(content) - 1)
    for at, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)):
        content[at] = byte
    (folder / "x.file").write_bytes(content[: data.draw(places | st.just(len(content)))])
    try:
        check_delivery(Table().read(folder / "x.file"))
    except FormatError as err:
        assert str(err).startswith(f"{folder / 'x.file'}: ")  # noqa: PT017 - that there is an error is not sure
