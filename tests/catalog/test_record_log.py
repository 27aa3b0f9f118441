"""The record log: what is written comes back, in whatever order it is asked for, and damage is told."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.logs import NS, T0, counts, end, file, fill
from jeta.catalog import FileRecord, MsidCounts, RecordLog, RunRecord, blocks, record_file
from jeta.errors import ArchiveCorruptError, ValuesError


@pytest.fixture
def log(tmp_path):
    return RecordLog(tmp_path / "records")


def test_an_empty_log_has_no_records_and_makes_no_folder(log):
    assert (log.last_number(), log.numbers_after(0), list(log.after(0)), log.unsettled()) == (0, [], [], None)
    assert not log.folder.exists()


def test_numbers_go_up_and_records_come_back(log):
    several = [counts("SA_B", 1), counts("SA_A", 1, rejected=4)]
    first = log.write(file(77, several), several)
    second = end(log)
    assert (first.number, second.number, log.last_number()) == (1, 2, 2)
    assert list(log.after(0)) == [first, second]
    assert list(log.after(1)) == [second]
    assert log.msids(1) == [several[1], several[0]]
    assert log.msid(1, "SA_B") == several[0]
    assert log.msid(1, "SA_C") is None
    assert log.msid(2, "SA_A") is None


def test_a_thousand_to_a_folder(log, monkeypatch):
    """And the last is found when its folder is empty, as after a removal."""
    for number in (998, 999, 1000):
        path = log.path(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as new:
            record_file.write(new, replace(file(1, []), number=number), [])
    assert [log.path(n).parent.name for n in (1, 999, 1000, 12_345_678)] == ["000000", "000000", "000001", "012345"]
    assert log.numbers_after(998) == [999, 1000]
    log.remove(1000)
    assert log.last_number() == 999
    assert log.write(file(1, [])).number == 1000


def test_only_the_last_is_removed(log):
    fill(log, 3)
    with pytest.raises(ValuesError, match="only the last record, 3"):
        log.remove(2)
    log.remove(3)
    assert log.last_number() == 2


def test_which_record_is_not_settled(log):
    """The last, if it announces a commit."""
    log.write(file(1, [counts("A", 1)]), [counts("A", 1)])
    assert log.unsettled().number == 1
    end(log)
    assert log.unsettled() is None
    log.write(file(3, []))
    assert log.unsettled() is None


def test_numbers_of_numpy_are_taken(log):
    rows = np.int64(3)
    written = log.write(
        FileRecord("r", "/a", first_ns=np.int64(T0), read=rows, rejected={"why": rows}),
        [MsidCounts("A", rows, rows, spans_ns=((np.int64(T0), np.int64(T0)),))],
    )
    assert log.read(1) == written
    assert log.msid(1, "A").spans_ns == ((T0, T0),)


def test_texts_that_no_file_can_hold_are_written_readably(log):
    """Paths of bytes that are no UTF-8, and zeros, which databases refuse; names that become one are joined."""
    path = os.fsdecode(b"/in/\xff.h5")
    several = [MsidCounts("A\udcff", 1, 1), MsidCounts("A\\udcff", 2, 2, rejected={"\0": 1})]
    written = log.write(FileRecord("r", path, message="a\0b", rejected={"\0": 2}), several)
    assert (written.path, written.message) == ("/in/\\udcff.h5", "a\\x00b")
    assert log.read(1) == written
    assert log.msids(1) == [MsidCounts("A\\udcff", 3, 3, rejected={"\\x00": 1})]


def test_long_texts_are_cut(log):
    written = log.write(FileRecord("r", "/a", message="x" * 20_000), [MsidCounts("N" * 1000, 1)])
    assert len(written.message) == 10_000
    assert [len(each.msid) for each in log.msids(1)] == [300]


@pytest.mark.parametrize(
    ("record", "msids"),
    [
        (FileRecord("r", "/a", read=-1), []),
        (FileRecord("r", "/a", read=2**63), []),
        (FileRecord("r", "/a", outcome="lost"), []),
        (RunRecord("r", "resting"), []),
        (FileRecord("r", "/a", rejected={"why": -1}), []),
        (FileRecord("r", "/a"), [MsidCounts("A", -1)]),
        (FileRecord("r", "/a"), [MsidCounts("A", spans_ns=((5, 4),))]),
        (FileRecord("r", "/a"), [MsidCounts("A", spans_ns=((5, 2**63),))]),
    ],
    ids=["negative", "too large", "outcome", "state", "reason", "count", "backwards", "beyond int64"],
)
def test_what_cannot_be_is_not_written(log, record, msids):
    with pytest.raises(ValuesError):
        log.write(record, msids)
    assert log.last_number() == 0
    assert list(log.path(1).parent.iterdir()) == []


def test_many_stretches_become_fewer_along_the_widest_gaps(log, monkeypatch):
    monkeypatch.setattr(blocks, "MAX_SPANS", 3)
    spans = tuple((T0 + at * NS, T0 + at * NS + 1) for at in (0, 1, 10, 11, 12, 30))
    log.write(file(1, []), [MsidCounts("A", spans_ns=spans)])
    edges = [((first - T0) // NS, (last - T0) // NS) for first, last in log.msid(1, "A").spans_ns]
    assert edges == [(0, 1), (10, 12), (30, 30)]


def test_any_zip_tool_opens_it(log):
    several = [counts(f"M{number:04d}", 1) for number in range(1000)]
    log.write(file(1, several), several)
    with zipfile.ZipFile(log.path(1)) as whole:
        assert whole.testzip() is None
        names = whole.namelist()
        assert names[:2] == ["record.json", "msids/000000.json.gz"]
        found = [name for each in names[1:] for name in json.loads(gzip.decompress(whole.read(each)))["msids"]]
    assert found == [each.msid for each in several]


def test_one_msid_is_read_without_the_others(log, monkeypatch):
    several = [counts(f"M{number:04d}", 1) for number in range(3000)]
    log.write(file(1, several), several)
    unpacked, unpack = [], blocks.unpack
    monkeypatch.setattr(record_file, "unpack", lambda *args: unpacked.append(1) or unpack(*args))
    for name in ("M0000", "M1234", "M2999", "M1234x", "Z", ""):
        unpacked.clear()
        assert log.msid(1, name) == next((each for each in several if each.msid == name), None)
        assert len(unpacked) <= 1


def test_the_whole_is_small_and_quick_enough_to_keep(log):
    """20,000 MSIDs with counts alike take some bytes each."""
    several = [counts(f"SA_SENSOR_{number:05d}", 1) for number in range(20_000)]
    log.write(file(1, several), several)
    assert log.path(1).stat().st_size < 200_000
    assert len(log.msids(1)) == 20_000


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
ROWS = st.integers(0, 2**62)
SPANS = st.lists(st.tuples(st.integers(-(2**62), 2**61), st.integers(0, 2**61)), max_size=4).map(
    lambda pairs: tuple((first, first + more) for first, more in pairs)
)
COUNTS = st.builds(MsidCounts, TEXTS, ROWS, ROWS, ROWS, ROWS, st.dictionaries(TEXTS, ROWS, max_size=3), SPANS)
INSTANT = st.none() | st.integers(-(2**63), 2**63 - 1)
FILES = st.builds(
    FileRecord,
    run=TEXTS,
    path=TEXTS,
    outcome=st.sampled_from(["ingested", "rejected"]),
    message=TEXTS,
    first_ns=INSTANT,
    last_ns=INSTANT,
    commit=st.none() | ROWS,
    size=ROWS,
    read=ROWS,
    rejected=st.dictionaries(TEXTS, ROWS, max_size=3),
)
ENTRIES = st.tuples(FILES, st.lists(COUNTS, max_size=8, unique_by=lambda each: each.msid))


@settings(max_examples=60, deadline=None)
@given(st.lists(ENTRIES, max_size=4), st.lists(TEXTS, max_size=3))
def test_a_log_is_a_dict_of_what_was_written(tmp_path_factory, entries, others):
    log = RecordLog(tmp_path_factory.mktemp("log") / "records")
    model = {}
    for record, msids in entries:
        written = log.write(record, msids)
        model[written.number] = replace(record, number=written.number), {each.msid: each for each in msids}
    assert log.numbers_after(0) == list(model)
    for number, (record, msids) in model.items():
        assert log.read(number) == record
        assert {each.msid: each for each in log.msids(number)} == msids
        for name in [*msids, *others]:
            assert log.msid(number, name) == msids.get(name)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """A log of one record of some hundred MSIDs; to be copied."""
    log = RecordLog(tmp_path_factory.mktemp("sealed") / "records")
    several = [counts(f"M{number:03d}", 1, rejected=number % 2) for number in range(500)]
    log.write(file(1, several), several)
    return log


def damaged(sealed, folder, change):
    """A copy of that log whose record's bytes were changed."""
    shutil.copytree(sealed.folder, folder)
    log = RecordLog(folder)
    path = log.path(1)
    path.write_bytes(change(path.read_bytes()))
    return log


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.3, 0.6, 0.8])
def test_a_record_that_ends_early_is_told(sealed, tmp_path, share):
    log = damaged(sealed, tmp_path / "log", lambda data: data[: int(share * len(data))])
    with pytest.raises(ArchiveCorruptError, match=r"000000000001.zip is damaged .*restore it from a backup"):
        log.msids(1)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_flipped_bits_are_told_or_do_no_harm(tmp_path_factory, sealed, data):
    """Zip's own directory at the end is never looked at; all else is covered by checksums."""
    content = bytearray(sealed.path(1).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    log = damaged(sealed, tmp_path_factory.mktemp("flipped") / "log", lambda _: bytes(content))
    try:
        record, msids = log.read(1), log.msids(1)
    except ArchiveCorruptError:
        return
    assert record == sealed.read(1)
    assert msids == sealed.msids(1)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_other_file_is_told(tmp_path_factory, sealed, content):
    log = damaged(sealed, tmp_path_factory.mktemp("other") / "log", lambda _: content)
    with pytest.raises(ArchiveCorruptError):
        log.read(1)


def forged(content, blocks_=None, method=zipfile.ZIP_STORED):
    """The bytes of a record of our making."""

    def change(_):
        import io

        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", method) as whole:
            whole.writestr(zipfile.ZipInfo("record.json"), json.dumps(content))
            for name, data in (blocks_ or {}).items():
                whole.writestr(zipfile.ZipInfo(name), data)
        return made.getvalue()

    return change


def head(sealed, **changes):
    """The head of the sealed record, with changes."""
    with zipfile.ZipFile(sealed.path(1)) as whole:
        return json.loads(whole.read("record.json")) | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"file": "jeta record 2"},
        {"record": None},
        {"record": {"kind": "file"}},
        {"record": {"kind": ["file"]}},
        {"record": {"kind": "letter"}},
        {"blocks": None},
        {"blocks": {"first": ["A"], "bytes": [5], "crc32": ["x"], "msids": 1}},
        {"blocks": {"first": ["A"], "bytes": [-5], "crc32": [0], "msids": 1}},
        {"blocks": {"first": ["A"], "bytes": [2**40], "crc32": [0], "msids": 1}},
        {"blocks": {"first": ["B", "A"], "bytes": [5, 5], "crc32": [0, 0], "msids": 2}},
        {"blocks": {"first": ["A"], "bytes": [], "crc32": [0], "msids": 1}},
        {"more": 1},
    ],
    ids=lambda changes: "-".join(f"{key}" for key in changes),
)
def test_heads_that_cannot_be_are_told(sealed, tmp_path, changes):
    log = damaged(sealed, tmp_path / "log", forged(head(sealed, **changes)))
    with pytest.raises(ArchiveCorruptError):
        log.read(1)


def test_a_record_under_the_name_of_another_is_told(log):
    fill(log, 1)
    shutil.copy(log.path(1), log.path(2))
    with pytest.raises(ArchiveCorruptError, match="it is record 1, under the name of another"):
        log.read(2)


def bomb(sealed, block):
    """A record whose one block is what it should not be."""
    table = {"first": ["A"], "bytes": [len(block)], "crc32": [zlib.crc32(block)], "msids": 1}
    return forged(head(sealed, blocks=table), {"msids/000000.json.gz": block})


def test_a_block_that_would_fill_the_memory_is_refused(sealed, tmp_path):
    """A gigabyte of zeros in a megabyte; reading stops at the limit."""
    part = gzip.compress(b"0" * 2**24, 9)
    whole = zlib.compressobj(9, wbits=31)
    block = b"".join(whole.compress(b"0" * 2**24) for _ in range(64)) + whole.flush()
    assert len(block) > len(part)
    log = damaged(sealed, tmp_path / "log", bomb(sealed, block))
    with pytest.raises(ArchiveCorruptError, match="more than 67108864 bytes"):
        log.msids(1)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"msids":["A"]}',
        b'{"msids":["A"],"read":["1"],"stored":[1],"duplicate":[0],"replaced":[0],"spans":[0],"starts":[],"lengths":[],"unit":1,"rejected":{}}',
        b'{"msids":["A"],"read":[1,2],"stored":[1],"duplicate":[0],"replaced":[0],"spans":[0],"starts":[],"lengths":[],"unit":1,"rejected":{}}',
        b'{"msids":["A"],"read":[1],"stored":[1],"duplicate":[0],"replaced":[0],"spans":[2],"starts":[1],"lengths":[1],"unit":1,"rejected":{}}',
        b'{"msids":["A"],"read":[1],"stored":[1],"duplicate":[0],"replaced":[0],"spans":[1],"starts":[1e9],"lengths":[1],"unit":1,"rejected":{}}',
        b'{"msids":["A"],"read":[1],"stored":[1],"duplicate":[0],"replaced":[0],"spans":[0],"starts":[],"lengths":[],"unit":7,"rejected":{}}',
        b'{"msids":["A"],"read":[1],"stored":[1],"duplicate":[0],"replaced":[0],"spans":[0],"starts":[],"lengths":[],"unit":1,"rejected":{"x":{}}}',
        b'{"msids":["B"],"read":[1],"stored":[1],"duplicate":[0],"replaced":[0],"spans":[0],"starts":[],"lengths":[],"unit":1,"rejected":{}}',
    ],
    ids=["deep", "lacking", "text", "lengths", "spans", "float", "unit", "place", "other name"],
)
def test_blocks_that_cannot_be_are_told(sealed, tmp_path, content):
    log = damaged(sealed, tmp_path / "log", bomb(sealed, gzip.compress(content)))
    with pytest.raises(ArchiveCorruptError):
        log.msids(1)


def test_a_head_that_claims_too_much_is_refused_unread(sealed, tmp_path):
    def change(data):
        return data[:18] + (2**31).to_bytes(4, "little") * 2 + data[26:]

    with pytest.raises(ArchiveCorruptError, match="more than any has"):
        damaged(sealed, tmp_path / "log", change).read(1)


def test_reading_writes_nothing(log):
    fill(log, 3)
    before = sorted(path for path in log.folder.rglob("*"))
    log.msids(1), log.last_number(), list(log.after(0))
    assert sorted(log.folder.rglob("*")) == before


def test_strange_files_in_the_folder_do_not_count(log):
    fill(log, 2)
    for name in (".aside-1-2", "x.zip", "000000000009.zip.part", "١٢٣٤٥٦٧٨٩٠١٢.zip"):
        (log.path(1).parent / name).write_bytes(b"")
    (log.folder / "notes").mkdir()
    assert log.numbers_after(0) == [1, 2]
    log.tidy()
    assert not (log.path(1).parent / ".aside-1-2").exists()
    assert (log.path(1).parent / "x.zip").exists()


def test_a_log_keeps_its_identity(log, tmp_path):
    known = log.identity()
    assert RecordLog(log.folder).identity() == known
    assert RecordLog(tmp_path / "other").identity() != known


def test_the_log_needs_no_database():
    """Records are written, and read, without loading SQLAlchemy."""
    code = "import sys; from jeta.catalog import RecordLog; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
