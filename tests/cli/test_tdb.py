"""``jeta tdb import`` and ``jeta tdb search``."""

from __future__ import annotations

import json

import pytest

from jeta.archive import open_archive


@pytest.fixture
def catalogue(tmp_path):
    """A list such as JWST publishes, of three mnemonics of which one cannot be a name."""
    names = ["SA_ONE", "no/name", "SA_TWO"]
    records = [{"TlmMnemonic": name, "EUType": "FL32", "Subsystem": "ACS", "AllPoints": 1} for name in names]
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps({"Count": 3, "TlmMnemonics": records}))
    return path


def test_import_takes_in_what_it_can_and_tells_the_rest(run, archive, catalogue):
    ran = run("tdb", "import", catalogue, "--archive", archive.root)
    assert (ran.code, ran.err) == (1, "")
    assert "2 entries imported" in ran.out
    assert "skipped catalogue.json: mnemonic 2: " in ran.out
    assert sorted(archive.tdb()) == ["SA_ONE", "SA_TWO"]


def test_import_leaves_entries_of_people_alone(run, archive, catalogue):
    (archive.layout.tdb / "mine.yaml").write_text("SA_ONE: {unit: V}\n")
    ran = run("tdb", "import", catalogue, "--archive", archive.root)
    assert "1 left as other files of the folder have them: SA_ONE" in ran.out
    assert (archive.tdb()["SA_ONE"].unit, archive.tdb()["SA_ONE"].type) == ("V", None)


def test_import_of_an_unknown_kind(run, archive, tmp_path):
    (tmp_path / "list.txt").write_text("SA_ONE\n")
    ran = run("tdb", "import", tmp_path / "list.txt", "--archive", archive.root)
    assert (ran.code, ran.out) == (2, "")
    assert "is no list of MSIDs of a known kind" in ran.err
    assert list(archive.layout.tdb.iterdir()) == []


def test_import_of_all_that_missions_publish(run, archive, shared_data):
    """Lists of two missions into one archive: no name is in both with different types, and doing it again changes nothing."""
    folder = shared_data / "msid_metadata"
    paths = [
        folder / "jwst_edb_mnemonics.json",
        folder / "chandra_tmsrment.txt",
        *sorted((folder / "jwql").glob("*.json")),
    ]
    first = run("tdb", "import", *paths, "--archive", archive.root)
    written = (archive.layout.tdb / "imported.yaml").read_bytes()
    again = run("tdb", "import", *reversed(paths), "--archive", archive.root)
    assert (first.code, again.code) == (0, 0)
    assert len(open_archive(archive.root).tdb()) > 14_000
    assert run("tdb", "import", *paths, "--archive", archive.root) == first
    assert (archive.layout.tdb / "imported.yaml").read_bytes() == written


def test_search(run, archive):
    (archive.layout.tdb / "a.yaml").write_text(
        "INRC_V: {unit: V, description: NIRCam voltage}\nIMIR_T: {unit: K, description: MIRI temperature}\n"
    )
    ran = run("tdb", "search", "nircam", "VOLT", "--archive", archive.root)
    assert ran.code == 0
    head, line = ran.out.splitlines()
    assert head.split() == ["msid", "type", "unit", "subsystem", "description"]
    assert line.split() == ["INRC_V", "V", "NIRCam", "voltage"]


def test_search_without_a_hit_exits_1(run, archive):
    assert run("tdb", "search", "nothing", "--archive", archive.root).code == 1
