"""Real files, and the truth about them."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from astropy.io import fits

from jeta import formats
from jeta.samples import concatenate


def edb_rows(shared_data):
    with (shared_data / "expected_stats.csv").open(newline="") as handle:
        return [row for row in csv.DictReader(handle) if row["file"].startswith("jwst_edb/")]


def as_ms(text):
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


def test_engineering_database_files_have_the_expected_samples(shared_data):
    rows = edb_rows(shared_data)
    assert len(rows) == 52
    for row in rows:
        delivery = formats.read(shared_data / row["file"])
        (batch,) = delivery.batches
        samples = batch.samples
        assert (batch.key, samples.resolution, delivery.rejected.total()) == (row["series"], "ms", 0)
        assert (len(samples), delivery.rows_read) == (int(row["n"]), int(row["n"]))
        assert [samples.ticks[0], samples.ticks[-1]] == [as_ms(row["t_first_utc"]), as_ms(row["t_last_utc"])]
        assert [samples.values[0], samples.values[-1]] == [float(row["v_first"]), float(row["v_last"])]
        assert [samples.values.min(), samples.values.max()] == [float(row["min"]), float(row["max"])]


def test_engineering_database_files_are_described_as_they_are(shared_data):
    for row in edb_rows(shared_data):
        told = formats.describe(shared_data / row["file"])
        assert (told.first, told.last) == (as_ms(row["t_first_utc"]), as_ms(row["t_last_utc"]))
        assert told.rows in {None, int(row["n"])}


def fits_rows(shared_data):
    with (shared_data / "expected_stats.csv").open(newline="") as handle:
        return [row for row in csv.DictReader(handle) if row["file"].startswith("chandra_aca_l0/")]


def test_level_0_files_have_the_expected_samples(shared_data):
    rows = fits_rows(shared_data)
    assert len(rows) == 12
    for row in rows:
        delivery = formats.read(shared_data / row["file"])
        (batch,) = (batch for batch in delivery.batches if batch.key == row["series"])
        samples = batch.samples
        values = samples.values.astype(np.float64)
        assert (delivery.format, batch.time_system, delivery.rejected.total()) == ("fits_table", "unix", 0)
        assert (len(samples), len(samples) - len(np.unique(samples.ticks))) == (int(row["n"]), int(row["n_dup_time"]))
        edges_ms = samples.ticks[[0, -1]] // {"ms": 1, "us": 10**3, "ns": 10**6}[samples.resolution]
        assert edges_ms.tolist() == [as_ms(row["t_first_utc"]), as_ms(row["t_last_utc"])]
        assert [values[0], values[-1]] == [float(row["v_first"]), float(row["v_last"])]
        assert [values.min(), values.max()] == [float(row["min"]), float(row["max"])]
        np.testing.assert_allclose(
            [values.mean(), values.std()], [float(row["mean"]), float(row["std_pop"])], rtol=1e-12
        )


def test_level_0_files_are_what_astropy_reads(shared_data):
    for path in sorted((shared_data / "chandra_aca_l0").glob("*.fits.gz")):
        found = {batch.key: batch.samples for batch in formats.read(path).batches}
        with fits.open(path) as file:
            table = file[1].data
            ticks = {id(samples.ticks) for samples in found.values()}
            assert len(ticks) == 1  # held once for all MSIDs
            for name in table.names[1:]:
                columns = table[name].reshape(len(table), -1)
                keys = [name] if columns.shape[1] == 1 else [f"{name}_{at}" for at in range(columns.shape[1])]
                for at, key in enumerate(keys):
                    np.testing.assert_array_equal(found.pop(key).values, columns[:, at])
        assert not found
        assert formats.describe(path).keys == tuple(batch.key for batch in formats.read(path).batches)


@pytest.fixture(scope="module")
def fos(shared_data):
    folder = shared_data / "legacy_jeta1"
    cases = json.loads((folder / "expected" / "cases.json").read_text())
    deliveries = {path.name: formats.read(path) for path in sorted((folder / "fos_input" / "h5").glob("*.h5"))}
    with np.load(folder / "expected" / "truth.npz") as truth:
        return cases, deliveries, dict(truth)


def series(deliveries, key):
    """All samples of one MSID, in order of time; rows that repeat a time and a value are left out."""
    parts = [batch.samples for delivery in deliveries.values() for batch in delivery.batches if batch.key == key]
    samples = concatenate(parts)
    samples = samples.take(np.argsort(samples.ticks, kind="stable"))
    again = (np.diff(samples.ticks, prepend=-1) == 0) & np.append(False, samples.values[1:] == samples.values[:-1])
    return samples.take(~again)


def test_ingest_files_have_the_rows_they_should(fos):
    cases, deliveries, _ = fos
    for case in cases["files"]:
        delivery = deliveries[case["name"]]
        if not delivery.batches:  # the simulated one, whose rows are not looked at
            continue
        padding = delivery.rejected[None, "padding"]
        assert delivery.rows_read - padding == case["rows_without_padding"], case["name"]
        assert padding > 0


def test_ingest_files_together_give_the_truth(fos):
    _, deliveries, truth = fos
    for name, number in {"SA_TFAST1": 101, "IGDP_TEMP_A": 102, "SA_ZCOUNT": 103, "IMIR_HK_V": 104}.items():
        samples = series(deliveries, number)
        np.testing.assert_array_equal(samples.ticks, truth[f"{name}__times_ms"])
        np.testing.assert_array_equal(samples.values, truth[f"{name}__values"])


def test_ingest_files_give_the_true_texts(fos):
    _, deliveries, truth = fos
    samples = series(deliveries, 105)
    np.testing.assert_array_equal(samples.ticks, truth["SA_ZMODE__times_ms"])
    np.testing.assert_array_equal(samples.raws[samples.values], truth["SA_ZMODE__values"])
    np.testing.assert_array_equal(samples.decoded(), np.char.rstrip(truth["SA_ZMODE__texts"]))


def test_simulated_telemetry_is_counted_and_left_out(fos):
    _, deliveries, _ = fos
    delivery = deliveries["E2022060090000_sim.h5"]
    assert delivery.batches == ()
    assert delivery.rejected == {(None, "foreign origin SIMULATOR"): delivery.rows_read}


def test_packets_that_are_not_archived_are_counted(fos):
    _, deliveries, _ = fos
    counts = [delivery.rejected[102, "apid 712 is excluded"] for delivery in deliveries.values()]
    assert sorted(counts)[-3:] == [0, 400, 400]


def test_unknown_identifiers_are_kept_for_the_caller(fos):
    _, deliveries, _ = fos
    unknown = [batch for delivery in deliveries.values() for batch in delivery.batches if batch.key == 9901]
    assert [len(batch.samples) for batch in unknown] == [150, 150]


def test_ingest_files_are_described_as_they_are(fos):
    _, deliveries, _ = fos
    for delivery in deliveries.values():
        told = formats.describe(delivery.path)
        assert told.rows == delivery.rows_read
        if delivery.batches:
            assert told.first <= min(batch.samples.ticks.min() for batch in delivery.batches)
            assert told.last >= max(batch.samples.ticks.max() for batch in delivery.batches)
