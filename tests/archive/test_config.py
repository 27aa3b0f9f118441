"""Creating an archive, and what is said where that or opening one cannot be."""

from __future__ import annotations

import pytest
import yaml

from jeta.archive import ArchiveConfig, create_archive, open_archive
from jeta.errors import ArchiveCorruptError, ArchiveExistsError, ArchiveNotFoundError


def test_a_new_archive_is_empty_and_opens(tmp_path):
    reader = create_archive(tmp_path / "deep" / "jwst", time_system="cxcsec", earliest="2000-01-01")
    assert (reader.names(), reader.time_system, reader.config.name) == ([], "cxcsec", "jwst")
    assert open_archive(reader.root).config == reader.config
    assert reader.time_range("TEMP") is None
    assert reader.first_instant() is None
    assert len(reader.read("TEMP", 0, 1).times) == 0


def test_an_empty_folder_may_become_an_archive(tmp_path):
    assert create_archive(tmp_path, name="here").config.name == "here"


def test_an_archive_is_not_created_twice(tmp_path):
    create_archive(tmp_path / "a")
    with pytest.raises(ArchiveExistsError, match="already holds an archive; use it as it is, or name another folder"):
        create_archive(tmp_path / "a")


def test_other_files_are_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ArchiveExistsError, match="is not an empty folder"):
        create_archive(tmp_path)
    with pytest.raises(FileExistsError):
        create_archive(tmp_path / "thesis.tex")


@pytest.mark.parametrize("make", [lambda path: path / "none", lambda path: path])
def test_no_archive_there_says_how_to_create_one(tmp_path, make):
    with pytest.raises(ArchiveNotFoundError, match=r"no jeta archive at .*; create one with  jeta create"):
        open_archive(make(tmp_path))


def test_a_file_is_no_archive(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError, match="no jeta archive"):
        open_archive(tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not readable as YAML"),
        (b"\xff\xfe\xff", "not readable as YAML"),
        (b"", "must be a mapping"),
        (b"- a", "must be a mapping"),
        (b"time_system: unix", "must be a mapping"),
        (b"name: a\ncolour: red", "colour"),
        (b"name: a\ntime_system: tai", "must be one of unix, cxcsec, but is 'tai'"),
        (b"name: a\nformat: 2", "format 2 is not the format 1"),
        (b"name: a\nearliest: 2020-01-01\nlatest: 2010-01-01", "must come before"),
        (b"name: a\nearliest: yesterday", "archive.yaml"),
        (b"name: a\nstatistics: sometimes", "statistics must be true or false, but is 'sometimes'"),
    ],
)
def test_settings_that_are_wrong_are_named(tmp_path, content, message):
    path = create_archive(tmp_path / "a").layout.settings
    path.write_bytes(content)
    with pytest.raises(ArchiveCorruptError, match=message):
        open_archive(tmp_path / "a")


def test_dates_without_quotes_are_dates(tmp_path):
    path = create_archive(tmp_path / "a").layout.settings
    path.write_text("name: 7\nearliest: 1999-07-23\n")
    assert open_archive(tmp_path / "a").config == ArchiveConfig("7", earliest="1999-07-23")


def test_settings_are_plain_yaml(tmp_path):
    content = yaml.safe_load(create_archive(tmp_path / "a").layout.settings.read_text())
    assert content == {
        "name": "a",
        "time_system": "unix",
        "earliest": "1990-01-01",
        "latest": "2090-01-01",
        "statistics": True,
        "format": 1,
    }


def test_a_wrong_setting_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(ValueError, match="time_system must be one of"):
        create_archive(tmp_path / "a", time_system="gps")
    assert not (tmp_path / "a").exists()


def test_how_files_are_ingested_is_a_mapping(tmp_path):
    create_archive(tmp_path / "a")
    path = tmp_path / "a" / "archive.yaml"
    path.write_text(path.read_text() + "ingest:\n  preset: jeta1\n")
    assert open_archive(tmp_path / "a").config.ingest == {"preset": "jeta1"}
    path.write_text(path.read_text() + "catalog: sqlite:///x.db\n")
    assert open_archive(tmp_path / "a").config.catalog == "sqlite:///x.db"


def test_settings_that_are_as_usual_are_not_written(tmp_path):
    create_archive(tmp_path / "a")
    assert not {"ingest", "catalog"} & set((tmp_path / "a" / "archive.yaml").read_text().replace(":", " ").split())


def test_ingest_settings_that_are_no_mapping_are_refused(tmp_path):
    create_archive(tmp_path / "a")
    path = tmp_path / "a" / "archive.yaml"
    path.write_text(path.read_text() + "ingest: jeta1\n")
    with pytest.raises(ArchiveCorruptError, match="ingest must be a mapping"):
        open_archive(tmp_path / "a")
