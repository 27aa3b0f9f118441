"""Headers of FITS: keywords and what they say."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from jeta.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCK = 2880
CARD = 80
MAX_BLOCKS = 1000
"""Blocks of one header. 999 columns, the most there are, with nine keywords each fill 250."""

_LARGEST_EXPONENT = 25
_MOST_AXES = 999


class Header:
    """The keywords of one header.

    Parameters
    ----------
    values : mapping of str to str
        What stands behind each keyword: the text of a number or of a truth value, or a quote and the characters of a string.

    Examples
    --------
    >>> header = Header(parse_cards([b"MJDREF  =               50814. / day", b"TIMESYS = 'TT      '"]))
    >>> header.number("MJDREF"), header.text("TIMESYS")
    (Fraction(50814, 1), 'TT')
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, default: str = "") -> str:
        """Return a string, without trailing blanks."""
        value = self._values.get(key, "")
        return value[1:].rstrip() if value.startswith("'") else default

    def integer(self, key: str, default: int | None = None) -> int:
        """Return a whole number that is not negative.

        Raises
        ------
        FormatError
            If it is not there and there is no default, or it is something else.
        """
        value = self._values.get(key)
        if value is None and default is not None:
            return default
        if value is None or not (value.isascii() and value.isdigit()) or len(value) > CARD:
            raise FormatError(f"the keyword {key} is {value!r}, expected a whole number that is not negative")
        return int(value)

    def number(self, key: str) -> Fraction | None:
        """Return a number exactly as written; None where the keyword is not there.

        Raises
        ------
        FormatError
            If it is something else.
        """
        value = self._values.get(key)
        if value is None:
            return None
        try:
            number = Decimal(value.upper().replace("D", "E")) if value.isascii() and "_" not in value else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or (number and abs(number.adjusted()) > _LARGEST_EXPONENT):
            raise FormatError(f"the keyword {key} is {value.removeprefix(chr(39))!r}, expected a number")
        return Fraction(number)

    def data_bytes(self) -> int:
        """Return how many bytes of data follow, without the padding.

        Raises
        ------
        FormatError
            If the keywords do not tell.
        """
        axes = self.integer("NAXIS")
        if axes > _MOST_AXES:
            raise FormatError(f"the keyword NAXIS is {axes}, expected at most {_MOST_AXES}")
        lengths = [self.integer(f"NAXIS{axis}") for axis in range(1, axes + 1)]
        if not lengths:
            return 0
        if lengths[0] == 0 and self._values.get("GROUPS") == "T":
            lengths = lengths[1:]
        bits = self._values.get("BITPIX", "").removeprefix("-")
        if bits not in {"8", "16", "32", "64"}:
            raise FormatError(f"the keyword BITPIX is {bits!r}, expected 8, 16, 32, 64, -32 or -64")
        return int(bits) // 8 * self.integer("GCOUNT", 1) * (self.integer("PCOUNT", 0) + prod(lengths))


def parse_cards(cards: list[bytes]) -> dict[str, str]:
    """Take keywords and values out of cards of 80 bytes.

    Parameters
    ----------
    cards : list of bytes
        The cards before ``END``.

    Returns
    -------
    dict of str to str
        As `Header` takes it. The first of two with one keyword counts; comments and the like are left out.
    """
    found: dict[str, str] = {}
    last: str | None = None
    for raw in cards:
        card = raw.decode("latin-1")
        key = card[:8].rstrip()
        if key == "CONTINUE" and last is not None and found[last].endswith("&"):
            found[last] = found[last][:-1] + _string(card[8:].lstrip())[1:]
            continue
        last = None
        if card[8:10] != "= " or not key or key in found:
            continue
        value = card[10:].strip()
        found[key] = _string(value) if value.startswith("'") else value.partition("/")[0].rstrip()
        last = key if found[key].startswith("'") else None
    return found


def _string(text: str) -> str:
    """A quote, and the characters of a string up to its closing quote; two quotes in it are one."""
    inside, start = "", 1
    while (end := text.find("'", start)) >= 0:
        inside += text[start:end]
        if text[end + 1 : end + 2] != "'":
            return f"'{inside}".rstrip()
        inside, start = f"{inside}'", end + 2
    return f"'{inside}{text[start:]}".rstrip()
