"""Rows of one MSID as parallel arrays."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.samples import Samples, concatenate, finest

TWO = np.array([1, 2])


def texts(*words, ticks=None, **more):
    return Samples.from_texts(np.arange(len(words)) if ticks is None else np.array(ticks), "ms", list(words), **more)


def test_texts_become_codes_into_their_sorted_levels():
    rows = texts("ON", "OFF", "ON  ")
    assert rows.texts.tolist() == ["OFF", "ON"]
    assert rows.values.tolist() == [1, 0, 1]
    assert rows.values.dtype == np.uint8
    assert rows.decoded().tolist() == ["ON", "OFF", "ON"]


def test_one_text_with_two_numbers_is_two_levels():
    rows = texts("ON", "ON", "ON", raws=[1.0, 2.0, 1.0])
    assert rows.texts.tolist() == ["ON", "ON"]
    assert rows.raws.tolist() == [1.0, 2.0]
    assert rows.values.tolist() == [0, 1, 0]


def test_texts_without_a_number_share_one_level_however_many_there_are():
    rows = texts("ON", "ON", "ON", raws=[np.nan, 1.0, np.nan])
    assert rows.values.tolist() == [1, 0, 1]
    assert np.isnan(rows.raws[1])


def test_no_texts_at_all():
    rows = Samples.from_texts(np.empty(0, np.int64), "ms", [])
    assert (len(rows), rows.is_text, rows.decoded().tolist()) == (0, True, [])


def test_three_hundred_levels_take_two_bytes_a_code():
    assert texts(*map(str, range(300))).values.dtype == np.uint16


def test_256_levels_fit_one_byte():
    assert texts(*map(str, range(256))).values.dtype == np.uint8


def test_take_selects_the_same_rows_of_every_column():
    rows = Samples(
        np.arange(3),
        "ms",
        np.array([1.0, 2.0, 3.0]),
        quality=np.array([0, 1, 4], "u1"),
        alarm=np.array([0, -2, 7], "i2"),
    )
    part = rows.take(np.array([2, 0]))
    assert [c.tolist() for c in (part.ticks, part.values, part.quality, part.alarm)] == [
        [2, 0],
        [3.0, 1.0],
        [4, 0],
        [7, 0],
    ]


def test_finer_ticks_count_the_same_instants():
    assert Samples(np.array([-3, 5]), "ms", TWO).at_resolution("ns").ticks.tolist() == [-3_000_000, 5_000_000]


def test_the_same_resolution_is_no_change():
    rows = Samples(TWO, "us", TWO)
    assert rows.at_resolution("us") is rows


def test_coarser_ticks_are_refused():
    with pytest.raises(ValuesError, match="ns cannot become ms without loss"):
        Samples(TWO, "ns", TWO).at_resolution("ms")


def test_an_instant_beyond_64_bits_of_the_finer_unit_is_refused():
    with pytest.raises(ValuesError, match="9223372036855 ms does not fit"):
        Samples(np.array([9_223_372_036_855]), "ms", np.array([1])).at_resolution("ns")


def test_the_last_instant_that_fits_is_kept():
    rows = Samples(np.array([9_223_372_036_854]), "ms", np.array([1])).at_resolution("ns")
    assert rows.ticks.tolist() == [9_223_372_036_854_000_000]


def test_finest_of_resolutions():
    assert [finest(["ms"]), finest(["us", "ms"]), finest(["us", "ns", "ms"])] == ["ms", "us", "ns"]


@pytest.mark.parametrize(
    ("one", "other", "result"), [("i4", "f8", "f8"), ("?", "i2", "i2"), ("f4", "f8", "f8"), ("u1", "i1", "i2")]
)
def test_numbers_are_promoted_as_numpy_does(one, other, result):
    joined = concatenate([Samples(TWO, "ms", np.array([1, 0], one)), Samples(TWO, "ms", np.array([1, 0], other))])
    assert joined.values.dtype == result
    assert joined.values.tolist() == [1, 0, 1, 0]


def test_concatenate_takes_the_finest_resolution():
    joined = concatenate([Samples(TWO, "ms", TWO), Samples(TWO, "us", TWO)])
    assert (joined.resolution, joined.ticks.tolist()) == ("us", [1000, 2000, 1, 2])


def test_concatenate_joins_the_levels_of_texts():
    joined = concatenate([texts("B", "C"), texts("A", "C", raws=[1.0, np.nan])])
    assert joined.decoded().tolist() == ["B", "C", "A", "C"]
    assert joined.texts.tolist() == ["A", "B", "C"]


def test_concatenate_fills_missing_quality_and_alarm_with_zeros():
    plain = Samples(TWO, "ms", TWO)
    marked = Samples(TWO, "ms", TWO, quality=np.array([1, 2], "u1"), alarm=np.array([3, 4], "i2"))
    joined = concatenate([plain, marked, plain])
    assert joined.quality.tolist() == [0, 0, 1, 2, 0, 0]
    assert joined.alarm.tolist() == [0, 0, 3, 4, 0, 0]
    assert (joined.quality.dtype, joined.alarm.dtype) == (np.uint8, np.int16)


def test_concatenate_leaves_out_columns_that_no_part_has():
    joined = concatenate([Samples(TWO, "ms", TWO)] * 2)
    assert (joined.quality, joined.alarm, joined.texts) == (None, None, None)


def test_one_part_alone_is_returned_as_it_is():
    rows = Samples(TWO, "ms", TWO)
    assert concatenate([rows]) is rows


def test_texts_and_numbers_do_not_mix():
    with pytest.raises(ValuesError, match="2 pieces mix texts and numbers"):
        concatenate([Samples(TWO, "ms", TWO), texts("A")])
