"""The words of an expression and where they stand, and errors that point at one of them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn, TypeAlias

from jeta.errors import ExpressionError

Literal: TypeAlias = "int | float | str | bool | None"
"""What may be written out in an expression."""

MAX_LENGTH = 100_000
"""Longest expression, in characters."""

_MAX_DIGITS = 400
_SHOWN_BEFORE, _SHOWN_AFTER, _SHOWN_WORD = 50, 30, 40
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_.])"
_TEXT = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_CONSTANTS: dict[str, Literal] = {"True": True, "False": False, "None": None}
_UNKNOWN = re.compile(r"[^\s()~|&\[\]=,<>!'\"`]+|.", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\'\"])")


class Token(NamedTuple):
    """One word of an expression.

    Attributes
    ----------
    kind : {'name', 'literal', 'sign', 'end'}
        What it is.
    text : str
        As written.
    at : int
        Index of its first character, counted from 0.
    value : int, float, str, bool or None
        The name without quotes, the literal's value, or the sign that the word stands for.
    """

    kind: str
    text: str
    at: int
    value: Literal


@dataclass(frozen=True)
class Lexicon:
    """What words a language has.

    Attributes
    ----------
    name : str
        Regular expression of a name.
    sign : str
        Regular expression of a sign.
    words : dict of str to str
        Words that stand for a sign.
    advice : str
        What to do about a word that is none of these.
    """

    name: str
    sign: str
    words: dict[str, str]
    advice: str
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        source = (
            rf"\s*(?:(?P<number>{_NUMBER})|(?P<text>{_TEXT})|(?P<name>{self.name})|(?P<sign>{self.sign})|(?P<end>\Z))"
        )
        object.__setattr__(self, "pattern", re.compile(source, re.DOTALL))

    def is_bare_name(self, text: str) -> bool:
        """Whether a text reads as a name as it stands.

        Parameters
        ----------
        text : str
            Any text.

        Returns
        -------
        bool
            False for what reads as a number, a constant, a sign or not at all.
        """
        taken = text in _CONSTANTS or text in self.words
        return not taken and not re.fullmatch(_NUMBER, text) and bool(re.fullmatch(self.name, text))


def tokenize(expression: str, lexicon: Lexicon) -> list[Token]:
    """Split an expression into its words.

    Parameters
    ----------
    expression : str
        The text.
    lexicon : Lexicon
        The words that there are.

    Returns
    -------
    list of Token
        The words in order; the last one is of the kind 'end'.

    Raises
    ------
    ExpressionError
        If something is no word of the language, or the expression is not text or too long.
    """
    if not isinstance(expression, str):
        raise ExpressionError(f"an expression must be text, but got {expression!r} of type {type(expression).__name__}")
    if len(expression) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(expression)} characters; expected at most {MAX_LENGTH}: split it, or define an event set"
        )
    tokens: list[Token] = []
    at = 0
    while not tokens or tokens[-1].kind != "end":
        match = lexicon.pattern.match(expression, at)
        if match is None:
            _refuse_unknown(expression, at, lexicon)
        tokens.append(_token(expression, match, lexicon))
        at = match.end()
    return tokens


def quoted(value: Literal) -> str:
    r"""Return a literal as an expression writes it.

    Parameters
    ----------
    value : int, float, str, bool or None
        A finite number, a text or a constant.

    Returns
    -------
    str
        Its text, which reads as the same value.

    Examples
    --------
    >>> quoted("it's"), quoted(-300)
    ("'it\\'s'", '-300')
    """
    if not isinstance(value, str):
        return repr(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def refuse(expression: str, at: int, problem: str) -> NoReturn:
    """Refuse an expression, showing it and pointing at a place in it.

    Parameters
    ----------
    expression : str
        The expression.
    at : int
        Index of the place, counted from 0.
    problem : str
        What is wrong, and what was expected.

    Raises
    ------
    ExpressionError
        Always.
    """
    first, last = max(0, at - _SHOWN_BEFORE), at + _SHOWN_AFTER
    before, after = "..." * (first > 0), "..." * (last < len(expression))
    # Line breaks and the like would move the pointer away from its place.
    shown = "".join(sign if sign.isprintable() else " " for sign in expression[first:last])
    pointer = " " * (len(before) + at - first) + "^"
    raise ExpressionError(f"{problem}, at character {at + 1} of the expression\n  {before}{shown}{after}\n  {pointer}")


def shown_word(text: str) -> str:
    """Return a word as a message shows it.

    Parameters
    ----------
    text : str
        The word as written.

    Returns
    -------
    str
        In quotes, at most 40 characters of it.
    """
    return repr(text if len(text) <= _SHOWN_WORD else text[:_SHOWN_WORD] + "...")


def _token(expression: str, match: re.Match[str], lexicon: Lexicon) -> Token:
    """Make the token of a match."""
    group = str(match.lastgroup)
    text, at = match[group], match.start(group)
    if group == "number":
        return Token("literal", text, at, _number(expression, text, at))
    if group == "text":
        return Token("literal", text, at, _ESCAPED.sub(r"\1", text[1:-1]))
    if group == "name" and text in _CONSTANTS:
        return Token("literal", text, at, _CONSTANTS[text])
    if group == "name" and text in lexicon.words:
        return Token("sign", text, at, lexicon.words[text])
    return Token(group, text, at, text.strip("`"))


def _number(expression: str, text: str, at: int) -> int | float:
    """Return the value of a number, an int where neither point nor exponent is written."""
    if len(text) > _MAX_DIGITS or not math.isfinite(float(text)):
        refuse(expression, at, f"Cannot identify word {shown_word(text)}: expected a number that float64 can hold")
    return float(text) if set(text) & set(".eE") else int(text)


def _refuse_unknown(expression: str, at: int, lexicon: Lexicon) -> NoReturn:
    """Refuse an expression for a place where no word of the language begins."""
    rest = expression[at:].lstrip()
    at = len(expression) - len(rest)
    if rest[0] in "'\"":
        refuse(
            expression, at, f"Cannot identify word {shown_word(rest)}: expected another {rest[0]} to close the quote"
        )
    word = _UNKNOWN.match(rest)
    refuse(expression, at, f"Cannot identify word {shown_word(word[0] if word else rest)}: {lexicon.advice}")
