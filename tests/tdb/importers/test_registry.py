"""A file finds its importer by content."""

from __future__ import annotations

import pytest

from jeta.errors import FormatError
from jeta.tdb import Entry, Tdb, write_yaml
from jeta.tdb.importers import IMPORTERS, import_file, import_files
from jeta.tdb.importers.source import read_source

JWST = '{"Count": 1, "TlmMnemonics": [{"TlmMnemonic": "SA_A", "Subsystem": "ACS", "EUType": "FL32", "AllPoints": 1}]}'
JWQL = '{"all": [{"name": "SA_A", "description": "about A", "dependency": [], "yellow_limits": [1, 2]}]}'
CHANDRA = '"TEPHIN","EPHIN TEMP","IUNS","PP","DEGC",0,255,8,"N",,,,1,,1,,,"EPH","X","U",,;\n'


@pytest.mark.parametrize(
    ("text", "name"), [(JWST, "jwst-catalogue"), (JWQL, "jwql-limits"), (CHANDRA, "chandra-tmsrment")]
)
def test_each_file_is_of_exactly_one_kind(tmp_path, text, name):
    (tmp_path / "any.name").write_text(text)
    source = read_source(tmp_path / "any.name")
    assert [importer.NAME for importer in IMPORTERS if importer.recognise(source)] == [name]
    assert len(import_file(tmp_path / "any.name").entries) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just text",
        "a,b,c\n",
        "[]",
        "{}",
        '{"all": []}',
        '{"Data": [{"ObsTime": "x"}]}',
        '{"TlmMnemonics": 5}',
        "[1]",
    ],
)
def test_a_file_of_no_known_kind_is_told_what_is_known(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        import_file(path)
    assert str(caught.value).startswith(
        f"{path} is no list of MSIDs of a known kind; expected one of: jwst-catalogue: "
    )
    assert all(importer.DESCRIPTION in str(caught.value) for importer in IMPORTERS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"Count":\n 1,\n "TlmMnemonics": [}', r"a.txt:3: expected JSON, as the file begins"),
        (b"\xff\xfeA\x00", r"a.txt: expected text in UTF-8, but byte 0 is 0xff"),
    ],
)
def test_a_damaged_file_is_told_where(tmp_path, content, said):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(FormatError, match=said):
        import_file(tmp_path / "a.txt")


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        import_file(tmp_path / "no")


def test_a_byte_order_mark_does_not_matter(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + JWST.encode())
    assert import_file(tmp_path / "a.json").entries[0].name == "SA_A"


def test_several_files_make_one_entry_per_msid_and_say_which_file_lacked_what(tmp_path):
    (tmp_path / "a.json").write_text(JWST)
    (tmp_path / "b.json").write_text(JWQL)
    (tmp_path / "c.txt").write_text(CHANDRA + "short\n")
    found = import_files(tmp_path / name for name in ("a.json", "b.json", "c.txt"))
    assert [entry.name for entry in found.entries] == ["SA_A", "TEPHIN"]
    assert (found.entries[0].type, found.entries[0].description) == ("float64", "about A")
    assert [where for where, _ in found.skipped] == ["c.txt: line 2"]


def test_what_was_imported_can_be_written_and_loaded(tmp_path):
    (tmp_path / "a.txt").write_text(CHANDRA)
    write_yaml(import_file(tmp_path / "a.txt").entries, tmp_path / "a.yaml")
    expected = Entry("TEPHIN", description="EPHIN TEMP", type="float64", unit="DEGC", subsystem="EPH")
    assert list(Tdb.load(tmp_path).values()) == [expected]


def test_the_real_lists_together_come_back_from_yaml_and_cache_as_they_were(shared_data, tmp_path):
    metadata = shared_data / "msid_metadata"
    paths = [
        metadata / "jwst_edb_mnemonics.json",
        *sorted(metadata.glob("jwql/*.json")),
        metadata / "chandra_tmsrment.txt",
    ]
    entries = import_files(paths).entries
    write_yaml(entries, tmp_path / "all.yaml")
    expected = sorted(entries, key=lambda entry: entry.name)
    assert len(expected) == 2449 + 123 + 11558
    assert list(Tdb.load(tmp_path).values()) == expected
    assert list(Tdb.load(tmp_path).values()) == expected
