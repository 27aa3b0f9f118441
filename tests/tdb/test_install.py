"""`install`: lists that missions publish into the folder of a telemetry database, beside what people wrote."""

from __future__ import annotations

import json

import pytest

from jeta.errors import FormatError, TdbError
from jeta.tdb import Entry, Limits, Tdb, write_yaml
from jeta.tdb.importers import install


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "tdb"
    path.mkdir()
    return path


@pytest.fixture
def catalogue(tmp_path):
    """Write a list such as JWST publishes."""

    def catalogue(file="catalogue.json", kind="FL32", subsystem="ACS", names=("A", "B")):
        records = [{"TlmMnemonic": n, "EUType": kind, "Subsystem": subsystem, "AllPoints": 1} for n in names]
        (tmp_path / file).write_text(json.dumps({"Count": len(records), "TlmMnemonics": records}))
        return tmp_path / file

    return catalogue


def test_entries_are_written_and_can_be_loaded(folder, catalogue):
    done = install(folder, [catalogue()])
    assert (done.path, done.written, done.kept, len(done.imported.entries)) == (folder / "imported.yaml", 2, (), 2)
    assert Tdb.load(folder)["a"] == Entry("A", type="float64", subsystem="ACS")


def test_doing_it_twice_changes_nothing(folder, catalogue):
    install(folder, [catalogue()])
    before = (folder / "imported.yaml").read_bytes()
    assert install(folder, [catalogue()]).written == 2
    assert (folder / "imported.yaml").read_bytes() == before


def test_earlier_imports_stay_and_the_later_one_wins(folder, catalogue):
    install(folder, [catalogue(names=("A", "B"))])
    done = install(folder, [catalogue(names=("B", "C"), kind="DS", subsystem="EPS")])
    tdb = Tdb.load(folder)
    assert (done.written, len(done.imported.entries)) == (3, 2)
    assert {name: (tdb[name].type, tdb[name].subsystem) for name in tdb} == {
        "A": ("float64", "ACS"), "B": ("state", "EPS"), "C": ("state", "EPS"),
    }  # fmt: skip


def test_of_several_lists_at_once_the_later_one_wins(folder, catalogue):
    one, two = catalogue("one.json", subsystem="ONE"), catalogue("two.json", subsystem="TWO", names=("B",))
    install(folder, [one, two])
    tdb = Tdb.load(folder)
    assert (tdb["A"].subsystem, tdb["B"].subsystem) == ("ONE", "TWO")


def test_files_of_people_win_and_stay_as_they_are(folder, catalogue):
    mine = folder / "mine.yaml"
    mine.write_text("# measured in the lab\na:\n  unit: mV\n")
    done = install(folder, [catalogue()])
    assert (done.written, done.kept) == (1, ("A",))
    assert mine.read_text() == "# measured in the lab\na:\n  unit: mV\n"
    assert (Tdb.load(folder)["A"].unit, Tdb.load(folder)["A"].type) == ("mV", None)


def test_entry_that_a_person_takes_over_later_leaves_the_imported_file(folder, catalogue):
    install(folder, [catalogue()])
    (folder / "mine.yaml").write_text("A: {unit: mV}\n")
    assert install(folder, [catalogue()]).kept == ("A",)
    assert list(Tdb.load(folder)) == ["A", "B"]


def test_entry_whose_identifier_a_person_has_given_away_is_left_out(folder, catalogue):
    """Two entries of one identifier would make the whole database unreadable."""
    write_yaml([Entry("OLD", id=7)], folder / "imported.yaml")
    (folder / "mine.yaml").write_text("NEW: {id: 7}\n")
    assert install(folder, [catalogue(names=("A",))]).kept == ("OLD",)
    assert Tdb.load(folder).by_id(7).name == "NEW"


def test_what_earlier_imports_know_is_kept_where_the_new_one_is_silent(folder, catalogue):
    write_yaml([Entry("A", type="float64", unit="V", limits=Limits(red_low=1.0))], folder / "imported.yaml")
    install(folder, [catalogue(names=("A",), kind="??")])
    assert Tdb.load(folder)["A"] == Entry("A", type="float64", unit="V", limits=Limits(red_low=1.0), subsystem="ACS")


def test_lists_of_unknown_kind_alone_write_nothing(folder, tmp_path):
    (tmp_path / "list.txt").write_text("A\n")
    with pytest.raises(FormatError, match="is no list of MSIDs of a known kind"):
        install(folder, [tmp_path / "list.txt"])
    assert list(folder.iterdir()) == []


def test_list_of_unknown_kind_beside_others_is_told(folder, catalogue, tmp_path):
    (tmp_path / "list.txt").write_text("A\n")
    done = install(folder, [catalogue(), tmp_path / "list.txt"])
    assert done.written > 0
    assert ("list.txt", "no list of MSIDs of a known kind") in done.imported.skipped


@pytest.mark.parametrize("name", ["mine.yaml", "imported.yaml"])
def test_wrong_file_in_the_folder_is_told_and_nothing_written(folder, catalogue, name):
    (folder / name).write_text("A: {unti: V}\n")
    with pytest.raises(TdbError, match=rf"{name}:1: MSID A: "):
        install(folder, [catalogue()])
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_text() == "A: {unti: V}\n"


def test_what_was_skipped_is_told_with_its_place(folder, catalogue):
    done = install(folder, [catalogue(names=("A", "no/name", "A"))])
    assert [where for where, _ in done.imported.skipped] == ["catalogue.json: mnemonic 2", "catalogue.json: A"]
    assert done.written == 1


def test_lists_of_two_missions_share_a_folder(folder, shared_data):
    """All that is published, in any order: it loads, and no MSID of Chandra is one of JWST."""
    lists = shared_data / "msid_metadata"
    jwst = [lists / "jwst_edb_mnemonics.json", *sorted((lists / "jwql").glob("*.json"))]
    chandra = [lists / "chandra_tmsrment.txt"]
    first = {entry.name for entry in install(folder, jwst).imported.entries}
    second = {entry.name for entry in install(folder, chandra).imported.entries}
    assert not first & second
    assert set(Tdb.load(folder)) == first | second
