"""FITS tables, written by astropy."""

from __future__ import annotations

import gzip
import resource

import numpy as np
import pytest
from astropy.io import fits

from formats import fits_example as example
from jeta import formats
from jeta.errors import FormatError
from jeta.formats.fits_table import FitsTable
from jeta.formats.table import Table, read_mapping
from jeta.formats.table.rules import Known


def read(tmp_path, *columns, **more):
    """What a file with these columns holds."""
    return FitsTable().read(example.write(tmp_path / "x.fits", example.timed(*columns, **more)))


def mapping(tmp_path, text):
    (tmp_path / "m.yaml").write_text(text)
    return read_mapping(tmp_path / "m.yaml")


@pytest.mark.parametrize(
    ("form", "values", "dtype"),
    [
        ("B", [0, 7, 255], "u1"),
        ("I", [-(2**15), 0, 2**15 - 1], "i2"),
        ("J", [-(2**31), 0, 2**31 - 1], "i4"),
        ("K", [-(2**63), 0, 2**63 - 1], "i8"),
        ("E", [0.1, np.nan, -np.inf], "f4"),
        ("D", [0.1, np.nan, 1e-300], "f8"),
        ("L", [True, False, True], "?"),
    ],
)
def test_numbers_are_of_the_type_of_the_file(tmp_path, form, values, dtype):
    delivery = read(tmp_path, ("A", form, np.array(values, dtype)))
    found = example.by_key(delivery)["A"]
    assert found.values.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(found.values, np.array(values, dtype))
    assert (found.ticks - example.ZERO_UNIX_MS).tolist() == [10_000, 11_000, 12_000]
    assert (delivery.rows_read, delivery.format) == (3, "fits_table")


@pytest.mark.parametrize(
    ("form", "zero", "values", "dtype"),
    [
        ("B", -128, [-128, 0, 127], "i1"),
        ("I", 2**15, [0, 2**15, 2**16 - 1], "u2"),
        ("J", 2**31, [0, 2**31, 2**32 - 1], "u4"),
        ("K", 2**63, [0, 2**63, 2**64 - 1], "u8"),
    ],
)
def test_shifted_integers_are_those_of_the_other_sign(tmp_path, form, zero, values, dtype):
    found = example.by_key(read(tmp_path, ("A", form, np.array(values, dtype), {"bzero": zero})))["A"]
    assert (found.values.dtype, found.values.tolist()) == (np.dtype(dtype), values)


def test_scaled_integers_are_floats_and_shifted_ones_integers(tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("A", "I", [1, 2, 3]), ("B", "I", [1, 2, 3])))
    with fits.open(path, mode="update", memmap=False) as file:
        file[1].header["TSCAL2"], file[1].header["TZERO2"], file[1].header["TZERO3"] = 0.5, 10.0, 1000
    found = example.by_key(FitsTable().read(path))
    assert (found["A"].values.dtype, found["A"].values.tolist()) == (np.dtype("f8"), [10.5, 11.0, 11.5])
    assert (found["B"].values.dtype, found["B"].values.tolist()) == (np.dtype("i8"), [1001, 1002, 1003])


def test_null_is_no_value_and_counted(tmp_path):
    delivery = read(tmp_path, ("A", "J", [1, -99, 3], {"null": -99}))
    assert example.by_key(delivery)["A"].values.tolist() == [1, 3]
    assert dict(delivery.rejected) == {("A", "no value"): 1}
    assert delivery.rows_read == 3


def test_truth_value_that_is_none_is_counted(tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("A", "L", [True, True, False])))
    data = bytearray(path.read_bytes())
    first = data.rindex(b"T")
    data[first], data[first - 9] = ord("?"), 0
    path.write_bytes(data)
    delivery = FitsTable().read(path)
    assert dict(delivery.rejected) == {("A", "no value"): 1, ("A", "value is not true or false"): 1}
    assert example.by_key(delivery)["A"].values.tolist() == [False]


def test_texts_stay_texts_whatever_they_look_like(tmp_path):
    delivery = read(tmp_path, ("A", "6A", ["1.5", "2.5", ""]), ("B", "3A", ["ON", "OFF", "ON"]))
    found = example.by_key(delivery)
    assert found["A"].decoded().tolist() == ["1.5", "2.5"]
    assert found["B"].decoded().tolist() == ["ON", "OFF", "ON"]
    assert dict(delivery.rejected) == {("A", "no value"): 1}


def test_texts_are_numbers_where_the_mapping_says_so(tmp_path):
    path = example.write(
        tmp_path / "x.fits", example.timed(("A", "6A", ["1.5", "2", "x"]), ("B", "6A", ["1", "2", "3"]))
    )
    rules = mapping(tmp_path, "columns: {A: {msid: SA_A, type: float}, B: {type: integer}}")
    delivery = FitsTable(rules).read(path)
    found = example.by_key(delivery)
    assert (found["SA_A"].values.dtype, found["SA_A"].values.tolist()) == (np.dtype("f8"), [1.5, 2.0])
    assert (found["B"].values.dtype, found["B"].values.tolist()) == (np.dtype("i8"), [1, 2, 3])
    assert dict(delivery.rejected) == {("SA_A", "value is not a float"): 1}


def test_texts_are_numbers_where_the_archive_has_numbers(tmp_path):
    path = example.write(
        tmp_path / "x.fits", example.timed(("A", "6A", ["1.5", "2", "4"]), ("B", "6A", ["1", "2", "3"]))
    )
    known = {"A": Known(is_text=False), "B": Known(is_text=True)}
    found = example.by_key(FitsTable(lookup=known.get).read(path))
    assert found["A"].values.tolist() == [1.5, 2.0, 4.0]
    assert found["B"].decoded().tolist() == ["1", "2", "3"]


def test_elements_of_vectors_are_msids_of_their_own(tmp_path):
    vectors = np.arange(6.0).reshape(3, 2)
    found = example.by_key(
        read(tmp_path, ("V", "2D", vectors), ("S", "6A", np.array([["abc", "def"]] * 3), {"dim": "(3,2)"}))
    )
    assert list(found) == ["V_0", "V_1", "S_0", "S_1"]
    assert [found[name].values.tolist() for name in ("V_0", "V_1")] == vectors.T.tolist()
    assert [found[name].decoded()[0] for name in ("S_0", "S_1")] == ["abc", "def"]


def test_pictures_are_taken_in_the_order_of_the_file(tmp_path):
    pictures = np.arange(18.0).reshape(3, 2, 3)
    found = example.by_key(read(tmp_path, ("P", "6D", pictures, {"dim": "(3,2)"})))
    assert [found[f"P_{at}"].values[1] for at in range(6)] == [6, 7, 8, 9, 10, 11]


def test_bits_are_truth_values(tmp_path):
    bits = np.array([[True, False, True], [False, False, True], [False, True, False]])
    found = example.by_key(read(tmp_path, ("X", "3X", bits)))
    assert [found[f"X_{at}"].values.tolist() for at in range(3)] == bits.T.tolist()


def test_mapping_names_columns_and_elements(tmp_path):
    path = example.write(
        tmp_path / "x.fits", example.timed(("V", "2D", np.arange(6.0).reshape(3, 2)), ("A", "J", [1, 2, 3]))
    )
    found = example.by_key(FitsTable(mapping(tmp_path, "columns: {V: SA_V, 'v[1]': SA_SECOND}")).read(path))
    assert {name: samples.values.tolist() for name, samples in found.items()} == {
        "SA_V_0": [0, 2, 4],
        "SA_SECOND": [1, 3, 5],
    }
    found = example.by_key(FitsTable(mapping(tmp_path, "columns: {'V[0]': SA_ONLY}")).read(path))
    assert list(found) == ["SA_ONLY"]


def test_mapping_says_what_means_nothing_and_units(tmp_path):
    path = example.write(
        tmp_path / "x.fits", example.timed(("A", "J", [1, -999, 3], {"unit": "K"}), ("S", "3A", ["ON", "N/A", "x"]))
    )
    delivery = FitsTable(mapping(tmp_path, "missing: [-999, N/A]")).read(path)
    assert dict(delivery.rejected) == {("A", "no value"): 1, ("S", "no value"): 1}
    assert [batch.unit for batch in delivery.batches] == ["K", None]
    (batch,) = FitsTable(mapping(tmp_path, "columns: {A: {msid: A, unit: degC}}")).read(path).batches
    assert batch.unit == "degC"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns: {NOT_THERE: B}", "no column 'NOT_THERE'"),
        ("columns: {'V[2]': B}", r"no column 'V\[2\]'"),
        ("quality: FLAG", "no column 'FLAG'"),
        ("{time: TIME, msid: A, value: V}", "a column for each MSID"),
        ("columns: {A: {msid: B, quality: V}}", "one column of quality"),
        ("time: [A, V]", "the time must be one column"),
        (
            "time: NOT_THERE",
            "expected a table with a column NOT_THERE, found a table with the columns 'TIME', 'A', 'V'",
        ),
        ("columns: {A: {msid: B, type: bool}}", "expected values of type bool"),
    ],
)
def test_mapping_that_does_not_fit_is_an_error(tmp_path, text, message):
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3]), ("V", "2D", np.zeros((3, 2)))))
    with pytest.raises(FormatError, match=f"x.fits: .*{message}"):
        FitsTable(mapping(tmp_path, text)).read(path)


def test_one_quality_a_row_is_that_of_all_columns(tmp_path):
    found = example.by_key(
        read(tmp_path, ("QUALITY", "J", [0, 1, 0]), ("A", "J", [1, 2, 3]), ("V", "2D", np.zeros((3, 2))))
    )
    assert [found[name].quality.tolist() for name in ("A", "V_0", "V_1")] == [[0, 1, 0]] * 3
    assert (found["QUALITY"].values.tolist(), found["QUALITY"].quality) == ([0, 1, 0], None)


def test_quality_of_each_column_is_its_own_bit(tmp_path):
    bits = np.zeros((3, 4), bool)
    bits[0, 2] = bits[1, 3] = bits[2, 0] = True  # of A, of B, of TIME
    found = example.by_key(read(tmp_path, ("QUALITY", "4X", bits), ("A", "J", [1, 2, 3]), ("B", "J", [1, 2, 3])))
    assert list(found) == ["A", "B"]
    assert found["A"].quality.tolist() == [1, 0, 1]
    assert found["B"].quality.tolist() == [0, 1, 1]


def test_good_rows_have_no_quality(tmp_path):
    assert example.by_key(read(tmp_path, ("QUALITY", "J", [0, 0, 0]), ("A", "J", [1, 2, 3])))["A"].quality is None


def test_quality_of_the_rows_that_are_left(tmp_path):
    delivery = read(tmp_path, ("QUALITY", "J", [0, 1, 1]), ("A", "J", [1, -9, 3], {"null": -9}))
    assert example.by_key(delivery)["A"].quality.tolist() == [0, 1]


def test_quality_by_mapping(tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("FLAG", "B", [0, 2, 0]), ("A", "6A", ["1", "2", "3"])))
    found = example.by_key(
        FitsTable(mapping(tmp_path, "{quality: FLAG, columns: {A: {msid: B, type: float}}}")).read(path)
    )
    assert found["B"].quality.tolist() == [0, 1, 0]


def test_quality_of_another_width_is_an_error(tmp_path):
    with pytest.raises(
        FormatError, match=r"x.fits: the column QUALITY has 5 values a row, but the table has 3 columns"
    ):
        read(tmp_path, ("QUALITY", "5X", np.zeros((3, 5), bool)), ("A", "J", [1, 2, 3]))


def test_columns_that_cannot_be_read_are_counted(tmp_path):
    lists = np.array([np.arange(2), np.arange(1), np.arange(3)], dtype=object)
    delivery = read(
        tmp_path,
        ("P", "PJ()", lists),
        ("C", "C", [1j, 2, 3]),
        ("W", "5000B", np.zeros((3, 5000))),
        ("A", "J", [1, 2, 3]),
    )
    assert [batch.key for batch in delivery.batches] == ["A"]
    assert dict(delivery.rejected) == {
        ("P", "column of arrays of variable length"): 3,
        ("C", "column of complex numbers"): 3,
        ("W", "column of more than 4096 values a row"): 3,
    }
    assert delivery.rows_read == 12


def test_several_tables_are_read_and_those_without_times_counted(tmp_path):
    other = example.table([("START", "D", [1.0, 2.0])], name="GTI")
    path = example.write(
        tmp_path / "x.fits",
        example.timed(("A", "J", [1, 2, 3])),
        other,
        example.timed(("A", "J", [4]), ("B", "E", [1]), seconds=[0.5]),
    )
    delivery = FitsTable().read(path)
    found = example.by_key(delivery)
    assert found["A"].values.tolist() == [1, 2, 3, 4]
    assert (found["A"].ticks - example.ZERO_UNIX_MS).tolist() == [10_000, 11_000, 12_000, 500]
    assert dict(delivery.rejected) == {(None, "row of a table without times"): 2}
    assert FitsTable().describe(path).keys == ("A", "B")


def test_tables_that_meet_in_a_leap_second_are_joined(tmp_path):
    leap_s = 599_616_068.684  # within 2016-12-31T23:59:60 UTC
    tables = [example.timed(("A", "J", [1]), seconds=[leap_s - 100]), example.timed(("A", "J", [2]), seconds=[leap_s])]
    (batch,) = FitsTable().read(example.write(tmp_path / "x.fits", *tables)).batches
    assert (batch.time_system, (batch.samples.ticks[1] - batch.samples.ticks[0])) == ("cxcsec", 100_000)


def test_tables_that_contradict_each_other_are_an_error(tmp_path):
    texts = example.timed(("A", "2A", ["ON"]), seconds=[1])
    with pytest.raises(FormatError, match=r"x.fits: A is in several tables: .*texts and numbers"):
        FitsTable().read(example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3])), texts))
    units = [example.timed(("A", "J", [1, 2, 3], {"unit": unit})) for unit in ("K", "deg")]
    with pytest.raises(FormatError, match=r"y.fits: two tables have A in different units"):
        FitsTable().read(example.write(tmp_path / "y.fits", *units))


def test_two_columns_of_one_msid_are_an_error(tmp_path):
    with pytest.raises(FormatError, match=r"of the MSID V_1; rename one in a mapping"):
        read(tmp_path, ("V", "2D", np.zeros((3, 2))), ("v_1", "J", [1, 2, 3]))


def test_table_without_times_is_explained_and_not_taken(tmp_path):
    path = example.write(tmp_path / "x.fits", example.table([("START", "D", [1.0]), ("A", "J", [1])], name="GTI"))
    assert not FitsTable().identify(path)
    message = "x.fits.*expected a table with a column TIME, found GTI with the columns 'START', 'A'; if one of these is the time"
    for attempt in (FitsTable().read, formats.read, formats.describe):
        with pytest.raises(FormatError, match=message):
            attempt(path)


def test_picture_is_explained(tmp_path):
    fits.PrimaryHDU(np.zeros((3, 3))).writeto(tmp_path / "x.fits")
    with pytest.raises(FormatError, match="without binary tables, such as one of images"):
        formats.read(tmp_path / "x.fits")


def test_table_behind_pictures_is_found(tmp_path):
    units = [
        fits.PrimaryHDU(np.zeros((30, 31))),
        fits.ImageHDU(np.zeros((7, 7, 7), "i2")),
        example.timed(("A", "J", [1, 2, 3])),
    ]
    fits.HDUList(units).writeto(tmp_path / "x.fits.gz")
    assert formats.identify(tmp_path / "x.fits.gz").name == "fits_table"
    assert example.by_key(formats.read(tmp_path / "x.fits.gz"))["A"].values.tolist() == [1, 2, 3]


def test_gzip_holds_the_same(tmp_path):
    plain = example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3]), ("S", "2A", ["a", "b", "a"])))
    zipped = tmp_path / "zipped"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert FitsTable().identify(zipped)
    one, other = example.by_key(FitsTable().read(plain)), example.by_key(FitsTable().read(zipped))
    assert [samples.decoded().tolist() for samples in one.values()] == [
        samples.decoded().tolist() for samples in other.values()
    ]


def test_mapping_beside_the_file_and_of_the_folder(tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3])))
    (tmp_path / "table.yaml").write_text("columns: {TEMP: SA_TEMP}")  # of other files
    assert list(example.by_key(formats.read(path))) == ["A"]
    (tmp_path / "table.yaml").write_text("columns: {A: SA_A}")
    assert list(example.by_key(formats.read(path))) == ["SA_A"]
    (tmp_path / "x.fits.yaml").write_text("columns: {A: SA_B}")
    assert list(example.by_key(formats.read(path))) == ["SA_B"]


def test_reader_of_tables_takes_it_with_a_mapping(tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3])))
    table = Table(mapping(tmp_path, "columns: {A: SA_A}"))
    assert table.identify(path)
    assert table.describe(path).keys == ("SA_A",)
    assert (table.read(path).format, list(example.by_key(table.read(path)))) == ("fits_table", ["SA_A"])


def test_table_without_rows_is_no_error(tmp_path):
    delivery = read(tmp_path, ("A", "J", []), ("S", "2A", []), ("V", "2X", np.zeros((0, 2), bool)), seconds=[])
    assert (delivery.batches, delivery.rows_read) == ((), 0)


NAXIS = b"NAXIS   =                    2 / number of array dimensions"


def damaged(tmp_path, old, new):
    """A file in which one card is another."""
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3])))
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"NAXIS2  =                    3", b"NAXIS2  =        1000000000000", "cut short: [0-9,]+ bytes are missing"),
        (b"NAXIS2  =                    3", b"NAXIS2  =                   -3", "NAXIS2 is '-3', expected a whole number"),
        (b"NAXIS1  =                   12", b"NAXIS1  =                   13", "12 bytes wide, but NAXIS1 says 13"),
        (b"TFORM2  = 'J       '", b"TFORM2  = 'Y       '", "TFORM2 is 'Y', expected a type"),
        (b"TFORM1  = 'D       '", b"TFORM1  = 'C       '", "the column TIME holds 1C"),
        (b"TTYPE2  = 'A       '", b"TTYPE2  = 'TIME    '", "two columns are named 'TIME'"),
        (b"TFIELDS =                    2", b"TFIELDS =                 2000", "TFIELDS is 2000, expected at most 999"),
        (b"XTENSION= 'BINTABLE'", b"XTENSIO?= 'BINTABLE'", "expected a header of FITS at byte 2880"),
        (b"PCOUNT  =                    0", b"PCOUNT  =               999999", "cut short"),
        (NAXIS, NAXIS.replace(b"2 / ", b"1 / "), "less data than rows"),
    ],
    ids=["rows", "negative", "width", "form", "time", "twice", "fields", "extension", "heap", "axes"],
)  # fmt: skip
def test_damage_is_an_error_that_says_what_is_wrong(tmp_path, old, new, message):
    with pytest.raises(FormatError, match=f"x.fits: .*{message}"):
        FitsTable().read(damaged(tmp_path, old, new))


@pytest.mark.parametrize("zipped", [False, True])
def test_what_a_header_claims_takes_no_memory(tmp_path, zipped):
    path = damaged(tmp_path, b"NAXIS2  =                    3", b"NAXIS2  =        1000000000000")
    if zipped:
        path.write_bytes(gzip.compress(path.read_bytes()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FormatError, match=r"x.fits: "):
        FitsTable().read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB


def test_gzip_that_grows_without_measure_is_refused(tmp_path):
    plain = example.write(tmp_path / "plain.fits", example.timed(("A", "J", [1, 2, 3])))
    data = plain.read_bytes().replace(b"NAXIS2  =                    3", b"NAXIS2  =             10000000")
    (tmp_path / "x.fits").write_bytes(gzip.compress(data[:-2880]) + gzip.compress(bytes(2**20)) * 115)
    with pytest.raises(FormatError, match=r"compressed more than 200-fold.*gunzip"):
        FitsTable().read(tmp_path / "x.fits")


def test_missing_padding_at_the_end_is_forgiven(tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3])))
    data = path.read_bytes()
    for number, content in enumerate([data[: -2880 + 36], data + bytes(2880)]):
        for packed in (content, gzip.compress(content)):
            (tmp_path / f"{number}.fits").write_bytes(packed)
            assert FitsTable().read(tmp_path / f"{number}.fits").rows_read == 3


def test_first_and_last_row_are_told(tmp_path):
    late = example.timed(("A", "J", [1, 2]), seconds=[100.0, 101.25])
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", [1, 2, 3])), late)
    (tmp_path / "y.fits.gz").write_bytes(gzip.compress(path.read_bytes()))
    for each in (path, tmp_path / "y.fits.gz"):
        told = FitsTable().describe(each)
        assert (told.first - example.ZERO_UNIX_MS, told.last - example.ZERO_UNIX_MS) == (10_000, 101_250)


@pytest.mark.parametrize(
    ("seconds", "edges"), [([], (None, None)), ([7.0], (7000, 7000)), ([np.nan, 8.0], (8000, 8000))]
)
def test_first_and_last_of_few_rows(tmp_path, seconds, edges):
    path = example.write(tmp_path / "x.fits", example.timed(("A", "J", list(range(len(seconds)))), seconds=seconds))
    told = FitsTable().describe(path)
    assert tuple(edge and edge - example.ZERO_UNIX_MS for edge in (told.first, told.last)) == edges


def test_elements_may_be_named_without_quotes_in_yaml(tmp_path):
    path = example.write(tmp_path / "x.fits", example.timed(("V", "2D", np.arange(6.0).reshape(3, 2))))
    rules = mapping(tmp_path, "columns:\n  V: SA_V   # all\n  V[0]: SA_FIRST\n")
    assert list(example.by_key(FitsTable(rules).read(path))) == ["SA_FIRST", "SA_V_1"]
