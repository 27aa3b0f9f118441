"""`append`: which values are stored, and as what they come back."""

from __future__ import annotations

import numpy as np
import pytest

from jeta import update
from jeta.errors import MsidNameError, ValuesError
from jeta.tdb import Entry, write_yaml
from update.deliveries import balanced, everything, texts

S = 1_600_000_000.0
TWO = [S, S + 1]


def stored(archive, vals, name="x"):
    report = update.append(name, TWO[: len(vals)], vals, archive=archive)
    assert (report.stored, balanced(report)) == (len(vals), True)
    return everything(archive, name.upper())


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "?"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_type_of_values_is_kept(archive, dtype, order):
    values = np.array([0, 1], dtype).astype(np.dtype(dtype).newbyteorder(order))
    rows = stored(archive, values)
    assert rows.values.dtype == np.dtype(dtype)
    assert rows.values.tolist() == values.tolist()


@pytest.mark.parametrize("vals", [[-(2**63), 2**63 - 1], [2**64 - 1, 2**53 + 1], [2**53 + 1, -(2**53) - 1]])
def test_big_integers_are_exact(archive, vals):
    assert stored(archive, vals).values.tolist() == vals


def test_float16_becomes_float32(archive):
    rows = stored(archive, np.array([0.1, np.inf], np.float16))
    assert rows.values.dtype == np.float32
    assert rows.values.tolist() == [float(np.float16(0.1)), np.inf]


def test_nan_payload_negative_zero_and_subnormals_survive(archive):
    values = np.array([0x7FF8000000000001, 0x8000000000000000], "u8").view("f8")
    assert stored(archive, values).values.tobytes() == values.tobytes()


def test_not_contiguous_values(archive):
    assert stored(archive, np.arange(4.0)[::-2]).values.tolist() == [3, 1]


@pytest.mark.parametrize(
    ("vals", "expected"),
    [
        (["on", "off  "], ["on", "off"]),
        ([b"on", b"off"], ["on", "off"]),
        (np.array(["on", "off"], object), ["on", "off"]),
        (np.array(["é\U0001f680 ", "日本"]), ["é\U0001f680", "日本"]),
        (["", " "], ["", ""]),
        (["a\0b", "x" * 5000], ["a\0b", "x" * 5000]),
        (np.array(["on", "off"], np.dtypes.StringDType()), ["on", "off"]),
    ],
)
def test_texts_lose_trailing_blanks_only(archive, vals, expected):
    assert texts(stored(archive, vals)) == expected


def test_pandas_columns_of_its_own_types(archive):
    pd = pytest.importorskip("pandas")
    assert stored(archive, pd.array([1, 2], dtype="Int64"), "a").values.tolist() == [1, 2]
    assert stored(archive, pd.array([True, False], dtype="boolean"), "b").values.tolist() == [True, False]
    assert texts(stored(archive, pd.Series(["x", "y"], index=[9, 8], dtype="category"), "c")) == ["x", "y"]


def test_astropy_column_without_masked_values(archive):
    column = pytest.importorskip("astropy.table").MaskedColumn([1.5, 2.5], mask=[False, False])
    assert stored(archive, column).values.tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    "vals",
    [
        [1, "a"],
        [True, "a"],
        [1.5, None],
        [1, [2, 3]],
        [[1], [2]],
        [1j, 2],
        [2**64, 1],
        [2**53 + 1, 0.5],
        [2**63, -1],
        [{}, {}],
        np.array(["2020", "2021"], "M8[s]"),
        np.zeros(2, [("a", "f8")]),
        np.ma.array([1, 2], mask=[0, 1]),
        [b"ok", b"\xff"],
        ["ok", "\ud800"],
        np.array([1, "a"], object),
    ],
    ids=repr,
)
def test_what_cannot_be_stored_without_change_is_refused(archive, vals):
    with pytest.raises(ValuesError) as caught:
        update.append("x", TWO, vals, archive=archive)
    assert len(str(caught.value).split()) >= 4
    assert archive.names() == []


@pytest.mark.parametrize(
    "vals", [[], np.array([], object), np.array([], "U3"), np.array([], "i4"), np.array([], ">f4")]
)
def test_empty_arrays_change_nothing(archive, vals):
    report = update.append("x", [], vals, [], archive=archive)
    assert (report.read, report.stored, archive.names()) == (0, 0, [])


def test_integers_then_floats_are_read_as_floats(archive):
    stored(archive, [1, 2])
    update.append("x", [S + 2], [0.5], archive=archive)
    assert everything(archive, "X").values.tolist() == [1.0, 2.0, 0.5]


def test_floats_are_rejected_beside_integers_that_float64_cannot_hold(archive):
    stored(archive, [2**53 + 1, 5])
    report = update.append("x", [S + 2], [0.5], archive=archive)
    assert dict(report.rejected) == {"integer beyond 2**53 among floats": 1}
    assert everything(archive, "X").values.tolist() == [2**53 + 1, 5]


def test_big_integers_are_rejected_beside_floats_and_small_ones_kept(archive):
    stored(archive, [0.5, 1.5])
    report = update.append("x", [S + 2, S + 3], [2**53 + 1, 7], archive=archive)
    assert (report.stored, report.rejected.total(), balanced(report)) == (1, 1, True)
    assert everything(archive, "X").values.tolist() == [0.5, 1.5, 7.0]


def test_signed_and_unsigned_64_bit_integers_stay_exact_together(archive):
    stored(archive, np.array([2**63, 2**64 - 1], "u8"))
    update.append("x", [S + 2], [7], archive=archive)
    report = update.append("x", [S + 3], [-(2**53) - 1], archive=archive)
    assert report.rejected.total() == 1
    assert everything(archive, "X").values.tolist() == [2**63, 2**64 - 1, 7]


def test_unsigned_after_signed_stays_signed_where_it_fits(archive):
    stored(archive, [-1, 2**62 + 1])
    update.append("x", [S + 2], np.array([2**63 - 1], "u8"), archive=archive)
    assert everything(archive, "X").values.tolist() == [-1, 2**62 + 1, 2**63 - 1]


def test_numbers_given_to_an_msid_of_texts_are_written_out(archive):
    stored(archive, ["a", "b"])
    update.append("x", [S + 2, S + 3, S + 4], [1.5, 2.0, np.nan], archive=archive)
    assert texts(everything(archive, "X")) == ["a", "b", "1.5", "2", "nan"]


def test_texts_given_to_a_numeric_msid_count_if_they_spell_a_number(archive):
    stored(archive, [1.0, 2.0])
    report = update.append("x", [S + 2, S + 3, S + 4], ["3.5", "ON", " nan"], archive=archive)
    assert (report.stored, dict(report.rejected)) == (2, {"text for a numeric MSID": 1})
    assert np.array_equal(everything(archive, "X").values, [1, 2, 3.5, np.nan], equal_nan=True)


def test_entry_made_after_the_first_samples_does_not_stop_later_ones(archive):
    """The MSID stays numeric; texts that are names of states count as their numbers."""
    stored(archive, [0, 1])
    write_yaml([Entry("x", state_codes={0: "OFF", 1: "ON"})], archive.layout.tdb / "x.yaml")
    update.append("x", [S + 2], [1], archive=archive)
    update.append("x", [S + 0.5, S + 3], ["ON", "OFF"], archive=archive)
    update.fold(archive)
    assert everything(archive, "X").values.tolist() == [0, 1, 1, 1, 0]


def test_state_codes_give_numbers_their_text_and_texts_their_number(archive):
    write_yaml([Entry("x", state_codes={0: "OFF", 1: "ON"})], archive.layout.tdb / "x.yaml")
    update.append("x", [S, S + 1], [1, 5], archive=archive)
    update.append("x", [S + 2], ["OFF"], archive=archive)
    rows = everything(archive, "X")
    assert texts(rows) == ["ON", "5", "OFF"]
    assert rows.raws[rows.values].tolist() == [1, 5, 0]


def test_correction_replaces_and_repetition_changes_nothing(archive):
    stored(archive, [1.0, 2.0])
    report = update.append("x", [S + 1, S + 2, S], [20.0, 3.0, 1.0], archive=archive)
    assert (report.stored, report.replaced, report.duplicate) == (2, 1, 1)
    assert everything(archive, "X").values.tolist() == [1.0, 20.0, 3.0]


def test_repeated_rows_of_one_call_are_duplicates_and_differing_ones_are_kept(archive):
    report = update.append("x", [S, S, S, S + 1], [1, 2, 1, 3], archive=archive)
    assert (report.stored, report.duplicate) == (3, 1)
    assert everything(archive, "X").values.tolist() == [1, 2, 3]


@pytest.mark.parametrize("quality", [[True, False], [1, 0], np.array([4, 0], "u1"), [255, 0]])
def test_quality_other_than_0_is_bad(archive, quality):
    update.append("x", TWO, [1, 2], quality, archive=archive)
    assert everything(archive, "X").quality.tolist() == [1, 0]


def test_one_quality_for_all_rows(archive):
    update.append("x", TWO, [1, 2], quality=True, archive=archive)
    assert everything(archive, "X").quality.tolist() == [1, 1]


def test_quality_follows_its_row_when_times_are_unsorted_or_rejected(archive):
    update.append("x", [S + 1, np.nan, S], [2, 9, 1], [True, True, False], archive=archive)
    assert everything(archive, "X").quality.tolist() == [0, 1]


@pytest.mark.parametrize(
    "quality", [[True], [[True, False]], [1.0, 0.0], [-1, 0], [256, 0], ["bad", "good"], [True, None]]
)
def test_quality_of_another_form_is_refused(archive, quality):
    with pytest.raises(ValuesError, match="quality"):
        update.append("x", TWO, [1, 2], quality, archive=archive)


BAD_NAMES = ["../x", "", "a b", "x" * 300, "a/b", ".", "..", "*", "x\0", "ß", "con", None, 5, b"x", ["x"]]


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_name_that_cannot_be_an_msid_is_refused(archive, tmp_path, name):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(MsidNameError):
        update.append(name, TWO, [1, 2], archive=archive)
    assert sorted(tmp_path.rglob("*")) == before


def test_name_counts_in_any_case(archive):
    update.append("Sa_x-1.b", S, 1, archive=archive)
    update.append("SA_X-1.B", S, 1, archive=archive)
    assert archive.names() == ["SA_X-1.B"]
    assert archive.rows("SA_X-1.B") == 1
