"""Telemetry files are laid out as a reader expects; they are read back here with plain h5py."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeta.errors import ValuesError
from jeta.testing.fos_writer import (
    FOS_DTYPE,
    bulk_rows,
    bulk_tdb_entries,
    fos_rows,
    write_bulk_fos_file,
    write_fos_file,
)

ROWS = fos_rows(
    [3, 1, 3], [1000, 2000, 3000], [1.5, 2.5, 3.5], texts=["ON", "", "OFF"], apids=[9, 8, 9], alarms=[0, 2, 1]
)


@pytest.fixture
def written(tmp_path):
    """Write rows with the given options and open the file."""
    opened = []

    def write(rows=ROWS, **options):
        write_fos_file(tmp_path / "E.h5", rows, **options)
        opened.append(h5py.File(tmp_path / "E.h5"))
        return opened[-1]

    yield write
    for file in opened:
        file.close()


def test_row_has_116_bytes_and_big_endian_fields():
    assert FOS_DTYPE.itemsize == 116
    assert [FOS_DTYPE[name].str for name in FOS_DTYPE.names] == [">i8", ">i8", ">i8", ">i2", ">f8", "|S80", ">i2"]


def test_rows_hold_what_they_are_made_of():
    assert ROWS[0].item() == (3, 1000, 5_401_000, 9, 1.5, b"ON", 0)
    assert ROWS[1].item() == (1, 2000, 5_402_000, 8, 2.5, b"", 2)


def test_scalars_go_to_every_row():
    rows = fos_rows(7, [1, 2], 0.5, texts="IDLE", apids=4)
    assert rows[["id", "apid", "engineeringTextValue"]].tolist() == [(7, 4, b"IDLE"), (7, 4, b"IDLE")]


def test_no_instants_make_no_rows():
    assert fos_rows([], [], []).shape == (0,)


def test_root_attributes_bear_a_slash_in_their_names(written):
    file = written()
    assert sorted(file.attrs) == ["/dataOrigin", "/numPoints"]
    assert file.attrs["/dataOrigin"].tolist() == [b"OBSERVATORY"]
    assert file.attrs["/numPoints"].tolist() == [3]


def test_origin_can_be_another(written):
    assert written(origin="SIMULATOR").attrs["/dataOrigin"].tolist() == [b"SIMULATOR"]


def test_dataset_knows_its_first_and_last_instant_without_padding(written):
    dataset = written()["samples/data1"]
    assert dataset.attrs["dataStartTime"].tolist() == [1000]
    assert dataset.attrs["dataStopTime"].tolist() == [3000]


def test_rows_come_back_in_the_order_given(written):
    dataset = written(padding_rows=0)["samples/data1"]
    assert dataset.dtype == FOS_DTYPE
    assert dataset[()].tolist() == ROWS.tolist()


def test_padding_is_rows_of_zeros_at_the_end(written):
    rows = written(padding_rows=2)["samples/data1"][()]
    assert rows["id"].tolist() == [3, 1, 3, 0, 0]
    assert rows[3:].tobytes() == bytes(2 * 116)


def test_rows_are_spread_over_datasets_each_with_padding_and_span(written):
    samples = written(datasets=2, padding_rows=1)["samples"]
    assert list(samples) == ["data1", "data2"]
    assert [samples[name]["id"].tolist() for name in samples] == [[3, 1, 0], [3, 0]]
    assert [samples[name].attrs["dataStopTime"][0] for name in samples] == [2000, 3000]


@pytest.mark.parametrize(("compression", "chunks"), [(None, None), ("gzip", (8,)), ("lzf", (8,))])
def test_storage_is_chosen_by_compression(written, compression, chunks):
    dataset = written(compression=compression)["samples/data1"]
    assert dataset.compression == compression
    assert dataset.chunks == chunks
    assert dataset["id"].tolist()[:3] == [3, 1, 3]


def test_file_that_exists_is_overwritten(written):
    written().close()
    assert written(ROWS[:1]).attrs["/numPoints"].tolist() == [1]


@pytest.mark.parametrize("datasets", [0, 4])
def test_datasets_without_rows_are_refused(tmp_path, datasets):
    with pytest.raises(ValuesError, match=f"3 rows cannot fill {datasets} datasets"):
        write_fos_file(tmp_path / "E.h5", ROWS, datasets=datasets)
    assert not (tmp_path / "E.h5").exists()


@given(
    st.lists(
        st.tuples(
            st.integers(1, 2**62),
            st.integers(-(2**61), 2**61),
            st.floats(allow_nan=False),
            st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80),
            st.integers(-(2**15), 2**15 - 1),
        ),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, 3),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_survive_the_file(tmp_path, columns, padding_rows):
    ids, times_ms, values, texts, alarms = map(list, zip(*columns, strict=True))
    rows = fos_rows(ids, times_ms, values, texts=texts, alarms=alarms)
    write_fos_file(tmp_path / "E.h5", rows, padding_rows=padding_rows)
    with h5py.File(tmp_path / "E.h5") as file:
        assert file["samples/data1"][: len(rows)].tobytes() == rows.tobytes()


@pytest.mark.parametrize("kind", ["attributes", "dataset attributes", "rows"])
def test_layout_is_that_of_files_made_for_the_original(shared_data, written, kind):
    """Compare with an input file that the original jeta's own ingest has read."""
    with h5py.File(shared_data / "legacy_jeta1" / "fos_input" / "h5" / "E2022060000000_00.h5") as theirs:
        assert layout(written(), kind) == layout(theirs, kind)


def layout(file, kind):
    """Names and types of one part of a telemetry file."""
    dataset = file["samples/data1"]
    if kind == "rows":
        return dataset.dtype
    attributes = file.attrs if kind == "attributes" else dataset.attrs
    return {name: (value.dtype, value.shape) for name, value in attributes.items()}


@pytest.fixture(scope="module")
def bulk(tmp_path_factory):
    """A small bulk file, longer than one block, read back whole."""
    path = tmp_path_factory.mktemp("bulk") / "E_bulk.h5"
    write_bulk_fos_file(path, rows=140_000, msids=30, start_ms=5000, seed=2)
    return path


def test_bulk_file_is_contiguous_with_116_bytes_a_row(bulk):
    with h5py.File(bulk) as file:
        dataset = file["samples/data1"]
        assert dataset.chunks is None
        assert dataset.id.get_storage_size() == 140_000 * 116


def test_bulk_file_says_what_it_holds(bulk):
    with h5py.File(bulk) as file:
        times_ms = file["samples/data1"]["observatoryTime"]
        assert file.attrs["/numPoints"].tolist() == [140_000]
        assert file["samples/data1"].attrs["dataStartTime"].tolist() == [times_ms[0]] == [5000]
        assert file["samples/data1"].attrs["dataStopTime"].tolist() == [times_ms[-1]]


def test_bulk_file_holds_the_bulk_rows(bulk):
    with h5py.File(bulk) as file:
        stored = file["samples/data1"][131_000:132_000]
    assert stored.tobytes() == bulk_rows(131_000, 132_000, msids=30, start_ms=5000, seed=2).tobytes()


def test_bulk_rows_are_in_time_order_and_each_msid_increases():
    rows = bulk_rows(0, 100_000, msids=1000, start_ms=0)
    assert np.diff(rows["observatoryTime"]).min() >= 0
    assert np.diff(rows["observatoryTime"][rows["id"] == 77]).tolist() == [1024] * 99


def test_bulk_rows_give_every_msid_the_same_share():
    counts = np.bincount(bulk_rows(0, 100_000, msids=1000, start_ms=0)["id"])
    assert counts[0] == 0
    assert set(counts[1:].tolist()) == {100}


def test_bulk_states_go_through_their_texts():
    rows = bulk_rows(0, 20 * 64 * 5, msids=20, start_ms=0)
    states = rows[rows["id"] == 10]
    assert states["engineeringTextValue"][::64].tolist() == [b"OFF", b"STANDBY", b"ON", b"FAULT", b"OFF"]
    assert states["engineeringNumericValue"][::64].tolist() == [0.0, 1.0, 2.0, 3.0, 0.0]


def test_bulk_numbers_lie_about_their_identifier_and_have_no_text():
    rows = bulk_rows(0, 100_000, msids=1000, start_ms=0)
    numbers = rows[rows["id"] % 10 != 0]
    assert np.abs(numbers["engineeringNumericValue"] - numbers["id"]).max() < 4 * 3.47 + 0.25
    assert set(numbers["engineeringTextValue"].tolist()) == {b""}


def test_bulk_rows_depend_on_the_seed_alone():
    one, same, other = (bulk_rows(0, 100, msids=7, start_ms=0, seed=seed) for seed in (1, 1, 2))
    assert one.tobytes() == same.tobytes() != other.tobytes()


def test_bulk_file_without_rows_is_refused(tmp_path):
    with pytest.raises(ValuesError, match="0 rows make no file"):
        write_bulk_fos_file(tmp_path / "E.h5", rows=0)


def test_bulk_tdb_names_every_identifier_and_marks_states():
    entries = bulk_tdb_entries(20)
    assert [entry.id for entry in entries] == list(range(1, 21))
    assert [entry.name for entry in entries if entry.type == "state"] == ["BULK_00010", "BULK_00020"]
    assert dict(entries[9].state_codes) == {0: "OFF", 1: "STANDBY", 2: "ON", 3: "FAULT"}
