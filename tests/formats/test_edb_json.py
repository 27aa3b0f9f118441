"""The engineering database's JSON."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import FormatError
from jeta.formats import rejection
from jeta.formats.edb_json import EdbJson
from jeta.testing.formats import check_delivery

MS = 1_653_264_753_232


def write(tmp_path, content, **changes):
    path = tmp_path / "series.json"
    if isinstance(content, list):
        rows = [{"ObsTime": time, "EUValue": value} for time, value in content]
        content = json.dumps({"TlmMnemonic": "A", "AllPoints": 1, "Count": len(rows), "Data": rows, **changes})
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(tmp_path, content, **changes):
    """Read a file; return its only samples, if any, and its counts by reason."""
    delivery = EdbJson().read(write(tmp_path, content, **changes))
    kept = sum(len(batch.samples) for batch in delivery.batches)
    assert delivery.rows_read == kept + sum(delivery.rejected.values())
    samples = delivery.batches[0].samples if delivery.batches else None
    return samples, {reason: count for (_, reason), count in delivery.rejected.items()}


@pytest.mark.parametrize(
    ("time", "ms"),
    [
        (f"/Date({MS}+0000)/", MS),
        (f"/Date({MS}+0100)/", MS),
        (f"/Date({MS}-0800)/", MS),
        (f"/Date({MS})/", MS),
        ("/Date(-1500+0000)/", -1500),
        ("/Date(0+0000)/", 0),
    ],
)
def test_milliseconds_count_and_the_offset_does_not(tmp_path, time, ms):
    samples, _ = read(tmp_path, [(time, 1)])
    assert (samples.ticks.tolist(), samples.resolution) == ([ms], "ms")


@pytest.mark.parametrize(
    "time", ["2022-05-23", "/Date(nan)/", "/Date(1)/x", "/Date(9999999999999999999)/", 5, None, "/Date(٣)/"]
)
def test_other_times_are_counted(tmp_path, time):
    samples, counts = read(tmp_path, [(time, 1), (f"/Date({MS})/", 2)])
    assert (samples.values.tolist(), counts) == ([2], {rejection.NOT_A_TIME: 1})


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([1, 2], np.int64), ([0, 17.84], np.float64), ([True, False], np.bool_), ([1.5, float("nan")], np.float64)],
)
def test_kind_of_values(tmp_path, values, dtype):
    samples, counts = read(tmp_path, [(f"/Date({MS})/", value) for value in values])
    assert (samples.values.dtype, counts) == (dtype, {})
    np.testing.assert_array_equal(samples.values, values)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, rejection.NO_VALUE),
        ("", rejection.NO_VALUE),
        ([1], rejection.UNKNOWN_TYPE),
        (2**64, rejection.INTEGER_TOO_LARGE),
        ("ON", "text among numbers"),
        (True, "boolean among numbers"),
    ],
)
def test_a_bad_value_costs_only_its_row(tmp_path, value, reason):
    samples, counts = read(tmp_path, [(f"/Date({MS})/", item) for item in (1, value, 3)])
    assert (samples.values.tolist(), counts) == ([1, 3], {reason: 1})


def test_rows_that_are_no_rows_are_counted(tmp_path):
    content = {"TlmMnemonic": "A", "Data": [5, None, {}, {"ObsTime": f"/Date({MS})/"}, {"EUValue": 1}]}
    samples, counts = read(tmp_path, json.dumps(content))
    assert (samples, counts) == (None, {rejection.NOT_A_TIME: 4, rejection.NO_VALUE: 1})


def test_texts(tmp_path):
    samples, _ = read(tmp_path, [(f"/Date({MS})/", text) for text in ("ON", "µ ", "ON")])
    assert samples.decoded().tolist() == ["ON", "µ", "ON"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_escaped_slashes_and_byte_order_mark(tmp_path, encoding):
    text = r'{"TlmMnemonic": "A", "Count": 1, "Data": [{"ObsTime": "\/Date(7+0000)\/", "EUValue": 1}]}'
    path = write(tmp_path, text.encode(encoding))
    told = EdbJson().describe(path)
    assert EdbJson().identify(path)
    assert EdbJson().read(path).batches[0].samples.ticks.tolist() == [7]
    assert (told.rows, told.first, told.last, told.keys) == (1, 7, 7, ("A",))


def test_count_that_disagrees_is_logged_and_loses_nothing(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "jeta"):
        samples, _ = read(tmp_path, [(f"/Date({MS})/", 1)], Count=5)
    assert len(samples) == 1
    assert "Count of A is 5, but there are 1 rows" in caplog.text


def test_no_rows(tmp_path):
    delivery = EdbJson().read(write(tmp_path, []))
    assert (delivery.rows_read, delivery.batches) == (0, ())


def test_list_of_series_joins_those_of_one_mnemonic(tmp_path):
    def series(name, ms, value):
        return {"TlmMnemonic": name, "Count": 1, "Data": [{"ObsTime": f"/Date({ms})/", "EUValue": value}]}

    path = write(tmp_path, json.dumps([series("B", 1, 1), series("A", 2, "x"), series("B ", 0, 2)]))
    batches = EdbJson().read(path).batches
    assert [(batch.key, batch.samples.ticks.tolist()) for batch in batches] == [("B", [1, 0]), ("A", [2])]
    assert EdbJson().describe(path).keys == ()


def test_cut_file_is_an_error_with_the_place(tmp_path):
    path = write(tmp_path, [(f"/Date({MS})/", 1)])
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(FormatError, match=r"series\.json: expected JSON, but at character \d+ of \d+ \(line 1\)"):
        EdbJson().read(path)


@pytest.mark.parametrize(
    "content",
    [
        "[5]",
        "5",
        '{"TlmMnemonic": "A"}',
        '{"TlmMnemonic": "", "Data": []}',
        '{"TlmMnemonic": 5, "Data": []}',
        '{"TlmMnemonic": "A", "Data": null}',
        '{"TlmMnemonic": "A", "Data": {}}',
        '[{"TlmMnemonic": "A", "Data": []}, 7]',
    ],
)
def test_another_form_is_an_error(tmp_path, content):
    with pytest.raises(FormatError, match=r"expected a name and a list"):
        EdbJson().read(write(tmp_path, content))


@pytest.mark.parametrize("content", [b"\xff\xff{", b'{"a": "\xe9"}', b"[" * 200_000, b"1" * 10_000, b""])
def test_what_the_json_parser_cannot_take_is_an_error(tmp_path, content):
    with pytest.raises(FormatError, match=r"series\.json"):
        EdbJson().read(write(tmp_path, content))


def test_description_reads_both_ends_only(tmp_path):
    told = EdbJson().describe(write(tmp_path, [(f"/Date({ms})/", 0.5) for ms in range(5000)]))
    assert (told.rows, told.first, told.last, told.keys) == (5000, 0, 4999, ("A",))


def test_description_without_rows(tmp_path):
    told = EdbJson().describe(write(tmp_path, []))
    assert (told.rows, told.first, told.last) == (0, None, None)


def test_description_of_a_mnemonic_with_a_broken_escape(tmp_path):
    assert EdbJson().describe(write(tmp_path, r'{"TlmMnemonic": "A\q"}')).keys == ("A\\q",)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**17), 10**17), st.integers(-(2**63), 2**63 - 1)), min_size=1))
def test_every_integer_at_every_millisecond_comes_back(tmp_path_factory, rows):
    content = [(f"/Date({ms}+0000)/", value) for ms, value in rows]
    samples, counts = read(tmp_path_factory.mktemp("json"), content)
    assert (samples.values.dtype, counts) == (np.int64, {})
    assert list(zip(samples.ticks.tolist(), samples.values.tolist(), strict=True)) == rows


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.just([]))


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES, max_size=20))
def test_any_mixture_is_accounted_for(tmp_path_factory, values):
    delivery = EdbJson().read(write(tmp_path_factory.mktemp("json"), [(f"/Date({MS})/", value) for value in values]))
    check_delivery(delivery)
    assert delivery.rows_read == len(values)
    kept = [value for batch in delivery.batches for value in batch.samples.decoded().tolist()]
    assert len({type(value) for value in kept}) <= 1


def test_each_msid_of_a_list_has_its_own_kind_and_counts(tmp_path):
    def series(name, *values):
        return {"TlmMnemonic": name, "Data": [{"ObsTime": f"/Date({MS})/", "EUValue": value} for value in values]}

    delivery = EdbJson().read(
        write(tmp_path, json.dumps([series("A", 1, None), series("B", "x", "y", 3), series("C", None)]))
    )
    assert [(batch.key, batch.samples.is_text) for batch in delivery.batches] == [("A", False), ("B", True)]
    assert delivery.rejected == {
        ("A", rejection.NO_VALUE): 1,
        ("B", "number among texts"): 1,
        ("C", rejection.NO_VALUE): 1,
    }


def test_integers_that_floats_cannot_hold_are_rejected_beside_floats(tmp_path):
    path = tmp_path / "x.json"
    points = [{"ObsTime": f"/Date({1653266167000 + i}+0000)/", "EUValue": v} for i, v in enumerate([2**53 + 1, 0.5, 7])]
    path.write_text(json.dumps({"TlmMnemonic": "X", "AllPoints": 1, "Count": 3, "Data": points}))
    delivery = EdbJson().read(path)
    assert delivery.batches[0].samples.values.tolist() == [0.5, 7.0]
    assert dict(delivery.rejected) == {("X", "integer beyond 2**53 among floats"): 1}
