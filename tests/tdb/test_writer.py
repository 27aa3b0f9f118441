"""What is written reads back as it was, here and in other YAML programs."""

from __future__ import annotations

import dataclasses
import json
import math
import os

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import TdbError
from jeta.tdb import Calibration, Entry, Enumeration, Limits, PointPairs, Polynomial, write_yaml
from jeta.tdb.entry import as_values, restored
from jeta.tdb.loader import Loader, read_yaml
from jeta.tdb.value_types import CANONICAL, NUMERIC

ODD_TEXTS = [
    "ON",
    "NO",
    "yes",
    "1e3",
    "null",
    "~",
    "0x1F",
    "12:30",
    "2020-01-01",
    "=",
    "<<",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "%",
    "@",
    "'",
    '"',
]
ODD_TEXTS += [
    "{0: ON}",
    "[1]",
    "&a",
    "*a",
    "!t",
    "|",
    ">",
    "?",
    "---",
    "...",
    "a\nb",
    "a\tb",
    "\x85",
    "\u2028",
    "\ufeff",
    "\uffff",
    "\0",
    "°C",
    "😀",
    "\\",
    "\x7f",
]


def test_the_form_is_one_to_read_and_edit(tmp_path):
    entry = Entry(
        "HTR_A",
        id=0,
        description="Heater A: primary (old)",
        unit="deg C",
        type="float64",
        limits=Limits(red_low=-1e-7, nominal=20, red_high=1e20),
        subsystem="THERMAL",
        cadence_s=4.096,
    )
    mode = Entry("1MODE", type="state", state_codes={1: "ON", 0: "NOT ON", -1: "A"}, on_change=True)
    write_yaml([entry, mode, Entry("B")], tmp_path / "a.yaml")
    assert (tmp_path / "a.yaml").read_text() == (
        "HTR_A:\n"
        "  id: 0\n"
        '  description: "Heater A: primary (old)"\n'
        "  unit: deg C\n"
        "  type: float64\n"
        "  limits: {red_low: -1.0e-07, nominal: 20.0, red_high: 1.0e+20}\n"
        "  subsystem: THERMAL\n"
        "  cadence_s: 4.096\n"
        '"1MODE":\n'
        "  type: state\n"
        '  state_codes: {-1: A, 0: NOT ON, 1: "ON"}\n'
        "  on_change: true\n"
        "B:\n"
    )


def test_curves_and_limits_with_dates_have_a_line_each(tmp_path):
    lines = [(0, -1.5), (255, 5)]
    entry = Entry(
        "A",
        unit="K",
        units={"sci": "DEGC", "eng": "DEGF"},
        type="uint8",
        calibrations=Calibration([(None, Polynomial((0, 1e-7))), ("2010:001", PointPairs(lines, extrapolate=True))]),
        limits_history=[(None, Limits(1)), ("2010:001", Limits(2, red_high=3)), ("2020:001", Limits())],
        subsystem="S",
    )
    write_yaml([entry, Entry("B", calibrations=Calibration(Enumeration({1: "ON", 0: "OUT"})))], tmp_path / "a.yaml")
    assert (tmp_path / "a.yaml").read_text() == (
        "A:\n"
        "  unit: K\n"
        "  units: {eng: DEGF, sci: DEGC}\n"
        "  type: uint8\n"
        "  calibrations:\n"
        "    - {polynomial: [0.0, 1.0e-07]}\n"
        '    - {valid_from: "2010-01-01T00:00:00.000", points: [[0.0, -1.5], [255.0, 5.0]], extrapolate: true}\n'
        "  limits:\n"
        "    - {red_low: 1.0}\n"
        '    - {valid_from: "2010-01-01T00:00:00.000", red_low: 2.0, red_high: 3.0}\n'
        '    - {valid_from: "2020-01-01T00:00:00.000"}\n'
        "  subsystem: S\n"
        "B:\n"
        "  calibrations:\n"
        '    - {states: {0: OUT, 1: "ON"}}\n'
    )


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_an_odd_text_comes_back_here_and_in_another_yaml_program(tmp_path, text):
    entry = Entry("A", description=text, unit=text, subsystem=text, state_codes={0: text} if text.strip() else ())
    write_yaml([entry], tmp_path / "a.yaml")
    assert read_yaml(tmp_path / "a.yaml") == [entry]
    other = yaml.safe_load((tmp_path / "a.yaml").read_bytes())
    assert other["A"] is None or other["A"]["description"] == entry.description


@pytest.mark.parametrize("number", [0.1, 1e-5, 1e16, 5e-324, 1.7976931348623157e308, 1e22, 123456789.123456789])
def test_a_number_comes_back_exactly_here_and_in_another_yaml_program(tmp_path, number):
    write_yaml([Entry("A", cadence_s=number)], tmp_path / "a.yaml")
    assert read_yaml(tmp_path / "a.yaml")[0].cadence_s == number
    assert yaml.safe_load((tmp_path / "a.yaml").read_text()) == {"A": {"cadence_s": number}}


@pytest.mark.parametrize("name", ["1E5", "ON", "NO", "123", "0X1F", "_", "NULL", "A.B-C"])
def test_a_name_that_looks_like_something_else_stays_a_name(tmp_path, name):
    write_yaml([Entry(name)], tmp_path / "a.yaml")
    assert read_yaml(tmp_path / "a.yaml") == [Entry(name)]
    assert yaml.safe_load((tmp_path / "a.yaml").read_text()) == {name: None}


TEXTS = st.sampled_from(ODD_TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INT64 = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def limits(draw):
    """Limits in order, of which any may be absent."""
    values = sorted(draw(st.lists(NUMBERS, min_size=5, max_size=5)))
    return Limits(*[value if draw(st.booleans()) else None for value in values])


RAW_COUNTS = st.lists(NUMBERS, min_size=2, max_size=4, unique=True).map(sorted)
STATES = st.dictionaries(INT64, TEXTS.filter(str.strip), min_size=1, max_size=4)
POLYNOMIALS = st.builds(Polynomial, st.lists(NUMBERS, min_size=1, max_size=3))
POINT_PAIRS = st.builds(
    lambda raws, values, extrapolate: PointPairs(list(zip(raws, values, strict=False)), extrapolate),
    RAW_COUNTS,
    st.lists(NUMBERS, min_size=4, max_size=4),
    st.booleans(),
)


@st.composite
def dated(draw, things):
    """Some things, each but perhaps the first with a date, in order."""
    dates = sorted(
        draw(st.lists(st.datetimes(), min_size=1, max_size=3, unique_by=lambda date: date.replace(microsecond=0)))
    )
    whole = [date.replace(microsecond=0) for date in dates]
    whole[0] = draw(st.sampled_from([None, whole[0]]))
    return [(date, draw(things)) for date in whole]


CALIBRATIONS = (dated(POLYNOMIALS | POINT_PAIRS) | dated(st.builds(Enumeration, STATES))).map(Calibration)

ENTRIES = st.builds(
    Entry,
    name=st.from_regex(r"[A-Z0-9_][A-Z0-9_-]{3,8}", fullmatch=True),
    id=st.none() | st.integers(0, 2**63 - 1),
    description=TEXTS,
    unit=st.none() | TEXTS,
    type=st.none() | st.sampled_from(CANONICAL),
    units=st.dictionaries(st.sampled_from(["cxc", "sci", "eng"]), TEXTS.filter(str.strip)),
    state_codes=st.dictionaries(INT64, TEXTS.filter(str.strip), max_size=4),
    limits_history=st.just(()) | dated(limits()),
    subsystem=st.none() | TEXTS,
    cadence_s=st.none() | NUMBERS.map(abs).filter(bool),
    on_change=st.booleans(),
)


CALIBRATED = st.builds(
    dataclasses.replace,
    ENTRIES,
    state_codes=st.just(()),
    type=st.none() | st.sampled_from(NUMERIC),
    calibrations=CALIBRATIONS,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        ENTRIES | CALIBRATED,
        max_size=3,
        unique_by=(lambda entry: entry.name, lambda entry: (entry.id, entry.name)[entry.id is None]),
    )
)
def test_any_entries_come_back_as_they_were(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("tdb") / "a.yaml"
    write_yaml(entries, path)
    loader = Loader()
    loader.read(path.read_bytes(), "a.yaml")
    assert loader.finish() == entries
    assert [restored(json.loads(json.dumps(as_values(entry)))) for entry in entries] == entries
    assert yaml.safe_load(path.read_bytes()) is None or len(yaml.safe_load(path.read_bytes())) == len(entries)
    assert all(math.isfinite(entry.cadence_s or 0) for entry in entries)


def test_an_msid_cannot_be_written_twice(tmp_path):
    with pytest.raises(TdbError, match="MSID A: expected each MSID once"):
        write_yaml([Entry("A"), Entry("a")], tmp_path / "a.yaml")
    assert os.listdir(tmp_path) == []


def test_nothing_can_be_written(tmp_path):
    write_yaml([], tmp_path / "a.yaml")
    assert read_yaml(tmp_path / "a.yaml") == []
