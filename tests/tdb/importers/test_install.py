"""Imports go to a file of their own and respect what people wrote."""

from __future__ import annotations

import pytest

from jeta.errors import FormatError, TdbError
from jeta.tdb import Entry, Limits, Tdb
from jeta.tdb.importers import IMPORTED_NAME, install

JWST = '{"TlmMnemonics": [{"TlmMnemonic": "SA_A", "EUType": "FL32"}, {"TlmMnemonic": "SA_B", "EUType": "DS"}]}'
JWQL = '{"all": [{"name": "SA_A", "description": "about A", "dependency": [], "yellow_limits": [1, 2]}]}'


@pytest.fixture
def lists(tmp_path):
    """Two lists of MSIDs."""
    paths = [tmp_path / "jwst.json", tmp_path / "jwql.json"]
    for path, text in zip(paths, (JWST, JWQL), strict=True):
        path.write_text(text)
    return paths


def test_lists_become_one_file_that_loads(write, lists):
    folder = write("")
    done = install(folder, lists)
    assert (done.path, done.written, done.kept) == (folder / IMPORTED_NAME, 2, ())
    about_a = Entry("SA_A", description="about A", type="float64", limits=Limits(yellow_low=1, yellow_high=2))
    assert list(Tdb.load(folder).values()) == [about_a, Entry("SA_B", type="state")]


def test_a_later_import_adds_to_an_earlier_one(write, lists):
    folder = write("")
    together = install(folder, lists).path.read_text()
    (folder / IMPORTED_NAME).unlink()
    for path in lists:
        install(folder, [path])
    assert (folder / IMPORTED_NAME).read_text() == together


def test_an_entry_that_a_person_wrote_stays_and_is_told(write, lists):
    folder = write("sa_a:\n  unit: deg\n", "people.yaml")
    done = install(folder, lists)
    assert (done.written, done.kept) == (1, ("SA_A",))
    assert Tdb.load(folder)["SA_A"] == Entry("SA_A", unit="deg")


def test_a_list_of_no_known_kind_changes_nothing(write, lists):
    folder = write("")
    lists[1].write_text("[]")
    with pytest.raises(FormatError, match=r"jwql\.json is no list of MSIDs"):
        install(folder, lists[1:2])
    assert not (folder / IMPORTED_NAME).exists()


def test_a_folder_with_errors_changes_nothing(write, lists):
    folder = write("A: 5\n")
    with pytest.raises(TdbError, match=r"a\.yaml:1: MSID A"):
        install(folder, lists)
    assert not (folder / IMPORTED_NAME).exists()
