"""Damage to files: at random, and where it hurts most. The same number always gives the same damage."""

from __future__ import annotations

import gzip
import random
import re
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from formats.fuzz_seeds import Target

NUMBERS = (
    0,
    1,
    2,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x10000,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**40,
    2**63 - 1,
    2**64 - 1,
)
_FORMS = ("<B", "<H", ">H", "<I", ">I", "<Q", ">Q")
_DIGITS = re.compile(rb"\d+")
_MOST_BYTES = 1_000_000


def damaged(target: Target, number: int) -> bytes:
    """Return the damaged file of some number.

    Parameters
    ----------
    target : Target
        Whose seeds and words are used.
    number : int
        Which one.
    """
    chance = random.Random(number)
    seed = chance.choice(target.seeds)
    is_zipped = target.suffix.endswith(".gz")
    if is_zipped and chance.random() < 0.75:
        # What was packed after it was damaged gets past the checksum.
        return gzip.compress(_changed(gzip.decompress(seed), target, chance), 1, mtime=0)
    return _changed(seed, target, chance)


def _changed(data: bytes, target: Target, chance: random.Random) -> bytes:
    """Some changes, mostly few."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 1, 2, 2, 3, 5, 9))):
        chance.choice(_CHANGES)(made, target, chance)
        del made[_MOST_BYTES:]
    return bytes(made)


def _place(data: bytearray, target: Target, chance: random.Random) -> int:
    """Where: anywhere, or where the format has what other bytes are read by."""
    size = len(data)
    if not size or chance.random() < 0.4:
        return chance.randrange(size + 1)
    match target.suffix.removesuffix(".gz"):
        case ".fits":  # the value of a card
            return min(size, chance.randrange(size) // 80 * 80 + chance.choice((0, 10, 11, 29)))
        case ".parquet" | ".feather":  # the footer, and the length of it
            foot = int.from_bytes(data[-8:-4] if target.suffix == ".parquet" else data[-10:-6], "little")
            return max(0, size - 1 - chance.randrange(min(size, foot + 10) + 1))
        case ".h5":  # the headers, which are before and between the rows
            return min(size, chance.choice((0, 96, 500, 800, 2048)) + chance.randrange(600))
    return chance.randrange(size + 1)


def _flip(data: bytearray, target: Target, chance: random.Random) -> None:
    """One bit."""
    at = _place(data, target, chance)
    if at < len(data):
        data[at] ^= 1 << chance.randrange(8)


def _byte(data: bytearray, target: Target, chance: random.Random) -> None:
    """One byte."""
    at = _place(data, target, chance)
    data[at : at + 1] = bytes([chance.randrange(256)])


def _number(data: bytearray, target: Target, chance: random.Random) -> None:
    """A number of 1 to 8 bytes."""
    at, form = _place(data, target, chance), chance.choice(_FORMS)
    size = struct.calcsize(form)
    data[at : at + size] = struct.pack(form, chance.choice(NUMBERS) % 2 ** (8 * size))


def _step(data: bytearray, target: Target, chance: random.Random) -> None:
    """A number that is one or a power of two more or less."""
    at, form = _place(data, target, chance), chance.choice(_FORMS)
    size = struct.calcsize(form)
    if at + size <= len(data):
        (old,) = struct.unpack_from(form, data, at)
        new = old + chance.choice((1, -1)) * 2 ** chance.randrange(8 * size)
        struct.pack_into(form, data, at, new % 2 ** (8 * size))


def _digits(data: bytearray, target: Target, chance: random.Random) -> None:
    """A number that is written in digits."""
    found = list(_DIGITS.finditer(data))
    if found:
        match = chance.choice(found)
        new = str(chance.choice((*NUMBERS, -1, 2**62, 10**30))).encode()
        # In FITS, a card keeps its length.
        new = (
            new.rjust(len(match[0]))[: len(match[0])]
            if target.suffix.startswith(".fits") and chance.random() < 0.8
            else new
        )
        data[match.start() : match.end()] = new


def _word(data: bytearray, target: Target, chance: random.Random) -> None:
    """A word of the format, put in or over what is there."""
    if target.words:
        at, word = _place(data, target, chance), chance.choice(target.words)
        data[at : at + chance.choice((0, len(word)))] = word


def _cut(data: bytearray, target: Target, chance: random.Random) -> None:
    """The end, or a piece, is missing."""
    at = _place(data, target, chance)
    del data[at : at + chance.choice((1, 1, 2, 4, 8, 80, 512, 2880, len(data)))]


def _copy(data: bytearray, target: Target, chance: random.Random) -> None:
    """A piece comes again at another place, put in or over what is there."""
    start, at = _place(data, target, chance), _place(data, target, chance)
    piece = data[start : start + chance.choice((1, 4, 8, 16, 80, 116, 512, 2880))]
    data[at : at + chance.choice((0, len(piece)))] = piece


def _splice(data: bytearray, target: Target, chance: random.Random) -> None:
    """It goes on as another file of the format does."""
    other = chance.choice(target.seeds)
    at = _place(data, target, chance)
    data[at:] = other[chance.randrange(len(other) + 1) if chance.random() < 0.5 else at :]


def _repeat(data: bytearray, target: Target, chance: random.Random) -> None:
    """A piece comes many times."""
    at = _place(data, target, chance)
    piece = bytes(data[at : at + chance.choice((1, 8, 80))])
    data[at:at] = piece * chance.choice((10, 100, 3000))


def _mend(data: bytearray, target: Target, chance: random.Random) -> None:
    """Checksums and lengths that would give the damage away are set right."""
    if target.suffix == ".parquet" and len(data) > 12 and data[-4:] == b"PAR1":
        foot = chance.choice((int.from_bytes(data[-8:-4], "little"), len(data) - 12))
        data[-8:-4] = (foot % 2**32).to_bytes(4, "little")
    elif target.suffix.endswith(".gz") and len(data) > 8:
        data[-8:-4] = zlib.crc32(data).to_bytes(4, "little")


_CHANGES: tuple[Callable[[bytearray, Target, random.Random], None], ...] = (
    *(_flip, _byte, _number, _number, _step, _step, _digits, _word, _word),
    *(_cut, _copy, _splice, _repeat, _mend),
)
