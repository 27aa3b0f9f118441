"""``jeta flag``: set, undo, list, and what is said when that cannot be."""

from __future__ import annotations

import csv
import io
import os

import numpy as np
import pytest

from jeta import fetch, update

T0 = 1_600_000_000.0
SPAN = "2020:257:12:26:42", "2020:257:12:26:44"


@pytest.fixture
def root(archive):
    """An archive of two MSIDs of ten samples, a second apart."""
    for name in ("SA_ONE", "SA_TWO"):
        update.append(name, T0 + np.arange(10), np.arange(10.0), archive=archive)
    return archive.root


@pytest.fixture
def flag(run, root):
    """Run ``jeta flag`` on the archive."""
    return lambda *words: run("flag", *words, "--archive", root)


def bad(root, name="SA_ONE"):
    """Which samples are bad."""
    with fetch.set_archive(root):
        return np.flatnonzero(fetch.MSID(name).bads).tolist()


def test_set_list_undo(flag, root):
    done = flag("sa_one", *SPAN, "--reason", "the Moon", "--by", "ann")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "flag 1: SA_ONE bad from 2020:257:12:26:42.000 to 2020:257:12:26:44.000, 2 samples now, says ann: the Moon\n"
    )
    assert bad(root) == [2, 3]
    assert bad(root, "SA_TWO") == []
    listed = flag("--list")
    assert listed.out.splitlines()[0].split() == ["id", "msid", "start", "stop", "who", "when", "reason", "undone"]
    assert "SA_ONE" in listed.out.splitlines()[1]
    undone = flag("--undo", 1, "--reason", "wrong", "--by", "bob")
    assert (undone.code, undone.out) == (0, "flag 1 undone by bob: wrong\n")
    assert bad(root) == []
    assert flag("--list").out.rstrip().endswith("by bob: wrong")


def test_the_value_of_bad_in_a_fetch(flag, run, root):
    """What ``jeta fetch`` prints follows."""
    flag("sa_one", *SPAN, "--reason", "why")
    printed = run("fetch", "sa_one", "--start", T0, "--stop", T0 + 10, "--archive", root).out
    assert [row["bad"] for row in csv.DictReader(io.StringIO(printed))] == list("0011000000")


def test_several_names_and_patterns(flag, root):
    flag("sa_o*", "SA_TWO", str(T0 + 2), str(T0 + 4), "--reason", "seconds will do")
    assert bad(root) == bad(root, "SA_TWO") == [2, 3]


def test_times_before_now(run, root, monkeypatch):
    """One that begins with a minus sign stands behind two of them."""
    monkeypatch.setenv("CXOTIME_NOW", "2020:257:12:26:44")
    assert run("flag", "--reason", "why", "--archive", root, "--", "sa_one", "-0d 2s", "+0").code == 0
    assert bad(root) == [2, 3]


def test_listing_by_name(flag):
    flag("sa_one", *SPAN, "--reason", "Moon")
    flag("sa_two", *SPAN, "--reason", "Mars")
    for name, one, other in (("sa_one", "Moon", "Mars"), ("*TWO", "Mars", "Moon")):
        listed = flag("--list", name).out
        assert one in listed
        assert other not in listed
    assert flag("--list", "sa_three").code == 2


def test_no_flags(flag):
    assert flag("--list").out == "no flag found\n"
    assert flag("--list", "--csv").out.count("\n") == 1


def test_csv_has_all_names_and_digits(flag):
    flag("sa_*", repr(T0 + 0.1), repr(T0 + 0.3), "--reason", 'say "no", twice')
    flag("--undo", 1, "--reason", "x", "--by", "bob")
    (row,) = csv.DictReader(io.StringIO(flag("--list", "--csv").out))
    assert (row["id"], row["msids"], row["reason"]) == ("1", "SA_ONE SA_TWO", 'say "no", twice')
    assert (float(row["tstart"]), float(row["tstop"])) == (T0 + 0.1, T0 + 0.3)
    assert (row["undone_by"], row["undone_reason"]) == ("bob", "x")


def test_a_flag_of_no_samples_is_set_with_a_note(flag, root):
    done = flag("sa_one", "2050:001", "2050:002", "--reason", "test")
    assert (done.code, done.err) == (0, "note: no samples there now of SA_ONE\n")
    with fetch.set_archive(root):
        assert len(fetch.flags()) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sa_one", *SPAN], "--reason TEXT"),
        (["sa_one", *SPAN, "--reason", " "], "reason is empty"),
        (["sa_one", SPAN[0], "--reason", "why"], "expected names, a start and a stop"),
        (["--reason", "why"], "expected names, a start and a stop"),
        (["sa_one", *SPAN[::-1], "--reason", "why"], "the earlier one first"),
        (["sa_three", *SPAN, "--reason", "why"], "sa_three"),
        (["--undo", "1", "--reason", "why"], "there is no flag 1"),
        (["--undo", "1"], "--reason TEXT"),
        (["--undo", "1", "sa_one", "--reason", "why"], "takes the number of a flag alone"),
        (["--undo", "one", "--reason", "why"], "invalid int value"),
        (["--undo", "1", "--list"], "not allowed with"),
    ],
    ids=[
        "no-reason",
        "empty-reason",
        "no-stop",
        "no-names",
        "backwards",
        "unknown",
        "no-flag",
        "undo-no-reason",
        "undo-names",
        "no-number",
        "both",
    ],
)
def test_what_cannot_be_is_told(flag, root, words, told):
    done = flag(*words)
    assert done.code == 2
    assert told in done.err
    assert not (root / "flags").exists()


def test_by_environment_and_several_archives(run, root, archive, monkeypatch, tmp_path):
    """Of several archives as one all flags are listed, but which one a flag is for must be said."""
    monkeypatch.setenv("ENG_ARCHIVE", str(root))
    assert run("flag", "sa_one", *SPAN, "--reason", "why").code == 0
    assert run("create", tmp_path / "other").code == 0
    monkeypatch.setenv("ENG_ARCHIVE", os.pathsep.join([str(tmp_path / "other"), str(root)]))
    assert "SA_ONE" in run("flag", "--list").out
    refused = run("flag", "sa_one", *SPAN, "--reason", "why")
    assert (refused.code, "name the one that is to be changed" in refused.err) == (2, True)
    assert len(archive.flags()) == 1
