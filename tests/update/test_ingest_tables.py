"""`ingest` of tables: mappings, units, what `jeta fetch` and the exports write; and every row accounted for."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import fetch, update
from jeta.archive import create_archive
from jeta.cli import main
from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.tdb import Calibration, Entry, Polynomial, write_yaml
from jeta.update.report import BAD_NAME
from update.deliveries import balanced, everything

S = 1_704_067_200.0  # 2024-01-01


def held(archive, msid):
    """Times and values of an MSID, as they come back."""
    rows = everything(archive, msid)
    return rows.times.tolist(), (rows.values if rows.texts is None else rows.texts[rows.values]).tolist()


def entries(archive, *found):
    """Give an archive a telemetry database."""
    write_yaml(found, archive.root / "tdb" / "test.yaml")


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a text file."""

    def write(text, name="x.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_a_csv_file_that_explains_itself(archive, table):
    report = update.ingest(table("time,a,B\n2024-01-01,1.5,ON\n2024-01-02,2.5,\n,3,OFF\n"), archive=archive)
    assert balanced(report)
    assert (report.read, report.stored, report.rejected) == (5, 3, {rejection.NOT_A_TIME: 2})
    assert held(archive, "A") == ([S, S + 86_400], [1.5, 2.5])
    assert update.ingest(table("time,a,B\n2024-01-01,1.5,ON\n"), archive=archive).duplicate == 2


def test_names_that_no_msid_can_have_are_rejected(archive, table):
    report = update.ingest(table("time,A,B/../C,D e\n2024-01-01,1,2,3\n"), archive=archive)
    assert balanced(report)
    assert (report.stored, report.rejected) == (1, {BAD_NAME: 2})
    assert "a mapping says which MSID each of 'B/../C', 'D e' is: see  jeta ingest --help" in str(report)
    assert archive.names() == ["A"]


def test_a_mapping_for_all_files(archive, table):
    mapping = table("time: {column: T, format: unix}\ncolumns: {Temp: A}\n", "m.yaml")
    paths = [table(f"T,Temp\n{S + row},{row}\n", f"{row}.txt") for row in range(2)]
    assert update.ingest(*paths, archive=archive, mapping=mapping).stored == 2
    assert held(archive, "A") == ([S, S + 1], [0, 1])


def test_a_file_that_does_not_fit_the_mapping_is_named_and_the_others_are_ingested(archive, table):
    mapping = table("columns: {Temp: A}\n", "m.yaml")
    report = update.ingest(
        table("time,Tmp\n2024-01-01,1\n", "bad.csv"),
        table("time,Temp\n2024-01-01,1\n", "good.csv"),
        archive=archive,
        mapping=mapping,
    )
    assert report.stored == 1
    assert [path.name for path in report.errors] == ["bad.csv"]
    assert "there is no column 'Temp'" in str(report)


def test_a_wrong_mapping_stops_before_anything_is_ingested(archive, table):
    with pytest.raises(FormatError, match=r"m.yaml:1: key 'colums'"):
        update.ingest(table("time,A\n2024-01-01,1\n"), archive=archive, mapping=table("colums: {A: B}\n", "m.yaml"))
    assert archive.names() == []


def test_a_folder_with_a_mapping(archive, table, tmp_path):
    table("time: when\ncolumns: {Temp: A}\n", "table.yaml")
    table("when,Temp\n2024-01-01,1\n", "one.csv")
    table("read me\n", "README")
    report = update.ingest(tmp_path / "one.csv", tmp_path / "README", archive=archive)
    assert report.stored == 1
    assert list(report.errors) == [tmp_path / "README"]


def test_units_are_converted(archive, table):
    entries(archive, Entry("A", unit="K"), Entry("B", unit="V", type="float32"))
    report = update.ingest(table("time,A [degC],B [mV],C [m]\n2024-01-01,0,1500,1\n"), archive=archive)
    assert (held(archive, "A")[1], held(archive, "B")[1], held(archive, "C")[1]) == ([273.15], [1.5], [1])
    assert report.files[0].notes.total() == 1


def test_a_unit_that_cannot_be_converted_keeps_the_file_out(archive, table):
    entries(archive, Entry("A", unit="K"))
    report = update.ingest(table("time,B,A [V]\n2024-01-01,1,1\n"), archive=archive)
    assert (report.read, report.stored, archive.names()) == (0, 0, [])
    assert "x.csv: A: the values are in 'V', and the telemetry database says 'K'" in str(report)


def test_raw_counts_have_no_unit(archive, table):
    entries(archive, Entry("A", unit="V", type="int16", calibrations=Calibration(Polynomial((0.0, 0.5)))))
    assert "give the raw counts" in str(update.ingest(table("time,A [V]\n2024-01-01,1\n"), archive=archive))
    assert update.ingest(table("time,A\n2024-01-01,7\n"), archive=archive).stored == 1
    with fetch.set_archive(archive):
        assert fetch.MSID("A", "2024:001").vals.tolist() == [3.5]


@pytest.mark.parametrize("system", ["unix", "cxcsec"])
def test_times_before_and_after_the_limits_are_rejected_in_any_time_system(tmp_path, table, system):
    archive = create_archive(tmp_path / system, time_system=system, earliest="2000:001", latest="2050:001")
    texts = update.ingest(table("time,A\n1999-12-31,1\n2024-01-01,2\n2050-01-01,3\n"), archive=archive)
    zero = 0 if system == "unix" else 883_612_736.816
    numbers = update.ingest(table(f"time,A\n{946_684_799 - zero},1\n{2_524_608_100 - zero},3\n"), archive=archive)
    assert (texts.stored, texts.rejected.total()) == (1, 2)
    assert (numbers.stored, numbers.rejected.total()) == (0, 2)


def test_a_leap_second_is_kept_where_the_archive_has_one(tmp_path, table):
    for system, step in (("cxcsec", [1.0, 1.0]), ("unix", [1.0, 0.0])):
        archive = create_archive(tmp_path / system, time_system=system)
        update.ingest(
            table("time,A\n2016-12-31T23:59:59,1\n2016-12-31T23:59:60,2\n2017-01-01T00:00:00,3\n"), archive=archive
        )
        times = held(archive, "A")[0]
        assert np.diff(times).tolist() == [step for step in step if step or len(times) > 2][: len(times) - 1]


@pytest.fixture(params=["unix", "cxcsec"])
def two(request, tmp_path):
    """An archive with all kinds of values, and an empty one with the same telemetry database."""
    archives = [create_archive(tmp_path / name, time_system=request.param) for name in ("one", "two")]
    for archive in archives:
        entries(
            archive, Entry("TEMP", unit="K", type="float32"), Entry("WORD", type="text"), Entry("FLAG", type="bool")
        )
    times = np.array(["2024-01-01T00:00:00.128", "2024-01-01T00:00:01.256", "2024-01-01T00:00:02.384"], "M8[ms]")
    one = archives[0]
    update.append("temp", times, np.array([300.25, np.nan, 0.1], "f4"), quality=[0, 0, 1], archive=one)
    update.append("word", times, ["007", "", 'a, "b"'], archive=one)
    update.append("flag", times, [True, False, True], archive=one)
    update.append("count", times, np.array([-(2**63), 0, 2**53 + 1]), archive=one)
    update.append("big", times, np.array([2**64 - 1, 0, 1], "u8"), archive=one)
    return archives


MSIDS = ["BIG", "COUNT", "FLAG", "TEMP", "WORD"]


def same(one, two, names=tuple(MSIDS)):
    """Check that two archives hold the same."""
    for name in names:
        assert held(one, name)[0] == held(two, name)[0], name
        np.testing.assert_array_equal(held(one, name)[1], held(two, name)[1])
        flags = [everything(archive, name).quality for archive in (one, two)]
        assert [None if flag is None else (flag != 0).tolist() for flag in flags][0:1] == [
            None if flags[1] is None else (flags[1] != 0).tolist()
        ] or not np.any(flags[0])


@pytest.mark.parametrize("form", ["date", "iso", "isot", "secs", "unix"])
def test_what_jeta_fetch_writes_goes_back_in(two, tmp_path, form, capsys):
    one, other = two
    path = tmp_path / "out.csv"
    words = ["fetch", "*", "--start", "2024:001", "--time-format", form, "-o", str(path), "--archive", str(one.root)]
    if form == "unix":
        path_mapping = tmp_path / "m.yaml"
        path_mapping.write_text("time: {column: time, format: unix}\n")
    assert main(words) == 0
    mapping = ["--mapping", str(path_mapping)] if form == "unix" else []
    assert main(["ingest", str(path), "--archive", str(other.root), *mapping]) == 0
    assert "15 rows read, 15 stored" in capsys.readouterr().out
    same(one, other)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_the_exports_write_goes_back_in(two, tmp_path, suffix):
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    one, other = two
    for name in MSIDS:
        path = tmp_path / f"{name}.{suffix}"
        with fetch.set_archive(one):
            getattr(fetch.MSID(name, "2024:001", "2025:001"), f"to_{suffix}")(path)
        if name in {"BIG", "COUNT"} and suffix == "csv":
            # Only a name that is known is taken from a file.
            assert "is none that the archive" in str(update.ingest(path, archive=other))
            update.append(name, "2024:300", 1, archive=other)
            update.append(name, "2024:300", 1, archive=one)
        report = update.ingest(path, archive=other)
        assert report.files[0].error == ""
    same(one, other, ["FLAG", "TEMP"] if suffix == "csv" else MSIDS)


def test_the_command_takes_a_mapping(archive, table, capsys):
    mapping = table("time: when\ncolumns: {Temp: A}\n", "m.yaml")
    data = table("when;Temp\n2024-01-01;1\n")
    assert main(["ingest", str(data), "--mapping", str(mapping), "--archive", str(archive.root)]) == 0
    assert "1 row read, 1 stored" in capsys.readouterr().out
