"""`ingest` of FITS tables and of the CSV of flight operations: what arrives in the archive."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest
from astropy.io import fits

from formats import fits_example as example
from jeta import fetch, update
from jeta.archive import create_archive
from jeta.tdb import Entry, write_yaml
from update.deliveries import balanced

FOF = "Telemetry Mnemonic,Observatory Time,EU Value\nA,2022/05/23 00:00:00.5,1.5\nB,2022/05/23 00:00:01,ON\n"


def fetched(archive, msid, start="1997:300", stop="2030:001"):
    with fetch.set_archive(archive.root):
        return fetch.MSID(msid, start, stop)


def test_level_0_file_gives_the_expected_figures(archive, shared_data):
    with (shared_data / "expected_stats.csv").open(newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["file"].endswith("_0_img0.fits.gz")]
    report = update.ingest(shared_data / rows[0]["file"], archive=archive)
    assert balanced(report)
    assert not report.errors
    for row in rows:
        found = fetched(archive, row["series"])
        values = found.vals.astype(float)
        assert (len(values), values.min(), values.max()) == (int(row["n"]), float(row["min"]), float(row["max"]))
        np.testing.assert_allclose(
            [values.mean(), values.std()], [float(row["mean"]), float(row["std_pop"])], rtol=1e-12
        )


def test_archive_in_chandra_seconds_gives_the_times_of_the_file_bit_for_bit(tmp_path, shared_data):
    archive = create_archive(tmp_path / "cxc", time_system="cxcsec")
    path = next((shared_data / "chandra_aca_l0").glob("*_3_img0.fits.gz"))
    update.ingest(path, archive=archive)
    with fits.open(path) as file:
        np.testing.assert_array_equal(fetched(archive, "MJF").times, file[1].data["TIME"])


def test_quality_becomes_bads(archive, tmp_path):
    table = example.timed(("QUALITY", "3X", [[0, 0, 0], [0, 0, 1], [0, 0, 0]]), ("A", "J", [1, 2, 3]))
    update.ingest(example.write(tmp_path / "x.fits", table), archive=archive)
    assert fetched(archive, "A").bads.tolist() == [False, True, False]


@pytest.mark.parametrize("dtype", [None, "float64"])
def test_texts_are_numbers_only_where_the_telemetry_database_says_so(archive, tmp_path, dtype):
    if dtype:
        write_yaml([Entry("A", type=dtype)], archive.root / "tdb" / "test.yaml")
    path = example.write(tmp_path / "x.fits", example.timed(("A", "6A", ["1.5", "2", "3"])))
    assert update.ingest(path, archive=archive).stored == 3
    assert fetched(archive, "A").vals.tolist() == ([1.5, 2.0, 3.0] if dtype else ["1.5", "2", "3"])


def test_mapping_of_the_call_is_for_fits_too(archive, tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("TEMP", "E", [1, 2, 3]), ("OTHER", "E", [1, 2, 3])))
    (tmp_path / "m.yaml").write_text("columns: {TEMP: ACA0_TEMP}")
    assert update.ingest(path, archive=archive, mapping=tmp_path / "m.yaml").stored == 3
    assert archive.names() == ["ACA0_TEMP"]


def test_fof_csv_plain_and_gzip(archive, tmp_path):
    (tmp_path / "a.csv").write_text(FOF)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(FOF.replace("23 00", "24 00").encode()))
    report = update.ingest(tmp_path, archive=archive)
    assert balanced(report)
    assert [file.format for file in report.files if not file.skipped] == ["fof_csv", "fof_csv"]
    assert fetched(archive, "A").vals.tolist() == [1.5, 1.5]
    assert fetched(archive, "B").vals.tolist() == ["ON", "ON"]


@pytest.mark.parametrize("name", ["x.fits", "x.FITS.gz", "x.csv.gz"])
def test_file_of_a_folder_that_is_named_like_data_but_is_none_is_an_error(archive, tmp_path, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(b"no telemetry")
    report = update.ingest(tmp_path / "in", archive=archive)
    assert not report.files[0].skipped
    assert name in str(report)


def test_table_without_times_in_a_folder_is_explained(archive, tmp_path):
    (tmp_path / "in").mkdir()
    example.write(tmp_path / "in" / "x.fits", example.table([("START", "D", [1.0])], name="GTI"))
    assert "expected a table with a column TIME, found GTI with the columns 'START'" in str(
        update.ingest(tmp_path / "in", archive=archive)
    )
