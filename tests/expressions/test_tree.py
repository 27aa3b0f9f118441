"""What both languages have in common: or, and, not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from expressions.trees import GRID, padded_events, spans, trees
from jeta.expressions import And, Event, Not, Or
from jeta.expressions.events import evaluate
from jeta.expressions.tree import combine, leaves
from jeta.intervals import Intervals

A, B, C = Event("a"), Event("b"), Event("c")
WITHIN = (0.0, 100.0)


def combined(tree, **sets):
    """Start and stop of each interval, within 0 to 100 s."""
    return list(combine(tree, lambda leaf: sets[leaf.name], *WITHIN))


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Or((A, B, C)), "a | b | c"),
        (Or((Or((A, B)), C)), "(a | b) | c"),
        (And((A, Or((B, C)))), "a & (b | c)"),
        (Or((A, And((B, C)))), "a | b & c"),
        (And((And((A, B)), C)), "(a & b) & c"),
        (Not(A), "~a"),
        (Not(Not(A)), "~~a"),
        (Not(And((A, B))), "~(a & b)"),
        (And((Not(A), B)), "~a & b"),
    ],
)
def test_text_has_the_parentheses_it_needs(tree, text):
    assert str(tree) == text


def test_trees_can_be_compared_and_be_keys():
    assert len({Or((A, B)), Or((A, B)), Or((B, A)), And((A, B))}) == 3


def test_trees_cannot_be_changed():
    with pytest.raises(AttributeError):
        Not(A).part = B


def test_leaves_come_from_left_to_right():
    assert list(leaves(Or((And((A, Not(B))), C, A)))) == [A, B, C, A]


def test_leaves_are_cut_to_the_request_and_merged():
    assert combined(A, a=Intervals([90.0, -5.0, 1.0], [200.0, 3.0, 4.0])) == [(0, 4), (90, 100)]


def test_what_only_touches_has_no_time_in_common():
    """The edge is where one gave way to the other; a pad must not make time of it."""
    assert combined(And((A, B)), a=Intervals([10.0], [20.0]), b=Intervals([20.0], [30.0])) == []


def test_an_instant_inside_of_the_other_is_left():
    assert combined(And((A, B)), a=Intervals([10.0], [20.0]), b=Intervals([20.0], [20.0])) == [(20, 20)]


def test_complement_of_nothing_is_the_request():
    assert combined(Not(A), a=Intervals([], [])) == [WITHIN]


def test_complement_of_everything_is_nothing():
    assert combined(Not(A), a=Intervals([-5.0], [500.0])) == []


@pytest.mark.parametrize("start_s", [0.0, 50.0])
def test_a_request_may_be_an_instant(start_s):
    found = combine(A, lambda _: Intervals([40.0], [60.0]), start_s, start_s)
    assert list(found) == [(start_s, start_s)] * (start_s == 50)


def found(tree, sets):
    """Truth of an expression on the grid."""
    return evaluate(tree, lambda name, _: sets[name], *WITHIN).contains(GRID)


@given(trees(padded_events), trees(padded_events), spans(), spans(), spans())
@settings(max_examples=50, deadline=None)
def test_de_morgan(one, two, a, b, c):
    """What is in neither is outside both."""
    sets = {"a": a, "b": b, "c": c}
    assert np.array_equal(found(Not(Or((one, two))), sets), found(And((Not(one), Not(two))), sets))


@given(trees(padded_events), spans(), spans(), spans())
@settings(max_examples=50, deadline=None)
def test_idempotence_and_double_complement(tree, a, b, c):
    sets = {"a": a, "b": b, "c": c}
    for same in (Or((tree, tree)), And((tree, tree)), Not(Not(tree)), Or((tree, And((tree, A))))):
        assert np.array_equal(found(same, sets), found(tree, sets))


@given(trees(padded_events), spans(), spans(), spans())
@settings(max_examples=50, deadline=None)
def test_results_are_in_order_apart_and_within_the_request(tree, a, b, c):
    where = evaluate(tree, lambda name, _: {"a": a, "b": b, "c": c}[name], *WITHIN)
    assert np.all(where.tstop[:-1] < where.tstart[1:])
    assert np.all((where.tstart >= 0) & (where.tstop <= 100))
