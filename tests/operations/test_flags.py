"""Setting and undoing flags: what is asked of who does it, what is written, what is told, and what `verify` says of it."""

from __future__ import annotations

import getpass
import json
import shutil

import numpy as np
import pytest

import jeta
from jeta import fetch, operations, update
from jeta.archive import create_archive
from jeta.computed import ComputedMsid
from jeta.errors import ArchiveNotFoundError, IntervalError, TimeFormatError, UnknownMsidError, ValuesError

T0 = 1_600_000_000.0
SPAN = T0 + 2, T0 + 4


@pytest.fixture(autouse=True)
def _none_in_use(monkeypatch):
    monkeypatch.delenv("ENG_ARCHIVE", raising=False)
    with fetch.set_archive(None):
        yield


@pytest.fixture
def archive(tmp_path):
    """An archive of three MSIDs of ten samples, a second apart."""
    made = create_archive(tmp_path / "archive")
    for name in ("SA_ONE", "SA_TWO", "SB_ONE"):
        update.append(name, T0 + np.arange(10), np.arange(10.0), archive=made)
    return made


def files(archive):
    """Names of the records."""
    folder = archive.root / "flags"
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.exists() else []


def test_a_flag_tells_what_it_is_for(archive):
    done = operations.flag("sa_*", *SPAN, " the Moon\nwas bright ", by="ann", archive=archive)
    assert done.flag.msids == ("SA_ONE", "SA_TWO")
    assert (done.flag.tstart, done.flag.tstop) == SPAN
    assert (done.flag.datestart, done.flag.datestop) == ("2020:257:12:26:42.000", "2020:257:12:26:44.000")
    assert (done.flag.id, done.flag.who, done.flag.reason) == (1, "ann", "the Moon was bright")
    assert done.flag.version == jeta.__version__
    assert (done.rows, done.total_rows, done.note) == ({"SA_ONE": 2, "SA_TWO": 2}, 4, "")
    span = "from 2020:257:12:26:42.000 to 2020:257:12:26:44.000"
    assert str(done) == f"flag 1: SA_ONE, SA_TWO bad {span}, 4 samples now, says ann: the Moon was bright"


def test_who_it_is_is_known_by_default(archive, monkeypatch):
    assert operations.flag("sa_one", *SPAN, "why", archive=archive).flag.who == getpass.getuser()
    monkeypatch.setattr(getpass, "getuser", lambda: {}["nobody"])
    with pytest.raises(ValuesError, match="does not know who you are"):
        operations.flag("sa_one", *SPAN, "why", archive=archive)


def test_the_time_of_flagging_is_that_of_the_system(archive, monkeypatch):
    """CXOTIME_NOW, which sets what fetches take for now, has no part in the record."""
    monkeypatch.setenv("CXOTIME_NOW", "2001:001")
    assert operations.flag("sa_one", *SPAN, "why", archive=archive).flag.when_utc > "2024"


def test_a_pattern_stands_for_what_matches_now(archive):
    operations.flag("s*_one", *SPAN, "why", archive=archive)
    update.append("SC_ONE", T0 + np.arange(10), np.arange(10.0), archive=archive)
    with fetch.set_archive(archive):
        assert [int(fetch.MSID(name).bads.sum()) for name in ("SA_ONE", "SB_ONE", "SC_ONE")] == [2, 2, 0]


def test_names_count_once(archive):
    assert operations.flag(["SA_*", "sa_one"], *SPAN, "why", archive=archive).flag.msids == ("SA_ONE", "SA_TWO")


def test_times_may_be_of_any_form(archive):
    done = operations.flag("sa_one", "2020:257:12:26:42", np.datetime64("2020-09-13T12:26:44"), "why", archive=archive)
    assert (done.flag.tstart, done.flag.tstop) == SPAN


def test_a_flag_of_no_samples_says_so(archive):
    done = operations.flag("sa_one", "2050:001", "2050:002", "why", archive=archive)
    assert done.note == "no samples there now of SA_ONE"
    assert "no samples there now" in repr(done)
    assert files(archive) == ["00000001.json"]


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"msids": "sa_three"}, UnknownMsidError, "sa_three"),
        ({"msids": ["sa_one", "zz*"]}, UnknownMsidError, r"zz\*"),
        ({"msids": "../sa_one"}, UnknownMsidError, r"sa_one"),
        ({"msids": []}, UnknownMsidError, "at least one"),
        ({"msids": 5}, UnknownMsidError, "5"),
        ({"msids": "diff__sa_one__sa_two"}, UnknownMsidError, "flag the MSIDs that it is made of"),
        ({"start": None}, ValuesError, "start is None"),
        ({"stop": None}, ValuesError, "stop is None"),
        ({"start": "noon"}, TimeFormatError, "noon"),
        ({"stop": T0 + 2}, IntervalError, "the earlier one first"),
        ({"stop": T0}, IntervalError, "the earlier one first"),
        ({"reason": ""}, ValuesError, "reason is empty"),
        ({"reason": "\n "}, ValuesError, "reason is empty"),
        ({"reason": None}, ValuesError, "reason must be a text"),
        ({"reason": "\x1b[2Jgone"}, ValuesError, "cannot be shown"),
        ({"by": " "}, ValuesError, "by is empty"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_refused_and_leaves_nothing(archive, change, error, told):
    given = {"msids": "sa_one", "start": SPAN[0], "stop": SPAN[1], "reason": "why", **change}
    with pytest.raises(error, match=told):
        operations.flag(**given, archive=archive)
    assert files(archive) == []


def test_a_computed_msid_of_ones_own_is_refused(archive):
    class TwiceForFlags(ComputedMsid):
        msid_match = r"twice__(\w+)"

        def get_msid_attrs(self, tstart, tstop, msid, msid_args):
            """Never asked for."""

    with pytest.raises(UnknownMsidError, match="is computed at each fetch"):
        operations.flag("twice__sa_one", *SPAN, "why", archive=archive)


def test_no_archive_is_an_error(tmp_path):
    with pytest.raises(ArchiveNotFoundError):
        operations.flag("sa_one", *SPAN, "why", archive=tmp_path)
    with pytest.raises(ArchiveNotFoundError):
        operations.flag("sa_one", *SPAN, "why")


def test_the_archive_in_use_is_the_default(archive):
    with fetch.set_archive(archive):
        operations.flag("sa_one", *SPAN, "why")
        operations.unflag(1, "why not")
        assert len(operations.flags()) == 1
    assert len(operations.flags("sa_one", archive=archive)) == 1
    assert len(operations.flags("sa_two", archive=archive.root)) == 0


def test_an_undo_adds_a_record_and_changes_none(archive):
    operations.flag("sa_one", *SPAN, "why", by="ann", archive=archive)
    first = (archive.root / "flags" / "00000001.json").read_bytes()
    done = operations.unflag(1, "wrong day", by="bob", archive=archive)
    assert (done.id, done.flag_id, done.who, done.reason) == (2, 1, "bob", "wrong day")
    assert (archive.root / "flags" / "00000001.json").read_bytes() == first
    assert files(archive) == ["00000001.json", "00000002.json"]
    known = operations.flags(archive=archive)[0]
    assert (known.flag.who, known.undo) == ("ann", done)


def test_flags_are_undone_one_by_one(archive):
    """Where two overlap, each holds for itself."""
    operations.flag("sa_one", T0, T0 + 4, "one", archive=archive)
    operations.flag("sa_one", T0 + 2, T0 + 6, "two", archive=archive)
    with fetch.set_archive(archive):
        operations.unflag(1, "test")
        assert np.flatnonzero(fetch.MSID("sa_one").bads).tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize("number", [0, 3, 4, "1", None, 1.0, -1])
def test_what_is_no_flag_cannot_be_undone(archive, number):
    """Nor can an undo."""
    operations.flag("sa_one", *SPAN, "why", archive=archive)
    operations.flag("sa_two", *SPAN, "why", archive=archive)
    operations.unflag(2, "why", archive=archive)
    with pytest.raises(ValuesError, match=r"there is no flag .*the last ones are 1, 2"):
        operations.unflag(number, "why", archive=archive)
    assert len(files(archive)) == 3


def test_a_flag_is_undone_once_and_for_a_reason(archive):
    operations.flag("sa_one", *SPAN, "why", archive=archive)
    with pytest.raises(ValuesError, match="reason is empty"):
        operations.unflag(1, "", archive=archive)
    operations.unflag(1, "first", by="bob", archive=archive)
    with pytest.raises(ValuesError, match=r"was undone at .* by bob \(first\)"):
        operations.unflag(1, "second", archive=archive)
    assert len(files(archive)) == 2


# verify


def found(archive):
    return [(one.severity, one.path.relative_to(archive.root).as_posix()) for one in operations.verify(archive.root)]


@pytest.fixture
def flagged(archive):
    """The archive with two flags, one undone."""
    operations.flag("sa_one", *SPAN, "why", archive=archive)
    operations.flag("sa_two", *SPAN, "why", archive=archive)
    operations.unflag(1, "why", archive=archive)
    return archive


def test_flags_are_whole_as_they_were_written(flagged):
    assert found(flagged) == []


def test_verify_finds_each_changed_record(flagged):
    for name in files(flagged):
        path = flagged.root / "flags" / name
        whole = path.read_bytes()
        content = json.loads(whole)
        path.write_text(json.dumps(content | {"reason": "another"}))
        assert found(flagged) == [("error", f"flags/{name}")]
        path.write_bytes(whole[:40])
        assert found(flagged) == [("error", f"flags/{name}")]
        path.write_bytes(whole)
    assert found(flagged) == []


def test_verify_finds_lost_records(flagged):
    (flagged.root / "flags" / "00000002.json").unlink()
    assert found(flagged) == [("error", "flags/00000002.json")]


def test_verify_tells_what_lies_among_the_flags(flagged):
    (flagged.root / "flags" / ".aside-1-2").write_bytes(b"x")
    shutil.copy(flagged.root / "flags" / "00000001.json", flagged.root / "flags" / "copy of 1.json")
    told = operations.verify(flagged.root)
    assert [(one.severity, one.path.name) for one in told] == [("note", ".aside-1-2"), ("note", "copy of 1.json")]
    assert "the next flag removes it" in told[0].message
    assert "move it out" in told[1].message
