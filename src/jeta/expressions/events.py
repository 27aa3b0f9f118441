"""Event expressions, such as ``"manvrs[pad=-300] & ~(dumps | obsids[obsid=8008])"``.

=====================  ======================================================================================================
written                meaning
=====================  ======================================================================================================
``name``, ``name()``   the intervals of an event set
``name[key=literal]``  those of its intervals whose column ``key`` is the literal; several, with commas between them, must all hold
``name[pad=seconds]``  each interval longer by that much at both ends; shorter where negative
``~ & |``              complement within the span of the request, intersection, union; they bind in this order, as in Python
``( )``                grouping
=====================  ======================================================================================================

Names are letters, digits and ``_``. Literals are numbers, with or without a sign; texts in single or double quotes, in which
a backslash stands before a quote or a backslash; True, False and None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from jeta.expressions.grammar import Cursor, parse_combination
from jeta.expressions.tokens import Lexicon, Literal, quoted, refuse
from jeta.expressions.tree import Node, combine, leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.intervals import Intervals

PAD = "pad"
"""The argument that lengthens or shortens intervals."""

_LEXICON = Lexicon(
    name=r"[A-Za-z_][A-Za-z0-9_]*",
    sign=r"[()\[\]~|&=,]",
    words={},
    advice="expected names of events joined by & and |, with ~, ( ) and arguments as in name[pad=300]",
)


@dataclass(frozen=True, slots=True)
class Event(Node):
    """An event set, and what is asked of it.

    Attributes
    ----------
    name : str
        Its name.
    arguments : tuple of (str, int, float, str, bool or None)
        Key and value, in the order written; ``pad`` among them.
    """

    name: str
    arguments: tuple[tuple[str, Literal], ...] = ()
    binds: ClassVar[int] = 4

    @property
    def pad_s(self) -> float:
        """By how much each interval is lengthened at both ends, s; negative if shortened."""
        return next((float(value) for key, value in self.arguments if key == PAD and value is not None), 0.0)

    @property
    def filters(self) -> dict[str, Literal]:
        """The arguments without the pad."""
        return {key: value for key, value in self.arguments if key != PAD}

    def __str__(self) -> str:
        arguments = ", ".join(f"{key}={quoted(value)}" for key, value in self.arguments)
        return f"{self.name}[{arguments}]" if arguments else self.name


def is_name(text: str) -> bool:
    """Whether a text can be the name of an event set.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        True for letters, digits and ``_`` that do not start with a digit, and are not True, False or None.

    Examples
    --------
    >>> is_name("safe_suns"), is_name("safe-suns")
    (True, False)
    """
    return _LEXICON.is_bare_name(text)


def parse(expression: str) -> Node:
    """Read an event expression.

    Parameters
    ----------
    expression : str
        The text.

    Returns
    -------
    Node
        `Event`, or `jeta.expressions.Or`, `And`, `Not` of such.

    Raises
    ------
    ExpressionError
        If the text is no event expression; the message points at the place.

    Examples
    --------
    >>> str(parse("(manvrs[ pad = -300 ])&~dumps()"))
    'manvrs[pad=-300] & ~dumps'
    """
    return parse_combination(Cursor(expression, _LEXICON), _event)


def names(tree: Node) -> list[str]:
    """List the event sets that an expression names.

    Parameters
    ----------
    tree : Node
        The expression.

    Returns
    -------
    list of str
        Each once, in the order of the expression.

    Examples
    --------
    >>> names(parse("b | a & ~b"))
    ['b', 'a']
    """
    return list(dict.fromkeys(leaf.name for leaf in leaves(tree) if isinstance(leaf, Event)))


def margin_s(tree: Node) -> float:
    """Return how far beyond the request event sets must be known, so that pads are right at its ends.

    Parameters
    ----------
    tree : Node
        The expression.

    Returns
    -------
    float
        The largest pad without its sign, seconds.

    Examples
    --------
    >>> margin_s(parse("a[pad=-300] | b[pad=5]"))
    300.0
    """
    return max(abs(leaf.pad_s) for leaf in leaves(tree) if isinstance(leaf, Event))


def evaluate(
    tree: Node, lookup: Callable[[str, dict[str, Literal]], Intervals], start_s: float, stop_s: float
) -> Intervals:
    """Return where an event expression is true.

    Parameters
    ----------
    tree : Node
        The expression.
    lookup : callable
        ``lookup(name, arguments)`` gives the intervals of an event set, seconds; `arguments` are those of the expression without
        the pad. The intervals may reach beyond the request, and should by `margin_s`.
    start_s, stop_s : float
        The span of the request, seconds; complements are taken within it.

    Returns
    -------
    Intervals
        Within the request, in order, and apart from each other.

    Examples
    --------
    >>> import numpy as np
    >>> from jeta.intervals import Intervals
    >>> known = {"a": Intervals(np.array([10.0]), np.array([20.0]))}
    >>> where = evaluate(parse("~a[pad=-2]"), lambda name, arguments: known[name], 0.0, 30.0)
    >>> where.tstart, where.tstop
    (array([ 0., 18.]), array([12., 30.]))
    """

    def spans(leaf: Node) -> Intervals:
        if not isinstance(leaf, Event):
            raise TypeError(f"expected a tree of events, as parse returns it, but it holds {leaf!r}")
        found = lookup(leaf.name, leaf.filters)
        return found.padded(leaf.pad_s, leaf.pad_s) if leaf.pad_s else found

    return combine(tree, spans, start_s, stop_s)


def _event(cursor: Cursor) -> Event:
    """Read a name and its arguments."""
    if cursor.token.kind != "name":
        cursor.refuse("the name of an event, ~ or (")
    name = str(cursor.take().value)
    if cursor.accept("("):
        cursor.expect(")", f") at once; arguments stand in brackets, as in {name}[pad=300]")
        return Event(name)
    return Event(name, _arguments(cursor) if cursor.accept("[") else ())


def _arguments(cursor: Cursor) -> tuple[tuple[str, Literal], ...]:
    """Read arguments and the bracket that closes them."""
    arguments: dict[str, Literal] = {}
    while True:
        if cursor.token.kind != "name":
            cursor.refuse("key=value, as in [pad=300]")
        if cursor.token.text in arguments:
            cursor.refuse("each key at most once")
        key = str(cursor.take().value)
        cursor.expect("=", f"= and a value after {key!r}")
        arguments[key] = _literal(cursor, key)
        if cursor.accept("]"):
            return tuple(arguments.items())
        cursor.expect(",", "a comma and another argument, or ]")


def _literal(cursor: Cursor, key: str) -> Literal:
    """Read the value of an argument; a pad must be a number, or None for none."""
    if cursor.token.kind != "literal":
        cursor.refuse("a number, a text in quotes, True, False or None as value")
    token = cursor.take()
    if key == PAD and (isinstance(token.value, bool) or not isinstance(token.value, int | float | None)):
        refuse(cursor.expression, token.at, f"expected a number of seconds as pad, got {token.text}")
    return token.value
