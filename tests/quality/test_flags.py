"""Records of flags: what they may hold, how they are written and read, and which samples they make bad."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeta.errors import IntervalError, ValuesError
from jeta.quality import Flag, KnownFlag, Undo
from jeta.quality.flags import (
    MAX_REASON,
    clean_text,
    flags_by_msid,
    from_bytes,
    known_flags,
    spans_of,
    summary_of,
    to_bytes,
)

ABOUT = ("ann", "2026-01-01T00:00:00Z", "heater failed", "0.1.0")
TEXTS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
SECONDS = st.floats(-4e9, 4e9, allow_nan=False)


def a_flag(number=1, start=10.0, stop=20.0, msids=("AA",), about=ABOUT):
    return Flag(number, msids, start, stop, "1970:001:00:00:10.000", "1970:001:00:00:20.000", *about)


FLAG, UNDO = a_flag(), Undo(2, 1, *ABOUT)


@st.composite
def records(draw):
    about = draw(TEXTS), "2026-01-01T00:00:00Z", draw(TEXTS), "0.1.0"
    if draw(st.booleans()):
        number = draw(st.integers(2, 10**9))
        return Undo(number, draw(st.integers(1, number - 1)), *about)
    start, stop = sorted(draw(st.lists(SECONDS, min_size=2, max_size=2, unique=True)))
    names = draw(st.lists(st.sampled_from(["AA", "B_1", "C-2.X"]), min_size=1, unique=True))
    return a_flag(draw(st.integers(1, 10**9)), start, stop, tuple(names), about)


@given(records())
def test_a_record_is_read_as_it_was_written(record):
    """To the last bit of its seconds."""
    assert from_bytes(to_bytes(record)) == record


@given(records(), st.data())
def test_a_changed_byte_is_noticed(record, data):
    """Or it changed the layout only."""
    content = bytearray(to_bytes(record))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    try:
        assert from_bytes(bytes(content)) == record
    except ValueError as err:
        assert isinstance(err, ValuesError | IntervalError)  # noqa: PT017 - either outcome is right


@given(st.binary(max_size=200))
def test_bytes_that_are_no_record_are_refused(content):
    with pytest.raises(ValuesError):
        from_bytes(content)


@given(st.integers(0, len(to_bytes(FLAG)) - 3))
def test_a_record_cut_short_is_refused(length):
    with pytest.raises(ValuesError):
        from_bytes(to_bytes(FLAG)[:length])


def forged(**changes):
    """A record with other entries, and the checksum that goes with them."""
    import zlib

    content = json.loads(to_bytes(FLAG))
    del content["crc32"]
    content = {name: value for name, value in {**content, **changes}.items() if value is not None}
    return json.dumps(content | {"crc32": zlib.crc32(json.dumps(content, sort_keys=True).encode())}).encode()


def test_forging_works():
    assert from_bytes(forged()) == FLAG


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "unknown"},
        {"action": ["flag"]},
        {"more": 1},
        {"who": None},
        {"id": 0},
        {"id": True},
        {"id": "1"},
        {"msids": []},
        {"msids": "AA"},
        {"msids": [1]},
        {"tstart": 20.0},
        {"tstart": float("nan")},
        {"tstop": float("inf")},
        {"tstop": "20"},
        {"reason": ""},
        {"reason": "a\nb"},
        {"reason": "\x1b[31mred"},
        {"reason": "x" * (MAX_REASON + 1)},
        {"who": 7},
        {"datestart": "\u202e"},
    ],
    ids=lambda changes: "-".join(f"{name}={value!r:.12}" for name, value in changes.items()),
)
def test_what_no_record_has_is_refused(changes):
    """Even with a right checksum: nothing from a file reaches a terminal or a fetch unchecked."""
    with pytest.raises((ValuesError, IntervalError)):
        from_bytes(forged(**changes))


@pytest.mark.parametrize("flag_id", [0, 2, 3, True, "1", None])
def test_an_undo_is_of_a_flag_before_it(flag_id):
    with pytest.raises(ValuesError, match="an undo is of a flag before it"):
        Undo(2, flag_id, *ABOUT)


def test_reasons_become_one_line():
    assert clean_text("reason", "\t the Moon\r\n was   bright ", 100) == "the Moon was bright"
    assert clean_text("reason", "Öl über 90 °C — 測定", 100) == "Öl über 90 °C — 測定"


@pytest.mark.parametrize("text", ["", " \n", "\x1b[2J", "a\x00b", "\u202eabc", None, 5, "x" * 101])
def test_texts_that_tell_nothing_or_harm_are_refused(text):
    with pytest.raises(ValuesError, match=r"^reason "):
        clean_text("reason", text, 100)


def test_flags_are_known_with_what_undid_them():
    """The first undo counts; order does not matter."""
    second, later = a_flag(3), Undo(4, 1, *ABOUT)
    known = known_flags([later, second, UNDO, FLAG])
    assert known == [KnownFlag(FLAG, UNDO), KnownFlag(second)]


def test_flags_that_hold_are_told_by_msid():
    both, one = a_flag(3, msids=("AA", "BB")), a_flag(4, msids=("BB",))
    assert flags_by_msid(known_flags([FLAG, UNDO, both, one])) == {"AA": [both], "BB": [both, one]}


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), min_size=1, max_size=6),
    st.lists(st.integers(-10, 700), min_size=1, max_size=50),
)
def test_spans_are_half_open(spans, tenths):
    """Start inside, stop outside, to the last bit; overlaps or not."""
    flags = [a_flag(1, start / 7, (start + length) / 7) for start, length in spans]
    times = np.array(sorted([*(each / 10 for each in tenths), *(f.tstart for f in flags), *(f.tstop for f in flags)]))
    found = spans_of(flags)
    expected = [any(flag.tstart <= time < flag.tstop for flag in flags) for time in times]
    assert found.contains(times).tolist() == expected
    assert found == found.merged()


def test_many_names_are_told_in_few_words():
    assert summary_of(["A", "B", "C"]) == "A, B, C"
    assert summary_of([f"M{number}" for number in range(20)]) == "M0, M1, M2 and 17 more"
