"""YAML text to nodes, with the parser."""

from __future__ import annotations

import pytest
import yaml

from jeta.errors import TdbError
from jeta.tdb.document import read_members
from jeta.tdb.nodes import Branch, Null, show


def members(text):
    """Members of a text, or of bytes, from file ``f``."""
    return list(read_members(text if isinstance(text, bytes) else text.encode(), "f"))


def test_a_mapping_gives_key_line_and_value():
    assert members("A: x\n\nB: [y, {c: z}]\n") == [("A", 1, "x"), ("B", 3, ["y", Branch([("c", 3, "z")])])]


def test_a_sequence_gives_no_key():
    assert members("- x\n- a: 1\n  b: 2\n") == [(None, 1, "x"), (None, 2, Branch([("a", 2, "1"), ("b", 3, "2")]))]


def test_scalars_are_texts_as_written():
    ((_, _, node),) = members("A: [NO, 1e3, 0x10, '5', \"a\\tb\", !!int 7]")
    assert node == ["NO", "1e3", "0x10", "5", "a\tb", "7"]


def test_only_a_plain_null_is_null():
    ((_, _, node),) = members("A: [~, null, '', \"~\", 'null']")
    assert [isinstance(item, Null) for item in node] == [True, True, False, False, False]
    assert node == ["~", "null", "", "~", "null"]


def test_documents_follow_each_other():
    assert members("A: 1\n---\nB: 2\n...\n") == [("A", 1, "1"), ("B", 3, "2")]


def test_an_alias_is_what_its_anchor_marks():
    assert members("A: &x [1]\nB: *x\nC: &y 2\nD: *y\n") == [
        ("A", 1, ["1"]),
        ("B", 2, ["1"]),
        ("C", 3, "2"),
        ("D", 4, "2"),
    ]


def test_a_merge_key_brings_what_is_not_there():
    text = "A: &a {x: 1, y: 2}\nB: &b {y: 3, z: 4}\nC:\n  <<: [*a, *b]\n  x: 5\n"
    _, _, node = members(text)[2]
    assert node.items == [("x", 5, "5"), ("y", 1, "2"), ("z", 2, "4")]


@pytest.mark.parametrize("value", ["text", "[1, 2]"])
def test_what_cannot_be_merged_stays_under_its_key(value):
    ((_, _, node),) = members(f"A:\n  <<: {value}\n")
    assert {key for key, _, _ in node.items} == {"<<"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A: 1\nB: [1\nC: 2\n", "f:3: expected YAML, but while parsing a flow sequence"),
        ("A: 1\n\tB: 2\n", "f:2: expected YAML, but while scanning"),
        ("A: 'x\n", "f:2: expected YAML, but while scanning a quoted scalar"),
        ("A: 1\n  B: 2\n", "f:2: expected YAML, but mapping values are not allowed"),
        (b"A: 1\nB: \xff\n", "f:2: expected YAML in UTF-8, but found"),
        (b"A: 1\n\nB: \x07\n", "f:3: expected YAML in UTF-8, but found"),
        ("just text", "f:1: expected a mapping of MSID names, but found 'just text'"),
        ("[a]: 1", "f:1: expected text as a key, but found SequenceStart"),
        ("A: {[b]: 1}", "f:1: expected text as a key, but found SequenceStart"),
        ("A: 1\nB: *x\n", "f:2: the alias *x has no anchor &x before it"),
        ("A: &x 1\n---\nB: *x\n", "f:3: the alias *x has no anchor &x before it"),
    ],
)
def test_what_is_not_yaml_is_told_with_file_and_line(text, said):
    with pytest.raises(TdbError) as caught:
        members(text)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("text", ["A: {b: [1, '~', ~], c: d}\n", "- a: &x 1\n  b: *x\n"])
def test_the_parser_written_in_python_gives_the_same(text, monkeypatch):
    fast = members(text)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert members(text) == fast


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("x", "'x'"),
        (Null("~"), "'~'"),
        (["1", ["2"]], "[1, [2]]"),
        (Branch([("a", 1, "1"), ("b", 2, Branch([]))]), "{a: 1, b: {}}"),
        ("x" * 100, "'" + "x" * 56 + "..."),
    ],
)
def test_a_node_is_shown_as_yaml_and_cut_short(node, expected):
    assert show(node) == expected
