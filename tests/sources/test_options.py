"""What a user writes to choose a source."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeta.errors import SourceSpecError
from jeta.sources import Spec, parse_spec

LITERALS = st.one_of(
    st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip
KEYS = st.sampled_from(["a", "base", "allow_subset", "x1", "_y"])


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("mast", "mast", {}),
        ("  mast  ", "mast", {}),
        ("maude allow_subset=False", "maude", {"allow_subset": False}),
        ('mast base="http://h:1/x y=1" timeout=5', "mast", {"base": "http://h:1/x y=1", "timeout": 5}),
        ("mast a=[1, 2] b = 'it''s'", "mast", {"a": [1, 2], "b": "its"}),
        ("mast timeout= 5  pause=-1.5", "mast", {"timeout": 5, "pause": -1.5}),
        ("mast timeout=5 timeout=6", "mast", {"timeout": 6}),
    ],
)
def test_name_and_python_literals(text, name, options):
    """Contract 4.5: options after blanks, values as Python literals; of two values for one key the later counts."""
    spec = parse_spec(text)
    assert (spec.name, dict(spec.options)) == (name, options)


@pytest.mark.parametrize(
    "text",
    ["mast timeout", "mast timeout=", "mast timeout=five", "mast timeout=5 6", "mast =5", "mast x=__import__('os')",
     "mast x='unclosed", "mast timeout=5,retries=2", "mast timeout=1+1"],
)  # fmt: skip
def test_what_is_not_key_and_literal_is_refused_and_named(text):
    with pytest.raises(SourceSpecError, match=r"cannot read the options of data source ['\"]mast") as caught:
        parse_spec(text)
    assert text in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("text", ["", "   ", None, 5, b"mast"])
def test_a_name_is_needed(text):
    with pytest.raises(SourceSpecError, match="chosen by its name as a str"):
        parse_spec(text)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(KEYS, LITERALS, max_size=4))
def test_what_is_shown_can_be_read_again(options):
    spec = Spec("mast", options)
    again = parse_spec(str(spec))
    assert (again.name, dict(again.options)) == ("mast", options)


def test_secrets_are_not_shown():
    spec = parse_spec("mast timeout=5 token='abc' proxy_password='def'")
    assert str(spec) == repr(spec) == "mast timeout=5 token=*** proxy_password=***"
    with pytest.raises(SourceSpecError) as caught:
        parse_spec("mast token='abc")
    assert "abc" not in str(caught.value)


def test_order_of_options_does_not_tell_sources_apart():
    assert parse_spec("mast a=1 b=[2]").key == parse_spec("mast b=[2] a=1").key != parse_spec("mast a=1").key
