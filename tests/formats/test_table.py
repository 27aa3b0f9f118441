"""The format ``table``: wide and long text tables without a mapping, and what nobody should send."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta import formats
from jeta.errors import FormatError
from jeta.formats import rejection, unpacked
from jeta.formats.table import Table, text
from jeta.formats.table.rules import Known
from jeta.samples import Samples
from jeta.testing.formats import STRANGERS, FormatTests, check_delivery

MS_2024 = 1_704_067_200_000
DAMAGED = [
    b"time,SA_TEMP,SA_VOLT\n2026-01-01T00:00:00Z,20.5,OPEN\n2026-01-01T00:01:00+02:00,,CLOSED\n2026:003:00:00:00,1e5,\n",
    b"msid,time,value,bad\nA,2026:001:00:00:00.000,1,0\nB,2026:001:00:00:00.000,ON,1\nA,2026:001:00:00:01.000,2.5,0\n",
    b"time;A [degC];B (V)\n1700000000;1,5;2\n1700000001;2,5;3\n",
    b"mjd\tA\tA_bads\n59000.5\t1\t0\n59001.25\t2\tbad\n",
    gzip.compress(b"time (TAI),A\n2026-01-01T00:00:00,18446744073709551615\n", mtime=0),
    "time,A\n2026-01-01,\u00e4\n".encode("utf-16"),
]
SPLINTERS = [
    *(b'"', b",", b"\n", b"\r", b"\0", b"-", b"1e999", b"nan", b"\xff", b"inf", b"1_000", b" ", b"\xd9\xa1", b"#"),
    *(
        b"9" * 25,
        b"2016-12-31T23:59:60Z",
        b"0001-01-01",
        b"9999-12-31T23:59:59.999999999Z",
        b"+23:59",
        b"time",
        b"x" * 999,
    ),
]
EDB = b"theTime,MJD,euvalue,sqldataType\r\n2022-01-01 00:00:00,1,7,int\r\n"


class TestWide(FormatTests):
    def strangers(self):
        return {**STRANGERS, "edb.csv": EDB}

    def make_format(self):
        return Table()

    def write_file(self, folder):
        path = folder / "chamber.csv"
        path.write_text("time,SA_TEMP,SA_MODE,SA_ON\n2024:001,20.5,ON,True\n2024:001:00:00:01.25,,OFF,False\n")
        return path

    def expected(self):
        return {
            "SA_TEMP": Samples(np.array([MS_2024]), "ms", np.array([20.5])),
            "SA_MODE": Samples.from_texts(MS_2024 + np.array([0, 1250]), "ms", ["ON", "OFF"]),
            "SA_ON": Samples(MS_2024 + np.array([0, 1250]), "ms", np.array([True, False])),
        }


class TestLong(TestWide):
    def write_file(self, folder):
        path = folder / "fetched.csv.gz"
        lines = ["msid,time,value,bad", "A,1704067200.5,1,0", 'B,1704067201,"a, ""b""",0', "A,1704067202,2,1"]
        path.write_bytes(gzip.compress("\r\n".join(lines).encode(), mtime=0))
        return path

    def expected(self):
        quality = np.array([0, 1], np.uint8)
        return {
            "A": Samples(MS_2024 + np.array([500, 2000]), "ms", np.array([1, 2]), quality=quality),
            "B": Samples.from_texts(MS_2024 + np.array([1000]), "ms", ['a, "b"']),
        }


def read(tmp_path, content, name="x.csv", lookup=None):
    """Read a file of some content; every row of it is accounted for."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert Table().identify(path)
    delivery = Table(lookup=lookup).read(path)
    check_delivery(delivery)
    return delivery


def values(delivery):
    """Values by MSID."""
    return {batch.key: batch.samples.decoded().tolist() for batch in delivery.batches}


def rejected(delivery):
    """Rows left out, by MSID and reason."""
    return dict(delivery.rejected)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_delimiter_and_line_ends_are_found_out(tmp_path, mark, end):
    lines = [mark.join(cells) for cells in (["time", "A", "B"], ["2024-01-01", "1", "x"])]
    assert values(read(tmp_path, end.join(lines) + end)) == {"A": [1], "B": ["x"]}


@pytest.mark.parametrize(
    "name", ["time", "Time", "UTC", "date", "DateTime", "Date Time", "timestamp", "TIMESTAMP", "date-time", "times"]
)
def test_names_of_times(tmp_path, name):
    assert values(read(tmp_path, f"A,{name}\n1,2024-01-01\n")) == {"A": [1]}


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("2024-01-01", 0),
        ("2024-01-01 00:00:00.125", 125),
        ("2024-01-01T00:00:01Z", 1000),
        ("2024:001:00:00:01", 1000),
        ("2024001.000001000", 1000),
        ("2024-01-01 01:00:00+01:00", 0),
        ("2023-12-31T22:00:00.5-0200", 500),
        ("2024-01-01 05:30:00+05:30", 0),
        ("2024-01-01 00:00:02 UTC", 2000),
    ],
)
def test_forms_of_times(tmp_path, written, ms):
    samples = read(tmp_path, f"time,A\n{written},1\n").batches[0].samples
    assert (samples.ticks.tolist(), samples.resolution) == ([MS_2024 + ms], "ms")


def test_nanoseconds_are_kept(tmp_path):
    samples = read(tmp_path, "time,A\n2024-01-01T00:00:00.000000001,1\n").batches[0].samples
    assert (samples.ticks.tolist(), samples.resolution) == ([MS_2024 * 10**6 + 1], "ns")


def test_numbers_are_seconds_of_the_archive(tmp_path):
    """The file cannot know which time system that is, and says so."""
    batch = read(tmp_path, "time,A\n,5\n-1.5,1\n2.25,2\n").batches[0]
    assert (batch.samples.ticks.tolist(), batch.time_system) == ([-1500, 2250], "")


def test_a_leap_second_is_none_of_unix(tmp_path):
    batch = read(tmp_path, "time,A\n2016-12-31T23:59:60,1\n2016-12-31T23:59:59,2\n").batches[0]
    assert batch.time_system == "cxcsec"
    assert int(np.diff(batch.samples.ticks)[0]) == -1000


@pytest.mark.parametrize("bad", ["", "soon", "-2d", "+5", "2024-13-01", "2024-01-01T25:00:00", "12:00"])
def test_a_row_without_a_time_is_rejected_value_by_value(tmp_path, bad):
    delivery = read(tmp_path, f"time,A,B\n2024-01-01,1,2\n{bad},3,4\n{bad},5,\n")
    assert values(delivery) == {"A": [1], "B": [2]}
    assert rejected(delivery) == {("A", rejection.NOT_A_TIME): 2, ("B", rejection.NOT_A_TIME): 1}
    assert delivery.rows_read == 5


def test_mjd_and_jd_say_their_format(tmp_path):
    ticks = [
        read(tmp_path, f"{name},A\n{number},1\n").batches[0].samples.ticks[0]
        for name, number in [("MJD", 60310.25), ("jd", 2460310.75)]
    ]
    assert ticks == [MS_2024 + 21_600_000] * 2


def test_the_unnamed_first_column_of_pandas_is_the_time(tmp_path):
    assert values(read(tmp_path, ",A\n2024-01-01 00:00:00+00:00,1\n")) == {"A": [1]}


def test_the_unnamed_column_that_counts_rows_is_no_msid(tmp_path):
    assert values(read(tmp_path, ",time,A\n0,2024-01-01,1\n1,2024-01-02,2\n")) == {"A": [1, 2]}


@pytest.mark.parametrize("head", ["A [degC]", "A (degC)", "A[degC]", "A [ degC ]"])
def test_a_unit_in_the_header(tmp_path, head):
    batch = read(tmp_path, f"time,{head},B\n2024-01-01,1,2\n").batches[0]
    assert (batch.key, batch.unit) == ("A", "degC")


def test_semicolons_between_fields_mean_commas_before_decimals(tmp_path):
    """As spreadsheets write where a comma is the decimal sign; a text with a comma stays."""
    delivery = read(tmp_path, "time;A;B;C\n2024-01-01;1,5;a,b;-0,25\n2024-01-02;2;c;1e3\n")
    assert values(delivery) == {"A": [1.5, 2.0], "B": ["a,b", "c"], "C": [-0.25, 1000.0]}


@pytest.mark.parametrize(
    ("head", "written", "ms"),
    [
        ("time (UTC)", "2024-01-01", 0),
        ("time (TAI)", "2024-01-01T00:00:37", 0),
        ("Time [GPS]", "2024-01-01T00:00:18", 0),
        ("time [mjd]", "60310.5", 43_200_000),
        ("time [unix]", "1704067200", 0),
    ],
)
def test_what_the_header_says_of_the_clock(tmp_path, head, written, ms):
    assert read(tmp_path, f"{head},A\n{written},1\n").batches[0].samples.ticks.tolist() == [MS_2024 + ms]


def test_numbers_of_a_clock_with_a_scale_are_not_seconds_of_the_archive(tmp_path):
    (tmp_path / "x.csv").write_text("time (TAI),A\n1704067200,1\n")
    assert not Table().identify(tmp_path / "x.csv")


def test_comments_before_the_header(tmp_path):
    assert values(read(tmp_path, "# a chamber\n# in May\n\ntime,A\n2024-01-01,1\n")) == {"A": [1]}


def test_blanks_behind_delimiters(tmp_path):
    assert values(read(tmp_path, "time, A, B\n2024-01-01, 1, ON\n")) == {"A": [1], "B": ["ON"]}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2"], [1, 2]),
        (["1", "2.5"], [1.0, 2.5]),
        (["1", "nan", "inf"], [1.0, np.nan, np.inf]),
        (["1", "N/A", "-", "2"], [1, 2]),
        (["true", "FALSE"], [True, False]),
        (["TRUE", "UNKNOWN"], ["TRUE", "UNKNOWN"]),
        (["007", "ON", "x"], ["007", "ON", "x"]),
        (["N/A", "none"], ["N/A", "none"]),
        (["18446744073709551615", "0"], [2**64 - 1, 0]),
        (["-9223372036854775808"], [-(2**63)]),
        (["9007199254740993", "1"], [2**53 + 1, 1]),
        ([" 1 ", "2 "], [1, 2]),
        (["1e3", "-.5"], [1000.0, -0.5]),
        (["1_000", "a"], ["1_000", "a"]),
        (["٣", "a"], ["٣", "a"]),
        (["on  ", "off"], ["on", "off"]),
    ],
    ids=repr,
)
def test_what_values_look_like(tmp_path, cells, expected):
    lines = "".join(f"2024-01-01T00:00:{row:02d},{cell}\n" for row, cell in enumerate(cells))
    np.testing.assert_array_equal(values(read(tmp_path, f"time,A\n{lines}"))["A"], expected)


@pytest.mark.parametrize(
    ("cells", "kept", "reason"),
    [
        (["1", "2", "ON"], [1, 2], "text among numbers"),
        (["1.5", "1e999", "2.5"], [1.5, 2.5], rejection.INTEGER_TOO_LARGE),
        (["1", "99999999999999999999"], [1], rejection.INTEGER_TOO_LARGE),
        (["-1", "18446744073709551615"], [-1], rejection.INTEGER_TOO_LARGE),
        (["0.5", "18446744073709551615"], [0.5], rejection.INTEGER_TOO_LARGE),
        (["0.5", "9007199254740993"], [0.5], rejection.INEXACT),
        (["9" * 5000, "1"], [1], rejection.INTEGER_TOO_LARGE),
        (["x" * 5000, "a"], ["a"], rejection.TEXT_TOO_LONG),
        (["1", "2", "true"], [1, 2], "boolean among numbers"),
    ],
    ids=["text", "overflow", "huge", "signed", "float", "inexact", "digits", "long", "boolean"],
)
def test_what_does_not_fit_is_rejected(tmp_path, cells, kept, reason):
    lines = "".join(f"2024-01-01T00:00:{row:02d},{cell}\n" for row, cell in enumerate(cells))
    delivery = read(tmp_path, f"time,A\n{lines}")
    assert values(delivery)["A"] == kept
    assert rejected(delivery) == {("A", reason): 1}


def test_mostly_texts_are_all_texts_as_written_however_far_apart(tmp_path, monkeypatch):
    """Numbers of an early piece are read again as they are written."""
    monkeypatch.setattr(text, "_CHUNK_ROWS", 2)
    cells = ["01", "2.50", "ON", "OFF", "ON", "3"]
    lines = "".join(f"2024-01-01T00:00:{row:02d},{cell},{row}\n" for row, cell in enumerate(cells))
    assert values(read(tmp_path, f"time,A,B\n{lines}")) == {"A": cells, "B": [0, 1, 2, 3, 4, 5]}


@given(cells=st.lists(st.sampled_from(["1", "2.5", "", "ON", "nan", "true", "N/A", "-7", "1e400"]), max_size=12))
@settings(max_examples=60, deadline=None)
def test_pieces_of_any_size_give_the_same(tmp_path_factory, cells):
    folder = tmp_path_factory.mktemp("pieces")
    (folder / "x.csv").write_text("time,A,B\n" + "".join(f"{row},{cell},{row}\n" for row, cell in enumerate(cells)))
    (folder / "y.csv").write_text("msid,time,value\n" + "".join(f"A,{row},{cell}\n" for row, cell in enumerate(cells)))
    for name in ("x.csv", "y.csv"):
        found = []
        for size in (1, 3, 100):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(text, "_CHUNK_ROWS", size)
                patch.setattr(text, "_LONG_CHUNK_ROWS", size)
                delivery = Table().read(folder / name)
            check_delivery(delivery)
            found.append((repr(values(delivery)), rejected(delivery), delivery.rows_read))
        assert found[0] == found[1] == found[2]


def test_quality_of_a_wide_table_holds_for_all_its_columns(tmp_path):
    delivery = read(tmp_path, "time,A,B,bad\n2024-01-01,1,2,0\n2024-01-02,3,,1\n2024-01-03,5,6,perhaps\n")
    quality = {b.key: None if b.samples.quality is None else b.samples.quality.tolist() for b in delivery.batches}
    assert quality == {"A": [0, 1], "B": None}
    assert rejected(delivery) == {("A", rejection.NOT_A_QUALITY): 1, ("B", rejection.NOT_A_QUALITY): 1}


@pytest.mark.parametrize("word", ["1", "true", "True", "BAD", "yes", "2.5", "-1"])
def test_words_for_bad(tmp_path, word):
    assert read(tmp_path, f"time,A,bad\n2024-01-01,1,{word}\n").batches[0].samples.quality.tolist() == [1]


def test_a_row_of_a_long_table_without_value_or_name_counts(tmp_path):
    delivery = read(
        tmp_path, "msid,time,value\nA,2024-01-01,1\nA,2024-01-02,\n ,2024-01-03,4\nT,2024-01-01,\nT,2024-01-02,on\n"
    )
    assert values(delivery) == {"A": [1], "T": ["", "on"]}
    assert rejected(delivery) == {("A", rejection.NO_VALUE): 1, (None, rejection.NO_NAME): 1}


def test_a_text_is_a_text_though_it_looks_like_a_number_where_the_archive_knows_it(tmp_path):
    lines = "msid,time,value\nT,2024-01-01,007\nT,2024-01-02,1.50\n"
    assert values(read(tmp_path, lines)) == {"T": [7.0, 1.5]}
    assert values(read(tmp_path, lines, lookup=lambda _: Known(is_text=True))) == {"T": ["007", "1.50"]}


@pytest.mark.parametrize("head", ["msid,time,value,bad", "time,vals"])
def test_calibrated_values_are_not_taken_for_raw_counts(tmp_path, head):
    row = "A,2024-01-01,5,0" if "msid" in head else "2024-01-01,5"
    delivery = read(tmp_path, f"{head}\n{row}\n", name="A.csv", lookup=lambda _: Known(False, is_calibrated=True))
    assert rejected(delivery) == {("A", rejection.CALIBRATED): 1}


def test_raw_counts_beside_calibrated_values_are_taken(tmp_path):
    content = "time,vals [K],bads,raw_vals\n2024-01-01,273.5,False,7\n"
    batch = read(tmp_path, content, name="A.csv", lookup=lambda _: Known(False, is_calibrated=True)).batches[0]
    assert (batch.samples.values.tolist(), batch.unit) == ([7], None)


def test_what_to_csv_writes_is_named_by_its_file(tmp_path):
    content = "time,vals,bads\n2024-01-01T00:00:00.000Z,1.5,False\n2024-01-02T00:00:00.000Z,2.5,True\n"
    batch = read(tmp_path, content, name="SA_TEMP.csv").batches[0]
    assert (batch.key, batch.samples.quality.tolist()) == ("SA_TEMP", [0, 1])
    with pytest.raises(FormatError, match="'export' is none that the archive"):
        read(tmp_path, content, name="export.csv", lookup=lambda _: None)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"time,value\n2024-01-01,1\n", "of which MSIDs the columns 'value' are"),
        (b"time,A,a\n2024-01-01,1,2\n", "two are one MSID"),
        (b"time,A,A\n2024-01-01,1,2\n", "two columns are named 'A'"),
        (b"when,A\n2024-01-01,1\n", "none of the columns 'when', 'A' is named as a time"),
        (b"date,utc,A\n2024-01-01,2024-01-01,1\n", "'date', 'utc' may all be the time"),
        (b"date,place\nyesterday,here\n", "expected a time in the column 'date', found 'yesterday'"),
        (b"date,time,A\n2024-01-01,12:00:00,1\n", "expected a time in the column 'time'"),
        (b"time,a b,c/d\n2024-01-01,1,2\n", "of which MSIDs the columns"),
        (b"time,vals,means,mins,stds\n2024-01-01,1,2,3,4\n", "statistics"),
        (b"time\n2024-01-01\n", "of which MSIDs the columns"),
        (b"time [ms],A\n1704067200000,1\n", "numbers in 'ms', but nothing says since when"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_header_that_does_not_explain_itself_is_refused_with_the_way_out(tmp_path, content, why):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert not Table().identify(path)
    with pytest.raises(FormatError, match=f"x.csv: .*{why}"):
        Table().read(path)


def test_the_registry_says_what_a_table_lacks(tmp_path):
    (tmp_path / "x.csv").write_text("when,A\n2024-01-01,1\n")
    with pytest.raises(
        FormatError, match=r"as a table, none of the columns 'when', 'A' is named as a time; .*--mapping"
    ):
        formats.identify(tmp_path / "x.csv")


@pytest.mark.parametrize("content", [b"time,A\n", b"time,A", b"\xef\xbb\xbftime,A\r\n\r\n"], ids=repr)
def test_a_header_alone_has_no_rows(tmp_path, content):
    delivery = read(tmp_path, content)
    assert (delivery.rows_read, delivery.batches) == (0, ())


@pytest.mark.parametrize(
    ("content", "expected", "out"),
    [
        (b"time,A\n2024-01-01,1\n\n2024-01-02,2\n\n\n", {"A": [1, 2]}, {}),
        (b"time,A\n2024-01-01,1,\n2024-01-02\n2024-01-03,3\n", {"A": [3]}, {(None, rejection.WRONG_FIELDS): 2}),
        (b"\xef\xbb\xbftime,A\n2024-01-01,1\n", {"A": [1]}, {}),
        (b"time,A\n2024-01-01,\xe9t\xe9\n", {"A": ["été"]}, {}),
        ("time,A\n2024-01-01,été\n".encode(), {"A": ["été"]}, {}),
        ("time,A\n2024-01-01,1\n".encode("utf-16"), {"A": [1]}, {}),
        (b'time,A\n2024-01-01,"x\ny"\n', {"A": ["x\ny"]}, {}),
        (b"time,A\n2024-01-01,x" + bytes(1) + b"y\n", None, None),
        (b"time,../../etc,A\n2024-01-01,1,2\n", {"../../etc": [1], "A": [2]}, {}),
        (b"time,A\n2024-01-01,1\n" + b"2024-01-02,2", {"A": [1, 2]}, {}),
    ],
    ids=["blank lines", "fields", "bom", "latin-1", "utf-8", "utf-16", "newline", "nul", "path", "no newline"],
)
def test_odd_files(tmp_path, content, expected, out):
    if expected is None:
        (tmp_path / "x.csv").write_bytes(content)
        assert not Table().identify(tmp_path / "x.csv")
        return
    delivery = read(tmp_path, content)
    assert (values(delivery), rejected(delivery)) == (expected, out)


def test_a_quote_that_is_not_closed_is_an_error(tmp_path):
    (tmp_path / "x.csv").write_text('time,A\n2024-01-01,"1\n2024-01-02,2\n')
    with pytest.raises(FormatError, match=r"x.csv: the rows cannot be told apart"):
        Table().read(tmp_path / "x.csv")


@pytest.mark.parametrize("size", [0, 10, -10, -4])
def test_a_compressed_file_that_is_cut_is_an_error_or_none_of_this_format(tmp_path, size):
    whole = gzip.compress(b"time,A\n" + b"".join(b"%d,%d\n" % (row, row * row) for row in range(5000)))
    (tmp_path / "x.csv.gz").write_bytes(whole[:size])
    with pytest.raises(FormatError, match=r"x.csv.gz"):
        Table().read(tmp_path / "x.csv.gz")


def test_ecsv_is_not_taken_for_csv(tmp_path):
    """It has a reader of its own in astropy, which knows types and units: `append_table` takes what that gives."""
    astropy = pytest.importorskip("astropy.table")
    file = io.StringIO()
    astropy.Table({"time": ["2024-01-01"], "A": [1.5]}).write(file, format="ascii.ecsv")
    (tmp_path / "x.ecsv").write_text(file.getvalue())
    assert not Table().identify(tmp_path / "x.ecsv")


@pytest.mark.parametrize("before", ["", "A" * 20], ids=["header", "rows"])
def test_a_line_without_end_does_not_take_all_memory(tmp_path, monkeypatch, before):
    """A small file that unpacks to a line of gigabytes."""
    monkeypatch.setattr(unpacked, "LONGEST_LINE", 100_000)
    head = b"" if not before else b"time,A\n2024-01-01,1\n"
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(head + b"time," + b"0" * 10_000_000))
    with pytest.raises(
        FormatError,
        match=r"x.csv.gz: .*(line has more than 100,000|rows cannot be told apart|a table with a header, found)",
    ):
        Table().read(tmp_path / "x.csv.gz")


@pytest.mark.parametrize("names", [["A" * 50_000, "B"], [f"N{number}" for number in range(5000)]], ids=["long", "many"])
def test_a_message_does_not_repeat_all_of_a_header(tmp_path, names):
    (tmp_path / "x.csv").write_text(f"{','.join(names)}\n{','.join('1' for _ in names)}\n")
    with pytest.raises(FormatError, match="is named as a time") as caught:
        Table().read(tmp_path / "x.csv")
    assert len(str(caught.value).replace(str(tmp_path), "")) < 1000


def test_lines_of_many_columns_are_read(tmp_path):
    names = [f"COLUMN_NUMBER_{number}" for number in range(3000)]
    cells = ",".join(["1"] * len(names))
    delivery = read(tmp_path, f"time,{','.join(names)}\n2024-01-01,{cells}\n")
    assert (len(delivery.batches), delivery.rows_read) == (3000, 3000)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damaged_files_are_refused_or_read(tmp_path_factory, data):
    """Nothing but FormatError comes of bytes that are other than they were, and every row is accounted for."""
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(data.draw(st.sampled_from(DAMAGED)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.sampled_from(SPLINTERS) | st.binary(max_size=4))
    (folder / "x.csv").write_bytes(content)
    Table().identify(folder / "x.csv")
    Table().why_not(folder / "x.csv")
    try:
        check_delivery(Table().read(folder / "x.csv"))
    except FormatError as err:
        assert str(err).startswith(f"{folder / 'x.csv'}: ")  # noqa: PT017 - that there is an error is not sure


def test_names_of_columns_that_are_not_utf_8_are_latin_1(tmp_path):
    """As values are, so that a mapping can name them."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"Zeit,T\xe4mp\n2024-01-01,1.5\n")
    (tmp_path / "x.csv.yaml").write_text("time: Zeit\ncolumns: {T\u00e4mp: SA_TEMP}\n", encoding="utf-8")
    (batch,) = Table().read(path).batches
    assert (batch.key, batch.samples.values.tolist()) == ("SA_TEMP", [1.5])
