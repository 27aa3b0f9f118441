"""Several archives read as one."""

from __future__ import annotations

import os

import pytest

from archive.rows import archive_with, rows, texts
from jeta import fetch
from jeta.archive import ArchiveReader, JetaReader, SeveralReaders, create_archive, open_archive, open_roots
from jeta.errors import ArchiveMismatchError, ArchiveNotFoundError
from jeta.tdb import Entry, write_yaml


@pytest.fixture
def flight(tmp_path):
    return archive_with(tmp_path / "flight", {"A": rows([5000, 6000], [1.0, 2.0]), "T": texts([5000], ["ON"], [1.0])})


@pytest.fixture
def test_bench(tmp_path):
    return archive_with(tmp_path / "bench", {"A": rows([1000], [9.0]), "B": rows([2000], [3.0])})


@pytest.fixture
def both(flight, test_bench):
    return open_roots([flight, test_bench])


def test_the_first_archive_that_has_an_msid_answers(both):
    assert both.read("A", 0, 10).values.tolist() == [1.0, 2.0]
    assert both.read("B", 0, 10).values.tolist() == [3.0]
    assert both.read("NONE", 0, 10).times.tolist() == []
    assert (both.time_range("A"), both.time_range("B"), both.time_range("NONE")) == ((5.0, 6.0), (2.0, 2.0), None)
    assert both.states("T") == [(1, "ON")]


def test_names_are_those_of_all(both):
    assert both.names() == ["A", "B", "T"]
    assert ["A" in both, "B" in both, "C" in both, 5 in both] == [True, True, False, False]


def test_the_first_instant_is_that_of_all(both, tmp_path):
    assert both.first_instant() == 1.0
    assert SeveralReaders([create_archive(tmp_path / "new")]).first_instant() is None


def test_where_it_is_is_where_the_first_is(both, flight, test_bench):
    assert (both.root, both.roots, both.time_system) == (flight, [flight, test_bench], "unix")
    assert "flight" in repr(both)
    assert "bench" in repr(both)


def test_it_has_all_that_a_reader_must_have(both):
    wanted = [name for name in vars(ArchiveReader) if not name.startswith("_")]
    assert "instant_before" in wanted
    assert [name for name in wanted if not hasattr(both, name)] == []


def test_entries_of_the_first_telemetry_database_come_first(both):
    first, second = (reader.layout.tdb / "msids.yaml" for reader in both.readers)
    write_yaml([Entry("A", id=1, unit="V"), Entry("T", id=2, description="mode")], first)
    write_yaml([Entry("A", id=9, unit="K"), Entry("B", id=2, unit="m"), Entry("C", id=3)], second)
    tdb = both.tdb()
    assert {name: (entry.unit, entry.id) for name, entry in tdb.items()} == {
        "A": ("V", 1),
        "B": ("m", None),
        "C": (None, 3),
        "T": (None, 2),
    }
    assert (tdb.by_id(2).name, tdb.by_id(9), [entry.name for entry in tdb.search("mode")]) == ("T", None, ["T"])


def test_the_telemetry_database_follows_its_files(both):
    assert len(both.tdb()) == 0
    write_yaml([Entry("B", unit="m")], both.readers[1].layout.tdb / "msids.yaml")
    assert both.tdb()["B"].unit == "m"
    write_yaml([Entry("A", unit="V")], both.readers[0].layout.tdb / "msids.yaml")
    assert [entry.unit for entry in both.tdb().values()] == ["V", "m"]


def test_archives_of_different_time_systems_are_refused(flight, tmp_path):
    other = create_archive(tmp_path / "chandra", time_system="cxcsec")
    with pytest.raises(ArchiveMismatchError, match=r"flight \(unix\), .*chandra \(cxcsec\); leave out"):
        open_roots([flight, other.root])


def test_no_archive_at_all_is_refused():
    for nothing in ("", os.pathsep, [], ()):
        with pytest.raises(ArchiveNotFoundError, match="no archive is named"):
            open_roots(nothing)
    with pytest.raises(ArchiveNotFoundError, match="at least one archive"):
        SeveralReaders([])


def test_one_root_gives_a_plain_reader(flight):
    for one in (flight, str(flight), [flight], (str(flight),), [flight, str(flight)], f"{flight}{os.pathsep}{flight}"):
        assert type(open_roots(one)) is JetaReader
    reader = open_archive(flight)
    assert open_roots([reader]) is reader


def test_several_roots_are_named_by_a_text_or_a_list(flight, test_bench):
    reader = open_archive(test_bench)
    for several in (f"{flight}{os.pathsep}{test_bench}", [flight, reader], (flight, test_bench, flight)):
        assert open_roots(several).roots == [flight, test_bench]
    assert open_roots(f"{test_bench}{os.pathsep}{flight}").root == test_bench


def test_a_folder_may_have_the_separator_in_its_name(tmp_path):
    root = create_archive(tmp_path / f"2024{os.pathsep}001").root
    assert open_roots(str(root)).root == root


def test_an_archive_that_is_not_there_is_an_error(flight, tmp_path):
    with pytest.raises(ArchiveNotFoundError, match="jeta create"):
        open_roots([flight, tmp_path / "none"])


def test_an_open_reader_of_several_serves_a_fetch(both):
    with fetch.set_archive(both):
        assert fetch.MSID("B", 0, 10).vals.tolist() == [3.0]
        assert fetch.MSID("A", 0, 10).vals.tolist() == [1.0, 2.0]
