"""The types of value that an MSID can have, and the words that people use for them."""

from __future__ import annotations

from types import MappingProxyType

NUMERIC = (
    "float64", "float32", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool",
)  # fmt: skip
"""Types that numpy has under the same name."""

TEXTUAL = ("text", "state")
"""``text`` is any text; ``state`` is one of a small set of state names."""

CANONICAL = NUMERIC + TEXTUAL
"""Every type, as written in the telemetry database."""

ALIASES = MappingProxyType(
    {
        "float": "float64",
        "double": "float64",
        "real": "float64",
        "number": "float64",
        "single": "float32",
        "int": "int64",
        "integer": "int64",
        "bigint": "int64",
        "smallint": "int16",
        # Signed in some databases, unsigned in others: int16 holds both.
        "tinyint": "int16",
        "boolean": "bool",
        "string": "text",
        "str": "text",
        "char": "text",
        "varchar": "text",
        "enum": "state",
        "discrete": "state",
    }
)
"""Other words for the types. ``float`` and ``real`` are float64, to keep decimal text from a service exactly."""


def canonical_type(word: str) -> str | None:
    """Return the canonical type for a word, or None for a word that is not known.

    Parameters
    ----------
    word : str
        A type in any case, such as ``"double"`` or ``"VARCHAR(50)"``; a length in parentheses is ignored.

    Returns
    -------
    str or None
        One of `CANONICAL`.

    Examples
    --------
    >>> canonical_type("Double"), canonical_type("varchar(50)"), canonical_type("complex")
    ('float64', 'text', None)
    """
    if word in CANONICAL:
        return word
    plain = word.partition("(")[0].strip().lower()
    return plain if plain in CANONICAL else ALIASES.get(plain)
