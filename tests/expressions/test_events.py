"""Event expressions: contract 4.9 and the vectors of its section 12."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressions.trees import GRID, any_events, inside, padded_events, spans, trees, truth
from jeta.errors import ExpressionError
from jeta.expressions import And, Event, Not, Or, events
from jeta.expressions.grammar import MAX_DEPTH
from jeta.expressions.tokens import MAX_LENGTH
from jeta.intervals import Intervals


def refused(expression):
    """The message with which an expression is refused."""
    with pytest.raises(ExpressionError) as caught:
        events.parse(expression)
    return str(caught.value)


def value_of(literal):
    """What a literal is read as."""
    ((_, value),) = events.parse(f"a[key={literal}]").arguments
    return value


def evaluated(expression, start_s=0.0, stop_s=100.0, **sets):
    """Start and stop of each interval, for event sets given as pairs."""
    known = {name: Intervals([row[0] for row in rows], [row[1] for row in rows]) for name, rows in sets.items()}
    return list(events.evaluate(events.parse(expression), lambda name, _: known[name], start_s, stop_s))


def test_contract_12_valid_pads_of_a_union():
    assert events.parse("safe_suns[pad=100000] | normal_suns[pad=100000]") == Or(
        (Event("safe_suns", (("pad", 100000),)), Event("normal_suns", (("pad", 100000),)))
    )


def test_contract_12_valid_quoted_argument():
    assert events.parse('ltt_bads[msid="AIRU2BT"]') == Event("ltt_bads", (("msid", "AIRU2BT"),))


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ("manvrs.x", "'.x'"),
        ("manvrs[1]", "'1'"),
        ("manvrs[pad=foo]", "'foo'"),
        ("manvrs[pad=1,]", "']'"),
        ('__import__("os")', "'\"os\"'"),
    ],
)
def test_contract_12_invalid(expression, word):
    """What the ancestor refuses with ValueError, and its wording."""
    assert f"Cannot identify word {word}" in refused(expression)


@pytest.mark.parametrize(
    "expression",
    ["a[[pad=1]]", "a[pad=[1]]", "a(1)", "a(pad=1)", "a[]", "a[pad=]", "a[=1]", "a[pad 1]", "a[x=1 y=2]", "a[x=y]", "a(",
     "a[x=1", "(a", "a)", "a[x=1](", "a()[x=1]", "a && b", "a || b", "!a", "a ^ b", "a; b", "a + b", "a-b", "a[x==1]", "| a",
     "a |", "a ~ b", "1", "'a'", "True", "a[x=0x10]", "a[x=1_0]", "a[x='1]", "ä", "a[x=\u2018b\u2019]", "a[x=`b`]", "a and b",
     "lambda: a"],
)  # fmt: skip
def test_contract_4_9_not_allowed(expression):
    """Nested brackets, positional arguments, names as values and whatever else is not in the language."""
    assert "expected" in refused(expression)


def test_two_names_beside_each_other_are_refused():
    """The ancestor joined them to one name."""
    assert "Cannot identify word 'b': expected & or |" in refused("a b")


@pytest.mark.parametrize("empty", ["", "  \n "])
def test_nothing_is_no_expression(empty):
    assert "expected the name of an event, ~ or (" in refused(empty)


@pytest.mark.parametrize("value", [None, 5, b"a", ["a"]])
def test_only_text_is_an_expression(value):
    assert "an expression must be text" in refused(value)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("1", 1), ("-300", -300), ("+5", 5), ("1.5", 1.5), (".5", 0.5), ("-1.", -1.0), ("1e5", 1e5), ("-2.5E-3", -0.0025),
        ("'x y'", "x y"), ('"it\'s"', "it's"), (r"'it\'s'", "it's"), (r"'C:\data'", r"C:\data"), (r"'a\\'", "a\\"), ("''", ""),
        ("True", True), ("False", False), ("None", None),
    ],
)  # fmt: skip
def test_literals(literal, value):
    """Negative numbers too, which the ancestor refused though its documentation used them."""
    read = value_of(literal)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("number", ["1e999", "9" * 400, "1" * 5000, "0" * 5000 + "1"])
def test_numbers_that_float64_cannot_hold_are_refused(number):
    assert "expected a number that float64 can hold" in refused(f"a[x={number}]")


@pytest.mark.parametrize("pad", ["'5'", "True"])
def test_pad_must_be_a_number(pad):
    assert "expected a number of seconds as pad" in refused(f"a[pad={pad}]")


def test_an_argument_stands_once():
    assert "Cannot identify word 'pad': expected each key at most once" in refused("a[pad=1, pad=2]")


def test_empty_parentheses_after_a_name_mean_nothing():
    assert events.parse("manvrs() | dumps( )") == events.parse("manvrs|dumps")


def test_precedence_is_that_of_python():
    a, b, c = Event("a"), Event("b"), Event("c")
    assert events.parse("a | ~b & c") == Or((a, And((Not(b), c))))
    assert events.parse("~(a | b) & c") == And((Not(Or((a, b))), c))


def test_error_points_at_the_place():
    problem, *shown = refused("manvrs & dumps[pad=x]").split("\n")
    assert problem.startswith("Cannot identify word 'x': expected a number, a text in quotes, True, False or None")
    assert problem.endswith("at character 20 of the expression")
    assert shown == ["  manvrs & dumps[pad=x]", "                     ^"]


def test_error_of_a_long_expression_shows_the_part_around_the_place():
    *_, shown, pointer = refused("abcdefghi | " * 50 + "b c" + "\n| d" * 50).split("\n")
    assert (shown[:5], shown[-3:], shown[pointer.index("^")]) == ("  ...", "...", "c")
    assert len(shown) < 100


def test_names_and_margin():
    tree = events.parse("b[pad=3] | a[x=1] & ~b[pad=-5]")
    assert (events.names(tree), events.margin_s(tree)) == (["b", "a"], 5.0)


def test_depth_is_limited():
    """An error, never a RecursionError."""
    deep = MAX_DEPTH - 1
    assert str(events.parse("(" * deep + "a" + ")" * deep)) == "a"
    for opening in ("(", "~", "~("):
        assert f"at most {MAX_DEPTH} parentheses" in refused(opening * 100_000 if len(opening) == 1 else opening * 5000)


def test_long_chains_are_not_deep():
    tree = events.parse(" | ".join(["a"] * 5000))
    assert len(tree.parts) == 5000


def test_length_is_limited():
    """A megabyte of anything is refused before it is read."""
    assert f"expected at most {MAX_LENGTH}" in refused("(a|" * 350_000)


@pytest.mark.parametrize("start", ["1", "'", '"', "`", "a[x=", "\\", "1.", " "])
def test_garbage_of_the_full_length_is_refused(start):
    """No pattern takes time that grows with the square of the length."""
    assert refused((start * MAX_LENGTH)[:MAX_LENGTH])


@given(st.text(max_size=30) | st.text("ab1.-+'\"()[]~|&=, pad\\\n", max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text):
    """What is read can be printed and read again; no other error comes out of the parser."""
    with suppress(ExpressionError):
        tree = events.parse(text)
        assert repr(events.parse(str(tree))) == repr(tree)


@given(trees(any_events))
@settings(max_examples=100, deadline=None)
def test_text_of_a_tree_parses_to_the_tree(tree):
    assert repr(events.parse(str(tree))) == repr(tree)


def test_union_intersection_and_complement():
    sets = {"a": [(10, 30), (50, 60)], "b": [(20, 55)]}
    assert evaluated("a | b", **sets) == [(10, 60)]
    assert evaluated("a & b", **sets) == [(20, 30), (50, 55)]
    assert evaluated("~a", **sets) == [(0, 10), (30, 50), (60, 100)]
    assert evaluated("a & ~b", **sets) == [(10, 20), (55, 60)]


def test_pad_lengthens_and_shortens_both_ends():
    """Of an event that is shorter than what is taken away, nothing is left."""
    sets = {"a": [(10, 20), (40, 43)]}
    assert evaluated("a[pad=5]", **sets) == [(5, 25), (35, 48)]
    assert evaluated("a[pad=-2]", **sets) == [(12, 18)]


def test_padded_events_that_meet_are_joined():
    assert evaluated("a[pad=6]", a=[(10, 20), (30, 40)]) == [(4, 46)]


def test_pad_brings_in_an_event_from_outside_the_request():
    assert evaluated("a[pad=10]", a=[(-20, -5), (105, 110)]) == [(0, 5), (95, 100)]


def test_pad_shortens_an_event_at_its_own_end_not_at_the_end_of_the_request():
    assert evaluated("a[pad=-10]", a=[(-50, 50)]) == [(0, 40)]


def test_result_lies_within_the_request():
    assert evaluated("a", 0, 100, a=[(-5, 5), (90, 150), (200, 300)]) == [(0, 5), (90, 100)]


def test_a_request_that_runs_backwards_holds_nothing():
    assert evaluated("~a | a", 100, 0, a=[(10, 20)]) == []


def test_arguments_other_than_pad_go_to_the_lookup():
    asked = []
    empty = Intervals(np.empty(0), np.empty(0))
    tree = events.parse("a[pad=1, obsid=8008, kind='x'] | b")
    events.evaluate(tree, lambda name, filters: asked.append((name, filters)) or empty, 0, 1)
    assert asked == [("a", {"obsid": 8008, "kind": "x"}), ("b", {})]


@given(trees(padded_events), spans(), spans(), spans())
@settings(max_examples=100, deadline=None)
def test_evaluation_is_that_of_truth_values_on_a_grid(tree, a, b, c):
    """At every point of a grid, with the padding done row by row."""
    sets = {"a": a, "b": b, "c": c}

    def leaf(event):
        pad_s = event.pad_s
        return inside(sets[event.name].tstart - pad_s, sets[event.name].tstop + pad_s)

    found = events.evaluate(tree, lambda name, _: sets[name], 0.0, 100.0)
    within = (GRID > 0) & (GRID < 100)
    assert np.array_equal(found.contains(GRID), truth(tree, leaf) & within)


@given(trees(padded_events), spans(), spans(), spans())
@settings(max_examples=50, deadline=None)
def test_event_sets_need_be_known_only_as_far_as_the_margin(tree, a, b, c):
    """Cut there, they give the same."""
    sets, margin_s = {"a": a, "b": b, "c": c}, events.margin_s(tree)
    cut = {name: spans.clipped(20.0 - margin_s, 80.0 + margin_s) for name, spans in sets.items()}
    whole, part = (events.evaluate(tree, lambda name, _, known=known: known[name], 20.0, 80.0) for known in (sets, cut))
    assert np.array_equal(whole.contains(GRID), part.contains(GRID))


def test_pad_may_be_none_for_no_pad():
    assert events.evaluate(events.parse("a[pad=None]"), lambda *_: Intervals([1.0], [2.0]), 0.0, 9.0) == Intervals(
        [1.0], [2.0]
    )
