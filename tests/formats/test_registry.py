"""Formats by name and by content."""

from __future__ import annotations

import logging
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from formats import fos_example
from jeta import formats as public
from jeta.errors import FormatError
from jeta.formats import Description, Format, registry
from jeta.formats.batch import Delivery

CSV = "theTime,MJD,euvalue,sqldataType\r\n2022-01-01 00:00:00,1,7,int\r\n"
JSON = '{"TlmMnemonic": "A", "Data": [{"ObsTime": "/Date(5)/", "EUValue": 1}]}'


class Plugin:
    name = "plugin"

    def identify(self, path):
        return Path(path).read_bytes() == b"plugin"

    def describe(self, path):
        return Description(Path(path), self.name, rows=0)

    def read(self, path):
        return Delivery(Path(path), self.name, 0, ())


class NamedAsAnother(Plugin):
    name = "edb_csv"


class NoFormat:
    name = "nothing else"


class FailsWhenMade(Plugin):
    def __init__(self):
        raise ValueError("no licence")


INSTANCE = Plugin()


@pytest.fixture
def plugins(monkeypatch):
    """Return a function that installs plug-ins, given as the objects of this module that they name."""

    def install(*names):
        points = [EntryPoint(name, f"{__name__}:{name}", registry.GROUP) for name in names]
        monkeypatch.setattr(EntryPoint, "load", lambda self: globals()[self.attr])
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points if group == registry.GROUP else [])
        registry._loaded.cache_clear()

    yield install
    registry._loaded.cache_clear()


def test_own_formats_come_first_and_obey_the_protocol(plugins):
    plugins("Plugin")
    assert list(public.formats()) == ["fos_hdf5", "edb_csv", "edb_json", "fof_csv", "fits_table", "plugin", "table"]
    assert all(isinstance(known, Format) and known.name == name for name, known in public.formats().items())


def test_what_is_returned_is_a_copy():
    public.formats().clear()
    assert public.formats()


@pytest.mark.parametrize("name", ["Plugin", "INSTANCE"])
def test_plugin_as_class_or_instance(plugins, name, tmp_path):
    plugins(name)
    (tmp_path / "x").write_bytes(b"plugin")
    assert public.read(tmp_path / "x").format == "plugin"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("NamedAsAnother", "the name is taken"),
        ("NoFormat", "it has not all of name, identify, describe, read"),
        ("FailsWhenMade", "ValueError: no licence"),
        ("absent", "KeyError: 'absent'"),
    ],
)
def test_plugin_that_fails_is_set_aside_with_a_warning(plugins, caplog, name, why):
    plugins(name, "Plugin")
    with caplog.at_level(logging.WARNING, "jeta"):
        assert list(public.formats()) == ["fos_hdf5", "edb_csv", "edb_json", "fof_csv", "fits_table", "plugin", "table"]
    assert why in caplog.text
    assert name in caplog.text


def test_content_decides(tmp_path):
    (tmp_path / "a").write_text(CSV)
    (tmp_path / "b").write_text(JSON)
    fos_example.write(tmp_path / "c", fos_example.rows([1]))
    assert [public.identify(tmp_path / name).name for name in "abc"] == ["edb_csv", "edb_json", "fos_hdf5"]
    assert [public.read(str(tmp_path / name)).rows_read for name in "abc"] == [1, 1, 1]
    assert [public.describe(tmp_path / name).format for name in "abc"] == ["edb_csv", "edb_json", "fos_hdf5"]


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "an empty file"), (b"time,value\n", "text that begins with 'time,value'"), (b"\0\1", "binary data")],
)
def test_unknown_file_is_an_error_that_says_what_was_tried_and_found(tmp_path, content, found):
    (tmp_path / "unknown.dat").write_bytes(content)
    with pytest.raises(
        FormatError, match=f"unknown.dat.*fos_hdf5, edb_csv, edb_json, fof_csv, fits_table.*found {found}"
    ):
        public.read(tmp_path / "unknown.dat")


def test_directory_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="found a directory"):
        public.read(tmp_path)


def test_missing_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        public.read(tmp_path / "missing")
