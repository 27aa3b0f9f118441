"""Event sets that are logical expressions over MSIDs."""

from __future__ import annotations

import pytest

from jeta.archive.event_rules import LogicalEvents, read_event_rules
from jeta.errors import EventSetError
from jeta.expressions import logical

RULES = """\
dumping: SE_MOM_DUMP == 'ON'

hot_box:
  where: IMIR_FPE_BOX_TEMP > 310 & ~(TEPHIN < 5)
  pad: -60
  max_gap_s: 300.5
  description: The box is too hot
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rules.yaml"


def test_an_expression_or_a_mapping(path):
    path.write_text(RULES, encoding="utf-8")
    hot = logical.parse("IMIR_FPE_BOX_TEMP > 310 & ~(TEPHIN < 5)")
    assert read_event_rules(path) == [
        LogicalEvents("dumping", path, 1, logical.parse("SE_MOM_DUMP == 'ON'")),
        LogicalEvents("hot_box", path, 3, hot, -60.0, 300.5, "The box is too hot"),
    ]


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n"])
def test_a_file_may_define_nothing(path, text):
    path.write_text(text, encoding="utf-8")
    assert read_event_rules(path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "rules.yaml: expected a mapping from names to logical expressions, but found a sequence"),
        ("a: [\n", "rules.yaml: expected YAML in UTF-8"),
        ("\na: A >\n", "rules.yaml:2: event set 'a': expected the name of an MSID, a number"),
        ("a: A = 1\n", "rules.yaml:1: event set 'a': Cannot identify word '='"),
        ("a:\n", "event set 'a': expected the name of an MSID"),
        ("a: [A > 1]\n", "event set 'a': expected a logical expression or a mapping of where, pad, max_gap_s, description"),
        ("a: {pad: 5}\n", "event set 'a': expected a key 'where' with a logical expression, but found pad"),
        ("a: {where: A, pads: 5}\n", "key 'pads': expected each of where, pad, max_gap_s, description at most once"),
        ("a: {where: A, pad: 5, pad: 6}\n", "key 'pad': expected each of"),
        ("a: {where: A, pad: five}\n", "key 'pad': expected a number of seconds, got 'five'"),
        ("a: {where: A, pad: inf}\n", "key 'pad': expected a finite number of seconds, got 'inf'"),
        ("a: {where: A, pad: [5, 6]}\n", "key 'pad': expected a single value, but found a sequence"),
        ("a: {where: A, max_gap_s: 0}\n", "key 'max_gap_s': expected seconds above 0, got '0'"),
        ("a: {where: A, [x]: 0}\n", "expected each of where, pad, max_gap_s, description at most once"),
        ("[a]: A\n", "expected text as name of an event set, but found a sequence"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused(path, text, message):
    """With file, line and entry, and what was expected."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EventSetError) as caught:
        read_event_rules(path)
    assert message in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused(path):
    path.write_bytes(b"a: A == '\xff'\n")
    with pytest.raises(EventSetError, match=r"rules\.yaml: expected YAML in UTF-8"):
        read_event_rules(path)
