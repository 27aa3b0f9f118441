"""The ingest file of the flight operations system."""

from __future__ import annotations

import logging
import os
from collections import Counter

import h5py
import numpy as np
import pytest

from formats import fos_example
from formats.fos_example import ROW, START_MS, rows, write
from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.formats.fos_hdf5 import FosHdf5
from jeta.formats.fos_hdf5 import reader as reader_module


@pytest.fixture
def path(tmp_path):
    return tmp_path / "E2022060000000_00.h5"


def read(path, **options):
    """Read a file; return its samples by identifier, and its counts."""
    delivery = FosHdf5(**options).read(path)
    assert delivery.rows_read == sum(len(batch.samples) for batch in delivery.batches) + delivery.rejected.total()
    return {batch.key: batch.samples for batch in delivery.batches}, dict(delivery.rejected)


def changed(data, **dtypes):
    """Give fields of rows another type; None drops the field."""
    kept = [(name, dtypes.get(name, data.dtype[name])) for name in data.dtype.names if dtypes.get(name, "") is not None]
    made = np.zeros(len(data), kept)
    for name, _ in kept:
        made[name] = data[name]
    return made


def test_rows_are_grouped_and_keep_their_order(path):
    data = rows([2, 1, 2, 2], times=[30, 10, 20, 20], values=[1, 2, 3, np.nan])
    samples, counts = read(write(path, data))
    assert list(samples) == [1, 2]
    assert samples[2].ticks.tolist() == [30, 20, 20]
    np.testing.assert_array_equal(samples[2].values, [1, 3, np.nan])
    assert (samples[2].resolution, samples[2].quality, samples[2].alarm, counts) == ("ms", None, None, {})


def test_padding_is_counted(path):
    samples, counts = read(write(path, rows([0, 1, 0])))
    assert (len(samples[1]), counts) == (1, {(None, rejection.PADDING): 2})


def test_datasets_are_read_in_the_order_of_their_numbers(path):
    names = [f"data{number}" for number in (10, 2, 1)]
    data = [rows([1], times=[int(name[4:])]) for name in names]
    samples, _ = read(write(path, *data, names=names))
    assert samples[1].ticks.tolist() == [1, 2, 10]


def test_other_things_among_the_samples_are_not_looked_at(path):
    write(path, rows([1]))
    with h5py.File(path, "a") as file:
        file["samples/index"] = np.arange(3)
        file["samples/data"] = np.arange(3)
    assert len(read(path)[0][1]) == 1


def test_texts_come_with_their_numbers(path):
    samples, _ = read(write(path, rows([1, 1, 2], values=[4, 7, 8], texts=[b"ON", b"OFF  ", b""])))
    assert (samples[1].decoded().tolist(), samples[1].raws[samples[1].values].tolist()) == (["ON", "OFF"], [4, 7])
    assert (samples[2].is_text, samples[2].values.tolist()) == (False, [8.0])


def test_row_without_text_among_texts_has_the_empty_text(path):
    samples, _ = read(write(path, rows([1, 1], values=[4, 7], texts=[b"ON", b""])))
    assert (samples[1].decoded().tolist(), samples[1].raws[samples[1].values].tolist()) == (["ON", ""], [4, 7])


def test_texts_of_blanks_are_no_texts(path):
    samples, _ = read(write(path, rows([1, 1], values=[4, 7], texts=[b"   ", b""])))
    assert (samples[1].is_text, samples[1].values.tolist()) == (False, [4, 7])


def test_alarm_is_kept_where_there_is_one(path):
    samples, _ = read(write(path, rows([1, 1, 2], alarms=[0, 5, 0])))
    assert (samples[1].alarm.tolist(), samples[1].alarm.dtype, samples[2].alarm) == ([0, 5], np.int16, None)


def test_excluded_packets_are_counted_by_msid(path):
    write(path, rows([1, 1, 2], apids=[712, 100, 712]))
    samples, counts = read(path)
    assert counts == {(1, "apid 712 is excluded"): 1, (2, "apid 712 is excluded"): 1}
    assert list(samples) == [1]
    assert read(path, excluded_apids=())[1] == {}


@pytest.mark.parametrize("name", ["/dataOrigin", "dataOrigin"])
@pytest.mark.parametrize("origin", [(b"SIMULATOR",), "SIMULATOR", np.bytes_(b"SIMULATOR "), (b"observatory",)])
def test_foreign_origin_rejects_all_rows(path, name, origin):
    samples, counts = read(write(path, rows([1, 0]), origin=origin, origin_name=name))
    shown = "observatory" if origin == (b"observatory",) else "SIMULATOR"
    assert (samples, counts) == ({}, {(None, f"foreign origin {shown}"): 2})


def test_foreign_rows_are_kept_and_noted_if_told(path):
    write(path, rows([1, 2, 0], apids=[1, 712, 1]), origin=(b"SIMULATOR",))
    delivery = FosHdf5(keep_foreign=True).read(path)
    assert [batch.key for batch in delivery.batches] == [1]
    assert delivery.notes == {"foreign origin SIMULATOR is kept": 1}
    assert delivery.rejected == {(None, "padding"): 1, (2, "apid 712 is excluded"): 1}
    assert FosHdf5().read(path).notes == {}


@pytest.mark.parametrize("origin", [(b"OBSERVATORY",), None])
def test_rows_of_the_own_origin_are_not_noted(path, origin):
    assert FosHdf5(keep_foreign=True).read(write(path, rows([1]), origin=origin)).notes == {}


def test_the_own_origin_may_be_another(path):
    write(path, rows([1]), origin=(b"FLIGHT-2",))
    assert FosHdf5(own_origin="FLIGHT").read(path).rejected == {}
    assert FosHdf5(own_origin="flight").read(path).rejected == {(None, "foreign origin FLIGHT-2"): 1}


def test_noted_packets_are_kept_and_counted(path):
    write(path, rows([1, 1, 2, 3], apids=[712, 100, 712, 713]))
    delivery = FosHdf5(excluded_apids=(713,), noted_apids=(712, 713, 5)).read(path)
    assert delivery.notes == {"apid 712 is kept": 2}
    assert delivery.rejected == {(3, "apid 713 is excluded"): 1}
    assert [(batch.key, len(batch.samples)) for batch in delivery.batches] == [(1, 2), (2, 1)]


def test_thousands_of_packet_types_are_excluded_at_once(path):
    """As the rule that a packet type must be positive needs them."""
    write(path, rows([1, 2, 3, 4], apids=[-32768, 0, 1, -1]))
    samples, counts = read(path, excluded_apids=range(-32768, 1))
    assert list(samples) == [3]
    assert counts == {(key, f"apid {apid} is excluded"): 1 for key, apid in [(1, -32768), (2, 0), (4, -1)]}


@pytest.mark.parametrize("origin", [(b"OBSERVATORY",), "OBSERVATORY", (b"THE OBSERVATORY ITSELF", b"x")])
def test_own_origin_in_any_form(path, origin):
    assert list(read(write(path, rows([1]), origin=origin))[0]) == [1]


def test_empty_origin_is_foreign(path):
    assert read(write(path, rows([1]), origin=h5py.Empty("S1")))[1] == {(None, "foreign origin "): 1}


def test_origin_that_is_not_told_is_logged(path, caplog):
    with caplog.at_level(logging.INFO, "jeta"):
        samples, _ = read(write(path, rows([1]), origin=None))
    assert list(samples) == [1]
    assert "does not tell its data origin" in caplog.text


def test_times_as_floats(path):
    data = changed(rows([1, 1, 2, 1]), observatoryTime=">f8")
    data["observatoryTime"] = [START_MS, np.nan, np.inf, 1e30]
    samples, counts = read(write(path, data))
    assert samples[1].ticks.tolist() == [START_MS]
    assert counts == {
        (1, rejection.TIME_NOT_A_NUMBER): 1,
        (2, rejection.TIME_NOT_A_NUMBER): 1,
        (1, rejection.TIME_TOO_LARGE): 1,
    }


def test_times_as_unsigned_integers(path):
    data = changed(rows([1, 1]), observatoryTime=">u8")
    data["observatoryTime"] = [START_MS, 2**63]
    samples, counts = read(write(path, data))
    assert (samples[1].ticks.tolist(), counts) == ([START_MS], {(1, rejection.TIME_TOO_LARGE): 1})


def test_alarm_wider_than_usual(path):
    data = changed(rows([1, 1]), alarmStatus="<i8")
    data["alarmStatus"] = [70_000, 7]
    samples, counts = read(write(path, data))
    assert (samples[1].alarm.tolist(), counts) == ([7], {(1, rejection.ALARM_TOO_LARGE): 1})


def test_far_away_times_and_unknown_ids_are_for_the_caller(path):
    samples, counts = read(write(path, rows([-1, 2**62], times=[0, 4_102_444_800_000])))
    assert (list(samples), counts) == ([-1, 2**62], {})


@pytest.mark.parametrize("dtype", ["<f4", ">i4", "<u2", ">f8"])
def test_values_of_any_number_type(path, dtype):
    samples, _ = read(write(path, changed(rows([1], values=7), engineeringNumericValue=dtype)))
    assert (samples[1].values.dtype, samples[1].values.tolist()) == (np.float64, [7.0])


def test_only_the_required_fields_in_another_order(path):
    data = changed(rows([1, 0]), groundTime=None, apid=None, engineeringTextValue=None, alarmStatus=None)
    order = [("engineeringNumericValue", "<f8"), ("observatoryTime", "<i8"), ("id", "<i4")]
    data = data[[name for name, _ in order]].astype(order)
    samples, counts = read(write(path, data))
    assert (samples[1].ticks.tolist(), counts) == ([START_MS], {(None, rejection.PADDING): 1})


def test_text_of_another_width(path):
    samples, _ = read(write(path, changed(rows([1], texts=[b"STANDBY"]), engineeringTextValue="S13")))
    assert samples[1].decoded().tolist() == ["STANDBY"]


def test_datasets_of_different_types_in_one_file(path):
    second = changed(rows([1], values=2), engineeringTextValue=None, id="<u2")
    samples, _ = read(write(path, rows([1], values=1, texts=[b"ON"]), second))
    assert (samples[1].decoded().tolist(), samples[1].raws[samples[1].values].tolist()) == (["ON", ""], [1, 2])


def test_no_rows(path):
    delivery = FosHdf5().read(write(path, rows([])))
    assert (delivery.rows_read, delivery.batches, delivery.rejected) == (0, (), Counter())


@pytest.mark.parametrize("threads", [1, 3])
def test_many_blocks_in_threads_give_the_order_of_the_file(path, threads, monkeypatch):
    monkeypatch.setattr("jeta.formats.fos_hdf5.blocks.BLOCK_ROWS", 7)
    monkeypatch.setattr(reader_module, "BLOCK_ROWS", 5)
    data = rows(np.arange(500) % 3 + 1, values=np.arange(500), texts=np.where(np.arange(500) % 2, b"ON", b""))
    samples, _ = read(write(path, data[:250], data[250:]), threads=threads)
    for key, found in samples.items():
        assert found.raws[found.values].tolist() == list(range(key - 1, 500, 3))
        assert found.ticks.tolist() == (START_MS + np.arange(key - 1, 500, 3)).tolist()


@pytest.mark.parametrize(
    ("field", "dtype", "message"),
    [
        ("id", None, "lack id"),
        ("observatoryTime", None, "lack observatoryTime"),
        ("engineeringNumericValue", None, "lack engineeringNumericValue"),
        ("id", ">f8", "the field 'id' .* is of type >f8"),
        ("id", ">u8", "the field 'id' .* is of type >u8"),
        ("observatoryTime", "S8", "the field 'observatoryTime' .* is of type |S8"),
        ("alarmStatus", ">f4", "the field 'alarmStatus' .* is of type >f4"),
        ("engineeringNumericValue", "(2,)>f8", "the field 'engineeringNumericValue'"),
    ],
)
def test_wrong_fields_are_an_error_that_names_them(path, field, dtype, message):
    data = np.zeros(1, [(name, dtype if name == field else ROW[name]) for name in ROW.names if dtype or name != field])
    with h5py.File(path, "w") as file:
        file["samples/data1"] = data
    with pytest.raises(FormatError, match=message):
        FosHdf5().read(path)


def test_text_of_variable_length_is_an_error(path):
    with h5py.File(path, "w") as file:
        row = [
            ("engineeringTextValue", h5py.string_dtype()) if name == "engineeringTextValue" else (name, ROW[name])
            for name in ROW.names
        ]
        file.create_dataset("samples/data1", (2,), np.dtype(row))
    with pytest.raises(FormatError, match="the field 'engineeringTextValue' of /samples/data1 is of type object"):
        FosHdf5().read(path)


@pytest.mark.parametrize("content", ["group", "scalar", "plain", "table", "null"])
def test_data_that_is_no_list_of_rows_is_an_error(path, content):
    with h5py.File(path, "w") as file:
        group = file.create_group("samples")
        if content == "group":
            group.create_group("data1")
        else:
            made = {"scalar": rows([1])[0], "plain": np.arange(3), "table": rows([1, 2])[None], "null": h5py.Empty(ROW)}
            group["data1"] = made[content]
    with pytest.raises(FormatError, match="expected a one-dimensional dataset of rows"):
        FosHdf5().read(path)


@pytest.mark.parametrize(
    ("name", "found"), [("other", "without the group 'samples'"), ("samples", "has no dataset 'data1'")]
)
def test_file_without_rows_is_an_error(path, name, found):
    with h5py.File(path, "w") as file:
        file.create_group(name)
    assert not FosHdf5().identify(path)
    for method in (FosHdf5().read, FosHdf5().describe):
        with pytest.raises(FormatError, match=found):
            method(path)


def test_cut_file_says_how_to_go_on(path):
    write(path, rows([1] * 100))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(FormatError, match="shorter than it says of itself: transfer it again") as caught:
        FosHdf5().read(path)
    assert isinstance(caught.value.__cause__, OSError)


def test_file_that_another_program_has_locked_is_an_error_of_the_system(path):
    fcntl = pytest.importorskip("fcntl", reason="locks as HDF5 takes them")
    if os.environ.get("HDF5_USE_FILE_LOCKING", "").upper() == "FALSE":
        pytest.skip("file locking is switched off")
    with write(path, rows([1])).open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            FosHdf5().read(path)
    assert FosHdf5().read(path).rows_read == 1


def test_description(path):
    write(path, rows([1, 2], times=[50, 10]), rows([]), rows([1, 0], times=[60, 0]))
    told = FosHdf5().describe(path)
    assert (told.rows, told.first, told.last, told.keys) == (4, 10, 60, ())
    assert told.note == "3 datasets of origin OBSERVATORY; rows include padding"


def test_description_without_attributes(path):
    with h5py.File(write(path, rows([1]), rows([1]), origin=None), "a") as file:
        del file["samples/data2"].attrs["dataStartTime"]
        file["samples/data2"].attrs["dataStopTime"] = "text"
    told = FosHdf5().describe(path)
    assert (told.first, told.last, told.origin) == (None, None, "")
    assert "origin not told" in told.note


def test_description_tells_the_origin(path):
    assert FosHdf5().describe(write(path, rows([1]), origin=(b"SIMULATOR",))).origin == "SIMULATOR"


def test_file_is_closed_after_an_error(path):
    with h5py.File(path, "w") as file:
        file.create_group("samples")
    with pytest.raises(FormatError):
        FosHdf5().read(path)
    with h5py.File(path, "r+") as file:
        file["samples/data1"] = rows([1])
    assert FosHdf5().read(path).rows_read == 1


def test_permission_is_an_error_of_the_system(path):
    write(path, rows([1])).chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read any file")
    for method in (FosHdf5().identify, FosHdf5().read, FosHdf5().describe):
        with pytest.raises(PermissionError):
            method(path)


def test_example_is_what_the_contract_says():
    assert fos_example.ROW.itemsize == 116
