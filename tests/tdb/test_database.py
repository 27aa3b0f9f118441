"""Lookup by name, pattern, words and id."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from jeta.errors import JetaError, TdbError, UnknownMsidError
from jeta.tdb import Entry, Tdb

ENTRIES = [
    Entry("TEPHIN", id=30, description="EPHIN temperature", unit="K", subsystem="EPH"),
    Entry("AOPCADMD", id=10, type="state", state_codes={0: "STBY", 1: "NPNT"}, subsystem="PCAD"),
    Entry("1CBAT", description="Camera body temp. A <new>", unit="K", subsystem="ACIS"),
    Entry("TCYLFMZM", id=2**63 - 1, description="-Z cylinder", unit="F"),
]


@pytest.fixture(params=["made", "loaded", "cached"])
def tdb(request, tmp_path):
    """The same database made of entries, loaded from YAML, or from its cache."""
    if request.param == "made":
        return Tdb(ENTRIES)
    from jeta.tdb import write_yaml

    write_yaml(ENTRIES, tmp_path / "a.yaml")
    loaded = Tdb.load(tmp_path)
    return loaded if request.param == "loaded" else Tdb.load(tmp_path)


@pytest.mark.parametrize("name", ["TEPHIN", "tephin", "Tephin"])
def test_a_name_is_found_in_any_case(tdb, name):
    assert tdb[name] == tdb.get(name) == ENTRIES[0]
    assert name in tdb


def test_it_is_a_mapping_sorted_by_name(tdb):
    assert list(tdb) == ["1CBAT", "AOPCADMD", "TCYLFMZM", "TEPHIN"]
    assert list(tdb.items()) == [(entry.name, entry) for entry in sorted(ENTRIES, key=lambda entry: entry.name)]
    assert len(tdb) == 4
    assert tdb == Tdb(ENTRIES)


def test_an_unknown_name_is_an_error_with_near_names(tdb):
    with pytest.raises(
        UnknownMsidError, match="MSID 'tefin' is not among the 4 of the telemetry database; did you mean TEPHIN"
    ):
        tdb["tefin"]


@pytest.mark.parametrize("kind", [KeyError, ValueError, JetaError])
def test_an_unknown_name_is_also_a_builtin_kind_of_error(tdb, kind):
    with pytest.raises(kind, match=r"search\('...'\) finds MSIDs by words"):
        tdb["xxxxxxxxxx"]


@pytest.mark.parametrize("name", [5, None, b"TEPHIN", ("TEPHIN",), ""])
def test_what_is_no_name_is_unknown(tdb, name):
    assert name not in tdb
    assert tdb.get(name) is None
    with pytest.raises(UnknownMsidError):
        tdb[name]


def test_get_returns_a_default(tdb):
    assert tdb.get("NO") is None
    assert tdb.get("NO", 5) == 5


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("t*", ["TCYLFMZM", "TEPHIN"]),
        ("*", ["1CBAT", "AOPCADMD", "TCYLFMZM", "TEPHIN"]),
        ("?CBAT", ["1CBAT"]),
        ("[!a-z1]*", []),
        ("[1a]*", ["1CBAT", "AOPCADMD"]),
        ("tephin", ["TEPHIN"]),
        ("TEPH", []),
        ("", []),
        ("[", []),
    ],
)
def test_a_glob_gives_sorted_names(tdb, pattern, expected):
    assert tdb.glob(pattern) == expected


@pytest.mark.parametrize(
    ("words", "more", "expected"),
    [
        ("temp", {}, ["1CBAT", "TEPHIN"]),
        ("TEMP ephin", {}, ["TEPHIN"]),
        (["temp", "a"], {}, ["1CBAT", "TEPHIN"]),
        ("pcad", {}, ["AOPCADMD"]),
        ("", {"unit": "k"}, ["1CBAT", "TEPHIN"]),
        ("", {"unit": ""}, ["AOPCADMD"]),
        ("", {"subsystem": "eph"}, ["TEPHIN"]),
        ("temp", {"unit": "F"}, []),
        ("", {"limit": 2}, ["1CBAT", "AOPCADMD"]),
        ("nothing like it", {}, []),
    ],
)
def test_search_finds_entries_in_which_every_word_appears(tdb, words, more, expected):
    assert [entry.name for entry in tdb.search(words, **more)] == expected


def test_an_entry_is_found_by_its_id(tdb):
    assert tdb.by_id(10) == ENTRIES[1]
    assert tdb.by_id(2**63 - 1) == ENTRIES[3]
    assert tdb.by_id(11) is None


def test_all_ids_come_sorted_with_their_names(tdb):
    ids, names = tdb.ids()
    assert ids.dtype == np.int64
    assert ids.tolist() == [10, 30, 2**63 - 1]
    assert names == ["AOPCADMD", "TEPHIN", "TCYLFMZM"]


def test_a_database_without_ids_has_an_empty_int64_array():
    ids, names = Tdb([Entry("A")]).ids()
    assert ids.dtype == np.int64
    assert (ids.shape, names) == ((0,), [])


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([Entry("A"), Entry("a")], "MSID A: expected each MSID once"),
        ([Entry("A", id=1), Entry("B", id=1)], "MSID B: key 'id': expected an id of its own, got 1, the id of A"),
    ],
)
def test_entries_that_exclude_each_other_are_refused(entries, said):
    with pytest.raises(TdbError) as caught:
        Tdb(entries)
    assert said in str(caught.value)


def test_a_short_text_tells_what_it_is(tdb):
    assert repr(tdb) == "<Tdb of 4 MSIDs: 1CBAT, AOPCADMD, TCYLFMZM, TEPHIN>"
    assert repr(Tdb()) == "<Tdb of 0 MSIDs>"
    assert repr(Tdb(Entry(f"A{number}") for number in range(9))) == "<Tdb of 9 MSIDs: A0, A1, A2, ..., A8>"


def test_a_notebook_shows_the_first_entries_as_a_table(tdb):
    html = tdb._repr_html_()
    assert "<td>TEPHIN</td><td>EPHIN temperature</td><td>K</td><td></td><td>EPH</td>" in html
    assert "A &lt;new&gt;" in html
    assert "more" not in html
    assert "and 20 more" in Tdb(Entry(f"A{number}") for number in range(30))._repr_html_()


def test_it_can_be_copied_and_sent_to_a_worker(tdb):
    assert pickle.loads(pickle.dumps(tdb)) == copy.deepcopy(tdb) == tdb


def test_threads_get_the_same_entry(tmp_path, write):
    folder = write("".join(f"A{number}:\n  unit: V\n" for number in range(300)))
    Tdb.load(folder)
    tdb, found = Tdb.load(folder), []
    threads = [threading.Thread(target=lambda: found.append([tdb[name] for name in tdb])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one is other for row in found for one, other in zip(row, found[0], strict=True))


def test_importing_it_brings_no_yaml():
    code = "import sys, jeta.tdb; print(sorted({'yaml', 'h5py', 'astropy', 'difflib'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"
