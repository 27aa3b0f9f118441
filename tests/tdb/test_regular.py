"""The regular form read by a pattern means what the parser says it means."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.tdb import Entry, Limits, Tdb, write_yaml
from jeta.tdb.document import _parsed
from jeta.tdb.nodes import Branch, Null
from jeta.tdb.regular import read_regular


def comparable(node):
    """A node in which null and text differ."""
    if isinstance(node, Branch):
        return [(key, line, comparable(value)) for key, line, value in node.items]
    return ("null" if isinstance(node, Null) else "text", str(node))


def both(text):
    """What pattern and parser make of a text; the pattern's is None where it leaves the text to the parser."""
    regular = read_regular(text.encode())
    if regular is None:
        return None, None
    parsed = _parsed(text.encode(), "f")
    return [[(key, line, comparable(node)) for key, line, node in members] for members in (regular, parsed)]


REGULAR = [
    "",
    "\n",
    "# comment\n\n   # more\n",
    "A:",
    "A:\nB:\n",
    "A:\n  unit: V\n",
    '1CBAT:\n"2E5":\n  unit: "a: b # c"\n',
    "A:\n  description: a (b), c - d/e 5% x=1\n",
    "A:\n\n  # between\n  id: 5\n  cadence_s: -0.5\n",
    "A:\n  unit: null\n  id: NO\n",
    'A:\n  unit: ""\n',
    'A:\n  state_codes: {0: OFF, -1: "ON, or so", 2: null, 3: a b}\n',
    "A:\n  unit: V\n  unit: W\n",
    'A:\n  description: "25 °C ± 5"\n',
]


@pytest.mark.parametrize("text", REGULAR)
def test_the_regular_form_is_read_as_the_parser_reads_it(text):
    regular, parsed = both(text)
    assert regular is not None
    assert regular == parsed


@pytest.mark.parametrize(
    "text",
    [
        "  unit: V\n",
        "A:\n   unit: V\n",
        "A:\n  unit:\n",
        "A:\n  unit: 'V'\n",
        'A:\n  unit: "a\\tb"\n',
        "A:\n  unit: V # comment\n",
        "A:\n  unit: a: b\n",
        "A:\n  unit: a\n    b\n",
        "A:\n  limits: [1, 2]\n",
        "A:\n  limits: {red: [1, 2]}\n",
        "A:\n  <<: *b\n",
        "A:\n  unit: &x V\n",
        "A:\n  unit: !!str V\n",
        "A: {}\n",
        "- name: A\n",
        "---\nA:\n",
        "A:\r\n  unit: V\r\n",
        "A:\n  unit: |\n",
        'A:\n  unit: "a\u2028b"\n',
    ],
)
def test_any_other_form_is_left_to_the_parser(text):
    assert read_regular(text.encode()) is None


def test_what_is_not_utf_8_is_left_to_the_parser():
    assert read_regular(b"A:\n  unit: \xb0C\n") is None


WORDS = st.sampled_from(
    ["NO", "~", "null", "1e3", "-1", ".5", "a b", "(x)", '"q: #"', "{0: ON}", "{a: 1, b: 2}", "", "-", "...", "'x'"]
)
VALUES = WORDS | st.text("ab01 .,-+*&%@{}\"<>=()_/;:#'|?!é\xa0\u2029", max_size=8)
LINES = st.one_of(
    st.builds("  {}: {}".format, st.sampled_from(["unit", "id", "x_y"]), VALUES),
    st.builds("{}:".format, st.sampled_from(["A", '"B c"', "1X", "a.b-c", "null", "-", ""])),
    st.sampled_from(["", "# c", "   # d", "  "]),
    VALUES,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=4))
def test_pattern_and_parser_agree_on_whatever_the_pattern_takes(lines):
    regular, parsed = both("\n".join(["A:", *lines]))
    assert regular == parsed


def test_what_the_writer_writes_is_regular_where_its_texts_are_plain(tmp_path):
    entry = Entry("1A", description="ICE HK: +5V", limits=Limits(-1, 1e-7), state_codes={0: "OFF", 1: "1"}, unit="°C")
    write_yaml([entry, Entry("B")], tmp_path / "a.yaml")
    assert read_regular((tmp_path / "a.yaml").read_bytes()) is not None


def test_a_regular_file_is_loaded_without_a_yaml_parser(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert Tdb.load(write("A:\n  unit: V\n"))["a"].unit == "V"
