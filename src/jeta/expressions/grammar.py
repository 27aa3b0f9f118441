"""How leaves are joined in both languages: ``~`` binds tightest, then ``&``, then ``|``; parentheses group."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from jeta.expressions.tokens import Lexicon, Token, refuse, shown_word, tokenize
from jeta.expressions.tree import And, Node, Not, Or

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 50
"""How many parentheses and complements may stand within each other."""


class Cursor:
    """The words of an expression and how far they have been read.

    Parameters
    ----------
    expression : str
        The text.
    lexicon : Lexicon
        The words that there are.

    Raises
    ------
    ExpressionError
        If something is no word of the language.
    """

    def __init__(self, expression: str, lexicon: Lexicon) -> None:
        self.expression = expression
        self.tokens = tokenize(expression, lexicon)
        self._index = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        """The word to be read next."""
        return self.tokens[self._index]

    def take(self) -> Token:
        """Read one word.

        Returns
        -------
        Token
            The word; the end is never passed.
        """
        token = self.token
        if token.kind != "end":
            self._index += 1
        return token

    def at_sign(self, *signs: str) -> bool:
        """Whether the next word is one of some signs.

        Parameters
        ----------
        *signs : str
            The signs.

        Returns
        -------
        bool
            True if so; nothing is read.
        """
        return self.token.kind == "sign" and self.token.value in signs

    def accept(self, sign: str) -> bool:
        """Read a sign if it comes next.

        Parameters
        ----------
        sign : str
            The sign.

        Returns
        -------
        bool
            Whether it came.
        """
        found = self.at_sign(sign)
        if found:
            self.take()
        return found

    def expect(self, sign: str, expected: str) -> None:
        """Read a sign that must come next.

        Parameters
        ----------
        sign : str
            The sign.
        expected : str
            How a message words it.

        Raises
        ------
        ExpressionError
            If something else comes.
        """
        if not self.accept(sign):
            self.refuse(expected)

    def refuse(self, expected: str) -> NoReturn:
        """Refuse the expression for its next word, which has no place there.

        Parameters
        ----------
        expected : str
            What would be right.

        Raises
        ------
        ExpressionError
            Always.
        """
        token = self.token
        if token.kind == "end":
            problem = f"expected {expected}, but the expression {'ends' if token.at else 'is empty'}"
        else:
            problem = f"Cannot identify word {shown_word(token.text)}: expected {expected}"
        refuse(self.expression, token.at, problem)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Read one level deeper.

        Raises
        ------
        ExpressionError
            If that is too deep.
        """
        if self._depth == MAX_DEPTH:
            problem = f"expected at most {MAX_DEPTH} parentheses and complements within each other; take some away"
            refuse(self.expression, self.token.at, problem)
        self._depth += 1
        yield
        self._depth -= 1


def parse_combination(cursor: Cursor, leaf: Callable[[Cursor], Node]) -> Node:
    """Read an expression to its end.

    Parameters
    ----------
    cursor : Cursor
        Its words.
    leaf : callable
        Reads what is joined: all that starts with no parenthesis and no ``~``.

    Returns
    -------
    Node
        The expression.

    Raises
    ------
    ExpressionError
        If a word has no place where it stands.
    """
    tree = _either(cursor, leaf)
    if cursor.token.kind != "end":
        cursor.refuse("& or |, or the end of the expression")
    return tree


def _either(cursor: Cursor, leaf: Callable[[Cursor], Node]) -> Node:
    """Read parts joined by ``|``."""
    parts = [_all(cursor, leaf)]
    while cursor.accept("|"):
        parts.append(_all(cursor, leaf))
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _all(cursor: Cursor, leaf: Callable[[Cursor], Node]) -> Node:
    """Read parts joined by ``&``."""
    parts = [_part(cursor, leaf)]
    while cursor.accept("&"):
        parts.append(_part(cursor, leaf))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _part(cursor: Cursor, leaf: Callable[[Cursor], Node]) -> Node:
    """Read a complement, a group or a leaf."""
    with cursor.deeper():
        if cursor.accept("~"):
            return Not(_part(cursor, leaf))
        if not cursor.accept("("):
            return leaf(cursor)
        group = _either(cursor, leaf)
        cursor.expect(")", "& or |, or ) to close the parenthesis")
        return group
