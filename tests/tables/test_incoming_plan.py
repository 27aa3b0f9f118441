"""What is time, value, quality and MSID in tables of others."""

from __future__ import annotations

import numpy as np
import pytest

from jeta.errors import ValuesError
from jeta.tables.incoming import INDEX, Column, Incoming, read_incoming, unit_in
from jeta.tables.incoming_arrays import column_of
from jeta.tables.incoming_plan import Wanted, holds_statistics, plan, quality_columns
from jeta.tables.incoming_times import find_time, is_time_name

NAT = np.array(["2024-01-01", "NaT"], "M8[s]")


def parts(table, **wanted):
    """Rows and values of each part."""
    found = plan(read_incoming(table), Wanted(**wanted))
    return {part.name: (part.rows.tolist(), np.asarray(part.values).tolist()) for part in found.parts}


def test_every_row_of_a_long_table_is_in_the_part_of_its_name():
    rng = np.random.default_rng(7)
    names = rng.choice(["a", "b", "c"], 50)
    table = {"msid": names, "time": np.arange(50.0), "value": np.arange(50)}
    found = parts(table)
    assert list(found) == list(dict.fromkeys(names.tolist()))
    for name, (rows, values) in found.items():
        assert rows == values == np.flatnonzero(names == name).tolist()


def test_missing_names_and_values_of_a_long_table_are_no_samples():
    table = {"msid": ["a", None, "a", "b"], "time": [0.0, 1.0, 2.0, 3.0], "value": [1, 2, None, None]}
    assert parts(table) == {"a": ([0], [1])}


def test_a_long_table_whose_names_are_in_a_column_that_is_told():
    table = {"channel": ["a", "b"], "time": [0.0, 1.0], "value": [1, 2]}
    assert parts(table, msid="channel") == {"a": ([0], [1]), "b": ([1], [2])}


def test_names_in_bytes():
    assert parts({"msid": np.array([b"a", b"b"]), "time": [0.0, 1.0], "value": [1, 2]}) == {
        "a": ([0], [1]),
        "b": ([1], [2]),
    }


def test_a_number_called_msid_makes_no_long_table():
    assert parts({"msid": [1, 2], "time": [0.0, 1.0]}) == {"msid": ([0, 1], [1, 2])}


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ([1, None], [False, True]),
        (["a", None], [False, True]),
        (["a", float("nan")], [False, True]),
        (np.ma.array([1, 2], mask=[0, 1]), [False, True]),
        (np.ma.array([1, 2]), None),
        (np.array([1.0, np.nan]), None),
        (NAT, [False, True]),
        (np.array(["a", "b"], np.dtypes.StringDType()), None),
    ],
    ids=str,
)
def test_what_is_missing_in_an_array(values, missing):
    found = column_of("x", values).missing
    assert (None if found is None else found.tolist()) == missing


def test_numbers_beside_texts_stay_what_they_are():
    assert column_of("x", [1, "a", 2.5]).values.tolist() == [1, "a", 2.5]


@pytest.mark.parametrize(
    ("values", "is_text"), [(["a"], True), ([b"a"], True), ([1], False), ([None], False), (["a", 1], False)]
)
def test_what_is_text(values, is_text):
    assert column_of("x", values).is_text is is_text


@pytest.mark.parametrize(
    ("attributes", "unit"),
    [({"unit": "K"}, "K"), ({"units": " V "}, "V"), ({"unit": ""}, None), ({"units": {"A": "K"}}, None), ({}, None)],
)
def test_units_in_attributes(attributes, unit):
    assert unit_in(attributes) == unit


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["time", "A"], "time"),
        (["A", "UTC"], "UTC"),
        (["A", INDEX], INDEX),
        (["A", "Date-Time"], "Date-Time"),
        (["typed", "A"], "typed"),
        (["typed", "A", INDEX], "typed"),
    ],
)
def test_the_column_of_times(columns, expected):
    table = Incoming(
        {name: Column(NAT if name == "typed" else np.zeros(2), is_time=name == "typed") for name in columns}
    )
    assert find_time(table).name == expected


def test_times_in_the_index_go_before_columns_of_times():
    table = Incoming({"when": Column(NAT, is_time=True), "sent": Column(NAT, is_time=True)}, {}, ("when",))
    assert find_time(table).name == "when"


def test_a_column_named_and_typed_as_a_time_goes_before_those_that_are_one_of_these():
    table = Incoming(
        {"time": Column(NAT, is_time=True), "sent": Column(NAT, is_time=True), "date": Column(np.zeros(2))}
    )
    found = find_time(table)
    assert (found.name, found.beside) == ("time", ("date",))


def test_a_column_that_is_taken_for_values_is_no_time():
    table = Incoming({"date": Column(np.zeros(2)), "utc": Column(np.ones(2))})
    assert find_time(table, taken=["date"]).name == "utc"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column(np.array([1, 2]), np.array([False, True])), [1.0, None]),
        (Column(np.array(["a", "b"]), np.array([False, True])), ["a", None]),
        (Column(np.array([1.0, 2.0]), None, "min"), [60.0, 120.0]),
        (Column(np.array([1.0, 2.0]), None, "s"), [1.0, 2.0]),
    ],
    ids=["numbers", "texts", "minutes", "seconds"],
)
def test_times_that_are_missing_or_have_a_unit(column, expected):
    found = find_time(Incoming({"time": column})).times.tolist()
    assert [None if one is None or np.isnan(one) else one for one in found] if expected[0] != "a" else found == expected


def test_missing_instants_stay_missing():
    found = find_time(Incoming({"time": Column(NAT.astype("M8[D]"), np.array([True, False]), is_time=True)})).times
    assert np.isnat(found).tolist() == [True, True]


@pytest.mark.parametrize("name", ["TIME", " utc ", "Time UTC", "date_time", "obstime", "Timestamps"])
def test_names_of_times(name):
    assert is_time_name(name)


@pytest.mark.parametrize("name", ["", "TIMER", "UPDATE", "SA_TIME", "year"])
def test_names_that_are_no_times(name):
    assert not is_time_name(name)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["vals", "mins", "maxes", "means"], True),
        (["A_vals", "A_mins", "A_stds", "B_means"], True),
        (["samples", "A"], False),
        (["A_means", "B_mins"], False),
        (["ADMINS", "ADMEANS"], False),
        ([], False),
    ],
)
def test_columns_of_statistics(names, expected):
    assert holds_statistics(names) is expected


def test_quality_of_single_columns_of_a_wide_table():
    assert quality_columns(["A", "A_bads", "B", "C_bads"]) == {"A": "A_bads"}
    found = plan(read_incoming({"time": [0.0, 1.0], "A": [1, 2], "A_bads": [False, True], "B": [3, 4]}))
    assert [(part.name, None if part.quality is None else part.quality.tolist()) for part in found.parts] == [
        ("A", [False, True]),
        ("B", None),
    ]


def test_missing_quality_is_good():
    found = plan(read_incoming({"time": [0.0, 1.0], "A": [1, 2], "bad": [None, 1]}))
    assert found.parts[0].quality.tolist() == [0, 1]


def test_the_own_form_keeps_raw_counts_and_nan():
    table = Incoming(
        {
            "time": Column(np.array([0.0, 1.0])),
            "vals": Column(np.array([np.nan, 1.5]), None, "K"),
            "raw_vals": Column(np.array([3, 4]), np.array([False, True])),
        },
        {"MSID": "A"},
    )
    (part,) = plan(table).parts
    assert (part.name, part.unit, part.is_own, part.rows.tolist()) == ("A", "K", True, [0, 1])
    np.testing.assert_array_equal(part.raws, [3.0, np.nan])


def test_the_metadata_give_way_to_what_the_caller_says():
    table = Incoming({"time": Column(np.zeros(1)), "vals": Column(np.ones(1))}, {"MSID": "A"})
    assert plan(table, Wanted(msid="B")).parts[0].name == "B"
    assert plan(table, Wanted(columns={"vals": "C"})).parts[0].name == "C"


def test_an_object_with_keys_that_is_no_table_is_refused():
    with pytest.raises(ValuesError, match="expected a pandas DataFrame"):
        read_incoming(object())
