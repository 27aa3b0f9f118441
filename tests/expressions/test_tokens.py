"""Words of expressions, and the errors that point at them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import ExpressionError, JetaError
from jeta.expressions.tokens import Lexicon, Token, quoted, refuse, shown_word, tokenize

LEXICON = Lexicon(name="[A-Za-z]+", sign=r"[()&|~=<>]", words={"and": "&"}, advice="expected letters")


def problem(*arguments):
    """The message of an error that points at a place."""
    with pytest.raises(ExpressionError) as caught:
        refuse(*arguments)
    return str(caught.value)


def test_each_word_knows_its_place():
    assert tokenize(" abc =\n-5", LEXICON) == [
        Token("name", "abc", 1, "abc"),
        Token("sign", "=", 5, "="),
        Token("literal", "-5", 7, -5),
        Token("end", "", 9, ""),
    ]


def test_words_stand_for_signs():
    assert tokenize("and", LEXICON)[0] == Token("sign", "and", 0, "&")


def test_blanks_may_be_left_out():
    assert [token.text for token in tokenize("a=5&b='x'", LEXICON)] == ["a", "=", "5", "&", "b", "=", "'x'", ""]


@pytest.mark.parametrize(
    ("text", "is_name"), [("abc", True), ("and", False), ("True", False), ("a b", False), ("", False)]
)
def test_what_is_a_name_as_it_stands(text, is_name):
    assert LEXICON.is_bare_name(text) is is_name


def test_an_unknown_word_is_shown_whole():
    """Up to the next sign, so that it can be recognised."""
    with pytest.raises(
        ExpressionError, match=re.escape("Cannot identify word '§X.Y': expected letters, at character 5")
    ):
        tokenize("a & §X.Y=5", LEXICON)


def test_a_long_word_is_shown_in_part():
    assert shown_word("x" * 100) == repr("x" * 40 + "...")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quote_must_be_closed(quote):
    with pytest.raises(ExpressionError, match=f"expected another {quote} to close the quote, at character 3"):
        tokenize(f"a={quote}bc", LEXICON)


def test_the_pointer_stands_below_the_place():
    _, shown, pointer = problem("abc def", 4, "expected nothing").split("\n")
    assert shown[pointer.index("^")] == "d"


@pytest.mark.parametrize("at", [0, 40, 100, 199])
def test_the_pointer_stands_below_the_place_in_a_long_expression(at):
    expression = "a" * at + "X" + "b" * (199 - at)
    _, shown, pointer = problem(expression, at, "expected nothing").split("\n")
    assert shown[pointer.index("^")] == "X"
    assert len(shown) <= 88


def test_line_breaks_do_not_move_the_pointer():
    message = problem("a\n\tb\x00\u2028c", 6, "expected nothing")
    assert message.count("\n") == 2
    assert message.splitlines()[1:] == ["  a  b  c", "        ^"]


def test_the_pointer_may_stand_behind_the_end():
    assert problem("ab", 2, "expected more").endswith("\n  ab\n    ^")


def test_the_error_is_one_of_jeta_and_a_value_error():
    assert issubclass(ExpressionError, JetaError)
    assert issubclass(ExpressionError, ValueError)
    assert ExpressionError.code == "bad-expression"


@given(
    st.text()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
)
@settings(max_examples=100, deadline=None)
def test_a_literal_reads_as_what_was_written(value):
    """Of the same type too."""
    first, end = tokenize(quoted(value), LEXICON)
    assert (first.kind, first.value, type(first.value), end.kind) == ("literal", value, type(value), "end")


@given(st.text("ab&()='\" 1.-\n", max_size=20))
@settings(max_examples=100, deadline=None)
def test_words_cover_the_expression(text):
    """Nothing but blanks lies between them."""
    try:
        tokens = tokenize(text, LEXICON)
    except ExpressionError:
        return
    between = "".join(text[a.at + len(a.text) : b.at] for a, b in zip(tokens[:-1], tokens[1:], strict=True))
    assert between.strip() == ""
    assert all(text.startswith(token.text, token.at) for token in tokens)
