"""Frames as table of Arrow and as Parquet."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jeta.tables import Column, Frame, to_arrow, to_pandas, write_parquet
from jeta.times import to_seconds


def values_of(made, name):
    """Values of a column as numpy has them."""
    column = made[name].combine_chunks()
    return column.cast(pa.string()).to_pylist() if pa.types.is_dictionary(column.type) else column.to_numpy(False)


def test_values_and_types(frame):
    """Each column as it is."""
    made = to_arrow(frame)
    assert made.column_names == ["time", *frame.columns]
    for name, column in frame.columns.items():
        if column.states is None:
            assert values_of(made, name).dtype == column.values.dtype  # noqa: PD011 - of a Column of ours
            np.testing.assert_array_equal(values_of(made, name), column.values)
        else:
            assert values_of(made, name) == column.texts().tolist()


def test_times_are_utc_and_exact(frame):
    """They come back bit for bit."""
    made = to_arrow(frame)
    assert made.schema.field("time").type == pa.timestamp("us", "UTC")
    times = made["time"].cast(pa.timestamp("us")).to_numpy()
    assert to_seconds(times, frame.time_system).tolist() == frame.times.tolist()


def test_states_are_dictionaries_in_the_order_of_counts(frame):
    """Also those that do not occur."""
    made = to_arrow(frame)["unused"].combine_chunks()
    assert made.dictionary.to_pylist() == ["A", "NEVER"]


def test_numbers_share_memory(frame):
    """Nothing is copied but booleans, which Arrow holds as bits."""
    made = to_arrow(frame)
    for name in ("float64", "int8", "uint64"):
        address = made[name].chunk(0).buffers()[1].address
        assert address == frame.columns[name].values.ctypes.data, name  # noqa: PD011 - of a Column of ours


def test_missing_is_null_and_nan_is_not(holed):
    """Two things in Arrow."""
    made = to_arrow(holed)
    assert {name: made[name].null_count for name in holed.columns} == dict.fromkeys(holed.columns, 2)
    assert made["float32"].to_pylist()[2] != made["float32"].to_pylist()[2]


def test_fields_have_metadata(frame):
    """Unit, description, state codes."""
    schema = to_arrow(frame).schema
    assert schema.field("float64").metadata == {b"unit": b"K", b"description": b"A temperature"}
    assert json.loads(schema.field("states").metadata[b"state_codes"]) == [[0, "OFF"], [1, "ON"], [7, "SAFE"]]
    assert schema.field("int8").metadata is None


def test_schema_has_metadata(frame):
    """All that is known, as JSON."""
    assert json.loads(to_arrow(frame).schema.metadata[b"jeta"]) == frame.with_units()


def test_parquet_keeps_everything(tmp_path, frame):
    """Values, types, states, metadata of fields and of the schema."""
    write_parquet(frame, tmp_path / "a.parquet")
    back = pq.read_table(tmp_path / "a.parquet")
    made = to_arrow(frame)
    assert back.schema.equals(made.schema, check_metadata=True)
    for name in made.column_names[1:]:
        np.testing.assert_array_equal(values_of(back, name), values_of(made, name))
    assert back["time"].equals(made["time"])


@pytest.mark.parametrize("kind", ["holed", "vectors"])
def test_pandas_reads_the_same_dataframe_from_parquet(request, tmp_path, kind, frame):
    """Index, categories, types with NA, attrs: nothing tells it from that of `to_pandas`."""
    for given in (frame, request.getfixturevalue(kind)):
        check_parquet(given, tmp_path)


def check_parquet(given, tmp_path):
    """Whether a DataFrame survives."""
    write_parquet(given, tmp_path / "a.parquet")
    back, made = pd.read_parquet(tmp_path / "a.parquet"), to_pandas(given)
    pd.testing.assert_frame_equal(back, made)
    assert back.attrs == made.attrs


def test_parquet_without_rows(tmp_path, nothing):
    """Types and metadata are there; of states without any sample Parquet keeps those that the metadata of the field names."""
    write_parquet(nothing, tmp_path / "a.parquet")
    back, schema = pd.read_parquet(tmp_path / "a.parquet"), pq.read_schema(tmp_path / "a.parquet")
    assert (len(back), str(back.index.dtype), back["int8"].dtype) == (0, "datetime64[us, UTC]", "int8")
    assert back.attrs == to_pandas(nothing).attrs
    assert json.loads(schema.field("states").metadata[b"state_codes"])[2] == [7, "SAFE"]


def test_arrow_itself_makes_the_same_dataframe(frame, holed, nothing):
    """Its to_pandas knows the index."""
    for given in (frame, holed, nothing):
        pd.testing.assert_frame_equal(to_arrow(given).to_pandas(), to_pandas(given))


def test_pandas_writes_its_own_dataframe_with_attrs(tmp_path, frame):
    """Whoever goes on in pandas loses nothing either."""
    made = to_pandas(frame)
    made.to_parquet(tmp_path / "a.parquet")
    back = pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(back, made)
    assert back.attrs == made.attrs


def test_ns_where_us_lose_something():
    """Ticks of 1 ns."""
    made = to_arrow(Frame("A", np.array([1e9 + 2**-22]), "unix", {"vals": Column(np.zeros(1))}))
    assert made.schema.field("time").type == pa.timestamp("ns", "UTC")
    assert made.to_pandas().index.asi8.tolist() == [10**18 + 238]


def test_rows_that_lie_apart_are_put_together():
    """Of an array with gaps between its numbers, such as a component of a vector."""
    made = to_arrow(Frame("A", np.arange(3.0), "unix", {"vals": Column(np.arange(6)[::2])}))
    assert made["vals"].to_pylist() == [0, 2, 4]


def test_existing_file_is_replaced(tmp_path, frame):
    """As a whole."""
    path = tmp_path / "a.parquet"
    path.write_text("old")
    write_parquet(frame, path)
    assert pq.read_table(path).num_rows == 7
    assert [each.name for each in tmp_path.iterdir()] == ["a.parquet"]
