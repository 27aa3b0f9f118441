"""Logical expressions over MSIDs."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressions.trees import GRID, comparisons, inside, spans, trees, truth
from jeta.errors import ExpressionError
from jeta.expressions import And, Comparison, MsidName, Not, Or, logical
from jeta.expressions.tree import leaves
from jeta.intervals import Intervals

A, B, C = Comparison("A", ">", 1), Comparison("B", "<", 2), Comparison("C", "==", "ON")


def refused(expression):
    """The message with which an expression is refused."""
    with pytest.raises(ExpressionError) as caught:
        logical.parse(expression)
    return str(caught.value)


@pytest.mark.parametrize(
    ("expression", "tree"),
    [
        ("TEPHIN > 300", Comparison("TEPHIN", ">", 300)),
        ("-5 <= AOGYRCT1", Comparison("AOGYRCT1", ">=", -5)),
        ("A>-5", Comparison("A", ">", -5)),
        ("'ON' == A", Comparison("A", "==", "ON")),
        ("A != True", Comparison("A", "!=", True)),
        ("A >= B", Comparison("A", ">=", MsidName("B"))),
        ("A", Comparison("A", "==", True)),
        ("~A", Not(Comparison("A", "==", True))),
        ("1 < A < 3", And((Comparison("A", ">", 1), Comparison("A", "<", 3)))),
        ("A == B != C", And((Comparison("A", "==", MsidName("B")), Comparison("B", "!=", MsidName("C"))))),
        ("AOPCADMD == 'NPNT' & 4OBHTRMD != 'OFF'",
         And((Comparison("AOPCADMD", "==", "NPNT"), Comparison("4OBHTRMD", "!=", "OFF")))),
        ("(A > 1 | B < 2) & ~(C == 'ON')", And((Or((A, B)), Not(C)))),
        ("A > 1 or B < 2 and not C == 'ON'", Or((A, And((B, Not(C)))))),
    ],
)  # fmt: skip
def test_expressions(expression, tree):
    assert repr(logical.parse(expression)) == repr(tree)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("A > 1 & B < 2", "(A > 1) & (B < 2)"),
        ("~A > 1 | B < 2", "(~(A > 1)) | (B < 2)"),
        ("A > 1 & B < 2 | C == 'ON'", "((A > 1) & (B < 2)) | (C == 'ON')"),
        ("A > 1 and B < 2", "A > 1 & B < 2"),
    ],
)
def test_comparisons_bind_tighter_than_what_joins_them(written, same):
    """The parentheses that pandas needs are allowed, not required."""
    assert logical.parse(written) == logical.parse(same)


@pytest.mark.parametrize("name", ["4OBHTRMD", "1E5X", "5.A", "_A", "a.b_c", "E1", "1e", "not_", "True1", "3E"])
def test_names_may_begin_with_a_digit(name):
    assert logical.names(logical.parse(f"{name} > 1")) == [name]


@pytest.mark.parametrize("name", ["SC-VOLT", "1E5", "12", "not", "and", "True", "A B", "A'B", "a|b"])
def test_other_names_stand_between_backticks(name):
    tree = logical.parse(f"`{name}` > 1")
    assert (tree.msid, str(tree)) == (name, f"`{name}` > 1")


def test_a_number_is_not_a_name():
    assert logical.parse("A > 1e5").value == 100000.0
    assert logical.parse("A > 1E-5").value == 1e-05


@pytest.mark.parametrize(
    "expression",
    ["A > 1 B < 2", "A B", "A >", "> 1", "A = 1", "A === 1", "A <> 1", "A > > 1", "A && B", "!A", "1 < 2", "1 < 2 < A", "5",
     "'ON'", "True", "A == None", "None", "A - B > 1", "A-1 > 2", "abs(A) > 1", "A() > 1", "A > (1)", "A[0] > 1", "A > 1,",
     "A in (1, 2)", "A is True", "(A > 1", "A > 1)", "()", "`A > 1", "`` > 1", "A > 'ON", "A > \u201cON\u201d", "", "A|", "A > 1_0",
     "__import__('os').system('x')", "A > --1", "A > nan & lambda: 1"],
)  # fmt: skip
def test_anything_else_is_refused(expression):
    message = refused(expression)
    assert "expected" in message
    assert message.endswith("^")


def test_names_beside_each_other_are_pointed_at():
    assert refused("A > 1 B < 2").startswith("Cannot identify word 'B': expected & or |")


def test_advice_for_names_with_a_dash():
    assert "stands between backticks" in refused("SC-VOLT > 1")


@pytest.mark.parametrize("mixed", ["A | B and C", "not A & B", "A or B & C"])
def test_signs_and_words_are_not_mixed(mixed):
    """Python ranks them differently."""
    assert "expected & | ~ or the words and, or, not throughout" in refused(mixed)


def test_names_are_listed_once_in_order():
    tree = logical.parse("B > 1 & (A < C | ~B == 'x') | D")
    assert logical.names(tree) == ["B", "A", "C", "D"]


@pytest.mark.parametrize("text", ["(", "~", "~(", "not "])
def test_depth_is_limited(text):
    """An error, never a RecursionError."""
    assert "parentheses and complements within each other" in refused(text * 20_000)


@given(st.text(max_size=30) | st.text("ABe15.-+'\"()~|&=<>! `\\andortTrue", max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text):
    """What is read can be printed and read again; no other error comes out of the parser."""
    with suppress(ExpressionError):
        tree = logical.parse(text)
        assert repr(logical.parse(str(tree))) == repr(tree)


@given(trees(comparisons))
@settings(max_examples=100, deadline=None)
def test_text_of_a_tree_parses_to_the_tree(tree):
    assert repr(logical.parse(str(tree))) == repr(tree)


def test_evaluation_asks_for_each_comparison():
    asked = []
    hot, cold = Intervals([10.0], [20.0]), Intervals([15.0], [40.0])
    tree = logical.parse("A > 1 & ~(B <= C)")
    found = logical.evaluate(tree, lambda *of: asked.append(of) or hot, lambda *of: asked.append(of) or cold, 0.0, 30.0)
    assert asked == [("A", ">", 1), ("B", "<=", "C")]
    assert list(found) == [(10.0, 15.0)]


@given(trees(comparisons), st.lists(spans(), min_size=4, max_size=4))
@settings(max_examples=50, deadline=None)
def test_evaluation_is_that_of_truth_values_on_a_grid(tree, known):
    """Each comparison is true somewhere; which of four it is, depends on its text."""
    pick = {leaf: known[at % 4] for at, leaf in enumerate(dict.fromkeys(map(str, leaves(tree))))}
    found = logical.evaluate(
        tree,
        lambda msid, op, value: pick[str(Comparison(msid, op, value))],
        lambda msid, op, other: pick[str(Comparison(msid, op, MsidName(other)))],
        0.0,
        100.0,
    )
    expected = truth(tree, lambda leaf: inside(pick[str(leaf)].tstart, pick[str(leaf)].tstop))
    assert np.array_equal(found.contains(GRID), expected & (GRID > 0) & (GRID < 100))
