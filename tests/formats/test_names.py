"""Names that are no names of MSIDs: paths, devices, look-alikes; in the files, and of the files."""

from __future__ import annotations

import gzip
import json
import os

import pytest

from formats import fits_example
from jeta import formats, update
from jeta.archive import create_archive
from jeta.errors import FormatError
from jeta.formats.edb_csv import EdbCsv
from jeta.formats.files import encodable, named, printable, with_name
from jeta.update.report import BAD_NAME

EVIL = [
    *("../EVIL", "../../../../tmp/EVIL", "/etc/EVIL", "..", ".", "A/B", "A\\B", "C:\\EVIL", "A..B", "~root", "$HOME"),
    *(
        "CON",
        "nul",
        "COM1",
        "LPT9.x",
        "AUX.csv",
        "A.",
        "A ",
        ".A",
        "-A",
        "-rf",
        "A B",
        "A*",
        "A?",
        "A[0]",
        "A\nB",
        "A\tB",
    ),
    *(
        "\uff21",
        "TEMP\u202e",
        "\u212a",
        "\u017f",
        "\u0410",
        "A\u0301",
        "A" * 129,
        "A" * 5000,
        "a" * 128 + "b",
        "\U0001f680",
    ),
]
"""``\\u212a`` and ``\\u017f`` become K and S if their case is changed, ``\\u0410`` looks like an A."""

NOT_TRIMMED = [name for name in EVIL if name == name.strip()]
EDB = "theTime,MJD,euvalue,sqldataType\n2022-01-01 00:00:00,59580,1,int\n"


@pytest.fixture
def archive(tmp_path):
    """An archive in a folder of its own, so that what is written beside it is seen."""
    root = tmp_path / "inside" / "archive"
    create_archive(root)
    return root


def edb_json(folder, names):
    rows = [{"ObsTime": "/Date(1646092800000)/", "EUValue": 1}]
    path = folder / "x.json"
    path.write_text(json.dumps([{"TlmMnemonic": name, "Data": rows} for name in names]))
    return path


def csv_of(head, quoted_row):
    def make(folder, names):
        path = folder / "x.csv"
        path.write_text(head + "".join(quoted_row.format(name) for name in names), newline="")
        return path

    return make


def parquet(folder, names):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet as files

    path = folder / "x.parquet"
    time = pa.array([1_646_092_800_000] * len(names), pa.timestamp("ms", tz="UTC"))
    files.write_table(pa.table({"time": time, "msid": names, "value": [1.0] * len(names)}), path)
    return path


MAKERS = {
    "edb_json": edb_json,
    "fof_csv": csv_of("Telemetry Mnemonic,Observatory Time,EU Value\n", '"{}",2022/05/23 00:00:00.5,1\n'),
    "table": csv_of("msid,time,value\n", '"{}",2022-05-23 00:00:00.5,1\n'),
    "parquet": parquet,
}


def around(archive):
    """All files outside the archive."""
    return sorted(path for path in archive.parents[1].rglob("*") if archive not in path.parents)


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_of_no_msid_are_counted_and_nothing_is_written_elsewhere(tmp_path, archive, kind):
    path = MAKERS[kind](tmp_path, [*NOT_TRIMMED, "GOOD"])
    before = around(archive)
    report = update.ingest(path, archive=archive)
    assert not report.files[0].error
    assert report.total.read == len(NOT_TRIMMED) + 1
    assert report.total.rejected == {BAD_NAME: len(NOT_TRIMMED)}
    assert report.total.stored == 1
    assert around(archive) == before
    "\n".join(report.files[0].msids).encode("ascii", "backslashreplace")
    assert all(name.isprintable() and len(name) <= 203 for name in report.files[0].msids)


@pytest.mark.parametrize("kind", ["edb_json", "parquet"])
def test_a_nul_does_not_end_a_name(tmp_path, archive, kind):
    """Else ``GOOD`` and what follows the NUL would be one."""
    report = update.ingest(MAKERS[kind](tmp_path, ["GOOD\0", "GOOD\0/../X"]), archive=archive)
    assert (report.total.stored, report.total.rejected) == (0, {BAD_NAME: 2})


def test_a_name_of_half_a_character_is_no_name(tmp_path, archive):
    """JSON can say so, but nothing can store it."""
    report = update.ingest(edb_json(tmp_path, ["\ud800"]), archive=archive)
    assert report.total.rejected == {BAD_NAME: 1}
    assert list(report.files[0].msids) == ["\\ud800"]


@pytest.mark.parametrize("kind", ["fof_csv", "table"])
def test_bytes_that_are_no_text_make_no_name(tmp_path, archive, kind):
    path = MAKERS[kind](tmp_path, ["AX"])
    path.write_bytes(path.read_bytes().replace(b"AX", b"A\xff"))
    report = update.ingest(path, archive=archive)
    assert report.total.rejected == {BAD_NAME: 1}
    assert list(report.files[0].msids) == ["A\u00ff"]


@pytest.mark.filterwarnings("ignore:It is strongly recommended that column names")
@pytest.mark.parametrize("name", [name for name in EVIL if len(name) <= 60 and name.isascii() and name.isprintable()])
def test_columns_of_fits_that_are_no_msids(tmp_path, archive, name):
    table = fits_example.timed((name.strip() or "x", "E", [1.0, 2.0, 3.0]), ("GOOD", "E", [1.0, 2.0, 3.0]))
    before = around(archive)
    path = fits_example.write(tmp_path / "x.fits", table)
    report = update.ingest(path, archive=archive)
    assert report.total.stored == (6 if name == "A " else 3)
    assert report.total.rejected == ({} if name == "A " else {BAD_NAME: 3})
    assert around(archive) == [*before, path]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("name", ["../EVIL", "CON", "A/B", "\u212a"])
def test_columns_of_a_wide_table_that_are_no_msids(tmp_path, archive, name, suffix):
    """Nobody meant such a column as an MSID: text needs a mapping then, Parquet counts the rows."""
    path = tmp_path / f"x{suffix}"
    if suffix == ".csv":
        path.write_text(f"time,{name},GOOD\n2022-01-01,1,2\n")
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet as files

        files.write_table(
            pa.table({"time": pa.array([1_646_092_800_000], pa.timestamp("ms", tz="UTC")), name: [1.0], "GOOD": [2.0]}),
            path,
        )
    before = around(archive)
    report = update.ingest(path, archive=archive)
    assert bool(report.files[0].error) != (report.total.rejected == {BAD_NAME: 1})
    assert around(archive) == before


@pytest.mark.parametrize(
    "name", [name for name in NOT_TRIMMED if "/" not in name and len(name.encode()) < 200 and name not in {".", ".."}]
)
def test_a_file_whose_name_is_that_of_no_msid(tmp_path, archive, name):
    """The file of the engineering database has its MSID in its name only."""
    (tmp_path / f"{name}.csv").write_text(EDB)
    before = around(archive)
    report = update.ingest(tmp_path / f"{name}.csv", archive=archive)
    assert (report.total.read, report.total.rejected) == (1, {BAD_NAME: 1})
    assert around(archive) == before


def test_a_file_whose_name_is_no_text(tmp_path, archive):
    path = tmp_path / os.fsdecode(b"A\xff-20220101T000000-20220102T000000.csv")
    path.write_text(EDB)
    (batch,) = EdbCsv().read(path).batches
    assert batch.key == "A\\xff"
    assert EdbCsv().describe(path).keys == ("A\\xff",)
    report = update.ingest(path, archive=archive)
    assert report.total.rejected == {BAD_NAME: 1}
    str(report).encode()


@pytest.mark.parametrize("name", ["-rf.csv", "--help.csv", "a\nb.csv", "%s{0}.csv", "*.csv", "a;b&c.csv"])
def test_a_file_of_any_name_is_read(tmp_path, name):
    (tmp_path / name).write_text("Telemetry Mnemonic,Observatory Time,EU Value\nA,2022/05/23 00:00:00.5,1\n")
    assert formats.read(tmp_path / name).rows_read == 1


def test_a_message_about_a_file_is_one_line_that_can_be_printed(tmp_path):
    """A file cannot write lines of its own into a log, nor end what writes it."""
    path = tmp_path / os.fsdecode(b"a\nERROR all is lost\r\x1b[2J\xff.csv")
    path.write_text("no telemetry")
    with pytest.raises(FormatError) as caught:
        formats.read(path)
    assert "a\\nERROR all is lost\\r\\x1b[2J\\udcff.csv" in str(caught.value)
    assert str(caught.value).encode().isascii()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SA_ZMODE.csv", "SA_ZMODE"),
        ("SA_ZMODE.csv.gz", "SA_ZMODE"),
        ("SA_ZMODE-20220101T000000-20220102T000000.csv", "SA_ZMODE"),
        ("SA_ZMODE-20220101T000000-20220102T000000.csv.GZ", "SA_ZMODE"),
        ("SA.MODE.csv", "SA.MODE"),
        ("A-20220101T000000.csv", "A-20220101T000000"),
    ],
)
def test_the_msid_in_the_name_of_a_file(tmp_path, name, expected):
    packed = name.lower().endswith(".gz")
    (tmp_path / name).write_bytes(gzip.compress(EDB.encode()) if packed else EDB.encode())
    assert [batch.key for batch in EdbCsv().read(tmp_path / name).batches] == [expected]


def test_named():
    assert named("a/b.csv.gz") == "b.csv"
    assert named(os.fsdecode(b"\xfe.csv")) == "\\xfe.csv"


def test_encodable():
    assert encodable("\u00e4\ud800") == "\u00e4\\ud800"
    assert encodable("\u00e4") == "\u00e4"
    assert encodable(b"T\xe4mp".decode("utf-8", "surrogateescape")) == "T\u00e4mp"


@pytest.mark.parametrize(
    ("name", "shown"), [("A", "A"), ("A\nB", "A\\nB"), ("\u202e", "\\u202e"), ("A" * 201, "A" * 200 + "...")]
)
def test_printable(name, shown):
    assert printable(name) == shown


def test_a_message_has_the_name_once_and_is_not_a_novel(tmp_path):
    path = tmp_path / "a.csv"
    once = with_name(FormatError("cut short"), path)
    assert str(once) == f"{path}: cut short"
    assert str(with_name(once, path)) == str(once)
    long = str(with_name(FormatError(f"{path}: begins {'x' * 99_999} ends"), path))
    assert long.startswith(f"{path}: begins xxx")
    assert long.endswith("xxx ends")
    assert len(long) < 2000
