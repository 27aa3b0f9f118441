"""Frames as CSV."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeta.errors import ValuesError
from jeta.tables import Column, Frame, write_csv
from jeta.tables import csv_file as module
from jeta.times import to_seconds

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5)


def one(values, times=None, **column):
    """A frame of one column."""
    return Frame(
        "A", np.arange(float(len(values))) if times is None else times, "unix", {"vals": Column(values, **column)}
    )


def written(frame, tmp_path, **options):
    """The text of a file."""
    write_csv(frame, tmp_path / "a.csv", **options)
    return (tmp_path / "a.csv").read_bytes().decode()


def read(path, **options):
    """What pandas reads, texts as they are."""
    return pd.read_csv(path, parse_dates=["time"], keep_default_na=False, na_values={"float32": "nan"}, **options)


def test_layout(tmp_path):
    """A line of names, then a line a sample; no comments."""
    frame = Frame(
        "A",
        np.array([1653266167.888, 1653266168.0]),
        "unix",
        {
            "vals": Column(np.array([0.1, np.nan]), "K"),
            "bads": Column(np.array([False, True])),
            "mode": Column(np.array([1, 0]), states=("OFF", "a,b")),
        },
    )
    assert written(frame, tmp_path) == (
        'time,vals,bads,mode\n2022-05-23T00:36:07.888Z,0.1,False,"a,b"\n2022-05-23T00:36:08.000Z,nan,True,OFF\n'
    )
    assert written(frame, tmp_path, units=True).startswith("time,vals [K],bads,mode\n")


def test_pandas_reads_it(tmp_path, frame):
    """At once, with types; values, texts and times come back."""
    write_csv(frame, tmp_path / "a.csv")
    back = read(tmp_path / "a.csv", dtype={"float32": np.float32})
    for name, column in frame.columns.items():
        if column.states is None:
            np.testing.assert_array_equal(
                back[name].to_numpy().astype(column.values.dtype),  # noqa: PD011 - of a Column of ours
                column.values,
                err_msg=name,
            )
        else:
            assert back[name].tolist() == column.texts().tolist()
    assert str(back["time"].dtype) == "datetime64[us, UTC]"
    seconds = to_seconds(back["time"].dt.tz_localize(None).to_numpy(), frame.time_system)
    assert seconds.tolist() == frame.times.tolist()


def test_missing_is_empty(tmp_path, holed):
    """In every column."""
    lines = list(csv.reader(written(holed, tmp_path).splitlines(keepends=True)))
    assert lines[2][1:] == lines[5][1:] == [""] * len(holed.columns)
    assert lines[1][1:4] == ["1.5", "0.1", "-128"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [(0.5, "00.500Z"), (0.000_25, "00.000250Z"), (2**-30, "00.000000001Z")],
    ids=["ms", "us", "ns"],
)
def test_times_have_the_digits_that_one_of_them_needs(tmp_path, second, expected):
    """The same number of digits in all lines."""
    lines = written(one(np.zeros(2), np.array([second, 1.0])), tmp_path).split("\n")
    assert lines[1].split(",")[0] == f"1970-01-01T00:00:{expected}"
    assert len(lines[2]) == len(lines[1])


@given(texts=st.lists(TEXTS, min_size=1, unique=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_texts_of_any_characters_come_back(tmp_path, texts):
    """Commas, quotes, ends of lines, blanks at the ends."""
    write_csv(one(np.arange(len(texts)), states=tuple(texts)), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert [line[1] for line in csv.reader(file)][1:] == texts


@pytest.mark.parametrize("kind", ["f4", "f8", "i8", "u8"])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_numbers_come_back_bit_for_bit(tmp_path, kind, data):
    """From the fewest digits of their type."""
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        numbers = st.floats(width=8 * dtype.itemsize)
    else:
        numbers = st.integers(int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    values = np.array(data.draw(st.lists(numbers, min_size=1, max_size=5)), dtype)
    lines = written(one(values), tmp_path).splitlines()[1:]
    np.testing.assert_array_equal(np.array([line.split(",")[1] for line in lines]).astype(dtype), values)


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 9])
def test_blocks_of_lines_do_not_matter(tmp_path, monkeypatch, rows):
    """Lengths around that of a block."""
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 4)
    lines = written(one(np.arange(rows)), tmp_path).splitlines()
    assert [line.rpartition(",")[2] for line in lines] == ["vals", *map(str, range(rows))]


def test_vectors_have_a_column_for_each_component(tmp_path, vectors):
    """A cell has one number."""
    assert written(vectors, tmp_path).startswith("time,vals_0_0,vals_0_1,vals_1_0,")


def test_column_named_time(tmp_path):
    """Refused, as two columns of a name are none."""
    with pytest.raises(ValuesError, match="'time'"):
        write_csv(Frame("A", np.zeros(1), "unix", {"time": Column(np.zeros(1))}), tmp_path / "a.csv")
