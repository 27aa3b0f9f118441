"""What expressions of all kinds are made of: leaves joined by "or", "and" and "not"; printed, walked and evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from jeta.intervals import Intervals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Node:
    """A part of an expression; ``str`` of it is an expression that parses to an equal node.

    Attributes
    ----------
    binds : int
        How tightly its parts hang together when printed; 0 if it always needs parentheses as a part.
    """

    __slots__ = ()
    binds: ClassVar[int] = 4


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Union.

    Attributes
    ----------
    parts : tuple of Node
        Two or more.
    """

    parts: tuple[Node, ...]
    binds: ClassVar[int] = 1

    def __str__(self) -> str:
        return " | ".join(_within(part, 1) for part in self.parts)


@dataclass(frozen=True, slots=True)
class And(Node):
    """Intersection.

    Attributes
    ----------
    parts : tuple of Node
        Two or more.
    """

    parts: tuple[Node, ...]
    binds: ClassVar[int] = 2

    def __str__(self) -> str:
        return " & ".join(_within(part, 2) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Complement within the span of the request.

    Attributes
    ----------
    part : Node
        What is not to be.
    """

    part: Node
    binds: ClassVar[int] = 3

    def __str__(self) -> str:
        return "~" + _within(self.part, 2)


def leaves(tree: Node) -> Iterator[Node]:
    """Walk the leaves of an expression.

    Parameters
    ----------
    tree : Node
        The expression.

    Yields
    ------
    Node
        Each part that is no `Or`, `And` or `Not`, from left to right.
    """
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Or | And):
            waiting.extend(reversed(node.parts))
        elif isinstance(node, Not):
            waiting.append(node.part)
        else:
            yield node


def combine(tree: Node, spans: Callable[[Node], Intervals], start_s: float, stop_s: float) -> Intervals:
    """Combine the spans of the leaves as an expression says.

    Parameters
    ----------
    tree : Node
        The expression.
    spans : callable
        Gives the spans of a leaf, seconds; they may reach beyond the request.
    start_s, stop_s : float
        The span of the request, seconds; complements are taken within it.

    Returns
    -------
    Intervals
        Where the expression is true within the request: in order, and apart from each other. None if the request
        runs backwards.
    """
    if start_s > stop_s:
        return Intervals(np.empty(0), np.empty(0))
    if isinstance(tree, Or):
        return reduce(Intervals.union, (combine(part, spans, start_s, stop_s) for part in tree.parts))
    if isinstance(tree, And):
        return reduce(_both, (combine(part, spans, start_s, stop_s) for part in tree.parts))
    if isinstance(tree, Not):
        # Closed intervals on both sides of a single instant touch there.
        return combine(tree.part, spans, start_s, stop_s).complement(start_s, stop_s).merged()
    return spans(tree).clipped(start_s, stop_s).merged()


def _both(one: Intervals, two: Intervals) -> Intervals:
    """Where both are true; an instant is left only where one of the two has it as such."""
    # Spans that only follow on each other share no time: their edge is where one value gave way to the next.
    common = one.intersection(two)
    instants = np.concatenate([part.tstart[part.tstart == part.tstop] for part in (one, two)])
    keep = (common.tstop > common.tstart) | np.isin(common.tstart, instants)
    return Intervals(common.tstart[keep], common.tstop[keep])


def _within(part: Node, binds: int) -> str:
    """Return the text of a part, in parentheses where it would otherwise be read differently."""
    return f"({part})" if part.binds <= binds else str(part)
