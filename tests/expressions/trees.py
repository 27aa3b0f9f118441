"""Random expressions, and the plain way to evaluate them: one truth value for each point of a grid."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from jeta.expressions import And, Comparison, Event, MsidName, Not, Or
from jeta.intervals import Intervals

GRID = np.arange(-40, 241) / 2 + 0.25
"""Points at quarters, between all edges at halves, so that no point is an edge."""

event_names = st.sampled_from(["a", "b", "safe_suns", "_x1"])
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=8)
keys = st.sampled_from(["key", "msid", "n"])
arguments = st.dictionaries(keys, numbers | texts | st.booleans() | st.none(), max_size=2).map(dict.items).map(tuple)
pads = st.just(()) | st.integers(-6, 6).map(lambda pad_s: (("pad", pad_s / 2),))
msid_names = st.sampled_from(["TEPHIN", "4OBHTRMD", "A.B_1", "SC-VOLT", "1E5", "not", "True", "12"])
operators = st.sampled_from(["==", "!=", ">", "<", ">=", "<="])

padded_events = st.builds(Event, st.sampled_from(["a", "b", "c"]), pads)
any_events = st.builds(lambda name, one, two: Event(name, (*one, *two)), event_names, arguments, pads)
comparisons = st.builds(
    Comparison, msid_names, operators, numbers | texts | st.booleans() | st.builds(MsidName, msid_names)
)


def trees(leaves):
    """Expressions of some leaves."""
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
            | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        ),
        max_leaves=8,
    )


def spans():
    """Up to six intervals with edges at halves, in any order, overlapping, touching or empty."""
    edges = st.tuples(st.integers(-40, 240), st.integers(0, 40))
    return st.lists(edges, max_size=6).map(
        lambda rows: Intervals(
            np.array([first / 2 for first, _ in rows]), np.array([(first + length) / 2 for first, length in rows])
        )
    )


def truth(tree, leaf):
    """Truth of an expression at each point of the grid."""
    if isinstance(tree, Or):
        return np.any([truth(part, leaf) for part in tree.parts], axis=0)
    if isinstance(tree, And):
        return np.all([truth(part, leaf) for part in tree.parts], axis=0)
    return ~truth(tree.part, leaf) if isinstance(tree, Not) else leaf(tree)


def inside(tstart, tstop):
    """Which points of the grid lie in any of some intervals."""
    return np.any((tstart <= GRID[:, None]) & (GRID[:, None] <= tstop), axis=1)
