"""Files that are changed at random, with what breaks readers: only errors that are announced come out."""

from __future__ import annotations

import gzip
import random

import numpy as np
import pytest

from formats import fits_example as example
from jeta.errors import FormatError
from jeta.formats.fits_table import FitsTable
from jeta.formats.fof_csv import FofCsv
from jeta.testing.formats import check_delivery

ROUNDS = 400
WORDS = [
    b"0",
    b"9" * 12,
    b"-1",
    b"1E300",
    b"nan",
    b"NAXIS2  =",
    b"END",
    b"'",
    b"/",
    b",",
    b'"',
    b"\n",
    b"\0",
    b"\xff" * 4,
]
WORDS += [b"1000P(5)", b"999999999A", b"C", b"TDIM5   =", b"UTC", b"GPS", b"2016/12/31 23:59:60", b"d "]
LETTERS = b"0123456789XLBIJKAEDCMPQ'=TF /,"


def fits_file(path):
    columns = [
        ("QUALITY", "8X", np.zeros((3, 8), bool)),
        ("A", "I", [1, 2, 3], {"null": 2}),
        ("B", "3E", np.zeros((3, 3))),
        ("S", "4A", ["ON", "OFF", "ON"]),
        ("X", "8X", np.ones((3, 8), bool)),
        ("L", "L", [True, False, True]),
        ("U", "J", np.array([1, 2, 3], "u4"), {"bzero": 2**31}),
    ]
    return example.write(path, example.timed(*columns)).read_bytes()


def fof_file(path):
    values = [1, "ON", 2.5, -3, "OFF"]
    lines = [f"{'AB'[row % 2]},2022/05/23 00:00:0{row}.5,{values[row % 5]}\n" for row in range(9)]
    path.write_text("Telemetry Mnemonic,Observatory Time,EU Value\n" + "".join(lines))
    return path.read_bytes()


def place(chance, data):
    """Where to change something: the value of a card more often than its comment or padding."""
    at = chance.randrange(len(data) + 1)
    return at if chance.random() < 0.5 else min(len(data), at // 80 * 80 + chance.choice([0, 10, 11, 29]))


def changed(chance, data):
    """A copy with some changes."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 6])):
        at, word = place(chance, data), chance.choice(WORDS)
        match chance.randrange(7):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                data[at : at + 1] = bytes([chance.choice(LETTERS)])
            case 2 | 3:
                data[at : at + len(word)] = word
            case 4:
                data[at:at] = word
            case 5:
                del data[at : at + chance.choice([1, 4, 80, 2880])]
            case 6:
                start = place(chance, data)
                data[at:at] = data[start : start + chance.choice([1, 80, 2880])]
    return bytes(data)


@pytest.mark.parametrize(
    ("fmt", "make"), [(FitsTable(), fits_file), (FofCsv(), fof_file)], ids=["fits_table", "fof_csv"]
)
def test_changed_files_are_read_or_refused(tmp_path, fmt, make):
    path = tmp_path / "x.dat"
    whole = make(path)
    chance = random.Random(6)
    outcomes = {"read": 0, "refused": 0}
    for number in range(ROUNDS):
        data = changed(chance, whole)
        if number % 8 == 0:
            data = changed(chance, gzip.compress(data)) if number % 16 else gzip.compress(data)
        path.write_bytes(data)
        fmt.identify(path)
        try:
            check_delivery(fmt.read(path))
            fmt.describe(path)
        except FormatError as err:
            outcomes["refused" if "x.dat" in str(err) else "refused without the file's name"] += 1
        else:
            outcomes["read"] += 1
    assert min(outcomes.values()) > ROUNDS // 10, outcomes
