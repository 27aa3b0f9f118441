"""Which tables of a FITS file have times, which columns are MSIDs, and the instants of the first and the last row."""

from __future__ import annotations

import io
import struct

import pytest

from formats.test_fits_columns import header
from jeta.errors import FormatError
from jeta.formats.fits_table.edges import check_size, edges_ms
from jeta.formats.fits_table.parts import Part, Source
from jeta.formats.fits_table.tables import check_mapping, elements, is_table, timed_table, why_no_time
from jeta.formats.table import read_mapping
from jeta.formats.table.mapping import TableMapping
from jeta.formats.table.rules import ColumnRule, TimeRule

PLAIN = TableMapping()
CHANDRA = {"MJDREF": "50814", "TIMESYS": "'TT", "TIMEUNIT": "'s"}
ZERO_UNIX_MS = 883_612_736_816


def timed(*forms, names=(), rows=3, **more):
    """The header of a table whose first column is TIME, the others C2, C3 ..."""
    names = {f"TTYPE{at}": f"'{name}" for at, name in enumerate(names, 2)}
    said = {"TTYPE1": "'TIME", "XTENSION": "'BINTABLE", "NAXIS2": str(rows)}
    return header("D", *forms, **{**said, **names, **more})


def mapping(tmp_path, text):
    (tmp_path / "m.yaml").write_text(text)
    return read_mapping(tmp_path / "m.yaml")


@pytest.mark.parametrize(("kind", "expected"), [("'BINTABLE", True), ("'IMAGE", False), ("'TABLE", False), ("", False)])
def test_what_is_a_binary_table(kind, expected):
    assert is_table(header("E", **({"XTENSION": kind} if kind else {}))) is expected


@pytest.mark.parametrize("name", ["TIME", "time", "Time"])
def test_the_column_of_times_in_any_case(name):
    found = timed_table(timed("E", TTYPE1=f"'{name}"), PLAIN)
    assert found.time.name == name
    assert (found.rows, found.row_bytes, len(found.columns)) == (3, 12, 2)
    assert found.quality is None


@pytest.mark.parametrize("name", ["TIMES", "T", "MJD", "TIME_1"])
def test_other_names_are_no_times(name):
    assert timed_table(timed("E", TTYPE1=f"'{name}"), PLAIN) is None


def test_a_mapping_names_the_column_of_times():
    found = timed_table(timed("D", names=["MET"]), TableMapping(time=TimeRule(("met",))))
    assert found.time.name == "MET"


def test_times_in_two_columns_are_refused():
    with pytest.raises(FormatError, match="the time must be one column; join the columns first"):
        timed_table(timed("D"), TableMapping(time=TimeRule(("TIME", "C2"))))


@pytest.mark.parametrize("form", ["3D", "1L", "8X", "1PD(3)", "1C", "0D"])
def test_a_column_of_times_that_are_none_is_refused(form):
    made = header(form, TTYPE1="'TIME", NAXIS2="3")
    with pytest.raises(FormatError, match=r"the column TIME holds .*, expected one number or date a row; .* cxcsec"):
        timed_table(made, PLAIN)


@pytest.mark.parametrize(("names", "twice"), [(["A", "A"], "A"), (["A", "a"], "A"), (["time"], "TIME")])
def test_two_columns_of_one_name_are_refused(names, twice):
    with pytest.raises(FormatError, match=f"two columns are named '{twice}'; rename one of them"):
        timed_table(timed(*["E"] * len(names), names=names), PLAIN)


def test_quality_by_name_or_by_mapping():
    made = timed("J", "J", names=["QUALITY", "BAD"])
    assert timed_table(made, PLAIN).quality.name == "QUALITY"
    assert timed_table(made, TableMapping(quality="bad")).quality.name == "BAD"
    assert timed_table(made, TableMapping(quality="MISSING")).quality is None


def test_a_table_without_times_is_explained():
    made = [timed("E", TTYPE1="'MET", EXTNAME="'ENG"), header("E", XTENSION="'IMAGE")]
    why = why_no_time(made, PLAIN)
    assert "expected a table with a column TIME, found ENG with the columns 'MET', 'C2'" in why
    assert "{time: {column: NAME, format: cxcsec}}" in why
    assert "take the file out of the delivery" in why


def test_a_file_without_tables_is_explained():
    assert "found a FITS file without binary tables, such as one of images" in why_no_time([header("E")], PLAIN)


def test_only_some_of_many_tables_are_shown():
    why = why_no_time([timed("E", TTYPE1="'X", EXTNAME=f"'T{at}") for at in range(9)], PLAIN)
    assert why.count("with the columns") == 3


# Which columns are MSIDs.


def named(form, told, name="A"):
    (found,) = [each for each in timed_table(timed(form, names=[name]), PLAIN).columns if each.name == name]
    return [(at, rule.msid, rule.unit) for at, rule in elements(found, told)]


def test_without_a_mapping_all_is_taken():
    assert named("E", PLAIN) == [(0, "A", None)]
    assert named("3E", PLAIN) == [(0, "A_0", None), (1, "A_1", None), (2, "A_2", None)]
    assert named("0E", PLAIN) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("columns: {A: SA_A}", [(0, "SA_A_0", None), (1, "SA_A_1", None)]),
        ("columns: {a: SA_A}", [(0, "SA_A_0", None), (1, "SA_A_1", None)]),
        ("columns: {'A[1]': SA_B}", [(1, "SA_B", None)]),
        ("columns: {'a[1]': SA_B}", [(1, "SA_B", None)]),
        ("columns: {A: SA_A, 'A[1]': SA_B}", [(0, "SA_A_0", None), (1, "SA_B", None)]),
        ("columns: {A: {msid: SA_A, unit: V}}", [(0, "SA_A_0", "V"), (1, "SA_A_1", "V")]),
        ("columns: {B: SA_B}", []),
    ],
)
def test_a_mapping_names_columns_and_elements(tmp_path, text, expected):
    assert named("2E", mapping(tmp_path, text)) == expected


def test_the_unit_of_the_column_counts_where_the_mapping_says_none():
    found = timed_table(timed("E", TUNIT2="'V"), PLAIN).columns[1]
    assert [rule.unit for _, rule in elements(found, PLAIN)] == ["V"]
    told = TableMapping(columns=(ColumnRule("C2", "B", "mV"),))
    assert [(rule.msid, rule.unit) for _, rule in elements(found, told)] == [("B", "mV")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns: {B: SA_B}", "there is no column 'B', which the mapping names; the columns are 'TIME', 'A'"),
        ("columns: {'A[2]': SA_B}", r"there is no column 'A\[2\]'"),
        ("columns: {'A[-1]': SA_B}", r"there is no column 'A\[-1\]'"),
        ("columns: {A: SA_A}\nquality: Q", "there is no column 'Q'"),
        ("msid: M\nvalue: V", "FITS tables have a column for each MSID; give columns in the mapping"),
        ("columns: {A: {msid: SA_A, quality: A}}", "give quality for the whole mapping, not for columns"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(tmp_path, text, message):
    tables = [timed_table(timed("2E", names=["A"]), PLAIN)]
    with pytest.raises(FormatError, match=message):
        check_mapping(mapping(tmp_path, text), tables)


@pytest.mark.parametrize(
    "text", ["columns: {A: X}", "columns: {'A[1]': X}", "columns: {a: X}\nquality: a", "time: TIME"]
)
def test_a_mapping_that_fits(tmp_path, text):
    check_mapping(mapping(tmp_path, text), [timed_table(timed("2E", names=["A"]), PLAIN)])


# First and last row.


def part(made, times):
    """A table of times only."""
    data = b"".join(struct.pack(">d", time) for time in times)
    return Part(made, Source(io.BytesIO(data), len(data), len(data)), len(data))


@pytest.mark.parametrize(
    ("times", "expected_ms"),
    [
        ([10.0], [10_000]),
        ([10.0, 99.0, 12.5], [10_000, 12_500]),
        ([12.0, 10.0], [12_000, 10_000]),
        ([float("nan"), 10.0], [10_000]),
        ([], []),
        ([10.0009], [10_000]),
        ([-0.0001], [-1]),
    ],
)
def test_instants_of_the_first_and_the_last_row_are_rounded_down(times, expected_ms):
    made = header("D", TTYPE1="'TIME", NAXIS2=str(len(times)), **CHANDRA)
    found = edges_ms(timed_table(made, PLAIN), part(made, times), [made], TimeRule())
    assert [edge - ZERO_UNIX_MS for edge in found] == expected_ms


def test_a_table_that_has_less_data_than_rows_is_refused():
    made = header("D", TTYPE1="'TIME", NAXIS2="999999999999", **CHANDRA)
    table, data = timed_table(made, PLAIN), part(made, [1.0])
    for ask in (lambda: check_size(table, data), lambda: edges_ms(table, data, [made], TimeRule())):
        with pytest.raises(FormatError, match="it has less data than rows; transfer it again"):
            ask()
