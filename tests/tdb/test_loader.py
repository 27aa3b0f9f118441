"""YAML to entries, and what is said when it is wrong."""

from __future__ import annotations

import pytest

from jeta.errors import TdbError
from jeta.tdb import Calibration, Entry, Enumeration, Limits, PointPairs, Polynomial, Tdb, keys
from jeta.tdb.loader import read_yaml

HEATER = """\
# a comment
HTR_A:
  id: 17
  description: Heater A, primary
  unit: W
  type: float64
  limits: {red_low: 0, yellow_low: 1.5, yellow_high: 1e2, red_high: 120}
  subsystem: THERMAL
  cadence_s: 4.096
MODE:
  type: state
  state_codes: {0: OFF, 1: ON}
  on_change: true
"""
ENTRIES = [
    Entry(
        "HTR_A",
        id=17,
        description="Heater A, primary",
        unit="W",
        type="float64",
        limits=Limits(red_low=0, yellow_low=1.5, yellow_high=100, red_high=120),
        subsystem="THERMAL",
        cadence_s=4.096,
    ),
    Entry("MODE", type="state", state_codes={0: "OFF", 1: "ON"}, on_change=True),
]


def read(write, text):
    """Entries of one file."""
    return read_yaml(write(text) / "a.yaml")


def only(write, keys):
    """The entry of MSID A with some keys, one a line."""
    (entry,) = read(write, "A:\n" + "".join(f"  {line}\n" for line in keys.splitlines()))
    return entry


def test_the_canonical_form_is_a_mapping_of_names(write):
    assert read(write, HEATER) == ENTRIES


def test_a_list_of_mappings_with_names_is_the_same(write):
    text = """
- name: htr_a
  id: 0x11
  Description: Heater A, primary
  unit: "W"
  type: double
  limits: {red: [0, 120], yellow: [1.5, 100]}
  subsystem: THERMAL
  cadence: 4.096
- name: mode
  type: enum
  state codes: [[1, ON], [0, OFF]]
  On-Change: yes
"""
    assert read(write, text) == ENTRIES


@pytest.mark.parametrize(
    "name", ["ON", "NO", "off", "y", "1e3", "0x1F", "1_0", "2020-01-01", "12:30", "=", "<<", "null", "~"]
)
@pytest.mark.parametrize("quotes", ["{}", '"{}"', "'{}'"])
def test_a_state_name_is_its_text_as_written_in_quotes_or_not(write, name, quotes):
    assert only(write, f"state_codes: {{0: {quotes.format(name)}}}").state_codes == ((0, name),)


@pytest.mark.parametrize("text", ["NO", "1e3", "true", "0x10", "12"])
def test_any_text_is_as_written(write, text):
    entry = only(write, f"unit: {text}\ndescription: {text}\nsubsystem: {text}")
    assert (entry.unit, entry.description, entry.subsystem) == (text, text, text)


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null", "NULL"])
def test_a_key_without_a_value_says_nothing(write, nothing):
    lines = "\n".join(f"{key}: {nothing}" for key in keys.READERS if key != "name")
    assert only(write, lines) == Entry("A")


def test_null_in_quotes_is_a_text(write):
    assert only(write, 'unit: "null"').unit == "null"


def test_a_name_alone_is_an_entry(write):
    assert read(write, "a:\nB:\nC: {}\n") == [Entry("A"), Entry("B"), Entry("C")]


@pytest.mark.parametrize("text", ["", "\n# only a comment\n", "---\n", "{}", "[]", "---\n...\n"])
def test_a_file_may_hold_nothing(write, text):
    assert read(write, text) == []


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("{yellow: [1, null]}", Limits(yellow_low=1)),
        ("{Yellow-Low: -1.5, red high: +2}", Limits(yellow_low=-1.5, red_high=2)),
        ("{red_low: ~, nominal: 1e-3}", Limits(nominal=0.001)),
        ("\n    red: [.5, 2]\n    yellow_high: 1", Limits(red_low=0.5, yellow_high=1, red_high=2)),
        ("{}", None),
    ],
)
def test_limits_may_be_spelled_in_several_ways(write, limits, expected):
    assert only(write, f"limits: {limits}").limits == expected


@pytest.mark.parametrize(
    ("limits", "history"),
    [
        ("{valid_from: 2010:001, red_low: 1}", [("2010:001", Limits(1))]),
        ("[{red_low: 1}]", [(None, Limits(1))]),
        (
            "[{red_low: 1}, {valid_from: 2010-01-01, red: [2, 3]}]",
            [(None, Limits(1)), ("2010:001", Limits(2, red_high=3))],
        ),
        ("\n  - red_low: 1\n  - Valid From: 2010:001:12:00\n", [(None, Limits(1)), ("2010:001:12:00", Limits())]),
        ("[{valid_from: ~, red_low: 1}, {valid_from: '2010:001'}]", [(None, Limits(1)), ("2010:001", Limits())]),
        ("[]", ()),
    ],
)
def test_limits_may_have_dates(write, limits, history):
    assert only(write, f"limits: {limits}") == Entry("A", limits_history=history)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ("{polynomial: [-10, 0.5, 1e-3]}", Polynomial((-10, 0.5, 0.001))),
        ("{Points: [[0, -1.5], [255, 5]]}", PointPairs(((0, -1.5), (255, 5)))),
        ("{points: [[0, 1], [5, 0]], extrapolate: yes}", PointPairs(((0, 1), (5, 0)), extrapolate=True)),
        ("{points: [[0, 1], [5, 0]], extrapolate: ~}", PointPairs(((0, 1), (5, 0)))),
        ("{states: {0: OFF, 0x1: ON}}", Enumeration({0: "OFF", 1: "ON"})),
        ("{states: [[1, NO], [-1, null]]}", Enumeration({1: "NO", -1: "null"})),
    ],
)
@pytest.mark.parametrize("key", ["calibration", "calibrations", "Calibrations"])
def test_one_curve_is_a_mapping(write, key, curve, expected):
    assert only(write, f"{key}: {curve}").calibrations == Calibration(expected)


@pytest.mark.parametrize(
    "date", ["2010:001", "2010-01-01", "'2010:001:00:00:00.000'", "2010-01-01T00:00:00Z", "2010001"]
)
def test_several_curves_are_a_list_with_dates(write, date):
    lines = f"calibrations:\n  - polynomial: [0, 1]\n  - valid_from: {date}\n    polynomial: [0, 2]"
    expected = Calibration([(None, Polynomial((0, 1))), ("2010-01-01T00:00:00.000", Polynomial((0, 2)))])
    assert only(write, lines).calibrations == expected


def test_units_are_a_mapping_of_systems(write):
    assert only(write, "units: {sci: DEGC, ENG: NO}").units == (("eng", "NO"), ("sci", "DEGC"))


@pytest.mark.parametrize(
    ("word", "expected"), [("true", True), ("Yes", True), ("1", True), ("OFF", False), ("no", False), ("0", False)]
)
def test_a_truth_value_may_be_said_in_several_words(write, word, expected):
    assert only(write, f"on_change: {word}").on_change is expected


def test_a_whole_number_may_have_leading_zeros_and_is_decimal(write):
    assert only(write, "id: 0017").id == 17


def test_an_entry_can_take_keys_from_another(write):
    text = "A: &volt\n  unit: V\n  cadence_s: 1\nB:\n  <<: *volt\n  cadence_s: 2\n"
    assert read(write, text)[1] == Entry("B", unit="V", cadence_s=2)


@pytest.mark.parametrize(
    ("keys", "line", "said"),
    [
        ("unit: [1, 2]", 2, "key 'unit': expected text, got [1, 2]"),
        ("unit: V\ndescription: {a: b}", 3, "key 'description': expected text, got {a: b}"),
        ("unitt: V", 2, "key 'unitt': no such key; expected one of name, id, description, unit, units, type"),
        ("unitt: V", 2, "did you mean 'unit'?"),
        ("units: V", 2, "key 'units': expected a mapping of unit systems such as {sci: DEGC, eng: DEGF}, got 'V'; the"),
        ("units: {sci: [V]}", 2, "got {sci: [V]}; the unit of the values is the key 'unit'"),
        ("units: {si: V}", 2, "key 'units': expected unit systems of cxc, sci, eng, each once, got 'si'"),
        ("colour: red", 2, "key 'colour': no such key; expected one of name"),
        ("id: abc", 2, "key 'id': expected an id of at least 0 as a whole number, got 'abc'"),
        ("id: 1.5", 2, "got '1.5'"),
        ("id: [1]", 2, "key 'id': expected an id of at least 0 as a whole number, got [1]"),
        ("unit: V\nid: -3", 3, "key 'id': expected a whole number of at least 0, got -3"),
        ("id: 99999999999999999999", 2, "as a whole number of 64 bits, got 99999999999999999999"),
        ("type: complex", 2, "key 'type': expected one of float64, float32, int8"),
        ("\n\ncadence: 4 Hz", 4, "key 'cadence_s': expected seconds above 0 as a finite number, got '4 Hz'"),
        ("cadence_s: 0", 2, "key 'cadence_s': expected seconds above 0 as a finite number, got 0.0"),
        ("cadence_s: .inf", 2, "got '.inf'"),
        ("cadence_s: nan", 2, "got nan"),
        ("cadence_s: {a: 1}", 2, "got {a: 1}"),
        ("on_change: maybe", 2, "key 'on_change': expected true or false, got 'maybe'"),
        ("on_change: [yes]", 2, "key 'on_change': expected true or false, got [yes]"),
        ("state_codes: ON", 2, "expected raw counts and state names, such as {0: OFF, 1: ON}, got 'ON'"),
        ("state_codes: [0, 1]", 2, "such as {0: OFF, 1: ON}, got [0, 1]"),
        ("state_codes: [[0, OFF, X]]", 2, "got [[0, OFF, X]]"),
        ("state_codes: {0: [A]}", 2, "got {0: [A]}"),
        ("state_codes: {OFF: 0}", 2, "key 'state_codes': expected each raw count as a whole number, got 'OFF'"),
        ("state_codes: [[[0], A]]", 2, "expected each raw count as a whole number, got [0]"),
        ("state_codes: {0: }", 2, "expected a state name for raw count 0, got ''"),
        ("state_codes: {0: A, 0: B}", 2, "expected each raw count once, got 0 for 'A' and for 'B'"),
        ("limits: 5", 2, "key 'limits': expected a mapping such as {yellow_low: 1, yellow_high: 5}, got '5'"),
        ("limits: {yelow_low: 5}", 2, "no such limit as 'yelow_low'; expected one of red_low"),
        ("limits: {yelow_low: 5}", 2, "did you mean 'yellow_low'?"),
        ("limits: {red: 5}", 2, "key 'limits': expected red: [low, high], got '5'"),
        ("limits: {red: [1, 2, 3]}", 2, "expected red: [low, high], got [1, 2, 3]"),
        ("limits: {red_low: warm}", 2, "key 'limits': expected red_low as a finite number, got 'warm'"),
        ("limits: {red_low: .nan}", 2, "got '.nan'"),
        ("limits: {red_low: nan}", 2, "expected red_low as a finite number, got nan"),
        ("limits: {red_low: 1, red: [1, 2]}", 2, "expected each limit once, got red_low '1' and '1'"),
        ("limits: {red_low: 3, red_high: 2}", 2, "got red_low 3.0 above red_high 2.0"),
        (
            "limits: [5]",
            2,
            "key 'limits': number 1 of the list: expected a mapping such as {yellow_low: 1, yellow_high",
        ),
        ("limits: {vald_from: 2020:001}", 2, "did you mean 'valid_from'?"),
        ("limits: {valid_from: soon}", 2, "key 'limits': expected valid_from as a date in UTC to the ms at most, such"),
        ("limits: {valid_from: [2020]}", 2, "got '[2020]'"),
        (
            "limits: {valid_from: 2020:001, Valid-From: 2021:001}",
            2,
            "expected valid_from once, got [2020:001, 2021:001]",
        ),
        ("limits:\n  - {red_low: 1}\n  - {red_low: x}", 4, "key 'limits': number 2 of the list: expected red_low as"),
        ("limits:\n  - {red_low: 1}\n  - {red_low: 2}", 2, "in each but the first, got none after none"),
        ("limits: [{valid_from: 2020:002}, {valid_from: 2020:001}]", 2, "got 2020-01-01T00:00:00.000 after 2020-01-02"),
        ("calibration: 5", 2, "key 'calibrations': expected a mapping such as {polynomial: [0, 0.01]}, got '5'"),
        ("calibration: {}", 2, "key 'calibrations': expected exactly one of polynomial, points, states, got {}"),
        ("calibration: {points: [], states: []}", 2, "polynomial, points, states, got points and states"),
        (
            "calibration: {polynomail: [1]}",
            2,
            "no such key as 'polynomail'; expected one of polynomial, points, states",
        ),
        ("calibration: {polynomail: [1]}", 2, "did you mean 'polynomial'?"),
        ("calibration: {states: {0: A}, States: {0: B}}", 2, "expected states once, got {0: A} and {0: B}"),
        ("calibration: {polynomial: 5}", 2, "key 'calibrations': expected polynomial such as [0, 0.01], got '5'"),
        ("calibration: {polynomial: []}", 2, "expected at least 1 coefficients of a polynomial, such as [0.0, 0.01]"),
        ("calibration: {polynomial: [a]}", 2, "expected each coefficient as a finite number, got 'a'"),
        ("calibration: {polynomial: [1, .inf]}", 2, "expected each coefficient as a finite number, got '.inf'"),
        (
            "calibration: {polynomial: [inf]}",
            2,
            "expected each coefficient of a polynomial as a finite number, got inf",
        ),
        ("calibration: {points: [1, 2]}", 2, "key 'calibrations': expected points [raw, value], got '1'"),
        ("calibration: {points: [[0, x]]}", 2, "expected the value of each point as a finite number, got 'x'"),
        ("calibration: {points: [[0, 1]]}", 2, "expected at least 2 points [raw, value]"),
        ("calibration: {points: [[1, 1], [1, 2]]}", 2, "expected points of ascending raw counts, got 1.0 after 1.0"),
        ("calibration: {points: [[0, 0], [1, 2]], extrapolate: perhaps}", 2, "expected true or false, got 'perhaps'"),
        ("calibration: {polynomial: [1], extrapolate: no}", 2, "extrapolate beside points only, got it beside polynom"),
        ("calibration: {states: ON}", 2, "expected raw counts and state names, such as {0: OFF, 1: ON}, got 'ON'"),
        ("calibration: {states: {0: A, 0: B}}", 2, "key 'calibrations': expected each raw count once, got 0 for 'A'"),
        ("calibration: {states: {}}", 2, "key 'calibrations': expected states, such as {0: OFF, 1: ON}, got ()"),
        (
            "unit: V\ncalibrations:\n  - polynomial: [1]\n  - valid_from: 2020:001\n    polynomial: [x]",
            5,
            "key 'calibrations': number 2 of the list: expected each coefficient as a finite number, got 'x'",
        ),
        (
            "calibrations: [{polynomial: [1]}, {valid_from: 2020:001, states: {0: A}}]",
            2,
            "expected curves that all give numbers or all give states, got Polynomial, Enumeration",
        ),
        ("calibrations: {polynomial: [1]}\nstate_codes: {0: A}", 2, "key 'calibrations': expected either state_codes"),
        ("type: state\ncalibrations: {polynomial: [1]}", 3, "expected the type of the raw counts beside them"),
        ("calibration: {polynomial: [1]}\ncalibrations: []", 3, "expected each key once, but it is also on line 2"),
        ("unit: V\n\nunit: W", 4, "key 'unit': expected each key once, but it is also on line 2"),
        ("cadence: 1\ncadence_s: 1", 3, "key 'cadence_s': expected each key once, but it is also on line 2"),
        ("name: B", 2, "key 'name': expected 'A' as above, got 'B'"),
        ("name: [A]", 2, "key 'name': expected text, got [A]"),
        ("<<: text", 2, "key '<<': no such key"),
        ("description: " + "[x, " * 40 + "]" * 40, 2, "..."),
    ],
)
def test_an_error_says_file_line_msid_key_and_what_was_expected(write, keys, line, said):
    folder = write("a:\n" + "".join(f"  {text}\n" for text in keys.split("\n")))
    with pytest.raises(TdbError) as caught:
        Tdb.load(folder)
    assert str(caught.value).startswith(f"tdb/a.yaml:{line}: MSID A: key '")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A: 5\n", "tdb/a.yaml:1: MSID A: expected a mapping of keys, such as {name: A, unit: V}, got '5'"),
        ("A:\nB: [1]\n", "tdb/a.yaml:2: MSID B: expected a mapping of keys, such as {name: A, unit: V}, got [1]"),
        ("A:\nB/C:\n", "tdb/a.yaml:2: 'B/C' cannot be the name of an MSID: '/' is not allowed"),
        ("- unit: V\n", "tdb/a.yaml:1: an entry of the list: key 'name': expected the MSID's name, got only {unit: V}"),
        ("- name: A\n- B\n", "tdb/a.yaml:2: an entry of the list: expected a mapping of keys"),
        ("- name:\n", "tdb/a.yaml:1: '' cannot be the name of an MSID: it is empty"),
        ("A:\nB:\na:\n", "tdb/a.yaml:3: MSID A: expected each MSID once, but it is also at tdb/a.yaml:1"),
        ("{A: , A: }", "tdb/a.yaml:1: MSID A: expected each MSID once, but it is also at tdb/a.yaml:1"),
        (
            "A: {id: 5}\nB: {id: 5}\n",
            "tdb/a.yaml:2: MSID B: key 'id': expected an id of its own, got 5, the id of A at tdb/a.yaml:1",
        ),
    ],
)
def test_an_error_in_an_entry_as_a_whole_has_its_place_too(write, text, said):
    with pytest.raises(TdbError) as caught:
        Tdb.load(write(text))
    assert said in str(caught.value)


def test_an_msid_in_two_files_is_an_error_that_names_both_places(write):
    write("\nTEPHIN:\n", "a.yaml")
    with pytest.raises(
        TdbError, match=r"tdb/b.yml:1: MSID TEPHIN: expected each MSID once, but it is also at tdb/a.yaml:2"
    ):
        Tdb.load(write("tephin:\n", "b.yml"))


def test_all_errors_are_told_at_once(write):
    with pytest.raises(TdbError) as caught:
        Tdb.load(write("A:\n  unit: []\n  id: x\nB:\n  type: y\nC: {unit: V\n"))
    lines = str(caught.value).splitlines()
    assert lines[0] == "4 errors in the telemetry database:"
    assert [line.split(": ")[0] for line in lines[1:]] == [
        "  tdb/a.yaml:2",
        "  tdb/a.yaml:3",
        "  tdb/a.yaml:5",
        "  tdb/a.yaml:7",
    ]


def test_of_many_errors_the_first_ten_are_told(write):
    with pytest.raises(TdbError) as caught:
        Tdb.load(write("".join(f"A{number}: x\n" for number in range(25))))
    lines = str(caught.value).splitlines()
    assert lines[0] == "25 errors in the telemetry database; the first 10 are:"
    assert len(lines) == 11


def test_a_wrong_file_does_not_hide_the_errors_of_the_next(write):
    write("A: [\n", "a.yaml")
    with pytest.raises(TdbError, match=r"2 errors(.|\n)*tdb/a.yaml:2(.|\n)*tdb/b.yaml:1: MSID B"):
        Tdb.load(write("B: 5\n", "b.yaml"))


def test_real_world_mix_loads_in_the_order_of_file_names(write):
    write("- {name: B, unit: V}\n", "b.yaml")
    write("C:\n  unit: W\n", "c.YML")
    write("wrong", ".hidden.yaml")
    write("wrong", "notes.txt")
    assert list(Tdb.load(write("A:\n", "a.yaml")).values()) == [Entry("A"), Entry("B", unit="V"), Entry("C", unit="W")]
