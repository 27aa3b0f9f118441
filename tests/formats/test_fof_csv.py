"""CSV of several MSIDs, as flight operations export it."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from jeta import formats
from jeta.errors import FormatError
from jeta.formats.fof_csv import FofCsv
from jeta.formats.table.rules import Known

HEADER = "Telemetry Mnemonic,Observatory Time,EU Value\n"
MS_2022 = 1_640_995_200_000


def write(tmp_path, *lines, header=HEADER, name="x.csv"):
    path = tmp_path / name
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read(tmp_path, *lines, **more):
    delivery = FofCsv().read(write(tmp_path, *lines, **more))
    return {batch.key: batch.samples for batch in delivery.batches}, dict(delivery.rejected)


def test_msids_are_told_apart_and_keep_the_order_of_the_file(tmp_path):
    found, rejected = read(
        tmp_path,
        "SA_B,2022/01/01 00:00:02.000,2.5",
        "SA_A,2022/01/01 00:00:01.000,ON",
        "SA_B,2022/01/01 00:00:00.500,-1",
        "SA_A,2022/01/01 00:00:03.000,OFF",
    )
    assert list(found) == ["SA_B", "SA_A"]
    assert (found["SA_B"].ticks - MS_2022).tolist() == [2000, 500]
    assert found["SA_B"].values.tolist() == [2.5, -1.0]
    assert found["SA_A"].decoded().tolist() == ["ON", "OFF"]
    assert not rejected


@pytest.mark.parametrize(
    ("text", "resolution", "ticks"),
    [
        ("2022/01/01 00:00:00.001", "ms", MS_2022 + 1),
        ("2022-01-01 00:00:00.001", "ms", MS_2022 + 1),
        ("2022/01/01T00:00:00", "ms", MS_2022),
        ("2022/01/01 00:00:00.000001", "us", MS_2022 * 1000 + 1),
        ("2022/01/01 00:00:00.000000001", "ns", MS_2022 * 10**6 + 1),
        (" 2022/02/28 23:59:59.999 ", "ms", MS_2022 + 59 * 86_400_000 - 1),
    ],
)
def test_times_are_utc_and_exact(tmp_path, text, resolution, ticks):
    found, _ = read(tmp_path, f"A,{text},1")
    assert (found["A"].resolution, found["A"].ticks.tolist()) == (resolution, [ticks])


def test_leap_second_is_kept_apart(tmp_path):
    path = write(tmp_path, "A,2016/12/31 23:59:59.000,1", "A,2016/12/31 23:59:60.000,2", "A,2017/01/01 00:00:00.000,3")
    (batch,) = FofCsv().read(path).batches
    assert (batch.time_system, np.diff(batch.samples.ticks).tolist()) == ("cxcsec", [1000, 1000])


@pytest.mark.parametrize(
    "header",
    [
        "TELEMETRY MNEMONIC,observatory time,Eu Value\n",
        "\ufeffTelemetry Mnemonic, Observatory Time, EU Value\n",
        '"Telemetry Mnemonic","Observatory Time","EU Value"\n',
    ],
    ids=["case", "mark-and-blanks", "quotes"],
)
def test_header_in_any_case(tmp_path, header):
    path = write(tmp_path, "A,2022/01/01 00:00:00,1", header=header)
    assert formats.identify(path).name == "fof_csv"
    assert formats.read(path).batches[0].key == "A"


def test_columns_in_any_order_among_others(tmp_path):
    header = "Raw Value,EU Value,Status,Observatory Time,Telemetry Mnemonic\n"
    found, rejected = read(tmp_path, "17,2.5,OK,2022/01/01 00:00:00,A", header=header)
    assert (found["A"].values.tolist(), rejected) == ([2.5], {})


@pytest.mark.parametrize(
    ("line", "key", "reason"),
    [
        ("A,2022/02/30 00:00:00,1", "A", "time is not a valid date and time"),
        ("A,,1", "A", "time is not a valid date and time"),
        ("A,59580.5,1", "A", "time is not a valid date and time"),
        ("A,2022/01/01 00:00:00,", "A", "no value"),
        ("A,2022/01/01 00:00:00,OPEN", "A", "text among numbers"),
        ("A,2022/01/01 00:00:00,1,2", None, "wrong number of fields"),
        ("A,2022/01/01 00:00:00", None, "wrong number of fields"),
        (",2022/01/01 00:00:00,1", None, "no name of an MSID"),
    ],
)
def test_bad_rows_are_counted_with_their_reason_and_the_others_kept(tmp_path, line, key, reason):
    good = [f"A,2022/01/01 00:00:0{second},{second}" for second in range(3)]
    found, rejected = read(tmp_path, good[0], line, *good[1:])
    assert found["A"].values.tolist() == [0, 1, 2]
    assert rejected == {(key, reason): 1}


def test_kinds_are_those_of_most_rows_of_each_msid(tmp_path):
    values = {"I": ["1", "2", "3"], "F": ["1", "2.5", "3"], "T": ["ON", "1", "OFF"], "B": ["true", "False", "TRUE"]}
    lines = [f"{name},2022/01/01 00:00:0{row},{each[row]}" for row in range(3) for name, each in values.items()]
    found, rejected = read(tmp_path, *lines)
    assert {name: samples.values.dtype.kind for name, samples in found.items() if not samples.is_text} == {
        "I": "i",
        "F": "f",
        "B": "b",
    }
    assert found["T"].decoded().tolist() == ["ON", "1", "OFF"]
    assert not rejected


def test_msid_that_the_archive_has_as_texts_stays_so(tmp_path):
    path = write(tmp_path, "A,2022/01/01 00:00:00,1")
    known = {"A": Known(is_text=True)}
    assert FofCsv(known.get).read(path).batches[0].samples.decoded().tolist() == ["1"]


def test_gzip_is_read_as_it_is(tmp_path):
    plain = write(tmp_path, "A,2022/01/01 00:00:00,1")
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert formats.identify(tmp_path / "x.csv.gz").name == "fof_csv"
    assert formats.read(tmp_path / "x.csv.gz").rows_read == 1


def test_gzip_cut_short_is_an_error(tmp_path):
    plain = write(tmp_path, *[f"A,2022/01/01 00:00:00.{row:03},{row * row}" for row in range(999)])
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(plain.read_bytes())[:-20])
    with pytest.raises(FormatError, match=r"x.csv.gz: the compressed file is damaged or cut short"):
        FofCsv().read(tmp_path / "x.csv.gz")


def test_lines_ended_by_cr_lf_and_blank_ones(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(
        HEADER.replace("\n", "\r\n").encode() + b"A,2022/01/01 00:00:00,1\r\n\r\nA,2022/01/01 00:00:01,2\r\n"
    )
    assert FofCsv().read(path).rows_read == 2


def test_other_header_is_an_error_that_shows_it(tmp_path):
    path = write(tmp_path, "A,2022/01/01 00:00:00,1", header="Mnemonic,Time,EU Value\n")
    assert not FofCsv().identify(path)
    with pytest.raises(
        FormatError, match=r"x.csv: expected .*Telemetry Mnemonic.*found text that begins with 'Mnemonic"
    ):
        FofCsv().read(path)


def test_many_rows_over_pieces_come_together(tmp_path):
    rows, msids = 100_000, 7
    stamps = np.datetime_as_string(np.datetime64("2022-01-01T00:00:00.000") + np.arange(rows).astype("m8[ms]"))
    lines = [
        f"M{row % msids},{stamp.replace('-', '/').replace('T', ' ')},{row}" for row, stamp in enumerate(stamps.tolist())
    ]
    found, rejected = read(tmp_path, *lines)
    assert not rejected
    for at in range(msids):
        assert found[f"M{at}"].values.tolist() == list(range(at, rows, msids))
        assert (found[f"M{at}"].ticks - MS_2022).tolist() == list(range(at, rows, msids))
