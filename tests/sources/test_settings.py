"""What the environment says to sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from jeta import settings
from jeta.sources.mast_options import MastOptions


def test_cache_folder_and_token_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("JETA_CACHE", "~/answers")
    monkeypatch.setenv("MAST_API_TOKEN", " abc\n")
    found = settings.from_environment()
    assert (found.cache_folder, found.mast_api_token) == (Path.home() / "answers", "abc")
    assert "abc" not in repr(found)


@pytest.mark.parametrize("name", ["JETA_CACHE", "MAST_API_TOKEN"])
def test_an_empty_variable_is_as_good_as_none(monkeypatch, name):
    monkeypatch.delenv(name, raising=False)
    before = settings.from_environment()
    monkeypatch.setenv(name, "")
    assert settings.from_environment() == before


@pytest.mark.parametrize(
    ("platform", "variable", "value", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "/c", "/c/jeta"),
        ("linux", "XDG_CACHE_HOME", "relative", "/home/ann/.cache/jeta"),
        ("linux", "XDG_CACHE_HOME", "", "/home/ann/.cache/jeta"),
        ("darwin", "XDG_CACHE_HOME", "/c", "/home/ann/Library/Caches/jeta"),
        ("win32", "LOCALAPPDATA", "/c", "/c/jeta"),
        ("win32", "LOCALAPPDATA", "", "/home/ann/AppData/Local/jeta"),
    ],
)
def test_cache_folder_of_the_user_by_the_custom_of_the_system(monkeypatch, platform, variable, value, expected):
    monkeypatch.setattr(settings.sys, "platform", platform)
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv(variable, value)
    assert settings.user_cache_folder() == Path(expected)


def test_user_without_a_home_has_no_cache_folder(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("JETA_CACHE", raising=False)
    monkeypatch.setattr(settings.os.path, "expanduser", lambda path: path)
    assert settings.user_cache_folder() is None
    assert MastOptions().cache_folder is None


def test_where_answers_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("JETA_CACHE", str(tmp_path))
    assert MastOptions().cache_folder == MastOptions(cache=True).cache_folder == tmp_path / "mast"
    assert MastOptions(cache=str(tmp_path / "x")).cache_folder == tmp_path / "x"
    assert MastOptions(cache=None).cache_folder is MastOptions(cache=False).cache_folder is None


def test_token_given_counts_before_that_of_the_environment(monkeypatch):
    monkeypatch.setenv("MAST_API_TOKEN", "abc")
    options = MastOptions(token="def")
    assert (options.current_token, MastOptions().current_token) == ("def", "abc")
    assert "def" not in repr(options)
