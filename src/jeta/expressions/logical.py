"""Logical expressions over MSIDs, such as ``"AOPCADMD == 'NPNT' & 4OBHTRMD != 'OFF'"``.

======================  =====================================================================================================
written                 meaning
======================  =====================================================================================================
``MSID == value``       where the samples compare so; also ``!= > < >= <=``
``value < MSID``        the same, turned round
``1 < MSID <= 3``       both comparisons
``MSID > OTHER``        two MSIDs compared
``MSID``                of truth values: ``MSID == True``
``~ & |``, ``not and``  complement within the span of the request, intersection, union; they bind in this order. Either
``or``                  signs or words, not both in one expression
``( )``                 grouping
======================  =====================================================================================================

Comparisons bind tighter than ``~ & |``, unlike Python's: ``A > 1 & B < 2`` needs no parentheses. With the parentheses that
Python and pandas need, it means the same. A complement is true wherever its part is not known to be true, gaps in the
data included; ``A != 1`` is true only where A has samples.

Names of MSIDs are letters, digits, ``_`` and ``.``, with at least one letter. Others, and those that read as a number or a
word of the language (``1E5``, ``not``), stand between backticks::

    `SC-VOLT` > 5

Values are numbers, with or without a sign; texts in single or double quotes; True and False.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from jeta.expressions.grammar import Cursor, parse_combination
from jeta.expressions.tokens import Lexicon, quoted, refuse
from jeta.expressions.tree import And, Node, combine, leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.intervals import Intervals

OPERATORS = ("==", "!=", ">", "<", ">=", "<=")
"""The comparisons that there are."""

_TURNED = {"==": "==", "!=": "!=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
_WORDS = {"and": "&", "or": "|", "not": "~"}
_LEXICON = Lexicon(
    name=r"(?=[0-9_.]*[A-Za-z])[A-Za-z0-9_.]+|`[^`\n]+`",
    sign=r"[=!<>]=|[()~|&<>]",
    words=_WORDS,
    advice="expected comparisons such as MSID > 5 or MSID == 'ON', joined by & and |, with ~ and ( ); "
    "a name of other characters than letters, digits, _ and . stands between backticks",
)


@dataclass(frozen=True, slots=True)
class MsidName:
    """An MSID as the right side of a comparison.

    Attributes
    ----------
    name : str
        Its name as written.
    """

    name: str

    def __str__(self) -> str:
        return _name_text(self.name)


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """One comparison of an MSID.

    Attributes
    ----------
    msid : str
        Its name as written.
    op : {'==', '!=', '>', '<', '>=', '<='}
        The comparison.
    value : int, float, str, bool or MsidName
        What the samples are compared with.
    """

    msid: str
    op: str
    value: int | float | str | bool | MsidName
    binds: ClassVar[int] = 0

    def __str__(self) -> str:
        value = str(self.value) if isinstance(self.value, MsidName) else quoted(self.value)
        return f"{_name_text(self.msid)} {self.op} {value}"


def parse(expression: str) -> Node:
    """Read a logical expression.

    Parameters
    ----------
    expression : str
        The text.

    Returns
    -------
    Node
        `Comparison`, or `jeta.expressions.Or`, `And`, `Not` of such.

    Raises
    ------
    ExpressionError
        If the text is no logical expression; the message points at the place.

    Examples
    --------
    >>> str(parse("TEPHIN > 300 and not 4OBHTRMD == 'OFF'"))
    "(TEPHIN > 300) & ~(4OBHTRMD == 'OFF')"
    >>> str(parse("-5 <= AOGYRCT1 < 5"))
    '(AOGYRCT1 >= -5) & (AOGYRCT1 < 5)'
    """
    cursor = Cursor(expression, _LEXICON)
    _check_style(cursor)
    return parse_combination(cursor, _comparisons)


def names(tree: Node) -> list[str]:
    """List the MSIDs that an expression names.

    Parameters
    ----------
    tree : Node
        The expression.

    Returns
    -------
    list of str
        Each spelling once, in the order of the expression.

    Examples
    --------
    >>> names(parse("B > 1 | A < B"))
    ['B', 'A']
    """
    found: dict[str, None] = {}
    for leaf in leaves(tree):
        if isinstance(leaf, Comparison):
            found[leaf.msid] = None
            if isinstance(leaf.value, MsidName):
                found[leaf.value.name] = None
    return list(found)


def evaluate(
    tree: Node,
    spans_of: Callable[[str, str, int | float | str | bool], Intervals],
    spans_between: Callable[[str, str, str], Intervals],
    start_s: float,
    stop_s: float,
) -> Intervals:
    """Return where a logical expression is true.

    Parameters
    ----------
    tree : Node
        The expression.
    spans_of : callable
        ``spans_of(msid, op, value)`` gives where the samples of an MSID compare so with a value, seconds.
    spans_between : callable
        ``spans_between(msid, op, other)`` gives where two MSIDs compare so, seconds.
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
    >>> hot = Intervals(np.array([10.0]), np.array([20.0]))
    >>> where = evaluate(parse("~(A > 300)"), lambda msid, op, value: hot, lambda msid, op, other: hot, 0.0, 30.0)
    >>> where.tstart, where.tstop
    (array([ 0., 20.]), array([10., 30.]))
    """

    def spans(leaf: Node) -> Intervals:
        if not isinstance(leaf, Comparison):
            raise TypeError(f"expected a tree of comparisons, as parse returns it, but it holds {leaf!r}")
        if isinstance(leaf.value, MsidName):
            return spans_between(leaf.msid, leaf.op, leaf.value.name)
        return spans_of(leaf.msid, leaf.op, leaf.value)

    return combine(tree, spans, start_s, stop_s)


def _check_style(cursor: Cursor) -> None:
    """Refuse words beside signs: Python gives them different ranks, so that the meaning would be a guess."""
    joins = [token for token in cursor.tokens if token.kind == "sign" and token.value in _WORDS.values()]
    for token in joins:
        if (token.text in _WORDS) != (joins[0].text in _WORDS):
            problem = (
                f"expected & | ~ or the words and, or, not throughout, but found both {joins[0].text} and {token.text}"
            )
            refuse(cursor.expression, token.at, problem)


def _comparisons(cursor: Cursor) -> Node:
    """Read a bare name, a comparison or a chain of them."""
    left = _operand(cursor)
    if not cursor.at_sign(*OPERATORS):
        if isinstance(left, MsidName):
            return Comparison(left.name, "==", True)
        cursor.refuse(f"a comparison with an MSID after {quoted(left)}, as in MSID == {quoted(left)}")
    parts: list[Node] = []
    while cursor.at_sign(*OPERATORS):
        sign = cursor.take()
        right = _operand(cursor)
        if isinstance(left, MsidName):
            parts.append(Comparison(left.name, str(sign.value), right))
        elif isinstance(right, MsidName):
            parts.append(Comparison(right.name, _TURNED[str(sign.value)], left))
        else:
            refuse(cursor.expression, sign.at, f"expected the name of an MSID on one side of {sign.text} at least")
        left = right
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _operand(cursor: Cursor) -> MsidName | int | float | str | bool:
    """Read a name or a value."""
    token = cursor.token
    if token.kind == "name":
        return MsidName(str(cursor.take().value))
    if token.kind != "literal" or token.value is None:
        cursor.refuse("the name of an MSID, a number, a text in quotes, True or False")
    cursor.take()
    return token.value


def _name_text(name: str) -> str:
    """Return a name as an expression writes it."""
    return name if _LEXICON.is_bare_name(name) else f"`{name}`"
