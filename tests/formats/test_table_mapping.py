"""The format ``table`` with a mapping: what it says holds, what it gets wrong is told with file and line."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import formats
from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.formats.table import Table, TableMapping, read_mapping
from jeta.testing.formats import check_delivery

MS_2024 = 1_704_067_200_000


def mapped(tmp_path, mapping, content, name="x.csv"):
    """Read a file by a mapping; every row is accounted for."""
    (tmp_path / "m.yaml").write_text(mapping)
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    delivery = Table(read_mapping(tmp_path / "m.yaml")).read(tmp_path / name)
    check_delivery(delivery)
    return delivery


def values(delivery):
    """Values by MSID."""
    return {batch.key: batch.samples.decoded().tolist() for batch in delivery.batches}


def test_columns_are_renamed_and_others_left_out(tmp_path):
    delivery = mapped(
        tmp_path,
        "time: UTC\ncolumns:\n  Temp 1: sa_temp\n  Mode: {msid: SA_MODE}\n",
        "UTC,Temp 1,Mode,Remark\n2024-01-01,20.5,ON,windy\n",
    )
    assert values(delivery) == {"SA_TEMP": [20.5], "SA_MODE": ["ON"]}


def test_a_list_of_columns_whose_names_are_msids(tmp_path):
    assert values(mapped(tmp_path, "columns: [a, C]\n", "time,a,B,C\n2024-01-01,1,2,3\n")) == {"A": [1], "C": [3]}


def test_units_of_the_mapping_go_before_those_of_the_row(tmp_path):
    delivery = mapped(
        tmp_path,
        "time: UTC\nunits_row: true\ncolumns:\n  A: X\n  B: {msid: Y, unit: K}\n  C: Z\n",
        "UTC,A,B,C\n,degC,degC,\n2024-01-01,1,2,3\n",
    )
    assert {batch.key: batch.unit for batch in delivery.batches} == {"X": "degC", "Y": "K", "Z": None}


def test_a_row_of_units_is_no_row_of_values(tmp_path):
    delivery = mapped(tmp_path, "units_row: true\n", "time,A\ns,K\n2024-01-01,1\n")
    assert (values(delivery), delivery.rows_read, delivery.batches[0].unit) == ({"A": [1]}, 1, "K")


def test_the_unit_of_the_time_in_the_row_of_units(tmp_path):
    delivery = mapped(tmp_path, "units_row: true\n", "time,A\nTAI,K\n2024-01-01T00:00:37,1\n")
    assert delivery.batches[0].samples.ticks.tolist() == [MS_2024]
    with pytest.raises(FormatError, match="numbers in 'ms'"):
        mapped(tmp_path, "units_row: true\n", "time,A\nms,K\n1704067200000,1\n")
    delivery = mapped(tmp_path, "units_row: true\ntime: {format: unix, unit: ms}\n", "time,A\nms,K\n1704067200000,1\n")
    assert delivery.batches[0].samples.ticks.tolist() == [MS_2024]


def test_a_point_before_decimals_though_semicolons_stand_between_fields(tmp_path):
    assert values(mapped(tmp_path, "decimal: .\n", "time;A\n2024-01-01;1,5\n")) == {"A": ["1,5"]}


@pytest.mark.parametrize(
    ("kind", "cells", "expected", "reason"),
    [
        ("text", ["1", "02"], ["1", "02"], None),
        ("state", ["1", "02"], ["1", "02"], None),
        ("float", ["1", "2"], [1.0, 2.0], None),
        ("float32", ["1", "x", "N/A"], [1.0], rejection.NOT_A_FLOAT),
        ("int16", ["1", "2.5", "3.0"], [1, 3], rejection.NOT_AN_INTEGER),
        ("bool", ["1", "0", "true", "2"], [True, False, True], rejection.NOT_A_BOOLEAN),
    ],
)
def test_types(tmp_path, kind, cells, expected, reason):
    lines = "".join(f"2024-01-01T00:00:{row:02d},{cell}\n" for row, cell in enumerate(cells))
    delivery = mapped(tmp_path, f"columns:\n  A: {{type: {kind}}}\n", f"time,A\n{lines}")
    (found,) = values(delivery).values()
    assert [(type(value), value) for value in found] == [(type(value), value) for value in expected]
    assert dict(delivery.rejected) == ({} if reason is None else {("A", reason): 1})


def test_what_means_no_value(tmp_path):
    """Texts as they are written, numbers however they are written."""
    content = "time,A,B\n1,-999,-999.0\n2,-999.00,--\n3,1,gone\n4,-9,nan\n5,,7\n"
    delivery = mapped(tmp_path, 'missing: ["", gone, --, -999, NaN]\n', content)
    assert values(delivery) == {"A": [1, -9], "B": [7]}
    assert delivery.rows_read == 3


def test_quality_by_column(tmp_path):
    mapping = "quality: Q\ncolumns:\n  A: {quality: QA}\n  B: B\n"
    delivery = mapped(tmp_path, mapping, "time,A,QA,B,Q\n2024-01-01,1,1,2,0\n2024-01-02,1,0,2,1\n")
    assert {batch.key: batch.samples.quality.tolist() for batch in delivery.batches} == {"A": [1, 0], "B": [0, 1]}


def test_a_long_table_with_names_of_its_own(tmp_path):
    content = "when;channel;reading;flag\n2024-01-01;A;1;0\n2024-01-01;B;ON;1\n"
    delivery = mapped(tmp_path, "time: when\nmsid: channel\nvalue: reading\nquality: flag\n", content)
    assert values(delivery) == {"A": [1], "B": ["ON"]}
    assert delivery.batches[1].samples.quality.tolist() == [1]


@pytest.mark.parametrize(
    ("mapping", "content"),
    [
        ("delimiter: ':'\n", "time:A\n2024-01-01:1.5\n"),
        ("delimiter: tab\n", "time\tA\n2024-01-01\t1.5\n"),
        ("delimiter: space\n", "time    A\n2024-01-01   1.5\n"),
        ("decimal: ','\n", "time;A\n2024-01-01;1,5\n"),
        ("skip_rows: 2\n", "A report,\nof May,\ntime,A\n2024-01-01,1.5\n"),
        ("comment: '%'\n", "% report\ntime,A\n% pause\n2024-01-01,1.5\n"),
        ("names: [time, A]\n", "2024-01-01,1.5\n"),
        ("encoding: utf-16-le\n", "time,A\n2024-01-01,1.5\n".encode("utf-16-le")),
        ("encoding: latin-1\ncolumns:\n  Kälte: A\n", "time,Kälte\n2024-01-01,1.5\n".encode("latin-1")),
    ],
    ids=["colon", "tab", "space", "decimal", "skip", "comment", "names", "utf-16", "latin-1"],
)
def test_how_text_is_written(tmp_path, mapping, content):
    assert values(mapped(tmp_path, mapping, content)) == {"A": [1.5]}


def test_decimal_commas_in_numbers_of_time_but_not_in_texts(tmp_path):
    content = "T;A;B\n60310,5;1,5;a,b\n"
    delivery = mapped(tmp_path, "time: {column: T, format: mjd}\ndecimal: ','\n", content)
    assert values(delivery) == {"A": [1.5], "B": ["a,b"]}
    assert delivery.batches[0].samples.ticks[0] == MS_2024 + 43_200_000


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("time: UTC\ncolums: {A: B}\n", "m.yaml:2: key 'colums': no such key.*did you mean 'columns'"),
        ("time:\n  column: UTC\n  fromat: iso\n", "m.yaml:3: key 'fromat': no such key.*did you mean 'format'"),
        ("time: {format: isoo}\n", "m.yaml:1: key 'format': expected one of .*did you mean 'iso'.*got 'isoo'"),
        ("time: {scale: ut1}\n", "m.yaml:1: key 'scale'.*utc, tai, tt, gps"),
        ("time: {format: elapsed}\n", "needs an epoch"),
        ("time: {format: unix, epoch: 2000-01-01}\n", "has an epoch of its own"),
        ("time: {format: gps, scale: tai}\n", "has a scale of its own"),
        ("time: {format: iso, unit: ms}\n", "unit is of numbers"),
        ("time: {format: '%Y-%Q'}\n", "m.yaml:1: key 'format': expected a pattern of strptime"),
        ("columns: " + "[" * 20_000, "levels without end|expected YAML"),
        ("time: {epoch: yesterday}\n", "key 'epoch': expected a date"),
        ("columns:\n  A: B\n  C:\n    msid: D\n    units: K\n", "m.yaml:5: key 'units': no such key.*did you mean 'unit'"),
        ("columns:\n  A: B\n  C: {type: complex}\n", "m.yaml:3: key 'type': expected"),
        ("columns:\n  A: X\n  B: x\n", "expected each msid once, but 'X' is there again"),
        ("columns:\n  A: X\n  A: Y\n", "expected each column once, but 'A' is there again"),
        ("columns: {A: ../../etc}\n", "m.yaml:1: '../../etc' cannot be the name of an MSID"),
        ("columns:\n  A b:\n    unit: K\n", "m.yaml:2: 'A b' cannot be the name of an MSID"),
        ("columns: 5\n", "key 'columns': expected columns and MSIDs"),
        ("msid: A\n", "a long table needs both"),
        ("msid: A\nvalue: B\ncolumns: {C: D}\n", "either columns.*or msid and value"),
        ("delimiter: ab\n", "expected one character"),
        ("encoding: klingon\n", "expected an encoding"),
        ("encoding: base64\n", "expected an encoding of text"),
        ("skip_rows: -1\n", "at least 0"),
        ("skip_rows: some\n", "whole number"),
        ("units_row: perhaps\n", "true or false"),
        ("decimal: x\n", "key 'decimal'"),
        ("names: [a, a]\n", "each name once"),
        ("time: UTC\ntime: UTC\n", "m.yaml:2: key 'time'"),
        ("- time\n", "m.yaml:1: key ''"),
        ("time: [\n", "m.yaml:2: expected YAML"),
        ("just words\n", "m.yaml:1: expected a mapping"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_told_with_file_and_line(tmp_path, mapping, says):
    (tmp_path / "m.yaml").write_text(mapping)
    with pytest.raises(FormatError, match=says):
        read_mapping(tmp_path / "m.yaml")


def test_an_empty_mapping_says_nothing(tmp_path):
    (tmp_path / "m.yaml").write_text("# nothing yet\n")
    assert read_mapping(tmp_path / "m.yaml") == TableMapping(tmp_path / "m.yaml")


def test_a_file_far_too_large_is_no_mapping(tmp_path):
    (tmp_path / "m.yaml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(FormatError, match="expected a mapping of some lines"):
        read_mapping(tmp_path / "m.yaml")


@pytest.mark.parametrize(
    "mapping", ["time: WHEN\n", "columns: {B: X}\n", "quality: Q\n", "columns:\n  A: {quality: Q}\n"]
)
def test_a_mapping_that_names_what_is_not_there(tmp_path, mapping):
    with pytest.raises(
        FormatError, match=r"x.csv: there is no column '\w+', which .*m.yaml names; the columns are 'time', 'A'"
    ):
        mapped(tmp_path, mapping, "time,A\n2024-01-01,1\n")


def test_a_mapping_beside_the_data(tmp_path):
    (tmp_path / "x.csv").write_text("when,Temp\n2024-01-01,1\n")
    assert not Table().identify(tmp_path / "x.csv")
    (tmp_path / "x.csv.yaml").write_text("time: when\ncolumns: {Temp: SA_TEMP}\n")
    assert formats.identify(tmp_path / "x.csv").name == "table"
    assert values(formats.read(tmp_path / "x.csv")) == {"SA_TEMP": [1]}
    assert formats.describe(tmp_path / "x.csv").keys == ("SA_TEMP",)
    (tmp_path / "x.csv.yaml").write_text("time: whenever\n")
    with pytest.raises(FormatError, match=r"x.csv: there is no column 'whenever'"):
        formats.read(tmp_path / "x.csv")


def test_a_mapping_for_the_files_of_a_folder_that_have_its_columns(tmp_path):
    (tmp_path / "table.yaml").write_text("time: when\ncolumns: {Temp: SA_TEMP}\n")
    (tmp_path / "x.csv").write_text("when,Temp\n2024-01-01,1\n")
    (tmp_path / "y.csv").write_text("place,Temp\nhere,1\n")
    assert [Table().identify(tmp_path / name) for name in ("x.csv", "y.csv", "table.yaml")] == [True, False, False]
    assert values(formats.read(tmp_path / "x.csv")) == {"SA_TEMP": [1]}


def test_a_wrong_mapping_of_a_folder_is_told_by_reading(tmp_path):
    (tmp_path / "table.yaml").write_text("tme: when\n")
    (tmp_path / "x.csv").write_text("when,Temp\n2024-01-01,1\n")
    with pytest.raises(FormatError, match=r"table.yaml:1: key 'tme'.*did you mean 'time'"):
        formats.read(tmp_path / "x.csv")


def test_the_mapping_that_is_given_goes_before_others(tmp_path):
    (tmp_path / "x.csv.yaml").write_text("columns: {A: X}\n")
    assert values(mapped(tmp_path, "columns: {A: Y}\n", "time,A\n2024-01-01,1\n")) == {"Y": [1]}


def test_a_long_table_with_units_in_a_row(tmp_path):
    delivery = mapped(tmp_path, "units_row: true\n", "msid,time,value\n,,K\nA,2024-01-01,1\n")
    assert [(batch.key, batch.unit) for batch in delivery.batches] == [("A", "K")]


def test_mapped_values_are_raw_counts_whatever_the_columns_are_called(tmp_path):
    """Who names the columns knows what they hold; nothing is refused as calibrated."""
    delivery = mapped(tmp_path, "msid: msid\nvalue: value\n", "msid,time,value,bad\nA,2024-01-01,1,0\n")
    np.testing.assert_array_equal(values(delivery)["A"], [1])


@pytest.mark.parametrize(
    "mapping",
    [
        "time: T\ncolumns: {T: A, V: B}\n",
        "time: T\ncolumns: {V: {msid: B, quality: T}}\n",
        "time: T\nquality: T\n",
        "time: [T, V]\ncolumns: [V]\n",
        "time: T\nmsid: T\nvalue: V\n",
    ],
    ids=["values", "quality", "all", "joined", "names"],
)
def test_the_time_cannot_be_something_else_too(tmp_path, mapping):
    with pytest.raises(FormatError, match=r"x.csv: the column '[TV]' is the time, and cannot be"):
        mapped(tmp_path, mapping, "T,V\n2024-01-01,1\n")
