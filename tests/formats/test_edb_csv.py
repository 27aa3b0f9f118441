"""The engineering database's CSV."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import FormatError
from jeta.formats import edb_csv, rejection
from jeta.formats.edb_csv import EdbCsv

HEADER = "theTime,MJD,euvalue,sqldataType\r\n"
TIME = "2022-01-01 00:00:00.000000"
MS = 1_640_995_200_000


def write(tmp_path, text, name="MSID.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def read(tmp_path, *lines, header=HEADER, ending="\r\n"):
    """Read a file of some lines; return its only samples, if any, and its counts by reason."""
    delivery = EdbCsv().read(write(tmp_path, header + "".join(line + ending for line in lines)))
    kept = sum(len(batch.samples) for batch in delivery.batches)
    assert delivery.rows_read == kept + sum(delivery.rejected.values())
    samples = delivery.batches[0].samples if delivery.batches else None
    return samples, {reason: count for (_, reason), count in delivery.rejected.items()}


def test_times_and_values_are_exact(tmp_path):
    samples, _ = read(tmp_path, f"{TIME},59580.0,0.4641213417,real", "2022-01-01 00:00:00.256000,1,0.1,real")
    assert (samples.ticks.tolist(), samples.resolution, samples.values.tolist()) == (
        [MS, MS + 256],
        "ms",
        [0.4641213417, 0.1],
    )


@pytest.mark.parametrize(
    ("decimals", "resolution", "factor"), [("256", "ms", 1), ("000001", "us", 10**3), ("000000001", "ns", 10**6)]
)
def test_unit_of_ticks_is_as_fine_as_needed(tmp_path, decimals, resolution, factor):
    samples, _ = read(tmp_path, f"{TIME},1,1.5,real", f"2022-01-01 00:00:00.{decimals},1,1.5,real")
    assert (samples.resolution, samples.ticks.tolist()) == (resolution, [MS * factor, MS * factor + int(decimals)])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "header",
    [
        "theTime,MJD,euvalue,sqldataType",
        '"theTime","MJD","euvalue","sqldataType"',
        " THETIME , mjd , EUValue , SQLDATATYPE ",
        "\ufefftheTime,MJD,euvalue,sqldataType",
    ],
)
def test_headers_that_mean_the_same(tmp_path, header, ending):
    samples, _ = read(tmp_path, f"{TIME},1,7,int", header=header + ending, ending=ending)
    assert samples.values.tolist() == [7]


def test_columns_in_another_order_without_mjd(tmp_path):
    samples, _ = read(tmp_path, f"int,7,{TIME}", header="sqldataType,euvalue,theTime\n")
    assert (samples.ticks.tolist(), samples.values.tolist()) == ([MS], [7])


def test_quoted_fields_keep_commas_quotes_and_line_ends(tmp_path):
    samples, _ = read(tmp_path, f'"{TIME}","1","a, ""b""\nc","varchar"')
    assert samples.decoded().tolist() == ['a, "b"\nc']


def test_texts_are_coded(tmp_path):
    samples, _ = read(tmp_path, *(f"{TIME},1,{text},varchar" for text in ("ON", "OFF", "ON  ")))
    assert (samples.texts.tolist(), samples.values.tolist()) == (["OFF", "ON"], [1, 0, 1])
    assert np.isnan(samples.raws).all()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("NaN,1,1,real", rejection.NOT_A_TIME),
        (",1,1,real", rejection.NOT_A_TIME),
        (f"{TIME},1,,real", rejection.NO_VALUE),
        (f"{TIME},1,NULL,varchar", rejection.NO_VALUE),
        (f"{TIME},1,x,real", rejection.NOT_A_FLOAT),
        (f"{TIME},1,1.5,int", rejection.NOT_AN_INTEGER),
        (f"{TIME},1,{2**63},bigint", rejection.INTEGER_TOO_LARGE),
        (f"{TIME},1,1,geometry", rejection.UNKNOWN_TYPE),
        (f"{TIME},1,ON,varchar", "text among numbers"),
        (f"{TIME},1,1", rejection.WRONG_FIELDS),
        (f"{TIME},1,1,real,more", rejection.WRONG_FIELDS),
    ],
)
def test_a_bad_row_costs_only_itself(tmp_path, line, reason):
    samples, counts = read(tmp_path, f"{TIME},1,1.5,real", line, f"{TIME},1,2.5,real")
    assert (samples.values.tolist(), counts) == ([1.5, 2.5], {reason: 1})


def test_years_far_away_are_read(tmp_path):
    samples, counts = read(tmp_path, "1970-01-01 00:00:00,1,1,int", "2100-01-01 00:00:00,1,2,int")
    assert (samples.ticks.tolist(), counts) == ([0, 4_102_444_800_000], {})


def test_blank_lines_are_no_rows(tmp_path):
    samples, counts = read(tmp_path, "", f"{TIME},1,1,int", "", "")
    assert (len(samples), counts) == (1, {})


def test_time_that_nanoseconds_cannot_hold(tmp_path):
    samples, counts = read(tmp_path, "2300-01-01 00:00:00,1,1,int", "2022-01-01 00:00:00.000000001,1,2,int")
    assert (samples.values.tolist(), counts) == ([2], {rejection.TIME_TOO_LARGE: 1})


@pytest.mark.parametrize("rows", ["", f"{TIME},1,,real\r\n"])
def test_no_batch_without_rows(tmp_path, rows):
    assert EdbCsv().read(write(tmp_path, HEADER + rows)).batches == ()


def test_counts_bear_the_mnemonic(tmp_path):
    delivery = EdbCsv().read(write(tmp_path, HEADER + f"{TIME},1,,real\r\n", "A_B-20220101T000000-20220101T000001.csv"))
    assert delivery.rejected == Counter({("A_B", rejection.NO_VALUE): 1})


@pytest.mark.parametrize(
    ("name", "mnemonic"),
    [
        ("SA_ZATTEST2-20210522T000000-20210522T000001.csv", "SA_ZATTEST2"),
        ("A-B-1-20210522T000000-20210522T000001.csv", "A-B-1"),
        ("X-20210522T000000.csv", "X-20210522T000000"),
        ("SA_ZMODE.csv", "SA_ZMODE"),
        ("SA_ZMODE", "SA_ZMODE"),
    ],
)
def test_mnemonic_is_in_the_file_name(tmp_path, name, mnemonic):
    path = write(tmp_path, HEADER + f"{TIME},1,1,int\r\n", name)
    assert EdbCsv().read(path).batches[0].key == mnemonic
    assert EdbCsv().describe(path).keys == (mnemonic,)


def test_text_in_latin1(tmp_path):
    path = write(tmp_path, HEADER + f"{TIME},1,20 °C,varchar\r\n", encoding="latin-1")
    assert EdbCsv().read(path).batches[0].samples.decoded().tolist() == ["20 °C"]


@pytest.mark.parametrize("row", [f'{TIME},1,"never closed,varchar\r\n', f'{TIME},1,"a"b,varchar\r\n'])
def test_quotes_that_do_not_match_are_an_error_with_the_line(tmp_path, row):
    with pytest.raises(FormatError, match=r"MSID\.csv: the rows up to line \d"):
        EdbCsv().read(write(tmp_path, HEADER + row))


def test_endless_field_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="field larger than field limit"):
        EdbCsv().read(write(tmp_path, HEADER + f"{TIME},1,{'x' * 200_000},varchar\r\n"))


@pytest.mark.parametrize("text", ["theTime,value\n", "", "\n", "{}"])
def test_wrong_header_is_an_error_that_shows_it(tmp_path, text):
    path = write(tmp_path, text)
    assert not EdbCsv().identify(path)
    for method in (EdbCsv().read, EdbCsv().describe):
        with pytest.raises(FormatError, match="expected a first line that names the columns"):
            method(path)


def test_rows_beyond_one_chunk_are_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(edb_csv, "_CHUNK_ROWS", 3)
    lines = [f"2022-01-01 00:00:{second:02},1,S{second % 4},varchar" for second in range(10)]
    samples, _ = read(tmp_path, *lines)
    assert samples.ticks.tolist() == [MS + 1000 * second for second in range(10)]
    assert samples.decoded().tolist() == [f"S{second % 4}" for second in range(10)]


def test_description_has_first_and_last_row(tmp_path):
    lines = [f"2022-01-01 00:00:{second:02}.5,1,1,int\r\n" for second in range(60)] * 20
    told = EdbCsv().describe(write(tmp_path, HEADER + "".join(lines)))
    assert (told.rows, told.first, told.last) == (None, MS + 500, MS + 59_500)


def test_description_of_a_header_alone(tmp_path):
    told = EdbCsv().describe(write(tmp_path, HEADER))
    assert (told.rows, told.first, told.last) == (0, None, None)


def test_description_with_bad_times(tmp_path):
    told = EdbCsv().describe(write(tmp_path, HEADER + "NaN,1,1,int\r\nx\r\n"))
    assert (told.rows, told.first, told.last) == (None, None, None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=5))
def test_whatever_text_comes_back_or_is_counted(tmp_path_factory, texts):
    quoted = ["{},1,{},varchar\n".format(TIME, '"' + text.replace('"', '""') + '"') for text in texts]
    path = write(tmp_path_factory.mktemp("csv"), HEADER + "".join(quoted))
    expected = [text.replace("\0", " ").rstrip() for text in texts if text.strip() not in {"NULL", "null"}]
    found = [text for batch in EdbCsv().read(path).batches for text in batch.samples.decoded().tolist()]
    assert found == [text for text in expected if text]


INSTANTS = st.datetimes(timezones=st.just(UTC))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(INSTANTS, st.floats()), min_size=1, max_size=20))
def test_every_float_at_every_microsecond_comes_back(tmp_path_factory, rows):
    lines = [f"{time.isoformat(' ', 'microseconds')[:26]},1,{value!r},float\n" for time, value in rows]
    path = write(tmp_path_factory.mktemp("csv"), HEADER + "".join(lines))
    (batch,) = EdbCsv().read(path).batches
    ticks = [(time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for time, _ in rows]
    assert batch.samples.at_resolution("us").ticks.tolist() == ticks
    np.testing.assert_array_equal(batch.samples.values, [value for _, value in rows])


CELL = st.sampled_from(
    [("1", "int"), ("-2", "bigint"), ("1.5", "real"), ("ON", "varchar"), ("", "real"), ("x", "int"), ("7", "blob")]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(CELL, max_size=30))
def test_mixed_types_follow_the_rule(tmp_path_factory, cells):
    """Against a list of rows: bad rows go first, then the kind that most rows have wins, the first row deciding a tie."""
    path = write(
        tmp_path_factory.mktemp("csv"), HEADER + "".join(f"{TIME},1,{value},{kind}\n" for value, kind in cells)
    )
    delivery = EdbCsv().read(path)
    good = [cell for cell in cells if cell not in {("", "real"), ("x", "int"), ("7", "blob")}]
    texts = [value for value, kind in good if kind == "varchar"]
    numbers = [float(value) for value, kind in good if kind != "varchar"]
    text_wins = len(texts) > len(numbers) or (len(texts) == len(numbers) > 0 and good[0][1] == "varchar")
    found = [value for batch in delivery.batches for value in batch.samples.decoded().tolist()]
    assert found == (texts if text_wins else numbers)
    assert delivery.rejected.total() == len(cells) - len(found)
    assert {key for key, _ in delivery.rejected} <= {"MSID"}


def test_many_rows_of_one_text_make_one_level(tmp_path):
    samples, _ = read(tmp_path, *[f"{TIME},1,ON,varchar"] * 20_000)
    assert (len(samples), samples.texts.tolist(), samples.values.dtype) == (20_000, ["ON"], np.uint8)
